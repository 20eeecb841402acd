const { describeConditions } = require('../../../build/core/event/describeConditions');

test.each([
	[{}, []],
	[{ status: 'paid' }, ['status is "paid"']],
	[{ amount: { gte: 100, lt: 500 } }, ['amount is at least 100', 'amount is less than 500']],
	[{ 'a.b': { in: [1, 'x'] } }, ['a.b is one of 1, "x"']],
	[{ note: { exists: false } }, ['note does not exist']],
	[{ note: { not: { contains: 'x' } } }, ['not (note contains "x")']],
	[{ or: [{ a: 1 }, { b: 2, c: 3 }] }, ['(a is 1 or b is 2 and c is 3)']],
	[{ and: [{ a: 1 }, { b: { ne: 2 } }] }, ['a is 1', 'b is not 2']],
	[{ not: { a: 1 } }, ['not (a is 1)']],
])('the conditions %j are said as %j', (conditions, phrases) => {
	expect(describeConditions(conditions)).toEqual(phrases);
});

test('a long value is cut', () => {
	const [phrase] = describeConditions({ a: 'x'.repeat(1000) });
	expect(phrase.length).toBeLessThan(150);
});
