import { toIsoTime } from '../../lib/time';
import type { Lease, OrderPlace, StoredDelivery } from '../model';

import { applyAllAndFind } from './changeGroups';
import { MAX_EXCEPTIONS, setUnreadableAside, toLeaseColumns } from './deliveryLeases';
import { latestRowPerDelivery } from './deliveryRows';
import {
	completePages,
	eq,
	findAll,
	findAny,
	findFirstPage,
	MAX_FINDS,
	MAX_FOUND,
	neq,
	type Change,
	type Condition,
	type Find,
	type StoredRow,
	type Tables,
} from './tables';

/** Finds and leases deliveries that have a place in an order. */

/** Deliveries with a place. All criteria that are set must match. */
export interface PlacedQuery {
	endpointId?: string;
	key?: string;
	/** Only those from this number on. */
	from?: number;
	/** Only those up to this number. */
	to?: number;
	exceptEndpointIds?: string[];
	/** Keys of orders. */
	exceptKeys?: string[];
	exceptTenantIds?: string[];
}

/** The statuses in which a delivery no longer keeps later ones of its order waiting. */
export const SETTLED: string[] = ['delivered', 'failed', 'cancelled'];

const inRange = ({ from, to }: PlacedQuery): Condition[] => [
	...(from === undefined
		? []
		: [{ column: 'order_number', operator: 'gte' as const, value: from }]),
	...(to === undefined ? [] : [{ column: 'order_number', operator: 'lte' as const, value: to }]),
];

/** Conditions of deliveries that others of their order wait for. */
const toConditions = (query: PlacedQuery): Condition[] => [
	neq('order_number', null),
	...SETTLED.map((status) => neq('status', status)),
	...(query.endpointId === undefined ? [] : [eq('endpoint_id', query.endpointId)]),
	...(query.key === undefined ? [] : [eq('order_key', query.key)]),
	...inRange(query),
	...(query.exceptEndpointIds ?? []).map((id) => neq('endpoint_id', id)),
	...(query.exceptKeys ?? []).map((key) => neq('order_key', key)),
	...(query.exceptTenantIds ?? []).map((id) => neq('tenant_id', id)),
];

/** Finds the eldest unsettled deliveries with a place. */
export const findUnsettledRows = (query: PlacedQuery, limit: number = MAX_FOUND): Find => ({
	table: 'deliveries',
	query: { all: toConditions(query) },
	options: { by: 'order_number', newestFirst: false, limit },
});

/**
 * Finds, each with one row, an unsettled delivery of an order that comes before a number, and another one that a
 * run attempts, whatever its number.
 * @param deliveryId the delivery that asks, which does not count
 */
export const findRivals = (
	order: Required<Pick<PlacedQuery, 'endpointId' | 'key'>>,
	before: number,
	deliveryId: string,
): Find[] =>
	[
		{ column: 'order_number', operator: 'lt' as const, value: before },
		neq('lease_owner', null),
	].map((condition) => ({
		table: 'deliveries',
		query: { all: [...toConditions(order), neq('delivery_id', deliveryId), condition] },
		options: { newestFirst: false, limit: 1 },
	}));

/** Finds the unsettled deliveries with a place that did not fit into a page. @returns all of them */
export const completeUnsettledRows = async (
	tables: Tables,
	query: PlacedQuery,
	firstPage: StoredRow[],
): Promise<StoredRow[]> =>
	firstPage.length < MAX_FOUND
		? firstPage
		: await findAll(tables, 'deliveries', toConditions(query));

/**
 * Returns the rows of a full page of {@link findUnsettledRows} up to a number, with all rows that have it, and
 * the first number after them.
 */
async function completeNumber(
	tables: Tables,
	query: PlacedQuery,
	page: StoredRow[],
): Promise<{ rows: StoredRow[]; next: number }> {
	const last = Number(page[page.length - 1].order_number);
	const rows = page.filter(({ order_number }) => order_number !== last);
	if (rows.length > 0) return { rows, next: last };
	const sameNumber = { ...query, from: last, to: last };
	return { rows: await findAll(tables, 'deliveries', toConditions(sameNumber)), next: last + 1 };
}

