import chunk from 'lodash/chunk';

import { toIsoTime } from '../../lib/time';
import type { Lease, StoredDelivery } from '../model';

import { findLatestRowIds, replayColumns } from './deliveries';
import { readDelivery, toPlaceColumns } from './deliveryRows';
import {
	completePages,
	eq,
	findFirstPage,
	MAX_CHANGES,
	MAX_CONDITIONS,
	neq,
	type Change,
	type Condition,
	type Find,
	type Row,
	type StoredRow,
	type Tables,
	type UpdateChange,
} from './tables';

export const toLeaseColumns = ({ expiresAtMs, owner }: Lease): Row => ({
	status: 'sending',
	lease_owner: owner,
	next_attempt_at: toIsoTime(expiresAtMs),
});

/**
 * Leases all deliveries that meet the conditions, atomically.
 * @returns the rows that the owner has leased; of two simultaneous leases, only one gets a delivery
 */
async function leaseRows(
	tables: Tables,
	conditions: Condition[],
	lease: Lease,
	changes: Row = {},
): Promise<StoredRow[]> {
	const values = { ...changes, ...toLeaseColumns(lease) };
	const updated = await tables.update('deliveries', { all: conditions }, values);
	return updated.filter(({ lease_owner }) => lease_owner === lease.owner);
}

/**
 * Puts the leased deliveries whose rows cannot be read on hold, with what is wrong.
 * @returns the others
 */
export async function setUnreadableAside(
	tables: Tables,
	rows: StoredRow[],
): Promise<StoredDelivery[]> {
	const deliveries = rows.map(readDelivery);
	for (const [index, { problem, rowId }] of deliveries.entries()) {
		if (problem === undefined) continue;
		await tables.update(
			'deliveries',
			{ all: [eq('id', rowId), eq('lease_owner', rows[index].lease_owner)] },
			{ status: 'held', lease_owner: null, next_attempt_at: null, error: problem },
		);
	}
	return deliveries.filter(({ problem }) => problem === undefined);
}

/** Deletes the rows still leased to `owner`; newer rows have their outcome. */
export const deleteLeasedRows = (owner: string): Change => ({
	change: 'remove',
	table: 'deliveries',
	query: { all: [eq('lease_owner', owner)] },
});

/** Returns the change that extends a run's lease on its deliveries. */
export const renewDeliveryLeases = ({ expiresAtMs, owner }: Lease): UpdateChange => ({
	change: 'update',
	table: 'deliveries',
	query: { all: [eq('lease_owner', owner)] },
	values: { next_attempt_at: toIsoTime(expiresAtMs) },
});

/** The due deliveries to lease. */
export interface DueQuery {
	/** Deliveries due until this time. */
	dueMs: number;
	/** `true` to leave out deliveries that have a place in an order; a lease always does. */
	onlyUnplaced?: boolean;
	/** `true` to leave out events that wait in a batching queue. */
	exceptGathering?: boolean;
	/** The only endpoint whose deliveries are leased. */
	endpointId?: string;
	/** The only tenant whose deliveries are leased. */
	tenantId?: string;
	/** Endpoints whose deliveries are not leased. */
	exceptEndpointIds?: string[];
	/** Tenants whose deliveries are not leased; at most {@link MAX_EXCEPTIONS} with the endpoints. */
	exceptTenantIds?: string[];
}

/** Most endpoints and tenants that one lease can leave out. */
export const MAX_EXCEPTIONS = MAX_CONDITIONS - 10;

/** Deliveries with a place are leased by their order: see `orderedDeliveries.ts`. */
const IS_UNPLACED = eq('order_number', null);

const isDue = (due: DueQuery): Condition[] => [
	{ column: 'next_attempt_at', operator: 'lte', value: toIsoTime(due.dueMs) },
	...(due.onlyUnplaced ? [IS_UNPLACED] : []),
	...(due.exceptGathering ? [neq('status', 'gathering')] : []),
	...(due.endpointId === undefined ? [] : [eq('endpoint_id', due.endpointId)]),
	...(due.tenantId === undefined ? [] : [eq('tenant_id', due.tenantId)]),
	...(due.exceptEndpointIds ?? []).map((id) => neq('endpoint_id', id)),
	...(due.exceptTenantIds ?? []).map((id) => neq('tenant_id', id)),
];

/** Finds the rows of due deliveries, oldest first: {@link leaseDueDeliveries} leases them. */
export const findDueRows = (due: DueQuery, limit: number): Find => ({
	table: 'deliveries',
	query: { all: isDue(due) },
	options: { newestFirst: false, limit },
});

