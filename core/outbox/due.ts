import { abandoned, current } from './deliveryRow';
import type { Endpoint } from './endpoint';
import { loadEndpoints } from './endpoints';
import type { OutboxPorts } from './ports';
import { attemptAll, leaseMsFor, type RunLimits, type RunResult, type Work } from './run';
import { completeFanOut, eventOf } from './send';
import {
	findAny,
	readRow,
	readRows,
	type DeliveryRow,
	type EventRow,
	type Row,
	type StoredRow,
} from './tables';

export interface DueLimits extends RunLimits {
	/** How many deliveries one run takes at most. */
	maxDeliveries: number;
	/** After this, no more are taken; those that were are finished. */
	maxRunMs: number;
}

/** How many deliveries are taken at once. */
const CLAIM = 1000;

const iso = (ms: number): string => new Date(ms).toISOString();

/** Finds, of rows that a run held which is gone, those whose outcome is on record already. */
async function outOfDate(ports: OutboxPorts, rows: StoredRow[]): Promise<Set<number>> {
	if (rows.length === 0) return new Set();
	const ids = rows.map(({ delivery_id }) => String(delivery_id));
	const all = await findAny(ports.tables, 'deliveries', 'delivery_id', ids);
	const best = new Set(
		current(all as Array<StoredRow & { status: string; delivery_id: string }>).map(({ id }) => id),
	);
	return new Set(rows.map(({ id }) => id).filter((id) => !best.has(id)));
}

/**
 * Takes deliveries whose time has come, oldest first. They are this run's until the lease ends: of two
 * runs at once, one gets them.
 */
async function claim(
	ports: OutboxPorts,
	owner: string,
	untilMs: number,
	limit: number,
): Promise<{ rows: DeliveryRow[]; seen: number }> {
	const { tables } = ports;
	const due = {
		column: 'next_attempt_at',
		operator: 'lte' as const,
		value: iso(ports.nowMs()),
	};
	const candidates = await tables.find('deliveries', { all: [due] }, { newestFirst: false, limit });
	if (candidates.length === 0) return { rows: [], seen: 0 };
	const lastId = candidates[candidates.length - 1].id;
	const taken = await tables.update(
		'deliveries',
		{ all: [due, { column: 'id', operator: 'lte', value: lastId }] },
		{ status: 'sending', lease_owner: owner, next_attempt_at: iso(untilMs) },
	);
	const waiting = new Set(
		candidates.filter(({ lease_owner }) => lease_owner === null).map(({ id }) => id),
	);
	const own = taken.filter(({ lease_owner }) => lease_owner === owner);
	const stale = await outOfDate(
		ports,
		own.filter(({ id }) => !waiting.has(id)),
	);
	return {
		rows: readRows(
			'deliveries',
			own.filter(({ id }) => !stale.has(id)),
		),
		seen: candidates.length,
	};
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
	const events = new Map<string, EventRow>();
	const eventIds = rows.map(({ event_id }) => event_id);
	for (const stored of await findAny(ports.tables, 'events', 'event_id', eventIds)) {
		events.set(String(stored.event_id), readRow('events', stored));
	}
	const work: Work[] = [];
	const ended: Row[] = [];
	for (const row of rows) {
		const endpoint = endpointById.get(row.endpoint_id);
		const event = events.get(row.event_id);
		if (endpoint === undefined) {
			ended.push(abandoned(row, 'The endpoint was deleted', ports.nowMs()));
		} else if (event === undefined) {
			ended.push(abandoned(row, 'The event is not on record any more', ports.nowMs()));
		} else work.push({ row, endpoint, event: eventOf(event) });
	}
	return { work, ended };
}

/**
 * Attempts what is due: retries, deliveries that a crashed run left behind, replays.
 * Any number of runs at once is safe.
 */
export async function deliverDue(ports: OutboxPorts, limits: DueLimits): Promise<RunResult> {
	const endMs = ports.nowMs() + limits.maxRunMs;
	await completeFanOut(ports);
	const all: RunResult = { results: [], changes: [] };
	let left = limits.maxDeliveries;
	while (left > 0 && ports.nowMs() < endMs) {
		const owner = ports.newId();
		const endpoints = await loadEndpoints(ports);
		const untilMs = ports.nowMs() + leaseMsFor(endpoints);
		const { rows, seen } = await claim(ports, owner, untilMs, Math.min(CLAIM, left));
		if (seen === 0) break;
		const { work, ended } = await workFor(ports, endpoints, rows);
		const { changes, results } = await attemptAll(ports, owner, untilMs, work, limits, ended);
		all.results.push(...results);
		all.changes.push(...changes);
		left -= seen;
	}
	return all;
}
