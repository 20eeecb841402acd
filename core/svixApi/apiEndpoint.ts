import isEmpty from 'lodash/isEmpty';
import isUndefined from 'lodash/isUndefined';
import omitBy from 'lodash/omitBy';

import { coversSubscription, type KeyFilter } from '../outbox/apiKey/keyFilter';
import type { EndpointInput } from '../outbox/endpoint/lifecycle';
import {
	isUnreadable,
	readRegisteredEndpoints,
	requireReadable,
	type ApiScope,
} from '../outbox/endpoint/repository';
import { isWorkflowEndpoint } from '../outbox/endpoint/workflowAddress';
import type { Endpoint, EndpointSettings, RegisteredEndpoint } from '../outbox/model';
import { findEndpointRows } from '../outbox/store/endpoints';

import type { ApiRules, ApplicationCall } from './apiContext';
import { isName, NAME_RULE } from './nameSchemas';
import { invalidField, notFound } from './svixErrors';
import type { EndpointBody } from './svixSchemas';

/** The endpoints that the API serves: its own, and those that their owner lets APIs manage. */
export const SVIX_SCOPE: ApiScope = { platformId: 'standardWebhooks' };

/** Returns whether a call's key is for everything that an endpoint gets. */
function isCovered({ request }: ApplicationCall, endpoint: RegisteredEndpoint): boolean {
	const { eventTypes = [], settings = {} } = isUnreadable(endpoint)
		? (endpoint.subscription ?? {})
		: endpoint;
	return coversSubscription(request.key.filter, {
		eventTypes,
		channels: settings.channels ?? [],
	});
}

/** Reads all endpoints that the API serves to the call's key, in one call. */
export async function loadApiEndpoints(call: ApplicationCall): Promise<RegisteredEndpoint[]> {
	const { ports } = call;
	const query = { scope: SVIX_SCOPE };
	const [rows] = await ports.tables.applyAndFind([], [findEndpointRows(query)]);
	const endpoints = await readRegisteredEndpoints(ports, rows, query);
	return endpoints.filter((endpoint) => isCovered(call, endpoint));
}

/**
 * Finds an endpoint by its ID or its uid, in one call; `undefined` if the API serves none.
 * @throws SvixApiError 404 for one that the call's key is not for: it exists, so none can be created in its place
 */
export async function findApiEndpoint(
	call: ApplicationCall,
	idOrUid: string,
): Promise<RegisteredEndpoint | undefined> {
	const { ports } = call;
	const queries = [
		{ id: idOrUid, scope: SVIX_SCOPE },
		{ uid: idOrUid, scope: SVIX_SCOPE },
	];
	const pages = await ports.tables.applyAndFind([], queries.map(findEndpointRows));
	for (const [index, query] of queries.entries()) {
		const [endpoint] = await readRegisteredEndpoints(ports, pages[index], query);
		if (endpoint === undefined) continue;
		if (!isCovered(call, endpoint)) throw notFound();
		return endpoint;
	}
	return undefined;
}

/** Loads the endpoint that a call is about. @throws SvixApiError 404 */
export async function loadApiEndpoint(call: ApplicationCall): Promise<RegisteredEndpoint> {
	const endpoint = await findApiEndpoint(call, call.request.path.endpoint_id);
	if (endpoint === undefined) throw notFound();
	return endpoint;
}

/** @throws SvixApiError 404, UnreadableEndpointError */
export const loadReadableEndpoint = async (call: ApplicationCall): Promise<Endpoint> =>
	requireReadable(await loadApiEndpoint(call));

const toLimit = (endpoint: Endpoint['settings']): number | null => {
	const { rate_limit: limit } = endpoint;
	return limit === undefined ? null : Math.max(1, Math.round(limit.max / limit.per_seconds));
};

/** Returns whether an endpoint's whole URL is shown: only its owner sees that of a workflow. */
const showsWholeUrl = (endpoint: RegisteredEndpoint, showsQuery: boolean): endpoint is Endpoint =>
	showsQuery && !isUnreadable(endpoint) && !isWorkflowEndpoint(endpoint);

/**
 * Returns an endpoint as Svix shows it.
 * @param showsQuery `true` for a key that may read secrets: a URL's query may contain one
 */
export function presentSvixEndpoint(endpoint: RegisteredEndpoint, showsQuery: boolean): object {
	const { eventTypes = [], settings = {} } = isUnreadable(endpoint)
		? (endpoint.subscription ?? {})
		: endpoint;
	const types = eventTypes.length === 0 ? null : eventTypes;
	const rate = toLimit(settings);
	return {
		id: endpoint.id,
		uid: endpoint.uid,
		url: showsWholeUrl(endpoint, showsQuery) ? endpoint.secrets.url : endpoint.url,
		description: endpoint.description,
		disabled: endpoint.status === 'disabled',
		paused: endpoint.status === 'paused',
		eventTypes: types,
		filterTypes: types,
		channels: settings.channels ?? null,
		metadata: settings.metadata ?? {},
		throttleRate: rate,
		rateLimit: rate,
		createdAt: endpoint.registeredAt,
		updatedAt: endpoint.updatedAt,
	};
}

