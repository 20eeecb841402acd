/**
 * Tests the templates as a person uses them: imports them unchanged, fills in credentials and URLs, and
 * calls them over HTTP. The tests of the outbox, of the retry loop and of Remove Duplicates cover their
 * own templates.
 */
const { fork } = require('node:child_process');
const { createHmac } = require('node:crypto');
const fs = require('node:fs');
const https = require('node:https');
const path = require('node:path');

const axios = require('axios');

const { makeCertificate } = require('../harness/certificate');
const {
	findParameterIssues,
	resolveParameters,
	readTemplate,
	TEMPLATES,
} = require('../harness/templates');

const stage = require('./stage');

const { base, planResponses, readInbox, n8n, newSecret, newStandardSecret, post, receiver } = stage;
const { setReceiverSecrets, uniqueName } = stage;

const secret = newSecret();
const otherSecret = newSecret();
const standardSecret = newStandardSecret();
const imported = [];

const hex = (content, key = secret) => createHmac('sha256', key).update(content).digest('hex');
const now = () => String(Math.floor(Date.now() / 1000));
const page = (platform, name) =>
	fs.readFileSync(path.join(__dirname, '../pages', platform, `${name}.json`), 'utf8');

let standard;

const inboundWith = async (key, more = {}) =>
	await n8n.createCredential('agentWebhookInboundApi', 'Inbound', {
		signatureScheme: 'platform',
		signingSecret: key,
		...more,
	});

beforeAll(async () => {
	await setReceiverSecrets({ standard: standardSecret });
	standard = await n8n.createCredential('agentWebhookOutboundApi', 'Outbound', {
		authentication: 'none',
		signatureScheme: 'platform',
		signingSecret: standardSecret,
	});
});

afterAll(async () => {
	for (const id of imported) await n8n.deactivate(id);
});

/**
 * Imports a template and activates it.
 * @param fillIn what a person fills in: by node, its credentials, parameters, options and settings
 */
async function importTemplate(name, fillIn) {
	const template = readTemplate(name);
	for (const [nodeName, { credentials, parameters, options, ...settings }] of Object.entries(
		fillIn,
	)) {
		const node = template.nodes.find((one) => one.name === nodeName);
		Object.assign(node, settings, credentials && { credentials });
		Object.assign(node.parameters, parameters);
		node.parameters.options = { ...node.parameters.options, ...options };
	}
	const id = await n8n.createWorkflow(template);
	imported.push(id);
	return id;
}

/** Returns the items that reached a node in all its runs. */
const getItems = (execution, name) =>
	(execution.data.resultData.runData[name] ?? []).flatMap(({ data }) => data?.main?.[0] ?? []);

/** Checks that the example that a template opens with has the fields of a real item. */
function expectExample(template, execution, node) {
	const [{ json }] = readTemplate(template).pinData[node];
	expect(Object.keys(json)).toEqual(Object.keys(getItems(execution, node)[0].json));
}

const bodies = async (box) => (await readInbox(box)).map(({ body }) => JSON.parse(body));
const down = (times) => Array(times).fill({ status: 503 });

describe('n8n and the templates', () => {
	let types;

	beforeAll(async () => {
		const { data } = await axios.get(`${base}/types/nodes.json`, {
			headers: { cookie: n8n.cookie, 'browser-id': n8n.browserId },
		});
		types = data;
	});

	test.each(TEMPLATES)('knows every node of %s with its version and parameters', (name) => {
		for (const node of readTemplate(name).nodes) {
			const description = types.find(
				(type) => type.name === node.type && [type.version].flat().includes(node.typeVersion),
			);
			expect({ node: node.name, known: description !== undefined }).toEqual({
				node: node.name,
				known: true,
			});
			expect(resolveParameters(description, node)).toMatchObject(node.parameters);
			expect(findParameterIssues(description, node)).toEqual({});
		}
	});
});

