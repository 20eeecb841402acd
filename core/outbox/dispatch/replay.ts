import { leaseDeliveries } from '../store/rows';
import { loadAttemptJobs } from './deliverDue';
import { loadEndpoint, loadEndpoints } from '../endpoint/repository';
import { findDelivery } from '../log/query';
import type { OutboxPorts } from '../ports';
import { attemptAll, computeLeaseMs, type RunLimits, type RunResult } from './attemptAll';
import { toIsoTime } from '../../lib/time';
import { eq, readRows, type Condition, type Row } from '../store/tables';

/** A delivery that cannot be replayed as it is. */
export class ReplayError extends Error {
	override readonly name = 'ReplayError';
}

const replayFields = (nowMs: number): Row => ({
	completed_at: null,
	error: null,
	replayed_at: toIsoTime(nowMs),
});

/**
 * Attempts a delivery again, at once, whether it had failed or not: the same event, with its schedule
 * from the beginning.
 * @throws DeliveryNotFoundError, ReplayError while it is being sent
 */
export async function replayDelivery(
	ports: OutboxPorts,
	id: string,
	limits: RunLimits,
): Promise<RunResult> {
	const found = await findDelivery(ports.tables, id);
	const nowMs = ports.nowMs();
	const endpoint = await loadEndpoint(ports, found.endpoint_id);
	if (endpoint.status === 'disabled') {
		throw new ReplayError(
			`The endpoint "${endpoint.name}" is disabled. Enable it with Endpoint → Enable, then replay.`,
		);
	}
	const hold = { owner: ports.newId(), untilMs: nowMs + computeLeaseMs([endpoint]) };
	const unchanged = [eq('id', found.id), eq('status', found.status), eq('lease_owner', null)];
	const own = readRows(
		'deliveries',
		await leaseDeliveries(ports.tables, unchanged, hold, replayFields(nowMs)),
	);
	if (own.length === 0) {
		throw new ReplayError(`The delivery ${id} is being sent at this moment. Try again later.`);
	}
	const { ended, work } = await loadAttemptJobs(ports, await loadEndpoints(ports), own);
	return await attemptAll(ports, hold, work, limits, { ended });
}

/**
 * Makes deliveries that failed, or are held since their endpoint was disabled, due again. "Deliver due"
 * attempts them.
 * @param since of when the events were accepted, ISO 8601
 * @returns how many there are
 */
export async function replayFailed(
	{ nowMs, tables }: OutboxPorts,
	since: string,
	endpointId?: string,
): Promise<number> {
	const now = nowMs();
	const fits: Condition[] = [{ column: 'accepted_at', operator: 'gte', value: since }];
	if (endpointId !== undefined) fits.push(eq('endpoint_id', endpointId));
	let count = 0;
	for (const status of ['failed', 'held']) {
		const rows = await tables.update(
			'deliveries',
			{ all: [...fits, eq('status', status)] },
			{ ...replayFields(now), status: 'pending', next_attempt_at: toIsoTime(now) },
		);
		count += rows.length;
	}
	return count;
}
