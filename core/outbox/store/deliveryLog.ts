import type { AttemptOutcome } from '../../sending/attemptOutcome';
import type { Delivery, DeliveryStatus, StoredDelivery } from '../model';

import { readDelivery } from './deliveryRows';
import {
	eq,
	findAll,
	MAX_FOUND,
	neq,
	type Condition,
	type RowFinder,
	type StoredRow,
	type TableName,
} from './tables';
import { NO_TALLIES } from './tallyRows';

/** Reads the log: the rows of deliveries, or of events, that match a query. */

/** A delivery's place in the log, which stays the same whatever happens to the delivery. */
export interface LogPosition {
	acceptedAt: string;
	deliveryId: string;
}

/** Response codes from `from` to `to`, inclusive. */
export interface CodeRange {
	from: number;
	to: number;
}

/** All criteria that are set must match. Times are the events' acceptance, ISO 8601. */
export interface DeliveryQuery {
	endpointId?: string;
	/** Finds single deliveries of the event. */
	eventId?: string;
	/** Finds batches that contain the event. */
	batchedEventId?: string;
	eventType?: string;
	/** Finds deliveries with any of these statuses. */
	statuses?: DeliveryStatus[];
	/** Finds deliveries whose last attempt had any of these outcomes. */
	outcomes?: AttemptOutcome[];
	/** Finds deliveries whose last attempt was answered with a code in any of these ranges. */
	responseCodes?: CodeRange[];
	since?: string;
	until?: string;
	/** Finds only deliveries that follow this place in the log: the next page. */
	after?: LogPosition;
	/** Finds only deliveries that precede this place in the log: the previous page. */
	before?: LogPosition;
}

const STATUSES: DeliveryStatus[] = [
	'gathering',
	'pending',
	'sending',
	'delivered',
	'failed',
	'held',
	'cancelled',
];

/** Returns conditions that rows with any of the values meet, since alternatives cannot be mixed with them. */
export function matchStatuses(statuses: DeliveryStatus[]): Condition[] {
	if (statuses.length === 1) return [eq('status', statuses[0])];
	const others = STATUSES.filter((status) => !statuses.includes(status));
	return [...NO_TALLIES, ...others.map((status) => neq('status', status))];
}

/** Returns conditions that the rows with a code in any of the ranges meet, and maybe a few others. */
const matchCodes = (ranges: CodeRange[]): Condition[] => [
	{ column: 'response_code', operator: 'gte', value: Math.min(...ranges.map(({ from }) => from)) },
	{ column: 'response_code', operator: 'lte', value: Math.max(...ranges.map(({ to }) => to)) },
];

const isSet = <T>(list: T[] | undefined): list is T[] => list !== undefined && list.length > 0;

/** Returns the conditions for the time at which events were accepted. */
export const matchTimes = ({ since, until }: { since?: string; until?: string }): Condition[] => [
	...(since ? [{ column: 'accepted_at', operator: 'gte' as const, value: since }] : []),
	...(until ? [{ column: 'accepted_at', operator: 'lt' as const, value: until }] : []),
];

/** Returns the conditions that all matching rows meet; {@link matchesQuery} leaves the others out. */
function toConditions(query: DeliveryQuery): Condition[] {
	const { batchedEventId, outcomes, responseCodes, statuses } = query;
	const equal = {
		endpoint_id: query.endpointId,
		event_type: query.eventType,
		event_id: query.eventId,
		outcome: outcomes?.length === 1 ? outcomes[0] : undefined,
	};
	return [
		...Object.entries(equal).flatMap(([column, value]) => (value ? [eq(column, value)] : [])),
		...(isSet(statuses) ? matchStatuses(statuses) : NO_TALLIES),
		...(isSet(outcomes) && outcomes.length > 1 ? [neq('outcome', null)] : []),
		...(isSet(responseCodes) ? matchCodes(responseCodes) : []),
		...matchTimes(query),
		...(batchedEventId
			? [
					{
						column: 'event_ids',
						operator: 'contains' as const,
						value: JSON.stringify(batchedEventId),
					},
				]
			: []),
	];
}

const follows = (later: LogPosition, earlier: LogPosition): boolean =>
	later.acceptedAt < earlier.acceptedAt ||
	(later.acceptedAt === earlier.acceptedAt && later.deliveryId < earlier.deliveryId);

const getPosition = ({ acceptedAt, id }: Delivery): LogPosition => ({ acceptedAt, deliveryId: id });

const includes = <T>(list: T[] | undefined, value: T): boolean =>
	!isSet(list) || list.includes(value);

/** Checks whether a delivery meets all criteria of a query. */
export const matchesQuery = (delivery: Delivery, query: DeliveryQuery): boolean =>
	(!query.endpointId || delivery.endpointId === query.endpointId) &&
	(!query.eventId || delivery.eventId === query.eventId) &&
	(!query.batchedEventId || delivery.batchedEventIds?.includes(query.batchedEventId) === true) &&
	(!query.eventType || delivery.eventType === query.eventType) &&
	includes(query.statuses, delivery.status) &&
	(!isSet(query.outcomes) ||
		(delivery.outcome !== null && query.outcomes.includes(delivery.outcome))) &&
	(!isSet(query.responseCodes) ||
		query.responseCodes.some(
			({ from, to }) =>
				delivery.responseCode !== null &&
				delivery.responseCode >= from &&
				delivery.responseCode <= to,
		)) &&
	(!query.since || delivery.acceptedAt >= query.since) &&
	(!query.until || delivery.acceptedAt < query.until) &&
	(query.after === undefined || follows(getPosition(delivery), query.after)) &&
	(query.before === undefined || follows(query.before, getPosition(delivery)));

