const {
	createHash,
	createHmac,
	generateKeyPairSync,
	randomUUID,
	sign: signWithKey,
} = require('node:crypto');

const { createSigner, httpbis } = require('http-message-signatures');
const jsonwebtoken = require('jsonwebtoken');

const stage = require('./stage');

const { ACTION, base, n8n, newSecret, newStandardSecret, node, getOutputs, post, standardHeaders } =
	stage;
const { createTriggerWorkflow, TRIGGER, uniqueName } = stage;

const secrets = {
	urlTokens: [newSecret(), newSecret()],
	bearerTokens: [newSecret(), newSecret()],
	basic: { user: 'agenticflow', password: `${newSecret()}:with a colon` },
	signing: [newSecret(), newSecret()],
	standard: [newStandardSecret(), newStandardSecret()],
};

const hmac = (body, secret = secrets.signing[0]) =>
	`sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
const basic = (user, password) => `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
const standard = (body, options) =>
	standardHeaders(body, { secret: secrets.standard[0], ...options });

const MESSAGE = '{"message": "Hello, I need help with my order #12345"}';

let agenticflow;
let standardWebhooks;

beforeAll(async () => {
	const shared = {
		urlTokens: secrets.urlTokens.join(' '),
		bearerTokens: secrets.bearerTokens.join(' '),
		basicUser: secrets.basic.user,
		basicPassword: secrets.basic.password,
		signatureScheme: 'platform',
	};
	agenticflow = await n8n.createCredential('agentWebhookInboundApi', 'AgenticFlow', {
		...shared,
		signingSecret: secrets.signing[0],
		furtherSigningSecrets: secrets.signing[1],
	});
	standardWebhooks = await n8n.createCredential('agentWebhookInboundApi', 'Standard Webhooks', {
		...shared,
		signingSecret: secrets.standard[0],
		furtherSigningSecrets: secrets.standard[1],
	});
});

afterAll(stage.deactivateWorkflows);

/**
 * Sends one webhook the calls that must be accepted and those that must be rejected, and checks which
 * executions n8n ran.
 */
async function check(hook, { accepted, rejected }) {
	for (const { body = MESSAGE, headers = {}, query = '' } of accepted) {
		const { status, data } = await post(hook.url + query, body, headers);
		expect({ status, data }).toMatchObject({
			status: 200,
			data: { success: true, message: 'Webhook processed successfully', status: 'queued' },
		});
		expect(data.execution_id).toMatch(/^\d+$/);
	}
	for (const { body = MESSAGE, headers = {}, query = '', method, status, code } of rejected) {
		const answer = await post(hook.url + query, body, headers, method);
		expect({ status: answer.status, code: answer.data.error?.code }).toEqual({ status, code });
		expect(answer.data).toMatchObject({ success: false, error: { message: expect.any(String) } });
	}
	const executions = await n8n.finished(hook.id, accepted.length);
	expect(executions).toHaveLength(accepted.length);
	return executions;
}

const unauthorized = (code, call) => ({ status: 401, code, ...call });

