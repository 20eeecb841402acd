import countBy from 'lodash/countBy';

import { deliver, type DeliveryReport } from '../../sending/deliver';
import { createPacer } from '../../sending/pacer';
import type { DeliveryTarget } from '../../sending/target';
import { getErrorMessage } from '../../lib/errorMessage';
import {
	applyAttemptOutcomes,
	type HealthChange,
	type AttemptObservation,
} from '../../sending/endpointHealth';
import { rateLimitIntervalMs, reserveAttempts } from './rateLimit';

import {
	toFailedRow,
	toAttemptedRow,
	listRoundAttempts,
	deleteLeasedRows,
	toHeldRow,
	toRescheduledRow,
	type Lease,
} from '../store/rows';
import {
	buildEndpointBody,
	getDisableRule,
	getEndpointCredential,
	getTimeoutMs,
	toDeliveryTarget,
	type Endpoint,
	type OutboxEvent,
} from '../endpoint/lifecycle';
import { modifyEndpoint, EndpointNotFoundError } from '../endpoint/repository';
import type { OutboxPorts } from '../ports';
import { toIsoTime } from '../../lib/time';
import { eq, insertChange, type Change, type DeliveryRow, type Row } from '../store/tables';

/** A delivery that this run holds, with what is needed to attempt it. */
export interface AttemptJob {
	row: DeliveryRow;
	/** One, or those of a batch in order of arrival. */
	events: OutboxEvent[];
	endpoint: Endpoint;
}

/** What became of a delivery. */
export interface DeliveryResult {
	row: Row;
	/** `null` where it is not registered any more. */
	endpoint: Endpoint | null;
	/** The last response; `null` where there was none. */
	response: DeliveryReport['response'];
}

export interface EndpointChange {
	endpoint: Endpoint;
	change: HealthChange;
	reason: string;
	atMs: number;
}

export interface RunResult {
	results: DeliveryResult[];
	changes: EndpointChange[];
}

export interface RunLimits {
	/** At least 1. */
	concurrency: number;
	/** How long rate limits may make attempts wait within the run. */
	maxPacingMs: number;
}

/** A lease outlasts the longest attempt by this. */
const LEASE_MARGIN_MS = 30_000;
/** Outcomes are put on record at least this often while a run goes on. */
const RECORD_EVERY_MS = 1000;
/** So much later than reserved an attempt may begin: what is reserved is never begun at that very moment. */
const LATE_MS = 1000;
/** A longer wait within a run is told. */
const TOLD_WAIT_MS = 1000;

/** How long deliveries to these endpoints are held for an attempt. */
export const computeLeaseMs = (endpoints: Endpoint[]): number =>
	Math.max(0, ...endpoints.map(getTimeoutMs)) + LEASE_MARGIN_MS;

/** What a run holds, and until when. Whoever stops renewing loses it to the next run. */
class LeaseKeeper {
	private renewal: Promise<void> = Promise.resolve();

	/** Known once it was renewed: rows that another run took over are missing. */
	private held: Set<unknown> | undefined;

	constructor(
		private readonly ports: OutboxPorts,
		private readonly owner: string,
		private readonly lengthMs: number,
		private untilMs: number,
	) {}

	private async renew(): Promise<void> {
		const untilMs = this.ports.nowMs() + this.lengthMs;
		this.untilMs = untilMs;
		const rows = await this.ports.tables.update(
			'deliveries',
			{ all: [eq('lease_owner', this.owner)] },
			{ next_attempt_at: toIsoTime(untilMs) },
		);
		this.held = new Set(rows.map(({ delivery_id }) => delivery_id));
	}

	/** Whether the delivery is held for so long from now, after renewing the lease where it has to be. */
	async covers(deliveryId: string, ms: number): Promise<boolean> {
		if (this.ports.nowMs() + ms > this.untilMs) this.renewal = this.renew();
		await this.renewal;
		return this.held?.has(deliveryId) ?? true;
	}
}

/** Puts outcomes on record, many in one call, as they come in. */
class ResultWriter {
	private rows: Row[] = [];

	private sinceMs: number;

	private writing: Promise<void> | undefined;

	private failure: { error: unknown } | undefined;

	constructor(private readonly ports: OutboxPorts) {
		this.sinceMs = ports.nowMs();
	}

	/** Keeps an outcome, and writes those that were kept for long enough. */
	add(row: Row): void {
		this.rows.push(row);
		const due = this.ports.nowMs() - this.sinceMs >= RECORD_EVERY_MS;
		if (!due || this.writing !== undefined) return;
		this.writing = this.write().finally(() => {
			this.writing = undefined;
		});
	}

	private async write(after: Change[] = []): Promise<void> {
		const { rows } = this;
		this.rows = [];
		this.sinceMs = this.ports.nowMs();
		try {
			await this.ports.tables.applyChanges([...insertChange('deliveries', rows), ...after]);
		} catch (error) {
			// Whether the rows are in cannot be told: the lease's end sorts it out.
			this.failure ??= { error };
		}
	}

