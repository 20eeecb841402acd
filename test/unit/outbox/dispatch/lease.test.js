const fc = require('fast-check');

const { deliverDue } = require('../../../../build/core/outbox/dispatch/deliverDue');
const { publishEvents } = require('../../../../build/core/outbox/dispatch/publish');

const { createWorld, events, LIMITS, MINUTE, SECOND, HOUR } = require('../world');

const { failedOnce, getStatuses, listed, START_MS } = require('./failedDeliveries');

describe('simultaneous runs', () => {
	test('never attempt the same delivery twice, however they interleave', async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.integer({ min: 2, max: 4 }),
				fc.integer({ min: 1, max: 8 }),
				fc.integer({ min: 1, max: 8 }),
				fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 30 }),
				fc.array(fc.constantFrom(200, 500, 503, 400), { minLength: 1, maxLength: 8 }),
				async (runs, count, maxDeliveries, latencies, answers) => {
					const world = await failedOnce(count, listed('1 min, 10 min'));
					world.clock.advance(2 * MINUTE);
					let turn = 0;
					const latency = () => latencies[(turn += 1) % latencies.length];
					world.answer = ({ key }) => answers[Number(key.split('-').pop()) % answers.length];
					world.attemptMs = latency;
					const limits = { ...LIMITS, concurrency: 2, maxDeliveries };
					const done = await Promise.all(
						Array.from({ length: runs }, async () =>
							(await deliverDue(world.process({ latency }), limits)).results.map(
								({ delivery }) => delivery.id,
							),
						),
					);
					const taken = done.flat();
					expect(new Set(taken).size).toBe(taken.length);
					expect(world.attempts).toHaveLength(count + taken.length);
					const keys = world.attempts.slice(count).map(({ key }) => key);
					expect(new Set(keys).size).toBe(keys.length);
					expect(taken.length).toBeGreaterThanOrEqual(Math.min(count, maxDeliveries));
					const rows = world.deliveries();
					expect(rows).toHaveLength(count);
					expect(rows.filter(({ attempts }) => attempts === 2)).toHaveLength(taken.length);
					expect(rows.every(({ lease_owner: owner }) => owner === null)).toBe(true);
				},
			),
			{ numRuns: 150 },
		);
	});

	test('never attempt what a publishing run is attempting', async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.array(fc.integer({ min: 0, max: 300 }), { minLength: 1, maxLength: 20 }),
				async (latencies) => {
					const world = createWorld({ attemptMs: 700 });
					await world.register('ep_a');
					let turn = 0;
					const latency = () => latencies[(turn += 1) % latencies.length];
					const due = async () => await deliverDue(world.process({ latency }), LIMITS);
					await Promise.all([
						publishEvents(world.process({ latency }), events(5), { ...LIMITS, concurrency: 2 }),
						due(),
						due().then(due),
					]);
					expect(world.attempts).toHaveLength(5);
					expect(world.statuses()).toEqual(Array(5).fill('delivered'));
				},
			),
			{ numRuns: 50 },
		);
	});

	test('leave a slow run its deliveries, because it renews its lease', async () => {
		const world = createWorld({ attemptMs: 20 * SECOND });
		await world.register('ep_a');
		let over = false;
		const long = publishEvents(world.process(), events(15), { ...LIMITS, concurrency: 1 }).then(
			(result) => {
				over = true;
				return result;
			},
		);
		const others = (async () => {
			while (!over) {
				await world.clock.wait(10 * SECOND);
				await deliverDue(world.process(), LIMITS);
			}
		})();
		const { sent } = await long;
		await others;
		// Far longer than a lease.
		expect(world.clock.nowMs() - START_MS).toBeGreaterThanOrEqual(300 * SECOND);
		expect(world.attempts).toHaveLength(15);
		expect(sent.every(({ deliveries: [{ delivery }] }) => delivery.status === 'delivered')).toBe(
			true,
		);
		expect(world.statuses()).toEqual(Array(15).fill('delivered'));
	});

	test('do not attempt what another run took over while they were stuck', async () => {
		const world = createWorld();
		world.attemptMs = () => (world.attempts.length === 1 ? 20 * MINUTE : 100);
		await world.register('ep_a');
		const stuck = publishEvents(world.process(), events(3), { ...LIMITS, concurrency: 1 });
		await world.clock.wait(5 * MINUTE);
		expect(world.attempts).toHaveLength(1);
		expect(getStatuses(await deliverDue(world.process(), LIMITS))).toEqual(
			Array(3).fill('delivered'),
		);
		expect(world.attempts).toHaveLength(4);
		await stuck;
		// The attempt that it was stuck in is made twice.
		expect(world.attempts).toHaveLength(4);
		await deliverDue(world.process(), LIMITS);
		expect(world.attempts).toHaveLength(4);
		const ids = world.deliveries().map(({ delivery_id: id }) => id);
		expect(new Set(ids).size).toBe(3);
		expect(new Set(world.statuses())).toEqual(new Set(['delivered']));
	});

	test('do not resend what another run delivered while their own attempt was failing', async () => {
		const world = createWorld();
		world.attemptMs = () => (world.attempts.length === 1 ? 20 * MINUTE : 100);
		// The response to the first attempt arrives last.
		world.answer = () => (world.clock.nowMs() < START_MS + 10 * MINUTE ? 200 : 500);
		await world.register('ep_a');
		const stuck = publishEvents(world.process(), events(1), LIMITS);
		await world.clock.wait(5 * MINUTE);
		expect(getStatuses(await deliverDue(world.process(), LIMITS))).toEqual(['delivered']);
		await stuck;
		world.clock.advance(HOUR);
		await deliverDue(world.process(), LIMITS);
		expect(world.attempts).toHaveLength(2);
	});

	test('do not take over deliveries that wait for a rate limit', async () => {
		const world = createWorld();
		await world.register('ep_a', { settings: { rate_limit: { max: 1, per_seconds: 20 } } });
		let over = false;
		const limits = { ...LIMITS, maxPacingMs: 200 * SECOND };
		const long = publishEvents(world.process(), events(8), limits).finally(() => {
			over = true;
		});
		const others = (async () => {
			while (!over) {
				await world.clock.wait(10 * SECOND);
				await deliverDue(world.process(), limits);
			}
		})();
		await Promise.all([long, others]);
		const starts = world.attempts.map(({ startMs }) => startMs - START_MS);
		expect(starts).toEqual([0, 20, 40, 60, 80, 100, 120, 140].map((seconds) => seconds * SECOND));
		expect(world.statuses()).toEqual(Array(8).fill('delivered'));
	});
});