describe('the trigger with a single authentication method', () => {
	test('accepts every request when the authentication is none', async () => {
		const hook = await createTriggerWorkflow({ authenticationMethods: [] });
		await check(hook, { accepted: [{}], rejected: [] });
	});

	test('accepts requests with a valid URL token only', async () => {
		const hook = await createTriggerWorkflow(
			{ authenticationMethods: ['urlToken'] },
			{ credentials: agenticflow },
		);
		const [execution] = await check(hook, {
			accepted: secrets.urlTokens.map((token) => ({ query: `?token=${token}&page=2` })),
			rejected: [
				unauthorized('TOKEN_MISSING', {}),
				unauthorized('TOKEN_MISSING', { query: '?token=' }),
				unauthorized('TOKEN_INVALID', { query: '?token=wrong' }),
				unauthorized('TOKEN_INVALID', { query: `?token=${secrets.urlTokens[0].slice(0, -1)}` }),
				unauthorized('TOKEN_INVALID', {
					query: `?token=${secrets.urlTokens[0]}&token=${secrets.urlTokens[0]}`,
				}),
			],
		});
		const [[{ json }]] = getOutputs(execution, 'Trigger');
		expect(json.query).toEqual({ page: '2' });
		expect(json.authentication).toEqual(['urlToken']);
		expect(JSON.stringify(execution)).not.toContain(secrets.urlTokens[0]);
	});

	test('accepts requests with a valid Bearer token only', async () => {
		const hook = await createTriggerWorkflow(
			{ authenticationMethods: ['bearer'] },
			{ credentials: agenticflow },
		);
		const [execution] = await check(hook, {
			accepted: [
				...secrets.bearerTokens.map((token) => ({ headers: { authorization: `Bearer ${token}` } })),
				{ headers: { authorization: `bearer ${secrets.bearerTokens[0]}` } },
			],
			rejected: [
				unauthorized('TOKEN_MISSING', {}),
				unauthorized('TOKEN_MISSING', { headers: { authorization: 'Bearer ' } }),
				unauthorized('TOKEN_INVALID', { headers: { authorization: 'Bearer wrong' } }),
				unauthorized('TOKEN_MISSING', {
					headers: { authorization: basic('u', secrets.bearerTokens[0]) },
				}),
			],
		});
		expect(JSON.stringify(execution)).not.toContain(secrets.bearerTokens[0]);
		const rejection = await post(hook.url, MESSAGE);
		expect(rejection.headers['www-authenticate']).toBe('Bearer');
	});

	test('accepts requests with valid Basic credentials only', async () => {
		const { user, password } = secrets.basic;
		const hook = await createTriggerWorkflow(
			{ authenticationMethods: ['basic'] },
			{ credentials: agenticflow },
		);
		await check(hook, {
			accepted: [{ headers: { authorization: basic(user, password) } }],
			rejected: [
				unauthorized('CREDENTIALS_MISSING', {}),
				unauthorized('CREDENTIALS_INVALID', { headers: { authorization: basic(user, 'x') } }),
				unauthorized('CREDENTIALS_INVALID', { headers: { authorization: basic('x', password) } }),
				unauthorized('CREDENTIALS_INVALID', { headers: { authorization: 'Basic bm9jb2xvbg==' } }),
				unauthorized('CREDENTIALS_INVALID', { headers: { authorization: 'Basic %%%' } }),
			],
		});
		const rejection = await post(hook.url, MESSAGE);
		expect(rejection.headers['www-authenticate']).toBe('Basic realm="webhook", charset="UTF-8"');
	});

	test('accepts AgenticFlow’s signature made with either of two secrets', async () => {
		const hook = await createTriggerWorkflow(
			{ authenticationMethods: ['signature'] },
			{ credentials: agenticflow },
		);
		const signed = (signature) => ({ headers: { 'X-AgenticFlow-Signature': signature } });
		const [execution] = await check(hook, {
			accepted: [
				...secrets.signing.map((secret) => signed(hmac(MESSAGE, secret))),
				signed(hmac(MESSAGE).toUpperCase().replace('SHA', 'sha')),
			],
			rejected: [
				unauthorized('SIGNATURE_MISSING', {}),
				unauthorized('SIGNATURE_INVALID', signed(hmac(MESSAGE, 'wrong'))),
				unauthorized('SIGNATURE_INVALID', signed(hmac(`${MESSAGE} `))),
				unauthorized('SIGNATURE_MALFORMED', signed(hmac(MESSAGE).slice(7))),
			],
		});
		const [[{ json }]] = getOutputs(execution, 'Trigger');
		expect(json).toMatchObject({
			body: JSON.parse(MESSAGE),
			platform: 'agenticflow',
			authentication: ['signature'],
			signature: { scheme: 'agenticflow' },
			source_address: '127.0.0.1',
		});
		expect(Date.now() - Date.parse(json.received_at)).toBeLessThan(60_000);
		expect(json.request_id).toMatch(/^[0-9a-f-]{36}$/);
	});

	test('accepts signatures of the standardwebhooks library made with either of two secrets', async () => {
		const hook = await createTriggerWorkflow(
			{ authenticationMethods: ['signature'], platform: 'standardWebhooks', requestKind: 'event' },
			{ credentials: standardWebhooks },
		);
		const at = new Date(1000 * Math.floor(Date.now() / 1000));
		const minutesAgo = (minutes) => new Date(Date.now() - minutes * 60_000);
		const [execution] = await check(hook, {
			accepted: [
				...secrets.standard.map((secret, index) => ({
					headers: standard(MESSAGE, { secret, at, id: `msg_${index + 1}` }),
				})),
				{ headers: standard(MESSAGE, { at: minutesAgo(4), id: 'msg_3' }) },
				{ headers: standard(MESSAGE, { at: minutesAgo(-4), id: 'msg_4' }) },
			],
			rejected: [
				unauthorized('TIMESTAMP_OUT_OF_TOLERANCE', {
					headers: standard(MESSAGE, { at: minutesAgo(6) }),
				}),
				unauthorized('TIMESTAMP_OUT_OF_TOLERANCE', {
					headers: standard(MESSAGE, { at: minutesAgo(-6) }),
				}),
				unauthorized('SIGNATURE_INVALID', {
					headers: { ...standard(MESSAGE), 'webhook-id': 'msg_2' },
				}),
				unauthorized('ID_MISSING', {
					headers: { ...standard(MESSAGE), 'webhook-id': '' },
				}),
				unauthorized('SIGNATURE_INVALID', {
					headers: standard(MESSAGE, { secret: newStandardSecret() }),
				}),
			],
		});
		const [[{ json }]] = getOutputs(execution, 'Trigger');
		expect(json.signature).toEqual({
			scheme: 'standardWebhooks',
			id: 'msg_1',
			timestamp: at.toISOString(),
		});
	});

	test('accepts signatures of a custom scheme with a timestamp', async () => {
		const secret = newSecret();
		const credentials = await n8n.createCredential('agentWebhookInboundApi', 'Custom', {
			signatureScheme: 'custom',
			signingSecret: secret,
			signatureHeader: 'X-AgentFlow-Signature',
			algorithm: 'hmac-sha512',
			encoding: 'base64',
			prefix: 'v0=',
			signedContent: '{timestamp}.{body}',
			idHeader: '',
			timestampHeader: 'X-AgentFlow-Timestamp',
			timestampUnit: 'ms',
			toleranceSeconds: 60,
		});
		const hook = await createTriggerWorkflow(
			{ authenticationMethods: ['signature'], platform: 'custom' },
			{ credentials },
		);
		const signed = (timestamp) => ({
			'X-AgentFlow-Timestamp': timestamp,
			'X-AgentFlow-Signature': `v0=${createHmac('sha512', secret).update(`${timestamp}.${MESSAGE}`).digest('base64')}`,
		});
		await check(hook, {
			accepted: [{ headers: signed(String(Date.now())) }],
			rejected: [
				unauthorized('TIMESTAMP_OUT_OF_TOLERANCE', {
					headers: signed(String(Date.now() - 70_000)),
				}),
				unauthorized('TIMESTAMP_MALFORMED', { headers: signed('1e12') }),
				unauthorized('TIMESTAMP_MISSING', {
					headers: { ...signed('0'), 'X-AgentFlow-Timestamp': '' },
				}),
			],
		});
	});
});

describe('platforms that send a token, or nothing', () => {
	const publish = async (platform, fields, parameters) =>
		await createTriggerWorkflow(
			{ platform, requestKind: 'event', authenticationMethods: ['platform'], ...parameters },
			{ credentials: await n8n.createCredential('agentWebhookInboundApi', platform, fields) },
		);
	/** Sends the requests that must be rejected, then the accepted ones, and returns their items. */
	async function receive(hook, { accepted, rejected }) {
		for (const { body, headers, query = '', code } of rejected) {
			const { data, status } = await post(hook.url + query, body, headers);
			expect({ status, code: data.error?.code }).toEqual({ status: 401, code });
		}
		for (const { body, headers, query = '' } of accepted) {
			expect(await post(hook.url + query, body, headers)).toMatchObject({ status: 200 });
		}
		const executions = await n8n.finished(hook.id, accepted.length);
		expect(executions).toHaveLength(accepted.length);
		return executions;
	}

	test('GitLab’s token counts in GitLab’s header only, and reaches no item', async () => {
		const tokens = [newSecret(), newSecret()];
		const hook = await publish('gitlab-token', {
			headerNames: 'X-API-Key',
			headerTokens: tokens.join(' '),
		});
		const body = '{"object_kind":"push","ref":"refs/heads/main"}';
		const executions = await receive(hook, {
			accepted: tokens.map((token, index) => ({
				body,
				headers: { 'X-Gitlab-Token': token, 'Idempotency-Key': `key-${index}` },
			})),
			rejected: [
				{ body, code: 'TOKEN_MISSING' },
				{ body, headers: { 'X-API-Key': tokens[0] }, code: 'TOKEN_MISSING' },
				{ body, headers: { 'X-Gitlab-Token': `${tokens[0]}x` }, code: 'TOKEN_INVALID' },
			],
		});
		const [[{ json }]] = getOutputs(executions[0], 'Trigger');
		expect(json).toMatchObject({
			event: 'push',
			authentication: ['headerToken'],
			duplicate_key: expect.stringMatching(/^key-[01]$/),
		});
		for (const token of tokens) expect(JSON.stringify(executions)).not.toContain(token);
	});

	test('Telegram’s update is named after the field that it has', async () => {
		const token = newSecret();
		const hook = await publish('telegram', { headerTokens: token });
		const body = '{"update_id":7,"message":{"date":1700000000,"text":"hi"}}';
		const headers = { 'X-Telegram-Bot-Api-Secret-Token': token };
		const [execution] = await receive(hook, {
			accepted: [{ body, headers }],
			rejected: [{ body, code: 'TOKEN_MISSING' }],
		});
		expect(getOutputs(execution, 'Trigger')[0][0].json).toMatchObject({
			event: 'message',
			event_time: '2023-11-14T22:13:20.000Z',
			duplicate_key: '7',
		});
		// The same update again starts nothing.
		expect(await post(hook.url, body, headers)).toMatchObject({ status: 200 });
		expect(await n8n.finished(hook.id, 1)).toHaveLength(1);
	});

	test('a credential without the token is not published, and the reason names the header', async () => {
		await expect(
			publish('gitlab-token', { methods: ['headerToken'], headerTokens: '' }),
		).rejects.toThrow('the token that GitLab (Secret Token) sends in the header X-Gitlab-Token');
	});

	test('Figma’s passcode in the body is checked, and masked in the item', async () => {
		const passcode = newSecret();
		const hook = await publish('figma', { bodyTokens: passcode });
		const write = (given) =>
			JSON.stringify({ event_type: 'FILE_UPDATE', passcode: given, webhook_id: '22' });
		const [execution] = await receive(hook, {
			accepted: [{ body: write(passcode) }],
			rejected: [
				{ body: write(undefined), code: 'TOKEN_MISSING' },
				{ body: write('another passcode'), code: 'TOKEN_INVALID' },
				{
					body: `{"passcode":"x",${write(passcode).slice(1)}`,
					code: 'TOKEN_INVALID',
				},
			],
		});
		expect(getOutputs(execution, 'Trigger')[0][0].json).toMatchObject({
			event: 'FILE_UPDATE',
			authentication: ['bodyToken'],
			body: { passcode: '***', webhook_id: '22' },
		});
		expect(JSON.stringify(execution)).not.toContain(passcode);
	});

	test('a provider that does not sign is authenticated by a token in the URL', async () => {
		const token = newSecret();
		const hook = await publish('postmark', { urlTokens: token });
		const body = '{"RecordType":"Delivery","MessageID":"m1"}';
		const [execution] = await receive(hook, {
			accepted: [{ body, query: `?token=${token}` }],
			rejected: [
				{ body, code: 'TOKEN_MISSING' },
				{ body, query: '?token=x', code: 'TOKEN_INVALID' },
			],
		});
		expect(getOutputs(execution, 'Trigger')[0][0].json).toMatchObject({ event: 'Delivery' });
	});
});

