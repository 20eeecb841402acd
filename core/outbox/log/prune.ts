import orderBy from 'lodash/orderBy';
import partition from 'lodash/partition';
import sortBy from 'lodash/sortBy';
import uniq from 'lodash/uniq';

import { BATCH_EVENT_TYPE } from '../../event/envelope';
import { groupByKey } from '../../lib/groupByKey';
import { DAY_MS, toIsoTime } from '../../lib/time';
import type { OutboxPorts } from '../ports';
import { compactTallies } from '../store/compaction';
import { latestRowPerDelivery } from '../store/deliveryRows';
import {
	findBatchIdsWith,
	findLeasedEvents,
	findRetentions,
	findSuspendedIds,
	isWaiting,
	listEventIds,
	MAX_KEPT,
	mayExpire,
	readLoggedDeliveries,
	removeExpiredDeliveries,
	removeExpiredEvents,
	uncountOutcome,
	type Expired,
	type Retention,
} from '../store/retention';
import { eq, neq, type Condition, type StoredRow, type Tables } from '../store/tables';
import { isEnded } from '../store/tallyRows';

export type { Retention } from '../store/retention';

/** A week; well below n8n’s 200 MB for all tables if events have the usual few kilobytes. */
export const DEFAULT_RETENTION: Retention = { maxAgeDays: 7, maxDeliveries: 10_000 };

/** A place in the order of events; everything before it has expired. */
interface Cutoff {
	before: string;
	beforeEventId?: string;
}

const isCutBefore = (row: StoredRow, { before, beforeEventId = '' }: Cutoff): boolean =>
	String(row.accepted_at) < before ||
	(row.accepted_at === before && String(row.event_id) < beforeEventId);

/** Finds the place before which a tenant's deliveries have expired, by their age or by their number. */
function findCutoff(rows: StoredRow[], retention: Retention, nowMs: number): Cutoff {
	const cutoff = { before: toIsoTime(nowMs - retention.maxAgeDays * DAY_MS) };
	const { maxDeliveries } = retention;
	const young = rows.filter((row) => !isCutBefore(row, cutoff));
	if (young.length <= maxDeliveries) return cutoff;
	if (maxDeliveries === 0) return { before: toIsoTime(nowMs + 1) };
	const newestFirst = orderBy(young, ['accepted_at', 'event_id'], ['desc', 'desc']);
	const kept = newestFirst[maxDeliveries - 1];
	const surplus = newestFirst[maxDeliveries];
	// An event is deleted with all of its deliveries, or with none.
	const isSplit = kept.event_id === surplus.event_id;
	const first = isSplit
		? newestFirst.slice(0, maxDeliveries).findLast(({ event_id }) => event_id !== kept.event_id)
		: kept;
	return first === undefined
		? { before: toIsoTime(nowMs + 1) }
		: { before: String(first.accepted_at), beforeEventId: String(first.event_id) };
}

/**
 * Finds what has expired of a tenant. Events that are needed are kept. If they are more than one deletion can
 * leave out, only what is older than the others of them expires.
 * @param needed rows of deliveries that wait, and of events that are being sent
 * @param suspendedIds endpoints whose deliveries expire although they wait
 */
async function findExpired(
	tables: Tables,
	tenants: Condition[],
	rows: StoredRow[],
	latest: Cutoff,
	{ needed, suspendedIds }: { needed: StoredRow[]; suspendedIds: string[] },
): Promise<Expired> {
	let cutoff = latest;
	const keptEventIds = new Set<string>();
	for (const row of sortBy(needed, 'accepted_at')) {
		if (!isCutBefore(row, cutoff)) continue;
		const ids = listEventIds(row);
		if (keptEventIds.size + ids.length > MAX_KEPT) cutoff = { before: String(row.accepted_at) };
		else for (const id of ids) keptEventIds.add(id);
	}
	const hasBatches = rows.some(({ event_type }) => event_type === BATCH_EVENT_TYPE);
	const kept = [...keptEventIds];
	const keptBatchIds = hasBatches ? await findBatchIdsWith(tables, kept) : [];
	return { tenants, ...cutoff, keptEventIds: kept, keptBatchIds, hasBatches, suspendedIds };
}

