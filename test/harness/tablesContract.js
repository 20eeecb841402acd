const { MAX_CONDITIONS, MAX_FOUND } = require('../../build/core/outbox/store/tables');

const DAY_MS = 86_400_000;
const START_MS = Date.parse('2025-01-15T10:00:00.000Z');
const iso = (days) => new Date(START_MS + days * DAY_MS).toISOString();

const EVERYTHING = { all: [] };
const OLDEST_FIRST = { newestFirst: false, limit: MAX_FOUND };
const where = (column, operator, value) => ({ column, operator, value });
const all = (...conditions) => ({ all: conditions });
const any = (...conditions) => ({ any: conditions });

const event = (id, more = {}) => ({
	event_id: id,
	event_type: 'order.created',
	accepted_at: iso(0),
	data: '{"amount":1}',
	endpoint_ids: '["ep_a"]',
	lease_owner: null,
	lease_until: null,
	...more,
});
const getIds = (rows) => rows.map(({ event_id: id }) => id);

/**
 * Tests the contract of the Tables port (core/outbox/store/tables.ts), for every implementation of it.
 * @param openTables returns empty tables of the outbox; it is called for each test
 */
function testTablesContract(openTables) {
	/** Returns tables whose events have these IDs, in this order. */
	async function openWith(...events) {
		const tables = await openTables();
		await tables.insert(
			'events',
			events.map((row) => (typeof row === 'string' ? event(row) : row)),
		);
		return tables;
	}

	describe('insert and find', () => {
		test('return rows as they were inserted, with growing IDs', async () => {
			const rows = [
				event('a', { data: '{"text":"\'quoted\' \\" % _ \\\\ ü 🙂"}' }),
				event('b', { lease_owner: '', lease_until: iso(1) }),
			];
			const tables = await openWith(...rows);
			await tables.insert('events', [event('c')]);
			const found = await tables.find('events', EVERYTHING, OLDEST_FIRST);
			expect(found).toMatchObject([...rows, event('c')]);
			const ids = found.map(({ id }) => id);
			expect(ids).toEqual([...new Set(ids)].sort((a, b) => a - b));
		});

		test('have a replacement character in place of NUL, which PostgreSQL rejects', async () => {
			const tables = await openWith(event('a\0b', { endpoint_ids: '\0\0' }));
			const query = all(where('event_id', 'eq', 'a\0b'));
			expect(await tables.update('events', query, { data: '1\0' })).toMatchObject([
				{ event_id: 'a\uFFFDb', endpoint_ids: '\uFFFD\uFFFD', data: '1\uFFFD' },
			]);
			expect(await tables.remove('events', query)).toBe(1);
		});

		test('return null for a column without a value, and numbers as numbers', async () => {
			const tables = await openTables();
			await tables.insert('deliveries', [{ delivery_id: 'a', attempts: 3, response_time_ms: 0.5 }]);
			expect(await tables.find('deliveries', EVERYTHING, OLDEST_FIRST)).toMatchObject([
				{ delivery_id: 'a', attempts: 3, response_time_ms: 0.5, error: null, accepted_at: null },
			]);
		});

		test('insert nothing if a row has an unknown column', async () => {
			const tables = await openTables();
			const rows = [event('a'), event('b', { unknown_column: 1 })];
			await expect(tables.insert('events', rows)).rejects.toThrow();
			expect(await tables.find('events', EVERYTHING, OLDEST_FIRST)).toEqual([]);
		});

		test('find the rows that meet all conditions, or any of them', async () => {
			const tables = await openWith('a', event('b', { accepted_at: iso(1) }), 'c');
			const find = async (query) => getIds(await tables.find('events', query, OLDEST_FIRST));
			const [isB, isC] = [where('event_id', 'eq', 'b'), where('event_id', 'eq', 'c')];
			const isLate = where('accepted_at', 'gt', iso(0));
			expect(await find(all(isB, isLate))).toEqual(['b']);
			expect(await find(all(isC, isLate))).toEqual([]);
			expect(await find(any(isC, isLate))).toEqual(['b', 'c']);
		});

		test('compare dates, texts and null as SQL does', async () => {
			const tables = await openWith(
				event('a', { lease_until: iso(0), lease_owner: 'run 1' }),
				event('b', { lease_until: iso(1), lease_owner: 'run 2' }),
				event('c'),
			);
			const find = async (column, operator, value) =>
				getIds(await tables.find('events', all(where(column, operator, value)), OLDEST_FIRST)).join(
					'',
				);
			expect(await find('lease_until', 'eq', null)).toBe('c');
			expect(await find('lease_until', 'neq', null)).toBe('ab');
			expect(await find('lease_until', 'eq', iso(1))).toBe('b');
			expect(await find('lease_until', 'lt', iso(1))).toBe('a');
			expect(await find('lease_until', 'lte', iso(1))).toBe('ab');
			expect(await find('lease_until', 'gt', iso(1))).toBe('');
			expect(await find('lease_until', 'gte', iso(1))).toBe('b');
			expect(await find('lease_owner', 'eq', 'run 1')).toBe('a');
			expect(await find('lease_owner', 'contains', 'n 2')).toBe('b');
			expect(await find('lease_owner', 'contains', 'run')).toBe('ab');
			expect(await find('lease_owner', 'contains', 'run 3')).toBe('');
		});

		test('find text that contains a quoted ID, as in a batch', async () => {
			const tables = await openWith(
				event('a', { endpoint_ids: '["ep_a","ep_b"]' }),
				event('b', { endpoint_ids: '["ep_ab"]' }),
			);
			const query = all(where('endpoint_ids', 'contains', '"ep_a"'));
			expect(getIds(await tables.find('events', query, OLDEST_FIRST))).toEqual(['a']);
		});

		test('order rows by ID or by a column, and limit their number', async () => {
			const tables = await openWith(event('a', { accepted_at: iso(2) }), 'b', 'c');
			const find = async (options) => getIds(await tables.find('events', EVERYTHING, options));
			expect(await find({ newestFirst: false, limit: 2 })).toEqual(['a', 'b']);
			expect(await find({ newestFirst: true, limit: 2 })).toEqual(['c', 'b']);
			expect(await find({ by: 'accepted_at', newestFirst: true, limit: 1 })).toEqual(['a']);
			expect((await find({ by: 'accepted_at', newestFirst: false, limit: 3 })).at(-1)).toBe('a');
		});

		test('order and compare rows by a text column', async () => {
			const tables = await openWith('dlv_b2', 'dlv_0f', 'dlv_a1', 'dlv_9c');
			const find = async (operator, value, newestFirst) =>
				getIds(
					await tables.find('events', all(where('event_id', operator, value)), {
						by: 'event_id',
						newestFirst,
						limit: 3,
					}),
				);
			expect(await find('lte', 'dlv_b2', true)).toEqual(['dlv_b2', 'dlv_a1', 'dlv_9c']);
			expect(await find('lt', 'dlv_a1', true)).toEqual(['dlv_9c', 'dlv_0f']);
			expect(await find('gte', 'dlv_9c', false)).toEqual(['dlv_9c', 'dlv_a1', 'dlv_b2']);
			expect(await find('neq', 'dlv_a1', false)).toEqual(['dlv_0f', 'dlv_9c', 'dlv_b2']);
		});

		test('find rows by the row ID', async () => {
			const tables = await openWith('a', 'b', 'c');
			const [{ id }] = await tables.find('events', all(where('event_id', 'eq', 'b')), OLDEST_FIRST);
			const find = async (operator) =>
				getIds(await tables.find('events', all(where('id', operator, id)), OLDEST_FIRST));
			expect(await find('lt')).toEqual(['a']);
			expect(await find('lte')).toEqual(['a', 'b']);
			expect(await find('gt')).toEqual(['c']);
		});

		test('accept as many rows and conditions as the outbox uses at once', async () => {
			const names = Array.from({ length: MAX_FOUND + 1 }, (_, index) => `evt_${index}`);
			const tables = await openWith(...names);
			const found = await tables.find('events', EVERYTHING, OLDEST_FIRST);
			expect(getIds(found)).toEqual(names.slice(0, MAX_FOUND));
			const wanted = names.slice(0, MAX_CONDITIONS);
			const query = any(...wanted.map((name) => where('event_id', 'eq', name)));
			expect(getIds(await tables.find('events', query, OLDEST_FIRST))).toEqual(wanted);
		});
	});

	describe('update', () => {
		test('changes matching rows and returns them as they are afterwards', async () => {
			const tables = await openWith('a', 'b');
			const values = { lease_owner: 'run', lease_until: iso(1) };
			const updated = await tables.update('events', all(where('event_id', 'eq', 'b')), values);
			expect(updated).toMatchObject([event('b', values)]);
			expect(await tables.find('events', EVERYTHING, OLDEST_FIRST)).toMatchObject([
				event('a'),
				event('b', values),
			]);
			const cleared = { lease_owner: null, lease_until: null };
			const query = all(where('lease_owner', 'eq', 'run'));
			expect(await tables.update('events', query, cleared)).toMatchObject([event('b')]);
			expect(await tables.update('events', query, cleared)).toEqual([]);
		});

		test('lets one of several simultaneous updates change a row', async () => {
			const tables = await openWith('a', 'b', 'c');
			const free = all(where('lease_owner', 'eq', null));
			const runs = ['run 1', 'run 2', 'run 3', 'run 4'];
			const updates = await Promise.all(
				runs.map(async (owner) => await tables.update('events', free, { lease_owner: owner })),
			);
			const owned = updates.flatMap((rows, index) =>
				rows.filter(({ lease_owner: owner }) => owner === runs[index]),
			);
			expect(getIds(owned).sort()).toEqual(['a', 'b', 'c']);
			const stored = await tables.find('events', EVERYTHING, OLDEST_FIRST);
			for (const { event_id: id, lease_owner: owner } of owned) {
				expect(stored.find((row) => row.event_id === id).lease_owner).toBe(owner);
			}
		});
	});

	describe('remove', () => {
		test('deletes matching rows and returns their number', async () => {
			const tables = await openWith('a', 'b', 'c');
			const query = any(where('event_id', 'eq', 'a'), where('event_id', 'eq', 'c'));
			expect(await tables.remove('events', query)).toBe(2);
			expect(await tables.remove('events', query)).toBe(0);
			expect(getIds(await tables.find('events', EVERYTHING, OLDEST_FIRST))).toEqual(['b']);
		});
	});

	describe('applyChanges', () => {
		test('makes changes in their order, in several tables', async () => {
			const tables = await openWith('a');
			await tables.applyChanges([
				{ change: 'insert', table: 'events', rows: [event('b'), event('c')] },
				{ change: 'insert', table: 'deliveries', rows: [{ delivery_id: 'd', attempts: 0 }] },
				{
					change: 'update',
					table: 'events',
					query: any(where('event_id', 'eq', 'a'), where('event_id', 'eq', 'b')),
					values: { lease_owner: 'run' },
				},
				{ change: 'remove', table: 'events', query: all(where('lease_owner', 'eq', 'run')) },
			]);
			expect(getIds(await tables.find('events', EVERYTHING, OLDEST_FIRST))).toEqual(['c']);
			expect(await tables.find('deliveries', EVERYTHING, OLDEST_FIRST)).toMatchObject([
				{ delivery_id: 'd', attempts: 0 },
			]);
		});

		test('does nothing without changes', async () => {
			const tables = await openWith('a');
			await tables.applyChanges([]);
			expect(getIds(await tables.find('events', EVERYTHING, OLDEST_FIRST))).toEqual(['a']);
		});

		test('writes text that n8n would evaluate as it is', async () => {
			const tables = await openWith('a', 'b');
			const update = (id, owner) => ({
				change: 'update',
				table: 'events',
				query: all(where('event_id', 'eq', id)),
				values: { lease_owner: owner },
			});
			await tables.applyChanges([update('a', '={{ 1 + 1 }}'), update('b', '{{ 1 }} = 1')]);
			expect(await tables.find('events', EVERYTHING, OLDEST_FIRST)).toMatchObject([
				{ lease_owner: '={{ 1 + 1 }}' },
				{ lease_owner: '{{ 1 }} = 1' },
			]);
		});
	});

	describe('applyAndFind', () => {
		const findIn = (table, ...conditions) => ({
			table,
			query: all(...conditions),
			options: OLDEST_FIRST,
		});

		test('makes the changes first, and returns the rows of each find in order', async () => {
			const tables = await openWith('a', 'b');
			const [events, none, deliveries, owned] = await tables.applyAndFind(
				[
					{ change: 'insert', table: 'events', rows: [event('c')] },
					{ change: 'insert', table: 'deliveries', rows: [{ delivery_id: 'd', attempts: 0 }] },
					{
						change: 'update',
						table: 'events',
						query: all(where('event_id', 'eq', 'b')),
						values: { lease_owner: 'run' },
					},
				],
				[
					findIn('events'),
					findIn('endpoints'),
					findIn('deliveries'),
					findIn('events', where('lease_owner', 'eq', 'run')),
				],
			);
			expect(getIds(events)).toEqual(['a', 'b', 'c']);
			expect(none).toEqual([]);
			expect(deliveries).toMatchObject([{ delivery_id: 'd', attempts: 0, error: null }]);
			expect(owned).toMatchObject([event('b', { lease_owner: 'run' })]);
		});

		test('returns no rows where there are none', async () => {
			const tables = await openTables();
			const finds = [findIn('events'), findIn('endpoints'), findIn('deliveries')];
			expect(await tables.applyAndFind([], finds)).toEqual([[], [], []]);
			expect(await tables.applyAndFind([], [findIn('events')])).toEqual([[]]);
			expect(await tables.applyAndFind([], [])).toEqual([]);
		});

		test('finds as many rows as one find, in each', async () => {
			const names = Array.from({ length: MAX_FOUND + 1 }, (_, index) => `evt_${index}`);
			const tables = await openWith(...names);
			const lists = await tables.applyAndFind([], [findIn('events'), findIn('events')]);
			for (const rows of lists) expect(getIds(rows)).toEqual(names.slice(0, MAX_FOUND));
		});
	});
}

module.exports = { testTablesContract };
