/**
 * Follows docs/receive.md: requests, expressions, places and items as the page shows them. The suites inbound and
 * providers test the rest of what it describes.
 */
const { createHmac, randomUUID } = require('node:crypto');

const {
	AgentWebhookTrigger,
} = require('../../build/nodes/AgentWebhookTrigger/AgentWebhookTrigger.node');
const {
	listBlocks,
	listCode,
	listItalics,
	listTables,
	readPage,
	readSection,
	toLine,
} = require('../harness/documents');

const stage = require('./stage');

const { base, createTriggerWorkflow, getOutputs, n8n, newSecret, node, post, startNode } = stage;
const { TRIGGER, triggerUrl, uniqueName } = stage;

const PAGE = 'docs/receive.md';
const secret = newSecret();
const token = newSecret();

const sign = (body, key = secret) => createHmac('sha256', key).update(body).digest('hex');
const signed = (body, key) => ({ 'X-AgenticFlow-Signature': `sha256=${sign(body, key)}` });
const { properties } = new AgentWebhookTrigger().description;
const options = properties.find(({ name }) => name === 'options').options;
/** Returns an option's name in saved workflows. */
const toOption = (displayName) => options.find((option) => option.displayName === displayName).name;

let credentials;

beforeAll(async () => {
	credentials = await n8n.createCredential('agentWebhookInboundApi', 'Docs', {
		signatureScheme: 'platform',
		signingSecret: secret,
		bearerTokens: token,
	});
});

afterAll(stage.deactivateWorkflows);

/** Returns the items that a trigger started executions with, oldest first. */
const readItems = async (id, count) =>
	(await n8n.finished(id, count)).flatMap((execution) =>
		getOutputs(execution, 'Trigger')[0].map(({ json }) => json),
	);

const AGENTICFLOW = { platform: 'agenticflow', requestKind: 'event' };
const OPEN = { platform: 'custom', requestKind: 'event', authenticationMethods: [] };

