const { createHmac, generateKeyPairSync } = require('crypto');

const { parseInboundCredential } = require('../../../build/core/credentials/inbound');
const { checkInboundSecrets } = require('../../../build/core/credentials/inboundChecks');
const {
	checkSigningFields,
	parseSigningFields,
	resolveScheme,
} = require('../../../build/core/credentials/signingFields');
const { verifyRequest } = require('../../../build/core/signing/verify');

const resolve = (signatureScheme, platformId) =>
	resolveScheme(parseSigningFields({ signatureScheme }), platformId);

describe('resolveScheme', () => {
	test('returns the platform’s scheme, unless the credential names one', () => {
		expect(resolve('platform', 'agenticflow').name).toBe('agenticflow');
		expect(resolve('standardWebhooks', 'agenticflow').name).toBe('standardWebhooks');
	});

	test('says what to choose if neither the platform nor the credential has a scheme', () => {
		expect(() => resolve('platform')).toThrow('Choose a scheme');
		expect(() => resolve('platform', 'custom')).toThrow('choose "Custom"');
		expect(() => resolve('platform', 'gone')).toThrow('is unknown');
	});
});

const NOW_MS = Date.parse('2026-11-29T12:00:00Z');
const SECRET = 'a-shared-secret-of-many-characters';

const TOKEN_FIELDS = {
	signature: true,
	signatureScheme: 'jwt',
	signingSecret: SECRET,
	tokenPlace: 'header',
	tokenHeader: 'Authorization',
	tokenAlgorithms: ['HS256'],
	tokenSecretFormat: 'text',
	tokenMaxAgeSeconds: 300,
	toleranceSeconds: 60,
};

const HMAC_FIELDS = {
	signature: true,
	signatureScheme: 'custom',
	signingSecret: SECRET,
	signatureHeader: 'X-Signature',
	algorithm: 'hmac-sha256',
	encoding: 'hex',
	signedContent: '{body}',
	toleranceSeconds: 300,
};

const testCredential = (fields) => checkSigningFields(parseSigningFields(fields), NOW_MS);

const publish = (fields) =>
	checkInboundSecrets(parseInboundCredential(fields), ['signature'], 'custom');

const encodePart = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Verifies a request that is signed with the secret's text as the key of an HMAC. */
function receive(fields, claims = {}) {
	const sign = (text, encoding) =>
		createHmac('sha256', fields.signingSecret).update(text).digest(encoding);
	const content = `${encodePart({ alg: 'HS256' })}.${encodePart(claims)}`;
	const body = Buffer.from('{}');
	const headers = {
		authorization: `Bearer ${content}.${sign(content, 'base64url')}`,
		'x-signature': sign(body, 'hex'),
	};
	const scheme = resolveScheme(parseSigningFields(fields), 'custom');
	return verifyRequest(scheme, { headers, body, nowMs: NOW_MS, secrets: [fields.signingSecret] });
}

describe('the maximum age of JSON Web Tokens', () => {
	test.each([
		['empty', ''],
		['blank', ' '],
		['null', null],
		['text', 'five minutes'],
		['negative', -1],
		['endless', Infinity],
		['a list', []],
	])('that is %s fails the credential test, publishing and requests', (_, tokenMaxAgeSeconds) => {
		const fields = { ...TOKEN_FIELDS, tokenMaxAgeSeconds };
		const fault = '"Maximum Age (Seconds)" must be a number, 0 or more. Fill in 300';
		for (const use of [testCredential, publish, receive]) expect(() => use(fields)).toThrow(fault);
	});

	test('is 300 seconds if the credential has none, and never ends only if it is 0', () => {
		const { tokenMaxAgeSeconds: _, ...absent } = TOKEN_FIELDS;
		const endless = { ...TOKEN_FIELDS, tokenMaxAgeSeconds: 0 };
		expect(receive(absent).code).toBe('TIMESTAMP_MISSING');
		expect(receive(absent, { iat: NOW_MS / 1000 - 290 }).valid).toBe(true);
		expect(receive(absent, { iat: NOW_MS / 1000 - 400 }).code).toBe('TIMESTAMP_OUT_OF_TOLERANCE');
		expect(receive(endless).valid).toBe(true);
	});
});

const RSA = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey;
const EC = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey;
const ED25519 = generateKeyPairSync('ed25519').publicKey;

const exportAs = (key, encoding, type = 'spki') =>
	key.export({ format: 'der', type }).toString(encoding);

describe('a public key as the shared secret', () => {
	const keys = [
		['an RSA key as a JSON Web Key', JSON.stringify(RSA.export({ format: 'jwk' }))],
		['an ECDSA key as a JSON Web Key', JSON.stringify(EC.export({ format: 'jwk' }), null, 1)],
		['a set of JSON Web Keys', JSON.stringify({ keys: [ED25519.export({ format: 'jwk' })] })],
		['an RSA key in base64', exportAs(RSA, 'base64')],
		['an RSA key in PKCS #1', exportAs(RSA, 'base64', 'pkcs1')],
		['an ECDSA key in URL-safe base64', exportAs(EC, 'base64url')],
		['an Ed25519 key in base64', exportAs(ED25519, 'base64')],
		['an ECDSA key in hex', exportAs(EC, 'hex')],
		['an RSA key in PEM', RSA.export({ format: 'pem', type: 'spki' })],
	];

	test.each(keys)('fails the credential test, publishing and requests: %s', (_, signingSecret) => {
		for (const fields of [TOKEN_FIELDS, HMAC_FIELDS]) {
			expect(receive(fields, { exp: NOW_MS / 1000 + 60 }).valid).toBe(true);
			const wrong = { ...fields, signingSecret };
			for (const use of [testCredential, publish, receive]) {
				expect(() => use(wrong)).toThrow(/public key|line break|begins or ends/);
			}
			expect(() => receive(wrong)).toThrow('public key');
		}
	});

	test('is rejected in base64, whose bytes are the key’s', () => {
		const secret = { signingSecret: exportAs(RSA, 'base64') };
		const token = { ...TOKEN_FIELDS, ...secret, tokenSecretFormat: 'base64' };
		const hmac = { ...HMAC_FIELDS, ...secret, secretFormat: 'base64' };
		for (const fields of [token, hmac]) {
			expect(() => testCredential(fields)).toThrow('is a public key');
		}
	});

	test('is right if only the node knows the scheme', () => {
		const fields = { signatureScheme: 'platform', signingSecret: exportAs(EC, 'base64') };
		expect(() => testCredential(fields)).not.toThrow();
	});
});

describe('a key that none of a token’s algorithms can use', () => {
	test.each([
		['RS256', EC, 'The key is for ECDSA P-256, and the tokens are signed with RS256'],
		['RS256', ED25519, 'The key is for Ed25519, and the tokens are signed with RS256'],
		['ES256', RSA, 'The key is for RSA, and the tokens are signed with ES256'],
	])('fails the credential test and publishing: %s', (algorithm, key, fault) => {
		const fields = {
			...TOKEN_FIELDS,
			tokenAlgorithms: [algorithm],
			signingSecret: exportAs(key, 'base64'),
		};
		expect(() => testCredential(fields)).toThrow(fault);
		expect(() => publish(fields)).toThrow(fault);
		const both = { ...fields, tokenAlgorithms: ['RS256', 'ES256'] };
		if (key !== ED25519) expect(() => testCredential(both)).not.toThrow();
	});
});
