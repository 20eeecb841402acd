const fc = require('fast-check');

const { deliverDue } = require('../../../../build/core/outbox/dispatch/deliverDue');
const { updateEndpoint } = require('../../../../build/core/outbox/endpoint/lifecycle');
const { modifyEndpoint } = require('../../../../build/core/outbox/endpoint/repository');
const { presentDelivery } = require('../../../../build/core/outbox/log/presentDelivery');
const { findDeliveries } = require('../../../../build/core/outbox/log/query');
const { replayMany } = require('../../../../build/core/outbox/recovery/changeMany');
const { publishEvents } = require('../../../../build/core/outbox/dispatch/publish');

const { createWorld, events, LIMITS, MINUTE, SECOND, START } = require('../world');

const WAIT_MS = 30 * SECOND;
const batching = (max_events, more = {}) => ({
	settings: {
		batch_settings: { max_events, max_wait_seconds: WAIT_MS / 1000 },
		retry_policy: { schedule: 'list', delays: '1 min, 1 min, 1 min' },
		...more,
	},
});
const inBody = ({ body }) => JSON.parse(body).data.events.map(({ data }) => data.number);
const sizes = (world) => world.attempts.map((attempt) => inBody(attempt).length);

async function newWorld(maxEvents, more) {
	const world = createWorld();
	await world.register('ep_a', batching(maxEvents, more));
	return world;
}

