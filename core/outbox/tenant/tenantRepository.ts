import { DEFAULT_TENANT, type Tenant } from '../model';
import type { OutboxPorts } from '../ports';
import { insertOnce } from '../store/creationOwnership';
import { modifyRow } from '../store/modifyRow';
import {
	findTenantRow,
	findTenantUidRows,
	pickTenant,
	replaceTenant,
	toContestedTenant,
	toTenantRow,
} from '../store/tenants';
import type { Tables } from '../store/tables';

import { createTenant } from './tenantInput';

export {
	findTenantOfRequest,
	findTenants,
	requireActiveTenant,
	TenantDeletedError,
	TenantDisabledError,
} from '../store/tenants';

/** There is no tenant with this ID. */
export class TenantNotFoundError extends Error {
	override readonly name = 'TenantNotFoundError';

	constructor(id: string) {
		super(
			`There is no tenant "${id}". Tenant → Get Many lists all tenants, and Tenant → Create creates one.`,
		);
	}
}

/** There is a tenant with this ID already. */
export class TenantExistsError extends Error {
	override readonly name = 'TenantExistsError';

	constructor(id: string) {
		super(
			`There is a tenant "${id}" already. Choose another ID, or change this tenant with Tenant → Update.`,
		);
	}
}

/** Other runs keep changing the tenant faster than this run can. */
export class TenantConflictError extends Error {
	override readonly name = 'TenantConflictError';
}

/** Finds a tenant; `undefined` if nobody created it. @throws UnreadableRowError */
export async function findTenant(tables: Tables, id: string): Promise<Tenant | undefined> {
	const [rows] = await tables.applyAndFind([], [findTenantRow(id)]);
	return pickTenant(rows);
}

/** @throws TenantNotFoundError, UnreadableRowError */
export async function loadTenant(tables: Tables, id: string): Promise<Tenant> {
	const tenant = await findTenant(tables, id);
	if (tenant === undefined) throw new TenantNotFoundError(id);
	return tenant;
}

/**
 * Inserts a tenant. Of several requests at once, one inserts it.
 * @throws TenantExistsError also if the ID or the uid is another one's ID or uid
 */
export async function insertTenant(ports: OutboxPorts, tenant: Tenant): Promise<void> {
	const { tables } = ports;
	const contested = toContestedTenant(tenant);
	const created = await insertOnce(ports, contested, async (owner) => {
		await tables.insert('tenants', [{ ...toTenantRow(tenant), creation_owner: owner }]);
		return undefined;
	});
	if (created?.isNew !== true) throw new TenantExistsError(tenant.id);
}

/** Inserts the row of the default tenant, which exists without one, unless it has one. */
export async function insertDefaultTenant(ports: OutboxPorts): Promise<void> {
	if ((await findTenant(ports.tables, DEFAULT_TENANT)) !== undefined) return;
	const tenant = createTenant(DEFAULT_TENANT, {}, ports.nowMs());
	await insertTenant(ports, tenant).catch((error: unknown) => {
		// A simultaneous request has inserted it.
		if (!(error instanceof TenantExistsError)) throw error;
	});
}

/**
 * Changes a tenant. If another run changes it at the same time, the change is repeated on top of that one.
 * @returns the tenant after the change
 * @throws TenantNotFoundError, UnreadableRowError, UidTakenError, TenantConflictError, and the errors of `change`
 */
export async function modifyTenant(
	ports: Pick<OutboxPorts, 'random' | 'tables' | 'wait'>,
	id: string,
	change: (tenant: Tenant) => Tenant,
): Promise<Tenant> {
	const { tables } = ports;
	const row = {
		load: async () => await loadTenant(tables, id),
		replace: async (after: Tenant, revision: number) =>
			await replaceTenant(tables, after, revision),
		findUidRows: async (after: Tenant) => await findTenantUidRows(tables, after),
	};
	const after = await modifyRow(ports, row, change);
	if (after !== undefined) return after;
	throw new TenantConflictError(`Other executions keep changing the tenant "${id}". Try again.`);
}
