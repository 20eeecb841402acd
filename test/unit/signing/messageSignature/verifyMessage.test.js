const {
	createHash,
	createPrivateKey,
	createPublicKey,
	generateKeyPairSync,
} = require('node:crypto');

const messageSignatures = require('http-message-signatures');

const { getPlatform } = require('../../../../build/core/platforms');
const { createSigner } = require('../../../../build/core/signing/sign');
const { verifyRequest } = require('../../../../build/core/signing/verify');

const { BODY, CREATED, RSA_PSS_PUBLIC, SHARED_SECRET, VECTORS } = require('./rfc9421Vectors');

const { scheme: SCHEME } = getPlatform('httpMessageSignatures');

const SECRET = 'a-shared-secret-of-the-sender-0123456789';
const NOW = 1_800_000_000;
const URL = 'https://n8n.example.com/webhook/orders?page=1&q=%20x';
const PAYLOAD = Buffer.from('{"order_id":7}');

const toPem = (key, type) => key.export({ format: 'pem', type });
const makePair = (type, options) => {
	const { privateKey, publicKey } = generateKeyPairSync(type, options);
	return [toPem(privateKey, 'pkcs8'), toPem(publicKey, 'spki')];
};

const KEYS = [
	['hmac-sha256', SECRET, SECRET],
	['ed25519', ...makePair('ed25519')],
	['ecdsa-p256-sha256', ...makePair('ec', { namedCurve: 'P-256' })],
	['rsa-pss-sha512', ...makePair('rsa', { modulusLength: 2048 })],
	['rsa-v1_5-sha256', ...makePair('rsa', { modulusLength: 2048 })],
];

const lowerCase = (headers) =>
	Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

/** Signs a request with this package. */
const sign = (
	secrets,
	{ body = PAYLOAD, headers = {}, nowMs = NOW * 1000, url = URL, ...scheme } = {},
) => {
	const sent = { 'Content-Type': 'application/json', ...headers };
	const request = { method: 'POST', url, headers: sent };
	const signed = createSigner(
		{ ...SCHEME, ...scheme },
		[secrets].flat(),
	)({ body, id: 'x', nowMs, request });
	return lowerCase({ ...sent, ...signed.headers });
};

const verify = (
	headers,
	secrets,
	{ body = PAYLOAD, method = 'POST', nowMs = NOW * 1000, scheme, url = URL } = {},
) =>
	verifyRequest(
		{ ...SCHEME, ...scheme },
		{
			headers,
			body,
			nowMs,
			secrets: [secrets].flat(),
			request: () => ({ method, url }),
		},
	);

const codeOf = (...input) => verify(...input).code;

const digest = (body, algorithm = 'sha-256') =>
	`${algorithm}=:${createHash(algorithm.replace('-', '')).update(body).digest('base64')}:`;

const COVERED = ['@method', '@target-uri', 'content-digest', 'content-type'];

/** Signs a request with the library. */
const signWithLibrary = async (
	algorithm,
	key,
	{ body = PAYLOAD, fields = COVERED, params, paramValues, ...more } = {},
) => {
	const { headers } = await messageSignatures.httpbis.signMessage(
		{
			key: messageSignatures.createSigner(
				algorithm === 'hmac-sha256' ? key : createPrivateKey(key),
				algorithm,
				'key_1',
			),
			fields,
			params,
			paramValues: {
				created: new Date(NOW * 1000),
				expires: new Date((NOW + 300) * 1000),
				...paramValues,
			},
			...more,
		},
		{
			method: 'POST',
			url: URL,
			headers: { 'content-type': 'application/json', 'content-digest': digest(body) },
		},
	);
	return lowerCase(headers);
};

