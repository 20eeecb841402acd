import maxBy from 'lodash/maxBy';

import type { Delivery, StoredDelivery } from '../model';

import { readRow } from './rows';
import type { Row, StoredRow } from './tables';

/**
 * Reads a row as a delivery.
 * @throws UnreadableRowError
 */
export function readDelivery(stored: StoredRow): StoredDelivery {
	const row = readRow('deliveries', stored);
	return {
		rowId: row.id,
		id: row.delivery_id,
		eventId: row.event_id,
		eventType: row.event_type,
		batchedEventIds: row.event_ids,
		endpointId: row.endpoint_id,
		acceptedAt: row.accepted_at,
		status: row.status,
		attempts: row.attempts,
		lastAttemptAt: row.last_attempt_at,
		nextAttemptAt: row.next_attempt_at,
		completedAt: row.completed_at,
		responseCode: row.response_code,
		responseTimeMs: row.response_time_ms,
		payloadSize: row.payload_size,
		error: row.error,
		attemptLog: row.attempt_log,
		replayedAt: row.replayed_at,
		lease:
			row.lease_owner === null
				? null
				: {
						owner: row.lease_owner,
						expiresAtMs: Date.parse(row.next_attempt_at ?? row.accepted_at),
					},
	};
}

/** Writes a delivery as a new row. */
export const toDeliveryRow = (delivery: Delivery): Row => ({
	delivery_id: delivery.id,
	event_id: delivery.eventId,
	event_type: delivery.eventType,
	event_ids: delivery.batchedEventIds && JSON.stringify(delivery.batchedEventIds),
	endpoint_id: delivery.endpointId,
	accepted_at: delivery.acceptedAt,
	status: delivery.status,
	attempts: delivery.attempts,
	last_attempt_at: delivery.lastAttemptAt,
	next_attempt_at: delivery.nextAttemptAt,
	completed_at: delivery.completedAt,
	response_code: delivery.responseCode,
	response_time_ms: delivery.responseTimeMs,
	payload_size: delivery.payloadSize,
	error: delivery.error,
	attempt_log: JSON.stringify(delivery.attemptLog),
	replayed_at: delivery.replayedAt,
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
