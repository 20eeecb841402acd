import { toIsoTime } from '../../lib/time';
import { applyAttemptOutcomes, type EndpointHealth } from '../../sending/endpointHealth';
import { applyObservedAttempts, type ObservedAttempt } from '../alert/endpointAlerts';
import { getDisableRule } from '../endpoint/endpointTarget';
import { modifyEndpointIfExists } from '../endpoint/repository';
import { describeWait } from '../endpoint/suspension';
import type { Endpoint, EndpointChange } from '../model';
import type { OutboxPorts } from '../ports';
import type { EndpointStop } from '../store/endpoints';

/** Applies outcomes to a stored endpoint. @returns the endpoint itself if nothing has to be written */
function applyToStored(
	stored: Endpoint,
	attempts: ObservedAttempt[],
): { after: Endpoint; changes: EndpointChange[] } {
	const unchanged = { after: stored, changes: [] };
	const isWell = attempts.every(
		({ asksToBeDisabled, outcome }) => outcome === 'success' && !asksToBeDisabled,
	);
	const isHealthy = stored.failingSince === null && stored.probeAt === null;
	if (isWell && isHealthy) return unchanged;
	const rule = getDisableRule(stored);
	const applied = applyObservedAttempts(stored, attempts, rule);
	// More failures need no write, unless something counts them.
	const { circuit_breaker: breaker } = stored.settings;
	const isCounted = rule.rule === 'consecutiveFailures' || breaker !== undefined;
	if (applied.changes.length === 0 && !isCounted) return unchanged;
	const disabled = applied.changes.find(({ change }) => change === 'disabled');
	const after: Endpoint = {
		...applied.endpoint,
		...(disabled && {
			statusReason: disabled.reason,
			statusChangedAt: toIsoTime(disabled.atMs),
		}),
	};
	return { after, changes: applied.changes.map((change) => ({ endpoint: after, ...change })) };
}

/** Tracks an endpoint's health during a run, and saves what changed. */
export class EndpointHealthTracker {
	/** Those that are not saved yet. */
	private attempts: ObservedAttempt[] = [];

	private readonly changes: EndpointChange[] = [];

	/** The endpoint as it was last read. */
	private latest: Endpoint;

	private exists = true;

	private health: EndpointHealth;

	private saving: Promise<void> = Promise.resolve();

	constructor(private readonly endpoint: Endpoint) {
		this.latest = endpoint;
		this.health = endpoint;
	}

	/**
	 * Records the outcome of an attempt. If it disables the endpoint, that is saved at once: another run may have seen a
	 * success, or a person may have paused the endpoint, so only the stored status tells what becomes of its deliveries.
	 */
	async record(ports: OutboxPorts, observation: ObservedAttempt): Promise<void> {
		this.attempts.push(observation);
		this.apply([observation]);
		if (!this.isUndecided) return;
		this.saving = this.saving.then(async () => {
			if (this.isUndecided) await this.saveAttempts(ports);
		});
		await this.saving;
	}

	/** Takes notice that a person or another run has paused or disabled the endpoint. */
	observeStop({ status, statusReason }: EndpointStop): void {
		if (this.isUndecided) return;
		this.latest = { ...this.latest, status, statusReason };
		this.health = { ...this.health, status };
	}

	/** Waits until it is certain whether the endpoint is disabled. */
	async settle(): Promise<void> {
		for (let saving; saving !== this.saving; ) {
			({ saving } = this);
			await saving;
		}
	}

	/** Returns why further deliveries wait, or `undefined` while attempts are made. */
	get waitReason(): string | undefined {
		if (!this.exists) return 'The endpoint was deleted, or can no longer be opened';
		if (this.latest.status === 'paused') return describeWait(this.latest);
		const opened = this.health.probeAt !== null && this.endpoint.probeAt === null;
		return opened ? describeWait({ ...this.latest, ...this.health }) : undefined;
	}

	/** Returns whether the endpoint's circuit was open, and an attempt closed it. */
	get wasClosed(): boolean {
		return this.endpoint.probeAt !== null && this.health.probeAt === null;
	}

	/** Returns why no more attempts are made, or `undefined` while the endpoint is not disabled. */
	get holdReason(): string | undefined {
		const { status, statusReason } = this.latest;
		return status === 'disabled'
			? `The endpoint is disabled: ${statusReason ?? 'by hand'}`
			: undefined;
	}

	/** Saves the remaining outcomes. @returns all changes of the run */
	async finish(ports: OutboxPorts): Promise<EndpointChange[]> {
		if (this.attempts.length > 0) await this.saveAttempts(ports);
		return this.changes;
	}

	/** `true` if the outcomes would disable the endpoint, which is not saved yet. */
	private get isUndecided(): boolean {
		return this.exists && this.health.status === 'disabled' && this.latest.status === 'active';
	}

	private apply(observations: ObservedAttempt[]): void {
		const rule = getDisableRule(this.latest);
		const { circuit_breaker: breaker } = this.latest.settings;
		this.health = applyAttemptOutcomes(this.health, observations, rule, breaker).health;
	}

	/** Applies the outcomes to the endpoint as it is stored, on top of other runs' changes. */
	private async saveAttempts(ports: OutboxPorts): Promise<void> {
		const { attempts } = this;
		this.attempts = [];
		let changes: EndpointChange[] = [];
		const after = await modifyEndpointIfExists(ports, this.latest, (stored) => {
			const applied = applyToStored(stored, attempts);
			({ changes } = applied);
			return applied.after === stored ? undefined : applied.after;
		});
		this.exists = after !== undefined;
		if (after === undefined) return;
		this.latest = after;
		this.changes.push(...changes);
		this.health = after;
		this.apply(this.attempts);
	}
}
