const { getPlatform } = require('../../../build/core/platforms');
const {
	classifyAttempt,
	isRetryable,
	parseStatuses,
} = require('../../../build/core/sending/attemptOutcome');

const { failure, response } = require('./attemptResults');

const AGENTICFLOW_STATUSES = getPlatform('agenticflow').retryStatuses;

test.each([
	[response(200), 'success'],
	[response(204), 'success'],
	[response(301), 'redirect'],
	[response(304), 'redirect'],
	[response(400), 'permanent'],
	[response(408), 'retryable'],
	[response(410), 'gone'],
	[response(410, { 'retry-after': '1' }), 'gone'],
	[response(413), 'body_too_large'],
	[response(429), 'throttled'],
	[response(500), 'retryable'],
	[response(502), 'throttled'],
	[response(503), 'retryable'],
	[response(504), 'throttled'],
	[response(400, { 'retry-after': '1' }), 'permanent'],
	[response(503, { 'retry-after': '1' }), 'throttled'],
	[response(100), 'permanent'],
	[failure('ETIMEDOUT'), 'timeout'],
	[failure('ECONNABORTED'), 'timeout'],
	[failure('ENOTFOUND'), 'dns'],
	[failure('EAI_AGAIN'), 'dns'],
	[failure('ECONNREFUSED'), 'connection'],
	[failure('CERT_HAS_EXPIRED'), 'tls'],
	[failure('DEPTH_ZERO_SELF_SIGNED_CERT'), 'tls'],
	[failure('ERR_TLS_CERT_ALTNAME_INVALID'), 'tls'],
	[failure('EPROTO'), 'tls'],
	[failure('ERR_FR_MAX_BODY_LENGTH_EXCEEDED'), 'body_too_large'],
	[failure('SSRF'), 'blocked'],
	[failure('INVALID_REQUEST'), 'invalid_request'],
	[failure('TOKEN_UNAVAILABLE'), 'token_unavailable'],
	[failure('TOKEN_REJECTED'), 'token_rejected'],
	[failure('WORKFLOW_FAILED'), 'workflow_failed'],
	[failure('TRANSFORM_FAILED'), 'transform_failed'],
	[failure('SOMETHING_NEW'), 'connection'],
])('classifyAttempt classifies %j as %s', (result, outcome) => {
	expect(classifyAttempt(result, AGENTICFLOW_STATUSES)).toBe(outcome);
});

test.each([
	'CERT_HAS_EXPIRED',
	'CERT_NOT_YET_VALID',
	'CRL_HAS_EXPIRED',
	'DEPTH_ZERO_SELF_SIGNED_CERT',
	'SELF_SIGNED_CERT_IN_CHAIN',
	'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
	'ERR_TLS_CERT_ALTNAME_INVALID',
	'ERR_SSL_WRONG_VERSION_NUMBER',
	'ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR',
	'EPROTO',
	'ECONNRESET',
])('%s is retried like a connection error', (code) => {
	expect(isRetryable(classifyAttempt(failure(code), AGENTICFLOW_STATUSES))).toBe(true);
});

test('parseStatuses reads statuses and classes, and rejects others with an example', () => {
	expect(parseStatuses(' 408,429 5XX ')).toEqual(['408', '429', '5xx']);
	for (const text of ['200', '3xx', '99', 'x', '5x', '600']) {
		expect(() => parseStatuses(text)).toThrow('e.g. 408, 429, 5xx');
	}
});