describe('HTTP Message Signatures and the library http-message-signatures', () => {
	test.each(KEYS.slice(0, 4))(
		'the library verifies what this package signs with %s',
		async (algorithm, key, publicKey) => {
			const verifier = messageSignatures.createVerifier(
				algorithm === 'hmac-sha256' ? publicKey : createPublicKey(publicKey),
				algorithm,
			);
			const headers = sign(key);
			const isValid = async (changed) =>
				await messageSignatures.httpbis.verifyMessage(
					{
						keyLookup: async () => ({ id: 'key_1', algs: [algorithm], verify: verifier }),
						requiredFields: COVERED,
						tolerance: 10 * 365 * 24 * 60 * 60,
					},
					{ method: 'POST', url: URL, headers: { ...headers, ...changed } },
				);
			expect(await isValid({})).toBe(true);
			expect(await isValid({ 'content-type': 'text/plain' })).toBe(false);
		},
	);

	test.each(KEYS)(
		'this package verifies what the library signs with %s',
		async (algorithm, key, publicKey) => {
			const headers = await signWithLibrary(algorithm, key);
			expect(verify(headers, publicKey)).toEqual({
				valid: true,
				timestampMs: NOW * 1000,
				keyId: 'key_1',
				signedHeaders: ['content-digest', 'content-type'],
			});
			expect(codeOf(headers, publicKey, { body: Buffer.from('{"order_id":8}') })).toBe(
				'BODY_DIGEST_INVALID',
			);
			expect(codeOf(headers, publicKey, { url: `${URL}&a=1` })).toBe('SIGNATURE_INVALID');
			expect(codeOf(headers, publicKey, { method: 'PUT' })).toBe('SIGNATURE_INVALID');
		},
	);

	test('reads nonce and tag, and takes the nonce for the ID', async () => {
		const headers = await signWithLibrary('hmac-sha256', SECRET, {
			params: ['created', 'keyid', 'nonce', 'tag'],
			paramValues: { nonce: 'nonce_1', tag: 'orders' },
		});
		expect(verify(headers, SECRET)).toMatchObject({
			id: 'nonce_1',
			nonce: 'nonce_1',
			tag: 'orders',
		});
		expect(verify(headers, SECRET, { scheme: { tag: 'orders', keyId: 'key_1' } }).valid).toBe(true);
		expect(codeOf(headers, SECRET, { scheme: { tag: 'other' } })).toBe('SIGNATURE_MALFORMED');
		expect(codeOf(headers, SECRET, { scheme: { keyId: 'key_2' } })).toBe('SIGNATURE_MALFORMED');
	});

	const CASES = [
		['no method', ['@target-uri', 'content-digest']],
		['no URL', ['@method', 'content-digest']],
		['no query', ['@method', '@authority', '@path', 'content-digest']],
		['no host', ['@method', '@path', '@query', 'content-digest']],
		['no digest', ['@method', '@target-uri', 'content-type']],
		['only a parameter of the URL', ['@method', '@query-param;name="page"', 'content-digest']],
	];

	test.each(CASES)('refuses a signature that covers %s', async (_, fields) => {
		const headers = await signWithLibrary('hmac-sha256', SECRET, { fields });
		expect(codeOf(headers, SECRET)).toBe('SIGNATURE_MALFORMED');
	});

	test.each([
		['host, path and query', ['@method', '@authority', '@path', '@query', 'content-digest']],
	])('accepts a signature that covers %s instead of the URL', async (_, fields) => {
		const headers = await signWithLibrary('hmac-sha256', SECRET, { fields });
		expect(verify(headers, SECRET).valid).toBe(true);
	});

	test.each([
		['in the near past', -300, true],
		['in the past', -301, false],
		['in the near future', 300, true],
		['in the future', 301, false],
	])('checks a signature that was created %s', (_, seconds, isValid) => {
		const headers = sign(SECRET, { nowMs: (NOW + seconds) * 1000 });
		expect(verify(headers, SECRET).valid).toBe(isValid);
	});

	test('requires created or expires, and refuses what has expired', async () => {
		const make = async (params, seconds) =>
			await signWithLibrary('hmac-sha256', SECRET, {
				params,
				paramValues: { expires: new Date((NOW + seconds) * 1000) },
			});
		expect(codeOf(await make(['keyid'], 1), SECRET)).toBe('TIMESTAMP_MISSING');
		expect(verify(await make(['expires'], 1), SECRET).valid).toBe(true);
		expect(codeOf(await make(['expires'], 0), SECRET)).toBe('TIMESTAMP_OUT_OF_TOLERANCE');
		expect(codeOf(await make(['created', 'expires'], 0), SECRET)).toBe(
			'TIMESTAMP_OUT_OF_TOLERANCE',
		);
	});
});