/** A part of the due deliveries, which a run leases together. */
export interface DueShare {
	due: DueQuery;
	/** The rows found with this query, oldest first: at least one. */
	candidates: StoredRow[];
}

const isInShare = ({ candidates, due }: DueShare): Condition[] => [
	...isDue({ ...due, onlyUnplaced: true }),
	{ column: 'id', operator: 'lte', value: candidates[candidates.length - 1].id },
];

/** Leases several shares in as few calls as possible. */
async function leaseShares(tables: Tables, lease: Lease, shares: DueShare[]): Promise<StoredRow[]> {
	if (shares.length === 1) return await leaseRows(tables, isInShare(shares[0]), lease);
	const isLeased = [eq('lease_owner', lease.owner)];
	let leased: StoredRow[] = [];
	for (const group of chunk(shares, MAX_CHANGES)) {
		const changes = group.map(
			(share): Change => ({
				change: 'update',
				table: 'deliveries',
				query: { all: isInShare(share) },
				values: toLeaseColumns(lease),
			}),
		);
		[leased] = await tables.applyAndFind(changes, [findFirstPage('deliveries', isLeased)]);
	}
	return await completePages(tables, 'deliveries', isLeased, leased);
}

/** Deliveries that a run has leased because they were due. */
export interface DueDeliveries {
	deliveries: StoredDelivery[];
	/** Row IDs of those whose earlier lease expired before its run finished them. */
	expiredRowIds: Set<number>;
}

/**
 * Leases due deliveries; of two simultaneous runs, only one gets a delivery. Rows whose outcome is in a
 * newer row are leased too, and left out. Rows that cannot be read are put on hold.
 * @param shares at least one
 */
export async function leaseDueDeliveries(
	tables: Tables,
	lease: Lease,
	shares: DueShare[],
): Promise<DueDeliveries> {
	const leased = await leaseShares(tables, lease, shares);
	const waitingRowIds = new Set(
		shares
			.flatMap(({ candidates }) => candidates)
			.filter(({ lease_owner }) => lease_owner === null)
			.map(({ id }) => id),
	);
	const expired = leased.filter(({ id }) => !waitingRowIds.has(id));
	const latestRowIds = await findLatestRowIds(
		tables,
		expired.map(({ delivery_id }) => String(delivery_id)),
	);
	const superseded = new Set(
		expired.filter((row) => latestRowIds.get(String(row.delivery_id)) !== row.id),
	);
	return {
		deliveries: await setUnreadableAside(
			tables,
			leased.filter((row) => !superseded.has(row)),
		),
		expiredRowIds: new Set(expired.map(({ id }) => id)),
	};
}

/** The column that says in which order an endpoint's events join batches. */
export type QueueColumn = 'id' | 'order_number';

/**
 * Finds the first rows that wait in an endpoint's batching queue: by `order_number`, those that have a place.
 * Rows without a place are left out, since databases differ in where they sort them.
 */
export const findBatchingRows = (
	endpointId: string,
	limit: number,
	by: QueueColumn = 'id',
): Find => ({
	table: 'deliveries',
	query: {
		all: [
			eq('endpoint_id', endpointId),
			eq('status', 'gathering'),
			...(by === 'id' ? [] : [neq(by, null)]),
		],
	},
	options: { by, newestFirst: false, limit },
});

/** Leases an endpoint's deliveries that wait for a batch, up to a row. */
export async function leaseBatchingDeliveries(
	tables: Tables,
	endpointId: string,
	last: { by: QueueColumn; value: number },
	lease: Lease,
): Promise<StoredDelivery[]> {
	const conditions: Condition[] = [
		eq('endpoint_id', endpointId),
		eq('status', 'gathering'),
		{ column: last.by, operator: 'lte', value: last.value },
	];
	return await setUnreadableAside(tables, await leaseRows(tables, conditions, lease));
}

/**
 * Leases a delivery for a replay, and gives it its place, unless it was changed or leased since it was read.
 * @returns none, or one
 */
export async function leaseForReplay(
	tables: Tables,
	{ place, rowId, status }: StoredDelivery,
	lease: Lease,
	nowMs: number,
): Promise<StoredDelivery[]> {
	const unchanged = [eq('id', rowId), eq('status', status), eq('lease_owner', null)];
	const columns = { ...replayColumns(nowMs), ...toPlaceColumns(place) };
	return (await leaseRows(tables, unchanged, lease, columns)).map(readDelivery);
}
