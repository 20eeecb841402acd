import countBy from 'lodash/countBy';

import type { DeliveryStatus, EventOrigin, StoredDelivery } from '../model';
import { presentTenantId } from '../tenant/presentTenant';

import type { LoggedEvent } from './loggedEvents';

/** Returns the fields that say where an event came from. */
export const presentOrigin = ({
	executionId,
	inboundEventId,
	nodeName,
	workflowId,
}: EventOrigin): Record<string, unknown> => ({
	execution_id: executionId,
	workflow_id: workflowId,
	node_name: nodeName,
	inbound_event_id: inboundEventId,
});

/** Returns what an event's item says about each of its deliveries. */
const summarizeDelivery = (delivery: StoredDelivery): Record<string, unknown> => ({
	status: delivery.status,
	endpoint_name: delivery.endpointName,
	response_code: delivery.responseCode,
	attempts: delivery.attempts,
	next_attempt_at: delivery.nextAttemptAt,
	error_message: delivery.error,
	id: delivery.id,
	endpoint_id: delivery.endpointId,
});

const COUNTED: DeliveryStatus[] = [
	'delivered',
	'failed',
	'held',
	'cancelled',
	'pending',
	'gathering',
	'sending',
];

/** Returns the fields of an event's item, with a summary of its deliveries. */
export function presentEvent({ deliveries, id, stored }: LoggedEvent): Record<string, unknown> {
	const counts = countBy(deliveries, 'status');
	const summary = {
		delivery_counts: Object.fromEntries(COUNTED.map((status) => [status, counts[status] ?? 0])),
		deliveries: deliveries.map(summarizeDelivery),
	};
	if ('problem' in stored) return { unreadable_reason: stored.problem, ...summary, id };
	const { event } = stored;
	return {
		event: event.type,
		accepted_at: event.acceptedAt,
		data: event.payloadForgottenAt === null ? event.data : null,
		...summary,
		deliver_at: event.deliverAt,
		payload_forgotten_at: event.payloadForgottenAt,
		...presentOrigin(event.origin),
		endpoint_ids: event.endpointIds,
		...(event.channels !== null && { channels: event.channels }),
		...presentTenantId(event.tenantId),
		id,
	};
}
