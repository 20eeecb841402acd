const fc = require('fast-check');

const { reserveAttempts } = require('../../../dist/core/outbox/dispatch/rateLimit');

const NOW = Date.parse('2025-01-15T10:00:00.000Z');
const FOREVER = Number.MAX_SAFE_INTEGER;

const limit = fc.record({
	max: fc.integer({ min: 1, max: 500 }),
	perSeconds: fc.oneof(
		fc.integer({ min: 1, max: 86_400 }),
		fc.constantFrom(0.001, 0.25, 0.5, 1.5, 60),
	),
});

/** Successive calls: so many attempts are wanted, so long after the call before, and may wait so long. */
const calls = fc.array(
	fc.record({
		count: fc.integer({ min: 0, max: 40 }),
		laterMs: fc.integer({ min: 0, max: 100_000 }),
		patienceMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 200_000 })),
	}),
	{ minLength: 1, maxLength: 8 },
);

/** Makes the calls, each with what the one before has left. */
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

test('in any window no more attempts begin than allowed, over any number of calls', () => {
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

test('reservations of successive calls never overlap, and none lies in the past', () => {
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

test('attempts are spread evenly', () => {
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

test('a limit of 3 in 2 s gives these times', () => {
	expect(reserveAttempts({ max: 3, perSeconds: 2 }, undefined, 4, NOW, FOREVER)).toEqual({
		timesMs: [NOW, NOW + 667, NOW + 1334, NOW + 2000],
		reserved: 4,
		freeAtMs: NOW + 2667,
	});
});

test('what cannot begin in time gets a time to try again, and takes nobody’s place', () => {
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

test('a pause is not made up for', () => {
	const { timesMs } = reserveAttempts({ max: 2, perSeconds: 1 }, NOW - 60_000, 3, NOW, FOREVER);
	expect(timesMs).toEqual([NOW, NOW + 500, NOW + 1000]);
});
