/** Idempotency keys and event IDs, and endpoints that cannot be opened, as Event → Send shows them. */
const { createStore } = require('../../../../unit/outbox/memoryTables');

let mockStore;

jest.mock('../../../../../build/nodes/shared/outbox/dataTables', () => ({
	openDataTables: () => mockStore.connect(),
}));

const { execute } = require('../../../../harness/contexts');
const { fillInDefaults } = require('../../../operations');
const { useRecordingServer } = require('../../../recordingServer');

const KEY = 'k'.repeat(64);
const OTHER_KEY = 'o'.repeat(64);
const CONTINUE = { onError: 'continueRegularOutput' };

const receiver = useRecordingServer();

beforeEach(() => {
	mockStore = createStore();
});

/** Runs the action node, and returns its items by output. */
async function act(parameters, { items = [{}], more, ...keys } = {}) {
	const credentials = {
		agentWebhookOutboxApi: { outboxName: 'outbox', encryptionSecret: KEY, ...keys },
	};
	const filled = fillInDefaults('agentWebhook', parameters);
	const input = items.map((json) => ({ json }));
	const { outputs } = await execute(filled, input, { credentials, more });
	return outputs.map((output) => output.map(({ json }) => json));
}

const register = async (endpointName, keys) =>
	await act(
		{
			resource: 'endpoint',
			operation: 'create',
			endpointName,
			url: receiver.url,
			platform: 'standardWebhooks',
			options: { allowHttp: true, allowInternal: true },
		},
		keys,
	);

const send = async (items, { options = {}, ...run } = {}) =>
	await act(
		{
			resource: 'event',
			operation: 'send',
			sendTo: 'subscribers',
			customEventType: '={{ $json.type ?? "order.created" }}',
			dataSource: 'json',
			data: '={{ $json.data }}',
			options: { idempotencyKey: '={{ $json.key }}', ...options },
		},
		{ items, ...run },
	);

const listEndpoints = async (keys) =>
	await act({ resource: 'endpoint', operation: 'getAll', returnAll: true }, keys);

describe('an idempotency key that was used for another event', () => {
	const first = { key: 'order 1', data: { total: 1 } };
	const other = { key: 'order 1', data: { total: 2 } };
	const FAILED = {
		status: 'failed',
		code: 'IDEMPOTENCY_CONFLICT',
		event: 'order.created',
		event_id: expect.stringMatching(/^evt_/),
		error_message: expect.stringMatching(/different type or different data.*"Idempotency Key"/),
		attempts: 0,
	};

	test('fails its item alone, in the same run and in a later one', async () => {
		await register('Shop');
		const [delivered, , failed] = await send([first, other, { key: 'order 2', data: {} }]);
		expect(delivered.map(({ status }) => status)).toEqual(['delivered', 'delivered']);
		expect(failed).toEqual([expect.objectContaining(FAILED)]);
		expect(receiver.requests).toHaveLength(2);
		const later = await send([other, { ...first, type: 'order.paid' }, first], { more: CONTINUE });
		expect(later[2]).toHaveLength(2);
		expect(later[2][1]).toMatchObject({ code: 'IDEMPOTENCY_CONFLICT', event: 'order.paid' });
		expect(later[0]).toMatchObject([{ status: 'delivered', duplicate: true }]);
		expect(receiver.requests).toHaveLength(2);
	});

	test('is told apart by every digit of a number that JavaScript would round', async () => {
		await register('Shop');
		const order = (digits) => [{ key: 'k', data: `{"id": ${digits}}` }];
		await send(order('616581622363398142'));
		expect(receiver.requests[0].body).toContain('"id":616581622363398142');
		expect((await send(order('616581622363398142')))[0]).toMatchObject([{ duplicate: true }]);
		await expect(send(order('616581622363398143'))).rejects.toThrow('IDEMPOTENCY_CONFLICT');
	});

	test('fails the node if it is the only item, unless the workflow continues on errors', async () => {
		await register('Shop');
		await send([first]);
		await expect(send([other])).rejects.toMatchObject({
			message: expect.stringContaining('IDEMPOTENCY_CONFLICT'),
			context: { itemIndex: 0 },
		});
		const [, , failed] = await send([other], { more: CONTINUE });
		expect(failed).toEqual([expect.objectContaining(FAILED)]);
		expect(receiver.requests).toHaveLength(1);
	});
});

