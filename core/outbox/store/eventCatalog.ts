import minBy from 'lodash/minBy';

import { stringifyExactJson } from '../../lib/exactJson';
import type { EventType, EventTypeInput } from '../eventType/eventTypePorts';

import type { ContestedRows } from './creationOwnership';
import { readOrSalvage, readRow, type EventTypeRow } from './rows';
import {
	completePages,
	eq,
	findAnyAtOnce,
	findFirstPage,
	type Condition,
	type Find,
	type Row,
	type StoredRow,
	type Tables,
} from './tables';

/** The catalog of event types: rows of the owner, which no tenant has of its own. */

const isNamed = (name: string): Condition[] => [eq('name', name)];

/** The rows of an event type that several requests may create at once: see `creationOwnership.ts`. */
export const toContestedEventType = (name: string): ContestedRows => ({
	table: 'event_types',
	alternatives: [isNamed(name)],
});

const toEventType = (row: EventTypeRow): EventType => ({
	name: row.name,
	description: row.description,
	...(row.schema !== null && { schema: row.schema }),
	...(row.example !== null && { example: row.example }),
	archived: row.archived,
	...(row.group_name !== null && { groupName: row.group_name }),
	createdAt: row.created_at,
	updatedAt: row.updated_at,
});

/** Reads a row as an event type. @throws UnreadableRowError */
export const readEventType = (stored: StoredRow): EventType =>
	toEventType(readRow('event_types', stored));

const toJson = (value: unknown): string | null =>
	value === undefined || value === null ? null : stringifyExactJson(value);

/** Writes a new event type as a row. */
export const toEventTypeRow = (input: EventTypeInput, createdAt: string): Row => ({
	name: input.name,
	description: input.description ?? '',
	group_name: input.groupName || null,
	archived: input.archived ?? false,
	schema: toJson(input.schema),
	example: toJson(input.example),
	created_at: createdAt,
	updated_at: createdAt,
});

/** Writes the columns that changes of an event type have. */
const toChangedColumns = (changes: Partial<EventTypeInput>, updatedAt: string): Row => ({
	...(changes.description !== undefined && { description: changes.description }),
	...(changes.groupName !== undefined && { group_name: changes.groupName || null }),
	...(changes.archived !== undefined && { archived: changes.archived }),
	...(changes.schema !== undefined && { schema: toJson(changes.schema) }),
	...(changes.example !== undefined && { example: toJson(changes.example) }),
	updated_at: updatedAt,
});

/** Finds an event type together with other rows: {@link pickEventTypeRow} reads what it found. */
export const findEventTypeRow = (name: string): Find => findFirstPage('event_types', isNamed(name));

/** Returns the row that counts of those with one name: one that is decided, otherwise the first. */
export const pickEventTypeRow = (rows: StoredRow[]): StoredRow | undefined =>
	minBy(
		rows.filter(({ creation_owner }) => creation_owner === null),
		'id',
	) ?? minBy(rows, 'id');

/** Finds all event types, in no particular order. @throws UnreadableRowError unless `skipsUnreadable` */
export async function findEventTypes(
	tables: Tables,
	{ skipsUnreadable }: { skipsUnreadable: boolean },
): Promise<EventType[]> {
	const [firstPage] = await tables.applyAndFind([], [findFirstPage('event_types')]);
	const rows = await completePages(tables, 'event_types', [], firstPage);
	const rowsByName = new Map<unknown, StoredRow[]>();
	for (const row of rows) rowsByName.set(row.name, [...(rowsByName.get(row.name) ?? []), row]);
	return [...rowsByName.values()].flatMap((sameName) => {
		const row = pickEventTypeRow(sameName);
		if (row === undefined) return [];
		const eventType = skipsUnreadable ? readOrSalvageEventType(row) : readEventType(row);
		return 'problem' in eventType ? [] : [eventType];
	});
}

/** Changes an event type. @returns its rows after the change; none if there is no such type */
export const updateEventTypeRows = async (
	tables: Tables,
	name: string,
	changes: Partial<EventTypeInput>,
	updatedAt: string,
): Promise<StoredRow[]> =>
	await tables.update('event_types', { all: isNamed(name) }, toChangedColumns(changes, updatedAt));

/** Deletes an event type. @returns whether there was one */
export const removeEventType = async (tables: Tables, name: string): Promise<boolean> =>
	(await tables.remove('event_types', { all: isNamed(name) })) > 0;

/** An event type that was edited and cannot be read. */
export interface UnreadableEventType {
	problem: string;
}

/** Returns the find of the event types of events; `undefined` for too many of them. */
export const findEventTypesOf = (names: string[]): Find | undefined =>
	findAnyAtOnce('event_types', 'name', [...new Set(names)]);

/** Reads the row of an event type by which events are checked, or says what is wrong with it. */
export const readOrSalvageEventType = (stored: StoredRow): EventType | UnreadableEventType =>
	readOrSalvage<'event_types', EventType | UnreadableEventType>(
		'event_types',
		stored,
		toEventType,
		(_, problem) => ({ problem }),
	);
