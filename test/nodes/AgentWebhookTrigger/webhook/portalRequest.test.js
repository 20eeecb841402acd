/** The portal of the trigger: the page without an execution, and the calls that it posts. */
const { createRequire } = require('node:module');

const { createApiKeys } = require('../../../../build/core/outbox/apiKey/apiKeyToken');
const { createEncrypter } = require('../../../../build/core/outbox/store/encryption');
const { API_ASSOCIATED_DATA } = require('../../../../build/nodes/shared/outbox/apiItem');

const { activate, receive } = require('../../../harness/contexts');

const core = createRequire(require.resolve('n8n-core'));
const { Logger } = require(core.resolve('@n8n/backend-common'));
const { Container } = require(core.resolve('@n8n/di'));

const OUTBOX_KEY = 'outbox-key-0123456789abcdef0123456789';
const CREDENTIALS = {
	agentWebhookOutboxApi: { encryptionSecret: OUTBOX_KEY, outboxName: 'served' },
};
const PARAMETERS = {
	platform: 'standardWebhooks',
	requestKind: 'apiRequest',
	path: 'x',
	options: { portal: { settings: { name: 'Acme' } } },
};
const FACTS = {
	id: 'key_1',
	tenantId: 'acme',
	rights: ['read', 'manage'],
	issuedAtMs: Date.now(),
	expiresAtMs: Date.now() + 60_000,
	epoch: 1,
	isPortal: true,
};
const keyWith = (facts) => createApiKeys('served', [OUTBOX_KEY]).create({ ...FACTS, ...facts });

async function request(method, body, { options = {}, path = '/portal', token = keyWith({}) } = {}) {
	return await receive(
		{ ...PARAMETERS, options: { ...PARAMETERS.options, ...options } },
		{
			method,
			originalUrl: `/webhook/node/x${path}`,
			headers: {
				...(token && { authorization: `Bearer ${token}` }),
				'content-type': 'application/json',
			},
			rawBody: Buffer.from(body === undefined ? '' : JSON.stringify(body)),
			body: body ?? {},
		},
		{ credentials: CREDENTIALS },
	);
}

const readRequest = ([[{ json }]]) =>
	JSON.parse(createEncrypter([OUTBOX_KEY]).decrypt(json.api_request, API_ASSOCIATED_DATA));

test.each(['/portal', '/portal/', '/portal?x=1'])(
	'%s is the page, without an execution',
	async (path) => {
		const { answer, result } = await request('GET', undefined, { path, token: '' });
		expect(result).toEqual({ noWebhookResponse: true });
		expect(answer).toMatchObject({ statusCode: 200, headers: { 'Cache-Control': 'no-store' } });
		expect(String(answer.body)).toContain('<title>Acme</title>');
		expect(answer.headers['Content-Length']).toBe(String(answer.body.length));
	},
);

test('HEAD gets the headers of the page alone', async () => {
	const { answer, result } = await request('HEAD', undefined, { token: '' });
	expect(result).toEqual({ noWebhookResponse: true });
	expect(answer.body).toBeUndefined();
	expect(answer.headers['Content-Type']).toBe('text/html; charset=utf-8');
});

test('without the option there is no page', async () => {
	const { answer } = await request('GET', undefined, { options: { portal: undefined } });
	expect(answer).toMatchObject({ statusCode: 404 });
});

test('a posted call starts one execution, as the call itself would', async () => {
	const body = { description: 'x' };
	const call = { method: 'PATCH', path: 'app/acme/endpoint/ep_1', query: {}, body };
	const { answer, result } = await request('POST', call);
	expect(answer).toEqual({});
	const { workflowData } = result;
	expect(workflowData[0][0].json).toMatchObject({
		operation: 'v1.endpoint.patch',
		key_id: 'key_1',
	});
	expect(JSON.stringify(workflowData)).not.toContain('agw_');
	expect(readRequest(workflowData)).toEqual({
		operation: 'v1.endpoint.patch',
		path: { app_id: 'acme', endpoint_id: 'ep_1' },
		query: {},
		body,
		key: FACTS,
		portalUrl: expect.stringMatching(/^https:\/\/n8n\.example\.com\/webhook\/node\/x\/portal$/),
	});
});

