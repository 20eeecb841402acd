import { toIsoTime } from '../../lib/time';
import { loadEndpoints } from '../endpoint/repository';
import type {
	AttemptJob,
	Delivery,
	DeliveryResult,
	Endpoint,
	EndpointChange,
	Lease,
	OutboxEvent,
	RunLimits,
	RunResult,
} from '../model';
import type { OutboxPorts } from '../ports';
import { findDeliveriesOfEvents, insertDeliveries } from '../store/deliveries';
import { completeFanOut } from '../store/events';

import { attemptAll } from './attemptAll';
import { closeBatches, getBatchSettings } from './batches';
import {
	computeDeliveryId,
	createDelivery,
	toLeasedState,
	type InitialState,
} from './deliveryStates';
import { computeLeaseMs } from './lease';
import { prepareEvents, resolveNewEvents, type EventInput, type PublishState } from './newEvents';

/** The outcome of one input. */
export interface PublishedEvent {
	event: OutboxEvent;
	/** `true` if the event was sent before: its deliveries are the earlier ones. */
	duplicate: boolean;
	deliveries: DeliveryResult[];
}

/** Returns a delivery's initial state: on hold, waiting for a batch, or leased by this run. */
function getInitialState(endpoint: Endpoint, acceptedAt: string, lease: Lease): InitialState {
	if (endpoint.status === 'disabled') {
		const error = `The endpoint is disabled: ${endpoint.statusReason ?? 'by hand'}`;
		return { status: 'held', nextAttemptAt: null, lease: null, error };
	}
	const batching = getBatchSettings(endpoint);
	if (batching === undefined) return toLeasedState(lease);
	const nextAttemptAt = toIsoTime(Date.parse(acceptedAt) + batching.maxWaitMs);
	return { status: 'gathering', nextAttemptAt, lease: null, error: null };
}

interface NewDelivery {
	event: OutboxEvent;
	endpoint: Endpoint;
	delivery: Delivery;
}

/** Inserts a delivery for each new event and subscriber. */
async function insertNewDeliveries(
	{ tables }: OutboxPorts,
	{ eventInsertion, newEvents }: PublishState,
	lease: Lease,
): Promise<NewDelivery[]> {
	const newDeliveries = [...newEvents.values()].flatMap(({ event, subscribers }) =>
		subscribers.map((endpoint) => {
			const initialState = getInitialState(endpoint, event.acceptedAt, lease);
			return { endpoint, event, delivery: createDelivery(event, endpoint.id, initialState) };
		}),
	);
	await tables.applyChanges([
		...eventInsertion,
		...insertDeliveries(newDeliveries.map(({ delivery }) => delivery)),
	]);
	return newDeliveries;
}

/** Collects what this run attempts: its new deliveries, and the batches that they complete. */
async function collectJobs(
	ports: OutboxPorts,
	newDeliveries: NewDelivery[],
	lease: Lease,
): Promise<AttemptJob[]> {
	const jobs = newDeliveries.flatMap(({ delivery, endpoint, event }): AttemptJob[] =>
		delivery.status === 'sending' ? [{ delivery, endpoint, events: [event] }] : [],
	);
	const batchingEndpoints = new Set(
		newDeliveries.flatMap(({ delivery, endpoint }) =>
			delivery.status === 'gathering' ? [endpoint] : [],
		),
	);
	for (const endpoint of batchingEndpoints) {
		jobs.push(...(await closeBatches(ports, endpoint, lease)));
	}
	return jobs;
}

/** Attempts the jobs, and records that the new events' deliveries are all inserted. */
async function attemptJobs(
	ports: OutboxPorts,
	{ newEvents, owner }: PublishState,
	lease: Lease,
	jobs: AttemptJob[],
	limits: RunLimits,
): Promise<RunResult> {
	const finalChanges = newEvents.size > 0 ? [completeFanOut(owner)] : [];
	if (jobs.length > 0) return await attemptAll(ports, lease, jobs, limits, { finalChanges });
	await ports.tables.applyChanges(finalChanges);
	return { changes: [], results: [] };
}

