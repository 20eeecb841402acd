const fc = require('fast-check');

const { parseHttpDate } = require('../../../build/core/lib/httpDate');
const { PLATFORMS, getPlatform } = require('../../../build/core/platforms');
const {
	AGENTICFLOW_RETRY,
	BRIEF_RETRY,
	countRetries,
	parseRetryAfterMs,
	retryDelayMs,
	STANDARD_WEBHOOKS_RETRY,
	WORKFLUX_RETRY,
} = require('../../../build/core/sending/retryPolicy');

const {
	getCap,
	chance,
	DAY,
	exponential,
	HOUR,
	list,
	MINUTE,
	policyAndRetry,
	createPolicy,
	SECOND,
	getWaits,
	withoutJitter,
} = require('./policyArbitraries');

describe('retryDelayMs', () => {
	test('returns whole waits that are never negative and never longer than the policy’s cap', () => {
		fc.assert(
			fc.property(policyAndRetry, chance, ({ policy, retry }, random) => {
				const delay = retryDelayMs(policy, retry, random);
				expect(Number.isInteger(delay)).toBe(true);
				expect(delay).toBeGreaterThanOrEqual(0);
				expect(delay).toBeLessThanOrEqual(getCap(policy));
			}),
		);
	});

	test('returns the waits of a list as they are', () => {
		fc.assert(
			fc.property(createPolicy(list), (policy) => {
				expect(getWaits(policy)).toEqual(policy.schedule.delaysMs);
			}),
		);
	});

	test('starts an exponential schedule with its first delay and never shrinks a wait', () => {
		fc.assert(
			fc.property(createPolicy(exponential), (policy) => {
				const waits = getWaits(policy);
				const { firstDelayMs, maxDelayMs } = policy.schedule;
				if (waits.length > 0) expect(waits[0]).toBe(Math.min(firstDelayMs, maxDelayMs));
				for (let index = 1; index < waits.length; index += 1) {
					expect(waits[index]).toBeGreaterThanOrEqual(waits[index - 1]);
				}
			}),
		);
	});

	test('multiplies exponential waits up to the cap', () => {
		const schedule = {
			kind: 'exponential',
			firstDelayMs: 1000,
			backoffMultiplier: 2.5,
			maxDelayMs: 20_000,
			maxRetries: 6,
		};
		expect(getWaits({ ...BRIEF_RETRY, schedule })).toEqual([
			1000, 2500, 6250, 15_625, 20_000, 20_000,
		]);
	});

	test('shortens a wait by at most the share of the jitter', () => {
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

	test('uses the whole share of the jitter', () => {
		const policy = {
			schedule: { kind: 'list', delaysMs: [10_000] },
			jitter: 0.2,
			maxRetryAfterMs: 0,
		};
		expect([0, 0.25, 0.5, 0.999_999].map((random) => retryDelayMs(policy, 1, random))).toEqual([
			10_000, 9500, 9000, 8000,
		]);
	});

	test('lengthens a wait to Retry-After up to its limit and never shortens one', () => {
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
	['120.0', 120_000],
	['1.5', 1500],
	['120.', 120_000],
	['99999999999', 99_999_999_999_000],
	['9'.repeat(400), Infinity],
	[' 120 ', 120_000],
	['0', 0],
	['Wed, 21 Oct 2015 07:28:05 GMT', 5000],
	['Wed, 21 Oct 2015 07:27:00 GMT', 0],
	['soon', undefined],
	['-5', undefined],
	['Wednesday, 21-Oct-15 07:28:05 GMT', 5000],
	['Wed Oct 21 07:28:05 2015', 5000],
	['Sun Nov  1 07:28:00 2015', 11 * DAY],
	['Wed, 21 Oct 2015 07:28:05 +0000', 5000],
	['Fri, 31 Dec 9999 23:59:59 GMT', 251_956_888_319_000],
	['Wed, 31 Feb 2016 07:28:05 GMT', undefined],
	['Wed, 21 Foo 2015 07:28:05 GMT', undefined],
	['Wed, 21 Oct 2015 24:28:05 GMT', undefined],
	['Wednesday', undefined],
	['+5', undefined],
	['120 s', undefined],
	['120, 60', undefined],
	['Infinity', undefined],
	['1e3', undefined],
	['2015-10-21T07:28:05Z', undefined],
	['', undefined],
	[undefined, undefined],
	[['2', '3'], undefined],
])('parseRetryAfterMs reads %j as %j ms', (value, expected) => {
	expect(parseRetryAfterMs(value, Date.parse('2015-10-21T07:28:00Z'))).toBe(expected);
});

test.each([
	['Sunday, 06-Nov-94 08:49:37 GMT', '1994-11-06T08:49:37.000Z'],
	['Saturday, 06-Nov-65 08:49:37 GMT', '2065-11-06T08:49:37.000Z'],
	['Sunday, 06-Nov-66 08:49:37 GMT', '1966-11-06T08:49:37.000Z'],
])('a year of two digits is at most 50 years ahead: %s', (date, expected) => {
	expect(new Date(parseHttpDate(date, Date.parse('2015-10-21'))).toISOString()).toBe(expected);
});

test('a wait that is too long is shortened to the limit', () => {
	const policy = { ...BRIEF_RETRY, jitter: 0 };
	for (const value of ['99999999999', '9'.repeat(400), 'Fri, 31 Dec 9999 23:59:59 GMT']) {
		const asked = parseRetryAfterMs(value, 0);
		expect(retryDelayMs(policy, 1, 0, asked)).toBe(policy.maxRetryAfterMs);
	}
});

describe('the retry policies of the platforms', () => {
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
	])('%s retries after the waits that its page lists', (id, policy, expected) => {
		expect(getPlatform(id).retry).toEqual(policy);
		expect(getWaits(policy)).toEqual(expected);
	});

	test('make as many retries as the pages say', () => {
		expect(countRetries(getPlatform('agenticflow').retry)).toBe(6);
		expect(countRetries(getPlatform('workflux').retry) + 1).toBe(5);
		expect(countRetries(getPlatform('agentPlatform').retry)).toBe(3);
	});

	test('have jitter for AgenticFlow and none for WorkFlux', () => {
		expect(AGENTICFLOW_RETRY.jitter).toBeGreaterThan(0);
		expect(WORKFLUX_RETRY.jitter).toBe(0);
	});

	test.each(PLATFORMS.map(({ id, retry }) => [id, retry]))(
		'%s has growing waits of at most a day',
		(_id, policy) => {
			const waits = getWaits(policy);
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
		},
	);

	test.each(PLATFORMS.filter(({ section }) => section !== 'provider').map(({ id }) => [id]))(
		'%s retries at least one status',
		(id) => {
			expect(getPlatform(id).retryStatuses.length).toBeGreaterThan(0);
		},
	);
});
