const fc = require('fast-check');

const { getPlatform } = require('../../../build/core/platforms');
const { isRetryable } = require('../../../build/core/sending/attemptOutcome');
const { deliver } = require('../../../build/core/sending/deliver');
const { BRIEF_RETRY, retryDelayMs } = require('../../../build/core/sending/retryPolicy');

const { failure, response } = require('./attemptResults');
const { anyPolicy, chance, DAY, HOUR } = require('./policyArbitraries');

const AGENTICFLOW_STATUSES = getPlatform('agenticflow').retryStatuses;

describe('deliver', () => {
	/** Delivers to an endpoint that gives these results in turn, on a simulated clock. */
	async function run(results, rules = {}) {
		let now = 0;
		const waits = [];
		const report = await deliver(
			{
				retry: { ...BRIEF_RETRY, jitter: 0 },
				retryStatuses: AGENTICFLOW_STATUSES,
				maxTotalWaitMs: 60_000,
				...rules,
			},
			{
				attempt: async (attempt) => {
					now += 10;
					return results[attempt - 1];
				},
				wait: async (ms) => {
					waits.push(ms);
					now += ms;
				},
				nowMs: () => now,
				random: () => 0,
			},
		);
		return { report, waits };
	}

	test('makes one attempt if it succeeds', async () => {
		const { report, waits } = await run([response(202)]);
		expect(report).toMatchObject({ status: 'delivered', gaveUpBecause: null });
		expect(report.attempts).toEqual([
			{
				attempt: 1,
				time: '1970-01-01T00:00:00.000Z',
				outcome: 'success',
				status_code: 202,
				duration_ms: 10,
				error_message: null,
			},
		]);
		expect(waits).toEqual([]);
	});

	test('waits longer each time and makes no more attempts than the policy allows', async () => {
		const { report, waits } = await run(Array(9).fill(failure('ECONNRESET')));
		expect(waits).toEqual([1000, 2000, 4000]);
		expect(report).toMatchObject({ status: 'failed', gaveUpBecause: 'All 4 attempts were made' });
		expect(report.attempts).toHaveLength(4);
	});

	test('does not start a wait that would exceed maxTotalWaitMs', async () => {
		const { report, waits } = await run(Array(9).fill(response(500)), { maxTotalWaitMs: 3500 });
		expect(waits).toEqual([1000, 2000]);
		// Three attempts of 10 ms, and the wait of 4 s that was not begun.
		expect(report).toMatchObject({
			status: 'retrying',
			gaveUpBecause: null,
			nextAttemptAtMs: 1000 + 2000 + 3 * 10 + 4000,
			response: { status_code: 500 },
		});
		expect(report.attempts).toHaveLength(3);
	});

	test.each([400, 404, 410, 413, 302])('does not retry after status %d', async (status) => {
		const { report } = await run([response(status), response(200)]);
		expect(report).toMatchObject({ status: 'failed' });
		expect(report.attempts).toHaveLength(1);
	});

	const ask = (control) => ({ 'webhook-delivery': control });

	test.each([
		['abort-message', 'The endpoint asked for no retries of this delivery'],
		['disable-endpoint', 'The endpoint asked to be disabled'],
	])('does not retry if the endpoint answers %s', async (control, reason) => {
		const { report, waits } = await run([response(500, ask(control)), response(200)]);
		expect(report).toMatchObject({ status: 'failed', control, gaveUpBecause: reason });
		expect(report.attempts).toHaveLength(1);
		expect(waits).toEqual([]);
	});

	test('delivers what an endpoint accepts, whatever it asks for', async () => {
		const { report } = await run([response(200, ask('disable-endpoint'))]);
		expect(report).toMatchObject({ status: 'delivered', control: 'disable-endpoint' });
	});

	test('retries if the endpoint asks for something unknown', async () => {
		const { report } = await run([response(500, ask('later')), response(200)]);
		expect(report).toMatchObject({ status: 'delivered' });
		expect(report).not.toHaveProperty('control');
	});

	test('never makes more attempts than its policy allows, for any results', async () => {
		const result = fc.oneof(
			fc.integer({ min: 100, max: 599 }).map((status) => response(status)),
			fc.constantFrom('ETIMEDOUT', 'ENOTFOUND', 'EPROTO', 'ECONNRESET').map(failure),
		);
		await fc.assert(
			fc.asyncProperty(
				fc.array(result, { minLength: 12, maxLength: 12 }),
				fc.integer({ min: 0, max: 10 }),
				async (results, maxRetries) => {
					const { report } = await run(results, {
						retry: {
							...BRIEF_RETRY,
							schedule: { ...BRIEF_RETRY.schedule, maxRetries },
							jitter: 0,
						},
						maxTotalWaitMs: Infinity,
					});
					expect(report.attempts.length).toBeLessThanOrEqual(maxRetries + 1);
					const outcomes = report.attempts.map(({ outcome }) => outcome);
					expect(outcomes.slice(0, -1).every(isRetryable)).toBe(true);
					expect(report.status).toBe(outcomes.at(-1) === 'success' ? 'delivered' : 'failed');
				},
			),
		);
	});

	test('leaves even a retry that is due at once to a later run if maxTotalWaitMs is null', async () => {
		const { report, waits } = await run([response(500), response(200)], {
			retry: { ...BRIEF_RETRY, schedule: { kind: 'list', delaysMs: [0] }, jitter: 0 },
			maxTotalWaitMs: null,
		});
		expect(report).toMatchObject({ status: 'retrying', nextAttemptAtMs: 10 });
		expect(report.attempts).toHaveLength(1);
		expect(waits).toEqual([]);
	});
});

