const { parseList } = require('../../../../build/nodes/shared/parameters/parse');

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
