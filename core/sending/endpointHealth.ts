import { DAY_MS, toIsoTime } from '../lib/time';

import { isRetryable, type AttemptOutcome } from './attemptOutcome';

/** The rule by which a failing endpoint is disabled. 410 Gone always disables it. */
export type DisableRule =
	/** When all attempts of one delivery have failed (docs/platforms.md#workflux). */
	| { rule: 'exhausted' }
	/** After `count` failed attempts in a row, of any deliveries. */
	| { rule: 'consecutiveFailures'; count: number }
	/** When no attempt has succeeded for `days` (https://docs.svix.com/retries). */
	| { rule: 'failingFor'; days: number }
	| { rule: 'never' };

export interface EndpointHealth {
	status: 'active' | 'disabled';
	/** ISO 8601, UTC; `null` if the last attempt succeeded. */
	failingSince: string | null;
	consecutiveFailures: number;
}

/** An attempt's effect on its endpoint's health. */
export interface AttemptObservation {
	outcome: AttemptOutcome;
	atMs: number;
	/** `true` if this was the delivery's last attempt. */
	ended: boolean;
}

export type HealthChange = 'failing' | 'recovered' | 'disabled';

function getDisableReason(
	rule: DisableRule,
	observation: AttemptObservation,
	health: EndpointHealth,
): string | undefined {
	if (observation.outcome === 'gone') return 'The endpoint answered 410 Gone';
	switch (rule.rule) {
		case 'exhausted':
			return observation.ended && isRetryable(observation.outcome)
				? 'All attempts of a delivery failed'
				: undefined;
		case 'consecutiveFailures':
			return health.consecutiveFailures >= rule.count
				? `${health.consecutiveFailures} attempts failed in a row`
				: undefined;
		case 'failingFor':
			return health.failingSince !== null &&
				observation.atMs - Date.parse(health.failingSince) >= rule.days * DAY_MS
				? `No attempt has succeeded since ${health.failingSince}`
				: undefined;
		case 'never':
			return undefined;
	}
}

/**
 * Updates an endpoint's health with its attempts.
 * @param observations in the order in which the attempts ended
 * @returns the health after them, and the changes, each at most once
 */
export function applyAttemptOutcomes(
	health: EndpointHealth,
	observations: AttemptObservation[],
	rule: DisableRule,
): {
	health: EndpointHealth;
	changes: Array<{ change: HealthChange; reason: string; atMs: number }>;
} {
	let current = { ...health };
	const changes = new Map<HealthChange, { reason: string; atMs: number }>();
	for (const observation of observations) {
		const { atMs, outcome } = observation;
		if (outcome === 'success') {
			if (current.failingSince !== null) {
				changes.delete('failing');
				changes.set('recovered', { reason: 'An attempt succeeded', atMs });
			}
			current = { ...current, failingSince: null, consecutiveFailures: 0 };
			continue;
		}
		if (current.failingSince === null) {
			changes.delete('recovered');
			changes.set('failing', { reason: `An attempt ended with the outcome "${outcome}"`, atMs });
		}
		current = {
			...current,
			failingSince: current.failingSince ?? toIsoTime(atMs),
			consecutiveFailures: current.consecutiveFailures + 1,
		};
		const reason = getDisableReason(rule, observation, current);
		if (reason !== undefined && current.status === 'active') {
			current.status = 'disabled';
			changes.set('disabled', { reason, atMs });
		}
	}
	return {
		health: current,
		changes: [...changes].map(([change, { reason, atMs }]) => ({ change, reason, atMs })),
	};
}
