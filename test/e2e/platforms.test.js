/**
 * Tests each platform in both directions: receives the payloads of its page, and verifies with the page's
 * own code what we send.
 */
const { fork, spawn, spawnSync } = require('node:child_process');
const { createHash, createHmac } = require('node:crypto');
const fs = require('node:fs');
const https = require('node:https');
const path = require('node:path');

const axios = require('axios');

const { getPlatform, PLATFORMS } = require('../../build/core/platforms');
const { makeCertificate } = require('../harness/certificate');

const stage = require('./stage');

const { ACTION, digestNode, n8n, newSecret, node, getOutputs, post } = stage;
const { runAction, createTriggerWorkflow, uniqueName } = stage;

const secret = newSecret();
const otherSecret = newSecret();
const keyFile = JSON.stringify({ privateKey: secret }, undefined, 2);
const insecure = new https.Agent({ rejectUnauthorized: false });
const hasPython = spawnSync('python3', ['--version']).status === 0;
const inPython = hasPython ? test : test.skip;

const hex = (content, key = secret) => createHmac('sha256', key).update(content).digest('hex');
const page = (platform, name) =>
	fs.readFileSync(path.join(__dirname, '../pages', platform, `${name}.json`), 'utf8');
const listPages = (platform) =>
	fs
		.readdirSync(path.join(__dirname, '../pages', platform))
		.map((file) => path.basename(file, '.json'));
const now = () => String(Math.floor(Date.now() / 1000));

/** Each platform's signature, written from its page alone. */
const SIGNED = {
	agenticflow: (body, { key = secret } = {}) => ({
		'X-AgenticFlow-Signature': `sha256=${hex(body, key)}`,
	}),
	workflux: (body, { key = secret } = {}) => ({ 'X-Workflux-Signature': hex(body, key) }),
	agentflow: (body, { key = secret, at = now() } = {}) => ({
		'X-AgentFlow-Timestamp': at,
		'X-AgentFlow-Signature': `sha256=${hex(`${at}.${body}`, key)}`,
	}),
	uptiq: (body, { key = secret } = {}) => ({ 'x-signature': hex(body, key) }),
	agentPlatform: (body, { key = secret } = {}) => ({ 'X-Webhook-Signature': hex(body, key) }),
};
// Some platforms require HTTPS, which a proxy reports.
const VIA_HTTPS = { 'x-forwarded-proto': 'https' };

const children = [];
let inbound;
let outbound;
let node24;
let python;

async function firstLine(child) {
	return await new Promise((resolve, reject) => {
		child.stdout.once('data', (line) => resolve(String(line).trim()));
		child.once('exit', (code) => reject(new Error(`The receiver ended with ${code}.`)));
	});
}

beforeAll(async () => {
	const { cert, key } = await makeCertificate();
	const harness = path.join(__dirname, '../harness');
	const receiver = fork(path.join(harness, 'receiver.mjs'), [cert, key]);
	children.push(receiver);
	const { port } = await new Promise((resolve) => receiver.once('message', resolve));
	node24 = `https://127.0.0.1:${port}`;
	const secrets = { agenticflow: secret, agentPlatform: secret, uptiq: secret };
	await axios.post(`${node24}/secrets`, secrets, { httpsAgent: insecure });
	if (hasPython) {
		const child = spawn('python3', [path.join(harness, 'receiver.py'), cert, key], {
			stdio: ['ignore', 'pipe', 'inherit'],
		});
		children.push(child);
		python = `https://127.0.0.1:${await firstLine(child)}`;
		const pythonSecrets = { agenticflow: secret, workflux: secret, agentflow: secret };
		await axios.post(`${python}/secrets`, pythonSecrets, { httpsAgent: insecure });
	}
	const fields = { signatureScheme: 'platform', signingSecret: secret };
	inbound = await n8n.createCredential('agentWebhookInboundApi', 'Inbound', fields);
	outbound = await n8n.createCredential('agentWebhookOutboundApi', 'Outbound', {
		...fields,
		authentication: 'none',
	});
});

