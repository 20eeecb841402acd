const fc = require('fast-check');

const { deliverDue } = require('../../../../build/core/outbox/dispatch/deliverDue');
const { publishEvents } = require('../../../../build/core/outbox/dispatch/publish');
const { latestRowPerDelivery } = require('../../../../build/core/outbox/store/deliveryRows');

const { createWorld, LIMITS, MINUTE, SECOND } = require('../world');

const { ordered, watchOrder } = require('./orderWatch');

const RETRIES = { schedule: 'list', delays: '1 min, 1 min, 1 min' };
const PER_KEY = { retry_policy: RETRIES, in_order: { key: 'order' } };
const FEW = { ...LIMITS, concurrency: 3 };

/** Runs Deliver Due by the clock until everything is settled. */
async function finish(world, process = () => world.process(), runs = 80) {
	for (let run = 0; run < runs; run += 1) {
		world.clock.advance(2 * MINUTE);
		await deliverDue(process(), FEW);
		const rows = latestRowPerDelivery(world.deliveries());
		const isUnderWay = world.store.rows('events').some(({ lease_until }) => lease_until !== null);
		if (!isUnderWay && rows.every(({ status }) => status === 'delivered')) return;
	}
}

/** Expects that each accepted event was delivered to both endpoints. */
function expectAllDelivered(world, endpointIds) {
	const accepted = world.store.rows('events').map(({ event_id: id }) => id);
	const best = latestRowPerDelivery(world.deliveries()).filter(
		({ event_ids: batched }) => batched === null,
	);
	expect(best.map((row) => `${row.endpoint_id} ${row.event_id} ${row.status}`).sort()).toEqual(
		endpointIds.flatMap((id) => accepted.map((event) => `${id} ${event} delivered`)).sort(),
	);
}

const processes = fc.array(
	fc.record({
		kind: fc.constantFrom('send', 'due'),
		startMs: fc.integer({ min: 0, max: 150_000 }),
		killAt: fc.option(fc.integer({ min: 1, max: 14 }), { nil: undefined }),
		killed: fc.constantFrom('before', 'after'),
		isKeyed: fc.boolean(),
	}),
	{ minLength: 2, maxLength: 7 },
);
const latencies = fc.array(fc.integer({ min: 0, max: 200 }), { minLength: 1, maxLength: 20 });

/** Runs processes that interleave, and are killed at any time, then finishes what they left. */
async function interleave(world, planned, pauses, more = {}) {
	let turn = 0;
	const latency = () => pauses[(turn += 1) % pauses.length];
	await Promise.allSettled(
		planned.map(async ({ isKeyed, kind, killAt, killed, startMs }, index) => {
			const ports = world.process({ latency, killAt, killed, ...more });
			await world.clock.wait(startMs);
			if (kind === 'due') return await deliverDue(ports, FEW);
			const inputs = ordered(4, 2).map((input, number) =>
				isKeyed ? { ...input, idempotencyKey: `${number} of ${index % 2}` } : input,
			);
			return await publishEvents(ports, inputs, FEW);
		}),
	);
	await world.clock.wait(MINUTE);
	await finish(world);
}

/** Checks a property of a world whose endpoint refuses each delivery a few times, while processes interleave. */
const assertWhileFailing = async (check) =>
	await fc.assert(
		fc.asyncProperty(
			processes,
			latencies,
			fc.integer({ min: 0, max: 2 }),
			async (planned, pauses, failures) => {
				const world = createWorld({
					attemptMs: 600,
					answer: ({ count }) => (count <= failures ? 503 : 200),
				});
				await check(world, async () => await interleave(world, planned, pauses));
			},
		),
		{ numRuns: 60 },
	);

test('no event of a key is attempted before its elder, however processes interleave and are killed', async () => {
	await assertWhileFailing(async (world, run) => {
		const watch = watchOrder(world, 'ep_a');
		await world.register('ep_a', { settings: PER_KEY });
		await world.register('ep_b', { settings: { retry_policy: RETRIES } });
		await run();
		expect(watch.violations).toEqual([]);
		expect(watch.delivered.size).toBe(world.store.rows('events').length);
		expectAllDelivered(world, ['ep_a', 'ep_b']);
	});
});