test('the URL of each kind of request is as the page says', async () => {
	const [, url, agents, workflows, list] =
		/The URL is then `([^`]+)`\. The kind is `(\w+)` for agent messages and `(\w+)` for workflow runs\. For other requests it is the request kind in the plural: ([^.]+)\./.exec(
			toLine(readPage(PAGE)),
		);
	const path = uniqueName('orders');
	const kinds = [
		[agents, 'agenticflow', 'agentMessage'],
		[workflows, 'agenticflow', 'workflowRun'],
		...listCode(list).map((kind, index) => [
			kind,
			...[
				['agenticflow', 'event'],
				['agentflow', 'lead'],
				['uptiq', 'call'],
			][index],
		]),
	];
	expect(kinds).toHaveLength(5);
	const id = await n8n.createWorkflow({
		name: path,
		nodes: kinds.map(([name, platform, requestKind]) =>
			node(
				name,
				TRIGGER,
				{ platform, requestKind, path, options: { httpsOnly: false } },
				{ webhookId: randomUUID(), credentials },
			),
		),
		connections: {},
	});
	for (const [kind] of kinds) {
		const called = url.replace('https://your-n8n', base).replace('<kind>', kind);
		const { status, data } = await post(called.replace('<Path>', path), '{}');
		expect({ kind, status, success: data.success }).toEqual({ kind, status: 401, success: false });
	}
	await n8n.deactivate(id);
});

test('what is chosen in addition to “As the Platform Asks” is required, and what is on in the credential', async () => {
	const { url } = await createTriggerWorkflow(
		{ platform: 'agenticflow', authenticationMethods: ['platform', 'signature'] },
		{ credentials },
	);
	const body = '{"message":"Hello"}';
	const bearer = { Authorization: `Bearer ${token}` };
	expect((await post(url, body, bearer)).status).toBe(401);
	expect((await post(url, body, signed(body))).status).toBe(401);
	expect((await post(url, body, { ...bearer, ...signed(body) })).status).toBe(200);
});

describe('the items under “What the workflow gets”', () => {
	const section = readSection(PAGE, 'What the workflow gets');
	const [simple, full] = listBlocks(section, 'json').map((block) => JSON.parse(block));
	const body = JSON.stringify({ ...simple.envelope, data: simple.data });
	const expectLike = (item, example) => {
		expect(Object.keys(item)).toEqual(Object.keys(example));
		const { data, event, event_time, platform, authentication, signature } = example;
		expect({ ...item, received_at: null }).toMatchObject(
			JSON.parse(JSON.stringify({ data, event, event_time, platform, authentication, signature })),
		);
	};

	test('have these fields, simplified and with everything', async () => {
		for (const [example, simplify] of [
			[simple, true],
			[full, false],
		]) {
			const { id, url } = await createTriggerWorkflow(
				{ ...AGENTICFLOW, simplify },
				{ credentials },
			);
			expect((await post(url, body, signed(body))).status).toBe(200);
			const [item] = await readItems(id, 1);
			expectLike(item, example);
			if (simplify) expect(item.envelope).toEqual(simple.envelope);
			else expect(item.body).toEqual(JSON.parse(body));
		}
	});

	test('round big numbers, or have them as text', async () => {
		const [, sent, rounded] = /the ID `(\d+)` arrives as `(\d+)`/.exec(section);
		const text = `{"type":"order.created","data":{"id":${sent}}}`;
		for (const [bigNumbersAsText, expected] of [
			[false, Number(rounded)],
			[true, sent],
		]) {
			const { id, url } = await createTriggerWorkflow({ ...OPEN, options: { bigNumbersAsText } });
			expect((await post(url, text)).status).toBe(200);
			const [item] = await readItems(id, 1);
			expect(item.data.id).toBe(expected);
			expect(`${item.data.id}`).toBe(bigNumbersAsText ? sent : rounded);
		}
	});
});

describe('an event of another sender', () => {
	const section = readSection(PAGE, 'Events of other senders');

	test('is read from where its sender puts its values', async () => {
		const [rows] = listTables(section);
		const chosen = Object.fromEntries(
			rows.map(([name, , example]) => [toOption(listItalics(name)[0]), listCode(example)[0]]),
		);
		expect(Object.keys(chosen)).toHaveLength(4);
		const { id, url } = await createTriggerWorkflow({ ...OPEN, options: chosen });
		const [, header] = /header\.([\w-]+)/.exec(chosen.eventTypeFrom);
		const event = (key) =>
			JSON.stringify({
				meta: { kind: 'order.paid', id: key },
				created_at: '2024-01-20T15:30:00Z',
				payload: { amount: 5 },
			});
		expect((await post(url, event('id_1'), { [header]: 'order.created' })).status).toBe(200);
		expect((await post(url, event('id_2'))).status).toBe(200);
		expect((await post(url, event('id_2'))).data.status).toBe('duplicate');
		const items = await readItems(id, 2);
		expect(items.map((item) => item.event)).toEqual(['order.created', 'order.paid']);
		expect(items[0]).toMatchObject({
			event_time: '2024-01-20T15:30:00.000Z',
			data: { amount: 5 },
			duplicate_key: 'id_1',
		});
	});

	test('is read from the usual places without options', async () => {
		const places =
			/type from `(\w+)` or `(\w+)` in the body, its time from `(\w+)` and its data from `(\w+)`/;
		const [, first, second, time, data] = places.exec(toLine(section));
		const { id, url } = await createTriggerWorkflow(OPEN);
		for (const name of [first, second]) {
			const event = {
				[name]: 'order.created',
				[time]: '2024-01-20T15:30:00Z',
				[data]: { n: name },
			};
			expect((await post(url, JSON.stringify(event))).status).toBe(200);
		}
		const items = await readItems(id, 2);
		for (const [index, name] of [first, second].entries()) {
			expect(items[index]).toMatchObject({
				event: 'order.created',
				event_time: '2024-01-20T15:30:00.000Z',
				data: { n: name },
			});
		}
	});

	test('is a duplicate if header and field of the page’s key are the same', async () => {
		const [, key] = /your own \*Duplicate Key\*, for example `([^`]+)`/.exec(
			toLine(readPage(PAGE)),
		);
		const { url } = await createTriggerWorkflow({ ...OPEN, options: { duplicateKey: key } });
		const [, header] = /header\.([\w-]+)/.exec(key);
		const send = async (id, number) => {
			const body = `{"order":{"number":${number}},"at":"${randomUUID()}"}`;
			return (await post(url, body, { [header]: id })).data.status;
		};
		expect(await send('r1', '616581622363398142')).not.toBe('duplicate');
		expect(await send('r1', '616581622363398142')).toBe('duplicate');
		// Every digit counts.
		expect(await send('r1', '616581622363398143')).not.toBe('duplicate');
		expect(await send('r2', '616581622363398142')).not.toBe('duplicate');
	});
});

