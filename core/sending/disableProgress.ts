import { DAY_MS } from '../lib/time';

import type { AttemptObservation, DisableRule, EndpointHealth } from './endpointHealth';

/** Shares of the way to being disabled at which an endpoint's owner is warned again. */
const WARNING_SHARES = [0.5, 0.75, 0.9];

/**
 * Computes how far a failing endpoint is on its way to being disabled.
 * @param health after the failed attempt
 * @returns 0 to 1; `undefined` if the rule never disables it
 */
export function computeDisableProgress(
	rule: DisableRule,
	{ consecutiveFailures, failingSince }: EndpointHealth,
	{ atMs, attemptsShare = 0 }: Pick<AttemptObservation, 'atMs' | 'attemptsShare'>,
): number | undefined {
	const limit = (progress: number): number => Math.min(1, Math.max(0, progress));
	switch (rule.rule) {
		case 'exhausted':
			return limit(attemptsShare);
		case 'consecutiveFailures':
			return limit(consecutiveFailures / rule.count);
		case 'failingFor':
			return failingSince === null
				? 0
				: limit((atMs - Date.parse(failingSince)) / (rule.days * DAY_MS));
		case 'never':
			return undefined;
	}
}

/** Returns the greatest share that the progress has reached: 0 before the first. */
export const findWarningShare = (progress: number): number =>
	Math.max(0, ...WARNING_SHARES.filter((share) => progress >= share));
