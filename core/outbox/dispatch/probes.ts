import partition from 'lodash/partition';
import sortBy from 'lodash/sortBy';

import { groupByKey } from '../../lib/groupByKey';
import { MINUTE_MS, toIsoTime } from '../../lib/time';
import { isUnreadable, modifyEndpointIfExists } from '../endpoint/repository';
import { isCircuitOpen } from '../endpoint/suspension';
import type { AttemptJob, Endpoint, RegisteredEndpoint } from '../model';
import type { OutboxPorts } from '../ports';
import { applyAllChanges } from '../store/changeGroups';
import type { DueShare } from '../store/deliveryLeases';
import { moveProbe } from '../store/endpoints';
import type { Value } from '../store/tables';

import { interleave } from './attemptTurns';
import { closeWaitingBatch } from './batches';
import type { DueState } from './dueState';

/** An endpoint that can be probed, and what was found of its due deliveries without a place. */
export interface Probe {
	endpoint: Endpoint;
	share: DueShare;
	/** `true` if what comes next may be in a batching queue, so that a batch has to be closed first. */
	needsBatch: boolean;
}

/** While an endpoint's circuit is open, a run makes one attempt after each interval: a probe. */

const isProbeDue = (endpoint: RegisteredEndpoint, nowMs: number): boolean =>
	isCircuitOpen(endpoint) && Date.parse(endpoint.probeAt ?? '') <= nowMs;

/** Maximum number of endpoints that a run probes at once. One call has the finds for two of them. */
const MAX_PROBES = 20;

/** Endpoints that can be probed. */
export interface Probeable {
	/** No more than a run probes at once. */
	endpoints: Endpoint[];
	/** `true` if others have due deliveries as well. */
	hasMore: boolean;
}

/** Orders endpoints by how long their probe has been due, with turns for each tenant. */
const orderByAge = (endpoints: Endpoint[]): Endpoint[] =>
	interleave(groupByKey(sortBy(endpoints, 'probeAt'), ({ tenantId }) => tenantId));

/**
 * Lists the endpoints that can be probed, each once in a run. Those with due deliveries take turns with those that may
 * have some.
 * @param dueIds IDs of the endpoints that have due deliveries, as far as is known
 * @param hasMore `true` if more may be due, also at other endpoints
 * @param disabledIds IDs of the disabled tenants, whose endpoints are left out
 * @param dueMs the start of the run, which leaves an endpoint whose probe it has moved to a later run
 */
export function listProbeable(
	registered: RegisteredEndpoint[],
	{
		disabledIds,
		dueIds,
		hasMore,
	}: Pick<DueState, 'disabledIds'> & { dueIds: Set<Value>; hasMore: boolean },
	dueMs: number,
): Probeable {
	const probeable = registered.flatMap((endpoint) => {
		const isLeftOut = isUnreadable(endpoint) || disabledIds.has(endpoint.tenantId);
		return !isLeftOut && isProbeDue(endpoint, dueMs) ? [endpoint] : [];
	});
	const [withDue, others] = partition(probeable, ({ id }) => dueIds.has(id));
	const ordered = interleave([orderByAge(withDue), hasMore ? orderByAge(others) : []]);
	return {
		endpoints: ordered.slice(0, MAX_PROBES),
		hasMore: ordered.slice(MAX_PROBES).some(({ id }) => dueIds.has(id)),
	};
}

/** A probe that only this run makes. */
export interface ReservedProbe {
	/** The endpoint before the probe was reserved. */
	before: Endpoint;
	after: Endpoint;
}

const computeNextProbe = ({ settings }: Endpoint, nowMs: number): string =>
	toIsoTime(nowMs + (settings.circuit_breaker?.probe_minutes ?? 0) * MINUTE_MS);

/**
 * Reserves the probe of an endpoint, so that of several runs only one makes it. A run that is killed leaves
 * the next probe to another one, after the interval.
 * @returns `undefined` if another run makes the probe
 */
async function reserveProbe(
	ports: OutboxPorts,
	endpoint: Endpoint,
): Promise<ReservedProbe | undefined> {
	let reserved: ReservedProbe | undefined;
	await modifyEndpointIfExists(ports, endpoint, (stored) => {
		reserved = undefined;
		const nowMs = ports.nowMs();
		if (!isProbeDue(stored, nowMs)) return undefined;
		const after = { ...stored, probeAt: computeNextProbe(stored, nowMs) };
		reserved = { before: stored, after: { ...after, revision: stored.revision + 1 } };
		return after;
	});
	return reserved;
}

/** Deliveries that a run attempts, with the probes that it makes. */
export interface ReservedProbes extends DueState {
	/** By endpoint ID. */
	reserved: Map<string, ReservedProbe>;
	/** `true` if a batch was closed for a probe: the run finds it when it looks again. */
	hasClosed: boolean;
	/** `true` if endpoints with nothing to attempt have made way for others that can be probed. */
	hasSkipped: boolean;
}

/**
 * Reserves the probes for which there is a delivery, and leaves out what other runs probe. An endpoint without
 * such a delivery makes way for others until its next probe.
 * @param mayClose whether to close a batch for a probe that needs one
 */
export async function reserveProbes(
	ports: OutboxPorts,
	state: DueState,
	mayClose: boolean,
): Promise<ReservedProbes> {
	const { probes } = state;
	const shares: DueShare[] = [];
	const reserved = new Map<string, ReservedProbe>();
	const skipped: Endpoint[] = [];
	let hasClosed = false;
	for (const { endpoint, needsBatch, share } of probes) {
		const { id } = endpoint;
		const isInOrder = state.chains.some(({ deliveries }) => deliveries[0].endpointId === id);
		if (!isInOrder && share.candidates.length === 0) {
			const isClosed = mayClose && needsBatch && (await closeWaitingBatch(ports, endpoint));
			hasClosed ||= isClosed;
			if (!isClosed && (mayClose || !needsBatch)) skipped.push(endpoint);
			continue;
		}
		const probe = await reserveProbe(ports, endpoint);
		if (probe === undefined) continue;
		reserved.set(id, probe);
		if (!isInOrder) shares.push(share);
	}
	const nowMs = ports.nowMs();
	const postponed = skipped.map((endpoint) =>
		moveProbe(endpoint, computeNextProbe(endpoint, nowMs)),
	);
	await applyAllChanges(ports.tables, postponed);
	const lost = new Set(probes.flatMap(({ endpoint: { id } }) => (reserved.has(id) ? [] : id)));
	return {
		...state,
		registered: state.registered.map((endpoint) => reserved.get(endpoint.id)?.after ?? endpoint),
		shares: [...state.shares, ...shares],
		chains: state.chains.filter(({ deliveries }) => !lost.has(deliveries[0].endpointId)),
		probes: [],
		reserved,
		hasClosed,
		hasSkipped: state.hasMoreProbes && skipped.length > 0,
	};
}

/**
 * Gives back the probes that were reserved for deliveries which were not attempted, e.g. since their payload was
 * forgotten. An endpoint that was changed since keeps its next probe.
 * @returns whether there were any
 */
export async function giveProbesBack(
	{ tables }: OutboxPorts,
	{ reserved }: Pick<ReservedProbes, 'reserved'>,
	jobs: AttemptJob[],
): Promise<boolean> {
	const probedIds = new Set(jobs.map(({ endpoint }) => endpoint.id));
	const unused = [...reserved.values()].filter(({ after }) => !probedIds.has(after.id));
	await applyAllChanges(
		tables,
		unused.map(({ after, before }) => moveProbe(after, before.probeAt)),
	);
	return unused.length > 0;
}
