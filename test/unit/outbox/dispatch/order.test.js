const { cancelMany, replayMany } = require('../../../../build/core/outbox/recovery/changeMany');
const { deliverDue } = require('../../../../build/core/outbox/dispatch/deliverDue');
const { publishEvents } = require('../../../../build/core/outbox/dispatch/publish');
const { replayDelivery } = require('../../../../build/core/outbox/dispatch/replay');
const {
	changeEndpointStatus,
	deleteEndpoint,
} = require('../../../../build/core/outbox/endpoint/repository');
const { latestRowPerDelivery } = require('../../../../build/core/outbox/store/deliveryRows');

const { callNames } = require('../memoryTables');
const { createWorld, HOUR, LIMITS, MINUTE, START } = require('../world');

const { ordered } = require('./orderWatch');

const RETRIES = { schedule: 'list', delays: '1 min, 1 min' };
const START_MS = Date.parse(START);

const send = async (world, numbers, more = {}) =>
	await publishEvents(
		world.process(),
		numbers.map(([order, number]) => ({ type: 'order.created', data: { order, number }, ...more })),
		LIMITS,
	);
const run = async (world) => await deliverDue(world.process(), LIMITS);
const getNumbers = (world) => world.attempts.map(({ body }) => JSON.parse(body).data.number);
const failOn =
	(...numbers) =>
	({ body }) =>
		numbers.includes(JSON.parse(body).data.number) ? 503 : 200;

async function orderedWorld(in_order, options, settings = {}) {
	const world = createWorld(options);
	await world.register('ep_a', { settings: { retry_policy: RETRIES, in_order, ...settings } });
	return world;
}

const findRow = (world, number) => {
	const { event_id: id } = world.store
		.rows('events')
		.find(({ data }) => JSON.parse(data).number === number);
	return latestRowPerDelivery(world.deliveries()).find(({ event_id }) => event_id === id);
};

test('sends the events of one send one after another', async () => {
	const world = await orderedWorld({});
	await send(world, [
		['a', 1],
		['b', 2],
		['a', 3],
	]);
	expect(getNumbers(world)).toEqual([1, 2, 3]);
	const [first, second, third] = world.attempts;
	expect(second.startMs).toBeGreaterThanOrEqual(first.endMs);
	expect(third.startMs).toBeGreaterThanOrEqual(second.endMs);
});

test('keeps later events waiting until the one before is delivered', async () => {
	const world = await orderedWorld({}, { answer: failOn(1) });
	const { sent } = await send(world, [
		['a', 1],
		['a', 2],
	]);
	expect(getNumbers(world)).toEqual([1]);
	expect(sent[1].deliveries[0].delivery).toMatchObject({
		status: 'pending',
		error: 'An earlier delivery of its order comes first',
	});
	await send(world, [['a', 3]]);
	expect(getNumbers(world)).toEqual([1]);
	world.answer = () => 200;
	world.clock.advance(2 * MINUTE);
	await run(world);
	expect(getNumbers(world)).toEqual([1, 1, 2, 3]);
});

test('keeps only the events of the same key waiting', async () => {
	const world = await orderedWorld({ key: 'order' }, { answer: failOn(1) });
	await send(world, [
		['a', 1],
		['b', 2],
		['a', 3],
		['b', 4],
	]);
	expect(getNumbers(world).sort()).toEqual([1, 2, 4]);
});

test('sends events without the field at once', async () => {
	const world = await orderedWorld({ key: 'order' }, { answer: failOn(1) });
	await send(world, [
		['a', 1],
		[undefined, 2],
		[null, 3],
	]);
	expect(getNumbers(world).sort()).toEqual([1, 2, 3]);
});

test.each([
	['undefined', undefined],
	['no number', NaN],
	['an invalid date', new Date(NaN)],
])('sends events at once whose key is %s, which JSON cannot have', async (_, value) => {
	const world = await orderedWorld({ key: 'order' }, { answer: failOn(1) });
	await send(world, [
		[value, 1],
		[value, 2],
	]);
	expect(getNumbers(world).sort()).toEqual([1, 2]);
	expect(world.deliveries().map(({ order_key }) => order_key)).toEqual([null, null]);
});

