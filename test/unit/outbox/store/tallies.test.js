const fc = require('fast-check');
const omit = require('lodash/omit');

const { createTimeZone } = require('../../../../build/core/lib/timeZone');
const { deliverDue } = require('../../../../build/core/outbox/dispatch/deliverDue');
const { publishEvents } = require('../../../../build/core/outbox/dispatch/publish');
const { replayDelivery } = require('../../../../build/core/outbox/dispatch/replay');
const { DEFAULT_RETENTION, prune } = require('../../../../build/core/outbox/log/prune');
const { computeStats, toStatsParts } = require('../../../../build/core/outbox/log/stats');
const { findDeliveries } = require('../../../../build/core/outbox/log/query');
const { cancelMany, replayMany } = require('../../../../build/core/outbox/recovery/changeMany');
const { compactTallies } = require('../../../../build/core/outbox/store/compaction');
const { fromTimeBucket, toTimeBucket } = require('../../../../build/core/outbox/store/tallyRows');

const { createWorld, DAY, events, HOUR, LIMITS, MINUTE, SECOND } = require('../world');

const { expectCounted, pickCounts, readStats } = require('./recount');

const FEW = { ...LIMITS, concurrency: 2 };
const RETRIES = { settings: { retry_policy: { schedule: 'list', delays: '1 min, 1 min' } } };
const BATCHES = { settings: { batch_settings: { max_events: 2, max_wait_seconds: 30 } } };
const INPUTS = events(5).map((input, index) =>
	index < 3 ? { ...input, idempotencyKey: `key ${index}` } : input,
);

const AT_ONCE = { isPreview: false, maxRunMs: MINUTE };
const replayFailed = async (ports) => await replayMany(ports, { statuses: ['failed'] }, AT_ONCE);

async function newWorld(answer = () => 200) {
	const world = createWorld({ attemptMs: 600, answer });
	await world.register('ep_a', RETRIES);
	await world.register('ep_b', BATCHES);
	return world;
}

async function deliverLater(world, runs = 6) {
	for (let run = 0; run < runs; run += 1) {
		world.clock.advance(2 * MINUTE);
		await deliverDue(world.process(), FEW);
	}
}

/** Fails at first, and later answers as told. */
async function worldWithFailures() {
	const world = await newWorld(() => 400);
	await publishEvents(world.process(), INPUTS, FEW);
	await deliverLater(world, 2);
	world.answer = ({ count }) => [200, 503, 400][count % 3];
	return world;
}

/** Things that a process does. Each starts in a world of its own. */
const TASKS = {
	'publishes events': {
		start: async () => await newWorld(({ count }) => [200, 503, 400][count % 3]),
		run: async (ports) => await publishEvents(ports, INPUTS, FEW),
	},
	'delivers what is due': {
		start: async () => {
			const world = await newWorld(() => 503);
			await publishEvents(world.process(), INPUTS, FEW);
			world.clock.advance(HOUR);
			world.answer = ({ key }) => (key.length % 2 === 0 ? 200 : 400);
			return world;
		},
		run: async (ports) => await deliverDue(ports, FEW),
	},
	'replays a delivery that failed': {
		start: worldWithFailures,
		run: async (ports, world) => {
			const { delivery_id: id } = world.deliveries().find(({ status }) => status === 'failed');
			await replayDelivery(ports, id, FEW);
		},
	},
	'delivers failed deliveries again': {
		start: async () => {
			const world = await worldWithFailures();
			await replayFailed(world.process());
			return world;
		},
		run: async (ports) => await deliverDue(ports, FEW),
	},
	'cancels what waits': {
		start: async () => {
			const world = await newWorld(() => 503);
			await publishEvents(world.process(), INPUTS, FEW);
			world.answer = () => 400;
			return world;
		},
		run: async (ports) => await cancelMany(ports, { statuses: ['pending'] }, AT_ONCE),
	},
	'puts tallies together': {
		start: async () => {
			const world = await worldWithFailures();
			await compactTallies(world.process());
			world.clock.advance(HOUR);
			await publishEvents(world.process(), events(3), FEW);
			return world;
		},
		run: async (ports) => await compactTallies(ports),
	},
};