/** A table whose rows have a time of acceptance, and the column that orders the rows of one time. */
interface LogTable {
	table: TableName;
	idColumn: string;
}

/** Where reading begins, and in which direction it goes: down the log by default, from its newest row. */
interface LogStart {
	after?: LogPosition;
	before?: LogPosition;
}

/** The operators that find what comes next, and the order of rows, in each direction. */
const DIRECTIONS = {
	down: { newestFirst: true, beyond: 'lt', from: 'lte' },
	up: { newestFirst: false, beyond: 'gt', from: 'gte' },
} as const;

type Direction = (typeof DIRECTIONS)[keyof typeof DIRECTIONS];

/** Yields matching rows with one time of acceptance, in the order of their ID. */
async function* readPagesAt(
	tables: RowFinder,
	{ idColumn, table }: LogTable,
	{ beyond, from, newestFirst }: Direction,
	sameTime: Condition[],
	pageSize: number,
	beyondId?: string,
): AsyncGenerator<StoredRow[]> {
	let remaining: Condition[] =
		beyondId === undefined ? [] : [{ column: idColumn, operator: beyond, value: beyondId }];
	for (;;) {
		const page = await tables.find(
			table,
			{ all: [...sameTime, ...remaining] },
			{ by: idColumn, newestFirst, limit: pageSize },
		);
		if (page.length < pageSize) return yield page;
		// The last delivery may have another row, which has to be on the same page.
		const lastId = String(page[page.length - 1][idColumn]);
		const complete = page.filter((row) => row[idColumn] !== lastId);
		yield complete.length > 0 ? complete : page;
		const operator = complete.length > 0 ? from : beyond;
		remaining = [{ column: idColumn, operator, value: lastId }];
	}
}

/** Yields matching rows in pages. No row of a page comes after one of the next page. */
async function* readLogRows(
	tables: RowFinder,
	logTable: LogTable,
	conditions: Condition[],
	pageSize: number,
	{ after, before }: LogStart,
): AsyncGenerator<StoredRow[]> {
	const { table } = logTable;
	const start = after ?? before;
	const direction = after === undefined && before !== undefined ? DIRECTIONS.up : DIRECTIONS.down;
	const { beyond, newestFirst } = direction;
	let remaining: Condition[] = [];
	const skipTo = (acceptedAt: string): void => {
		remaining = [{ column: 'accepted_at', operator: beyond, value: acceptedAt }];
	};
	const at = (acceptedAt: string): Condition[] => [...conditions, eq('accepted_at', acceptedAt)];
	if (start !== undefined) {
		const { acceptedAt, deliveryId } = start;
		yield* readPagesAt(tables, logTable, direction, at(acceptedAt), pageSize, deliveryId);
		skipTo(acceptedAt);
	}
	for (;;) {
		const page = await tables.find(
			table,
			{ all: [...conditions, ...remaining] },
			{ by: 'accepted_at', newestFirst, limit: pageSize },
		);
		const lastTime = page.length < pageSize ? null : page[page.length - 1].accepted_at;
		if (lastTime === null) return yield page;
		yield page.filter(({ accepted_at }) => accepted_at !== lastTime);
		yield* readPagesAt(tables, logTable, direction, at(String(lastTime)), pageSize);
		skipTo(String(lastTime));
	}
}

/** Reads rows as deliveries, without those that meet the conditions, but not the query. */
const readMatching = (rows: StoredRow[], query: DeliveryQuery): StoredDelivery[] =>
	rows
		.map(readDelivery)
		.filter((delivery) => delivery.problem !== undefined || matchesQuery(delivery, query));

/**
 * Reads all matching rows, in about half as many calls as pages of the log take; a delivery may have several
 * rows. A delivery that is retried meanwhile is not missed: its new row comes last.
 */
export const readAllDeliveries = async (
	tables: RowFinder,
	query: DeliveryQuery,
): Promise<StoredDelivery[]> =>
	readMatching(await findAll(tables, 'deliveries', toConditions(query)), query);

/**
 * Yields matching rows in pages, newest event first; a delivery may have several rows on a page. The order
 * is that of {@link LogPosition}: no row is missed or repeated because a delivery was retried meanwhile.
 * @param pageSize rows to read at once
 */
export async function* readDeliveryPages(
	tables: RowFinder,
	query: DeliveryQuery,
	pageSize = MAX_FOUND,
): AsyncGenerator<StoredDelivery[]> {
	const logTable: LogTable = { table: 'deliveries', idColumn: 'delivery_id' };
	const conditions = toConditions(query);
	for await (const page of readLogRows(tables, logTable, conditions, pageSize, query)) {
		yield readMatching(page, query);
	}
}

/**
 * Yields the rows of events that meet the conditions in pages: newest first, or oldest first before a place.
 * @param start the places' IDs are those of events
 */
export const readEventRowPages = (
	tables: RowFinder,
	conditions: Condition[],
	pageSize: number,
	start: LogStart = {},
): AsyncGenerator<StoredRow[]> =>
	readLogRows(tables, { table: 'events', idColumn: 'event_id' }, conditions, pageSize, start);
