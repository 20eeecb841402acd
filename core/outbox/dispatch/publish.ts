import sortBy from 'lodash/sortBy';

import { findBatchedDeliveries, getBatchSettings, closeBatches } from './batches';
import { ownershipMarker, resolveEventOwners } from '../store/eventOwnership';
import {
	latestRowPerDelivery,
	computeDeliveryId,
	computeEventId,
	createDeliveryRow,
	type Lease,
} from '../store/rows';
import {
	checkEventType,
	compileSubscription,
	type Endpoint,
	type OutboxEvent,
} from '../endpoint/lifecycle';
import { loadEndpoints } from '../endpoint/repository';
import { toOutboxEvent, findEventRows } from '../store/events';
import type { OutboxPorts } from '../ports';
import {
	attemptAll,
	computeLeaseMs,
	type DeliveryResult,
	type EndpointChange,
	type RunLimits,
	type AttemptJob,
} from './attemptAll';
import { toIsoTime } from '../../lib/time';
import {
	eq,
	findAll,
	findAny,
	insertChange,
	readRow,
	readRows,
	type Change,
	type Row,
	type StoredRow,
} from '../store/tables';

/** An event to be sent to all endpoints that are subscribed to it. */
export interface EventInput {
	type: string;
	data: Record<string, unknown>;
	/** Sending an event with the key of an earlier one is the same event. */
	idempotencyKey?: string;
}

/** An event too large to be kept. */
export class EventTooLargeError extends Error {
	override readonly name = 'EventTooLargeError';
}

/** What became of one input. */
export interface SentEvent {
	event: OutboxEvent;
	/** Whether it had been sent before: then its deliveries are as they were found. */
	duplicate: boolean;
	deliveries: DeliveryResult[];
}

/** n8n’s tables hold 200 MB in all, unless told otherwise. */
export const MAX_EVENT_BYTES = 256 * 1024;

/** How long a run may take to write down an event's deliveries before another does it. */
const FAN_OUT_MS = 60_000;

/** How long that other may take, on a machine that has just come up again: it may be killed as well. */
const REPAIR_MS = 120_000;

/**
 * Checks an event, and writes its data as it is kept.
 * @throws InvalidEndpointError for its type, EventTooLargeError
 */
export function checkEvent({ data, type }: EventInput): string {
	checkEventType(type);
	const text = JSON.stringify(data);
	const bytes = Buffer.byteLength(text, 'utf8');
	if (bytes > MAX_EVENT_BYTES) {
		throw new EventTooLargeError(
			`The data of the event ${type} has ${bytes} bytes; an event that is kept for retries may have ${MAX_EVENT_BYTES}. Send a reference to it, e.g. its ID and where to fetch it.`,
		);
	}
	return text;
}

interface FreshEvent {
	event: OutboxEvent;
	/** The data as it is kept. */
	text: string;
	subscribers: Endpoint[];
}

/**
 * Puts events in, unless they are there already: other runs may put in the same keys at the same time.
 * @param fresh by event ID; what turns out to be another's is taken out
 * @param keyed the IDs that come from idempotency keys
 * @param before gets the rows of what is another's
 * @returns what is left to be put in, together with the deliveries
 */
async function insertNewEvents(
	{ nowMs, tables }: OutboxPorts,
	owner: string,
	fresh: Map<string, FreshEvent>,
	keyed: Set<string>,
	before: Map<string, StoredRow>,
): Promise<Change[]> {
	const until = toIsoTime(nowMs() + FAN_OUT_MS);
	const rows = [...fresh.values()].map(({ event, subscribers, text }) => ({
		event_id: event.id,
		event_type: event.type,
		accepted_at: event.acceptedAt,
		data: text,
		endpoint_ids: JSON.stringify(subscribers.map(({ id }) => id)),
		fan_out_owner: keyed.has(event.id) ? ownershipMarker(owner) : owner,
		fan_out_until: until,
	}));
	const claimed = [...fresh.keys()].filter((id) => keyed.has(id));
	if (claimed.length === 0) return insertChange('events', rows);
	await tables.insert('events', rows);
	for (const [id, row] of await resolveEventOwners(tables, owner, claimed)) {
		fresh.delete(id);
		before.set(id, row);
	}
	return [];
}