	/**
	 * Writes what is left.
	 * @param after what is to be changed once all outcomes are on record
	 * @throws where anything could not be written
	 */
	async finish(after: Change[]): Promise<void> {
		await this.writing;
		await this.write(this.failure === undefined ? after : []);
		if (this.failure !== undefined) throw this.failure.error;
	}
}

/** Changes an endpoint, unless it was deleted meanwhile. @returns whether it is there */
async function changeIfThere(...args: Parameters<typeof modifyEndpoint>): Promise<boolean> {
	const [outcome] = await Promise.allSettled([modifyEndpoint(...args)]);
	if (outcome.status === 'fulfilled') return true;
	if (!(outcome.reason instanceof EndpointNotFoundError)) throw outcome.reason;
	return false;
}

/** How an endpoint fares in this run. */
class EndpointHealthTracker {
	private readonly signs: AttemptObservation[] = [];

	private local: Endpoint;

	constructor(private readonly endpoint: Endpoint) {
		this.local = endpoint;
	}

	add(sign: AttemptObservation): void {
		this.signs.push(sign);
		const { changes, health } = applyAttemptOutcomes(
			this.local,
			[sign],
			getDisableRule(this.endpoint),
		);
		const statusReason = changes.find(({ change }) => change === 'disabled')?.reason;
		this.local = { ...this.local, ...health, ...(statusReason && { statusReason }) };
	}

	get disabledBecause(): string | undefined {
		return this.local.status === 'disabled'
			? `The endpoint is disabled: ${this.local.statusReason ?? 'its deliveries fail'}`
			: undefined;
	}

	/** Writes down what changed. */
	async finish(ports: OutboxPorts): Promise<EndpointChange[]> {
		let changes: EndpointChange[] = [];
		const isThere = await changeIfThere(ports, this.endpoint, (fresh) => {
			changes = [];
			const healthy = this.signs.every(({ outcome }) => outcome === 'success');
			if (healthy && fresh.failingSince === null) return undefined;
			const rule = getDisableRule(fresh);
			const applied = applyAttemptOutcomes(fresh, this.signs, rule);
			// Who goes on failing is written down only where failures are counted.
			if (applied.changes.length === 0 && rule.rule !== 'consecutiveFailures') return undefined;
			const disabled = applied.changes.find(({ change }) => change === 'disabled');
			const after: Endpoint = {
				...fresh,
				...applied.health,
				...(disabled && {
					statusReason: disabled.reason,
					statusChangedAt: toIsoTime(disabled.atMs),
				}),
			};
			changes = applied.changes.map((change) => ({ endpoint: after, ...change }));
			return after;
		});
		return isThere ? changes : [];
	}
}

/** Takes turns among the endpoints, so that one of them does not keep the others waiting. */
function interleaveEndpoints(work: AttemptJob[]): AttemptJob[] {
	const queues = new Map<string, AttemptJob[]>();
	for (const one of work) {
		const queue = queues.get(one.endpoint.id);
		if (queue === undefined) queues.set(one.endpoint.id, [one]);
		else queue.push(one);
	}
	const rounds = Math.max(0, ...[...queues.values()].map(({ length }) => length));
	return Array.from({ length: rounds }, (_, round) =>
		[...queues.values()].flatMap((queue) => (round < queue.length ? [queue[round]] : [])),
	).flat();
}

/** When an endpoint's next attempt may begin by its rate limit, and until when this run may make any. */
interface RateLimitReservation {
	nextMs: number;
	intervalMs: number;
	untilMs: number;
	/** How many of the attempts that were reserved are still to be made. */
	left: number;
}

/** Reserves times for attempts at the endpoints that have a rate limit. @returns by endpoint */
async function reserveAttemptSlots(
	ports: OutboxPorts,
	endpoints: Iterable<Endpoint>,
	work: AttemptJob[],
	maxPacingMs: number,
): Promise<Map<string, RateLimitReservation>> {
	const gates = new Map<string, RateLimitReservation>();
	const wanted = countBy(work, ({ endpoint }) => endpoint.id);
	for (const endpoint of endpoints) {
		if (endpoint.settings.rate_limit === undefined) continue;
		await changeIfThere(ports, endpoint, (fresh) => {
			const { rate_limit } = fresh.settings;
			if (rate_limit === undefined) return undefined;
			const nowMs = ports.nowMs();
			const limit = { max: rate_limit.max, perSeconds: rate_limit.per_seconds };
			const { freeAtMs, reserved, timesMs } = reserveAttempts(
				limit,
				fresh.rateFreeAt === null ? undefined : Date.parse(fresh.rateFreeAt),
				wanted[endpoint.id],
				nowMs,
				nowMs + maxPacingMs,
			);
			gates.set(endpoint.id, {
				nextMs: timesMs[0],
				intervalMs: rateLimitIntervalMs(limit),
				untilMs: reserved === 0 ? 0 : timesMs[reserved - 1],
				left: reserved,
			});
			return { ...fresh, rateFreeAt: toIsoTime(freeAtMs) };
		});
		const untilMs = gates.get(endpoint.id)?.untilMs ?? 0;
		if (untilMs - ports.nowMs() > TOLD_WAIT_MS) {
			ports.announce(
				`The rate limit of the endpoint ${endpoint.name} spreads attempts until ${toIsoTime(untilMs)}`,
			);
		}
	}
	return gates;
}

