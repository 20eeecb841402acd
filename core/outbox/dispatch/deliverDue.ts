import partition from 'lodash/partition';

import { findBatchedDeliveries, getBatchSettings, closeBatches, isBatchable } from './batches';
import {
	toFailedRow,
	latestRowPerDelivery,
	toBatchingRow,
	leaseDeliveries,
	type Lease,
} from '../store/rows';
import type { Endpoint } from '../endpoint/lifecycle';
import { loadEndpoints } from '../endpoint/repository';
import { loadEvents } from '../store/events';
import type { OutboxPorts } from '../ports';
import {
	attemptAll,
	computeLeaseMs,
	type RunLimits,
	type RunResult,
	type AttemptJob,
} from './attemptAll';
import { repairFanOut } from './publish';
import { toIsoTime } from '../../lib/time';
import { findAny, readRows, type DeliveryRow, type Row, type StoredRow } from '../store/tables';

export interface DueLimits extends RunLimits {
	/** How many deliveries one run takes at most. */
	maxDeliveries: number;
	/** After this, no more are taken; those that were are finished. */
	maxRunMs: number;
}

/** How many deliveries are taken at once. */
const CLAIM = 1000;

/** Finds, of rows that a run held which is gone, those whose outcome is on record already. */
async function findSupersededRows(ports: OutboxPorts, rows: StoredRow[]): Promise<Set<number>> {
	if (rows.length === 0) return new Set();
	const ids = rows.map(({ delivery_id }) => String(delivery_id));
	const all = await findAny(ports.tables, 'deliveries', 'delivery_id', ids);
	const best = new Set(latestRowPerDelivery(all).map(({ id }) => id));
	return new Set(rows.map(({ id }) => id).filter((id) => !best.has(id)));
}

/**
 * Takes deliveries whose time has come, oldest first. They are this run's until the lease ends: of two
 * runs at once, one gets them.
 */
async function leaseDueDeliveries(
	ports: OutboxPorts,
	hold: Lease,
	{ dueMs, limit }: { dueMs: number; limit: number },
): Promise<{ rows: DeliveryRow[]; seen: number }> {
	const { tables } = ports;
	const due = {
		column: 'next_attempt_at',
		operator: 'lte' as const,
		value: toIsoTime(dueMs),
	};
	const candidates = await tables.find('deliveries', { all: [due] }, { newestFirst: false, limit });
	if (candidates.length === 0) return { rows: [], seen: 0 };
	const lastId = candidates[candidates.length - 1].id;
	const own = await leaseDeliveries(
		tables,
		[due, { column: 'id', operator: 'lte', value: lastId }],
		hold,
	);
	const waiting = new Set(
		candidates.filter(({ lease_owner }) => lease_owner === null).map(({ id }) => id),
	);
	const stale = await findSupersededRows(
		ports,
		own.filter(({ id }) => !waiting.has(id)),
	);
	const rows = readRows(
		'deliveries',
		own.filter(({ id }) => !stale.has(id)),
	);
	const leftBehind = rows.filter((row) => !waiting.has(row.id) && isBatchable(row));
	const batched = await findBatchedDeliveries(tables, leftBehind);
	return {
		rows: rows.filter(({ delivery_id }) => !batched.has(delivery_id)),
		seen: candidates.length,
	};
}

const gathersFor = (endpoint: Endpoint): boolean =>
	endpoint.status === 'active' && getBatchSettings(endpoint) !== undefined;

/** Has events that belong into a batch, and were left behind by a crash or replayed, gather again. */
async function returnToBatching(
	{ tables }: OutboxPorts,
	endpoints: Endpoint[],
	rows: DeliveryRow[],
): Promise<DeliveryRow[]> {
	const waits = new Map(
		endpoints
			.filter(gathersFor)
			.map((endpoint) => [endpoint.id, getBatchSettings(endpoint)?.maxWaitMs ?? 0]),
	);
	const [members, others] = partition(
		rows,
		(row) => isBatchable(row) && waits.has(row.endpoint_id),
	);
	if (members.length > 0) {
		await tables.insert(
			'deliveries',
			members.map((row) => toBatchingRow(row, waits.get(row.endpoint_id) ?? 0)),
		);
	}
	return others;
}

/**
 * What has to be known to attempt deliveries.
 * @returns the deliveries that can be attempted, and the rows of those that cannot any more
 */
export async function loadAttemptJobs(
	ports: OutboxPorts,
	endpoints: Endpoint[],
	rows: DeliveryRow[],
): Promise<{ work: AttemptJob[]; ended: Row[] }> {
	const endpointById = new Map(endpoints.map((endpoint) => [endpoint.id, endpoint]));
	const idsOf = ({ event_id, event_ids }: DeliveryRow): string[] => event_ids ?? [event_id];
	const events = await loadEvents(ports.tables, rows.flatMap(idsOf));
	const work: AttemptJob[] = [];
	const ended: Row[] = [];
	for (const row of rows) {
		const endpoint = endpointById.get(row.endpoint_id);
		const own = idsOf(row).flatMap((id) => events.get(id) ?? []);
		if (endpoint === undefined) {
			ended.push(toFailedRow(row, 'The endpoint was deleted', ports.nowMs()));
		} else if (own.length < idsOf(row).length) {
			ended.push(toFailedRow(row, 'The event is not on record any more', ports.nowMs()));
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
	await repairFanOut(ports);
	const all: RunResult = { results: [], changes: [] };
	let left = limits.maxDeliveries;
	while (left > 0 && ports.nowMs() < startMs + limits.maxRunMs) {
		const owner = ports.newId();
		const endpoints = await loadEndpoints(ports);
		const hold = { owner, untilMs: ports.nowMs() + computeLeaseMs(endpoints) };
		const work: AttemptJob[] = [];
		for (const endpoint of endpoints.filter(gathersFor)) {
			work.push(...(await closeBatches(ports, endpoint, hold)));
		}
		const limit = Math.min(CLAIM, left);
		const claimed = await leaseDueDeliveries(ports, hold, { dueMs: startMs, limit });
		const rows = await returnToBatching(ports, endpoints, claimed.rows);
		if (claimed.seen === 0 && work.length === 0) break;
		const { ended, work: singles } = await loadAttemptJobs(ports, endpoints, rows);
		work.push(...singles);
		const run = await attemptAll(ports, hold, work, limits, { ended });
		all.results.push(...run.results);
		all.changes.push(...run.changes);
		left -= work.length + ended.length;
	}
	return all;
}
