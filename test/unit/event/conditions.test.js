const fc = require('fast-check');

const { compileConditions, OPERATORS } = require('../../../build/core/event/conditions');
const { measureCpuMs } = require('../../harness/cpuTime');

const isMet = (conditions, data) => compileConditions(conditions)(data).met;

const DATA = {
	satisfaction_score: 2,
	message_count: 12,
	status: 'resolved',
	at: '2024-01-15T10:30:00Z',
	none: null,
	dates: ['2024-01-15T10:30:00Z', '2025-01-01'],
	numbers: [-1, 2],
	empty: [],
	resolution: { tags: ['password_reset', 'account_access'], steps: [{ n: 1 }, { n: 5 }] },
};

describe('compileConditions with the example of AgenticFlow’s page', () => {
	const page = { satisfaction_score: { lt: 3 }, message_count: { gt: 10 } };

	test('is met if both conditions are met', () => {
		expect(isMet(page, DATA)).toBe(true);
		expect(isMet(page, { ...DATA, message_count: 10 })).toBe(false);
		expect(isMet(page, {})).toBe(false);
	});

	test('names the condition that is not met', () => {
		expect(compileConditions(page)({ satisfaction_score: 1, message_count: 3 })).toEqual({
			met: false,
			condition: 'message_count gt 10, found 3',
		});
	});
});

test.each([
	[{ satisfaction_score: { lt: 1 } }, 'satisfaction_score lt 1, found 2'],
	[{ status: 'open' }, 'status eq "open", found "resolved"'],
	[{ status: { not: { startsWith: 're' } } }, 'status not {"startsWith":"re"}, found "resolved"'],
	[{ absent: { exists: true } }, 'absent exists true, found nothing'],
	[{ none: 1 }, 'none eq 1, found null'],
	[
		{ 'resolution.tags': 'vip' },
		'resolution.tags eq "vip", found ["password_reset", "account_access"]',
	],
	[{ 'resolution.steps.n': { gt: 5 } }, 'resolution.steps.n gt 5, found 1, 5'],
	[{ 'resolution.steps': { eq: 1 } }, 'resolution.steps eq 1, found [an object, an object]'],
	[{ resolution: 1 }, 'resolution eq 1, found an object'],
	[
		{ or: [{ status: 'open' }, { message_count: { gt: 20 } }] },
		'none of: status eq "open", found "resolved"; message_count gt 20, found 12',
	],
])('an unmet condition %j says "%s"', (conditions, condition) => {
	expect(compileConditions(conditions)(DATA)).toEqual({ met: false, condition });
});

test('an unmet condition shows the beginning of long values, and the first of many', () => {
	const { condition } = compileConditions({ a: 1 })({ a: 'x'.repeat(1e6) });
	expect(condition).toBe(`a eq 1, found "${'x'.repeat(100)}…"`);
	const many = compileConditions({ a: 1 })({ a: [2, 3, 4, 5, 6] });
	expect(many.condition).toBe('a eq 1, found [2, 3, 4 and 2 more]');
	const long = compileConditions({ a: 'y'.repeat(5000) })({ a: 2 });
	expect(long.condition.length).toBeLessThan(400);
	expect(long.condition).toMatch(/…, found 2$/);
});

