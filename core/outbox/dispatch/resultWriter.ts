import { isDueAgain } from '../../lib/time';
import type { Delivery } from '../model';
import type { OutboxPorts } from '../ports';
import { insertDeliveries } from '../store/deliveries';
import type { Change } from '../store/tables';

import type { LeaseKeeper } from './lease';

/** Outcomes are written at least this often during a run. */
const WRITE_EVERY_MS = 1000;

/** Writes the outcomes of a run as they arrive, many in one call. */
export class ResultWriter {
	private pending: Delivery[] = [];

	private lastWriteMs: number;

	private writing: Promise<void> | undefined;

	private failure: { error: unknown } | undefined;

	/** @param leaseKeeper renews its lease with each write before the last */
	constructor(
		private readonly ports: Pick<OutboxPorts, 'nowMs' | 'tables'>,
		private readonly leaseKeeper: Pick<LeaseKeeper, 'renewWith'>,
	) {
		this.lastWriteMs = ports.nowMs();
	}

	/** Adds an outcome, and starts to write if enough time has passed. */
	add(delivery: Delivery): void {
		this.pending.push(delivery);
		const isDue = isDueAgain(this.lastWriteMs, this.ports.nowMs(), WRITE_EVERY_MS);
		if (!isDue || this.writing !== undefined) return;
		this.writing = this.leaseKeeper
			.renewWith(async (renewals) => await this.write(renewals))
			.finally(() => {
				this.writing = undefined;
			});
	}

	/** @returns whether everything was written */
	private async write(furtherChanges: Change[]): Promise<boolean> {
		const deliveries = this.pending;
		this.pending = [];
		this.lastWriteMs = this.ports.nowMs();
		try {
			await this.ports.tables.applyChanges([...insertDeliveries(deliveries), ...furtherChanges]);
			return true;
		} catch (error) {
			// The rows may be inserted or not: the run that takes over after the lease finds out.
			this.failure ??= { error };
			return false;
		}
	}

	/**
	 * Writes the remaining outcomes.
	 * @param finalChanges changes to make once all outcomes are written
	 * @throws the first error of any write
	 */
	async finish(finalChanges: Change[]): Promise<void> {
		await this.writing;
		await this.write(this.failure === undefined ? finalChanges : []);
		if (this.failure !== undefined) throw this.failure.error;
	}
}
