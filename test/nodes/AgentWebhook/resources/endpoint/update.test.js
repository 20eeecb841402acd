/** What Endpoint → Update says about its changes, and the hints and notices about batches. */
const { createStore } = require('../../../../unit/outbox/memoryTables');

let mockStore;

jest.mock('../../../../../build/nodes/shared/outbox/dataTables', () => ({
	openDataTables: () => mockStore.connect(),
}));

const { execute } = require('../../../../harness/contexts');
const { fillInDefaults, listNotices } = require('../../../operations');

const credentials = {
	agentWebhookOutboxApi: { outboxName: 'outbox', encryptionSecret: 'k'.repeat(64) },
};
const BATCHES = { batch: { settings: { maxEvents: 10 } } };

beforeEach(() => {
	mockStore = createStore();
});

async function run(parameters, { items = [{ json: {} }], ...more } = {}) {
	const filled = fillInDefaults('agentWebhook', parameters);
	const { hints, outputs } = await execute(filled, items, { credentials, ...more });
	return {
		hints: hints.map(({ message }) => message),
		outputs: outputs.map((output) => output.map(({ json }) => json)),
	};
}

const create = async (options = {}) =>
	await run({
		resource: 'endpoint',
		operation: 'create',
		endpointName: 'Shop',
		url: 'https://example.com/hooks',
		platform: 'standardWebhooks',
		options,
	});

const update = async (updateFields) =>
	await run({
		resource: 'endpoint',
		operation: 'update',
		endpoint: { __rl: true, mode: 'name', value: 'Shop' },
		updateFields,
	});

test('Update returns what it changed', async () => {
	await create();
	const { hints, outputs } = await update({ eventTypes: 'order.*', timeoutSeconds: 7 });
	expect(outputs[0]).toMatchObject([
		{
			name: 'Shop',
			events: ['order.*'],
			changed: {
				events: { from: [], to: ['order.*'] },
				timeout_seconds: { from: null, to: 7 },
			},
		},
	]);
	expect(hints).toEqual([]);
});

test('Update says that nothing changed', async () => {
	await create();
	await update({ eventTypes: 'order.*' });
	const { hints, outputs } = await update({ eventTypes: 'order.*' });
	expect(outputs[0][0].changed).toEqual({});
	expect(hints).toEqual([expect.stringContaining('nothing changed')]);
});

test.each([
	['create', 'options'],
	['update', 'updateFields'],
])('%s says that Deliver Due sends batches, as soon as they are added', (operation, collection) => {
	const noticesWith = (fields) =>
		listNotices('agentWebhook', { resource: 'endpoint', operation, [collection]: fields });
	expect(noticesWith(BATCHES)).toContain('batchNotice');
	expect(noticesWith({})).not.toContain('batchNotice');
});

describe('the hint of a send about deliveries on Pending', () => {
	const send = async (more) =>
		await run(
			{
				resource: 'event',
				operation: 'send',
				sendTo: 'subscribers',
				customEventType: 'order.created',
			},
			{ items: [{ json: { n: 1 } }, { json: { n: 2 } }], ...more },
		);

	test('names Deliver Due if deliveries wait for their batch', async () => {
		await create(BATCHES);
		const { hints, outputs } = await send();
		expect(outputs[1]).toHaveLength(2);
		expect(hints).toEqual([expect.stringMatching(/2 waiting for a batch\. .*Deliver Due/)]);
	});

	test('is absent if nothing waits, and for an AI agent', async () => {
		expect((await send()).hints).toEqual([]);
		await create(BATCHES);
		expect((await send({ tool: true })).hints).toEqual([]);
	});
});
