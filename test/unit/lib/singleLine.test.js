const { isSingleLine, toSingleLine } = require('../../../build/core/lib/singleLine');

test.each([
	'a\nb',
	'a\r\nb',
	'a\u0000b',
	'a\u007fb',
	'a\u0085b',
	'a\u001b[2Kb',
	'a\u2028b',
	'a\u2029b',
	'a\u202eb',
	'a\u2066b',
])('%j breaks a line until it is replaced', (text) => {
	expect(isSingleLine(text)).toBe(false);
	expect(isSingleLine(toSingleLine(text))).toBe(true);
});

test.each(['', 'Orders', 'Bestellungen für Köln', '订单', '👩‍💻 orders', 'שלום'])(
	'%j is a single line',
	(text) => {
		expect(isSingleLine(text)).toBe(true);
		expect(toSingleLine(text)).toBe(text);
	},
);