describe.each(['before', 'after'])('a process killed %s any call to the tables', (killed) => {
	test.each(Object.keys(TASKS))('while it %s leaves exact counts', async (name) => {
		const { run, start } = TASKS[name];
		for (let killAt = 1; ; killAt += 1) {
			const world = await start();
			await expectCounted(world, { killAt, when: 'before' });
			const ports = world.process({ killAt, killed });
			const [result] = await Promise.allSettled([run(ports, world)]);
			await world.clock.wait(SECOND);
			await expectCounted(world, { killAt, when: 'at once' });
			await deliverLater(world);
			await expectCounted(world, { killAt, when: 'later' });
			world.clock.advance(HOUR);
			await compactTallies(world.process());
			const stats = await expectCounted(world, { killAt, when: 'put together' });
			expect(stats.pending_deliveries).toBe(0);
			expect(world.tallies().filter(({ status }) => status === 'tally')).toHaveLength(
				stats.by_endpoint.length,
			);
			if (result.status === 'fulfilled') {
				expect(killAt).toBeGreaterThan(2);
				return;
			}
		}
	});
});

test('counts are exact while many processes interleave, and after some were killed', async () => {
	const process = fc.record({
		kind: fc.constantFrom('send', 'due', 'compact', 'prune', 'replay', 'cancel'),
		startMs: fc.integer({ min: 0, max: 90_000 }),
		killAt: fc.option(fc.integer({ min: 1, max: 14 }), { nil: undefined }),
		killed: fc.constantFrom('before', 'after'),
		numbersFirst: fc.boolean(),
	});
	const run = {
		send: async (ports) => await publishEvents(ports, INPUTS, FEW),
		due: async (ports) => await deliverDue(ports, FEW),
		compact: async (ports) => await compactTallies(ports),
		prune: async (ports) => await prune(ports, DEFAULT_RETENTION),
		replay: async (ports) => await replayFailed(ports),
		cancel: async (ports) => await cancelMany(ports, { statuses: ['pending'] }, AT_ONCE),
	};
	await fc.assert(
		fc.asyncProperty(
			fc.array(process, { minLength: 2, maxLength: 8 }),
			fc.array(fc.integer({ min: 0, max: 200 }), { minLength: 1, maxLength: 20 }),
			fc.array(fc.constantFrom(200, 400, 503), { minLength: 1, maxLength: 6 }),
			async (processes, latencies, answers) => {
				let answered = 0;
				const world = await newWorld(() => answers[(answered += 1) % answers.length]);
				let turn = 0;
				const latency = () => latencies[(turn += 1) % latencies.length];
				await Promise.allSettled(
					processes.map(async ({ kind, startMs, ...fate }) => {
						await world.clock.wait(startMs);
						await run[kind](world.process({ latency, ...fate }));
					}),
				);
				await world.clock.wait(MINUTE);
				await expectCounted(world, { when: 'at once' });
				await deliverLater(world);
				await expectCounted(world, { when: 'later' });
				world.clock.advance(HOUR);
				await Promise.all([compactTallies(world.process()), compactTallies(world.process())]);
				await expectCounted(world, { when: 'put together' });
			},
		),
		{ numRuns: 150 },
	);
});

test('a run that was stuck does not count what another run took over', async () => {
	const world = createWorld();
	world.attemptMs = () => (world.attempts.length === 1 ? 20 * MINUTE : 100);
	await world.register('ep_a');
	const stuck = publishEvents(world.process(), events(3), { ...LIMITS, concurrency: 1 });
	await world.clock.wait(5 * MINUTE);
	await deliverDue(world.process(), LIMITS);
	await stuck;
	expect(await expectCounted(world)).toMatchObject({ total_deliveries: 3, total_attempts: 3 });
});

