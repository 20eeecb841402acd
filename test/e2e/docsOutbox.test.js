/** Follows the pages about the outbox as a stranger does: their steps, commands, expressions, schemas and items. */
const { randomUUID } = require('node:crypto');

const { listBlocks, listCode, readSection, toLine } = require('../harness/documents');

const { listTemplates, openTemplate, runByHand, runCommand } = require('./docsStage');
const stage = require('./stage');

const { ACTION, TRIGGER, chain, createActor, getOutputs, n8n, newSecret, newStandardSecret } =
	stage;
const { node, planResponses, post, readInbox, receiver, setReceiverSecrets } = stage;
const { standardHeaders, uniqueName } = stage;

jest.setTimeout(200_000);

const activeIds = [];
let credentials;

beforeAll(async () => {
	credentials = await n8n.createCredential('agentWebhookOutboxApi', 'Outbox', {
		encryptionSecret: newSecret(),
		outboxName: uniqueName('docs').replaceAll('-', '_'),
		sendAlerts: true,
	});
});

afterAll(async () => {
	for (const id of activeIds) await n8n.deactivate(id);
	await stage.deactivateWorkflows();
});

const { act, done } = createActor(() => credentials);

async function publish(workflow) {
	const id = await n8n.createWorkflow(workflow);
	activeIds.push(id);
	return id;
}

const byId = (value) => ({ __rl: true, mode: 'id', value });

/** Registers an endpoint at the receiver. Returns its item and its inbox. */
async function register(eventTypes, { options, ...parameters } = {}) {
	const box = uniqueName('docs');
	const [[endpoint]] = await done('endpoint', 'create', {
		endpointName: box,
		url: `${receiver}/receive/none/${box}`,
		platform: 'standardWebhooks',
		eventTypes,
		retrySchedule: 'none',
		options: { allowHttp: true, allowInternal: true, ...options },
		...parameters,
	});
	return { box, ...endpoint };
}

const send = async (customEventType, items, options = {}, more = {}) =>
	await act('event', 'send', { sendTo: 'subscribers', customEventType, options, ...more }, items);

const readBodies = async (box) => (await readInbox(box)).map(({ body }) => JSON.parse(body));

describe('docs/endpoints.md', () => {
	const page = 'docs/endpoints.md';

	test('its steps lead to a signed event at a subscriber, and to the log', async () => {
		const section = readSection(page, 'Step by step');
		const [fanOut, deliverDue] = listTemplates(section).map((name) =>
			openTemplate(name, credentials),
		);
		const box = uniqueName('docs');
		const { parameters } = fanOut.find('Register an Endpoint');
		parameters.endpointName = box;
		parameters.url = `${receiver}/receive/standardwebhooks/${box}`;
		// The receiver is on this machine, without TLS.
		parameters.options = { allowHttp: true, allowInternal: true };
		const id = await publish(fanOut.workflow);
		await publish(deliverDue.workflow);
		const [registered] = await runByHand(id, 'By Hand', 'Register an Endpoint');
		await setReceiverSecrets({ standard: registered.signing_secret });
		const [command] = listBlocks(section, 'sh');
		await runCommand(command);
		await n8n.finished(id, 2);
		for (const activeId of activeIds.splice(0)) await n8n.deactivate(activeId);
		const sent = JSON.parse(/-d '([^']*)'/.exec(command)[1]);
		const [received, ...more] = await readInbox(box);
		expect(more).toEqual([]);
		expect(received.verified).toBe(true);
		expect(JSON.parse(received.body)).toMatchObject({ type: sent.type, data: sent.data });
		const [log] = await done('delivery', 'getAll', { returnAll: true });
		expect(log).toMatchObject([{ status: 'delivered', event: sent.type, endpoint_name: box }]);
	});

	test('its idempotency key of several fields sends an event once', async () => {
		const { box } = await register('keyed');
		const key = listCode(readSection(page, 'Send to subscribers')).find((code) =>
			code.startsWith('{{ { order'),
		);
		const items = [
			{ id: 7, line: 1 },
			{ id: 7, line: 2 },
		];
		const options = { idempotencyKey: `=${key}` };
		for (const duplicate of [false, true]) {
			const { outputs } = await send('keyed', items, options);
			expect(outputs[0]).toMatchObject(items.map(() => ({ status: 'delivered', duplicate })));
		}
		expect((await readBodies(box)).map(({ data }) => data.line).sort()).toEqual([1, 2]);
	});

	test('its expression for the inbound event ID names the received event', async () => {
		const secret = newStandardSecret();
		const inbound = await n8n.createCredential('agentWebhookInboundApi', 'In', {
			methods: ['signature'],
			signatureScheme: 'platform',
			signingSecret: secret,
		});
		const expression = listCode(readSection(page, 'Events in the log')).find((code) =>
			code.startsWith('{{'),
		);
		const path = uniqueName('docs');
		const trigger = node(
			'Agent Webhook Trigger',
			TRIGGER,
			{ platform: 'standardWebhooks', requestKind: 'event', path },
			{ webhookId: randomUUID(), credentials: inbound },
		);
		const sending = node(
			'Send',
			ACTION,
			{
				resource: 'event',
				operation: 'send',
				sendTo: 'subscribers',
				customEventType: 'caused',
				options: { inboundEventId: `=${expression}` },
			},
			{ credentials },
		);
		const id = await publish({
			name: path,
			nodes: [trigger, sending],
			connections: chain(trigger, sending),
		});
		const body = JSON.stringify({ type: 'order.paid', timestamp: new Date(), data: {} });
		const headers = standardHeaders(body, { secret, id: 'msg_docs' });
		expect((await post(stage.triggerUrl('event', path), body, headers)).status).toBe(200);
		await n8n.finished(id);
		const [events] = await done('event', 'getAll', { filters: { inboundEventId: 'msg_docs' } });
		expect(events).toMatchObject([{ event: 'caused', inbound_event_id: 'msg_docs' }]);
	});
});