/** Takes the second outcomes of deliveries out of the log and the tallies. */
async function uncountSecondOutcomes(tables: Tables, rows: StoredRow[]): Promise<StoredRow[]> {
	const ended = rows.filter(({ status, tallied }) => isEnded(status) && isEnded(tallied));
	const latest = new Set(latestRowPerDelivery(ended));
	const second = new Set(ended.filter((row) => !latest.has(row)));
	for (const row of second) await uncountOutcome(tables, row);
	return rows.filter((row) => !second.has(row));
}

/** Everything that Prune reads before it deletes anything. */
interface Log {
	rows: StoredRow[];
	/** Rows of events that runs are sending. */
	leased: StoredRow[];
	/** Endpoints that are paused or keep failing. */
	suspendedIds: Set<string>;
	/** By tenant, the limits of those that have their own. */
	retentions: Map<string, Retention>;
}

/** Finds what has expired of each tenant. Tenants with the same cutoff are pruned together. */
async function listExpired(
	tables: Tables,
	{ leased, retentions, rows, suspendedIds }: Log,
	shared: Retention,
	nowMs: number,
): Promise<Expired[]> {
	const groups = groupByKey(rows, ({ tenant_id }) => String(tenant_id));
	const byTenant = new Map(groups.map((group) => [String(group[0].tenant_id), group]));
	const byAge = findCutoff([], shared, nowMs);
	const cutoffs = uniq([...byTenant.keys(), ...retentions.keys()]).map((tenantId) => {
		const retention = retentions.get(tenantId) ?? shared;
		return { tenantId, cutoff: findCutoff(byTenant.get(tenantId) ?? [], retention, nowMs) };
	});
	const different = cutoffs.filter(({ cutoff }) => cutoff.before !== byAge.before);
	const mayShare = different.length <= MAX_KEPT;
	const apart = mayShare ? different : cutoffs;
	const find = async (
		tenants: Condition[],
		cutoff: Cutoff,
		isIncluded: (tenantId: string) => boolean,
	): Promise<Expired> => {
		const matches = ({ tenant_id }: StoredRow): boolean => isIncluded(String(tenant_id));
		const included = rows.filter(matches);
		const [expirable, waiting] = partition(included.filter(isWaiting), (row) =>
			mayExpire(row, suspendedIds, cutoff.before),
		);
		const cut = expirable.filter((row) => isCutBefore(row, cutoff));
		return await findExpired(tables, tenants, included, cutoff, {
			needed: [...waiting, ...leased.filter(matches)],
			suspendedIds: uniq(cut.map(({ endpoint_id }) => String(endpoint_id))),
		});
	};
	const expired: Expired[] = [];
	for (const { cutoff, tenantId } of apart) {
		expired.push(await find([eq('tenant_id', tenantId)], cutoff, (id) => id === tenantId));
	}
	if (!mayShare) return expired;
	const apartIds = new Set(apart.map(({ tenantId }) => tenantId));
	const isOther = [...apartIds].map((tenantId) => neq('tenant_id', tenantId));
	return [...expired, await find(isOther, byAge, (id) => !apartIds.has(id))];
}

/**
 * Deletes events beyond the retention limits of their tenants, with their deliveries, unless one of these
 * waits for an attempt at an endpoint that is not suspended. The deliveries remain counted. Puts tallies together.
 * @param shared the limits of tenants without their own
 * @returns the number of deleted deliveries and events
 */
export async function prune(
	ports: Pick<OutboxPorts, 'newId' | 'nowMs' | 'tables'>,
	shared: Retention,
): Promise<{ deliveries: number; events: number }> {
	const { tables } = ports;
	const log: Log = {
		retentions: await findRetentions(tables, shared),
		leased: await findLeasedEvents(tables),
		suspendedIds: await findSuspendedIds(tables),
		rows: await uncountSecondOutcomes(tables, await readLoggedDeliveries(tables)),
	};
	const deleted = { deliveries: 0, events: 0 };
	for (const part of await listExpired(tables, log, shared, ports.nowMs())) {
		deleted.events += await removeExpiredEvents(tables, part);
		deleted.deliveries += await removeExpiredDeliveries(tables, part);
	}
	await compactTallies(ports);
	return deleted;
}
