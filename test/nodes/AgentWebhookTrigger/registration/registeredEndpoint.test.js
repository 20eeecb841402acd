/** A trigger that registers itself at a server that speaks Svix's API: ours, in memory. */
const { createServer } = require('node:http');

const { activate, CREDENTIALS, deactivate, listOptions } = require('../../../harness/contexts');
const { createSvixWorld } = require('../../../unit/svixApi/svixWorld');

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const OTHER_SECRET = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD';
const URL_OF_TRIGGER = 'https://n8n.example.com/webhook/webhooks/events/orders';
const TRIGGER = {
	platform: 'standardWebhooks',
	requestKind: 'event',
	authenticationMethods: ['platform'],
	path: 'orders',
	register: true,
	subscribedTypes: [],
	options: {},
};

let server;
let base;
let world;
let key;
let calls;
/** Answers a request in the server's place, after it was handled or not. */
let disturb;

beforeAll(async () => {
	CREDENTIALS.agentWebhookPlatformApi.authenticate = async ({ apiKey }, request) => ({
		...request,
		headers: { ...request.headers, Authorization: `Bearer ${apiKey}` },
	});
	server = createServer(async (request, response) => {
		const chunks = [];
		for await (const chunk of request) chunks.push(chunk);
		const { authorization } = request.headers;
		const body = Buffer.concat(chunks).toString();
		const path = request.url.replace('/api/v1', '');
		calls.push(`${request.method} ${path}`);
		const reply = await world.call(request.method, path, { authorization, body });
		const status = disturb?.(request.method, path) ?? reply.statusCode;
		response.writeHead(status, { ...reply.headers, 'content-type': 'application/json' });
		response.end(status === 204 ? undefined : reply.text);
	});
	await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
	base = `http://127.0.0.1:${server.address().port}`;
});

afterAll(() => {
	server.closeAllConnections();
	server.close();
});

beforeEach(async () => {
	disturb = undefined;
	calls = [];
	world = createSvixWorld();
	const owner = await world.createKey();
	const api = await world.client(owner.token);
	await api.application.create({ name: 'Acme', uid: 'acme' });
	world.api = api;
	const rights = ['read', 'manage', 'secrets'];
	key = await world.createKey({ tenantId: 'acme', rights });
});

/** The node's webhook ID, as n8n gives every trigger. */
const more = { webhookId: '6b2f1f0e-3c0e-4d0a-9a53-0a4c9f1f0c11' };

/** A copy of what n8n remembers: it keeps no changes of the hooks of a test webhook. */
const copy = (staticData) => JSON.parse(JSON.stringify(staticData));

/** The credentials of the customer's n8n. */
const credentialsWith = ({ secret = SECRET, ...fields } = {}) => ({
	agentWebhookInboundApi: { signingSecret: secret },
	agentWebhookPlatformApi: {
		platform: 'standardWebhooks',
		baseUrl: base,
		applicationId: 'acme',
		apiKey: key.token,
		...fields,
	},
});

const publish = async (parameters, { fields, ...stage } = {}) =>
	await activate(
		{ ...TRIGGER, ...parameters },
		{ credentials: credentialsWith(fields), more, ...stage },
	);
const unpublish = async (parameters, { fields, ...stage } = {}) =>
	await deactivate(
		{ ...TRIGGER, ...parameters },
		{ credentials: credentialsWith(fields), more, ...stage },
	);
const list = async () => (await world.api.endpoint.list('acme')).data;
const readSecret = async ({ id }) => (await world.api.endpoint.getSecret('acme', id)).key;

