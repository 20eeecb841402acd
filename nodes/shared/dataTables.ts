import {
	UserError,
	type IDataObject,
	type IExecuteFunctions,
	type INode,
	type INodeExecutionData,
	type IWorkflowBase,
} from 'n8n-workflow';

import { messageOf } from '../../core/errors/message';
import {
	SCHEMA_VERSION,
	TABLES,
	type Condition,
	type Query,
	type Row,
	type StoredRow,
	type TableName,
	type Tables,
} from '../../core/outbox/tables';

/**
 * The outbox's tables in n8n's Data Tables, in the workflow's own project. n8n opens them to its own Data
 * Table node alone: each call here runs that node, in a workflow that exists for as long as the call.
 */

/** Tables that are not as the outbox made them. */
export class TableError extends UserError {}

type Ids = Record<TableName, string>;

const TABLE_NAMES = Object.keys(TABLES) as TableName[];

const START = 'Start';

const node = (name: string, type: string, typeVersion: number, parameters: IDataObject): INode => ({
	id: name,
	name,
	type: `n8n-nodes-base.${type}`,
	typeVersion,
	position: [0, 0],
	parameters: parameters as INode['parameters'],
});

/** Runs Data Table nodes in a row and returns the last one's items. */
async function run(
	context: IExecuteFunctions,
	steps: IDataObject[],
	items: INodeExecutionData[],
): Promise<IDataObject[]> {
	const nodes = [
		node(START, 'executeWorkflowTrigger', 1.1, { inputSource: 'passthrough' }),
		...steps.map((parameters, index) => node(`Table ${index}`, 'dataTable', 1.1, parameters)),
	];
	const code = {
		name: 'Agent Webhook outbox',
		nodes,
		connections: Object.fromEntries(
			nodes
				.slice(1)
				.map(({ name }, index) => [
					nodes[index].name,
					{ main: [[{ node: name, type: 'main', index: 0 }]] },
				]),
		),
		// Given whole: n8n would take over the calling workflow's, with its error workflow.
		settings: {
			executionOrder: 'v1',
			saveDataSuccessExecution: 'none',
			saveDataErrorExecution: 'none',
			saveManualExecutions: false,
			saveExecutionProgress: false,
		},
	} as unknown as IWorkflowBase;
	const { data } = await context.executeWorkflow({ code }, items);
	return (data[0] ?? []).map(({ json }) => json);
}

const plainValue = (value: unknown): Row[string] =>
	value instanceof Date ? value.toISOString() : (value as Row[string]);

const asRow = (json: IDataObject): StoredRow =>
	Object.fromEntries(
		Object.entries(json).map(([key, value]) => [key, plainValue(value)]),
	) as StoredRow;

function conditionOf({ column, operator, value }: Condition): IDataObject {
	// n8n reads a text that begins with "=" as an expression.
	if (typeof value === 'string' && value.startsWith('=')) {
		throw new TableError(`"${value}" cannot be looked for: it begins with "=".`);
	}
	return value === null
		? { keyName: column, condition: operator === 'neq' ? 'isNotEmpty' : 'isEmpty' }
		: {
				keyName: column,
				condition: operator === 'contains' ? 'like' : operator,
				keyValue: value,
			};
}

function filtersOf(query: Query): IDataObject {
	const [matchType, conditions] =
		'all' in query ? ['allConditions', query.all] : ['anyCondition', query.any];
	return { matchType, filters: { conditions: conditions.map(conditionOf) } };
}

/** What n8n says of a table, or of a column of it, that is not there. */
const CHANGED = /could not be found|not found|unknown column|do not exist|does not exist/i;

// Looked up once for a workflow: a table keeps its id for as long as it exists.
const knownIds = new Map<string, Ids>();
const MAX_KNOWN = 1000;

class DataTables implements Tables {
	constructor(
		private readonly context: IExecuteFunctions,
		private readonly outbox: string,
	) {}

	private get cacheKey(): string {
		return `${this.context.getWorkflow().id} ${this.outbox}`;
	}

	private nameOf(table: TableName): string {
		return `${this.outbox}_${table}_v${SCHEMA_VERSION}`;
	}

	/** Finds the tables by their exact names. */
	private async list(): Promise<Map<string, IDataObject>> {
		const found = await run(
			this.context,
			[
				{
					resource: 'table',
					operation: 'list',
					returnAll: true,
					options: { filterName: `${this.outbox}_` },
				},
			],
			[{ json: {} }],
		);
		return new Map(found.map((table) => [String(table.name), table]));
	}

