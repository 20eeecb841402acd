import { isRetryable, type AttemptOutcome } from './attemptOutcome';

/** When an endpoint that fails is disabled. 410 Gone disables always. */
export type DisableRule =
	/** spec/workflux.txt, "Webhook Retry Logic": when one delivery has failed in all its attempts. */
	| { rule: 'exhausted' }
	/** After so many failed attempts, of whatever deliveries, without a success among them. */
	| { rule: 'consecutiveFailures'; count: number }
	/** https://docs.svix.com/retries: when nothing has succeeded for so many days. */
	| { rule: 'failingFor'; days: number }
	| { rule: 'never' };

export interface EndpointHealth {
	status: 'active' | 'disabled';
	/** ISO 8601, UTC; `null` while it does not fail. */
	failingSince: string | null;
	consecutiveFailures: number;
}

/** One attempt, as far as it says something about the endpoint. */
export interface AttemptObservation {
	outcome: AttemptOutcome;
	atMs: number;
	/** Whether the delivery has ended with this attempt. */
	ended: boolean;
}

export type HealthChange = 'failing' | 'recovered' | 'disabled';

const DAY_MS = 86_400_000;

function disablingReason(
	rule: DisableRule,
	sign: AttemptObservation,
	health: EndpointHealth,
): string | undefined {
	if (sign.outcome === 'gone') return 'The endpoint answered 410 Gone';
	switch (rule.rule) {
		case 'exhausted':
			return sign.ended && isRetryable(sign.outcome)
				? 'A delivery failed in all its attempts'
				: undefined;
		case 'consecutiveFailures':
			return health.consecutiveFailures >= rule.count
				? `${health.consecutiveFailures} attempts failed one after the other`
				: undefined;
		case 'failingFor':
			return health.failingSince !== null &&
				sign.atMs - Date.parse(health.failingSince) >= rule.days * DAY_MS
				? `No attempt has succeeded since ${health.failingSince}`
				: undefined;
		case 'never':
			return undefined;
	}
}

/**
 * What attempts do to an endpoint's health.
 * @param signs in the order in which the attempts ended
 * @returns the health after them, and what changed on the way, each at most once
 */
export function applyAttemptOutcomes(
	health: EndpointHealth,
	signs: AttemptObservation[],
	rule: DisableRule,
): {
	health: EndpointHealth;
	changes: Array<{ change: HealthChange; reason: string; atMs: number }>;
} {
	let current = { ...health };
	const changes = new Map<HealthChange, { reason: string; atMs: number }>();
	for (const sign of signs) {
		const { atMs, outcome } = sign;
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
			failingSince: current.failingSince ?? new Date(atMs).toISOString(),
			consecutiveFailures: current.consecutiveFailures + 1,
		};
		const reason = disablingReason(rule, sign, current);
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
