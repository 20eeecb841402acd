/**
 * AgenticFlow's management API served by n8n, from the template: the page's own requests (test/pages),
 * sent with curl and with axios, and our own Platform Webhook operations as its client.
 */
const { execFile } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { promisify } = require('node:util');

const axios = require('axios');

const { readTemplate } = require('../harness/templates');

const stage = require('./stage');

const { ACTION, base, planResponses, readInbox, n8n, newSecret, node } = stage;
const { receiver, runAction, setReceiverSecrets, uniqueName } = stage;

const run = promisify(execFile);

const apiKey = newSecret();
const encryptionSecret = newSecret();
const page = (name) =>
	fs.readFileSync(path.join(__dirname, `../pages/agenticflow/${name}.json`), 'utf8');
const pageJson = (name) => JSON.parse(page(name));

let inbound;
let outbox;
let strict;
let open;

/** The base path that callers put before the page's paths. */
const getBase = ({ parameters, webhookId }) =>
	[base, 'webhook', webhookId, parameters.path].filter(Boolean).join('/');

/** Imports the template, with a separate base URL. @param apiPath empty for n8n's own ID of the node */
async function serve(options = {}, triggerOptions = {}, apiPath = uniqueName('api')) {
	const template = readTemplate('management-api');
	const [trigger, answer] = template.nodes.filter(({ type }) => type.includes('agentWebhook'));
	trigger.webhookId = uniqueName('node');
	trigger.parameters.path = apiPath;
	trigger.parameters.options = triggerOptions;
	trigger.credentials = { ...inbound, ...outbox };
	answer.credentials = outbox;
	answer.parameters.options = options;
	const id = await n8n.createWorkflow(template);
	return { id, base: getBase(trigger) };
}

beforeAll(async () => {
	inbound = await n8n.createCredential('agentWebhookInboundApi', 'API keys', {
		bearerTokens: `${newSecret()} ${apiKey}`,
	});
	outbox = await n8n.createCredential('agentWebhookOutboxApi', 'Outbox', {
		encryptionSecret,
		outboxName: uniqueName('managed').replaceAll('-', '_'),
	});
	// An expression among its parameters makes n8n build the paths with its expression engine.
	strict = await serve({}, { allowedAddresses: "={{ '127.0.0.0/8' }}" });
	open = await serve({ allowHttp: true, allowInternal: true }, {}, '');
});

afterAll(async () => {
	for (const api of [strict, open]) if (api) await n8n.deactivate(api.id);
	await stage.deactivateWorkflows();
});

/** Makes one request with curl, as the page shows it. Returns its status and its JSON. */
async function curl(api, method, url, body, key = apiKey) {
	const { stdout } = await run('curl', [
		'-sS',
		...['-X', method],
		...['-H', `Authorization: Bearer ${key}`],
		...(body === undefined ? [] : ['-H', 'Content-Type: application/json', '-d', body]),
		...['-w', '\n%{http_code} %{content_type}'],
		`${api.base}/api/v1/webhooks${url}`,
	]);
	const [text, last] = stdout.split(/\n(?=[^\n]*$)/);
	const [status, type] = last.split(' ');
	return { status: Number(status), type, data: text === '' ? undefined : JSON.parse(text) };
}

/** Makes one request with axios. */
async function call(api, method, url, body, key = apiKey) {
	const { data, headers, status } = await axios({
		method,
		url: `${api.base}/api/v1/webhooks${url}`,
		...(body !== undefined && { data: JSON.parse(body) }),
		headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' },
		validateStatus: () => true,
	});
	return { status, type: headers['content-type'], headers, data };
}

const ISO_SECONDS = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
const countExecutions = async ({ id }) => await stage.countExecutions(id);

