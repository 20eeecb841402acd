import { splitIntoBatches } from '../../event/batch';
import { stringifyExactJson } from '../../lib/exactJson';
import type { AttemptJob, Delivery, Endpoint, Lease, OutboxEvent, StoredDelivery } from '../model';
import type { OutboxPorts } from '../ports';
import { findBatchedEventIds, insertDeliveries } from '../store/deliveries';
import {
	deleteLeasedRows,
	findBatchingRows,
	leaseBatchingDeliveries,
	type QueueColumn,
} from '../store/deliveryLeases';
import { loadEvents } from '../store/events';
import type { Find, StoredRow, Tables } from '../store/tables';

import {
	createBatchDelivery,
	describeForgotten,
	failDelivery,
	putOnHold,
	returnToQueue,
} from './deliveryStates';
import { computeLeaseMs } from './lease';
import { isInOrder } from './order';
import { splitQueue } from './queueOrder';

/**
 * Events for an endpoint with `batch_settings` wait in its batching queue, as deliveries of their own
 * with the status `gathering`. When there are enough, or the oldest has waited long enough, the next run
 * leases them in one step, inserts the batch, and deletes them. If the run is killed in between, their
 * lease expires and they return to the queue, unless the batch was inserted.
 */

/** A batch is one request, so its size is limited by default. */
const DEFAULT_MAX_BYTES = 262_144;

export interface BatchSettings {
	maxEvents: number;
	maxWaitMs: number;
	/** Limit for the events' data together. */
	maxBytes: number;
}

/** Returns how an endpoint's events are batched; `undefined` if they are not. */
export function getBatchSettings({
	settings: { batch_settings },
}: Pick<Endpoint, 'settings'>): BatchSettings | undefined {
	return (
		batch_settings && {
			maxEvents: batch_settings.max_events,
			maxWaitMs: batch_settings.max_wait_seconds * 1000,
			maxBytes: batch_settings.max_bytes ?? DEFAULT_MAX_BYTES,
		}
	);
}

/** Returns whether an endpoint's events join batches now. */
export const isBatching = (endpoint: Endpoint): boolean =>
	endpoint.status === 'active' && getBatchSettings(endpoint) !== undefined;

interface Member {
	delivery: Delivery;
	event: OutboxEvent;
}

const measureBytes = ({ event }: Member): number =>
	Buffer.byteLength(stringifyExactJson(event.data), 'utf8');

const compareByArrival = (a: StoredDelivery, b: StoredDelivery): number =>
	(a.place?.number ?? 0) - (b.place?.number ?? 0) ||
	a.acceptedAt.localeCompare(b.acceptedAt) ||
	a.rowId - b.rowId;

/** Splits leased deliveries into members of batches, and replacements of those that cannot become any. */
function sortOutMembers(
	leased: StoredDelivery[],
	events: Awaited<ReturnType<typeof loadEvents>>,
	nowMs: number,
): { members: Member[]; replacements: Delivery[] } {
	const members: Member[] = [];
	const replacements: Delivery[] = [];
	for (const delivery of leased) {
		const stored = events.get(delivery.eventId);
		if (stored === undefined) {
			replacements.push(failDelivery(delivery, 'The event no longer exists', nowMs));
		} else if ('problem' in stored) replacements.push(putOnHold(delivery, stored.problem));
		else if (stored.event.payloadForgottenAt !== null) {
			replacements.push(failDelivery(delivery, describeForgotten(stored.event), nowMs));
		} else members.push({ delivery, event: stored.event });
	}
	return { members, replacements };
}

/** Forms batches of leased deliveries, and inserts them in their place. */
async function formBatches(
	ports: OutboxPorts,
	endpoint: Endpoint,
	settings: BatchSettings,
	leased: StoredDelivery[],
	{ memberOwner, lease }: { memberOwner: string; lease: Lease | undefined },
): Promise<AttemptJob[]> {
	const nowMs = ports.nowMs();
	const eventIds = leased.map(({ eventId }) => eventId);
	const events = await loadEvents(ports.tables, eventIds);
	const sorted = [...leased].sort(compareByArrival);
	const owner = lease?.owner ?? memberOwner;
	const { early, sections } = await splitQueue(ports, endpoint, sorted, owner);
	const sortedOut = sections.map((section) => sortOutMembers(section, events, nowMs));
	const batches = sortedOut.flatMap(({ members }) =>
		splitIntoBatches(members, settings, { getSize: measureBytes }),
	);
	const isDue = ({ delivery }: Member): boolean =>
		Date.parse(delivery.acceptedAt) + settings.maxWaitMs <= nowMs;
	const last = batches[batches.length - 1] ?? [];
	// They exceeded the byte limit, or another run leased part of what made the batch full.
	const isLastTooSmall = last.length > 0 && last.length < settings.maxEvents && !last.some(isDue);
	if (isLastTooSmall) batches.pop();
	const returned = [...early, ...(isLastTooSmall ? last.map(({ delivery }) => delivery) : [])];
	const jobs = batches.map((batch) => {
		const deliveries = batch.map(({ delivery }) => delivery);
		const delivery = createBatchDelivery(deliveries, lease);
		return { delivery, endpoint, events: batch.map(({ event }) => event) };
	});
	const replacements = [
		...returned.map((delivery) => returnToQueue(delivery, settings.maxWaitMs)),
		...sortedOut.flatMap((section) => section.replacements),
		...jobs.map(({ delivery }) => delivery),
	];
	const batched = batches.flat().map(({ delivery }) => delivery);
	await ports.tables.applyChanges([
		...insertDeliveries(replacements, batched),
		deleteLeasedRows(memberOwner),
	]);
	return jobs;
}

