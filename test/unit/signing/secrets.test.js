const { generateKeyPairSync } = require('node:crypto');

const {
	generateSecret,
	checkSecret,
	parseSecret,
	parseSecretList,
} = require('../../../build/core/signing/secrets');
const { signRequest } = require('../../../build/core/signing/sign');

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
		['', 'text', 'Fill in "Signing Secret" in the credential, or generate one: openssl rand -hex'],
		['', 'standardWebhooks', 'in the credential, or generate one: echo "whsec_'],
		[' ', 'keyFile', 'Fill in "Signing Secret" in the credential'],
		['whsec_', 'standardWebhooks', 'is not base64'],
		['whsec_not base64!', 'standardWebhooks', 'is not base64'],
		['whsk_AAAA', 'standardWebhooks', '32 or 64 bytes'],
		['whpk_AAAA', 'standardWebhooks', '32 bytes'],
		['whsec_AAAAA', 'standardWebhooks', 'is not base64'],
		['v1,', 'standardWebhooks', 'is not base64'],
		['v1a,whsec_AAAA', 'standardWebhooks', 'is not base64'],
		[`whpk_${Buffer.alloc(32).toString('base64')}`, 'standardWebhooks', 'is a placeholder'],
		['00'.repeat(32), 'publicKey', 'is a placeholder'],
		[`01${'00'.repeat(30)}80`, 'publicKey', 'is a placeholder'],
		['no-key-at-all', 'publicKey', '64 hex characters'],
		['ab'.repeat(31), 'publicKey', '64 hex characters'],
		['{"key": "a", "privateKey": "b"}', 'keyFile', 'with one key'],
		['{"a": "a", "b": "b"}', 'keyFile', 'with one key'],
		['{"privateKey": "aaa", "other": "bbb"}', 'keyFile', 'with one key'],
		['{"privateKey": "aaa", "version": 1}', 'keyFile', 'with one key'],
		['{"privateKey": "aaa", "privateKey": "bbb"}', 'keyFile', 'with one key'],
		['{"privateKey": "aaa", "private\\u004bey": "bbb"}', 'keyFile', 'with one key'],
		['{"privateKey": ""}', 'keyFile', 'with one key'],
		['{}', 'keyFile', 'with one key'],
		['{"privateKey": "a"', 'keyFile', 'with one key'],
		['["a"]', 'keyFile', 'with one key'],
		['"a"', 'keyFile', 'with one key'],
	])('rejects %j as %s, without repeating the secret', (secret, format, message) => {
		expect(() => parseSecret(secret, format)).toThrow(message);
		try {
			parseSecret(secret, format);
		} catch (error) {
			if (secret.length > 6) expect(error.message).not.toContain(secret.slice(6));
		}
	});
});

test('a key file has its key in the only field, whatever its name and white space', () => {
	for (const file of [
		'{"k1":"a \\"}{"}',
		'{\n\t"privateKey" : "a \\"}{"\n}\n',
		' {"":"a \\"}{"}',
	]) {
		expect(parseSecret(file, 'keyFile').key.export().toString()).toBe('a "}{');
	}
});

describe('checkSecret', () => {
	test.each([
		['ff'.repeat(32), 'publicKey'],
		[`02${'00'.repeat(31)}`, 'publicKey'],
		[`whpk_${Buffer.from(`02${'00'.repeat(31)}`, 'hex').toString('base64')}`, 'standardWebhooks'],
	])('rejects the public key %s, which is no point of the curve', (secret, format) => {
		expect(() => checkSecret(secret, format)).toThrow('does not belong to any private key');
	});

	test('accepts every other key', () => {
		for (let round = 0; round < 20; round += 1) {
			const { publicKey } = generateKeyPairSync('ed25519');
			const hex = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('hex');
			expect(checkSecret(hex, 'publicKey').canSign).toBe(false);
		}
		expect(checkSecret('text', 'text').canSign).toBe(true);
	});
});

describe('parseSecret for Standard Webhooks', () => {
	const bytes = Buffer.alloc(32, 7);
	const unpadded = bytes.toString('base64').replace('=', '');
	const exportKey = (secret) => parseSecret(secret, 'standardWebhooks').key.export();

	test.each([
		['padded', `whsec_${unpadded}=`],
		['unpadded', `whsec_${unpadded}`],
		['with the signature’s version before it', `v1,whsec_${unpadded}=`],
		['without whsec_', unpadded],
	])('reads a secret that is %s', (_, secret) => {
		expect(exportKey(secret)).toEqual(bytes);
	});

	test('reads asymmetric keys unpadded and with the signature’s version', () => {
		const whole = parseSecret(`whpk_${unpadded}=`, 'standardWebhooks').key;
		for (const secret of [`whpk_${unpadded}`, `v1a,whpk_${unpadded}=`]) {
			expect(parseSecret(secret, 'standardWebhooks').key.equals(whole)).toBe(true);
		}
	});
});

describe('parseSecretList', () => {
	test('separates secrets at white space, but not within a key file', () => {
		expect(parseSecretList('a', ' b\n\tc ')).toEqual(['a', 'b', 'c']);
		expect(parseSecretList('', '{"privateKey": "a b"}\n{\n  "key": "c"\n} d')).toEqual([
			'{"privateKey": "a b"}',
			'{\n  "key": "c"\n}',
			'd',
		]);
		expect(parseSecretList('', '{a b}')).toEqual(['{a', 'b}']);
	});
});
