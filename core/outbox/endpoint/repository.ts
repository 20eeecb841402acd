import { readEndpoint, toEndpointRow, type Endpoint } from './lifecycle';
import type { OutboxPorts } from '../ports';
import { eq, findAll, type Condition } from '../store/tables';

/** An endpoint that is not there. */
export class EndpointNotFoundError extends Error {
	override readonly name = 'EndpointNotFoundError';
}

/** A row that others change faster than this run can. */
export class ConflictError extends Error {
	override readonly name = 'ConflictError';
}

type Storage = Pick<OutboxPorts, 'tables' | 'sealer'>;

async function load({ sealer, tables }: Storage, conditions: Condition[]): Promise<Endpoint[]> {
	const rows = await findAll(tables, 'endpoints', conditions);
	return rows.map((row) => readEndpoint(row, sealer));
}

/** All endpoints, those that were registered first before others. */
export const loadEndpoints = async (storage: Storage): Promise<Endpoint[]> =>
	await load(storage, []);

const notFound = (id: string): EndpointNotFoundError =>
	new EndpointNotFoundError(
		`There is no endpoint "${id}". Its ID begins with ep_: Endpoint → Get Many lists them.`,
	);

/** @throws EndpointNotFoundError */
export async function loadEndpoint(storage: Storage, id: string): Promise<Endpoint> {
	const [endpoint] = await load(storage, [eq('endpoint_id', id)]);
	if (endpoint === undefined) throw notFound(id);
	return endpoint;
}

/** Registers an endpoint. */
export async function insertEndpoint(
	{ sealer, tables }: Storage,
	endpoint: Endpoint,
): Promise<void> {
	await tables.insert('endpoints', [toEndpointRow(endpoint, sealer)]);
}

const MAX_TRIES = 20;

/**
 * Changes an endpoint as it is at that moment: where somebody else changes it at the same time, the
 * change is made again, on top of theirs.
 * @param change `undefined` where nothing is to be changed
 * @returns the endpoint after the change
 * @throws EndpointNotFoundError, ConflictError, and what `change` throws
 */
export async function modifyEndpoint(
	ports: Storage & Pick<OutboxPorts, 'random' | 'wait'>,
	known: Endpoint | string,
	change: (endpoint: Endpoint) => Endpoint | undefined,
): Promise<Endpoint> {
	let before = typeof known === 'string' ? await loadEndpoint(ports, known) : known;
	for (let tries = 0; tries < MAX_TRIES; tries += 1) {
		const changed = change(before);
		if (changed === undefined) return before;
		const after = { ...changed, revision: before.revision + 1 };
		const { endpoint_id, ...values } = toEndpointRow(after, ports.sealer);
		const query = { all: [eq('endpoint_id', endpoint_id), eq('revision', before.revision)] };
		const written = await ports.tables.update('endpoints', query, values);
		if (written.length > 0) return after;
		await ports.wait(ports.random() * 50);
		before = await loadEndpoint(ports, before.id);
	}
	throw new ConflictError(
		`The endpoint "${before.name}" is being changed by many others at once. Try again.`,
	);
}

/**
 * Deletes an endpoint; its deliveries stay on record.
 * @throws EndpointNotFoundError
 */
export async function deleteEndpoint({ tables }: Storage, id: string): Promise<void> {
	const removed = await tables.remove('endpoints', { all: [eq('endpoint_id', id)] });
	if (removed === 0) throw notFound(id);
}
