import partition from 'lodash/partition';

import { batchedAlready, batchingOf, closeBatches, mayBeMember } from './batches';
import { abandoned, current, gathering, take, type Hold } from './deliveryRow';
import type { Endpoint } from './endpoint';
import { loadEndpoints } from './endpoints';
import { loadEvents } from './events';
import type { OutboxPorts } from './ports';
import { attemptAll, leaseMsFor, type RunLimits, type RunResult, type Work } from './run';
import { completeFanOut } from './send';
import { findAny, iso, readRows, type DeliveryRow, type Row, type StoredRow } from './tables';

export interface DueLimits extends RunLimits {
	/** How many deliveries one run takes at most. */
	maxDeliveries: number;
	/** After this, no more are taken; those that were are finished. */
	maxRunMs: number;
}

/** How many deliveries are taken at once. */
const CLAIM = 1000;

/** Finds, of rows that a run held which is gone, those whose outcome is on record already. */
async function outOfDate(ports: OutboxPorts, rows: StoredRow[]): Promise<Set<number>> {
	if (rows.length === 0) return new Set();
	const ids = rows.map(({ delivery_id }) => String(delivery_id));
	const all = await findAny(ports.tables, 'deliveries', 'delivery_id', ids);
	const best = new Set(current(all).map(({ id }) => id));
	return new Set(rows.map(({ id }) => id).filter((id) => !best.has(id)));
}

/**
 * Takes deliveries whose time has come, oldest first. They are this run's until the lease ends: of two
 * runs at once, one gets them.
 */
async function claim(
	ports: OutboxPorts,
	hold: Hold,
	{ dueMs, limit }: { dueMs: number; limit: number },
): Promise<{ rows: DeliveryRow[]; seen: number }> {
	const { tables } = ports;
	const due = {
		column: 'next_attempt_at',
		operator: 'lte' as const,
		value: iso(dueMs),
	};
	const candidates = await tables.find('deliveries', { all: [due] }, { newestFirst: false, limit });
	if (candidates.length === 0) return { rows: [], seen: 0 };
	const lastId = candidates[candidates.length - 1].id;
	const own = await take(tables, [due, { column: 'id', operator: 'lte', value: lastId }], hold);
	const waiting = new Set(
		candidates.filter(({ lease_owner }) => lease_owner === null).map(({ id }) => id),
	);
	const stale = await outOfDate(
		ports,
		own.filter(({ id }) => !waiting.has(id)),
	);
	const rows = readRows(
		'deliveries',
		own.filter(({ id }) => !stale.has(id)),
	);
	const leftBehind = rows.filter((row) => !waiting.has(row.id) && mayBeMember(row));
	const batched = await batchedAlready(tables, leftBehind);
	return {
		rows: rows.filter(({ delivery_id }) => !batched.has(delivery_id)),
		seen: candidates.length,
	};
}

const gathersFor = (endpoint: Endpoint): boolean =>
	endpoint.status === 'active' && batchingOf(endpoint) !== undefined;

/** Has events that belong into a batch, and were left behind by a crash or replayed, gather again. */
async function backToGathering(
	{ tables }: OutboxPorts,
	endpoints: Endpoint[],
	rows: DeliveryRow[],
): Promise<DeliveryRow[]> {
	const waits = new Map(
		endpoints
			.filter(gathersFor)
			.map((endpoint) => [endpoint.id, batchingOf(endpoint)?.maxWaitMs ?? 0]),
	);
	const [members, others] = partition(
		rows,
		(row) => mayBeMember(row) && waits.has(row.endpoint_id),
	);
	if (members.length > 0) {
		await tables.insert(
			'deliveries',
			members.map((row) => gathering(row, waits.get(row.endpoint_id) ?? 0)),
		);
	}
	return others;
}

/**
 * What has to be known to attempt deliveries.
 * @returns the deliveries that can be attempted, and the rows of those that cannot any more
 */
export async function workFor(
	ports: OutboxPorts,
	endpoints: Endpoint[],
	rows: DeliveryRow[],
): Promise<{ work: Work[]; ended: Row[] }> {
	const endpointById = new Map(endpoints.map((endpoint) => [endpoint.id, endpoint]));
	const idsOf = ({ event_id, event_ids }: DeliveryRow): string[] => event_ids ?? [event_id];
	const events = await loadEvents(ports.tables, rows.flatMap(idsOf));
	const work: Work[] = [];
	const ended: Row[] = [];
	for (const row of rows) {
		const endpoint = endpointById.get(row.endpoint_id);
		const own = idsOf(row).flatMap((id) => events.get(id) ?? []);
		if (endpoint === undefined) {
			ended.push(abandoned(row, 'The endpoint was deleted', ports.nowMs()));
		} else if (own.length < idsOf(row).length) {
			ended.push(abandoned(row, 'The event is not on record any more', ports.nowMs()));
		} else work.push({ row, endpoint, events: own });
	}
	return { work, ended };
}

/**
 * Attempts what is due: retries, deliveries that a crashed run left behind, replays.
 * What becomes due again in the meantime is the next run's. Any number of runs at once is safe.
 */
export async function deliverDue(ports: OutboxPorts, limits: DueLimits): Promise<RunResult> {
	const startMs = ports.nowMs();
	await completeFanOut(ports);
	const all: RunResult = { results: [], changes: [] };
	let left = limits.maxDeliveries;
	while (left > 0 && ports.nowMs() < startMs + limits.maxRunMs) {
		const owner = ports.newId();
		const endpoints = await loadEndpoints(ports);
		const hold = { owner, untilMs: ports.nowMs() + leaseMsFor(endpoints) };
		const work: Work[] = [];
		for (const endpoint of endpoints.filter(gathersFor)) {
			work.push(...(await closeBatches(ports, endpoint, hold)));
		}
		const limit = Math.min(CLAIM, left);
		const claimed = await claim(ports, hold, { dueMs: startMs, limit });
		const rows = await backToGathering(ports, endpoints, claimed.rows);
		if (claimed.seen === 0 && work.length === 0) break;
		const { ended, work: singles } = await workFor(ports, endpoints, rows);
		work.push(...singles);
		const run = await attemptAll(ports, hold, work, limits, { ended });
		all.results.push(...run.results);
		all.changes.push(...run.changes);
		left -= work.length + ended.length;
	}
	return all;
}
