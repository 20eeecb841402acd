/** An outbox in memory that is used through Svix's API, also by Svix's own client. */
const { parseExactJson, stringifyExactJson } = require('../../../build/core/lib/exactJson');
const { createApiKeys } = require('../../../build/core/outbox/apiKey/apiKeyToken');
const { getKeyOwner, issueKey } = require('../../../build/core/outbox/apiKey/keyStanding');
const { KeyRateLimit } = require('../../../build/core/outbox/apiKey/keyRateLimit');
const { createEventTypes } = require('../../../build/core/outbox/eventType/eventTypeRepository');
const { findTenant } = require('../../../build/core/outbox/tenant/tenantRepository');
const { checkCall } = require('../../../build/core/svixApi/checkCall');
const { findRoute } = require('../../../build/core/svixApi/findRoute');
const { REPLY_SCHEMAS } = require('../../../build/core/svixApi/replySchemas');
const { toSvixErrorReply } = require('../../../build/core/svixApi/svixErrorReply');
const { getOperation } = require('../../../build/core/svixApi/svixRoutes');
const { serveSvixRequest } = require('../../../build/core/svixApi/svixServer');

const { createWorld, KEY, LIMITS } = require('../outbox/world');

const SERVER = 'https://n8n.example/webhook/api';
const ALL_RIGHTS = ['read', 'manage', 'send', 'secrets'];

/** Creates the world. A test may change `rules`, as the workflow's owner may. */
function createSvixWorld({ outboxName = 'outbox', ...options } = {}) {
	const world = Object.assign(createWorld(options), {
		rules: {
			allowHttp: false,
			allowInternal: false,
			portalUrl: 'https://n8n.example/portal',
			limits: LIMITS,
		},
		maxPerMinute: 10_000,
	});
	const keys = createApiKeys(outboxName, [KEY]);
	const rateLimit = new KeyRateLimit(100);
	let keyCount = 0;

	/** Creates a key: for all tenants and with all rights, unless the input says otherwise. */
	world.createKey = async (input = {}) => {
		const wanted = { tenantId: null, rights: ALL_RIGHTS, validMs: null, ...input };
		const owner = await findTenant(world.process().tables, getKeyOwner(wanted));
		const facts = issueKey({ id: `key_${(keyCount += 1)}`, ...wanted }, owner, world.clock.nowMs());
		return { token: keys.create(facts), ...facts };
	};

	/** Sends a request as any client does. Returns its reply, with the body as JSON text. */
	world.call = async (method, path, { authorization, body, idempotencyKey, ports } = {}) => {
		const url = new URL(path, 'https://n8n.example');
		const query = Object.fromEntries(url.searchParams);
		const outbox = ports ?? world.process();
		const replies = [];
		const answer = async () => {
			const parts = url.pathname.split('/').filter(Boolean).map(decodeURIComponent);
			const route = findRoute(method, parts);
			const limits = { rateLimit, api: 'api', maxPerMinute: world.maxPerMinute };
			const nowMs = world.clock.nowMs();
			const key = checkCall(route.operation, authorization, keys, limits, nowMs);
			const request = {
				...route,
				query,
				body: parseExactJson(body || '{}').value,
				idempotencyKey,
				key,
				...(world.portalUrl && { portalUrl: world.portalUrl }),
			};
			const eventTypes = createEventTypes(outbox);
			await serveSvixRequest({ outbox, keys, eventTypes }, world.rules, request, async (reply) => {
				replies.push({ reply, route });
			});
		};
		await answer().catch((error) => {
			const reply = toSvixErrorReply(error);
			if (reply === undefined || replies.length > 0) throw error;
			replies.push({ reply });
		});
		expect(replies).toHaveLength(1);
		const [{ reply, route }] = replies;
		const text = reply.body === undefined ? undefined : stringifyExactJson(reply.body);
		const name = route && getOperation(route.operation).replies[reply.statusCode];
		// Every reply is what the OpenAPI document promises.
		if (name) REPLY_SCHEMAS[name].parse(JSON.parse(text));
		return { ...reply, text };
	};

	/** Sends a request with a key. Returns the status and the parsed body. */
	world.ask = async (token, method, path, body, more = {}) => {
		const { headers, statusCode, text } = await world.call(method, path, {
			authorization: `Bearer ${token}`,
			body: body === undefined ? undefined : stringifyExactJson(body),
			...more,
		});
		return { status: statusCode, headers, data: text && JSON.parse(text) };
	};

	/** Returns Svix's own client. */
	world.client = async (token) => {
		const { Svix } = await import('svix');
		const fetch = async (url, { body, headers, method }) => {
			const path = String(url).replace(`${SERVER}/api/v1`, '');
			const reply = await world.call(method, path, {
				authorization: headers.authorization,
				body,
				idempotencyKey: headers['idempotency-key'],
			});
			return new Response(reply.text ?? null, { status: reply.statusCode, headers: reply.headers });
		};
		return new Svix(token, { serverUrl: SERVER, fetch });
	};
	return world;
}

/** Returns the error that Svix's client throws, as its status and body. */
const refused = async (promise) =>
	await promise.then(
		() => undefined,
		({ body, code }) => ({ status: code, body }),
	);

module.exports = { ALL_RIGHTS, createSvixWorld, refused };
