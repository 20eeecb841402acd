import { DAY_MS, toIsoTime } from '../../lib/time';
import type { Endpoint } from '../model';
import type { OutboxPorts } from '../ports';
import { findCreated, resolveCreation, toContestedEndpoint } from '../store/creationOwnership';
import { UidTakenError } from '../store/modifyRow';
import type { StoredRow } from '../store/tables';

import { EndpointNotFoundError, insertEndpoint, loadEndpoint, type ApiScope } from './repository';

/**
 * Inserts an endpoint, unless one was created with the same key within a day, or its uid leads to another one. Of
 * several requests at once, one inserts it.
 * @returns the endpoint that counts, which may be another request's
 * @throws UidTakenError, EndpointNotFoundError if it was deleted in the meantime, and the errors of `insertEndpoint`
 */
export async function insertEndpointOnce(
	ports: OutboxPorts,
	endpoint: Endpoint,
	scope: ApiScope,
): Promise<Endpoint> {
	const { creationKey, id, uid } = endpoint;
	if (creationKey === null && uid === null) {
		await insertEndpoint(ports, endpoint);
		return endpoint;
	}
	/** Loads the endpoint that counts in place of the new one. */
	const loadOther = async (row: StoredRow): Promise<Endpoint> => {
		if (uid !== null && (creationKey === null || row.creation_key !== creationKey)) {
			throw new UidTakenError(uid);
		}
		return await loadEndpoint(ports, String(row.endpoint_id), scope);
	};
	const contested = toContestedEndpoint(endpoint, toIsoTime(ports.nowMs() - DAY_MS));
	const existing = await findCreated(ports.tables, contested);
	if (existing !== undefined) return await loadOther(existing);
	const owner = ports.newId();
	await insertEndpoint(ports, endpoint, owner);
	const created = await resolveCreation(ports, contested, owner);
	if (created === undefined) throw new EndpointNotFoundError(id);
	return created.endpoint_id === id ? endpoint : await loadOther(created);
}
