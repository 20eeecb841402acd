import difference from 'lodash/difference';
import mapValues from 'lodash/mapValues';
import { UserError, type IDataObject } from 'n8n-workflow';

import {
	TABLES,
	type Change,
	type Condition,
	type Find,
	type Query,
	type Row,
	type StoredRow,
	type TableName,
	type UpdateChange,
} from '../../../core/outbox/store/tables';

import type { TableStep } from './dataTableWorkflow';

/** Writes the outbox's queries and changes as parameters of n8n's Data Table node. */

/** A table or a value that the outbox cannot work with. The message says what to do. */
export class TableError extends UserError {}

/** n8n's data tables have reached their size limit. Rows can be deleted, but not inserted or changed. */
export class TablesFullError extends TableError {
	constructor(message: string) {
		super(
			`n8n’s data tables are full, so nothing can be sent. Lower "Max Age (Days)" in Deliver Due so that it deletes more, delete other data tables, or raise N8N_DATA_TABLES_MAX_SIZE_BYTES. n8n says: ${message}`,
		);
	}
}

/** Maps an item's fields to the columns with the same names. */
const COLUMNS_BY_NAME = { mappingMode: 'autoMapInputData', value: null };

const NUL = '\0';

/** Returns a value that every database can have: PostgreSQL rejects all changes of a call if a text has a NUL. */
const toStorable = (value: Row[string]): Row[string] =>
	typeof value === 'string' && value.includes(NUL) ? value.replaceAll(NUL, '\uFFFD') : value;

const toStorableRow = (row: Row): Row => mapValues(row, toStorable);

/** Checks whether n8n would evaluate a value that is part of a node's parameters. */
const isEvaluated = (value: Row[string]): boolean =>
	typeof value === 'string' && value.startsWith('=');

/** Returns a pattern for text that contains a value. It matches more if the value has a "%". */
const toPattern = (value: Condition['value']): string => `%${String(value)}%`;

/** @throws TableError for text that n8n would evaluate */
function toFilter({ column, operator, value: searched }: Condition): IDataObject {
	const value = toStorable(searched);
	if (operator !== 'contains' && isEvaluated(value)) {
		throw new TableError(
			`"${value}" cannot be searched for: n8n reads text that begins with "=" as an expression. Use another value.`,
		);
	}
	if (value === null) {
		return { keyName: column, condition: operator === 'neq' ? 'isNotEmpty' : 'isEmpty' };
	}
	return operator === 'contains'
		? { keyName: column, condition: 'like', keyValue: toPattern(value) }
		: { keyName: column, condition: operator, keyValue: value };
}

function toFilters(query: Query): IDataObject {
	const [matchType, conditions] =
		'all' in query ? ['allConditions', query.all] : ['anyCondition', query.any];
	return { matchType, filters: { conditions: conditions.map(toFilter) } };
}

/** Returns the first column that no other table has. */
function findUniqueColumn(table: TableName): string {
	const others = Object.entries(TABLES).filter(([name]) => name !== table);
	const [column] = difference(
		Object.keys(TABLES[table]),
		...others.map(([, columns]) => Object.keys(columns)),
	);
	return column;
}

/** Returns the step that finds rows. @throws TableError */
export const toFindStep = ({
	options: { by = 'id', limit, newestFirst },
	query,
	table,
}: Find): TableStep => ({
	parameters: {
		operation: 'get',
		...toFilters(query),
		returnAll: false,
		limit,
		orderBy: true,
		orderByColumn: by,
		orderByDirection: newestFirst ? 'DESC' : 'ASC',
	},
	find: { uniqueColumn: findUniqueColumn(table) },
});

/** Returns the step that updates rows. Its values are parameters, which need no input items. */
function toUpdateStep({ query, values: changed }: UpdateChange): TableStep {
	const values = toStorableRow(changed);
	const parameters = { operation: 'update', ...toFilters(query), options: {} };
	return Object.values(values).some(isEvaluated)
		? { parameters: { ...parameters, columns: COLUMNS_BY_NAME }, items: [values] }
		: {
				parameters: {
					...parameters,
					columns: { mappingMode: 'defineBelow', value: values, matchingColumns: [], schema: [] },
				},
			};
}

/** Returns the step that makes a change. @throws TableError */
export function toChangeStep(change: Change): TableStep {
	switch (change.change) {
		case 'insert':
			return {
				parameters: {
					operation: 'insert',
					columns: COLUMNS_BY_NAME,
					options: { optimizeBulk: true },
				},
				items: change.rows.map(toStorableRow),
			};
		case 'update':
			return toUpdateStep(change);
		case 'remove':
			return { parameters: { operation: 'deleteRows', ...toFilters(change.query), options: {} } };
	}
}

const toPlainValue = (value: unknown): Row[string] =>
	value instanceof Date ? value.toISOString() : (value as Row[string]);

/** Returns a Data Table node's item as a row: with times as ISO 8601 text. */
export const toStoredRow = (json: IDataObject): StoredRow =>
	Object.fromEntries(
		Object.entries(json).map(([column, value]) => [column, toPlainValue(value)]),
	) as StoredRow;
