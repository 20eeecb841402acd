import { loadEndpoint } from '../endpoint/repository';
import { findDelivery } from '../log/query';
import type { Delivery, Endpoint, RunLimits, RunResult, StoredDelivery } from '../model';
import type { OutboxPorts } from '../ports';
import { leaseForReplay } from '../store/deliveryLeases';
import { loadEvents } from '../store/events';
import { requireActiveTenant } from '../store/tenants';

import { attemptAll } from './attemptAll';
import { loadAttemptJobs } from './deliverDue';
import { describeForgotten } from './deliveryStates';
import { computeLeaseMs } from './lease';

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

/**
 * Attempts a stored delivery again at once, with its schedule from the beginning.
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
	const lease = { owner: ports.newId(), expiresAtMs: nowMs + computeLeaseMs([endpoint]) };
	const leased = await leaseForReplay(ports.tables, delivery, lease, nowMs);
	if (leased.length === 0) {
		throw new ReplayError(`The delivery ${delivery.id} is being sent right now. Try again later.`);
	}
	const { ended, jobs } = await loadAttemptJobs(ports, [endpoint], leased);
	return await attemptAll(ports, lease, jobs, limits, { ended });
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