describe('Custom, described in the options', () => {
	test('takes forms and text, and the places of an event’s values', async () => {
		const token = newSecret();
		const credentials = await n8n.createCredential('agentWebhookInboundApi', 'Body token', {
			bodyField: 'auth.token',
			bodyTokens: token,
			headerNames: 'X-Key',
			headerTokens: token,
		});
		const hook = await createTriggerWorkflow(
			{
				platform: 'custom',
				requestKind: 'event',
				eventTypes: 'order.*.created, *.failed',
				authenticationMethods: ['headerToken', 'bodyToken'],
				options: {
					require: 'any',
					bodyFormats: ['form', 'text', 'xml'],
					eventTypeFrom: 'header.X-Kind, body.meta.kind, body.kind, query.kind',
					eventTimeFrom: 'body.at',
					eventDataFrom: 'body.payload',
					duplicateKey: 'query.id',
					rawBodyField: 'raw',
				},
			},
			{ credentials },
		);
		const key = { 'X-Key': token };
		const send = async (type, body, { headers = key, query = '' } = {}) =>
			await post(hook.url + query, body, { 'content-type': type, ...headers });
		const form = 'application/x-www-form-urlencoded';
		await send(form, 'kind=order.item.created&at=1700000000&payload=x&tag=a&tag=b');
		const json = `{"meta":{"kind":"payment.failed"},"auth":{"token":"${token}"},"payload":{"n":1}}`;
		await send('text/plain', json, { headers: {}, query: '?id=1' });
		await send('text/plain', json, { headers: {}, query: '?id=1' });
		await send('text/plain', 'hello', { query: '?kind=a.failed&id=2' });
		await send('application/xml', '<a/>', { headers: { ...key, 'X-Kind': 'b.failed' } });
		// Not chosen, and not accepted.
		expect(await send(form, 'kind=order.created')).toMatchObject({ status: 200 });
		expect(await send('application/json', json)).toMatchObject({ status: 415 });
		const executions = await n8n.finished(hook.id, 4);
		const items = executions
			.flatMap((execution) => getOutputs(execution, 'Trigger')[0])
			.map((item) => item.json);
		expect(items).toHaveLength(4);
		const types = executions
			.flatMap((execution) => getOutputs(execution, 'Trigger')[0])
			.map(({ binary }) => binary.raw.mimeType);
		expect(types.sort()).toEqual([form, 'application/xml', 'text/plain', 'text/plain']);
		expect(items).toEqual(
			expect.arrayContaining([
				expect.objectContaining({
					event: 'order.item.created',
					event_time: '2023-11-14T22:13:20.000Z',
					data: 'x',
					body: expect.objectContaining({ tag: ['a', 'b'] }),
				}),
				expect.objectContaining({
					event: 'payment.failed',
					data: { n: 1 },
					duplicate_key: '1',
					body: expect.objectContaining({ auth: { token: '***' } }),
				}),
				expect.objectContaining({ event: 'a.failed', data: 'hello', body: 'hello' }),
				expect.objectContaining({ event: 'b.failed', body: '<a/>' }),
			]),
		);
		expect(JSON.stringify(executions)).not.toContain(token);
	});
});

