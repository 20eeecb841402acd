const fc = require('fast-check');

const { createScale } = require('../../../build/core/report/scale');

test.each([
	[0, 5, [0, 1, 2]],
	[1, 5, [0, 1, 2]],
	[7, 5, [0, 2, 4, 6, 8]],
	[120, 5, [0, 25, 50, 75, 100, 125]],
	[1000, 5, [0, 200, 400, 600, 800, 1000]],
	[230, 3, [0, 100, 200, 300]],
])('createScale to %d in about %d steps returns the marks %j', (max, steps, marks) => {
	expect(createScale(max, steps)).toEqual({ marks, top: marks.at(-1) });
});

test('createScale reaches the largest value in a few equal steps', () => {
	fc.assert(
		fc.property(fc.integer({ min: 0, max: 1e9 }), fc.integer({ min: 2, max: 6 }), (max, steps) => {
			const { marks, top } = createScale(max, steps);
			expect(top).toBeGreaterThanOrEqual(max);
			expect(marks.length - 1).toBeGreaterThanOrEqual(2);
			expect(marks.length - 1).toBeLessThanOrEqual(Math.max(2, steps));
			expect(marks.every(Number.isInteger)).toBe(true);
		}),
	);
});
