import maxBy from 'lodash/maxBy';

import { toIsoTime } from '../../lib/time';
import type { Delivery, StoredDelivery } from '../model';

import { readOrSalvage, type DeliveryRow } from './rows';
import type { Row, StoredRow } from './tables';
import { getTalliedStatus } from './tallyRows';

const toDelivery = (row: DeliveryRow): StoredDelivery => ({
	rowId: row.id,
	tenantId: row.tenant_id,
	id: row.delivery_id,
	eventId: row.event_id,
	eventType: row.event_type,
	batchedEventIds: row.event_ids,
	endpointId: row.endpoint_id,
	endpointName: row.endpoint_name,
	acceptedAt: row.accepted_at,
	status: row.status,
	attempts: row.attempts,
	lastAttemptAt: row.last_attempt_at,
	nextAttemptAt: row.next_attempt_at,
	completedAt: row.completed_at,
	responseCode: row.response_code,
	outcome: row.outcome as StoredDelivery['outcome'],
	responseTimeMs: row.response_time_ms,
	payloadSize: row.payload_size,
	error: row.error,
	attemptLog: row.attempt_log,
	executionId: row.execution_id,
	workflowId: row.workflow_id,
	replayedAt: row.replayed_at,
	place:
		row.order_key === null || row.order_number === null
			? null
			: { key: row.order_key, number: row.order_number },
	tallied: row.tallied,
	lease:
		row.lease_owner === null
			? null
			: {
					owner: row.lease_owner,
					expiresAtMs: Date.parse(row.next_attempt_at ?? row.accepted_at),
				},
});

/** The values of columns that cannot be read. */
const UNREADABLE_COLUMNS = {
	tenant_id: '',
	delivery_id: '',
	event_id: '',
	event_type: '',
	event_ids: null,
	endpoint_id: '',
	endpoint_name: null,
	accepted_at: toIsoTime(0),
	status: 'held' as const,
	attempts: 0,
	last_attempt_at: null,
	next_attempt_at: null,
	completed_at: null,
	response_code: null,
	outcome: null,
	response_time_ms: null,
	payload_size: null,
	attempt_log: [],
	execution_id: null,
	workflow_id: null,
	replayed_at: null,
	order_key: null,
	order_number: null,
	tallied: null,
	lease_owner: null,
};

/** Reads a row as a delivery. If it was edited and cannot be read, the delivery says why. */
export const readDelivery = (stored: StoredRow): StoredDelivery =>
	readOrSalvage('deliveries', stored, toDelivery, (columns, problem) => ({
		...toDelivery({ ...UNREADABLE_COLUMNS, ...columns, id: stored.id, error: problem }),
		problem,
	}));

/** Returns the columns that have a delivery's place in an order. */
export const toPlaceColumns = (place: Delivery['place']): Row => ({
	order_key: place?.key ?? null,
	order_number: place?.number ?? null,
});

/** Writes a delivery as a new row. */
export const toDeliveryRow = (delivery: Delivery): Row => ({
	tenant_id: delivery.tenantId,
	delivery_id: delivery.id,
	event_id: delivery.eventId,
	event_type: delivery.eventType,
	event_ids: delivery.batchedEventIds && JSON.stringify(delivery.batchedEventIds),
	endpoint_id: delivery.endpointId,
	endpoint_name: delivery.endpointName,
	accepted_at: delivery.acceptedAt,
	status: delivery.status,
	attempts: delivery.attempts,
	last_attempt_at: delivery.lastAttemptAt,
	next_attempt_at: delivery.nextAttemptAt,
	completed_at: delivery.completedAt,
	response_code: delivery.responseCode,
	outcome: delivery.outcome,
	response_time_ms: delivery.responseTimeMs,
	payload_size: delivery.payloadSize,
	error: delivery.error,
	attempt_log: JSON.stringify(delivery.attemptLog),
	execution_id: delivery.executionId,
	workflow_id: delivery.workflowId,
	replayed_at: delivery.replayedAt,
	...toPlaceColumns(delivery.place),
	tallied: getTalliedStatus(delivery),
	lease_owner: delivery.lease && delivery.lease.owner,
});

/** Keeps one entry per delivery: the delivered one if there is one, otherwise the newest. */
export function keepLatest<T>(
	entries: T[],
	identify: (entry: T) => { deliveryId: unknown; rowId: number; status: unknown },
): T[] {
	const byDelivery = new Map<unknown, T[]>();
	for (const entry of entries) {
		const { deliveryId } = identify(entry);
		const sameDelivery = byDelivery.get(deliveryId);
		if (sameDelivery === undefined) byDelivery.set(deliveryId, [entry]);
		else sameDelivery.push(entry);
	}
	return [...byDelivery.values()].flatMap((sameDelivery) => {
		const latest =
			sameDelivery.length === 1
				? sameDelivery[0]
				: maxBy(sameDelivery, (entry) => {
						const { rowId, status } = identify(entry);
						return status === 'delivered' ? Number.MAX_SAFE_INTEGER : rowId;
					});
		return latest === undefined ? [] : [latest];
	});
}

/** Keeps one row per delivery: the delivered row if there is one, otherwise the newest. */
export const latestRowPerDelivery = (rows: StoredRow[]): StoredRow[] =>
	keepLatest(rows, ({ delivery_id, id, status }) => ({
		deliveryId: delivery_id,
		rowId: id,
		status,
	}));

/** Keeps one state per delivery: the delivered one if there is one, otherwise the newest. */
export const latestPerDelivery = (deliveries: StoredDelivery[]): StoredDelivery[] =>
	keepLatest(deliveries, ({ id, rowId, status }) => ({ deliveryId: id, rowId, status }));
