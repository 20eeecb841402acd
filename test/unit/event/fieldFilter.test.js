const fc = require('fast-check');

const { compileFieldFilters } = require('../../../build/core/event/fieldFilter');
const { measureCpuMs } = require('../../harness/cpuTime');

const include = (paths, data) => compileFieldFilters({ include_fields: paths })(data);
const exclude = (paths, data) => compileFieldFilters({ exclude_fields: paths })(data);

const DATA = {
	workflow_id: 'wf',
	status: 'success',
	output_data: { order_id: 1, cost: 2 },
	items: [{ id: 1, price: 5 }, { price: 6 }, 'text', { id: 3 }],
	empty: {},
	credits_used: 4.5,
};

describe('compileFieldFilters', () => {
	test.each([
		['256 characters', 'x'.repeat(256), 'x'.repeat(257)],
		['32 keys', Array(32).fill('a').join('.'), Array(33).fill('a').join('.')],
	])('accepts paths of at most %s', (limit, longest, tooLong) => {
		for (const filter of [include, exclude]) {
			expect(filter([longest], {})).toEqual({});
			expect(() => filter([tooLong], {})).toThrow(limit.replace(/ .*/, ''));
			expect(() => filter(['a', tooLong.repeat(10_000)], {})).toThrow('Use at most');
		}
	});

	test('accepts at most 1000 paths', () => {
		const paths = Array.from({ length: 1000 }, (_, number) => `field_${number}`);
		expect(include(paths, { field_999: 1, other: 2 })).toEqual({ field_999: 1 });
		expect(() => include([...paths, 'one_more'], {})).toThrow('at most 1000');
	});

	test('keeps the fields that AgenticFlow’s page shows', () => {
		expect(
			include(['workflow_id', 'status', 'output_data.order_id', 'credits_used'], DATA),
		).toEqual({
			workflow_id: 'wf',
			status: 'success',
			output_data: { order_id: 1 },
			credits_used: 4.5,
		});
	});

	test.each([
		[['items.id'], { items: [{ id: 1 }, { id: 3 }] }],
		[['items.0.price'], { items: [{ price: 5 }] }],
		[['items.0', 'items.id'], { items: [{ id: 1, price: 5 }, { id: 3 }] }],
		[['items', 'items.id'], { items: DATA.items }],
		[['absent', 'absent.deep', 'status.deep', 'empty.x', 'output_data.absent'], {}],
		[['empty'], { empty: {} }],
	])('keeps only the included fields %j', (paths, expected) => {
		expect(include(paths, DATA)).toEqual(expected);
	});

	test.each([
		[['items.price'], [{ id: 1 }, {}, 'text', { id: 3 }]],
		[['items.1'], [{ id: 1, price: 5 }, 'text', { id: 3 }]],
		[['items.9', 'absent.x'], DATA.items],
	])('removes the excluded fields %j', (paths, items) => {
		expect(exclude(paths, DATA)).toEqual({ ...DATA, items });
	});

	test('removes a field that is both included and excluded', () => {
		const filter = compileFieldFilters({
			include_fields: ['output_data'],
			exclude_fields: ['output_data.cost'],
		});
		expect(filter(DATA)).toEqual({ output_data: { order_id: 1 } });
	});

	test('keeps a field named __proto__ as a field', () => {
		const data = JSON.parse('{"list": [{"__proto__": {"a": 1}, "b": 2}], "c": 3}');
		const filtered = compileFieldFilters({ exclude_fields: ['list.b'] })(data);
		expect(JSON.stringify(filtered)).toBe('{"list":[{"__proto__":{"a":1}}],"c":3}');
		expect(Object.getPrototypeOf(filtered.list[0])).toBe(Object.prototype);
	});

	test.each([['__proto__.x'], ['a.constructor'], ['prototype'], ['a..b'], ['']])(
		'rejects the path %j',
		(path) => {
			expect(() => compileFieldFilters({ include_fields: [path] })).toThrow(
				/is not data|empty key/,
			);
		},
	);
});

describe('compileFieldFilters with any data and paths', () => {
	const key = fc.constantFrom('a', 'b', 'c', '0');
	const { value } = fc.letrec((tie) => ({
		value: fc.oneof(
			{ maxDepth: 3 },
			fc.integer(),
			fc.dictionary(key, tie('value'), { maxKeys: 3 }),
			fc.array(tie('value'), { maxLength: 3 }),
		),
	}));
	const object = fc.dictionary(key, value, { maxKeys: 3 });
	const paths = fc.array(
		fc.array(key, { minLength: 1, maxLength: 3 }).map((keys) => keys.join('.')),
		{ minLength: 1, maxLength: 3 },
	);

	/** Lists the leaves with their paths, which have `*` for an index, since filtering changes indexes. */
	function listLeaves(node, leafPath = '') {
		if (Array.isArray(node)) return node.flatMap((child) => listLeaves(child, `${leafPath}.*`));
		if (typeof node === 'object') {
			return Object.entries(node).flatMap(([name, child]) =>
				listLeaves(child, `${leafPath}.${name}`),
			);
		}
		return [`${leafPath}=${node}`];
	}

	test('adds no field and does not change the data', () => {
		fc.assert(
			fc.property(object, paths, paths, (data, included, excluded) => {
				const before = JSON.stringify(data);
				const filtered = compileFieldFilters({
					include_fields: included,
					exclude_fields: excluded,
				})(data);
				const available = listLeaves(data);
				for (const leaf of listLeaves(filtered)) expect(available).toContain(leaf);
				expect(JSON.stringify(data)).toBe(before);
			}),
		);
	});

	test('changes nothing the second time if no path has an index', () => {
		const named = paths.filter((list) => list.every((path) => !path.includes('0')));
		fc.assert(
			fc.property(object, named, (data, list) => {
				const once = include(list, data);
				expect(include(list, once)).toEqual(once);
				const without = exclude(list, data);
				expect(exclude(list, without)).toEqual(without);
			}),
		);
	});
});

test('filters lists in lists by many paths through their indexes within a moment', () => {
	const paths = Array.from({ length: 200 }, (_, number) => {
		const indexes = (number * 5_368_709).toString(2).padStart(30, '0');
		return ['d', ...indexes].join('.');
	});
	const nest = (levels) => (levels === 0 ? 1 : [nest(levels - 1), nest(levels - 1)]);
	const filter = compileFieldFilters({ exclude_fields: paths });
	const ms = measureCpuMs(() => expect(filter({ d: nest(12) })).toEqual({ d: nest(12) }));
	expect(ms).toBeLessThan(3000);
});
