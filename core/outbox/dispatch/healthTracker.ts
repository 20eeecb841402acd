import { toIsoTime } from '../../lib/time';
import { applyAttemptOutcomes, type EndpointHealth } from '../../sending/endpointHealth';
import { applyObservedAttempts, type ObservedAttempt } from '../alert/endpointAlerts';
import { getDisableRule } from '../endpoint/endpointTarget';
import { modifyEndpointIfExists } from '../endpoint/repository';
import { describeWait } from '../endpoint/suspension';
import type { Endpoint, EndpointChange } from '../model';
import type { OutboxPorts } from '../ports';

/** Tracks an endpoint's health during a run, and saves what changed at its end. */
export class EndpointHealthTracker {
	private readonly attempts: ObservedAttempt[] = [];

	private health: EndpointHealth;

	private disabledReason: string | null;

	constructor(private readonly endpoint: Endpoint) {
		this.health = endpoint;
		this.disabledReason = endpoint.statusReason;
	}

	/** Records the outcome of an attempt. */
	record(observation: ObservedAttempt): void {
		this.attempts.push(observation);
		const rule = getDisableRule(this.endpoint);
		const { circuit_breaker: breaker } = this.endpoint.settings;
		const { changes, health } = applyAttemptOutcomes(this.health, [observation], rule, breaker);
		this.health = health;
		this.disabledReason =
			changes.find(({ change }) => change === 'disabled')?.reason ?? this.disabledReason;
	}

	/** Returns why further deliveries wait, or `undefined` while attempts are made. */
	get waitReason(): string | undefined {
		const opened = this.health.probeAt !== null && this.endpoint.probeAt === null;
		return opened ? describeWait({ ...this.endpoint, ...this.health }) : undefined;
	}

	/** Returns whether the endpoint's circuit was open, and an attempt closed it. */
	get wasClosed(): boolean {
		return this.endpoint.probeAt !== null && this.health.probeAt === null;
	}

	/** Returns why no more attempts are made, or `undefined` while the endpoint is active. */
	get holdReason(): string | undefined {
		return this.health.status === 'disabled'
			? `The endpoint is disabled: ${this.disabledReason ?? 'its deliveries fail'}`
			: undefined;
	}

	/** Applies the observations to the endpoint as it is stored, on top of other runs' changes. */
	async save(ports: OutboxPorts): Promise<EndpointChange[]> {
		let changes: EndpointChange[] = [];
		const exists = await modifyEndpointIfExists(ports, this.endpoint, (stored) => {
			changes = [];
			const isWell = this.attempts.every(
				({ asksToBeDisabled, outcome }) => outcome === 'success' && !asksToBeDisabled,
			);
			const isHealthy = stored.failingSince === null && stored.probeAt === null;
			if (isWell && isHealthy) return undefined;
			const rule = getDisableRule(stored);
			const applied = applyObservedAttempts(stored, this.attempts, rule);
			// More failures need no write, unless something counts them.
			const { circuit_breaker: breaker } = stored.settings;
			const isCounted = rule.rule === 'consecutiveFailures' || breaker !== undefined;
			if (applied.changes.length === 0 && !isCounted) return undefined;
			const disabled = applied.changes.find(({ change }) => change === 'disabled');
			const after: Endpoint = {
				...applied.endpoint,
				...(disabled && {
					statusReason: disabled.reason,
					statusChangedAt: toIsoTime(disabled.atMs),
				}),
			};
			changes = applied.changes.map((change) => ({ endpoint: after, ...change }));
			return after;
		});
		return exists ? changes : [];
	}
}
