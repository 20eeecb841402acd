const fc = require('fast-check');

const { deliver } = require('../../dist/core/sending/deliver');
const { decideNextAction } = require('../../dist/core/sending/nextAction');
const { isRetryable } = require('../../dist/core/sending/attemptOutcome');
const {
	BRIEF_RETRY,
	AGENTICFLOW_RETRY,
	STANDARD_WEBHOOKS_RETRY,
	WORKFLUX_RETRY,
	exponentialRetry,
	countRetries,
	parseRetryAfterMs,
	retryDelayMs,
} = require('../../dist/core/sending/retryPolicy');
const { chooseRetryPolicy, parseDelays } = require('../../dist/core/sending/retrySettings');
const { PLATFORMS, getPlatform } = require('../../dist/core/platforms');

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const list = fc.record({
	kind: fc.constant('list'),
	delaysMs: fc.array(fc.integer({ min: 0, max: DAY }), { maxLength: 12 }),
});
const exponential = fc.record({
	kind: fc.constant('exponential'),
	firstDelayMs: fc.integer({ min: 0, max: HOUR }),
	backoffMultiplier: fc.double({ min: 1, max: 10, noNaN: true }),
	maxDelayMs: fc.integer({ min: 0, max: DAY }),
	maxRetries: fc.integer({ min: 0, max: 50 }),
});
const policyOf = (schedule) =>
	fc.record({
		schedule,
		jitter: fc.double({ min: 0, max: 1, noNaN: true }),
		maxRetryAfterMs: fc.integer({ min: 0, max: DAY }),
	});
const anyPolicy = policyOf(fc.oneof(list, exponential));
const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const askedMs = fc.option(fc.integer({ min: 0, max: 10 * DAY }), { nil: undefined });
const OUTCOMES = [
	'success',
	'retryable',
	'throttled',
	'permanent',
	'gone',
	'body_too_large',
	'redirect',
	'timeout',
	'dns',
	'connection',
	'tls',
	'blocked',
	'invalid_request',
];

/** A policy and the number of one of its retries. */
const policyAndRetry = anyPolicy
	.filter((policy) => countRetries(policy) > 0)
	.chain((policy) =>
		fc.record({
			policy: fc.constant(policy),
			retry: fc.integer({ min: 1, max: countRetries(policy) }),
		}),
	);

const capOf = ({ schedule }) =>
	schedule.kind === 'list' ? Math.max(0, ...schedule.delaysMs) : schedule.maxDelayMs;
const withoutJitter = (policy) => ({ ...policy, jitter: 0 });
const waitsOf = (policy) =>
	Array.from({ length: countRetries(policy) }, (_, index) =>
		retryDelayMs(withoutJitter(policy), index + 1, 0),
	);

