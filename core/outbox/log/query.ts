import orderBy from 'lodash/orderBy';

import type { StoredDelivery } from '../model';
import {
	findDeliveryRows,
	findLatestRowIds,
	readAllDeliveries,
	readDeliveryPages,
	type DeliveryQuery,
} from '../store/deliveries';
import { latestPerDelivery } from '../store/deliveryRows';
import { MAX_FOUND, type Tables } from '../store/tables';

/** There is no delivery with this ID. */
export class DeliveryNotFoundError extends Error {
	override readonly name = 'DeliveryNotFoundError';
}

export type { LogPosition } from '../store/deliveries';

/** All criteria that are set must match. An event matches its own deliveries and batches with it. */
export type LogQuery = Omit<DeliveryQuery, 'batchedEventId'>;

/**
 * Removes rows whose outcome is in a newer row. Only the row of a delivery that is being sent can be such
 * a row.
 */
async function removeSuperseded(
	tables: Tables,
	deliveries: StoredDelivery[],
): Promise<StoredDelivery[]> {
	const sendingIds = deliveries.flatMap(({ id, status }) => (status === 'sending' ? [id] : []));
	const latestRowIds = await findLatestRowIds(tables, sendingIds);
	return latestPerDelivery(deliveries).filter(
		({ id, rowId }) => (latestRowIds.get(id) ?? rowId) === rowId,
	);
}

/** Rows to read beyond a limit, since some may be superseded. */
const SPARE_ROWS = 20;

/** Reads all matching deliveries, or whole pages, newest first, until there are enough of them. */
async function findNewest(
	tables: Tables,
	query: DeliveryQuery,
	limit: number,
): Promise<StoredDelivery[]> {
	if (limit === Infinity && query.after === undefined) {
		return await removeSuperseded(tables, await readAllDeliveries(tables, query));
	}
	const deliveries: StoredDelivery[] = [];
	const pageSize = Math.min(limit + SPARE_ROWS, MAX_FOUND);
	for await (const page of readDeliveryPages(tables, query, pageSize)) {
		deliveries.push(...(await removeSuperseded(tables, page)));
		if (deliveries.length >= limit) break;
	}
	return deliveries;
}

/** Orders deliveries as the log does: the newest event first. */
const sortByLogPosition = (deliveries: StoredDelivery[]): StoredDelivery[] =>
	orderBy(deliveries, ['acceptedAt', 'id'], ['desc', 'desc']);

/**
 * Finds deliveries in the log: the newest event first, and the deliveries of one time in the order of their
 * IDs. A delivery keeps its place when it is retried.
 * @param limit all if absent
 */
export async function findDeliveries(
	tables: Tables,
	query: LogQuery,
	limit = Infinity,
): Promise<StoredDelivery[]> {
	const { eventId, ...criteria } = query;
	const alternatives: DeliveryQuery[] = eventId
		? [query, { ...criteria, batchedEventId: eventId }]
		: [criteria];
	const deliveries: StoredDelivery[] = [];
	for (const alternative of alternatives) {
		deliveries.push(...(await findNewest(tables, alternative, limit)));
	}
	return sortByLogPosition(latestPerDelivery(deliveries)).slice(0, limit);
}

/**
 * Finds a delivery by its ID.
 * @throws DeliveryNotFoundError
 */
export async function findDelivery(tables: Tables, id: string): Promise<StoredDelivery> {
	const [delivery] = latestPerDelivery(await findDeliveryRows(tables, id));
	if (delivery === undefined) {
		throw new DeliveryNotFoundError(
			`There is no delivery "${id}". Its ID begins with dlv_: Delivery → Get Many lists the deliveries that have not been pruned.`,
		);
	}
	return delivery;
}
