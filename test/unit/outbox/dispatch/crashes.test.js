const fc = require('fast-check');

const { latestRowPerDelivery } = require('../../../../build/core/outbox/store/deliveryRows');
const { deliverDue } = require('../../../../build/core/outbox/dispatch/deliverDue');
const { replayDelivery } = require('../../../../build/core/outbox/dispatch/replay');
const { publishEvents } = require('../../../../build/core/outbox/dispatch/publish');

const { createWorld, events, HOUR, LIMITS, MINUTE, SECOND } = require('../world');

/** Slow, so that outcomes are written in several calls. */
const SLOWLY = { attemptMs: 600 };
const FEW = { ...LIMITS, concurrency: 2 };
const RETRIES = { settings: { retry_policy: { schedule: 'list', delays: '1 min, 1 min, 1 min' } } };
/** With keys, so that each call that a send can make is among those at which it is killed. */
const INPUTS = events(5).map((input, index) =>
	index < 3 ? { ...input, idempotencyKey: `key ${index}` } : input,
);

async function newWorld(answer = () => 200) {
	const world = createWorld({ ...SLOWLY, answer });
	await world.register('ep_a', RETRIES);
	await world.register('ep_b', RETRIES);
	return world;
}

/** Runs Deliver Due by the clock until nothing is left to do. */
async function finish(world) {
	for (let run = 0; run < 6; run += 1) {
		world.clock.advance(2 * MINUTE);
		await deliverDue(world.process(), FEW);
	}
}

const getOutcomes = (world) =>
	latestRowPerDelivery(world.deliveries()).filter(({ status }) => status !== 'sending');
const getPair = ({ endpoint_id: endpoint, event_id: event }) => `${endpoint} ${event}`;

/** Counts how often each event was sent to each endpoint. */
function attemptCounts(world) {
	const counts = new Map();
	for (const { endpointId, key } of world.attempts) {
		const pair = `${endpointId} ${key}`;
		counts.set(pair, (counts.get(pair) ?? 0) + 1);
	}
	return counts;
}

/** Checks that each accepted event was delivered to both endpoints, and that nothing is left. */
function expectAllDelivered(world, { after }) {
	const accepted = world.store.rows('events');
	const pairs = accepted.flatMap(({ event_id: event }) => [`ep_a ${event}`, `ep_b ${event}`]);
	const rows = world.deliveries();
	expect({ after, delivered: rows.map(getPair).sort() }).toEqual({
		after,
		delivered: [...pairs].sort(),
	});
	expect(rows.filter(({ status }) => status !== 'delivered')).toEqual([]);
	expect(accepted.filter((row) => row.lease_until !== null)).toEqual([]);
	expect([...attemptCounts(world).keys()].sort()).toEqual([...pairs].sort());
}

/**
 * Repeats a task, killed at its first call to the tables, then at its second, and so on, until it makes
 * no more calls.
 */
async function atEveryCall(test) {
	for (let number = 1; ; number += 1) {
		const reached = await test(number);
		if (!reached) return number - 1;
	}
}

describe.each(['before', 'after'])(
	'a process that is killed %s the effect of any call to the tables',
	(killed) => {
		test('while it publishes: every accepted event is delivered, and rarely twice', async () => {
			const accepted = new Set();
			const calls = await atEveryCall(async (number) => {
				const world = await newWorld();
				const ports = world.process({ killAt: number, killed });
				const [sent] = await Promise.allSettled([publishEvents(ports, INPUTS, FEW)]);
				if (sent.status === 'fulfilled') return false;
				// Wait for everything that is in flight.
				await world.clock.wait(SECOND);
				const atKill = attemptCounts(world);
				const recorded = getOutcomes(world).map(getPair);
				accepted.add(world.store.rows('events').length);
				await finish(world);
				expectAllDelivered(world, { after: number });
				for (const [pair, count] of attemptCounts(world)) {
					// An event is sent again only if it was attempted and its outcome was not written.
					const most = atKill.has(pair) && !recorded.includes(pair) ? 2 : 1;
					expect({ number, pair, tooMany: count > most }).toEqual({ number, pair, tooMany: false });
				}
				// Sending again with the same keys sends nothing twice.
				const before = world.attempts.length;
				const keyed = INPUTS.filter(({ idempotencyKey }) => idempotencyKey);
				const again = await publishEvents(world.process(), keyed, FEW);
				const known = world.store.rows('events').length > 0 && before > 0;
				expect(again.sent.map(({ duplicate }) => duplicate)).toEqual(keyed.map(() => known));
				return true;
			});
			// Events are missing in all calls before they were inserted, and exist in all calls after.
			expect([...accepted].sort()).toEqual(
				killed === 'before' ? [0, INPUTS.length] : [INPUTS.length],
			);
			expect(calls).toBeGreaterThanOrEqual(8);
		});

		test('while it publishes events whose first attempt fails: no delivery is lost', async () => {
			const calls = await atEveryCall(async (number) => {
				const world = await newWorld(({ count }) => (count === 1 ? 503 : 200));
				const ports = world.process({ killAt: number, killed });
				const [sent] = await Promise.allSettled([publishEvents(ports, INPUTS, FEW)]);
				if (sent.status === 'fulfilled') return false;
				await finish(world);
				expectAllDelivered(world, { after: number });
				return true;
			});
			expect(calls).toBeGreaterThanOrEqual(10);
		});

		test('while it delivers what is due: no delivery is lost, and rarely sent twice', async () => {
			const calls = await atEveryCall(async (number) => {
				const world = await newWorld(() => 503);
				await publishEvents(world.process(), INPUTS, FEW);
				world.answer = () => 200;
				world.clock.advance(HOUR);
				const ports = world.process({ killAt: number, killed });
				const [run] = await Promise.allSettled([deliverDue(ports, FEW)]);
				if (run.status === 'fulfilled') return false;
				await world.clock.wait(SECOND);
				const atKill = attemptCounts(world);
				const recorded = getOutcomes(world)
					.filter(({ status }) => status === 'delivered')
					.map(getPair);
				await finish(world);
				expectAllDelivered(world, { after: number });
				for (const [pair, count] of attemptCounts(world)) {
					const most = atKill.get(pair) === 2 && !recorded.includes(pair) ? 3 : 2;
					expect({ number, pair, tooMany: count > most }).toEqual({ number, pair, tooMany: false });
				}
				return true;
			});
			expect(calls).toBeGreaterThanOrEqual(9);
		});

		test('while it repairs the fan-out of another process: no delivery is lost', async () => {
			const calls = await atEveryCall(async (number) => {
				const world = await newWorld();
				const failAt = ({ method, table }) => method === 'insert' && table === 'deliveries';
				await Promise.allSettled([publishEvents(world.process({ failAt }), INPUTS, FEW)]);
				expect(world.deliveries()).toEqual([]);
				world.clock.advance(MINUTE);
				const ports = world.process({ killAt: number, killed });
				const [run] = await Promise.allSettled([deliverDue(ports, FEW)]);
				if (run.status === 'fulfilled') return false;
				await finish(world);
				expectAllDelivered(world, { after: number });
				return true;
			});
			expect(calls).toBeGreaterThanOrEqual(11);
		});

		test('while it replays: no delivery is lost', async () => {
			const calls = await atEveryCall(async (number) => {
				const world = await newWorld();
				await publishEvents(world.process(), INPUTS, FEW);
				world.clock.advance(HOUR);
				const ports = world.process({ killAt: number, killed });
				const [{ delivery_id: id }] = world.deliveries();
				const [run] = await Promise.allSettled([replayDelivery(ports, id, FEW)]);
				if (run.status === 'fulfilled') return false;
				await finish(world);
				expectAllDelivered(world, { after: number });
				return true;
			});
			expect(calls).toBeGreaterThanOrEqual(6);
		});
	},
);