/**
 * Attempts the deliveries that a run holds, each once, and puts the outcomes on record.
 * @param hold all rows that are held by it are in `work` or `ended`, or are out of date
 * @param ended those of its deliveries that ended without an attempt
 * @param after what is to be changed once all outcomes are on record
 * @returns rejects where a port does; what was attempted until then is on record all the same
 */
export async function attemptAll(
	ports: OutboxPorts,
	{ owner, untilMs }: Lease,
	work: AttemptJob[],
	limits: RunLimits,
	{ after = [], ended = [] }: { after?: Change[]; ended?: Row[] } = {},
): Promise<RunResult> {
	const endpoints = new Map(work.map(({ endpoint }) => [endpoint.id, endpoint]));
	const lease = new LeaseKeeper(ports, owner, computeLeaseMs([...endpoints.values()]), untilMs);
	const recorder = new ResultWriter(ports);
	const watches = new Map(
		[...endpoints].map(([id, endpoint]) => [id, new EndpointHealthTracker(endpoint)]),
	);
	const gates = await reserveAttemptSlots(ports, endpoints.values(), work, limits.maxPacingMs);
	const paced = createPacer({ concurrency: limits.concurrency, perSecond: 0 }, ports);
	// One endpoint that hangs leaves half of the places to the others.
	const share = endpoints.size > 1 ? Math.ceil(limits.concurrency / 2) : limits.concurrency;
	const pacers = new Map(
		[...endpoints.keys()].map((id) => [
			id,
			createPacer({ concurrency: share, perSecond: 0 }, ports),
		]),
	);
	const results: DeliveryResult[] = [];
	const put = (
		row: Row,
		endpoint: Endpoint | null,
		response: DeliveryResult['response'] = null,
	): void => {
		recorder.add(row);
		results.push({ row, endpoint, response });
	};
	for (const row of ended) put(row, null);

	const attempt = async (
		{ endpoint, events, row }: AttemptJob,
		watch: EndpointHealthTracker,
	): Promise<void> => {
		const reason = watch.disabledBecause;
		if (reason !== undefined) return put(toHeldRow(row, reason), endpoint);
		const gate = gates.get(endpoint.id);
		if (gate !== undefined) {
			const startMs = Math.max(ports.nowMs(), gate.nextMs);
			gate.nextMs = startMs + gate.intervalMs;
			const lastMs = gate.untilMs + Math.max(gate.intervalMs, LATE_MS);
			gate.left -= 1;
			if (gate.left < 0 || startMs > lastMs) return put(toRescheduledRow(row, startMs), endpoint);
			await ports.wait(startMs - ports.nowMs());
		}
		if (!(await lease.covers(row.delivery_id, getTimeoutMs(endpoint) + LEASE_MARGIN_MS / 2)))
			return;
		const batch =
			row.event_ids === null ? undefined : { id: row.delivery_id, acceptedAt: row.accepted_at };
		const key = batch?.id ?? row.event_id;
		let body: Buffer;
		let target: DeliveryTarget;
		try {
			target = toDeliveryTarget(endpoint);
			body = Buffer.from(buildEndpointBody(endpoint, events, batch), 'utf8');
		} catch (error) {
			return put(toFailedRow(row, getErrorMessage(error), ports.nowMs()), endpoint);
		}
		const report = await deliver(
			target.rules,
			{
				nowMs: ports.nowMs,
				random: ports.random,
				wait: ports.wait,
				attempt: async () => {
					const nowMs = ports.nowMs();
					const credential = getEndpointCredential(endpoint, nowMs);
					return await ports.attempt({ target, key, body, nowMs, credential });
				},
			},
			{ attempts: listRoundAttempts(row) },
		);
		// Whoever took over a delivery that hung here says how it goes on, unless it has arrived.
		if (report.status !== 'delivered' && !(await lease.covers(row.delivery_id, 0))) return;
		const nowMs = ports.nowMs();
		const { outcome } = report.attempts[report.attempts.length - 1];
		watch.add({ outcome, atMs: nowMs, ended: report.status === 'failed' });
		put(toAttemptedRow(row, report, body.length, nowMs), endpoint, report.response);
	};

	const settled = await Promise.allSettled(
		interleaveEndpoints(work).map(async (one) => {
			const { endpoint } = one;
			const [pacer, watch] = [pacers.get(endpoint.id), watches.get(endpoint.id)];
			if (pacer === undefined || watch === undefined) return;
			await pacer(async () => await paced(async () => await attempt(one, watch)));
		}),
	);
	const rejected = settled.find(({ status }) => status === 'rejected');
	await recorder.finish(rejected === undefined ? [deleteLeasedRows(owner), ...after] : []);
	const changes: EndpointChange[] = [];
	for (const watch of watches.values()) changes.push(...(await watch.finish(ports)));
	if (rejected?.status === 'rejected') throw rejected.reason;
	return { results, changes };
}
