/** The fields for order and the circuit breaker of Endpoint → Create and Update, and Endpoint → Pause. */
const { createStore } = require('../../../../unit/outbox/memoryTables');

let mockStore;

jest.mock('../../../../../build/nodes/shared/outbox/dataTables', () => ({
	openDataTables: () => mockStore.connect(),
}));

const { execute } = require('../../../../harness/contexts');
const { fillInDefaults } = require('../../../operations');

const credentials = {
	agentWebhookOutboxApi: { outboxName: 'outbox', encryptionSecret: 'k'.repeat(64) },
};

beforeEach(() => {
	mockStore = createStore();
});

async function run(parameters) {
	const filled = fillInDefaults('agentWebhook', {
		resource: 'endpoint',
		simplify: false,
		...parameters,
	});
	const { outputs } = await execute(filled, [{ json: {} }], { credentials });
	return outputs[0][0].json;
}

const create = async (options) =>
	await run({
		operation: 'create',
		endpointName: 'Shop',
		url: 'https://example.com/hooks',
		platform: 'standardWebhooks',
		options,
	});
const change = async (operation, more = {}) =>
	await run({ operation, endpoint: { __rl: true, mode: 'name', value: 'Shop' }, ...more });

test('Create sets the order and the circuit breaker', async () => {
	const breaker = { failures: 4, probeMinutes: 10 };
	const options = { inOrder: 'key', orderKey: ' order.id ', circuitBreaker: { breaker } };
	expect(await create(options)).toMatchObject({
		in_order: { key: 'order.id' },
		circuit_breaker: { failures: 4, probe_minutes: 10 },
	});
});

test('Update changes and removes them', async () => {
	await create({ inOrder: 'all' });
	const { changed } = await change('update', {
		updateFields: {
			inOrder: 'no',
			circuitBreaker: { breaker: { failures: 1, probeMinutes: 1 } },
		},
	});
	expect(changed).toEqual({
		in_order: { from: {}, to: null },
		circuit_breaker: { from: null, to: { failures: 1, probe_minutes: 1 } },
	});
	const removed = await change('update', { updateFields: { circuitBreaker: {} } });
	expect(removed.changed).toMatchObject({ circuit_breaker: { to: null } });
});

test('Create rejects an order whose key is no field', async () => {
	await expect(create({ inOrder: 'key', orderKey: '' })).rejects.toThrow(
		'The endpoint setting "in_order.key" is not the path of a field, e.g. order_id.',
	);
});

test('Pause stops an endpoint for a time, and Enable resumes it', async () => {
	await create({});
	expect(await change('pause')).toMatchObject({
		status: 'paused',
		status_reason: 'Paused by hand',
	});
	expect(await change('enable')).toMatchObject({ status: 'active', status_reason: null });
});
