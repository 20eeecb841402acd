import uniq from 'lodash/uniq';
import {
	UserError,
	type IDataObject,
	type IExecuteFunctions,
	type INode,
	type INodeExecutionData,
	type IWorkflowBase,
} from 'n8n-workflow';

import { getErrorMessage } from '../../../core/lib/errorMessage';
import {
	SCHEMA_VERSION,
	TABLES,
	type Change,
	type Condition,
	type Query,
	type Row,
	type StoredRow,
	type TableName,
	type Tables,
} from '../../../core/outbox/store/tables';

/**
 * The outbox's tables in n8n's Data Tables, in the workflow's own project. n8n opens them to its own Data
 * Table node alone: each call here runs that node, in a workflow that exists for as long as the call.
 */

/** Tables that are not as the outbox made them. */
export class TableError extends UserError {}

type Ids = Record<TableName, string>;

const TABLE_NAMES = Object.keys(TABLES) as TableName[];

const START = 'Start';

const node = (
	name: string,
	type: string,
	typeVersion: number,
	parameters: IDataObject,
	row = 0,
): INode => ({
	id: name,
	name,
	type: `n8n-nodes-base.${type}`,
	typeVersion,
	position: [0, row * 100],
	parameters: parameters as INode['parameters'],
});

/** What a Data Table node does, and with which items. */
interface Step {
	parameters: IDataObject;
	items: IDataObject[];
}

const ONCE: IDataObject[] = [{}];

const listOf = (index: number): string => `step${index}`;

const to = (name: string) => ({ node: name, type: 'main', index: 0 });

const asItem = (json: IDataObject): INodeExecutionData => ({ json });

/** A workflow in which a Data Table node each does a step, in this order, and what it starts with. */
function workflowOf(steps: Step[]): { code: IWorkflowBase; items: INodeExecutionData[] } {
	const start = node(START, 'executeWorkflowTrigger', 1.1, { inputSource: 'passthrough' });
	// n8n runs branches from the top down, each to its end.
	const tables = steps.map(({ parameters }, index) =>
		node(`Table ${index}`, 'dataTable', 1.1, parameters, index),
	);
	const isOne = steps.length === 1;
	const lists = steps.flatMap((_, index) =>
		isOne
			? []
			: node(
					`Items ${index}`,
					'splitOut',
					1,
					{ fieldToSplitOut: listOf(index), include: 'noOtherFields', options: {} },
					index,
				),
	);
	const code = {
		name: 'Agent Webhook outbox',
		nodes: [start, ...lists, ...tables],
		connections: Object.fromEntries([
			[START, { main: [(isOne ? tables : lists).map(({ name }) => to(name))] }],
			...lists.map(({ name }, index) => [name, { main: [[to(tables[index].name)]] }]),
		]),
		// Given whole: n8n would take over the calling workflow's, with its error workflow.
		settings: {
			executionOrder: 'v1',
			saveDataSuccessExecution: 'none',
			saveDataErrorExecution: 'none',
			saveManualExecutions: false,
			saveExecutionProgress: false,
		},
	} as unknown as IWorkflowBase;
	const items = isOne
		? steps[0].items.map(asItem)
		: [asItem(Object.fromEntries(steps.map((step, index) => [listOf(index), step.items])))];
	return { code, items };
}

/** Runs Data Table nodes one after the other and returns the last one's items. */
async function run(context: IExecuteFunctions, steps: Step[]): Promise<IDataObject[]> {
	const { code, items } = workflowOf(steps);
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

const BY_NAME = { mappingMode: 'autoMapInputData', value: null };

function stepOf(change: Change): Step {
	switch (change.change) {
		case 'insert':
			return {
				parameters: { operation: 'insert', columns: BY_NAME, options: { optimizeBulk: true } },
				items: change.rows,
			};
		case 'update':
			return {
				parameters: {
					operation: 'update',
					...filtersOf(change.query),
					columns: BY_NAME,
					options: {},
				},
				items: [change.values],
			};
		case 'remove':
			return {
				parameters: { operation: 'deleteRows', ...filtersOf(change.query), options: {} },
				items: ONCE,
			};
	}
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
		const parameters = {
			resource: 'table',
			operation: 'list',
			returnAll: true,
			options: { filterName: `${this.outbox}_` },
		};
		const found = await run(this.context, [{ parameters, items: ONCE }]);
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
			const [made] = await Promise.allSettled([
				run(this.context, [{ parameters: step, items: ONCE }]),
			]);
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

	private async onTables(steps: Array<Step & { table: TableName }>): Promise<IDataObject[]> {
		const call = async (): Promise<IDataObject[]> => {
			const ids = await this.ids();
			return await run(
				this.context,
				steps.map(({ items, parameters, table }) => ({
					items,
					parameters: {
						resource: 'row',
						...parameters,
						dataTableId: { __rl: true, mode: 'id', value: ids[table] },
					},
				})),
			);
		};
		const [first] = await Promise.allSettled([call()]);
		if (first.status === 'fulfilled') return first.value;
		const error: unknown = first.reason;
		if (error instanceof TableError) throw error;
		if (!CHANGED.test(getErrorMessage(error))) {
			const names = uniq(steps.map(({ table }) => `"${this.nameOf(table)}"`)).join(' or ');
			throw new TableError(
				`n8n’s data table ${names} could not be used: ${getErrorMessage(error)}`,
				{
					cause: error,
				},
			);
		}
		// Deleted, renamed or edited since it was looked up.
		knownIds.delete(this.cacheKey);
		return await call();
	}

	private async onTable(
		table: TableName,
		parameters: IDataObject,
		items = ONCE,
	): Promise<IDataObject[]> {
		return await this.onTables([{ table, parameters, items }]);
	}

	async applyChanges(changes: Change[]): Promise<void> {
		if (changes.length === 0) return;
		await this.onTables(changes.map((change) => ({ table: change.table, ...stepOf(change) })));
	}

	async insert(table: TableName, rows: Row[]): Promise<void> {
		await this.applyChanges([{ change: 'insert', table, rows }]);
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
		const { items, parameters } = stepOf({ change: 'update', table, query, values });
		return (await this.onTable(table, parameters, items)).map(asRow);
	}

	async remove(table: TableName, query: Query): Promise<number> {
		const { items, parameters } = stepOf({ change: 'remove', table, query });
		return (await this.onTable(table, parameters, items)).length;
	}
}

/**
 * The tables of an outbox. They are made on first use.
 * @param outbox what their names begin with
 */
export const dataTables = (context: IExecuteFunctions, outbox: string): Tables =>
	new DataTables(context, outbox);
