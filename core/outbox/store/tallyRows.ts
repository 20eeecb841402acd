import mergeWith from 'lodash/mergeWith';

import { digestJson } from '../../lib/digestJson';
import { groupByKey } from '../../lib/groupByKey';
import { parseJson } from '../../lib/json';
import { MINUTE_MS, toIsoTime } from '../../lib/time';
import type { Delivery } from '../model';

import { neq, TABLES, type Condition, type Row, type StoredRow } from './tables';

/**
 * A tally is a row of the deliveries' table that counts outcomes of one endpoint. It is inserted by the same
 * insert as the outcomes, so that a kill can part neither from the other. The column `tallied` of a
 * delivery says with which status it is counted. A delivery that is replayed, and ends otherwise, is
 * counted with a difference.
 */

/** The status of a row that counts outcomes, or that has the total of such rows. */
export const TALLY = 'tally';

/** The status of a row that has the outcomes of such rows by {@link SLOT_MS}, for one day in UTC. */
export const TALLY_SLOTS = 'tally_slots';

/** Outcomes are counted by the quarter of an hour in which their event was accepted: zones begin their days on one. */
export const SLOT_MS = 15 * MINUTE_MS;

/** Counts of outcomes. They are differences, so that they may be negative. */
export interface Tally {
	delivered: number;
	failed: number;
	attempts: number;
	/** ms since 1970; 0 if there was no attempt. */
	lastAttemptMs: number;
	/** Longest time to a response. */
	maxMs: number;
	/** Number of responses by {@link toTimeBucket}. */
	times: Record<string, number>;
}

/** Shorter times are counted to the millisecond. */
const EXACT_BELOW_MS = 20;
const BUCKET_GROWTH = 1.05;

/** Returns the number of the bucket of a response time; buckets are 5 % wide. */
export const toTimeBucket = (ms: number): number =>
	ms < EXACT_BELOW_MS
		? Math.max(0, Math.floor(ms))
		: EXACT_BELOW_MS + Math.floor(Math.log(ms / EXACT_BELOW_MS) / Math.log(BUCKET_GROWTH));

/** Returns the response time, in ms, in the middle of a bucket. */
export const fromTimeBucket = (bucket: number): number =>
	bucket < EXACT_BELOW_MS
		? bucket
		: Math.round(EXACT_BELOW_MS * BUCKET_GROWTH ** (bucket - EXACT_BELOW_MS + 0.5));

/** Adds tallies up. */
export function addTallies(tallies: Tally[]): Tally {
	const total: Tally = {
		delivered: 0,
		failed: 0,
		attempts: 0,
		lastAttemptMs: 0,
		maxMs: 0,
		times: {},
	};
	for (const tally of tallies) {
		total.delivered += tally.delivered;
		total.failed += tally.failed;
		total.attempts += tally.attempts;
		total.lastAttemptMs = Math.max(total.lastAttemptMs, tally.lastAttemptMs);
		total.maxMs = Math.max(total.maxMs, tally.maxMs);
		mergeWith(total.times, tally.times, (a: number | undefined, b: number) => (a ?? 0) + b);
	}
	return total;
}

/** A tally's row, read. */
export interface TallyRow {
	rowId: number;
	/** Unique, unlike row IDs. */
	id: string;
	tenantId: string;
	endpointId: string;
	endpointName: string | null;
	status: typeof TALLY | typeof TALLY_SLOTS;
	leaseOwner: string | null;
	/** When the newest of the counted events was accepted, ISO 8601. */
	acceptedUntil: string;
	/** IDs of tallies that are contained in this one: they no longer count. */
	replaces: string[];
	/** Outcomes by slot, the number of quarters of an hour since 1970; `null` for a total. */
	slots: Map<number, Tally> | null;
	/** All outcomes. */
	total: Tally;
}

type PackedTally = [number, number, number, number, number, Record<string, number>];

interface PackedRow {
	replaces?: string[];
	slots?: Record<string, PackedTally>;
	total?: PackedTally;
}

const pack = (tally: Tally): PackedTally => [
	tally.delivered,
	tally.failed,
	tally.attempts,
	tally.lastAttemptMs,
	tally.maxMs,
	tally.times,
];

const unpack = ([
	delivered,
	failed,
	attempts,
	lastAttemptMs,
	maxMs,
	times,
]: PackedTally): Tally => ({
	delivered,
	failed,
	attempts,
	lastAttemptMs,
	maxMs,
	times,
});

/** Leaves tallies out of what is read by no other column that only deliveries have. */
export const NO_TALLIES: Condition[] = [neq('status', TALLY), neq('status', TALLY_SLOTS)];

export const isTallyRow = ({ status }: StoredRow): boolean =>
	status === TALLY || status === TALLY_SLOTS;

/** Reads the row of a tally. One that a person edited counts nothing. */
export function readTallyRow(row: StoredRow): TallyRow {
	const packed = (parseJson(String(row.attempt_log))?.value ?? {}) as PackedRow;
	const slots = packed.slots && Object.entries(packed.slots);
	const tallies = slots?.map(([slot, tally]) => [Number(slot), unpack(tally)] as const);
	return {
		rowId: row.id,
		id: String(row.delivery_id),
		tenantId: String(row.tenant_id),
		endpointId: String(row.endpoint_id),
		endpointName: row.endpoint_name === null ? null : String(row.endpoint_name),
		status: row.status === TALLY ? TALLY : TALLY_SLOTS,
		leaseOwner: row.lease_owner === null ? null : String(row.lease_owner),
		acceptedUntil: String(row.completed_at),
		replaces: packed.replaces ?? [],
		slots: tallies === undefined ? null : new Map(tallies),
		total: addTallies([
			...(tallies ?? []).map(([, tally]) => tally),
			...(packed.total ? [unpack(packed.total)] : []),
		]),
	};
}

