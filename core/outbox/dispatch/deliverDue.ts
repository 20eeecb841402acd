import uniqBy from 'lodash/uniqBy';

import type { Backlog } from '../alert/alertTypes';
import { findBacklogs } from '../alert/findBacklogs';
import { sendChangeAlerts } from '../alert/sendAlerts';
import {
	DEFAULT_TENANT,
	type RegisteredEndpoint,
	type RunLimits,
	type RunResult,
	type UnreadableEndpoint,
} from '../model';
import type { OutboxPorts } from '../ports';
import { applyAllChanges } from '../store/changeGroups';
import { recordWaiting, type WaitReason } from '../store/deliveries';
import { findInactiveTenants, readInactiveTenants } from '../store/tenants';
import { clearDeleted } from '../tenant/deleteTenant';

import { attemptAll } from './attemptAll';
import { findDue, type DueState } from './dueState';
import { listDue } from './dueTimes';
import { isSettled } from './order';
import { giveProbesBack, reserveProbes, type ReservedProbes } from './probes';
import { publishEvents } from './publish';
import { repairEvents } from './repairEvents';
import { SuspendedEndpoints } from './suspendedEndpoints';
import { takeDue, type TakeLimits } from './takeDue';

export interface DueLimits extends RunLimits {
	/** Most deliveries that one run attempts. */
	maxDeliveries: number;
	/** After this, the run leases no more deliveries and finishes those it has. */
	maxRunMs: number;
	/** Findings of earlier runs; may be absent. */
	suspended?: SuspendedEndpoints;
}

/** Deliveries leased at once. */
const LEASE_BATCH_SIZE = 1000;

/** Deliveries leased for a probe at once, after a run has met some that are not attempted. */
const MAX_PROBE_WIDTH = 100;

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

/**
 * Records why deliveries wait, and deletes what the run has written of tenants that were deleted meanwhile.
 * @param waitReasons the latest first
 */
async function finishRun(
	ports: OutboxPorts,
	{ changes, results }: DueResult,
	waitReasons: WaitReason[],
	startMs: number,
): Promise<void> {
	const { tables } = ports;
	const recovered = changes.filter(({ change }) => change === 'recovered');
	const freedIds = new Set(recovered.map(({ endpoint }) => endpoint.id));
	const reasons = uniqBy(waitReasons, 'endpointId').filter(
		({ endpointId, isOfOrder }) => isOfOrder || !freedIds.has(endpointId),
	);
	await applyAllChanges(
		tables,
		reasons.flatMap((reason) => recordWaiting(reason, startMs)),
	);
	// The default tenant cannot be deleted.
	if (results.every(({ delivery }) => delivery.tenantId === DEFAULT_TENANT)) return;
	const [inactiveRows] = await tables.applyAndFind([], [findInactiveTenants()]);
	const { deleted } = await readInactiveTenants(tables, inactiveRows);
	await clearDeleted(tables, deleted, ports.nowMs());
}

/** The outcome of one round of a run: the deliveries that it leased at once. */
interface DueRound extends RunResult {
	/** Number of deliveries that it attempted or ended. */
	count: number;
	/** `true` if the next round finds something else. */
	hasProgress: boolean;
	/** `true` if there were probes for which it made no attempt. */
	hasSpareProbes: boolean;
	/** `true` if it may find more. */
	mayBeMore: boolean;
}

/** Leases and attempts what is due. */
async function attemptDue(
	ports: OutboxPorts,
	chosen: ReservedProbes,
	takeLimits: TakeLimits,
	limits: RunLimits,
): Promise<DueRound> {
	const { lease, mayBeMore, moved, ...taken } = await takeDue(ports, chosen, takeLimits);
	const { changes, hasFreed, results } = await attemptAll(ports, lease, taken.jobs, limits, taken);
	const hasSpareProbes = await giveProbesBack(ports, chosen, taken.jobs);
	const count = taken.jobs.length + taken.ended.length;
	const mayFollow =
		chosen.chains.some(({ hasMore }) => hasMore) &&
		results.some(({ delivery }) => delivery.place !== null && isSettled(delivery));
	return {
		results,
		changes,
		count,
		hasProgress: count + moved > 0 || hasSpareProbes,
		hasSpareProbes,
		mayBeMore: mayBeMore || hasSpareProbes || hasFreed || mayFollow,
	};
}

export interface DueResult extends RunResult {
	/** Active endpoints that cannot be opened: their deliveries wait. */
	unreadable: UnreadableEndpoint[];
	/** Tenants whose deliveries were late when the run began. */
	backlogs: Backlog[];
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
	const runLimits = { ...limits, deadlineMs };
	const total: DueResult = { results: [], changes: [], unreadable: [], backlogs: [] };
	let registered: RegisteredEndpoint[] | undefined;
	let remaining = limits.maxDeliveries;
	let waitReasons: WaitReason[] = [];
	const attemptedIds = new Set<string>();
	let isPrepared = false;
	let isIdle = false;
	const { suspended = new SuspendedEndpoints() } = limits;
	let mayClose = true;
	let probeWidth = 1;
	while (remaining > 0 && ports.nowMs() < deadlineMs) {
		const limit = Math.min(LEASE_BATCH_SIZE, remaining);
		const look = { dueMs: startMs, limit, probeWidth, suspended };
		const state = await findDue(ports, look);
		total.unreadable = state.unreadable;
		if (registered === undefined) {
			total.backlogs = findBacklogs(await listDue(ports, state, startMs), startMs);
		}
		registered = state.registered;
		waitReasons = [...state.waitReasons, ...waitReasons.filter(({ isOfOrder }) => !isOfOrder)];
		if (!isPrepared && (await prepareRun(ports, state))) {
			isPrepared = true;
			continue;
		}
		const chosen = await reserveProbes(ports, state, mayClose);
		const { chains, gatheringIds, hasClosed, hasSkipped, shares } = chosen;
		const looksAgain = hasClosed || hasSkipped;
		if (shares.length + chains.length + gatheringIds.size === 0 && !looksAgain) break;
		mayClose &&= !hasClosed;
		const round = await attemptDue(ports, chosen, { ...look, attemptedIds }, runLimits);
		total.results.push(...round.results);
		for (const { delivery } of round.results) attemptedIds.add(delivery.id);
		total.changes.push(...round.changes);
		remaining -= round.count;
		if (round.hasSpareProbes) probeWidth = MAX_PROBE_WIDTH;
		// Deliveries that only return to a queue are due again at once, so a run that gets no further ends.
		const isStill = !round.hasProgress && !looksAgain;
		if (isStill && isIdle) break;
		isIdle = isStill;
		if (!(state.mayBeMore || round.mayBeMore || looksAgain)) break;
	}
	// A delivery that the run had no time for may not wait for others of its order.
	const isComplete = remaining > 0 && ports.nowMs() < deadlineMs;
	const known = waitReasons.filter(({ isOfOrder }) => isComplete || !isOfOrder);
	await finishRun(ports, total, known, startMs);
	await sendChangeAlerts(ports, total.changes, runLimits, publishEvents, registered);
	return total;
}
