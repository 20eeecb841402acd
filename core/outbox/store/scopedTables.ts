import orderBy from 'lodash/orderBy';
import uniqBy from 'lodash/uniqBy';

import {
	eq,
	MAX_CHANGES,
	type Change,
	type Condition,
	type Find,
	type FindOptions,
	type Query,
	type Row,
	type StoredRow,
	type TableName,
	type Tables,
} from './tables';

/** A request of one tenant would have reached the rows of another. It is a bug in this package. */
export class TenantScopeError extends Error {
	override readonly name = 'TenantScopeError';
}

const COLUMN = 'tenant_id';

/** The tables of the outbox's owner, which every tenant can read, and none can change. */
const isShared = (table: TableName): boolean => table === 'event_types';

/** The rows of one tenant in each table: whatever is asked of it, no other row is read or changed. */
class ScopedTables implements Tables {
	private readonly isOfTenant: Condition;

	constructor(
		private readonly tables: Tables,
		private readonly tenantId: string,
	) {
		this.isOfTenant = eq(COLUMN, tenantId);
	}

	/** @throws TenantScopeError for values that name another tenant */
	private requireOwn(values: Row): Row {
		const { [COLUMN]: tenantId = this.tenantId } = values;
		if (tenantId === this.tenantId) return values;
		throw new TenantScopeError(`A row of the tenant "${this.tenantId}" names another tenant.`);
	}

	/** @throws TenantScopeError for a table that belongs to the owner */
	private requireOwnTable(table: TableName): void {
		if (!isShared(table)) return;
		throw new TenantScopeError(
			`The tenant "${this.tenantId}" cannot change rows of the outbox’s owner.`,
		);
	}

	/** @throws TenantScopeError for alternatives, which cannot be combined with the tenant */
	private narrow(query: Query): Query {
		if ('all' in query) return { all: [...query.all, this.isOfTenant] };
		throw new TenantScopeError(
			`Rows of the tenant "${this.tenantId}" cannot be changed by alternatives.`,
		);
	}

	private scopeChange(change: Change): Change {
		this.requireOwnTable(change.table);
		switch (change.change) {
			case 'insert':
				return {
					...change,
					rows: change.rows.map((row) => ({ ...this.requireOwn(row), [COLUMN]: this.tenantId })),
				};
			case 'update':
				return {
					...change,
					query: this.narrow(change.query),
					values: this.requireOwn(change.values),
				};
			case 'remove':
				return { ...change, query: this.narrow(change.query) };
		}
	}

	private scopeFind({ query, ...find }: Find): Find {
		if (isShared(find.table)) return { ...find, query };
		return { ...find, query: 'all' in query ? this.narrow(query) : query };
	}

	/** Finds rows by alternatives one by one, since the page of all of them has rows of other tenants. */
	private async findEach(
		{ options, table }: Find,
		alternatives: Condition[],
	): Promise<StoredRow[]> {
		const found: StoredRow[] = [];
		for (let start = 0; start < alternatives.length; start += MAX_CHANGES) {
			const finds = alternatives
				.slice(start, start + MAX_CHANGES)
				.map((condition) => ({ table, options, query: this.narrow({ all: [condition] }) }));
			found.push(...(await this.tables.applyAndFind([], finds)).flat());
		}
		const { by = 'id', limit, newestFirst } = options;
		const order = [newestFirst ? ('desc' as const) : ('asc' as const), 'asc' as const];
		return orderBy(uniqBy(found, 'id'), [by, 'id'], order).slice(0, limit);
	}

	/** Keeps the tenant's rows of a find. If others took places in its page, the rows are found again. */
	private async keepOwn(find: Find, rows: StoredRow[]): Promise<StoredRow[]> {
		if (isShared(find.table)) return rows;
		const own = rows.filter(({ [COLUMN]: tenantId }) => tenantId === this.tenantId);
		const isCut = own.length < rows.length && rows.length >= find.options.limit;
		return isCut && 'any' in find.query ? await this.findEach(find, find.query.any) : own;
	}

	async applyAndFind(changes: Change[], finds: Find[]): Promise<StoredRow[][]> {
		const lists = await this.tables.applyAndFind(
			changes.map((change) => this.scopeChange(change)),
			finds.map((find) => this.scopeFind(find)),
		);
		return await Promise.all(
			finds.map(async (find, index) => await this.keepOwn(find, lists[index])),
		);
	}

	async applyChanges(changes: Change[]): Promise<void> {
		await this.tables.applyChanges(changes.map((change) => this.scopeChange(change)));
	}

	async insert(table: TableName, rows: Row[]): Promise<void> {
		await this.applyChanges([{ change: 'insert', table, rows }]);
	}

	async find(table: TableName, query: Query, options: FindOptions): Promise<StoredRow[]> {
		const find = { table, query, options };
		const rows = await this.tables.find(table, this.scopeFind(find).query, options);
		return await this.keepOwn(find, rows);
	}

	async update(table: TableName, query: Query, values: Row): Promise<StoredRow[]> {
		this.requireOwnTable(table);
		return await this.tables.update(table, this.narrow(query), this.requireOwn(values));
	}

	async remove(table: TableName, query: Query): Promise<number> {
		this.requireOwnTable(table);
		return await this.tables.remove(table, this.narrow(query));
	}
}

/**
 * Returns tables that have only one tenant's rows: each new row gets the tenant, and each query finds and
 * changes the tenant's rows only. The owner's event types can be read. It is all that a tenant's request ever
 * gets.
 * @throws TenantScopeError (its methods) for a row that names another tenant, for changes by alternatives, and
 * for changes of the owner's rows
 */
export const scopeTables = (tables: Tables, tenantId: string): Tables =>
	new ScopedTables(tables, tenantId);