describe('events for an endpoint with batches', () => {
	test('wait across runs and are sent as one delivery when there are enough', async () => {
		const world = await newWorld(5);
		const first = await publishEvents(world.process(), events(3), LIMITS);
		expect(world.attempts).toEqual([]);
		expect(first.sent.map(({ deliveries: [{ delivery }] }) => delivery.status)).toEqual(
			Array(3).fill('gathering'),
		);
		world.clock.advance(SECOND);
		const { sent } = await publishEvents(world.process(), events(3), LIMITS);
		const [attempt] = world.attempts;
		expect(sizes(world)).toEqual([5]);
		expect(inBody(attempt)).toEqual([0, 1, 2, 0, 1]);
		const envelope = JSON.parse(attempt.body);
		expect(envelope).toMatchObject({
			event: 'webhook.batch',
			webhook_id: 'ep_a',
			timestamp: '2025-01-15T10:00:00Z',
			data: { event_count: 5 },
		});
		expect(envelope.data.events[3]).toMatchObject({ event: 'order.created', webhook_id: 'ep_a' });
		// The batch is one delivery; what it took in is gone, and the rest gathers on.
		const [left, batch] = world.deliveries();
		expect(left).toMatchObject({
			status: 'gathering',
			next_attempt_at: new Date(Date.parse(START) + SECOND + WAIT_MS).toISOString(),
		});
		expect(batch).toMatchObject({
			status: 'delivered',
			attempts: 1,
			event_type: 'webhook.batch',
			delivery_id: attempt.key,
			accepted_at: START,
		});
		expect(world.deliveries()).toHaveLength(2);
		expect(sent.map(({ deliveries: [{ delivery }] }) => delivery.status)).toEqual([
			'delivered',
			'delivered',
			'gathering',
		]);
	});

	test('of one run fill as many batches as possible', async () => {
		const world = await newWorld(4);
		await publishEvents(world.process(), events(11), LIMITS);
		expect(sizes(world)).toEqual([4, 4]);
		expect(world.attempts.flatMap(inBody)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
		expect(world.statuses().filter((status) => status === 'gathering')).toHaveLength(3);
	});

	test('are sent when the first has waited long enough, and not before', async () => {
		const world = await newWorld(100);
		await publishEvents(world.process(), events(2), LIMITS);
		world.clock.advance(WAIT_MS - 10 * SECOND);
		await publishEvents(world.process(), events(1), LIMITS);
		world.clock.advance(9 * SECOND);
		await deliverDue(world.process(), LIMITS);
		expect(world.attempts).toEqual([]);
		world.clock.advance(SECOND);
		const { results } = await deliverDue(world.process(), LIMITS);
		expect(sizes(world)).toEqual([3]);
		expect(results).toHaveLength(1);
		expect(world.statuses()).toEqual(['delivered']);
	});

	test('are filtered one by one, and sent as a list if the platform has no envelope', async () => {
		const world = createWorld();
		const more = { filters: { include_fields: ['number'] } };
		await world.register('ep_a', { ...batching(2, more), platform: 'uptiq' });
		const inputs = events(2).map((input) => ({ ...input, data: { ...input.data, price: 1 } }));
		await publishEvents(world.process(), inputs, LIMITS);
		expect(world.attempts.map(({ body }) => JSON.parse(body))).toEqual([
			[{ number: 0 }, { number: 1 }],
		]);
	});

	test('go into several batches if they exceed the byte limit', async () => {
		const world = createWorld();
		const settings = batching(3).settings;
		settings.batch_settings.max_bytes = 30;
		await world.register('ep_a', { settings });
		await publishEvents(world.process(), events(3), LIMITS);
		expect(sizes(world)).toEqual([2]);
		world.clock.advance(WAIT_MS);
		await deliverDue(world.process(), LIMITS);
		expect(sizes(world)).toEqual([2, 1]);
	});
});

describe('a batch', () => {
	test('is retried unchanged, even if the batch settings change in between', async () => {
		const world = await newWorld(2);
		world.answer = ({ count }) => (count === 1 ? 503 : 200);
		const { sent } = await publishEvents(world.process(), events(2), LIMITS);
		expect(sent.map(({ deliveries: [{ delivery }] }) => delivery.status)).toEqual([
			'pending',
			'pending',
		]);
		await modifyEndpoint(world.process(), await world.endpoint('ep_a'), (endpoint) =>
			updateEndpoint(endpoint, { settings: { batch_settings: null } }, world.clock.nowMs()),
		);
		world.clock.advance(2 * MINUTE);
		await deliverDue(world.process(), LIMITS);
		const [first, second] = world.attempts;
		expect(second.body).toBe(first.body);
		expect(second.key).toBe(first.key);
		expect(world.statuses()).toEqual(['delivered']);
	});

	test('is one delivery in the log and is found by each of its events', async () => {
		const world = await newWorld(3);
		await publishEvents(world.process(), events(3), LIMITS);
		const ids = world.store.rows('events').map(({ event_id }) => event_id);
		const log = await findDeliveries(world.process(), {});
		expect(log.map(presentDelivery)).toMatchObject([
			{ event: 'webhook.batch', event_count: 3, event_ids: ids, attempts: 1 },
		]);
		for (const eventId of ids)
			expect(await findDeliveries(world.process(), { eventId })).toEqual(log);
		expect(await findDeliveries(world.process(), { eventId: ids[0].slice(0, -1) })).toEqual([]);
	});

	test('is put on hold and replayed as one delivery if its endpoint is disabled', async () => {
		const world = await newWorld(2, { disable_rule: { rule: 'consecutiveFailures', count: 1 } });
		world.answer = ({ count }) => (count === 1 ? 503 : 200);
		await publishEvents(world.process(), events(2), LIMITS);
		await publishEvents(world.process(), events(1), LIMITS);
		world.clock.advance(2 * MINUTE);
		await deliverDue(world.process(), LIMITS);
		expect(world.statuses().sort()).toEqual(['held', 'held']);
		world.answer = () => 200;
		await modifyEndpoint(world.process(), 'ep_a', (endpoint) => ({
			...endpoint,
			status: 'active',
			failingSince: null,
			consecutiveFailures: 0,
		}));
		const selection = { statuses: ['held'], since: START };
		const run = { isPreview: false, maxRunMs: MINUTE };
		expect(await replayMany(world.process(), selection, run)).toMatchObject({ deliveries: 2 });
		await deliverDue(world.process(), LIMITS);
		await deliverDue(world.process(), LIMITS);
		expect(world.statuses()).toEqual(['delivered', 'delivered']);
		// Events that were put on hold before they were in a batch are sent in one.
		expect(sizes(world).sort()).toEqual([1, 2, 2]);
	});
});

test('events that wait for a batch are sent alone once their endpoint has no batches', async () => {
	const world = await newWorld(10);
	await publishEvents(world.process(), events(2), LIMITS);
	await modifyEndpoint(world.process(), 'ep_a', (endpoint) =>
		updateEndpoint(endpoint, { settings: { batch_settings: null } }, world.clock.nowMs()),
	);
	world.clock.advance(WAIT_MS);
	await deliverDue(world.process(), LIMITS);
	expect(world.attempts.map(({ body }) => JSON.parse(body).event)).toEqual([
		'order.created',
		'order.created',
	]);
	expect(world.statuses()).toEqual(['delivered', 'delivered']);
});

/** The events' numbers by batch: a batch that was sent twice is one. */
function getBatches(world) {
	const bodies = new Map();
	for (const { body, key } of world.attempts) {
		if (bodies.has(key)) expect(body).toBe(bodies.get(key));
		bodies.set(key, body);
	}
	return [...bodies.values()].map((body) => inBody({ body }));
}

async function expectEachInOneBatch(world, maxEvents) {
	for (let run = 0; run < 8; run += 1) {
		world.clock.advance(2 * MINUTE);
		await deliverDue(world.process(), LIMITS);
	}
	const accepted = world.store.rows('events').map(({ data }) => JSON.parse(data).number);
	const batches = getBatches(world);
	expect(batches.flat().sort()).toEqual([...new Set(accepted)].sort());
	expect(Math.max(0, ...batches.map(({ length }) => length))).toBeLessThanOrEqual(maxEvents);
	expect(new Set(world.statuses()).size).toBeLessThanOrEqual(1);
	expect(world.statuses()).toHaveLength(batches.length);
}

test('each event is in exactly one batch, even if runs overlap and one is killed', async () => {
	let killed = 0;
	await fc.assert(
		fc.asyncProperty(
			fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 5 }),
			fc.integer({ min: 1, max: 5 }),
			fc.infiniteStream(fc.integer({ min: 0, max: 40 })),
			fc.integer({ min: 1, max: 25 }),
			fc.constantFrom('before', 'after'),
			async (counts, maxEvents, latencies, killAt, when) => {
				const world = await newWorld(maxEvents);
				let number = 0;
				const runs = counts.map((count, run) => {
					const inputs = events(count).map((input) => ({
						...input,
						data: { number: `n${(number += 1)}` },
					}));
					const latency = () => latencies.next().value;
					const dies = run === 0 ? { killAt, killed: when } : {};
					return async () =>
						await publishEvents(world.process({ latency, ...dies }), inputs, LIMITS);
				});
				const due = async () => {
					const latency = () => latencies.next().value;
					await deliverDue(world.process({ latency }), LIMITS);
				};
				const [first] = await Promise.allSettled(
					[...runs, due, due].map(async (run) => await run()),
				);
				if (first.status === 'rejected') killed += 1;
				await world.clock.wait(SECOND);
				await expectEachInOneBatch(world, maxEvents);
			},
		),
		{ numRuns: 150 },
	);
	expect(killed).toBeGreaterThan(20);
});

