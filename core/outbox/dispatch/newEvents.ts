import { IdempotencyConflictError, isSameEvent } from '../../event/sameEvent';
import { stringifyExactJson } from '../../lib/exactJson';
import { DAY_MS, toIsoTime } from '../../lib/time';
import { readRegisteredEndpoints } from '../endpoint/repository';
import { requireEventType } from '../endpoint/subscription';
import {
	DEFAULT_TENANT,
	type EventOrigin,
	type Lease,
	type OutboxEvent,
	type RegisteredEndpoint,
} from '../model';
import type { OutboxPorts } from '../ports';
import { applyAllChanges } from '../store/changeGroups';
import { findEndpointRows } from '../store/endpoints';
import { awaitEventOwners, resolveEventOwners } from '../store/eventOwnership';
import {
	insertEvents,
	readEvent,
	removeLeasedEvent,
	type StoredEvent,
	type UnreadableEvent,
} from '../store/events';
import { findInactiveTenants, readInactiveTenants, TenantDisabledError } from '../store/tenants';
import { findAny, findAnyAtOnce, MAX_FOUND, type StoredRow } from '../store/tables';

import { computeEventId } from './deliveryStates';

/** An event for all endpoints that are subscribed to it. */
export interface EventInput {
	type: string;
	data: Record<string, unknown>;
	/** A tenant's events with the same key are sent only once. */
	idempotencyKey?: string;
	/** Defaults to the tenant `default`. */
	tenantId?: string;
	/** Sends it to these endpoints, even if they are not subscribed. */
	endpointIds?: string[];
	/** Time before which no delivery is attempted, at most a year from now. In the past: at once. */
	deliverAtMs?: number;
	origin?: EventOrigin;
}

/** An event too large to be stored. The message says what to send instead. */
export class EventTooLargeError extends Error {
	override readonly name = 'EventTooLargeError';
}

/** The event that was sent with a key before was edited. The message says how to correct it. */
export class UnreadableEventError extends Error {
	override readonly name = 'UnreadableEventError';
}

/** An event for endpoints that do not exist. The message says what to do. */
export class UnknownEndpointError extends Error {
	override readonly name = 'UnknownEndpointError';

	constructor(ids: string[]) {
		super(
			`${ids.length === 1 ? 'There is no endpoint' : 'There are no endpoints'} ${ids.map((id) => `"${id}"`).join(', ')}. The event was not sent to anybody. Endpoint → Get Many lists the IDs of all endpoints.`,
		);
	}
}

/** A time for an event's delivery that is too far off. The message says what to do. */
export class InvalidDeliveryTimeError extends Error {
	override readonly name = 'InvalidDeliveryTimeError';
}

const MAX_DELAY_DAYS = 366;

/**
 * Checks the time before which no delivery of an event is attempted. A time in the past means at once.
 * @throws InvalidDeliveryTimeError
 */