/** Maximum number of pages that a run reads to find deliveries that it can attempt. */
const MAX_PAGES = 20;

/** Maximum number of orders that a page leaves out: the database checks each of them for each row. */
const MAX_EXCEPT_KEYS = 100;

/** Tells which further rows are needed, after those that were read. */
export interface ReadProgress {
	/** `true` if no more rows are needed. */
	isEnough: boolean;
	/** Orders of which no more rows are needed, those with the most rows first. */
	decidedKeys: string[];
}

/**
 * Reads unsettled deliveries with a place, oldest first, in pages of which each has all that come before any of
 * its deliveries in their order. However many deliveries wait, the number of calls is limited: orders about
 * which enough is known are left out, and halfway the endpoints whose deliveries were read.
 * @param firstPage what {@link findUnsettledRows} found
 * @param accept takes the rows of a page
 * @returns `false` if there may be more that can be attempted
 */
export async function readUnsettledRows(
	tables: Tables,
	query: PlacedQuery,
	firstPage: StoredRow[],
	accept: (rows: StoredRow[]) => ReadProgress,
): Promise<boolean> {
	const { exceptEndpointIds = [], exceptTenantIds = [] } = query;
	const seenIds = new Set(exceptEndpointIds);
	let current: PlacedQuery = query;
	let page = firstPage;
	let isComplete = true;
	for (let pages = 1; page.length === MAX_FOUND; pages += 1) {
		const { next, rows } = await completeNumber(tables, current, page);
		for (const { endpoint_id } of rows) seenIds.add(String(endpoint_id));
		const { decidedKeys, isEnough } = accept(rows);
		if (isEnough || pages === MAX_PAGES) return false;
		const places = MAX_EXCEPTIONS - exceptTenantIds.length;
		if (pages === MAX_PAGES / 2) {
			isComplete = false;
			current = { ...query, exceptEndpointIds: [...seenIds].slice(0, places) };
		} else {
			const used = current.exceptEndpointIds?.length ?? 0;
			current = {
				...current,
				from: next,
				exceptKeys: decidedKeys.slice(0, Math.min(places - used, MAX_EXCEPT_KEYS)),
			};
		}
		[page] = await tables.applyAndFind([], [findUnsettledRows(current)]);
	}
	accept(page);
	return isComplete;
}

/** Maximum number of further pages that a run reads to find deliveries of endpoints that it has not read yet. */
const MAX_LOOKS = 20;

/**
 * Reads unsettled deliveries of endpoints that come after more deliveries than a run leases at once: of each page,
 * the next ones leave out the endpoints.
 * @param seenIds IDs of the endpoints that were read already
 * @param endpointIds IDs of the endpoints that may have any
 */
export async function readOtherEndpoints(
	tables: Tables,
	query: PlacedQuery,
	seenIds: Iterable<string>,
	endpointIds: string[],
): Promise<StoredRow[]> {
	const { exceptEndpointIds = [], exceptTenantIds = [] } = query;
	const exceptedIds = new Set([...exceptEndpointIds, ...seenIds]);
	const all: StoredRow[] = [];
	for (let looks = 0; looks < MAX_LOOKS; looks += 1) {
		const isFull = exceptedIds.size + exceptTenantIds.length > MAX_EXCEPTIONS;
		if (isFull || endpointIds.every((id) => exceptedIds.has(id))) break;
		const others = { ...query, exceptEndpointIds: [...exceptedIds] };
		const [page] = await tables.applyAndFind([], [findUnsettledRows(others)]);
		if (page.length < MAX_FOUND) return [...all, ...page];
		const { rows } = await completeNumber(tables, others, page);
		all.push(...rows);
		for (const { endpoint_id } of rows) exceptedIds.add(String(endpoint_id));
	}
	return all;
}

/** A part of an order, which a run leases together. */
export interface OrderRange extends Pick<OrderPlace, 'key'> {
	endpointId: string;
	/** Numbers of the first and the last delivery. */
	from: number;
	to: number;
	/** `true` if what is on hold before them keeps nothing waiting. */
	ignoresHeld: boolean;
}

