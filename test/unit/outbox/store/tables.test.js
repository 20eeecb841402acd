const fc = require('fast-check');

const {
	eq,
	findAll,
	findAny,
	MAX_CONDITIONS,
	MAX_FOUND,
} = require('../../../../build/core/outbox/store/tables');

const { createStore } = require('../memoryTables');
const { START } = require('../world');

const EVENT = {
	event_id: 'evt_1',
	event_type: 'order.created',
	accepted_at: START,
	data: '{"amount":1}',
	endpoint_ids: '["ep_a"]',
	lease_owner: null,
	lease_until: null,
};

/** A store with events of these IDs, in this order. */
function storeWith(ids) {
	const store = createStore();
	store.insert(
		'events',
		ids.map((eventId) => ({ ...EVENT, event_id: eventId })),
	);
	return store;
}

const numbers = (count) => Array.from({ length: count }, (_, index) => `evt_${index}`);

describe('findAll', () => {
	test.each([0, 1, MAX_FOUND - 1, MAX_FOUND, MAX_FOUND + 1, 2 * MAX_FOUND, 2500])(
		'finds all of %d rows',
		async (count) => {
			const tables = storeWith(numbers(count)).connect();
			const found = await findAll(tables, 'events');
			expect(found.map(({ event_id: id }) => id)).toEqual(numbers(count));
		},
	);

	test('finds only rows that meet the conditions', async () => {
		const tables = storeWith(['a', 'b', 'a', 'c', 'a']).connect();
		const found = await findAll(tables, 'events', [eq('event_id', 'a')]);
		expect(found.map(({ id }) => id)).toEqual([1, 3, 5]);
	});
});

describe('findAny', () => {
	test('finds each row once, for any number of values and rows', async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.constantFrom(0, 1, 2, MAX_CONDITIONS, MAX_CONDITIONS + 1, 2100),
				fc.integer({ min: 1, max: 2 }),
				async (count, each) => {
					const there = numbers(count + 5);
					const tables = storeWith([...there, ...(each === 2 ? there : [])]).connect();
					const wanted = numbers(count);
					const found = await findAny(tables, 'events', 'event_id', [...wanted, ...wanted]);
					const ids = found.map(({ id }) => id);
					expect(new Set(ids).size).toBe(ids.length);
					expect(found.map(({ event_id: id }) => id).sort()).toEqual(
						Array.from({ length: each }, () => wanted)
							.flat()
							.sort(),
					);
				},
			),
			{ numRuns: 24 },
		);
	});

	test('finds more rows of one value than a page has', async () => {
		const tables = storeWith([...Array(MAX_FOUND + 500).fill('many'), 'one', 'other']).connect();
		const found = await findAny(tables, 'events', 'event_id', ['many', 'one']);
		expect(found).toHaveLength(MAX_FOUND + 501);
	});

	test('makes one call for up to MAX_CONDITIONS values and none for no values', async () => {
		const tables = storeWith(numbers(MAX_CONDITIONS)).connect();
		await findAny(tables, 'events', 'event_id', []);
		expect(tables.calls).toHaveLength(0);
		await findAny(tables, 'events', 'event_id', numbers(MAX_CONDITIONS));
		expect(tables.calls).toHaveLength(1);
	});
});

describe('the tables in memory', () => {
	test('reject unknown columns and values of another type', async () => {
		const tables = createStore().connect();
		const query = { all: [eq('event_id', 'a')] };
		const ORDER = { newestFirst: false, limit: 1 };
		await expect(tables.insert('events', [{ x: 1 }])).rejects.toThrow("unknown column name 'x'");
		await expect(tables.find('events', { all: [eq('x', 1)] }, ORDER)).rejects.toThrow("'x'");
		await expect(tables.update('events', query, { x: 1 })).rejects.toThrow("'x'");
		await expect(tables.remove('events', { any: [eq('x', 1)] })).rejects.toThrow("'x'");
		await expect(tables.find('events', query, { ...ORDER, by: 'x' })).rejects.toThrow("'x'");
		await expect(tables.find('events', query, { ...ORDER, limit: 1001 })).rejects.toThrow('1001');
		await expect(tables.insert('events', [{ event_id: 1 }])).rejects.toThrow('type');
		await expect(tables.insert('deliveries', [{ attempts: '1' }])).rejects.toThrow('type');
	});

	test('insert all rows or none', async () => {
		const store = createStore();
		const insert = store.connect().insert('events', [{ event_id: 'a' }, { x: 1 }]);
		await expect(insert).rejects.toThrow("'x'");
		expect(store.rows('events')).toEqual([]);
	});

	test('compare as SQL does', async () => {
		const store = createStore();
		store.insert('events', [
			{ event_id: 'a', accepted_at: '2025-01-01T00:00:00.000Z' },
			{ event_id: 'b', accepted_at: '2025-01-02T00:00:00.000Z' },
			{ event_id: 'c', accepted_at: null },
		]);
		const tables = store.connect();
		const find = async (operator, value) =>
			(
				await tables.find(
					'events',
					{ all: [{ column: 'accepted_at', operator, value }] },
					{ newestFirst: false, limit: 10 },
				)
			)
				.map(({ event_id: id }) => id)
				.join('');
		const second = '2025-01-02T00:00:00.000Z';
		expect(await find('eq', null)).toBe('c');
		expect(await find('neq', null)).toBe('ab');
		expect(await find('eq', second)).toBe('b');
		expect(await find('neq', second)).toBe('ac');
		expect(await find('lt', second)).toBe('a');
		expect(await find('lte', second)).toBe('ab');
		expect(await find('gt', second)).toBe('');
		expect(await find('gte', second)).toBe('b');
	});
});
