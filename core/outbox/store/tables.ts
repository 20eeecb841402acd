/**
 * The outbox's tables, and the few operations that it needs from a database. The nodes implement them
 * with n8n's Data Tables, which index only the row ID, have no transactions across calls, and take about
 * the same time for one row as for a thousand.
 */

export type ColumnType = 'string' | 'number' | 'boolean' | 'date';

/** Dates are ISO 8601 text in UTC, as `toIsoTime` writes them. */
export type Value = string | number | boolean | null;

export type Row = Record<string, Value>;

/**
 * A row read from a table. Its ID is higher than those of the rows that existed when it was inserted;
 * SQLite reuses the IDs of deleted rows.
 */
export type StoredRow = Row & { id: number };

export type TableName = 'tenants' | 'event_types' | 'endpoints' | 'events' | 'deliveries';

/**
 * Part of each table's name. n8n cannot add a column to an existing table, so tables of another shape get
 * another number and are created next to the old ones.
 */
export const SCHEMA_VERSION = 1;

/** n8n shows the columns in this order: those that a person reads come first. */
export const TABLES: Record<TableName, Record<string, ColumnType>> = {
	tenants: {
		name: 'string',
		status: 'string',
		tenant_id: 'string',
		metadata: 'string',
		limits: 'string',
		registered_at: 'date',
		key_epoch: 'number',
		withdrawn_keys: 'string',
		uid: 'string',
		updated_at: 'date',
		revision: 'number',
		creation_key: 'string',
		creation_digest: 'string',
		creation_owner: 'string',
	},
	event_types: {
		name: 'string',
		description: 'string',
		group_name: 'string',
		archived: 'boolean',
		schema: 'string',
		example: 'string',
		created_at: 'date',
		updated_at: 'date',
		creation_owner: 'string',
	},
	endpoints: {
		name: 'string',
		status: 'string',
		tenant_id: 'string',
		url: 'string',
		event_types: 'string',
		platform: 'string',
		status_reason: 'string',
		failing_since: 'date',
		consecutive_failures: 'number',
		probe_at: 'date',
		description: 'string',
		settings: 'string',
		status_changed_at: 'date',
		registered_at: 'date',
		updated_at: 'date',
		api_managed: 'boolean',
		endpoint_id: 'string',
		uid: 'string',
		rate_free_at: 'date',
		alerts: 'string',
		revision: 'number',
		sealed: 'string',
		sealed_revision: 'number',
		creation_key: 'string',
		creation_owner: 'string',
	},
	events: {
		event_type: 'string',
		tenant_id: 'string',
		data: 'string',
		accepted_at: 'date',
		event_id: 'string',
		uid: 'string',
		channels: 'string',
		request_key: 'string',
		endpoint_ids: 'string',
		execution_id: 'string',
		workflow_id: 'string',
		node_name: 'string',
		inbound_event_id: 'string',
		deliver_at: 'date',
		payload_forgotten_at: 'date',
		data_check: 'string',
		lease_owner: 'string',
		lease_until: 'date',
	},
	deliveries: {
		status: 'string',
		event_type: 'string',
		tenant_id: 'string',
		endpoint_name: 'string',
		response_code: 'number',
		outcome: 'string',
		next_attempt_at: 'date',
		error: 'string',
		attempts: 'number',
		accepted_at: 'date',
		last_attempt_at: 'date',
		completed_at: 'date',
		response_time_ms: 'number',
		payload_size: 'number',
		attempt_log: 'string',
		delivery_id: 'string',
		event_id: 'string',
		event_ids: 'string',
		endpoint_id: 'string',
		execution_id: 'string',
		workflow_id: 'string',
		replayed_at: 'date',
		order_key: 'string',
		order_number: 'number',
		tallied: 'string',
		lease_owner: 'string',
	},
};

/** `contains`: the column's text includes the value. */
export type Operator = 'eq' | 'neq' | 'gt' | 'gte' | 'lt' | 'lte' | 'contains';

export interface Condition {
	column: string;
	operator: Operator;
	value: Value;
}

/** Matches rows that meet all conditions, or any of them; the two cannot be mixed. */
export type Query = { all: Condition[] } | { any: Condition[] };

/** Most conditions in one query: SQLite nests alternatives, at most 1,000 levels deep. */
export const MAX_CONDITIONS = 800;

/** Most rows that one `find` returns. */
export const MAX_FOUND = 1000;

/** Most finds in one call: n8n's Merge node joins as many. */
export const MAX_FINDS = 10;

/** Most changes to make in one call: n8n runs a node for each. */
export const MAX_CHANGES = 50;

export interface UpdateChange {
	change: 'update';
	table: TableName;
	query: Query;
	values: Row;
}

/** One call of the method of {@link Tables} with that name, as data. */
export type Change =
	| { change: 'insert'; table: TableName; rows: Row[] }
	| UpdateChange
	| { change: 'remove'; table: TableName; query: Query };

/** `by`: a column, by default the row ID; `limit`: at most {@link MAX_FOUND} rows. */
export interface FindOptions {
	by?: string;
	newestFirst: boolean;
	limit: number;
}

/** One call of {@link Tables.find}, as data. */
export interface Find {
	table: TableName;
	query: Query;
	options: FindOptions;
}