describe('waits between attempts', () => {
	test('are whole, never negative and never longer than the policy’s cap', () => {
		fc.assert(
			fc.property(policyAndRetry, chance, ({ policy, retry }, random) => {
				const delay = retryDelayMs(policy, retry, random);
				expect(Number.isInteger(delay)).toBe(true);
				expect(delay).toBeGreaterThanOrEqual(0);
				expect(delay).toBeLessThanOrEqual(capOf(policy));
			}),
		);
	});

	test('of a list are the list’s', () => {
		fc.assert(
			fc.property(policyOf(list), (policy) => {
				expect(waitsOf(policy)).toEqual(policy.schedule.delaysMs);
			}),
		);
	});

	test('that are exponential never shrink, and begin with the first', () => {
		fc.assert(
			fc.property(policyOf(exponential), (policy) => {
				const waits = waitsOf(policy);
				const { firstDelayMs, maxDelayMs } = policy.schedule;
				if (waits.length > 0) expect(waits[0]).toBe(Math.min(firstDelayMs, maxDelayMs));
				for (let index = 1; index < waits.length; index += 1) {
					expect(waits[index]).toBeGreaterThanOrEqual(waits[index - 1]);
				}
			}),
		);
	});

	test('grow by the multiplier up to the cap', () => {
		const schedule = {
			kind: 'exponential',
			firstDelayMs: 1000,
			backoffMultiplier: 2.5,
			maxDelayMs: 20_000,
			maxRetries: 6,
		};
		expect(waitsOf({ ...BRIEF_RETRY, schedule })).toEqual([
			1000, 2500, 6250, 15_625, 20_000, 20_000,
		]);
	});

	test('are shortened by jitter, by its share at most', () => {
		fc.assert(
			fc.property(policyAndRetry, chance, ({ policy, retry }, random) => {
				const full = retryDelayMs(withoutJitter(policy), retry, random);
				const delay = retryDelayMs(policy, retry, random);
				expect(delay).toBeLessThanOrEqual(full);
				// Rounding takes up to 0.5 ms on either side.
				expect(delay).toBeGreaterThanOrEqual(full * (1 - policy.jitter) - 1);
				expect(retryDelayMs(policy, retry, 0)).toBe(full);
			}),
		);
	});

	test('jitter reaches over its whole share', () => {
		const policy = {
			schedule: { kind: 'list', delaysMs: [10_000] },
			jitter: 0.2,
			maxRetryAfterMs: 0,
		};
		expect([0, 0.25, 0.5, 0.999_999].map((random) => retryDelayMs(policy, 1, random))).toEqual([
			10_000, 9500, 9000, 8000,
		]);
	});

	test('are lengthened by Retry-After up to its bound, and never shortened', () => {
		fc.assert(
			fc.property(
				policyAndRetry,
				chance,
				fc.integer({ min: 0, max: 10 * DAY }),
				({ policy, retry }, random, asked) => {
					const own = retryDelayMs(policy, retry, random);
					const delay = retryDelayMs(policy, retry, random, asked);
					expect(delay).toBeGreaterThanOrEqual(own);
					expect(delay).toBeLessThanOrEqual(Math.max(own, policy.maxRetryAfterMs));
					if (asked <= policy.maxRetryAfterMs) expect(delay).toBe(Math.max(own, asked));
				},
			),
		);
	});
});

test.each([
	['2', 2000],
	[' 120 ', 120_000],
	['0', 0],
	['Wed, 21 Oct 2015 07:28:05 GMT', 5000],
	['Wed, 21 Oct 2015 07:27:00 GMT', 0],
	['soon', undefined],
	['-5', undefined],
	['1.5', undefined],
	['1e3', undefined],
	['2015-10-21T07:28:05Z', undefined],
	['', undefined],
	[undefined, undefined],
	[['2', '3'], undefined],
])('Retry-After: %j is %j ms', (value, expected) => {
	expect(parseRetryAfterMs(value, Date.parse('2015-10-21T07:28:00Z'))).toBe(expected);
});

