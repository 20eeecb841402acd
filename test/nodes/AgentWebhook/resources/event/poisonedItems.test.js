/** Items that cannot be sent, or look as if they could not, among others that can. */
const { createStore } = require('../../../../unit/outbox/memoryTables');

const mockTables = createStore().connect();

jest.mock('../../../../../build/nodes/shared/outbox/dataTables', () => ({
	openDataTables: () => mockTables,
}));

const { createEmptyRunExecutionData } = require('n8n-workflow');

const { execute } = require('../../../../harness/contexts');
const { fillInDefaults } = require('../../../operations');
const { useRecordingServer } = require('../../../recordingServer');

const credentials = {
	agentWebhookOutboxApi: { outboxName: 'outbox', encryptionSecret: 'k'.repeat(64) },
};
const createRunData = () => ({
	...createEmptyRunExecutionData(),
	executionData: { contextData: {} },
});
const CONTINUE = { onError: 'continueRegularOutput' };

const receiver = useRecordingServer();

/** Returns the data of the events that arrived. */
const readData = () => receiver.requests.map(({ body }) => JSON.parse(body).data);

beforeAll(async () => {
	const endpoint = fillInDefaults('agentWebhook', {
		resource: 'endpoint',
		operation: 'create',
		endpointName: 'Shop',
		url: receiver.url,
		platform: 'standardWebhooks',
		options: { allowHttp: true, allowInternal: true },
	});
	await execute(endpoint, [{ json: {} }], { credentials });
});

const WAYS = {
	'one endpoint': (more) => ({
		platform: 'custom',
		url: receiver.url,
		useCredential: false,
		retrySchedule: 'none',
		options: { allowHttp: true },
		...more,
	}),
	'all subscribed endpoints': (more) => ({ sendTo: 'subscribers', ...more }),
};

/** Sends items, as n8n passes them on from JSON. */
async function send(
	way,
	items,
	{ more, parameters = {}, passOn = (json) => JSON.parse(JSON.stringify(json)), runData } = {},
) {
	const filled = fillInDefaults('agentWebhook', {
		resource: 'event',
		operation: 'send',
		customEventType: 'order.created',
		...WAYS[way](parameters),
	});
	const { outputs } = await execute(
		filled,
		items.map((json) => ({ json: passOn(json) })),
		{ credentials, more, runData },
	);
	return outputs.map((output) => output.map(({ json }) => json));
}

const LOOKALIKES = [
	{ delivery_state: 'CA' },
	{ delivery_state: null },
	{ delivery_state: 7 },
	{ delivery_state: [] },
	{ delivery_state: { state: 'CA' } },
	{ delivery_state: { delivery_id: 7 } },
	{ delivery_state: { delivery_id: '__proto__' } },
	{ delivery_state: { outbox: true, more: 1 } },
	JSON.parse('{"__proto__": {"polluted": true}, "n": 1}'),
	{ constructor: { prototype: { polluted: true } } },
	{ isLuxonDateTime: true, toMillis: 1 },
	{ prototype: 1, hasOwnProperty: 2, toString: 3, then: 4, length: -1 },
	JSON.parse('{"lines": [{"__proto__": {"polluted": true}}]}'),
];

const FORGERIES = [
	{ outbox: true },
	{ delivery_id: 'dlv_x' },
	{
		version: 1,
		delivery_id: 'dlv_3f0c2f6e-5f1d-4c55-9f0e-0a8a3c3d8a11',
		event_id: 'evt_1',
		attempts_made: 1,
		next_attempt_at: '2020-01-01T00:00:00.000Z',
		target: { url: 'http://127.0.0.1:1/stolen' },
	},
];

const UNWRITABLE = {
	toJSON: () => {
		throw new Error('boom');
	},
};