test('docs/event-types.md: its schema refuses its data for its reason', async () => {
	const page = 'docs/event-types.md';
	const steps = readSection(page, 'Step by step');
	const [schema] = listBlocks(steps, 'json');
	const [name] = listCode(steps);
	await done('eventType', 'create', { eventTypeName: name, schema });
	const check = readSection(page, 'Check data');
	const [, reason] = /^> (.*)$/m.exec(check);
	const [, wrong] = /begins like this for `([^`]*)`/.exec(toLine(check));
	const { box } = await register(name);
	const catalog = {
		eventTypeSource: 'catalog',
		catalogEventType: { __rl: true, mode: 'list', value: name },
	};
	const items = [JSON.parse(wrong), { id: 7, total: 0 }];
	const { outputs } = await send(name, items, { checkData: 'refuse' }, catalog);
	expect(outputs[2]).toMatchObject([
		{ code: 'EVENT_DATA_REFUSED', error_message: expect.stringContaining(reason) },
	]);
	expect((await readBodies(box)).map(({ data }) => data)).toEqual([items[1]]);
	const alone = await send(name, [items[0]], { checkData: 'refuse' }, catalog);
	expect([alone.status, alone.error]).toEqual(['error', expect.stringContaining(reason)]);
});

test('docs/tenants.md: its expression sends to the customer’s endpoints, and keys need a tenant', async () => {
	const expression = listCode(readSection('docs/tenants.md', 'Step by step')).find((code) =>
		code.startsWith('{{'),
	);
	const tenant = uniqueName('customer');
	const { box } = await register('billed', { options: { tenant } });
	const { outputs } = await send('billed', [{ customer_id: tenant }], { tenant: `=${expression}` });
	expect(outputs[0]).toMatchObject([{ status: 'delivered', tenant_id: tenant }]);
	expect(await readInbox(box)).toHaveLength(1);
	const key = { tenantId: tenant, keyAccess: 'tenant', keyRights: ['read'] };
	expect((await act('tenant', 'createApiKey', key)).error).toContain('There is no tenant');
	await done('tenant', 'create', { tenantId: tenant });
	const [[created]] = await done('tenant', 'createApiKey', key);
	expect(created).toMatchObject({ tenant_id: tenant, rights: ['read'] });
});

test('docs/alerts.md: an endpoint that names alerts gets the data of the page', async () => {
	const section = readSection('docs/alerts.md', 'As events');
	const [example] = listBlocks(section, 'json').map((json) => JSON.parse(json));
	const paragraph = toLine(section);
	const [, absent] = /have neither (.*?)\. `delivery/.exec(paragraph);
	const [, added] = /`delivery\.exhausted` has (.*?) in addition/.exec(paragraph);
	const pattern = listCode(section).find((code) => code.endsWith('.*'));
	const rule = { disableRule: 'consecutiveFailures', disableCount: 2 };
	const shop = await register('alerted', { options: rule });
	const { box } = await register(`${pattern}, delivery.exhausted`);
	await planResponses(shop.box, [{ status: 500 }]);
	await send('alerted', [{ n: 1 }]);
	const received = await readBodies(box);
	const told = Object.fromEntries(received.map(({ data, type }) => [type, data]));
	expect(Object.keys(told).sort()).toEqual(['delivery.exhausted', 'endpoint.failing']);
	expect(Object.keys(told['endpoint.failing'])).toEqual(Object.keys(example));
	expect(told['endpoint.failing']).toMatchObject({ endpoint_id: shop.id, progress: 0.5 });
	const common = Object.keys(example).filter((field) => !listCode(absent).includes(field));
	expect(Object.keys(told['delivery.exhausted']).sort()).toEqual(
		[...common, ...listCode(added)].sort(),
	);
});