/** How a delivery to an endpoint begins: held, gathering for a batch, or in this run's hands. */
function initialDeliveryState(
	endpoint: Endpoint,
	acceptedAt: string,
	{ owner, untilMs }: Lease,
): Parameters<typeof createDeliveryRow>[2] {
	const free = { lease_owner: null, error: null };
	if (endpoint.status === 'disabled') {
		const error = `The endpoint is disabled: ${endpoint.statusReason ?? 'by hand'}`;
		return { ...free, status: 'held', next_attempt_at: null, error };
	}
	const batching = getBatchSettings(endpoint);
	if (batching !== undefined) {
		const dueMs = Date.parse(acceptedAt) + batching.maxWaitMs;
		return { ...free, status: 'gathering', next_attempt_at: toIsoTime(dueMs) };
	}
	return {
		status: 'sending',
		next_attempt_at: toIsoTime(untilMs),
		lease_owner: owner,
		error: null,
	};
}

interface NewDelivery {
	event: OutboxEvent;
	endpoint: Endpoint;
	row: Row;
}

/** What became of each event: of its own deliveries, and of the batches that it went into. */
function resultsByEvent(
	deliveries: NewDelivery[],
	work: AttemptJob[],
	results: DeliveryResult[],
): Map<string, DeliveryResult[]> {
	const byEvent = new Map<string, DeliveryResult[]>();
	const put = (id: string, result: DeliveryResult): void => {
		byEvent.set(id, [...(byEvent.get(id) ?? []), result]);
	};
	const eventsOf = new Map(work.map(({ events, row }) => [row.delivery_id, events]));
	const attempted = new Set<string>();
	for (const result of results) {
		for (const { id } of eventsOf.get(String(result.row.delivery_id)) ?? []) {
			attempted.add(computeDeliveryId(id, String(result.row.endpoint_id)));
			put(id, result);
		}
	}
	for (const { endpoint, event, row } of deliveries) {
		const waits = row.status === 'held' || row.status === 'gathering';
		if (waits && !attempted.has(String(row.delivery_id))) {
			put(event.id, { row, endpoint, response: null });
		}
	}
	return byEvent;
}

/**
 * Sends events to all endpoints that are subscribed to them: the events and their deliveries are put
 * on record first, then attempted. What fails is tried again by "Deliver due".
 * @returns for each input what became of it, in order
 * @throws EventTooLargeError, InvalidEndpointError before anything is put on record
 */
export async function publishEvents(
	ports: OutboxPorts,
	inputs: EventInput[],
	limits: RunLimits,
): Promise<{ sent: SentEvent[]; changes: EndpointChange[] }> {
	const { tables } = ports;
	const owner = ports.newId();
	const acceptedAt = toIsoTime(ports.nowMs());
	const prepared = inputs.map((input) => ({
		text: checkEvent(input),
		event: {
			id: input.idempotencyKey ? computeEventId(input.idempotencyKey) : `evt_${ports.newId()}`,
			type: input.type,
			acceptedAt,
			data: input.data,
		},
	}));
	const endpoints = await loadEndpoints(ports);
	const subscriptions = endpoints.map((endpoint) => ({
		endpoint,
		takes: compileSubscription(endpoint),
	}));

	const keyed = new Set(
		inputs.flatMap(({ idempotencyKey }, index) =>
			idempotencyKey ? [prepared[index].event.id] : [],
		),
	);
	const before = await findEventRows(tables, keyed);
	const fresh = new Map<string, FreshEvent>();
	for (const { event, text } of prepared) {
		if (before.has(event.id) || fresh.has(event.id)) continue;
		const takers = subscriptions.filter(({ takes }) => takes(event));
		fresh.set(event.id, { event, text, subscribers: takers.map(({ endpoint }) => endpoint) });
	}
	const eventsLeft = await insertNewEvents(ports, owner, fresh, keyed, before);

	const hold = { owner, untilMs: ports.nowMs() + computeLeaseMs(endpoints) };
	const deliveries = [...fresh.values()].flatMap(({ event, subscribers }) =>
		subscribers.map(
			(endpoint): NewDelivery => ({
				endpoint,
				event,
				row: createDeliveryRow(
					event,
					endpoint.id,
					initialDeliveryState(endpoint, acceptedAt, hold),
				),
			}),
		),
	);
	await tables.applyChanges([
		...eventsLeft,
		...insertChange(
			'deliveries',
			deliveries.map(({ row }) => row),
		),
	]);
	const work = deliveries.flatMap(({ endpoint, event, row }): AttemptJob[] =>
		row.status === 'sending'
			? [{ endpoint, events: [event], row: readRow('deliveries', { ...row, id: 0 }) }]
			: [],
	);
	const gatheringFor = new Set(
		deliveries.flatMap(({ endpoint, row }) => (row.status === 'gathering' ? [endpoint] : [])),
	);
	for (const endpoint of gatheringFor) {
		work.push(...(await closeBatches(ports, endpoint, hold)));
	}

	const after = fresh.size > 0 ? [fannedOut(owner)] : [];
	const nothing = { changes: [], results: [] };
	if (work.length === 0) await tables.applyChanges(after);
	const { changes, results } =
		work.length > 0 ? await attemptAll(ports, hold, work, limits, { after }) : nothing;

	const byEvent = resultsByEvent(deliveries, work, results);
	for (const result of await recorded(ports, endpoints, before.keys())) {
		const id = String(result.row.event_id);
		byEvent.set(id, [...(byEvent.get(id) ?? []), result]);
	}
	const taken = new Set<string>();
	const sent = prepared.map(({ event }): SentEvent => {
		const duplicate = before.has(event.id) || taken.has(event.id);
		taken.add(event.id);
		const row = before.get(event.id);
		const own = fresh.get(event.id)?.event ?? event;
		return {
			event: row === undefined ? own : toOutboxEvent(readRow('events', row)),
			duplicate,
			deliveries: byEvent.get(event.id) ?? [],
		};
	});
	return { sent, changes };
}

