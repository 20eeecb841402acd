const { readOptions } = require('../../bench/options');
const { compare, isReached, median } = require('../../bench/statistics');

describe('median', () => {
	test.each([
		[[7], 7],
		[[9, 1, 5], 5],
		// Sorted as text, 10 would come before 9.
		[[10, 9, 100], 10],
		[[4, 1, 3, 2], 2.5],
	])('of %j is %d', (values, expected) => {
		expect(median(values)).toBe(expected);
	});

	test('throws for an empty list', () => {
		expect(() => median([])).toThrow('no values');
	});

	test('leaves the values as they were', () => {
		const values = [3, 1, 2];
		median(values);
		expect(values).toEqual([3, 1, 2]);
	});
});

describe('compare', () => {
	test('returns the median of the rounds’ ratios, not the ratio of the medians', () => {
		const { figure, ours, theirs } = compare([10, 100, 60], [10, 50, 20]);
		expect({ ours, theirs }).toEqual({ ours: 60, theirs: 20 });
		expect(figure).toEqual({ kind: 'ratio', median: 2, lowest: 1, highest: 3 });
	});

	test.each([
		['over', 5],
		['percentOver', 50],
		['percentOf', 150],
		['alone', 15],
	])('%s', (kind, expected) => {
		expect(compare([15], [10], kind).figure.median).toBe(expected);
	});

	test('throws if the variants have different numbers of rounds', () => {
		expect(() => compare([1, 2], [1])).toThrow('2 rounds');
	});
});

test.each([
	[1.8, { atLeast: 1.8 }, true],
	[1.79, { atLeast: 1.8 }, false],
	[1.5, { atMost: 1.5 }, true],
	[1.51, { atMost: 1.5 }, false],
	[-3, { atMost: 10 }, true],
	[0.8, undefined, null],
])('%d with the target %j: %s', (value, target, reached) => {
	expect(isReached({ median: value }, target)).toBe(reached);
});

describe('options', () => {
	test('all parts, or those that are named', () => {
		expect(readOptions([])).toMatchObject({
			parts: [
				...['inbound', 'outbound', 'served', 'tenants'],
				...['core', 'growth', 'suspended', 'memory', 'load'],
			],
			quick: false,
		});
		expect(readOptions(['memory', 'core', '--quick', '--json', 'a.json'])).toMatchObject({
			parts: ['core', 'memory'],
			quick: true,
			json: 'a.json',
		});
	});

	test('settings of n8n', () => {
		expect(readOptions([]).env).toEqual({});
		expect(readOptions(['--env', 'N8N_A=1', '--env=N8N_B=c=d']).env).toEqual({
			N8N_A: '1',
			N8N_B: 'c=d',
		});
	});

	test.each([[['inbund']], [['--fast']], [['--json']], [['--env', 'N8N_A']]])(
		'rejects %j',
		(args) => {
			expect(() => readOptions(args)).toThrow('npm run bench');
		},
	);
});
