const {
	matchesContentDigest,
	writeContentDigest,
} = require('../../../../build/core/signing/messageSignature/contentDigest');

const HELLO = Buffer.from('{"hello": "world"}\n');
const SHA256 = 'sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:';
const SHA512 =
	'sha-512=:YMAam51Jz/jOATT6/zvHrLVgOYTGFy1d6GJiOHTohq4yP+pgk4vf2aCsyRZOtw8MjkM7iw7yZ/WkppmM44T3qg==:';

/** The digests of https://www.rfc-editor.org/rfc/rfc9530#appendix-B; B.4 as erratum 8890 corrects it. */
const EXAMPLES = [
	['2 and B.1', HELLO, SHA256],
	['2, SHA-512', HELLO, SHA512],
	['B.2', Buffer.alloc(0), 'sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:'],
	['B.3', Buffer.from('"world"}\n'), 'sha-256=:jjcgBDWNAtbYUXI37CVG3gRuGOAjaaDRGpIUFsdyepQ=:'],
	[
		'B.4 and B.6',
		Buffer.from('0b09807b2268656c6c6f223a2022776f726c64227d0a03', 'hex'),
		'sha-256=:d435Qo+nKZ+gLcUHn7GQtQ72hiBVAgqoLsZnZPiTGPk=:, sha-512=:db7fdBbgZMgX1Wb2MjA8zZj+rSNgfmDCEEXM8qLWfpfoNY0sCpHAzZbj09X1/7HAb7Od5Qfto4QpuBsFbUO3dQ==:',
	],
	[
		'B.7',
		Buffer.from('{"title": "New Title"}\n'),
		'sha-256=:mEkdbO7Srd9LIOegftO0aBX+VPTVz7/CSHes2Z27gc4=:',
	],
	[
		'B.8',
		Buffer.from(
			'{\n  "status": "created",\n  "id": "123",\n  "ts": 1569327729,\n  "instance": "/books/123"\n}\n',
		),
		'sha-256=:yXIGDTN5VrfoyisKlXgRKUHHMs35SNtyC3szSz1dbO8=:',
	],
	[
		'B.9',
		Buffer.from('{\n  "id": "123",\n  "title": "New Title"\n}\n'),
		'sha-256=:uVSlinTTdQUwm2On4k8TJUikGN1bf/Ds8WPX4oe0h9I=:',
	],
	[
		'B.10',
		Buffer.from(
			'{\n  "title": "Not Found",\n  "detail": "Cannot PATCH a non-existent resource",\n  "status": 404\n}\n',
		),
		'sha-256=:EXB0S2VF2H7ijkAVJkH1Sm0pBho0iDZcvVUHHXTTZSA=:',
	],
];

describe('Content-Digest', () => {
	test.each(EXAMPLES)('matches the example of RFC 9530, %s', (_, body, value) => {
		expect(matchesContentDigest(value, body)).toBe(true);
		expect(matchesContentDigest(value, Buffer.concat([body, Buffer.from(' ')]))).toBe(false);
	});

	test('writes the examples of RFC 9530', () => {
		expect(writeContentDigest(HELLO)).toBe(SHA256);
		expect(writeContentDigest(HELLO, 'sha-512')).toBe(SHA512);
	});

	test.each([
		['an unknown algorithm alone', 'md5=:AQ==:'],
		['one of two that is wrong', `${SHA256}, ${SHA512.replace('YMA', 'YMB')}`],
		['text instead of bytes', 'sha-256="RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg="'],
		['a list', `sha-256=(${SHA256.slice('sha-256='.length)})`],
		['a shortened digest', 'sha-256=:RK/0:'],
		['the padding that RFC 9530 prints in B.5', SHA256.replace('Dg=:', 'Dg==:')],
		['the same algorithm twice', `${SHA256}, ${SHA256}`],
		['nothing', ''],
	])('refuses %s', (_, value) => {
		expect(matchesContentDigest(value, HELLO)).toBe(false);
	});

	test('ignores an unknown algorithm beside a known one, and requires the signed one', () => {
		for (const name of ['md5', 'constructor', 'valueof']) {
			expect(matchesContentDigest(`${name}=:AQ==:, ${SHA256}`, HELLO)).toBe(true);
		}
		expect(matchesContentDigest('constructor=:AQ==:', HELLO)).toBe(false);
		expect(matchesContentDigest(SHA256, HELLO, 'sha-256')).toBe(true);
		expect(matchesContentDigest(SHA256, HELLO, 'sha-512')).toBe(false);
	});
});