export function checkDeliveryTime(deliverAtMs: number, nowMs: number): void {
	if (deliverAtMs <= nowMs + MAX_DELAY_DAYS * DAY_MS) return;
	throw new InvalidDeliveryTimeError(
		`The event is to be delivered at ${toIsoTime(deliverAtMs)}, which is more than a year from now. Enter an earlier time, or send the event later.`,
	);
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

const NO_ORIGIN: EventOrigin = {
	executionId: null,
	workflowId: null,
	nodeName: null,
	inboundEventId: null,
};

/**
 * Gives each input an ID, a time and its data as JSON.
 * @throws InvalidDeliveryTimeError, and the errors of {@link checkEvent}
 */
export function prepareEvents(ports: OutboxPorts, inputs: EventInput[]): PreparedEvent[] {
	const nowMs = ports.nowMs();
	const acceptedAt = toIsoTime(nowMs);
	return inputs.map((input) => {
		const { data, deliverAtMs = nowMs, idempotencyKey, tenantId = DEFAULT_TENANT, type } = input;
		checkDeliveryTime(deliverAtMs, nowMs);
		return {
			dataJson: checkEvent(input),
			isIdempotent: Boolean(idempotencyKey),
			event: {
				tenantId,
				id: idempotencyKey ? computeEventId(tenantId, idempotencyKey) : `evt_${ports.newId()}`,
				type,
				acceptedAt,
				data,
				endpointIds: input.endpointIds ?? null,
				origin: input.origin ?? NO_ORIGIN,
				deliverAt: deliverAtMs > nowMs ? toIsoTime(deliverAtMs) : null,
				payloadForgottenAt: null,
			},
		};
	});
}

/** Returns the first of the prepared events with each ID. */
function pickFirstEvents(preparedEvents: PreparedEvent[]): Map<string, PreparedEvent> {
	const firstEvents = new Map<string, PreparedEvent>();
	for (const prepared of preparedEvents) {
		const { id } = prepared.event;
		if (!firstEvents.has(id)) firstEvents.set(id, prepared);
	}
	return firstEvents;
}

/**
 * Puts events on record under a run's lease, and reads the endpoints, in one call. Those with idempotency
 * keys are inserted to find out whether they are new, since other runs may insert the same keys.
 */
async function insertAndLoad(
	{ tables }: OutboxPorts,
	firstEvents: Map<string, PreparedEvent>,
	lease: Lease,
): Promise<{ endpointRows: StoredRow[]; keyedRows: StoredRow[]; disabledIds: Set<string> }> {
	const events = [...firstEvents.values()];
	// The default tenant cannot be disabled.
	const mayBeDisabled = events.some(({ event }) => event.tenantId !== DEFAULT_TENANT);
	const keyedIds = events.flatMap(({ event, isIdempotent }) => (isIdempotent ? event.id : []));
	const findKeyed = findAnyAtOnce('events', 'event_id', keyedIds);
	const found = await tables.applyAndFind(
		insertEvents(
			events.map(({ dataJson, event, isIdempotent }) => ({
				event,
				dataJson,
				isContested: isIdempotent,
			})),
			lease,
		),
		[
			findEndpointRows(),
			...(mayBeDisabled ? [findInactiveTenants()] : []),
			...(findKeyed === undefined ? [] : [findKeyed]),
		],
	);
	const [endpointRows] = found;
	const inactiveRows = mayBeDisabled ? found[1] : [];
	const keyedRows = findKeyed === undefined ? [] : found[found.length - 1];
	const foundAll = findKeyed !== undefined && keyedRows.length < MAX_FOUND;
	return {
		endpointRows,
		disabledIds: (await readInactiveTenants(tables, inactiveRows)).disabledIds,
		keyedRows: foundAll ? keyedRows : await findAny(tables, 'events', 'event_id', keyedIds),
	};
}

/** Returns why an event is not sent: its key belongs to another event, or to one that cannot be read. */
function findConflict(
	{ dataJson, event }: PreparedEvent,
	first: StoredEvent | PreparedEvent | UnreadableEvent | undefined,
): Error | undefined {
	if (first === undefined) return undefined;
	if ('problem' in first) return new UnreadableEventError(first.problem);
	// Nobody can tell whether the data is the same, so the key decides: nothing is sent twice.
	const isForgotten = first.event.payloadForgottenAt !== null && first.event.type === event.type;
	if (isForgotten) return undefined;
	const isSame = isSameEvent(
		{ type: event.type, dataJson },
		{ type: first.event.type, dataJson: first.dataJson },
	);
	return isSame ? undefined : new IdempotencyConflictError();
}

/** Returns why an event is not sent: an endpoint that it is for does not exist. */
function findUnknownEndpoint(
	{ endpointIds, tenantId }: OutboxEvent,
	registered: RegisteredEndpoint[],
): Error | undefined {
	if (endpointIds === null) return undefined;
	const ids = registered.flatMap((endpoint) => (endpoint.tenantId === tenantId ? endpoint.id : []));
	const unknownIds = endpointIds.filter((id) => !ids.includes(id));
	return unknownIds.length > 0 ? new UnknownEndpointError(unknownIds) : undefined;
}

/** The events of one call of `publishEvents`, on record, once it is decided which of them are new. */
export interface RecordedEvents {
	registered: RegisteredEndpoint[];
	/** One per input, in order. */
	preparedEvents: PreparedEvent[];
	/** One per input, in order: why its event is not sent, if it is not. */
	conflicts: Array<Error | undefined>;
	/** By ID, events of earlier calls, or of simultaneous ones. */
	existingEvents: Map<string, StoredEvent>;
	/** By ID, events that this call sends. The run leases them. */
	newEvents: Map<string, PreparedEvent>;
}

/** Puts events on record under a run's lease, and decides which are new. */
export async function recordEvents(
	ports: OutboxPorts,
	preparedEvents: PreparedEvent[],
	lease: Lease,
): Promise<RecordedEvents> {
	const firstEvents = pickFirstEvents(preparedEvents);
	const { disabledIds, endpointRows, keyedRows } = await insertAndLoad(ports, firstEvents, lease);
	const registered = await readRegisteredEndpoints(ports, endpointRows);
	const lost = await resolveEventOwners(ports.tables, lease.owner, keyedRows);
	const existing = new Map(
		[...(await awaitEventOwners(ports, lost))].map(([id, row]) => [id, readEvent(row)]),
	);
	const newEvents = new Map([...firstEvents].filter(([id]) => !existing.has(id)));
	const findFault = ({ event }: PreparedEvent): Error | undefined =>
		disabledIds.has(event.tenantId)
			? new TenantDisabledError(event.tenantId)
			: findUnknownEndpoint(event, registered);
	const conflicts = preparedEvents.map((prepared) => {
		const { id } = prepared.event;
		const recorded = newEvents.get(id) ?? prepared;
		return (
			findFault(recorded) ??
			findFault(prepared) ??
			findConflict(prepared, existing.get(id) ?? firstEvents.get(id))
		);
	});
	const unsendableIds = [...newEvents].flatMap(([id, prepared]) =>
		findFault(prepared) === undefined ? [] : id,
	);
	// Their idempotency keys stay free for the corrected events.
	const removals = unsendableIds.map((id) => removeLeasedEvent(id, lease.owner));
	await applyAllChanges(ports.tables, removals);
	for (const id of unsendableIds) newEvents.delete(id);
	const sentIds = new Set(
		preparedEvents.flatMap(({ event }, index) => (conflicts[index] === undefined ? event.id : [])),
	);
	return {
		registered,
		preparedEvents,
		conflicts,
		existingEvents: new Map(
			[...existing].flatMap(([id, stored]) =>
				'event' in stored && sentIds.has(id) ? [[id, stored] as const] : [],
			),
		),
		newEvents,
	};
}
