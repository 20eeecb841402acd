import minBy from 'lodash/minBy';

import type { OutboxPorts } from '../ports';

import { eq, findAll, type StoredRow, type Tables } from './tables';

/**
 * Decides which endpoint counts when several requests with one Idempotency-Key create it at once. Data
 * Tables have no unique index, and PostgreSQL can reveal rows out of ID order. So each request inserts its
 * row with itself as `creation_owner`, and removes this mark once no other row with the key is left.
 */

/** A key, and the earliest time of a registration for which it counts. */
export interface CreationKey {
	digest: string;
	/** ISO 8601. */
	since: string;
}

const findRows = async (tables: Tables, { digest, since }: CreationKey): Promise<StoredRow[]> =>
	await findAll(tables, 'endpoints', [
		eq('creation_key', digest),
		eq('api_managed', true),
		{ column: 'registered_at', operator: 'gte', value: since },
	]);

const findDecided = (rows: StoredRow[]): StoredRow | undefined =>
	minBy(
		rows.filter(({ creation_owner }) => creation_owner === null),
		'id',
	);

/** Deletes a row, unless it has won in the meantime. */
async function deleteUndecided(tables: Tables, owner: StoredRow[string]): Promise<void> {
	if (owner === null) return;
	await tables.remove('endpoints', { all: [eq('creation_owner', owner)] });
}

/** @returns whether the owner's row existed and now counts */
const decide = async (tables: Tables, owner: StoredRow[string]): Promise<boolean> => {
	const query = { all: [eq('creation_owner', owner)] };
	return (await tables.update('endpoints', query, { creation_owner: null })).length > 0;
};

/** Returns the ID of the endpoint that was created with a key; `undefined` if there is none. */
export async function findCreatedEndpoint(
	tables: Tables,
	key: CreationKey,
): Promise<string | undefined> {
	const decided = findDecided(await findRows(tables, key));
	return decided && String(decided.endpoint_id);
}

const MAX_TRIES = 20;

/**
 * Decides which endpoint counts after a request has inserted its own, and deletes the request's endpoint if
 * another one counts.
 * @param owner the request's `creation_owner`
 * @returns the ID of the endpoint that counts; `undefined` if all were deleted in the meantime
 */
export async function resolveCreation(
	{ random, tables, wait }: Pick<OutboxPorts, 'random' | 'tables' | 'wait'>,
	key: CreationKey,
	owner: string,
): Promise<string | undefined> {
	let rows: StoredRow[] = [];
	for (let tries = 0; tries < MAX_TRIES; tries += 1) {
		rows = await findRows(tables, key);
		const decided = findDecided(rows);
		if (decided !== undefined) {
			await deleteUndecided(tables, owner);
			return String(decided.endpoint_id);
		}
		const first = minBy(rows, 'id');
		if (first?.creation_owner !== owner) {
			await deleteUndecided(tables, owner);
			await wait(random() * 50);
			continue;
		}
		const others = rows.filter((row) => row !== first);
		for (const other of others) await deleteUndecided(tables, other.creation_owner);
		if (others.length === 0 && (await decide(tables, owner))) return String(first.endpoint_id);
	}
	// The request of the first row was killed before it could decide.
	const first = minBy(rows, 'id');
	if (first === undefined) return undefined;
	await decide(tables, first.creation_owner);
	return String(first.endpoint_id);
}
