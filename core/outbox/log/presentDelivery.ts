import type { Delivery } from '../model';

/** Returns the fields of a delivery's item: those of AgenticFlow's webhook logs and a few more. */
export const presentDelivery = (delivery: Delivery): Record<string, unknown> => ({
	id: delivery.id,
	timestamp: delivery.lastAttemptAt ?? delivery.acceptedAt,
	event: delivery.eventType,
	event_id: delivery.eventId,
	...(delivery.batchedEventIds && {
		event_count: delivery.batchedEventIds.length,
		event_ids: delivery.batchedEventIds,
	}),
	endpoint_id: delivery.endpointId,
	status: delivery.status,
	response_code: delivery.responseCode,
	response_time_ms: delivery.responseTimeMs,
	attempts: delivery.attempts,
	payload_size: delivery.payloadSize,
	accepted_at: delivery.acceptedAt,
	next_attempt_at: delivery.nextAttemptAt,
	completed_at: delivery.completedAt,
	error_message: delivery.error,
});
