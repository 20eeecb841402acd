import groupBy from 'lodash/groupBy';
import minBy from 'lodash/minBy';
import partition from 'lodash/partition';

import type { SendingPorts } from '../../sending/deliver';

import { eq, findAny, type StoredRow, type Tables } from './tables';

/**
 * Decides which run owns an event when several insert the same idempotency key at once. Data Tables have
 * no unique index, and PostgreSQL can reveal rows out of ID order. So each run first inserts its row with
 * an ownership marker, and removes the marker in one step once no other row of the event is left. Among
 * competing markers the row with the lowest ID wins.
 */

const MARKER_PREFIX = 'claim:';

/** Returns the `fan_out_owner` of an event whose owner is not decided yet. */
export const toOwnershipMarker = (owner: string): string => MARKER_PREFIX + owner;

/** Checks whether it is not decided yet which of an event's rows counts. */
const isUndecided = ({ fan_out_owner }: StoredRow): boolean =>
	String(fan_out_owner).startsWith(MARKER_PREFIX);

/** Picks the row of an event that counts, or that will win as far as these rows show. */
export function pickEventRow(rows: StoredRow[]): StoredRow | undefined {
	const decided = rows.filter((row) => !isUndecided(row));
	return minBy(decided.length > 0 ? decided : rows, 'id');
}

/** Deletes a row with a marker, unless its owner has won in the meantime. */
async function deleteUndecidedRow(
	tables: Tables,
	{ event_id, fan_out_owner }: StoredRow,
): Promise<void> {
	const conditions = [eq('event_id', event_id), eq('fan_out_owner', fan_out_owner)];
	await tables.remove('events', { all: conditions });
}

const findRowsByEvent = async (
	tables: Tables,
	eventIds: string[],
): Promise<Array<[string, StoredRow[]]>> =>
	Object.entries(groupBy(await findAny(tables, 'events', 'event_id', eventIds), 'event_id'));

/**
 * Decides the owner of each event that a run has inserted with its marker, and gives the run the events
 * that it won.
 * @returns by event ID, the rows of the events that another run owns; for an event that is not decided
 * yet, the row that is closest to winning
 */
export async function resolveEventOwners(
	tables: Tables,
	owner: string,
	eventIds: string[],
): Promise<Map<string, StoredRow>> {
	const lostEvents = new Map<string, StoredRow>();
	if (eventIds.length === 0) return lostEvents;
	const marker = toOwnershipMarker(owner);
	const isOurs = (row: StoredRow): boolean => row.fan_out_owner === marker;

	for (let undecidedIds = eventIds; undecidedIds.length > 0; ) {
		const contestedIds: string[] = [];
		for (const [id, rows] of await findRowsByEvent(tables, undecidedIds)) {
			const winner = pickEventRow(rows);
			if (winner === undefined) continue;
			const [ourRows, otherRows] = partition(rows, isOurs);
			if (!isOurs(winner)) lostEvents.set(id, winner);
			else if (otherRows.length > 0) contestedIds.push(id);
			for (const row of isOurs(winner) ? otherRows : ourRows) {
				await deleteUndecidedRow(tables, row);
			}
		}
		undecidedIds = contestedIds;
	}

	const wonRows = await tables.update(
		'events',
		{ all: [eq('fan_out_owner', marker)] },
		{ fan_out_owner: owner },
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
