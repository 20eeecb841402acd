const fc = require('fast-check');

const { cutText } = require('../../../build/core/lib/cutText');

test.each([
	['abc', 3, 'abc'],
	['abcd', 3, 'abc'],
	['aé', 2, 'a'],
	['a€b', 3, 'a'],
	['a😀', 4, 'a'],
	['😀', 4, '😀'],
	['', 0, ''],
])('cutText of %j after %d bytes is %j', (text, bytes, expected) => {
	expect(cutText(text, bytes)).toBe(expected);
});

test('cutText returns the longest beginning of whole characters that fits', () => {
	fc.assert(
		fc.property(fc.string({ unit: 'binary' }), fc.nat(40), (text, bytes) => {
			const cut = cutText(text, bytes);
			expect(text.startsWith(cut)).toBe(true);
			expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(bytes);
			const [next = ''] = text.slice(cut.length);
			if (cut !== text) expect(Buffer.byteLength(cut + next)).toBeGreaterThan(bytes);
		}),
	);
});