test('the query of a call is checked as in an address', async () => {
	const call = { method: 'GET', path: 'app/acme/endpoint/ep_1/msg', query: { limit: '1000' } };
	const { answer, result } = await request('POST', call);
	expect(result).toEqual({ noWebhookResponse: true });
	expect(answer).toMatchObject({
		statusCode: 422,
		body: { detail: [{ loc: ['query', 'limit'] }] },
	});
});

const GET_PORTAL = { method: 'GET', path: 'app/acme/portal' };

test.each([
	['no key', GET_PORTAL, { token: '' }, 401],
	['an expired link', GET_PORTAL, { token: keyWith({ expiresAtMs: 1 }) }, 401],
	['a key that is no link', GET_PORTAL, { token: keyWith({ isPortal: false }) }, 403],
	['a key for all tenants', GET_PORTAL, { token: keyWith({ tenantId: null }) }, 403],
	['a call without the right', { method: 'POST', path: 'app/acme/msg', body: {} }, {}, 403],
	['an unknown path', { method: 'GET', path: 'app/acme/nothing' }, {}, 404],
	['another method', { method: 'TRACE', path: 'app/acme' }, {}, 422],
	['no call', {}, {}, 422],
	['an unknown field', { ...GET_PORTAL, url: 'x' }, {}, 422],
])('%s starts no execution', async (_, call, more, statusCode) => {
	const { answer, result } = await request('POST', call, more);
	expect(result).toEqual({ noWebhookResponse: true });
	expect(answer).toMatchObject({ statusCode });
});

test('a path of the API that ends with /portal is not the page', async () => {
	const ask = async (token) =>
		await receive(
			PARAMETERS,
			{
				method: 'GET',
				originalUrl: '/webhook/node/x/api/v1/app/acme/portal',
				params: { p1: 'app', p2: 'acme', p3: 'portal' },
				headers: { ...(token && { authorization: `Bearer ${token}` }) },
				rawBody: Buffer.from(''),
				body: {},
			},
			{ credentials: CREDENTIALS },
		);
	expect((await ask()).answer).toMatchObject({ statusCode: 401 });
	const { result } = await ask(keyWith({}));
	expect(readRequest(result.workflowData)).toMatchObject({ operation: 'v1.portal.get' });
});

test.each([
	'/webhook/node/x',
	'/webhook/node/portal/x',
	'/webhook/portal/portal',
	'/webhook-test/node/x',
])('a request to the API below %s knows the portal’s URL for links', async (base) => {
	const { result } = await receive(
		PARAMETERS,
		{
			method: 'POST',
			originalUrl: `${base}/api/v1/auth/app-portal-access/acme?x=/portal`,
			params: { p1: 'auth', p2: 'app-portal-access', p3: 'acme' },
			headers: {
				authorization: `Bearer ${keyWith({ isPortal: false, tenantId: null })}`,
				'content-type': 'application/json',
			},
			rawBody: Buffer.from('{}'),
			body: {},
		},
		{ credentials: CREDENTIALS },
	);
	const { portalUrl } = readRequest(result.workflowData);
	expect(new URL(portalUrl).pathname).toBe(`${base}/portal`);
});

test('a key of “Texts” that the page does not have keeps neither the page nor the workflow from working', async () => {
	const options = { portal: { settings: { texts: '{"no.such": "x"}' } } };
	const { answer } = await request('GET', undefined, { options });
	expect(answer.statusCode).toBe(200);
	const warn = jest.spyOn(Container.get(Logger), 'warn').mockImplementation(() => undefined);
	const more = { webhookId: 'w' };
	await activate({ ...PARAMETERS, options }, { credentials: CREDENTIALS, more });
	const [[message]] = warn.mock.calls;
	warn.mockRestore();
	expect(message).toContain('ignores keys of "Texts" that the portal does not have: no.such.');
});

test('settings that would not work show when the workflow is published', async () => {
	const options = { portal: { settings: { logo: 'https://a.example/logo.png' } } };
	await expect(
		activate({ ...PARAMETERS, options }, { credentials: CREDENTIALS, more: { webhookId: 'w' } }),
	).rejects.toThrow('"Logo" of the portal');
});
