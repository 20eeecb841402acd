const fc = require('fast-check');

const { deliverDue } = require('../../../../build/core/outbox/dispatch/deliverDue');
const { publishEvents } = require('../../../../build/core/outbox/dispatch/publish');
const { reserveAttempts } = require('../../../../build/core/outbox/dispatch/rateLimit');
const { updateEndpoint } = require('../../../../build/core/outbox/endpoint/lifecycle');
const { modifyEndpoint } = require('../../../../build/core/outbox/endpoint/repository');

const { createWorld, events, LIMITS, SECOND, START } = require('../world');

const iso = (ms) => new Date(ms).toISOString();
const START_MS = Date.parse(START);
const getStarts = (world) => world.attempts.map(({ startMs }) => startMs - START_MS);

const NOW = Date.parse('2025-01-15T10:00:00.000Z');

const FOREVER = Number.MAX_SAFE_INTEGER;

const limit = fc.record({
	max: fc.integer({ min: 1, max: 500 }),
	perSeconds: fc.oneof(
		fc.integer({ min: 1, max: 86_400 }),
		fc.constantFrom(0.001, 0.25, 0.5, 1.5, 60),
	),
});

/** Successive calls: the number of attempts, the time since the previous call, and the longest wait. */
const calls = fc.array(
	fc.record({
		count: fc.integer({ min: 0, max: 40 }),
		laterMs: fc.integer({ min: 0, max: 100_000 }),
		patienceMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 200_000 })),
	}),
	{ minLength: 1, maxLength: 8 },
);

/** Makes the calls, each with the state that the previous one left. */
function reserveAll(rate, given) {
	let freeAtMs;
	let nowMs = NOW;
	return given.map(({ count, laterMs, patienceMs }) => {
		nowMs += laterMs;
		const untilMs = nowMs + patienceMs;
		const result = reserveAttempts(rate, freeAtMs, count, nowMs, untilMs);
		freeAtMs = result.freeAtMs;
		return { ...result, count, nowMs, untilMs };
	});
}

test('reserveAttempts starts no more attempts than allowed in any window, over any number of calls', () => {
	fc.assert(
		fc.property(limit, calls, (rate, given) => {
			const times = reserveAll(rate, given).flatMap(({ reserved, timesMs }) =>
				timesMs.slice(0, reserved),
			);
			const windowMs = rate.perSeconds * 1000;
			for (let index = 0; index + rate.max < times.length; index += 1) {
				expect(times[index + rate.max] - times[index]).toBeGreaterThanOrEqual(windowMs);
			}
		}),
		{ numRuns: 300 },
	);
});

test('reserveAttempts never reserves a time twice or in the past', () => {
	fc.assert(
		fc.property(limit, calls, (rate, given) => {
			const results = reserveAll(rate, given);
			let free = 0;
			for (const { count, freeAtMs, nowMs, reserved, timesMs, untilMs } of results) {
				expect(timesMs).toHaveLength(count);
				for (const [index, timeMs] of timesMs.entries()) {
					expect(Number.isInteger(timeMs)).toBe(true);
					expect(timeMs).toBeGreaterThanOrEqual(Math.max(nowMs, free));
					if (index > 0) expect(timeMs).toBeGreaterThanOrEqual(timesMs[index - 1]);
					expect(timeMs <= untilMs).toBe(index < reserved);
				}
				const taken = timesMs.slice(0, reserved);
				// Below a millisecond, times that follow each other are equal.
				const gapMs = Math.min(1, (rate.perSeconds * 1000) / rate.max);
				expect(freeAtMs).toBeGreaterThanOrEqual(
					Math.max(nowMs, ...taken.map((ms) => ms + gapMs - 1)),
				);
				if (gapMs === 1) expect(taken).not.toContain(freeAtMs);
				free = freeAtMs;
			}
		}),
	);
});

test('reserveAttempts spreads attempts evenly', () => {
	fc.assert(
		fc.property(limit, fc.integer({ min: 2, max: 200 }), (rate, count) => {
			const { timesMs } = reserveAttempts(rate, undefined, count, NOW, FOREVER);
			const intervalMs = (rate.perSeconds * 1000) / rate.max;
			expect(timesMs[0]).toBe(NOW);
			for (let index = 1; index < count; index += 1) {
				// Whole milliseconds take up to 1 ms on either side.
				const gapMs = timesMs[index] - timesMs[index - 1];
				expect(Math.abs(gapMs - intervalMs)).toBeLessThan(1.001);
			}
		}),
	);
});

test('reserveAttempts returns these times for a limit of 3 in 2 s', () => {
	expect(reserveAttempts({ max: 3, perSeconds: 2 }, undefined, 4, NOW, FOREVER)).toEqual({
		timesMs: [NOW, NOW + 667, NOW + 1334, NOW + 2000],
		reserved: 4,
		freeAtMs: NOW + 2667,
	});
});

test('reserveAttempts returns a time to try again, without a reservation, for attempts that cannot start in time', () => {
	const rate = { max: 1, perSeconds: 10 };
	const first = reserveAttempts(rate, undefined, 5, NOW, NOW + 10_000);
	expect(first).toEqual({
		timesMs: [0, 10_000, 20_000, 30_000, 40_000].map((ms) => NOW + ms),
		reserved: 2,
		freeAtMs: NOW + 20_000,
	});
	const second = reserveAttempts(rate, first.freeAtMs, 1, NOW, NOW + 20_000);
	expect(second).toEqual({ timesMs: [NOW + 20_000], reserved: 1, freeAtMs: NOW + 30_000 });
	expect(reserveAttempts(rate, NOW + 30_000, 2, NOW, NOW + 29_999)).toMatchObject({
		reserved: 0,
		freeAtMs: NOW + 30_000,
	});
});

