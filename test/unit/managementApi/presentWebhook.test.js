const { publishEvents } = require('../../../build/core/outbox/dispatch/publish');
const { DAY, events, LIMITS, SECOND, START } = require('../outbox/world');

const { withTallies } = require('../outbox/talliedRows');

const { createManagedWorld, deliveryRow, readPage } = require('./managedWorld');

describe('presentWebhook', () => {
	test('lists webhooks with the fields of the page, in the order of their registration', async () => {
		const world = createManagedWorld();
		expect(await world.ask('list')).toEqual({
			statusCode: 200,
			body: { webhooks: [], next_cursor: null },
		});
		const first = await world.create(readPage('createWebhook'));
		world.clock.advance(SECOND);
		const second = await world.create();
		world.store.insert(
			'deliveries',
			withTallies([
				deliveryRow(first),
				deliveryRow(first, { last_attempt_at: '2025-01-16T10:30:00.999Z' }),
				deliveryRow(first, { status: 'failed', last_attempt_at: '2025-01-15T11:00:00.000Z' }),
				deliveryRow(first, { status: 'pending', last_attempt_at: null }),
				deliveryRow('ep_other'),
			]),
		);
		const { body } = await world.ask('list');
		expect(body.webhooks.map(({ id }) => id)).toEqual([first, second]);
		const [model] = readPage('webhookList').webhooks;
		expect(Object.keys(body.webhooks[0])).toEqual(expect.arrayContaining(Object.keys(model)));
		expect(body.webhooks[0]).toEqual({
			id: first,
			name: model.name,
			url: model.url,
			events: model.events,
			status: model.status,
			created_at: '2025-01-15T10:00:00Z',
			last_delivery: '2025-01-16T10:30:00Z',
			delivery_stats: { total_deliveries: 4, successful_deliveries: 2, failed_deliveries: 1 },
			authentication: { type: 'bearer' },
		});
		expect(body.webhooks[1]).toMatchObject({
			last_delivery: null,
			delivery_stats: { total_deliveries: 0, successful_deliveries: 0, failed_deliveries: 0 },
		});
		for (const webhook of body.webhooks) expect(await world.get(webhook.id)).toEqual(webhook);
	});
});

describe('presentLogEntry', () => {
	test('lists deliveries with the fields of the page, newest first', async () => {
		const world = createManagedWorld();
		const id = await world.create();
		expect(await world.ask('getLogs', { id })).toEqual({
			statusCode: 200,
			body: { logs: [], next_cursor: null },
		});
		world.store.insert('deliveries', [
			deliveryRow(id, { delivery_id: 'dlv_a', response_time_ms: 145, payload_size: 1024 }),
			deliveryRow('ep_other'),
			deliveryRow(id, { delivery_id: 'dlv_b', status: 'failed', response_code: 400, error: 'Why' }),
		]);
		const { body } = await world.ask('getLogs', { id });
		const [model] = readPage('webhookLogs').logs;
		expect(body.logs.map((log) => log.id)).toEqual(['dlv_b', 'dlv_a']);
		expect(body.logs[0]).toMatchObject({
			status: 'failed',
			response_code: 400,
			error_message: 'Why',
		});
		expect(Object.keys(body.logs[1])).toEqual(Object.keys(model));
		expect(body.logs[1]).toEqual({
			...model,
			id: 'dlv_a',
			timestamp: '2025-01-15T10:00:01Z',
			event: 'order.created',
		});
	});

	test.each([
		['delivered', 'success'],
		['failed', 'failed'],
		['pending', 'pending'],
		['sending', 'pending'],
		['gathering', 'pending'],
		['held', 'held'],
		['cancelled', 'cancelled'],
	])('shows the status %s as %s', async (status, shown) => {
		const world = createManagedWorld();
		const id = await world.create();
		const begun = { last_attempt_at: null, response_code: null, response_time_ms: null };
		world.store.insert('deliveries', [
			deliveryRow(id, { status, ...begun, payload_size: null, attempts: 0 }),
		]);
		const { body } = await world.ask('getLogs', { id });
		expect(body.logs).toEqual([
			expect.objectContaining({
				status: shown,
				timestamp: '2025-01-15T10:00:00Z',
				response_code: null,
				response_time_ms: null,
				payload_size: null,
				attempts: 0,
			}),
		]);
	});
});

