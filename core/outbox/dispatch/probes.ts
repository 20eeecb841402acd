import partition from 'lodash/partition';

import { MINUTE_MS, toIsoTime } from '../../lib/time';
import { isUnreadable, modifyEndpointIfExists } from '../endpoint/repository';
import { isCircuitOpen } from '../endpoint/suspension';
import type { Endpoint, RegisteredEndpoint } from '../model';
import type { OutboxPorts } from '../ports';
import type { DueShare } from '../store/deliveryLeases';
import type { Value } from '../store/tables';

import { closeWaitingBatch } from './batches';
import type { DueState } from './dueState';

/** An endpoint that can be probed, and what was found of its due deliveries without a place. */
export interface Probe {
	endpoint: Endpoint;
	/** It has one candidate at most. */
	share: DueShare;
	/** `true` if all that may wait is a batching queue, so that a batch has to be closed first. */
	needsBatch: boolean;
}

/** While an endpoint's circuit is open, a run makes one attempt after each interval: a probe. */

const isProbeDue = (endpoint: RegisteredEndpoint, nowMs: number): boolean =>
	isCircuitOpen(endpoint) && Date.parse(endpoint.probeAt ?? '') <= nowMs;

/** Maximum number of endpoints that a run probes at once. One call has the finds for two of them. */
const MAX_PROBES = 20;

/**
 * Lists the endpoints that can be probed now: those with due deliveries first.
 * @param dueIds IDs of the endpoints that have due deliveries, as far as is known
 * @param hasMore `true` if more may be due, also at other endpoints
 */
export function listProbeable(
	registered: RegisteredEndpoint[],
	dueIds: Set<Value>,
	hasMore: boolean,
	nowMs: number,
): Endpoint[] {
	const probeable = registered.flatMap((endpoint) =>
		!isUnreadable(endpoint) && isProbeDue(endpoint, nowMs) ? [endpoint] : [],
	);
	const [withDue, others] = partition(probeable, ({ id }) => dueIds.has(id));
	return [...withDue, ...(hasMore ? others : [])].slice(0, MAX_PROBES);
}

/**
 * Reserves the probe of an endpoint, so that of several runs only one makes it. A run that is killed leaves
 * the next probe to another one, after the interval.
 * @returns the endpoint after that; `undefined` if another run makes the probe
 */
async function reserveProbe(ports: OutboxPorts, endpoint: Endpoint): Promise<Endpoint | undefined> {
	let reserved: Endpoint | undefined;
	await modifyEndpointIfExists(ports, endpoint, (stored) => {
		reserved = undefined;
		const nowMs = ports.nowMs();
		const { circuit_breaker: breaker } = stored.settings;
		if (breaker === undefined || !isProbeDue(stored, nowMs)) return undefined;
		const probeAt = toIsoTime(nowMs + breaker.probe_minutes * MINUTE_MS);
		const after = { ...stored, probeAt };
		reserved = { ...after, revision: stored.revision + 1 };
		return after;
	});
	return reserved;
}

/** Deliveries that a run attempts, with the probes that it makes. */
interface ReservedProbes extends DueState {
	/** `true` if a batch was closed for a probe: the run finds it when it looks again. */
	hasClosed: boolean;
}

/**
 * Reserves the probes for which there is a delivery, and leaves out what other runs probe.
 * @param mayClose whether to close a batch for a probe that needs one
 */
export async function reserveProbes(
	ports: OutboxPorts,
	state: DueState,
	mayClose: boolean,
): Promise<ReservedProbes> {
	const { probes } = state;
	if (probes.length === 0) return { ...state, hasClosed: false };
	const shares: DueShare[] = [];
	const reserved = new Map<string, Endpoint>();
	let hasClosed = false;
	for (const { endpoint, needsBatch, share } of probes) {
		const { id } = endpoint;
		const isInOrder = state.chains.some(({ deliveries }) => deliveries[0].endpointId === id);
		if (!isInOrder && share.candidates.length === 0) {
			const isClosed = mayClose && needsBatch && (await closeWaitingBatch(ports, endpoint));
			hasClosed ||= isClosed;
			continue;
		}
		const after = await reserveProbe(ports, endpoint);
		if (after === undefined) continue;
		reserved.set(id, after);
		if (!isInOrder) shares.push(share);
	}
	const lost = new Set(probes.flatMap(({ endpoint: { id } }) => (reserved.has(id) ? [] : id)));
	return {
		...state,
		registered: state.registered.map((endpoint) => reserved.get(endpoint.id) ?? endpoint),
		shares: [...state.shares, ...shares],
		chains: state.chains.filter(({ deliveries }) => !lost.has(deliveries[0].endpointId)),
		probes: [],
		hasClosed,
	};
}
