const { deliverDue } = require('../../../../build/core/outbox/dispatch/deliverDue');
const { compileUnderWay, computePlace } = require('../../../../build/core/outbox/dispatch/order');
const { publishEvents } = require('../../../../build/core/outbox/dispatch/publish');

const { row } = require('../log/logRows');
const { callNames } = require('../memoryTables');
const { createWorld, events, HOUR, LIMITS, MINUTE, START } = require('../world');

const { ordered, watchOrder } = require('./orderWatch');
const { measureCpuMs } = require('../../../harness/cpuTime');

/** Big queues: what a run or a send reads does not grow with what waits. */

const RETRIES = { schedule: 'list', delays: '60 min, 60 min, 60 min' };
const PER_KEY = { retry_policy: RETRIES, in_order: { key: 'order' } };
const IN_ORDER = { retry_policy: RETRIES, in_order: {} };
const LATER = new Date(Date.parse(START) + 24 * HOUR).toISOString();

const countCalls = async (world, act) => {
	const ports = world.process();
	await act(ports);
	return callNames(ports.tables).length;
};
const run = async (world) =>
	await countCalls(world, async (ports) => await deliverDue(ports, LIMITS));

/** Inserts deliveries of `ep_a`, each the only one of its order, which wait for a retry. */
const insertRetries = (world, count) =>
	world.store.insert(
		'deliveries',
		Array.from({ length: count }, (_, number) =>
			row(`retry ${number}`, {
				status: 'pending',
				attempts: 1,
				completed_at: null,
				next_attempt_at: LATER,
				order_key: `order ${number}`,
				order_number: -count + number,
			}),
		),
	);

test('a run reads little of a long order whose first delivery waits for its retry', async () => {
	const world = createWorld({ answer: () => 503 });
	await world.register('ep_a', { settings: IN_ORDER });
	for (let send = 0; send < 5; send += 1) {
		await publishEvents(world.process(), ordered(1000, 1), LIMITS);
	}
	world.clock.advance(MINUTE);
	expect(await run(world)).toBeLessThanOrEqual(3);
	expect(world.attempts).toHaveLength(1);
});

test('a run reaches an endpoint that comes after more orders than it reads', async () => {
	const world = createWorld({ answer: ({ endpoint }) => (endpoint.id === 'ep_b' ? 503 : 200) });
	await world.register('ep_a', { settings: PER_KEY });
	insertRetries(world, 21_500);
	await world.register('ep_b', { settings: IN_ORDER });
	await publishEvents(world.process(), [{ type: 'a', data: {} }], LIMITS);
	world.answer = () => 200;
	world.clock.advance(2 * HOUR);
	expect(await run(world)).toBeLessThan(40);
	expect(world.attemptsTo('ep_b')).toHaveLength(2);
});

test('a run goes on with an order of which it has read only the beginning', async () => {
	const world = createWorld({ answer: () => 503 });
	await world.register('ep_a', { settings: PER_KEY });
	for (let send = 0; send < 2; send += 1) {
		await publishEvents(world.process(), ordered(600, 2), LIMITS);
	}
	world.attempts.length = 0;
	world.answer = () => 200;
	world.clock.advance(2 * HOUR);
	await deliverDue(world.process(), { ...LIMITS, maxDeliveries: 5000, maxRunMs: HOUR });
	const keys = world.attempts.map(({ key }) => key);
	expect(keys).toHaveLength(1200);
	const rows = world.store.rows('events');
	const numbers = keys.map((key) => rows.find(({ event_id: id }) => id === key).id);
	for (const parity of [0, 1]) {
		const ofKey = numbers.filter((number) => number % 2 === parity);
		expect(ofKey).toEqual([...ofKey].sort((one, other) => one - other));
	}
});

test('a send reads little of a long order, and waits behind it', async () => {
	const world = createWorld({ answer: () => 503 });
	await world.register('ep_a', { settings: PER_KEY });
	for (let send = 0; send < 3; send += 1) {
		await publishEvents(world.process(), ordered(1000, 20), LIMITS);
	}
	const { length } = world.attempts;
	const calls = await countCalls(
		world,
		async (ports) => await publishEvents(ports, ordered(40, 20), LIMITS),
	);
	expect(calls).toBe(3);
	expect(world.attempts).toHaveLength(length);
});

