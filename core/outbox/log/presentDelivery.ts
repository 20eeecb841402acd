import type { Delivery } from '../model';

/** Returns the fields of a delivery's item: those of AgenticFlow's webhook logs and a few more. */
export const presentDelivery = (delivery: Delivery): Record<string, unknown> => ({
	status: delivery.status,
	event: delivery.eventType,
	endpoint_name: delivery.endpointName,
	response_code: delivery.responseCode,
	next_attempt_at: delivery.nextAttemptAt,
	error_message: delivery.error,
	attempts: delivery.attempts,
	timestamp: delivery.lastAttemptAt ?? delivery.acceptedAt,
	accepted_at: delivery.acceptedAt,
	completed_at: delivery.completedAt,
	response_time_ms: delivery.responseTimeMs,
	payload_size: delivery.payloadSize,
	...(delivery.batchedEventIds && { event_count: delivery.batchedEventIds.length }),
	id: delivery.id,
	event_id: delivery.eventId,
	...(delivery.batchedEventIds && { event_ids: delivery.batchedEventIds }),
	endpoint_id: delivery.endpointId,
});
