const { generateKeyPairSync } = require('node:crypto');

const { generateSecret, parseSecret } = require('../../../dist/core/signing/secrets');
const { signRequest } = require('../../../dist/core/signing/sign');

const { MSG_ID, SIGNED_AT_MS, body, standard } = require('./standardWebhooks');

describe('generateSecret', () => {
	test('generates 256 random bits in the format', () => {
		expect(Buffer.from(generateSecret('standardWebhooks').slice(6), 'base64')).toHaveLength(32);
		expect(generateSecret('hex')).toMatch(/^[0-9a-f]{64}$/);
		expect(generateSecret('token')).toMatch(/^wh_[\w-]{43}$/);
		expect(new Set(Array.from({ length: 100 }, () => generateSecret('hex'))).size).toBe(100);
	});
});

describe('parseSecret', () => {
	test('reads libsodium’s 64-byte private key as its 32-byte seed', () => {
		const { privateKey } = generateKeyPairSync('ed25519');
		const { d, x } = privateKey.export({ format: 'jwk' });
		const seed = Buffer.from(d, 'base64url');
		const both = Buffer.concat([seed, Buffer.from(x, 'base64url')]);
		const input = { body, id: MSG_ID, nowMs: SIGNED_AT_MS };
		expect(
			signRequest(standard, { ...input, secrets: [`whsk_${both.toString('base64')}`] }),
		).toEqual(signRequest(standard, { ...input, secrets: [`whsk_${seed.toString('base64')}`] }));
	});

	test.each([
		['', 'text', 'is empty'],
		['', 'standardWebhooks', 'is empty'],
		[' ', 'keyFile', 'is empty'],
		['whsec_', 'standardWebhooks', 'is not base64'],
		['whsec_not base64!', 'standardWebhooks', 'is not base64'],
		['whsk_AAAA', 'standardWebhooks', '32 or 64 bytes'],
		['whpk_AAAA', 'standardWebhooks', '32 bytes'],
	])('rejects %j as %s, without repeating the secret', (secret, format, message) => {
		expect(() => parseSecret(secret, format)).toThrow(message);
		try {
			parseSecret(secret, format);
		} catch (error) {
			if (secret.length > 6) expect(error.message).not.toContain(secret.slice(6));
		}
	});
});
