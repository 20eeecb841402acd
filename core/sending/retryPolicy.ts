/** When attempts follow each other. All units are ms. */
export type RetrySchedule =
	/** The wait before each retry, in order. There are as many retries as waits. */
	| { kind: 'list'; delaysMs: number[] }
	/** AgenticFlow's `retry_policy {max_retries, backoff_multiplier}`, with what it needs to be run. */
	| {
			kind: 'exponential';
			firstDelayMs: number;
			backoffMultiplier: number;
			/** No wait is longer, whatever the multiplier says. */
			maxDelayMs: number;
			/** Attempts after the first. */
			maxRetries: number;
	  };

export interface RetryPolicy {
	schedule: RetrySchedule;
	/** 0 to 1: the share of a wait that is left to chance, so that many senders do not return at once. */
	jitter: number;
	/** A receiver's Retry-After counts up to here. */
	maxRetryAfterMs: number;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

const atSeconds = (...seconds: number[]): RetrySchedule => ({
	kind: 'list',
	delaysMs: seconds.map((delay) => delay * SECOND),
});

/** Short enough for retries to be waited out inside one execution. */
export const BRIEF_RETRY = {
	schedule: {
		kind: 'exponential',
		firstDelayMs: 1 * SECOND,
		backoffMultiplier: 2,
		maxDelayMs: 1 * MINUTE,
		maxRetries: 3,
	},
	jitter: 0.2,
	maxRetryAfterMs: 1 * MINUTE,
} satisfies RetryPolicy;

/** spec/agenticflow.txt, "Failed Delivery Handling": 1 min, 5 min, 15 min, 1 h, 6 h, 24 h, with jitter. */
export const AGENTICFLOW_RETRY: RetryPolicy = {
	schedule: atSeconds(60, 300, 900, 3600, 21_600, 86_400),
	jitter: 0.1,
	maxRetryAfterMs: 24 * HOUR,
};

/** spec/workflux.txt, "Webhook Retry Logic": at once, then after 1 min, 5 min, 15 min and 1 h. */
export const WORKFLUX_RETRY: RetryPolicy = {
	schedule: atSeconds(60, 300, 900, 3600),
	jitter: 0,
	maxRetryAfterMs: 1 * HOUR,
};

/**
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md,
 * "Deliverability and reliability": the schedule that it recommends.
 */
export const STANDARD_WEBHOOKS_RETRY: RetryPolicy = {
	schedule: atSeconds(5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400),
	jitter: 0.1,
	maxRetryAfterMs: 24 * HOUR,
};

/** "Exponential backoff" of platforms whose page gives no figures: the figures are ours. */
export const exponentialRetry = (maxRetries: number): RetryPolicy => ({
	schedule: {
		kind: 'exponential',
		firstDelayMs: 10 * SECOND,
		backoffMultiplier: 3,
		maxDelayMs: 1 * HOUR,
		maxRetries,
	},
	jitter: 0.1,
	maxRetryAfterMs: 1 * HOUR,
});

/** How many attempts may follow the first. */
export const countRetries = ({ schedule }: RetryPolicy): number =>
	schedule.kind === 'list' ? schedule.delaysMs.length : schedule.maxRetries;

function scheduledDelayMs(schedule: RetrySchedule, retry: number): number {
	if (schedule.kind === 'list') return schedule.delaysMs[retry - 1] ?? 0;
	const { firstDelayMs, backoffMultiplier, maxDelayMs } = schedule;
	return Math.min(firstDelayMs * backoffMultiplier ** (retry - 1), maxDelayMs);
}

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
	const scheduled = scheduledDelayMs(policy.schedule, retry);
	const own = Math.round(scheduled * (1 - policy.jitter * random));
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

/** The sum of all waits of a schedule, without jitter and Retry-After, in ms. */
export function totalWaitMs(policy: RetryPolicy): number {
	const retries = Array.from({ length: countRetries(policy) }, (_, index) => index + 1);
	return retries.reduce((sum, retry) => sum + scheduledDelayMs(policy.schedule, retry), 0);
}
