import { toIsoTime } from '../../lib/time';
import { DEFAULT_TENANT, type Tenant } from '../model';

import { findOtherUidRows, type ContestedRows } from './creationOwnership';
import type { UidRow } from './modifyRow';
import { readRow } from './rows';
import {
	completePages,
	eq,
	findAll,
	findFirstPage,
	insertChange,
	neq,
	type Change,
	type Condition,
	type Find,
	type Row,
	type StoredRow,
	type TableName,
	type Tables,
} from './tables';

/**
 * A tenant has a row once somebody creates it; without one, it has the default limits. A deleted tenant
 * leaves a row with the status `deleted` for a while: what a run that was under way writes afterwards is
 * deleted too, since it is older than that row.
 */

/** The tenant is disabled. The message says what to do. */
export class TenantDisabledError extends Error {
	override readonly name = 'TenantDisabledError';

	constructor(id: string) {
		super(`The tenant "${id}" is disabled. Enable it with Tenant → Update, then try again.`);
	}
}

/** The tenant was deleted while a request for it was under way. */
export class TenantDeletedError extends Error {
	override readonly name = 'TenantDeletedError';

	constructor(id: string) {
		super(`The tenant "${id}" was deleted in the meantime. Create it again first.`);
	}
}

const IS_DELETED = 'deleted';

/** The conditions for the row of a tenant that exists. */
const isTenant = (id: string): Condition[] => [eq('tenant_id', id), neq('status', IS_DELETED)];

/** Reads a row as a tenant. @throws UnreadableRowError */
function readTenant(stored: StoredRow): Tenant {
	const row = readRow('tenants', stored);
	return {
		id: row.tenant_id,
		name: row.name,
		metadata: row.metadata,
		status: row.status,
		limits: row.limits,
		uid: row.uid,
		keyEpoch: row.key_epoch,
		withdrawnKeys: row.withdrawn_keys ?? [],
		creationKey: row.creation_key,
		creationDigest: row.creation_digest,
		registeredAt: row.registered_at,
		updatedAt: row.updated_at ?? row.registered_at,
		revision: row.revision,
	};
}

/** Writes a tenant as a row. */
export const toTenantRow = (tenant: Tenant): Row => ({
	tenant_id: tenant.id,
	name: tenant.name,
	metadata: JSON.stringify(tenant.metadata),
	status: tenant.status,
	limits: JSON.stringify(tenant.limits),
	key_epoch: tenant.keyEpoch,
	withdrawn_keys: JSON.stringify(tenant.withdrawnKeys),
	uid: tenant.uid,
	creation_key: tenant.creationKey,
	creation_digest: tenant.creationDigest,
	registered_at: tenant.registeredAt,
	updated_at: tenant.updatedAt,
	revision: tenant.revision,
});

/** Returns the conditions of the tenants that a name leads to: by their ID or their uid. */
const isTenantNamed = (name: string): Condition[][] => [
	isTenant(name),
	[eq('uid', name), neq('status', IS_DELETED)],
];

/** Returns the conditions of the tenant that a request with an Idempotency-Key created. */
const isCreatedBy = (creationKey: string): Condition[] => [
	eq('creation_key', creationKey),
	neq('status', IS_DELETED),
];

/**
 * Returns the tenants of which only one may exist: with an ID or uid of this one, or created by the same request.
 * See `creationOwnership.ts`.
 */
export const toContestedTenant = ({ creationKey, id, uid }: Tenant): ContestedRows => ({
	table: 'tenants',
	alternatives: [
		...isTenantNamed(id),
		...(uid === null || uid === id ? [] : isTenantNamed(uid)),
		...(creationKey === null ? [] : [isCreatedBy(creationKey)]),
	],
});

/** Finds the tenant that a request with an Idempotency-Key created; `undefined` if it created none. */
export async function findTenantOfRequest(
	tables: Tables,
	creationKey: string,
): Promise<Tenant | undefined> {
	return pickTenant(await findAll(tables, 'tenants', isCreatedBy(creationKey)));
}

/** Finds the other tenants that a tenant's uid leads to, by their ID or their uid. */
export async function findTenantUidRows(tables: Tables, { id, uid }: Tenant): Promise<UidRow[]> {
	if (uid === null) return [];
	// The default tenant exists without a row.
	if (uid === DEFAULT_TENANT && id !== DEFAULT_TENANT) {
		return [{ id: DEFAULT_TENANT, isDecided: true }];
	}
	const named: ContestedRows = { table: 'tenants', alternatives: isTenantNamed(uid) };
	return await findOtherUidRows(tables, named, 'tenant_id', id);
}

/** Finds a tenant together with other rows: {@link pickTenant} reads what it found. */
export const findTenantRow = (id: string): Find => findFirstPage('tenants', isTenant(id));

/** Finds a tenant by its other name, as {@link findTenantRow} does by its ID. */
export const findTenantByUid = (uid: string): Find =>
	findFirstPage('tenants', [eq('uid', uid), neq('status', IS_DELETED)]);

