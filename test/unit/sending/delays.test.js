const fc = require('fast-check');

const { formatDelay, parseDelays } = require('../../../build/core/sending/delays');

const { DAY, HOUR, MINUTE, SECOND } = require('./policyArbitraries');

describe('parseDelays', () => {
	test.each([
		['30 s, 5 min, 1 h, 1 d', [30 * SECOND, 5 * MINUTE, 1 * HOUR, 1 * DAY]],
		['30s,5min,1h', [30 * SECOND, 5 * MINUTE, 1 * HOUR]],
		['10', [10 * SECOND]],
		['0', [0]],
		['0.5 s', [500]],
		['1.5 h', [90 * MINUTE]],
		['30 d', [30 * DAY]],
		[' 1 s ,, 2 s, ', [1 * SECOND, 2 * SECOND]],
		['5 min, 1 s', [5 * MINUTE, 1 * SECOND]],
		['1m', [1 * MINUTE]],
		['5 min', [5 * MINUTE]],
		['1h', [1 * HOUR]],
		['2 hours, 1 hr', [2 * HOUR, 1 * HOUR]],
		['1 day', [1 * DAY]],
		['1 week', [7 * DAY]],
		['90s', [90 * SECOND]],
		['90 Seconds, 5 sec', [90 * SECOND, 5 * SECOND]],
		['1h30m', [90 * MINUTE]],
		['1 h 30 min', [90 * MINUTE]],
		['5 S', [5 * SECOND]],
		['1 s; 2 s', [1 * SECOND, 2 * SECOND]],
		['1 s\n2 s', [1 * SECOND, 2 * SECOND]],
		['0, 5 min', [0, 5 * MINUTE]],
		['10,20,30', [10 * SECOND, 20 * SECOND, 30 * SECOND]],
		[Array(50).fill('1').join(','), Array(50).fill(SECOND)],
	])('reads %j', (text, expected) => {
		expect(parseDelays(text)).toEqual(expected);
	});

	test.each([
		'soon',
		'-5 s',
		'1,5 x',
		'1 s 2 s',
		'30 s 5 min',
		'1 h 2 h',
		'5 months',
		'500 ms',
		'1h30',
		'PT5M',
		'.5 s',
		'1e3',
		'Infinity',
		'NaN',
		'30.1 d',
		'31 d',
		'9'.repeat(400),
	])('rejects %j and names the entry', (text) => {
		expect(() => parseDelays(text)).toThrow('is not a wait between attempts');
		const bad = text.split(',').at(-1).trim();
		expect(() => parseDelays(`1 s, ${bad}`)).toThrow(`"${bad}"`);
	});

	test.each([
		['', 'has 0 waits'],
		[' , ', 'has 0 waits'],
		[Array(51).fill('1').join(','), 'has 51 waits'],
	])('rejects %j and says how many waits are allowed', (text, message) => {
		expect(() => parseDelays(text)).toThrow(message);
		expect(() => parseDelays(text)).toThrow('Enter 1 to 50 waits');
	});

	test.each(['1,5 h', '10, 5 min', '5 min, 30'])(
		'rejects %j, since one wait has no unit',
		(text) => {
			expect(() => parseDelays(text)).toThrow('has no unit, but other waits do');
		},
	);

	test('throws an InvalidDelaysError', () => {
		expect(() => parseDelays('soon')).toThrow(
			expect.objectContaining({ name: 'InvalidDelaysError' }),
		);
	});

	test('reads every list of waits back as it was written', () => {
		const units = { s: SECOND, min: MINUTE, h: HOUR, d: DAY };
		const entry = fc.record({
			count: fc.integer({ min: 0, max: 30 }),
			unit: fc.constantFrom(...Object.keys(units)),
		});
		fc.assert(
			fc.property(fc.array(entry, { minLength: 1, maxLength: 50 }), (entries) => {
				const text = entries.map(({ count, unit }) => `${count} ${unit}`).join(', ');
				expect(parseDelays(text)).toEqual(entries.map(({ count, unit }) => count * units[unit]));
			}),
		);
	});
});

describe('formatDelay', () => {
	test.each([
		[0, '0 s'],
		[5 * SECOND, '5 s'],
		[90 * SECOND, '1.5 min'],
		[100 * SECOND, '100 s'],
		[5 * MINUTE, '5 min'],
		[90 * MINUTE, '1.5 h'],
		[24 * HOUR, '24 h'],
	])('writes %d ms as %j', (delayMs, text) => {
		expect(formatDelay(delayMs)).toBe(text);
	});

	test('writes what parseDelays reads', () => {
		fc.assert(
			fc.property(fc.integer({ min: 0, max: 30 * 86_400 }), (seconds) => {
				expect(parseDelays(formatDelay(seconds * SECOND))).toEqual([seconds * SECOND]);
			}),
		);
	});
});
