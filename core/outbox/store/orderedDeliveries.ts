import { toIsoTime } from '../../lib/time';
import type { Lease, OrderPlace, StoredDelivery } from '../model';

import { applyAllAndFind } from './changeGroups';
import { setUnreadableAside, toLeaseColumns } from './deliveryLeases';
import { latestRowPerDelivery } from './deliveryRows';
import {
	completePages,
	eq,
	findAll,
	findAny,
	findFirstPage,
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
	/** Only those that come before this number. */
	before?: number;
	exceptEndpointIds?: string[];
	exceptTenantIds?: string[];
}

const SETTLED = ['delivered', 'failed', 'cancelled'];

/** Conditions of deliveries that others of their order wait for. */
const toConditions = (query: PlacedQuery): Condition[] => [
	neq('order_number', null),
	...SETTLED.map((status) => neq('status', status)),
	...(query.endpointId === undefined ? [] : [eq('endpoint_id', query.endpointId)]),
	...(query.key === undefined ? [] : [eq('order_key', query.key)]),
	...(query.before === undefined
		? []
		: [{ column: 'order_number', operator: 'lt' as const, value: query.before }]),
	...(query.exceptEndpointIds ?? []).map((id) => neq('endpoint_id', id)),
	...(query.exceptTenantIds ?? []).map((id) => neq('tenant_id', id)),
];

/** Finds the eldest unsettled deliveries with a place. */
export const findUnsettledRows = (query: PlacedQuery, limit: number = MAX_FOUND): Find => ({
	table: 'deliveries',
	query: { all: toConditions(query) },
	options: { by: 'order_number', newestFirst: false, limit },
});

/**
 * Reads the pages that follow a first page of {@link findUnsettledRows}. No page ends between deliveries of
 * one event, so that whatever was read so far has all that come before any of it.
 * @param isEnough returns whether the rows read so far are enough
 */
export async function completeUnsettledRows(
	tables: Tables,
	query: PlacedQuery,
	firstPage: StoredRow[],
	isEnough: (rows: StoredRow[]) => boolean = () => false,
): Promise<StoredRow[]> {
	const rows: StoredRow[] = [];
	let page = firstPage;
	while (page.length === MAX_FOUND) {
		const last = page[page.length - 1].order_number;
		const complete = page.filter(({ order_number }) => order_number !== last);
		const { options, table } = findUnsettledRows(query);
		const conditions = toConditions(query);
		rows.push(
			...(complete.length > 0
				? complete
				: await findAll(tables, table, [...conditions, eq('order_number', last)])),
		);
		if (isEnough(rows)) return rows;
		const operator = complete.length > 0 ? 'gte' : 'gt';
		const beyond: Condition = { column: 'order_number', operator, value: last };
		page = await tables.find(table, { all: [...conditions, beyond] }, options);
	}
	return [...rows, ...page];
}

/** A part of an order, which a run leases together. */
export interface OrderRange extends Pick<OrderPlace, 'key'> {
	endpointId: string;
	/** Numbers of the first and the last delivery. */
	from: number;
	to: number;
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

/** Deliveries that a run has leased by their order. */
export interface LeasedRanges {
	/** Each with its latest state. Rows that cannot be read are put on hold, and left out. */
	deliveries: StoredDelivery[];
	/** IDs of those that may have been leased before by a run that was killed. */
	expiredIds: Set<string>;
	/** IDs of those that turned out to be settled: only an old row was leased. */
	settledIds: Set<string>;
}

/**
 * Leases what is due in some ranges; of two simultaneous runs, only one gets a delivery.
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
	const [firstPage] = await applyAllAndFind(
		tables,
		ranges.map((range) => leaseRange(range, dueMs, lease)),
		[findFirstPage('deliveries', isLeased)],
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
	};
}
