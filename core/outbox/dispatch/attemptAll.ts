import countBy from 'lodash/countBy';

import { getErrorMessage } from '../../lib/errorMessage';
import { toIsoTime } from '../../lib/time';
import { deliver, type DeliveryReport } from '../../sending/deliver';
import { createPacer } from '../../sending/pacer';
import type { DeliveryTarget } from '../../sending/target';
import {
	buildEndpointContent,
	getTimeoutMs,
	prepareEndpointCredential,
	toDeliveryTarget,
	type PreparedCredential,
} from '../endpoint/endpointTarget';
import { createSecretMask, type SecretMask } from '../endpoint/secretMask';
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
import { completeEvents } from '../store/events';
import type { Change } from '../store/tables';

import { createFairPacers, orderByTurns, type Pace } from './attemptTurns';
import { listRoundAttempts, putOnHold, recordAttempts, rescheduleDelivery } from './deliveryStates';
import { EndpointHealthTracker } from './healthTracker';
import { computeLeaseMs, LeaseKeeper } from './lease';
import { reserveAttemptSlots, type RateLimitReservation } from './rateLimit';
import { ResultWriter } from './resultWriter';

/** Waits longer than this are announced in the log and the editor. */
const ANNOUNCE_WAITS_ABOVE_MS = 1000;

/** Everything that the attempts at one endpoint share during a run. */
interface EndpointContext {
	endpoint: Endpoint;
	health: EndpointHealthTracker;
	credential: PreparedCredential;
	mask: SecretMask;
	pace: Pace;
	/** `undefined` if the endpoint has no rate limit. */
	reservation: RateLimitReservation | undefined;
}

interface OutgoingDelivery {
	target: DeliveryTarget;
	key: string;
	body: Buffer;
	contentHeaders: Record<string, string>;
}

/**
 * Builds what a delivery's attempts send.
 * @throws InvalidPathError, InvalidDelaysError, InvalidStatusesError if the endpoint was edited by hand
 */
function buildOutgoing({ delivery, endpoint, events }: AttemptJob): OutgoingDelivery {
	const { acceptedAt, batchedEventIds, eventId, id } = delivery;
	const batch = batchedEventIds === null ? undefined : { id, acceptedAt };
	const { body, headers } = buildEndpointContent(endpoint, events, batch);
	return {
		target: toDeliveryTarget(endpoint),
		key: batch?.id ?? eventId,
		body: Buffer.from(body, 'utf8'),
		contentHeaders: headers,
	};
}

/** Returns the ID of what a delivery's run has leased: the delivery, or its event. */
const getLeasedId = ({ eventId, id, lease }: Delivery): string => (lease === null ? eventId : id);

/** One run's attempts: each leased delivery is attempted once, and its outcome is written. */
class AttemptRun {
	readonly results: DeliveryResult[] = [];

	private readonly endpoints: Map<string, Endpoint>;

	private readonly leaseKeeper: LeaseKeeper;

	private readonly writer: ResultWriter;

	constructor(
		private readonly ports: OutboxPorts,
		lease: Lease,
		private readonly jobs: AttemptJob[],
		private readonly limits: RunLimits,
	) {
		this.endpoints = new Map(jobs.map(({ endpoint }) => [endpoint.id, endpoint]));
		const leaseMs = computeLeaseMs([...this.endpoints.values()]);
		this.leaseKeeper = new LeaseKeeper(ports, lease, leaseMs);
		this.writer = new ResultWriter(ports, this.leaseKeeper);
	}

	/** Reserves slots at the endpoints that have a rate limit, and creates the endpoints' contexts. */
	async prepareEndpoints(): Promise<EndpointContext[]> {
		const { jobs, limits, ports } = this;
		const jobCounts = countBy(jobs, ({ endpoint }) => endpoint.id);
		const endpoints = [...this.endpoints.values()];
		const pacers = createFairPacers(endpoints, limits, ports);
		const contexts: EndpointContext[] = [];
		for (const endpoint of endpoints) {
			const count = jobCounts[endpoint.id];
			const reservation = await reserveAttemptSlots(ports, endpoint, count, limits.maxPacingMs);
			const untilMs = reservation?.untilMs ?? 0;
			if (untilMs - ports.nowMs() > ANNOUNCE_WAITS_ABOVE_MS) {
				ports.announce(
					`The rate limit of the endpoint ${endpoint.name} spreads attempts until ${toIsoTime(untilMs)}`,
				);
			}
			contexts.push({
				endpoint,
				health: new EndpointHealthTracker(endpoint),
				credential: prepareEndpointCredential(endpoint),
				mask: createSecretMask(endpoint),
				pace: pacers.get(endpoint.id) ?? (async (task) => await task()),
				reservation,
			});
		}
		return contexts;
	}

