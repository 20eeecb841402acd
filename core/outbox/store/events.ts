import chunk from 'lodash/chunk';
import groupBy from 'lodash/groupBy';

import { toIsoTime } from '../../lib/time';
import type { OutboxEvent } from '../model';

import { pickEventRow, toOwnershipMarker } from './eventOwnership';
import { readOrSalvage, salvageColumns } from './rows';
import {
	eq,
	findAll,
	findAny,
	insertChange,
	MAX_CHANGES,
	type Change,
	type StoredRow,
	type Tables,
} from './tables';

/** An event as it was read from the table. */
export interface StoredEvent {
	rowId: number;
	event: OutboxEvent;
	/** Its data, as it was inserted. */
	dataJson: string;
	/** The endpoints that got a delivery of it, also if that was pruned. */
	endpointIds: string[];
	/** `true` while a run inserts its deliveries. */
	isFanningOut: boolean;
}

/** The problem with the row of an event that a person edited. */
export interface UnreadableEvent {
	problem: string;
}

/** Reads an event's row. If it was edited and cannot be read, the result says why. */
export const readEvent = (stored: StoredRow): StoredEvent | UnreadableEvent =>
	readOrSalvage<'events', StoredEvent | UnreadableEvent>(
		'events',
		stored,
		(row) => ({
			rowId: row.id,
			event: {
				id: row.event_id,
				type: row.event_type,
				acceptedAt: row.accepted_at,
				data: row.data,
			},
			dataJson: String(stored.data),
			endpointIds: row.endpoint_ids,
			isFanningOut: row.fan_out_until !== null,
		}),
		(_, problem) => ({ problem }),
	);

/** Finds the row that counts of each event; those that were pruned are missing. */
export async function findEventRows(
	tables: Tables,
	ids: Iterable<string>,
): Promise<Map<string, StoredRow>> {
	const rowsById = groupBy(await findAny(tables, 'events', 'event_id', ids), 'event_id');
	return new Map(
		Object.entries(rowsById).flatMap(([id, rows]) => {
			const row = pickEventRow(rows);
			return row === undefined ? [] : [[id, row] as const];
		}),
	);
}

/** Loads events by their IDs; those that were pruned are missing. */
export const loadEvents = async (
	tables: Tables,
	ids: Iterable<string>,
): Promise<Map<string, StoredEvent | UnreadableEvent>> =>
	new Map([...(await findEventRows(tables, ids))].map(([id, row]) => [id, readEvent(row)]));

/** An event to be inserted. */
export interface NewEvent {
	event: OutboxEvent;
	/** The event's data as it is stored. */
	dataJson: string;
	/** The endpoints that get a delivery of it. */
	endpointIds: string[];
	/** `true` if other runs may insert the same event, so that its owner has to be resolved. */
	isContested: boolean;
}

/** A run that inserts deliveries of events, and its deadline. */
export interface FanOut {
	owner: string;
	untilMs: number;
}

/** Returns the change that inserts events, or none if there are none. */
export const insertEvents = (events: NewEvent[], fanOut: FanOut): Change[] =>
	insertChange(
		'events',
		events.map(({ dataJson, endpointIds, event, isContested }) => ({
			event_id: event.id,
			event_type: event.type,
			accepted_at: event.acceptedAt,
			data: dataJson,
			endpoint_ids: JSON.stringify(endpointIds),
			fan_out_owner: isContested ? toOwnershipMarker(fanOut.owner) : fanOut.owner,
			fan_out_until: toIsoTime(fanOut.untilMs),
		})),
	);

/**
 * Adds endpoints to events that get deliveries later, and leases the events to the run that inserts them.
 * @param additions each event with the endpoints that it has no delivery for
 * @returns the IDs of the events that the run leased; another run was faster with the others
 */
export async function extendFanOuts(
	tables: Tables,
	additions: Array<{ stored: StoredEvent; endpointIds: string[] }>,
	{ owner, untilMs }: FanOut,
): Promise<Set<string>> {
	const changes = additions.map(
		({ endpointIds, stored }): Change => ({
			change: 'update',
			table: 'events',
			query: {
				all: [
					eq('event_id', stored.event.id),
					eq('endpoint_ids', JSON.stringify(stored.endpointIds)),
					eq('fan_out_until', null),
				],
			},
			values: {
				endpoint_ids: JSON.stringify([...stored.endpointIds, ...endpointIds]),
				fan_out_owner: owner,
				fan_out_until: toIsoTime(untilMs),
			},
		}),
	);
	for (const group of chunk(changes, MAX_CHANGES)) await tables.applyChanges(group);
	const leased =
		changes.length === 0 ? [] : await findAll(tables, 'events', [eq('fan_out_owner', owner)]);
	const leasedIds = new Set(leased.map(({ event_id }) => String(event_id)));
	return new Set(
		additions.flatMap(({ stored: { event } }) => (leasedIds.has(event.id) ? [event.id] : [])),
	);
}

/** Records that all deliveries of a run's events are inserted. */
export const completeFanOut = (owner: string): Change => ({
	change: 'update',
	table: 'events',
	query: { all: [eq('fan_out_owner', owner)] },
	values: { fan_out_owner: null, fan_out_until: null },
});

/** An event whose run ended before it recorded that all deliveries are inserted. */
export interface UnfinishedFanOut {
	rowId: number;
	event: Omit<OutboxEvent, 'data'>;
	endpointIds: string[];
}

/** Reads an event's fan-out; `undefined` if its row was edited and no longer has one. */
function readFanOut(stored: StoredRow): UnfinishedFanOut | undefined {
	const { accepted_at, endpoint_ids, event_id, event_type } = salvageColumns('events', stored);
	const isReadable = accepted_at && endpoint_ids && event_id && event_type;
	if (!isReadable) return undefined;
	const event = { id: event_id, type: event_type, acceptedAt: accepted_at };
	return { rowId: stored.id, event, endpointIds: endpoint_ids };
}

/** Leases events whose fan-out should have been completed by now. Those that cannot be read wait. */
export async function leaseUnfinishedFanOuts(
	tables: Tables,
	nowMs: number,
	{ owner, untilMs }: FanOut,
): Promise<UnfinishedFanOut[]> {
	const updated = await tables.update(
		'events',
		{ all: [{ column: 'fan_out_until', operator: 'lte', value: toIsoTime(nowMs) }] },
		{ fan_out_owner: owner, fan_out_until: toIsoTime(untilMs) },
	);
	const fanOuts: UnfinishedFanOut[] = [];
	for (const row of updated) {
		if (row.fan_out_owner !== owner) continue;
		const fanOut = readFanOut(row);
		if (fanOut !== undefined) fanOuts.push(fanOut);
		else await tables.update('events', { all: [eq('id', row.id)] }, { fan_out_owner: null });
	}
	return fanOuts;
}

/**
 * Deletes events accepted before a time, unless their deliveries are still being inserted.
 * @returns the number of deleted events
 */
export const removeEvents = async (tables: Tables, acceptedBefore: string): Promise<number> =>
	await tables.remove('events', {
		all: [
			{ column: 'accepted_at', operator: 'lt', value: acceptedBefore },
			eq('fan_out_until', null),
		],
	});
