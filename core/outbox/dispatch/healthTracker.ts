import { toIsoTime } from '../../lib/time';
import {
	applyAttemptOutcomes,
	type AttemptObservation,
	type EndpointHealth,
} from '../../sending/endpointHealth';
import { getDisableRule } from '../endpoint/endpointTarget';
import { modifyEndpointIfExists } from '../endpoint/repository';
import type { Endpoint, EndpointChange } from '../model';
import type { OutboxPorts } from '../ports';

/** Tracks an endpoint's health during a run, and saves what changed at its end. */
export class EndpointHealthTracker {
	private readonly observations: AttemptObservation[] = [];

	private health: EndpointHealth;

	private disabledReason: string | null;

	constructor(private readonly endpoint: Endpoint) {
		this.health = endpoint;
		this.disabledReason = endpoint.statusReason;
	}

	/** Records the outcome of an attempt. */
	record(observation: AttemptObservation): void {
		this.observations.push(observation);
		const rule = getDisableRule(this.endpoint);
		const { changes, health } = applyAttemptOutcomes(this.health, [observation], rule);
		this.health = health;
		this.disabledReason =
			changes.find(({ change }) => change === 'disabled')?.reason ?? this.disabledReason;
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
			const allSucceeded = this.observations.every(({ outcome }) => outcome === 'success');
			if (allSucceeded && stored.failingSince === null) return undefined;
			const rule = getDisableRule(stored);
			const applied = applyAttemptOutcomes(stored, this.observations, rule);
			// More failures need no write, unless the rule counts them.
			if (applied.changes.length === 0 && rule.rule !== 'consecutiveFailures') return undefined;
			const disabled = applied.changes.find(({ change }) => change === 'disabled');
			const after: Endpoint = {
				...stored,
				...applied.health,
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
