import uniq from 'lodash/uniq';
import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { getErrorMessage } from '../../../core/lib/errorMessage';
import {
	SCHEMA_VERSION,
	TABLES,
	type Change,
	type Find,
	type FindOptions,
	type Query,
	type Row,
	type StoredRow,
	type TableName,
	type Tables,
} from '../../../core/outbox/store/tables';

import {
	TableError,
	TablesFullError,
	toChangeStep,
	toFindStep,
	toStoredRow,
} from './dataTableSteps';
import { runTableSteps, type TableStep } from './dataTableWorkflow';

/** Keeps the outbox's tables in n8n's Data Tables, in the workflow's own project. */

type TableIds = Record<TableName, string>;

/** A step on one of the outbox's tables. */
type OutboxStep = TableStep & { table: TableName };

const TABLE_NAMES = Object.keys(TABLES) as TableName[];

/** Matches n8n's error if a table, or a column of it, does not exist. */
const SCHEMA_CHANGED_ERROR =
	/could not be found|not found|unknown column|do not exist|does not exist/i;

/** Matches n8n's error if all data tables together have reached their limit. */
const TABLES_FULL_ERROR = /size limit exceeded/i;

/**
 * The tables' IDs, by workflow and outbox. Finding them takes a separate call to n8n, and an ID stays the
 * same as long as its table exists.
 */
const cachedTableIds = new Map<string, TableIds>();
const MAX_CACHED_OUTBOXES = 1000;

class DataTables implements Tables {
	constructor(
		private readonly context: IExecuteFunctions,
		private readonly outbox: string,
	) {}

	private get cacheKey(): string {
		return `${this.context.getWorkflow().id} ${this.outbox}`;
	}

	private getTableName(table: TableName): string {
		return `${this.outbox}_${table}_v${SCHEMA_VERSION}`;
	}

	/** Lists the outbox's tables by name. n8n's own search also finds names that only look alike. */
	private async listTables(): Promise<Map<string, IDataObject>> {
		const parameters = {
			resource: 'table',
			operation: 'list',
			returnAll: true,
			options: { filterName: `${this.outbox}_` },
		};
		const [tables] = await runTableSteps(this.context, [{ parameters }]);
		return new Map(tables.map((table) => [String(table.name), table]));
	}

	private async createTable(table: TableName): Promise<void> {
		const tableName = this.getTableName(table);
		const parameters = {
			resource: 'table',
			operation: 'create',
			tableName,
			columns: {
				column: Object.entries(TABLES[table]).map(([name, type]) => ({ name, type })),
			},
			options: { createIfNotExists: false },
		};
		await runTableSteps(this.context, [{ parameters }]).catch(async (error: unknown) => {
			// Another run may have created it at the same time.
			if (!(await this.listTables()).has(tableName)) throw error;
		});
	}

	/** Says what a table lacks; `undefined` if it has all columns, or n8n does not list them. */
	private describeGaps(table: TableName, columns: unknown): string | undefined {
		if (!Array.isArray(columns)) return undefined;
		const types = new Map(
			(columns as IDataObject[]).map(({ name, type }) => [String(name), String(type)]),
		);
		const expected = Object.entries(TABLES[table]);
		const missing = expected
			.filter(([name]) => !types.has(name))
			.map(([name, type]) => `the column "${name}" with the type ${type}`);
		const wrong = expected
			.filter(([name, type]) => types.has(name) && types.get(name) !== type)
			.map(
				([name, type]) =>
					`the column "${name}" with the type ${String(types.get(name))} instead of ${type}`,
			);
		const gaps = [
			...(missing.length > 0 ? [`lacks ${missing.join(', and ')}`] : []),
			...(wrong.length > 0 ? [`has ${wrong.join(', and ')}`] : []),
		];
		return gaps.length === 0 ? undefined : `"${this.getTableName(table)}" ${gaps.join(', and ')}.`;
	}

	/** @throws TableError with all columns that are missing or have another type */
	private requireColumns(tables: Map<string, IDataObject>): void {
		const gaps = TABLE_NAMES.flatMap(
			(table) => this.describeGaps(table, tables.get(this.getTableName(table))?.columns) ?? [],
		);
		if (gaps.length === 0) return;
		const names = TABLE_NAMES.map((table) => `"${this.getTableName(table)}"`).join(', ');
		throw new TableError(
			`The outbox’s data tables were created by an earlier version of this package, or were edited. ${gaps.join(' ')} Add what is missing under Data tables in n8n; existing rows stay. Or rename or delete ${names}, and the outbox creates new ones.`,
		);
	}