test('an outcome that was written although another run took over is taken out by Prune', async () => {
	const world = await newWorld();
	await publishEvents(world.process(), events(2), FEW);
	const [delivered] = world.deliveries();
	const before = world.deliveries();
	const copy = omit({ ...delivered, status: 'failed', tallied: 'failed' }, 'id');
	const loose = world.tallies().find(({ endpoint_id: endpoint }) => endpoint === 'ep_a');
	const tally = {
		...omit(loose, 'id'),
		delivery_id: 'tly_late',
		attempt_log: loose.attempt_log.replace(/\[\d+,\d+,/, '[0,1,'),
	};
	world.store.insert('deliveries', [copy, tally]);
	expect((await readStats(world)).failed_deliveries).toBe(1);
	await prune(world.process(), DEFAULT_RETENTION);
	expect(world.deliveries()).toEqual(before);
	expect(pickCounts(await readStats(world))).toMatchObject({
		total_deliveries: 3,
		failed_deliveries: 0,
	});
	await prune(world.process(), DEFAULT_RETENTION);
	expect((await readStats(world)).failed_deliveries).toBe(0);
});

test('totals stay when their deliveries are pruned', async () => {
	const world = await worldWithFailures();
	await deliverLater(world);
	const before = await expectCounted(world);
	expect(before.total_deliveries).toBeGreaterThan(5);
	world.clock.advance(8 * DAY);
	const { deliveries } = await prune(world.process(), DEFAULT_RETENTION);
	expect(deliveries).toBe(before.total_deliveries);
	expect(world.deliveries()).toEqual([]);
	expect(await readStats(world)).toEqual(before);
});

test('tallies of many days become one total, and one row a day', async () => {
	const world = createWorld();
	await world.register('ep_a');
	for (let day = 0; day < 5; day += 1) {
		for (let send = 0; send < 4; send += 1) {
			await publishEvents(world.process(), events(2), LIMITS);
			world.clock.advance(HOUR);
		}
		await compactTallies(world.process());
		world.clock.advance(DAY - 4 * HOUR);
	}
	expect(
		world
			.tallies()
			.map(({ status }) => status)
			.sort(),
	).toEqual(['tally', ...Array(5).fill('tally_slots')]);
	const stats = await expectCounted(world);
	expect(stats.by_day.map(({ total_deliveries: total }) => total)).toEqual(Array(5).fill(8));
});

test('a list of endpoints that meets many tallies puts them together', async () => {
	const world = createWorld();
	await world.register('ep_a');
	for (let send = 0; send < 310; send += 1) await publishEvents(world.process(), events(1), LIMITS);
	await readStats(world);
	expect(world.tallies()).toHaveLength(2);
	await expectCounted(world);
});

test('counts by day are those of the log in any zone, also for deliveries that are replayed', async () => {
	await fc.assert(
		fc.asyncProperty(
			fc.constantFrom('Asia/Kathmandu', 'America/St_Johns', 'Pacific/Auckland', 'UTC'),
			fc.array(fc.integer({ min: 1, max: 20 * 60 }), { minLength: 1, maxLength: 12 }),
			fc.array(fc.constantFrom(200, 400), { minLength: 1, maxLength: 5 }),
			async (name, minutes, answers) => {
				let answered = 0;
				const world = createWorld({ answer: () => answers[(answered += 1) % answers.length] });
				await world.register('ep_a');
				for (const wait of minutes) {
					world.clock.advance(wait * MINUTE);
					await publishEvents(world.process(), events(1), LIMITS);
				}
				await replayFailed(world.process());
				await deliverDue(world.process(), LIMITS);
				await compactTallies(world.process());
				const zone = createTimeZone(name);
				const logged = toStatsParts(await findDeliveries(world.process(), {}));
				const pickDays = ({ by_day: days }) =>
					days.map(({ day, ...counts }) => ({ day, ...pickCounts(counts) }));
				expect(pickDays(await readStats(world, zone))).toEqual(
					pickDays(computeStats(logged, zone)),
				);
			},
		),
		{ numRuns: 60 },
	);
});

test('response times are counted to 5 percent', () => {
	fc.assert(
		fc.property(fc.integer({ min: 0, max: 3_600_000 }), (ms) => {
			const counted = fromTimeBucket(toTimeBucket(ms));
			expect(Math.abs(counted - ms)).toBeLessThanOrEqual(Math.max(0.5, ms * 0.05));
		}),
	);
});