describe('the quick-start template', () => {
	const token = newSecret();
	const box = uniqueName('quick-start');
	const url = `${base}/webhook/webhooks/agents/quick-start`;
	const body = page('agenticflow', 'agentMessage');
	const headers = (key) => ({
		Authorization: `Bearer ${token}`,
		'X-AgenticFlow-Signature': `sha256=${hex(body, key)}`,
	});
	let id;

	beforeAll(async () => {
		id = await importTemplate('quick-start', {
			'Agent Message': { credentials: await inboundWith(secret, { bearerTokens: token }) },
			'Send Event': {
				credentials: standard,
				parameters: { url: `${receiver}/receive/standardwebhooks/${box}` },
				options: { allowHttp: true },
			},
		});
	});

	test('forwards a signed message as a signed event and answers', async () => {
		const { status, data } = await post(url, body, headers());
		expect([status, data.success]).toEqual([200, true]);
		const [{ verified, body: event, headers: sent }] = await readInbox(box);
		expect(verified).toBe(true);
		expect(JSON.parse(event)).toMatchObject({
			type: 'agent.message.received',
			data: { message: 'Hello, I need help with my order #12345', user_id: 'user_123' },
		});
		expect(data.data).toMatchObject({ status: 'delivered', event_id: sent['webhook-id'] });
	});

	test('says so when the endpoint does not accept the event', async () => {
		await planResponses(box, [{ status: 400 }]);
		const { status, data } = await post(url, body, headers());
		expect([status, data.error.code]).toEqual([502, 'DELIVERY_FAILED']);
	});

	test('starts no execution for a message signed with another secret', async () => {
		const [first, ...others] = await n8n.finished(id, 2);
		expectExample('quick-start', first, 'Agent Message');
		const length = 1 + others.length;
		const { status, data } = await post(url, body, headers(otherSecret));
		expect([status, data.error.code]).toEqual([401, 'SIGNATURE_INVALID']);
		expect(await n8n.executions(id)).toHaveLength(length);
	});
});

describe('the event-to-slack template', () => {
	const box = uniqueName('slack');
	const url = `${base}/webhook/webhooks/events/event-to-slack`;
	const send = async (body, key) =>
		await post(url, body, { 'X-AgenticFlow-Signature': `sha256=${hex(body, key)}` });
	const example = JSON.parse(page('agenticflow', 'workflow.execution.completed'));
	const completed = (data) => JSON.stringify({ ...example, data: { ...example.data, ...data } });
	let id;
	let slackMessage;

	beforeAll(async () => {
		({ slackMessage } = await import('../pages/agenticflow.mjs'));
		id = await importTemplate('event-to-slack', {
			'Workflow Completed': { credentials: await inboundWith(secret) },
			'Post to Slack': {
				waitBetweenTries: 100,
				parameters: { url: `${receiver}/receive/none/${box}` },
			},
		});
		// Slack's response.
		await planResponses(box, [{ reply: 'ok', headers: { 'content-type': 'text/html' } }]);
	});

	test('posts the message that AgenticFlow’s page shows, byte for byte', async () => {
		const { status, data } = await send(page('agenticflow', 'workflow.execution.completed'));
		expect([status, data]).toEqual([200, '']);
		const [{ body, headers }] = await readInbox(box);
		expect(body).toBe(slackMessage(example));
		expect(JSON.parse(body).attachments[0]).toEqual({
			color: 'good',
			fields: [
				{ title: 'Duration', value: '300s', short: true },
				{ title: 'Credits Used', value: 4.5, short: true },
			],
		});
		expect(headers['content-type']).toContain('application/json');
	});

	test('colors messages about failures', async () => {
		const body = completed({ execution_id: 'exec_2', status: 'error' });
		await send(body);
		expect((await readInbox(box)).at(-1).body).toBe(slackMessage(JSON.parse(body)));
		expect((await bodies(box)).at(-1).attachments[0].color).toBe('danger');
	});

	test('lets AgenticFlow redeliver what Slack did not accept and posts it once', async () => {
		const { length } = await readInbox(box);
		const body = completed({ execution_id: 'exec_3' });
		await planResponses(box, down(3));
		expect((await send(body)).status).toBe(500);
		expect(await readInbox(box)).toHaveLength(length + 3);
		expect((await send(body)).status).toBe(200);
		expect((await send(body)).data).toMatchObject({ status: 'duplicate' });
		expect(await readInbox(box)).toHaveLength(length + 4);
	});

	test('starts no execution for a forged event or another event type', async () => {
		const executions = await n8n.finished(id, 4);
		expectExample('event-to-slack', executions[0], 'Workflow Completed');
		const { length } = executions;
		const posted = await readInbox(box);
		const body = completed({ execution_id: 'exec_4' });
		expect((await send(body, otherSecret)).status).toBe(401);
		const other = await send(page('agenticflow', 'agent.conversation.completed'));
		expect([other.status, other.data.status]).toEqual([200, 'ignored']);
		expect(await n8n.executions(id)).toHaveLength(length);
		expect(await readInbox(box)).toEqual(posted);
	});
});

