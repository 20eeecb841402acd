const { DateTime } = require('luxon');

const { parseJsonObject, parseList } = require('../../../../build/nodes/shared/parameters/parse');

test.each([
	['a, b;c\nd', ['a', 'b', 'c', 'd']],
	['a、b，c；d', ['a', 'b', 'c', 'd']],
	[
		['a,b', ' c '],
		['a', 'b', 'c'],
	],
	['a\u200b b', ['a', 'b']],
	[undefined, []],
	[' ', []],
])('a list of words may be written as %j', (list, words) => {
	expect(parseList(list)).toEqual(words);
});

describe('a parameter that has a JSON object', () => {
	const nested = (levels) => `${'{"a":'.repeat(levels - 1)}{}${'}'.repeat(levels - 1)}`;

	test.each([
		['text', nested(501)],
		['the value of an expression', JSON.parse(nested(501))],
	])('is rejected with more than 500 levels, as %s', (_, value) => {
		expect(() => parseJsonObject(value, 'Data (JSON)')).toThrow(
			'"Data (JSON)" is nested more than 500 levels deep',
		);
	});

	test.each([
		['text', nested(500)],
		['the value of an expression', JSON.parse(nested(500))],
	])('may have 500 levels, as %s', (_, value) => {
		expect(parseJsonObject(value, 'Data (JSON)')).toEqual(JSON.parse(nested(500)));
	});

	test('may contain the times of expressions', () => {
		const now = DateTime.now();
		expect(parseJsonObject({ now }, 'Data (JSON)')).toEqual({ now });
	});
});
