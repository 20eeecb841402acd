/** The trigger's webhook() for requests to Svix's API: what starts an execution, and what does not. */
const { createApiKeys } = require('../../build/core/outbox/apiKey/apiKeyToken');
const { createEncrypter } = require('../../build/core/outbox/store/encryption');
const { API_ASSOCIATED_DATA } = require('../../build/nodes/shared/outbox/apiItem');

const { activate, receive } = require('../harness/contexts');

const OUTBOX_KEY = 'outbox-key-0123456789abcdef0123456789';
const PARAMETERS = {
	platform: 'standardWebhooks',
	requestKind: 'apiRequest',
	path: 'x',
	options: {},
};
const FACTS = {
	id: 'key_1',
	tenantId: 'acme',
	rights: ['read', 'manage'],
	issuedAtMs: Date.now(),
	expiresAtMs: null,
	epoch: 1,
	isPortal: false,
};
const keyWith = (facts) => createApiKeys('served', [OUTBOX_KEY]).create({ ...FACTS, ...facts });

/** Sends a request to a path below /api/v1. */
async function call(
	method,
	path,
	body,
	{ headers, options = {}, rawBody, token = keyWith({}) } = {},
) {
	const [pathname, search = ''] = path.split('?');
	const parts = pathname.split('/').filter(Boolean);
	return await receive(
		{ ...PARAMETERS, options },
		{
			method,
			originalUrl: `/webhook/node/x/api/v1${path}`,
			params: Object.fromEntries(parts.map((part, index) => [`p${index + 1}`, part])),
			query: Object.fromEntries(new URLSearchParams(search)),
			headers: {
				...(token && { authorization: `Bearer ${token}` }),
				'content-type': 'application/json',
				...headers,
			},
			rawBody: Buffer.from(rawBody ?? (body === undefined ? '' : JSON.stringify(body))),
			body: body ?? {},
		},
		{
			credentials: {
				agentWebhookOutboxApi: { encryptionSecret: OUTBOX_KEY, outboxName: 'served' },
			},
		},
	);
}

const open = ({ api_request: sealed }) =>
	createEncrypter([OUTBOX_KEY]).decrypt(sealed, API_ASSOCIATED_DATA);

test('a request whose key allows it starts an execution with the encrypted request', async () => {
	const body = { url: 'https://acme.example/?token=secret-1', secret: null };
	const headers = { 'idempotency-key': 'key-1' };
	const { answer, result } = await call('POST', '/app/acme/endpoint', body, { headers });
	expect(answer).toEqual({});
	const [[{ json }]] = result.workflowData;
	expect(json).toMatchObject({
		operation: 'v1.endpoint.create',
		application: 'acme',
		key_id: 'key_1',
		tenant_id: 'acme',
		source_address: '127.0.0.1',
	});
	expect(JSON.stringify(json)).not.toMatch(/secret-1|agw_/);
	expect(JSON.parse(open(json))).toEqual({
		operation: 'v1.endpoint.create',
		path: { app_id: 'acme' },
		query: {},
		body,
		idempotencyKey: 'key-1',
		key: FACTS,
	});
});

test('every digit of a number in a payload is handed on', async () => {
	const rawBody = '{"eventType":"a.b","payload":{"id":616581622363398142}}';
	const token = keyWith({ rights: ['send'] });
	const { result } = await call('POST', '/app/acme/msg', undefined, { rawBody, token });
	expect(open(result.workflowData[0][0].json)).toContain(`"body":${rawBody}`);
});

test.each([
	['no key', 'GET', '/app/acme', undefined, { token: '' }, 401, 'authentication_failed'],
	[
		'an unknown key',
		'GET',
		'/app/acme',
		undefined,
		{ token: 'testsk_1.eu' },
		401,
		'authentication_failed',
	],
	[
		'an expired key',
		'GET',
		'/app/acme',
		undefined,
		{ token: keyWith({ expiresAtMs: 1 }) },
		401,
		'authentication_failed',
	],
	[
		'a key without the right',
		'POST',
		'/app/acme/msg',
		{ eventType: 'a', payload: {} },
		{},
		403,
		'forbidden',
	],
	['a key for one tenant only', 'GET', '/app', undefined, {}, 403, 'forbidden'],
	['an unknown path', 'GET', '/app/acme/integration', undefined, {}, 404, 'not_found'],
	['an ID that n8n would evaluate', 'GET', '/app/={{1}}', undefined, {}, 404, 'not_found'],
	['another method', 'PUT', '/app/acme/msg', {}, {}, 405, 'method_not_allowed'],
	[
		'a body that is no JSON',
		'POST',
		'/app/acme/endpoint',
		undefined,
		{ rawBody: '{' },
		400,
		'invalid_json',
	],
	[
		'a large body',
		'POST',
		'/app/acme/endpoint',
		{ url: 'x'.repeat(600_000) },
		{},
		413,
		'payload_too_large',
	],
	[
		'an address that is not allowed',
		'GET',
		'/app/acme',
		undefined,
		{ options: { allowedAddresses: '203.0.113.7' } },
		403,
		'address_not_allowed',
	],
])('%s starts no execution', async (_, method, path, body, more, statusCode, code) => {
	const { answer, result } = await call(method, path, body, more);
	expect(result).toEqual({ noWebhookResponse: true });
	expect(answer).toMatchObject({ statusCode, body: { code, detail: expect.any(String) } });
});