describe('the conversation-to-table template', () => {
	const NAME = 'agenticflow_conversations';
	const url = `${base}/webhook/webhooks/events/conversation-to-table`;
	const send = async (body, key) =>
		await post(url, body, { 'X-AgenticFlow-Signature': `sha256=${hex(body, key)}` });
	const example = JSON.parse(page('agenticflow', 'agent.conversation.completed'));
	const conversation = (data, timestamp = '2024-01-15T11:00:00Z') =>
		JSON.stringify({ ...example, timestamp, data: { ...example.data, ...data } });
	const FIRST_ROW = {
		agent_id: 'agent_abc123',
		conversation_id: 'conv_1234567890',
		user_id: 'user_123',
		completed_at: '2024-01-15T10:30:00.000Z',
		satisfaction_score: 4.5,
		credits_used: 12,
	};
	let id;

	async function tables() {
		const filter = encodeURIComponent(JSON.stringify({ name: NAME }));
		const { data } = await n8n.rest('GET', `/data-tables-global?take=250&filter=${filter}`);
		return data;
	}
	async function getRows(name) {
		const table = (await tables()).find((one) => one.name === name);
		const { data } = await n8n.rest(
			'GET',
			`/projects/${table.projectId}/data-tables/${table.id}/rows`,
		);
		return data.map(({ id: _id, createdAt: _created, updatedAt: _updated, ...row }) => row);
	}

	beforeAll(async () => {
		expect(await tables()).toEqual([]);
		id = await importTemplate('conversation-to-table', {
			'Conversation Completed': { credentials: await inboundWith(secret) },
		});
	});

	test('creates the table and a row with the six documented fields', async () => {
		const { status, data } = await send(page('agenticflow', 'agent.conversation.completed'));
		expect([status, data]).toEqual([200, '']);
		const [{ columns }, ...others] = await tables();
		expect(others).toEqual([]);
		expect(Object.fromEntries(columns.map(({ name, type }) => [name, type]))).toEqual({
			agent_id: 'string',
			conversation_id: 'string',
			user_id: 'string',
			completed_at: 'date',
			satisfaction_score: 'number',
			credits_used: 'number',
		});
		expect(await getRows(NAME)).toEqual([FIRST_ROW]);
	});

	test('keeps one row per conversation, however often it arrives', async () => {
		const again = await send(page('agenticflow', 'agent.conversation.completed'));
		expect(again.data).toMatchObject({ status: 'duplicate' });
		expect(await getRows(NAME)).toEqual([FIRST_ROW]);
		// Another delivery, e.g. after a restart, or with later data.
		expect((await send(conversation({ satisfaction_score: 5 }))).status).toBe(200);
		expect(await getRows(NAME)).toEqual([{ ...FIRST_ROW, satisfaction_score: 5 }]);
	});

	test('keeps another conversation in its own row, with the fields it has', async () => {
		const body = conversation({
			conversation_id: 'conv_2',
			user_id: null,
			satisfaction_score: undefined,
		});
		expect((await send(body)).status).toBe(200);
		expect((await getRows(NAME)).slice(1)).toEqual([
			{ ...FIRST_ROW, conversation_id: 'conv_2', user_id: null, satisfaction_score: null },
		]);
		expect(await tables()).toHaveLength(1);
	});

	test('never merges conversations when the event names none', async () => {
		for (const conversation_id of [null, undefined, null]) {
			const body = conversation({ conversation_id, user_id: uniqueName('user') });
			expect((await send(body)).status).toBe(200);
		}
		const unnamed = (await getRows(NAME)).slice(2);
		expect(unnamed.map(({ conversation_id }) => conversation_id)).toEqual([null, null, null]);
		expect(new Set(unnamed.map(({ user_id }) => user_id)).size).toBe(3);
	});

	test('starts no execution for a forged event', async () => {
		const executions = await n8n.finished(id, 6);
		expectExample('conversation-to-table', executions[0], 'Conversation Completed');
		const { length } = executions;
		const body = conversation({ conversation_id: 'conv_3' });
		expect((await send(body, otherSecret)).status).toBe(401);
		expect(await n8n.executions(id)).toHaveLength(length);
		expect(await getRows(NAME)).toHaveLength(5);
	});

	test('does not write into a table with a similar name, and keeps AgenticFlow’s next delivery', async () => {
		const [{ projectId }] = await tables();
		const similar = `${NAME}_old`;
		const { id: similarId } = await n8n.rest('POST', `/projects/${projectId}/data-tables`, {
			name: similar,
			columns: [{ name: 'conversation_id', type: 'string' }],
		});
		const body = conversation({ conversation_id: 'conv_4' });
		expect((await send(body)).status).toBe(500);
		expect(await getRows(similar)).toEqual([]);
		await n8n.rest('DELETE', `/projects/${projectId}/data-tables/${similarId}`);
		expect((await send(body)).status).toBe(200);
		expect((await getRows(NAME)).at(-1).conversation_id).toBe('conv_4');
	});
});