afterAll(async () => {
	for (const child of children) child.kill();
	await stage.deactivateWorkflows();
});

const credentialFor = async (platform) =>
	platform === 'uptiq'
		? await n8n.createCredential('agentWebhookInboundApi', 'UPTIQ', {
				signatureScheme: 'platform',
				signingSecret: keyFile,
			})
		: inbound;

/** A body that a platform sends or receives, with its request kind. */
const EXAMPLES = [
	...['workflow.execution.completed', 'agent.conversation.completed'].map((name) => ({
		platform: 'agenticflow',
		kind: 'event',
		name,
	})),
	...['workflux', 'agentPlatform'].flatMap((platform) =>
		listPages(platform).map((name) => ({ platform, kind: 'event', name })),
	),
	{ platform: 'agentflow', kind: 'lead', name: 'lead' },
	{
		platform: 'agentflow',
		kind: 'event',
		name: 'lead.qualified',
		// The page shows no event, so the envelope is ours.
		body: '{"event":"lead.qualified","timestamp":"2024-11-14T08:50:00Z","data":{"lead_id":"lead_1","score":87}}',
	},
	{
		platform: 'uptiq',
		kind: 'call',
		name: 'a document is processed',
		// The page shows no payload and accepts any JSON.
		body: '{ "document_id" : "doc_1",  "status":"extracted" }',
	},
].map((example) => ({
	...example,
	body: example.body ?? page(example.platform, example.name),
}));

describe('a documented example body leaves the trigger unchanged', () => {
	test.each(EXAMPLES)('$platform: $name', async ({ platform, kind, name, body }) => {
		const hook = await createTriggerWorkflow(
			{ platform, requestKind: kind, options: { rawBodyField: 'raw' } },
			{ credentials: await credentialFor(platform), then: [digestNode('raw')] },
		);
		const headers = { ...SIGNED[platform](body), ...VIA_HTTPS };
		const { status, data } = await post(hook.url, body, headers);
		const { replyStatus } = getPlatform(platform);
		expect({ status, data }).toMatchObject({
			status: 200,
			data: { success: true, status: replyStatus?.accepted ?? 'queued' },
		});
		const [execution] = await n8n.finished(hook.id);
		const [[{ json }]] = getOutputs(execution, 'Trigger');
		const parsed = JSON.parse(body);
		expect(json.body).toEqual(parsed);
		const [[{ json: hashed }]] = getOutputs(execution, 'Digest');
		expect(hashed.digest).toBe(createHash('sha256').update(body).digest('hex'));
		expect(json.authentication).toEqual(['signature']);
		if (kind === 'event') {
			expect(json).toMatchObject({
				event: name,
				event_time: new Date(parsed.timestamp).toISOString(),
				data: parsed.data,
			});
		}
		expect(JSON.stringify(execution)).not.toContain(secret);
	});

	test.each(['agentMessage', 'workflowRun'])(
		'agenticflow: %s, with a URL token, Bearer token or Basic credentials',
		async (kind) => {
			const credentials = await n8n.createCredential('agentWebhookInboundApi', 'Callers', {
				urlTokens: 'wh_1234567890abcdef',
				bearerTokens: 'wh_1234567890abcdef',
				basicUser: 'username',
				basicPassword: 'password',
				signatureScheme: 'platform',
			});
			const hook = await createTriggerWorkflow(
				{ platform: 'agenticflow', requestKind: kind },
				{ credentials },
			);
			const body = page('agenticflow', kind);
			const call = async (query, headers) => (await post(hook.url + query, body, headers)).status;
			expect(await call('?token=wh_1234567890abcdef', {})).toBe(200);
			expect(await call('', { authorization: 'Bearer wh_1234567890abcdef' })).toBe(200);
			expect(await call('', { authorization: 'Basic dXNlcm5hbWU6cGFzc3dvcmQ=' })).toBe(200);
			expect(await call('', {})).toBe(401);
			expect(await call('?token=wh_other', {})).toBe(401);
			const [execution] = await n8n.finished(hook.id, 3);
			expect(getOutputs(execution, 'Trigger')[0][0].json.body).toEqual(JSON.parse(body));
		},
	);
});

