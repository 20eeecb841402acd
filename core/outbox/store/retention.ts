import { BATCH_EVENT_TYPE } from '../../event/envelope';
import { isObject } from '../../lib/fieldPath';
import { parseJson } from '../../lib/json';
import { DAY_MS, toIsoTime } from '../../lib/time';

import {
	eq,
	findAll,
	findAny,
	neq,
	readPages,
	type Condition,
	type StoredRow,
	type Tables,
} from './tables';
import {
	addTallies,
	computeTallyId,
	isEnded,
	NO_TALLIES,
	SLOT_MS,
	TALLY,
	toTallyRow,
} from './tallyRows';

/** What Prune reads and deletes. */

/**
 * Limits for the delivery log of one tenant. Deliveries that wait for an attempt are kept regardless, unless their
 * endpoint is suspended.
 */
export interface Retention {
	/** Age of a delivery's event. */
	maxAgeDays: number;
	/** Number of deliveries; those of the newest events are kept. */
	maxDeliveries: number;
}

const WAITING = ['gathering', 'pending', 'sending'];

export const isWaiting = ({ status }: StoredRow): boolean => WAITING.includes(String(status));

/**
 * Finds the IDs of the endpoints that are paused or keep failing, so that their deliveries may wait without end. A
 * tenant can pause an endpoint, and must not fill the tables of all with what waits for it.
 */
export async function findSuspendedIds(tables: Tables): Promise<Set<string>> {
	const paused = await findAll(tables, 'endpoints', [eq('status', 'paused')]);
	const failing = await findAll(tables, 'endpoints', [neq('probe_at', null)]);
	return new Set([...paused, ...failing].map(({ endpoint_id }) => String(endpoint_id)));
}

/** Reads all deliveries' rows. */
export async function readLoggedDeliveries(tables: Tables): Promise<StoredRow[]> {
	const rows: StoredRow[] = [];
	for await (const page of readPages(tables, 'deliveries', NO_TALLIES, { newestFirst: false })) {
		rows.push(...page);
	}
	return rows;
}

/** Returns the IDs of the events that a delivery sends, or the event's ID. */
export function listEventIds({ event_id, event_ids }: StoredRow): string[] {
	const ids = typeof event_ids === 'string' ? parseJson(event_ids)?.value : undefined;
	return Array.isArray(ids) ? ids.map(String) : [String(event_id)];
}

/** Finds the rows of events that runs are sending right now. */
export const findLeasedEvents = async (tables: Tables): Promise<StoredRow[]> =>
	await findAll(tables, 'events', [neq('lease_until', null)]);

/**
 * Takes a delivery's second outcome out of the log and the tallies: its run was stuck for so long that
 * another one made the attempt, too. The row becomes a tally in one step, so that it is taken out once.
 */
export async function uncountOutcome(tables: Tables, row: StoredRow): Promise<void> {
	if (!isEnded(row.tallied)) return;
	const slot = Math.floor(Date.parse(String(row.accepted_at)) / SLOT_MS);
	const values = toTallyRow({
		id: computeTallyId(['second outcome', row.delivery_id, row.id, row.completed_at]),
		tenantId: String(row.tenant_id),
		endpointId: String(row.endpoint_id),
		endpointName: row.endpoint_name === null ? null : String(row.endpoint_name),
		status: TALLY,
		acceptedUntil: String(row.accepted_at),
		replaces: [],
		slots: new Map([[slot, { ...addTallies([]), [row.tallied]: -1 }]]),
		total: addTallies([]),
	});
	const unchanged = [
		eq('id', row.id),
		eq('delivery_id', row.delivery_id),
		eq('status', row.status),
		eq('tallied', row.tallied),
	];
	await tables.update('deliveries', { all: unchanged }, values);
}

/** Everything of some tenants that is older than a time, except for some events. */
export interface Expired {
	/** Conditions for the tenants. */
	tenants: Condition[];
	/** ISO 8601. */
	before: string;
	/** Of the events that were accepted at that time, those with a lower ID are deleted, too. */
	beforeEventId?: string;
	/** Events that are kept, with their deliveries. */
	keptEventIds: string[];
	/** Batches that are kept, since they contain such events. */
	keptBatchIds: string[];
	/** `true` if there may be batches. */
	hasBatches: boolean;
	/** Suspended endpoints that expired deliveries wait for. These are deleted, too. */
	suspendedIds: string[];
}

/** Most events, and most tenants, that one deletion can leave out. */
export const MAX_KEPT = 350;

const isBefore = (column: string, time: string): Condition => ({
	column,
	operator: 'lt',
	value: time,
});

/** Lists the conditions of which rows that have expired meet one. */
const listCuts = ({ before, beforeEventId }: Expired): Condition[][] => [
	[isBefore('accepted_at', before)],
	...(beforeEventId === undefined
		? []
		: [[eq('accepted_at', before), isBefore('event_id', beforeEventId)]]),
];

