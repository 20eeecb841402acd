import { sendChangeAlerts } from '../alert/sendAlerts';
import { loadEndpoint } from '../endpoint/repository';
import { describeWait } from '../endpoint/suspension';
import { findDelivery } from '../log/query';
import type { Delivery, Endpoint, RunLimits, RunResult, StoredDelivery } from '../model';
import type { OutboxPorts } from '../ports';
import { leaseForReplay } from '../store/deliveryLeases';
import { queueForReplay, releaseLeased } from '../store/selectedDeliveries';
import { loadEvents } from '../store/events';
import { requireActiveTenant } from '../store/tenants';

import { attemptAll } from './attemptAll';
import { describeForgotten } from './deliveryStates';
import { computeLeaseMs } from './lease';
import { loadAttemptJobs } from './loadJobs';
import { computePlace, isPreceded, WAITS_FOR_ELDER } from './order';
import { publishEvents } from './publish';

/** A delivery that cannot be replayed now. The message says why. */
export class ReplayError extends Error {
	override readonly name = 'ReplayError';
}

/**
 * Gives a delivery its place if it was made before its endpoint got its events in order.
 * @throws ReplayError if the payload of one of its events was forgotten
 */
async function placeReplay(
	{ tables }: OutboxPorts,
	delivery: StoredDelivery,
	endpoint: Endpoint,
): Promise<StoredDelivery> {
	const { batchedEventIds, eventId, place } = delivery;
	const loaded = await loadEvents(tables, batchedEventIds ?? [eventId]);
	const stored = [...loaded.values()].flatMap((entry) => ('event' in entry ? [entry] : []));
	const forgotten = stored.find(({ event }) => event.payloadForgottenAt !== null);
	if (forgotten !== undefined) {
		throw new ReplayError(`${describeForgotten(forgotten.event)}, so it cannot be sent again.`);
	}
	if (place !== null || batchedEventIds !== null || stored.length === 0) return delivery;
	const [{ event, rowId }] = stored;
	return { ...delivery, place: computePlace(endpoint, event, rowId) };
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

/**
 * Attempts a stored delivery again at once, with its schedule from the beginning. If its endpoint is paused, or earlier
 * deliveries of its order come first, it only becomes due, and its error says so.
 * @throws ReplayError if its endpoint is disabled, the delivery is being sent, its payload
 * was forgotten, or its row cannot be read, and TenantDisabledError
 */
export async function replayStored(
	ports: OutboxPorts,
	stored: StoredDelivery,
	endpoint: Endpoint,
	limits: RunLimits,
): Promise<RunResult> {
	if (stored.problem !== undefined) throw new ReplayError(stored.problem);
	requireActive(endpoint);
	const delivery = await placeReplay(ports, stored, endpoint);
	await requireActiveTenant(ports.tables, endpoint.tenantId);
	const nowMs = ports.nowMs();
	const toQueued = (queued: StoredDelivery | undefined): RunResult => {
		if (queued === undefined) throw createBusyError(delivery);
		return { results: [{ delivery: queued, endpoint, response: null }], changes: [] };
	};
	const isPaused = endpoint.status === 'paused';
	if (isPaused || (await isPreceded(ports, delivery, endpoint))) {
		const reason = (isPaused ? describeWait(endpoint) : undefined) ?? WAITS_FOR_ELDER;
		return toQueued(await queueForReplay(ports.tables, delivery, nowMs, reason));
	}
	const lease = { owner: ports.newId(), expiresAtMs: nowMs + computeLeaseMs([endpoint]) };
	const leased = await leaseForReplay(ports.tables, delivery, lease, nowMs);
	if (leased.length === 0) throw createBusyError(delivery);
	// Another run may have leased a later one in between. It may give way as well: then Deliver Due makes both.
	if (await isPreceded(ports, delivery, endpoint)) {
		return toQueued(await releaseLeased(ports.tables, lease, WAITS_FOR_ELDER, nowMs));
	}
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
