const fc = require('fast-check');

const { scopeTables } = require('../../../../build/core/outbox/store/scopedTables');
const { eq, MAX_FOUND } = require('../../../../build/core/outbox/store/tables');

const { createStore } = require('../memoryTables');

const ALL = { all: [] };
const OLDEST_FIRST = { newestFirst: false, limit: MAX_FOUND };

const eventRow = (event_id, more = {}) => ({ event_id, ...more });
const rowOf = (tenant_id, event_id, more = {}) => ({ tenant_id, event_id, ...more });
const getIds = (rows) => rows.map(({ event_id }) => event_id);

/** A store with two rows of each tenant, and the tables of tenant `a`. */
function openTwo() {
	const store = createStore();
	store.insert('events', [rowOf('a', 'a1'), rowOf('b', 'b1'), rowOf('a', 'a2'), rowOf('b', 'b2')]);
	return { store, tables: scopeTables(store.connect(), 'a') };
}

const ofOther = (store) => store.rows('events').filter(({ tenant_id }) => tenant_id === 'b');

describe('the tables of one tenant', () => {
	test('give each new row the tenant', async () => {
		const { store, tables } = openTwo();
		await tables.insert('events', [eventRow('a3'), rowOf('a', 'a4')]);
		await tables.applyChanges([{ change: 'insert', table: 'events', rows: [eventRow('a5')] }]);
		const added = store.rows('events').slice(4);
		expect(added).toMatchObject(['a3', 'a4', 'a5'].map((id) => rowOf('a', id)));
	});

	test('reject a row that names another tenant, and change nothing', async () => {
		const { store, tables } = openTwo();
		const before = store.rows('events');
		const foreign = rowOf('b', 'x');
		await expect(tables.insert('events', [eventRow('a3'), foreign])).rejects.toThrow(
			'another tenant',
		);
		await expect(tables.update('events', ALL, { tenant_id: 'b' })).rejects.toThrow(
			'another tenant',
		);
		const changes = [{ change: 'update', table: 'events', query: ALL, values: { tenant_id: 'b' } }];
		await expect(tables.applyAndFind(changes, [])).rejects.toThrow('another tenant');
		expect(store.rows('events')).toEqual(before);
	});

	test('find the tenant’s rows only, by conditions and by alternatives', async () => {
		const { tables } = openTwo();
		expect(getIds(await tables.find('events', ALL, OLDEST_FIRST))).toEqual(['a1', 'a2']);
		const any = { any: ['a1', 'b1', 'b2'].map((id) => eq('event_id', id)) };
		expect(getIds(await tables.find('events', any, OLDEST_FIRST))).toEqual(['a1']);
		const byTenant = { any: [eq('tenant_id', 'b')] };
		expect(await tables.find('events', byTenant, OLDEST_FIRST)).toEqual([]);
		expect(await tables.find('events', { all: [eq('tenant_id', 'b')] }, OLDEST_FIRST)).toEqual([]);
	});

	test('find the tenant’s rows by alternatives even if others fill the page', async () => {
		const { store, tables } = openTwo();
		store.insert(
			'events',
			Array.from({ length: 6 }, () => rowOf('b', 'same')),
		);
		store.insert('events', [rowOf('a', 'same'), rowOf('a', 'other'), rowOf('a', 'same')]);
		const any = { any: [eq('event_id', 'same'), eq('event_id', 'other'), eq('event_id', 'a1')] };
		const find = async (options) => getIds(await tables.find('events', any, options));
		expect(await find({ newestFirst: false, limit: 3 })).toEqual(['a1', 'same', 'other']);
		expect(await find({ newestFirst: true, limit: 3 })).toEqual(['same', 'other', 'same']);
		expect(await find({ by: 'event_id', newestFirst: false, limit: 2 })).toEqual(['a1', 'other']);
	});

	test('update and delete the tenant’s rows only', async () => {
		const { store, tables } = openTwo();
		const before = ofOther(store);
		const updated = await tables.update('events', ALL, { lease_owner: 'run' });
		expect(getIds(updated)).toEqual(['a1', 'a2']);
		expect(await tables.remove('events', { all: [eq('event_id', 'b1')] })).toBe(0);
		expect(await tables.remove('events', ALL)).toBe(2);
		expect(store.rows('events')).toEqual(before);
	});

	test('make no change by alternatives, which could not be limited to the tenant', async () => {
		const { store, tables } = openTwo();
		const before = store.rows('events');
		const any = { any: [eq('event_id', 'a1'), eq('event_id', 'b1')] };
		await expect(tables.update('events', any, { lease_owner: 'run' })).rejects.toThrow(
			'alternatives',
		);
		await expect(tables.remove('events', any)).rejects.toThrow('alternatives');
		const change = { change: 'remove', table: 'events', query: any };
		await expect(tables.applyChanges([change])).rejects.toThrow('alternatives');
		expect(store.rows('events')).toEqual(before);
	});

	test('keep to the tenant whatever is asked of them', async () => {
		const column = fc.constantFrom('event_id', 'tenant_id', 'lease_owner');
		const value = fc.constantFrom('a', 'b', 'a1', 'b1', 'run', null);
		const operator = fc.constantFrom('eq', 'neq', 'gt', 'gte', 'lt', 'lte', 'contains');
		const condition = fc
			.record({ column, operator, value })
			.filter((entry) => entry.operator !== 'contains' || entry.value !== null);
		const conditions = fc.array(condition, { maxLength: 4 });
		const query = fc.oneof(
			conditions.map((all) => ({ all })),
			conditions.filter(({ length }) => length > 0).map((any) => ({ any })),
		);
		const values = fc.record(
			{ tenant_id: fc.constantFrom('a', 'b'), lease_owner: value },
			{ requiredKeys: [] },
		);
		const table = fc.constant('events');
		const change = fc.oneof(
			fc.record({ change: fc.constant('insert'), table, rows: fc.array(values, { maxLength: 3 }) }),
			fc.record({ change: fc.constant('update'), table, query, values }),
			fc.record({ change: fc.constant('remove'), table, query }),
		);
		const find = fc.record({
			table,
			query,
			options: fc.record({ newestFirst: fc.boolean(), limit: fc.integer({ min: 1, max: 5 }) }),
		});
		await fc.assert(
			fc.asyncProperty(
				fc.array(change, { maxLength: 4 }),
				fc.array(find, { maxLength: 3 }),
				async (changes, finds) => {
					const { store, tables } = openTwo();
					const before = ofOther(store);
					const lists = await tables.applyAndFind(changes, finds).catch((error) => {
						expect(error.name).toBe('TenantScopeError');
						return [];
					});
					for (const row of lists.flat()) expect(row.tenant_id).toBe('a');
					expect(ofOther(store)).toEqual(before);
				},
			),
			{ numRuns: 500 },
		);
	});
});
