const fc = require('fast-check');

const { compileConditions, OPERATORS } = require('../../../dist/core/event/conditions');

const isMet = (conditions, data) => compileConditions(conditions)(data).met;

const DATA = {
	satisfaction_score: 2,
	message_count: 12,
	status: 'resolved',
	at: '2024-01-15T10:30:00Z',
	none: null,
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
			condition: 'message_count gt 10',
		});
	});
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
		[{ satisfaction_score: { lt: '3' } }, false],
		[{ status: { in: ['open', 'resolved'] } }, true],
		[{ status: { nin: ['open', 'resolved'] } }, false],
		[{ 'resolution.tags': { contains: 'account_access' } }, true],
		[{ 'resolution.tags': 'account_access' }, false],
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

	test('rejects conditions nested deeper than 20 levels', () => {
		const deep = Array.from({ length: 50 }).reduce((inner) => ({ not: inner }), { a: 1 });
		expect(() => compileConditions(deep)).toThrow('20 levels');
	});
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
