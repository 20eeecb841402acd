const fc = require('fast-check');
const isEqual = require('lodash/isEqual');

const { writeIdentifier } = require('../../../build/core/event/identifier');

test.each([
	['text', 'order_1', 'order_1'],
	['text with spaces around it', ' order 1 ', ' order 1 '],
	['a number', 7, '7'],
	['a number of another size', 0.25, '0.25'],
	['a boolean', false, 'false'],
	[
		'an object with sorted keys',
		{ b: [1, 'x', null], a: { d: true, c: 2 } },
		'{"a":{"c":2,"d":true},"b":[1,"x",null]}',
	],
	['a list', ['a', 1], '["a",1]'],
	['a text with such words in others', 'nullable-NaNcy-undefinedX', 'nullable-NaNcy-undefinedX'],
	['JSON with null', '{"order":7,"note":null}', '{"order":7,"note":null}'],
	['an object with another prototype', Object.setPrototypeOf({ a: 1 }, { b: 2 }), '{"a":1}'],
	['a field named __proto__', JSON.parse('{"__proto__": 1}'), '{"__proto__":1}'],
])('%s is written the same way every time', (_, value, identifier) => {
	expect(writeIdentifier(value)).toEqual({ identifier });
});

test.each([
	['nothing', undefined, 'is empty'],
	['null', null, 'is empty'],
	['an empty text', '', 'is empty'],
	['spaces', ' \n', 'is empty'],
	['an empty object', {}, 'is empty'],
	['an empty list', [], 'is empty'],
	['JSON of an empty object', '{}', 'is empty'],
	['JSON of fields without values', '[{"id": null}]', 'is empty'],
	['fields without values', { id: null, lines: [''] }, 'is empty'],
	['a field that is missing', { type: 'order', id: undefined }, 'has a field without a value'],
	['NaN', NaN, 'has a number that is not finite'],
	['an infinite number within', { id: [Infinity] }, 'has a number that is not finite'],
	[
		'an integer that JavaScript has rounded',
		{ id: Number('616581622363398142') },
		'has an integer above 9007199254740991',
	],
	['an object within a text', 'order-[object Object]', 'contains "[object Object]"'],
	['a missing value within a text', 'order-undefined', 'contains "undefined"'],
	['null within a text', 'order_null_1', 'contains "null"'],
	['NaN within a text', 'NaN/2', 'contains "NaN"'],
	['a function', () => 1, 'has a value that is not JSON'],
	['a map', { ids: new Map([[1, 2]]) }, 'has a value that is not JSON'],
])('%s identifies nothing', (_, value, fault) => {
	expect(writeIdentifier(value)).toEqual({ fault: expect.stringContaining(fault) });
});

test('a value that is nested too deeply is not written', () => {
	let value = 1;
	for (let level = 0; level < 100_000; level += 1) value = [value];
	expect(writeIdentifier(value)).toEqual({ fault: 'is nested too deeply' });
});

test('values that differ are never written alike, and equal ones always are', () => {
	const key = fc.object({ maxDepth: 3, values: [fc.string(), fc.integer(), fc.boolean()] });
	fc.assert(
		fc.property(key, key, (a, b) => {
			const [first, second] = [writeIdentifier(a), writeIdentifier(b)];
			if ('fault' in first || 'fault' in second) return;
			expect(first.identifier === second.identifier).toBe(isEqual(a, b));
			const reversed = Object.fromEntries(Object.entries(a).reverse());
			expect(writeIdentifier(reversed)).toEqual(first);
		}),
	);
});
