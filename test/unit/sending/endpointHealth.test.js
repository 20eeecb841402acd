const fc = require('fast-check');

const { applyAttemptOutcomes } = require('../../../build/core/sending/endpointHealth');
const { getPlatform, PLATFORMS } = require('../../../build/core/platforms');

const DAY = 86_400_000;
const START = Date.parse('2025-01-15T10:00:00.000Z');
const HEALTHY = { status: 'active', failingSince: null, consecutiveFailures: 0, probeAt: null };
const NEVER = { rule: 'never' };

const sign = (outcome, atMs = START, ended = false) => ({ outcome, atMs, ended });
const getChanges = (...args) => applyAttemptOutcomes(...args).changes.map(({ change }) => change);

test('applyAttemptOutcomes counts and dates a failure, and reports the first one', () => {
	const signs = [sign('retryable', START + 5), sign('timeout', START + 9)];
	expect(applyAttemptOutcomes(HEALTHY, signs, NEVER)).toEqual({
		health: {
			status: 'active',
			failingSince: '2025-01-15T10:00:00.005Z',
			consecutiveFailures: 2,
			probeAt: null,
		},
		changes: [
			{
				change: 'failing',
				reason: 'An attempt ended with the outcome "retryable"',
				atMs: START + 5,
			},
		],
	});
});

test('applyAttemptOutcomes resets the count of failures after a success, and reports it if it ends a failure', () => {
	const failing = { ...HEALTHY, failingSince: '2025-01-10T00:00:00.000Z', consecutiveFailures: 7 };
	expect(applyAttemptOutcomes(failing, [sign('success', START + 1)], NEVER)).toEqual({
		health: HEALTHY,
		changes: [{ change: 'recovered', reason: 'An attempt succeeded', atMs: START + 1 }],
	});
	expect(applyAttemptOutcomes(HEALTHY, [sign('success'), sign('success')], NEVER)).toEqual({
		health: HEALTHY,
		changes: [],
	});
});

test('applyAttemptOutcomes reports each kind of change once, with its last occurrence', () => {
	const failures = Array.from({ length: 5 }, (_, index) => sign('timeout', START + index));
	expect(getChanges(HEALTHY, failures, NEVER)).toEqual(['failing']);
	expect(getChanges(HEALTHY, [...failures, sign('success')], NEVER)).toEqual(['recovered']);
	expect(getChanges(HEALTHY, [...failures, sign('success'), sign('dns')], NEVER)).toEqual([
		'failing',
	]);
	const rule = { rule: 'consecutiveFailures', count: 2 };
	expect(getChanges(HEALTHY, failures, rule)).toEqual(['failing', 'disabled']);
	const again = applyAttemptOutcomes(
		applyAttemptOutcomes(HEALTHY, failures, rule).health,
		failures,
		rule,
	);
	expect(again.changes).toEqual([]);
});

test('applyAttemptOutcomes does not change its arguments', () => {
	const health = Object.freeze({ ...HEALTHY });
	expect(applyAttemptOutcomes(health, [sign('gone')], NEVER).health.status).toBe('disabled');
	expect(health).toEqual(HEALTHY);
});

describe('applyAttemptOutcomes with a circuit breaker', () => {
	const BREAKER = { failures: 2, probe_minutes: 5 };
	const failures = [sign('retryable'), sign('timeout', START + 1000)];
	const { health: open } = applyAttemptOutcomes(HEALTHY, failures, NEVER, BREAKER);

	test('leaves it closed while there are fewer failures in a row', () => {
		const { health } = applyAttemptOutcomes(HEALTHY, failures.slice(1), NEVER, BREAKER);
		expect(health.probeAt).toBeNull();
	});

	test('opens it with the last of so many failures: the next attempt is after the interval', () => {
		expect(open).toMatchObject({ status: 'active', probeAt: '2025-01-15T10:05:01.000Z' });
	});

	test('puts the next attempt off with a failure, and never forward', () => {
		const retry = (atMs) =>
			applyAttemptOutcomes(open, [sign('retryable', atMs)], NEVER, BREAKER).health.probeAt;
		expect(retry(START + 301_000)).toBe('2025-01-15T10:10:01.000Z');
		expect(retry(START)).toBe('2025-01-15T10:05:01.000Z');
	});

	test('closes it with a success', () => {
		expect(applyAttemptOutcomes(open, [sign('success')], NEVER, BREAKER).health).toEqual(HEALTHY);
	});
});

