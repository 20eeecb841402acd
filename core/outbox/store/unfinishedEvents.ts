import groupBy from 'lodash/groupBy';
import partition from 'lodash/partition';

import { toIsoTime } from '../../lib/time';
import type { Lease } from '../model';

import { applyAllChanges } from './changeGroups';
import { isLeasedForRecovery, isUndecided, pickEventRow, toRecoveryOwner } from './eventOwnership';
import { readEvent, type StoredEvent } from './events';
import {
	eq,
	findAll,
	findAny,
	type Change,
	type Condition,
	type Find,
	type Tables,
} from './tables';

/** Finds the events that a killed run has left without all of their deliveries. */

const isLeaseExpired = (nowMs: number): Condition => ({
	column: 'lease_until',
	operator: 'lte',
	value: toIsoTime(nowMs),
});

/** Finds one event whose lease has expired, if there is any. */
export const findExpiredEvent = (nowMs: number): Find => ({
	table: 'events',
	query: { all: [isLeaseExpired(nowMs)] },
	options: { newestFirst: false, limit: 1 },
});

/** Returns the change that ends the leases which killed runs left that made missing deliveries. */
const releaseRecoveryLeases = (nowMs: number): Change => ({
	change: 'update',
	table: 'events',
	query: {
		all: [
			isLeaseExpired(nowMs),
			{ column: 'lease_owner', operator: 'contains', value: toRecoveryOwner('') },
		],
	},
	values: { lease_owner: null, lease_until: null },
});

/** Events whose run ended before it had recorded all of their deliveries. */
export interface UnfinishedEvents {
	events: StoredEvent[];
	/** Row IDs of those whose run had not decided yet whether their idempotency key was new. */
	undecidedRowIds: Set<number>;
}

/** Leases events whose lease has expired. Those that cannot be read wait until they are corrected. */
export async function leaseUnfinishedEvents(
	tables: Tables,
	nowMs: number,
	{ expiresAtMs, owner }: Lease,
): Promise<UnfinishedEvents> {
	const expired = await findAll(tables, 'events', [isLeaseExpired(nowMs)]);
	const before = expired.filter((row) => !isLeasedForRecovery(row));
	if (before.length < expired.length) {
		await tables.applyChanges([releaseRecoveryLeases(nowMs)]);
	}
	const undecidedRowIds = new Set(before.filter(isUndecided).map(({ id }) => id));
	const leased = await tables.update(
		'events',
		{
			all: [
				isLeaseExpired(nowMs),
				{ column: 'id', operator: 'lte', value: Math.max(0, ...before.map(({ id }) => id)) },
			],
		},
		{ lease_owner: owner, lease_until: toIsoTime(expiresAtMs) },
	);
	const events: StoredEvent[] = [];
	for (const row of leased) {
		if (row.lease_owner !== owner) continue;
		const stored = readEvent(row);
		if ('event' in stored) events.push(stored);
		else await tables.update('events', { all: [eq('id', row.id)] }, { lease_owner: null });
	}
	return { events, undecidedRowIds };
}

/**
 * Deletes the leased rows of events that turned out to be on record already: their run was killed before it
 * could tell, and maybe the repair after it, too.
 * @returns the other events
 */
export async function dropTwins(
	tables: Tables,
	{ events, undecidedRowIds }: UnfinishedEvents,
): Promise<StoredEvent[]> {
	const leasedRowIds = new Set(events.map(({ rowId }) => rowId));
	const ids = events.map(({ event }) => event.id);
	const rows = await findAny(tables, 'events', 'event_id', ids);
	// A run that is still deciding finds the leased row, and gives way to it.
	const decided = rows.filter((row) => !isUndecided(row));
	const counting = new Map(
		Object.entries(groupBy(decided, 'event_id')).map(([id, twins]) => {
			const finished = twins.filter((row) => !leasedRowIds.has(row.id));
			const others = twins.filter((row) => !undecidedRowIds.has(row.id));
			const candidates = [finished, others].find(({ length }) => length > 0) ?? twins;
			return [id, pickEventRow(candidates)?.id];
		}),
	);
	const [kept, twins] = partition(
		events,
		({ event, rowId }) => (counting.get(event.id) ?? rowId) === rowId,
	);
	const deletions = twins.map(
		({ rowId }): Change => ({
			change: 'remove',
			table: 'events',
			query: { all: [eq('id', rowId)] },
		}),
	);
	await applyAllChanges(tables, deletions);
	return kept;
}
