import { BATCH_EVENT_TYPE } from '../../event/envelope';
import { toIsoTime } from '../../lib/time';
import type { Lease, StoredDelivery } from '../model';

import { matchTimes } from './deliveryLog';
import { readDelivery } from './deliveryRows';
import { isUndecided } from './eventOwnership';
import { readEvent, type StoredEvent } from './events';
import {
	completePages,
	eq,
	findFirstPage,
	MAX_FOUND,
	neq,
	type Change,
	type Condition,
	type Find,
	type StoredRow,
	type Tables,
} from './tables';
import { NO_TALLIES } from './tallyRows';

/**
 * Finds past events and what is on record about them, for a run that makes missing deliveries. The run leases
 * the events in the meantime, so that of several runs only one makes them: see `toRecoveryOwner`.
 */

/** Times of the events' acceptance, ISO 8601. */
export interface EventSpan {
	since?: string;
	until?: string;
}

/** Finds a page of events that no run is working on, oldest first. */
export const findIdleEvents = (span: EventSpan, afterRow: number): Find => ({
	table: 'events',
	query: {
		all: [
			...matchTimes(span),
			eq('lease_until', null),
			{ column: 'id', operator: 'gt', value: afterRow },
		],
	},
	options: { newestFirst: false, limit: MAX_FOUND },
});

/** Reads the rows of events; those that cannot be read are left out. */
export const readIdleEvents = (rows: StoredRow[]): StoredEvent[] =>
	rows.flatMap((row) => {
		const stored = readEvent(row);
		return 'event' in stored && !isUndecided(row) ? [stored] : [];
	});

/** Returns the change that leases a page of events, except for those that a run is working on. */
export const leaseIdleEvents = (
	span: EventSpan,
	{ from, to }: { from: number; to: number },
	{ expiresAtMs, owner }: Lease,
): Change => ({
	change: 'update',
	table: 'events',
	query: {
		all: [
			...matchTimes(span),
			eq('lease_until', null),
			{ column: 'id', operator: 'gte', value: from },
			{ column: 'id', operator: 'lte', value: to },
		],
	},
	values: { lease_owner: owner, lease_until: toIsoTime(expiresAtMs) },
});

/** Finds the IDs of the events that a run has leased; their data is read already. */
export const findOwnEvents = (owner: string): Find =>
	findFirstPage('events', [eq('lease_owner', owner)]);

const FORGOTTEN = neq('payload_forgotten_at', null);

/** Finds the events whose payload was forgotten, together with other rows. */
export const findForgottenEvents = (): Find => findFirstPage('events', [FORGOTTEN]);

/** Reads the IDs of the events of {@link findForgottenEvents}. */
export async function readForgottenEvents(
	tables: Tables,
	firstPage: StoredRow[],
): Promise<Set<string>> {
	const rows = await completePages(tables, 'events', [FORGOTTEN], firstPage);
	return new Set(rows.map(({ event_id }) => String(event_id)));
}

/** Which deliveries of events are on record: those of some endpoint, or of all of them. */
export interface RecordQuery {
	/** Times at which the oldest and the newest of the events were accepted. */
	from: string;
	to: string;
	endpointId?: string;
}

function toRecordConditions({ endpointId, from, to }: RecordQuery): Condition[][] {
	const ofEndpoint = endpointId === undefined ? [] : [eq('endpoint_id', endpointId)];
	const upTo: Condition = { column: 'accepted_at', operator: 'lte', value: to };
	return [
		// A delivery has the time of its event: a range is faster to find than each of many events.
		[...NO_TALLIES, ...ofEndpoint, { column: 'accepted_at', operator: 'gte', value: from }, upTo],
		// A batch has the time of its first event.
		[...ofEndpoint, eq('event_type', BATCH_EVENT_TYPE), upTo],
	];
}

/**
 * Finds everything on record about events: first their own deliveries, then the batches that may contain
 * them. In this order an event that joins a batch meanwhile is found in one of them.
 */
export const findRecord = (query: RecordQuery): Find[] =>
	toRecordConditions(query).map((conditions) => findFirstPage('deliveries', conditions));

/** Reads the rows of {@link findRecord}, and those that did not fit into its pages. */
export async function readRecord(
	tables: Tables,
	query: RecordQuery,
	firstPages: StoredRow[][],
): Promise<StoredDelivery[]> {
	const deliveries: StoredDelivery[] = [];
	for (const [index, conditions] of toRecordConditions(query).entries()) {
		const rows = await completePages(tables, 'deliveries', conditions, firstPages[index]);
		deliveries.push(...rows.map(readDelivery));
	}
	return deliveries;
}