describe('the provider-to-event template', () => {
	const box = uniqueName('provider');
	const stripeSecret = `whsec_${newSecret()}`;
	const getUrl = (provider) => `${base}/webhook/webhooks/events/${provider}`;
	let id;

	// The examples from GitHub's and Stripe's documentation, shortened.
	const PUSH = {
		ref: 'refs/heads/main',
		before: '6113728f27ae82c7b1a177c8d03f9e96e0adf246',
		after: '0000000000000000000000000000000000000001',
		created: false,
		deleted: false,
		repository: { id: 186853002, full_name: 'Codertocat/Hello-World' },
		pusher: { name: 'Codertocat', email: '21031067+Codertocat@users.noreply.github.com' },
		head_commit: { id: '0000000000000000000000000000000000000001', message: 'Say “hello”' },
	};
	const PAID = {
		id: 'evt_1NG8Du2eZvKYlo2CUI79vXWy',
		object: 'event',
		type: 'payment_intent.succeeded',
		created: 1686089970,
		data: {
			object: {
				id: 'pi_3NG8Du2eZvKYlo2C1a1sMzl2',
				object: 'payment_intent',
				amount: 2000,
				amount_received: 2000,
				currency: 'usd',
				customer: null,
			},
		},
	};
	const github = async (
		push,
		{ event = 'push', delivery = uniqueName('guid'), key = secret } = {},
	) => {
		const body = JSON.stringify(push);
		return await post(getUrl('github'), body, {
			'X-GitHub-Event': event,
			'X-GitHub-Delivery': delivery,
			'X-Hub-Signature-256': `sha256=${hex(body, key)}`,
		});
	};
	const stripe = async (event, key = stripeSecret) => {
		const body = JSON.stringify(event);
		const at = now();
		return await post(getUrl('stripe'), body, {
			'Stripe-Signature': `t=${at},v1=${hex(`${at}.${body}`, key)}`,
		});
	};

	beforeAll(async () => {
		id = await importTemplate('provider-to-event', {
			'GitHub Push': { credentials: await inboundWith(secret) },
			'Stripe Payment': { credentials: await inboundWith(stripeSecret) },
			'Send Event': {
				credentials: standard,
				// Three days are scaled down to seconds.
				parameters: {
					url: `${receiver}/receive/svix/${box}`,
					retrySchedule: 'list',
					retryDelays: '1 s',
				},
				options: { allowHttp: true, maxTotalWaitSeconds: 0 },
			},
		});
	});

	test('turns a push into code.pushed with GitHub’s own ID', async () => {
		expect((await github(PUSH, { delivery: 'guid-1' })).status).toBe(200);
		const [pushed] = await n8n.finished(id, 1);
		expectExample('provider-to-event', pushed, 'GitHub Push');
		const [{ verified, body, headers }] = await readInbox(box);
		expect([verified, headers['webhook-id']]).toEqual([true, 'guid-1']);
		expect(JSON.parse(body)).toEqual({
			type: 'code.pushed',
			timestamp: expect.stringMatching(/Z$/),
			data: {
				repository: 'Codertocat/Hello-World',
				ref: 'refs/heads/main',
				commit: '0000000000000000000000000000000000000001',
				message: 'Say “hello”',
				pushed_by: 'Codertocat',
			},
		});
	});

	test('turns a payment into payment.received and retries it when the endpoint fails', async () => {
		await planResponses(box, down(1));
		expect((await stripe(PAID)).status).toBe(200);
		const [, execution] = await n8n.finished(id, 2);
		expectExample('provider-to-event', execution, 'Stripe Payment');
		expect(getItems(execution, 'Delivered').map(({ json }) => json.attempts)).toEqual([2]);
		const received = (await readInbox(box)).slice(1);
		expect(received.map(({ verified, headers }) => [verified, headers['webhook-id']])).toEqual([
			[true, PAID.id],
			[true, PAID.id],
		]);
		expect(JSON.parse(received[1].body)).toEqual({
			type: 'payment.received',
			timestamp: expect.stringMatching(/Z$/),
			data: {
				payment_id: 'pi_3NG8Du2eZvKYlo2C1a1sMzl2',
				amount: 2000,
				currency: 'usd',
				customer: null,
				paid_at: '2023-06-06T22:19:30.000Z',
			},
		});
	});

	test('starts no execution for the other provider’s secret, duplicates and other events', async () => {
		const { length } = await n8n.finished(id, 2);
		expect((await github(PUSH, { key: stripeSecret })).status).toBe(401);
		expect((await stripe({ ...PAID, id: 'evt_2' }, secret)).status).toBe(401);
		const ignored = [
			await github({ zen: 'Design for failure.', hook_id: 1 }, { event: 'ping' }),
			await github({ ...PUSH, deleted: true, head_commit: null }),
			await stripe({ ...PAID, id: 'evt_3', type: 'payment_intent.created' }),
		];
		const duplicates = [await github(PUSH, { delivery: 'guid-1' }), await stripe(PAID)];
		expect([...ignored, ...duplicates].map(({ status, data }) => [status, data])).toEqual(
			Array(5).fill([200, '']),
		);
		expect(await n8n.executions(id)).toHaveLength(length);
	});
});

