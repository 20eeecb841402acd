import groupBy from 'lodash/groupBy';

import { toIsoTime } from '../../lib/time';
import type { Lease, OutboxEvent } from '../model';

import {
	isLeasedForRecovery,
	isUndecided,
	pickEventRow,
	toOwnershipMarker,
} from './eventOwnership';
import { findEach } from './changeGroups';
import { readOrSalvage, type EventRow } from './rows';
import {
	completePages,
	eq,
	findAny,
	findFirstPage,
	insertChange,
	MAX_FOUND,
	neq,
	type Change,
	type Find,
	type RowFinder,
	type StoredRow,
	type Tables,
	type UpdateChange,
} from './tables';

/**
 * An event is on record, with a lease, before the first attempt of any of its deliveries. A delivery gets
 * its first row with the outcome of that attempt. When all deliveries have a row, the lease is removed. If
 * the run is killed before, the lease expires, and Deliver Due makes the deliveries that have no row. If the
 * sender refuses data that does not match its event type, it checks the data first.
 */

/** An event as it was read from the table. */
export interface StoredEvent {
	rowId: number;
	event: OutboxEvent;
	/** Its data, as it was inserted. */
	dataJson: string;
	/** `true` while a run makes its first deliveries, or after such a run was killed. */
	isUnderWay: boolean;
	/** `true` if its run may have been killed before it could refuse the data. */
	isUnchecked: boolean;
}

/** The problem with the row of an event that a person edited. */
export interface UnreadableEvent {
	problem: string;
}

const toEvent = (row: EventRow): OutboxEvent => ({
	tenantId: row.tenant_id,
	id: row.event_id,
	uid: row.uid,
	channels: row.channels,
	requestKey: row.request_key,
	type: row.event_type,
	acceptedAt: row.accepted_at,
	data: row.data,
	endpointIds: row.endpoint_ids,
	origin: {
		executionId: row.execution_id,
		workflowId: row.workflow_id,
		nodeName: row.node_name,
		inboundEventId: row.inbound_event_id,
	},
	deliverAt: row.deliver_at,
	payloadForgottenAt: row.payload_forgotten_at,
});

/** Reads an event's row. If it was edited and cannot be read, the result says why. */
export const readEvent = (stored: StoredRow): StoredEvent | UnreadableEvent =>
	readOrSalvage<'events', StoredEvent | UnreadableEvent>(
		'events',
		stored,
		(row) => ({
			rowId: row.id,
			event: toEvent(row),
			dataJson: String(stored.data),
			isUnderWay: row.lease_until !== null && !isLeasedForRecovery(stored),
			isUnchecked: row.data_check !== null,
		}),
		(_, problem) => ({ problem }),
	);

/** Returns the row that counts of each event. */
export const pickEventRows = (rows: StoredRow[]): Map<string, StoredRow> =>
	new Map(
		Object.entries(groupBy(rows, 'event_id')).flatMap(([id, sameEvent]) => {
			const row = pickEventRow(sameEvent);
			return row === undefined ? [] : [[id, row] as const];
		}),
	);

/** Finds the row that counts of each event; those that were pruned are missing. */
export const findEventRows = async (
	tables: Tables,
	ids: Iterable<string>,
): Promise<Map<string, StoredRow>> =>
	pickEventRows(await findAny(tables, 'events', 'event_id', ids));

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
	/** `true` if other runs may insert the same event, so that its owner has to be resolved. */
	isContested: boolean;
	/** `true` if its run refuses data that does not match the event type. */
	isUnchecked: boolean;
}

/** Returns the change that inserts events under a run's lease, or none if there are none. */
export const insertEvents = (events: NewEvent[], { expiresAtMs, owner }: Lease): Change[] =>
	insertChange(
		'events',
		events.map(({ dataJson, event, isContested, isUnchecked }) => ({
			tenant_id: event.tenantId,
			event_id: event.id,
			uid: event.uid,
			channels: event.channels && JSON.stringify(event.channels),
			request_key: event.requestKey,
			event_type: event.type,
			accepted_at: event.acceptedAt,
			data: dataJson,
			endpoint_ids: event.endpointIds && JSON.stringify(event.endpointIds),
			execution_id: event.origin.executionId,
			workflow_id: event.origin.workflowId,
			node_name: event.origin.nodeName,
			inbound_event_id: event.origin.inboundEventId,
			deliver_at: event.deliverAt,
			data_check: isUnchecked ? 'refuse' : null,
			lease_owner: isContested ? toOwnershipMarker(owner) : owner,
			lease_until: toIsoTime(expiresAtMs),
		})),
	);

