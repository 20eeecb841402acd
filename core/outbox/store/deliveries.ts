import { BATCH_EVENT_TYPE } from '../../event/envelope';
import { toIsoTime } from '../../lib/time';

import type { Delivery, DeliveryStatus, StoredDelivery } from '../model';

import { latestRowPerDelivery, readDelivery, toDeliveryRow } from './deliveryRows';
import {
	eq,
	findAll,
	findAny,
	insertChange,
	MAX_FOUND,
	neq,
	readPages,
	type Change,
	type Condition,
	type Row,
	type StoredRow,
	type Tables,
} from './tables';

/**
 * A delivery's row is never changed by its outcome: the new state is inserted as a new row and the old
 * row is deleted afterwards, so that any number of outcomes takes two calls. Until then, and after a kill
 * between the two, a delivery has two rows, and the newer one counts.
 */

/** Returns the change that inserts deliveries in their current state, or none if there are none. */
export const insertDeliveries = (deliveries: Delivery[]): Change[] =>
	insertChange('deliveries', deliveries.map(toDeliveryRow));

/** Finds all rows of a delivery. */
export const findDeliveryRows = async (tables: Tables, id: string): Promise<StoredDelivery[]> =>
	(await findAll(tables, 'deliveries', [eq('delivery_id', id)])).map(readDelivery);

/** Returns, per delivery, the ID of the row that counts. */
export async function findLatestRowIds(
	tables: Tables,
	deliveryIds: Iterable<string>,
): Promise<Map<string, number>> {
	const rows = await findAny(tables, 'deliveries', 'delivery_id', deliveryIds);
	return new Map(latestRowPerDelivery(rows).map((row) => [String(row.delivery_id), row.id]));
}