describe('the lead-intake template', () => {
	const insecure = new https.Agent({ rejectUnauthorized: false });
	const [crm, events] = [uniqueName('crm'), uniqueName('events')];
	const eventSecret = newSecret();
	const lead = JSON.parse(page('agentflow', 'lead'));
	let tls;
	let tlsUrl;
	let id;

	const overTls = async (url, body) =>
		(
			await axios({
				method: body ? 'POST' : 'GET',
				url: `${tlsUrl}/${url}`,
				httpsAgent: insecure,
				...(body && { data: body }),
			})
		).data;
	const send = async (body, key = secret) => {
		const text = JSON.stringify(body);
		const at = now();
		return await post(`${base}/webhook/webhooks/leads/lead-intake`, text, {
			'x-forwarded-proto': 'https',
			'X-AgentFlow-Timestamp': at,
			'X-AgentFlow-Signature': `sha256=${hex(`${at}.${text}`, key)}`,
		});
	};
	/** Returns what the CRM and the receiver of the events have after a number of executions. */
	async function after(count) {
		const executions = await n8n.finished(id, count);
		return {
			execution: executions.at(-1),
			stored: await bodies(crm),
			sent: await overTls(`inbox/${events}`),
		};
	}

	beforeAll(async () => {
		// AgentFlow's events are sent only to HTTPS URLs.
		const { cert, key } = await makeCertificate();
		tls = fork(path.join(__dirname, '../harness/receiver.mjs'), [cert, key]);
		const { port } = await new Promise((resolve) => tls.once('message', resolve));
		tlsUrl = `https://127.0.0.1:${port}`;
		await overTls('secrets', { agentflow: eventSecret });
		id = await importTemplate('lead-intake', {
			'New Lead': { credentials: await inboundWith(secret) },
			'Put into CRM': {
				waitBetweenTries: 100,
				parameters: { url: `${receiver}/receive/none/${crm}` },
			},
			'Send Event': {
				credentials: await n8n.createCredential('agentWebhookOutboundApi', 'Events', {
					authentication: 'none',
					signatureScheme: 'platform',
					signingSecret: eventSecret,
				}),
				parameters: {
					url: `${tlsUrl}/receive/agentflow/${events}`,
					retrySchedule: 'list',
					retryDelays: '1 s',
				},
				options: { skipTlsCheck: true, maxTotalWaitSeconds: 0 },
			},
		});
	});

	afterAll(() => {
		tls.kill();
	});

	test('stores a good lead and sends lead.qualified', async () => {
		// Forms send numbers as text, and the responses of CRMs differ.
		await planResponses(crm, [{ reply: [{ id: 1 }, { id: 2 }] }]);
		const { status, data } = await send({ ...lead, budget: '20000', utm: 'x' });
		expect([status, data.status]).toEqual([200, 'received']);
		const { execution, stored, sent } = await after(1);
		expect(execution.status).toBe('success');
		expectExample('lead-intake', execution, 'New Lead');
		const { timestamp: _, ...fields } = lead;
		const record = { lead_id: expect.stringMatching(/^[0-9a-f-]{36}$/), ...fields, budget: 20000 };
		expect(stored).toEqual([record]);
		const [{ verified, body }, ...others] = sent;
		expect([verified, others]).toEqual([true, []]);
		expect(JSON.parse(body)).toEqual({
			event: 'lead.qualified',
			timestamp: expect.stringMatching(/Z$/),
			data: { ...stored[0], reason: 'A company with a budget of 5,000 or more' },
		});
	});

	test('stores other leads and sends lead.rejected', async () => {
		// The page's lead has no budget, and the second one no company.
		await send(lead);
		await after(2);
		await send({ name: 'A', email: 'a@example.com', budget: 20000 });
		const { stored, sent } = await after(3);
		expect(stored).toHaveLength(3);
		expect(stored[2]).toMatchObject({ name: 'A', company: null, message: null, budget: 20000 });
		const rejected = sent.slice(1).map(({ body }) => JSON.parse(body));
		expect(rejected.map(({ event, data }) => [event, data.lead_id])).toEqual([
			['lead.rejected', stored[1].lead_id],
			['lead.rejected', stored[2].lead_id],
		]);
		expect(sent.every(({ verified }) => verified)).toBe(true);
	});

	test('fails the execution and keeps the lead while the CRM is down, so that n8n’s Retry completes it', async () => {
		await planResponses(crm, down(5));
		expect((await send({ ...lead, budget: 5000 })).status).toBe(200);
		const failed = await after(4);
		expect(failed.execution.status).toBe('error');
		expect(failed.execution.data.resultData.lastNodeExecuted).toBe('Put into CRM');
		expect(failed.stored).toHaveLength(3 + 5);
		expect(failed.sent).toHaveLength(3);
		expect(getItems(failed.execution, 'New Lead')[0].json.body.email).toBe(lead.email);

		await n8n.rest('POST', `/executions/${failed.execution.id}/retry`, { loadWorkflow: false });
		const { execution, stored, sent } = await after(5);
		expect(execution.status).toBe('success');
		expect(stored.slice(3)).toEqual(Array(6).fill(stored[3]));
		expect(JSON.parse(sent[3].body)).toMatchObject({
			event: 'lead.qualified',
			data: { lead_id: stored[3].lead_id },
		});
	});

	test('sends an event again when the endpoint does not accept it', async () => {
		await overTls(`behave/${events}`, down(1));
		await send({ ...lead, email: 'b@example.com' });
		const { execution, sent } = await after(6);
		expect(getItems(execution, 'Delivered').map(({ json }) => json.attempts)).toEqual([2]);
		expect(sent.slice(4).map(({ verified }) => verified)).toEqual([true, true]);
		expect(new Set(sent.slice(4).map(({ body }) => body)).size).toBe(1);
	});

	test('starts no execution for a forged lead or a body that is not a lead', async () => {
		const forged = await send(lead, eventSecret);
		expect([forged.status, forged.data.status]).toEqual([401, 'rejected']);
		expect((await send({ name: 'A' })).status).toBe(422);
		expect(await n8n.executions(id)).toHaveLength(6);
		expect(await bodies(crm)).toHaveLength(10);
	});
});
