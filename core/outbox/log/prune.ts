import { DAY_MS, toIsoTime } from '../../lib/time';
import type { DeliveryStatus } from '../model';
import type { OutboxPorts } from '../ports';
import { findNewestSurplusRow, findOldestAcceptedAt, removeDeliveries } from '../store/deliveries';
import { removeEvents } from '../store/events';

/** Limits for the delivery log. Deliveries that wait for an attempt are kept regardless. */
export interface Retention {
	/** Age of a delivery's event. */
	maxAgeDays: number;
	/** Number of deliveries; the newest are kept. */
	maxDeliveries: number;
}

/** A week; well below n8n’s 200 MB for all tables if events have the usual few kilobytes. */
export const DEFAULT_RETENTION: Retention = { maxAgeDays: 7, maxDeliveries: 10_000 };

/** Deliveries with any other status are still to be sent, so they are never deleted. */
const REMOVABLE: DeliveryStatus[] = ['delivered', 'failed', 'held'];

/**
 * Computes the time before which no event is needed. Events without deliveries are kept as long as the
 * others, so that their idempotency keys are remembered.
 */
async function findEventCutoff(
	{ tables }: Pick<OutboxPorts, 'tables'>,
	cutoff: string,
	hadSurplus: boolean,
): Promise<string> {
	const oldestNeeded = (await findOldestAcceptedAt(tables)) ?? cutoff;
	return hadSurplus || oldestNeeded < cutoff ? oldestNeeded : cutoff;
}

/**
 * Deletes deliveries beyond the retention limits, and events that no delivery needs anymore.
 * @returns the number of deleted deliveries and events
 */
export async function prune(
	{ nowMs, tables }: Pick<OutboxPorts, 'nowMs' | 'tables'>,
	{ maxAgeDays, maxDeliveries }: Retention,
): Promise<{ deliveries: number; events: number }> {
	const cutoff = toIsoTime(nowMs() - maxAgeDays * DAY_MS);
	let deliveries = 0;
	for (const status of REMOVABLE) {
		deliveries += await removeDeliveries(tables, status, { acceptedBefore: cutoff });
	}
	const upToRow = await findNewestSurplusRow(tables, maxDeliveries);
	if (upToRow !== undefined) {
		for (const status of REMOVABLE) {
			deliveries += await removeDeliveries(tables, status, { upToRow });
		}
	}
	const eventCutoff = await findEventCutoff({ tables }, cutoff, upToRow !== undefined);
	return { deliveries, events: await removeEvents(tables, eventCutoff) };
}