describe('the trigger with tokens and open schemes', () => {
	const toPem = (key) => key.export({ format: 'pem', type: 'spki' });
	const [rsa, ec] = [
		generateKeyPairSync('rsa', { modulusLength: 2048 }),
		generateKeyPairSync('ec', { namedCurve: 'P-256' }),
	];

	const createTokenHook = async (name, fields) =>
		await createTriggerWorkflow(
			{ authenticationMethods: ['signature'], platform: 'custom', requestKind: 'event' },
			{
				credentials: await n8n.createCredential('agentWebhookInboundApi', name, {
					signatureScheme: 'jwt',
					tokenPlace: 'header',
					tokenHeader: 'Authorization',
					tokenMaxAgeSeconds: 300,
					toleranceSeconds: 60,
					...fields,
				}),
			},
		);

	const bearer = (token) => ({ headers: { Authorization: `Bearer ${token}` } });

	test('accepts JSON Web Tokens with a secret, and shows their claims without the token', async () => {
		const secret = newSecret();
		const hook = await createTokenHook('JWT with a secret', {
			signingSecret: secret,
			tokenAlgorithms: ['HS256'],
			tokenIssuer: 'sender',
			bodyHashClaim: 'payload_hash',
			bodyHashFormat: 'sha256-hex',
		});
		const payload_hash = createHash('sha256').update(MESSAGE).digest('hex');
		const make = (claims, key = secret, options) =>
			jsonwebtoken.sign({ iss: 'sender', payload_hash, ...claims }, key, options);
		const token = make({ jti: 'token_1' });
		const [execution] = await check(hook, {
			accepted: [bearer(token), { headers: { Authorization: make() } }],
			rejected: [
				unauthorized('SIGNATURE_MISSING', {}),
				unauthorized('SIGNATURE_INVALID', bearer(make({}, newSecret()))),
				unauthorized('SIGNATURE_MALFORMED', bearer(make({}, '', { algorithm: 'none' }))),
				unauthorized('SIGNATURE_MALFORMED', bearer(make({}, secret, { algorithm: 'HS512' }))),
				unauthorized('TIMESTAMP_OUT_OF_TOLERANCE', bearer(make({ exp: 1 }))),
				unauthorized('CLAIM_INVALID', bearer(make({ iss: 'other' }))),
				unauthorized('BODY_DIGEST_INVALID', { ...bearer(token), body: '{"message": "other"}' }),
			],
		});
		const [[{ json }]] = getOutputs(execution, 'Trigger');
		expect(json.signature).toMatchObject({
			scheme: 'jwt',
			id: 'token_1',
			claims: { iss: 'sender', jti: 'token_1', payload_hash },
		});
		expect(JSON.stringify(json)).not.toContain(token.slice(0, 20));
	});

	test.each([
		['RS256', rsa],
		['ES256', ec],
	])('accepts JSON Web Tokens signed with %s for a public key', async (algorithm, pair) => {
		const signingSecret = toPem(pair.publicKey);
		const hook = await createTokenHook(algorithm, {
			signingSecret,
			tokenAlgorithms: [algorithm],
		});
		const confused = jsonwebtoken.sign({}, createHash('sha256').update('x').digest(), {
			algorithm: 'HS256',
		});
		await check(hook, {
			accepted: [bearer(jsonwebtoken.sign({}, pair.privateKey, { algorithm }))],
			rejected: [unauthorized('SIGNATURE_MALFORMED', bearer(confused))],
		});
	});

	test('accepts HTTP Message Signatures of a library, with a secret or an Ed25519 key', async () => {
		const shared = newSecret();
		const ed25519 = generateKeyPairSync('ed25519');
		for (const [algorithm, key, signingSecret] of [
			['hmac-sha256', shared, shared],
			['ed25519', ed25519.privateKey, toPem(ed25519.publicKey)],
		]) {
			const hook = await createTriggerWorkflow(
				{
					authenticationMethods: ['signature'],
					platform: 'httpMessageSignatures',
					requestKind: 'event',
				},
				{
					credentials: await n8n.createCredential('agentWebhookInboundApi', algorithm, {
						signatureScheme: 'platform',
						signingSecret,
					}),
				},
			);
			const digest = createHash('sha256').update(MESSAGE).digest('base64');
			const sign = async (fields) => {
				const { headers } = await httpbis.signMessage(
					{ key: createSigner(key, algorithm, 'key_1'), name: 'sig', fields },
					{
						method: 'POST',
						url: hook.url,
						headers: {
							'content-type': 'application/json',
							'content-digest': `sha-256=:${digest}:`,
						},
					},
				);
				return { headers };
			};
			const signed = await sign(['@method', '@target-uri', 'content-digest']);
			const [execution] = await check(hook, {
				accepted: [signed],
				rejected: [
					unauthorized('SIGNATURE_MISSING', {}),
					unauthorized('BODY_DIGEST_INVALID', { ...signed, body: '{"message": "other"}' }),
					unauthorized('SIGNATURE_INVALID', { ...signed, query: '?a=1' }),
					unauthorized('SIGNATURE_MALFORMED', await sign(['@method', '@target-uri'])),
				],
			});
			const [[{ json }]] = getOutputs(execution, 'Trigger');
			expect(json.signature).toMatchObject({ scheme: 'httpMessageSignatures', key_id: 'key_1' });
		}
	});

	test('accepts CloudEvents in both modes', async () => {
		const hook = await createTriggerWorkflow({
			authenticationMethods: [],
			platform: 'cloudEvents',
			requestKind: 'event',
		});
		const event = {
			specversion: '1.0',
			id: 'evt_1',
			source: '/orders',
			type: 'order.created',
			datacontenttype: 'application/json',
			data: { order_id: 7 },
		};
		const structured = {
			body: JSON.stringify(event),
			headers: { 'Content-Type': 'application/cloudevents+json' },
		};
		const binary = {
			body: '{"order_id":7}',
			headers: {
				'ce-specversion': '1.0',
				'ce-id': 'evt_2',
				'ce-source': '/orders',
				'ce-type': 'order.created',
				'Content-Type': 'application/json',
			},
		};
		const executions = await check(hook, {
			accepted: [structured, binary],
			rejected: [
				{
					...structured,
					body: JSON.stringify({ ...event, specversion: '0.3' }),
					status: 422,
					code: 'INVALID_INPUT',
				},
			],
		});
		const items = executions.map((execution) => getOutputs(execution, 'Trigger')[0][0].json);
		expect(items.map(({ body }) => body.id).sort()).toEqual(['evt_1', 'evt_2']);
		for (const json of items) {
			const body = { ...event, id: json.body.id };
			expect(json).toMatchObject({ event: 'order.created', data: { order_id: 7 }, body });
		}
	});
});

describe('the trigger with several authentication methods', () => {
	const token = `?token=${secrets.urlTokens[0]}`;
	const bearer = { authorization: `Bearer ${secrets.bearerTokens[0]}` };
	const signature = { 'X-AgenticFlow-Signature': hmac(MESSAGE) };

	test('requires every method when all are required', async () => {
		const hook = await createTriggerWorkflow(
			{ authenticationMethods: ['urlToken', 'bearer', 'signature'] },
			{ credentials: agenticflow },
		);
		const [execution] = await check(hook, {
			accepted: [{ query: token, headers: { ...bearer, ...signature } }],
			rejected: [
				unauthorized('TOKEN_MISSING', { headers: { ...bearer, ...signature } }),
				unauthorized('TOKEN_MISSING', { query: token, headers: signature }),
				unauthorized('SIGNATURE_MISSING', { query: token, headers: bearer }),
			],
		});
		const [[{ json }]] = getOutputs(execution, 'Trigger');
		expect(json.authentication).toEqual(['urlToken', 'bearer', 'signature']);
	});

	test('accepts one valid method when any is enough, and does not say which one failed', async () => {
		const hook = await createTriggerWorkflow(
			{ authenticationMethods: ['urlToken', 'bearer', 'signature'], options: { require: 'any' } },
			{ credentials: agenticflow },
		);
		await check(hook, {
			accepted: [{ query: token }, { headers: bearer }, { headers: signature }],
			rejected: [
				unauthorized('UNAUTHORIZED', {}),
				unauthorized('UNAUTHORIZED', { query: '?token=wrong' }),
				unauthorized('UNAUTHORIZED', { headers: { 'X-AgenticFlow-Signature': hmac('x') } }),
			],
		});
	});
});

