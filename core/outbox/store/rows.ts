import { createHash } from 'crypto';
import maxBy from 'lodash/maxBy';

import type { AttemptRecord, DeliveryReport } from '../../sending/deliver';
import { BATCH_EVENT_TYPE } from '../../event/envelope';

import { toIsoTime } from '../../lib/time';
import {
	eq,
	TABLES,
	type Change,
	type Condition,
	type DeliveryRow,
	type Row,
	type StoredRow,
	type Tables,
} from './tables';

/**
 * A delivery's row is never changed by its outcome: the new state is put in as a new row, and the old
 * one is deleted afterwards, so that any number of outcomes takes two calls. Until then, and after a
 * kill between the two, a delivery has two rows, of which the newer one counts.
 */

/** Attempts that are kept of one delivery: more than any schedule has, replays apart. */
const MAX_LOGGED_ATTEMPTS = 60;
const MAX_ERROR_LENGTH = 300;

const digest = (...parts: string[]): string =>
	createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);

/** The same for the same event and endpoint, so that what is put in twice is seen to be one delivery. */
export const computeDeliveryId = (eventId: string, endpointId: string): string =>
	`dlv_${digest(eventId, endpointId)}`;

/** The event's ID that an idempotency key stands for. */
export const computeEventId = (key: string): string => `evt_${digest('idempotency key', key)}`;

/** Under whose name deliveries are held for an attempt, and until when. */
export interface Lease {
	owner: string;
	untilMs: number;
}

/**
 * Takes the deliveries for which the conditions hold, in one step.
 * @returns those that are the owner's now: of two who take at once, one gets a delivery
 */
export async function leaseDeliveries(
	tables: Tables,
	conditions: Condition[],
	{ owner, untilMs }: Lease,
	changes: Row = {},
): Promise<StoredRow[]> {
	const taken = await tables.update(
		'deliveries',
		{ all: conditions },
		{ ...changes, status: 'sending', lease_owner: owner, next_attempt_at: toIsoTime(untilMs) },
	);
	return taken.filter(({ lease_owner }) => lease_owner === owner);
}

/** Deletes the rows that are still held under a name: their outcome is on record in others. */
export const deleteLeasedRows = (owner: string): Change => ({
	change: 'remove',
	table: 'deliveries',
	query: { all: [eq('lease_owner', owner)] },
});

/** Where a new delivery begins. */
export const createDeliveryRow = (
	event: { id: string; type: string; acceptedAt: string },
	endpointId: string,
	begin: Pick<Row, 'status' | 'next_attempt_at' | 'lease_owner' | 'error'>,
): Row => ({
	delivery_id: computeDeliveryId(event.id, endpointId),
	event_id: event.id,
	event_type: event.type,
	event_ids: null,
	endpoint_id: endpointId,
	accepted_at: event.acceptedAt,
	attempts: 0,
	last_attempt_at: null,
	completed_at: null,
	response_code: null,
	response_time_ms: null,
	payload_size: null,
	attempt_log: '[]',
	replayed_at: null,
	...begin,
});

const bounded = (text: string | null): string | null =>
	text !== null && text.length > MAX_ERROR_LENGTH ? `${text.slice(0, MAX_ERROR_LENGTH)}…` : text;

const COLUMNS = Object.keys(TABLES.deliveries) as Array<keyof DeliveryRow>;

/** A delivery's row as a new one that nobody holds. */
function withoutLease(row: DeliveryRow, changes: Partial<Row>): Row {
	const columns: Row = {};
	for (const column of COLUMNS) columns[column] = row[column] as Row[string];
	return {
		...columns,
		attempt_log: JSON.stringify(row.attempt_log),
		event_ids: row.event_ids && JSON.stringify(row.event_ids),
		lease_owner: null,
		...changes,
	};
}

/** The attempts since the delivery began, or was last replayed: those that its schedule counts. */
export const listRoundAttempts = ({ attempt_log, replayed_at }: DeliveryRow): AttemptRecord[] =>
	(attempt_log as AttemptRecord[]).filter(
		({ time }) => replayed_at === null || Date.parse(time) >= Date.parse(replayed_at),
	);

