import { IdempotencyConflictError, isSameEvent } from '../../event/sameEvent';
import { readRegisteredEndpoints } from '../endpoint/repository';
import { compileDataChecks, EventDataError } from '../eventType/eventDataCheck';
import { DEFAULT_TENANT, type Lease, type OutboxEvent, type RegisteredEndpoint } from '../model';
import type { OutboxPorts } from '../ports';
import { findEndpointRows } from '../store/endpoints';
import { awaitEventOwners, resolveEventOwners } from '../store/eventOwnership';
import { insertEvents, readEvent, type StoredEvent, type UnreadableEvent } from '../store/events';
import { findEventTypesOf } from '../store/eventCatalog';
import { findInactiveTenants, readInactiveTenants, TenantDisabledError } from '../store/tenants';
import { findAny, findAnyAtOnce, MAX_FOUND, type StoredRow } from '../store/tables';

import type { PreparedEvent } from './newEvents';
import { removeUnsendable } from './refusedEvents';

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

/** Returns the first of the prepared events with each ID. */
function pickFirstEvents(preparedEvents: PreparedEvent[]): Map<string, PreparedEvent> {
	const firstEvents = new Map<string, PreparedEvent>();
	for (const prepared of preparedEvents) {
		const { id } = prepared.event;
		if (!firstEvents.has(id)) firstEvents.set(id, prepared);
	}
	return firstEvents;
}

interface LoadedRows {
	endpointRows: StoredRow[];
	keyedRows: StoredRow[];
	/** The event types by which events are checked. */
	typeRows: StoredRow[];
	disabledIds: Set<string>;
}

/** Lists the event types of the events that are checked. */
const listCheckedTypes = (preparedEvents: PreparedEvent[]): string[] =>
	preparedEvents.flatMap(({ dataCheck, event }) => (dataCheck === undefined ? [] : event.type));

/**
 * Puts events on record under a run's lease, and reads the endpoints and what else is needed, in one call.
 * Those with idempotency keys are inserted to find out whether they are new, since other runs may insert the
 * same keys.
 */
async function insertAndLoad(
	{ tables }: OutboxPorts,
	preparedEvents: PreparedEvent[],
	firstEvents: Map<string, PreparedEvent>,
	lease: Lease,
): Promise<LoadedRows> {
	const events = [...firstEvents.values()];
	// The default tenant cannot be disabled.
	const mayBeDisabled = events.some(({ event }) => event.tenantId !== DEFAULT_TENANT);
	const keyedIds = events.flatMap(({ event, isIdempotent }) => (isIdempotent ? event.id : []));
	const checkedTypes = listCheckedTypes(preparedEvents);
	const changes = insertEvents(
		events.map(({ dataCheck, dataJson, event, isIdempotent }) => ({
			event,
			dataJson,
			isContested: isIdempotent,
			isUnchecked: dataCheck === 'refuse',
		})),
		lease,
	);
	const finds = [
		findEndpointRows(),
		mayBeDisabled ? findInactiveTenants() : undefined,
		findAnyAtOnce('events', 'event_id', keyedIds),
		findEventTypesOf(checkedTypes),
	];
	const found = await tables.applyAndFind(
		changes,
		finds.filter((find) => find !== undefined),
	);
	const [endpointRows = [], inactiveRows = [], keyedRows, typeRows] = finds.map((find) =>
		find === undefined ? undefined : found.shift(),
	);
	const isWhole = (rows: StoredRow[] | undefined): rows is StoredRow[] =>
		rows !== undefined && rows.length < MAX_FOUND;
	return {
		endpointRows,
		disabledIds: (await readInactiveTenants(tables, inactiveRows)).disabledIds,
		keyedRows: isWhole(keyedRows)
			? keyedRows
			: await findAny(tables, 'events', 'event_id', keyedIds),
		typeRows: isWhole(typeRows)
			? typeRows
			: await findAny(tables, 'event_types', 'name', checkedTypes),
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

/** Says how the data of each event that is checked differs from its event type. */
function findDataFaults(
	preparedEvents: PreparedEvent[],
	typeRows: StoredRow[],
): Map<PreparedEvent, string | undefined> {
	const findDataFault = compileDataChecks(typeRows);
	return new Map(
		preparedEvents.map((prepared) => [
			prepared,
			prepared.dataCheck && findDataFault(prepared.event),
		]),
	);
}

/** Returns why an event is not sent: its sender refuses data that differs from the event type. */
function findRefusal(
	prepared: PreparedEvent,
	dataFaults: Map<PreparedEvent, string | undefined>,
): Error | undefined {
	const fault = prepared.dataCheck === 'refuse' ? dataFaults.get(prepared) : undefined;
	return fault === undefined ? undefined : new EventDataError(fault);
}

/** Keeps the events of earlier calls that can be read, and that inputs of this call are about. */
function keepSent(
	existing: Map<string, StoredEvent | UnreadableEvent>,
	preparedEvents: PreparedEvent[],
	conflicts: Array<Error | undefined>,
): Map<string, StoredEvent> {
	const sentIds = new Set(
		preparedEvents.flatMap(({ event }, index) => (conflicts[index] === undefined ? event.id : [])),
	);
	return new Map(
		[...existing].flatMap(([id, stored]) =>
			'event' in stored && sentIds.has(id) ? [[id, stored] as const] : [],
		),
	);
}

/** The events of one call of `publishEvents`, on record, once it is decided which of them are new. */
export interface RecordedEvents {
	registered: RegisteredEndpoint[];
	/** One per input, in order. */
	preparedEvents: PreparedEvent[];
	/** One per input, in order: why its event is not sent, if it is not. */
	conflicts: Array<Error | undefined>;
	/** One per input, in order: how its data differs from its event type, if it is sent all the same. */
	dataWarnings: Array<string | undefined>;
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
	const { disabledIds, endpointRows, keyedRows, typeRows } = await insertAndLoad(
		ports,
		preparedEvents,
		firstEvents,
		lease,
	);
	const dataFaults = findDataFaults(preparedEvents, typeRows);
	const registered = await readRegisteredEndpoints(ports, endpointRows);
	const lost = await resolveEventOwners(ports.tables, lease.owner, keyedRows);
	const existing = new Map(
		[...(await awaitEventOwners(ports, lost))].map(([id, row]) => [id, readEvent(row)]),
	);
	const newEvents = new Map([...firstEvents].filter(([id]) => !existing.has(id)));
	const findFault = (prepared: PreparedEvent): Error | undefined => {
		const { event } = prepared;
		if (disabledIds.has(event.tenantId)) return new TenantDisabledError(event.tenantId);
		return findRefusal(prepared, dataFaults) ?? findUnknownEndpoint(event, registered);
	};
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
	await removeUnsendable(ports, unsendableIds, lease);
	for (const id of unsendableIds) newEvents.delete(id);
	return {
		registered,
		preparedEvents,
		conflicts,
		dataWarnings: preparedEvents.map((prepared) => dataFaults.get(prepared)),
		existingEvents: keepSent(existing, preparedEvents, conflicts),
		newEvents,
	};
}
