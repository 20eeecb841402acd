import groupBy from 'lodash/groupBy';
import minBy from 'lodash/minBy';
import partition from 'lodash/partition';

import { eq, findAny, type StoredRow, type Tables } from './tables';

/**
 * Who has the event of an idempotency key that several runs put in at once. There is no unique index, and
 * rows may be seen in another order than that of their ids: PostgreSQL numbers a row before it shows it.
 * So each run puts in a claim, and makes the event of it in one step once no other row of the event is
 * there. Of claims that see each other, the one with the lowest id goes on.
 */

const CLAIM = 'claim:';

/** What stands in an event's `fan_out_owner` as long as it is not settled whose event it is. */
export const ownershipMarker = (owner: string): string => CLAIM + owner;

const isClaim = ({ fan_out_owner }: StoredRow): boolean => String(fan_out_owner).startsWith(CLAIM);

/** Of the rows of one event the one that is the event, or that will be, as far as these rows tell. */
export function pickEventRow(rows: StoredRow[]): StoredRow | undefined {
	const settled = rows.filter((row) => !isClaim(row));
	return minBy(settled.length > 0 ? settled : rows, 'id');
}

/** Deletes a claim, unless it is settled by now. */
async function dropClaim(tables: Tables, { event_id, fan_out_owner }: StoredRow): Promise<void> {
	const conditions = [eq('event_id', event_id), eq('fan_out_owner', fan_out_owner)];
	await tables.remove('events', { all: conditions });
}

/**
 * Makes events of the claims that a run has put in, but for those of events that another has.
 * @returns the rows of those others, by event ID; of an event that is not settled yet, the claim that is
 * nearest to it
 */
export async function resolveEventOwners(
	tables: Tables,
	owner: string,
	eventIds: string[],
): Promise<Map<string, StoredRow>> {
	const others = new Map<string, StoredRow>();
	if (eventIds.length === 0) return others;
	const claim = ownershipMarker(owner);
	const isOwn = (row: StoredRow): boolean => row.fan_out_owner === claim;
	const rowsOf = async (ids: string[]): Promise<Array<[string, StoredRow[]]>> =>
		Object.entries(groupBy(await findAny(tables, 'events', 'event_id', ids), 'event_id'));

	for (let open = eventIds; open.length > 0; ) {
		const contested: string[] = [];
		for (const [id, rows] of await rowsOf(open)) {
			const event = pickEventRow(rows);
			if (event === undefined) continue;
			const [own, foreign] = partition(rows, isOwn);
			if (!isOwn(event)) others.set(id, event);
			else if (foreign.length > 0) contested.push(id);
			for (const row of isOwn(event) ? foreign : own) await dropClaim(tables, row);
		}
		open = contested;
	}

	const settled = await tables.update(
		'events',
		{ all: [eq('fan_out_owner', claim)] },
		{ fan_out_owner: owner },
	);
	const known = new Set([...settled.map(({ event_id }) => event_id), ...others.keys()]);
	for (const [id, rows] of await rowsOf(eventIds.filter((eventId) => !known.has(eventId)))) {
		const event = pickEventRow(rows);
		if (event !== undefined) others.set(id, event);
	}
	return others;
}
