import { IdempotencyConflictError, isSameEvent } from '../../event/sameEvent';
import { stringifyExactJson } from '../../lib/exactJson';
import { toIsoTime } from '../../lib/time';
import { requireEventType } from '../endpoint/subscription';
import type { OutboxEvent, RegisteredEndpoint } from '../model';
import type { OutboxPorts } from '../ports';
import { awaitEventOwners, resolveEventOwners } from '../store/eventOwnership';
import {
	extendFanOuts,
	findEventRows,
	insertEvents,
	readEvent,
	type FanOut,
	type StoredEvent,
	type UnreadableEvent,
} from '../store/events';
import type { Change } from '../store/tables';

import { computeEventId } from './deliveryStates';
import { compileSubscriptions, type Subscriptions, type UndecidedEndpoint } from './subscribers';

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

/** The event that was sent with a key before was edited. The message says how to correct it. */
export class UnreadableEventError extends Error {
	override readonly name = 'UnreadableEventError';
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
	const json = stringifyExactJson(data);
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

/** An event, and the endpoints that get a delivery of it in this call. */
export interface SubscribedEvent {
	event: OutboxEvent;
	dataJson: string;
	isIdempotent: boolean;
	subscribers: RegisteredEndpoint[];
}

/** Time for a run to insert its events' deliveries; after that another run inserts them. */
const FAN_OUT_MS = 60_000;

/** One call of `publishEvents`, once it is decided which of its events are new. */
export interface PublishState {
	/** The name of the run in the tables. */
	owner: string;
	registered: RegisteredEndpoint[];
	undecided: UndecidedEndpoint[];
	findUnmet: Subscriptions['findUnmet'];
	/** One per input, in order. */
	preparedEvents: PreparedEvent[];
	/** One per input, in order: why its event is not sent, if it is not. */
	conflicts: Array<Error | undefined>;
	/** By ID, events of earlier calls, or of simultaneous ones. */
	existingEvents: Map<string, StoredEvent>;
	/** By ID, events that this call sends. */
	newEvents: Map<string, SubscribedEvent>;
	/** By ID, existing events that this call sends to endpoints which have no delivery of them yet. */
	extendedEvents: Map<string, SubscribedEvent>;
	/** Inserts the new events, unless they are inserted already. */
	eventInsertion: Change[];
}

/** Returns why an event is not sent: its key belongs to another event, or to one that cannot be read. */
function findConflict(
	{ dataJson, event }: PreparedEvent,
	first: StoredEvent | PreparedEvent | UnreadableEvent | undefined,
): Error | undefined {
	if (first === undefined) return undefined;
	if ('problem' in first) return new UnreadableEventError(first.problem);
	const isSame = isSameEvent(
		{ type: event.type, dataJson },
		{ type: first.event.type, dataJson: first.dataJson },
	);
	return isSame ? undefined : new IdempotencyConflictError();
}

/** Returns the first of the prepared events with each ID that the tables do not have yet. */
function pickFirstEvents(
	preparedEvents: PreparedEvent[],
	existing: Map<string, unknown>,
): Map<string, PreparedEvent> {
	const firstEvents = new Map<string, PreparedEvent>();
	for (const prepared of preparedEvents) {
		const { id } = prepared.event;
		if (!existing.has(id) && !firstEvents.has(id)) firstEvents.set(id, prepared);
	}
	return firstEvents;
}

/** Leases the existing events that subscribers have no delivery of yet. */
async function extendExistingEvents(
	{ tables }: OutboxPorts,
	existingEvents: Map<string, StoredEvent>,
	findSubscribers: Subscriptions['findSubscribers'],
	fanOut: FanOut,
): Promise<Map<string, SubscribedEvent>> {
	const candidates = [...existingEvents.values()].flatMap((stored) => {
		const subscribers = stored.isFanningOut
			? []
			: findSubscribers(stored.event).filter(({ id }) => !stored.endpointIds.includes(id));
		return subscribers.length === 0 ? [] : [{ stored, subscribers }];
	});
	const additions = candidates.map(({ stored, subscribers }) => ({
		stored,
		endpointIds: subscribers.map(({ id }) => id),
	}));
	const leasedIds = await extendFanOuts(tables, additions, fanOut);
	return new Map(
		candidates.flatMap(({ stored: { dataJson, event }, subscribers }) =>
			leasedIds.has(event.id)
				? [[event.id, { event, dataJson, isIdempotent: true, subscribers }] as const]
				: [],
		),
	);
}

/**
 * Decides which events are new. Events with idempotency keys are inserted to decide it, since other runs
 * may insert the same keys at the same time.
 */
export async function resolveNewEvents(
	ports: OutboxPorts,
	owner: string,
	preparedEvents: PreparedEvent[],
	registered: RegisteredEndpoint[],
): Promise<PublishState> {
	const { nowMs, tables } = ports;
	const idempotentIds = preparedEvents.flatMap(({ event, isIdempotent }) =>
		isIdempotent ? [event.id] : [],
	);
	const foundRows = await findEventRows(tables, idempotentIds);
	const loaded = new Map(
		[...(await awaitEventOwners(ports, foundRows))].map(([id, row]) => [id, readEvent(row)]),
	);
	const firstEvents = pickFirstEvents(preparedEvents, loaded);
	const { findSubscribers, findUnmet, undecided } = compileSubscriptions(registered);
	const newEvents = new Map(
		[...firstEvents].map(([id, prepared]) => [
			id,
			{ ...prepared, subscribers: findSubscribers(prepared.event) },
		]),
	);
	const fanOut = { owner, untilMs: nowMs() + FAN_OUT_MS };
	let eventInsertion = insertEvents(
		[...newEvents.values()].map(({ dataJson, event, isIdempotent, subscribers }) => ({
			event,
			dataJson,
			endpointIds: subscribers.map(({ id }) => id),
			isContested: isIdempotent,
		})),
		fanOut,
	);
	const contestedIds = [...newEvents.keys()].filter((id) => newEvents.get(id)?.isIdempotent);
	if (contestedIds.length > 0) {
		await tables.applyChanges(eventInsertion);
		eventInsertion = [];
		const lost = await resolveEventOwners(tables, owner, contestedIds);
		for (const [id, row] of await awaitEventOwners(ports, lost)) {
			newEvents.delete(id);
			loaded.set(id, readEvent(row));
		}
	}
	const conflicts = preparedEvents.map((prepared) => {
		const { id } = prepared.event;
		return findConflict(prepared, loaded.get(id) ?? firstEvents.get(id));
	});
	const sentIds = new Set(
		preparedEvents.flatMap(({ event }, index) => (conflicts[index] === undefined ? event.id : [])),
	);
	const existingEvents = new Map(
		[...loaded].flatMap(([id, stored]) =>
			'event' in stored && sentIds.has(id) ? [[id, stored] as const] : [],
		),
	);
	return {
		owner,
		registered,
		undecided,
		findUnmet,
		preparedEvents,
		conflicts,
		existingEvents,
		newEvents,
		extendedEvents: await extendExistingEvents(ports, existingEvents, findSubscribers, fanOut),
		eventInsertion,
	};
}