test('reserveAttempts does not catch up after a pause', () => {
	const { timesMs } = reserveAttempts({ max: 2, perSeconds: 1 }, NOW - 60_000, 3, NOW, FOREVER);
	expect(timesMs).toEqual([NOW, NOW + 500, NOW + 1000]);
});

describe('the rate limit of an endpoint', () => {
	const PER_SECOND = { settings: { rate_limit: { max: 1, per_seconds: 1 } } };

	test('spreads attempts and announces the wait', async () => {
		const world = createWorld();
		await world.register('ep_a', PER_SECOND);
		await world.register('ep_b');
		const ports = world.process();
		await publishEvents(ports, events(4), LIMITS);
		const starts = (id) => world.attemptsTo(id).map(({ startMs }) => startMs - START_MS);
		expect(starts('ep_a')).toEqual([0, 1000, 2000, 3000]);
		expect(starts('ep_b')).toEqual([0, 0, 0, 0]);
		expect(ports.announced).toEqual([
			expect.stringMatching(/Endpoint ep_a spreads attempts until 2025-01-15T10:00:03/),
		]);
	});

	test('applies across runs', async () => {
		const world = createWorld();
		await world.register('ep_a', { settings: { rate_limit: { max: 2, per_seconds: 3 } } });
		await Promise.all(
			[0, 1, 2].map(async (ms) => {
				await publishEvents(world.process({ latency: () => ms }), events(3), LIMITS);
			}),
		);
		const starts = getStarts(world).sort((a, b) => a - b);
		expect(starts).toHaveLength(9);
		for (let index = 2; index < starts.length; index += 1) {
			expect(starts[index] - starts[index - 2]).toBeGreaterThanOrEqual(3000);
		}
	});

	test('counts from its change if it allows more than before, and no longer if it is removed', async () => {
		const world = createWorld();
		await world.register('ep_a', { settings: { rate_limit: { max: 1, per_seconds: 3600 } } });
		const change = async (rate_limit) => {
			const ports = world.process();
			await modifyEndpoint(ports, 'ep_a', (endpoint) =>
				updateEndpoint(endpoint, { settings: { rate_limit } }, ports.nowMs()),
			);
		};
		const send = async () => await publishEvents(world.process(), events(1), LIMITS);
		await send();
		await send();
		expect(world.attempts).toHaveLength(1);
		await change({ max: 1, per_seconds: 2 });
		await send();
		expect(getStarts(world)).toEqual([0, 2100]);
		await change({ max: 1, per_seconds: 7200 });
		await change(null);
		await send();
		expect(world.attempts).toHaveLength(3);
	});

	test('reschedules deliveries that would wait too long, without counting an attempt', async () => {
		const world = createWorld();
		await world.register('ep_a', PER_SECOND);
		const limits = { ...LIMITS, maxPacingMs: 1500 };
		const { sent } = await publishEvents(world.process(), events(4), limits);
		expect(world.attempts).toHaveLength(2);
		expect(sent.map(({ deliveries: [{ delivery }] }) => delivery.status)).toEqual([
			'delivered',
			'delivered',
			'pending',
			'pending',
		]);
		const rows = world.deliveries().filter(({ status }) => status === 'pending');
		const waiting = { attempts: 0, last_attempt_at: null, lease_owner: null, attempt_log: '[]' };
		expect(rows).toMatchObject([
			{ ...waiting, next_attempt_at: iso(START_MS + 2000) },
			{ ...waiting, next_attempt_at: iso(START_MS + 3000) },
		]);
		world.clock.advance(5 * SECOND);
		await deliverDue(world.process(), limits);
		expect(world.statuses()).toEqual(Array(4).fill('delivered'));
		expect(world.deliveries().map(({ attempts }) => attempts)).toEqual([1, 1, 1, 1]);
	});

	/** Checks that at most this number of attempts start in any window of this length. */
	function mostIn(starts, windowMs) {
		return Math.max(
			...starts.map(
				(start) => starts.filter((other) => other >= start && other < start + windowMs).length,
			),
		);
	}

	test('applies after a slow attempt delayed the others', async () => {
		const world = createWorld();
		world.attemptMs = () => (world.attempts.length === 1 ? 10 * SECOND : 10);
		await world.register('ep_a', PER_SECOND);
		const limits = { ...LIMITS, concurrency: 1 };
		await publishEvents(world.process(), events(6), limits);
		// An attempt that missed its slot may be left to another run.
		for (let run = 0; run < 6; run += 1) {
			await world.clock.wait(10 * SECOND);
			await deliverDue(world.process(), limits);
		}
		expect(world.attempts).toHaveLength(6);
		expect(mostIn(getStarts(world), 1000)).toBe(1);
	});

	test('applies to retries without a delay', async () => {
		const world = createWorld({ answer: () => 500 });
		await world.register('ep_a', {
			settings: {
				rate_limit: { max: 1, per_seconds: 10 },
				retry_policy: { schedule: 'list', delays: '0 s, 0 s' },
			},
		});
		await publishEvents(world.process(), events(1), LIMITS);
		for (let run = 0; run < 5; run += 1) {
			world.clock.advance(20 * SECOND);
			await deliverDue(world.process(), LIMITS);
		}
		expect(world.attempts).toHaveLength(3);
		expect(mostIn(getStarts(world), 10 * SECOND)).toBe(1);
	});
});