/** Finds the deliveries of events. Events in a batch have no delivery of their own. */
export async function findDeliveriesOfEvents(
	tables: Tables,
	eventIds: Iterable<string>,
): Promise<StoredDelivery[]> {
	const rows = await findAny(tables, 'deliveries', 'event_id', eventIds);
	return latestRowPerDelivery(rows).map(readDelivery);
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

/** A delivery's place in the log, which stays the same whatever happens to the delivery. */
export interface LogPosition {
	acceptedAt: string;
	deliveryId: string;
}

/** All criteria that are set must match. Times are the events' acceptance, ISO 8601. */
export interface DeliveryQuery {
	endpointId?: string;
	/** Finds single deliveries of the event. */
	eventId?: string;
	/** Finds batches that contain the event. */
	batchedEventId?: string;
	eventType?: string;
	status?: DeliveryStatus;
	/** Leaves out deliveries with any of these statuses. */
	otherThan?: DeliveryStatus[];
	since?: string;
	until?: string;
	/** Finds only deliveries that follow this place in the log: the next page. */
	after?: LogPosition;
}

function toConditions(query: DeliveryQuery): Condition[] {
	const equal = {
		endpoint_id: query.endpointId,
		event_type: query.eventType,
		status: query.status,
		event_id: query.eventId,
	};
	const conditions = Object.entries(equal).flatMap(([column, value]) =>
		value === undefined || value === '' ? [] : [eq(column, value)],
	);
	const { batchedEventId, otherThan = [], since, until } = query;
	conditions.push(...otherThan.map((status) => neq('status', status)));
	if (since) conditions.push({ column: 'accepted_at', operator: 'gte', value: since });
	if (until) conditions.push({ column: 'accepted_at', operator: 'lt', value: until });
	if (batchedEventId) {
		const value = JSON.stringify(batchedEventId);
		conditions.push({ column: 'event_ids', operator: 'contains', value });
	}
	return conditions;
}

/** Yields matching rows with one time of acceptance, in descending order of their delivery's ID. */
async function* readPagesAt(
	tables: Tables,
	conditions: Condition[],
	acceptedAt: string,
	pageSize: number,
	beforeId?: string,
): AsyncGenerator<StoredRow[]> {
	const sameTime = [...conditions, eq('accepted_at', acceptedAt)];
	let remaining: Condition[] =
		beforeId === undefined ? [] : [{ column: 'delivery_id', operator: 'lt', value: beforeId }];
	for (;;) {
		const page = await tables.find(
			'deliveries',
			{ all: [...sameTime, ...remaining] },
			{ by: 'delivery_id', newestFirst: true, limit: pageSize },
		);
		if (page.length < pageSize) return yield page;
		// The last delivery may have another row, which has to be on the same page.
		const lastId = String(page[page.length - 1].delivery_id);
		const complete = page.filter(({ delivery_id }) => delivery_id !== lastId);
		yield complete.length > 0 ? complete : page;
		const operator = complete.length > 0 ? 'lte' : 'lt';
		remaining = [{ column: 'delivery_id', operator, value: lastId }];
	}
}

/** Yields matching rows in pages. No row of a page follows one of the next page in the log. */
async function* readLogRows(
	tables: Tables,
	query: DeliveryQuery,
	pageSize: number,
): AsyncGenerator<StoredRow[]> {
	const conditions = toConditions(query);
	let remaining: Condition[] = [];
	const skipTo = (acceptedAt: string): void => {
		remaining = [{ column: 'accepted_at', operator: 'lt', value: acceptedAt }];
	};
	const { after } = query;
	if (after !== undefined) {
		yield* readPagesAt(tables, conditions, after.acceptedAt, pageSize, after.deliveryId);
		skipTo(after.acceptedAt);
	}
	for (;;) {
		const page = await tables.find(
			'deliveries',
			{ all: [...conditions, ...remaining] },
			{ by: 'accepted_at', newestFirst: true, limit: pageSize },
		);
		const lastTime = page.length < pageSize ? null : page[page.length - 1].accepted_at;
		if (lastTime === null) return yield page;
		yield page.filter(({ accepted_at }) => accepted_at !== lastTime);
		yield* readPagesAt(tables, conditions, String(lastTime), pageSize);
		skipTo(String(lastTime));
	}
}

/**
 * Reads all matching rows, in about half as many calls as pages of the log take; a delivery may have several
 * rows. A delivery that is retried meanwhile is not missed: its new row comes last.
 */
export const readAllDeliveries = async (
	tables: Tables,
	query: DeliveryQuery,
): Promise<StoredDelivery[]> =>
	(await findAll(tables, 'deliveries', toConditions(query))).map(readDelivery);

/**
 * Yields matching rows in pages, newest event first; a delivery may have several rows on a page. The order
 * is that of {@link LogPosition}: no row is missed or repeated because a delivery was retried meanwhile.
 * @param pageSize rows to read at once
 */
export async function* readDeliveryPages(
	tables: Tables,
	query: DeliveryQuery,
	pageSize = MAX_FOUND,
): AsyncGenerator<StoredDelivery[]> {
	for await (const page of readLogRows(tables, query, pageSize)) yield page.map(readDelivery);
}

/** Returns the columns that restart a delivery's schedule. */
export const replayColumns = (nowMs: number): Row => ({
	completed_at: null,
	error: null,
	replayed_at: toIsoTime(nowMs),
});

/**
 * Makes all deliveries with a status due now, and restarts their schedules.
 * @param since the earliest time at which their events were accepted, ISO 8601
 * @returns the number of deliveries
 */
export async function requeueDeliveries(
	tables: Tables,
	{ endpointId, since, status }: { endpointId?: string; since: string; status: DeliveryStatus },
	nowMs: number,
): Promise<number> {
	const all: Condition[] = [{ column: 'accepted_at', operator: 'gte', value: since }];
	if (endpointId !== undefined) all.push(eq('endpoint_id', endpointId));
	all.push(eq('status', status));
	const rows = await tables.update(
		'deliveries',
		{ all },
		{ ...replayColumns(nowMs), status: 'pending', next_attempt_at: toIsoTime(nowMs) },
	);
	return rows.length;
}

/** Returns the changes that record on an endpoint's due deliveries why they wait, if they do not say so. */
export function recordWaiting(endpointId: string, reason: string, nowMs: number): Change[] {
	const due: Condition[] = [
		eq('endpoint_id', endpointId),
		eq('status', 'pending'),
		{ column: 'next_attempt_at', operator: 'lte', value: toIsoTime(nowMs) },
	];
	return [eq('error', null), neq('error', reason)].map((differs) => ({
		change: 'update',
		table: 'deliveries',
		query: { all: [...due, differs] },
		values: { error: reason },
	}));
}

/** Finds when the oldest event with a delivery was accepted; `undefined` if there is no delivery. */
export async function findOldestAcceptedAt(tables: Tables): Promise<string | undefined> {
	const [oldest] = await tables.find(
		'deliveries',
		{ all: [] },
		{ by: 'accepted_at', newestFirst: false, limit: 1 },
	);
	return oldest && String(oldest.accepted_at);
}

/** Finds the newest row beyond the newest `max` rows; `undefined` if there are at most `max`. */
export async function findNewestSurplusRow(
	tables: Tables,
	max: number,
): Promise<number | undefined> {
	let seen = 0;
	for await (const page of readPages(tables, 'deliveries', [], { newestFirst: true })) {
		if (seen + page.length > max) return page[max - seen].id;
		seen += page.length;
	}
	return undefined;
}

/**
 * Deletes deliveries with a status, by the age of their event or by their row.
 * @returns the number of deleted rows
 */
export async function removeDeliveries(
	tables: Tables,
	status: DeliveryStatus,
	limit: { acceptedBefore: string } | { upToRow: number },
): Promise<number> {
	const condition: Condition =
		'upToRow' in limit
			? { column: 'id', operator: 'lte', value: limit.upToRow }
			: { column: 'accepted_at', operator: 'lt', value: limit.acceptedBefore };
	return await tables.remove('deliveries', { all: [eq('status', status), condition] });
}
