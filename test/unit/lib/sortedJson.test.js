const { ExactNumber } = require('../../../build/core/lib/exactJson');
const { toSortedJson } = require('../../../build/core/lib/sortedJson');

describe('toSortedJson', () => {
	test('writes equal JSON as equal text, whatever the order of its keys', () => {
		const value = { b: [1, { d: null, c: 'x' }], a: true };
		const other = { a: true, b: [1, { c: 'x', d: null }] };
		expect(toSortedJson(value)).toBe('{"a":true,"b":[1,{"c":"x","d":null}]}');
		expect(toSortedJson(other)).toBe(toSortedJson(value));
	});

	test('keeps the order of a list, and fields of any name', () => {
		expect(toSortedJson([2, 1])).toBe('[2,1]');
		expect(toSortedJson(JSON.parse('{"__proto__":{"a":1}}'))).toBe('{"__proto__":{"a":1}}');
	});

	test('keeps the digits of numbers that JavaScript would round', () => {
		const text = (digits) => toSortedJson({ id: new ExactNumber(digits) });
		expect(text('616581622363398142')).toBe('{"id":616581622363398142}');
		expect(text('616581622363398143')).not.toBe(text('616581622363398142'));
	});
});
