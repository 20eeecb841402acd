import { getTimeoutMs } from '../endpoint/endpointTarget';
import type { Endpoint, Lease } from '../model';
import type { OutboxPorts } from '../ports';
import { renewLease } from '../store/deliveryLeases';

/** Time by which a lease outlasts the longest attempt. */
const LEASE_MARGIN_MS = 30_000;

/** Computes how long deliveries to these endpoints are leased for an attempt. */
export const computeLeaseMs = (endpoints: Endpoint[]): number =>
	Math.max(0, ...endpoints.map(getTimeoutMs)) + LEASE_MARGIN_MS;

/** Keeps a run's lease on its deliveries. If it is not renewed in time, the next run takes them over. */
export class LeaseKeeper {
	private renewal: Promise<void> = Promise.resolve();

	/** `undefined` before the first renewal, which tells which deliveries another run took over. */
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

	private async renew(): Promise<void> {
		this.expiresAtMs = this.ports.nowMs() + this.lengthMs;
		const { expiresAtMs, owner } = this;
		this.leasedIds = await renewLease(this.ports.tables, { owner, expiresAtMs });
	}

	/** Checks whether a delivery is leased for this long from now; renews the lease if necessary. */
	async covers(deliveryId: string, ms: number): Promise<boolean> {
		if (this.ports.nowMs() + ms > this.expiresAtMs) this.renewal = this.renew();
		await this.renewal;
		return this.leasedIds?.has(deliveryId) ?? true;
	}

	/** Checks whether a delivery is leased for one attempt of at most `timeoutMs` from now. */
	async coversAttempt(deliveryId: string, timeoutMs: number): Promise<boolean> {
		return await this.covers(deliveryId, timeoutMs + LEASE_MARGIN_MS / 2);
	}
}
