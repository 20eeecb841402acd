const { execFile } = require('node:child_process');
const { createHmac } = require('node:crypto');
const { promisify } = require('node:util');

const {
	AgentWebhookTrigger,
} = require('../../dist/nodes/AgentWebhookTrigger/AgentWebhookTrigger.node');

const stage = require('./stage');

const { ACTION, n8n, newSecret, newStandardSecret, node, getOutputs, post, standardHeaders } =
	stage;
const { createTriggerWorkflow } = stage;

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
			accepted: secrets.signing.map((secret) => signed(hmac(MESSAGE, secret))),
			rejected: [
				unauthorized('SIGNATURE_MISSING', {}),
				unauthorized('SIGNATURE_INVALID', signed(hmac(MESSAGE, 'wrong'))),
				unauthorized('SIGNATURE_INVALID', signed(hmac(`${MESSAGE} `))),
				unauthorized(
					'SIGNATURE_INVALID',
					signed(hmac(MESSAGE).toUpperCase().replace('SHA', 'sha')),
				),
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
		await check(elsewhere, {
			accepted: [via('203.0.113.7'), via('198.51.100.9, 203.0.113.7'), via('52.70.124.191')],
			rejected: [
				{ ...forbidden },
				{ ...forbidden, ...via('198.51.100.9') },
				// Only what the trusted proxy saw counts, not what a caller wrote before it.
				{ ...forbidden, ...via('203.0.113.7, 198.51.100.9') },
			],
		});
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
	});

	test('answers 200 and starts no execution for event types and conditions that do not match', async () => {
		const hook = await createTriggerWorkflow({
			authenticationMethods: [],
			requestKind: 'event',
			options: {
				eventTypes: 'agent.conversation.completed, workflow.execution.failed',
				conditions: '{"satisfaction_score": {"lt": 3}}',
			},
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
});

test('n8n does not publish a trigger that cannot work and says why', async () => {
	const credentials = await n8n.createCredential('agentWebhookInboundApi', 'Bearer only', {
		bearerTokens: newSecret(),
		signatureScheme: 'platform',
	});
	// At once, since n8n tries each for 15 seconds before it gives up.
	await Promise.all(
		[
			[{ path: 'two words' }, 'is not valid in a URL'],
			[{ authenticationMethods: ['basic'] }, 'Callers must present a user and password'],
			[{ authenticationMethods: ['signature'] }, 'Callers must present a signature'],
			[{ options: { allowedAddresses: '10.0.0.0/33' } }, 'not an IP address'],
			[{ options: { conditions: '{' } }, 'not valid JSON'],
			[{ options: { conditions: '{"a":{"near":1}}' } }, 'unknown operator'],
			[{ platform: 'custom', authenticationMethods: ['signature'] }, 'Choose "Custom"'],
		].map(async ([parameters, message]) => {
			const hook = createTriggerWorkflow(
				{ authenticationMethods: ['bearer'], ...parameters },
				{ credentials },
			);
			await expect(hook).rejects.toThrow(message);
		}),
	);
});

test('the trigger accepts the example call of its panel and rejects it with another secret', async () => {
	const { triggerPanel } = new AgentWebhookTrigger().description;
	const hook = await createTriggerWorkflow(
		{ requestKind: 'agentMessage', authenticationMethods: ['bearer', 'signature'] },
		{ credentials: agenticflow },
	);
	for (const help of Object.values(triggerPanel.executionsHelp)) {
		const shown = /<code>(.*)<\/code>/.exec(help)[1].replaceAll('<br />', '\n');
		// Not synchronously: in queue mode the proxy before n8n is in this process.
		const callWith = async (secret) => {
			const command = shown
				.replace('THE_URL', hook.url)
				.replace('YOUR_TOKEN', secrets.bearerTokens[0])
				.replace('YOUR_SECRET', secret);
			const { stdout } = await promisify(execFile)('sh', ['-c', command]);
			return JSON.parse(stdout);
		};
		expect(await callWith(secrets.signing[0])).toMatchObject({ success: true, status: 'queued' });
		expect(await callWith(newSecret())).toMatchObject({ error: { code: 'SIGNATURE_INVALID' } });
	}
	expect(await n8n.finished(hook.id, 2)).toHaveLength(2);
});
