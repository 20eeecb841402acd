import { toIsoTime } from '../../lib/time';
import { compileSubscription, requireEventType } from '../endpoint/subscription';
import type { Endpoint, OutboxEvent } from '../model';
import type { OutboxPorts } from '../ports';
import { resolveEventOwners } from '../store/eventOwnership';
import { insertEvents, loadEvents, readEvent } from '../store/events';
import type { Change } from '../store/tables';

import { computeEventId } from './deliveryStates';

/** An event for all endpoints that are subscribed to it. */
export interface EventInput {
	type: string;
	data: Record<string, unknown>;
	/** Events with the same key are sent only once. */
	idempotencyKey?: string;
}

/** An event too large to be stored. The message says what to send instead. */
export class EventTooLargeError extends Error {
	override readonly name = 'EventTooLargeError';
}

/** All of n8n’s tables together may have 200 MB by default. */
export const MAX_EVENT_BYTES = 256 * 1024;

/**
 * Checks an event.
 * @returns its data as JSON
 * @throws InvalidEndpointError for its type, EventTooLargeError
 */
export function checkEvent({ data, type }: EventInput): string {
	requireEventType(type);
	const json = JSON.stringify(data);
	const bytes = Buffer.byteLength(json, 'utf8');
	if (bytes > MAX_EVENT_BYTES) {
		throw new EventTooLargeError(
			`The data of the event ${type} has ${bytes} bytes; the limit for an event that is stored for retries is ${MAX_EVENT_BYTES}. Send a reference to the data instead, e.g. its ID and a URL.`,
		);
	}
	return json;
}

export interface PreparedEvent {
	event: OutboxEvent;
	dataJson: string;
	/** `true` if its ID belongs to an idempotency key. */
	isIdempotent: boolean;
}

/** Gives each input an ID, a time and its data as JSON. @throws the errors of {@link checkEvent} */
export function prepareEvents(ports: OutboxPorts, inputs: EventInput[]): PreparedEvent[] {
	const acceptedAt = toIsoTime(ports.nowMs());
	return inputs.map((input) => {
		const { data, idempotencyKey, type } = input;
		return {
			dataJson: checkEvent(input),
			isIdempotent: Boolean(idempotencyKey),
			event: {
				id: idempotencyKey ? computeEventId(idempotencyKey) : `evt_${ports.newId()}`,
				type,
				acceptedAt,
				data,
			},
		};
	});
}

interface SubscribedEvent extends PreparedEvent {
	subscribers: Endpoint[];
}

/** Time for a run to insert its events' deliveries; after that another run inserts them. */
const FAN_OUT_MS = 60_000;

/** One call of `publishEvents`, once it is decided which of its events are new. */
export interface PublishState {
	/** The name of the run in the tables. */
	owner: string;
	endpoints: Endpoint[];
	/** One per input, in order. */
	preparedEvents: PreparedEvent[];
	/** By ID, events of earlier calls, or of simultaneous ones. */
	existingEvents: Map<string, OutboxEvent>;
	/** By ID, events that this call sends. */
	newEvents: Map<string, SubscribedEvent>;
	/** Inserts the new events, unless they are inserted already. */
	eventInsertion: Change[];
}

/** Returns one event per ID, each with its subscribers. */
function findSubscribers(
	preparedEvents: PreparedEvent[],
	endpoints: Endpoint[],
): Map<string, SubscribedEvent> {
	const subscriptions = endpoints.map((endpoint) => ({
		endpoint,
		matches: compileSubscription(endpoint),
	}));
	const subscribedEvents = new Map<string, SubscribedEvent>();
	for (const prepared of preparedEvents) {
		const { event } = prepared;
		if (subscribedEvents.has(event.id)) continue;
		const matching = subscriptions.filter(({ matches }) => matches(event));
		const subscribers = matching.map(({ endpoint }) => endpoint);
		subscribedEvents.set(event.id, { ...prepared, subscribers });
	}
	return subscribedEvents;
}

/**
 * Decides which events are new. Events with idempotency keys are inserted to decide it, since other runs
 * may insert the same keys at the same time.
 */
export async function resolveNewEvents(
	{ nowMs, tables }: OutboxPorts,
	owner: string,
	preparedEvents: PreparedEvent[],
	endpoints: Endpoint[],
): Promise<PublishState> {
	const idempotentIds = preparedEvents.flatMap(({ event, isIdempotent }) =>
		isIdempotent ? [event.id] : [],
	);
	const existingEvents = await loadEvents(tables, idempotentIds);
	const newEvents = findSubscribers(
		preparedEvents.filter(({ event }) => !existingEvents.has(event.id)),
		endpoints,
	);
	let eventInsertion = insertEvents(
		[...newEvents.values()].map(({ dataJson, event, isIdempotent, subscribers }) => ({
			event,
			dataJson,
			endpointIds: subscribers.map(({ id }) => id),
			isContested: isIdempotent,
		})),
		{ owner, untilMs: nowMs() + FAN_OUT_MS },
	);
	const contestedIds = [...newEvents.keys()].filter((id) => newEvents.get(id)?.isIdempotent);
	if (contestedIds.length > 0) {
		await tables.applyChanges(eventInsertion);
		eventInsertion = [];
		for (const [id, row] of await resolveEventOwners(tables, owner, contestedIds)) {
			newEvents.delete(id);
			existingEvents.set(id, readEvent(row));
		}
	}
	return { owner, endpoints, preparedEvents, existingEvents, newEvents, eventInsertion };
}
