import isEmpty from 'lodash/isEmpty';
import omit from 'lodash/omit';

import { readRegisteredEndpoints } from '../endpoint/repository';
import type { RegisteredEndpoint } from '../model';
import type { OutboxPorts } from '../ports';
import { compactTallies, MAX_LOOSE_TALLIES } from '../store/compaction';
import { findEndpointRows, type EndpointQuery } from '../store/endpoints';
import { findCounts, readCounts, type CountScope } from '../store/tallies';
import type { StoredRow } from '../store/tables';
import { SLOT_MS } from '../store/tallyRows';

import { findDeliveries, type LogQuery } from './query';
import {
	computeStats,
	countDeliveries,
	toStatsParts,
	type DeliveryStats,
	type StatsPart,
} from './stats';

/** Reads counts, and puts their tallies together if there are many. */
async function readParts(
	ports: OutboxPorts,
	scope: CountScope,
	firstPage: StoredRow[],
): Promise<StatsPart[]> {
	const { looseTallies, parts } = await readCounts(ports.tables, scope, firstPage);
	if (looseTallies > MAX_LOOSE_TALLIES) await compactTallies(ports);
	return parts;
}

/** An endpoint, with the number of its deliveries since it was registered, including those pruned. */
export interface CountedEndpoint {
	endpoint: RegisteredEndpoint;
	stats: DeliveryStats;
}

/** Loads endpoints with their stats, in one call. It reads no delivery that ended. */
export async function loadCountedEndpoints(
	ports: OutboxPorts,
	query: EndpointQuery = {},
): Promise<CountedEndpoint[]> {
	const scope = { endpointId: query.id, byTime: false };
	const [endpointRows, countRows] = await ports.tables.applyAndFind(
		[],
		[findEndpointRows(query), findCounts(scope)],
	);
	const endpoints = await readRegisteredEndpoints(ports, endpointRows, query);
	const { by_endpoint } = computeStats(await readParts(ports, scope, countRows));
	const statsById = new Map(by_endpoint.map((stats) => [stats.endpoint_id, stats]));
	const noStats = countDeliveries([]);
	return endpoints.map((endpoint) => ({
		endpoint,
		stats: statsById.get(endpoint.id) ?? noStats,
	}));
}

/** Deliveries, counted. */
export interface CountedDeliveries {
	parts: StatsPart[];
	/** `true` if deliveries that were pruned are counted, too. */
	includesPruned: boolean;
}

const isSlotStart = (time: string | undefined): boolean =>
	!time || Date.parse(time) % SLOT_MS === 0;

/** Checks whether tallies can answer a query: they know endpoints, and quarters of an hour. */
const canTalliesAnswer = (query: LogQuery): boolean =>
	Object.values(omit(query, ['endpointId', 'since', 'until'])).every((value) => isEmpty(value)) &&
	isSlotStart(query.since) &&
	isSlotStart(query.until);

/**
 * Counts the deliveries that match a query, including those that were pruned. For an event, its type, a
 * status, or times within a quarter of an hour it reads the log, and counts what it contains.
 */
export async function loadCounts(ports: OutboxPorts, query: LogQuery): Promise<CountedDeliveries> {
	if (!canTalliesAnswer(query)) {
		const deliveries = await findDeliveries(ports, query);
		return { parts: toStatsParts(deliveries), includesPruned: false };
	}
	const scope = { endpointId: query.endpointId || undefined, byTime: true };
	const [rows] = await ports.tables.applyAndFind([], [findCounts(scope)]);
	const sinceMs = query.since ? Date.parse(query.since) : -Infinity;
	const untilMs = query.until ? Date.parse(query.until) : Infinity;
	const parts = await readParts(ports, scope, rows);
	return {
		parts: parts.filter(({ acceptedMs }) => acceptedMs >= sinceMs && acceptedMs < untilMs),
		includesPruned: true,
	};
}
