const fs = require('node:fs');
const path = require('node:path');

const fc = require('fast-check');

const { root } = require('../../harness/project');

const { formatDelay } = require('../../../build/core/sending/delays');
const { PLATFORMS } = require('../../../build/core/platforms');
const {
	AGENTICFLOW_RETRY,
	BRIEF_RETRY,
	countRetries,
	exponentialRetry,
	listWaitsMs,
	RETRY_PRESETS,
	retryDelayMs,
	STANDARD_WEBHOOKS_RETRY,
	totalWaitMs,
} = require('../../../build/core/sending/retryPolicy');
const { chooseRetryPolicy, RETRY_SCHEDULES } = require('../../../build/core/sending/retrySettings');

const { anyPolicy, getCap, chance, DAY, HOUR, MINUTE, getWaits } = require('./policyArbitraries');

describe('chooseRetryPolicy', () => {
	test('returns the platform’s policy if nothing is set', () => {
		fc.assert(
			fc.property(anyPolicy, (platform) => {
				expect(chooseRetryPolicy(platform, {})).toEqual(platform);
				expect(chooseRetryPolicy(platform, { schedule: 'platform' })).toEqual(platform);
			}),
		);
	});

	test('makes no retries for the schedule none', () => {
		fc.assert(
			fc.property(anyPolicy, (platform) => {
				expect(countRetries(chooseRetryPolicy(platform, { schedule: 'none' }))).toBe(0);
			}),
		);
		const none = chooseRetryPolicy(AGENTICFLOW_RETRY, { schedule: 'none', maxRetries: 3 });
		expect(countRetries(none)).toBe(0);
	});

	test('shortens a list to maxRetries and never lengthens it', () => {
		const delays = '1 s, 2 s, 3 s';
		const waits = (settings) =>
			getWaits(chooseRetryPolicy(AGENTICFLOW_RETRY, { schedule: 'list', delays, ...settings }));
		expect(waits({})).toEqual([1000, 2000, 3000]);
		expect(waits({ maxRetries: 2 })).toEqual([1000, 2000]);
		expect(waits({ maxRetries: 0 })).toEqual([]);
		expect(waits({ maxRetries: 9 })).toEqual([1000, 2000, 3000]);
		expect(getWaits(chooseRetryPolicy(AGENTICFLOW_RETRY, { maxRetries: 3 }))).toEqual([
			1 * MINUTE,
			5 * MINUTE,
			15 * MINUTE,
		]);
	});

	test('rejects a list that is empty or has a wait that cannot be read', () => {
		expect(() => chooseRetryPolicy(BRIEF_RETRY, { schedule: 'list' })).toThrow('has 0 waits');
		expect(() => chooseRetryPolicy(BRIEF_RETRY, { schedule: 'list', delays: '1 x' })).toThrow(
			'"1 x"',
		);
	});

	test('ignores delays of another schedule', () => {
		const settings = { schedule: 'none', delays: 'nonsense' };
		expect(countRetries(chooseRetryPolicy(BRIEF_RETRY, settings))).toBe(0);
	});

	test.each([
		['hour', 1 * HOUR],
		['day', 1 * DAY],
		['threeDays', 3 * DAY],
	])('retries for about the time that the schedule %s says, on any platform', (schedule, time) => {
		for (const { retry } of PLATFORMS) {
			const policy = chooseRetryPolicy(retry, { schedule });
			const total = totalWaitMs(policy);
			expect(total / time).toBeGreaterThan(0.95);
			expect(total / time).toBeLessThan(1.06);
			const waits = getWaits(policy);
			expect(waits).toEqual([...waits].sort((a, b) => a - b));
		}
	});

	test.each(Object.keys(RETRY_PRESETS))(
		'docs/retry.md lists the waits of the schedule %s',
		(name) => {
			const page = fs.readFileSync(path.join(root, 'docs/retry.md'), 'utf8');
			expect(page).toContain(`| ${listWaitsMs(RETRY_PRESETS[name]).map(formatDelay).join(', ')}`);
		},
	);

	test('retries for three days as Standard Webhooks recommends', () => {
		expect(chooseRetryPolicy(BRIEF_RETRY, { schedule: 'threeDays' })).toEqual(
			STANDARD_WEBHOOKS_RETRY,
		);
	});

	test('makes the schedule exponential if only firstDelaySeconds is set', () => {
		expect(chooseRetryPolicy(AGENTICFLOW_RETRY, { firstDelaySeconds: 2 })).toEqual({
			...AGENTICFLOW_RETRY,
			schedule: { ...BRIEF_RETRY.schedule, firstDelayMs: 2000 },
		});
	});

	test('raises the cap to a longer first wait', () => {
		const { schedule } = chooseRetryPolicy(AGENTICFLOW_RETRY, { firstDelaySeconds: 600 });
		expect(schedule).toMatchObject({ firstDelayMs: 10 * MINUTE, maxDelayMs: 10 * MINUTE });
	});

	test('keeps the platform’s first wait for AgenticFlow’s retry_policy', () => {
		const policy = chooseRetryPolicy(AGENTICFLOW_RETRY, { maxRetries: 3, backoffMultiplier: 2 });
		expect(policy.schedule).toMatchObject({ kind: 'exponential', backoffMultiplier: 2 });
		expect(getWaits(policy)).toEqual([1 * MINUTE, 2 * MINUTE, 4 * MINUTE]);
	});

	test('keeps the platform’s number of retries and longest wait for a multiplier alone', () => {
		const waits = getWaits(chooseRetryPolicy(AGENTICFLOW_RETRY, { backoffMultiplier: 10 }));
		expect(waits).toEqual([
			1 * MINUTE,
			10 * MINUTE,
			100 * MINUTE,
			1000 * MINUTE,
			24 * HOUR,
			24 * HOUR,
		]);
	});

	test('never waits less before the first retry for a multiplier alone than the platform does', () => {
		for (const { retry } of PLATFORMS.filter((platform) => platform.section !== 'provider')) {
			const [before = 0] = getWaits(retry);
			const policy = chooseRetryPolicy(retry, { backoffMultiplier: 3 });
			expect(getWaits(policy)[0] ?? 0).toBe(before);
		}
	});

	test('starts briefly if a person chooses the exponential schedule', () => {
		const settings = { schedule: 'exponential', maxRetries: 2 };
		expect(getWaits(chooseRetryPolicy(AGENTICFLOW_RETRY, settings))).toEqual([1000, 2000]);
	});

	test('keeps an exponential platform’s own figures if nothing else is set', () => {
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

	test('sets jitter and the limit of Retry-After for every schedule, even to 0', () => {
		const schedules = RETRY_SCHEDULES;
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

	test('always returns a policy that can be run, and changes no platform', () => {
		const settings = fc.record(
			{
				schedule: fc.constantFrom(...RETRY_SCHEDULES),
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
					expect(delay).toBeLessThanOrEqual(getCap(policy));
				}
			}),
		);
	});
});