describe('the trigger with a custom scheme', () => {
	const secret = newSecret();
	const keyBytes = Buffer.from(newSecret());
	const sign = (content, { key = secret, hash = 'sha256', encoding = 'hex' } = {}) =>
		createHmac(hash, key).update(content).digest(encoding);
	const sha256 = (text) => createHash('sha256').update(text).digest('hex');
	const now = () => String(Math.floor(Date.now() / 1000));
	const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' });
	const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
	const exportKey = ({ publicKey }, format) => {
		const key = publicKey.export({ type: 'spki', format });
		return Buffer.isBuffer(key) ? key.toString('base64') : key;
	};
	const mailgun = ({ token = 'a-token', signed = token, at = now() } = {}) =>
		JSON.stringify({
			signature: { timestamp: at, token, signature: sign(`${at}${signed}`) },
			message: 'The body of Mailgun’s webhooks',
		});

	/** Each scheme's fields, a request that it accepts, and one that it rejects. */
	const SCHEMES = [
		[
			'a time beside several signatures, told apart by position',
			{
				separator: ',',
				signaturePosition: 2,
				timestampPlace: 'signaturePosition',
				timestampPosition: 1,
				signedContent: '{timestamp}.{body}',
			},
			(_url, at) => ({
				headers: { 'X-Signature': `${at}, ${sign('x')}, ${sign(`${at}.${MESSAGE}`)}` },
			}),
			() => ({
				code: 'SIGNATURE_INVALID',
				headers: { 'X-Signature': `${now()},${sign(MESSAGE)}` },
			}),
		],
		[
			'a time with any prefix, and URL-safe base64',
			{
				separator: ';',
				encoding: 'base64url',
				prefix: 'hash:',
				timestampPlace: 'signaturePart',
				timestampPart: 'time:',
				signedContent: '{timestamp}:{body}',
			},
			(_url, at) => ({
				headers: {
					'X-Signature': `time:${at}; hash:${sign(`${at}:${MESSAGE}`, { encoding: 'base64url' })}`,
				},
			}),
			() => ({
				code: 'TIMESTAMP_MISSING',
				headers: { 'X-Signature': `hash:${sign(MESSAGE, { encoding: 'base64url' })}` },
			}),
		],
		[
			'a time in ISO 8601, and a secret in hex',
			{
				secretFormat: 'hex',
				signingSecret: keyBytes.toString('hex'),
				timestampHeader: 'X-Time',
				timestampUnit: 'iso',
				signedContent: '{timestamp}{body}',
			},
			() => {
				const time = new Date().toISOString().replace('Z', '000+00:00');
				return {
					headers: { 'X-Time': time, 'X-Signature': sign(time + MESSAGE, { key: keyBytes }) },
				};
			},
			() => ({
				code: 'TIMESTAMP_OUT_OF_TOLERANCE',
				headers: { 'X-Time': '2020-01-01T00:00:00Z', 'X-Signature': sign(MESSAGE) },
			}),
		],
		[
			'method, path, a URL parameter and a digest, and a secret in base64',
			{
				secretFormat: 'base64',
				signingSecret: keyBytes.toString('base64'),
				signedContent:
					'{method}\\n{path}\\n{query:page}\\n{header:X-Request-Id}\\n{sha256-hex:body}',
			},
			(url) => ({
				query: '?page=2&a=%20b',
				headers: {
					'X-Request-Id': 'r1',
					'X-Signature': sign(
						`POST\n${new URL(url).pathname}?page=2&a=%20b\n2\nr1\n${sha256(MESSAGE)}`,
						{ key: keyBytes },
					),
				},
			}),
			() => ({
				code: 'CONTENT_AMBIGUOUS',
				query: '?page=2&page=3',
				headers: { 'X-Signature': sign('x'), 'X-Request-Id': 'r1' },
			}),
		],
		[
			'a signature in the URL',
			{ signaturePlace: 'urlParameter', signatureParameter: 'sig', signedContent: '{url}|{body}' },
			(url) => ({ query: `?a=1&sig=${sign(`${url}?a=1|${MESSAGE}`)}` }),
			() => ({ code: 'SIGNATURE_MISSING', query: '?a=1' }),
		],
		[
			'a signature in the body, over fields of it',
			{
				signaturePlace: 'bodyField',
				signatureField: 'signature.signature',
				timestampPlace: 'bodyField',
				timestampField: 'signature.timestamp',
				signedContent: '{timestamp}{body:signature.token}',
			},
			() => ({ body: mailgun() }),
			() => ({ code: 'SIGNATURE_INVALID', body: mailgun({ token: 'another', signed: 'a-token' }) }),
		],
		[
			'an ECDSA P-256 key in PEM, pasted on one line',
			{
				algorithm: 'ecdsa-p256',
				encoding: 'base64',
				signingSecret: exportKey(p256, 'pem').replace(/\n/g, ''),
			},
			() => ({
				headers: {
					'X-Signature': signWithKey('sha256', Buffer.from(MESSAGE), p256.privateKey).toString(
						'base64',
					),
				},
			}),
			() => ({
				code: 'SIGNATURE_INVALID',
				headers: {
					'X-Signature': signWithKey('sha256', Buffer.from('x'), p256.privateKey).toString(
						'base64',
					),
				},
			}),
		],
		[
			'an RSA key in base64, among others',
			{
				algorithm: 'rsa-sha256',
				encoding: 'base64',
				signingSecret: exportKey(generateKeyPairSync('rsa', { modulusLength: 2048 }), 'der'),
				furtherSigningSecrets: exportKey(rsa, 'pem'),
			},
			() => ({
				headers: {
					'X-Signature': signWithKey('sha256', Buffer.from(MESSAGE), rsa.privateKey).toString(
						'base64',
					),
				},
			}),
			() => ({
				code: 'SIGNATURE_INVALID',
				headers: {
					'X-Signature': signWithKey('sha512', Buffer.from(MESSAGE), rsa.privateKey).toString(
						'base64',
					),
				},
			}),
		],
	];

	test.each(SCHEMES)('verifies %s', async (_name, fields, build, buildWrong) => {
		const credentials = await n8n.createCredential('agentWebhookInboundApi', 'Custom', {
			signatureScheme: 'custom',
			signingSecret: secret,
			signaturePlace: 'header',
			signatureHeader: 'X-Signature',
			algorithm: 'hmac-sha256',
			encoding: 'hex',
			timestampPlace: 'header',
			timestampUnit: 's',
			toleranceSeconds: 300,
			signedContent: '{body}',
			...fields,
		});
		const hook = await createTriggerWorkflow(
			{ authenticationMethods: ['signature'], platform: 'custom' },
			{ credentials },
		);
		const request = build(hook.url, now());
		const { body = MESSAGE } = request;
		const { code, ...rejected } = buildWrong();
		await check(hook, {
			accepted: [request],
			rejected: [
				unauthorized(code, rejected),
				// The signature covers the body, or the token in it.
				unauthorized('SIGNATURE_INVALID', {
					...request,
					body:
						body === MESSAGE
							? MESSAGE.replace('12345', '12346')
							: body.replace('a-token', 'b-token'),
				}),
			],
		});
	});
});

