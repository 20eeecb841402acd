const { deliverDue } = require('../../../../build/core/outbox/dispatch/deliverDue');
const { publishEvents } = require('../../../../build/core/outbox/dispatch/publish');
const { updateEndpoint } = require('../../../../build/core/outbox/endpoint/lifecycle');
const {
	changeEndpointStatus,
	modifyEndpoint,
} = require('../../../../build/core/outbox/endpoint/repository');
const { recoverMissing } = require('../../../../build/core/outbox/recovery/recoverMissing');

const { createWorld, events, HOUR, LIMITS, MINUTE, SECOND, START } = require('../world');

const START_MS = Date.parse(START);
const BATCHES = { max_events: 10, max_wait_seconds: 60 };
const RETRIES = { schedule: 'list', delays: '1 min, 1 min, 1 min' };
const ORDERED = { in_order: {}, batch_settings: BATCHES, retry_policy: RETRIES };
const LATER = { deliverAtMs: START_MS + HOUR };

const run = async (world) => await deliverDue(world.process(), LIMITS);
const send = async (world, count, more) =>
	await publishEvents(world.process(), events(count, more), LIMITS);
const sendNumbers = async (world, numbers, more) =>
	await publishEvents(
		world.process(),
		numbers.map((number) => ({ type: 'order.created', data: { number }, ...more })),
		LIMITS,
	);
const change = async (world, settings) =>
	await modifyEndpoint(world.process(), 'ep_a', (endpoint) =>
		updateEndpoint(endpoint, { settings }, world.clock.nowMs()),
	);

/** Returns the numbers of the events in each attempt. */
const listSent = (world) =>
	world.attempts.map(({ body }) => {
		const { data } = JSON.parse(body);
		return data.events?.map((event) => event.data.number) ?? [data.number];
	});

async function newWorld(settings = ORDERED) {
	const world = createWorld();
	await world.register('ep_a', { settings });
	return world;
}

describe('an event that joins the queue of an order later is sent with the next batch', () => {
	test('when its time has come', async () => {
		const world = await newWorld();
		await send(world, 3, LATER);
		world.clock.advance(HOUR + MINUTE);
		await run(world);
		expect(listSent(world)).toEqual([[0, 1, 2]]);
		expect(world.deliveries()).toMatchObject([
			{ status: 'delivered', order_key: 'ep_a', order_number: 1 },
		]);
	});

	test('when its delivery was missing', async () => {
		const world = createWorld();
		await send(world, 3);
		await world.register('ep_a', { settings: ORDERED });
		await recoverMissing(
			world.process(),
			{ endpointId: 'ep_a' },
			{ isPreview: false, maxRunMs: MINUTE },
		);
		world.clock.advance(MINUTE);
		await run(world);
		expect(listSent(world)).toEqual([[0, 1, 2]]);
	});

	test('when it gathered before the endpoint got its order', async () => {
		const world = await newWorld({ batch_settings: BATCHES });
		await send(world, 3);
		await change(world, { in_order: {} });
		world.clock.advance(MINUTE);
		await run(world);
		expect(listSent(world)).toEqual([[0, 1, 2]]);
	});

	test('when it gathered before the endpoint got its order and failed', async () => {
		const world = await newWorld({
			batch_settings: BATCHES,
			circuit_breaker: { failures: 1, probe_minutes: 5 },
			disable_rule: { rule: 'never' },
			retry_policy: { schedule: 'list', delays: '12 h' },
		});
		world.answer = () => 503;
		await send(world, 10);
		await sendNumbers(world, [10, 11]);
		await change(world, { in_order: {} });
		world.answer = () => 200;
		world.attempts.length = 0;
		world.clock.advance(5 * MINUTE + SECOND);
		await run(world);
		expect(listSent(world)).toEqual([[10, 11]]);
	});
});

