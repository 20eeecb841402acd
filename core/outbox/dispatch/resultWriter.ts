import { isDueAgain, MINUTE_MS } from '../../lib/time';
import type { Delivery } from '../model';
import type { OutboxPorts } from '../ports';
import { insertDeliveries } from '../store/deliveries';
import { findStoppedRows } from '../store/endpoints';
import type { Change, Find, StoredRow } from '../store/tables';

import type { LeaseKeeper } from './lease';

/** Outcomes are written at least this often during a run. */
const WRITE_EVERY_MS = 1000;

/** By how much the clocks of machines may differ, and a run may have read the endpoints before it writes. */
const STOP_MARGIN_MS = 5 * MINUTE_MS;

/**
 * Writes the outcomes of a run as they arrive, many in one call, which also tells the run what was paused or disabled in
 * the meantime.
 */
export class ResultWriter {
	private pending: Delivery[] = [];

	private lastWriteMs: number;

	private writing: Promise<void> | undefined;

	private failure: { error: unknown } | undefined;

	private readonly startMs: number;

	/**
	 * @param leaseKeeper renews its lease with each write before the last
	 * @param onStopped gets the rows of endpoints that were stopped, after each write before the last
	 */
	constructor(
		private readonly ports: Pick<OutboxPorts, 'nowMs' | 'tables'>,
		private readonly leaseKeeper: Pick<LeaseKeeper, 'renewWith'>,
		private readonly onStopped: (stoppedRows: StoredRow[]) => void,
	) {
		this.startMs = ports.nowMs();
		this.lastWriteMs = this.startMs;
	}

	/** Adds an outcome, and starts to write if enough time has passed. */
	add(delivery: Delivery): void {
		this.pending.push(delivery);
		const isDue = isDueAgain(this.lastWriteMs, this.ports.nowMs(), WRITE_EVERY_MS);
		if (!isDue || this.writing !== undefined) return;
		this.writing = this.leaseKeeper
			.renewWith(async (renewals) => await this.write(renewals, [this.findStopped]))
			.finally(() => {
				this.writing = undefined;
			});
	}

	private get findStopped(): Find {
		return findStoppedRows(this.startMs - STOP_MARGIN_MS);
	}

	/** @returns whether everything was written */
	private async write(furtherChanges: Change[], finds: Find[] = []): Promise<boolean> {
		const deliveries = this.pending;
		this.pending = [];
		this.lastWriteMs = this.ports.nowMs();
		try {
			const changes = [...insertDeliveries(deliveries), ...furtherChanges];
			if (finds.length === 0) await this.ports.tables.applyChanges(changes);
			else this.onStopped((await this.ports.tables.applyAndFind(changes, finds)).flat());
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
