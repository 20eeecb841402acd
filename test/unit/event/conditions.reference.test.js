/**
 * Conditions and filters against plain references: the same rules, written down a second time with no
 * thought of speed, on generated documents, conditions and paths.
 */
const fc = require('fast-check');

const { compileConditions } = require('../../../dist/core/event/conditions');
const { compileFieldFilters } = require('../../../dist/core/event/fieldFilter');

const KEYS = ['a', 'b', 'c'];
const key = fc.constantFrom(...KEYS);
const DATES = [
	'2024-01-15',
	'2024-01-15T00:00:00Z',
	'2024-01-15T01:00:00+01:00',
	'2024-02-01T12:00:00.5Z',
];
const scalar = fc.oneof(
	fc.integer({ min: -2, max: 2 }),
	fc.constantFrom('', 'a', 'ab', 'b', 'ba'),
	fc.constantFrom(...DATES),
	fc.boolean(),
	fc.constant(null),
);
const { document: value } = fc.letrec((tie) => ({
	document: fc.oneof(
		{ maxDepth: 3, withCrossShrink: true },
		scalar,
		fc.dictionary(key, tie('document'), { maxKeys: 3 }),
		fc.array(tie('document'), { maxLength: 3 }),
	),
}));
const object = fc.dictionary(key, value, { maxKeys: 3 });
const step = fc.oneof(
	{ weight: 4, arbitrary: key },
	{ weight: 1, arbitrary: fc.constantFrom('0', '1') },
);
const path = fc.array(step, { minLength: 1, maxLength: 3 }).map((steps) => steps.join('.'));

const isList = Array.isArray;
const isMap = (node) => typeof node === 'object' && node !== null && !isList(node);
const isIndex = (name) => /^\d+$/.test(name);

describe('conditions', () => {
	/** An index takes one element of a list, any other name is looked for in all of them. */
	function at(node, [name, ...rest]) {
		if (name === undefined) return [node];
		if (isList(node)) {
			const elements = isIndex(name) ? node.slice(Number(name), Number(name) + 1) : node;
			const further = isIndex(name) ? rest : [name, ...rest];
			return elements.flatMap((element) => at(element, further));
		}
		return isMap(node) && name in node ? at(node[name], rest) : [];
	}

	const isDate = (text) => DATES.includes(text);
	const same = (a, b) => (isDate(a) && isDate(b) ? Date.parse(a) === Date.parse(b) : plain(a, b));
	/** Inside of lists and objects nothing is taken for a date. */
	function plain(a, b) {
		if (isList(a) || isList(b)) {
			return isList(a) && isList(b) && a.length === b.length && a.every((x, i) => plain(x, b[i]));
		}
		if (!isMap(a) || !isMap(b)) return Object.is(a, b) || (a === 0 && b === 0);
		const names = Object.keys(a);
		return (
			names.length === Object.keys(b).length &&
			names.every((name) => name in b && plain(a[name], b[name]))
		);
	}
	const ordered = (compare) => (a, b) => {
		if (typeof a === 'number' && typeof b === 'number') return compare(a, b);
		if (typeof a !== 'string' || typeof b !== 'string') return false;
		return isDate(a) && isDate(b) ? compare(Date.parse(a), Date.parse(b)) : compare(a, b);
	};
	const texts = (holds) => (a, b) => typeof a === 'string' && typeof b === 'string' && holds(a, b);
	const any = (holds) => (values, expected) => values.some((actual) => holds(actual, expected));
	const isIn = (actual, list) => list.some((one) => same(actual, one));
	const REFERENCE = {
		eq: any(same),
		ne: (values, expected) => !any(same)(values, expected),
		lt: any(ordered((a, b) => a < b)),
		lte: any(ordered((a, b) => a <= b)),
		gt: any(ordered((a, b) => a > b)),
		gte: any(ordered((a, b) => a >= b)),
		in: any(isIn),
		nin: (values, list) => !any(isIn)(values, list),
		exists: (values, wanted) => values.length > 0 === wanted,
		contains: any((a, b) =>
			isList(a) ? a.some((one) => same(one, b)) : texts((x, y) => x.includes(y))(a, b),
		),
		startsWith: any(texts((a, b) => a.startsWith(b))),
		endsWith: any(texts((a, b) => a.endsWith(b))),
	};
	const operandOf = (operator) => {
		if (operator === 'in' || operator === 'nin') return fc.array(scalar, { maxLength: 3 });
		if (operator === 'exists') return fc.boolean();
		if (operator === 'startsWith' || operator === 'endsWith')
			return fc.constantFrom('', 'a', 'b', '2024');
		return scalar;
	};
	const operatorTest = fc
		.constantFrom(...Object.keys(REFERENCE))
		.chain((operator) => operandOf(operator).map((operand) => ({ [operator]: operand })));
	const { conditions } = fc.letrec((tie) => ({
		field: fc.oneof(
			fc.tuple(path, operatorTest).map(([name, operators]) => ({ [name]: operators })),
			fc
				.tuple(path, operatorTest, operatorTest)
				.map(([name, a, b]) => ({ [name]: { ...a, ...b } })),
			fc.tuple(path, operatorTest).map(([name, operators]) => ({ [name]: { not: operators } })),
			fc.tuple(path, scalar).map(([name, expected]) => ({ [name]: expected })),
		),
		conditions: fc.oneof(
			{ maxDepth: 3 },
			tie('field'),
			fc.tuple(tie('field'), tie('field')).map(([a, b]) => ({ ...a, ...b })),
			fc.array(tie('conditions'), { minLength: 1, maxLength: 3 }).map((and) => ({ and })),
			fc.array(tie('conditions'), { minLength: 1, maxLength: 3 }).map((or) => ({ or })),
			tie('conditions').map((not) => ({ not })),
		),
	}));

	const testsHold = (values, operators) =>
		Object.entries(operators).every(([operator, operand]) =>
			operator === 'not' ? !testsHold(values, operand) : REFERENCE[operator](values, operand),
		);
	const met = (all, data) =>
		Object.entries(all).every(([name, expected]) => {
			if (name === 'and') return expected.every((one) => met(one, data));
			if (name === 'or') return expected.some((one) => met(one, data));
			if (name === 'not') return !met(expected, data);
			return testsHold(at(data, name.split('.')), isMap(expected) ? expected : { eq: expected });
		});

	test('hold where the reference says so', () => {
		const seen = { true: 0, false: 0 };
		fc.assert(
			fc.property(object, conditions, (data, all) => {
				const expected = met(all, data);
				seen[expected] += 1;
				expect(compileConditions(all)(data).met).toBe(expected);
			}),
			{ numRuns: 5000 },
		);
		expect(Math.min(seen.true, seen.false)).toBeGreaterThan(500);
	});
});

