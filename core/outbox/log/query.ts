import groupBy from 'lodash/groupBy';
import orderBy from 'lodash/orderBy';

import { latestRowPerDelivery } from '../store/rows';
import {
	eq,
	findAll,
	findAny,
	pagesOf,
	readRows,
	type Condition,
	type DeliveryRow,
	type Tables,
} from '../store/tables';

/** A delivery that is not there. */
export class DeliveryNotFoundError extends Error {
	override readonly name = 'DeliveryNotFoundError';
}

/** Which deliveries: all that are given must fit. Times are of when the event was accepted, ISO 8601. */
export interface LogQuery {
	endpointId?: string;
	eventId?: string;
	eventType?: string;
	status?: DeliveryRow['status'];
	since?: string;
	until?: string;
	/** Only rows that stand before this one in the table: what follows on a page of the log. */
	beforeRow?: number;
}

function conditionsOf(query: LogQuery): Condition[] {
	const conditions = [
		query.endpointId && eq('endpoint_id', query.endpointId),
		query.eventType && eq('event_type', query.eventType),
		query.status && eq('status', query.status),
		query.since && { column: 'accepted_at', operator: 'gte' as const, value: query.since },
		query.until && { column: 'accepted_at', operator: 'lt' as const, value: query.until },
		query.beforeRow !== undefined && {
			column: 'id',
			operator: 'lt' as const,
			value: query.beforeRow,
		},
	];
	return conditions.filter((condition) => typeof condition === 'object');
}

/** Leaves out rows whose outcome is on record in a newer row. Only a row that is being sent can be one. */
async function upToDate(tables: Tables, rows: DeliveryRow[]): Promise<DeliveryRow[]> {
	const sending = rows.filter(({ status }) => status === 'sending');
	const others = await findAny(
		tables,
		'deliveries',
		'delivery_id',
		sending.map(({ delivery_id }) => delivery_id),
	);
	const newer = latestRowPerDelivery(others);
	const best = new Map(newer.map(({ delivery_id, id }) => [delivery_id, id]));
	return latestRowPerDelivery(rows).filter(
		({ delivery_id, id }) => (best.get(delivery_id) ?? id) === id,
	);
}

/** Rows that fit, newest first: whole pages, until there are enough. */
async function newest(
	tables: Tables,
	conditions: Condition[],
	limit: number,
): Promise<DeliveryRow[]> {
	const found: DeliveryRow[] = [];
	for await (const page of pagesOf(tables, 'deliveries', conditions, { newestFirst: true })) {
		found.push(...(await upToDate(tables, readRows('deliveries', page))));
		if (found.length >= limit) break;
	}
	return found;
}

/**
 * The log: deliveries that fit, newest first.
 * @param limit how many at most; all where absent
 */
export async function findDeliveries(
	tables: Tables,
	query: LogQuery,
	limit = Infinity,
): Promise<DeliveryRow[]> {
	const { eventId } = query;
	// An event is a delivery of its own, or in a batch.
	const places: Condition[][] =
		eventId === undefined || eventId === ''
			? [[]]
			: [
					[eq('event_id', eventId)],
					[{ column: 'event_ids', operator: 'contains', value: JSON.stringify(eventId) }],
				];
	const found: DeliveryRow[] = [];
	for (const place of places) {
		found.push(...(await newest(tables, [...conditionsOf(query), ...place], limit)));
	}
	return orderBy(latestRowPerDelivery(found), 'id', 'desc').slice(0, limit);
}

/** @throws DeliveryNotFoundError */
export async function findDelivery(tables: Tables, id: string): Promise<DeliveryRow> {
	const rows = await findAll(tables, 'deliveries', [eq('delivery_id', id)]);
	const [row] = latestRowPerDelivery(readRows('deliveries', rows));
	if (row === undefined) {
		throw new DeliveryNotFoundError(
			`There is no delivery "${id}". Its ID begins with dlv_: Delivery → Get Many lists them. Old ones are pruned.`,
		);
	}
	return row;
}

