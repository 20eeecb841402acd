import { parseHttpDate } from '../lib/httpDate';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../lib/time';

/** The waits between attempts. */
export type RetrySchedule =
	/** The wait before each retry, in order. Each wait allows one retry. */
	| { kind: 'list'; delaysMs: number[] }
	/** AgenticFlow's `retry_policy` (docs/platforms.md#agenticflow), with a first wait and a cap. */
	| {
			kind: 'exponential';
			firstDelayMs: number;
			backoffMultiplier: number;
			/** Cap for every wait. */
			maxDelayMs: number;
			/** Attempts after the first. */
			maxRetries: number;
	  };

export interface RetryPolicy {
	schedule: RetrySchedule;
	/** Random share of each wait, 0 to 1, so that many senders do not retry at the same time. */
	jitter: number;
	/** Longest wait for which an endpoint's Retry-After is followed. */
	maxRetryAfterMs: number;
}

const listSeconds = (...seconds: number[]): RetrySchedule => ({
	kind: 'list',
	delaysMs: seconds.map((delay) => delay * SECOND_MS),
});

/** Short enough for all retries to happen within one execution. */
export const BRIEF_RETRY = {
	schedule: {
		kind: 'exponential',
		firstDelayMs: 1 * SECOND_MS,
		backoffMultiplier: 2,
		maxDelayMs: 1 * MINUTE_MS,
		maxRetries: 3,
	},
	jitter: 0.2,
	maxRetryAfterMs: 1 * MINUTE_MS,
} satisfies RetryPolicy;

/** 1 min, 5 min, 15 min, 1 h, 6 h, 24 h, with jitter (docs/platforms.md#agenticflow). */
export const AGENTICFLOW_RETRY: RetryPolicy = {
	schedule: listSeconds(60, 300, 900, 3600, 21_600, 86_400),
	jitter: 0.1,
	maxRetryAfterMs: 24 * HOUR_MS,
};

/** 1 min, 5 min, 15 min, 1 h, without jitter (docs/platforms.md#workflux). */
export const WORKFLUX_RETRY: RetryPolicy = {
	schedule: listSeconds(60, 300, 900, 3600),
	jitter: 0,
	maxRetryAfterMs: 1 * HOUR_MS,
};

/**
 * The schedule that "Deliverability and reliability" recommends in
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export const STANDARD_WEBHOOKS_RETRY: RetryPolicy = {
	schedule: listSeconds(5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400),
	jitter: 0.1,
	maxRetryAfterMs: 24 * HOUR_MS,
};

/** The schedules that a person can choose by how long they take; this project chose their waits. */
export const RETRY_PRESETS = {
	/** 58 minutes in all. */
	hour: {
		schedule: listSeconds(5, 30, 120, 300, 1200, 1800),
		jitter: 0.1,
		maxRetryAfterMs: 1 * HOUR_MS,
	},
	/** 23.6 hours in all. */
	day: {
		schedule: listSeconds(5, 60, 300, 1800, 3600, 7200, 14_400, 21_600, 36_000),
		jitter: 0.1,
		maxRetryAfterMs: 24 * HOUR_MS,
	},
	threeDays: STANDARD_WEBHOOKS_RETRY,
} satisfies Record<string, RetryPolicy>;

/**
 * Builds the policy of a platform that documents "exponential backoff" without numbers; this project
 * chose them.
 */
export const exponentialRetry = (maxRetries: number): RetryPolicy => ({
	schedule: {
		kind: 'exponential',
		firstDelayMs: 10 * SECOND_MS,
		backoffMultiplier: 3,
		maxDelayMs: 1 * HOUR_MS,
		maxRetries,
	},
	jitter: 0.1,
	maxRetryAfterMs: 1 * HOUR_MS,
});

/** Returns how many attempts may follow the first. */
export const countRetries = ({ schedule }: RetryPolicy): number =>
	schedule.kind === 'list' ? schedule.delaysMs.length : schedule.maxRetries;

function scheduledDelayMs(schedule: RetrySchedule, retry: number): number {
	if (schedule.kind === 'list') return schedule.delaysMs[retry - 1] ?? 0;
	const { firstDelayMs, backoffMultiplier, maxDelayMs } = schedule;
	return Math.min(firstDelayMs * backoffMultiplier ** (retry - 1), maxDelayMs);
}

/**
 * Returns the wait before a retry, in ms.
 * @param retry 1 for the first retry
 * @param random in [0, 1)
 * @param retryAfterMs the wait that the endpoint asked for; it can lengthen the wait, not shorten it
 */
export function retryDelayMs(
	policy: RetryPolicy,
	retry: number,
	random: number,
	retryAfterMs?: number,
): number {
	const scheduled = scheduledDelayMs(policy.schedule, retry);
	const jittered = Math.round(scheduled * (1 - policy.jitter * random));
	return Math.max(jittered, Math.min(retryAfterMs ?? 0, policy.maxRetryAfterMs));
}

/**
 * Parses a Retry-After header, in seconds or as an HTTP date
 * (https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3).
 * @returns ms from now, never negative and maybe very long; `undefined` if it cannot be read
 */
export function parseRetryAfterMs(value: unknown, nowMs: number): number | undefined {
	if (typeof value !== 'string') return undefined;
	const trimmed = value.trim();
	// RFC 9110 allows whole seconds only, but some servers write 120.0.
	if (/^\d+(?:\.\d*)?$/.test(trimmed)) return Math.round(Number(trimmed) * SECOND_MS);
	const time = parseHttpDate(trimmed, nowMs);
	return time === undefined ? undefined : Math.max(0, time - nowMs);
}

/** Lists the waits of a schedule, without jitter and Retry-After, in ms. */
export const listWaitsMs = (policy: RetryPolicy): number[] =>
	Array.from({ length: countRetries(policy) }, (_, index) =>
		scheduledDelayMs(policy.schedule, index + 1),
	);

/** Returns the sum of all waits of a schedule, without jitter and Retry-After, in ms. */
export const totalWaitMs = (policy: RetryPolicy): number =>
	listWaitsMs(policy).reduce((sum, waitMs) => sum + waitMs, 0);
