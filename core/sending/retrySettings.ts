import {
	BRIEF_RETRY,
	STANDARD_WEBHOOKS_RETRY,
	type RetryPolicy,
	type RetrySchedule,
} from './retryPolicy';

/** How a person chooses a retry policy. What is left out is the chosen schedule's own. */
export interface RetrySettings {
	schedule?: 'platform' | 'exponential' | 'list' | 'standardWebhooks' | 'none';
	/** For `list`, e.g. `30 s, 5 min, 1 h`. */
	delays?: string;
	/** For `exponential`, and so are the next two. */
	firstDelaySeconds?: number;
	backoffMultiplier?: number;
	maxDelaySeconds?: number;
	jitter?: number;
	/** Makes a list shorter, and never longer. */
	maxRetries?: number;
	maxRetryAfterSeconds?: number;
}

/** A list of waits that cannot be read. The message names the entry. */
export class InvalidDelaysError extends Error {
	override readonly name = 'InvalidDelaysError';
}

const UNITS_MS: Record<string, number> = { s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000 };
const MAX_DELAY_MS = 30 * UNITS_MS.d;
const MAX_DELAYS = 50;

/**
 * Reads waits from text, with commas between them: `30 s, 5 min, 1 h, 1 d`. A number alone is seconds.
 * @returns ms
 * @throws InvalidDelaysError
 */
export function parseDelays(text: string): number[] {
	const delays = text
		.split(',')
		.map((entry) => entry.trim())
		.filter((entry) => entry !== '')
		.map((entry) => {
			const match = /^(\d+(?:\.\d+)?)\s*(s|min|h|d)?$/.exec(entry);
			const delayMs = match === null ? NaN : Number(match[1]) * UNITS_MS[match[2] ?? 's'];
			if (!(delayMs <= MAX_DELAY_MS)) {
				throw new InvalidDelaysError(
					`"${entry}" is not a wait between attempts. Write a number and s, min, h or d, at most 30 d, with commas between the waits, e.g. 30 s, 5 min, 1 h.`,
				);
			}
			return Math.round(delayMs);
		});
	if (delays.length === 0 || delays.length > MAX_DELAYS) {
		throw new InvalidDelaysError(
			`"Retry Delays" has ${delays.length} waits. Write 1 to ${MAX_DELAYS} of them, e.g. 30 s, 5 min, 1 h.`,
		);
	}
	return delays;
}

function exponential(settings: RetrySettings, base: RetrySchedule): RetrySchedule {
	const own = base.kind === 'exponential' ? base : BRIEF_RETRY.schedule;
	const { backoffMultiplier, firstDelaySeconds, maxDelaySeconds, maxRetries } = settings;
	const firstDelayMs =
		firstDelaySeconds === undefined ? own.firstDelayMs : firstDelaySeconds * 1000;
	return {
		kind: 'exponential',
		firstDelayMs,
		backoffMultiplier: backoffMultiplier ?? own.backoffMultiplier,
		// A first wait longer than the usual cap is meant.
		maxDelayMs:
			maxDelaySeconds === undefined
				? Math.max(own.maxDelayMs, firstDelayMs)
				: maxDelaySeconds * 1000,
		maxRetries: maxRetries ?? own.maxRetries,
	};
}

function limited(schedule: RetrySchedule, maxRetries: number | undefined): RetrySchedule {
	if (maxRetries === undefined) return schedule;
	return schedule.kind === 'list'
		? { kind: 'list', delaysMs: schedule.delaysMs.slice(0, maxRetries) }
		: { ...schedule, maxRetries };
}

function basePolicy(platform: RetryPolicy, settings: RetrySettings): RetryPolicy {
	const { backoffMultiplier, delays, firstDelaySeconds, maxDelaySeconds, schedule } = settings;
	const shaped = [backoffMultiplier, firstDelaySeconds, maxDelaySeconds].some(
		(setting) => setting !== undefined,
	);
	switch (schedule ?? (shaped ? 'exponential' : 'platform')) {
		case 'list':
			return { ...platform, schedule: { kind: 'list', delaysMs: parseDelays(delays ?? '') } };
		case 'standardWebhooks':
			return STANDARD_WEBHOOKS_RETRY;
		case 'none':
			return { ...platform, schedule: { kind: 'list', delaysMs: [] } };
		case 'exponential':
			return { ...platform, schedule: exponential(settings, platform.schedule) };
		default:
			return platform;
	}
}

/**
 * The retry policy that a person's settings make of a platform's.
 * @throws InvalidDelaysError
 */
export function chooseRetryPolicy(platform: RetryPolicy, settings: RetrySettings): RetryPolicy {
	const base = basePolicy(platform, settings);
	return {
		schedule: limited(base.schedule, settings.maxRetries),
		jitter: settings.jitter ?? base.jitter,
		maxRetryAfterMs:
			settings.maxRetryAfterSeconds === undefined
				? base.maxRetryAfterMs
				: settings.maxRetryAfterSeconds * 1000,
	};
}
