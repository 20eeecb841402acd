import { DAY_MS, toIsoTime } from '../../lib/time';
import type { Endpoint } from '../model';
import type { OutboxPorts } from '../ports';
import { findCreated, resolveCreation, toContestedEndpoint } from '../store/creationOwnership';

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
	const since = toIsoTime(ports.nowMs() - DAY_MS);
	const contested = toContestedEndpoint(endpoint.creationKey, since);
	const existing = await findCreated(ports.tables, contested);
	if (existing !== undefined) return await loadEndpoint(ports, String(existing.endpoint_id), scope);
	const owner = ports.newId();
	await insertEndpoint(ports, endpoint, owner);
	const created = await resolveCreation(ports, contested, owner);
	if (created === undefined) throw new EndpointNotFoundError(endpoint.id);
	return created.endpoint_id === endpoint.id
		? endpoint
		: await loadEndpoint(ports, String(created.endpoint_id), scope);
}
