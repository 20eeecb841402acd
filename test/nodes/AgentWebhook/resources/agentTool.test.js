/** The operations that an AI agent uses as tools say in one line what happened. */
const { createStore } = require('../../../unit/outbox/memoryTables');

let mockStore;

jest.mock('../../../../build/nodes/shared/outbox/dataTables', () => ({
	openDataTables: () => mockStore.connect(),
}));

const { execute } = require('../../../harness/contexts');
const { fillInDefaults } = require('../../operations');
const { useRecordingServer } = require('../../recordingServer');

const receiver = useRecordingServer();
const credentials = {
	agentWebhookOutboxApi: { outboxName: 'outbox', encryptionSecret: 'k'.repeat(64) },
};

/** Runs an operation, and returns the items of its first output: an agent reads no other. */
async function act(resource, operation, parameters, tool = true) {
	const filled = fillInDefaults('agentWebhook', { resource, operation, ...parameters });
	const { outputs } = await execute(filled, [{ json: {} }], { credentials, tool });
	return outputs[0].map(({ json }) => json);
}

const byId = (value) => ({ __rl: true, mode: 'id', value });

const send = async (tool) =>
	await act(
		'event',
		'send',
		{
			sendTo: 'subscribers',
			customEventType: 'order.created',
			dataSource: 'json',
			data: '{}',
		},
		tool,
	);

let endpointId;

beforeEach(async () => {
	mockStore = createStore();
	const [{ id }] = await act('endpoint', 'create', {
		endpointName: 'Shop',
		url: receiver.url,
		platform: 'standardWebhooks',
		eventTypes: 'order.*',
		retrySchedule: 'none',
		options: { allowHttp: true, allowInternal: true },
	});
	endpointId = id;
});

const DELIVERED = 'Delivered: order.created to Shop with status 200 after 1 attempt.';

test('Send says what was delivered, and which endpoint begins to fail', async () => {
	expect((await send()).map(({ summary }) => summary)).toEqual([DELIVERED]);
	receiver.answer = (response) => response.writeHead(500).end();
	expect((await send()).map(({ summary }) => summary)).toEqual([
		'Failed: order.created to Shop after 1 attempt. It is not retried. The endpoint answered with status 500. No retries are allowed.',
		expect.stringMatching(/^endpoint\.failing Shop: /),
		'delivery.exhausted Shop: A delivery failed and is not retried',
	]);
});

test('Send says that nobody is subscribed', async () => {
	await act('endpoint', 'delete', { endpoint: byId(endpointId) });
	expect((await send())[0].summary).toBe(
		'Not sent: order.created. No endpoint is subscribed to this event',
	);
});

test('Delivery → Get and Replay say what happened to a delivery', async () => {
	receiver.answer = (response) => response.writeHead(500).end();
	const [{ delivery_id: id }] = await send();
	const [got] = await act('delivery', 'get', { deliveryId: byId(id) });
	expect(got).toMatchObject({
		summary: expect.stringMatching(/^Failed: order\.created to Shop after 1 attempt\./),
		status: 'failed',
	});
	receiver.answer = (response) => response.end();
	const [replayed] = await act('delivery', 'replay', { deliveryId: byId(id) });
	expect(replayed.summary).toBe(
		'Delivered: order.created to Shop with status 200 after 2 attempts.',
	);
});

test('Endpoint → Test says whether the endpoint works', async () => {
	const [works] = await act('endpoint', 'test', { endpoint: byId(endpointId) });
	expect(works.summary).toBe('Delivered: webhook.test to Shop with status 200.');
	receiver.answer = (response) => response.writeHead(401).end();
	const [fails] = await act('endpoint', 'test', { endpoint: byId(endpointId) });
	expect(fails.summary).toBe(
		'Failed: webhook.test to Shop. It is not retried. The endpoint answered with status 401.',
	);
});

test('items of a workflow have no such line', async () => {
	const [sent] = await send(false);
	expect(sent).not.toHaveProperty('summary');
	const [got] = await act('delivery', 'get', { deliveryId: byId(sent.delivery_id) }, false);
	expect(got).not.toHaveProperty('summary');
	const [tested] = await act('endpoint', 'test', { endpoint: byId(endpointId) }, false);
	expect(tested).not.toHaveProperty('summary');
});