/** Removes the rows that meet all conditions of a query, for each query. @returns their number */
async function removeEach(
	tables: Tables,
	table: 'deliveries' | 'events',
	queries: Condition[][],
): Promise<number> {
	let count = 0;
	for (const all of queries) count += await tables.remove(table, { all });
	return count;
}

/** Finds the batches that contain events. */
export const findBatchIdsWith = async (tables: Tables, eventIds: string[]): Promise<string[]> => {
	const quoted = eventIds.map((id) => JSON.stringify(id));
	const rows = await findAny(tables, 'deliveries', 'event_ids', quoted, 'contains');
	return rows.map(({ delivery_id }) => String(delivery_id));
};

/** Deletes events, except for those that a run is sending. @returns the number of deleted events */
export async function removeExpiredEvents(tables: Tables, expired: Expired): Promise<number> {
	const { keptEventIds, tenants } = expired;
	const removable = [
		...tenants,
		eq('lease_until', null),
		...keptEventIds.map((id) => neq('event_id', id)),
	];
	const queries = listCuts(expired).map((cut) => [...removable, ...cut]);
	return await removeEach(tables, 'events', queries);
}

/** A batch that was never attempted is deleted this much later: its last event is younger than its first. */
const BATCH_SPAN_MS = 2 * DAY_MS;

const getSpanBefore = (before: string): string => toIsoTime(Date.parse(before) - BATCH_SPAN_MS);

/** Returns whether a delivery that waits may expire all the same: it waits for a suspended endpoint. */
export function mayExpire(row: StoredRow, suspendedIds: Set<string>, before: string): boolean {
	if (row.status === 'sending' || !suspendedIds.has(String(row.endpoint_id))) return false;
	const isBatch = row.event_type === BATCH_EVENT_TYPE;
	return !isBatch || String(row.accepted_at) < getSpanBefore(before);
}

/** Lists the queries of expired deliveries that wait for suspended endpoints. */
const listWaitingQueries = (expired: Expired): Condition[][] =>
	expired.suspendedIds.flatMap((endpointId) => {
		const removable = [
			...expired.tenants,
			...NO_TALLIES,
			eq('endpoint_id', endpointId),
			neq('status', 'sending'),
			...expired.keptEventIds.map((id) => neq('event_id', id)),
		];
		const single = [...removable, neq('event_type', BATCH_EVENT_TYPE)];
		const batched = [...removable, eq('event_type', BATCH_EVENT_TYPE)];
		return [
			...listCuts(expired).map((cut) => [...single, ...cut]),
			[...batched, isBefore('accepted_at', getSpanBefore(expired.before))],
		];
	});

/**
 * Deletes the deliveries of expired events, after the events: an event without the deliveries that it had
 * would be sent again with its idempotency key.
 * @returns the number of deleted deliveries
 */
export async function removeExpiredDeliveries(tables: Tables, expired: Expired): Promise<number> {
	const { before, hasBatches, keptBatchIds, keptEventIds, tenants } = expired;
	const removable = [...tenants, ...NO_TALLIES, ...WAITING.map((status) => neq('status', status))];
	const single = [
		...removable,
		neq('event_type', BATCH_EVENT_TYPE),
		...keptEventIds.map((id) => neq('event_id', id)),
	];
	const batched = [
		...removable,
		eq('event_type', BATCH_EVENT_TYPE),
		...keptBatchIds.map((id) => neq('delivery_id', id)),
	];
	return await removeEach(tables, 'deliveries', [
		...listWaitingQueries(expired),
		...listCuts(expired).map((cut) => [...single, ...cut]),
		...(hasBatches
			? [
					// When a batch ended, all of its events had been accepted.
					[...batched, isBefore('completed_at', before)],
					[...batched, eq('completed_at', null), isBefore('accepted_at', getSpanBefore(before))],
				]
			: []),
	]);
}

/** Finds the limits that tenants have of their own, by tenant. */
export async function findRetentions(
	tables: Tables,
	shared: Retention,
): Promise<Map<string, Retention>> {
	const rows = await findAll(tables, 'tenants');
	return new Map(
		rows.flatMap(({ limits, tenant_id }) => {
			const { max_deliveries, retention_days } = readLimits(limits);
			if (max_deliveries === undefined && retention_days === undefined) return [];
			const maxAgeDays = retention_days ?? shared.maxAgeDays;
			const maxDeliveries = max_deliveries ?? shared.maxDeliveries;
			return [[String(tenant_id), { maxAgeDays, maxDeliveries }] as const];
		}),
	);
}

/** Reads limits; those that a person edited and cannot be read are left out. */
function readLimits(column: unknown): Partial<Record<string, number>> {
	const limits = parseJson(String(column))?.value;
	return isObject(limits)
		? Object.fromEntries(
				Object.entries(limits).filter(
					(entry): entry is [string, number] => typeof entry[1] === 'number',
				),
			)
		: {};
}