describe('a forged request is rejected with its code and starts no execution', () => {
	const CASES = EXAMPLES.filter(
		({ platform }, index) =>
			EXAMPLES.findIndex((example) => example.platform === platform) === index,
	);
	test.each(CASES)('$platform', async ({ platform, kind, body }) => {
		const hook = await createTriggerWorkflow(
			{ platform, requestKind: kind },
			{ credentials: await credentialFor(platform) },
		);
		const good = SIGNED[platform](body);
		const { scheme } = getPlatform(platform);
		const header = scheme.signatureHeader;
		const { encoding, prefix } = scheme.forms[0];
		const withSignature = (value) => ({ ...good, [header]: value });
		const cases = [
			['SIGNATURE_INVALID', SIGNED[platform](body, { key: otherSecret })],
			['SIGNATURE_INVALID', good, `${body} `],
			['SIGNATURE_MISSING', withSignature(undefined)],
			['SIGNATURE_MALFORMED', withSignature(`sha1=${good[header].slice(prefix.length)}`)],
			['SIGNATURE_MALFORMED', withSignature([good[header], good[header]])],
			['SIGNATURE_MALFORMED', withSignature(`${good[header]}, ${good[header]}`)],
		];
		if (encoding === 'base64') {
			const upperCase = good[header].slice(prefix.length).toUpperCase();
			cases.push(['SIGNATURE_INVALID', withSignature(prefix + upperCase)]);
		}
		if (scheme.timestamp) {
			const stale = String(Math.floor(Date.now() / 1000) - 301);
			cases.push(
				['TIMESTAMP_OUT_OF_TOLERANCE', SIGNED[platform](body, { at: stale })],
				['TIMESTAMP_MISSING', { ...good, [scheme.timestamp.header]: undefined }],
			);
		}
		for (const [code, headers, sent = body] of cases) {
			const { status, data } = await post(hook.url, sent, { ...VIA_HTTPS, ...headers });
			expect({ status, code: data.error?.code }).toEqual({ status: 401, code });
			expect(data.error.details).toEqual({
				field: expect.stringMatching(/./),
				expected: expect.stringMatching(/./),
				received: expect.stringMatching(/./),
			});
			expect(data.status).toBe(getPlatform(platform).replyStatus?.rejected);
		}
		expect((await post(hook.url, body, { ...VIA_HTTPS, ...good })).status).toBe(200);
		expect(await n8n.finished(hook.id, 1)).toHaveLength(1);
		if (getPlatform(platform).httpsOnly) {
			const { status, data } = await post(hook.url, body, good);
			expect([status, data.error.code]).toEqual([403, 'HTTPS_REQUIRED']);
		}
	});
});

