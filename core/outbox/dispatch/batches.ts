import { splitIntoBatches } from '../../event/batch';
import { BATCH_EVENT_TYPE } from '../../event/envelope';

import {
	toFailedRow,
	deleteLeasedRows,
	toBatchingRow,
	createBatchRow,
	leaseDeliveries,
	type Lease,
} from '../store/rows';
import type { Endpoint, OutboxEvent } from '../endpoint/lifecycle';
import { loadEvents } from '../store/events';
import type { OutboxPorts } from '../ports';
import { computeLeaseMs, type AttemptJob } from './attemptAll';
import {
	eq,
	insertChange,
	findAll,
	readRow,
	readRows,
	type DeliveryRow,
	type Row,
	type Tables,
} from '../store/tables';

/**
 * Events for an endpoint with `batch_settings` gather as deliveries of their own, with the status
 * `gathering`, and leave as one: when there are enough, or when the oldest has waited for long enough.
 * Whoever sees that takes them, in one step; puts the batch in; and deletes them. A kill in between leaves
 * rows whose lease ends: they gather again, unless the batch is there.
 */

/** A batch is one request. */
const DEFAULT_MAX_BYTES = 262_144;

interface Batching {
	maxEvents: number;
	maxWaitMs: number;
	/** Of the events' data. */
	maxBytes: number;
}

/** How an endpoint's events are batched; `undefined` where they are not. */
export function getBatchSettings({ settings }: Endpoint): Batching | undefined {
	const { batch_settings: batch } = settings;
	return (
		batch && {
			maxEvents: batch.max_events,
			maxWaitMs: batch.max_wait_seconds * 1000,
			maxBytes: batch.max_bytes ?? DEFAULT_MAX_BYTES,
		}
	);
}

interface Member {
	row: DeliveryRow;
	event: OutboxEvent;
}

const sizeOf = ({ event }: Member): number => Buffer.byteLength(JSON.stringify(event.data), 'utf8');

const byArrival = (a: DeliveryRow, b: DeliveryRow): number =>
	a.accepted_at.localeCompare(b.accepted_at) || a.id - b.id;

/** Makes batches of rows that are held under a name for it. */
async function formBatches(
	ports: OutboxPorts,
	endpoint: Endpoint,
	batching: Batching,
	{ hold, own, owner }: { own: DeliveryRow[]; owner: string; hold: Lease },
): Promise<AttemptJob[]> {
	const nowMs = ports.nowMs();
	const eventIds = own.map(({ event_id }) => event_id);
	const events = await loadEvents(ports.tables, eventIds);
	const rows: Row[] = [];
	const members: Member[] = [];
	for (const row of [...own].sort(byArrival)) {
		const event = events.get(row.event_id);
		if (event !== undefined) members.push({ row, event });
		else rows.push(toFailedRow(row, 'The event is not on record any more', nowMs));
	}
	const batches = splitIntoBatches(members, batching, { sizeOf });
	const isDue = ({ row }: Member): boolean =>
		Date.parse(row.accepted_at) + batching.maxWaitMs <= nowMs;
	const last = batches[batches.length - 1] ?? [];
	if (last.length > 0 && last.length < batching.maxEvents && !last.some(isDue)) {
		// The rest of what was too many bytes, or others took some of those that made the batch full.
		rows.push(...last.map(({ row }) => toBatchingRow(row, batching.maxWaitMs)));
		batches.pop();
	}
	const work = batches.map((batch) => {
		const row = createBatchRow(
			batch.map((member) => member.row),
			hold,
		);
		rows.push(row);
		return {
			row: readRow('deliveries', { ...row, id: 0 }),
			endpoint,
			events: batch.map(({ event }) => event),
		};
	});
	await ports.tables.applyChanges([...insertChange('deliveries', rows), deleteLeasedRows(owner)]);
	return work;
}

/**
 * Takes what has gathered for an endpoint, as far as it is full or due, and makes batches of it.
 * @returns the batches, held for their attempt
 */
export async function closeBatches(
	ports: OutboxPorts,
	endpoint: Endpoint,
	hold: Lease,
): Promise<AttemptJob[]> {
	const { tables } = ports;
	const batching = getBatchSettings(endpoint);
	const work: AttemptJob[] = [];
	if (batching === undefined) return work;
	const gathered = [eq('endpoint_id', endpoint.id), eq('status', 'gathering')];
	for (;;) {
		const nowMs = ports.nowMs();
		const seen = await tables.find(
			'deliveries',
			{ all: gathered },
			{ newestFirst: false, limit: batching.maxEvents },
		);
		const full = seen.length >= batching.maxEvents;
		const due = seen.some(({ next_attempt_at }) => Date.parse(String(next_attempt_at)) <= nowMs);
		if (!full && !due) return work;
		const owner = ports.newId();
		const lastId = seen[seen.length - 1].id;
		const taken = await leaseDeliveries(
			tables,
			[...gathered, { column: 'id', operator: 'lte', value: lastId }],
			{ owner, untilMs: nowMs + computeLeaseMs([endpoint]) },
		);
		const own = readRows('deliveries', taken);
		if (own.length > 0) {
			work.push(...(await formBatches(ports, endpoint, batching, { own, owner, hold })));
		}
		if (!full) return work;
	}
}

/** Whether a row stands for one event of which no attempt was made: it may belong into a batch. */
export const isBatchable = ({ attempts, event_ids }: DeliveryRow): boolean =>
	event_ids === null && attempts === 0;

/**
 * Finds, of rows that a run held which is gone, those whose event is in a batch already.
 * @returns the deliveries' IDs
 */
export async function findBatchedDeliveries(
	tables: Tables,
	deliveries: Array<{ delivery_id: string; event_id: string; endpoint_id: string }>,
): Promise<Set<string>> {
	const found = new Set<string>();
	for (const endpointId of new Set(deliveries.map(({ endpoint_id }) => endpoint_id))) {
		const batches = await findAll(tables, 'deliveries', [
			eq('endpoint_id', endpointId),
			eq('event_type', BATCH_EVENT_TYPE),
		]);
		const events = new Set(
			readRows('deliveries', batches).flatMap(({ event_ids }) => event_ids ?? []),
		);
		for (const { delivery_id, endpoint_id, event_id } of deliveries) {
			if (endpoint_id === endpointId && events.has(event_id)) found.add(delivery_id);
		}
	}
	return found;
}