test('a long order of one endpoint does not keep a send to another one waiting', async () => {
	const world = createWorld({ answer: ({ endpoint }) => (endpoint.id === 'ep_a' ? 503 : 200) });
	await world.register('ep_a', { settings: PER_KEY });
	for (let send = 0; send < 2; send += 1) {
		await publishEvents(world.process(), ordered(1000, 20), LIMITS);
	}
	await world.register('ep_b', { settings: PER_KEY });
	await publishEvents(world.process(), ordered(40, 20), LIMITS);
	expect(world.attemptsTo('ep_b')).toHaveLength(40);
});

test('closing a batch in order reads only what may lie between its events', async () => {
	const world = createWorld();
	const batch_settings = { max_events: 100, max_wait_seconds: 30 };
	await world.register('ep_a', { status: 'paused', settings: { ...IN_ORDER, batch_settings } });
	for (let send = 0; send < 3; send += 1) {
		await publishEvents(world.process(), ordered(1000, 1), LIMITS);
	}
	const [endpoint] = world.store.rows('endpoints');
	world.store.edit('endpoints', endpoint.id, { status: 'active' });
	world.clock.advance(MINUTE);
	// Each of 30 batches takes some calls, and none of them looks through the queue.
	expect(await run(world)).toBeLessThanOrEqual(30 * 6 + 10);
	expect(world.attempts).toHaveLength(30);
});

test('what has an order gets its turn while a run finds a full page without', async () => {
	const world = createWorld({ answer: () => 503 });
	await world.register('ep_a', { settings: { retry_policy: RETRIES } });
	await publishEvents(world.process(), events(1500), LIMITS);
	await world.register('ep_b', { settings: IN_ORDER });
	await publishEvents(world.process(), events(1), LIMITS);
	world.attempts.length = 0;
	world.clock.advance(2 * HOUR);
	await deliverDue(world.process(), { ...LIMITS, maxDeliveries: 1000 });
	expect(world.attemptsTo('ep_b')).toHaveLength(1);
});

test.each([
	['gets no order any more', { settings: '{}' }, 'delivered'],
	['was deleted', { endpoint_id: 'ep_other', settings: '{}' }, 'failed'],
])('what has a place gets its turn if its endpoint %s, and more waits', async (_, edit, status) => {
	const world = createWorld({ answer: () => 503 });
	await world.register('ep_a', { status: 'paused', eventTypes: ['a'] });
	await publishEvents(world.process(), events(20, { type: 'a' }), LIMITS);
	await world.register('ep_b', { eventTypes: ['b'], settings: IN_ORDER });
	await publishEvents(world.process(), events(1, { type: 'b' }), LIMITS);
	const [, { id }] = world.store.rows('endpoints');
	world.store.edit('endpoints', id, edit);
	world.answer = () => 200;
	world.clock.advance(2 * HOUR);
	await deliverDue(world.process(), { ...LIMITS, maxDeliveries: 10 });
	const rows = world.deliveries().filter(({ endpoint_id }) => endpoint_id === 'ep_b');
	expect(rows).toMatchObject([{ status }]);
});

