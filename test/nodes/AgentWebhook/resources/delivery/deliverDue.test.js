/** The alerts of Delivery → Deliver Due about the outbox itself: late deliveries, and full tables. */
const { createStore } = require('../../../../unit/outbox/memoryTables');

let mockStore;
let mockConnection;

jest.mock('../../../../../build/nodes/shared/outbox/dataTables', () => ({
	openDataTables: () => mockStore.connect(mockConnection),
}));

const { execute } = require('../../../../harness/contexts');
const { fillInDefaults } = require('../../../operations');
const { useRecordingServer } = require('../../../recordingServer');
const { TablesFullError } = require('../../../../../build/nodes/shared/outbox/dataTableSteps');

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const HEALTH = 3;

const receiver = useRecordingServer();

beforeEach(() => {
	mockStore = createStore();
	mockConnection = {};
});

afterEach(() => {
	jest.useRealTimers();
});

async function act(parameters, { inputs = 1, sendAlerts = false, ...more } = {}) {
	const outbox = { outboxName: 'outbox', encryptionSecret: 'k'.repeat(64), sendAlerts };
	const { hints, outputs } = await execute(
		fillInDefaults('agentWebhook', parameters),
		Array.from({ length: inputs }, () => ({ json: {} })),
		{ credentials: { agentWebhookOutboxApi: outbox }, ...more },
	);
	const items = outputs.map((output) => output.map(({ json }) => json));
	return { hints, items, paired: outputs.map((output) => output.map((item) => item.pairedItem)) };
}

const deliverDue = async (more) =>
	await act({ resource: 'delivery', operation: 'deliverDue' }, more);

const register = async (
	endpointName,
	eventTypes,
	options = { allowHttp: true, allowInternal: true },
) =>
	await act({
		resource: 'endpoint',
		operation: 'create',
		endpointName,
		url: receiver.url,
		platform: 'standardWebhooks',
		eventTypes,
		options,
	});

const send = async (more, parameters = {}) =>
	await act(
		{
			resource: 'event',
			operation: 'send',
			sendTo: 'subscribers',
			customEventType: 'order.created',
			dataSource: 'json',
			data: '{}',
			...parameters,
		},
		more,
	);

/** Moves the clock on, and leaves timers as they are. */
function advance(ms) {
	const nowMs = Date.now() + ms;
	jest.useFakeTimers({
		now: nowMs,
		doNotFake: [
			'nextTick',
			'setImmediate',
			'setTimeout',
			'clearTimeout',
			'setInterval',
			'clearInterval',
			'queueMicrotask',
			'performance',
			'hrtime',
		],
	});
}

describe('deliveries that are late', () => {
	const fail = (response) => response.writeHead(503).end();

	test('are an alert on Health, once an hour', async () => {
		await register('Shop', 'order.*');
		receiver.answer = fail;
		await send();
		advance(20 * MINUTE);
		const staticData = {};
		const first = await deliverDue({ staticData });
		expect(first.items[HEALTH]).toEqual([
			{
				alert: 'outbox.backlog',
				reason: expect.stringMatching(
					/^Deliveries have been due since .* Deliver Due runs every minute/,
				),
				due: 1,
				oldest_due_at: expect.stringMatching(/Z$/),
			},
		]);
		advance(50 * MINUTE);
		expect((await deliverDue({ staticData })).items[HEALTH]).toEqual([]);
		advance(11 * MINUTE);
		advance(5 * 60 * MINUTE);
		expect((await deliverDue({ staticData })).items[HEALTH]).toMatchObject([
			{ alert: 'outbox.backlog' },
		]);
	});

	test('are an alert for each tenant, whatever the others have', async () => {
		const staticData = {};
		receiver.answer = fail;
		const sendAs = async (tenant) => {
			const options = { tenant, allowHttp: true, allowInternal: true };
			await act({ resource: 'tenant', operation: 'create', tenantId: tenant, tenantName: tenant });
			await register('Shop', 'order.*', options);
			await send({}, { options: { tenant } });
		};
		const listTenants = async () => {
			const { items } = await deliverDue({ staticData });
			return items[HEALTH].filter(({ alert }) => alert === 'outbox.backlog').map(
				({ tenant_id }) => tenant_id,
			);
		};
		await sendAs('acme');
		advance(20 * MINUTE);
		expect(await listTenants()).toEqual(['acme']);
		await sendAs('globex');
		advance(20 * MINUTE);
		expect(await listTenants()).toEqual(['globex']);
		advance(6 * 60 * MINUTE);
		expect((await listTenants()).sort()).toEqual(['acme', 'globex']);
	});

	test('are an alert again after the clock was set back by a day', async () => {
		await register('Shop', 'order.*');
		receiver.answer = fail;
		const staticData = {};
		const alert = async () => {
			await send();
			advance(20 * MINUTE);
			return (await deliverDue({ staticData })).items[HEALTH];
		};
		advance(DAY);
		expect(await alert()).toMatchObject([{ alert: 'outbox.backlog' }]);
		advance(-DAY);
		expect(await alert()).toMatchObject([{ alert: 'outbox.backlog' }]);
	});

	test('are about all items that the run got', async () => {
		await register('Shop', 'order.*');
		receiver.answer = fail;
		await send();
		advance(20 * MINUTE);
		const { items, paired } = await deliverDue({ inputs: 2 });
		expect(items[HEALTH]).toHaveLength(1);
		expect(paired[HEALTH]).toEqual([[{ item: 0 }, { item: 1 }]]);
	});

	test('are an event for endpoints that name it, if the credential says so', async () => {
		await register('Shop', 'order.*');
		await register('Operations', 'outbox.*');
		receiver.answer = fail;
		await send();
		advance(20 * MINUTE);
		receiver.answer = (response) => response.end();
		await deliverDue({ sendAlerts: true });
		const types = receiver.requests.map(({ body }) => JSON.parse(body).type);
		expect(types).toEqual(['order.created', 'order.created', 'outbox.backlog']);
	});

	test('are no alert within a quarter of an hour', async () => {
		await register('Shop', 'order.*');
		receiver.answer = fail;
		await send();
		advance(10 * MINUTE);
		const { items } = await deliverDue();
		expect([items[1].length, items[HEALTH]]).toEqual([1, []]);
	});
});

