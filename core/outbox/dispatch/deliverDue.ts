import partition from 'lodash/partition';

import { isUnreadable, splitByReadability } from '../endpoint/repository';
import {
	DEFAULT_TENANT,
	type AttemptJob,
	type Delivery,
	type Endpoint,
	type Lease,
	type RegisteredEndpoint,
	type RunLimits,
	type RunResult,
	type StoredDelivery,
	type UnreadableEndpoint,
} from '../model';
import type { OutboxPorts } from '../ports';
import { applyAllChanges } from '../store/changeGroups';
import { insertDeliveries, recordWaiting } from '../store/deliveries';
import { leaseDueDeliveries } from '../store/deliveryLeases';
import { loadEvents } from '../store/events';
import { findInactiveTenants, readInactiveTenants } from '../store/tenants';
import type { StoredRow } from '../store/tables';
import { clearDeleted } from '../tenant/deleteTenant';

import { attemptAll } from './attemptAll';
import { closeBatches, findBatchedDeliveries, getBatchSettings, isBatchable } from './batches';
import {
	describeForgotten,
	describeUnreadable,
	failDelivery,
	postponeDelivery,
	putOnHold,
	returnToQueue,
} from './deliveryStates';
import { findDue, type DueState } from './dueState';
import { computeLeaseMs } from './lease';
import { repairEvents } from './repairEvents';

export interface DueLimits extends RunLimits {
	/** Most deliveries that one run attempts. */
	maxDeliveries: number;
	/** After this, the run leases no more deliveries and finishes those it has. */
	maxRunMs: number;
}

/** Deliveries leased at once. */
const LEASE_BATCH_SIZE = 1000;

const listCandidates = ({ shares }: DueState): StoredRow[] =>
	shares.flatMap(({ candidates }) => candidates);

const isBatching = (endpoint: Endpoint): boolean =>
	endpoint.status === 'active' && getBatchSettings(endpoint) !== undefined;

/** Closes the batches of events that have waited long enough. */
async function closeDueBatches(
	ports: OutboxPorts,
	endpoints: Endpoint[],
	candidates: StoredRow[],
	lease: Lease,
): Promise<AttemptJob[]> {
	const dueEndpointIds = new Set(
		candidates.filter(({ status }) => status === 'gathering').map((row) => row.endpoint_id),
	);
	const jobs: AttemptJob[] = [];
	for (const endpoint of endpoints) {
		const isDue = isBatching(endpoint) && dueEndpointIds.has(endpoint.id);
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
		const isOfTenant = ({ tenantId }: { tenantId: string }): boolean =>
			tenantId === delivery.tenantId;
		const endpoint = [endpointsById.get(delivery.endpointId)].find(
			(found) => found !== undefined && isOfTenant(found),
		);
		const stored = listEventIds(delivery).map((id) => {
			const found = eventsById.get(id);
			return found && 'event' in found && !isOfTenant(found.event) ? undefined : found;
		});
		const events = stored.flatMap((entry) => (entry && 'event' in entry ? [entry.event] : []));
		const unreadable = stored.find((entry) => entry && 'problem' in entry);
		const forgotten = events.find(({ payloadForgottenAt }) => payloadForgottenAt !== null);
		const nowMs = ports.nowMs();
		if (endpoint === undefined) {
			ended.push(failDelivery(delivery, 'The endpoint was deleted', nowMs));
		} else if (isUnreadable(endpoint)) {
			const reason = describeUnreadable(endpoint);
			ended.push(postponeDelivery(delivery, reason, nowMs + POSTPONE_MS));
		} else if (stored.includes(undefined)) {
			ended.push(failDelivery(delivery, 'The event no longer exists', nowMs));
		} else if (forgotten !== undefined) {
			ended.push(failDelivery(delivery, describeForgotten(forgotten), nowMs));
		} else if (unreadable && 'problem' in unreadable) {
			ended.push(putOnHold(delivery, unreadable.problem));
		} else jobs.push({ delivery, endpoint, events });
	}
	return { jobs, ended };
}

/** Leases what is due, and loads everything needed to attempt it. */
async function takeDue(
	ports: OutboxPorts,
	state: DueState,
): Promise<{ lease: Lease; jobs: AttemptJob[]; ended: Delivery[]; mayBeMore: boolean }> {
	const { registered } = state;
	const { endpoints } = splitByReadability(registered);
	const lease = { owner: ports.newId(), expiresAtMs: ports.nowMs() + computeLeaseMs(endpoints) };
	const batches = await closeDueBatches(ports, endpoints, listCandidates(state), lease);
	const closedIds = new Set(batches.map(({ delivery }) => delivery.id));
	// The batches are under the same lease, so a lease of several shares finds them, too.
	const leased = (await leaseUnbatchedDeliveries(ports, lease, state)).filter(
		({ id }) => !closedIds.has(id),
	);
	const deliveries = await returnToBatching(ports, endpoints, leased);
	const { ended, jobs } = await loadAttemptJobs(ports, registered, deliveries);
	return {
		lease,
		jobs: [...batches, ...jobs],
		ended,
		// Events that returned to a batching queue may make a batch that is due.
		mayBeMore: deliveries.length < leased.length,
	};
}

/**
 * Clears what is left of deleted tenants, and repairs what killed runs left behind.
 * @returns whether there was any, so that the run has to look again
 */
async function prepareRun(
	ports: OutboxPorts,
	{ deleted, needsRepair, registered }: DueState,
): Promise<boolean> {
	await clearDeleted(ports.tables, deleted, ports.nowMs());
	if (!needsRepair) return deleted.length > 0;
	await repairEvents(ports, registered);
	return true;
}

/** Records why deliveries wait, and deletes what the run has written of tenants that were deleted meanwhile. */
async function finishRun(
	ports: OutboxPorts,
	{ results, unreadable }: DueResult,
	startMs: number,
): Promise<void> {
	const { tables } = ports;
	const changes = unreadable.flatMap((endpoint) =>
		recordWaiting(endpoint.id, describeUnreadable(endpoint), startMs),
	);
	await applyAllChanges(tables, changes);
	// The default tenant cannot be deleted.
	if (results.every(({ delivery }) => delivery.tenantId === DEFAULT_TENANT)) return;
	const [inactiveRows] = await tables.applyAndFind([], [findInactiveTenants()]);
	const { deleted } = await readInactiveTenants(tables, inactiveRows);
	await clearDeleted(tables, deleted, ports.nowMs());
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
	const deadlineMs = startMs + limits.maxRunMs;
	const total: DueResult = { results: [], changes: [], unreadable: [] };
	let remaining = limits.maxDeliveries;
	let isPrepared = false;
	while (remaining > 0 && ports.nowMs() < deadlineMs) {
		const limit = Math.min(LEASE_BATCH_SIZE, remaining);
		const state = await findDue(ports, startMs, limit);
		total.unreadable = state.unreadable;
		if (!isPrepared && (await prepareRun(ports, state))) {
			isPrepared = true;
			continue;
		}
		if (state.shares.length === 0) break;
		const { ended, jobs, lease, mayBeMore } = await takeDue(ports, state);
		const run = await attemptAll(ports, lease, jobs, { ...limits, deadlineMs }, { ended });
		total.results.push(...run.results);
		total.changes.push(...run.changes);
		remaining -= jobs.length + ended.length;
		if (listCandidates(state).length < limit && !mayBeMore) break;
	}
	await finishRun(ports, total, startMs);
	return total;
}