describe('compileConditions', () => {
	test.each([
		[{ status: 'resolved' }, true],
		[{ status: { eq: 'open' } }, false],
		[{ status: { ne: 'open' } }, true],
		[{ absent: { ne: 'open' } }, true],
		[{ absent: null }, false],
		[{ none: null }, true],
		[{ none: { exists: true } }, true],
		[{ absent: { exists: false } }, true],
		[{ satisfaction_score: '2' }, false],
		[{ status: { in: ['open', 'resolved'] } }, true],
		[{ status: { nin: ['open', 'resolved'] } }, false],
		[{ 'resolution.tags': { contains: 'account_access' } }, true],
		[{ 'resolution.tags': 'account_access' }, true],
		[{ 'resolution.tags': 'access' }, false],
		[{ 'resolution.tags': { ne: 'account_access' } }, false],
		[{ 'resolution.tags': { ne: 'spam' } }, true],
		[{ 'resolution.tags': { in: ['spam', 'account_access'] } }, true],
		[{ 'resolution.tags': { in: ['spam'] } }, false],
		[{ 'resolution.tags': { in: [['password_reset', 'account_access']] } }, true],
		[{ 'resolution.tags': { nin: ['spam', 'account_access'] } }, false],
		[{ 'resolution.tags': { nin: ['spam'] } }, true],
		[{ 'resolution.tags': { startsWith: 'acc' } }, true],
		[{ 'resolution.tags': { endsWith: '_reset' } }, true],
		[{ 'resolution.tags': { not: { eq: 'account_access' } } }, false],
		[{ 'resolution.steps': { eq: { n: 5 } } }, true],
		[{ 'resolution.steps': { in: [{ n: 4 }, { n: 5 }] } }, true],
		[{ dates: '2024-01-15T11:30:00+01:00' }, true],
		[{ dates: { in: ['x', '2024-01-15T11:30:00+01:00'] } }, true],
		[{ dates: { lt: '2024-01-15' } }, false],
		[{ dates: { gte: '2024-01-15' } }, true],
		[{ numbers: { lt: 0 } }, true],
		[{ numbers: { gt: 3 } }, false],
		[{ numbers: 2 }, true],
		[{ numbers: '2' }, false],
		[{ empty: { eq: 'a' } }, false],
		[{ empty: { ne: 'a' } }, true],
		[{ empty: [] }, true],
		[{ 'resolution.tags': ['password_reset', 'account_access'] }, true],
		[{ 'resolution.tags.0': { startsWith: 'pass' } }, true],
		[{ 'resolution.tags.2': { exists: true } }, false],
		[{ 'resolution.steps.n': { gte: 5 } }, true],
		[{ 'resolution.steps.n': { gt: 5 } }, false],
		[{ status: { contains: 'solv', endsWith: 'ed' } }, true],
		[{ at: { gt: '2024-01-15T11:00:00+01:00' } }, true],
		[{ at: { lt: '2024-01-16' } }, true],
		[{ at: { eq: '2024-01-15T10:30:00.000Z' } }, true],
		[{ or: [{ status: 'open' }, { message_count: 12 }] }, true],
		[{ and: [{ status: 'open' }, { message_count: 12 }] }, false],
		[{ not: { status: 'open' } }, true],
		[{ message_count: { not: { gt: 10, lt: 20 } } }, false],
		[{}, true],
	])('evaluates %j to %s', (conditions, expected) => {
		expect(isMet(conditions, DATA)).toBe(expected);
	});

	test.each([
		[{ a: { near: 1 } }, 'unknown operator "near"'],
		[{ a: { toString: 1 } }, 'unknown operator "toString"'],
		[{ a: {} }, 'is empty'],
		[{ a: { in: 'x' } }, 'needs a list'],
		[{ a: { exists: 'yes' } }, 'needs true or false'],
		[{ a: { startsWith: 1 } }, 'needs a text'],
		[{ or: [] }, 'at least one entry'],
		[{ or: [5] }, 'must be a JSON object'],
		[{ 'a..b': 1 }, 'an empty key'],
		[{ 'a.__proto__': 1 }, 'is not data'],
		[[], 'must be a JSON object'],
	])('rejects %j', (conditions, message) => {
		expect(() => compileConditions(conditions)).toThrow(message);
	});

	test('lists the operators in the error for an unknown one', () => {
		expect(() => compileConditions({ a: { near: 1 } })).toThrow(OPERATORS.join(', '));
	});

	const nest = (levels, wrap, inner) =>
		Array.from({ length: levels }).reduce((nested) => wrap(nested), inner);
	const DEEP = [
		['not', (nested) => ({ not: nested }), { a: 1 }],
		['and', (nested) => ({ and: [nested] }), { a: { in: [1] } }],
		['or', (nested) => ({ or: [{ b: 1 }, nested] }), { a: { not: { eq: 1 } } }],
	];

	test.each(DEEP)('accepts at most 10 levels of %s', (_, wrap, inner) => {
		expect(compileConditions(nest(9, wrap, inner))).toBeInstanceOf(Function);
		for (const levels of [11, 50, 100_000]) {
			expect(() => compileConditions(nest(levels, wrap, inner))).toThrow('10 levels');
		}
	});

	test('accepts at most 10 levels in a value', () => {
		const value = (levels) => nest(levels, (nested) => ({ a: nested }), 1);
		expect(compileConditions({ a: { eq: value(10) } })).toBeInstanceOf(Function);
		for (const levels of [11, 100_000]) {
			expect(() => compileConditions({ a: { eq: value(levels) } })).toThrow('10 levels');
		}
	});

	test('accepts at most 16 KB', () => {
		const conditions = (length) => ({ a: { eq: 'x'.repeat(length) } });
		expect(isMet(conditions(16_000), { a: 'x'.repeat(16_000) })).toBe(true);
		expect(() => compileConditions(conditions(17_000))).toThrow('at most 16 KB');
		// Bytes count, not characters.
		expect(() => compileConditions({ a: 'ü'.repeat(9000) })).toThrow('at most 16 KB');
	});

	test('tests a long list against a long list within a moment', () => {
		const candidates = Array.from({ length: 2500 }, (_, number) => number);
		const test = compileConditions({ numbers: { in: candidates } });
		const numbers = Array.from({ length: 100_000 }, () => -1);
		expect(measureCpuMs(() => expect(test({ numbers }).met).toBe(false))).toBeLessThan(1000);
	});
});

