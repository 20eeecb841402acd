import partition from 'lodash/partition';
import uniqBy from 'lodash/uniqBy';

import { splitByReadability } from '../endpoint/repository';
import { describeWait } from '../endpoint/suspension';
import type {
	AttemptJob,
	Delivery,
	Endpoint,
	Lease,
	RegisteredEndpoint,
	StoredDelivery,
} from '../model';
import type { OutboxPorts } from '../ports';
import { insertDeliveries } from '../store/deliveries';
import { leaseDueDeliveries, type DueShare } from '../store/deliveryLeases';
import { latestPerDelivery } from '../store/deliveryRows';

import {
	closeBatches,
	findBatchedDeliveries,
	getBatchSettings,
	isBatchable,
	isBatching,
	type ClosedBatches,
} from './batches';
import { postponeDelivery, rescheduleDelivery, returnToQueue } from './deliveryStates';
import type { DueState } from './dueState';
import { computeLeaseMs } from './lease';
import { loadAttemptJobs } from './loadJobs';
import { computePlace, isSettled, WAITS_FOR_ELDER } from './order';
import { leaseChains, type LeasedChains, type OrderChain } from './orderedDue';
import type { ReservedProbes } from './probes';

const TENANT_IS_DISABLED = 'The tenant is disabled, so its deliveries wait';

/** Maximum number of batches that a run closes at once, unless more endpoints have one each. */
const MAX_BATCHES = 50;

/** Time after which a run closes no more batches at once: its leases have to outlast that. */
const MAX_CLOSING_MS = 10_000;

/**
 * Closes batches of events that have waited long enough, of each endpoint in turn.
 * @param limit number of deliveries that the run attempts at once
 */
async function closeDueBatches(
	ports: OutboxPorts,
	endpoints: Endpoint[],
	lease: Lease,
	limit: number,
): Promise<ClosedBatches> {
	const jobs: AttemptJob[] = [];
	const untilMs = ports.nowMs() + MAX_CLOSING_MS;
	const share = Math.floor(Math.min(MAX_BATCHES, limit) / endpoints.length);
	const hasTime = (): boolean => ports.nowMs() < untilMs;
	const goesOn = (count: number): boolean => count < share && hasTime();
	let mayBeMore = false;
	for (const endpoint of endpoints) {
		if (jobs.length >= limit || !hasTime()) return { jobs, mayBeMore: true };
		const closed = await closeBatches(ports, endpoint, lease, goesOn);
		jobs.push(...closed.jobs);
		mayBeMore ||= closed.mayBeMore;
	}
	return { jobs, mayBeMore };
}

/** Excludes events that wait for a batch from what is leased. */
const exceptGathering = ({ shares }: Pick<DueState, 'shares'>): DueShare[] =>
	shares.map((share) => ({ ...share, due: { ...share.due, exceptGathering: true } }));

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
 * Returns batchable events to the batching queue, after a crash or a replay, or when their time has come. In the
 * queue of an endpoint that gets its events in order, they need a place.
 * @returns them, and the other jobs
 */
async function returnToBatching(
	{ tables }: OutboxPorts,
	jobs: AttemptJob[],
): Promise<{ returned: Delivery[]; others: AttemptJob[] }> {
	const [batchable, others] = partition(
		jobs,
		({ delivery, endpoint }) => isBatchable(delivery) && isBatching(endpoint),
	);
	const returned = batchable.map(({ delivery, endpoint, eventRowId, events }) => ({
		...returnToQueue(delivery, getBatchSettings(endpoint)?.maxWaitMs ?? 0),
		// Settings may have changed since it got its place.
		place: eventRowId === undefined ? null : computePlace(endpoint, events[0], eventRowId),
	}));
	await tables.applyChanges(insertDeliveries(returned));
	return { returned, others };
}

/** Counts the deliveries that a run need not return to the batching queue again. */
function countMoved(returned: Delivery[], { shares }: DueState): number {
	const gatheringIds = new Set(
		shares.flatMap(({ candidates }) =>
			candidates.flatMap(({ delivery_id, status }) => (status === 'gathering' ? delivery_id : [])),
		),
	);
	return returned.filter(({ id, place }) => place !== null || !gatheringIds.has(id)).length;
}

