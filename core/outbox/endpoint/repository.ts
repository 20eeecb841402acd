import type { Endpoint } from '../model';
import type { OutboxPorts } from '../ports';
import {
	findEndpoints,
	removeEndpoint,
	replaceEndpoint,
	type EndpointStorage,
} from '../store/endpoints';

import { parseSettings } from './settings';

export { insertEndpoint } from '../store/endpoints';

/** There is no endpoint with this ID. */
export class EndpointNotFoundError extends Error {
	override readonly name = 'EndpointNotFoundError';

	constructor(id: string) {
		super(
			`There is no endpoint "${id}". Its ID begins with ep_: Endpoint → Get Many lists all endpoints.`,
		);
	}
}

/** Other runs keep changing the endpoint faster than this run can. */
export class ConflictError extends Error {
	override readonly name = 'ConflictError';
}

const load = async (storage: EndpointStorage, id?: string): Promise<Endpoint[]> =>
	(await findEndpoints(storage, id)).map((endpoint) => ({
		...endpoint,
		settings: parseSettings(endpoint.settings),
	}));

/**
 * Loads all endpoints in the order of their registration.
 * @throws UnreadableRowError, EncryptionError, InvalidEndpointError
 */
export const loadEndpoints = async (storage: EndpointStorage): Promise<Endpoint[]> =>
	await load(storage);

/**
 * Loads one endpoint.
 * @throws EndpointNotFoundError, and the errors of {@link loadEndpoints}
 */
export async function loadEndpoint(storage: EndpointStorage, id: string): Promise<Endpoint> {
	const [endpoint] = await load(storage, id);
	if (endpoint === undefined) throw new EndpointNotFoundError(id);
	return endpoint;
}

const MAX_TRIES = 20;

/**
 * Changes an endpoint. If another run changes it at the same time, the change is repeated on top of that
 * one.
 * @param endpointOrId an endpoint that is already loaded saves a call
 * @param change returns the changed endpoint, or `undefined` to leave it as it is
 * @returns the endpoint after the change
 * @throws EndpointNotFoundError, ConflictError, and the errors of `change`
 */
export async function modifyEndpoint(
	ports: EndpointStorage & Pick<OutboxPorts, 'random' | 'wait'>,
	endpointOrId: Endpoint | string,
	change: (endpoint: Endpoint) => Endpoint | undefined,
): Promise<Endpoint> {
	let before =
		typeof endpointOrId === 'string' ? await loadEndpoint(ports, endpointOrId) : endpointOrId;
	for (let tries = 0; tries < MAX_TRIES; tries += 1) {
		const changed = change(before);
		if (changed === undefined) return before;
		const after = { ...changed, revision: before.revision + 1 };
		if (await replaceEndpoint(ports, after, before.revision)) return after;
		await ports.wait(ports.random() * 50);
		before = await loadEndpoint(ports, before.id);
	}
	throw new ConflictError(
		`Other executions keep changing the endpoint "${before.name}". Try again.`,
	);
}

/**
 * Changes an endpoint with {@link modifyEndpoint}, unless it was deleted in the meantime.
 * @returns whether it still exists
 */
export const modifyEndpointIfExists = async (
	...args: Parameters<typeof modifyEndpoint>
): Promise<boolean> =>
	await modifyEndpoint(...args).then(
		() => true,
		(error: unknown) => {
			if (error instanceof EndpointNotFoundError) return false;
			throw error;
		},
	);

/**
 * Deletes an endpoint; its delivery log is kept.
 * @throws EndpointNotFoundError
 */
export async function deleteEndpoint(
	storage: Pick<EndpointStorage, 'tables'>,
	id: string,
): Promise<void> {
	if (!(await removeEndpoint(storage, id))) throw new EndpointNotFoundError(id);
}