test('an event ID that two events of a direct send have fails the second one', async () => {
	const direct = {
		resource: 'event',
		operation: 'send',
		platform: 'custom',
		url: receiver.url,
		useCredential: false,
		customEventType: 'order.created',
		dataSource: 'json',
		data: '={{ $json.data }}',
		options: { allowHttp: true, eventId: '={{ $json.id }}' },
	};
	const items = [1, 1, 2].map((total) => ({ id: 'order 1', data: { total } }));
	const [delivered, , failed] = await act(direct, { items });
	expect(delivered).toHaveLength(2);
	expect(failed).toMatchObject([
		{
			status: 'failed',
			code: 'IDEMPOTENCY_CONFLICT',
			error_message: expect.stringContaining('"Event ID"'),
		},
	]);
	expect(receiver.requests).toHaveLength(2);
});

test('an event that nobody took is delivered when it is sent again after an endpoint was registered', async () => {
	const event = { key: 'order 1', data: { total: 1 } };
	for (let round = 0; round < 2; round += 1) {
		const [delivered, , , skipped] = await send([event]);
		expect(delivered).toEqual([]);
		expect(skipped).toMatchObject([
			{ status: 'skipped', condition: 'No endpoint is subscribed to this event' },
		]);
	}
	await register('Shop');
	expect((await send([event]))[0]).toMatchObject([{ status: 'delivered', duplicate: false }]);
	expect((await send([event]))[0]).toMatchObject([{ status: 'delivered', duplicate: true }]);
	expect(receiver.requests).toHaveLength(1);
});

describe('Wait for Answers', () => {
	const options = { waitForAnswers: true };
	const answer = { price: 12, id: '616581622363398142' };
	const body = '{"price":12,"id":616581622363398142}';

	test('outputs each receiver’s parsed answer as an item', async () => {
		await register('Shop');
		await register('Store');
		receiver.answer = (response) => response.end(body);
		const [delivered] = await send([{ key: 'quote 1', data: {} }], { options });
		expect(delivered).toEqual(
			['Shop', 'Store'].map((name) =>
				expect.objectContaining({
					answer,
					endpoint_name: name,
					status: 'delivered',
					event: 'order.created',
					response_code: 200,
				}),
			),
		);
		for (const item of delivered) expect(item).not.toHaveProperty('attempt_log');
	});

	test('outputs text as it is, more of it than the log keeps, and of a repeated event what the log has', async () => {
		await register('Shop');
		receiver.answer = (response) => response.end('x'.repeat(50_000));
		const [[first]] = await send([{ key: 'quote 1', data: {} }], { options });
		expect(first.answer).toHaveLength(50_000);
		expect(first).not.toHaveProperty('answer_truncated');
		const [[again]] = await send([{ key: 'quote 1', data: {} }], { options });
		expect(again).toMatchObject({ duplicate: true, answer_truncated: true });
		expect(again.answer).toHaveLength(2048);
		expect(receiver.requests).toHaveLength(1);
	});

	test('leaves a delivery that failed as it is', async () => {
		await register('Shop');
		receiver.answer = (response) => response.writeHead(400).end(body);
		const [delivered, , failed] = await send([{ key: 'quote 1', data: {} }], { options });
		expect(delivered).toEqual([]);
		expect(failed).toMatchObject([{ status: 'failed', response: { body: answer } }]);
		expect(failed[0]).not.toHaveProperty('answer');
	});

	test('does the same for a send to one endpoint', async () => {
		receiver.answer = (response) => response.end(body);
		const [delivered] = await act({
			resource: 'event',
			operation: 'send',
			platform: 'custom',
			url: receiver.url,
			useCredential: false,
			customEventType: 'order.created',
			dataSource: 'json',
			data: '{}',
			options: { allowHttp: true, waitForAnswers: true },
		});
		expect(delivered).toMatchObject([{ answer, status: 'delivered', response_code: 200 }]);
		expect(delivered[0]).not.toHaveProperty('response');
	});
});