describe('what follows an attempt', () => {
	test('is never a retry in the past, nor one that the policy does not allow', () => {
		fc.assert(
			fc.property(
				anyPolicy,
				fc.record({
					attempts: fc.integer({ min: 1, max: 60 }),
					outcome: fc.constantFrom(...OUTCOMES),
					retryAfterMs: askedMs,
				}),
				fc.integer({ min: 0, max: 4e12 }),
				chance,
				(policy, state, nowMs, random) => {
					const decision = decideNextAction(policy, state, nowMs, random);
					const mayRetry = isRetryable(state.outcome) && state.attempts < countRetries(policy) + 1;
					const action = state.outcome === 'success' ? 'deliver' : mayRetry ? 'retry' : 'give_up';
					expect(decision.action).toBe(action);
					if (action === 'give_up') expect(decision.because).not.toBe('');
					if (action !== 'retry') return;
					expect(decision.atMs).toBeGreaterThanOrEqual(nowMs);
					expect(decision.atMs - nowMs).toBeLessThanOrEqual(
						Math.max(capOf(policy), state.retryAfterMs === undefined ? 0 : policy.maxRetryAfterMs),
					);
				},
			),
			{ numRuns: 500 },
		);
	});

	test('attempts never go backwards and never exceed one more than the retries', () => {
		const steps = fc.array(
			fc.record({
				outcome: fc.oneof(
					{ arbitrary: fc.constantFrom(...OUTCOMES.filter(isRetryable)), weight: 20 },
					{ arbitrary: fc.constantFrom(...OUTCOMES), weight: 1 },
				),
				retryAfterMs: askedMs,
				random: chance,
				tookMs: fc.integer({ min: 0, max: MINUTE }),
			}),
			{ minLength: 60, maxLength: 60 },
		);
		fc.assert(
			fc.property(anyPolicy, steps, (policy, script) => {
				let nowMs = 0;
				let attempts = 0;
				let decision;
				do {
					const { random, tookMs, ...came } = script[attempts];
					attempts += 1;
					nowMs += tookMs;
					decision = decideNextAction(policy, { attempts, ...came }, nowMs, random);
					if (decision.action === 'retry') {
						expect(decision.atMs).toBeGreaterThanOrEqual(nowMs);
						nowMs = decision.atMs;
					}
				} while (decision.action === 'retry');
				expect(attempts).toBeLessThanOrEqual(countRetries(policy) + 1);
				const tried = script.slice(0, attempts).map(({ outcome }) => outcome);
				expect(tried.slice(0, -1).every(isRetryable)).toBe(true);
				if (isRetryable(tried.at(-1))) expect(attempts).toBe(countRetries(policy) + 1);
			}),
		);
	});

	test('a person is told why no more is tried', () => {
		const because = (policy, attempts, outcome) =>
			decideNextAction(policy, { attempts, outcome }, 0, 0).because;
		const none = { ...BRIEF_RETRY, schedule: { kind: 'list', delaysMs: [] } };
		expect(because(none, 1, 'timeout')).toBe('No retries are allowed');
		expect(because(BRIEF_RETRY, 4, 'timeout')).toBe('All 4 attempts were made');
		expect(because(BRIEF_RETRY, 1, 'gone')).toContain('"gone" is not retried');
	});
});

describe('the schedules of the platforms’ pages', () => {
	test.each([
		[
			'agenticflow',
			AGENTICFLOW_RETRY,
			[1 * MINUTE, 5 * MINUTE, 15 * MINUTE, 1 * HOUR, 6 * HOUR, 24 * HOUR],
		],
		['workflux', WORKFLUX_RETRY, [1 * MINUTE, 5 * MINUTE, 15 * MINUTE, 1 * HOUR]],
		[
			'standardWebhooks',
			STANDARD_WEBHOOKS_RETRY,
			[
				5 * SECOND,
				5 * MINUTE,
				30 * MINUTE,
				2 * HOUR,
				5 * HOUR,
				10 * HOUR,
				14 * HOUR,
				20 * HOUR,
				24 * HOUR,
			],
		],
	])('%s', (id, policy, expected) => {
		expect(getPlatform(id).retry).toEqual(policy);
		expect(waitsOf(policy)).toEqual(expected);
	});

	test('the numbers of attempts that pages name', () => {
		expect(countRetries(getPlatform('agenticflow').retry)).toBe(6);
		expect(countRetries(getPlatform('workflux').retry) + 1).toBe(5);
		expect(countRetries(getPlatform('agentPlatform').retry)).toBe(3);
	});

	test('AgenticFlow’s has jitter, WorkFlux’s is exact', () => {
		expect(AGENTICFLOW_RETRY.jitter).toBeGreaterThan(0);
		expect(WORKFLUX_RETRY.jitter).toBe(0);
	});

	test.each(PLATFORMS.map(({ id, retry }) => [id, retry]))('%s’s is sane', (_id, policy) => {
		const waits = waitsOf(policy);
		expect(waits.length).toBeGreaterThan(0);
		expect(waits.length).toBeLessThanOrEqual(10);
		for (const [index, wait] of waits.entries()) {
			expect(Number.isInteger(wait)).toBe(true);
			expect(wait).toBeGreaterThanOrEqual(0);
			expect(wait).toBeLessThanOrEqual(24 * HOUR);
			if (index > 0) expect(wait).toBeGreaterThanOrEqual(waits[index - 1]);
		}
		expect(policy.jitter).toBeGreaterThanOrEqual(0);
		expect(policy.jitter).toBeLessThanOrEqual(1);
		expect(policy.maxRetryAfterMs).toBeGreaterThanOrEqual(0);
		expect(policy.maxRetryAfterMs).toBeLessThanOrEqual(24 * HOUR);
	});

	test.each(PLATFORMS.filter(({ section }) => section !== 'provider').map(({ id }) => [id]))(
		'%s retries some status',
		(id) => {
			expect(getPlatform(id).retryStatuses.length).toBeGreaterThan(0);
		},
	);
});

