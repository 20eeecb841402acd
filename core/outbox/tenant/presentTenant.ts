import { DEFAULT_TENANT, type Tenant } from '../model';

/** Returns the fields of a tenant's item. */
export const presentTenant = (tenant: Tenant): Record<string, unknown> => ({
	name: tenant.name,
	status: tenant.status,
	metadata: tenant.metadata,
	limits: tenant.limits,
	created_at: tenant.registeredAt,
	...(tenant.uid !== null && { uid: tenant.uid }),
	id: tenant.id,
});

/**
 * Returns the field of an item that names its tenant. Items of those who use no tenants do not have it.
 * @param tenantId an empty text for a row that was edited
 */
export const presentTenantId = (tenantId: string): { tenant_id?: string } =>
	tenantId === DEFAULT_TENANT || tenantId === '' ? {} : { tenant_id: tenantId };
