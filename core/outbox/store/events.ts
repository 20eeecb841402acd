import groupBy from 'lodash/groupBy';

import { toIsoTime } from '../../lib/time';
import type { OutboxEvent } from '../model';

import { pickEventRow, toOwnershipMarker } from './eventOwnership';
import { readRow, type EventRow } from './rows';
import { eq, findAny, insertChange, type Change, type StoredRow, type Tables } from './tables';

const toEvent = (row: EventRow): OutboxEvent => ({
	id: row.event_id,
	type: row.event_type,
	acceptedAt: row.accepted_at,
	data: row.data as Record<string, unknown>,
});

/** @throws UnreadableRowError */
export const readEvent = (row: StoredRow): OutboxEvent => toEvent(readRow('events', row));

/**
 * Loads events by their IDs; those that were pruned are missing.
 * @throws UnreadableRowError
 */
export async function loadEvents(
	tables: Tables,
	ids: Iterable<string>,
): Promise<Map<string, OutboxEvent>> {
	const rowsById = groupBy(await findAny(tables, 'events', 'event_id', ids), 'event_id');
	return new Map(
		Object.entries(rowsById).flatMap(([id, rows]) => {
			const row = pickEventRow(rows);
			return row === undefined ? [] : [[id, readEvent(row)] as const];
		}),
	);
}

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

/**
 * Returns the change that inserts events, or none if there are none.
 * @param fanOut the run that inserts their deliveries, and its deadline
 */
export const insertEvents = (
	events: NewEvent[],
	fanOut: { owner: string; untilMs: number },
): Change[] =>
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
	event: OutboxEvent;
	endpointIds: string[];
}

/**
 * Leases events whose fan-out should have been completed by now.
 * @throws UnreadableRowError
 */
export async function leaseUnfinishedFanOuts(
	tables: Tables,
	nowMs: number,
	fanOut: { owner: string; untilMs: number },
): Promise<UnfinishedFanOut[]> {
	const updated = await tables.update(
		'events',
		{ all: [{ column: 'fan_out_until', operator: 'lte', value: toIsoTime(nowMs) }] },
		{ fan_out_owner: fanOut.owner, fan_out_until: toIsoTime(fanOut.untilMs) },
	);
	return updated
		.filter(({ fan_out_owner }) => fan_out_owner === fanOut.owner)
		.map((stored) => {
			const row = readRow('events', stored);
			return { rowId: row.id, event: toEvent(row), endpointIds: row.endpoint_ids };
		});
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
