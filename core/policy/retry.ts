/** AgenticFlow's `retry_policy {max_retries, backoff_multiplier}`, with what it needs to be run. */
export interface RetryPolicy {
	/** Attempts after the first. */
	maxRetries: number;
	firstDelayMs: number;
	backoffMultiplier: number;
	/** No wait is longer, whatever the multiplier says. */
	maxDelayMs: number;
	/** 0 to 1: the share of a wait that is left to chance, so that many senders do not return at once. */
	jitter: number;
	/** A receiver's Retry-After counts up to here. */
	maxRetryAfterMs: number;
}

/** Short enough for retries to be waited out inside one execution. */
export const BRIEF_RETRY: RetryPolicy = {
	maxRetries: 3,
	firstDelayMs: 1_000,
	backoffMultiplier: 2,
	maxDelayMs: 60_000,
	jitter: 0.2,
	maxRetryAfterMs: 60_000,
};

/**
 * How long to wait before retry number `retry`.
 * @param retry 1 for the first retry
 * @param random in [0, 1)
 * @param retryAfterMs what the receiver asked for; it lengthens a wait, and never shortens it
 * @returns ms
 */
export function retryDelayMs(
	policy: RetryPolicy,
	retry: number,
	random: number,
	retryAfterMs?: number,
): number {
	const backoff = Math.min(
		policy.firstDelayMs * policy.backoffMultiplier ** (retry - 1),
		policy.maxDelayMs,
	);
	const own = Math.round(backoff * (1 - policy.jitter * random));
	return Math.max(own, Math.min(retryAfterMs ?? 0, policy.maxRetryAfterMs));
}

/**
 * Reads Retry-After, in seconds or as an HTTP date (RFC 9110, 10.2.3).
 * @returns ms from now, never negative; `undefined` where it says nothing readable
 */
export function parseRetryAfterMs(value: unknown, nowMs: number): number | undefined {
	if (typeof value !== 'string') return undefined;
	const text = value.trim();
	if (/^\d{1,10}$/.test(text)) return Number(text) * 1000;
	// Date.parse reads almost anything: an HTTP date starts with a weekday's name.
	if (!/^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)/.test(text)) return undefined;
	const time = Date.parse(text);
	return Number.isNaN(time) ? undefined : Math.max(0, time - nowMs);
}
