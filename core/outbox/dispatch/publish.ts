import { toIsoTime } from '../../lib/time';
import { isUnreadable, loadRegisteredEndpoints, splitByReadability } from '../endpoint/repository';
import type {
	AttemptJob,
	Delivery,
	DeliveryResult,
	EndpointChange,
	Lease,
	OutboxEvent,
	RegisteredEndpoint,
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
	describeUnreadable,
	toLeasedState,
	type InitialState,
} from './deliveryStates';
import { computeLeaseMs } from './lease';
import { prepareEvents, resolveNewEvents, type EventInput, type PublishState } from './newEvents';
import type { UndecidedEndpoint, UnmetEndpoint } from './subscribers';

/** The outcome of one input. */
export interface PublishedEvent {
	event: OutboxEvent;
	/** `true` if the event was sent before. */
	duplicate: boolean;
	/** `true` if the event was sent before, and endpoints were subscribed to it. */
	wasTaken: boolean;
	/** Why the event was not sent, e.g. an {@link IdempotencyConflictError}; `undefined` if it was. */
	conflict?: Error;
	/** Those of this call, and of earlier ones. */
	deliveries: PublishedDelivery[];
	/** Endpoints that got no delivery, since the outbox cannot tell whether they are subscribed. */
	undecided: UndecidedEndpoint[];
	/** If it has no deliveries: the endpoints whose conditions held it back. */
	unmet: UnmetEndpoint[];
}

export interface PublishedDelivery extends DeliveryResult {
	/** `true` if an earlier call made it. */
	isEarlier: boolean;
}

/** Returns a delivery's initial state: on hold, waiting, or leased by this run. */
function getInitialState(
	endpoint: RegisteredEndpoint,
	acceptedAt: string,
	lease: Lease,
): InitialState {
	if (endpoint.status === 'disabled') {
		const error = `The endpoint is disabled: ${endpoint.statusReason ?? 'by hand'}`;
		return { status: 'held', nextAttemptAt: null, lease: null, error };
	}
	if (isUnreadable(endpoint)) {
		const error = describeUnreadable(endpoint);
		return { status: 'pending', nextAttemptAt: acceptedAt, lease: null, error };
	}
	const batching = getBatchSettings(endpoint);
	if (batching === undefined) return toLeasedState(lease);
	const nextAttemptAt = toIsoTime(Date.parse(acceptedAt) + batching.maxWaitMs);
	return { status: 'gathering', nextAttemptAt, lease: null, error: null };
}

interface NewDelivery {
	event: OutboxEvent;
	endpoint: RegisteredEndpoint;
	delivery: Delivery;
}

/** Inserts a delivery for each event and endpoint that has none yet. */
async function insertNewDeliveries(
	{ tables }: OutboxPorts,
	{ eventInsertion, extendedEvents, newEvents }: PublishState,
	lease: Lease,
): Promise<NewDelivery[]> {
	const newDeliveries = [...newEvents.values(), ...extendedEvents.values()].flatMap(
		({ event, subscribers }) =>
			subscribers.map((endpoint) => {
				const initialState = getInitialState(endpoint, event.acceptedAt, lease);
				return { endpoint, event, delivery: createDelivery(event, endpoint, initialState) };
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
		delivery.status === 'sending' && !isUnreadable(endpoint)
			? [{ delivery, endpoint, events: [event] }]
			: [],
	);
	const batchingEndpoints = new Set(
		newDeliveries.flatMap(({ delivery, endpoint }) =>
			delivery.status === 'gathering' && !isUnreadable(endpoint) ? [endpoint] : [],
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
	{ extendedEvents, newEvents, owner }: PublishState,
	lease: Lease,
	jobs: AttemptJob[],
	limits: RunLimits,
): Promise<RunResult> {
	const finalChanges = newEvents.size + extendedEvents.size > 0 ? [completeFanOut(owner)] : [];
	if (jobs.length > 0) return await attemptAll(ports, lease, jobs, limits, { finalChanges });
	await ports.tables.applyChanges(finalChanges);
	return { changes: [], results: [] };
}

/** Groups results by event: those of its own deliveries, and those of batches that contain it. */
function groupResultsByEvent(
	newDeliveries: NewDelivery[],
	jobs: AttemptJob[],
	results: DeliveryResult[],
): Map<string, PublishedDelivery[]> {
	const byEvent = new Map<string, PublishedDelivery[]>();
	const add = (eventId: string, result: DeliveryResult): void => {
		byEvent.set(eventId, [...(byEvent.get(eventId) ?? []), { ...result, isEarlier: false }]);
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
		const isWaiting = delivery.status !== 'sending';
		if (isWaiting && !attemptedIds.has(delivery.id)) {
			add(event.id, { delivery, endpoint, response: null });
		}
	}
	return byEvent;
}

/** Loads the earlier deliveries of events that were sent before. */
async function loadEarlierResults(
	{ tables }: OutboxPorts,
	{ existingEvents, registered }: PublishState,
	newDeliveries: NewDelivery[],
): Promise<PublishedDelivery[]> {
	const newIds = new Set(newDeliveries.map(({ delivery }) => delivery.id));
	const deliveries = await findDeliveriesOfEvents(tables, existingEvents.keys());
	const endpointsById = new Map(registered.map((endpoint) => [endpoint.id, endpoint]));
	return deliveries
		.filter(({ id }) => !newIds.has(id))
		.map((delivery) => ({
			delivery,
			endpoint: endpointsById.get(delivery.endpointId) ?? null,
			response: null,
			isEarlier: true,
		}));
}

/** Returns the outcome of each input, in order. */
function summarize(
	{ conflicts, existingEvents, findUnmet, newEvents, preparedEvents, undecided }: PublishState,
	resultsByEvent: Map<string, PublishedDelivery[]>,
): PublishedEvent[] {
	const seenIds = new Set<string>();
	return preparedEvents.map(({ event }, index) => {
		const { id } = event;
		const conflict = conflicts[index];
		if (conflict !== undefined) {
			const none = { deliveries: [], undecided: [], unmet: [] };
			return { event, duplicate: false, wasTaken: false, conflict, ...none };
		}
		const isSeen = seenIds.has(id);
		seenIds.add(id);
		const deliveries = resultsByEvent.get(id) ?? [];
		return {
			event: existingEvents.get(id)?.event ?? newEvents.get(id)?.event ?? event,
			duplicate: existingEvents.has(id) || isSeen,
			wasTaken: (existingEvents.get(id)?.endpointIds ?? []).length > 0,
			deliveries: isSeen
				? deliveries.map((result) => ({ ...result, isEarlier: true }))
				: deliveries,
			undecided,
			unmet: deliveries.length === 0 ? findUnmet(event) : [],
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
	const registered = await loadRegisteredEndpoints(ports);
	const { endpoints } = splitByReadability(registered);
	const state = await resolveNewEvents(ports, owner, preparedEvents, registered);
	const lease = { owner, expiresAtMs: ports.nowMs() + computeLeaseMs(endpoints) };
	const newDeliveries = await insertNewDeliveries(ports, state, lease);
	const jobs = await collectJobs(ports, newDeliveries, lease);
	const { changes, results } = await attemptJobs(ports, state, lease, jobs, limits);
	const resultsByEvent = groupResultsByEvent(newDeliveries, jobs, results);
	for (const result of await loadEarlierResults(ports, state, newDeliveries)) {
		const { eventId } = result.delivery;
		resultsByEvent.set(eventId, [...(resultsByEvent.get(eventId) ?? []), result]);
	}
	return { sent: summarize(state, resultsByEvent), changes };
}