/** The operations that the outbox needs from a database. */
export interface Tables {
	/** Inserts all rows or none. */
	insert(table: TableName, rows: Row[]): Promise<void>;
	/**
	 * Makes changes in order, for about the cost of one; makes no call if there are none. They are not a
	 * transaction: if one fails, those before it remain, and if a table has to be recreated, they may be
	 * made twice.
	 */
	applyChanges(changes: Change[]): Promise<void>;
	/**
	 * Makes changes in order, then finds rows, for about the cost of one call. The changes are no more of a
	 * transaction than those of {@link applyChanges}.
	 * @returns the rows of each find, in order
	 */
	applyAndFind(changes: Change[], finds: Find[]): Promise<StoredRow[][]>;
	find(table: TableName, query: Query, options: FindOptions): Promise<StoredRow[]>;
	/**
	 * Updates all matching rows atomically: of two simultaneous updates that match a row, only one changes
	 * it.
	 * @returns the rows after the update
	 */
	update(table: TableName, query: Query, values: Row): Promise<StoredRow[]>;
	/** @returns the number of deleted rows */
	remove(table: TableName, query: Query): Promise<number>;
}

/** The part of {@link Tables} that reads rows. */
export type RowFinder = Pick<Tables, 'find'>;

/** Returns the change that inserts rows, or none if there are no rows. */
export const insertChange = (table: TableName, rows: Row[]): Change[] =>
	rows.length > 0 ? [{ change: 'insert', table, rows }] : [];

export const eq = (column: string, value: Value): Condition => ({ column, operator: 'eq', value });

export const neq = (column: string, value: Value): Condition => ({
	column,
	operator: 'neq',
	value,
});

/** Yields all matching rows in pages of at most {@link MAX_FOUND}. */
export async function* readPages(
	tables: RowFinder,
	table: TableName,
	conditions: Condition[],
	{ newestFirst }: Pick<FindOptions, 'newestFirst'>,
): AsyncGenerator<StoredRow[]> {
	let beyondLastRow: Condition[] = [];
	for (;;) {
		const page = await tables.find(
			table,
			{ all: [...conditions, ...beyondLastRow] },
			{ newestFirst, limit: MAX_FOUND },
		);
		yield page;
		if (page.length < MAX_FOUND) return;
		const operator = newestFirst ? 'lt' : 'gt';
		beyondLastRow = [{ column: 'id', operator, value: page[page.length - 1].id }];
	}
}

/** Returns the find of the first page of all rows that meet the conditions, oldest first. */
export const findFirstPage = (table: TableName, conditions: Condition[] = []): Find => ({
	table,
	query: { all: conditions },
	options: { newestFirst: false, limit: MAX_FOUND },
});

/**
 * Finds the rows that follow a first page of {@link findFirstPage}, if it is full.
 * @returns all rows, with those of the first page
 */
export async function completePages(
	tables: RowFinder,
	table: TableName,
	conditions: Condition[],
	firstPage: StoredRow[],
): Promise<StoredRow[]> {
	if (firstPage.length < MAX_FOUND) return firstPage;
	const beyond: Condition = { column: 'id', operator: 'gt', value: firstPage[MAX_FOUND - 1].id };
	return [...firstPage, ...(await findAll(tables, table, [...conditions, beyond]))];
}

/** Finds all rows that meet the conditions, oldest first, without a limit. */
export async function findAll(
	tables: RowFinder,
	table: TableName,
	conditions: Condition[] = [],
): Promise<StoredRow[]> {
	const rows: StoredRow[] = [];
	for await (const page of readPages(tables, table, conditions, { newestFirst: false })) {
		rows.push(...page);
	}
	return rows;
}

/**
 * Returns the find of all rows whose column has one of the values; `undefined` if there are too many values
 * for one. It has found all rows if they are fewer than {@link MAX_FOUND}.
 */
export const findAnyAtOnce = (
	table: TableName,
	column: string,
	values: string[],
	operator: Operator = 'eq',
): Find | undefined =>
	values.length === 0 || values.length > MAX_CONDITIONS
		? undefined
		: {
				table,
				query: { any: values.map((value) => ({ column, operator, value })) },
				options: { newestFirst: false, limit: MAX_FOUND },
			};

/** Finds all rows whose column has one of the values, in as few calls as possible. */
export async function findAny(
	tables: Tables,
	table: TableName,
	column: string,
	values: Iterable<string>,
	operator: Operator = 'eq',
): Promise<StoredRow[]> {
	const findRows = async (wanted: string[]): Promise<StoredRow[]> => {
		if (wanted.length === 0) return [];
		if (wanted.length === 1) {
			return await findAll(tables, table, [{ column, operator, value: wanted[0] }]);
		}
		const find = findAnyAtOnce(table, column, wanted, operator);
		const page = find && (await tables.find(table, find.query, find.options));
		if (page !== undefined && page.length < MAX_FOUND) return page;
		const middle = Math.ceil(wanted.length / 2);
		return [
			...(await findRows(wanted.slice(0, middle))),
			...(await findRows(wanted.slice(middle))),
		];
	};
	return await findRows([...new Set(values)]);
}