test('more events without a place than a batch has do not stop their queue', async () => {
	const world = await newWorld();
	await send(world, 9);
	for (const { id } of world.deliveries()) {
		world.store.edit('deliveries', id, { order_key: null, order_number: null });
	}
	await change(world, { batch_settings: { ...BATCHES, max_events: 5 } });
	// They fill a batch, whatever has no place before them.
	await sendNumbers(world, [10, 11, 12, 13, 14]);
	for (let count = 0; count < 3; count += 1) {
		world.clock.advance(MINUTE);
		await run(world);
	}
	expect(
		listSent(world)
			.flat()
			.sort((a, b) => a - b),
	).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14]);
	expect(new Set(world.statuses())).toEqual(new Set(['delivered']));
});

test('fails a due event that is no longer on record instead of returning it to the queue', async () => {
	const world = await newWorld();
	await send(world, 2, LATER);
	const ports = world.process();
	await ports.tables.remove('events', { all: [{ column: 'id', operator: 'eq', value: 1 }] });
	world.clock.advance(HOUR + MINUTE);
	await run(world);
	expect(listSent(world)).toEqual([[1]]);
	expect(world.deliveries().map(({ error, status }) => [status, error])).toEqual([
		['failed', 'The event no longer exists'],
		['delivered', null],
	]);
});

describe('events that gather are sent', () => {
	test.each([
		['In Order is turned off', { in_order: null }, [[3], [0, 1, 2]]],
		['Batches are turned off', { batch_settings: null }, [[0], [1], [2], [3]]],
		['the order key changes', { in_order: { key: 'number' } }, [[0, 1, 2], [3]]],
	])('when %s', async (_, settings, sent) => {
		const world = await newWorld();
		await send(world, 3);
		await sendNumbers(world, [3], LATER);
		world.clock.advance(HOUR - MINUTE);
		await change(world, settings);
		world.clock.advance(2 * MINUTE);
		await run(world);
		expect(listSent(world)).toEqual(sent);
		expect(new Set(world.statuses())).toEqual(new Set(['delivered']));
	});

	test('in one order when Batches are turned on for an endpoint with an order key', async () => {
		const world = createWorld({ answer: () => 503 });
		const settings = { in_order: { key: 'number' }, retry_policy: RETRIES };
		await world.register('ep_a', { settings, status: 'paused' });
		await send(world, 4);
		expect(new Set(world.deliveries().map(({ order_key }) => order_key)).size).toBe(4);
		await change(world, { batch_settings: { ...BATCHES, max_events: 2 } });
		const endpoint = await world.endpoint('ep_a');
		await changeEndpointStatus(world.process(), endpoint, 'active', 'by hand');
		world.clock.advance(2 * MINUTE);
		for (let count = 0; count < 3; count += 1) await run(world);
		// The second batch waits for the first.
		expect(listSent(world)).toEqual([[0, 1]]);
		expect(new Set(world.deliveries().map(({ order_key }) => order_key))).toEqual(
			new Set(['ep_a']),
		);
	});
});

test('each event is in exactly one batch if the run that places it is killed at any call', async () => {
	for (const killed of ['before', 'after']) {
		for (let killAt = 1; ; killAt += 1) {
			const world = await newWorld();
			await send(world, 4, LATER);
			world.clock.advance(HOUR + MINUTE);
			const [first] = await Promise.allSettled([
				deliverDue(world.process({ killAt, killed }), LIMITS),
			]);
			for (let count = 0; count < 4; count += 1) {
				world.clock.advance(2 * MINUTE);
				await run(world);
			}
			expect(new Set(world.statuses())).toEqual(new Set(['delivered']));
			const bodies = new Map(world.attempts.map(({ key }, index) => [key, listSent(world)[index]]));
			expect([...bodies.values()].flat().sort()).toEqual([0, 1, 2, 3]);
			if (first.status === 'fulfilled') {
				expect(killAt).toBeGreaterThan(10);
				break;
			}
		}
	}
});
