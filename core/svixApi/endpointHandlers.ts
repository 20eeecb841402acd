import { roundExactNumbers } from '../lib/exactJson';
import { insertWebhook } from '../managementApi/idempotency';
import { withFieldErrors } from '../managementApi/fieldErrors';
import { createEndpoint, setEndpointStatus, updateEndpoint } from '../outbox/endpoint/lifecycle';
import {
	deleteEndpoint,
	EndpointNotFoundError,
	modifyEndpoint,
	requireReadable,
} from '../outbox/endpoint/repository';
import { findDeliveries } from '../outbox/log/query';
import type { DeliveryStatus, Endpoint, Tenant } from '../outbox/model';
import { keepCovered } from '../outbox/recovery/coveredDeliveries';

import { getQuery, isImplied, type ApplicationCall, type Handler } from './apiContext';
import {
	fillEndpointBody,
	findApiEndpoint,
	loadApiEndpoint,
	loadApiEndpoints,
	loadReadableEndpoint,
	mayReadSecrets,
	nameEndpoint,
	presentSvixEndpoint,
	requireCovered,
	SVIX_SCOPE,
	toSvixEndpointInput,
} from './apiEndpoint';
import { checkHeaders, toSigningSecret } from './headerHandlers';
import { pickPage } from './iterators';
import { conflict, notFound, parsePart, type SvixReply } from './svixErrors';
import {
	endpointIn,
	endpointPatch,
	endpointUpdate,
	newEndpointPath,
	type EndpointBody,
} from './svixSchemas';

/** Reason that an endpoint has after a caller disabled it. */
export const DISABLED_REASON = 'Disabled through the API';

/** The IDs of endpoints: a request that replaces an unknown one creates none with such a uid. */
const ENDPOINT_ID = /^(?:ep|wh)_/;

const reply = (call: ApplicationCall, statusCode: number, endpoint: Endpoint): SvixReply => ({
	statusCode,
	body: presentSvixEndpoint(endpoint, mayReadSecrets(call)),
});

const getIdempotency = ({ request }: ApplicationCall) =>
	request.idempotencyKey === undefined
		? undefined
		: { key: request.idempotencyKey, caller: `svix ${request.key.id}` };

/** Returns a check that keeps what a call creates out of a later tenant with the same ID. */
const toTenantCheck =
	(opened: Tenant) =>
	(latest: Tenant | undefined): boolean =>
		isImplied(opened) || latest?.registeredAt === opened.registeredAt;

type NewEndpointBody = EndpointBody & {
	url: string;
	secret?: string | null;
	headers?: Record<string, string> | null;
};

async function insert(call: ApplicationCall, body: NewEndpointBody): Promise<SvixReply> {
	const { ports, rules, tenant } = call;
	checkHeaders(body.headers ?? {});
	const endpointInput = toSvixEndpointInput(fillEndpointBody(body), rules);
	requireCovered(call.request.key.filter, endpointInput);
	const { settings, ...input } = endpointInput;
	const nowMs = ports.nowMs();
	const created = withFieldErrors('url', body.url, () =>
		createEndpoint(
			{
				...input,
				name: nameEndpoint(body.url),
				platform: SVIX_SCOPE.platformId,
				settings: { ...settings, svix_format: true },
				signingSecret: toSigningSecret(body.secret),
				headers: body.headers ?? {},
				isApiManaged: true,
				tenantId: tenant.id,
			},
			`ep_${ports.newId()}`,
			nowMs,
		),
	);
	const status = body.disabled ? 'disabled' : 'active';
	const endpoint = setEndpointStatus(created, status, DISABLED_REASON, nowMs);
	const guarded = { ...ports, isSameTenant: toTenantCheck(tenant) };
	const inserted = await insertWebhook(guarded, SVIX_SCOPE, endpoint, {
		body,
		idempotency: getIdempotency(call),
	});
	return reply(call, 201, inserted);
}