describe('a resumed delivery', () => {
	// A long script takes long to shrink: report a failure before the test's own timeout.
	const BRIEFLY = { interruptAfterTimeLimit: 20_000 };
	const RETRIED = ['408', '429', '5xx'];
	const result = fc.record({
		statusCode: fc.oneof(
			{ arbitrary: fc.constantFrom(408, 429, 500, 502, 503), weight: 20 },
			{ arbitrary: fc.constantFrom(200, 400, 410), weight: 1 },
		),
		retryAfter: fc.option(fc.integer({ min: 0, max: 7200 }), { nil: undefined }),
		tookMs: fc.integer({ min: 0, max: 30_000 }),
		random: chance,
	});
	const script = fc.array(result, { minLength: 51, maxLength: 51 });

	/** A clock, and ports that play a script of results. */
	function world(results, startMs = 0) {
		const state = { nowMs: startMs, attempted: [], told: [], waits: [] };
		const ports = {
			attempt: async (attempt) => {
				state.attempted.push({ attempt, atMs: state.nowMs });
				const { retryAfter, statusCode, tookMs } = results[attempt - 1];
				state.nowMs += tookMs;
				return {
					kind: 'response',
					statusCode,
					headers: retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) },
					body: '',
					bodyTruncated: false,
				};
			},
			wait: async (ms) => {
				state.waits.push(ms);
				state.nowMs += ms;
			},
			onWait: (nextAttempt, atMs) => {
				state.told.push({ attempt: nextAttempt, atMs });
			},
			nowMs: () => state.nowMs,
			random: () => results[state.attempted.at(-1).attempt - 1].random,
		};
		return { state, ports };
	}
	const rules = (retry, maxTotalWaitMs) => ({ retry, retryStatuses: RETRIED, maxTotalWaitMs });

	/** Runs a delivery in pieces. `budgets` and `lateMs` are taken in turn, one for each piece. */
	async function inPieces(retry, results, budgets, lateMs) {
		const { ports, state } = world(results);
		let progress;
		for (let piece = 0; ; piece += 1) {
			const budget = budgets[piece % budgets.length];
			const before = state.waits.length;
			const report = await deliver(rules(retry, budget), ports, progress);
			const waited = state.waits.slice(before).reduce((sum, ms) => sum + ms, 0);
			expect(waited).toBeLessThanOrEqual(budget);
			if (report.status !== 'retrying') return { report, state };
			expect(report.gaveUpBecause).toBeNull();
			expect(report.nextAttemptAtMs).toBeGreaterThan(state.nowMs);
			// Between runs it is kept as JSON.
			const { attempts, nextAttemptAtMs } = JSON.parse(JSON.stringify(report));
			progress = { attempts, nextAttemptAtMs };
			state.nowMs = nextAttemptAtMs + lateMs[piece % lateMs.length];
		}
	}
	const budgets = fc.array(
		fc.oneof(
			fc.constant(0),
			fc.integer({ min: 0, max: 3 * HOUR }),
			fc.constant(Number.MAX_SAFE_INTEGER),
		),
		{ minLength: 1, maxLength: 6 },
	);

	test('makes the same attempts as one that was never interrupted, wherever it is split', async () => {
		await fc.assert(
			fc.asyncProperty(anyPolicy, script, budgets, async (retry, results, split) => {
				const whole = world(results);
				const expected = await deliver(rules(retry, Infinity), whole.ports);
				for (const pieces of [split, [0]]) {
					const { report, state } = await inPieces(retry, results, pieces, [0]);
					expect(report).toEqual(expected);
					expect(state.attempted).toEqual(whole.state.attempted);
				}
			}),
			BRIEFLY,
		);
	});

	test('makes as many attempts when it comes late, none before it is due', async () => {
		await fc.assert(
			fc.asyncProperty(
				anyPolicy,
				script,
				budgets,
				fc.array(fc.integer({ min: 0, max: DAY }), { minLength: 1, maxLength: 4 }),
				async (retry, results, split, lateMs) => {
					const expected = await deliver(rules(retry, Infinity), world(results).ports);
					const { report, state } = await inPieces(retry, results, split, lateMs);
					const seen = ({ attempts }) =>
						attempts.map(({ attempt, outcome, status_code: status }) => [attempt, outcome, status]);
					expect(seen(report)).toEqual(seen(expected));
					expect(report.status).toBe(expected.status);
					expect(report.gaveUpBecause).toBe(expected.gaveUpBecause);
					for (let index = 1; index < state.attempted.length; index += 1) {
						const { random, retryAfter, tookMs } = results[index - 1];
						const asked = retryAfter === undefined ? undefined : retryAfter * 1000;
						const delay = retryDelayMs(retry, index, random, asked);
						const endedMs = state.attempted[index - 1].atMs + tookMs;
						expect(state.attempted[index].atMs).toBeGreaterThanOrEqual(endedMs + delay);
					}
				},
			),
			BRIEFLY,
		);
	});

	test('makes no attempt if it is not due yet and may not wait', async () => {
		await fc.assert(
			fc.asyncProperty(
				anyPolicy,
				script,
				fc.integer({ min: 1, max: DAY }),
				async (retry, results, early) => {
					const progress = {
						attempts: [
							{
								attempt: 1,
								time: '1970-01-01T00:00:00.000Z',
								outcome: 'timeout',
								status_code: null,
								duration_ms: 1,
								error_message: 'Timed out',
							},
						],
						nextAttemptAtMs: 2 * DAY,
					};
					const before = structuredClone(progress);
					const { ports, state } = world(results, progress.nextAttemptAtMs - early);
					const report = await deliver(rules(retry, early - 1), ports, progress);
					expect(report).toEqual({
						status: 'retrying',
						attempts: before.attempts,
						response: null,
						gaveUpBecause: null,
						nextAttemptAtMs: before.nextAttemptAtMs,
					});
					expect(state).toMatchObject({ attempted: [], told: [], waits: [] });
					expect(progress).toEqual(before);
				},
			),
			BRIEFLY,
		);
	});

	test('waits until it is due, and no longer', async () => {
		const { ports, state } = world([{ statusCode: 200, tookMs: 0, random: 0 }], 500);
		const progress = { attempts: [], nextAttemptAtMs: 2000 };
		const report = await deliver(rules(BRIEF_RETRY, 1500), ports, progress);
		expect(report.status).toBe('delivered');
		expect(state).toMatchObject({ waits: [1500], told: [{ attempt: 1, atMs: 2000 }] });
		expect(state.attempted).toEqual([{ attempt: 1, atMs: 2000 }]);
	});

	test('reports before each wait which attempt is due when', async () => {
		await fc.assert(
			fc.asyncProperty(anyPolicy, script, async (retry, results) => {
				const { ports, state } = world(results);
				const order = [];
				const noting =
					(name, port) =>
					(...args) => {
						order.push(name);
						return port(...args);
					};
				await deliver(rules(retry, Infinity), {
					...ports,
					attempt: noting('attempt', ports.attempt),
					onWait: noting('told', ports.onWait),
					wait: noting('wait', ports.wait),
				});
				expect(order.join(' ')).toMatch(/^attempt( (told wait )?attempt)*$/);
				expect(state.told).toHaveLength(state.waits.length);
				for (const told of state.told) expect(state.attempted).toContainEqual(told);
			}),
			BRIEFLY,
		);
	});

	test('runs without onWait', async () => {
		const { ports, state } = world(Array(4).fill({ statusCode: 500, tookMs: 0, random: 0 }));
		const report = await deliver(rules(BRIEF_RETRY, Infinity), { ...ports, onWait: undefined });
		expect(report.status).toBe('failed');
		expect(state.waits).toEqual([1000, 2000, 4000]);
	});
});
