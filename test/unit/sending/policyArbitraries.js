const fc = require('fast-check');

const { countRetries, retryDelayMs } = require('../../../build/core/sending/retryPolicy');

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
const createPolicy = (schedule) =>
	fc.record({
		schedule,
		jitter: fc.double({ min: 0, max: 1, noNaN: true }),
		maxRetryAfterMs: fc.integer({ min: 0, max: DAY }),
	});
const anyPolicy = createPolicy(fc.oneof(list, exponential));
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
	'token_unavailable',
	'token_rejected',
	'transform_failed',
	'workflow_failed',
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

const getCap = ({ schedule }) =>
	schedule.kind === 'list' ? Math.max(0, ...schedule.delaysMs) : schedule.maxDelayMs;
const withoutJitter = (policy) => ({ ...policy, jitter: 0 });
const getWaits = (policy) =>
	Array.from({ length: countRetries(policy) }, (_, index) =>
		retryDelayMs(withoutJitter(policy), index + 1, 0),
	);

module.exports = {
	anyPolicy,
	askedMs,
	getCap,
	chance,
	DAY,
	exponential,
	HOUR,
	list,
	MINUTE,
	OUTCOMES,
	policyAndRetry,
	createPolicy,
	SECOND,
	getWaits,
	withoutJitter,
};
