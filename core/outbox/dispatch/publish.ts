import { sendChangeAlerts } from '../alert/sendAlerts';
import { isUnreadable } from '../endpoint/repository';
import { describeWait } from '../endpoint/suspension';
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
import { insertDeliveries } from '../store/deliveries';
import { MAX_FINDS } from '../store/tables';

import { attemptAll } from './attemptAll';
import { closeBatches, findNextBatch } from './batches';
import { computeDeliveryId, createDelivery } from './deliveryStates';
import { loadEarlierEvents, type EarlierEvents, type SubscribedEvent } from './earlierEvents';
import { getInitialState } from './initialState';
import { prepareEvents, type EventInput } from './newEvents';
import { placeDeliveries } from './order';
import { recordEvents, type RecordedEvents } from './recordEvents';
import {
	compileSubscriptions,
	type Subscriptions,
	type UndecidedEndpoint,
	type UnmetEndpoint,
} from './subscribers';

/** The outcome of one input. */
export interface PublishedEvent {
	event: OutboxEvent;
	/** `true` if the event was sent before. */
	duplicate: boolean;
	/** `true` if the event was sent before, and is in a batch. */
	isBatched: boolean;
	/** Why the event was not sent, e.g. an {@link IdempotencyConflictError}; `undefined` if it was. */
	conflict?: Error;
	/** The difference of its data from its event type, if it was sent all the same; `undefined` if it was not checked. */
	dataWarning?: string;
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

interface NewDelivery {
	event: OutboxEvent;
	endpoint: RegisteredEndpoint;
	delivery: Delivery;
}

/** Creates a delivery for each event and endpoint. */
const createDeliveries = (subscribed: Iterable<SubscribedEvent>): NewDelivery[] =>
	[...subscribed].flatMap(({ event, subscribers }) =>
		subscribers.map((endpoint) => ({
			endpoint,
			event,
			delivery: createDelivery(event, endpoint, getInitialState(endpoint, event)),
		})),
	);

/** Puts new events in their batching queues. @returns the batches that are complete with them */
async function gather(
	ports: OutboxPorts,
	newDeliveries: NewDelivery[],
	lease: Lease,
): Promise<AttemptJob[]> {
	const gathering = newDeliveries.filter(({ delivery }) => delivery.status === 'gathering');
	if (gathering.length === 0) return [];
	const endpoints = [...new Set(gathering.map(({ endpoint }) => endpoint))].flatMap((endpoint) =>
		isUnreadable(endpoint) || describeWait(endpoint) !== undefined ? [] : [endpoint],
	);
	const firstRows = await ports.tables.applyAndFind(
		insertDeliveries(gathering.map(({ delivery }) => delivery)),
		endpoints.slice(0, MAX_FINDS).map(findNextBatch),
	);
	const jobs: AttemptJob[] = [];
	for (const [index, endpoint] of endpoints.entries()) {
		// Deliver Due closes the batches that waited before, e.g. while the endpoint was paused.
		const added = gathering.filter((entry) => entry.endpoint === endpoint).length;
		const goesOn = (count: number): boolean => count < added;
		const closed = await closeBatches(ports, endpoint, lease, goesOn, firstRows[index]);
		jobs.push(...closed.jobs);
	}
	// Batches in order may have to wait for earlier ones: Deliver Due sends them.
	return jobs.filter(({ delivery }) => delivery.place === null);
}

/** Makes the new deliveries that are due at once, and the batches that are complete with them. */
async function makeDeliveries(
	ports: OutboxPorts,
	newDeliveries: NewDelivery[],
	lease: Lease,
	limits: RunLimits,
): Promise<RunResult & { jobs: AttemptJob[] }> {
	const batches = await gather(ports, newDeliveries, lease);
	const single = newDeliveries.flatMap(({ delivery, endpoint, event }): AttemptJob[] =>
		delivery.status === 'sending' && !isUnreadable(endpoint)
			? [{ delivery, endpoint, events: [event] }]
			: [],
	);
	const waiting = newDeliveries.flatMap(({ delivery }) =>
		delivery.status === 'held' || delivery.status === 'pending' ? [delivery] : [],
	);
	const jobs = [...single, ...batches];
	const run = await attemptAll(ports, lease, jobs, limits, { waiting, completesEvents: true });
	return { jobs, ...run };
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

/** Adds the deliveries that earlier calls made of events that were sent before. */
function addEarlierResults(
	byEvent: Map<string, PublishedDelivery[]>,
	{ deliveries }: EarlierEvents,
	registered: RegisteredEndpoint[],
	newDeliveries: NewDelivery[],
): void {
	const newIds = new Set(newDeliveries.map(({ delivery }) => delivery.id));
	const endpointsById = new Map(registered.map((endpoint) => [endpoint.id, endpoint]));
	for (const delivery of deliveries) {
		if (newIds.has(delivery.id)) continue;
		const endpoint = endpointsById.get(delivery.endpointId) ?? null;
		const result = { delivery, endpoint, response: null, isEarlier: true };
		byEvent.set(delivery.eventId, [...(byEvent.get(delivery.eventId) ?? []), result]);
	}
}

/** Returns the outcome of each input, in order. */
function summarize(
	{ conflicts, dataWarnings, existingEvents, newEvents, preparedEvents }: RecordedEvents,
	{ findUnmet, listUndecided }: Subscriptions,
	{ batchedIds }: EarlierEvents,
	resultsByEvent: Map<string, PublishedDelivery[]>,
): PublishedEvent[] {
	const seenIds = new Set<string>();
	return preparedEvents.map(({ event }, index) => {
		const { id } = event;
		const conflict = conflicts[index];
		if (conflict !== undefined) {
			const none = { deliveries: [], undecided: [], unmet: [] };
			return { event, duplicate: false, isBatched: false, conflict, ...none };
		}
		const isSeen = seenIds.has(id);
		seenIds.add(id);
		const deliveries = resultsByEvent.get(id) ?? [];
		return {
			event: existingEvents.get(id)?.event ?? newEvents.get(id)?.event ?? event,
			duplicate: existingEvents.has(id) || isSeen,
			isBatched: batchedIds.has(id),
			dataWarning: dataWarnings[index],
			deliveries: isSeen
				? deliveries.map((result) => ({ ...result, isEarlier: true }))
				: deliveries,
			undecided: listUndecided(event),
			unmet: deliveries.length === 0 ? findUnmet(event) : [],
		};
	});
}

/** Time for which events are leased before it is known how long the attempts at their endpoints may take. */
const FIRST_LEASE_MS = 60_000;

/**
 * Publishes events to all endpoints that are subscribed to them. The events are put on record first, with a
 * lease; then each delivery is attempted once, and put on record with its outcome. {@link deliverDue} makes
 * the retries, and the deliveries that a killed run left out.
 * @param onRecorded called once it is decided which events are new, before any attempt
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
	onRecorded: (recorded: RecordedEvents) => Promise<void> = async () => {},
): Promise<{ sent: PublishedEvent[]; changes: EndpointChange[] }> {
	if (inputs.length === 0) return { sent: [], changes: [] };
	const preparedEvents = prepareEvents(ports, inputs);
	const lease = { owner: ports.newId(), expiresAtMs: ports.nowMs() + FIRST_LEASE_MS };
	const recorded = await recordEvents(ports, preparedEvents, lease);
	await onRecorded(recorded);
	const { existingEvents, newEvents, registered } = recorded;
	const subscriptions = compileSubscriptions(registered);
	const { findSubscribers } = subscriptions;
	const earlier = await loadEarlierEvents(ports, existingEvents, findSubscribers, lease);
	const newDeliveries = await placeDeliveries(
		ports,
		createDeliveries([
			...[...newEvents.values()].map(({ event }) => ({
				event,
				subscribers: findSubscribers(event),
			})),
			...earlier.extendedEvents.values(),
		]),
		registered,
		lease.owner,
		earlier.extendedEvents,
	);
	const leasesAny = newEvents.size + earlier.extendedEvents.size > 0;
	const { changes, jobs, results } = leasesAny
		? await makeDeliveries(ports, newDeliveries, lease, limits)
		: { changes: [], jobs: [], results: [] };
	await sendChangeAlerts(ports, changes, limits, publishEvents, registered);
	const resultsByEvent = groupResultsByEvent(newDeliveries, jobs, results);
	addEarlierResults(resultsByEvent, earlier, registered, newDeliveries);
	return { sent: summarize(recorded, subscriptions, earlier, resultsByEvent), changes };
}