describe('a list of waits that a person types', () => {
	test.each([
		['30 s, 5 min, 1 h, 1 d', [30 * SECOND, 5 * MINUTE, 1 * HOUR, 1 * DAY]],
		['30s,5min,1h', [30 * SECOND, 5 * MINUTE, 1 * HOUR]],
		['10', [10 * SECOND]],
		['0', [0]],
		['0.5 s', [500]],
		['1.5 h', [90 * MINUTE]],
		['30 d', [30 * DAY]],
		[' 1 s ,, 2 s, ', [1 * SECOND, 2 * SECOND]],
		['5 min, 1 s', [5 * MINUTE, 1 * SECOND]],
		[Array(50).fill('1').join(','), Array(50).fill(SECOND)],
	])('%j is read', (text, expected) => {
		expect(parseDelays(text)).toEqual(expected);
	});

	test.each([
		'soon',
		'-5 s',
		'5 m',
		'5 sec',
		'5 S',
		'1,5 x',
		'1 s 2 s',
		'1 s; 2 s',
		'.5 s',
		'1e3',
		'Infinity',
		'NaN',
		'30.1 d',
		'31 d',
		'9'.repeat(400),
	])('%j is refused, and the message names the entry', (text) => {
		expect(() => parseDelays(text)).toThrow('is not a wait between attempts');
		const bad = text.split(',').at(-1).trim();
		expect(() => parseDelays(`1 s, ${bad}`)).toThrow(`"${bad}"`);
	});

	test.each([
		['', 'has 0 waits'],
		[' , ', 'has 0 waits'],
		[Array(51).fill('1').join(','), 'has 51 waits'],
	])('%j is refused with how many there may be', (text, message) => {
		expect(() => parseDelays(text)).toThrow(message);
		expect(() => parseDelays(text)).toThrow('Write 1 to 50 of them');
	});

	test('what is refused has its own kind of error', () => {
		expect(() => parseDelays('soon')).toThrow(
			expect.objectContaining({ name: 'InvalidDelaysError' }),
		);
	});

	test('any list of waits comes back as it was written', () => {
		const units = { s: SECOND, min: MINUTE, h: HOUR, d: DAY };
		const entry = fc.record({
			count: fc.integer({ min: 0, max: 30 }),
			unit: fc.constantFrom(...Object.keys(units)),
		});
		fc.assert(
			fc.property(fc.array(entry, { minLength: 1, maxLength: 50 }), (entries) => {
				const text = entries.map(({ count, unit }) => `${count} ${unit}`).join(', ');
				expect(parseDelays(text)).toEqual(entries.map(({ count, unit }) => count * units[unit]));
			}),
		);
	});
});

