import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { DEFAULT_TENANT, type Tenant } from '../../../../core/outbox/model';
import type { OutboxPorts } from '../../../../core/outbox/ports';
import { insertDefaultTenant, modifyTenant } from '../../../../core/outbox/tenant/tenantRepository';

import { tenantIdField } from './tenantFields';

/** The tenant that keys belong to. */
export const keyOwnerField: INodeProperties = {
	...tenantIdField,
	description: `ID of the key’s tenant. Keys for all tenants belong to ${DEFAULT_TENANT}.`,
};

/**
 * Changes what is on record about the keys of a tenant.
 * @returns the tenant's ID
 * @throws TenantNotFoundError
 */
export async function changeKeys(
	outbox: OutboxPorts,
	context: IExecuteFunctions,
	itemIndex: number,
	change: (tenant: Tenant) => Tenant,
): Promise<string> {
	const id = context.getNodeParameter('tenantId', itemIndex) as string;
	// The default tenant exists without a row, but has to remember its keys.
	if (id === DEFAULT_TENANT) await insertDefaultTenant(outbox);
	await modifyTenant(outbox, id, change);
	return id;
}