	/**
	 * Returns the tables' IDs, and creates tables that do not exist.
	 * @throws TableError
	 */
	private async getTableIds(): Promise<TableIds> {
		const cached = cachedTableIds.get(this.cacheKey);
		if (cached !== undefined) return cached;
		let tables = await this.listTables();
		// Tables of an earlier version are reported before new ones are created next to them.
		this.requireColumns(tables);
		const missing = TABLE_NAMES.filter((table) => !tables.has(this.getTableName(table)));
		if (missing.length > 0) {
			for (const table of missing) await this.createTable(table);
			tables = await this.listTables();
			this.requireColumns(tables);
		}
		const ids = Object.fromEntries(
			TABLE_NAMES.map((table) => {
				const found = tables.get(this.getTableName(table));
				if (found === undefined) {
					throw new TableError(
						`n8n did not create the data table "${this.getTableName(table)}". Check in n8n, under Data tables, whether this project may have more.`,
					);
				}
				return [table, String(found.id)];
			}),
		) as TableIds;
		if (cachedTableIds.size >= MAX_CACHED_OUTBOXES) cachedTableIds.clear();
		cachedTableIds.set(this.cacheKey, ids);
		return ids;
	}

	private async runSteps(steps: OutboxStep[]): Promise<IDataObject[][]> {
		const ids = await this.getTableIds();
		return await runTableSteps(
			this.context,
			steps.map(({ parameters, table, ...step }) => ({
				...step,
				parameters: {
					resource: 'row',
					...parameters,
					dataTableId: { __rl: true, mode: 'id', value: ids[table] },
				},
			})),
		);
	}

	/**
	 * Runs steps on the tables. If a table was deleted, renamed or edited since its ID was cached, the
	 * tables are looked up again, and the steps are run a second time.
	 * @throws TableError
	 */
	private async runOnTables(steps: OutboxStep[]): Promise<IDataObject[][]> {
		return await this.runSteps(steps).catch(async (error: unknown) => {
			if (error instanceof TableError) throw error;
			const message = getErrorMessage(error);
			if (TABLES_FULL_ERROR.test(message)) throw new TablesFullError(message);
			if (!SCHEMA_CHANGED_ERROR.test(message)) {
				const names = uniq(steps.map(({ table }) => `"${this.getTableName(table)}"`)).join(' or ');
				throw new TableError(`n8n’s data table ${names} could not be used: ${message}`, {
					cause: error,
				});
			}
			cachedTableIds.delete(this.cacheKey);
			return await this.runSteps(steps);
		});
	}

	/** Reads the rows of a table. @throws TableError if a column was deleted */
	private async readRows(table: TableName, rows: IDataObject[]): Promise<StoredRow[]> {
		const columns = Object.keys(TABLES[table]);
		if (!rows.every((row) => columns.every((name) => name in row))) {
			// Looking the tables up again reports which column was deleted.
			cachedTableIds.delete(this.cacheKey);
			await this.getTableIds();
		}
		return rows.map(toStoredRow);
	}

	async applyAndFind(changes: Change[], finds: Find[]): Promise<StoredRow[][]> {
		if (finds.length === 0) {
			await this.applyChanges(changes);
			return [];
		}
		const lists = await this.runOnTables([
			...changes.map((change) => ({ table: change.table, ...toChangeStep(change) })),
			...finds.map((find) => ({ table: find.table, ...toFindStep(find) })),
		]);
		return await Promise.all(
			finds.map(async ({ table }, index) => await this.readRows(table, lists[index])),
		);
	}

	async applyChanges(changes: Change[]): Promise<void> {
		if (changes.length === 0) return;
		await this.runOnTables(
			changes.map((change) => ({ table: change.table, ...toChangeStep(change) })),
		);
	}

	async insert(table: TableName, rows: Row[]): Promise<void> {
		await this.applyChanges([{ change: 'insert', table, rows }]);
	}

	async find(table: TableName, query: Query, options: FindOptions): Promise<StoredRow[]> {
		const [rows] = await this.applyAndFind([], [{ table, query, options }]);
		return rows;
	}

	async update(table: TableName, query: Query, values: Row): Promise<StoredRow[]> {
		const step = toChangeStep({ change: 'update', table, query, values });
		const [rows] = await this.runOnTables([{ table, ...step }]);
		return rows.map(toStoredRow);
	}

	async remove(table: TableName, query: Query): Promise<number> {
		const step = toChangeStep({ change: 'remove', table, query });
		const [rows] = await this.runOnTables([{ table, ...step }]);
		return rows.length;
	}
}

/**
 * Returns the tables of an outbox. They are created when they are first used.
 * @param outbox what the tables' names begin with
 */
export const openDataTables = (context: IExecuteFunctions, outbox: string): Tables =>
	new DataTables(context, outbox);
