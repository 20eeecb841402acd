import sortBy from 'lodash/sortBy';

import type { Delivery, RegisteredEndpoint } from '../model';
import type { OutboxPorts } from '../ports';
import { findDeliveryIdsAcceptedBetween, insertDeliveries } from '../store/deliveries';
import { completeEvents } from '../store/events';
import { dropTwins, leaseUnfinishedEvents } from '../store/unfinishedEvents';

import { findBatchedDeliveries } from './batches';
import { createDelivery } from './deliveryStates';
import { compileSubscriptions } from './subscribers';

/** Time for a repair, on a machine that may have just started: the repairing run may be killed, too. */
const REPAIR_MS = 120_000;

/**
 * Inserts the deliveries that a run had not yet recorded when it ended, e.g. in a crash.
 * They are due at once.
 * @returns the number of inserted deliveries
 */
export async function repairEvents(
	ports: OutboxPorts,
	registered: RegisteredEndpoint[],
): Promise<number> {
	const { tables } = ports;
	const nowMs = ports.nowMs();
	const lease = { owner: ports.newId(), expiresAtMs: nowMs + REPAIR_MS };
	const unfinished = await dropTwins(tables, await leaseUnfinishedEvents(tables, nowMs, lease));
	if (unfinished.length === 0) return 0;
	// A delivery has the time of its event: one range is faster to find than each of many events.
	const times = unfinished.map(({ event }) => event.acceptedAt).sort();
	const [from, to] = [times[0], times[times.length - 1]];
	const existingIds = await findDeliveryIdsAcceptedBetween(tables, from, to);
	const { findSubscribers } = compileSubscriptions(registered);
	const missing = new Map<string, Delivery>();
	for (const { event } of sortBy(unfinished, 'rowId')) {
		for (const endpoint of findSubscribers(event)) {
			if (endpoint.registeredAt > event.acceptedAt) continue;
			const delivery = createDelivery(event, endpoint, {
				status: 'pending',
				nextAttemptAt: event.deliverAt ?? event.acceptedAt,
				lease: null,
				error: null,
			});
			if (!existingIds.has(delivery.id)) missing.set(delivery.id, delivery);
		}
	}
	const batchedIds = await findBatchedDeliveries(tables, [...missing.values()]);
	const deliveries = [...missing.values()].filter(({ id }) => !batchedIds.has(id));
	await tables.applyChanges([...insertDeliveries(deliveries), completeEvents(lease.owner)]);
	return deliveries.length;
}