describe('applyAttemptOutcomes disables an endpoint', () => {
	test.each([NEVER, { rule: 'exhausted' }, { rule: 'failingFor', days: 5 }])(
		'by 410 Gone, whatever the rule: %j',
		(rule) => {
			const { changes, health } = applyAttemptOutcomes(HEALTHY, [sign('gone', START, true)], rule);
			expect(health.status).toBe('disabled');
			expect(changes.at(-1)).toEqual({
				change: 'disabled',
				reason: 'The endpoint answered 410 Gone',
				atMs: START,
			});
		},
	);

	test.each(['success', 'retryable', 'permanent'])(
		'by its own wish, whatever the rule and the outcome: %s',
		(outcome) => {
			const asks = { ...sign(outcome), asksToBeDisabled: true };
			const { changes, health } = applyAttemptOutcomes(HEALTHY, [asks, asks], NEVER);
			expect(health.status).toBe('disabled');
			expect(changes.at(-1)).toEqual({
				change: 'disabled',
				reason: 'The endpoint asked to be disabled',
				atMs: START,
			});
		},
	);

	test('by the rule exhausted after a delivery’s last attempt failed, and not before', () => {
		const rule = { rule: 'exhausted' };
		for (const outcome of ['timeout', 'tls']) {
			expect(applyAttemptOutcomes(HEALTHY, [sign(outcome)], rule).health.status).toBe('active');
			const { changes, health } = applyAttemptOutcomes(HEALTHY, [sign(outcome, START, true)], rule);
			expect(health.status).toBe('disabled');
			expect(changes.at(-1).reason).toBe('All attempts of a delivery failed');
		}
	});

	test('but not by the rule exhausted after a delivery that is not worth a retry', () => {
		for (const outcome of ['permanent', 'body_too_large', 'invalid_request', 'redirect']) {
			const signs = [sign(outcome, START, true)];
			expect(applyAttemptOutcomes(HEALTHY, signs, { rule: 'exhausted' }).health.status).toBe(
				'active',
			);
		}
	});

	test('by the rule consecutiveFailures with the last of `count` failures in a row', () => {
		const rule = { rule: 'consecutiveFailures', count: 3 };
		const failures = (count) => Array(count).fill(sign('timeout'));
		expect(applyAttemptOutcomes(HEALTHY, failures(2), rule).health.status).toBe('active');
		expect(
			applyAttemptOutcomes(HEALTHY, [...failures(2), sign('success'), ...failures(2)], rule).health,
		).toMatchObject({ status: 'active', consecutiveFailures: 2 });
		const before = { ...HEALTHY, consecutiveFailures: 2, failingSince: '2025-01-01T00:00:00.000Z' };
		const { changes, health } = applyAttemptOutcomes(before, failures(1), rule);
		expect(health.status).toBe('disabled');
		expect(changes).toEqual([
			{ change: 'disabled', reason: '3 attempts failed in a row', atMs: START },
		]);
		const first = applyAttemptOutcomes(HEALTHY, failures(1), { ...rule, count: 1 });
		expect(first.changes).toContainEqual({
			change: 'disabled',
			reason: 'An attempt failed',
			atMs: START,
		});
	});

	test('by the rule failingFor after `days` without a success, to the millisecond', () => {
		const rule = { rule: 'failingFor', days: 5 };
		const at = (ms) => [sign('timeout', START), sign('timeout', START + ms)];
		expect(applyAttemptOutcomes(HEALTHY, at(5 * DAY - 1), rule).health.status).toBe('active');
		const { changes, health } = applyAttemptOutcomes(HEALTHY, at(5 * DAY), rule);
		expect(health.status).toBe('disabled');
		expect(changes.at(-1).reason).toBe('No attempt has succeeded since 2025-01-15T10:00:00.000Z');
		const withSuccess = [at(1)[0], sign('success', START + DAY), sign('dns', START + 5 * DAY)];
		expect(applyAttemptOutcomes(HEALTHY, withSuccess, rule).health.status).toBe('active');
	});

	test('not by the rule never', () => {
		const signs = Array.from({ length: 1000 }, (_, day) =>
			sign('timeout', START + day * DAY, true),
		);
		expect(applyAttemptOutcomes(HEALTHY, signs, NEVER).health).toMatchObject({
			status: 'active',
			consecutiveFailures: 1000,
		});
	});

	test('for good, even if an attempt succeeds later', () => {
		const { health } = applyAttemptOutcomes(HEALTHY, [sign('gone'), sign('success')], NEVER);
		expect(health).toEqual({
			status: 'disabled',
			failingSince: null,
			consecutiveFailures: 0,
			probeAt: null,
		});
	});
});

