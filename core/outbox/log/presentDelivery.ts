import type { Delivery } from '../model';
import { presentTenantId } from '../tenant/presentTenant';

/** Returns the fields of a delivery's item: those of AgenticFlow's webhook logs and a few more. */
export const presentDelivery = (delivery: Delivery): Record<string, unknown> => ({
	status: delivery.status,
	event: delivery.eventType,
	endpoint_name: delivery.endpointName,
	response_code: delivery.responseCode,
	outcome: delivery.outcome,
	next_attempt_at: delivery.nextAttemptAt,
	error_message: delivery.error,
	attempts: delivery.attempts,
	timestamp: delivery.lastAttemptAt ?? delivery.acceptedAt,
	accepted_at: delivery.acceptedAt,
	completed_at: delivery.completedAt,
	response_time_ms: delivery.responseTimeMs,
	payload_size: delivery.payloadSize,
	...(delivery.batchedEventIds && { event_count: delivery.batchedEventIds.length }),
	execution_id: delivery.executionId,
	workflow_id: delivery.workflowId,
	id: delivery.id,
	event_id: delivery.eventId,
	...(delivery.batchedEventIds && { event_ids: delivery.batchedEventIds }),
	...presentTenantId(delivery.tenantId),
	endpoint_id: delivery.endpointId,
});
