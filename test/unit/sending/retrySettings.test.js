const fc = require('fast-check');

const { PLATFORMS } = require('../../../dist/core/platforms');
const {
	AGENTICFLOW_RETRY,
	BRIEF_RETRY,
	countRetries,
	exponentialRetry,
	retryDelayMs,
	STANDARD_WEBHOOKS_RETRY,
} = require('../../../dist/core/sending/retryPolicy');
const { chooseRetryPolicy, parseDelays } = require('../../../dist/core/sending/retrySettings');

const {
	anyPolicy,
	getCap,
	chance,
	DAY,
	HOUR,
	MINUTE,
	SECOND,
	getWaits,
} = require('./policyArbitraries');

describe('parseDelays', () => {
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
	])('reads %j', (text, expected) => {
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
	])('rejects %j and names the entry', (text) => {
		expect(() => parseDelays(text)).toThrow('is not a wait between attempts');
		const bad = text.split(',').at(-1).trim();
		expect(() => parseDelays(`1 s, ${bad}`)).toThrow(`"${bad}"`);
	});

	test.each([
		['', 'has 0 waits'],
		[' , ', 'has 0 waits'],
		[Array(51).fill('1').join(','), 'has 51 waits'],
	])('rejects %j and says how many waits are allowed', (text, message) => {
		expect(() => parseDelays(text)).toThrow(message);
		expect(() => parseDelays(text)).toThrow('Enter 1 to 50 waits');
	});

	test('throws an InvalidDelaysError', () => {
		expect(() => parseDelays('soon')).toThrow(
			expect.objectContaining({ name: 'InvalidDelaysError' }),
		);
	});

	test('reads every list of waits back as it was written', () => {
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

	test('uses the schedule of Standard Webhooks for any platform', () => {
		for (const { retry } of PLATFORMS) {
			expect(chooseRetryPolicy(retry, { schedule: 'standardWebhooks' })).toEqual(
				STANDARD_WEBHOOKS_RETRY,
			);
		}
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

	test('accepts AgenticFlow’s retry_policy as it is', () => {
		const { schedule } = chooseRetryPolicy(AGENTICFLOW_RETRY, {
			maxRetries: 3,
			backoffMultiplier: 2,
		});
		expect(schedule).toMatchObject({ kind: 'exponential', maxRetries: 3, backoffMultiplier: 2 });
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

	test('always returns a policy that can be run, and changes no platform', () => {
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
					expect(delay).toBeLessThanOrEqual(getCap(policy));
				}
			}),
		);
	});
});
