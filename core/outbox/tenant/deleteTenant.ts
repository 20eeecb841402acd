import { toIsoTime } from '../../lib/time';
import { DEFAULT_TENANT } from '../model';
import type { OutboxPorts } from '../ports';
import {
	forgetDeleted,
	markDeleted,
	removeRemains,
	TENANT_TABLES,
	type DeletedTenant,
	type TenantTable,
} from '../store/tenants';
import { applyAllChanges } from '../store/changeGroups';
import { eq, type Tables } from '../store/tables';
import { NO_TALLIES } from '../store/tallyRows';

import { InvalidTenantError } from './tenantInput';
import { findTenant, TenantNotFoundError } from './tenantRepository';

/** How many rows a deleted tenant had in each table. */
export type DeletedCounts = Record<TenantTable, number>;

/**
 * Deletes a tenant with everything it has. What a run that is under way writes of it afterwards is deleted
 * by {@link clearDeleted}. The ID can be used again at once.
 * @throws InvalidTenantError for the default tenant, TenantNotFoundError if it neither was created nor has
 * anything
 */
export async function deleteTenant(
	{ nowMs, tables }: Pick<OutboxPorts, 'nowMs' | 'tables'>,
	id: string,
): Promise<DeletedCounts> {
	if (id === DEFAULT_TENANT) {
		throw new InvalidTenantError(
			`The tenant "${DEFAULT_TENANT}" cannot be deleted: everything that names no tenant belongs to it. Delete its endpoints with Endpoint → Delete.`,
		);
	}
	const existed = (await findTenant(tables, id)) !== undefined;
	await tables.applyChanges(markDeleted({ id, deletedAt: toIsoTime(nowMs()) }));
	const counts = Object.fromEntries(TENANT_TABLES.map((table) => [table, 0])) as DeletedCounts;
	for (const table of TENANT_TABLES) {
		const counted = table === 'deliveries' ? NO_TALLIES : [];
		counts[table] = await tables.remove(table, { all: [eq('tenant_id', id), ...counted] });
	}
	await tables.remove('deliveries', { all: [eq('tenant_id', id)] });
	const hadAny = existed || Object.values(counts).some((count) => count > 0);
	if (!hadAny) throw new TenantNotFoundError(id);
	return counts;
}

/** Deletes what runs under way have written of deleted tenants since. */
export async function clearDeleted(
	tables: Tables,
	deleted: DeletedTenant[],
	nowMs: number,
): Promise<void> {
	const changes = deleted.flatMap((tenant) => [
		...removeRemains(tenant),
		...forgetDeleted(tenant, nowMs),
	]);
	await applyAllChanges(tables, changes);
}