describe('docs/workflow-endpoints.md', () => {
	const page = 'docs/workflow-endpoints.md';
	const [example] = listBlocks(readSection(page, 'Deliver to a workflow'), 'json').map((json) =>
		JSON.parse(json),
	);

	/** Publishes a workflow that others call. */
	async function publishCalled(next) {
		const called = node(
			'Called',
			'n8n-nodes-base.executeWorkflowTrigger',
			{ inputSource: 'passthrough' },
			{ typeVersion: 1.1 },
		);
		return await publish({
			name: uniqueName('called'),
			nodes: [called, next],
			connections: chain(called, next),
		});
	}

	/** Returns the items of the only call of a workflow. */
	async function readCall(id) {
		const [execution, ...others] = await n8n.finished(id);
		expect(others).toEqual([]);
		return getOutputs(execution, 'Called')[0].map(({ json }) => json);
	}

	const sendExample = async (type) =>
		await send(type, [{}], {}, { dataSource: 'json', data: JSON.stringify(example.data) });

	test('a workflow gets the item of the page', async () => {
		const id = await publishCalled(node('End', 'n8n-nodes-base.noOp', {}));
		const endpoint = { deliverTo: 'workflow', workflowId: byId(id), endpointName: 'Stock' };
		await done('endpoint', 'create', { ...endpoint, eventTypes: example.event });
		await sendExample(example.event);
		const [item, ...others] = await readCall(id);
		expect(others).toEqual([]);
		expect(Object.keys(item)).toEqual(Object.keys(example));
		const { attempt, data, endpoint_name, event, hops } = example;
		expect(item).toMatchObject({ attempt, data, endpoint_name, event, hops });
		expect(item.duplicate_key).toBe(item.event_id);
	});

	test('the expression of the page makes Slack’s format', async () => {
		const [expression] = listBlocks(readSection(page, 'Transform with a workflow'), 'text');
		const edit = node(
			'Edit Fields',
			'n8n-nodes-base.set',
			{ mode: 'raw', jsonOutput: `=${expression.trim()}`, options: {} },
			{ typeVersion: 3.4 },
		);
		const id = await publishCalled(edit);
		const { box } = await register('slacked', { options: { transformWorkflowId: byId(id) } });
		const { outputs } = await sendExample('slacked');
		expect(outputs[0]).toMatchObject([{ status: 'delivered' }]);
		expect(await readBodies(box)).toEqual([{ text: `Order ${example.data.order_id} is paid` }]);
		const [item] = await readCall(id);
		expect(Object.keys(item)).toEqual([...Object.keys(example), 'body']);
	});
});
