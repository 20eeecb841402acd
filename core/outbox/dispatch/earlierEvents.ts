import partition from 'lodash/partition';

import type { Delivery, Lease, OutboxEvent, RegisteredEndpoint } from '../model';
import type { OutboxPorts } from '../ports';
import { applyAllAndFind } from '../store/changeGroups';
import { findDeliveriesWithEvents, type RecordedDeliveries } from '../store/deliveries';
import { leaseIdleEvent, type StoredEvent } from '../store/events';
import { completePages, eq, findFirstPage } from '../store/tables';

import {
	ATTEMPTED_AT_ONCE,
	computeDeliveryId,
	createDelivery,
	listCoveredIds,
} from './deliveryStates';
import type { Subscriptions } from './subscribers';

/** An event, and the endpoints that get a delivery of it in this call. */
export interface SubscribedEvent {
	event: OutboxEvent;
	subscribers: RegisteredEndpoint[];
}

/** Everything about events that were sent before. */
export interface EarlierEvents {
	/** Their own deliveries, with those that another run is attempting. */
	deliveries: Delivery[];
	/** IDs of the events that are in a batch. */
	batchedIds: Set<string>;
	/** By ID, those that this call sends to endpoints which have no delivery of them yet. */
	extendedEvents: Map<string, SubscribedEvent>;
}

/** Leases events, unless another run works on them. @returns the IDs of those that the run got */
async function leaseEvents(
	{ tables }: OutboxPorts,
	eventIds: string[],
	lease: Lease,
): Promise<Set<string>> {
	if (eventIds.length === 0) return new Set();
	const isLeased = [eq('lease_owner', lease.owner)];
	const [firstPage] = await applyAllAndFind(
		tables,
		eventIds.map((id) => leaseIdleEvent(id, lease)),
		[findFirstPage('events', isLeased)],
	);
	const leased = await completePages(tables, 'events', isLeased, firstPage);
	return new Set(leased.map(({ event_id }) => String(event_id)));
}

/** Lists the IDs of the deliveries that events have, also of those in a batch. */
const listTakenIds = ({ batches, deliveries }: RecordedDeliveries): string[] =>
	[...deliveries, ...batches].flatMap(listCoveredIds);

/** Loads the deliveries of events that were sent before, and leases those that more endpoints get now. */
export async function loadEarlierEvents(
	ports: OutboxPorts,
	existingEvents: Map<string, StoredEvent>,
	findSubscribers: Subscriptions['findSubscribers'],
	lease: Lease,
): Promise<EarlierEvents> {
	const { tables } = ports;
	const recorded = await findDeliveriesWithEvents(tables, [...existingEvents.keys()]);
	const takenIds = new Set(listTakenIds(recorded));
	const hasNoDelivery = (event: OutboxEvent, { id }: RegisteredEndpoint): boolean =>
		!takenIds.has(computeDeliveryId(event.id, id));
	const candidates = [...existingEvents.values()].map(({ event, isUnderWay }) => ({
		event,
		isUnderWay,
		subscribers: findSubscribers(event).filter((endpoint) => hasNoDelivery(event, endpoint)),
	}));
	const [underWay, idle] = partition(candidates, 'isUnderWay');
	const extendable = idle.filter(
		({ event, subscribers }) => event.payloadForgottenAt === null && subscribers.length > 0,
	);
	const leasedIds = await leaseEvents(
		ports,
		extendable.map(({ event }) => event.id),
		lease,
	);
	// Another run may have made deliveries before this one got the lease.
	const latest = await findDeliveriesWithEvents(tables, [...leasedIds]);
	for (const id of listTakenIds(latest)) takenIds.add(id);
	const extended = extendable.flatMap(({ event, subscribers }): SubscribedEvent[] =>
		leasedIds.has(event.id)
			? [{ event, subscribers: subscribers.filter((one) => hasNoDelivery(event, one)) }]
			: [],
	);
	const sending = underWay.flatMap(({ event, subscribers }) =>
		subscribers.map((endpoint) => createDelivery(event, endpoint, ATTEMPTED_AT_ONCE)),
	);
	return {
		deliveries: [
			...recorded.deliveries.filter(({ eventId }) => !leasedIds.has(eventId)),
			...latest.deliveries,
			...sending,
		],
		batchedIds: new Set(
			[...recorded.batches, ...latest.batches].flatMap((batch) => batch.batchedEventIds ?? []),
		),
		extendedEvents: new Map(extended.map((subscribed) => [subscribed.event.id, subscribed])),
	};
}