describe('an event on channels', () => {
	const listen = async (endpointName, channels) => {
		const [[{ id }]] = await act({
			resource: 'endpoint',
			operation: 'create',
			endpointName,
			url: receiver.url,
			options: { allowHttp: true, allowInternal: true, ...channels },
		});
		return id;
	};
	const reach = async (channels) => {
		const [delivered] = await send([{ data: {} }], {
			options: { idempotencyKey: undefined, ...channels },
		});
		return delivered.map(({ endpoint_name: name }) => name).sort();
	};

	test('reaches the endpoints that listen to one of them, and those that listen to all', async () => {
		await listen('Any', {});
		await listen('EU', { channels: 'eu' });
		await listen('Both', { channels: 'eu, us' });
		expect(await reach({ channels: 'us' })).toEqual(['Any', 'Both']);
		expect(await reach({ channels: 'us, eu' })).toEqual(['Any', 'Both', 'EU']);
		expect(await reach({ channels: '' })).toEqual(['Any']);
		expect(await reach({})).toEqual(['Any']);
	});

	test('shows them in the log, and an event on none shows none', async () => {
		await reach({ channels: 'eu, us' });
		await reach({});
		const [events] = await act({
			resource: 'event',
			operation: 'getAll',
			returnAll: true,
			simplify: false,
		});
		expect(events.map(({ channels }) => channels).sort()).toEqual([['eu', 'us'], undefined]);
	});

	test('also reaches an endpoint that has stopped listening to channels', async () => {
		const id = await listen('EU', { channels: 'eu' });
		expect(await reach({})).toEqual([]);
		await act({
			resource: 'endpoint',
			operation: 'update',
			endpoint: { __rl: true, mode: 'id', value: id },
			updateFields: { channels: '' },
		});
		expect(await reach({})).toEqual(['EU']);
	});

	test.each([
		['no channel!', 'cannot be on the channel "channel!"'],
		['a b c d e f', 'is on 6 channels, but may be on 5'],
	])('named %j is not sent', async (channels, fault) => {
		await listen('Any', {});
		await expect(reach({ channels })).rejects.toThrow(fault);
		expect(receiver.requests).toEqual([]);
	});
});

test('an event that conditions held back names the endpoint, the condition and the value found', async () => {
	await act({
		resource: 'endpoint',
		operation: 'create',
		endpointName: 'Shop',
		url: receiver.url,
		options: { allowHttp: true, allowInternal: true, conditions: '{"total": {"gt": 3}}' },
	});
	const [delivered, , , skipped] = await send([{ key: 'order 1', data: { total: 1 } }]);
	expect(delivered).toEqual([]);
	expect(skipped).toMatchObject([
		{ status: 'skipped', condition: '"Shop" needs total gt 3, found 1' },
	]);
});

describe('an endpoint whose secrets were encrypted with another key', () => {
	beforeEach(async () => {
		await register('Shop');
		await register('Shop 2');
		await register('Stray', { encryptionSecret: OTHER_KEY, furtherEncryptionSecrets: KEY });
	});

	test('is listed as unreadable, and can be disabled and deleted', async () => {
		const [listed] = await listEndpoints();
		expect(listed.map(({ name, unreadable }) => [name, unreadable])).toEqual([
			['Shop', undefined],
			['Shop 2', undefined],
			['Stray', true],
		]);
		const stray = { __rl: true, mode: 'name', value: 'Stray' };
		expect(listed[2].unreadable_reason).toContain('"Additional Encryption Keys"');
		for (const [operation, status] of [
			['disable', 'disabled'],
			['enable', 'active'],
			['get', 'active'],
		]) {
			const [[item]] = await act({ resource: 'endpoint', operation, endpoint: stray });
			expect(item).toMatchObject({ name: 'Stray', status, unreadable: true });
		}
		for (const [operation, more] of [
			['update', { updateFields: { endpointName: 'New' } }],
			['rotateSecret', {}],
			['test', {}],
		]) {
			const run = act({ resource: 'endpoint', operation, endpoint: stray, ...more });
			await expect(run).rejects.toThrow(/^The endpoint "Stray" cannot be opened\. /);
		}
		await act({ resource: 'endpoint', operation: 'delete', endpoint: stray });
		expect((await listEndpoints())[0]).toHaveLength(2);
	});

	test('lets only its deliveries wait, and gets them when the key is back', async () => {
		const [delivered, retry] = await send([{ key: 'order 1', data: {} }]);
		expect(delivered).toHaveLength(2);
		expect(retry).toMatchObject([
			{
				status: 'pending',
				endpoint_name: 'Stray',
				attempts: 0,
				error_message: expect.stringMatching(
					/^The endpoint cannot be opened, so its deliveries wait/,
				),
			},
		]);
		const deliverDue = { resource: 'delivery', operation: 'deliverDue' };
		expect((await act(deliverDue)).flat()).toEqual([]);
		const [[again]] = await act(deliverDue, { furtherEncryptionSecrets: OTHER_KEY });
		expect(again).toMatchObject({ status: 'delivered', endpoint_name: 'Stray' });
		expect(receiver.requests).toHaveLength(3);
	});

	test('is not joined by endpoints of its key alone', async () => {
		await expect(register('More', { encryptionSecret: OTHER_KEY })).rejects.toThrow(
			'is not the key of this outbox',
		);
		await register('More');
		expect((await listEndpoints())[0]).toHaveLength(4);
	});
});

