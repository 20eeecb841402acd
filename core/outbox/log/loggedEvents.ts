import orderBy from 'lodash/orderBy';

import type { StoredDelivery } from '../model';
import { findDeliveriesWithEvents } from '../store/deliveries';
import { latestPerDelivery } from '../store/deliveryRows';
import type { EndpointStorage } from '../store/endpoints';
import { readEventRows, type EventQuery } from '../store/eventLog';
import { pickEventRows, readEvent, type StoredEvent, type UnreadableEvent } from '../store/events';
import { eq, findAll, type StoredRow } from '../store/tables';

import { LogReader } from './logReader';
import { renameEndpoints } from './query';

export type { EventQuery } from '../store/eventLog';

/** There is no event with this ID. */
export class EventNotFoundError extends Error {
	override readonly name = 'EventNotFoundError';

	constructor(id: string) {
		super(
			`There is no event "${id}". Its ID begins with evt_: Event → Get Many lists the events that have not been pruned.`,
		);
	}
}

/** An event on record, and its deliveries. */
export interface LoggedEvent {
	id: string;
	stored: StoredEvent | UnreadableEvent;
	/** Its own, and the batches with it. */
	deliveries: StoredDelivery[];
}

const includesEvent = ({ batchedEventIds, eventId }: StoredDelivery, id: string): boolean =>
	batchedEventIds === null ? eventId === id : batchedEventIds.includes(id);

/** Adds the deliveries of events, also those that have no row yet. */
async function addDeliveries(
	{ tables }: EndpointStorage,
	reader: LogReader,
	rows: StoredRow[],
): Promise<LoggedEvent[]> {
	const ids = rows.map(({ event_id }) => String(event_id));
	const { batches, deliveries } = await findDeliveriesWithEvents(tables, ids);
	const { registered, underWay } = await reader.getSurroundings();
	const derived = underWay.map(({ delivery }) => delivery);
	const all = latestPerDelivery([...deliveries, ...batches, ...derived]);
	const named = renameEndpoints(all, registered);
	return rows.map((row, index) => ({
		id: ids[index],
		stored: readEvent(row),
		deliveries: named.filter((delivery) => includesEvent(delivery, ids[index])),
	}));
}

/**
 * Finds events, the newest first, with their deliveries.
 * @param limit all if absent
 */
export async function findEvents(
	storage: EndpointStorage,
	query: EventQuery,
	limit = Infinity,
): Promise<LoggedEvent[]> {
	const reader = new LogReader(storage);
	const rows = [...pickEventRows(await readEventRows(reader, query, limit)).values()];
	const newest = orderBy(rows, ['accepted_at', 'event_id'], ['desc', 'desc']).slice(0, limit);
	return newest.length === 0 ? [] : await addDeliveries(storage, reader, newest);
}

/**
 * Finds an event by its ID, with its deliveries.
 * @throws EventNotFoundError
 */
export async function findEvent(storage: EndpointStorage, id: string): Promise<LoggedEvent> {
	const reader = new LogReader(storage);
	const row = pickEventRows(await findAll(reader, 'events', [eq('event_id', id)])).get(id);
	if (row === undefined) throw new EventNotFoundError(id);
	const [event] = await addDeliveries(storage, reader, [row]);
	return event;
}