/** Returns the ID of a tally, the same for the same contents. */
export const computeTallyId = (contents: unknown): string =>
	`tly_${digestJson(contents).slice(0, 20)}`;

/** Returns the day, in UTC, of a slot. */
export const getSlotDay = (slot: number): string => toIsoTime(slot * SLOT_MS).slice(0, 10);

/** n8n inserts rows together only if they have the same columns. */
const EMPTY_ROW = Object.fromEntries(
	Object.keys(TABLES.deliveries).map((column) => [column, null]),
);

/**
 * Writes a tally as a row. It has no time of acceptance and no event, so that no query by these finds it.
 * @param day in UTC; only for {@link TALLY_SLOTS}
 */
export const toTallyRow = (
	tally: Omit<TallyRow, 'rowId' | 'leaseOwner'>,
	day: string | null = null,
): Row => ({
	...EMPTY_ROW,
	status: tally.status,
	tenant_id: tally.tenantId,
	endpoint_id: tally.endpointId,
	endpoint_name: tally.endpointName,
	event_type: day,
	delivery_id: tally.id,
	completed_at: tally.acceptedUntil,
	attempt_log: JSON.stringify({
		...(tally.replaces.length > 0 && { replaces: tally.replaces }),
		...(tally.slots === null
			? { total: pack(tally.total) }
			: {
					slots: Object.fromEntries([...tally.slots].map(([slot, part]) => [slot, pack(part)])),
				}),
	} satisfies PackedRow),
});

export const isEnded = (status: unknown): status is 'delivered' | 'failed' =>
	status === 'delivered' || status === 'failed';

/** Returns the status that a delivery is counted with once it is inserted. */
export const getTalliedStatus = ({ status, tallied }: Delivery): Delivery['tallied'] =>
	isEnded(status) ? status : tallied;

/** Returns what a delivery's new state adds to the tallies; `undefined` for nothing. */
function countOutcome(delivery: Delivery, isReplaced: boolean): Tally | undefined {
	const { newAttempts = [], tallied } = delivery;
	const status = isReplaced ? null : getTalliedStatus(delivery);
	const attempts = isReplaced ? [] : newAttempts;
	if (status === tallied && attempts.length === 0) return undefined;
	const count = (ended: 'delivered' | 'failed'): number =>
		Number(status === ended) - Number(tallied === ended);
	const times: Record<string, number> = {};
	let maxMs = 0;
	for (const { duration_ms, status_code } of attempts) {
		if (status_code === null) continue;
		const bucket = toTimeBucket(duration_ms);
		times[bucket] = (times[bucket] ?? 0) + 1;
		maxMs = Math.max(maxMs, duration_ms);
	}
	return {
		delivered: count('delivered'),
		failed: count('failed'),
		attempts: attempts.length,
		lastAttemptMs: Math.max(0, ...attempts.map(({ time }) => Date.parse(time))),
		maxMs,
		times,
	};
}

const getSlot = ({ acceptedAt }: Delivery): number => Math.floor(Date.parse(acceptedAt) / SLOT_MS);

/** Adds tallies up by slot. */
export const addSlots = (entries: Array<readonly [number, Tally]>): Map<number, Tally> =>
	new Map(
		groupByKey(entries, ([slot]) => slot).map((same) => [
			same[0][0],
			addTallies(same.map(([, tally]) => tally)),
		]),
	);

/**
 * Returns the rows that count deliveries' new states: one per endpoint, none if nothing ended.
 * @param replaced deliveries that go into others, e.g. into a batch, and are no longer counted
 */
export function toTallyRows(deliveries: Delivery[], replaced: Delivery[] = []): Row[] {
	const changes = [
		...deliveries.map((delivery) => ({ delivery, tally: countOutcome(delivery, false) })),
		...replaced.map((delivery) => ({ delivery, tally: countOutcome(delivery, true) })),
	].flatMap(({ delivery, tally }) => (tally === undefined ? [] : [{ delivery, tally }]));
	const getKey = ({ delivery: { endpointId, tenantId } }: (typeof changes)[number]): string =>
		JSON.stringify([tenantId, endpointId]);
	return groupByKey(changes, getKey).map((group) => {
		const { endpointId, endpointName, tenantId } = group[group.length - 1].delivery;
		const contents = group.map(({ delivery: { attempts, id, lastAttemptAt, tallied }, tally }) => [
			...[id, attempts, lastAttemptAt, tallied],
			...[tally.delivered, tally.failed],
		]);
		return toTallyRow({
			id: computeTallyId(contents),
			tenantId,
			endpointId,
			endpointName,
			status: TALLY,
			acceptedUntil: group
				.map(({ delivery: { acceptedAt } }) => acceptedAt)
				.reduce((a, b) => (a > b ? a : b)),
			replaces: [],
			slots: addSlots(group.map(({ delivery, tally }) => [getSlot(delivery), tally] as const)),
			total: addTallies([]),
		});
	});
}
