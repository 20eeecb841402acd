import minBy from 'lodash/minBy';

import type { OutboxPorts } from '../ports';

import { eq, findAll, type Condition, type StoredRow, type Tables } from './tables';

/**
 * Decides which row counts when several requests create the same at once: a tenant with one ID, an event type
 * with one name, or an endpoint with one Idempotency-Key. Data Tables have no unique index, and PostgreSQL can reveal rows out of
 * ID order. So each request inserts its row with itself as `creation_owner`, and removes this mark once no
 * other such row is left.
 */

/** The rows of which one counts. */
export interface ContestedRows {
	table: 'endpoints' | 'event_types' | 'tenants';
	conditions: Condition[];
}

/**
 * Returns the endpoints that were created with a key.
 * @param since the earliest time of a registration for which it counts, ISO 8601
 */
export const toContestedEndpoint = (digest: string, since: string): ContestedRows => ({
	table: 'endpoints',
	conditions: [
		eq('creation_key', digest),
		eq('api_managed', true),
		{ column: 'registered_at', operator: 'gte', value: since },
	],
});

const findRows = async (
	tables: Tables,
	{ conditions, table }: ContestedRows,
): Promise<StoredRow[]> => await findAll(tables, table, conditions);

const findDecided = (rows: StoredRow[]): StoredRow | undefined =>
	minBy(
		rows.filter(({ creation_owner }) => creation_owner === null),
		'id',
	);

/** Deletes a row, unless it has won in the meantime. */
async function deleteUndecided(
	tables: Tables,
	{ table }: ContestedRows,
	owner: StoredRow[string],
): Promise<void> {
	if (owner === null) return;
	await tables.remove(table, { all: [eq('creation_owner', owner)] });
}

/** @returns whether the owner's row existed and now counts */
const decide = async (
	tables: Tables,
	{ table }: ContestedRows,
	owner: StoredRow[string],
): Promise<boolean> => {
	const query = { all: [eq('creation_owner', owner)] };
	return (await tables.update(table, query, { creation_owner: null })).length > 0;
};

/** Returns the row that was created before and counts; `undefined` if there is none. */
export const findCreated = async (
	tables: Tables,
	contested: ContestedRows,
): Promise<StoredRow | undefined> => findDecided(await findRows(tables, contested));

const MAX_TRIES = 20;

/**
 * Decides which row counts after a request has inserted its own, and deletes the request's row if another
 * one counts.
 * @param owner the request's `creation_owner`
 * @param foundRows what the request has found since it inserted its row
 * @returns the row that counts, with its `creation_owner` if that is this request; `undefined` if all were
 * deleted in the meantime
 */
export async function resolveCreation(
	{ random, tables, wait }: Pick<OutboxPorts, 'random' | 'tables' | 'wait'>,
	contested: ContestedRows,
	owner: string,
	foundRows?: StoredRow[],
): Promise<StoredRow | undefined> {
	let rows: StoredRow[] = [];
	for (let tries = 0; tries < MAX_TRIES; tries += 1) {
		rows = tries === 0 && foundRows ? foundRows : await findRows(tables, contested);
		const decided = findDecided(rows);
		if (decided !== undefined) {
			await deleteUndecided(tables, contested, owner);
			return decided;
		}
		const first = minBy(rows, 'id');
		if (first?.creation_owner !== owner) {
			await deleteUndecided(tables, contested, owner);
			await wait(random() * 50);
			continue;
		}
		const others = rows.filter((row) => row !== first);
		for (const other of others) await deleteUndecided(tables, contested, other.creation_owner);
		if (others.length === 0 && (await decide(tables, contested, owner))) return first;
	}
	// The request of the first row was killed before it could decide.
	const first = minBy(rows, 'id');
	if (first === undefined) return undefined;
	await decide(tables, contested, first.creation_owner);
	return first;
}