const leaseRange = (
	{ endpointId, from, key, to }: OrderRange,
	dueMs: number,
	lease: Lease,
): Change => ({
	change: 'update',
	table: 'deliveries',
	query: {
		all: [
			eq('endpoint_id', endpointId),
			eq('order_key', key),
			{ column: 'order_number', operator: 'gte', value: from },
			{ column: 'order_number', operator: 'lte', value: to },
			{ column: 'next_attempt_at', operator: 'lte', value: toIsoTime(dueMs) },
		],
	},
	values: toLeaseColumns(lease),
});

/**
 * Finds what has come before ranges since they were chosen. Of many ranges, it finds only what other runs attempt: it
 * takes one find, and whatever else has become due counts as later than the lease.
 */
const findElders = (ranges: OrderRange[], { owner }: Lease): Find[] =>
	ranges.length < MAX_FINDS
		? ranges.map(({ endpointId, from, ignoresHeld, key }) => ({
				table: 'deliveries',
				query: {
					all: [
						...toConditions({ endpointId, key, to: from - 1 }),
						...(ignoresHeld ? [neq('status', 'held')] : []),
					],
				},
				options: { newestFirst: false, limit: 1 },
			}))
		: [
				findFirstPage('deliveries', [
					...toConditions({}),
					neq('lease_owner', null),
					neq('lease_owner', owner),
				]),
			];

/** Lists the keys of the ranges that something has come before. */
function listPrecededKeys(ranges: OrderRange[], elders: StoredRow[]): Set<string> {
	const firstNumbers = new Map<string, number>();
	for (const { order_key, order_number } of elders) {
		const key = String(order_key);
		const number = Number(order_number);
		firstNumbers.set(key, Math.min(firstNumbers.get(key) ?? number, number));
	}
	return new Set(
		ranges.flatMap(({ from, key }) => ((firstNumbers.get(key) ?? Infinity) < from ? key : [])),
	);
}

/** Deliveries that a run has leased by their order. */
export interface LeasedRanges {
	/** Each with its latest state. Rows that cannot be read are put on hold, and left out. */
	deliveries: StoredDelivery[];
	/** IDs of those that may have been leased before by a run that was killed. */
	expiredIds: Set<string>;
	/** IDs of those that turned out to be settled: only an old row was leased. */
	settledIds: Set<string>;
	/** Keys of the orders in which something has come before the range since it was chosen. */
	precededKeys: Set<string>;
}

/**
 * Leases what is due in some ranges, then looks for what has come before them, e.g. a replay; of two simultaneous runs,
 * only one gets a delivery.
 * @param waitingRowIds row IDs of those that no run had leased when they were read
 */
export async function leaseRanges(
	tables: Tables,
	ranges: OrderRange[],
	dueMs: number,
	lease: Lease,
	waitingRowIds: Set<number>,
): Promise<LeasedRanges> {
	const isLeased = [eq('lease_owner', lease.owner), neq('order_number', null)];
	const [firstPage, ...elders] = await applyAllAndFind(
		tables,
		ranges.map((range) => leaseRange(range, dueMs, lease)),
		[findFirstPage('deliveries', isLeased), ...findElders(ranges, lease)],
	);
	const leased = await completePages(tables, 'deliveries', isLeased, firstPage);
	const expired = leased.filter(({ id }) => !waitingRowIds.has(id));
	const expiredIds = new Set(expired.map(({ delivery_id }) => String(delivery_id)));
	const latest = latestRowPerDelivery(
		await findAny(tables, 'deliveries', 'delivery_id', expiredIds),
	);
	const latestRowIds = new Map(latest.map(({ delivery_id, id }) => [delivery_id, id]));
	const isLatest = ({ delivery_id, id }: StoredRow): boolean =>
		(latestRowIds.get(delivery_id) ?? id) === id;
	const settled = latest.filter(({ status }) => SETTLED.includes(String(status)));
	return {
		deliveries: await setUnreadableAside(tables, leased.filter(isLatest)),
		expiredIds,
		settledIds: new Set(settled.map(({ delivery_id }) => String(delivery_id))),
		precededKeys: listPrecededKeys(ranges, elders.flat()),
	};
}