test('a signing secret counts wherever it is filled in, and a malformed one breaks no other', async () => {
	const [right, further] = [newStandardSecret(), newStandardSecret()];
	const event = '{"event":"order.paid","timestamp":"2024-01-15T10:30:00Z","data":{}}';
	for (const [fields, accepted] of [
		[{ furtherSigningSecrets: further }, [further]],
		[
			{
				signingSecret: `v1,${right.replace(/=+$/, '')}`,
				furtherSigningSecrets: `whsec_? ${further}`,
			},
			[right, further],
		],
	]) {
		const own = await n8n.createCredential('agentWebhookInboundApi', 'Additional', {
			signatureScheme: 'standardWebhooks',
			...fields,
		});
		const hook = await createTriggerWorkflow(
			{ platform: 'custom', requestKind: 'event', authenticationMethods: ['platform'] },
			{ credentials: own },
		);
		for (const headers of [{}, standardHeaders(event, { secret: newStandardSecret() })]) {
			expect((await post(hook.url, event, headers)).status).toBe(401);
		}
		for (const secret of accepted) {
			expect((await post(hook.url, event, standardHeaders(event, { secret }))).status).toBe(200);
		}
	}
});

describe('signatures over the raw bytes', () => {
	const bodies = {
		'odd white space and key order': '{ "b" :1,\n\t"a": [ 1 ,2 ],"b":2 ,  "message":"x" }\r\n',
		'non-ASCII text': '{"message":"Grüße, 你好, 🙂, \\u00e9 and \u2028"}',
		'a byte order mark': '\ufeff{"message":"x"}',
		'an empty body': '',
		'5 MB': JSON.stringify({ message: 'x'.repeat(5 * 1024 * 1024) }),
	};
	test.each(Object.keys(bodies))('verify for a body of %s', async (name) => {
		const hook = await createTriggerWorkflow(
			{
				authenticationMethods: ['signature'],
				requestKind: 'event',
				options: { rawBodyField: 'raw', validateEvents: false },
			},
			{ credentials: agenticflow },
		);
		const body = bodies[name];
		const [execution] = await check(hook, {
			accepted: [{ body, headers: { 'X-AgenticFlow-Signature': hmac(body) } }],
			rejected: [
				unauthorized('SIGNATURE_INVALID', {
					body: body === '' ? '{}' : `${body} `,
					headers: { 'X-AgenticFlow-Signature': hmac(body) },
				}),
			],
		});
		const [[{ json, binary }]] = getOutputs(execution, 'Trigger');
		const expected = body === '' ? {} : JSON.parse(body.replace(/^\ufeff/, ''));
		// Not toEqual: a mismatch of 5 MB would be printed whole.
		expect(JSON.stringify(json.body) === JSON.stringify(expected)).toBe(true);
		expect(binary.raw.mimeType).toBe('application/json');
	});

	test('verify for application/*+json, which is parsed as JSON', async () => {
		const hook = await createTriggerWorkflow({
			platform: 'custom',
			authenticationMethods: [],
			requestKind: 'event',
		});
		const headers = { 'content-type': 'application/cloudevents+json; charset=utf-8' };
		const [execution] = await check(hook, {
			accepted: [{ body: '{"specversion":"1.0"}', headers }],
			rejected: [{ body: '{"specversion":', headers, status: 400, code: 'INVALID_JSON' }],
		});
		expect(getOutputs(execution, 'Trigger')[0][0].json.body).toEqual({ specversion: '1.0' });
	});
});