/** Deliveries that a run has leased at once. */
interface TakenDue {
	lease: Lease;
	jobs: AttemptJob[];
	/** Deliveries that ended, or have to wait, without an attempt. */
	ended: Delivery[];
	/** Deliveries that others have to precede. */
	waiting: Delivery[];
	/** Number of deliveries that have come closer to their attempt: they have a place, or joined a queue or a batch. */
	moved: number;
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

/** Leaves one job to each endpoint that is probed, and makes its other deliveries due again. */
function limitToProbes(
	jobs: AttemptJob[],
	{ reserved }: ReservedProbes,
	dueMs: number,
): { probing: AttemptJob[]; spared: Delivery[] } {
	const probes = uniqBy(
		jobs.filter(({ endpoint }) => reserved.has(endpoint.id)),
		({ endpoint }) => endpoint.id,
	);
	const [probing, others] = partition(
		jobs,
		(job) => !reserved.has(job.endpoint.id) || probes.includes(job),
	);
	return {
		probing,
		spared: others.map(({ delivery, endpoint }) =>
			postponeDelivery(delivery, describeWait(endpoint) ?? '', dueMs),
		),
	};
}

/** Leases what is due, apart from batches. */
async function leaseDue(
	ports: OutboxPorts,
	state: DueState,
	dueMs: number,
	lease: Lease,
): Promise<Pick<LeasedChains, 'released'> & { leased: StoredDelivery[] }> {
	const unbatched = await leaseUnbatchedDeliveries(ports, lease, state);
	const chains = await leaseChains(ports.tables, state.chains, dueMs, lease);
	return {
		// After a kill, two runs may have inserted a delivery: a repair, and one that made missing deliveries.
		leased: latestPerDelivery([...unbatched, ...(await leaveOutBatched(ports, chains))]),
		released: chains.released,
	};
}

/** Says why nothing is sent to an endpoint now: a find cannot leave out every endpoint and tenant that waits. */
const compileObstacles =
	({ disabledIds, reserved }: ReservedProbes) =>
	(endpoint: RegisteredEndpoint): string | undefined => {
		if (disabledIds.has(endpoint.tenantId)) return TENANT_IS_DISABLED;
		return reserved.has(endpoint.id) ? undefined : describeWait(endpoint);
	};

/** Lists the endpoints with batches that are due, the one that has waited longest first. */
function listGathering(
	{ gatheringIds }: DueState,
	endpoints: Endpoint[],
	describeObstacle: (endpoint: Endpoint) => string | undefined,
): Endpoint[] {
	const byId = new Map(endpoints.map((endpoint) => [endpoint.id, endpoint]));
	return [...gatheringIds].flatMap((id) => {
		const endpoint = byId.get(id);
		const canClose =
			endpoint !== undefined && isBatching(endpoint) && describeObstacle(endpoint) === undefined;
		return canClose ? [endpoint] : [];
	});
}

/** Tells a run what to take. */
export interface TakeLimits {
	/** The time by which a delivery must be due. */
	dueMs: number;
	/** Number of deliveries that the run attempts at once. */
	limit: number;
	/** IDs of the deliveries that the run has attempted: another row of one of them is a twin that another run inserted. */
	attemptedIds: ReadonlySet<string>;
}

/** Leases what is due, and loads everything needed to attempt it. */
export async function takeDue(
	ports: OutboxPorts,
	state: ReservedProbes,
	{ attemptedIds, dueMs, limit }: TakeLimits,
): Promise<TakenDue> {
	const { endpoints } = splitByReadability(state.registered);
	const lease = { owner: ports.newId(), expiresAtMs: ports.nowMs() + computeLeaseMs(endpoints) };
	const describeObstacle = compileObstacles(state);
	const gathering = listGathering(state, endpoints, describeObstacle);
	const batches = await closeDueBatches(ports, gathering, lease, limit);
	const [ofOrders, attemptable] = partition(
		batches.jobs,
		({ delivery }) => delivery.place !== null,
	);
	const closedIds = new Set(batches.jobs.map(({ delivery }) => delivery.id));
	const shares = batches.mayBeMore ? exceptGathering(state) : state.shares;
	const { leased, released } = await leaseDue(ports, { ...state, shares }, dueMs, lease);
	const { ended, jobs } = await loadAttemptJobs(
		ports,
		state.registered,
		leased.filter(({ id }) => !closedIds.has(id) && !attemptedIds.has(id)),
		describeObstacle,
	);
	const { others, returned } = await returnToBatching(ports, jobs);
	const placed = others.flatMap((job) => placeJob(job, dueMs));
	const placedIds = new Set(placed.map(({ id }) => id));
	const unsettled = [...returned, ...ended.filter((delivery) => !isSettled(delivery))];
	const followers = listFollowers(state.chains, new Set(unsettled.map(({ id }) => id)));
	const [following, first] = partition(
		others.filter(({ delivery }) => !placedIds.has(delivery.id)),
		({ delivery }) => followers.has(delivery.id),
	);
	const { probing, spared } = limitToProbes(first, state, dueMs);
	const preceded = [...following.map(({ delivery }) => delivery), ...released];
	const moved = countMoved(returned, state) + placed.length + ofOrders.length;
	return {
		lease,
		jobs: [...attemptable, ...probing],
		ended,
		waiting: [
			...placed,
			...spared,
			...preceded.map((delivery) => postponeDelivery(delivery, WAITS_FOR_ELDER, ports.nowMs())),
		],
		moved,
		// Events that returned to a batching queue may make a batch that is due.
		mayBeMore: batches.mayBeMore || returned.length + moved > 0,
	};
}