	/** Attempts all jobs within the limits. @returns the first error of a port, if any */
	async attemptJobs(contexts: EndpointContext[]): Promise<PromiseRejectedResult | undefined> {
		const { concurrency } = this.limits;
		const contextsById = new Map(contexts.map((context) => [context.endpoint.id, context]));
		const pace = createPacer({ concurrency, perSecond: 0 }, this.ports);
		const settled = await Promise.allSettled(
			orderByTurns(this.jobs).map(async (job) => {
				const context = contextsById.get(job.endpoint.id);
				if (context === undefined) return;
				await context.pace(async () => await pace(async () => await this.attempt(job, context)));
			}),
		);
		return settled.find((result): result is PromiseRejectedResult => result.status === 'rejected');
	}

	/** Adds a delivery's new state, with its endpoint's current name, and queues it for writing. */
	addResult(
		state: Delivery,
		endpoint: DeliveryResult['endpoint'],
		response: DeliveryResult['response'] = null,
	): void {
		const delivery = { ...state, endpointName: endpoint?.name ?? state.endpointName };
		this.writer.add(delivery);
		this.results.push({ delivery, endpoint, response });
	}

	private async attempt(job: AttemptJob, context: EndpointContext): Promise<void> {
		const { leaseKeeper, ports } = this;
		const { delivery, endpoint } = job;
		const leasedId = getLeasedId(delivery);
		if (!(await leaseKeeper.coversWrite(leasedId))) return;
		const { holdReason } = context.health;
		if (holdReason !== undefined) {
			return this.addResult(putOnHold(delivery, holdReason), endpoint);
		}
		if (ports.nowMs() > (this.limits.deadlineMs ?? Infinity)) {
			return this.addResult(rescheduleDelivery(delivery, ports.nowMs()), endpoint);
		}
		if (!(await this.waitForSlot(delivery, context))) return;
		if (!(await leaseKeeper.coversAttempt(leasedId, getTimeoutMs(endpoint)))) return;
		let outgoing: OutgoingDelivery;
		try {
			outgoing = buildOutgoing(job);
		} catch (error) {
			return this.addResult(putOnHold(delivery, getErrorMessage(error)), endpoint);
		}
		const report = await this.send(outgoing, delivery, context);
		// If another run took over in the meantime, its outcome is written and counted, and only that.
		if (!(await leaseKeeper.coversWrite(leasedId))) return;
		const nowMs = ports.nowMs();
		const { outcome } = report.attempts[report.attempts.length - 1];
		context.health.record({ outcome, atMs: nowMs, ended: report.status === 'failed' });
		const { body } = outgoing;
		this.addResult(recordAttempts(delivery, report, body.length, nowMs), endpoint, report.response);
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
		{ body, contentHeaders, key, target }: OutgoingDelivery,
		delivery: Delivery,
		{ credential, mask }: EndpointContext,
	): Promise<DeliveryReport> {
		const { ports } = this;
		return await deliver(
			target.rules,
			{
				nowMs: ports.nowMs,
				random: ports.random,
				wait: ports.wait,
				annotate: (record, result) => recordResponse(record, result, mask),
				attempt: async () => {
					const nowMs = ports.nowMs();
					return await ports.attempt({
						target,
						key,
						body,
						contentHeaders,
						nowMs,
						credential: credential(nowMs),
					});
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
): Promise<RunResult> {
	const run = new AttemptRun(ports, lease, jobs, limits);
	const contexts = await run.prepareEndpoints();
	for (const delivery of ended) run.addResult(delivery, null);
	run.addWaiting(waiting);
	const rejected = await run.attemptJobs(contexts);
	await run.finishWriting(rejected === undefined ? endLeases(lease, jobs, completesEvents) : []);
	const changes: EndpointChange[] = [];
	for (const { health } of contexts) changes.push(...(await health.save(ports)));
	if (rejected !== undefined) throw rejected.reason;
	return { results: run.results, changes };
}