/** Returns the change that leases events to a run, unless another run works on them. */
export const leaseIdleEvent = (eventId: string, { expiresAtMs, owner }: Lease): Change => ({
	change: 'update',
	table: 'events',
	query: { all: [eq('event_id', eventId), eq('lease_until', null)] },
	values: { lease_owner: owner, lease_until: toIsoTime(expiresAtMs) },
});

/** Returns the change that extends a run's lease on its events, the data of which it has checked. */
export const renewEventLeases = ({ expiresAtMs, owner }: Lease): UpdateChange => ({
	change: 'update',
	table: 'events',
	query: { all: [eq('lease_owner', owner)] },
	values: { lease_until: toIsoTime(expiresAtMs), data_check: null },
});

/** Returns the change that records that each delivery of a run's events has a row. */
export const completeEvents = (owner: string): Change => ({
	change: 'update',
	table: 'events',
	query: { all: [eq('lease_owner', owner)] },
	values: { lease_owner: null, lease_until: null, data_check: null },
});

/** Returns the change that deletes an event that its run cannot send. */
export const removeLeasedEvent = (eventId: string, owner: string): Change => ({
	change: 'remove',
	table: 'events',
	query: { all: [eq('event_id', eventId), eq('lease_owner', owner)] },
});

const IS_LEASED = neq('lease_until', null);

/** Finds the events that a run makes first deliveries of, together with other rows. */
export const findLeasedRows = (): Find => findFirstPage('events', [IS_LEASED]);

/** Finds the rows that did not fit into the page of {@link findLeasedRows}. @returns all of them */
export const completeLeasedRows = async (
	tables: RowFinder,
	firstPage: StoredRow[],
): Promise<StoredRow[]> => await completePages(tables, 'events', [IS_LEASED], firstPage);

/** Events of which runs make first deliveries, and rows that were found after them. */
export interface FoundAfterLeases {
	eventRows: StoredRow[];
	/** The rows of each find, in order. */
	pages: StoredRow[][];
}

/**
 * Finds the events of which runs make first deliveries, and then other rows. So if a run ends in between, the
 * deliveries of its events are on record by then.
 */
export async function findAfterLeases(
	tables: Pick<Tables, 'applyAndFind' | 'find'>,
	finds: Find[],
): Promise<FoundAfterLeases> {
	const [leasedRows, ...pages] = await findEach(tables, [findLeasedRows(), ...finds]);
	if (leasedRows.length < MAX_FOUND) return { eventRows: leasedRows, pages };
	const eventRows = await completeLeasedRows(tables, leasedRows);
	return { eventRows, pages: await findEach(tables, finds) };
}

/**
 * Reads the rows of {@link findLeasedRows}, and those that did not fit into its page. Events of which it is
 * not decided yet whether they are sent are left out, those that another run only makes missing deliveries of,
 * and those that cannot be read.
 */
export async function readLeasedEvents(
	tables: RowFinder,
	firstPage: StoredRow[],
): Promise<StoredEvent[]> {
	const rows = await completeLeasedRows(tables, firstPage);
	const decided = rows.filter((row) => !isUndecided(row) && !isLeasedForRecovery(row));
	return [...pickEventRows(decided).values()].flatMap((row) => {
		const stored = readEvent(row);
		return 'event' in stored ? [stored] : [];
	});
}

/** Returns the change that deletes an event, unless a run still makes its deliveries. */
export const deleteIdleEvent = (id: string): Change => ({
	change: 'remove',
	table: 'events',
	query: { all: [eq('event_id', id), eq('lease_until', null)] },
});

/**
 * Empties an event's data, unless a run still makes its deliveries.
 * @returns whether it was emptied
 */
export async function emptyIdleEvent(tables: Tables, id: string, nowMs: number): Promise<boolean> {
	const rows = await tables.update(
		'events',
		{ all: [eq('event_id', id), eq('lease_until', null)] },
		{ data: '{}', payload_forgotten_at: toIsoTime(nowMs) },
	);
	return rows.length > 0;
}