test('tests a long list of objects against a long list of them within a moment', () => {
	const tags = Array.from({ length: 30_000 }, (_, index) => ({ b: index, a: [index] }));
	const others = Array.from({ length: 700 }, (_, index) => ({ a: [index], b: -1 }));
	const ms = measureCpuMs(() => {
		expect(isMet({ tags: { in: others } }, { tags })).toBe(false);
		expect(isMet({ tags: { in: [...others, { a: [7], b: 7 }] } }, { tags })).toBe(true);
	});
	expect(ms).toBeLessThan(2000);
});

test.each([
	[{ a: 1, b: [2] }, { b: [2], a: 1 }, true],
	[{ a: 1 }, { a: 1, b: undefined }, false],
	[{ a: 1 }, { a: '1' }, false],
	[[1, [2]], [[1, [2]]], true],
	[{}, { value: new Date(0) }.value, false],
	[{}, {}, true],
	[[], [[]], true],
])('compares %j with %j by their JSON', (expected, actual, isEqual) => {
	expect(isMet({ value: { eq: expected } }, { value: actual })).toBe(isEqual);
});

describe('compileConditions compared with JavaScript’s operators', () => {
	const scalar = fc.oneof(
		fc.integer({ min: -3, max: 3 }),
		fc.constantFrom('a', 'ab', 'b'),
		fc.boolean(),
	);
	const data = fc.record({ x: scalar, y: scalar }, { requiredKeys: [] });
	const comparable = (a, b) =>
		typeof a === typeof b && (typeof a === 'number' || typeof a === 'string');
	const reference = {
		eq: (a, b) => a === b,
		lt: (a, b) => comparable(a, b) && a < b,
		lte: (a, b) => comparable(a, b) && a <= b,
		gt: (a, b) => comparable(a, b) && a > b,
		gte: (a, b) => comparable(a, b) && a >= b,
		contains: (a, b) => typeof a === 'string' && typeof b === 'string' && a.includes(b),
	};

	test('agrees for each operator and its negation', () => {
		fc.assert(
			fc.property(
				data,
				scalar,
				fc.constantFrom(...Object.keys(reference)),
				(object, value, name) => {
					const expected = 'x' in object && reference[name](object.x, value);
					expect(isMet({ x: { [name]: value } }, object)).toBe(expected);
					expect(isMet({ x: { not: { [name]: value } } }, object)).toBe(!expected);
				},
			),
		);
	});

	test('agrees for and, or and not', () => {
		fc.assert(
			fc.property(data, scalar, scalar, (object, a, b) => {
				const first = isMet({ x: a }, object);
				const second = isMet({ y: b }, object);
				expect(isMet({ and: [{ x: a }, { y: b }] }, object)).toBe(first && second);
				expect(isMet({ or: [{ x: a }, { y: b }] }, object)).toBe(first || second);
				expect(isMet({ not: { or: [{ x: a }, { y: b }] } }, object)).toBe(!first && !second);
			}),
		);
	});
});