test('applyAttemptOutcomes leads to the same health if the attempts come in pieces', () => {
	const anySign = fc.record({
		outcome: fc.constantFrom('success', 'retryable', 'timeout', 'permanent', 'gone'),
		ended: fc.boolean(),
	});
	const rule = fc.constantFrom(
		NEVER,
		{ rule: 'exhausted' },
		{ rule: 'consecutiveFailures', count: 3 },
		{ rule: 'failingFor', days: 2 },
	);
	fc.assert(
		fc.property(fc.array(anySign), fc.nat(), rule, (given, split, chosen) => {
			const signs = given.map((one, index) => ({ ...one, atMs: START + index * DAY }));
			const at = split % (signs.length + 1);
			const first = applyAttemptOutcomes(HEALTHY, signs.slice(0, at), chosen);
			const second = applyAttemptOutcomes(first.health, signs.slice(at), chosen);
			expect(second.health).toEqual(applyAttemptOutcomes(HEALTHY, signs, chosen).health);
			const disabled = [...first.changes, ...second.changes].filter(
				({ change }) => change === 'disabled',
			);
			expect(disabled).toHaveLength(second.health.status === 'disabled' ? 1 : 0);
		}),
	);
});

test('only WorkFlux documents when it disables an endpoint: after a delivery’s last attempt failed', () => {
	expect(getPlatform('workflux').disableRule).toEqual({ rule: 'exhausted' });
	const others = PLATFORMS.filter(({ id }) => id !== 'workflux');
	expect(others.filter(({ disableRule }) => disableRule !== undefined)).toEqual([]);
});

test.each([
	['a token server that is down', 'token_unavailable'],
	['a workflow that makes no body', 'transform_failed'],
])('%s changes nothing about the endpoint', (title, outcome) => {
	const failing = { ...HEALTHY, failingSince: '2025-01-10T00:00:00.000Z', consecutiveFailures: 7 };
	for (const rule of [
		{ rule: 'exhausted' },
		{ rule: 'consecutiveFailures', count: 1 },
		{ rule: 'failingFor', days: 1 },
	]) {
		for (const health of [HEALTHY, failing]) {
			const signs = [sign(outcome, START, true), sign(outcome, START + 9)];
			expect(applyAttemptOutcomes(health, signs, rule)).toEqual({ health, changes: [] });
		}
	}
});

test('a client that gets no token is a failure of its endpoint', () => {
	const rule = { rule: 'consecutiveFailures', count: 2 };
	const signs = [sign('token_rejected'), sign('token_rejected')];
	expect(getChanges(HEALTHY, signs, rule)).toEqual(['failing', 'disabled']);
});