describe.each([
	['curl', curl],
	['axios', call],
])('the management API called with %s', (_, send) => {
	let id;

	test('creates a webhook', async () => {
		const { data, status, type } = await send(strict, 'POST', '', page('createWebhook'));
		expect({ status, type }).toEqual({
			status: 201,
			type: expect.stringContaining('application/json'),
		});
		const { authentication, ...wanted } = pageJson('createWebhook');
		expect(data).toMatchObject({ ...wanted, authentication: { type: authentication.type } });
		expect(data.signing_secret).toMatch(/^[0-9a-f]{64}$/);
		expect(JSON.stringify(data)).not.toContain(authentication.token);
		id = data.id;
	});

	test('lists webhooks with the fields that AgenticFlow documents', async () => {
		const { data, status } = await send(strict, 'GET', '');
		expect(status).toBe(200);
		const [shown] = data.webhooks.filter((webhook) => webhook.id === id);
		const [model] = pageJson('webhookList').webhooks;
		expect(Object.keys(shown)).toEqual(expect.arrayContaining(Object.keys(model)));
		expect(shown).toMatchObject({
			...model,
			id: expect.stringMatching(/^wh_/),
			created_at: expect.stringMatching(ISO_SECONDS),
			last_delivery: null,
			delivery_stats: { total_deliveries: 0, successful_deliveries: 0, failed_deliveries: 0 },
		});
		expect(JSON.stringify(data)).not.toMatch(/your_secret|signing_secret/);
	});

	test('updates a webhook', async () => {
		const { data, status } = await send(strict, 'PUT', `/${id}`, page('updateWebhook'));
		expect(status).toBe(200);
		expect(data).toMatchObject({
			id,
			name: 'Order Processing Webhook',
			...pageJson('updateWebhook'),
		});
		// The page's request moves the webhook to another host without its token.
		const { dropped, dropped_reason: _reason, ...shown } = data;
		expect(dropped).toEqual(['authentication']);
		const read = await send(strict, 'GET', `/${id}`);
		expect(read).toMatchObject({ status: 200, data: shown });
	});

	test('returns the logs and stats of a webhook', async () => {
		const logs = await send(strict, 'GET', `/${id}/logs`);
		expect(logs).toMatchObject({ status: 200, data: { logs: [], next_cursor: null } });
		const stats = await send(strict, 'GET', `/${id}/stats`);
		expect(stats).toMatchObject({
			status: 200,
			data: { webhook_id: id, total_deliveries: 0, success_rate: null, by_day: [] },
		});
	});

	test('deletes a webhook', async () => {
		const deleted = await send(strict, 'DELETE', `/${id}`);
		expect(deleted).toMatchObject({ status: 200, data: { success: true } });
		const gone = await send(strict, 'GET', `/${id}`);
		expect(gone).toMatchObject({
			status: 404,
			data: {
				success: false,
				error: { code: 'NOT_FOUND', message: 'This webhook does not exist' },
			},
		});
		expect((await send(strict, 'DELETE', `/${id}`)).status).toBe(404);
	});
});

/** Registers a webhook at the local receiver. */
async function registered(fields = {}) {
	const box = uniqueName('managed');
	const { data } = await call(
		open,
		'POST',
		'',
		JSON.stringify({
			...pageJson('createWebhook'),
			url: `${receiver}/receive/agenticflow/${box}`,
			...fields,
		}),
	);
	await setReceiverSecrets({ agenticflow: data.signing_secret });
	return { box, ...data };
}

const send = async (items, parameters = {}) =>
	await runAction(
		items,
		node(
			'Send',
			ACTION,
			{
				resource: 'event',
				operation: 'send',
				sendTo: 'subscribers',
				customEventType: 'workflow.execution.completed',
				...parameters,
			},
			{ credentials: outbox },
		),
	);

test('the management API delivers a signed test event and reports the outcome', async () => {
	const { box, id } = await registered();
	const tested = await curl(open, 'POST', `/${id}/test`, page('testWebhook'));
	expect(tested).toMatchObject({
		status: 200,
		data: { success: true, event: 'workflow.execution.completed', response_code: 200 },
	});
	const [received] = await readInbox(box);
	expect(received).toMatchObject({
		verified: true,
		headers: { authorization: 'Bearer your_secret' },
	});
	expect(JSON.parse(received.body)).toMatchObject({
		event: 'workflow.execution.completed',
		webhook_id: id,
		data: pageJson('testWebhook').test_data,
		test: true,
	});
	await planResponses(box, [{ status: 500 }]);
	expect(await curl(open, 'POST', `/${id}/test`, page('testWebhook'))).toMatchObject({
		status: 200,
		data: { success: false, response_code: 500, error_message: expect.stringContaining('500') },
	});
	const unheard = await curl(open, 'POST', `/${id}/test`, '{"event": "no event!"}');
	expect(unheard).toMatchObject({
		status: 422,
		data: { error: { code: 'INVALID_INPUT', details: { field: 'event' } } },
	});
	await call(open, 'DELETE', `/${id}`);
});

