/** Generated documents and paths, for the tests of conditions and field filters against a reference. */
const fc = require('fast-check');

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

module.exports = { DATES, isIndex, isList, isMap, object, path, scalar };
