const { ExactNumber, stringifyExactJson } = require('../../../build/core/lib/exactJson');
const {
	countJsonBytes,
	findJsonFault,
	isValueNestedDeeper,
} = require('../../../build/core/lib/jsonValue');

describe('isValueNestedDeeper', () => {
	test.each([
		[1, 0, false],
		[{}, 0, true],
		[{}, 1, false],
		[{ a: [] }, 1, true],
		[{ a: [] }, 2, false],
		[[{ a: 1 }, [[]]], 2, true],
		[[{ a: 1 }, [[]]], 3, false],
		[null, 0, false],
		[[new ExactNumber('616581622363398142')], 1, false],
	])('of %j and %d levels is %s', (value, levels, expected) => {
		expect(isValueNestedDeeper(value, levels)).toBe(expected);
	});

	test('ends for a value that no stack could hold, and for one that contains itself', () => {
		const deep = Array.from({ length: 1e5 }).reduce((inner) => [inner], []);
		expect(isValueNestedDeeper(deep, 100)).toBe(true);
		const circular = {};
		circular.self = circular;
		expect(isValueNestedDeeper(circular, 100)).toBe(true);
		expect(isValueNestedDeeper({ circular, toJSON: () => 'now' }, 100)).toBe(false);
	});
});

describe('findJsonFault', () => {
	test('finds a value that contains itself, at any level and however often', () => {
		const circular = { a: { b: [] } };
		circular.a.b.push(circular, circular);
		circular.c = circular.a;
		expect(findJsonFault(circular)).toBe('contains itself');
		expect(findJsonFault([1, circular])).toBe('contains itself');
	});

	test('accepts a value that is in two places, and 500 levels', () => {
		const shared = { a: 1 };
		expect(findJsonFault({ a: shared, b: [shared, shared] })).toBeUndefined();
		const nest = (levels) => Array.from({ length: levels }).reduce((inner) => [inner], 1);
		expect(findJsonFault(nest(500))).toBeUndefined();
		expect(findJsonFault(nest(501))).toBe('is nested more than 500 levels deep');
		expect(findJsonFault(nest(100_000))).toBe('is nested more than 500 levels deep');
	});

	test.each([
		[
			'toJSON',
			{
				toJSON: () => {
					throw new Error('boom');
				},
			},
		],
		[
			'a getter',
			Object.defineProperty({}, 'a', {
				enumerable: true,
				get: () => {
					throw new Error('boom');
				},
			}),
		],
	])('finds %s that throws an error', (_, value) => {
		expect(findJsonFault({ list: [value] })).toBe(
			'has a field that throws an error when it is read',
		);
	});

	test('looks at what JSON has in place of a value', () => {
		const circular = {};
		circular.self = circular;
		const moment = { circular, toJSON: () => 'now' };
		expect(findJsonFault({ moment })).toBeUndefined();
		expect(stringifyExactJson({ moment })).toBe('{"moment":"now"}');
		expect(findJsonFault({ moment: { toJSON: () => circular } })).toBe('contains itself');
		expect(findJsonFault({ date: new Date(NaN), id: new ExactNumber('1') })).toBeUndefined();
		expect(findJsonFault([1n])).toBe('has a BigInt');
	});
});

test('countJsonBytes counts bytes, not characters', () => {
	expect(countJsonBytes({ a: 'ü' })).toBe('{"a":"ü"}'.length + 1);
});

test('countJsonBytes counts all digits of a number that JavaScript would round', () => {
	const digits = '1'.repeat(500);
	expect(countJsonBytes([new ExactNumber(digits)])).toBe(502);
});