test('callers cannot tell an open port from a closed one', async () => {
	const { box, id, url } = await registered();
	const sendTest = async () => {
		const { data } = await call(open, 'POST', `/${id}/test`, page('testWebhook'));
		const { event_id: _id, ...answer } = data;
		return answer;
	};
	await planResponses(box, [{ hangUp: true }]);
	const hungUp = await sendTest();
	expect(await readInbox(box)).toHaveLength(1);
	const closed = url.replace(new URL(url).origin, 'http://127.0.0.1:9');
	await call(open, 'PUT', `/${id}`, JSON.stringify({ url: closed }));
	expect(await sendTest()).toEqual(hungUp);
	expect(hungUp).toMatchObject({
		response_code: null,
		response_time_ms: null,
		error_message: expect.stringContaining('no valid response'),
	});
	await call(open, 'DELETE', `/${id}`);
});

test('events reach a webhook with its settings, and its logs and stats are paged', async () => {
	const { box, id } = await registered({
		conditions: { credits_used: { gt: 1 } },
		filters: { include_fields: ['workflow_id', 'status'] },
		retry_policy: { max_retries: 3, backoff_multiplier: 2 },
	});
	await planResponses(box, [{ status: 400 }]);
	const items = [3, 1, 2].map((credits_used, n) => ({
		workflow_id: `wf_${n}`,
		status: 'success',
		credits_used,
		output_data: {},
	}));
	for (const item of items) await send([item]);
	expect((await readInbox(box)).map(({ body }) => JSON.parse(body).data)).toEqual([
		{ workflow_id: 'wf_0', status: 'success' },
		{ workflow_id: 'wf_2', status: 'success' },
	]);

	const { data } = await call(open, 'GET', `/${id}/logs`);
	expect(data.logs.map(({ status }) => status)).toEqual(['success', 'failed']);
	const [model] = pageJson('webhookLogs').logs;
	expect(Object.keys(data.logs[0])).toEqual(Object.keys(model));
	expect(data.logs[0]).toEqual({
		id: expect.stringMatching(/^dlv_/),
		timestamp: expect.stringMatching(ISO_SECONDS),
		event: 'workflow.execution.completed',
		status: 'success',
		response_code: 200,
		response_time_ms: expect.any(Number),
		attempts: 1,
		payload_size: (await readInbox(box))[1].body.length,
	});
	expect(data.logs[1]).toMatchObject({ response_code: 400, error_message: expect.any(String) });

	const failed = await call(open, 'GET', `/${id}/logs?status=failed`);
	expect(failed.data.logs).toEqual([data.logs[1]]);
	expect(await call(open, 'GET', `/${id}/logs?state=failed`)).toMatchObject({
		status: 422,
		data: { error: { details: { field: 'state' } } },
	});

	const first = await call(open, 'GET', `/${id}/logs?limit=1`);
	// A retry in between gives the older delivery a new row.
	await planResponses(box, [{ status: 400 }]);
	const replay = { resource: 'delivery', operation: 'replay', deliveryId: data.logs[1].id };
	await runAction([{}], node('Replay', ACTION, replay, { credentials: outbox }));
	const second = await call(open, 'GET', `/${id}/logs?limit=1&cursor=${first.data.next_cursor}`);
	const paged = [...first.data.logs, ...second.data.logs];
	expect(paged.map((entry) => entry.id)).toEqual(data.logs.map((entry) => entry.id));
	expect(second.data.logs).toMatchObject([{ status: 'failed', attempts: 2 }]);
	expect(second.data.next_cursor).toBeNull();

	const stats = await call(open, 'GET', `/${id}/stats`);
	expect(stats.data).toMatchObject({
		webhook_id: id,
		total_deliveries: 2,
		successful_deliveries: 1,
		failed_deliveries: 1,
		success_rate: 0.5,
		by_day: [{ total_deliveries: 2 }],
	});
	const list = await call(open, 'GET', '');
	expect(list.data.webhooks.find((webhook) => webhook.id === id)).toMatchObject({
		delivery_stats: { total_deliveries: 2, successful_deliveries: 1, failed_deliveries: 1 },
		last_delivery: second.data.logs[0].timestamp,
	});
	await call(open, 'DELETE', `/${id}`);
});

