import { toIsoTime } from '../../lib/time';
import type { Lease, StoredDelivery } from '../model';

import { findLatestRowIds, replayColumns } from './deliveries';
import { readDelivery } from './deliveryRows';
import {
	eq,
	MAX_CONDITIONS,
	neq,
	type Change,
	type Condition,
	type Row,
	type StoredRow,
	type Tables,
} from './tables';

/**
 * Leases all deliveries that meet the conditions, atomically.
 * @returns the rows that the owner has leased; of two simultaneous leases, only one gets a delivery
 */
async function leaseRows(
	tables: Tables,
	conditions: Condition[],
	{ expiresAtMs, owner }: Lease,
	changes: Row = {},
): Promise<StoredRow[]> {
	const updated = await tables.update(
		'deliveries',
		{ all: conditions },
		{ ...changes, status: 'sending', lease_owner: owner, next_attempt_at: toIsoTime(expiresAtMs) },
	);
	return updated.filter(({ lease_owner }) => lease_owner === owner);
}

/**
 * Puts the leased deliveries whose rows cannot be read on hold, with what is wrong.
 * @returns the others
 */
async function setUnreadableAside(tables: Tables, rows: StoredRow[]): Promise<StoredDelivery[]> {
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

/**
 * Extends a lease on all deliveries that its owner still leases.
 * @returns their IDs; the others were taken over by another run
 */
export async function renewLease(
	tables: Tables,
	{ expiresAtMs, owner }: Lease,
): Promise<Set<string>> {
	const rows = await tables.update(
		'deliveries',
		{ all: [eq('lease_owner', owner)] },
		{ next_attempt_at: toIsoTime(expiresAtMs) },
	);
	return new Set(rows.map(({ delivery_id }) => String(delivery_id)));
}

/** Deliveries that a run has leased because they were due. */
export interface DueDeliveries {
	deliveries: StoredDelivery[];
	/** Row IDs of those whose earlier lease expired before its run finished them. */
	expiredRowIds: Set<number>;
	/** `true` if any delivery was due, even if another run leased it first. */
	anyDue: boolean;
}

/** The due deliveries to lease. */
export interface DueQuery {
	/** Deliveries due until this time. */
	dueMs: number;
	/** Number of rows to look at. */
	limit: number;
	/** Endpoints whose deliveries are not leased, at most {@link MAX_EXCEPTIONS}. */
	exceptEndpointIds: string[];
}

/** Most endpoints that one lease can leave out. */
export const MAX_EXCEPTIONS = MAX_CONDITIONS - 2;

/**
 * Leases due deliveries, oldest first; of two simultaneous runs, only one gets a delivery. Rows whose
 * outcome is in a newer row are leased too, and left out. Rows that cannot be read are put on hold.
 */
export async function leaseDueDeliveries(
	tables: Tables,
	lease: Lease,
	{ dueMs, exceptEndpointIds, limit }: DueQuery,
): Promise<DueDeliveries> {
	const isDue: Condition[] = [
		{ column: 'next_attempt_at', operator: 'lte', value: toIsoTime(dueMs) },
		...exceptEndpointIds.map((id) => neq('endpoint_id', id)),
	];
	const candidates = await tables.find('deliveries', { all: isDue }, { newestFirst: false, limit });
	if (candidates.length === 0) {
		return { deliveries: [], expiredRowIds: new Set(), anyDue: false };
	}
	const lastRowId = candidates[candidates.length - 1].id;
	const leased = await leaseRows(
		tables,
		[...isDue, { column: 'id', operator: 'lte', value: lastRowId }],
		lease,
	);
	const waitingRowIds = new Set(
		candidates.filter(({ lease_owner }) => lease_owner === null).map(({ id }) => id),
	);
	const expired = leased.filter(({ id }) => !waitingRowIds.has(id));
	const latestRowIds =
		expired.length === 0
			? new Map<string, number>()
			: await findLatestRowIds(
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
		anyDue: true,
	};
}

/** Finds the oldest rows that wait in an endpoint's batching queue. */
export async function findBatchingRows(
	tables: Tables,
	endpointId: string,
	limit: number,
): Promise<Array<{ rowId: number; dueMs: number }>> {
	const rows = await tables.find(
		'deliveries',
		{ all: [eq('endpoint_id', endpointId), eq('status', 'gathering')] },
		{ newestFirst: false, limit },
	);
	return rows.map(({ id, next_attempt_at }) => ({
		rowId: id,
		dueMs: Date.parse(String(next_attempt_at)),
	}));
}

/** Leases an endpoint's deliveries that wait for a batch, up to a row. */
export async function leaseBatchingDeliveries(
	tables: Tables,
	endpointId: string,
	lastRowId: number,
	lease: Lease,
): Promise<StoredDelivery[]> {
	const conditions: Condition[] = [
		eq('endpoint_id', endpointId),
		eq('status', 'gathering'),
		{ column: 'id', operator: 'lte', value: lastRowId },
	];
	return await setUnreadableAside(tables, await leaseRows(tables, conditions, lease));
}

/**
 * Leases a delivery for a replay, unless it was changed or leased since it was read.
 * @returns none, or one
 */
export async function leaseForReplay(
	tables: Tables,
	{ rowId, status }: StoredDelivery,
	lease: Lease,
	nowMs: number,
): Promise<StoredDelivery[]> {
	const unchanged = [eq('id', rowId), eq('status', status), eq('lease_owner', null)];
	return (await leaseRows(tables, unchanged, lease, replayColumns(nowMs))).map(readDelivery);
}