describe('events that differ from the documented form', () => {
	test('are rejected with the field at fault, but unknown fields and events pass', async () => {
		const hook = await createTriggerWorkflow(
			{ platform: 'workflux', requestKind: 'event' },
			{ credentials: inbound },
		);
		const send = async (event) => {
			const body = JSON.stringify(event);
			return await post(hook.url, body, { ...SIGNED.workflux(body), ...VIA_HTTPS });
		};
		const example = JSON.parse(page('workflux', 'agent.response'));
		const wrong = await send({ ...example, data: { ...example.data, response_time_ms: '1200' } });
		expect([wrong.status, wrong.data.error]).toEqual([
			422,
			{
				code: 'INVALID_INPUT',
				message: "Field 'data.response_time_ms' must be of type number",
				details: { field: 'data.response_time_ms', expected: 'number', received: 'string' },
			},
		]);
		expect((await send({ event: 'agent.response', data: {} })).data.error.details.field).toBe(
			'timestamp',
		);
		const richer = { ...example, version: 2, data: { ...example.data, sentiment: 'good' } };
		expect((await send(richer)).status).toBe(200);
		expect((await send({ ...example, event: 'agent.retired', data: {} })).status).toBe(200);
		expect(await n8n.finished(hook.id, 2)).toHaveLength(2);
	});

	test('are rejected when a lead lacks a name or a valid email address', async () => {
		const hook = await createTriggerWorkflow(
			{ platform: 'agentflow', requestKind: 'lead' },
			{ credentials: inbound },
		);
		const send = async (lead) => {
			const body = JSON.stringify(lead);
			return await post(hook.url, body, { ...SIGNED.agentflow(body), ...VIA_HTTPS });
		};
		for (const [lead, field, expected, received] of [
			[{ email: 'a@example.com' }, 'name', 'string', 'null'],
			[{ name: ' ', email: 'a@example.com' }, 'name', 'non-empty string', 'string'],
			[{ name: 'A' }, 'email', 'string', 'null'],
			[{ name: 'A', email: 'a(at)example.com' }, 'email', 'valid email address', 'string'],
		]) {
			const { status, data } = await send(lead);
			expect([status, data.status]).toEqual([422, 'rejected']);
			expect(data.error.details).toEqual({ field, expected, received });
		}
		const lead = { name: 'A', email: 'a@example.com', utm: { campaign: 'x' } };
		expect((await send(lead)).data).toMatchObject({ success: true, status: 'received' });
		const [execution] = await n8n.finished(hook.id);
		expect(getOutputs(execution, 'Trigger')[0][0].json.body).toEqual(lead);
	});

	test('pass as any JSON when validation is off', async () => {
		const hook = await createTriggerWorkflow(
			{ platform: 'agenticflow', requestKind: 'event', options: { validateEvents: false } },
			{ credentials: inbound },
		);
		const body = '[1,2]';
		expect((await post(hook.url, body, SIGNED.agenticflow(body))).status).toBe(200);
	});

	test('are answered 200 and start no execution when their type was not chosen', async () => {
		const hook = await createTriggerWorkflow(
			{ platform: 'agentPlatform', requestKind: 'event', events: ['user.message'] },
			{ credentials: inbound },
		);
		const send = async (name) => {
			const body = page('agentPlatform', name);
			return (await post(hook.url, body, { ...SIGNED.agentPlatform(body), ...VIA_HTTPS })).data;
		};
		expect(await send('agent.message')).toMatchObject({ success: true, status: 'ignored' });
		expect(await send('user.message')).toMatchObject({ success: true, status: 'queued' });
		expect(await n8n.finished(hook.id)).toHaveLength(1);
	});
});

describe('duplicate deliveries', () => {
	const event = (lead, type = 'lead.qualified') =>
		JSON.stringify({ event: type, timestamp: new Date().toISOString(), data: { lead_id: lead } });
	const send = async (hook, body) =>
		(await post(hook.url, body, { ...SIGNED.agentflow(body), ...VIA_HTTPS })).data;
	const leads = async (more = {}, then) =>
		await createTriggerWorkflow(
			{ platform: 'agentflow', requestKind: 'event', ...more },
			{ credentials: inbound, ...then },
		);

	test('are answered 200 and start no execution, recognized by lead_id and event', async () => {
		const hook = await leads();
		expect(await send(hook, event('1'))).toMatchObject({ status: 'received' });
		expect(await send(hook, event('1'))).toMatchObject({ success: true, status: 'duplicate' });
		expect(await send(hook, event('1', 'lead.rejected'))).toMatchObject({ status: 'received' });
		expect(await send(hook, event('2'))).toMatchObject({ status: 'received' });
		const executions = await n8n.finished(hook.id, 3);
		expect(executions).toHaveLength(3);
		expect(getOutputs(executions[0], 'Trigger')[0][0].json.duplicate_key).toBe('1:lead.qualified');
	});

	test('start one execution when they arrive at once', async () => {
		const hook = await leads();
		const replies = await Promise.all(Array.from({ length: 8 }, () => send(hook, event('1'))));
		const statuses = replies.map(({ status }) => status).sort();
		expect(statuses).toEqual([...Array(7).fill('duplicate'), 'received']);
		expect(await n8n.finished(hook.id)).toHaveLength(1);
	});

	test('start an execution again when the first delivery failed', async () => {
		const fail = node(
			'Fail',
			'n8n-nodes-base.stopAndError',
			{ errorMessage: 'Not now' },
			{ typeVersion: 1 },
		);
		const hook = await leads({ responseMode: 'lastNode' }, { then: [fail] });
		const call = async () => {
			const body = event('1');
			return (await post(hook.url, body, { ...SIGNED.agentflow(body), ...VIA_HTTPS })).status;
		};
		expect([await call(), await call()]).toEqual([500, 500]);
		expect(await n8n.finished(hook.id, 2)).toHaveLength(2);
	});

	test('start an execution again with duplicate checks off or with a custom key', async () => {
		const off = await leads({ options: { duplicateWindowMinutes: 0 } });
		expect(await send(off, event('1'))).toMatchObject({ status: 'received' });
		expect(await send(off, event('1'))).toMatchObject({ status: 'received' });
		const own = await leads({ options: { duplicateKey: 'body.timestamp' } });
		const body = event('1');
		expect(await send(own, body)).toMatchObject({ status: 'received' });
		expect(await send(own, body)).toMatchObject({ status: 'duplicate' });
		expect(await send(own, event('2'))).toMatchObject({ status: 'received' });
	});
});

