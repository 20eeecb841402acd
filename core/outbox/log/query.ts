import omit from 'lodash/omit';
import orderBy from 'lodash/orderBy';

import type { RegisteredEndpoint, StoredDelivery } from '../model';
import { findDeliveriesWithEvents, findLatestRowIds } from '../store/deliveries';
import {
	matchesQuery,
	readAllDeliveries,
	readDeliveryPages,
	type DeliveryQuery,
} from '../store/deliveryLog';
import { latestPerDelivery, readDelivery } from '../store/deliveryRows';
import type { EndpointStorage } from '../store/endpoints';
import { matchesEvent, readEventRows } from '../store/eventLog';
import { eq, findAll, findAny, MAX_FOUND, type Tables } from '../store/tables';

import { LogReader } from './logReader';

/** There is no delivery with this ID. */
export class DeliveryNotFoundError extends Error {
	override readonly name = 'DeliveryNotFoundError';
}

export type { LogPosition } from '../store/deliveryLog';

/** All criteria that are set must match. An event matches its own deliveries and batches with it. */
export interface LogQuery extends Omit<DeliveryQuery, 'batchedEventId'> {
	/** Finds deliveries of events that this execution sent. */
	executionId?: string;
	/** Only deliveries of events whose data contains this text. */
	text?: string;
}

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
	reader: LogReader,
	tables: Tables,
	query: DeliveryQuery,
	limit: number,
): Promise<StoredDelivery[]> {
	if (limit === Infinity && query.after === undefined && query.before === undefined) {
		return await removeSuperseded(tables, await readAllDeliveries(reader, query));
	}
	const deliveries: StoredDelivery[] = [];
	const pageSize = Math.min(limit + SPARE_ROWS, MAX_FOUND);
	for await (const page of readDeliveryPages(reader, query, pageSize)) {
		deliveries.push(...(await removeSuperseded(tables, page)));
		if (deliveries.length >= limit) break;
	}
	return deliveries;
}

/** Returns the matching deliveries of events under way, with the rows that some of them got meanwhile. */
async function findUnderWay(
	tables: Tables,
	underWay: StoredDelivery[],
	query: DeliveryQuery,
): Promise<StoredDelivery[]> {
	const fixed = omit(query, ['outcomes', 'responseCodes', 'statuses']);
	const candidates = underWay.filter((delivery) => matchesQuery(delivery, fixed));
	const ids = candidates.map(({ id }) => id);
	const rows = (await findAny(tables, 'deliveries', 'delivery_id', ids)).map(readDelivery);
	return latestPerDelivery([...rows, ...candidates]).filter((delivery) =>
		matchesQuery(delivery, query),
	);
}

/** Orders deliveries as the log does: the newest event first. */
const sortByLogPosition = (deliveries: StoredDelivery[]): StoredDelivery[] =>
	orderBy(deliveries, ['acceptedAt', 'id'], ['desc', 'desc']);

/** Gives deliveries the names that their endpoints have now. Those of deleted endpoints keep the last one. */
export function renameEndpoints(
	deliveries: StoredDelivery[],
	registered: RegisteredEndpoint[],
): StoredDelivery[] {
	const names = new Map(registered.map(({ id, name }) => [id, name]));
	return deliveries.map((delivery) => ({
		...delivery,
		endpointName: names.get(delivery.endpointId) ?? delivery.endpointName,
	}));
}

/** Reads matching rows, and keeps each delivery once. */
async function readDeliveries(
	reader: LogReader,
	tables: Tables,
	{ eventId, ...criteria }: DeliveryQuery,
	limit: number,
): Promise<StoredDelivery[]> {
	const own = await findNewest(reader, tables, { ...criteria, eventId }, limit);
	if (!eventId) return own;
	const inBatch = { ...criteria, batchedEventId: eventId };
	return [...own, ...(await findNewest(reader, tables, inBatch, limit))];
}

/** Reads the deliveries of events that have a text in their data, or that an execution sent. */
async function readDeliveriesOfEvents(
	reader: LogReader,
	tables: Tables,
	{ executionId, since, text, ...criteria }: LogQuery,
): Promise<StoredDelivery[]> {
	// A batch has the time of its first event, which is the oldest.
	const events = await readEventRows(reader, { executionId, since, text });
	const ids = events.map(({ event_id }) => String(event_id));
	const { batches, deliveries } = await findDeliveriesWithEvents(tables, ids);
	const { eventId, ...others } = criteria;
	const query = { ...others, since };
	return [...deliveries, ...batches].filter(
		(delivery) =>
			matchesQuery(delivery, query) &&
			(!eventId ||
				delivery.eventId === eventId ||
				delivery.batchedEventIds?.includes(eventId) === true),
	);
}

/**
 * Finds deliveries in the log: the newest event first, and the deliveries of one time in the order of their
 * IDs. A delivery keeps its place when it is retried. Deliveries of events under way are in the log, too,
 * although they have no row before their first outcome.
 * @param limit all if absent; of the deliveries that precede a place, the last ones
 */
export async function findDeliveries(
	storage: EndpointStorage,
	query: LogQuery,
	limit = Infinity,
): Promise<StoredDelivery[]> {
	const { tables } = storage;
	const reader = new LogReader(storage);
	const { executionId, text, ...criteria } = query;
	const deliveries =
		executionId || text
			? await readDeliveriesOfEvents(reader, tables, query)
			: await readDeliveries(reader, tables, criteria, limit);
	const { registered, underWay } = await reader.getSurroundings();
	const candidates = underWay.filter(({ event }) => matchesEvent(event, query));
	deliveries.push(
		...(await findUnderWay(
			tables,
			candidates.map(({ delivery }) => delivery),
			criteria,
		)),
	);
	const sorted = sortByLogPosition(latestPerDelivery(deliveries));
	const isBackward = query.before !== undefined && limit < sorted.length;
	const found = isBackward ? sorted.slice(-limit) : sorted.slice(0, limit);
	return renameEndpoints(found, registered);
}

/** A delivery, and its endpoint, unless that was deleted. */
export interface FoundDelivery {
	delivery: StoredDelivery;
	endpoint: RegisteredEndpoint | undefined;
}

/**
 * Finds a delivery by its ID, also one of an event under way that has no row yet.
 * @throws DeliveryNotFoundError
 */
export async function findDeliveryWithEndpoint(
	storage: EndpointStorage,
	id: string,
): Promise<FoundDelivery> {
	const reader = new LogReader(storage);
	const rows = await findAll(reader, 'deliveries', [eq('delivery_id', id)]);
	const { registered, underWay } = await reader.getSurroundings();
	const derived = underWay.flatMap(({ delivery }) => (delivery.id === id ? [delivery] : []));
	const states = latestPerDelivery([...rows.map(readDelivery), ...derived]);
	const [delivery] = renameEndpoints(states, registered);
	if (delivery === undefined) {
		throw new DeliveryNotFoundError(
			`There is no delivery "${id}". Its ID begins with dlv_: Delivery → Get Many lists the deliveries that have not been pruned.`,
		);
	}
	return { delivery, endpoint: registered.find((other) => other.id === delivery.endpointId) };
}

/** Finds a delivery as {@link findDeliveryWithEndpoint} does. @throws DeliveryNotFoundError */
export const findDelivery = async (storage: EndpointStorage, id: string): Promise<StoredDelivery> =>
	(await findDeliveryWithEndpoint(storage, id)).delivery;