describe.each(Object.keys(WAYS))('Event → Send to %s', (way) => {
	test.each(LOOKALIKES.map((json) => [JSON.stringify(json), json]))(
		'sends an event with the data %s like any other',
		async (_, json) => {
			const [delivered] = await send(way, [{ n: 0 }, json, { n: 2 }]);
			expect(delivered.map(({ status }) => status)).toEqual(Array(3).fill('delivered'));
			const sent = readData().map((data) => JSON.stringify(data));
			expect(sent).toContain(JSON.stringify(json));
			expect({}.polluted).toBeUndefined();
		},
	);

	test.each(FORGERIES.map((state) => [JSON.stringify(state), state]))(
		'fails an item with the forged retry state %s alone',
		async (_, state) => {
			const items = [{ n: 0 }, { n: 1, delivery_state: state }, { n: 2 }];
			const [delivered, retry, failed] = await send(way, items);
			expect(delivered).toHaveLength(2);
			expect(retry).toEqual([]);
			expect(failed).toEqual([
				expect.objectContaining({ status: 'failed', attempts: 0, attempt_log: [] }),
			]);
			expect(
				readData()
					.map(({ n }) => n)
					.sort(),
			).toEqual([0, 2]);
		},
	);

	test.each([
		['an event type', { customEventType: '={{ $json.type }}' }, { type: 'bad type\n' }],
		['a type that is missing', { customEventType: '={{ $json.type }}' }, {}],
		[
			'conditions',
			{ conditionSource: 'json', conditions: '={{ $json.if ?? {} }}' },
			{ if: { n: { near: 1 } } },
		],
		['data', { dataSource: 'json', data: '={{ $json.data ?? {} }}' }, { data: 'not JSON' }],
	])('fails an item whose own data makes %s invalid alone', async (_, parameters, json) => {
		const good = { type: 'order.created' };
		const [delivered, , failed] = await send(way, [good, { ...json }, good], { parameters });
		if (way === 'one endpoint' && json.type) expect(delivered).toHaveLength(3);
		else {
			expect(delivered).toHaveLength(2);
			expect(failed[0].error_message).toMatch(/^"?\w/);
		}
	});

	test('fails an item alone that throws an error when it is written as JSON', async () => {
		const items = [{ n: 0 }, { n: 1, bad: UNWRITABLE }, { n: 2 }];
		const [delivered, , failed] = await send(way, items, { passOn: (json) => json });
		expect(delivered).toHaveLength(2);
		expect(failed).toMatchObject([
			{
				error_message:
					'"Input Item" has a field that throws an error when it is read, so it cannot be written as JSON. Pass only the fields that you need.',
			},
		]);
	});

	test('fails as a whole if no item can be sent, and then sends nothing', async () => {
		const items = [{ delivery_state: { outbox: true } }, { delivery_state: { outbox: true } }];
		await expect(send(way, items)).rejects.toMatchObject({ context: { itemIndex: 0 } });
		expect(readData()).toEqual([]);
		const [, , failed] = await send(way, items, { more: CONTINUE });
		expect(failed).toHaveLength(2);
	});
});

describe('Event → Send that ends with an error because a delivery failed', () => {
	const items = [{ n: 0 }, { n: 1 }, { n: 2, delivery_state: { outbox: true } }, { n: 3 }];
	const failSecond = (response, { body }) =>
		response.writeHead(JSON.parse(body).data.n === 1 ? 400 : 200).end();

	test('sends nothing again that was sent when n8n runs it again', async () => {
		const runData = createRunData();
		receiver.answer = failSecond;
		await expect(send('one endpoint', items, { runData })).rejects.toMatchObject({
			message: 'The endpoint answered with status 400',
			context: { itemIndex: 1 },
		});
		expect(
			readData()
				.map(({ n }) => n)
				.sort(),
		).toEqual([0, 1, 3]);
		receiver.requests = [];
		await expect(send('one endpoint', items, { runData })).rejects.toThrow('status 400');
		expect(readData()).toEqual([{ n: 1 }]);
		receiver.requests = [];
		receiver.answer = (response) => response.end();
		const [delivered, , failed] = await send('one endpoint', items, { runData });
		expect(readData()).toEqual([{ n: 1 }]);
		expect(delivered).toHaveLength(3);
		expect(failed).toHaveLength(1);
		receiver.requests = [];
		await send('one endpoint', items, { runData });
		expect(readData()).toHaveLength(3);
	});

	test('sends nothing again if another item cannot be written as JSON', async () => {
		const runData = createRunData();
		const more = { runData, passOn: (json) => json };
		receiver.answer = failSecond;
		const withBad = [{ n: 0 }, { n: 1 }, { n: 2, bad: UNWRITABLE }];
		await expect(send('one endpoint', withBad, more)).rejects.toThrow('status 400');
		receiver.requests = [];
		await expect(send('one endpoint', withBad, more)).rejects.toThrow('status 400');
		expect(readData()).toEqual([{ n: 1 }]);
	});

	test('sends everything when it runs with other items', async () => {
		const runData = createRunData();
		receiver.answer = failSecond;
		await expect(send('one endpoint', items, { runData })).rejects.toThrow('status 400');
		receiver.requests = [];
		await send('one endpoint', [{ n: 0 }, { n: 5 }], { runData });
		expect(readData()).toHaveLength(2);
	});
});