describe('validation and responses of the trigger', () => {
	test('validates agent messages and names the field at fault', async () => {
		const hook = await createTriggerWorkflow({ authenticationMethods: [] });
		// The example of AgenticFlow's page, docs/platforms.md#agenticflow.
		const page =
			'{\n"message": "Hello, I need help with my order #12345",\n"user_id": "user_123",\n"metadata": {\n"source": "contact_form",\n"priority": "high",\n"department": "support"\n},\n"context": {\n"order_id": "12345",\n"customer_email": "jane@example.com"\n}\n}';
		const invalid = { status: 422, code: 'INVALID_INPUT' };
		await check(hook, {
			accepted: [{ body: page }, { body: '{"message":"x","unknown":{"kept":true}}' }],
			rejected: [
				{ body: '{"message":5}', ...invalid },
				{ body: '{"message":""}', ...invalid },
				{ body: '[]', ...invalid },
				{ body: '{"message":"x","metadata":"text"}', ...invalid },
				{ body: '', ...invalid },
			],
		});
		const { data } = await post(hook.url, '{"user_id":"u"}');
		expect(data).toEqual({
			success: false,
			error: {
				code: 'INVALID_INPUT',
				message: "Required field 'message' is missing",
				details: { field: 'message', expected: 'string', received: 'null' },
			},
		});
	});

	test('validates workflow runs and names the field at fault', async () => {
		const hook = await createTriggerWorkflow({
			authenticationMethods: [],
			requestKind: 'workflowRun',
		});
		expect(hook.url).toContain('/webhooks/workflows/');
		const [execution] = await check(hook, {
			accepted: [{ body: '{"input_data":{"name":"John Doe"},"trigger_source":"contact_form"}' }],
			rejected: [{ body: '{"trigger_source":"x"}', status: 422, code: 'INVALID_INPUT' }],
		});
		expect(getOutputs(execution, 'Trigger')[0][0].json.body.input_data).toEqual({
			name: 'John Doe',
		});
	});

	test('rejects a wrong method, media type, size, source address or transport', async () => {
		const hook = await createTriggerWorkflow({
			authenticationMethods: [],
			options: { maxBodyKilobytes: 1 },
		});
		await check(hook, {
			accepted: [{}],
			rejected: [
				...['GET', 'PUT', 'PATCH', 'DELETE'].map((method) => ({
					method,
					status: 405,
					code: 'METHOD_NOT_ALLOWED',
				})),
				...[
					'text/plain',
					'application/x-www-form-urlencoded',
					'multipart/form-data; boundary=x',
				].map((type) => ({
					headers: { 'content-type': type },
					body: type.startsWith('multipart')
						? '--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--x--\r\n'
						: 'a=1',
					status: 415,
					code: 'UNSUPPORTED_MEDIA_TYPE',
				})),
				{
					body: JSON.stringify({ message: 'x'.repeat(1024) }),
					status: 413,
					code: 'PAYLOAD_TOO_LARGE',
				},
			],
		});
		const { headers } = await post(hook.url, undefined, {}, 'GET');
		expect(headers.allow).toBe('POST');

		const elsewhere = await createTriggerWorkflow({
			authenticationMethods: [],
			options: { allowedAddresses: '203.0.113.0/24', allowedPlatformAddresses: ['agenticflow'] },
		});
		const forbidden = { status: 403, code: 'ADDRESS_NOT_ALLOWED' };
		const via = (chain) => ({ headers: { 'x-forwarded-for': chain } });
		const executions = await check(elsewhere, {
			accepted: [
				via('203.0.113.7'),
				via('198.51.100.9, 203.0.113.7'),
				via('52.70.124.191'),
				via('203.0.113.8:1234'),
				via('[::FFFF:203.0.113.9]:443'),
			],
			rejected: [
				{ ...forbidden },
				{ ...forbidden, ...via('198.51.100.9') },
				// Only what the trusted proxy saw counts, not what a caller wrote before it.
				{ ...forbidden, ...via('203.0.113.7, 198.51.100.9') },
			],
		});
		expect(
			executions
				.map((execution) => getOutputs(execution, 'Trigger')[0][0].json.source_address)
				.slice(-2),
		).toEqual(['203.0.113.8', '203.0.113.9']);
		const here = await createTriggerWorkflow({
			authenticationMethods: [],
			options: { allowedAddresses: '127.0.0.0/8' },
		});
		await check(here, { accepted: [{}], rejected: [] });

		const secure = await createTriggerWorkflow({
			authenticationMethods: [],
			options: { httpsOnly: true },
		});
		await check(secure, {
			accepted: [{ headers: { 'x-forwarded-proto': 'https' } }],
			rejected: [{ status: 403, code: 'HTTPS_REQUIRED' }],
		});
		const { data } = await post(secure.url, MESSAGE, { forwarded: 'proto=https' });
		expect(data.error.message).toContain('set N8N_PROXY_HOPS');
	});

	test('answers 200 and starts no execution for event types and conditions that do not match', async () => {
		const hook = await createTriggerWorkflow({
			authenticationMethods: [],
			requestKind: 'event',
			eventTypes: '["Agent.Conversation.*"]; workflow.execution.failed',
			conditionSource: 'json',
			conditions: '{"satisfaction_score": {"lt": 3}}',
		});
		const event = (type, score) =>
			JSON.stringify({
				event: type,
				timestamp: '2024-01-15T10:30:00Z',
				data: { agent_id: 'agent_abc123', satisfaction_score: score },
			});
		for (const body of [
			event('agent.message.sent', 1),
			event('agent.conversation.completed', 4.5),
		]) {
			const { status, data } = await post(hook.url, body);
			expect({ status, ...data }).toMatchObject({ status: 'ignored', success: true });
			expect(status).toBe(200);
		}
		const [execution] = await check(hook, {
			accepted: [{ body: event('agent.conversation.completed', 2) }],
			rejected: [],
		});
		expect(getOutputs(execution, 'Trigger')[0][0].json.event).toBe('agent.conversation.completed');
	});

	test('answers 200 and starts no execution if n8n’s rules do not match the item', async () => {
		const hook = await createTriggerWorkflow({
			authenticationMethods: [],
			requestKind: 'event',
			conditionSource: 'rules',
			rules: {
				options: { caseSensitive: true, leftValue: '', typeValidation: 'loose', version: 2 },
				conditions: [
					{
						id: '1',
						leftValue: '={{ $json.data.satisfaction_score }}',
						rightValue: 3,
						operator: { type: 'number', operation: 'lt' },
					},
				],
				combinator: 'and',
			},
			options: { validateEvents: false },
		});
		const event = (score) =>
			JSON.stringify({ event: 'agent.message.sent', data: { satisfaction_score: score } });
		const ignored = await post(hook.url, event(4.5));
		expect(ignored.data).toMatchObject({ status: 'ignored', success: true });
		const failed = await post(hook.url, event('a text'));
		expect(failed.data.error.code).toBe('VALUE_NOT_COMPARABLE');
		await check(hook, { accepted: [{ body: event(2) }], rejected: [] });
	});

	test('puts rejected requests without their credentials on a second output when the option is on', async () => {
		const hook = await createTriggerWorkflow(
			{ authenticationMethods: ['bearer'], options: { outputRefused: true } },
			{ credentials: agenticflow },
		);
		const { status } = await post(hook.url, MESSAGE, { authorization: 'Bearer guessed-token' });
		expect(status).toBe(401);
		const [execution] = await n8n.finished(hook.id);
		const [accepted, rejected] = getOutputs(execution, 'Trigger');
		expect(accepted).toEqual([]);
		expect(rejected[0].json).toMatchObject({ code: 'TOKEN_INVALID', status_code: 401 });
		expect(JSON.stringify(execution)).not.toContain('guessed-token');
	});

	test('masks the token that a proxy copies into headers, also in nested URL parameters', async () => {
		const token = newSecret();
		const own = await n8n.createCredential('agentWebhookInboundApi', 'Copied', {
			urlTokens: token,
		});
		const hook = await createTriggerWorkflow(
			{ authenticationMethods: ['urlToken'] },
			{ credentials: own },
		);
		const query = `?token=${token}&x[token]=${token}&next=%2Fx%3Ftoken%3D${token}`;
		const { status } = await post(hook.url + query, MESSAGE, {
			'X-Original-URL': `/webhook/x${query}`,
			'X-Forwarded-Uri': `/webhook/x?token=%${token.charCodeAt(0).toString(16)}${token.slice(1)}`,
			'X-Escaped': encodeURIComponent(encodeURIComponent(query)),
			Referer: `https://n8n.example.com/${query}`,
		});
		expect(status).toBe(200);
		const [execution] = await n8n.finished(hook.id);
		const [[{ json }]] = getOutputs(execution, 'Trigger');
		expect(json.headers['x-original-url']).toMatch(/^\/webhook\/x\?token=\*\*\*/);
		expect(decodeURIComponent(decodeURIComponent(JSON.stringify(json)))).not.toContain(token);
		expect(JSON.stringify(execution)).not.toContain(token);
	});
});

