const fc = require('fast-check');

const {
	createEncrypter,
	EncryptionError,
} = require('../../../../build/core/outbox/store/encryption');

const KEY = 'a key of exactly 32 characters..';
const OTHER = 'another key that is long enough, too';
const BELONGS_TO = 'endpoint ep_1';

/** Returns encrypted text with its bytes changed. */
function withBytes(encrypted, change) {
	const [version, name, content] = encrypted.split('.');
	const bytes = change(Buffer.from(content, 'base64'));
	return [version, name, bytes.toString('base64')].join('.');
}

test('decrypts any value that it has encrypted', () => {
	const encrypter = createEncrypter([KEY]);
	fc.assert(
		fc.property(fc.string({ unit: 'binary' }), fc.string(), (value, associatedData) => {
			expect(encrypter.decrypt(encrypter.encrypt(value, associatedData), associatedData)).toBe(
				value,
			);
			expect(
				createEncrypter([KEY]).decrypt(encrypter.encrypt(value, associatedData), associatedData),
			).toBe(value);
		}),
	);
});

test('encrypts the same value differently each time', () => {
	const encrypter = createEncrypter([KEY]);
	const encrypted = Array.from({ length: 20 }, () => encrypter.encrypt('value', BELONGS_TO));
	expect(new Set(encrypted).size).toBe(20);
});

test('reveals nothing of the value or the key in the encrypted text', () => {
	const value = JSON.stringify({ token: 'tok_5f0c1d', url: 'https://example.com/?token=abc' });
	const encrypted = createEncrypter([KEY]).encrypt(value, BELONGS_TO);
	const bytes = Buffer.from(encrypted.split('.')[2], 'base64').toString('latin1');
	for (let start = 0; start + 6 <= value.length; start += 1) {
		const piece = value.slice(start, start + 6);
		expect(encrypted).not.toContain(piece);
		expect(bytes).not.toContain(piece);
		expect(encrypted).not.toContain(Buffer.from(piece).toString('base64').slice(0, 7));
	}
	for (const text of [KEY, Buffer.from(KEY).toString('base64'), Buffer.from(KEY).toString('hex')]) {
		expect(encrypted).not.toContain(text);
	}
	expect(encrypted).not.toContain('ep_1');
});

test('does not decrypt a value with other associated data', () => {
	const encrypter = createEncrypter([KEY]);
	fc.assert(
		fc.property(fc.string(), fc.string(), fc.string(), (value, associatedData, other) => {
			fc.pre(associatedData !== other);
			const encrypted = encrypter.encrypt(value, associatedData);
			expect(() => encrypter.decrypt(encrypted, other)).toThrow(EncryptionError);
		}),
	);
	expect(() => encrypter.decrypt(encrypter.encrypt('value', 'endpoint ep_2'), BELONGS_TO)).toThrow(
		'were edited, replaced with older ones, or copied from another endpoint',
	);
});

test('does not decrypt a value with a changed bit or a missing end', () => {
	const encrypter = createEncrypter([KEY]);
	fc.assert(
		fc.property(fc.string(), fc.nat(), fc.integer({ min: 0, max: 7 }), (value, at, bit) => {
			const encrypted = encrypter.encrypt(value, BELONGS_TO);
			const tampered = withBytes(encrypted, (bytes) => {
				bytes[at % bytes.length] ^= 1 << bit;
				return bytes;
			});
			expect(() => encrypter.decrypt(tampered, BELONGS_TO)).toThrow('were edited');
			const cut = withBytes(encrypted, (bytes) => bytes.subarray(0, at % bytes.length));
			expect(() => encrypter.decrypt(cut, BELONGS_TO)).toThrow('were edited');
		}),
	);
});

test.each([4, 8, 12, 13, 14, 15])(
	'does not decrypt a value whose authentication tag has only %d bytes',
	(length) => {
		const encrypter = createEncrypter([KEY]);
		const encrypted = encrypter.encrypt('', BELONGS_TO);
		const short = withBytes(encrypted, (bytes) => bytes.subarray(0, length));
		expect(() => encrypter.decrypt(short, BELONGS_TO)).toThrow('were edited');
	},
);

test('does not decrypt with another key, and the error says what to do without a secret', () => {
	const encrypted = createEncrypter([KEY]).encrypt('the value', BELONGS_TO);
	const decrypt = () => createEncrypter([OTHER]).decrypt(encrypted, BELONGS_TO);
	expect(decrypt).toThrow(EncryptionError);
	expect(decrypt).toThrow('under "Additional Encryption Keys"');
	expect(decrypt).not.toThrow(/the value|another key that is long|a key of exactly/);
	const [version, , content] = encrypted.split('.');
	const [, name] = createEncrypter([OTHER]).encrypt('', BELONGS_TO).split('.');
	// A key's name on a value that another key has encrypted.
	expect(() =>
		createEncrypter([OTHER]).decrypt([version, name, content].join('.'), BELONGS_TO),
	).toThrow('were edited');
});

test('encrypts with the first key and decrypts with each', () => {
	const before = createEncrypter([OTHER]).encrypt('value', BELONGS_TO);
	const both = createEncrypter([KEY, OTHER]);
	expect(both.decrypt(before, BELONGS_TO)).toBe('value');
	const encrypted = both.encrypt('value', BELONGS_TO);
	expect(createEncrypter([KEY]).decrypt(encrypted, BELONGS_TO)).toBe('value');
	expect(() => createEncrypter([OTHER]).decrypt(encrypted, BELONGS_TO)).toThrow(EncryptionError);
});

test.each(['', 'text', 'v1', 'v1.12345678', 'v2.12345678.AAAA'])(
	'rejects "%s", which is not encrypted text',
	(text) => {
		expect(() => createEncrypter([KEY]).decrypt(text, BELONGS_TO)).toThrow(EncryptionError);
	},
);

test('rejects an unknown version', () => {
	const encrypter = createEncrypter([KEY]);
	const encrypted = encrypter.encrypt('value', BELONGS_TO);
	expect(() => encrypter.decrypt(encrypted.replace('v1.', 'v2.'), BELONGS_TO)).toThrow(
		EncryptionError,
	);
});

test.each([[[]], [['']], [['x'.repeat(31)]], [[KEY, 'short']]])(
	'rejects the keys %j and says how to create one',
	(keys) => {
		expect(() => createEncrypter(keys)).toThrow(EncryptionError);
		expect(() => createEncrypter(keys)).toThrow('openssl rand -hex 32');
	},
);

test('accepts a key of 32 characters', () => {
	expect(KEY).toHaveLength(32);
	expect(() => createEncrypter([KEY])).not.toThrow();
});
