import groupBy from 'lodash/groupBy';
import minBy from 'lodash/minBy';
import partition from 'lodash/partition';
import uniq from 'lodash/uniq';

import type { SendingPorts } from '../../sending/deliver';

import { applyAllChanges } from './changeGroups';
import { eq, findAny, type Change, type StoredRow, type Tables } from './tables';

/**
 * Decides which run owns an event when several insert the same idempotency key at once. Data Tables have
 * no unique index, and PostgreSQL can reveal rows out of ID order. So each run first inserts its row with
 * an ownership marker, and removes the marker in one step once no other row of the event is left. Among
 * competing markers the row with the lowest ID wins.
 */

const MARKER_PREFIX = 'claim:';

/** Returns the `lease_owner` of an event whose owner is not decided yet. */
export const toOwnershipMarker = (owner: string): string => MARKER_PREFIX + owner;

/** Checks whether it is not decided yet which of an event's rows counts. */
export const isUndecided = ({ lease_owner }: StoredRow): boolean =>
	String(lease_owner).startsWith(MARKER_PREFIX);

const RECOVERY_PREFIX = 'recovery:';

/**
 * Returns the `lease_owner` of events that a run leases to make missing deliveries. It does not send them: if
 * the lease expires, Deliver Due only ends it.
 */
export const toRecoveryOwner = (id: string): string => RECOVERY_PREFIX + id;

/** Checks whether a run has leased an event to make missing deliveries. */
export const isLeasedForRecovery = ({ lease_owner }: StoredRow): boolean =>
	String(lease_owner).startsWith(RECOVERY_PREFIX);

/** Picks the row of an event that counts, or that will win as far as these rows show. */
export function pickEventRow(rows: StoredRow[]): StoredRow | undefined {
	const decided = rows.filter((row) => !isUndecided(row));
	return minBy(decided.length > 0 ? decided : rows, 'id');
}

/** Returns the change that deletes a row with a marker, unless its owner has won in the meantime. */
const deleteUndecidedRow = ({ event_id, lease_owner }: StoredRow): Change => ({
	change: 'remove',
	table: 'events',
	query: { all: [eq('event_id', event_id), eq('lease_owner', lease_owner)] },
});

const groupByEvent = (rows: StoredRow[]): Array<[string, StoredRow[]]> =>
	Object.entries(groupBy(rows, 'event_id'));

const findRowsByEvent = async (
	tables: Tables,
	eventIds: string[],
): Promise<Array<[string, StoredRow[]]>> =>
	groupByEvent(await findAny(tables, 'events', 'event_id', eventIds));

/**
 * Decides the owner of each event that a run has inserted with its marker, and gives the run the events
 * that it won.
 * @param found the rows of these events after the run inserted its own
 * @returns by event ID, the rows of the events that another run owns; for an event that is not decided
 * yet, the row that is closest to winning
 */
export async function resolveEventOwners(
	tables: Tables,
	owner: string,
	found: StoredRow[],
): Promise<Map<string, StoredRow>> {
	const lostEvents = new Map<string, StoredRow>();
	if (found.length === 0) return lostEvents;
	const marker = toOwnershipMarker(owner);
	const isOurs = (row: StoredRow): boolean => row.lease_owner === marker;
	const eventIds = uniq(found.map(({ event_id }) => String(event_id)));

	for (let undecided = groupByEvent(found); undecided.length > 0; ) {
		const contestedIds: string[] = [];
		const deletions: Change[] = [];
		for (const [id, rows] of undecided) {
			const winner = pickEventRow(rows);
			if (winner === undefined) continue;
			const [ourRows, otherRows] = partition(rows, isOurs);
			if (!isOurs(winner)) lostEvents.set(id, winner);
			else if (otherRows.length > 0) contestedIds.push(id);
			deletions.push(...(isOurs(winner) ? otherRows : ourRows).map(deleteUndecidedRow));
		}
		await applyAllChanges(tables, deletions);
		undecided = await findRowsByEvent(tables, contestedIds);
	}
	if (lostEvents.size === eventIds.length) return lostEvents;

	const wonRows = await tables.update(
		'events',
		{ all: [eq('lease_owner', marker)] },
		{ lease_owner: owner },
	);
	const decidedIds = new Set([...wonRows.map(({ event_id }) => event_id), ...lostEvents.keys()]);
	const missingIds = eventIds.filter((id) => !decidedIds.has(id));
	for (const [id, rows] of await findRowsByEvent(tables, missingIds)) {
		const winner = pickEventRow(rows);
		if (winner !== undefined) lostEvents.set(id, winner);
	}
	return lostEvents;
}

/** Number of checks for the owner of an event, and the time between them. */
const OWNER_CHECKS = { tries: 20, everyMs: 100 };

/** Time after which the run of an undecided row has probably been killed. */
const MAX_UNDECIDED_MS = 5000;

/**
 * Waits until the owners of events are decided, so that an event is compared with the one that is sent. A
 * run that was killed decides nothing: then the row that is closest to winning counts.
 * @returns the owners' rows by event ID
 */
export async function awaitEventOwners(
	{ nowMs, tables, wait }: { tables: Tables } & Pick<SendingPorts, 'nowMs' | 'wait'>,
	found: Map<string, StoredRow>,
): Promise<Map<string, StoredRow>> {
	const rows = new Map(found);
	const isPending = (row: StoredRow): boolean =>
		isUndecided(row) && nowMs() - Date.parse(String(row.accepted_at)) < MAX_UNDECIDED_MS;
	for (let tries = 0; tries < OWNER_CHECKS.tries; tries += 1) {
		const undecidedIds = [...rows].flatMap(([id, row]) => (isPending(row) ? [id] : []));
		if (undecidedIds.length === 0) break;
		await wait(OWNER_CHECKS.everyMs);
		for (const [id, sameEvent] of await findRowsByEvent(tables, undecidedIds)) {
			const row = pickEventRow(sameEvent);
			if (row !== undefined) rows.set(id, row);
		}
	}
	return rows;
}
