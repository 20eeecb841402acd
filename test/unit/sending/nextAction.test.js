const fc = require('fast-check');

const { isRetryable } = require('../../../build/core/sending/attemptOutcome');
const { decideNextAction } = require('../../../build/core/sending/nextAction');
const { BRIEF_RETRY, countRetries } = require('../../../build/core/sending/retryPolicy');

const { anyPolicy, askedMs, getCap, chance, MINUTE, OUTCOMES } = require('./policyArbitraries');

describe('decideNextAction', () => {
	test('never retries in the past or beyond what the policy allows', () => {
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
						Math.max(getCap(policy), state.retryAfterMs === undefined ? 0 : policy.maxRetryAfterMs),
					);
				},
			),
			{ numRuns: 500 },
		);
	});

	test('never goes back in time or makes more attempts than one plus the retries', () => {
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

	test('says in words why no other attempt follows', () => {
		const because = (policy, attempts, outcome, statusCode) =>
			decideNextAction(policy, { attempts, outcome, statusCode }, 0, 0).because;
		const none = { ...BRIEF_RETRY, schedule: { kind: 'list', delaysMs: [] } };
		expect(because(none, 1, 'timeout')).toBe('No retries are allowed');
		expect(because(BRIEF_RETRY, 4, 'timeout')).toBe('All 4 attempts were made');
		expect(because(BRIEF_RETRY, 1, 'permanent', 400)).toBe('Status 400 is not retried');
		expect(because(BRIEF_RETRY, 1, 'gone', 410)).toBe('Status 410 is not retried');
		expect(because(BRIEF_RETRY, 1, 'redirect', 302)).toBe('Status 302 is not retried');
		expect(because(BRIEF_RETRY, 1, 'body_too_large')).toBe(
			'A body that is too large is not retried',
		);
		expect(because(BRIEF_RETRY, 1, 'blocked')).toBe('A blocked address is not retried');
		expect(because(BRIEF_RETRY, 1, 'invalid_request')).toBe('An invalid request is not retried');
	});
});
