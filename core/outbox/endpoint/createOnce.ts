import { DAY_MS, toIsoTime } from '../../lib/time';
import type { Endpoint } from '../model';
import type { OutboxPorts } from '../ports';
import { findCreatedEndpoint, resolveCreation } from '../store/creationOwnership';

import { EndpointNotFoundError, insertEndpoint, loadEndpoint, type ApiScope } from './repository';

/**
 * Inserts an endpoint, unless one was created with the same key within a day. Of several requests at once,
 * one inserts it.
 * @returns the endpoint that counts, which may be another request's
 * @throws EndpointNotFoundError if it was deleted in the meantime, and the errors of `insertEndpoint`
 */
export async function insertEndpointOnce(
	ports: OutboxPorts,
	endpoint: Endpoint & { creationKey: string },
	scope: ApiScope,
): Promise<Endpoint> {
	const key = { digest: endpoint.creationKey, since: toIsoTime(ports.nowMs() - DAY_MS) };
	const existingId = await findCreatedEndpoint(ports.tables, key);
	if (existingId !== undefined) return await loadEndpoint(ports, existingId, scope);
	const owner = ports.newId();
	await insertEndpoint(ports, endpoint, owner);
	const id = await resolveCreation(ports, key, owner);
	if (id === undefined) throw new EndpointNotFoundError(endpoint.id);
	return id === endpoint.id ? endpoint : await loadEndpoint(ports, id, scope);
}
