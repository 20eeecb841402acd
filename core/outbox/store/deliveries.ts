import { BATCH_EVENT_TYPE } from '../../event/envelope';
import { toIsoTime } from '../../lib/time';

import type { Delivery, StoredDelivery } from '../model';

import { latestRowPerDelivery, readDelivery, toDeliveryRow } from './deliveryRows';
import {
	eq,
	findAll,
	findAny,
	findAnyAtOnce,
	insertChange,
	MAX_FOUND,
	neq,
	type Change,
	type Condition,
	type Find,
	type Row,
	type Tables,
} from './tables';
import { toTallyRows } from './tallyRows';

/**
 * A delivery's row is never changed by its outcome: the new state is inserted as a new row and the old
 * row is deleted afterwards, so that any number of outcomes takes two calls. Until then, and after a kill
 * between the two, a delivery has two rows, and the newer one counts.
 */

/**
 * Returns the change that inserts deliveries in their current state, and counts those that ended, or none if
 * there are none.
 * @param replaced deliveries that go into the inserted ones, e.g. into a batch
 */
export const insertDeliveries = (deliveries: Delivery[], replaced: Delivery[] = []): Change[] =>
	insertChange('deliveries', [
		...deliveries.map(toDeliveryRow),
		...toTallyRows(deliveries, replaced),
	]);

/** Returns, per delivery, the ID of the row that counts. */
export async function findLatestRowIds(
	tables: Tables,
	deliveryIds: Iterable<string>,
): Promise<Map<string, number>> {
	const rows = await findAny(tables, 'deliveries', 'delivery_id', deliveryIds);
	return new Map(latestRowPerDelivery(rows).map((row) => [String(row.delivery_id), row.id]));
}

/** What is on record about events. */
export interface RecordedDeliveries {
	/** The events' own. */
	deliveries: StoredDelivery[];
	/** Batches that contain any of them. */
	batches: StoredDelivery[];
}

/** Finds the deliveries of events, and the batches that contain them. */
export async function findDeliveriesWithEvents(
	tables: Tables,
	eventIds: string[],
): Promise<RecordedDeliveries> {
	const quotedIds = eventIds.map((id) => JSON.stringify(id));
	const own = findAnyAtOnce('deliveries', 'event_id', eventIds);
	const inBatch = findAnyAtOnce('deliveries', 'event_ids', quotedIds, 'contains');
	const pages =
		own === undefined || inBatch === undefined ? [] : await tables.applyAndFind([], [own, inBatch]);
	const areComplete = pages.length > 0 && pages.every(({ length }) => length < MAX_FOUND);
	const [ownRows, batchRows] = areComplete
		? pages
		: [
				await findAny(tables, 'deliveries', 'event_id', eventIds),
				await findAny(tables, 'deliveries', 'event_ids', quotedIds, 'contains'),
			];
	return {
		deliveries: latestRowPerDelivery(ownRows).map(readDelivery),
		batches: latestRowPerDelivery(batchRows).map(readDelivery),
	};
}

/** Finds the IDs of all deliveries whose event was accepted between two times, inclusive. */
export async function findDeliveryIdsAcceptedBetween(
	tables: Tables,
	from: string,
	to: string,
): Promise<Set<string>> {
	const rows = await findAll(tables, 'deliveries', [
		{ column: 'accepted_at', operator: 'gte', value: from },
		{ column: 'accepted_at', operator: 'lte', value: to },
	]);
	return new Set(rows.map(({ delivery_id }) => String(delivery_id)));
}

/** Finds the IDs of all events that are in a batch for an endpoint. */
export async function findBatchedEventIds(
	tables: Tables,
	endpointId: string,
): Promise<Set<string>> {
	const batches = await findAll(tables, 'deliveries', [
		eq('endpoint_id', endpointId),
		eq('event_type', BATCH_EVENT_TYPE),
	]);
	return new Set(batches.flatMap((batch) => readDelivery(batch).batchedEventIds ?? []));
}

/** Returns the columns that restart a delivery's schedule. */
export const replayColumns = (nowMs: number): Row => ({
	completed_at: null,
	error: null,
	replayed_at: toIsoTime(nowMs),
});

/** Finds the delivery of an order that ended last. */
export const findLastEnded = (endpointId: string, orderKey: string): Find => ({
	table: 'deliveries',
	query: {
		all: [eq('endpoint_id', endpointId), eq('order_key', orderKey), neq('completed_at', null)],
	},
	options: { by: 'completed_at', newestFirst: true, limit: 1 },
});

/** The reason why due deliveries of an endpoint wait. */
export interface WaitReason {
	endpointId: string;
	reason: string;
	/** `true` if only those that have a place in an order wait. */
	isOfOrder: boolean;
}

/** Returns the changes that record on an endpoint's due deliveries why they wait, if they do not say so. */
export function recordWaiting(
	{ endpointId, isOfOrder, reason }: WaitReason,
	nowMs: number,
): Change[] {
	const due: Condition[] = [
		eq('endpoint_id', endpointId),
		eq('status', 'pending'),
		...(isOfOrder ? [neq('order_number', null)] : []),
		{ column: 'next_attempt_at', operator: 'lte', value: toIsoTime(nowMs) },
	];
	return [eq('error', null), neq('error', reason)].map((differs) => ({
		change: 'update',
		table: 'deliveries',
		query: { all: [...due, differs] },
		values: { error: reason },
	}));
}
