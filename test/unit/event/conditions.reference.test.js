/**
 * Compares conditions with a reference implementation of the same rules, which is written without regard to
 * speed, on generated data and conditions.
 */
const fc = require('fast-check');

const { compileConditions } = require('../../../build/core/event/conditions');

const { DATES, isIndex, isList, isMap, object, path, scalar } = require('./documentArbitraries');

describe('compileConditions', () => {
	/** Finds the values at a path. An index selects one element of a list; any other name is looked up in all. */
	function findValues(node, [name, ...rest]) {
		if (name === undefined) return [node];
		if (isList(node)) {
			const elements = isIndex(name) ? node.slice(Number(name), Number(name) + 1) : node;
			const remaining = isIndex(name) ? rest : [name, ...rest];
			return elements.flatMap((element) => findValues(element, remaining));
		}
		return isMap(node) && name in node ? findValues(node[name], rest) : [];
	}

	const isDate = (text) => DATES.includes(text);
	const isSame = (a, b) =>
		isDate(a) && isDate(b) ? Date.parse(a) === Date.parse(b) : isSameValue(a, b);
	/** Compares two values, without parsing dates: in lists and objects they are plain text. */
	function isSameValue(a, b) {
		if (isList(a) || isList(b)) {
			return (
				isList(a) && isList(b) && a.length === b.length && a.every((x, i) => isSameValue(x, b[i]))
			);
		}
		if (!isMap(a) || !isMap(b)) return Object.is(a, b) || (a === 0 && b === 0);
		const names = Object.keys(a);
		return (
			names.length === Object.keys(b).length &&
			names.every((name) => name in b && isSameValue(a[name], b[name]))
		);
	}
	const compareWith = (compare) => (a, b) => {
		if (typeof a === 'number' && typeof b === 'number') return compare(a, b);
		if (typeof a !== 'string' || typeof b !== 'string') return false;
		return isDate(a) && isDate(b) ? compare(Date.parse(a), Date.parse(b)) : compare(a, b);
	};
	const ofTexts = (matches) => (a, b) =>
		typeof a === 'string' && typeof b === 'string' && matches(a, b);
	/** A list counts itself, and with each of its elements. */
	const withElements = (values) =>
		values.flatMap((value) => (isList(value) ? [value, ...value] : [value]));
	const any = (matches) => (values, expected) =>
		withElements(values).some((actual) => matches(actual, expected));
	const anyValue = (matches) => (values, expected) =>
		values.some((actual) => matches(actual, expected));
	const isIn = (actual, list) => list.some((entry) => isSame(actual, entry));
	const REFERENCE = {
		eq: any(isSame),
		ne: (values, expected) => !any(isSame)(values, expected),
		lt: any(compareWith((a, b) => a < b)),
		lte: any(compareWith((a, b) => a <= b)),
		gt: any(compareWith((a, b) => a > b)),
		gte: any(compareWith((a, b) => a >= b)),
		in: any(isIn),
		nin: (values, list) => !any(isIn)(values, list),
		exists: (values, expected) => values.length > 0 === expected,
		contains: anyValue((a, b) =>
			isList(a) ? a.some((entry) => isSame(entry, b)) : ofTexts((x, y) => x.includes(y))(a, b),
		),
		startsWith: any(ofTexts((a, b) => a.startsWith(b))),
		endsWith: any(ofTexts((a, b) => a.endsWith(b))),
	};
	const arbitraryOperand = (operator) => {
		if (operator === 'in' || operator === 'nin') return fc.array(scalar, { maxLength: 3 });
		if (operator === 'exists') return fc.boolean();
		if (operator === 'startsWith' || operator === 'endsWith')
			return fc.constantFrom('', 'a', 'b', '2024');
		return scalar;
	};
	const operatorTest = fc
		.constantFrom(...Object.keys(REFERENCE))
		.chain((operator) => arbitraryOperand(operator).map((operand) => ({ [operator]: operand })));
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

	const passesTests = (values, operators) =>
		Object.entries(operators).every(([operator, operand]) =>
			operator === 'not' ? !passesTests(values, operand) : REFERENCE[operator](values, operand),
		);
	const isMet = (group, data) =>
		Object.entries(group).every(([name, expected]) => {
			if (name === 'and') return expected.every((entry) => isMet(entry, data));
			if (name === 'or') return expected.some((entry) => isMet(entry, data));
			if (name === 'not') return !isMet(expected, data);
			return passesTests(
				findValues(data, name.split('.')),
				isMap(expected) ? expected : { eq: expected },
			);
		});

	test('agrees with the reference', () => {
		const counts = { true: 0, false: 0 };
		fc.assert(
			fc.property(object, conditions, (data, generated) => {
				const expected = isMet(generated, data);
				counts[expected] += 1;
				expect(compileConditions(generated)(data).met).toBe(expected);
			}),
			{ numRuns: 5000 },
		);
		expect(Math.min(counts.true, counts.false)).toBeGreaterThan(500);
	});
});
