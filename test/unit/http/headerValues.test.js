'use strict';

const { findHeaderFault, requireSendable } = require('../../../build/core/http/headerValues');

const UNSENDABLE_TOKENS = [
	['wh_1\nX-Injected: 1', 'has a line break at position 5.'],
	['wh_1\r', 'has a line break at position 5.'],
	['wh_1\u200b', 'has an invisible character at position 5.'],
	['\ufeffwh_1', 'has an invisible character at position 1.'],
	['wh\u00a01', 'has an invisible character at position 3.'],
	['wh 1', 'has a space at position 3.'],
	['wh\t1', 'has a tab at position 3.'],
	['wh\u00001', 'has a control character at position 3.'],
	['wh_\u{1f600}', 'has a character that is not ASCII at position 4.'],
	['clé', 'has a character that is not ASCII at position 3.'],
	['wh_\ud800', 'has a character that is not ASCII at position 4.'],
];

describe('findHeaderFault', () => {
	test.each(UNSENDABLE_TOKENS)('finds what a token %j cannot be sent with', (token, fault) => {
		expect(findHeaderFault('token', token)).toMatch(new RegExp(`^${fault}`));
		expect(findHeaderFault('token', token)).toMatch(/Enter it again with only letters/);
	});

	test('accepts every visible ASCII character in a token', () => {
		const visible = Array.from({ length: 94 }, (_, index) => String.fromCharCode(0x21 + index));
		expect(findHeaderFault('token', visible.join(''))).toBeUndefined();
	});

	test('accepts spaces and tabs within a header value, and no others', () => {
		expect(findHeaderFault('header', 'acme\tcorp, inc')).toBeUndefined();
		expect(findHeaderFault('header', '')).toBeUndefined();
		expect(findHeaderFault('header', 'acme ')).toMatch(/^has a space at position 5\./);
		expect(findHeaderFault('header', '\tacme')).toMatch(/^has a tab at position 1\./);
		expect(findHeaderFault('header', 'a\r\nb')).toMatch(/^has a line break at position 2\./);
		expect(findHeaderFault('header', 'café')).toMatch(/^has a character that is not ASCII/);
	});

	test('accepts UTF-8 in Basic credentials, but no control characters, and no colon in the user', () => {
		expect(findHeaderFault('basicUser', 'jörg')).toBeUndefined();
		expect(findHeaderFault('basicPassword', 'pä:ss wörd\u{1f600}')).toBeUndefined();
		expect(findHeaderFault('basicUser', 'a:b')).toMatch(/^has a colon at position 2\./);
		expect(findHeaderFault('basicUser', 'a\u0007')).toMatch(/^has a control character/);
		expect(findHeaderFault('basicPassword', 'a\n')).toMatch(/^has a line break at position 2\./);
		expect(findHeaderFault('basicPassword', 'a\ud800')).toBeDefined();
	});

	test('counts positions in characters, not in UTF-16 units', () => {
		expect(findHeaderFault('basicPassword', '\u{1f600}\n')).toMatch(/at position 2\./);
	});

	test('limits the length to what servers accept', () => {
		expect(findHeaderFault('token', 'a'.repeat(8000))).toBeUndefined();
		expect(findHeaderFault('token', 'a'.repeat(8001))).toBe(
			'has 8001 characters. Enter at most 8000.',
		);
	});
});

describe('requireSendable', () => {
	test('names the field and never repeats the secret', () => {
		expect(() => requireSendable('token', 'Token', 's3cr3t\u200b')).toThrow(
			expect.objectContaining({
				name: 'InvalidHeaderValueError',
				message: expect.stringMatching(/^"Token" has an invisible character at position 7\./),
			}),
		);
		expect(() => requireSendable('token', 'Token', 's3cr3t\u200b')).toThrow(
			expect.not.objectContaining({ message: expect.stringContaining('s3cr3t') }),
		);
	});
});