/**
 * The row after attempts.
 * @param report of the attempts of this round, those before this run included
 */
export function toAttemptedRow(
	row: DeliveryRow,
	report: DeliveryReport,
	payloadSize: number,
	nowMs: number,
): Row {
	const made = report.attempts.slice(listRoundAttempts(row).length).map((attempt, index) => ({
		...attempt,
		attempt: row.attempts + index + 1,
		error_message: bounded(attempt.error_message),
	}));
	const last = made[made.length - 1];
	const { nextAttemptAtMs } = report;
	return withoutLease(row, {
		status: report.status === 'retrying' ? 'pending' : report.status,
		attempts: row.attempts + made.length,
		last_attempt_at: last.time,
		next_attempt_at: nextAttemptAtMs === undefined ? null : toIsoTime(nextAttemptAtMs),
		completed_at: nextAttemptAtMs === undefined ? toIsoTime(nowMs) : null,
		response_code: last.status_code,
		response_time_ms: last.duration_ms,
		payload_size: payloadSize,
		error: bounded(
			last.error_message !== null && report.gave_up_because !== null
				? `${last.error_message}. ${report.gave_up_because}`
				: last.error_message,
		),
		attempt_log: JSON.stringify([...row.attempt_log, ...made].slice(-MAX_LOGGED_ATTEMPTS)),
	});
}

/** The row of a delivery that has to wait, with no attempt made. */
export const toRescheduledRow = (row: DeliveryRow, untilMs: number): Row =>
	withoutLease(row, { status: 'pending', next_attempt_at: toIsoTime(untilMs) });

/** The row of an event that gathers with others for a batch. */
export const toBatchingRow = (row: DeliveryRow, maxWaitMs: number): Row =>
	withoutLease(row, {
		status: 'gathering',
		next_attempt_at: toIsoTime(Date.parse(row.accepted_at) + maxWaitMs),
	});

/** The row of a batch, in place of the rows of the events in it. */
export function createBatchRow(members: DeliveryRow[], hold: Lease): Row {
	const id = `dlv_${digest('batch', ...members.map(({ delivery_id }) => delivery_id))}`;
	const [oldest] = members;
	const first = { id, type: BATCH_EVENT_TYPE, acceptedAt: oldest.accepted_at };
	return {
		...createDeliveryRow(first, oldest.endpoint_id, {
			status: 'sending',
			next_attempt_at: toIsoTime(hold.untilMs),
			lease_owner: hold.owner,
			error: null,
		}),
		delivery_id: id,
		event_ids: JSON.stringify(members.map(({ event_id }) => event_id)),
	};
}

/** The row of a delivery that is kept for a replay, with no attempt made. */
export const toHeldRow = (row: DeliveryRow, reason: string): Row =>
	withoutLease(row, { status: 'held', next_attempt_at: null, error: reason });

/** The row of a delivery that cannot be attempted any more. */
export const toFailedRow = (row: DeliveryRow, reason: string, nowMs: number): Row =>
	withoutLease(row, {
		status: 'failed',
		next_attempt_at: null,
		completed_at: toIsoTime(nowMs),
		error: reason,
	});

/** Of several rows of one delivery the one that counts: what was delivered, else the newest. */
export function latestRowPerDelivery<
	T extends { id: number; status?: unknown; delivery_id?: unknown },
>(rows: T[]): T[] {
	const byDelivery = new Map<unknown, T[]>();
	for (const row of rows) {
		const own = byDelivery.get(row.delivery_id);
		if (own === undefined) byDelivery.set(row.delivery_id, [row]);
		else own.push(row);
	}
	return [...byDelivery.values()].flatMap((own) => {
		const best =
			own.length === 1
				? own[0]
				: maxBy(own, ({ id, status }) => (status === 'delivered' ? Number.MAX_SAFE_INTEGER : id));
		return best === undefined ? [] : [best];
	});
}
