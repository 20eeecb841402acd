import { DAY_MS, toIsoTime } from '../../lib/time';
import type { Endpoint } from '../model';
import type { OutboxPorts } from '../ports';
import { awaitCreated, insertOnce, toContestedEndpoint } from '../store/creationOwnership';
import { UidTakenError } from '../store/modifyRow';

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
	const contested = toContestedEndpoint(endpoint, toIsoTime(ports.nowMs() - DAY_MS));
	const created = await insertOnce(ports, contested, async (owner) => {
		const fault = await insertEndpoint(ports, endpoint, owner).catch((error: unknown) => ({
			error,
		}));
		if (fault === undefined) return undefined;
		// The last endpoint that the tenant may have can be that of a simultaneous request with the key or the uid.
		const isFull = fault.error instanceof EndpointLimitError;
		const row = isFull ? await awaitCreated(ports, contested) : undefined;
		if (row === undefined) throw fault.error;
		return row;
	});
	if (created === undefined) throw new EndpointNotFoundError(id);
	const { isNew, row } = created;
	if (isNew || row.endpoint_id === id) return endpoint;
	if (uid !== null && (creationKey === null || row.creation_key !== creationKey)) {
		throw new UidTakenError(uid);
	}
	return await loadEndpoint(ports, String(row.endpoint_id), scope);
}