test('batches keep the order, however processes interleave and are killed', async () => {
	await assertWhileFailing(async (world, run) => {
		const watch = watchOrder(world, 'ep_a', { getKey: () => 'all' });
		await world.register('ep_a', {
			settings: { ...PER_KEY, batch_settings: { max_events: 3, max_wait_seconds: 30 } },
		});
		await run();
		expect(watch.violations).toEqual([]);
		const accepted = world.store.rows('events').map(({ event_id: id }) => id);
		expect([...watch.delivered].sort()).toEqual(accepted.sort());
	});
});

test('events that were on record before a send come first, also if rows become visible out of order', async () => {
	await fc.assert(
		fc.asyncProperty(processes, latencies, async (planned, pauses) => {
			const world = createWorld({ attemptMs: 600 });
			const elders = new Map();
			const watch = watchOrder(world, 'ep_a', {
				precedes: (a, b) => elders.get(b.event_id)?.has(a.event_id) === true,
			});
			await world.register('ep_a', { settings: PER_KEY });
			const { process } = world;
			// Notes what each send can see before it inserts anything.
			world.process = (options) => {
				const ports = process(options);
				const { applyAndFind } = ports.tables;
				ports.tables.applyAndFind = async (changes, finds) => {
					const visible = new Set(world.store.rows('events').map(({ event_id: id }) => id));
					for (const { change, rows, table } of changes) {
						if (change !== 'insert' || table !== 'events') continue;
						for (const { event_id: id } of rows) if (!elders.has(id)) elders.set(id, visible);
					}
					return await applyAndFind(changes, finds);
				};
				return ports;
			};
			await interleave(world, planned, pauses, { numbersFirst: true });
			expect(watch.violations).toEqual([]);
			expect(watch.delivered.size).toBe(world.store.rows('events').length);
			expectAllDelivered(world, ['ep_a']);
		}),
		{ numRuns: 60 },
	);
});

describe.each(['before', 'after'])('a run that is killed %s the effect of any call', (killed) => {
	test('leaves the order as it is, and loses nothing', async () => {
		for (let killAt = 1; ; killAt += 1) {
			let isDown = true;
			const world = createWorld({ attemptMs: 600, answer: () => (isDown ? 503 : 200) });
			const watch = watchOrder(world, 'ep_a');
			await world.register('ep_a', { settings: PER_KEY });
			await publishEvents(world.process(), ordered(6, 2), FEW);
			isDown = false;
			world.clock.advance(2 * MINUTE);
			const ports = world.process({ killAt, killed });
			const [run] = await Promise.allSettled([deliverDue(ports, FEW)]);
			if (run.status === 'fulfilled') {
				expect(killAt).toBeGreaterThan(10);
				return;
			}
			await world.clock.wait(MINUTE);
			await finish(world);
			expect({ killAt, violations: watch.violations }).toEqual({ killAt, violations: [] });
			expectAllDelivered(world, ['ep_a']);
		}
	});
});

test('1,000 events of 20 keys at a failing endpoint: two runs at once never send one before its elder', async () => {
	let isDown = true;
	let attempts = 0;
	const world = createWorld({
		attemptMs: 50,
		answer: () => {
			attempts += 1;
			return isDown || attempts % 7 === 0 ? 503 : 200;
		},
	});
	const watch = watchOrder(world, 'ep_a');
	const delays = Array.from({ length: 30 }, () => '1 min').join(', ');
	await world.register('ep_a', {
		settings: { retry_policy: { schedule: 'list', delays }, in_order: { key: 'order' } },
	});
	for (let send = 0; send < 10; send += 1) {
		await publishEvents(world.process(), ordered(100, 20), LIMITS);
	}
	// While it is down, only the eldest of each key is attempted.
	const before = attempts;
	world.clock.advance(2 * MINUTE);
	await Promise.all([deliverDue(world.process(), LIMITS), deliverDue(world.process(), LIMITS)]);
	expect(attempts - before).toBe(20);
	isDown = false;
	let turn = 0;
	const latency = () => [5, 40, 90][(turn += 1) % 3];
	for (let round = 0; round < 40 && watch.delivered.size < 1000; round += 1) {
		world.clock.advance(2 * MINUTE);
		const killAt = round % 3 === 0 ? 9 + round : undefined;
		await Promise.allSettled([
			deliverDue(world.process({ latency, killAt }), LIMITS),
			world.clock.wait(20).then(async () => await deliverDue(world.process({ latency }), LIMITS)),
		]);
		await world.clock.wait(SECOND);
	}
	expect(watch.violations).toEqual([]);
	expect(watch.delivered.size).toBe(1000);
}, 120_000);