	private async create(missing: TableName[]): Promise<void> {
		const steps = missing.map((table) => ({
			resource: 'table',
			operation: 'create',
			tableName: this.nameOf(table),
			columns: {
				column: Object.entries(TABLES[table]).map(([name, type]) => ({ name, type })),
			},
			options: { createIfNotExists: false },
		}));
		for (const step of steps) {
			const [made] = await Promise.allSettled([run(this.context, [step], [{ json: {} }])]);
			// Another run may have made it in between.
			if (made.status === 'rejected' && !(await this.list()).has(step.tableName)) {
				throw made.reason;
			}
		}
	}

	/** @throws TableError naming what is missing in a table */
	private assertColumns(table: TableName, { columns }: IDataObject): void {
		if (!Array.isArray(columns)) return;
		const there = new Map(
			(columns as IDataObject[]).map(({ name, type }) => [String(name), String(type)]),
		);
		for (const [name, type] of Object.entries(TABLES[table])) {
			if (there.get(name) === type) continue;
			const fault = there.has(name) ? `has the type ${there.get(name)}` : 'is missing';
			throw new TableError(
				`The outbox’s data table "${this.nameOf(table)}" was edited: its column "${name}" ${fault}. Put a column "${name}" of the type ${type} back, or rename the table, so that the outbox makes a new one.`,
			);
		}
	}

	private async ids(): Promise<Ids> {
		const known = knownIds.get(this.cacheKey);
		if (known !== undefined) return known;
		let tables = await this.list();
		const missing = TABLE_NAMES.filter((table) => !tables.has(this.nameOf(table)));
		if (missing.length > 0) {
			await this.create(missing);
			tables = await this.list();
		}
		const ids = Object.fromEntries(
			TABLE_NAMES.map((table) => {
				const found = tables.get(this.nameOf(table));
				if (found === undefined) {
					throw new TableError(`n8n did not make the data table "${this.nameOf(table)}".`);
				}
				this.assertColumns(table, found);
				return [table, String(found.id)];
			}),
		) as Ids;
		if (knownIds.size >= MAX_KNOWN) knownIds.clear();
		knownIds.set(this.cacheKey, ids);
		return ids;
	}

	private async onTable(
		table: TableName,
		parameters: IDataObject,
		items: INodeExecutionData[] = [{ json: {} }],
	): Promise<IDataObject[]> {
		const call = async (): Promise<IDataObject[]> => {
			const dataTableId = { __rl: true, mode: 'id', value: (await this.ids())[table] };
			return await run(this.context, [{ resource: 'row', ...parameters, dataTableId }], items);
		};
		const [first] = await Promise.allSettled([call()]);
		if (first.status === 'fulfilled') return first.value;
		const error: unknown = first.reason;
		if (error instanceof TableError) throw error;
		if (!CHANGED.test(messageOf(error))) {
			throw new TableError(
				`n8n’s data table "${this.nameOf(table)}" could not be used: ${messageOf(error)}`,
				{ cause: error },
			);
		}
		// Deleted, renamed or edited since it was looked up.
		knownIds.delete(this.cacheKey);
		return await call();
	}

	async insert(table: TableName, rows: Row[]): Promise<void> {
		await this.onTable(
			table,
			{
				operation: 'insert',
				columns: { mappingMode: 'autoMapInputData', value: null },
				options: { optimizeBulk: true },
			},
			rows.map((json) => ({ json })),
		);
	}

	async find(
		table: TableName,
		query: Query,
		{ by = 'id', limit, newestFirst }: { by?: string; newestFirst: boolean; limit: number },
	): Promise<StoredRow[]> {
		const rows = await this.onTable(table, {
			operation: 'get',
			...filtersOf(query),
			returnAll: false,
			limit,
			orderBy: true,
			orderByColumn: by,
			orderByDirection: newestFirst ? 'DESC' : 'ASC',
		});
		const isWhole = rows.every((row) => Object.keys(TABLES[table]).every((name) => name in row));
		if (!isWhole) {
			// A column is gone: looking the tables up again says which.
			knownIds.delete(this.cacheKey);
			await this.ids();
		}
		return rows.map(asRow);
	}

	async update(table: TableName, query: Query, values: Row): Promise<StoredRow[]> {
		const rows = await this.onTable(
			table,
			{
				operation: 'update',
				...filtersOf(query),
				columns: { mappingMode: 'autoMapInputData', value: null },
				options: {},
			},
			[{ json: values }],
		);
		return rows.map(asRow);
	}

	async remove(table: TableName, query: Query): Promise<number> {
		const rows = await this.onTable(table, {
			operation: 'deleteRows',
			...filtersOf(query),
			options: {},
		});
		return rows.length;
	}
}

/**
 * The tables of an outbox. They are made on first use.
 * @param outbox what their names begin with
 */
export const dataTables = (context: IExecuteFunctions, outbox: string): Tables =>
	new DataTables(context, outbox);