test('each event is in exactly one batch if deliverDue is killed at any call', async () => {
	for (const when of ['before', 'after']) {
		for (let killAt = 1; ; killAt += 1) {
			const world = await newWorld(4);
			await publishEvents(world.process(), events(3), LIMITS);
			world.clock.advance(WAIT_MS);
			const ports = world.process({ killAt, killed: when });
			const [run] = await Promise.allSettled([deliverDue(ports, LIMITS)]);
			await world.clock.wait(SECOND);
			await expectEachInOneBatch(world, 4);
			if (run.status === 'fulfilled') {
				expect(killAt).toBeGreaterThan(10);
				break;
			}
		}
	}
});

describe('a long queue of an endpoint that was paused', () => {
	/** Sends events to paused endpoints, each of a tenant of its own, and resumes these. */
	async function resumedWorld(counts) {
		const world = createWorld();
		for (const [index, count] of counts.entries()) {
			const tenantId = `tenant_${index}`;
			await world.register(`ep_${index}`, { ...batching(2), tenantId, status: 'paused' });
			await publishEvents(world.process(), events(count, { tenantId }), LIMITS);
		}
		for (const { id } of world.store.rows('endpoints')) {
			world.store.edit('endpoints', id, { status: 'active' });
		}
		world.clock.advance(MINUTE);
		return world;
	}

	test('is closed as far as a run makes deliveries, and by later runs', async () => {
		const world = await resumedWorld([240]);
		await deliverDue(world.process(), { ...LIMITS, maxDeliveries: 5 });
		expect(world.attempts).toHaveLength(5);
		expect(world.statuses().filter((status) => status === 'gathering')).toHaveLength(230);
		await deliverDue(world.process(), LIMITS);
		expect(sizes(world)).toEqual(Array(120).fill(2));
		const numbers = world.attempts.flatMap(inBody).sort((a, b) => a - b);
		expect(numbers).toEqual([...numbers.keys()]);
		expect(new Set(world.statuses())).toEqual(new Set(['delivered']));
	});

	test('leaves places to the batches of others', async () => {
		const world = await resumedWorld([240, 2]);
		await deliverDue(world.process(), { ...LIMITS, maxDeliveries: 60 });
		expect(world.attempts).toHaveLength(60);
		expect(world.attemptsTo('ep_1')).toHaveLength(1);
	});

	test('is sent while a run has time for it, however slow the tables are', async () => {
		const world = await resumedWorld([240]);
		const startMs = world.clock.nowMs();
		await deliverDue(world.process({ latency: () => 100 }), { ...LIMITS, maxRunMs: 30 * SECOND });
		expect(world.attempts.length).toBeGreaterThan(10);
		expect(world.clock.nowMs() - startMs).toBeLessThan(MINUTE);
	});

	test('does not have to be closed by the next send', async () => {
		const world = await resumedWorld([240]);
		await publishEvents(world.process(), events(3, { tenantId: 'tenant_0' }), LIMITS);
		expect(sizes(world)).toEqual([2, 2, 2]);
	});
});

test('a run ends if it gets no further with a queue that is due', async () => {
	const world = await newWorld(5);
	await publishEvents(world.process(), events(2), LIMITS);
	world.clock.advance(MINUTE);
	const ports = world.process();
	const isOfQueue = ({ query: { all = [] } }) =>
		all.some(({ column, value }) => column === 'status' && value === 'gathering');
	let looks = 0;
	/** Tables that show no queue, as if another run had it. */
	const tables = Object.create(ports.tables, {
		applyAndFind: {
			value: async (changes, finds) => {
				looks += 1;
				if (looks > 50) throw new Error('The run does not end.');
				const found = await ports.tables.applyAndFind(changes, finds);
				return found.map((rows, index) => (isOfQueue(finds[index]) ? [] : rows));
			},
		},
		find: {
			value: async (table, query, options) =>
				isOfQueue({ query }) ? [] : await ports.tables.find(table, query, options),
		},
	});
	expect(await deliverDue({ ...ports, tables }, LIMITS)).toMatchObject({ results: [] });
	expect(world.attempts).toEqual([]);
	// The next run finds the events where they were.
	await deliverDue(world.process(), LIMITS);
	expect(sizes(world)).toEqual([2]);
});