test('the list of webhooks is paged without gaps or duplicates', async () => {
	const ids = [];
	for (let n = 0; n < 5; n += 1) {
		const { data } = await call(strict, 'POST', '', page('createWebhook'));
		ids.push(data.id);
	}
	const seen = [];
	let cursor = '';
	for (let pages = 0; cursor !== null && pages < 10; pages += 1) {
		const { data } = await call(strict, 'GET', `?limit=2&cursor=${cursor}`);
		expect(data.webhooks.length).toBeLessThanOrEqual(2);
		seen.push(...data.webhooks.map(({ id }) => id));
		cursor = data.next_cursor;
	}
	expect(seen).toEqual(ids);
	for (const id of ids) await call(strict, 'DELETE', `/${id}`);
});

test('a webhook that was read can be written back without losing anything', async () => {
	const { box, id } = await registered();
	const target = `${receiver}/receive/agenticflow/${box}`;
	await call(open, 'PUT', `/${id}`, JSON.stringify({ url: `${target}?token=query-token-1` }));
	const { data } = await call(open, 'GET', `/${id}`);
	expect(data.url).toBe(target);
	const written = await call(open, 'PUT', `/${id}`, JSON.stringify({ ...data, name: 'Renamed' }));
	expect(written).toMatchObject({ status: 200, data: { ...data, name: 'Renamed' } });
	await call(open, 'POST', `/${id}/test`, page('testWebhook'));
	expect((await readInbox(box))[0]).toMatchObject({
		verified: true,
		url: expect.stringContaining('?token=query-token-1'),
		headers: { authorization: 'Bearer your_secret' },
	});

	const bare = await call(open, 'PUT', `/${id}`, JSON.stringify({ url: target }));
	expect(bare.data).toMatchObject({ url: target, dropped: ['url_query'] });

	const off = await call(open, 'PUT', `/${id}`, '{"status": "disabled"}');
	expect(off.data).toMatchObject({ status: 'disabled', status_reason: expect.any(String) });
	await send([{ workflow_id: 'wf_1' }]);
	expect(await readInbox(box)).toHaveLength(1);
	const logs = await call(open, 'GET', `/${id}/logs`);
	expect(logs.data.logs[0].status).toBe('held');
	await call(open, 'DELETE', `/${id}`);
});

test('numbers beyond 2^53 keep their digits in conditions and test data', async () => {
	const exact = axios.create({
		headers: { Authorization: `Bearer ${apiKey}`, 'Content-Type': 'application/json' },
		transformResponse: (text) => text,
	});
	const url = `${open.base}/api/v1/webhooks`;
	const box = uniqueName('box');
	const body = JSON.stringify({
		name: 'Big',
		url: `${receiver}/receive/none/${box}`,
		events: ['*'],
		conditions: 1,
	});
	const conditions = '{"id":616581622363398142}';
	const created = await exact.post(
		url,
		body.replace('"conditions":1', `"conditions":${conditions}`),
	);
	expect(created.headers['content-type']).toContain('application/json');
	const { id } = JSON.parse(created.data);
	for (const { data } of [created, await exact.get(`${url}/${id}`), await exact.get(url)]) {
		expect(data).toContain(`"conditions":${conditions}`);
	}
	await exact.post(`${url}/${id}/test`, `{"event":"order.created","test_data":${conditions}}`);
	const [received] = await readInbox(box);
	expect(received.body).toContain(`"data":${conditions}`);
	await exact.delete(`${url}/${id}`);
});

test('two POSTs with one Idempotency-Key create one webhook', async () => {
	const create = async (body) =>
		await axios.post(`${strict.base}/api/v1/webhooks`, body, {
			headers: { Authorization: `Bearer ${apiKey}`, 'Idempotency-Key': uniqueKey },
			validateStatus: () => true,
		});
	const uniqueKey = uniqueName('key');
	const body = pageJson('createWebhook');
	const [first, second] = await Promise.all([create(body), create(body)]);
	expect(first).toMatchObject({ status: 201, data: { signing_secret: expect.any(String) } });
	expect(second).toMatchObject({ status: 201, data: first.data });
	expect((await create({ ...body, name: 'Another' })).status).toBe(409);
	expect((await call(strict, 'GET', '')).data.webhooks).toHaveLength(1);
	await call(strict, 'DELETE', `/${first.data.id}`);
});

