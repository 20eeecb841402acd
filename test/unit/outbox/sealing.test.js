const fc = require('fast-check');

const { createEncrypter, EncryptionError } = require('../../../dist/core/outbox/store/encryption');

const KEY = 'a key of exactly 32 characters..';
const OTHER = 'another key that is long enough, too';
const PLACE = 'endpoint ep_1';

/** The parts of a sealed text, with its bytes changed. */
function withBytes(sealed, change) {
	const [version, name, content] = sealed.split('.');
	const bytes = change(Buffer.from(content, 'base64'));
	return [version, name, bytes.toString('base64')].join('.');
}

test('what is sealed opens again, whatever it is', () => {
	const sealer = createEncrypter([KEY]);
	fc.assert(
		fc.property(fc.string({ unit: 'binary' }), fc.string(), (value, place) => {
			expect(sealer.open(sealer.seal(value, place), place)).toBe(value);
			expect(createEncrypter([KEY]).open(sealer.seal(value, place), place)).toBe(value);
		}),
	);
});

test('the same value is sealed differently each time', () => {
	const sealer = createEncrypter([KEY]);
	const sealed = Array.from({ length: 20 }, () => sealer.seal('value', PLACE));
	expect(new Set(sealed).size).toBe(20);
});

test('nothing of the value or the key can be read in the sealed text', () => {
	const value = JSON.stringify({ token: 'tok_5f0c1d', url: 'https://example.com/?token=abc' });
	const sealed = createEncrypter([KEY]).seal(value, PLACE);
	const bytes = Buffer.from(sealed.split('.')[2], 'base64').toString('latin1');
	for (let start = 0; start + 6 <= value.length; start += 1) {
		const piece = value.slice(start, start + 6);
		expect(sealed).not.toContain(piece);
		expect(bytes).not.toContain(piece);
		expect(sealed).not.toContain(Buffer.from(piece).toString('base64').slice(0, 7));
	}
	for (const text of [KEY, Buffer.from(KEY).toString('base64'), Buffer.from(KEY).toString('hex')]) {
		expect(sealed).not.toContain(text);
	}
	expect(sealed).not.toContain('ep_1');
});

test('it opens in no other place', () => {
	const sealer = createEncrypter([KEY]);
	fc.assert(
		fc.property(fc.string(), fc.string(), fc.string(), (value, place, other) => {
			fc.pre(place !== other);
			const sealed = sealer.seal(value, place);
			expect(() => sealer.open(sealed, other)).toThrow(EncryptionError);
		}),
	);
	expect(() => sealer.open(sealer.seal('value', 'endpoint ep_2'), PLACE)).toThrow(
		'changed by hand, or moved from another endpoint',
	);
});

test('it does not open after any bit of it was changed, or when it was cut', () => {
	const sealer = createEncrypter([KEY]);
	fc.assert(
		fc.property(fc.string(), fc.nat(), fc.integer({ min: 0, max: 7 }), (value, at, bit) => {
			const sealed = sealer.seal(value, PLACE);
			const tampered = withBytes(sealed, (bytes) => {
				bytes[at % bytes.length] ^= 1 << bit;
				return bytes;
			});
			expect(() => sealer.open(tampered, PLACE)).toThrow('changed by hand');
			const cut = withBytes(sealed, (bytes) => bytes.subarray(0, at % bytes.length));
			expect(() => sealer.open(cut, PLACE)).toThrow('changed by hand');
		}),
	);
});

test('it opens with no other key, and the error tells what to do and holds no secret', () => {
	const sealed = createEncrypter([KEY]).seal('the value', PLACE);
	const open = () => createEncrypter([OTHER]).open(sealed, PLACE);
	expect(open).toThrow(EncryptionError);
	expect(open).toThrow('under "Further Encryption Keys"');
	expect(open).not.toThrow(/the value|another key that is long|a key of exactly/);
	const [version, , content] = sealed.split('.');
	const [, name] = createEncrypter([OTHER]).seal('', PLACE).split('.');
	// A key's name on a value that another key has sealed.
	expect(() => createEncrypter([OTHER]).open([version, name, content].join('.'), PLACE)).toThrow(
		'changed by hand',
	);
});

test('the first key seals, and further keys open what they sealed before', () => {
	const before = createEncrypter([OTHER]).seal('value', PLACE);
	const both = createEncrypter([KEY, OTHER]);
	expect(both.open(before, PLACE)).toBe('value');
	const sealed = both.seal('value', PLACE);
	expect(createEncrypter([KEY]).open(sealed, PLACE)).toBe('value');
	expect(() => createEncrypter([OTHER]).open(sealed, PLACE)).toThrow(EncryptionError);
});

test.each(['', 'text', 'v1', 'v1.12345678', 'v2.12345678.AAAA'])(
	'"%s" is not a sealed text',
	(text) => {
		expect(() => createEncrypter([KEY]).open(text, PLACE)).toThrow(EncryptionError);
	},
);

test('a version that is not known is not opened', () => {
	const sealer = createEncrypter([KEY]);
	const sealed = sealer.seal('value', PLACE);
	expect(() => sealer.open(sealed.replace('v1.', 'v2.'), PLACE)).toThrow(EncryptionError);
});

test.each([[[]], [['']], [['x'.repeat(31)]], [[KEY, 'short']]])(
	'the keys %j are refused, with a way to make one',
	(keys) => {
		expect(() => createEncrypter(keys)).toThrow(EncryptionError);
		expect(() => createEncrypter(keys)).toThrow('openssl rand -hex 32');
	},
);

test('a key of 32 characters will do', () => {
	expect(KEY).toHaveLength(32);
	expect(() => createEncrypter([KEY])).not.toThrow();
});