test.each([
	['POST', '/app/acme/endpoint', {}, ['body', 'url'], 'is required'],
	[
		'POST',
		'/app/acme/endpoint',
		{ url: 'https://a.example', colour: 1 },
		['body', 'colour'],
		'is not known',
	],
	[
		'POST',
		'/app/acme/endpoint',
		{ url: 'https://a.example', channels: ['no channel!'] },
		['body', 'channels', '0'],
		expect.any(String),
	],
	['GET', '/app/acme/msg?limit=1000', undefined, ['query', 'limit'], 'must be at most 250'],
	['GET', '/app/acme/msg?page=2', undefined, ['query', 'page'], 'is not known'],
])('%s %s with invalid fields starts no execution', async (method, path, body, loc, msg) => {
	const { answer, result } = await call(method, path, body);
	expect(result).toEqual({ noWebhookResponse: true });
	expect(answer).toMatchObject({
		statusCode: 422,
		body: { detail: [{ loc, msg, type: expect.any(String) }] },
	});
});

test('health and the OpenAPI document are answered without a key and an execution', async () => {
	for (const method of ['GET', 'HEAD']) {
		const { answer, result } = await call(method, '/health', undefined, { token: '' });
		expect(result).toEqual({ noWebhookResponse: true });
		expect(answer).toMatchObject({ statusCode: 204 });
	}
	const { answer, result } = await call('GET', '/openapi.json', undefined, { token: '' });
	expect(result).toEqual({ noWebhookResponse: true });
	expect(answer).toMatchObject({ statusCode: 200, body: { openapi: '3.1.0' } });
	expect(answer.body.servers[0].url).toMatch(/^https?:\/\/[^/]+\/webhook\/node\/x$/);
});

describe('public event types', () => {
	const publicWith = (eventTypes, schema) => ({
		publicEventTypes: { entry: [{ eventTypes, schema }] },
	});

	test('are webhooks of the OpenAPI document', async () => {
		const options = publicWith('order.created, order.paid', '{"title":"Order"}');
		const { answer } = await call('GET', '/openapi.json', undefined, { options, token: '' });
		expect(Object.keys(answer.body.webhooks)).toEqual(['order.created', 'order.paid']);
		expect(answer.body.webhooks['order.paid'].post.summary).toBe('Order');
	});

	test.each([
		['order.*', '{}', 'is not the name of an event type'],
		['order.created', '{"type":"orders"}', 'In the schema, "type" must be'],
		['order.created', '{', '"Schema (JSON)" is not valid JSON'],
	])(
		'%j with the schema %j keep the trigger from being published',
		async (types, schema, fault) => {
			const published = activate(
				{ ...PARAMETERS, options: publicWith(types, schema) },
				{
					credentials: {
						agentWebhookOutboxApi: { encryptionSecret: OUTBOX_KEY, outboxName: 'served' },
					},
				},
			);
			await expect(published).rejects.toThrow(fault);
		},
	);
});

test('a key that asks too often is answered 429 with the time to wait', async () => {
	const token = keyWith({ id: 'key_busy' });
	const options = { maxRequestsPerMinute: 1 };
	const id = 'busy';
	const ask = async () =>
		await receive(
			{ ...PARAMETERS, options },
			{
				method: 'GET',
				originalUrl: '/webhook/node/x/api/v1/app/acme',
				params: { p1: 'app', p2: 'acme' },
				headers: { authorization: `Bearer ${token}` },
				rawBody: Buffer.alloc(0),
			},
			{
				credentials: {
					agentWebhookOutboxApi: { encryptionSecret: OUTBOX_KEY, outboxName: 'served' },
				},
				id,
			},
		);
	expect((await ask()).answer).toEqual({});
	expect((await ask()).answer).toMatchObject({
		statusCode: 429,
		headers: { 'Retry-After': expect.stringMatching(/^\d+$/) },
		body: { code: 'rate_limit' },
	});
});
