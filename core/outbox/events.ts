import type { OutboxEvent } from './endpoint';
import { findAny, readRow, type EventRow, type StoredRow, type Tables } from './tables';

export const eventOf = (row: EventRow): OutboxEvent => ({
	id: row.event_id,
	type: row.event_type,
	acceptedAt: row.accepted_at,
	data: row.data as Record<string, unknown>,
});

/**
 * The rows of events, by their ids. Of several rows of one event the one that was there first is the
 * event: two runs may have put in the same idempotency key at once.
 */
export async function eventRows(
	tables: Tables,
	ids: Iterable<string>,
): Promise<Map<string, StoredRow>> {
	const rows = new Map<string, StoredRow>();
	for (const row of await findAny(tables, 'events', 'event_id', ids)) {
		const id = String(row.event_id);
		const other = rows.get(id);
		if (other === undefined || row.id < other.id) rows.set(id, row);
	}
	return rows;
}

/** The events with these ids that are on record. */
export async function loadEvents(
	tables: Tables,
	ids: Iterable<string>,
): Promise<Map<string, OutboxEvent>> {
	const rows = await eventRows(tables, ids);
	return new Map([...rows].map(([id, row]) => [id, eventOf(readRow('events', row))]));
}