test('takes keys for the same whatever the order of their fields', async () => {
	const world = await orderedWorld({ key: 'order' }, { answer: failOn(1) });
	await send(world, [
		[{ shop: 1, id: [{ a: 1, b: 2 }] }, 1],
		[{ id: [{ b: 2, a: 1 }], shop: 1 }, 2],
		[{ id: [{ b: 2, a: 1 }], shop: 2 }, 3],
	]);
	expect(getNumbers(world).sort()).toEqual([1, 3]);
});

test('goes on when the one before is given up', async () => {
	const world = await orderedWorld({}, { answer: failOn(1) });
	await send(world, [
		['a', 1],
		['a', 2],
	]);
	for (let minutes = 0; minutes < 4; minutes += 1) {
		world.clock.advance(2 * MINUTE);
		await run(world);
	}
	expect(getNumbers(world)).toEqual([1, 1, 1, 2]);
	expect(findRow(world, 1).status).toBe('failed');
});

test('goes on when the one before is cancelled', async () => {
	const world = await orderedWorld({}, { answer: failOn(1) });
	await send(world, [
		['a', 1],
		['a', 2],
	]);
	const { event_id: eventId } = findRow(world, 1);
	await cancelMany(
		world.process(),
		{ statuses: ['pending'], eventId },
		{ maxRunMs: MINUTE, maxDeliveries: 10 },
	);
	world.clock.advance(MINUTE);
	await run(world);
	expect(getNumbers(world)).toEqual([1, 2]);
});

test('keeps later ones waiting while the one before is on hold', async () => {
	const world = await orderedWorld({}, { answer: () => 410 });
	await send(world, [
		['a', 1],
		['a', 2],
	]);
	expect(await world.endpoint('ep_a')).toMatchObject({ status: 'disabled' });
	expect(findRow(world, 2).status).toBe('held');
});

test('does not wait for an event that is to be sent later', async () => {
	const world = await orderedWorld({});
	await send(world, [['a', 1]], { deliverAtMs: START_MS + HOUR });
	await send(world, [['a', 2]]);
	expect(getNumbers(world)).toEqual([2]);
	world.clock.advance(2 * HOUR);
	await run(world);
	expect(getNumbers(world)).toEqual([2, 1]);
});

test('gives an event that was to be sent later its place when its time has come', async () => {
	const world = await orderedWorld({}, { answer: failOn(1) });
	await send(world, [['a', 1]], { deliverAtMs: START_MS + MINUTE });
	world.clock.advance(2 * MINUTE);
	await run(world);
	expect(getNumbers(world)).toEqual([1]);
	await send(world, [['a', 2]]);
	expect(getNumbers(world)).toEqual([1]);
});

test('a replay waits for earlier deliveries that are not settled, and says so', async () => {
	const world = await orderedWorld({});
	await send(world, [
		['a', 1],
		['a', 2],
		['a', 3],
	]);
	world.answer = failOn(1);
	await replayDelivery(world.process(), findRow(world, 1).delivery_id, LIMITS);
	const { results } = await replayDelivery(world.process(), findRow(world, 3).delivery_id, LIMITS);
	expect(results[0].delivery).toMatchObject({
		status: 'pending',
		error: 'An earlier delivery of its order comes first',
	});
	expect(getNumbers(world)).toEqual([1, 2, 3, 1]);
	world.answer = () => 200;
	world.clock.advance(2 * MINUTE);
	await run(world);
	expect(getNumbers(world)).toEqual([1, 2, 3, 1, 1, 3]);
});

test('a replay that nothing precedes is made at once', async () => {
	const world = await orderedWorld({});
	await send(world, [
		['a', 1],
		['a', 2],
	]);
	await replayDelivery(world.process(), findRow(world, 2).delivery_id, LIMITS);
	expect(getNumbers(world)).toEqual([1, 2, 2]);
});

