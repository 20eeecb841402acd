import orderBy from 'lodash/orderBy';

import type { StoredDelivery } from '../model';
import {
	findDeliveryRows,
	findLatestRowIds,
	readDeliveryPages,
	type DeliveryQuery,
} from '../store/deliveries';
import { latestPerDelivery } from '../store/deliveryRows';
import type { Tables } from '../store/tables';

/** There is no delivery with this ID. */
export class DeliveryNotFoundError extends Error {
	override readonly name = 'DeliveryNotFoundError';
}

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

/** Reads whole pages, newest first, until there are enough deliveries. */
async function findNewest(
	tables: Tables,
	query: DeliveryQuery,
	limit: number,
): Promise<StoredDelivery[]> {
	const deliveries: StoredDelivery[] = [];
	for await (const page of readDeliveryPages(tables, query)) {
		deliveries.push(...(await removeSuperseded(tables, page)));
		if (deliveries.length >= limit) break;
	}
	return deliveries;
}

/**
 * Finds deliveries in the log, newest first.
 * @param limit all if absent
 * @throws UnreadableRowError
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
	return orderBy(latestPerDelivery(deliveries), 'rowId', 'desc').slice(0, limit);
}

/**
 * Finds a delivery by its ID.
 * @throws DeliveryNotFoundError, UnreadableRowError
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