/** Groups results by event: those of its own deliveries, and those of batches that contain it. */
function groupResultsByEvent(
	newDeliveries: NewDelivery[],
	jobs: AttemptJob[],
	results: DeliveryResult[],
): Map<string, DeliveryResult[]> {
	const byEvent = new Map<string, DeliveryResult[]>();
	const add = (eventId: string, result: DeliveryResult): void => {
		byEvent.set(eventId, [...(byEvent.get(eventId) ?? []), result]);
	};
	const eventsByDelivery = new Map(jobs.map(({ delivery, events }) => [delivery.id, events]));
	const attemptedIds = new Set<string>();
	for (const result of results) {
		for (const { id } of eventsByDelivery.get(result.delivery.id) ?? []) {
			attemptedIds.add(computeDeliveryId(id, result.delivery.endpointId));
			add(id, result);
		}
	}
	for (const { delivery, endpoint, event } of newDeliveries) {
		const isWaiting = delivery.status === 'held' || delivery.status === 'gathering';
		if (isWaiting && !attemptedIds.has(delivery.id)) {
			add(event.id, { delivery, endpoint, response: null });
		}
	}
	return byEvent;
}

/** Loads the deliveries of events that were sent before. */
async function loadExistingResults(
	{ tables }: OutboxPorts,
	{ endpoints, existingEvents }: PublishState,
): Promise<DeliveryResult[]> {
	const deliveries = await findDeliveriesOfEvents(tables, existingEvents.keys());
	const endpointsById = new Map(endpoints.map((endpoint) => [endpoint.id, endpoint]));
	return deliveries.map((delivery) => ({
		delivery,
		endpoint: endpointsById.get(delivery.endpointId) ?? null,
		response: null,
	}));
}

/** Returns the outcome of each input, in order. */
function summarize(
	{ existingEvents, newEvents, preparedEvents }: PublishState,
	resultsByEvent: Map<string, DeliveryResult[]>,
): PublishedEvent[] {
	const seenIds = new Set<string>();
	return preparedEvents.map(({ event }) => {
		const { id } = event;
		const duplicate = existingEvents.has(id) || seenIds.has(id);
		seenIds.add(id);
		return {
			event: existingEvents.get(id) ?? newEvents.get(id)?.event ?? event,
			duplicate,
			deliveries: resultsByEvent.get(id) ?? [],
		};
	});
}

/**
 * Publishes events to all endpoints that are subscribed to them. The events and their deliveries are
 * stored first, then attempted once; {@link deliverDue} makes the retries.
 * @returns the outcome of each input, in order, and changes of endpoints' health
 * @throws EventTooLargeError, InvalidEndpointError before anything is stored, and the errors of the ports
 * @example
 * const { sent } = await publishEvents(
 *   ports,
 *   [{ type: 'order.created', data: { id: 7 }, idempotencyKey: 'order 7' }],
 *   { concurrency: 50, maxPacingMs: 10_000 },
 * );
 * sent[0].duplicate; // false
 * sent[0].deliveries[0].delivery.status; // 'delivered'
 */
export async function publishEvents(
	ports: OutboxPorts,
	inputs: EventInput[],
	limits: RunLimits,
): Promise<{ sent: PublishedEvent[]; changes: EndpointChange[] }> {
	const owner = ports.newId();
	const preparedEvents = prepareEvents(ports, inputs);
	const endpoints = await loadEndpoints(ports);
	const state = await resolveNewEvents(ports, owner, preparedEvents, endpoints);
	const lease = { owner, expiresAtMs: ports.nowMs() + computeLeaseMs(endpoints) };
	const newDeliveries = await insertNewDeliveries(ports, state, lease);
	const jobs = await collectJobs(ports, newDeliveries, lease);
	const { changes, results } = await attemptJobs(ports, state, lease, jobs, limits);
	const resultsByEvent = groupResultsByEvent(newDeliveries, jobs, results);
	for (const result of await loadExistingResults(ports, state)) {
		const { eventId } = result.delivery;
		resultsByEvent.set(eventId, [...(resultsByEvent.get(eventId) ?? []), result]);
	}
	return { sent: summarize(state, resultsByEvent), changes };
}
