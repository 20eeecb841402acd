import uniqBy from 'lodash/uniqBy';

import { findLatestRowIds } from './deliveries';
import { latestRowPerDelivery } from './deliveryRows';
import {
	fromTimeBucket,
	isTallyRow,
	readTallyRow,
	SLOT_MS,
	TALLY,
	TALLY_SLOTS,
	type Tally,
	type TallyRow,
} from './tallyRows';
import {
	completePages,
	eq,
	findFirstPage,
	neq,
	type Condition,
	type Find,
	type StoredRow,
	type Tables,
} from './tables';

/**
 * Deliveries that ended are counted by tallies, and the others, which are few, by their rows. Both are found
 * at once, so that a delivery is in one of them, whatever other runs do.
 */

/** A part of the deliveries of one endpoint, counted. */
export interface StatsPart {
	tenantId: string;
	endpointId: string;
	endpointName: string | null;
	/** When their events were accepted, to the quarter of an hour, in ms since 1970; 0 for a total. */
	acceptedMs: number;
	delivered: number;
	failed: number;
	/** Waiting for a batch or an attempt, or being attempted. */
	pending: number;
	/** On hold. */
	held: number;
	attempts: number;
	/** Response times in ms, each with the number of responses that took it. */
	times: Array<readonly [number, number]>;
	maxMs: number;
	/** ms since 1970; 0 if there was no attempt. */
	lastAttemptMs: number;
}

/** The deliveries to count. */
export interface CountScope {
	/** All endpoints if absent. */
	endpointId?: string;
	/** `true` to count them by the time of their events, and not in total only. */
	byTime: boolean;
}

const toConditions = ({ byTime, endpointId }: CountScope): Condition[] => [
	neq('status', 'delivered'),
	neq('status', 'failed'),
	neq('status', 'cancelled'),
	...(byTime ? [] : [neq('status', TALLY_SLOTS)]),
	...(endpointId === undefined ? [] : [eq('endpoint_id', endpointId)]),
];

/** Finds what counts deliveries: {@link readCounts} reads it. */
export const findCounts = (scope: CountScope): Find =>
	findFirstPage('deliveries', toConditions(scope));

/** Leaves out tallies that are contained in another one, and copies. */
export function dropReplaced(tallies: TallyRow[]): TallyRow[] {
	const replaced = new Set(tallies.flatMap(({ replaces }) => replaces));
	return uniqBy(tallies, 'id').filter(({ id }) => !replaced.has(id));
}

const toPart = (
	{
		endpointId,
		endpointName,
		tenantId,
	}: Pick<StatsPart, 'tenantId' | 'endpointId' | 'endpointName'>,
	acceptedMs: number,
	{ times, ...counts }: Tally,
): StatsPart => ({
	...{ tenantId, endpointId, endpointName, acceptedMs, pending: 0, held: 0 },
	...counts,
	times: Object.entries(times).map(([bucket, count]) => [fromTimeBucket(Number(bucket)), count]),
});

const toSlotParts = (tally: TallyRow): StatsPart[] =>
	[...(tally.slots ?? [])].map(([slot, part]) => toPart(tally, slot * SLOT_MS, part));

const toTotalPart = (tally: TallyRow): StatsPart => toPart(tally, 0, tally.total);

/** Counts a delivery that waits, in place of the status that the tallies count it with. */
function toWaitingPart(row: StoredRow): StatsPart {
	const isPending = ['gathering', 'pending', 'sending'].includes(String(row.status));
	const acceptedMs = Date.parse(String(row.accepted_at));
	return {
		tenantId: String(row.tenant_id),
		endpointId: String(row.endpoint_id),
		endpointName: row.endpoint_name === null ? null : String(row.endpoint_name),
		acceptedMs: Number.isNaN(acceptedMs) ? 0 : acceptedMs,
		delivered: row.tallied === 'delivered' ? -1 : 0,
		failed: row.tallied === 'failed' ? -1 : 0,
		pending: isPending ? 1 : 0,
		held: isPending ? 0 : 1,
		attempts: 0,
		times: [],
		maxMs: 0,
		lastAttemptMs: 0,
	};
}

/** Leaves out rows whose outcome is in a newer row. */
async function dropSuperseded(tables: Tables, waiting: StoredRow[]): Promise<StoredRow[]> {
	const sendingIds = waiting.flatMap(({ delivery_id, status }) =>
		status === 'sending' ? [String(delivery_id)] : [],
	);
	const latestRowIds = await findLatestRowIds(tables, sendingIds);
	return latestRowPerDelivery(waiting).filter(
		({ delivery_id, id }) => (latestRowIds.get(String(delivery_id)) ?? id) === id,
	);
}

/** Everything that counts deliveries. */
export interface Counts {
	parts: StatsPart[];
	/** Number of tallies that have not been put together yet. */
	looseTallies: number;
}

export const isLoose = ({ leaseOwner, slots, status }: TallyRow): boolean =>
	status === TALLY && slots !== null && leaseOwner === null;

/** Reads the rows of {@link findCounts}, and those that did not fit into its page. */
export async function readCounts(
	tables: Tables,
	scope: CountScope,
	firstPage: StoredRow[],
): Promise<Counts> {
	const rows = await completePages(tables, 'deliveries', toConditions(scope), firstPage);
	const tallies = dropReplaced(rows.filter(isTallyRow).map(readTallyRow));
	const waiting = rows.filter((row) => !isTallyRow(row));
	return {
		parts: [
			...(scope.byTime ? tallies.flatMap(toSlotParts) : tallies.map(toTotalPart)),
			...(await dropSuperseded(tables, waiting)).map(toWaitingPart),
		],
		looseTallies: tallies.filter(isLoose).length,
	};
}
