/** The outcome of an attempt: what the retry rules and the endpoint's health depend on. */
export type AttemptOutcome =
	| 'success'
	/** A status that is retried. */
	| 'retryable'
	/** 429, 502 and 504, or a retryable status that came with Retry-After. */
	| 'throttled'
	/** A status that is not retried. */
	| 'permanent'
	/** 410: the endpoint wants no more deliveries. */
	| 'gone'
	/** 413, or a body that n8n's request helper rejected for its size. */
	| 'body_too_large'
	/** 3xx. Redirects are not followed, since the signature and the credentials are for one host. */
	| 'redirect'
	| 'timeout'
	| 'dns'
	| 'connection'
	| 'tls'
	/** n8n's egress policy does not allow the address. */
	| 'blocked'
	/** The request could not be built, e.g. without a signing secret. */
	| 'invalid_request'
	/** The endpoint's OAuth2 server cannot be reached or answers with an error. This is not the endpoint's failure. */
	| 'token_unavailable'
	/** The endpoint's OAuth2 server rejects the request for a token, e.g. because the client's secret is wrong. */
	| 'token_rejected'
	/** The endpoint's workflow ended with an error, or could not be started. */
	| 'workflow_failed'
	/** The workflow that makes the bodies returned no valid body. This is not the endpoint's failure, and nothing was sent. */
	| 'transform_failed';

/** The outcomes of attempts that sent nothing to the endpoint, so that they say nothing about its health. */
const UNSENT = new Set<AttemptOutcome>(['token_unavailable', 'transform_failed']);

/** Returns whether an attempt got as far as its endpoint. */
export const hasReachedEndpoint = (outcome: AttemptOutcome): boolean => !UNSENT.has(outcome);

export type AttemptResult =
	| {
			kind: 'response';
			statusCode: number;
			/** Lower-case names. */
			headers: Record<string, unknown>;
			body: string;
			/** `true` if the body was longer than the part that is kept. */
			bodyTruncated: boolean;
			/** The execution of the endpoint's workflow, if it has one. */
			executionId?: string;
	  }
	/** `code` as Node or axios name it, e.g. `ECONNREFUSED`; `message` for people. */
	| { kind: 'error'; code: string; message: string; executionId?: string };

const ERROR_OUTCOMES: Array<[RegExp, AttemptOutcome]> = [
	[/^(ETIMEDOUT|ECONNABORTED|ESOCKETTIMEDOUT)$/, 'timeout'],
	[/^(ENOTFOUND|EAI_\w+)$/, 'dns'],
	[
		/^(CERT_\w+|CRL_\w+|ERR_TLS_\w+|ERR_SSL_\w+|EPROTO|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_\w+|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED)$/,
		'tls',
	],
	[/^ERR_FR_MAX_BODY_LENGTH_EXCEEDED$/, 'body_too_large'],
	[/^INVALID_REQUEST$/, 'invalid_request'],
	[/^SSRF\w*$/, 'blocked'],
	[/^TOKEN_UNAVAILABLE$/, 'token_unavailable'],
	[/^TOKEN_REJECTED$/, 'token_rejected'],
	[/^WORKFLOW_FAILED$/, 'workflow_failed'],
	[/^TRANSFORM_FAILED$/, 'transform_failed'],
];

const RETRYABLE = new Set<AttemptOutcome>([
	'retryable',
	'throttled',
	'timeout',
	'dns',
	'connection',
	'tls',
	'token_unavailable',
	'token_rejected',
	'workflow_failed',
	'transform_failed',
]);

/**
 * Returns whether an outcome is worth another attempt. A TLS failure is: a handshake may break off, and
 * expired certificates are replaced.
 */
export function isRetryable(outcome: AttemptOutcome): boolean {
	return RETRYABLE.has(outcome);
}

/** Statuses to retry: a status such as `429`, or a class such as `5xx`. */
export type StatusPatterns = string[];

/** An invalid status to retry. The message names it. */
export class InvalidStatusesError extends Error {
	override readonly name = 'InvalidStatusesError';
}

/**
 * Parses statuses that a person typed, e.g. `408, 429, 5xx`.
 * @returns an empty list for an empty string
 * @throws InvalidStatusesError
 */
export function parseStatuses(text: string): StatusPatterns {
	return text
		.split(/[\s,]+/)
		.filter((part) => part !== '')
		.map((part) => {
			if (!/^[45](?:\d\d|xx)$/i.test(part)) {
				throw new InvalidStatusesError(
					`"${part}" is not a status that can be retried. Enter statuses from 400 to 599, or the classes 4xx and 5xx, separated by commas, e.g. 408, 429, 5xx.`,
				);
			}
			return part.toLowerCase();
		});
}

const matchesStatus = (status: number, patterns: StatusPatterns): boolean =>
	patterns.some(
		(pattern) => pattern === String(status) || pattern === `${Math.floor(status / 100)}xx`,
	);

/**
 * Classifies the result of an attempt.
 * @param retryStatuses the platform's, or those that a person chose
 */
export function classifyAttempt(
	result: AttemptResult,
	retryStatuses: StatusPatterns,
): AttemptOutcome {
	if (result.kind === 'error') {
		return ERROR_OUTCOMES.find(([pattern]) => pattern.test(result.code))?.[1] ?? 'connection';
	}
	const { statusCode, headers } = result;
	if (statusCode >= 200 && statusCode < 300) return 'success';
	if (statusCode >= 300 && statusCode < 400) return 'redirect';
	if (statusCode === 410) return 'gone';
	if (statusCode === 413) return 'body_too_large';
	if (!matchesStatus(statusCode, retryStatuses)) return 'permanent';
	// These three mean that the endpoint is overloaded: "Delivery success and failure" in
	// https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
	return [429, 502, 504].includes(statusCode) || headers['retry-after'] !== undefined
		? 'throttled'
		: 'retryable';
}
