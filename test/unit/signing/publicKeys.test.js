/** Public keys and signatures that openssl and node:crypto make, and keys that prove nothing. */
const { execFileSync } = require('node:child_process');
const crypto = require('node:crypto');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const {
	checkSecret,
	parseSecret,
	parseSecretList,
} = require('../../../build/core/signing/secrets');
const { verifyRequest } = require('../../../build/core/signing/verify');
const { HashBudget } = require('../../../build/core/signing/matchSecrets');

const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'keys-'));
afterAll(() => fs.rmSync(directory, { recursive: true }));

const openssl = (...args) =>
	execFileSync('openssl', args, { cwd: directory, stdio: ['ignore', 'pipe', 'ignore'] });

/** Generates a key pair with openssl. */
function generate(name, ...options) {
	openssl('genpkey', '-out', `${name}.pem`, ...options);
	const readPublic = (format) =>
		openssl('pkey', '-in', `${name}.pem`, '-pubout', '-outform', format);
	return { name, pem: readPublic('PEM').toString(), der: readPublic('DER') };
}

const P256 = generate('p256', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256');
const OTHER_P256 = generate('other', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256');
const RSA = generate('rsa', '-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048');
const ED25519 = generate('ed25519', '-algorithm', 'ed25519');

const BODY = Buffer.from('{"id":"evt_1"}');
fs.writeFileSync(path.join(directory, 'body'), BODY);

/** Signs the body with openssl's command. */
const signWith = ({ name }, ...options) => {
	if (name === 'ed25519')
		openssl(
			'pkeyutl',
			'-sign',
			'-rawin',
			'-inkey',
			`${name}.pem`,
			'-in',
			'body',
			'-out',
			'signature',
		);
	else openssl('dgst', '-sha256', ...options, '-sign', `${name}.pem`, '-out', 'signature', 'body');
	return fs.readFileSync(path.join(directory, 'signature'));
};

const verify = (
	algorithm,
	secrets,
	signature,
	{ body = BODY, encoding = 'base64', ...change } = {},
) =>
	verifyRequest(
		{
			name: 'test',
			signatureHeader: 'X-Signature',
			forms: [{ prefix: '', algorithm, encoding }],
			content: '{body}',
			secretFormat: 'publicKey',
			...change,
		},
		{
			headers: { 'x-signature': signature.toString(encoding) },
			body,
			nowMs: 0,
			secrets: [secrets].flat(),
		},
	).valid;

const PKCS1 = execFileSync('openssl', ['rsa', '-pubin', '-RSAPublicKey_out', '-outform', 'DER'], {
	input: RSA.pem,
	stdio: ['pipe', 'pipe', 'ignore'],
});

/** The ways in which people copy a key. */
const spell = ({ der, pem }) => [
	['PEM', pem],
	['PEM on one line', pem.replace(/\n/g, '')],
	['PEM with spaces for its line breaks', pem.trim().replace(/\n/g, ' ')],
	['PEM with \\n for its line breaks', pem.trim().replace(/\n/g, '\\n')],
	['PEM with Windows’ line breaks', pem.replace(/\n/g, '\r\n')],
	['base64 of its DER', der.toString('base64')],
	['base64 of its DER without padding', der.toString('base64').replace(/=+$/, '')],
];

describe.each([
	['ecdsa-p256', P256, spell(P256)],
	['rsa-sha256', RSA, [...spell(RSA), ['base64 of PKCS #1', PKCS1.toString('base64')]]],
	[
		'ed25519',
		ED25519,
		[
			...spell(ED25519),
			['hex', ED25519.der.subarray(-32).toString('hex')],
			['upper-case hex', ED25519.der.subarray(-32).toString('hex').toUpperCase()],
			['base64', ED25519.der.subarray(-32).toString('base64')],
			['URL-safe base64', ED25519.der.subarray(-32).toString('base64url')],
		],
	],
])('a public key for %s', (algorithm, pair, spellings) => {
	test.each(spellings)('as %s verifies what openssl signed', (_name, key) => {
		const signature = signWith(pair);
		expect(verify(algorithm, key, signature)).toBe(true);
		expect(verify(algorithm, key, signature, { encoding: 'hex' })).toBe(true);
		expect(verify(algorithm, key, signature, { body: Buffer.from('{"id":"evt_2"}') })).toBe(false);
		const changed = Buffer.from(signature);
		changed[changed.length - 1] ^= 1;
		expect(verify(algorithm, key, changed)).toBe(false);
		expect(checkSecret(key, 'publicKey').canSign).toBe(false);
	});

	test('is one of several, among keys of other kinds', () => {
		const others = [P256, OTHER_P256, RSA, ED25519].filter((other) => other !== pair);
		const signature = signWith(pair);
		expect(verify(algorithm, [...others.map(({ pem }) => pem), pair.pem], signature)).toBe(true);
		expect(
			verify(
				algorithm,
				others.map(({ pem }) => pem),
				signature,
			),
		).toBe(false);
	});

	test('counts if the provider publishes it, without any secret', () => {
		const publishedKeys = [OTHER_P256.pem, pair.pem];
		expect(verify(algorithm, [], signWith(pair), { publishedKeys })).toBe(true);
		expect(verify(algorithm, [], signWith(pair), { publishedKeys: [OTHER_P256.pem] })).toBe(false);
		expect(verify(algorithm, pair.pem, signWith(pair), { publishedKeys: [OTHER_P256.pem] })).toBe(
			true,
		);
	});
});

test('a signature with ECDSA may be r and s instead of DER', () => {
	const sign = (dsaEncoding, hash = 'sha256') =>
		crypto.sign(hash, BODY, {
			key: fs.readFileSync(path.join(directory, 'p256.pem')),
			dsaEncoding,
		});
	expect(verify('ecdsa-p256', P256.pem, sign('ieee-p1363'))).toBe(true);
	expect(verify('ecdsa-p256', P256.pem, sign('der'))).toBe(true);
	expect(verify('ecdsa-p256', P256.pem, sign('ieee-p1363', 'sha384'))).toBe(false);
	expect(verify('ecdsa-p256', OTHER_P256.pem, sign('ieee-p1363'))).toBe(false);
	// https://www.cve.org/CVERecord?id=CVE-2022-21449
	expect(verify('ecdsa-p256', P256.pem, Buffer.alloc(64))).toBe(false);
	expect(verify('ecdsa-p256', P256.pem, Buffer.from('3006020100020100', 'hex'))).toBe(false);
});

test('a signature with RSA is PKCS #1 v1.5 with SHA-256, and nothing else', () => {
	const key = fs.readFileSync(path.join(directory, 'rsa.pem'));
	expect(verify('rsa-sha256', RSA.pem, crypto.sign('sha256', BODY, key))).toBe(true);
	const padding = crypto.constants.RSA_PKCS1_PSS_PADDING;
	expect(verify('rsa-sha256', RSA.pem, crypto.sign('sha256', BODY, { key, padding }))).toBe(false);
	expect(verify('rsa-sha256', RSA.pem, crypto.sign('sha1', BODY, key))).toBe(false);
	expect(verify('rsa-sha256', RSA.pem, crypto.sign('sha512', BODY, key))).toBe(false);
});

test('the body of a public key is never the key of an HMAC', () => {
	const signature = crypto.createHmac('sha256', RSA.pem).update(BODY).digest();
	const forms = ['hmac-sha256', 'rsa-sha256'].map((algorithm) => ({
		prefix: '',
		algorithm,
		encoding: 'base64',
	}));
	expect(verify('rsa-sha256', RSA.pem, signature, { forms })).toBe(false);
});

const privatePem = (name) => fs.readFileSync(path.join(directory, `${name}.pem`), 'utf8');
const privateDer = (name) =>
	openssl('pkey', '-in', `${name}.pem`, '-outform', 'DER').toString('base64');
const jsonOf = (publicKey) => publicKey.export({ format: 'pem', type: 'spki' });

/** An RSA key whose exponent is 1: every text is its own signature. */
const createIdentityKey = () => {
	const { n } = crypto.createPublicKey(RSA.pem).export({ format: 'jwk' });
	return jsonOf(crypto.createPublicKey({ key: { kty: 'RSA', n, e: 'AQ' }, format: 'jwk' }));
};

test.each([
	['a private key in PEM', () => privatePem('rsa'), 'private key'],
	['a private key on one line', () => privatePem('p256').replace(/\n/g, ''), 'private key'],
	['a private key in base64', () => privateDer('p256'), 'private key'],
	['a private Ed25519 key in base64', () => privateDer('ed25519'), 'private key'],
	[
		'a certificate',
		() => '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----',
		'openssl x509',
	],
	['half of a PEM block', () => RSA.pem.slice(0, 200), 'not complete'],
	['a damaged PEM block', () => RSA.pem.replace('MII', '???'), 'damaged'],
	[
		'hex with an odd number of digits',
		() => 'ab'.repeat(31) + 'a',
		'64 hex characters. This one has 63',
	],
	[
		'an RSA key of 1024 bits',
		() => jsonOf(crypto.generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey),
		'1024 bits',
	],
	['an RSA key with the exponent 1', createIdentityKey, 'anyone can make signatures'],
	[
		'a P-384 key',
		() => jsonOf(crypto.generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey),
		'on the curve secp384r1',
	],
	[
		'a secp256k1 key',
		() => jsonOf(crypto.generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).publicKey),
		'on the curve secp256k1',
	],
	[
		'an Ed448 key',
		() => jsonOf(crypto.generateKeyPairSync('ed448').publicKey),
		'of the kind ed448',
	],
	[
		'an X25519 key',
		() => jsonOf(crypto.generateKeyPairSync('x25519').publicKey),
		'of the kind x25519',
	],
	[
		'an RSA-PSS key',
		() => jsonOf(crypto.generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).publicKey),
		'of the kind rsa-pss',
	],
	['zeros in base64', () => Buffer.alloc(32).toString('base64'), 'is a placeholder'],
	[
		'zeros in PEM',
		() =>
			`-----BEGIN PUBLIC KEY-----${Buffer.concat([ED25519.der.subarray(0, 12), Buffer.alloc(32)]).toString('base64')}-----END PUBLIC KEY-----`,
		'is a placeholder',
	],
	[
		'31 bytes',
		() => Buffer.alloc(31, 7).toString('base64'),
		'must be 64 hex characters, base64 or PEM',
	],
	[
		'a signing secret',
		() => 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
		'must be 64 hex characters, base64 or PEM',
	],
])('%s is refused, and the message says so without the key', (_name, create, message) => {
	const secret = create();
	const run = () => parseSecret(secret, 'publicKey');
	expect(run).toThrow(message);
	const [, content = secret] = /-----\s*([A-Za-z0-9+/]{8})/.exec(secret) ?? [];
	try {
		run();
	} catch (error) {
		expect(error.name).toBe('InvalidSecretError');
		expect(error.message).not.toContain(content.slice(0, 40));
		expect(error.cause).toBe(undefined);
	}
});

