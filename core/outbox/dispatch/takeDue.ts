import difference from 'lodash/difference';
import partition from 'lodash/partition';

import { splitByReadability } from '../endpoint/repository';
import type { AttemptJob, Delivery, Endpoint, Lease, StoredDelivery } from '../model';
import type { OutboxPorts } from '../ports';
import { insertDeliveries } from '../store/deliveries';
import { leaseDueDeliveries } from '../store/deliveryLeases';

import {
	closeBatches,
	findBatchedDeliveries,
	getBatchSettings,
	isBatchable,
	isBatching,
} from './batches';
import { postponeDelivery, rescheduleDelivery, returnToQueue } from './deliveryStates';
import type { DueState } from './dueState';
import { computeLeaseMs } from './lease';
import { loadAttemptJobs } from './loadJobs';
import { computePlace, isSettled, WAITS_FOR_ELDER } from './order';
import { leaseChains, type LeasedChains, type OrderChain } from './orderedDue';

/** Closes the batches of events that have waited long enough. */
async function closeDueBatches(
	ports: OutboxPorts,
	endpoints: Endpoint[],
	gatheringIds: Set<string>,
	lease: Lease,
): Promise<AttemptJob[]> {
	const jobs: AttemptJob[] = [];
	for (const endpoint of endpoints) {
		const isDue = isBatching(endpoint) && gatheringIds.has(endpoint.id);
		if (isDue) jobs.push(...(await closeBatches(ports, endpoint, lease)));
	}
	return jobs;
}

/** Leases due deliveries that can be attempted: those whose event is not in a batch already. */
async function leaseUnbatchedDeliveries(
	{ tables }: OutboxPorts,
	lease: Lease,
	{ shares }: DueState,
): Promise<StoredDelivery[]> {
	if (shares.length === 0) return [];
	const { deliveries, expiredRowIds } = await leaseDueDeliveries(tables, lease, shares);
	const batched = await findBatchedDeliveries(
		tables,
		deliveries.filter((delivery) => expiredRowIds.has(delivery.rowId) && isBatchable(delivery)),
	);
	return deliveries.filter(({ id }) => !batched.has(id));
}

/**
 * Returns batchable events to the batching queue, after a crash or a replay.
 * @returns the other deliveries
 */
async function returnToBatching(
	{ tables }: OutboxPorts,
	endpoints: Endpoint[],
	deliveries: Delivery[],
): Promise<Delivery[]> {
	const maxWaitsMs = new Map(
		endpoints
			.filter(isBatching)
			.map((endpoint) => [endpoint.id, getBatchSettings(endpoint)?.maxWaitMs ?? 0]),
	);
	const [batchable, others] = partition(
		deliveries,
		(delivery) => isBatchable(delivery) && maxWaitsMs.has(delivery.endpointId),
	);
	await tables.applyChanges(
		insertDeliveries(
			batchable.map((delivery) =>
				returnToQueue(delivery, maxWaitsMs.get(delivery.endpointId) ?? 0),
			),
		),
	);
	return others;
}

/** Deliveries that a run has leased at once. */
interface TakenDue {
	lease: Lease;
	jobs: AttemptJob[];
	/** Deliveries that ended, or have to wait, without an attempt. */
	ended: Delivery[];
	/** Deliveries that others have to precede. */
	waiting: Delivery[];
	/** `true` if something has become due that was not leased. */
	mayBeMore: boolean;
}

/** Leaves out deliveries whose event is in a batch already: a killed run has closed it. */
async function leaveOutBatched(
	{ tables }: OutboxPorts,
	{ deliveries, expiredIds }: LeasedChains,
): Promise<StoredDelivery[]> {
	const batched = await findBatchedDeliveries(
		tables,
		deliveries.filter((delivery) => expiredIds.has(delivery.id) && isBatchable(delivery)),
	);
	return deliveries.filter(({ id }) => !batched.has(id));
}

/** Gives a delivery its place, if it was created without one, e.g. because its event was to be sent later. */
function placeJob(
	{ delivery, endpoint, eventRowId, events }: AttemptJob,
	dueMs: number,
): Delivery[] {
	const isSingle = delivery.batchedEventIds === null && eventRowId !== undefined;
	if (delivery.place !== null || !isSingle) return [];
	const place = computePlace(endpoint, events[0], eventRowId);
	return place === null ? [] : [{ ...rescheduleDelivery(delivery, dueMs), place }];
}

/** Returns the IDs of the deliveries that follow one which has to wait in their chain. */
function listFollowers(chains: OrderChain[], waitingIds: Set<string>): Set<string> {
	return new Set(
		chains.flatMap(({ deliveries }) => {
			const first = deliveries.findIndex(({ id }) => waitingIds.has(id));
			return first === -1 ? [] : deliveries.slice(first + 1).map(({ id }) => id);
		}),
	);
}

/** Leases what is due, and loads everything needed to attempt it. */
export async function takeDue(
	ports: OutboxPorts,
	state: DueState,
	dueMs: number,
): Promise<TakenDue> {
	const { registered } = state;
	const { endpoints } = splitByReadability(registered);
	const lease = { owner: ports.newId(), expiresAtMs: ports.nowMs() + computeLeaseMs(endpoints) };
	const batches = await closeDueBatches(ports, endpoints, state.gatheringIds, lease);
	const [ofOrders, attemptable] = partition(batches, ({ delivery }) => delivery.place !== null);
	const closedIds = new Set(batches.map(({ delivery }) => delivery.id));
	const unbatched = await leaseUnbatchedDeliveries(ports, lease, state);
	const chains = await leaseChains(ports.tables, state.chains, dueMs, lease);
	const leased = [
		...unbatched.filter(({ id }) => !closedIds.has(id)),
		...(await leaveOutBatched(ports, chains)),
	];
	const deliveries = await returnToBatching(ports, endpoints, leased);
	const returned = difference(leased, deliveries);
	const { ended, jobs } = await loadAttemptJobs(ports, registered, deliveries);
	const placed = jobs.flatMap((job) => placeJob(job, dueMs));
	const placedIds = new Set(placed.map(({ id }) => id));
	const unsettled = [...returned, ...ended.filter((delivery) => !isSettled(delivery))];
	const followers = listFollowers(state.chains, new Set(unsettled.map(({ id }) => id)));
	const [released, attempted] = partition(
		jobs.filter(({ delivery }) => !placedIds.has(delivery.id)),
		({ delivery }) => followers.has(delivery.id),
	);
	const preceded = [...released.map(({ delivery }) => delivery), ...chains.released];
	return {
		lease,
		jobs: [...attemptable, ...attempted],
		ended,
		waiting: [
			...placed,
			...preceded.map((delivery) => postponeDelivery(delivery, WAITS_FOR_ELDER, ports.nowMs())),
		],
		// Events that returned to a batching queue may make a batch that is due.
		mayBeMore: returned.length + placed.length + ofOrders.length > 0,
	};
}