test('secrets do not follow a webhook’s URL to another origin, and the answer says so', async () => {
	const { box, id, url } = await registered();
	const { hostname } = new URL(url);
	const elsewhere = url.replace(hostname, hostname === 'localhost' ? '127.0.0.1' : 'localhost');
	const moved = await call(open, 'PUT', `/${id}`, JSON.stringify({ url: elsewhere }));
	expect(moved).toMatchObject({
		status: 200,
		data: {
			url: elsewhere,
			authentication: { type: 'none' },
			dropped: ['authentication'],
			dropped_reason: expect.any(String),
		},
	});
	await call(open, 'POST', `/${id}/test`, page('testWebhook'));
	await send([{ workflow_id: 'wf_1' }]);
	const received = await readInbox(box);
	expect(received).toHaveLength(2);
	for (const { headers } of received) expect(headers.authorization).toBeUndefined();
	await call(open, 'DELETE', `/${id}`);
});

describe('a bad request to the management API', () => {
	const rejection = (status, code, details) => ({
		status,
		data: { success: false, error: { code, message: expect.any(String), ...details } },
	});

	test.each([
		['no key', 'GET', '', undefined, '', 401, 'TOKEN_MISSING'],
		['a wrong key', 'GET', '', undefined, 'wrong', 401, 'TOKEN_INVALID'],
		['a method that the list does not have', 'PUT', '', '{}', apiKey, 405, 'METHOD_NOT_ALLOWED'],
		[
			'a method that a webhook does not have',
			'POST',
			'/wh_1',
			'{}',
			apiKey,
			405,
			'METHOD_NOT_ALLOWED',
		],
		['a path that does not exist', 'GET', '/wh_1/secrets', undefined, apiKey, 404, 'NOT_FOUND'],
		['no body', 'POST', '', '{}', apiKey, 422, 'INVALID_INPUT'],
		['a list', 'POST', '', '[]', apiKey, 422, 'INVALID_INPUT'],
	])(
		'is answered in AgenticFlow’s error format: %s',
		async (_, method, url, body, key, status, code) => {
			const before = await countExecutions(strict);
			const answer = await call(strict, method, url, body, key);
			expect(answer).toMatchObject(rejection(status, code));
			expect(answer.type).toContain('application/json');
			if (status === 405) expect(answer.headers.allow).toMatch(/GET/);
			expect(await countExecutions(strict)).toBe(before);
		},
	);

	test('is rejected when it is larger than 64 KB', async () => {
		const include_fields = [Array(1_000_000).fill('a').join('.')];
		const body = JSON.stringify({ ...pageJson('createWebhook'), filters: { include_fields } });
		const startedMs = Date.now();
		const { data, status } = await call(strict, 'POST', '', body);
		expect(status).toBe(413);
		expect(data.error.code).toBe('PAYLOAD_TOO_LARGE');
		expect(Date.now() - startedMs).toBeLessThan(10_000);
	});

	test('is rejected when its body is nested ten thousand levels deep', async () => {
		const before = await countExecutions(strict);
		const deep = `${'{"a":['.repeat(5000)}1${']}'.repeat(5000)}`;
		const body = page('createWebhook').replace(/\}\s*$/, `,"conditions":${deep}}`);
		const answer = await curl(strict, 'POST', '', body);
		expect(answer).toMatchObject(rejection(400, 'INVALID_JSON', { details: { field: 'body' } }));
		expect(answer.type).toContain('application/json');
		expect(await countExecutions(strict)).toBe(before);
	});

	test.each([
		['url', { url: 'http://your-app.com/webhooks/orders' }],
		['url', { url: 'https://127.0.0.1/' }],
		['url', { url: 'https://2130706433/' }],
		['url', { url: 'https://0x7f.1/' }],
		['url', { url: 'https://0177.0.0.1/' }],
		['url', { url: 'https://127.1:65535/' }],
		['url', { url: 'https://127.0.0.1./' }],
		['url', { url: 'https://１２７.0.0.1/' }],
		['url', { url: 'https://ⓛocalhost/' }],
		['url', { url: 'https://[fe80::1]/' }],
		['url', { url: 'https://[fe80::1%25eth0]/' }],
		['url', { url: 'https://[2002:7f00:1::]/' }],
		['url', { url: 'https://10.1.2.3:8443/hooks' }],
		['url', { url: 'https://169.254.169.254/latest/meta-data' }],
		['url', { url: 'https://[::ffff:192.168.1.1]/' }],
		['url', { url: 'https://localhost./hooks' }],
		['url', { url: 'https://ip6-loopback/hooks' }],
		['url', { url: 'https://Host.Docker.Internal/hooks' }],
		['url', { url: 'https://user:password@your-app.com/' }],
		['url', { url: 'not a URL' }],
		['events', { events: [] }],
		['events.0', { events: ['no event!'] }],
		['name', { name: ' ' }],
		['conditions', { conditions: { n: { above: 3 } } }],
		['batch_settings.max_events', { batch_settings: { max_events: 0, max_wait_seconds: 5 } }],
		['retry_policy.max_retries', { retry_policy: { max_retries: 1000 } }],
		['authentication.type', { authentication: { type: 'magic' } }],
		['authentication.token', { authentication: { type: 'bearer' } }],
		['colour', { colour: 'red' }],
	])('%s: %j', async (field, fields) => {
		const body = JSON.stringify({ ...pageJson('createWebhook'), ...fields });
		const answer = await call(strict, 'POST', '', body);
		expect(answer).toMatchObject(
			rejection(422, 'INVALID_INPUT', {
				details: {
					field,
					expected: expect.any(String),
					received: expect.any(String),
				},
			}),
		);
		expect((await call(strict, 'GET', '')).data.webhooks).toEqual([]);
	});

	test.each([
		['?limit=0', 'limit'],
		['?limit=many', 'limit'],
	])('is rejected when it pages with %s', async (query, field) => {
		expect(await call(strict, 'GET', query)).toMatchObject(
			rejection(422, 'INVALID_INPUT', { details: { field } }),
		);
	});
});

