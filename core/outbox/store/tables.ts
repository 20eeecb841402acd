import { z, type ZodObject, type ZodRawShape } from 'zod';

import { parseJson } from '../../lib/json';

/**
 * The outbox's tables, and the little that a database has to do for it. n8n's Data Tables do it in the
 * nodes; they have no indexes but the row id, no transactions over two calls and no limit on an update,
 * and a call costs about the same for one row and for a thousand.
 */

export type ColumnType = 'string' | 'number' | 'boolean' | 'date';

/** Dates are ISO 8601 text in UTC. */
export type Value = string | number | boolean | null;

export type Row = Record<string, Value>;

/**
 * A row as it stands in a table. Its id is higher than those of the rows that were there when it was put
 * in; n8n's SQLite gives the ids of deleted rows out again.
 */
export type StoredRow = Row & { id: number };

export type TableName = 'endpoints' | 'events' | 'deliveries';

/**
 * Part of each table's name. n8n cannot add a column to a table that exists: tables of another shape
 * get another number, and stand beside the old ones.
 */
export const SCHEMA_VERSION = 1;

export const TABLES: Record<TableName, Record<string, ColumnType>> = {
	endpoints: {
		endpoint_id: 'string',
		name: 'string',
		description: 'string',
		url: 'string',
		platform: 'string',
		event_types: 'string',
		status: 'string',
		status_reason: 'string',
		status_changed_at: 'date',
		settings: 'string',
		sealed: 'string',
		registered_at: 'date',
		failing_since: 'date',
		consecutive_failures: 'number',
		rate_free_at: 'date',
		revision: 'number',
	},
	events: {
		event_id: 'string',
		event_type: 'string',
		accepted_at: 'date',
		data: 'string',
		endpoint_ids: 'string',
		fan_out_owner: 'string',
		fan_out_until: 'date',
	},
	deliveries: {
		delivery_id: 'string',
		event_id: 'string',
		event_type: 'string',
		event_ids: 'string',
		endpoint_id: 'string',
		accepted_at: 'date',
		status: 'string',
		attempts: 'number',
		last_attempt_at: 'date',
		next_attempt_at: 'date',
		completed_at: 'date',
		response_code: 'number',
		response_time_ms: 'number',
		payload_size: 'number',
		error: 'string',
		attempt_log: 'string',
		replayed_at: 'date',
		lease_owner: 'string',
	},
};

/** `contains`: text that stands somewhere in the column's. */
export type Operator = 'eq' | 'neq' | 'gt' | 'gte' | 'lt' | 'lte' | 'contains';

export interface Condition {
	column: string;
	operator: Operator;
	value: Value;
}

/** Rows for which all conditions hold, or any of them; the two cannot be mixed. */
export type Query = { all: Condition[] } | { any: Condition[] };

/** How many conditions a query may have: SQLite nests alternatives, 1,000 levels at most. */
export const MAX_CONDITIONS = 800;

/** How many rows `find` returns at most. */
export const MAX_FOUND = 1000;

/** One change of a table: what the method of that name of {@link Tables} does. */
export type Change =
	| { change: 'insert'; table: TableName; rows: Row[] }
	| { change: 'update'; table: TableName; query: Query; values: Row }
	| { change: 'remove'; table: TableName; query: Query };

/** What the outbox needs of a database. */
export interface Tables {
	/** Puts in all rows or none. */
	insert(table: TableName, rows: Row[]): Promise<void>;
	/**
	 * Makes changes in this order, for about the cost of one; none for nothing. They are no transaction: one that fails keeps
	 * those after it from being made. Where a table is made anew, those before it may be made twice.
	 */
	applyChanges(changes: Change[]): Promise<void>;
	/** @param order `by`: a column, the row id where absent; `limit`: at most {@link MAX_FOUND} */
	find(
		table: TableName,
		query: Query,
		order: { by?: string; newestFirst: boolean; limit: number },
	): Promise<StoredRow[]>;
	/** Changes rows in one step: of two updates at once that a row fits, one gets it. Returns them as they are then. */
	update(table: TableName, query: Query, values: Row): Promise<StoredRow[]>;
	/** @returns how many rows were deleted */
	remove(table: TableName, query: Query): Promise<number>;
}

/** Puts rows in, where there are any. */
export const insertChange = (table: TableName, rows: Row[]): Change[] =>
	rows.length > 0 ? [{ change: 'insert', table, rows }] : [];

export const eq = (column: string, value: Value): Condition => ({ column, operator: 'eq', value });

/** A row that a person has edited so that it cannot be read. */
export class UnreadableRowError extends Error {
	override readonly name = 'UnreadableRowError';
}

const text = z.string().nullable();
const date = z.string().datetime({ offset: true });

/** JSON in a column of text. */
const json = <T extends z.ZodTypeAny>(schema: T) =>
	z
		.string()
		.transform((value, context): unknown => {
			const parsed = parseJson(value);
			if (parsed !== undefined) return parsed.value;
			context.addIssue({ code: z.ZodIssueCode.custom, message: 'it is not JSON' });
			return z.NEVER;
		})
		.pipe(schema);

