import sortBy from 'lodash/sortBy';

import type { Delivery, RegisteredEndpoint } from '../model';
import type { OutboxPorts } from '../ports';
import { findDeliveryIdsAcceptedBetween, insertDeliveries } from '../store/deliveries';
import { completeEvents, type StoredEvent } from '../store/events';
import { dropTwins, leaseUnfinishedEvents } from '../store/unfinishedEvents';

import { findBatchedDeliveries } from './batches';
import { createDelivery } from './deliveryStates';
import { getInitialState } from './initialState';
import { computePlace } from './order';
import { removeRefused } from './refusedEvents';
import { compileSubscriptions } from './subscribers';

/** Time for a repair, on a machine that may have just started: the repairing run may be killed, too. */
const REPAIR_MS = 120_000;

/** Creates the deliveries of an event to its endpoints that were registered before it was accepted. */
const createDueDeliveries = (
	{ event, rowId }: StoredEvent,
	subscribers: RegisteredEndpoint[],
): Delivery[] =>
	subscribers
		.filter(({ registeredAt }) => registeredAt <= event.acceptedAt)
		.map((endpoint) => {
			const place = event.deliverAt === null ? computePlace(endpoint, event, rowId) : null;
			// What precedes others in an order has to join the batching queue at once.
			const joins = place !== null && getInitialState(endpoint, event).status === 'gathering';
			const delivery = createDelivery(event, endpoint, {
				status: joins ? 'gathering' : 'pending',
				nextAttemptAt: event.deliverAt ?? event.acceptedAt,
				lease: null,
				error: null,
			});
			return { ...delivery, place };
		});

/**
 * Inserts the deliveries that a run had not yet recorded when it ended, e.g. in a crash.
 * They are due at once. Events that the run had to refuse, but could not, are deleted.
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
	const planned = sortBy(unfinished, 'rowId').map((stored) => ({
		event: stored.event,
		isUnchecked: stored.isUnchecked,
		deliveries: createDueDeliveries(stored, findSubscribers(stored.event)),
	}));
	const missing = planned.flatMap(({ deliveries }) =>
		deliveries.filter(({ id }) => !existingIds.has(id)),
	);
	const batchedIds = await findBatchedDeliveries(tables, missing);
	const isRecorded = ({ id }: Delivery): boolean => existingIds.has(id) || batchedIds.has(id);
	// An event with a delivery was sent, so it had passed the check.
	const unchecked = planned.flatMap(({ deliveries, event, isUnchecked }) =>
		isUnchecked && !deliveries.some(isRecorded) ? event : [],
	);
	const refusedIds = await removeRefused(ports, unchecked, lease);
	const deliveries = missing.filter(
		(delivery) => !isRecorded(delivery) && !refusedIds.has(delivery.eventId),
	);
	await tables.applyChanges([...insertDeliveries(deliveries), completeEvents(lease.owner)]);
	return deliveries.length;
}