/** Runs an operation on the outbox as its owner. Returns its item. */
async function own(operation, parameters) {
	const { outputs } = await runAction(
		[{}],
		node(
			'Own',
			ACTION,
			{ resource: 'endpoint', operation, simplify: false, ...parameters },
			{ credentials: outbox },
		),
	);
	return outputs[0][0].json;
}

test.each([
	['of another platform', 'standardWebhooks'],
	['that its owner created', 'agenticflow'],
])('the management API neither shows nor changes an endpoint %s', async (_, platform) => {
	const fields = { endpointName: 'Own', url: 'https://example.com/hooks', platform };
	const { id } = await own('create', fields);
	expect((await call(strict, 'GET', '')).data.webhooks).toEqual([]);
	for (const [method, url, body] of [
		['GET', ''],
		['PUT', '', '{"name": "Mine"}'],
		['DELETE', ''],
		['GET', '/logs'],
		['GET', '/stats'],
		['POST', '/test', page('testWebhook')],
	]) {
		expect((await call(strict, method, `/${id}${url}`, body)).status).toBe(404);
	}
});

test('an owner lets the management API manage an endpoint, whose headers it may not move', async () => {
	const box = uniqueName('own');
	const url = `${receiver}/receive/none/${box}`;
	const { hostname } = new URL(url);
	const elsewhere = url.replace(hostname, hostname === 'localhost' ? '127.0.0.1' : 'localhost');
	const created = await own('create', {
		endpointName: box,
		url,
		platform: 'agenticflow',
		endpointAuthentication: 'bearer',
		token: 'owner-token-1',
		options: {
			allowHttp: true,
			allowInternal: true,
			allowManagementApi: true,
			headers: {
				header: [
					{ name: 'X-One', value: 'owner-header-1' },
					{ name: 'X-Two', value: 'owner-header-2' },
					{ name: 'X-Three', value: 'owner-header-3' },
				],
			},
		},
	});
	expect(created).toMatchObject({ api_managed: true });
	const endpoint = { __rl: true, mode: 'id', value: created.id };
	const sendTest = async () => {
		await call(open, 'POST', `/${created.id}/test`, page('testWebhook'));
		return (await readInbox(box)).at(-1).headers;
	};
	const headers = { header: [{ name: 'x-one', value: 'changed' }] };
	await own('update', { endpoint, updateFields: { headers, removeHeaders: 'X-Three' } });
	const sent = await sendTest();
	expect(sent).toMatchObject({
		authorization: 'Bearer owner-token-1',
		'x-one': 'changed',
		'x-two': 'owner-header-2',
	});
	expect(sent).not.toHaveProperty('x-three');

	const moved = await own('update', { endpoint, updateFields: { url: elsewhere } });
	expect(moved).toMatchObject({
		url: elsewhere,
		authentication: { type: 'none' },
		custom_headers: {},
		dropped: ['authentication', 'custom_headers'],
		dropped_reason: expect.any(String),
	});
	const bare = await sendTest();
	expect(bare).not.toHaveProperty('authorization');
	expect(bare).not.toHaveProperty('x-two');

	const closed = await own('update', { endpoint, updateFields: { allowManagementApi: false } });
	expect(closed).toMatchObject({ api_managed: false });
	expect((await call(open, 'GET', `/${created.id}`)).status).toBe(404);
});

