import partition from 'lodash/partition';

import { loadEndpoints } from '../endpoint/repository';
import type {
	AttemptJob,
	Delivery,
	Endpoint,
	Lease,
	RunLimits,
	RunResult,
	StoredDelivery,
} from '../model';
import type { OutboxPorts } from '../ports';
import { insertDeliveries } from '../store/deliveries';
import { leaseDueDeliveries } from '../store/deliveryLeases';
import { loadEvents } from '../store/events';

import { attemptAll } from './attemptAll';
import { closeBatches, findBatchedDeliveries, getBatchSettings, isBatchable } from './batches';
import { failDelivery, returnToQueue } from './deliveryStates';
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
	due: { dueMs: number; limit: number },
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

/**
 * Loads the events of deliveries.
 * @returns the deliveries that can be attempted, and those that failed because their endpoint or event no
 * longer exists
 */
export async function loadAttemptJobs(
	ports: OutboxPorts,
	endpoints: Endpoint[],
	deliveries: Delivery[],
): Promise<{ jobs: AttemptJob[]; ended: Delivery[] }> {
	const endpointsById = new Map(endpoints.map((endpoint) => [endpoint.id, endpoint]));
	const listEventIds = ({ batchedEventIds, eventId }: Delivery): string[] =>
		batchedEventIds ?? [eventId];
	const eventsById = await loadEvents(ports.tables, deliveries.flatMap(listEventIds));
	const jobs: AttemptJob[] = [];
	const ended: Delivery[] = [];
	for (const delivery of deliveries) {
		const endpoint = endpointsById.get(delivery.endpointId);
		const eventIds = listEventIds(delivery);
		const events = eventIds.flatMap((id) => eventsById.get(id) ?? []);
		if (endpoint === undefined) {
			ended.push(failDelivery(delivery, 'The endpoint was deleted', ports.nowMs()));
		} else if (events.length < eventIds.length) {
			ended.push(failDelivery(delivery, 'The event no longer exists', ports.nowMs()));
		} else jobs.push({ delivery, endpoint, events });
	}
	return { jobs, ended };
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
export async function deliverDue(ports: OutboxPorts, limits: DueLimits): Promise<RunResult> {
	const startMs = ports.nowMs();
	await repairFanOut(ports);
	const total: RunResult = { results: [], changes: [] };
	let remaining = limits.maxDeliveries;
	while (remaining > 0 && ports.nowMs() < startMs + limits.maxRunMs) {
		const owner = ports.newId();
		const endpoints = await loadEndpoints(ports);
		const lease = { owner, expiresAtMs: ports.nowMs() + computeLeaseMs(endpoints) };
		const jobs: AttemptJob[] = [];
		for (const endpoint of endpoints.filter(isBatching)) {
			jobs.push(...(await closeBatches(ports, endpoint, lease)));
		}
		const limit = Math.min(LEASE_BATCH_SIZE, remaining);
		const leased = await leaseUnbatchedDeliveries(ports, lease, { dueMs: startMs, limit });
		const deliveries = await returnToBatching(ports, endpoints, leased.deliveries);
		if (!leased.anyDue && jobs.length === 0) break;
		const { ended, jobs: singleJobs } = await loadAttemptJobs(ports, endpoints, deliveries);
		jobs.push(...singleJobs);
		const { changes, results } = await attemptAll(ports, lease, jobs, limits, { ended });
		total.results.push(...results);
		total.changes.push(...changes);
		remaining -= jobs.length + ended.length;
	}
	return total;
}