describe('the policy that is chosen', () => {
	test('is the platform’s where nothing is set', () => {
		fc.assert(
			fc.property(anyPolicy, (platform) => {
				expect(chooseRetryPolicy(platform, {})).toEqual(platform);
				expect(chooseRetryPolicy(platform, { schedule: 'platform' })).toEqual(platform);
			}),
		);
	});

	test('of none makes no retry', () => {
		fc.assert(
			fc.property(anyPolicy, (platform) => {
				expect(countRetries(chooseRetryPolicy(platform, { schedule: 'none' }))).toBe(0);
			}),
		);
		const none = chooseRetryPolicy(AGENTICFLOW_RETRY, { schedule: 'none', maxRetries: 3 });
		expect(countRetries(none)).toBe(0);
	});

	test('a list is cut by maxRetries, and never made longer', () => {
		const delays = '1 s, 2 s, 3 s';
		const waits = (settings) =>
			waitsOf(chooseRetryPolicy(AGENTICFLOW_RETRY, { schedule: 'list', delays, ...settings }));
		expect(waits({})).toEqual([1000, 2000, 3000]);
		expect(waits({ maxRetries: 2 })).toEqual([1000, 2000]);
		expect(waits({ maxRetries: 0 })).toEqual([]);
		expect(waits({ maxRetries: 9 })).toEqual([1000, 2000, 3000]);
		expect(waitsOf(chooseRetryPolicy(AGENTICFLOW_RETRY, { maxRetries: 3 }))).toEqual([
			1 * MINUTE,
			5 * MINUTE,
			15 * MINUTE,
		]);
	});

	test('a list without waits, or with one that cannot be read, is refused', () => {
		expect(() => chooseRetryPolicy(BRIEF_RETRY, { schedule: 'list' })).toThrow('has 0 waits');
		expect(() => chooseRetryPolicy(BRIEF_RETRY, { schedule: 'list', delays: '1 x' })).toThrow(
			'"1 x"',
		);
	});

	test('delays that are set beside another schedule are not read', () => {
		const settings = { schedule: 'none', delays: 'nonsense' };
		expect(countRetries(chooseRetryPolicy(BRIEF_RETRY, settings))).toBe(0);
	});

	test('Standard Webhooks’ can be taken for every platform', () => {
		for (const { retry } of PLATFORMS) {
			expect(chooseRetryPolicy(retry, { schedule: 'standardWebhooks' })).toEqual(
				STANDARD_WEBHOOKS_RETRY,
			);
		}
	});

	test('firstDelaySeconds alone makes it exponential, on the brief schedule’s other figures', () => {
		expect(chooseRetryPolicy(AGENTICFLOW_RETRY, { firstDelaySeconds: 2 })).toEqual({
			...AGENTICFLOW_RETRY,
			schedule: { ...BRIEF_RETRY.schedule, firstDelayMs: 2000 },
		});
	});

	test('a first wait longer than the usual cap is meant', () => {
		const { schedule } = chooseRetryPolicy(AGENTICFLOW_RETRY, { firstDelaySeconds: 600 });
		expect(schedule).toMatchObject({ firstDelayMs: 10 * MINUTE, maxDelayMs: 10 * MINUTE });
	});

	test('AgenticFlow’s retry_policy is taken as it stands', () => {
		const { schedule } = chooseRetryPolicy(AGENTICFLOW_RETRY, {
			maxRetries: 3,
			backoffMultiplier: 2,
		});
		expect(schedule).toMatchObject({ kind: 'exponential', maxRetries: 3, backoffMultiplier: 2 });
	});

	test('an exponential platform’s own figures stay where nothing else is set', () => {
		const platform = exponentialRetry(5);
		expect(chooseRetryPolicy(platform, { schedule: 'exponential' })).toEqual(platform);
		expect(chooseRetryPolicy(platform, { maxDelaySeconds: 20 })).toEqual({
			...platform,
			schedule: { ...platform.schedule, maxDelayMs: 20_000 },
		});
		expect(chooseRetryPolicy(platform, { maxRetries: 1 }).schedule).toEqual({
			...platform.schedule,
			maxRetries: 1,
		});
	});

	test('jitter and the bound of Retry-After can be set for every schedule, to 0 as well', () => {
		const schedules = ['platform', 'exponential', 'standardWebhooks', 'none', 'list'];
		for (const schedule of schedules) {
			const settings = { schedule, delays: '1 s', jitter: 0, maxRetryAfterSeconds: 0 };
			expect(chooseRetryPolicy(AGENTICFLOW_RETRY, settings)).toMatchObject({
				jitter: 0,
				maxRetryAfterMs: 0,
			});
		}
		expect(
			chooseRetryPolicy(AGENTICFLOW_RETRY, { jitter: 0.5, maxRetryAfterSeconds: 90 }),
		).toMatchObject({ ...AGENTICFLOW_RETRY, jitter: 0.5, maxRetryAfterMs: 90_000 });
	});

	test('is always one that can be run', () => {
		const settings = fc.record(
			{
				schedule: fc.constantFrom('platform', 'exponential', 'list', 'standardWebhooks', 'none'),
				firstDelaySeconds: fc.integer({ min: 0, max: 3600 }),
				backoffMultiplier: fc.double({ min: 1, max: 10, noNaN: true }),
				maxDelaySeconds: fc.integer({ min: 0, max: 86_400 }),
				jitter: fc.double({ min: 0, max: 1, noNaN: true }),
				maxRetries: fc.integer({ min: 0, max: 50 }),
				maxRetryAfterSeconds: fc.integer({ min: 0, max: 86_400 }),
			},
			{ requiredKeys: [] },
		);
		fc.assert(
			fc.property(anyPolicy, settings, chance, (platform, chosen, random) => {
				const before = structuredClone(platform);
				const policy = chooseRetryPolicy(platform, { delays: '1 s, 1 min', ...chosen });
				expect(platform).toEqual(before);
				if (chosen.maxRetries !== undefined) {
					expect(countRetries(policy)).toBeLessThanOrEqual(chosen.maxRetries);
				}
				for (let retry = 1; retry <= countRetries(policy); retry += 1) {
					const delay = retryDelayMs(policy, retry, random);
					expect(delay).toBeGreaterThanOrEqual(0);
					expect(delay).toBeLessThanOrEqual(capOf(policy));
				}
			}),
		);
	});
});

