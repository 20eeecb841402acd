import chunk from 'lodash/chunk';
import partition from 'lodash/partition';

import { isUnreadable, loadRegisteredEndpoints, splitByReadability } from '../endpoint/repository';
import type {
	AttemptJob,
	Delivery,
	Endpoint,
	Lease,
	RunLimits,
	RegisteredEndpoint,
	RunResult,
	StoredDelivery,
	UnreadableEndpoint,
} from '../model';
import type { OutboxPorts } from '../ports';
import { insertDeliveries, recordWaiting } from '../store/deliveries';
import { leaseDueDeliveries, MAX_EXCEPTIONS, type DueQuery } from '../store/deliveryLeases';
import { loadEvents } from '../store/events';
import { MAX_CHANGES } from '../store/tables';

import { attemptAll } from './attemptAll';
import { closeBatches, findBatchedDeliveries, getBatchSettings, isBatchable } from './batches';
import {
	describeUnreadable,
	failDelivery,
	postponeDelivery,
	putOnHold,
	returnToQueue,
} from './deliveryStates';
import { computeLeaseMs } from './lease';
import { repairFanOut } from './repairFanOut';

export interface DueLimits extends RunLimits {
	/** Most deliveries that one run attempts. */
	maxDeliveries: number;
	/** After this, the run leases no more deliveries and finishes those it has. */
	maxRunMs: number;
}

/** Deliveries leased at once. */
const LEASE_BATCH_SIZE = 1000;

const isBatching = (endpoint: Endpoint): boolean =>
	endpoint.status === 'active' && getBatchSettings(endpoint) !== undefined;

/** Leases due deliveries that can be attempted: those whose event is not in a batch already. */
async function leaseUnbatchedDeliveries(
	{ tables }: OutboxPorts,
	lease: Lease,
	due: DueQuery,
): Promise<{ deliveries: StoredDelivery[]; anyDue: boolean }> {
	const { expiredRowIds, anyDue, deliveries } = await leaseDueDeliveries(tables, lease, due);
	const batched = await findBatchedDeliveries(
		tables,
		deliveries.filter((delivery) => expiredRowIds.has(delivery.rowId) && isBatchable(delivery)),
	);
	return { deliveries: deliveries.filter(({ id }) => !batched.has(id)), anyDue };
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

/** Time after which a leased delivery of an endpoint that cannot be opened is due again. */
const POSTPONE_MS = 60_000;

/**
 * Loads the events of deliveries.
 * @returns the deliveries that can be attempted, and the others in the state that they get without an
 * attempt: failed if their endpoint or event no longer exists, waiting if it cannot be read
 */
export async function loadAttemptJobs(
	ports: OutboxPorts,
	registered: RegisteredEndpoint[],
	deliveries: Delivery[],
): Promise<{ jobs: AttemptJob[]; ended: Delivery[] }> {
	const endpointsById = new Map(registered.map((endpoint) => [endpoint.id, endpoint]));
	const listEventIds = ({ batchedEventIds, eventId }: Delivery): string[] =>
		batchedEventIds ?? [eventId];
	const eventsById = await loadEvents(ports.tables, deliveries.flatMap(listEventIds));
	const jobs: AttemptJob[] = [];
	const ended: Delivery[] = [];
	for (const delivery of deliveries) {
		const endpoint = endpointsById.get(delivery.endpointId);
		const stored = listEventIds(delivery).map((id) => eventsById.get(id));
		const events = stored.flatMap((entry) => (entry && 'event' in entry ? [entry.event] : []));
		const unreadable = stored.find((entry) => entry && 'problem' in entry);
		const nowMs = ports.nowMs();
		if (endpoint === undefined) {
			ended.push(failDelivery(delivery, 'The endpoint was deleted', nowMs));
		} else if (isUnreadable(endpoint)) {
			const reason = describeUnreadable(endpoint);
			ended.push(postponeDelivery(delivery, reason, nowMs + POSTPONE_MS));
		} else if (stored.includes(undefined)) {
			ended.push(failDelivery(delivery, 'The event no longer exists', nowMs));
		} else if (unreadable && 'problem' in unreadable) {
			ended.push(putOnHold(delivery, unreadable.problem));
		} else jobs.push({ delivery, endpoint, events });
	}
	return { jobs, ended };
}

export interface DueResult extends RunResult {
	/** Active endpoints that cannot be opened: their deliveries wait. */
	unreadable: UnreadableEndpoint[];
}

/**
 * Attempts everything that is due: retries, replays, batches, and deliveries that a killed run left
 * behind. Deliveries that become due during the run are left to the next one. Any number of runs may
 * overlap.
 * @throws the errors of the ports; outcomes until then are still written
 * @example
 * const { results } = await deliverDue(ports, {
 *   concurrency: 50,
 *   maxPacingMs: 30_000,
 *   maxDeliveries: 5000,
 *   maxRunMs: 300_000,
 * });
 * results[0].delivery.status; // 'delivered', or 'pending' until its next attempt is due
 */
export async function deliverDue(ports: OutboxPorts, limits: DueLimits): Promise<DueResult> {
	const startMs = ports.nowMs();
	await repairFanOut(ports);
	const total: DueResult = { results: [], changes: [], unreadable: [] };
	let remaining = limits.maxDeliveries;
	while (remaining > 0 && ports.nowMs() < startMs + limits.maxRunMs) {
		const registered = await loadRegisteredEndpoints(ports);
		const { endpoints, unreadable } = splitByReadability(registered);
		total.unreadable = unreadable.filter(({ status }) => status === 'active');
		const lease = { owner: ports.newId(), expiresAtMs: ports.nowMs() + computeLeaseMs(endpoints) };
		const jobs: AttemptJob[] = [];
		for (const endpoint of endpoints.filter(isBatching)) {
			jobs.push(...(await closeBatches(ports, endpoint, lease)));
		}
		const leased = await leaseUnbatchedDeliveries(ports, lease, {
			dueMs: startMs,
			limit: Math.min(LEASE_BATCH_SIZE, remaining),
			exceptEndpointIds: unreadable.slice(0, MAX_EXCEPTIONS).map(({ id }) => id),
		});
		const deliveries = await returnToBatching(ports, endpoints, leased.deliveries);
		if (!leased.anyDue && jobs.length === 0) break;
		const { ended, jobs: singleJobs } = await loadAttemptJobs(ports, registered, deliveries);
		jobs.push(...singleJobs);
		const { changes, results } = await attemptAll(ports, lease, jobs, limits, { ended });
		total.results.push(...results);
		total.changes.push(...changes);
		remaining -= jobs.length + ended.length;
	}
	const changes = total.unreadable.flatMap((endpoint) =>
		recordWaiting(endpoint.id, describeUnreadable(endpoint), startMs),
	);
	for (const group of chunk(changes, MAX_CHANGES)) await ports.tables.applyChanges(group);
	return total;
}
