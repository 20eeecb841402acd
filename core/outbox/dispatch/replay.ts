import { sendChangeAlerts } from '../alert/sendAlerts';
import { loadEndpoint } from '../endpoint/repository';
import { findDelivery } from '../log/query';
import type { Delivery, Endpoint, RunLimits, RunResult, StoredDelivery } from '../model';
import type { OutboxPorts } from '../ports';
import { leaseForReplay } from '../store/deliveryLeases';
import { findUnsettledRows } from '../store/orderedDeliveries';
import { queueForReplay } from '../store/selectedDeliveries';
import type { Tables } from '../store/tables';
import { loadEvents } from '../store/events';
import { requireActiveTenant } from '../store/tenants';

import { attemptAll } from './attemptAll';
import { describeForgotten } from './deliveryStates';
import { computeLeaseMs } from './lease';
import { loadAttemptJobs } from './loadJobs';
import { WAITS_FOR_ELDER } from './order';
import { publishEvents } from './publish';

/** A delivery that cannot be replayed now. The message says why. */
export class ReplayError extends Error {
	override readonly name = 'ReplayError';
}

/** @throws ReplayError if the payload of one of the delivery's events was forgotten */
async function requirePayload(
	{ tables }: OutboxPorts,
	{ batchedEventIds, eventId }: Delivery,
): Promise<void> {
	const stored = await loadEvents(tables, batchedEventIds ?? [eventId]);
	for (const entry of stored.values()) {
		if ('event' in entry && entry.event.payloadForgottenAt !== null) {
			throw new ReplayError(`${describeForgotten(entry.event)}, so it cannot be sent again.`);
		}
	}
}

/** @throws ReplayError if the endpoint is disabled */
export function requireActive({ name, status }: Endpoint): void {
	if (status !== 'disabled') return;
	throw new ReplayError(
		`The endpoint "${name}" is disabled. Enable it with Endpoint → Enable, then replay.`,
	);
}

const createBusyError = ({ id }: Delivery): ReplayError =>
	new ReplayError(`The delivery ${id} is being sent right now. Try again later.`);

/** Returns whether an earlier delivery of the same order is not settled, or another one is being attempted. */
async function isPreceded(tables: Tables, { endpointId, id, place }: Delivery): Promise<boolean> {
	if (place === null) return false;
	const [rows] = await tables.applyAndFind([], [findUnsettledRows({ endpointId, key: place.key })]);
	return rows.some(
		({ delivery_id, lease_owner, order_number }) =>
			delivery_id !== id && (Number(order_number) < place.number || lease_owner !== null),
	);
}

/**
 * Attempts a stored delivery again at once, with its schedule from the beginning. If earlier deliveries of its
 * order come first, it only becomes due, and its error says so.
 * @throws ReplayError if its endpoint is disabled, the delivery is being sent, its payload
 * was forgotten, or its row cannot be read, and TenantDisabledError
 */
export async function replayStored(
	ports: OutboxPorts,
	delivery: StoredDelivery,
	endpoint: Endpoint,
	limits: RunLimits,
): Promise<RunResult> {
	if (delivery.problem !== undefined) throw new ReplayError(delivery.problem);
	requireActive(endpoint);
	await requirePayload(ports, delivery);
	await requireActiveTenant(ports.tables, endpoint.tenantId);
	const nowMs = ports.nowMs();
	if (await isPreceded(ports.tables, delivery)) {
		const queued = await queueForReplay(ports.tables, delivery, nowMs, WAITS_FOR_ELDER);
		if (queued === undefined) throw createBusyError(delivery);
		return { results: [{ delivery: queued, endpoint, response: null }], changes: [] };
	}
	const lease = { owner: ports.newId(), expiresAtMs: nowMs + computeLeaseMs([endpoint]) };
	const leased = await leaseForReplay(ports.tables, delivery, lease, nowMs);
	if (leased.length === 0) throw createBusyError(delivery);
	const { ended, jobs } = await loadAttemptJobs(ports, [endpoint], leased);
	const run = await attemptAll(ports, lease, jobs, limits, { ended });
	await sendChangeAlerts(ports, run.changes, limits, publishEvents);
	return run;
}

/**
 * Attempts a delivery again at once, whatever its status: the same event, with its schedule from the
 * beginning.
 * @throws DeliveryNotFoundError, EndpointNotFoundError, UnreadableEndpointError, and the errors of
 * {@link replayStored}
 */
export async function replayDelivery(
	ports: OutboxPorts,
	id: string,
	limits: RunLimits,
): Promise<RunResult> {
	const delivery = await findDelivery(ports, id);
	if (delivery.problem !== undefined) throw new ReplayError(delivery.problem);
	const endpoint = await loadEndpoint(ports, delivery.endpointId);
	return await replayStored(ports, delivery, endpoint, limits);
}