test.each([
	['hex', 'abc', 'even'],
	['hex', 'xyz1', 'not hex'],
	['base64', 'a', 'not base64'],
	['base64', 'ab$d', 'not base64'],
])('a secret that is not %s is refused: %s', (format, secret, message) => {
	expect(() => parseSecret(secret, format)).toThrow(message);
});

test('a list of secrets keeps each PEM block in one piece', () => {
	const list = [P256.pem.trim(), RSA.pem.trim(), 'abc'];
	expect(parseSecretList('', list.join('\n'))).toEqual(list);
	expect(parseSecretList('', list.map((pem) => pem.replace(/\n/g, ' ')).join(' '))).toHaveLength(3);
	expect(parseSecretList('current', P256.pem)).toHaveLength(2);
});

test('checks with public keys over big bodies are limited', () => {
	const count = (algorithm, bytes) => {
		const budget = new HashBudget();
		let spent = 0;
		while (spent < 10_000 && budget.spend(algorithm, bytes)) spent += 1;
		return spent;
	};
	const megabytes = 10 * 1024 * 1024;
	expect(count('ecdsa-p256', megabytes)).toBe(4);
	expect(count('rsa-sha256', megabytes)).toBe(4);
	expect(count('hmac-sha384', megabytes)).toBe(1);
	expect(count('ecdsa-p256', 100)).toBeLessThan(300);
	expect(count('rsa-sha256', 100)).toBeLessThan(600);
	expect(count('ecdsa-p256', 100 * 1024 * 1024)).toBe(1);
});
