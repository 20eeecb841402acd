import sortBy from 'lodash/sortBy';

import { toIsoTime } from '../../lib/time';
import type { Delivery } from '../model';
import type { OutboxPorts } from '../ports';
import { findDeliveryIdsAcceptedBetween, insertDeliveries } from '../store/deliveries';
import { completeFanOut, leaseUnfinishedFanOuts } from '../store/events';

import { findBatchedDeliveries } from './batches';
import { computeDeliveryId, createDelivery } from './deliveryStates';

/** Time for a repair, on a machine that may have just started: the repairing run may be killed, too. */
const REPAIR_MS = 120_000;

/**
 * Inserts the deliveries of events whose run ended before it had inserted them all, e.g. in a crash.
 * @returns the number of inserted deliveries
 */
export async function repairFanOut(ports: OutboxPorts): Promise<number> {
	const { tables } = ports;
	const owner = ports.newId();
	const nowMs = ports.nowMs();
	const fanOuts = await leaseUnfinishedFanOuts(tables, nowMs, {
		owner,
		untilMs: nowMs + REPAIR_MS,
	});
	if (fanOuts.length === 0) return 0;
	// A delivery has the time of its event: one range is faster to find than each of many events.
	const times = fanOuts.map(({ event }) => event.acceptedAt).sort();
	const [from, to] = [times[0], times[times.length - 1]];
	const existingIds = await findDeliveryIdsAcceptedBetween(tables, from, to);
	const initialState = {
		status: 'pending' as const,
		nextAttemptAt: toIsoTime(nowMs),
		lease: null,
		error: null,
	};
	// Two runs may have inserted an event twice, and ended before they noticed: the older row counts.
	const missing = new Map<string, Delivery>();
	for (const { endpointIds, event } of sortBy(fanOuts, 'rowId')) {
		for (const endpointId of endpointIds) {
			const id = computeDeliveryId(event.id, endpointId);
			if (existingIds.has(id) || missing.has(id)) continue;
			missing.set(id, createDelivery(event, { id: endpointId }, initialState));
		}
	}
	const batchedIds = await findBatchedDeliveries(tables, [...missing.values()]);
	const deliveries = [...missing.values()].filter(({ id }) => !batchedIds.has(id));
	await tables.applyChanges([...insertDeliveries(deliveries), completeFanOut(owner)]);
	return deliveries.length;
}