test('executions of the management API say what was done and contain no secret', async () => {
	const [token, query] = [newSecret(), newSecret()];
	const { data } = await call(
		strict,
		'POST',
		'',
		JSON.stringify({
			...pageJson('createWebhook'),
			url: `https://your-app.com/hooks?k=${query}`,
			authentication: { type: 'bearer', token },
		}),
	);
	await call(strict, 'DELETE', `/${data.id}`);
	await countExecutions(strict);
	const executions = await n8n.executions(strict.id);
	const [removed, made] = executions.map(
		(execution) => stage.getOutputs(execution, 'Answer')[0][0].json,
	);
	expect(made).toMatchObject({ task: 'create', webhook_id: data.id, status_code: 201 });
	expect(removed).toMatchObject({ task: 'delete', webhook_id: data.id, status_code: 200 });
	const everything = JSON.stringify(executions);
	for (const secret of [token, query, data.signing_secret, apiKey, encryptionSecret]) {
		for (const form of [
			secret,
			...['hex', 'base64'].map((to) => Buffer.from(secret).toString(to)),
		]) {
			expect(everything).not.toContain(form);
		}
	}
});

test('an outbox error is answered 500 without its reason and fails the execution', async () => {
	const other = await n8n.createCredential('agentWebhookOutboxApi', 'Another key', {
		encryptionSecret: newSecret(),
		outboxName: uniqueName('other').replaceAll('-', '_'),
	});
	const template = await n8n.api('GET', `/workflows/${strict.id}`);
	const { connections, name, nodes, settings } = template;
	const trigger = nodes.find(({ webhookId }) => webhookId);
	trigger.webhookId = uniqueName('node');
	trigger.parameters.path = uniqueName('mixed');
	trigger.credentials = { ...trigger.credentials, ...other };
	const id = await n8n.createWorkflow({ name, nodes, connections, settings });
	const mixed = { id, base: getBase(trigger) };
	expect(await call(mixed, 'GET', '')).toMatchObject({
		status: 500,
		data: { success: false, error: { code: 'INTERNAL_ERROR' } },
	});
	const [execution] = await n8n.finished(id);
	expect(execution.status).toBe('error');
	expect(execution.data.resultData.error.message).toContain('the same Outbox credential');
	await n8n.deactivate(id);
});

test('the Platform Webhook operations work as clients of the management API', async () => {
	const platform = await n8n.createCredential('agentWebhookPlatformApi', 'Our own API', {
		platform: 'agenticflow',
		baseUrl: open.base,
		apiKey,
	});
	const operate = async (operation, parameters = {}) => {
		const { execution, outputs } = await runAction(
			[{}],
			node(
				'Webhook',
				ACTION,
				{ resource: 'platformWebhook', operation, platform: 'agenticflow', ...parameters },
				{ credentials: platform },
			),
		);
		expect(execution.status).toBe('success');
		return outputs[0].map(({ json }) => json);
	};
	const [created] = await operate('create', {
		webhookName: 'Through the node',
		url: `${receiver}/receive/none/${uniqueName('client')}`,
		events: ['workflow.execution.failed'],
		callerAuthentication: 'none',
	});
	const webhook = { webhook: { __rl: true, mode: 'id', value: created.id } };
	expect(created.signing_secret).toBeUndefined();
	expect(await operate('getAll', { returnAll: true })).toHaveLength(1);
	await operate('update', {
		...webhook,
		callerAuthentication: 'none',
		updateFields: { webhookName: 'Renamed', maxEvents: 10, maxWaitSeconds: 60 },
	});
	const [listed] = await operate('getAll', { returnAll: true });
	expect(listed).toMatchObject({
		name: 'Renamed',
		batch_settings: { max_events: 10, max_wait_seconds: 60 },
	});
	const [tested] = await operate('test', { ...webhook, eventType: 'workflow.execution.failed' });
	expect(tested).toMatchObject({ success: true, response_code: 200 });
	expect((await operate('getStats', webhook))[0]).toMatchObject({ total_deliveries: 0 });
	await operate('delete', webhook);
	expect(await operate('getAll', { returnAll: true })).toEqual([]);
});
