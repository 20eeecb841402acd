import { getErrorMessage } from '../../lib/errorMessage';
import { deliver, type DeliveryReport } from '../../sending/deliver';
import { createPacer } from '../../sending/pacer';
import { observeAttempt } from '../alert/observeAttempt';
import { getAttemptLimitMs } from '../endpoint/endpointTarget';
import { recordResponse } from '../log/responseRecord';
import type {
	AttemptJob,
	Delivery,
	DeliveryResult,
	Endpoint,
	EndpointChange,
	Lease,
	RunLimits,
	RunResult,
} from '../model';
import type { OutboxPorts } from '../ports';
import { deleteLeasedRows } from '../store/deliveryLeases';
import { readStop } from '../store/endpoints';
import { completeEvents } from '../store/events';
import type { Change } from '../store/tables';

import { orderByTurns } from './attemptTurns';
import {
	listRoundAttempts,
	postponeDelivery,
	putOnHold,
	recordAttempts,
	rescheduleDelivery,
} from './deliveryStates';
import { prepareEndpoints, type EndpointContext } from './endpointContexts';
import { AnswerKeeper } from './keptAnswers';
import { computeLeaseMs, LeaseKeeper } from './lease';
import { isSettled, splitIntoChains, WAITS_FOR_ELDER } from './order';
import { buildOutgoing, transformOutgoing, type OutgoingDelivery } from './outgoing';
import { ResultWriter } from './resultWriter';

/** Returns the ID of what a delivery's run has leased: the delivery, or its event. */
const getLeasedId = ({ eventId, id, lease }: Delivery): string => (lease === null ? eventId : id);

/** One run's attempts: each leased delivery is attempted once, and its outcome is written. */
class AttemptRun {
	readonly results: DeliveryResult[] = [];

	private readonly answers = new AnswerKeeper();

	private readonly leaseKeeper: LeaseKeeper;

	private readonly writer: ResultWriter;

	private contextsById = new Map<string, EndpointContext>();

	constructor(
		private readonly ports: OutboxPorts,
		lease: Lease,
		endpoints: Endpoint[],
		private readonly jobs: AttemptJob[],
		private readonly limits: RunLimits,
	) {
		const leaseMs = computeLeaseMs(endpoints);
		this.leaseKeeper = new LeaseKeeper(ports, lease, leaseMs);
		this.writer = new ResultWriter(ports, this.leaseKeeper, (stoppedRows) => {
			for (const stop of stoppedRows.map(readStop)) {
				this.contextsById.get(stop.id)?.health.observeStop(stop);
			}
		});
	}

	/** Attempts all jobs within the limits. @returns the first error of a port, if any */
	async attemptJobs(contexts: EndpointContext[]): Promise<PromiseRejectedResult | undefined> {
		const { concurrency } = this.limits;
		this.contextsById = new Map(contexts.map((context) => [context.endpoint.id, context]));
		const pace = createPacer({ concurrency, perSecond: 0 }, this.ports);
		const settled = await Promise.allSettled(
			splitIntoChains(orderByTurns(this.jobs, ({ endpoint }) => endpoint)).map(async (chain) => {
				const context = this.contextsById.get(chain[0].endpoint.id);
				if (context === undefined) return;
				const attempt = async (job: AttemptJob): Promise<boolean> =>
					await context.pace(async () => await pace(async () => await this.attempt(job, context)));
				for (const [index, job] of chain.entries()) {
					const isLast = index === chain.length - 1;
					const isDone = await attempt(job);
					if (!isDone && !isLast) return await this.release(chain.slice(index + 1), context);
				}
			}),
		);
		return settled.find((result): result is PromiseRejectedResult => result.status === 'rejected');
	}

	/**
	 * Adds a delivery's new state, with its endpoint's current name, and queues it for writing.
	 * @returns whether it is settled
	 */
	addResult(
		state: Delivery,
		endpoint: DeliveryResult['endpoint'],
		response: DeliveryResult['response'] = null,
	): boolean {
		const delivery = { ...state, endpointName: endpoint?.name ?? state.endpointName };
		this.writer.add(delivery);
		this.results.push({ delivery, endpoint, response });
		return isSettled(delivery);
	}

	/** Gives up the lease of deliveries that an earlier one of their order keeps waiting. */
	private async release(jobs: AttemptJob[], { endpoint, health }: EndpointContext): Promise<void> {
		for (const { delivery } of jobs) {
			if (!(await this.leaseKeeper.coversWrite(getLeasedId(delivery)))) continue;
			await health.settle();
			const { holdReason } = health;
			const state =
				holdReason === undefined
					? postponeDelivery(delivery, WAITS_FOR_ELDER, this.ports.nowMs())
					: putOnHold(delivery, holdReason);
			// Deliver Due reports what it has attempted, and a send reports all of its deliveries.
			if (holdReason === undefined && delivery.lease !== null) this.writer.add(state);
			else this.addResult(state, endpoint);
		}
	}

