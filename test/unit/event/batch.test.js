const fc = require('fast-check');

const { splitIntoBatches } = require('../../../build/core/event/batch');

test('splitIntoBatches keeps each event once, in order, by key, and no more per batch than allowed', () => {
	const event = fc.record({ key: fc.constantFrom('a', 'b'), n: fc.integer() });
	fc.assert(
		fc.property(fc.array(event), fc.integer({ min: 1, max: 5 }), (events, max) => {
			const batches = splitIntoBatches(events, { maxEvents: max }, { getKey: ({ key }) => key });
			for (const batch of batches) {
				expect(batch.length).toBeLessThanOrEqual(max);
				expect(new Set(batch.map(({ key }) => key)).size).toBe(1);
			}
			for (const key of ['a', 'b']) {
				const of = (list) => list.filter((entry) => entry.key === key);
				expect(of(batches.flat())).toEqual(of(events));
			}
			const full = (key) => Math.ceil(events.filter((entry) => entry.key === key).length / max);
			expect(batches).toHaveLength(full('a') + full('b'));
		}),
	);
});

test('splitIntoBatches starts another batch when one has too many bytes, and drops no large event', () => {
	const lengths = (sizes, limits) =>
		splitIntoBatches(sizes, limits, { getSize: (bytes) => bytes }).map(({ length }) => length);
	const limits = { maxEvents: 3, maxBytes: 100 };
	expect(lengths([20, 30, 50, 20], limits)).toEqual([3, 1]);
	expect(lengths([60, 60, 20], limits)).toEqual([1, 2]);
	expect(lengths([500, 20, 20, 20, 20], limits)).toEqual([1, 3, 1]);
	expect(lengths([], limits)).toEqual([]);
});