/** Reads the row of {@link findTenantRow} that counts; `undefined` if the tenant has none. @throws UnreadableRowError */
export function pickTenant(rows: StoredRow[]): Tenant | undefined {
	const stored = rows.find(({ creation_owner }) => creation_owner === null) ?? rows.at(0);
	return stored && readTenant(stored);
}

/** Finds all tenants in the order of their creation. @throws UnreadableRowError */
export async function findTenants(tables: Tables): Promise<Tenant[]> {
	const rows = await findAll(tables, 'tenants', [neq('status', IS_DELETED)]);
	const seenIds = new Set<unknown>();
	return rows
		.filter(({ tenant_id }) => !seenIds.has(tenant_id) && seenIds.add(tenant_id))
		.map(readTenant);
}

/**
 * Replaces a tenant, unless it was changed since it was read.
 * @param revision the tenant's revision when it was read
 * @returns whether it was replaced
 */
export async function replaceTenant(
	tables: Tables,
	tenant: Tenant,
	revision: number,
): Promise<boolean> {
	const query = { all: [...isTenant(tenant.id), eq('revision', revision)] };
	return (await tables.update('tenants', query, toTenantRow(tenant))).length > 0;
}

const INACTIVE: Condition[] = [neq('status', 'active')];

/** Finds disabled and deleted tenants together with other rows: {@link readInactiveTenants} reads them. */
export const findInactiveTenants = (): Find => findFirstPage('tenants', INACTIVE);

/** A tenant that was deleted, and when. */
export interface DeletedTenant {
	id: string;
	deletedAt: string;
}

export interface InactiveTenants {
	disabledIds: Set<string>;
	deleted: DeletedTenant[];
}

/** Reads the rows of {@link findInactiveTenants}, and those that did not fit into its page. */
export async function readInactiveTenants(
	tables: Tables,
	firstPage: StoredRow[],
): Promise<InactiveTenants> {
	const rows = await completePages(tables, 'tenants', INACTIVE, firstPage);
	const ids = (status: string): StoredRow[] => rows.filter((row) => row.status === status);
	return {
		disabledIds: new Set(ids('disabled').map(({ tenant_id }) => String(tenant_id))),
		deleted: ids(IS_DELETED).map(({ registered_at, tenant_id }) => ({
			id: String(tenant_id),
			deletedAt: String(registered_at),
		})),
	};
}

/**
 * Requires that a tenant may use the outbox.
 * @throws TenantDisabledError
 */
export async function requireActiveTenant(tables: Tables, id: string): Promise<void> {
	// The default tenant cannot be disabled.
	if (id === DEFAULT_TENANT) return;
	const [rows] = await tables.applyAndFind([], [findInactiveTenants()]);
	const { disabledIds } = await readInactiveTenants(tables, rows);
	if (disabledIds.has(id)) throw new TenantDisabledError(id);
}

/** The column of each table that says since when a tenant's row exists, whatever happens to it. */
const BEGINNINGS: Record<Exclude<TableName, 'tenants' | 'event_types'>, string> = {
	endpoints: 'registered_at',
	events: 'accepted_at',
	deliveries: 'accepted_at',
};

export type TenantTable = keyof typeof BEGINNINGS;

/** The tables with what a tenant has. */
export const TENANT_TABLES = Object.keys(BEGINNINGS) as TenantTable[];

/** Returns the changes that delete a tenant's own row, and leave one that says that it was deleted. */
export const markDeleted = ({ deletedAt, id }: DeletedTenant): Change[] => [
	...insertChange('tenants', [{ tenant_id: id, status: IS_DELETED, registered_at: deletedAt }]),
	{ change: 'remove', table: 'tenants', query: { all: isTenant(id) } },
];

/** Returns the changes that delete what runs under way have written of a deleted tenant since. */
export function removeRemains({ deletedAt, id }: DeletedTenant): Change[] {
	const remove = (table: TenantTable, column: string): Change => ({
		change: 'remove',
		table,
		query: { all: [eq('tenant_id', id), { column, operator: 'lte', value: deletedAt }] },
	});
	return [
		...TENANT_TABLES.map((table) => remove(table, BEGINNINGS[table])),
		// Tallies have this time only.
		remove('deliveries', 'completed_at'),
	];
}

/** Longer than any run takes: Deliver Due may run for an hour, and its last attempts take minutes. */
const FORGET_AFTER_MS = 3 * 3_600_000;

/** Returns the changes that forget that tenants were deleted, once no run may be under way since. */
export const forgetDeleted = ({ deletedAt, id }: DeletedTenant, nowMs: number): Change[] =>
	Date.parse(deletedAt) > nowMs - FORGET_AFTER_MS
		? []
		: [
				{
					change: 'remove',
					table: 'tenants',
					query: {
						all: [
							eq('tenant_id', id),
							eq('status', IS_DELETED),
							{
								column: 'registered_at',
								operator: 'lte',
								value: toIsoTime(nowMs - FORGET_AFTER_MS),
							},
						],
					},
				},
			];
