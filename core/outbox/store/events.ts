import groupBy from 'lodash/groupBy';

import { pickEventRow } from './eventOwnership';
import type { OutboxEvent } from '../endpoint/lifecycle';
import { findAny, readRow, type EventRow, type StoredRow, type Tables } from './tables';

export const toOutboxEvent = (row: EventRow): OutboxEvent => ({
	id: row.event_id,
	type: row.event_type,
	acceptedAt: row.accepted_at,
	data: row.data as Record<string, unknown>,
});

/** The rows of events, by their ids. */
export async function findEventRows(
	tables: Tables,
	ids: Iterable<string>,
): Promise<Map<string, StoredRow>> {
	const found = groupBy(await findAny(tables, 'events', 'event_id', ids), 'event_id');
	return new Map(
		Object.entries(found).flatMap(([id, rows]) => {
			const event = pickEventRow(rows);
			return event === undefined ? [] : [[id, event] as const];
		}),
	);
}

/** The events with these ids that are on record. */
export async function loadEvents(
	tables: Tables,
	ids: Iterable<string>,
): Promise<Map<string, OutboxEvent>> {
	const rows = await findEventRows(tables, ids);
	return new Map([...rows].map(([id, row]) => [id, toOutboxEvent(readRow('events', row))]));
}
