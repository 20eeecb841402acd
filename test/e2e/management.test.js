/** AgenticFlow's own webhooks: the operations, and the trigger that registers itself. */
const { fork } = require('node:child_process');
const path = require('node:path');

const axios = require('axios');

const stage = require('./stage');

const { ACTION, n8n, newSecret, node, getOutputs, runAction, createTriggerWorkflow } = stage;

const apiKey = newSecret();
const signingSecret = newSecret();
const bearer = newSecret();
const urlToken = newSecret();

let child;
let api;
let platform;
let inbound;

const control = async (settings) =>
	(await (settings ? axios.post(`${api}/control`, settings) : axios.get(`${api}/control`))).data;
const webhooks = async () => (await control()).webhooks;

beforeAll(async () => {
	child = fork(path.join(__dirname, '../harness/agenticflow.mjs'));
	const { port } = await new Promise((resolve) => child.once('message', resolve));
	api = `http://127.0.0.1:${port}`;
	await control({ apiKey, signingSecret });
	platform = await n8n.createCredential('agentWebhookPlatformApi', 'AgenticFlow API', {
		platform: 'agenticflow',
		baseUrl: `${api}/`,
		apiKey,
	});
	inbound = await n8n.createCredential('agentWebhookInboundApi', 'AgenticFlow', {
		bearerTokens: bearer,
		urlTokens: urlToken,
		signatureScheme: 'platform',
		signingSecret,
	});
});

afterAll(async () => {
	await control({ down: false, apiKey });
	await stage.deactivateWorkflows();
	child.kill();
});

const operation = (name, parameters = {}, more = {}) =>
	node(
		'Webhook',
		ACTION,
		{ resource: 'platformWebhook', operation: name, platform: 'agenticflow', ...parameters },
		{ credentials: { ...platform, ...inbound }, ...more },
	);
const run = async (name, parameters, more) => {
	const { execution, outputs } = await runAction([{}], operation(name, parameters, more));
	expect(execution.status).toBe('success');
	expect(JSON.stringify(execution)).not.toContain(apiKey);
	expect(JSON.stringify(execution)).not.toContain(bearer);
	return outputs[0].map(({ json }) => json);
};
const byId = (id) => ({ webhook: { __rl: true, mode: 'id', value: id } });

test('Platform Webhook creates, lists, updates, tests, inspects and deletes a webhook', async () => {
	const hook = await createTriggerWorkflow(
		{
			platform: 'agenticflow',
			requestKind: 'event',
			authenticationMethods: ['bearer', 'signature'],
		},
		{ credentials: inbound },
	);
	const [created] = await run('create', {
		webhookName: 'Order Processing Webhook',
		url: hook.url,
		events: ['workflow.execution.completed'],
		callerAuthentication: 'bearer',
		options: {
			maxRetries: 3,
			backoffMultiplier: 2,
			conditions: '{"status": "success"}',
			includeFields: 'workflow_id, status',
			maxEvents: 100,
			maxWaitSeconds: 300,
		},
	});
	expect(created).toMatchObject({ id: expect.stringMatching(/^wh_/), status: 'active' });
	const { calls } = await control();
	expect(calls.at(-1)).toEqual({
		method: 'POST',
		path: '/api/v1/webhooks',
		body: {
			name: 'Order Processing Webhook',
			url: hook.url,
			events: ['workflow.execution.completed'],
			authentication: { type: 'bearer', token: bearer },
			conditions: { status: 'success' },
			filters: { include_fields: ['workflow_id', 'status'] },
			batch_settings: { max_events: 100, max_wait_seconds: 300 },
			retry_policy: { max_retries: 3, backoff_multiplier: 2 },
		},
	});
	const { id } = created;
	const listed = await run('getAll', { returnAll: true });
	expect(listed.find((webhook) => webhook.id === id)).toMatchObject({ url: hook.url });

	const events = ['workflow.execution.completed', 'workflow.execution.failed'];
	await run('update', { ...byId(id), events, updateFields: { webhookName: 'Renamed' } });
	expect((await webhooks()).find((webhook) => webhook.id === id)).toMatchObject({
		name: 'Renamed',
		events,
	});

	const testData = { workflow_id: 'test_workflow', status: 'success' };
	await run('test', {
		...byId(id),
		eventType: 'workflow.execution.completed',
		testData: JSON.stringify(testData),
	});
	const [execution] = await n8n.finished(hook.id);
	expect(getOutputs(execution, 'Trigger')[0][0].json).toMatchObject({
		event: 'workflow.execution.completed',
		data: testData,
	});
	expect(await run('getLogs', byId(id))).toMatchObject([{ response_code: 200, status: 'success' }]);
	expect(await run('getStats', byId(id))).toEqual([
		{ total_deliveries: 1, successful_deliveries: 1, failed_deliveries: 0 },
	]);
	expect(await run('delete', byId(id))).toEqual([{ id, deleted: true }]);
	expect((await webhooks()).some((webhook) => webhook.id === id)).toBe(false);
});

