import attempt from 'lodash/attempt';
import omit from 'lodash/omit';
import partition from 'lodash/partition';

import { compileConditions } from '../../event/conditions';
import { compileFieldFilters } from '../../event/fieldFilter';
import type { Endpoint, RegisteredEndpoint, UnreadableEndpoint } from '../model';
import type { OutboxPorts } from '../ports';
import {
	findEndpoints,
	readEndpoints,
	removeEndpoint,
	replaceEndpoint,
	type ApiScope,
	type EndpointQuery,
	replaceStatus,
	type EndpointStorage,
	type StoredEndpoint,
	type StoredUnreadableEndpoint,
} from '../store/endpoints';
import { findEndpointUidRows } from '../store/creationOwnership';
import { modifyRow } from '../store/modifyRow';
import type { StoredRow } from '../store/tables';

import { toDeliveryTarget } from './endpointTarget';
import { setEndpointStatus } from './lifecycle';
import { parseSettings } from './settings';

export type { ApiScope } from '../store/endpoints';
export { EndpointLimitError, insertEndpoint } from '../store/insertEndpoint';

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

/** The endpoint cannot be used now. The message says why, and how to correct it. */
export class UnreadableEndpointError extends Error {
	override readonly name = 'UnreadableEndpointError';

	constructor({ id, name, problem }: Pick<UnreadableEndpoint, 'id' | 'name' | 'problem'>) {
		super(`The endpoint "${name || id}" cannot be opened. ${problem}`);
	}
}

export const isUnreadable = (endpoint: RegisteredEndpoint): endpoint is UnreadableEndpoint =>
	'problem' in endpoint;

/** Fields of an endpoint that one which cannot be opened does not have. */
const UNREADABLE_FIELDS = [
	'platform',
	'eventTypes',
	'settings',
	'secrets',
	'rateFreeAt',
	'alerts',
	'isApiManaged',
	'creationKey',
] as const;

const toUnreadable = (
	stored: Endpoint | StoredEndpoint,
	{ message }: Error,
	subscription: UnreadableEndpoint['subscription'],
): UnreadableEndpoint => ({
	...omit(stored, UNREADABLE_FIELDS),
	platformId: stored.platform.id,
	subscription,
	problem: `${message} Correct it in n8n under Data tables, in the column "settings".`,
});

/** Checks settings that say more than their types tell. Unset ones cost nothing. */
function checkUsability(endpoint: Endpoint): RegisteredEndpoint {
	const { eventTypes, settings } = endpoint;
	const { conditions, filters, retry_policy: policy } = settings;
	const condition = conditions && attempt(() => compileConditions(conditions));
	// Without valid conditions, nobody can tell which events the endpoint is to get.
	if (condition instanceof Error) return toUnreadable(endpoint, condition, null);
	const filter = filters && attempt(() => compileFieldFilters(filters));
	const target = policy && attempt(() => toDeliveryTarget(endpoint));
	const fault = [filter, target].find((result) => result instanceof Error);
	return fault instanceof Error
		? toUnreadable(endpoint, fault, { eventTypes, settings })
		: endpoint;
}

/** Parses an endpoint's settings. If they are invalid, it is one that cannot be opened. */
function checkSettings(stored: StoredEndpoint | StoredUnreadableEndpoint): RegisteredEndpoint {
	const subscription = 'problem' in stored ? stored.subscription : stored;
	const settings = attempt(() => parseSettings(subscription?.settings ?? {}));
	if (settings instanceof Error) {
		return 'problem' in stored
			? { ...stored, subscription: null }
			: toUnreadable(stored, settings, null);
	}
	return 'problem' in stored
		? { ...stored, subscription: subscription && { ...subscription, settings } }
		: checkUsability({ ...stored, settings });
}

const load = async (
	storage: EndpointStorage,
	query: EndpointQuery,
): Promise<RegisteredEndpoint[]> => (await findEndpoints(storage, query)).map(checkSettings);

/**
 * Loads all endpoints, or those in a scope, in the order of their registration, also those that cannot be
 * opened.
 */
export const loadRegisteredEndpoints = async (
	storage: EndpointStorage,
	scope?: ApiScope,
): Promise<RegisteredEndpoint[]> => await load(storage, { scope });

/** Reads the rows of `findEndpointRows` as endpoints, also those that cannot be opened. */
export const readRegisteredEndpoints = async (
	storage: EndpointStorage,
	firstPage: StoredRow[],
	query?: EndpointQuery,
): Promise<RegisteredEndpoint[]> =>
	(await readEndpoints(storage, firstPage, query)).map(checkSettings);

/** Splits endpoints into those that can be used, and those that cannot be opened. */
export function splitByReadability(registered: RegisteredEndpoint[]): {
	endpoints: Endpoint[];
	unreadable: UnreadableEndpoint[];
} {
	const [unreadable, endpoints] = partition(registered, isUnreadable);
	return { endpoints, unreadable };
}