	/** Attempts a delivery, unless something keeps it waiting. @returns whether it is settled then */
	private async attempt(job: AttemptJob, context: EndpointContext): Promise<boolean> {
		const { leaseKeeper, ports } = this;
		const { delivery, endpoint } = job;
		const leasedId = getLeasedId(delivery);
		if (!(await leaseKeeper.coversWrite(leasedId))) return false;
		let stopped = await this.findStopped(delivery, context);
		if (stopped !== undefined) return this.addResult(stopped, endpoint);
		if (!(await this.waitForSlot(delivery, context))) return false;
		stopped = await this.findStopped(delivery, context);
		if (stopped !== undefined) return this.addResult(stopped, endpoint);
		if (!(await leaseKeeper.coversAttempt(leasedId, getAttemptLimitMs(endpoint)))) return false;
		let outgoing: OutgoingDelivery;
		try {
			outgoing = buildOutgoing(job, this.limits);
		} catch (error) {
			return this.addResult(putOnHold(delivery, getErrorMessage(error)), endpoint);
		}
		const { transform } = context;
		if (transform !== undefined) outgoing = await transformOutgoing(outgoing, transform);
		const report = await this.send(outgoing, delivery, context);
		// If another run took over in the meantime, its outcome is written and counted, and only that.
		if (!(await leaseKeeper.coversWrite(leasedId))) return false;
		const nowMs = ports.nowMs();
		const after = recordAttempts(delivery, report, outgoing.body.length, nowMs);
		const isDone = this.addResult(after, endpoint, this.answers.keep(report));
		const observed = observeAttempt(job, outgoing.target, report, after, nowMs);
		await context.health.record(ports, observed);
		return isDone;
	}

	/** Returns the state of a delivery that is not to be attempted now; `undefined` if it is. */
	private async findStopped(
		delivery: Delivery,
		{ health }: EndpointContext,
	): Promise<Delivery | undefined> {
		await health.settle();
		const { holdReason, waitReason } = health;
		const nowMs = this.ports.nowMs();
		if (holdReason !== undefined) return putOnHold(delivery, holdReason);
		if (waitReason !== undefined) return postponeDelivery(delivery, waitReason, nowMs);
		const isTimeOver = nowMs > (this.limits.deadlineMs ?? Infinity);
		return isTimeOver ? rescheduleDelivery(delivery, nowMs) : undefined;
	}

	/** Waits for a slot under the rate limit. @returns false if the delivery was rescheduled instead */
	private async waitForSlot(
		delivery: Delivery,
		{ endpoint, reservation }: EndpointContext,
	): Promise<boolean> {
		if (reservation === undefined) return true;
		const { ports } = this;
		const { isReserved, startMs } = reservation.takeSlot(ports.nowMs());
		if (isReserved) await ports.wait(startMs - ports.nowMs());
		else this.addResult(rescheduleDelivery(delivery, startMs), endpoint);
		return isReserved;
	}

	private async send(
		{ failure, ...outgoing }: OutgoingDelivery,
		delivery: Delivery,
		{ credential, mask }: EndpointContext,
	): Promise<DeliveryReport> {
		const { ports } = this;
		return await deliver(
			outgoing.target.rules,
			{
				nowMs: ports.nowMs,
				random: ports.random,
				wait: ports.wait,
				annotate: (record, result) => recordResponse(record, result, mask),
				attempt: async () => {
					const nowMs = ports.nowMs();
					return (
						failure ?? (await ports.attempt({ ...outgoing, nowMs, credential: credential(nowMs) }))
					);
				},
			},
			{ attempts: listRoundAttempts(delivery) },
		);
	}

	/** Queues deliveries that wait for an attempt of another run for writing. */
	addWaiting(deliveries: Delivery[]): void {
		for (const delivery of deliveries) this.writer.add(delivery);
	}

	/** Writes the remaining outcomes, then the final changes. @throws the first error of any write */
	async finishWriting(finalChanges: Change[]): Promise<void> {
		await this.writer.finish(finalChanges);
	}
}

/** Rows that a run writes in addition to the outcomes of its attempts. */
interface FurtherWrites {
	/** Leased deliveries that ended without an attempt. */
	ended?: Delivery[];
	/** New deliveries that wait for an attempt of another run. */
	waiting?: Delivery[];
	/** `true` if the run leases events: then each of their deliveries has a row at the end. */
	completesEvents?: boolean;
}

export interface AttemptRunResult extends RunResult {
	/** `true` if an attempt closed an endpoint's circuit, so that deliveries which waited can be attempted. */
	hasFreed: boolean;
}

/** Returns the changes that end a run's leases, once all outcomes are written. */
function endLeases({ owner }: Lease, jobs: AttemptJob[], completesEvents: boolean): Change[] {
	const mayLeaseDeliveries =
		!completesEvents || jobs.some(({ delivery }) => delivery.lease !== null);
	return [
		...(mayLeaseDeliveries ? [deleteLeasedRows(owner)] : []),
		...(completesEvents ? [completeEvents(owner)] : []),
	];
}

/**
 * Attempts deliveries, each once, and writes their outcomes. Then the run's leases end.
 * @param lease every delivery leased to its owner must be in `jobs` or `ended`; any other is deleted as
 * superseded
 * @throws the errors of the ports; outcomes until then are still written
 */
export async function attemptAll(
	ports: OutboxPorts,
	lease: Lease,
	jobs: AttemptJob[],
	limits: RunLimits,
	{ completesEvents = false, ended = [], waiting = [] }: FurtherWrites = {},
): Promise<AttemptRunResult> {
	const endpoints = [...new Map(jobs.map(({ endpoint }) => [endpoint.id, endpoint])).values()];
	const run = new AttemptRun(ports, lease, endpoints, jobs, limits);
	const contexts = await prepareEndpoints(ports, endpoints, jobs, limits);
	for (const delivery of ended) run.addResult(delivery, null);
	run.addWaiting(waiting);
	const rejected = await run.attemptJobs(contexts);
	await run.finishWriting(rejected === undefined ? endLeases(lease, jobs, completesEvents) : []);
	const changes: EndpointChange[] = [];
	for (const { health } of contexts) changes.push(...(await health.finish(ports)));
	if (rejected !== undefined) throw rejected.reason;
	return {
		results: run.results,
		changes,
		hasFreed: contexts.some(({ health }) => health.wasClosed),
	};
}