describe.each(['before', 'after'])('a call to the tables that fails %s its effect', (failed) => {
	test('loses no accepted event while publishing', async () => {
		const calls = await atEveryCall(async (number) => {
			const world = await newWorld(({ count }) => (count === 1 ? 503 : 200));
			const ports = world.process({ failAt: number, failed });
			await Promise.allSettled([publishEvents(ports, INPUTS, FEW)]);
			if (ports.tables.calls.length < number) return false;
			// Wait for the work in the background.
			await world.clock.wait(MINUTE);
			await finish(world);
			expectAllDelivered(world, { after: number });
			return true;
		});
		expect(calls).toBeGreaterThanOrEqual(10);
	});

	test('loses no delivery while delivering what is due', async () => {
		const calls = await atEveryCall(async (number) => {
			const world = await newWorld(({ count }) => (count <= 2 ? 503 : 200));
			await publishEvents(world.process(), INPUTS, FEW);
			world.clock.advance(HOUR);
			const ports = world.process({ failAt: number, failed });
			await Promise.allSettled([deliverDue(ports, FEW)]);
			if (ports.tables.calls.length < number) return false;
			await world.clock.wait(MINUTE);
			await finish(world);
			expectAllDelivered(world, { after: number });
			return true;
		});
		expect(calls).toBeGreaterThanOrEqual(9);
	});
});

test('many processes that interleave and are killed at any time lose no delivery', async () => {
	const process = fc.record({
		kind: fc.constantFrom('send', 'due'),
		startMs: fc.integer({ min: 0, max: 90_000 }),
		killAt: fc.option(fc.integer({ min: 1, max: 14 }), { nil: undefined }),
		killed: fc.constantFrom('before', 'after'),
	});
	await fc.assert(
		fc.asyncProperty(
			fc.array(process, { minLength: 2, maxLength: 6 }),
			fc.array(fc.integer({ min: 0, max: 200 }), { minLength: 1, maxLength: 20 }),
			fc.integer({ min: 0, max: 2 }),
			async (processes, latencies, failures) => {
				const world = await newWorld(({ count }) => (count <= failures ? 503 : 200));
				let turn = 0;
				const latency = () => latencies[(turn += 1) % latencies.length];
				await Promise.allSettled(
					processes.map(async ({ kind, killAt, killed, startMs }) => {
						const ports = world.process({ latency, killAt, killed });
						await world.clock.wait(startMs);
						if (kind === 'due') await deliverDue(ports, FEW);
						else await publishEvents(ports, INPUTS, FEW);
					}),
				);
				await world.clock.wait(MINUTE);
				await finish(world);
				const accepted = new Set(world.store.rows('events').map(({ event_id: id }) => id));
				const best = latestRowPerDelivery(world.deliveries());
				expect(best.map(getPair).sort()).toEqual(
					[...accepted].flatMap((id) => [`ep_a ${id}`, `ep_b ${id}`]).sort(),
				);
				expect(best.filter(({ status }) => status !== 'delivered')).toEqual([]);
				// A delivery is only attempted again after a failure or the death of a process.
				const deaths = processes.filter(({ killAt }) => killAt !== undefined).length;
				for (const count of attemptCounts(world).values()) {
					expect(count).toBeLessThanOrEqual(failures + 1 + deaths);
				}
			},
		),
		{ numRuns: 150 },
	);
});
