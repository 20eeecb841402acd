import { DAY_MS, toIsoTime } from '../../lib/time';
import type { Endpoint } from '../model';
import type { OutboxPorts } from '../ports';
import {
	awaitCreated,
	findCreated,
	resolveCreation,
	toContestedEndpoint,
} from '../store/creationOwnership';
import { UidTakenError } from '../store/modifyRow';
import type { StoredRow } from '../store/tables';

import {
	EndpointLimitError,
	EndpointNotFoundError,
	insertEndpoint,
	loadEndpoint,
	type ApiScope,
} from './repository';

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
	// The last endpoint that the tenant may have can be that of a simultaneous request with the key or the uid.
	const other = await insertEndpoint(ports, endpoint, owner).then(
		() => undefined,
		async (error: unknown) => {
			const isFull = error instanceof EndpointLimitError;
			const row = isFull ? await awaitCreated(ports, contested) : undefined;
			if (row === undefined) throw error;
			return row;
		},
	);
	if (other !== undefined) return await loadOther(other);
	const created = await resolveCreation(ports, contested, owner);
	if (created === undefined) throw new EndpointNotFoundError(id);
	return created.endpoint_id === id ? endpoint : await loadOther(created);
}
