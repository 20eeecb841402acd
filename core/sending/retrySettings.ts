import { parseStatuses, type StatusPatterns } from './attemptOutcome';
import { parseDelays } from './delays';
import { BRIEF_RETRY, RETRY_PRESETS, type RetryPolicy, type RetrySchedule } from './retryPolicy';
import type { DeliveryRules } from './target';

/** The schedules that a person can choose. */
export const RETRY_SCHEDULES = [
	'platform',
	'hour',
	'day',
	'threeDays',
	'exponential',
	'list',
	'none',
] as const;

/** A person's retry settings. Settings that are left out come from the chosen schedule. */
export interface RetrySettings {
	schedule?: (typeof RETRY_SCHEDULES)[number];
	/** For the schedule `list`: see `parseDelays`. */
	delays?: string;
	/** For the schedule `exponential`, like the next two. */
	firstDelaySeconds?: number;
	backoffMultiplier?: number;
	maxDelaySeconds?: number;
	/** 0 to 1. */
	jitter?: number;
	/** Shortens a list, but does not lengthen it. */
	maxRetries?: number;
	maxRetryAfterSeconds?: number;
}

type ExponentialSchedule = Extract<RetrySchedule, { kind: 'exponential' }>;

/**
 * Returns the values that an exponential schedule has where a person left them out. If a person chose
 * neither the schedule nor its first wait, a platform's list keeps its own first wait, longest wait and
 * number of retries: a multiplier alone must not turn a minute into a second.
 */
function getExponentialDefaults(settings: RetrySettings, base: RetrySchedule): ExponentialSchedule {
	if (base.kind === 'exponential') return base;
	const { delaysMs } = base;
	const isChosen = settings.schedule !== undefined || settings.firstDelaySeconds !== undefined;
	if (isChosen || delaysMs.length === 0) return BRIEF_RETRY.schedule;
	return {
		...BRIEF_RETRY.schedule,
		firstDelayMs: delaysMs[0],
		maxDelayMs: Math.max(...delaysMs),
		maxRetries: delaysMs.length,
	};
}

function buildExponentialSchedule(settings: RetrySettings, base: RetrySchedule): RetrySchedule {
	const defaults = getExponentialDefaults(settings, base);
	const { backoffMultiplier, firstDelaySeconds, maxDelaySeconds, maxRetries } = settings;
	const firstDelayMs =
		firstDelaySeconds === undefined ? defaults.firstDelayMs : firstDelaySeconds * 1000;
	return {
		kind: 'exponential',
		firstDelayMs,
		backoffMultiplier: backoffMultiplier ?? defaults.backoffMultiplier,
		// A first wait above the default cap is intended, so it raises the cap.
		maxDelayMs:
			maxDelaySeconds === undefined
				? Math.max(defaults.maxDelayMs, firstDelayMs)
				: maxDelaySeconds * 1000,
		maxRetries: maxRetries ?? defaults.maxRetries,
	};
}

function limitRetries(schedule: RetrySchedule, maxRetries: number | undefined): RetrySchedule {
	if (maxRetries === undefined) return schedule;
	return schedule.kind === 'list'
		? { kind: 'list', delaysMs: schedule.delaysMs.slice(0, maxRetries) }
		: { ...schedule, maxRetries };
}

function choosePolicy(platform: RetryPolicy, settings: RetrySettings): RetryPolicy {
	const { backoffMultiplier, delays, firstDelaySeconds, maxDelaySeconds, schedule } = settings;
	const hasExponentialSetting = [backoffMultiplier, firstDelaySeconds, maxDelaySeconds].some(
		(setting) => setting !== undefined,
	);
	const chosen = schedule ?? (hasExponentialSetting ? 'exponential' : 'platform');
	switch (chosen) {
		case 'list':
			return { ...platform, schedule: { kind: 'list', delaysMs: parseDelays(delays ?? '') } };
		case 'hour':
		case 'day':
		case 'threeDays':
			return RETRY_PRESETS[chosen];
		case 'none':
			return { ...platform, schedule: { kind: 'list', delaysMs: [] } };
		case 'exponential':
			return { ...platform, schedule: buildExponentialSchedule(settings, platform.schedule) };
		default:
			return platform;
	}
}

/**
 * Applies a person's settings to a platform's retry policy.
 * @throws InvalidDelaysError
 */
export function chooseRetryPolicy(platform: RetryPolicy, settings: RetrySettings): RetryPolicy {
	const base = choosePolicy(platform, settings);
	return {
		schedule: limitRetries(base.schedule, settings.maxRetries),
		jitter: settings.jitter ?? base.jitter,
		maxRetryAfterMs:
			settings.maxRetryAfterSeconds === undefined
				? base.maxRetryAfterMs
				: settings.maxRetryAfterSeconds * 1000,
	};
}

/**
 * Builds the rules of a delivery from a platform's retry policy and a person's settings.
 * @param retryStatuses e.g. `408, 429, 5xx`; empty for the platform's
 * @param maxTotalWaitMs see {@link DeliveryRules}
 * @throws InvalidDelaysError, InvalidStatusesError
 */
export function buildDeliveryRules(
	platform: { retry: RetryPolicy; retryStatuses: StatusPatterns },
	settings: RetrySettings,
	retryStatuses: string,
	maxTotalWaitMs: number | null,
): DeliveryRules {
	const statuses = parseStatuses(retryStatuses);
	return {
		retry: chooseRetryPolicy(platform.retry, settings),
		retryStatuses: statuses.length > 0 ? statuses : platform.retryStatuses,
		maxTotalWaitMs,
	};
}