test('Platform Webhook says why a call failed and continues when On Error allows it', async () => {
	const { execution } = await runAction([{}], operation('getStats', byId('wh_gone')));
	expect(execution.status).toBe('error');
	expect(execution.data.resultData.error.message).toContain(
		"AgenticFlow answered GET /api/v1/webhooks/wh_gone/stats with 404: Webhook 'wh_gone' does not exist",
	);
	const [going] = await run('getStats', byId('wh_gone'), { onError: 'continueRegularOutput' });
	expect(going.error).toContain('404');
});

describe('a trigger that registers itself with the platform', () => {
	const registering = async (more = {}, credentials = { ...inbound, ...platform }) =>
		await createTriggerWorkflow(
			{ platform: 'agenticflow', requestKind: 'event', register: true, ...more },
			{ credentials },
		);
	const at = async (url) => (await webhooks()).filter((webhook) => webhook.url.startsWith(url));

	test('registers for the chosen events, receives them, and deregisters when unpublished', async () => {
		const events = ['agent.conversation.completed'];
		const hook = await registering({ events });
		const [webhook, ...others] = await at(hook.url);
		expect(others).toEqual([]);
		expect(webhook).toMatchObject({ url: hook.url, events });
		await axios.post(
			`${api}/api/v1/webhooks/${webhook.id}/test`,
			{ event: events[0], test_data: { agent_id: 'agent_abc123' } },
			{ headers: { authorization: `Bearer ${apiKey}` } },
		);
		const [execution] = await n8n.finished(hook.id);
		expect(getOutputs(execution, 'Trigger')[0][0].json).toMatchObject({
			event: events[0],
			data: { agent_id: 'agent_abc123' },
			authentication: ['signature'],
		});
		await n8n.deactivate(hook.id);
		const left = await stage.readUntil(
			({ length }) => length === 0,
			async () => await at(hook.url),
		);
		expect(left).toEqual([]);

		await n8n.activate(hook.id);
		expect(await at(hook.url)).toHaveLength(1);
		// The platform has no such webhook anymore, so unpublishing must not fail.
		const [again] = await at(hook.url);
		await axios.delete(`${api}/api/v1/webhooks/${again.id}`, {
			headers: { authorization: `Bearer ${apiKey}` },
		});
		await n8n.deactivate(hook.id);
	});

	test('registers for all events when none is chosen, with the token that callers need', async () => {
		const hook = await registering({ authenticationMethods: ['bearer', 'signature'] });
		const [webhook] = await at(hook.url);
		expect(webhook.events).toHaveLength(8);
		expect(webhook.authentication).toEqual({ type: 'bearer', token: bearer });
	});

	test('registers with a URL token that no item shows', async () => {
		const hook = await registering({ authenticationMethods: ['urlToken', 'signature'] });
		const [webhook] = await at(hook.url);
		expect(webhook.url).toBe(`${hook.url}?token=${urlToken}`);
		const listed = await run('getAll', { returnAll: true });
		expect(listed.find(({ id }) => id === webhook.id)).toMatchObject({ url: hook.url });
		expect(JSON.stringify(listed)).not.toContain(urlToken);
	});

	test('says why it cannot register', async () => {
		const wrongKey = await n8n.createCredential('agentWebhookPlatformApi', 'Wrong', {
			platform: 'agenticflow',
			baseUrl: api,
			apiKey: 'wrong',
		});
		const nowhere = await n8n.createCredential('agentWebhookPlatformApi', 'Nowhere', {
			platform: 'agenticflow',
			baseUrl: 'http://127.0.0.1:9',
			apiKey,
		});
		await Promise.all(
			[
				[{}, { ...inbound, ...wrongKey }, 'answered GET /api/v1/webhooks with 401'],
				[{}, { ...inbound, ...nowhere }, 'AgenticFlow could not be reached at http://127.0.0.1:9'],
				[
					{ authenticationMethods: ['basic'] },
					{ ...inbound, ...platform },
					'Callers must present a user and password',
				],
			].map(async ([more, credentials, message]) => {
				await expect(registering(more, credentials)).rejects.toThrow(message);
			}),
		);
	});
});