describe('what a delivery waits for', () => {
	const listWaits = async (world, id) => {
		const { body } = await world.ask('getLogs', { id });
		return body.logs
			.reverse()
			.map(({ probe_at: at, status, waits_for: wait }) => [status, wait, at]);
	};
	const publish = async (world) => {
		await publishEvents(world.process(), events(1, { type: 'order.created' }), LIMITS);
		world.clock.advance(SECOND);
	};

	test('is an earlier delivery, the resumption of its webhook, or a replay', async () => {
		const world = createManagedWorld({ answer: () => 503 });
		const id = await world.create({ in_order: {} });
		await publish(world);
		await publish(world);
		expect(await listWaits(world, id)).toEqual([
			['pending', undefined, undefined],
			['pending', 'earlier', undefined],
		]);
		await world.ask('update', { id, body: { status: 'paused' } });
		expect(await listWaits(world, id)).toEqual([
			['pending', 'resume', undefined],
			['pending', 'resume', undefined],
		]);
		await world.ask('update', { id, body: { status: 'disabled' } });
		await publish(world);
		expect((await listWaits(world, id)).at(-1)).toEqual(['held', 'replay', undefined]);
	});

	test('is a probe while the circuit is open, whose time the webhook has too', async () => {
		const world = createManagedWorld({ answer: () => 503 });
		const circuit_breaker = { failures: 1, probe_minutes: 30 };
		const id = await world.create({ circuit_breaker });
		await publish(world);
		const { body } = await world.ask('get', { id });
		expect(body).toMatchObject({ circuit_breaker, probe_at: expect.stringMatching(/:\d\dZ$/) });
		expect(await listWaits(world, id)).toEqual([['pending', 'probe', body.probe_at]]);
		expect(await world.ask('update', { id, body })).toMatchObject({ statusCode: 200 });
		const reset = { circuit_breaker: null, in_order: { key: 'order_id' } };
		const { body: changed } = await world.ask('update', { id, body: reset });
		expect(changed).toMatchObject({ in_order: { key: 'order_id' } });
		expect(changed).not.toHaveProperty('circuit_breaker');
		expect(changed).not.toHaveProperty('probe_at');
	});
});

describe('presentStats', () => {
	test('counts the deliveries of one webhook, in total and by day', async () => {
		const world = createManagedWorld();
		const id = await world.create();
		world.store.insert(
			'deliveries',
			withTallies([
				deliveryRow(id),
				deliveryRow(id, {
					status: 'failed',
					accepted_at: new Date(Date.parse(START) + DAY).toISOString(),
				}),
				deliveryRow('ep_other'),
			]),
		);
		const { body, statusCode } = await world.ask('getStats', { id });
		expect(statusCode).toBe(200);
		expect(body).toMatchObject({
			webhook_id: id,
			total_deliveries: 2,
			successful_deliveries: 1,
			failed_deliveries: 1,
			success_rate: 0.5,
			response_time_ms: { p50: 10, max: 10 },
			last_delivery: '2025-01-15T10:00:01Z',
			by_day: [
				{ day: '2025-01-15', total_deliveries: 1, last_delivery: '2025-01-15T10:00:01Z' },
				{ day: '2025-01-16', total_deliveries: 1 },
			],
		});
		expect(body).not.toHaveProperty('by_endpoint');
		expect((await world.get(id)).last_delivery).toBe(body.last_delivery);
	});

	test('is empty for a webhook without deliveries', async () => {
		const world = createManagedWorld();
		const { body } = await world.ask('getStats', { id: await world.create() });
		expect(body).toMatchObject({
			total_deliveries: 0,
			success_rate: null,
			last_delivery: null,
			by_day: [],
		});
	});
});