test('an endpoint whose row does not tell its event types gets no delivery, and Failed says so', async () => {
	await register('Shop');
	await register('Edited');
	mockStore.edit('endpoints', 2, { event_types: 'order.created' });
	const [delivered, , failed] = await send([{ key: 'order 1', data: {} }]);
	expect(delivered).toHaveLength(1);
	expect(failed).toMatchObject([
		{
			status: 'failed',
			endpoint_name: 'Edited',
			error_message: expect.stringMatching(/"event_types".*send the event again/),
		},
	]);
	mockStore.edit('endpoints', 2, { event_types: '["order.created"]' });
	const [again] = await send([{ key: 'order 1', data: {} }]);
	expect(
		again.map(({ duplicate, endpoint_name }) => `${endpoint_name} ${duplicate}`).sort(),
	).toEqual(['Edited false', 'Shop true']);
});

describe('the option Check Data', () => {
	const addType = async () =>
		await act({
			resource: 'eventType',
			operation: 'create',
			eventTypeName: 'order.created',
			schema: { required: ['id'], properties: { id: { type: 'integer' } } },
		});
	const items = [{ data: { id: 1 } }, { data: { id: 'x' } }, { data: {}, type: 'order.new' }];
	const check = async (checkData, run = {}) =>
		await send(run.items ?? items, { options: { idempotencyKey: '', checkData }, ...run });

	test('is off without it', async () => {
		await register('Shop');
		const [delivered] = await check('off');
		expect(delivered).toHaveLength(3);
		expect(delivered[1]).not.toHaveProperty('data_warning');
	});

	test('refuses an event with the fields that are wrong, and sends the others', async () => {
		await register('Shop');
		await addType();
		const [delivered, , failed] = await check('refuse');
		expect(delivered).toHaveLength(1);
		expect(failed).toMatchObject([
			{
				status: 'failed',
				code: 'EVENT_DATA_REFUSED',
				event: 'order.created',
				error_message: expect.stringContaining('"id" must be a whole number, but is text'),
			},
			{ event: 'order.new', error_message: expect.stringContaining('no event type "order.new"') },
		]);
		expect(receiver.requests).toHaveLength(1);
		await expect(check('refuse', { items: [items[1]] })).rejects.toThrow('"id" must be');
		expect(receiver.requests).toHaveLength(1);
	});

	test('warns on each item of an event that is sent, or that nobody gets', async () => {
		await addType();
		const [, , , skipped] = await check('warn');
		expect(skipped.map(({ data_warning: warning }) => warning !== undefined)).toEqual([
			false,
			true,
			true,
		]);
		await register('Shop');
		const [delivered] = await check('warn');
		expect(delivered).toHaveLength(3);
		expect(delivered[1].data_warning).toContain('"id" must be a whole number');
		expect(delivered[2].data_warning).toContain('no event type "order.new"');
	});

	test('can be an expression for each item', async () => {
		await register('Shop');
		await addType();
		const mixed = ['off', 'refuse'].map((mode) => ({ data: {}, mode }));
		const [delivered, , failed] = await check('={{ $json.mode }}', { items: mixed });
		expect([delivered.length, failed.length]).toEqual([1, 1]);
	});
});
