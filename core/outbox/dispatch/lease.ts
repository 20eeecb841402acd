import { getAttemptLimitMs } from '../endpoint/endpointTarget';
import type { Endpoint, Lease } from '../model';
import type { OutboxPorts } from '../ports';
import { renewDeliveryLeases } from '../store/deliveryLeases';
import { renewEventLeases } from '../store/events';
import type { Change } from '../store/tables';

/** Time by which a lease outlasts the longest attempt. */
const LEASE_MARGIN_MS = 30_000;

/** Time by which a lease outlasts an attempt, so that its outcome is written under the lease. */
const WRITE_MARGIN_MS = 10_000;

/** Computes how long deliveries to these endpoints are leased for an attempt. */
export const computeLeaseMs = (endpoints: Endpoint[]): number =>
	Math.max(0, ...endpoints.map(getAttemptLimitMs)) + LEASE_MARGIN_MS;

/**
 * Keeps a run's lease on its events and deliveries. If it is not renewed in time, the next run takes them
 * over.
 */
export class LeaseKeeper {
	private renewal: Promise<void> = Promise.resolve();

	/** `undefined` before the first check, which tells what another run took over. */
	private leasedIds: Set<string> | undefined;

	private readonly owner: string;

	private expiresAtMs: number;

	constructor(
		private readonly ports: Pick<OutboxPorts, 'nowMs' | 'tables'>,
		lease: Lease,
		private readonly lengthMs: number,
	) {
		this.owner = lease.owner;
		this.expiresAtMs = lease.expiresAtMs;
	}

	private get nextLease(): Lease {
		return { owner: this.owner, expiresAtMs: this.ports.nowMs() + this.lengthMs };
	}

	/** Renews the lease, and finds out what is still leased. */
	private async renew(): Promise<void> {
		const { nextLease } = this;
		this.expiresAtMs = nextLease.expiresAtMs;
		const ids = new Set<string>();
		for (const { query, table, values } of [
			renewEventLeases(nextLease),
			renewDeliveryLeases(nextLease),
		]) {
			const rows = await this.ports.tables.update(table, query, values);
			for (const { delivery_id, event_id } of rows) ids.add(String(delivery_id ?? event_id));
		}
		this.leasedIds = ids;
	}

	/**
	 * Renews the lease together with changes that are made anyway.
	 * @param applyChanges makes the changes that it is given, and returns whether it could
	 */
	async renewWith(applyChanges: (renewals: Change[]) => Promise<boolean>): Promise<void> {
		const { expiresAtMs, nextLease } = this;
		const isRenewed = await applyChanges([
			renewEventLeases(nextLease),
			renewDeliveryLeases(nextLease),
		]);
		const isInTime = this.ports.nowMs() < expiresAtMs;
		if (isRenewed && isInTime) this.expiresAtMs = Math.max(this.expiresAtMs, nextLease.expiresAtMs);
	}

	/**
	 * Checks whether a lease lasts this long from now; renews it if necessary.
	 * @param leasedId ID of the event or the delivery that is leased
	 */
	async covers(leasedId: string, ms: number): Promise<boolean> {
		if (this.ports.nowMs() + ms > this.expiresAtMs) this.renewal = this.renew();
		await this.renewal;
		return this.leasedIds?.has(leasedId) ?? true;
	}

	/** Checks whether a lease lasts until an outcome is written. */
	async coversWrite(leasedId: string): Promise<boolean> {
		return await this.covers(leasedId, WRITE_MARGIN_MS);
	}

	/** Checks whether a lease lasts for one attempt of at most `limitMs` from now. */
	async coversAttempt(leasedId: string, limitMs: number): Promise<boolean> {
		return await this.covers(leasedId, limitMs + LEASE_MARGIN_MS / 2);
	}
}