describe('a trigger that registers itself', () => {
	test('has an endpoint with its URL, event types and secret until it is unpublished', async () => {
		const staticData = {};
		await publish({ subscribedTypes: ['order.created', 'order.paid'] }, { staticData });
		const [endpoint, ...others] = await list();
		expect(others).toEqual([]);
		expect(endpoint).toMatchObject({
			url: URL_OF_TRIGGER,
			eventTypes: ['order.created', 'order.paid'],
			disabled: false,
		});
		expect(await readSecret(endpoint)).toBe(SECRET);
		await unpublish({}, { staticData });
		expect(await list()).toEqual([]);
		await expect(unpublish({}, { staticData })).resolves.toBe(true);
	});

	test('gets all event types if none is chosen, also at a base URL with /api/v1', async () => {
		await publish({}, { fields: { baseUrl: `${base}/api/v1/` } });
		expect(await list()).toMatchObject([{ url: URL_OF_TRIGGER, eventTypes: null }]);
	});

	test('changes nothing if n8n starts again', async () => {
		await publish({ subscribedTypes: ['b', 'a'] });
		calls = [];
		await publish({ subscribedTypes: ['a', 'b'] }, { activation: 'init' });
		expect(calls.map((call) => call.split(' ')[0])).toEqual(['GET', 'GET']);
		expect(await list()).toHaveLength(1);
	});

	test('updates its endpoint after other event types, another URL token or another secret', async () => {
		await publish();
		const [{ id }] = await list();
		await world.api.endpoint.patch('acme', id, { disabled: true });
		await publish({ subscribedTypes: ['order.paid'] }, { fields: { secret: OTHER_SECRET } });
		expect(await list()).toMatchObject([{ id, eventTypes: ['order.paid'], disabled: false }]);
		expect(await readSecret({ id })).toBe(OTHER_SECRET);
		const inbound = { signingSecret: OTHER_SECRET, urlTokens: 'token-1' };
		const credentials = { ...credentialsWith(), agentWebhookInboundApi: inbound };
		const authenticationMethods = ['signature', 'urlToken'];
		await activate({ ...TRIGGER, authenticationMethods }, { credentials, more });
		expect(await list()).toMatchObject([{ id, url: `${URL_OF_TRIGGER}?token=token-1` }]);
	});

	test('replaces its endpoint if it is published with another path', async () => {
		const staticData = {};
		await publish({}, { staticData });
		await publish({ path: 'shop' }, { staticData });
		expect(await list()).toMatchObject([{ url: URL_OF_TRIGGER.replace('orders', 'shop') }]);
	});

	test('has another endpoint while a person listens, and keeps the one of the production URL', async () => {
		const staticData = {};
		await publish({}, { staticData });
		const listening = { mode: 'manual', staticData: copy(staticData) };
		await publish({}, listening);
		expect((await list()).map(({ url }) => new URL(url).pathname).sort()).toEqual([
			'/webhook-test/webhooks/events/orders',
			'/webhook/webhooks/events/orders',
		]);
		await unpublish({}, listening);
		expect(await list()).toMatchObject([{ url: URL_OF_TRIGGER }]);
		// Also one whose registration failed keeps it.
		await unpublish({}, { mode: 'manual', staticData: copy(staticData) });
		expect(await list()).toMatchObject([{ url: URL_OF_TRIGGER }]);
	});

	test('leaves nothing behind if the server created the endpoint and its answer was lost', async () => {
		disturb = (method) => (method === 'POST' ? 502 : undefined);
		await expect(publish()).rejects.toThrow(
			'The server answered POST /api/v1/app/acme/endpoint with 502',
		);
		expect(await list()).toEqual([]);
	});

	test('removes by its uid what n8n has no record of', async () => {
		await publish();
		expect(await list()).toHaveLength(1);
		await unpublish({}, { staticData: {} });
		expect(await list()).toEqual([]);
	});

	test('keeps the URL of an existing endpoint if its secret cannot be replaced', async () => {
		await publish({ subscribedTypes: ['a'] });
		disturb = (_, path) => (path.endsWith('/rotate') ? 500 : undefined);
		const fields = { secret: OTHER_SECRET };
		await expect(publish({ subscribedTypes: ['b'] }, { fields })).rejects.toThrow('with 500');
		expect(await list()).toMatchObject([{ url: URL_OF_TRIGGER, eventTypes: ['a'] }]);
	});
});

describe('a trigger that cannot register itself says what to do', () => {
	test.each([
		['a key that is not valid', { apiKey: 'wrong' }, 'with 401: Invalid key'],
		['another application', { applicationId: 'other' }, 'with 404: Entity not found'],
		['no application', { applicationId: ' ' }, '"Application ID" in the credential is empty.'],
		['another platform', { platform: 'svix' }, 'Choose a credential for Standard Webhooks'],
		[
			'a secret without whsec_',
			{ secret: SECRET.slice(6) },
			'no signing secret with whsec_ and 24 to 75 bytes in base64, which the server needs',
		],
		['no server', { baseUrl: 'http://127.0.0.1:9' }, 'could not be reached at http://127.0.0.1:9'],
	])('with %s', async (_, fields, fault) => {
		await expect(publish({}, { fields })).rejects.toThrow(fault);
		expect(await list()).toEqual([]);
	});

	test.each([
		[['signature', 'bearer'], 'The server cannot authenticate by "Bearer Token". Remove it'],
		[['urlToken'], 'The server signs its requests. Choose "Signature" under "Authentication"'],
	])('with the methods %j', async (authenticationMethods, fault) => {
		const inbound = { signingSecret: SECRET, bearerTokens: 'one-token', urlTokens: 'two-token' };
		const credentials = { ...credentialsWith(), agentWebhookInboundApi: inbound };
		const published = activate({ ...TRIGGER, authenticationMethods }, { credentials, more });
		await expect(published).rejects.toThrow(fault);
		expect(calls).toEqual([]);
	});

	test('with a key that may not read secrets or manage endpoints', async () => {
		const { token } = await world.createKey({ tenantId: 'acme', rights: ['read'] });
		const published = publish({}, { fields: { apiKey: token } });
		await expect(published).rejects.toMatchObject({
			message: expect.stringContaining('with 403: The key lacks the right "manage"'),
			description: expect.stringContaining('its rights are read, manage and secrets'),
		});
	});

	test('with a field that the server rejects', async () => {
		const published = publish({ subscribedTypes: ['no type!'] });
		await expect(published).rejects.toThrow(/with 422: eventTypes\.0: must have letters/);
		expect(await list()).toEqual([]);
	});
});

test('the server’s event types are offered, from all its pages', async () => {
	const names = Array.from({ length: 251 }, (_, n) => `order.t${String(n).padStart(3, '0')}`);
	for (const name of names)
		await world.api.eventType.create({ name, description: `About ${name}` });
	const credentials = credentialsWith();
	const options = await listOptions('getServerEventTypes', TRIGGER, { credentials });
	expect(options.map(({ value }) => value)).toEqual(names);
	expect(options[7]).toEqual({
		name: 'order.t007',
		value: 'order.t007',
		description: 'About order.t007',
	});
	expect(await listOptions('getServerEventTypes', TRIGGER)).toEqual([]);
});
