const { parseResponseCodes } = require('../../../../build/core/outbox/log/responseCodes');

test.each([
	['', undefined],
	[' , ', undefined],
	['500', [{ from: 500, to: 500 }]],
	[
		'404, 5xx',
		[
			{ from: 404, to: 404 },
			{ from: 500, to: 599 },
		],
	],
	[
		'2XX 301',
		[
			{ from: 200, to: 299 },
			{ from: 301, to: 301 },
		],
	],
])('parseResponseCodes of %j is %j', (text, expected) => {
	expect(parseResponseCodes(text)).toEqual(expected);
});

test.each(['50', '5x', '600', 'none', '5xxx', '-1'])('parseResponseCodes rejects %j', (text) => {
	expect(() => parseResponseCodes(text)).toThrow(`"${text}" is not a response code`);
});