/** What an item says of a delivery, with the fields of AgenticFlow's log and some more. */
export const presentDelivery = (row: DeliveryRow): Record<string, unknown> => ({
	id: row.delivery_id,
	timestamp: row.last_attempt_at ?? row.accepted_at,
	event: row.event_type,
	event_id: row.event_id,
	...(row.event_ids && { event_count: row.event_ids.length, event_ids: row.event_ids }),
	endpoint_id: row.endpoint_id,
	status: row.status,
	response_code: row.response_code,
	response_time_ms: row.response_time_ms,
	attempts: row.attempts,
	payload_size: row.payload_size,
	accepted_at: row.accepted_at,
	next_attempt_at: row.next_attempt_at,
	completed_at: row.completed_at,
	error_message: row.error,
});

export interface DeliveryStats {
	total_deliveries: number;
	successful_deliveries: number;
	failed_deliveries: number;
	/** Gathering for a batch, waiting for an attempt, or in the middle of one. */
	pending_deliveries: number;
	/** Kept for a replay, since their endpoint is disabled. */
	held_deliveries: number;
	/** Of those that have ended: 0 to 1; `null` where none has. */
	success_rate: number | null;
	total_attempts: number;
	/** Of the attempts that were answered. */
	response_time_ms: { p50: number; p90: number; p95: number; p99: number; max: number } | null;
	/** ISO 8601, UTC; `null` where there was no attempt. */
	last_delivery: string | null;
}

/** The smallest value that so large a share of the sorted values does not exceed (nearest rank). */
const percentile = (sorted: number[], share: number): number =>
	sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];

/** Counts of some deliveries. */
export function countDeliveries(rows: DeliveryRow[]): DeliveryStats {
	const count = (...statuses: Array<DeliveryRow['status']>): number =>
		rows.filter(({ status }) => statuses.includes(status)).length;
	const [successful, failed] = [count('delivered'), count('failed')];
	const ended = successful + failed;
	const times = rows
		.flatMap(({ attempt_log }) => attempt_log)
		.filter(({ status_code }) => status_code !== null)
		.map(({ duration_ms }) => duration_ms)
		.sort((a, b) => a - b);
	const lastAttempts = rows.flatMap(({ last_attempt_at }) => last_attempt_at ?? []).sort();
	return {
		total_deliveries: rows.length,
		successful_deliveries: successful,
		failed_deliveries: failed,
		pending_deliveries: count('gathering', 'pending', 'sending'),
		held_deliveries: count('held'),
		success_rate: ended === 0 ? null : successful / ended,
		total_attempts: rows.reduce((sum, { attempts }) => sum + attempts, 0),
		response_time_ms:
			times.length === 0
				? null
				: {
						p50: percentile(times, 0.5),
						p90: percentile(times, 0.9),
						p95: percentile(times, 0.95),
						p99: percentile(times, 0.99),
						max: times[times.length - 1],
					},
		last_delivery: lastAttempts[lastAttempts.length - 1] ?? null,
	};
}

/** Counts of deliveries: of all of them, by endpoint, and by the day (UTC) on which they were accepted. */
export function computeStats(rows: DeliveryRow[]): DeliveryStats & {
	by_endpoint: Array<DeliveryStats & { endpoint_id: string }>;
	by_day: Array<DeliveryStats & { day: string }>;
} {
	const byEndpoint = groupBy(rows, ({ endpoint_id }) => endpoint_id);
	const byDay = groupBy(rows, ({ accepted_at }) => accepted_at.slice(0, 10));
	return {
		...countDeliveries(rows),
		by_endpoint: Object.entries(byEndpoint).map(([endpoint_id, own]) => ({
			endpoint_id,
			...countDeliveries(own),
		})),
		by_day: Object.entries(byDay)
			.sort(([a], [b]) => a.localeCompare(b))
			.map(([day, own]) => ({ day, ...countDeliveries(own) })),
	};
}