describe('an endpoint gets its turn although others have due deliveries that come first in their orders:', () => {
	/** Sends one event to a new endpoint in order, which does not attempt it yet. */
	async function sendLast(world, tenantId) {
		await world.register('ep_last', { tenantId, settings: IN_ORDER, status: 'paused' });
		await publishEvents(world.process(), events(1, { tenantId }), LIMITS);
		const { id } = world.store.rows('endpoints').at(-1);
		world.store.edit('endpoints', id, { status: 'active' });
	}

	test.each([['default'], ['other']])(
		'many orders of one endpoint, before one of the tenant %s',
		async (tenantId) => {
			const world = createWorld({ answer: () => 503 });
			await world.register('ep_a', { settings: PER_KEY });
			for (let send = 0; send < 2; send += 1) {
				await publishEvents(world.process(), ordered(800, 800), LIMITS);
			}
			await sendLast(world, tenantId);
			world.clock.advance(2 * HOUR);
			await deliverDue(world.process(), { ...LIMITS, maxDeliveries: 400 });
			expect(world.attemptsTo('ep_last')).toHaveLength(1);
		},
	);

	test('long orders of several endpoints', async () => {
		const world = createWorld();
		for (let number = 0; number < 6; number += 1) {
			await world.register(`ep_${number}`, { settings: IN_ORDER, status: 'paused' });
		}
		await publishEvents(world.process(), events(250), LIMITS);
		await sendLast(world, 'default');
		for (const { id } of world.store.rows('endpoints')) {
			world.store.edit('endpoints', id, { status: 'active' });
		}
		await deliverDue(world.process(), { ...LIMITS, maxDeliveries: 1000 });
		expect(world.attemptsTo('ep_last')).toHaveLength(1);
		expect(world.attempts).toHaveLength(1000);
	});
});

test('a send that ends while a run still reads the events under way keeps its place', async () => {
	const world = createWorld();
	const watch = watchOrder(world, 'ep_a');
	await world.register('ep_a', { settings: IN_ORDER });
	world.answer = () => 503;
	const owner = { lease_owner: 'other', lease_until: LATER };
	const createRow = (id, more) => ({
		tenant_id: 'default',
		event_id: id,
		event_type: 'a',
		data: '{"order":"a"}',
		accepted_at: START,
		...more,
	});
	const fillers = Array.from({ length: 1000 }, (_, number) =>
		createRow(`filler ${number}`, { ...owner, endpoint_ids: '["ep_none"]' }),
	);
	world.store.insert('events', [...fillers, createRow('elder', owner), createRow('younger')]);
	const [younger] = world.store.rows('events').slice(-1);
	const place = { order_key: 'ep_a', order_number: younger.id };
	const waiting = { status: 'pending', attempts: 0, next_attempt_at: START, completed_at: null };
	world.store.insert('deliveries', [
		row(1, { ...waiting, ...place, delivery_id: 'dlv_younger', event_id: 'younger' }),
	]);
	const ports = world.process();
	const { applyAndFind } = ports.tables;
	ports.tables.applyAndFind = async (changes, finds) => {
		const found = await applyAndFind(changes, finds);
		const elder = world.store.rows('events').find(({ event_id: id }) => id === 'elder');
		const hasLooked = finds[0].table === 'events' && finds.length > 1;
		if (hasLooked && elder.lease_until !== null) {
			const retries = { ...waiting, attempts: 1, next_attempt_at: LATER };
			world.store.insert('deliveries', [
				row(2, {
					...retries,
					order_key: 'ep_a',
					order_number: elder.id,
					delivery_id: 'dlv_elder',
					event_id: 'elder',
				}),
			]);
			world.store.edit('events', elder.id, { lease_owner: null, lease_until: null });
		}
		return found;
	};
	world.clock.advance(MINUTE);
	await deliverDue(ports, LIMITS);
	expect(watch.violations).toEqual([]);
	expect(world.attempts).toEqual([]);
});

test('looks for the events under way of many orders in little time', async () => {
	const world = createWorld();
	const endpoint = await world.register('ep_a', { settings: PER_KEY });
	const createRow = (number) => ({
		tenant_id: 'default',
		event_id: `evt_${number}`,
		event_type: 'a',
		data: JSON.stringify({ order: number % 5000 }),
		accepted_at: START,
		lease_owner: 'other',
		lease_until: LATER,
	});
	world.store.insert(
		'events',
		Array.from({ length: 6000 }, (_, number) => createRow(number)),
	);
	const findUnderWay = compileUnderWay(world.store.rows('events'), [endpoint]);
	const { key } = computePlace(endpoint, { data: { order: 7 } }, 1);
	expect(findUnderWay(endpoint, key)).toEqual([8, 5008]);
	let found = 0;
	const ms = measureCpuMs(() => {
		for (let order = 0; order < 30_000; order += 1) {
			found += findUnderWay(endpoint, `order ${order}`).length;
		}
	});
	expect(found).toBe(0);
	expect(ms).toBeLessThan(2000);
});