test('an endpoint that begins to fail is an event for the others, if the credential says so', async () => {
	await register('Shop', 'order.*');
	await register('Operations', 'endpoint.*');
	receiver.answer = (response, { body }) =>
		response.writeHead(body.includes('order.created') ? 503 : 200).end();
	const { items } = await send({ sendAlerts: true });
	expect(items[4]).toMatchObject([{ alert: 'endpoint.failing', change: 'failing', progress: 0 }]);
	expect(receiver.requests.map(({ body }) => JSON.parse(body))).toMatchObject([
		{ type: 'order.created' },
		{ type: 'endpoint.failing', data: { endpoint_name: 'Shop', reason: 'An attempt failed' } },
	]);
	expect(receiver.requests[1].headers).toHaveProperty('webhook-signature');
});

test('the log is pruned again after the clock was set back by a day', async () => {
	await register('Shop', 'order.*');
	const staticData = {};
	advance(9 * DAY);
	await deliverDue({ staticData });
	advance(-9 * DAY);
	await send();
	advance(8 * DAY);
	await deliverDue({ staticData });
	expect(mockStore.rows('events')).toEqual([]);
});

describe('full tables', () => {
	const connected = [false, false, false, true];

	/** Makes every insert and update fail, as n8n does. */
	function fill() {
		const full = () => {
			throw new TablesFullError('Data table size limit exceeded: 200MB used, limit is 200MB');
		};
		const { connect } = mockStore;
		mockStore.connect = (options) => {
			const connection = connect(options);
			const { applyAndFind, applyChanges } = connection;
			const requireDeletions = (changes) => {
				if (changes.some(({ change }) => change !== 'remove')) full();
			};
			return Object.assign(connection, {
				insert: full,
				update: full,
				applyChanges: async (changes) => {
					requireDeletions(changes);
					await applyChanges(changes);
				},
				applyAndFind: async (changes, finds) => {
					requireDeletions(changes);
					return await applyAndFind(changes, finds);
				},
			});
		};
	}

	test('are an alert on Health once an hour, and the log is pruned at once', async () => {
		await register('Shop', 'order.*');
		await send();
		receiver.answer = (response) => response.writeHead(503).end();
		await send();
		const ended = mockStore.rows('deliveries').filter(({ status }) => status === 'delivered');
		expect(ended).toHaveLength(1);
		advance(8 * 24 * 60 * MINUTE);
		fill();
		const staticData = {};
		const { hints, items } = await deliverDue({ connected, staticData });
		expect(items[HEALTH]).toEqual([
			{ alert: 'outbox.full', reason: expect.stringMatching(/tables are full.*200MB used/) },
		]);
		expect(hints).toMatchObject([{ message: expect.stringMatching(/tables are full/) }]);
		const statuses = mockStore.rows('deliveries').map(({ status }) => status);
		expect(statuses).not.toContain('delivered');
		expect(statuses).toContain('pending');
		const again = await deliverDue({ connected, staticData });
		expect(again.items[HEALTH]).toEqual([]);
		expect(again.hints).toHaveLength(1);
	});

	test('are about all items that the run got', async () => {
		await register('Shop', 'order.*');
		receiver.answer = (response) => response.writeHead(503).end();
		await send();
		advance(60 * MINUTE);
		fill();
		const { paired } = await deliverDue({ connected, inputs: 2 });
		expect(paired[HEALTH]).toEqual([[{ item: 0 }, { item: 1 }]]);
	});

	test('stop the workflow if nothing is connected to Health', async () => {
		await register('Shop', 'order.*');
		receiver.answer = (response) => response.writeHead(503).end();
		await send();
		advance(60 * MINUTE);
		fill();
		await expect(deliverDue()).rejects.toThrow('tables are full');
	});
});