const names = z.array(z.string());

const attemptSchema = z.object({
	attempt: z.number(),
	time: z.string(),
	outcome: z.string(),
	status_code: z.number().nullable(),
	duration_ms: z.number(),
	error_message: z.string().nullable(),
});

/** What each table's rows hold. */
const ROWS = {
	endpoints: z.object({
		id: z.number(),
		endpoint_id: z.string(),
		name: z.string(),
		description: text,
		url: z.string(),
		platform: z.string(),
		event_types: json(names),
		status: z.enum(['active', 'disabled']),
		status_reason: text,
		status_changed_at: date.nullable(),
		settings: json(z.record(z.unknown())),
		sealed: z.string(),
		registered_at: date,
		failing_since: date.nullable(),
		consecutive_failures: z.number(),
		rate_free_at: date.nullable(),
		revision: z.number(),
	}),
	events: z.object({
		id: z.number(),
		event_id: z.string(),
		event_type: z.string(),
		accepted_at: date,
		data: json(z.unknown()),
		endpoint_ids: json(names),
		fan_out_owner: text,
		fan_out_until: date.nullable(),
	}),
	deliveries: z.object({
		id: z.number(),
		delivery_id: z.string(),
		event_id: z.string(),
		event_type: z.string(),
		/** Of a batch: the events in it, in order of arrival. */
		event_ids: json(names).nullable(),
		endpoint_id: z.string(),
		accepted_at: date,
		status: z.enum(['gathering', 'pending', 'sending', 'delivered', 'failed', 'held']),
		attempts: z.number(),
		last_attempt_at: date.nullable(),
		next_attempt_at: date.nullable(),
		completed_at: date.nullable(),
		response_code: z.number().nullable(),
		response_time_ms: z.number().nullable(),
		payload_size: z.number().nullable(),
		error: text,
		attempt_log: json(z.array(attemptSchema)),
		replayed_at: date.nullable(),
		lease_owner: text,
	}),
} satisfies Record<TableName, ZodObject<ZodRawShape>>;

export type EndpointRow = z.infer<(typeof ROWS)['endpoints']>;
export type EventRow = z.infer<(typeof ROWS)['events']>;
export type DeliveryRow = z.infer<(typeof ROWS)['deliveries']>;

interface Read {
	endpoints: EndpointRow;
	events: EventRow;
	deliveries: DeliveryRow;
}

/** @throws UnreadableRowError naming the row and the column */
export function readRow<T extends TableName>(table: T, row: StoredRow): Read[T] {
	const result = ROWS[table].safeParse(row);
	if (result.success) return result.data as Read[T];
	const [{ message, path }] = result.error.issues;
	throw new UnreadableRowError(
		`Row ${row.id} of the outbox’s table of ${table} cannot be read: in the column "${String(path[0])}", ${message}. Put it right or delete the row, in n8n under Data tables.`,
	);
}

/** @throws UnreadableRowError */
export const readRows = <T extends TableName>(table: T, rows: StoredRow[]): Array<Read[T]> =>
	rows.map((row) => readRow(table, row));

/** The rows for which the conditions hold, a page at a time, until there are no more. */
export async function* pagesOf(
	tables: Tables,
	table: TableName,
	conditions: Condition[],
	{ newestFirst }: { newestFirst: boolean },
): AsyncGenerator<StoredRow[]> {
	let beyond: Condition[] = [];
	for (;;) {
		const page = await tables.find(
			table,
			{ all: [...conditions, ...beyond] },
			{ newestFirst, limit: MAX_FOUND },
		);
		yield page;
		if (page.length < MAX_FOUND) return;
		const operator = newestFirst ? 'lt' : 'gt';
		beyond = [{ column: 'id', operator, value: page[page.length - 1].id }];
	}
}

/** All rows for which the conditions hold, oldest first, however many they are. */
export async function findAll(
	tables: Tables,
	table: TableName,
	conditions: Condition[] = [],
): Promise<StoredRow[]> {
	const found: StoredRow[] = [];
	for await (const page of pagesOf(tables, table, conditions, { newestFirst: false })) {
		found.push(...page);
	}
	return found;
}

/** All rows in which a column holds one of the values. */
export async function findAny(
	tables: Tables,
	table: TableName,
	column: string,
	values: Iterable<string>,
): Promise<StoredRow[]> {
	const find = async (some: string[]): Promise<StoredRow[]> => {
		if (some.length === 0) return [];
		if (some.length === 1) return await findAll(tables, table, [eq(column, some[0])]);
		const any = some.map((value) => eq(column, value));
		const page =
			some.length > MAX_CONDITIONS
				? undefined
				: await tables.find(table, { any }, { newestFirst: false, limit: MAX_FOUND });
		if (page !== undefined && page.length < MAX_FOUND) return page;
		const middle = Math.ceil(some.length / 2);
		return [...(await find(some.slice(0, middle))), ...(await find(some.slice(middle)))];
	};
	return await find([...new Set(values)]);
}
