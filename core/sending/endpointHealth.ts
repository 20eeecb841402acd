import { DAY_MS, MINUTE_MS, toIsoTime } from '../lib/time';

import { hasReachedEndpoint, isRetryable, type AttemptOutcome } from './attemptOutcome';

/**
 * The rule by which a failing endpoint is disabled. 410 Gone, and an answer that asks for it, always disable
 * it.
 */
export type DisableRule =
	/** When all attempts of one delivery have failed (docs/platforms.md#workflux). */
	| { rule: 'exhausted' }
	/** After `count` failed attempts in a row, of any deliveries. */
	| { rule: 'consecutiveFailures'; count: number }
	/** When no attempt has succeeded for `days` (https://docs.svix.com/retries). */
	| { rule: 'failingFor'; days: number }
	| { rule: 'never' };

/**
 * Stops attempts at an endpoint that is down: after `failures` failed attempts in a row, only one attempt
 * every `probe_minutes` minutes, until one succeeds.
 */
export interface CircuitBreaker {
	failures: number;
	probe_minutes: number;
}

export interface EndpointHealth {
	/** `paused`: a person or a caller stopped it temporarily, and its deliveries wait. */
	status: 'active' | 'paused' | 'disabled';
	/** ISO 8601, UTC; `null` if the last attempt succeeded. */
	failingSince: string | null;
	consecutiveFailures: number;
	/** While its circuit is open: the time of the next attempt, ISO 8601; otherwise `null`. */
	probeAt: string | null;
}

/** An attempt's effect on its endpoint's health. */
export interface AttemptObservation {
	outcome: AttemptOutcome;
	atMs: number;
	/** `true` if this was the last attempt that the delivery's schedule allows. */
	ended: boolean;
	/** `true` if the endpoint asked to be disabled, whatever the outcome. */
	asksToBeDisabled?: boolean;
	/** Share of the delivery's attempts that have been made, 0 to 1. */
	attemptsShare?: number;
}

export type HealthChange = 'failing' | 'recovered' | 'disabled';

const describeFailuresInRow = (count: number): string =>
	count === 1 ? 'An attempt failed' : `${count} attempts failed in a row`;

function getDisableReason(
	rule: DisableRule,
	observation: AttemptObservation,
	health: EndpointHealth,
): string | undefined {
	if (observation.asksToBeDisabled) return 'The endpoint asked to be disabled';
	if (observation.outcome === 'success') return undefined;
	if (observation.outcome === 'gone') return 'The endpoint answered 410 Gone';
	switch (rule.rule) {
		case 'exhausted':
			return observation.ended && isRetryable(observation.outcome)
				? 'All attempts of a delivery failed'
				: undefined;
		case 'consecutiveFailures':
			return health.consecutiveFailures >= rule.count
				? describeFailuresInRow(health.consecutiveFailures)
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

/** Returns when the next attempt may be made after a failed one; `null` while the circuit is closed. */
function findProbeTime(
	{ consecutiveFailures, probeAt }: EndpointHealth,
	breaker: CircuitBreaker | undefined,
	atMs: number,
): string | null {
	if (breaker === undefined || consecutiveFailures < breaker.failures) return probeAt;
	const next = toIsoTime(atMs + breaker.probe_minutes * MINUTE_MS);
	return probeAt !== null && probeAt > next ? probeAt : next;
}

/**
 * Updates an endpoint's health with its attempts.
 * @param observations in the order in which the attempts ended
 * @param breaker `undefined` if the endpoint has none
 * @returns the health after them, and the changes, each at most once
 */
export function applyAttemptOutcomes(
	health: EndpointHealth,
	observations: AttemptObservation[],
	rule: DisableRule,
	breaker?: CircuitBreaker,
): {
	health: EndpointHealth;
	changes: Array<{ change: HealthChange; reason: string; atMs: number }>;
} {
	let current = { ...health };
	const changes = new Map<HealthChange, { reason: string; atMs: number }>();
	for (const observation of observations) {
		const { atMs, outcome } = observation;
		if (!hasReachedEndpoint(outcome)) continue;
		if (outcome === 'success') {
			if (current.failingSince !== null) {
				changes.delete('failing');
				changes.set('recovered', { reason: 'An attempt succeeded', atMs });
			}
			current = { ...current, failingSince: null, consecutiveFailures: 0, probeAt: null };
		} else {
			if (current.failingSince === null) {
				changes.delete('recovered');
				changes.set('failing', { reason: `An attempt ended with the outcome "${outcome}"`, atMs });
			}
			current = {
				...current,
				failingSince: current.failingSince ?? toIsoTime(atMs),
				consecutiveFailures: current.consecutiveFailures + 1,
			};
			current.probeAt = findProbeTime(current, breaker, atMs);
		}
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