test('the rule’s expression works with and without Simplify, and converts texts to numbers', async () => {
	const section = readSection(PAGE, 'Choose what starts the workflow');
	const [expression] = listCode(section);
	const rules = {
		options: { caseSensitive: true, leftValue: '', typeValidation: 'loose', version: 2 },
		conditions: [
			{
				id: '1',
				leftValue: `=${expression}`,
				rightValue: 3,
				operator: { type: 'number', operation: 'gt' },
			},
		],
		combinator: 'and',
	};
	for (const simplify of [true, false]) {
		const parameters = { ...OPEN, simplify, conditionSource: 'rules', rules };
		const { id, url } = await createTriggerWorkflow(parameters);
		const send = async (amount) => await post(url, JSON.stringify({ type: 'a', data: { amount } }));
		expect(await send('5')).toMatchObject({ status: 200, data: { status: 'queued' } });
		expect(await send(1)).toMatchObject({ status: 200, data: { status: 'ignored' } });
		expect(await send('many')).toMatchObject({
			status: 422,
			data: { error: { code: 'VALUE_NOT_COMPARABLE' } },
		});
		expect(await readItems(id, 1)).toHaveLength(1);
	}
});

test('a rejected request gets the answer that the page shows', async () => {
	const [example] = listBlocks(readSection(PAGE, 'Rejected requests'), 'json').map((block) =>
		JSON.parse(block),
	);
	const { url } = await createTriggerWorkflow(AGENTICFLOW, { credentials });
	const body = '{"event":"agent.message.sent","data":{}}';
	const { status, data } = await post(url, body, signed(body, newSecret()));
	expect([status, data]).toEqual([401, example]);
});

test('Notion’s token is read as the page says, and events come to the same URL', async () => {
	const steps = toLine(readSection(PAGE, 'URL verifications'));
	const [, example] = /production URL, for example `([^`]+)`/.exec(steps);
	const path = uniqueName('notion');
	const url = triggerUrl('event', path);
	expect(`${base}/webhook/${example}`).toBe(triggerUrl('event', 'notion'));
	const { id } = await createTriggerWorkflow(
		{ platform: 'notion', requestKind: 'event', path },
		{ credentials },
	);
	await n8n.deactivate(id);

	const hook = startNode(example.replace('notion', path));
	const reader = await n8n.createWorkflow({
		name: `${path} reader`,
		nodes: [hook],
		connections: {},
	});
	const made = `secret_${newSecret()}`;
	expect((await post(url, JSON.stringify({ verification_token: made }))).status).toBe(200);
	const [execution] = await n8n.finished(reader);
	const [[{ json }]] = getOutputs(execution, hook.name);
	expect(json.body.verification_token).toBe(made);
	await n8n.api('DELETE', `/executions/${execution.id}`);
	await n8n.deactivate(reader);

	const notion = await n8n.createCredential('agentWebhookInboundApi', 'Notion', {
		signatureScheme: 'platform',
		signingSecret: made,
	});
	const hooked = await createTriggerWorkflow(
		{ platform: 'notion', requestKind: 'event', path },
		{ credentials: notion },
	);
	const body = '{"id":"e1","type":"page.created"}';
	const accepted = await post(url, body, { 'X-Notion-Signature': `sha256=${sign(body, made)}` });
	expect(accepted.status).toBe(200);
	expect((await readItems(hooked.id, 1))[0].event).toBe('page.created');
});

test('a delivery runs again once, as the page says under “To run deliveries again”', async () => {
	const parameters = { ...OPEN, options: { duplicateKey: 'body.id' } };
	const { id, url } = await createTriggerWorkflow(parameters);
	const send = async (key) => (await post(url, JSON.stringify({ id: key }))).data.status;
	const sendAll = async () => [await send('first'), await send('second')];
	expect(await sendAll()).toEqual(['queued', 'queued']);
	expect(await sendAll()).toEqual(['duplicate', 'duplicate']);
	const [{ duplicate_key }] = await readItems(id, 2);
	expect(duplicate_key).toBe('first');

	const { connections, name, nodes, settings } = await n8n.api('GET', `/workflows/${id}`);
	Object.assign(nodes[0].parameters.options, { [toOption('Accept Again')]: duplicate_key });
	const { executionOrder } = settings;
	const changed = { connections, name, nodes, settings: { executionOrder } };
	await n8n.api('PUT', `/workflows/${id}`, changed);
	await n8n.deactivate(id);
	await n8n.activate(id);
	expect(await sendAll()).toEqual(['queued', 'duplicate']);
	expect(await sendAll()).toEqual(['duplicate', 'duplicate']);
});