const WAITING: DeliveryStatus[] = ['gathering', 'pending', 'sending'];

/**
 * Checks that no events wait for an endpoint which the call's key is not for: they would be sent to its new URL. The
 * endpoint may have got more events before.
 * @throws SvixApiError 409
 */
async function requireCoveredQueue(
	{ ports, request }: ApplicationCall,
	{ id, secrets, url }: Endpoint,
	body: EndpointBody,
): Promise<void> {
	const { filter } = request.key;
	if (filter === undefined || [undefined, url, secrets.url].includes(body.url)) return;
	const waiting = await findDeliveries(ports, { endpointId: id, statuses: WAITING });
	const covered = await keepCovered(ports.tables, waiting, filter);
	if (covered.length === waiting.length) return;
	throw conflict(
		'Events that the key is not for wait for this endpoint, so its URL cannot be changed yet. Try again later.',
	);
}

async function change(
	call: ApplicationCall,
	endpoint: Endpoint,
	body: EndpointBody,
): Promise<SvixReply> {
	const { ports, rules } = call;
	await requireCoveredQueue(call, endpoint, body);
	const changed = await modifyEndpoint(
		ports,
		endpoint,
		(latest) => {
			const input = toSvixEndpointInput(body, rules, latest);
			requireCovered(call.request.key.filter, input);
			const nowMs = ports.nowMs();
			const updated = withFieldErrors('url', input.url, () => updateEndpoint(latest, input, nowMs));
			if (body.disabled === undefined) return updated;
			// Svix's clients send `disabled: false` with every replacement, which is no request to resume.
			const enabled = latest.status === 'paused' ? 'paused' : 'active';
			const status = body.disabled ? 'disabled' : enabled;
			return setEndpointStatus(updated, status, DISABLED_REASON, nowMs);
		},
		SVIX_SCOPE,
	);
	return reply(call, 200, changed);
}

const parseBody = (call: ApplicationCall): unknown => roundExactNumbers(call.request.body);

/** The operations on endpoints. */
export const ENDPOINT_HANDLERS = {
	'v1.endpoint.list': async (call) => {
		const page = pickPage(
			await loadApiEndpoints(call),
			getQuery('ordered', call),
			({ id, registeredAt }) => [registeredAt, id],
			(endpoint) => presentSvixEndpoint(endpoint, mayReadSecrets(call)),
		);
		return { statusCode: 200, body: page };
	},
	'v1.endpoint.create': async (call) =>
		await insert(call, parsePart('body', endpointIn, parseBody(call))),
	'v1.endpoint.get': async (call) => ({
		statusCode: 200,
		body: presentSvixEndpoint(await loadApiEndpoint(call), mayReadSecrets(call)),
	}),
	'v1.endpoint.update': async (call) => {
		const body = parsePart('body', endpointUpdate, parseBody(call));
		const { endpoint_id: id } = call.request.path;
		const existing = await findApiEndpoint(call, id);
		if (existing !== undefined) {
			return await change(call, requireReadable(existing), fillEndpointBody(body)).catch(
				(error: unknown) => {
					// A simultaneous request that created it has lost to another one.
					throw error instanceof EndpointNotFoundError
						? conflict('Others change this at the same time. Try again.')
						: error;
				},
			);
		}
		if (ENDPOINT_ID.test(id)) throw notFound();
		if (!body.uid) parsePart('path', newEndpointPath, call.request.path);
		return await insert(call, { ...body, uid: body.uid ?? id });
	},
	'v1.endpoint.patch': async (call) => {
		const body = parsePart('body', endpointPatch, parseBody(call));
		return await change(call, await loadReadableEndpoint(call), body);
	},
	'v1.endpoint.delete': async (call) => {
		const { id } = await loadApiEndpoint(call);
		await deleteEndpoint(call.ports, id, SVIX_SCOPE);
		return { statusCode: 204 };
	},
} satisfies Record<string, Handler<ApplicationCall>>;
