import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../lib/time';

import { parseStatuses, type StatusPatterns } from './attemptOutcome';
import {
	BRIEF_RETRY,
	STANDARD_WEBHOOKS_RETRY,
	type RetryPolicy,
	type RetrySchedule,
} from './retryPolicy';
import type { DeliveryRules } from './target';

/** A person's retry settings. Settings that are left out come from the chosen schedule. */
export interface RetrySettings {
	schedule?: 'platform' | 'exponential' | 'list' | 'standardWebhooks' | 'none';
	/** For the schedule `list`, e.g. `30 s, 5 min, 1 h`. */
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

/** An invalid list of waits. The message names the entry. */
export class InvalidDelaysError extends Error {
	override readonly name = 'InvalidDelaysError';
}

const UNITS_MS: Record<string, number> = {
	s: SECOND_MS,
	min: MINUTE_MS,
	h: HOUR_MS,
	d: DAY_MS,
};
const MAX_DELAY_MS = 30 * DAY_MS;
const MAX_DELAYS = 50;

/**
 * Parses a comma-separated list of waits, e.g. `30 s, 5 min, 1 h, 1 d`. A number without a unit is in
 * seconds.
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
					`"${entry}" is not a wait between attempts. Enter a number and s, min, h or d, up to 30 d, separated by commas, e.g. 30 s, 5 min, 1 h.`,
				);
			}
			return Math.round(delayMs);
		});
	if (delays.length === 0 || delays.length > MAX_DELAYS) {
		throw new InvalidDelaysError(
			`"Retry Delays" has ${delays.length} waits. Enter 1 to ${MAX_DELAYS} waits, e.g. 30 s, 5 min, 1 h.`,
		);
	}
	return delays;
}

function buildExponentialSchedule(settings: RetrySettings, base: RetrySchedule): RetrySchedule {
	const defaults = base.kind === 'exponential' ? base : BRIEF_RETRY.schedule;
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
	switch (schedule ?? (hasExponentialSetting ? 'exponential' : 'platform')) {
		case 'list':
			return { ...platform, schedule: { kind: 'list', delaysMs: parseDelays(delays ?? '') } };
		case 'standardWebhooks':
			return STANDARD_WEBHOOKS_RETRY;
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