describe('responses of the workflow', () => {
	test('are the output of the last node when chosen', async () => {
		const set = node(
			'Reply',
			'n8n-nodes-base.set',
			{
				mode: 'raw',
				jsonOutput: '={{ JSON.stringify({ reply: "You said " + $json.body.message }) }}',
				options: {},
			},
			{ typeVersion: 3.4 },
		);
		const hook = await createTriggerWorkflow(
			{ authenticationMethods: [], responseMode: 'lastNode' },
			{ then: [set] },
		);
		const { status, data } = await post(hook.url, '{"message":"hi"}');
		expect({ status, data }).toEqual({ status: 200, data: { reply: 'You said hi' } });
	});

	test.each([
		[
			'success',
			{
				respondWith: 'success',
				message: 'Done',
				options: { data: '={{ { reply: $json.body.message } }}' },
			},
			200,
			{ success: true, message: 'Done', status: 'completed', data: { reply: 'hi' } },
		],
		[
			'an error',
			{
				respondWith: 'error',
				message: 'Sold out',
				errorCode: 'SOLD_OUT',
				options: { statusCode: 409 },
			},
			409,
			{ success: false, error: { code: 'SOLD_OUT', message: 'Sold out' } },
		],
		['the first item by default', {}, 200, { body: { message: 'hi' } }],
		['JSON', { respondWith: 'json', json: '={{ $json.body }}' }, 200, { message: 'hi' }],
		['text', { respondWith: 'text', text: 'OK' }, 200, 'OK'],
		['no data', { respondWith: 'noData' }, 204, ''],
	])('with our respond operation: %s', async (_, parameters, status, expected) => {
		const respond = node('Respond', ACTION, {
			resource: 'webhook',
			operation: 'respond',
			...parameters,
		});
		const hook = await createTriggerWorkflow(
			{ authenticationMethods: [], responseMode: 'responseNode' },
			{ then: [respond] },
		);
		const answer = await post(hook.url, '{"message":"hi"}');
		expect(answer.status).toBe(status);
		if (typeof expected === 'string') expect(answer.data).toBe(expected);
		else expect(answer.data).toMatchObject(expected);
	});

	test('with our respond operation: JSON with the digits that were typed', async () => {
		const json = '{"id":616581622363398142}';
		const respond = node('Respond', ACTION, {
			...{ resource: 'webhook', operation: 'respond', respondWith: 'json', json },
		});
		const hook = await createTriggerWorkflow(
			{ authenticationMethods: [], responseMode: 'responseNode' },
			{ then: [respond] },
		);
		const headers = { 'content-type': 'application/json' };
		const answer = await fetch(hook.url, { method: 'POST', headers, body: '{"message":"hi"}' });
		expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
		expect(await answer.text()).toBe(json);
	});
});

test('a delivery whose workflow failed runs again if only a success counts, or after publishing', async () => {
	const box = stage.uniqueName('box');
	await stage.planResponses(box, [{ status: 500 }]);
	const work = node(
		'Work',
		'n8n-nodes-base.httpRequest',
		{ method: 'POST', url: `${stage.receiver}/receive/none/${box}`, options: {} },
		{ typeVersion: 4.2 },
	);
	const parameters = {
		platform: 'twilio',
		requestKind: 'event',
		authenticationMethods: [],
		options: { receivedWhen: 'finished' },
	};
	const hook = await createTriggerWorkflow(parameters, { then: [work] });
	const send = async () => {
		const { data, headers, status } = await post(hook.url, 'SmsStatus=received', {
			'content-type': 'application/x-www-form-urlencoded',
			'i-twilio-idempotency-token': 'token-1',
		});
		return [status, headers['content-type'], data];
	};
	const twiml = [200, 'text/xml; charset=utf-8', '<Response></Response>'];
	expect((await send())[0]).toBe(500);
	expect(await send()).toEqual(twiml);
	expect(await send()).toEqual(twiml);
	expect((await n8n.finished(hook.id, 2)).map(({ status }) => status)).toEqual([
		'error',
		'success',
	]);
	await n8n.deactivate(hook.id);
	await n8n.activate(hook.id);
	expect(await send()).toEqual(twiml);
	expect(await n8n.finished(hook.id, 3)).toHaveLength(3);

	const { options } = parameters;
	const message = await createTriggerWorkflow({ authenticationMethods: [], options });
	const { data, status } = await post(message.url, MESSAGE);
	expect([status, data]).toEqual([
		200,
		{ success: true, message: 'Webhook processed successfully', status: 'completed' },
	]);
});

test('n8n does not publish a trigger that cannot work and says why', async () => {
	const credentials = await n8n.createCredential('agentWebhookInboundApi', 'Bearer only', {
		bearerTokens: newSecret(),
		signatureScheme: 'platform',
	});
	const outbox = await n8n.createCredential('agentWebhookOutboxApi', 'Outbox', {
		outboxName: 'never_opened',
		encryptionSecret: newSecret(),
	});
	// At once, since n8n tries each for 15 seconds before it gives up.
	await Promise.all(
		[
			[{ path: 'two words' }, 'is not valid in a URL'],
			[{ path: '=orders' }, 'is an expression'],
			[{ path: '..' }, 'would lead callers to another URL'],
			[{ requestKind: 'managementRequest', authenticationMethods: [] }, 'need authentication'],
			[{ authenticationMethods: ['basic'] }, 'Callers must present a user and password'],
			[{ authenticationMethods: ['signature'] }, 'Callers must present a signature'],
			[{ options: { allowedAddresses: '10.0.0.0/33' } }, 'not an IP address'],
			[{ conditionSource: 'json', conditions: '{' }, 'not valid JSON'],
			[{ requestKind: 'event', eventTypes: '/created$/' }, 'order.* or *.failed'],
			[{ conditionSource: 'json', conditions: '{"a":{"near":1}}' }, 'unknown operator'],
			[{ platform: 'custom', authenticationMethods: ['signature'] }, 'choose "Custom"'],
			[
				{
					platform: 'custom',
					requestKind: 'event',
					authenticationMethods: ['platform', 'signature'],
				},
				'Callers must present a signature',
			],
			[
				{ requestKind: 'agentMessage', authenticationMethods: ['platform', 'signature'] },
				'Callers must present a signature',
			],
			[
				{ platform: 'discord', requestKind: 'event', authenticationMethods: ['signature'] },
				'"Signing Secret": The public key must be 64 hex characters',
				{ signingSecret: 'not a key' },
			],
			[{}, '"Bearer Tokens" has an invisible character', { bearerTokens: 'wh_1\u200b' }],
		].map(async ([parameters, message, fields]) => {
			const own =
				fields && (await n8n.createCredential('agentWebhookInboundApi', 'Unusable', fields));
			const hook = createTriggerWorkflow(
				{ authenticationMethods: ['bearer'], ...parameters },
				{ credentials: { ...credentials, ...outbox, ...own } },
			);
			await expect(hook).rejects.toThrow(message);
		}),
	);
});

describe('a trigger without a path', () => {
	const open = { platform: 'custom', requestKind: 'event', authenticationMethods: [] };
	const body = JSON.stringify({ event: 'order.created', data: { id: 7 } });

	test('has a URL of its own, also beside another one in the same workflow', async () => {
		const triggers = ['A', 'B'].map((name, index) =>
			node(name, TRIGGER, open, { webhookId: randomUUID(), position: [0, index * 200] }),
		);
		const id = await n8n.createWorkflow({
			name: uniqueName('bare'),
			nodes: triggers,
			connections: {},
		});
		for (const { webhookId } of triggers) {
			const { status } = await post(`${base}/webhook/${webhookId}`, body);
			expect(status).toBe(200);
		}
		const executions = await n8n.finished(id, 2);
		const started = executions.map((execution) => execution.data.resultData.lastNodeExecuted);
		expect(started.sort()).toEqual(['A', 'B']);
		const wrongMethod = await fetch(`${base}/webhook/${triggers[0].webhookId}`);
		expect(wrongMethod.status).toBe(405);
	});
});