test('replays of many keep their order', async () => {
	const world = await orderedWorld({});
	await send(world, [
		['a', 1],
		['a', 2],
		['a', 3],
	]);
	await replayMany(
		world.process(),
		{ statuses: ['delivered'] },
		{ maxRunMs: MINUTE, maxDeliveries: 10 },
	);
	world.clock.advance(MINUTE);
	await run(world);
	expect(getNumbers(world)).toEqual([1, 2, 3, 1, 2, 3]);
});

test('orders deliveries that waited before the endpoint got its order', async () => {
	const world = createWorld({ answer: () => 503 });
	await world.register('ep_a', { settings: { retry_policy: RETRIES } });
	await send(world, [
		['a', 1],
		['a', 2],
		['a', 3],
	]);
	const [endpoint] = world.store.rows('endpoints');
	const settings = JSON.stringify({ retry_policy: RETRIES, in_order: {} });
	world.store.edit('endpoints', endpoint.id, { settings });
	world.attempts.length = 0;
	world.clock.advance(2 * MINUTE);
	await run(world);
	expect(getNumbers(world)).toEqual([1]);
	world.answer = () => 200;
	world.clock.advance(2 * MINUTE);
	await run(world);
	expect(getNumbers(world)).toEqual([1, 1, 2, 3]);
});

test('makes one more call than other sends, and none without order', async () => {
	const countCalls = async (settings) => {
		const world = createWorld();
		await world.register('ep_a', { settings });
		const ports = world.process();
		await publishEvents(ports, ordered(4, 2), LIMITS);
		return callNames(ports.tables).length;
	};
	expect(await countCalls({})).toBe(2);
	expect(await countCalls({ in_order: {} })).toBe(3);
	expect(await countCalls({ in_order: { key: 'order' } })).toBe(3);
});

test('shares the places of a run with deliveries that have no order', async () => {
	const world = await orderedWorld({ key: 'order' }, { answer: () => 503 });
	await world.register('ep_b', { settings: { retry_policy: RETRIES } });
	await publishEvents(world.process(), ordered(40, 40), LIMITS);
	world.attempts.length = 0;
	world.answer = () => 200;
	world.clock.advance(2 * MINUTE);
	await deliverDue(world.process(), { ...LIMITS, maxDeliveries: 10 });
	expect(world.attemptsTo('ep_a')).toHaveLength(5);
	expect(world.attemptsTo('ep_b')).toHaveLength(5);
});

test('puts everything on hold that waits for a disabled endpoint, and sends it in order after a replay', async () => {
	const world = await orderedWorld({}, { answer: failOn(0) });
	const numbers = Array.from({ length: 150 }, (_, number) => number);
	await send(
		world,
		numbers.map((number) => ['a', number]),
	);
	const setStatus = async (status) => {
		const ports = world.process();
		await changeEndpointStatus(ports, await world.endpoint('ep_a'), status, 'by hand');
	};
	await setStatus('disabled');
	for (let runs = 0; runs < 4; runs += 1) {
		world.clock.advance(MINUTE);
		await run(world);
	}
	expect(world.statuses()).toEqual(numbers.map(() => 'held'));
	expect(world.attempts).toHaveLength(1);
	world.answer = () => 200;
	await setStatus('active');
	const limits = { isPreview: false, maxRunMs: MINUTE };
	await replayMany(world.process(), { statuses: ['held'] }, limits);
	world.clock.advance(MINUTE);
	await run(world);
	expect(getNumbers(world).slice(1)).toEqual(numbers);
});

test('fails what waits behind a delivery on hold when the endpoint is deleted', async () => {
	const world = await orderedWorld({});
	const change = async (status) =>
		await changeEndpointStatus(world.process(), await world.endpoint('ep_a'), status, 'test');
	await change('disabled');
	await send(world, [['a', 1]]);
	await change('active');
	await send(world, [['a', 2]]);
	expect(world.statuses()).toEqual(['held', 'pending']);
	await deleteEndpoint(world.process(), 'ep_a');
	world.clock.advance(HOUR);
	await run(world);
	expect(findRow(world, 2)).toMatchObject({ status: 'failed', error: 'The endpoint was deleted' });
	expect(findRow(world, 1).status).toBe('held');
});
