const { findSlope, judgeFlatness } = require('../../soak/flatness');

const MINUTE = 60_000;
/** Samples a minute apart. @param getValue called with the minute */
const sample = (getValue, count = 121) =>
	Array.from({ length: count }, (_, minute) => ({
		atMs: minute * MINUTE,
		value: getValue(minute),
	}));

test('the slope is that of the line, also with a few peaks', () => {
	expect(findSlope(sample((minute) => 100 + minute))).toBeCloseTo(60);
	const peaks = sample((minute) => (minute % 10 === 0 ? 5000 : 100));
	expect(findSlope(peaks)).toBe(0);
});

test.each([
	['a constant', () => 300, true],
	['what only grows while it warms up', (minute) => Math.min(300, 100 + 5 * minute), true],
	['a sawtooth', (minute) => 300 + (minute % 7) * 20, true],
	['what shrinks', (minute) => 500 - minute, true],
	['a growth of 4 % after the warm-up', (minute) => 300 + (minute * 12) / 80, true],
	['a growth of 10 % after the warm-up', (minute) => 300 + (minute * 30) / 80, false],
	['a slow leak under a sawtooth', (minute) => 300 + (minute % 7) * 20 + minute, false],
])('judges %s', (_, getValue, isFlat) => {
	expect(judgeFlatness(sample(getValue)).isFlat).toBe(isFlat);
});

test('throws if there are too few samples', () => {
	expect(() => judgeFlatness(sample(() => 1, 2))).toThrow('too few');
});
