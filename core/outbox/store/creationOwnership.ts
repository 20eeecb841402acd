import minBy from 'lodash/minBy';
import uniqBy from 'lodash/uniqBy';

import type { Endpoint } from '../model';
import type { OutboxPorts } from '../ports';

import type { UidRow } from './modifyRow';
import { eq, findFirstPage, type Condition, type StoredRow, type Tables } from './tables';

/**
 * Decides which row counts when several requests create the same at once: a tenant with one ID or uid, an event
 * type with one name, or an endpoint with one uid or Idempotency-Key. Data Tables have no unique index, and
 * PostgreSQL can reveal rows out of ID order. So each request inserts its row with itself as `creation_owner`, and
 * removes this mark once no other such row is left.
 */

/** The rows of which one counts. */
export interface ContestedRows {
	table: 'endpoints' | 'event_types' | 'tenants';
	/** The conditions of the rows, by each of which they may be found. Those found by the first ones count before others. */
	alternatives: Condition[][];
}

/** Returns the conditions of the endpoints that a name leads to: by their ID or their uid. */
const isEndpointNamed = (tenantId: string, name: string): Condition[][] => [
	[eq('tenant_id', tenantId), eq('endpoint_id', name)],
	[eq('tenant_id', tenantId), eq('uid', name)],
];

/**
 * Returns an endpoint, and those that were created with its key or that its uid leads to.
 * @param since the earliest time of a registration for which the key counts, ISO 8601
 */
export const toContestedEndpoint = (
	{ creationKey, id, tenantId, uid }: Pick<Endpoint, 'creationKey' | 'id' | 'tenantId' | 'uid'>,
	since: string,
): ContestedRows => ({
	table: 'endpoints',
	alternatives: [
		[eq('endpoint_id', id)],
		...(creationKey === null
			? []
			: [
					[
						eq('creation_key', creationKey),
						eq('api_managed', true),
						{ column: 'registered_at', operator: 'gte' as const, value: since },
					],
				]),
		...(uid === null ? [] : isEndpointNamed(tenantId, uid)),
	],
});

async function findRows(
	tables: Tables,
	{ alternatives, table }: ContestedRows,
): Promise<StoredRow[]> {
	const finds = alternatives.map((conditions) => findFirstPage(table, conditions));
	return uniqBy((await tables.applyAndFind([], finds)).flat(), 'id');
}

/**
 * Finds the other rows that a uid leads to.
 * @param idColumn the column that has the ID of the tenant or endpoint
 * @param id of the row that has the uid, which does not count
 */
export async function findOtherUidRows(
	tables: Tables,
	named: ContestedRows,
	idColumn: 'endpoint_id' | 'tenant_id',
	id: string,
): Promise<UidRow[]> {
	const rows = await findRows(tables, named);
	return rows
		.map((row) => ({ id: String(row[idColumn]), isDecided: row.creation_owner === null }))
		.filter((row) => row.id !== id);
}

/** Finds the other endpoints of a tenant that an endpoint's uid leads to, by their ID or their uid. */
export async function findEndpointUidRows(
	tables: Tables,
	{ id, tenantId, uid }: Pick<Endpoint, 'id' | 'tenantId' | 'uid'>,
): Promise<UidRow[]> {
	if (uid === null) return [];
	const named: ContestedRows = { table: 'endpoints', alternatives: isEndpointNamed(tenantId, uid) };
	return await findOtherUidRows(tables, named, 'endpoint_id', id);
}

const findDecided = (rows: StoredRow[]): StoredRow | undefined =>
	rows.find(({ creation_owner }) => creation_owner === null);

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
const findCreated = async (
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
		if (rows.length === 0) return undefined;
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

/** The row that counts after a request to insert one. */
export interface CountedRow {
	row: StoredRow;
	/** `true` if it is the request's own. */
	isNew: boolean;
}

/**
 * Inserts a row unless one counts already. A request may give way to another one that gives way to a third, with which
 * the first has nothing in common: then it inserts its row again.
 * @param insert inserts the row with a `creation_owner`; it may return a row that counts instead
 * @returns `undefined` if others keep inserting and deleting such rows
 */
export async function insertOnce(
	ports: Pick<OutboxPorts, 'newId' | 'random' | 'tables' | 'wait'>,
	contested: ContestedRows,
	insert: (owner: string) => Promise<StoredRow | undefined>,
): Promise<CountedRow | undefined> {
	for (let tries = 0; tries < MAX_TRIES; tries += 1) {
		const existing = await findCreated(ports.tables, contested);
		if (existing !== undefined) return { row: existing, isNew: false };
		const owner = ports.newId();
		const other = await insert(owner);
		if (other !== undefined) return { row: other, isNew: false };
		const row = await resolveCreation(ports, contested, owner);
		if (row !== undefined) return { row, isNew: row.creation_owner === owner };
	}
	return undefined;
}

/** A `creation_owner` that no row has. */
const NOBODY = '';

/**
 * Waits for the row that counts of those that other requests insert.
 * @returns `undefined` if there is none
 */
export async function awaitCreated(
	ports: Pick<OutboxPorts, 'random' | 'tables' | 'wait'>,
	contested: ContestedRows,
): Promise<StoredRow | undefined> {
	const rows = await findRows(ports.tables, contested);
	return rows.length === 0 ? undefined : await resolveCreation(ports, contested, NOBODY, rows);
}
