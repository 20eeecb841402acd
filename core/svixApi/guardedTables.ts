import type {
	Change,
	Find,
	FindOptions,
	Query,
	Row,
	StoredRow,
	TableName,
	Tables,
} from '../outbox/store/tables';

/** Tables that check something in the first call that reads them, and give nothing away before. */
class GuardedTables implements Tables {
	private isChecked = false;

	constructor(
		private readonly tables: Tables,
		private readonly finds: Find[],
		private readonly check: (pages: StoredRow[][]) => void,
	) {}

	async applyAndFind(changes: Change[], finds: Find[]): Promise<StoredRow[][]> {
		// A change waits for the check.
		if (changes.length > 0) await this.requireChecked();
		if (this.isChecked) return await this.tables.applyAndFind(changes, finds);
		const pages = await this.tables.applyAndFind([], [...this.finds, ...finds]);
		this.check(pages.slice(0, this.finds.length));
		this.isChecked = true;
		return pages.slice(this.finds.length);
	}

	async find(table: TableName, query: Query, options: FindOptions): Promise<StoredRow[]> {
		const [rows] = await this.applyAndFind([], [{ table, query, options }]);
		return rows;
	}

	async applyChanges(changes: Change[]): Promise<void> {
		await this.requireChecked();
		await this.tables.applyChanges(changes);
	}

	async insert(table: TableName, rows: Row[]): Promise<void> {
		await this.requireChecked();
		await this.tables.insert(table, rows);
	}

	async update(table: TableName, query: Query, values: Row): Promise<StoredRow[]> {
		await this.requireChecked();
		return await this.tables.update(table, query, values);
	}

	async remove(table: TableName, query: Query): Promise<number> {
		await this.requireChecked();
		return await this.tables.remove(table, query);
	}

	private async requireChecked(): Promise<void> {
		if (!this.isChecked) await this.applyAndFind([], []);
	}
}

/**
 * Returns tables whose first call also makes finds, and checks what they found: a read then takes no call of its
 * own for the check.
 * @param check throws to keep the caller from everything that was read
 */
export const guardTables = (
	tables: Tables,
	finds: Find[],
	check: (pages: StoredRow[][]) => void,
): Tables => new GuardedTables(tables, finds, check);
