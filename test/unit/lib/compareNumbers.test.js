const fc = require('fast-check');

const { compareNumbers } = require('../../../build/core/lib/compareNumbers');
const { ExactNumber } = require('../../../build/core/lib/exactJson');

const exact = (text) => new ExactNumber(text);

test.each([
	['616581622363398142', '616581622363398143', -1],
	['616581622363398143', '616581622363398142', 1],
	['616581622363398142', '616581622363398142', 0],
	['-616581622363398142', '616581622363398142', -1],
	['-616581622363398143', '-616581622363398142', -1],
	['616581622363398142.0', '6.16581622363398142e17', 0],
	['0.1234567890123456789', '0.1234567890123456788', 1],
	['1e400', '1e399', 1],
	['-1e400', '1e399', -1],
	['10000000000000000001', '9999999999999999999', 1],
	['0e999', '-1e-999', 1],
])('%s against %s is %d', (a, b, expected) => {
	expect(compareNumbers(exact(a), exact(b))).toBe(expected);
});

test('integers of any size are ordered as BigInt orders them', () => {
	const integer = fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n });
	fc.assert(
		fc.property(integer, integer, (a, b) => {
			const expected = a < b ? -1 : a > b ? 1 : 0;
			expect(compareNumbers(exact(String(a)), exact(String(b)))).toBe(expected);
		}),
	);
});

test('a number that is rounded already equals those that it may have been', () => {
	expect(compareNumbers(exact('616581622363398142'), Number('616581622363398142'))).toBe(0);
	expect(compareNumbers(7, exact('616581622363398142'))).toBe(-1);
});

test.each([
	[1, '1'],
	[exact('616581622363398142'), '616581622363398142'],
	[null, 1],
])('%p and %p have no order', (a, b) => {
	expect(compareNumbers(a, b)).toBeUndefined();
});
