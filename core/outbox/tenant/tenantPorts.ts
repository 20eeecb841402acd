import type { OutboxPorts, TenantPorts } from '../ports';
import { isKeyOfAll } from '../store/insertEndpoint';
import { scopeTables } from '../store/scopedTables';

/**
 * Returns the ports for one tenant's requests.
 * @param ports those of the whole outbox
 * @example
 * const acme = forTenant(ports, 'acme');
 * await loadRegisteredEndpoints(acme); // the endpoints of acme, and no others
 */
export const forTenant = (ports: OutboxPorts, tenantId: string): TenantPorts => ({
	...ports,
	tables: scopeTables(ports.tables, tenantId),
	tenantId,
	isKeyOfOutbox: async () => await isKeyOfAll(ports.tables, ports.encrypter),
});