describe('a delivery that is resumed', () => {
	// A long script is long to shrink: a failure is told while its test still runs.
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
			expect(report.gave_up_because).toBeNull();
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

	test('that comes late makes as many attempts, none before it is due', async () => {
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
					expect(report.gave_up_because).toBe(expected.gave_up_because);
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

	test('and is not due yet, and may not wait, makes no attempt', async () => {
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
						gave_up_because: null,
						nextAttemptAtMs: before.nextAttemptAtMs,
					});
					expect(state).toMatchObject({ attempted: [], told: [], waits: [] });
					expect(progress).toEqual(before);
				},
			),
			BRIEFLY,
		);
	});

	test('waits for what is due soon, and no longer', async () => {
		const { ports, state } = world([{ statusCode: 200, tookMs: 0, random: 0 }], 500);
		const progress = { attempts: [], nextAttemptAtMs: 2000 };
		const report = await deliver(rules(BRIEF_RETRY, 1500), ports, progress);
		expect(report.status).toBe('delivered');
		expect(state).toMatchObject({ waits: [1500], told: [{ attempt: 1, atMs: 2000 }] });
		expect(state.attempted).toEqual([{ attempt: 1, atMs: 2000 }]);
	});

	test('tells before each wait which attempt comes when', async () => {
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

	test('need not tell anyone', async () => {
		const { ports, state } = world(Array(4).fill({ statusCode: 500, tookMs: 0, random: 0 }));
		const report = await deliver(rules(BRIEF_RETRY, Infinity), { ...ports, onWait: undefined });
		expect(report.status).toBe('failed');
		expect(state.waits).toEqual([1000, 2000, 4000]);
	});
});