describe('the platform’s own example code verifies what Send sends', () => {
	const item = { lead_id: 'lead_1', text: 'Grüße 🙂', nested: { list: [1, 2.5, null] } };

	async function sent(base, verifier, parameters, input = item) {
		const box = uniqueName('box');
		const send = node(
			'Send',
			ACTION,
			{
				url: `${base}/receive/${verifier}/${box}`,
				...parameters,
				options: { skipTlsCheck: true, ...parameters.options },
			},
			{ credentials: parameters.credentials ?? outbound },
		);
		delete send.parameters.credentials;
		const { execution, outputs } = await runAction([input], send);
		expect(execution.status).toBe('success');
		expect(outputs[0][0].json.status).toBe('delivered');
		const { data } = await axios.get(`${base}/inbox/${box}`, { httpsAgent: insecure });
		expect(data).toHaveLength(1);
		expect(data[0].verified).toBe(true);
		return { received: JSON.parse(data[0].body), result: outputs[0][0].json };
	}
	const seconds = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);

	test('for AgenticFlow’s events, in Node', async () => {
		const { received } = await sent(node24, 'agenticflow', {
			platform: 'agenticflow',
			eventType: 'agent.message.sent',
			options: { webhookId: 'wh_987654321' },
		});
		expect(received).toEqual({
			event: 'agent.message.sent',
			timestamp: seconds,
			webhook_id: 'wh_987654321',
			data: item,
		});
	});

	inPython('AgenticFlow’s events, in Python', async () => {
		await sent(python, 'agenticflow', { platform: 'agenticflow' });
	});

	inPython.each(getPlatform('workflux').events.types.map(({ value }) => value))(
		'WorkFlux’s %s, in Python',
		async (eventType) => {
			const { received } = await sent(python, 'workflux', { platform: 'workflux', eventType });
			expect(received).toEqual({ event: eventType, timestamp: seconds, data: item });
		},
	);

	inPython('AgentFlow’s events, in Python', async () => {
		const { received } = await sent(python, 'agentflow', {
			platform: 'agentflow',
			eventType: 'lead.qualified',
		});
		expect(received).toEqual({ event: 'lead.qualified', timestamp: seconds, data: item });
	});

	inPython('AgentFlow’s leads, from fields, in Python', async () => {
		const { received, result } = await sent(python, 'agentflow', {
			platform: 'agentflow',
			requestKind: 'lead',
			field_name: 'Jordan Ellis',
			field_email: '={{ $json.lead_id }}@stacklane.co',
			additionalFields: { field_company: 'Stacklane' },
		});
		expect(received).toEqual({
			name: 'Jordan Ellis',
			email: 'lead_1@stacklane.co',
			company: 'Stacklane',
		});
		expect(result).toMatchObject({ request: 'lead' });
		expect(result).not.toHaveProperty('event');
	});

	test('for the agent platform’s events, in Node', async () => {
		const { received } = await sent(node24, 'agentPlatform', {
			platform: 'agentPlatform',
			eventType: 'user.message',
			options: { webhookId: 'webhook-id', webhookName: 'My Webhook' },
		});
		expect(received).toEqual({
			event: 'user.message',
			webhook: { id: 'webhook-id', name: 'My Webhook' },
			timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/),
			data: item,
		});
	});

	test('for UPTIQ’s calls with a generated key file, in Node', async () => {
		const generate = node('Generate', ACTION, {
			resource: 'signature',
			operation: 'generateSecret',
			format: 'keyFile',
		});
		const { outputs } = await runAction([{}], generate);
		const [[{ json, binary }]] = outputs;
		expect(binary.data).toMatchObject({
			fileName: 'private-key.json',
			mimeType: 'application/json',
		});
		const { privateKey } = JSON.parse(json.secret);
		await axios.post(`${node24}/secrets`, { uptiq: privateKey }, { httpsAgent: insecure });
		const credentials = await n8n.createCredential('agentWebhookOutboundApi', 'UPTIQ', {
			authentication: 'none',
			signatureScheme: 'platform',
			signingSecret: json.secret,
		});
		const { received } = await sent(node24, 'uptiq', { platform: 'uptiq', credentials });
		expect(received).toEqual(item);
	});

	test.each([
		['urlToken', { token: 'wh_1' }, ({ url }) => url.includes('?token=wh_1')],
		['bearer', { token: 'wh_1' }, ({ headers }) => headers.authorization === 'Bearer wh_1'],
		[
			'basic',
			{ user: 'username', password: 'password' },
			({ headers }) => headers.authorization === 'Basic dXNlcm5hbWU6cGFzc3dvcmQ=',
		],
	])(
		'for AgenticFlow’s agent URL with %s and no signature',
		async (authentication, fields, fits) => {
			const credentials = await n8n.createCredential('agentWebhookOutboundApi', authentication, {
				authentication,
				...fields,
				signatureScheme: 'platform',
			});
			const box = uniqueName('box');
			const send = node(
				'Send',
				ACTION,
				{
					platform: 'agenticflow',
					requestKind: 'agentMessage',
					url: `${node24}/receive/none/${box}`,
					field_message: 'Hello',
					additionalFields: { field_context: '{"order_id": "12345"}' },
					options: { skipTlsCheck: true },
				},
				{ credentials },
			);
			const { outputs } = await runAction([{}], send);
			expect(outputs[0][0].json).toMatchObject({ status: 'delivered', request: 'agentMessage' });
			expect(JSON.stringify(outputs)).not.toContain('wh_1');
			const { data } = await axios.get(`${node24}/inbox/${box}`, { httpsAgent: insecure });
			expect(JSON.parse(data[0].body)).toEqual({
				message: 'Hello',
				context: { order_id: '12345' },
			});
			expect(fits(data[0])).toBe(true);
			expect(data[0].headers).not.toHaveProperty('x-agenticflow-signature');
		},
	);

	test('a request that the platform would reject is not sent, and the item says why', async () => {
		for (const [parameters, message] of [
			[
				{ requestKind: 'lead', field_name: 'A', field_email: 'nobody' },
				"AgentFlow would reject this lead: Field 'email' must be a valid email address",
			],
			[{ url: 'http://example.com' }, 'AgentFlow sends webhooks only over HTTPS'],
		]) {
			const send = node(
				'Send',
				ACTION,
				{ platform: 'agentflow', url: 'https://example.com', options: {}, ...parameters },
				{ credentials: outbound },
			);
			const { execution } = await runAction([{}], send);
			expect(execution.status).toBe('error');
			expect(execution.data.resultData.error.message).toContain(message);
		}
	});
});

test('every agent platform is covered by this file', () => {
	const tested = new Set(EXAMPLES.map(({ platform }) => platform));
	const listed = PLATFORMS.filter(({ section }) => section === 'platform').map(({ id }) => id);
	expect([...tested].sort()).toEqual([...listed].sort());
});