/** Returns whether a call's key may read secrets. */
export const mayReadSecrets = ({ request }: Pick<ApplicationCall, 'request'>): boolean =>
	request.key.rights.includes('secrets');

/** Returns what a field says: `undefined` if it is absent, `null` if it resets the value. */
const orReset = <T>(value: T | null | undefined): T | null | undefined =>
	isEmpty(value) && typeof value === 'object' ? null : value;

/** The name that people see in n8n: an endpoint of Svix has none. */
export const nameEndpoint = (url: string): string =>
	URL.canParse(url) ? new URL(url).host || 'endpoint' : 'endpoint';

/**
 * Checks that a request asks for nothing that its key is not for.
 * @throws ValidationError
 */
export function requireCovered(filter: KeyFilter | undefined, input: EndpointInput): void {
	if (filter === undefined) return;
	const { channels } = input.settings ?? {};
	// Neither a subscription to everything nor a reset is within a filter. A field that is absent does not change.
	const asked: Array<['channels' | 'eventTypes', string[] | undefined]> = [
		['eventTypes', input.eventTypes],
		['channels', channels === undefined ? undefined : [channels ?? []].flat().map(String)],
	];
	for (const [name, names] of asked) {
		const allowed = filter[name];
		if (names === undefined || allowed.length === 0) continue;
		if (names.length > 0 && names.every((entry) => allowed.includes(entry))) continue;
		throw invalidField(
			['body', name],
			`must have one or more of ${allowed.join(', ')}, which the key is for`,
		);
	}
}

/**
 * Checks the names that a request has, except for those that the endpoint has already.
 * @throws ValidationError
 */
function requireNames(
	field: 'channels' | 'eventTypes',
	names: string[] | null | undefined,
	kept: string[] = [],
): void {
	const fault = (names ?? []).findIndex((name) => !kept.includes(name) && !isName(name, field));
	if (fault !== -1) throw invalidField(['body', field, String(fault)], NAME_RULE);
}

/** Returns the limit that a request asks for. One that is sent back as it is shown stays: it may be for a longer time. */
function readRate(
	{ rateLimit, throttleRate = rateLimit }: EndpointBody,
	existing: Endpoint | undefined,
): EndpointSettings['rate_limit'] | null | undefined {
	if (throttleRate === undefined) return undefined;
	const isShown = existing !== undefined && throttleRate === toLimit(existing.settings);
	if (isShown) return existing.settings.rate_limit;
	return throttleRate ? { max: throttleRate, per_seconds: 1 } : null;
}

/**
 * Translates the body of a request into the outbox's words. Fields that are absent do not change.
 * @param existing the endpoint that is changed; absent for a new one
 * @throws ValidationError
 */
export function toSvixEndpointInput(
	body: EndpointBody,
	{ allowHttp, allowInternal }: ApiRules,
	existing?: Endpoint,
): EndpointInput {
	// Callers who may not read secrets send back the URL as they see it.
	const isShownUrl = existing !== undefined && body.url === existing.url;
	// A caller who guesses the ID of a workflow must not learn that it is right.
	const isWholeUrl =
		existing !== undefined && !isWorkflowEndpoint(existing) && body.url === existing.secrets.url;
	const url = isShownUrl || isWholeUrl ? undefined : body.url;
	const eventTypes = body.eventTypes === undefined ? body.filterTypes : body.eventTypes;
	requireNames('eventTypes', eventTypes, existing?.eventTypes);
	requireNames('channels', body.channels, existing?.settings.channels);
	const settings = {
		channels: orReset(body.channels),
		metadata: orReset(body.metadata),
		rate_limit: readRate(body, existing),
		...(url !== undefined && {
			allow_http: allowHttp || null,
			allow_internal: allowInternal || null,
		}),
	};
	return {
		url,
		uid: body.uid,
		description: body.description,
		eventTypes: eventTypes === null ? [] : eventTypes,
		settings: omitBy(settings, isUndefined),
	};
}

/** Returns the body of a request that replaces an endpoint, with what is absent at its default. */
export const fillEndpointBody = (body: EndpointBody): EndpointBody => ({
	...body,
	uid: body.uid ?? null,
	description: body.description ?? '',
	disabled: body.disabled ?? false,
	eventTypes: body.eventTypes ?? body.filterTypes ?? null,
	channels: body.channels ?? null,
	metadata: body.metadata ?? {},
	throttleRate: body.throttleRate ?? body.rateLimit ?? null,
});