/**
 * Loads one endpoint, even if it cannot be opened.
 * @throws EndpointNotFoundError if it does not exist in the scope
 */
export async function loadRegisteredEndpoint(
	storage: EndpointStorage,
	id: string,
	scope?: ApiScope,
): Promise<RegisteredEndpoint> {
	const [endpoint] = await load(storage, { id, scope });
	if (endpoint === undefined) throw new EndpointNotFoundError(id);
	return endpoint;
}

/** @throws UnreadableEndpointError */
export function requireReadable(endpoint: RegisteredEndpoint): Endpoint {
	if (isUnreadable(endpoint)) throw new UnreadableEndpointError(endpoint);
	return endpoint;
}

/**
 * Loads one endpoint.
 * @throws EndpointNotFoundError if it does not exist in the scope, UnreadableEndpointError
 */
export const loadEndpoint = async (
	...args: Parameters<typeof loadRegisteredEndpoint>
): Promise<Endpoint> => requireReadable(await loadRegisteredEndpoint(...args));

type ModifyPorts = EndpointStorage & Pick<OutboxPorts, 'random' | 'wait'>;

/**
 * Changes an endpoint. If another run changes it at the same time, the change is repeated on top of that
 * one.
 * @param endpointOrId an endpoint that is already loaded saves a call
 * @param change returns the changed endpoint, or `undefined` to leave it as it is
 * @returns the endpoint after the change
 * @param scope if the endpoint leaves it in the meantime, it is not changed
 * @throws EndpointNotFoundError, UnreadableEndpointError, UidTakenError, ConflictError, and the errors of `change`
 */
export async function modifyEndpoint(
	ports: ModifyPorts,
	endpointOrId: Endpoint | string,
	change: (endpoint: Endpoint) => Endpoint | undefined,
	scope?: ApiScope,
): Promise<Endpoint> {
	const loaded = typeof endpointOrId === 'string' ? undefined : endpointOrId;
	const id = typeof endpointOrId === 'string' ? endpointOrId : endpointOrId.id;
	const row = {
		load: async () => await loadEndpoint(ports, id, scope),
		replace: async (after: Endpoint, revision: number) =>
			await replaceEndpoint(ports, after, revision),
		findUidRows: async (after: Endpoint) => await findEndpointUidRows(ports.tables, after),
	};
	const after = await modifyRow(ports, row, change, loaded);
	if (after !== undefined) return after;
	throw new ConflictError(
		`Other executions keep changing the endpoint "${loaded?.name ?? id}". Try again.`,
	);
}

/**
 * Enables, pauses or disables an endpoint, even if it cannot be opened.
 * @param reason why it is paused or disabled; ignored if it is enabled
 * @returns the endpoint after the change
 * @throws EndpointNotFoundError, ConflictError
 */
export async function changeEndpointStatus(
	ports: ModifyPorts & Pick<OutboxPorts, 'nowMs'>,
	endpoint: RegisteredEndpoint,
	status: Endpoint['status'],
	reason: string,
): Promise<RegisteredEndpoint> {
	if (endpoint.status === status) return endpoint;
	if (!isUnreadable(endpoint)) {
		return await modifyEndpoint(ports, endpoint, (latest) =>
			setEndpointStatus(latest, status, reason, ports.nowMs()),
		);
	}
	const changed = setEndpointStatus(endpoint, status, reason, ports.nowMs());
	const after = { ...changed, revision: endpoint.revision + 1 };
	if (await replaceStatus(ports, after, endpoint.revision)) return after;
	throw new ConflictError(
		`Another execution changed the endpoint "${endpoint.name}" at the same time. Try again.`,
	);
}

/**
 * Changes an endpoint with {@link modifyEndpoint}, unless it was deleted in the meantime, or can no longer
 * be opened.
 * @returns the endpoint after the change; `undefined` if it was no longer there
 */
export const modifyEndpointIfExists = async (
	...args: Parameters<typeof modifyEndpoint>
): Promise<Endpoint | undefined> =>
	await modifyEndpoint(...args).catch((error: unknown) => {
		const isGone =
			error instanceof EndpointNotFoundError || error instanceof UnreadableEndpointError;
		if (isGone) return undefined;
		throw error;
	});

/**
 * Deletes an endpoint; its delivery log is kept.
 * @throws EndpointNotFoundError if it does not exist in the scope
 */
export async function deleteEndpoint(
	storage: Pick<EndpointStorage, 'tables'>,
	id: string,
	scope?: ApiScope,
): Promise<void> {
	if (!(await removeEndpoint(storage, { id, scope }))) throw new EndpointNotFoundError(id);
}