/** Says that all deliveries of a run's events are on record. */
const fannedOut = (owner: string): Change => ({
	change: 'update',
	table: 'events',
	query: { all: [eq('fan_out_owner', owner)] },
	values: { fan_out_owner: null, fan_out_until: null },
});

/** The deliveries of events as they are on record. */
async function recorded(
	{ tables }: OutboxPorts,
	endpoints: Endpoint[],
	eventIds: Iterable<string>,
): Promise<DeliveryResult[]> {
	const rows = await findAny(tables, 'deliveries', 'event_id', eventIds);
	const byId = new Map(endpoints.map((endpoint) => [endpoint.id, endpoint]));
	return latestRowPerDelivery(rows).map((row) => ({
		row,
		endpoint: byId.get(String(row.endpoint_id)) ?? null,
		response: null,
	}));
}

/**
 * Writes down the deliveries of events whose run ended in between, e.g. by a crash.
 * @returns how many deliveries were missing
 */
export async function repairFanOut(ports: OutboxPorts): Promise<number> {
	const { tables } = ports;
	const owner = ports.newId();
	const nowMs = ports.nowMs();
	const claimed = await tables.update(
		'events',
		{ all: [{ column: 'fan_out_until', operator: 'lte', value: toIsoTime(nowMs) }] },
		{ fan_out_owner: owner, fan_out_until: toIsoTime(nowMs + REPAIR_MS) },
	);
	const own = readRows(
		'events',
		claimed.filter(({ fan_out_owner }) => fan_out_owner === owner),
	);
	if (own.length === 0) return 0;
	// A delivery has the time of its event: one range is found faster than each of many events.
	const times = own.map(({ accepted_at }) => accepted_at).sort();
	const there = await findAll(tables, 'deliveries', [
		{ column: 'accepted_at', operator: 'gte', value: times[0] },
		{ column: 'accepted_at', operator: 'lte', value: times[times.length - 1] },
	]);
	const ids = new Set(there.map(({ delivery_id }) => delivery_id));
	const lacking = own.flatMap(({ endpoint_ids, event_id }) =>
		endpoint_ids.map((endpoint_id) => ({
			delivery_id: computeDeliveryId(event_id, endpoint_id),
			event_id,
			endpoint_id,
		})),
	);
	for (const id of await findBatchedDeliveries(
		tables,
		lacking.filter(({ delivery_id }) => !ids.has(delivery_id)),
	)) {
		ids.add(id);
	}
	// Two runs may have put in one event twice, and ended before they saw it.
	const missing = new Map<string, Row>();
	for (const row of sortBy(own, 'id')) {
		for (const endpointId of row.endpoint_ids) {
			const id = computeDeliveryId(row.event_id, endpointId);
			if (ids.has(id) || missing.has(id)) continue;
			const begin = {
				status: 'pending',
				next_attempt_at: toIsoTime(nowMs),
				lease_owner: null,
				error: null,
			};
			missing.set(id, createDeliveryRow(toOutboxEvent(row), endpointId, begin));
		}
	}
	await tables.applyChanges([
		...insertChange('deliveries', [...missing.values()]),
		fannedOut(owner),
	]);
	return missing.size;
}
