import { loadEndpoint } from '../endpoint/repository';
import { findDelivery } from '../log/query';
import type { DeliveryStatus, RunLimits, RunResult } from '../model';
import type { OutboxPorts } from '../ports';
import { requeueDeliveries } from '../store/deliveries';
import { leaseForReplay } from '../store/deliveryLeases';

import { attemptAll } from './attemptAll';
import { loadAttemptJobs } from './deliverDue';
import { computeLeaseMs } from './lease';

/** A delivery that cannot be replayed now. The message says why. */
export class ReplayError extends Error {
	override readonly name = 'ReplayError';
}

/**
 * Attempts a delivery again at once, whatever its status: the same event, with its schedule from the
 * beginning.
 * @throws DeliveryNotFoundError, EndpointNotFoundError, UnreadableEndpointError, ReplayError if its endpoint
 * is disabled, the delivery is being sent, or its row cannot be read
 */
export async function replayDelivery(
	ports: OutboxPorts,
	id: string,
	limits: RunLimits,
): Promise<RunResult> {
	const delivery = await findDelivery(ports.tables, id);
	if (delivery.problem !== undefined) throw new ReplayError(delivery.problem);
	const nowMs = ports.nowMs();
	const endpoint = await loadEndpoint(ports, delivery.endpointId);
	if (endpoint.status === 'disabled') {
		throw new ReplayError(
			`The endpoint "${endpoint.name}" is disabled. Enable it with Endpoint → Enable, then replay.`,
		);
	}
	const lease = { owner: ports.newId(), expiresAtMs: nowMs + computeLeaseMs([endpoint]) };
	const leased = await leaseForReplay(ports.tables, delivery, lease, nowMs);
	if (leased.length === 0) {
		throw new ReplayError(`The delivery ${id} is being sent right now. Try again later.`);
	}
	const { ended, jobs } = await loadAttemptJobs(ports, [endpoint], leased);
	return await attemptAll(ports, lease, jobs, limits, { ended });
}

const REPLAYABLE: DeliveryStatus[] = ['failed', 'held'];

/**
 * Queues all deliveries that failed or were put on hold, for "Deliver Due" to attempt.
 * @param since the earliest time at which their events were accepted, ISO 8601
 * @param endpointId all endpoints if absent
 * @returns the number of deliveries
 */
export async function replayFailed(
	{ nowMs, tables }: Pick<OutboxPorts, 'nowMs' | 'tables'>,
	since: string,
	endpointId?: string,
): Promise<number> {
	const dueMs = nowMs();
	let count = 0;
	for (const status of REPLAYABLE) {
		count += await requeueDeliveries(tables, { endpointId, since, status }, dueMs);
	}
	return count;
}