describe('filters', () => {
	const paths = fc.array(path, { minLength: 1, maxLength: 3 });

	/** All nodes that a path ends at. A list's elements are reached by index, and by any path through it. */
	function ends(node, [name, ...rest], found) {
		if (name === undefined) return found.add(node);
		if (isList(node)) {
			node.forEach((element, index) => {
				ends(element, [name, ...rest], found);
				if (String(index) === name) ends(element, rest, found);
			});
		} else if (isMap(node) && name in node) ends(node[name], rest, found);
		return found;
	}

	class Leaf {
		constructor(content) {
			this.value = content;
		}
	}

	/** A copy in which every value is an object of its own, so that places can be told apart. */
	const boxed = (node) => {
		if (isList(node)) return node.map(boxed);
		if (isMap(node)) return Object.fromEntries(Object.entries(node).map(([k, v]) => [k, boxed(v)]));
		return new Leaf(node);
	};
	const isLeaf = (node) => node instanceof Leaf;
	const unboxed = (node) => {
		if (isLeaf(node)) return node.value;
		if (isList(node)) return node.map(unboxed);
		return Object.fromEntries(Object.entries(node).map(([k, v]) => [k, unboxed(v)]));
	};
	const namesOf = (node) => (isLeaf(node) ? [] : Object.keys(node));
	/** The node with those of its children for which there is something left. */
	const rebuilt = (node, child) => {
		const left = namesOf(node).flatMap((name) => {
			const kept = child(node[name]);
			return kept === undefined ? [] : [[name, kept]];
		});
		return isList(node) ? left.map(([, kept]) => kept) : Object.fromEntries(left);
	};
	const included = (node, wanted) => {
		if (wanted.has(node)) return node;
		if (isLeaf(node)) return undefined;
		const kept = rebuilt(node, (child) => included(child, wanted));
		return namesOf(kept).length > 0 ? kept : undefined;
	};
	const excluded = (node, unwanted) => {
		if (unwanted.has(node)) return undefined;
		return isLeaf(node) ? node : rebuilt(node, (child) => excluded(child, unwanted));
	};
	const marked = (root, list) => {
		const found = new Set();
		for (const one of list) ends(root, one.split('.'), found);
		return found;
	};
	const reference = (data, include, exclude) => {
		const root = boxed(data);
		const kept = include.length > 0 ? (included(root, marked(root, include)) ?? {}) : root;
		// What is excluded is told by what is left: a list's elements count anew.
		return unboxed(exclude.length > 0 ? excluded(kept, marked(kept, exclude)) : kept);
	};

	test('leave what the reference leaves', () => {
		let changed = 0;
		fc.assert(
			fc.property(
				object,
				fc.oneof(paths, fc.constant([])),
				fc.oneof(paths, fc.constant([])),
				(data, include, exclude) => {
					const filtered = compileFieldFilters({
						include_fields: include,
						exclude_fields: exclude,
					})(data);
					expect(filtered).toEqual(reference(data, include, exclude));
					if (JSON.stringify(filtered) !== JSON.stringify(data)) changed += 1;
				},
			),
			{ numRuns: 5000 },
		);
		expect(changed).toBeGreaterThan(1000);
	});
});