/** Returns the column by which an endpoint's batching queue is sorted. */
const getQueueColumn = (endpoint: Endpoint): QueueColumn =>
	isInOrder(endpoint) ? 'order_number' : 'id';

/** Finds what may make an endpoint's next batch. */
export const findNextBatch = (endpoint: Endpoint): Find =>
	findBatchingRows(
		endpoint.id,
		getBatchSettings(endpoint)?.maxEvents ?? 1,
		getQueueColumn(endpoint),
	);

/** Batches that were closed at once. */
export interface ClosedBatches {
	jobs: AttemptJob[];
	/** `true` if there may be more to close. */
	mayBeMore: boolean;
}

/** Closes what is first in a batching queue, if it is full or due. */
async function closeFirst(
	ports: OutboxPorts,
	endpoint: Endpoint,
	settings: BatchSettings,
	waiting: StoredRow[],
	lease?: Lease,
): Promise<ClosedBatches> {
	const nowMs = ports.nowMs();
	const isFull = waiting.length >= settings.maxEvents;
	const isDue = ({ next_attempt_at }: StoredRow): boolean =>
		Date.parse(String(next_attempt_at)) <= nowMs;
	if (!isFull && !waiting.some(isDue)) return { jobs: [], mayBeMore: false };
	const memberOwner = ports.newId();
	const memberLease = { owner: memberOwner, expiresAtMs: nowMs + computeLeaseMs([endpoint]) };
	const by = getQueueColumn(endpoint);
	const last = { by, value: Number(waiting[waiting.length - 1][by]) };
	const leased = await leaseBatchingDeliveries(ports.tables, endpoint.id, last, memberLease);
	// Another run has leased them, and looks for the next batch when it has closed this one.
	if (leased.length === 0) return { jobs: [], mayBeMore: false };
	const owners = { memberOwner, lease };
	const jobs = await formBatches(ports, endpoint, settings, leased, owners);
	return { jobs, mayBeMore: isFull && jobs.length > 0 };
}

/**
 * Closes an endpoint's batches that are full or due.
 * @param lease the lease that the batches get
 * @param goesOn returns whether to close more, given how many batches are closed
 * @param firstRows what {@link findNextBatch} found, if the caller has looked
 * @returns the batches, to be attempted by this run unless they have a place in an order
 */
export async function closeBatches(
	ports: OutboxPorts,
	endpoint: Endpoint,
	lease: Lease,
	goesOn: (count: number) => boolean,
	firstRows?: StoredRow[],
): Promise<ClosedBatches> {
	const settings = getBatchSettings(endpoint);
	const jobs: AttemptJob[] = [];
	if (settings === undefined) return { jobs, mayBeMore: false };
	let waiting = firstRows;
	for (;;) {
		waiting ??= (await ports.tables.applyAndFind([], [findNextBatch(endpoint)]))[0];
		const closed = await closeFirst(ports, endpoint, settings, waiting, lease);
		jobs.push(...closed.jobs);
		const { mayBeMore } = closed;
		if (!mayBeMore || !goesOn(jobs.length)) return { jobs, mayBeMore };
		waiting = undefined;
	}
}

/**
 * Closes an endpoint's first batch if it is full or due. It becomes a delivery that waits for an attempt.
 * @returns whether there was one
 */
export async function closeWaitingBatch(ports: OutboxPorts, endpoint: Endpoint): Promise<boolean> {
	const settings = getBatchSettings(endpoint);
	if (settings === undefined) return false;
	const [waiting] = await ports.tables.applyAndFind([], [findNextBatch(endpoint)]);
	const { jobs } = await closeFirst(ports, endpoint, settings, waiting);
	return jobs.length > 0;
}

/** Checks whether a delivery is one event that was never attempted: it may belong in a batch. */
export const isBatchable = ({ attempts, batchedEventIds }: Delivery): boolean =>
	batchedEventIds === null && attempts === 0;

/**
 * Finds, among deliveries that a killed run left behind, those whose event is in a batch already.
 * @returns the deliveries' IDs
 */
export async function findBatchedDeliveries(
	tables: Tables,
	deliveries: Array<Pick<Delivery, 'id' | 'eventId' | 'endpointId'>>,
): Promise<Set<string>> {
	const batched = new Set<string>();
	for (const endpointId of new Set(deliveries.map((delivery) => delivery.endpointId))) {
		const eventIds = await findBatchedEventIds(tables, endpointId);
		for (const delivery of deliveries) {
			const isSameEndpoint = delivery.endpointId === endpointId;
			if (isSameEndpoint && eventIds.has(delivery.eventId)) batched.add(delivery.id);
		}
	}
	return batched;
}
