/** Where events come from, and how the log shows it. */
const { createServer } = require('node:http');

const { createStore } = require('../../../../unit/outbox/memoryTables');

let mockStore;

jest.mock('../../../../../build/nodes/shared/outbox/dataTables', () => ({
	openDataTables: () => mockStore.connect(),
}));

const { countHops } = require('../../../../../build/nodes/AgentWebhook/resources/event/origin');
const { execute } = require('../../../../harness/contexts');
const { fillInDefaults } = require('../../../operations');

const CREDENTIALS = {
	agentWebhookOutboxApi: { outboxName: 'outbox', encryptionSecret: 'k'.repeat(64) },
};
const TRIGGER_ITEM = {
	event: 'order.paid',
	data: { id: 7 },
	duplicate_key: 'in_7',
	received_at: '2025-01-15T10:00:00.000Z',
	request_id: '1b9d6bcd',
};

let server;

beforeAll(async () => {
	server = createServer((request, response) => {
		request.resume();
		response.writeHead(503, { server: 'shop' }).end('Out of stock');
	});
	await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterAll(() => {
	server.closeAllConnections();
	server.close();
});

async function act(resource, operation, parameters = {}, items = [{}]) {
	const filled = fillInDefaults('agentWebhook', { resource, operation, ...parameters });
	const input = items.map((json) => ({ json }));
	const { outputs } = await execute(filled, input, { credentials: CREDENTIALS });
	return outputs.flat().map(({ json }) => json);
}

const send = async (items, options = {}) =>
	await act(
		'event',
		'send',
		{ sendTo: 'subscribers', customEventType: 'order.paid', options },
		items,
	);

beforeEach(async () => {
	mockStore = createStore();
	await act('endpoint', 'create', {
		endpointName: 'Shop',
		url: `http://127.0.0.1:${server.address().port}/hook`,
		platform: 'standardWebhooks',
		options: { allowHttp: true, allowInternal: true },
	});
});

test('an event that a workflow sends on knows the event that the workflow got as an endpoint', async () => {
	const got = { event_id: 'evt_7', delivery_id: 'dlv_7', endpoint_id: 'ep_7', hops: 1 };
	await send([got, { ...got, hops: undefined }]);
	const found = await act('event', 'getAll', { simplify: false });
	expect(found.map((item) => item.inbound_event_id).sort()).toEqual(['evt_7', null].sort());
});

test('an event knows its execution, workflow and node, and its item links the execution', async () => {
	await send([{ id: 1 }]);
	const [simple] = await act('event', 'getAll');
	const [{ execution_id: id, execution_url: url }] = [simple];
	expect(url).toMatch(new RegExp(`/workflow/workflow/executions/${id}$`));
	const [full] = await act('event', 'getAll', { simplify: false });
	expect(full).toMatchObject({
		execution_id: id,
		workflow_id: 'workflow',
		node_name: 'Node',
		inbound_event_id: null,
		data: { id: 1 },
	});
	expect(await act('delivery', 'getAll')).toMatchObject([{ execution_url: url }]);
	expect(await act('delivery', 'getAll', { filters: { executionId: id } })).toHaveLength(1);
	expect(await act('delivery', 'getAll', { filters: { executionId: 'x' } })).toHaveLength(0);
});

test.each([
	['the key of the trigger’s item', [TRIGGER_ITEM], {}, 'in_7'],
	['its request if it has no key', [{ ...TRIGGER_ITEM, duplicate_key: undefined }], {}, '1b9d6bcd'],
	['the option', [TRIGGER_ITEM], { inboundEventId: ' in_8 ' }, 'in_8'],
	['nothing of another item', [{ duplicate_key: 'in_9' }], {}, null],
])('the inbound event’s ID is %s', async (_, items, options, expected) => {
	await send(items, options);
	expect(mockStore.rows('events')).toMatchObject([{ inbound_event_id: expected }]);
	if (expected === null) return;
	const filters = { inboundEventId: expected };
	expect(await act('event', 'getAll', { filters })).toMatchObject([{ inbound_event_id: expected }]);
});

test('deliveries are found by several statuses, outcome, response code and text', async () => {
	await send([{ text: 'one' }, { text: 'two' }]);
	const count = async (filters) => (await act('delivery', 'getAll', { filters })).length;
	expect(await count({ status: ['pending', 'failed'] })).toBe(2);
	expect(await count({ status: 'pending' })).toBe(2);
	expect(await count({ status: [] })).toBe(2);
	expect(await count({ outcome: ['retryable'] })).toBe(2);
	expect(await count({ outcome: ['success', 'timeout'] })).toBe(0);
	expect(await count({ responseCode: '404, 5xx' })).toBe(2);
	expect(await count({ responseCode: '404' })).toBe(0);
	expect(await count({ text: 'two' })).toBe(1);
	await expect(count({ responseCode: '5x' })).rejects.toThrow('"5x" is not a response code');
});

test('a delivery has its payload, and its attempts what was answered', async () => {
	await send([{ text: 'one' }]);
	const [{ id }] = await act('delivery', 'getAll');
	const deliveryId = { __rl: true, mode: 'id', value: id };
	const [details] = await act('delivery', 'get', { deliveryId });
	expect(JSON.parse(details.payload)).toMatchObject({ type: 'order.paid', data: { text: 'one' } });
	expect(await act('delivery', 'getAttempts', { deliveryId })).toMatchObject([
		{ response: { body: 'Out of stock', body_truncated: false, headers: { server: 'shop' } } },
	]);
});

test('a forgotten payload and a deleted event are gone, and an empty ID is named', async () => {
	await send([{ text: 'one' }]);
	const [{ id }] = await act('event', 'getAll');
	const eventId = { __rl: true, mode: 'id', value: id };
	expect(await act('event', 'forgetPayload', { eventId })).toEqual([
		{ payload_forgotten: true, waiting_deliveries: 1, id },
	]);
	expect(await act('event', 'get', { eventId })).toMatchObject([{ id, data: null }]);
	await expect(act('event', 'delete', { eventId })).rejects.toThrow('still to be sent, to "Shop"');
	mockStore.edit('deliveries', 1, { status: 'failed', next_attempt_at: null });
	expect(await act('event', 'delete', { eventId })).toEqual([
		{ deleted: true, deleted_deliveries: 1, id },
	]);
	await expect(act('event', 'get', { eventId })).rejects.toThrow(`There is no event "${id}"`);
	const empty = { __rl: true, mode: 'id', value: ' ' };
	await expect(act('event', 'get', { eventId: empty })).rejects.toThrow('"Event" is empty');
});

describe('the number of workflows that an event has come through', () => {
	const [TRIGGER, CALLED] = [
		{ name: 'Trigger', type: 'n8n-nodes-agent-webhooks.agentWebhookTrigger' },
		{ name: 'Called', type: 'n8n-nodes-base.executeWorkflowTrigger' },
	];

	/** A context of a Send node in an execution that the trigger "Called" has started with an event. */
	const createContext = ({ parents = [], type = 'n8n-nodes-agent-webhooks.agentWebhook' }) => ({
		getNode: () => ({ name: 'Send', type }),
		getParentNodes: () => parents,
		isToolExecution: () => false,
		workflow: { nodes: { Send: { name: 'Send', type }, Trigger: TRIGGER, Called: CALLED } },
		evaluateExpression: (expression) => {
			if (!expression.includes('"Called"')) throw new Error('Node has not been executed');
			return JSON.stringify([{ endpoint_id: 'ep_1', hops: 3 }]);
		},
	});

	test.each([
		['the trigger before the node', { parents: [CALLED] }, 3],
		['the one that started the run, if there are several', { parents: [TRIGGER, CALLED] }, 3],
		[
			'the workflow’s triggers, if an AI agent runs the node as its tool',
			{ type: 'n8n-nodes-agent-webhooks.agentWebhookTool' },
			3,
		],
		['no trigger that the node does not follow', {}, 0],
	])('is read from %s', (_name, options, hops) => {
		expect(countHops(createContext(options))).toBe(hops);
	});
});