describe('verifyRequest with HTTP Message Signatures', () => {
	test('accepts RFC 9421’s full request, and none of those that leave out the method', () => {
		const verifyVector = (number, key) => {
			const { input, message, signature } = VECTORS.find(({ name }) => name.startsWith(number));
			const headers = {
				...message.headers,
				'signature-input': `sig=${input}`,
				signature: `sig=:${signature}:`,
			};
			return verify(headers, key, { body: BODY, nowMs: CREATED * 1000, url: message.url });
		};
		expect(verifyVector('B.2.3', RSA_PSS_PUBLIC)).toMatchObject({
			valid: true,
			keyId: 'test-key-rsa-pss',
			timestampMs: CREATED * 1000,
		});
		expect(verifyVector('B.2.1', RSA_PSS_PUBLIC).code).toBe('SIGNATURE_MALFORMED');
		expect(verifyVector('B.2.2', RSA_PSS_PUBLIC).code).toBe('SIGNATURE_MALFORMED');
		expect(verifyVector('B.2.5', SHARED_SECRET).code).toBe('SIGNATURE_MALFORMED');
	});

	test('accepts the RFC’s request without a body only if it has none', () => {
		const headers = sign(SECRET, { body: Buffer.alloc(0) });
		expect(headers['signature-input']).not.toContain('content-digest');
		expect(verify(headers, SECRET, { body: Buffer.alloc(0) }).valid).toBe(true);
		expect(codeOf(headers, SECRET)).toBe('SIGNATURE_MALFORMED');
	});

	test('accepts one of several signatures, each with its own key', () => {
		const [, [, privateKey, publicKey]] = KEYS;
		const headers = sign([SECRET, privateKey]);
		expect(headers.signature).toMatch(/^sig1=:.*:, sig1-2=:.*:$/);
		expect(verify(headers, publicKey).valid).toBe(true);
		expect(verify(headers, [SECRET]).valid).toBe(true);
		expect(codeOf(headers, 'another secret')).toBe('SIGNATURE_INVALID');
		const fixed = { isLabelFixed: true, label: 'sig1-2' };
		expect(verify(headers, publicKey, { scheme: fixed }).valid).toBe(true);
		expect(codeOf(headers, SECRET, { scheme: fixed })).toBe('SIGNATURE_INVALID');
	});

	test('signs the attributes of CloudEvents in headers, and a key ID', () => {
		const headers = sign(SECRET, {
			headers: { 'ce-id': 'evt_1', 'ce-type': 'a%20b' },
			keyId: 'key_1',
		});
		expect(headers['signature-input']).toContain(
			'"ce-id" "ce-type");created=1800000000;keyid="key_1";alg="hmac-sha256"',
		);
		expect(codeOf({ ...headers, 'ce-id': 'evt_2' }, SECRET)).toBe('SIGNATURE_INVALID');
	});

	test('never takes a public key for a shared secret', async () => {
		const [, [, , publicKey]] = KEYS;
		for (const secret of [publicKey, publicKey.trim()]) {
			// The attacker signs with HMAC, and the public key's text.
			const forged = await signWithLibrary('hmac-sha256', secret);
			expect(codeOf(forged, publicKey)).toBe('SIGNATURE_INVALID');
		}
	});

	test('refuses an algorithm that the key does not have', () => {
		const headers = sign(SECRET);
		const wrong = {
			...headers,
			'signature-input': headers['signature-input'].replace('hmac-sha256', 'ed25519'),
		};
		expect(codeOf(wrong, SECRET)).toBe('SIGNATURE_INVALID');
	});

	const signed = sign(SECRET);
	test.each([
		['no Signature', { signature: undefined }, 'SIGNATURE_MISSING'],
		['no Signature-Input', { 'signature-input': undefined }, 'SIGNATURE_MISSING'],
		[
			'two Signature headers',
			{ signature: [signed.signature, signed.signature] },
			'SIGNATURE_MALFORMED',
		],
		[
			'another label',
			{ signature: signed.signature.replace('sig1', 'sig2') },
			'SIGNATURE_MALFORMED',
		],
		[
			'the same label twice',
			{ signature: `${signed.signature}, ${signed.signature}` },
			'SIGNATURE_MALFORMED',
		],
		['trailing data', { signature: `${signed.signature} x` }, 'SIGNATURE_MALFORMED'],
		['a signature that is text', { signature: 'sig1="AQ=="' }, 'SIGNATURE_MALFORMED'],
		[
			'an input of any size',
			{ 'signature-input': `${signed['signature-input']};x="${'a'.repeat(9000)}"` },
			'SIGNATURE_MALFORMED',
		],
		[
			'created as text',
			{ 'signature-input': signed['signature-input'].replace(/created=\d+/, 'created="1"') },
			'SIGNATURE_MALFORMED',
		],
		[
			'a component twice',
			{
				'signature-input': signed['signature-input'].replace('("@method"', '("@method" "@method"'),
			},
			'SIGNATURE_MALFORMED',
		],
		[
			'a component of a response',
			{
				'signature-input': signed['signature-input'].replace('("@method"', '("@method" "@status"'),
			},
			'SIGNATURE_MALFORMED',
		],
		[
			'a missing header',
			{ 'signature-input': signed['signature-input'].replace('("@method"', '("@method" "x-no"') },
			'SIGNATURE_MALFORMED',
		],
		[
			'six signatures',
			{
				'signature-input': Array.from({ length: 6 }, (_, index) =>
					signed['signature-input'].replace('sig1', `s${index}`),
				).join(', '),
			},
			'SIGNATURE_MALFORMED',
		],
		[
			'another parameter',
			{ 'signature-input': `${signed['signature-input']};nonce="1"` },
			'SIGNATURE_INVALID',
		],
		[
			'a changed signature',
			{
				signature: signed.signature.replace(/=:./, (text) => `=:${text.endsWith('A') ? 'B' : 'A'}`),
			},
			'SIGNATURE_INVALID',
		],
		['another digest', { 'content-digest': digest(Buffer.from('x')) }, 'SIGNATURE_INVALID'],
	])('refuses %s', (_, changes, code) => {
		expect(codeOf({ ...signed, ...changes }, SECRET)).toBe(code);
	});
});
