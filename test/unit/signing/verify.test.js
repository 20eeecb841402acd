const { createHmac, generateKeyPairSync } = require('node:crypto');

const fc = require('fast-check');
const standardwebhooks = require('standardwebhooks');

const { platform: agenticflow } = require('../../../dist/core/platforms/definitions/agenticflow');
const {
	platform: standardWebhooks,
} = require('../../../dist/core/platforms/definitions/standardWebhooks');
const { buildCustomScheme } = require('../../../dist/core/signing/customScheme');
const { generateSecret, parseSecret } = require('../../../dist/core/signing/secrets');
const { signRequest } = require('../../../dist/core/signing/sign');
const { verifyRequest } = require('../../../dist/core/signing/verify');

const standard = standardWebhooks.scheme;

// The published vectors: libraries/javascript/src/webhook.test.ts and
// libraries/go/webhook_{symmetric,asymmetric}_test.go of standard-webhooks/standard-webhooks.
const MSG_ID = 'msg_p5jXN8AQM9LWM0D4loKWxJek';
const PAYLOAD = '{"test": 2432232314}';
const SECRET = 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const SIGNED_AT_MS = 1614265330 * 1000;
const SYMMETRIC = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=';
const ASYMMETRIC_SEED = 'VEVTVFNJR05JTkdLRVlET05PVFVTRVRISVNGT1JBTlk=';
const ASYMMETRIC =
	'v1a,tQ9V2XOqn7jL/DQenEFpqIugdBVtiMmER5mhSkXBNwM0mkATuDe6KYYUuxqtaiHeYGb7KaaBRdM5WqyeFiL8Ag==';
const OTHER_SIGNATURE = 'Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc=';
const TOLERANCE_MS = 5 * 60 * 1000;

const body = Buffer.from(PAYLOAD);
const lowerCase = (headers) =>
	Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
const received = (scheme, input) => lowerCase(signRequest(scheme, input));

describe('Standard Webhooks’ published vectors', () => {
	const input = { body, id: MSG_ID, nowMs: SIGNED_AT_MS };

	test('symmetric, with and without whsec_', () => {
		for (const secret of [SECRET, `whsec_${SECRET}`]) {
			expect(signRequest(standard, { ...input, secrets: [secret] })).toEqual({
				'webhook-id': MSG_ID,
				'webhook-timestamp': '1614265330',
				'webhook-signature': SYMMETRIC,
			});
		}
	});

	test('asymmetric, in both directions', () => {
		const headers = received(standard, { ...input, secrets: [`whsk_${ASYMMETRIC_SEED}`] });
		expect(headers['webhook-signature']).toBe(ASYMMETRIC);
		const { key } = parseSecret(`whsk_${ASYMMETRIC_SEED}`, 'standardWebhooks');
		const publicKey = require('node:crypto')
			.createPublicKey(key)
			.export({ format: 'der', type: 'spki' })
			.subarray(-32)
			.toString('base64');
		for (const secret of [`whpk_${publicKey}`, `whsk_${ASYMMETRIC_SEED}`]) {
			const verification = verifyRequest(standard, {
				headers,
				body,
				nowMs: SIGNED_AT_MS,
				secrets: [secret],
			});
			expect(verification).toEqual({ valid: true, id: MSG_ID, timestampMs: SIGNED_AT_MS });
		}
	});
});

describe.each([
	['symmetric', `whsec_${SECRET}`, 'v1'],
	['asymmetric', 'whsk_V0VCSE9PS0FTWU1NRVRSSUNURVNUUFJJVkFURUtFWTE=', 'v1a'],
])('the reference suites’ cases, %s', (_, secret, version) => {
	const nowMs = 1_700_000_000_123;
	const verifyAt = (signedAtMs, change = (headers) => headers) =>
		verifyRequest(standard, {
			headers: change(
				received(standard, { body, id: MSG_ID, nowMs: signedAtMs, secrets: [secret] }),
			),
			body,
			nowMs,
			secrets: [secret],
		});
	const without = (name) => (headers) => {
		const { [name]: _gone, ...rest } = headers;
		return rest;
	};
	const withSignature = (value) => (headers) => ({
		...headers,
		'webhook-signature': value(headers),
	});

	test('a valid signature is valid', () => {
		expect(verifyAt(nowMs).valid).toBe(true);
	});

	test.each([
		['missing id', without('webhook-id'), 'ID_MISSING'],
		['missing timestamp', without('webhook-timestamp'), 'TIMESTAMP_MISSING'],
		['missing signature', without('webhook-signature'), 'SIGNATURE_MISSING'],
		[
			'invalid timestamp',
			(headers) => ({ ...headers, 'webhook-timestamp': 'hello' }),
			'TIMESTAMP_MALFORMED',
		],
		[
			'invalid signature',
			withSignature(() => `${version},${OTHER_SIGNATURE}`),
			'SIGNATURE_INVALID',
		],
		[
			'undecodable signature',
			withSignature(() => `${version},dawfeoifkpqwoekfpqoekf`),
			'SIGNATURE_INVALID',
		],
		[
			'partial signature',
			withSignature((headers) => headers['webhook-signature'].slice(0, 8)),
			'SIGNATURE_INVALID',
		],
		['empty signature', withSignature(() => `${version},`), 'SIGNATURE_MALFORMED'],
		[
			'signature without a version',
			withSignature((headers) => headers['webhook-signature'].split(',')[1]),
			'SIGNATURE_MALFORMED',
		],
		['another id', (headers) => ({ ...headers, 'webhook-id': 'msg_other' }), 'SIGNATURE_INVALID'],
		[
			'another timestamp within the tolerance',
			(headers) => ({ ...headers, 'webhook-timestamp': String(Math.floor(nowMs / 1000) - 1) }),
			'SIGNATURE_INVALID',
		],
	])('%s is refused', (_name, change, code) => {
		expect(verifyAt(nowMs, change)).toMatchObject({ valid: false, code });
	});

	test('old and new timestamps are refused, whatever their signature', () => {
		for (const offset of [-TOLERANCE_MS - 1000, -TOLERANCE_MS, TOLERANCE_MS + 1000]) {
			expect(verifyAt(nowMs + offset)).toMatchObject({
				valid: false,
				code: 'TIMESTAMP_OUT_OF_TOLERANCE',
			});
		}
		for (const offset of [-TOLERANCE_MS + 1000, TOLERANCE_MS]) {
			expect(verifyAt(nowMs + offset).valid).toBe(true);
		}
	});

	test('one valid signature among others is enough', () => {
		const change = withSignature((headers) =>
			[
				`v1,${OTHER_SIGNATURE}`,
				`v2,${OTHER_SIGNATURE}`,
				headers['webhook-signature'],
				`v1,${OTHER_SIGNATURE}`,
			].join(' '),
		);
		expect(verifyAt(nowMs, change).valid).toBe(true);
	});

	test.each([
		['webhook-signature', 'SIGNATURE_MALFORMED'],
		['webhook-timestamp', 'TIMESTAMP_MALFORMED'],
		['webhook-id', 'ID_MALFORMED'],
	])('a header %s that came twice is refused, though both say the same', (name, code) => {
		const twice = (headers) => ({ ...headers, [name]: [headers[name], headers[name]] });
		expect(verifyAt(nowMs, twice)).toEqual({
			valid: false,
			code,
			message: `The request has 2 ${name} headers`,
			details: { field: name, expected: 'one header', received: '2 headers' },
		});
	});

	test.each([
		['webhook-signature', 'SIGNATURE_MALFORMED'],
		['webhook-timestamp', 'TIMESTAMP_MALFORMED'],
		['webhook-id', 'SIGNATURE_INVALID'],
	])('a header %s that came twice and was joined on the way is refused', (name, code) => {
		const joined = (headers) => ({ ...headers, [name]: `${headers[name]}, ${headers[name]}` });
		expect(verifyAt(nowMs, joined)).toMatchObject({ valid: false, code });
	});

	test('more signatures than any rotation needs are refused unread', () => {
		const change = withSignature((headers) =>
			Array(21).fill(headers['webhook-signature']).join(' '),
		);
		expect(verifyAt(nowMs, change)).toMatchObject({ code: 'SIGNATURE_MALFORMED' });
	});
});

describe('with the libraries that others use', () => {
	const secretOf = () => generateSecret('standardWebhooks');
	const arbitraryBody = fc.string({ unit: 'grapheme', maxLength: 300 });

	test('standardwebhooks and svix verify what we sign', async () => {
		const svix = await import('svix');
		fc.assert(
			fc.property(arbitraryBody, (text) => {
				const secret = secretOf();
				const headers = signRequest(standard, {
					body: Buffer.from(text),
					id: 'evt_1',
					nowMs: Date.now(),
					secrets: [secretOf(), secret],
				});
				for (const { Webhook } of [standardwebhooks, svix]) {
					new Webhook(secret).verify(text, headers, { jsonParse: false });
				}
			}),
			{ numRuns: 50 },
		);
	});

	test('standardwebhooks and svix refuse what we signed with another secret', async () => {
		const svix = await import('svix');
		const headers = signRequest(standard, {
			body,
			id: 'evt_1',
			nowMs: Date.now(),
			secrets: [secretOf()],
		});
		for (const { Webhook } of [standardwebhooks, svix]) {
			expect(() => new Webhook(secretOf()).verify(PAYLOAD, headers)).toThrow(
				'No matching signature found',
			);
		}
	});

	test('we verify what they sign', async () => {
		const svix = await import('svix');
		fc.assert(
			fc.property(arbitraryBody, (text) => {
				const secret = secretOf();
				const now = new Date();
				for (const { Webhook } of [standardwebhooks, svix]) {
					const verification = verifyRequest(standard, {
						headers: {
							'webhook-id': 'msg_1',
							'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
							'webhook-signature': new Webhook(secret).sign('msg_1', now, text),
						},
						body: Buffer.from(text),
						nowMs: now.getTime(),
						secrets: [secretOf(), secret],
					});
					expect(verification.valid).toBe(true);
				}
			}),
			{ numRuns: 50 },
		);
	});
});

describe('AgenticFlow', () => {
	const secret = 'your_signing_secret';

	// The page's own verification example, docs/platforms.md#agenticflow.
	function pageVerifies(payload, signature) {
		const crypto = require('node:crypto');
		const expectedSignature = crypto.createHmac('sha256', secret).update(payload).digest('hex');
		const providedSignature = signature.replace('sha256=', '');
		return crypto.timingSafeEqual(Buffer.from(expectedSignature), Buffer.from(providedSignature));
	}

	test('the page’s example verifies what we sign', () => {
		const headers = signRequest(agenticflow.scheme, {
			body,
			id: 'evt_1',
			nowMs: 0,
			secrets: [secret, 'the one before'],
		});
		expect(Object.keys(headers)).toEqual(['X-AgenticFlow-Signature']);
		expect(pageVerifies(PAYLOAD, headers['X-AgenticFlow-Signature'])).toBe(true);
	});

	const hex = createHmac('sha256', secret).update(PAYLOAD).digest('hex');
	test.each([
		['as the page has it', `sha256=${hex}`, undefined],
		['upper-case hex', `sha256=${hex.toUpperCase()}`, 'SIGNATURE_INVALID'],
		['no prefix', hex, 'SIGNATURE_MALFORMED'],
		['another prefix', `sha1=${hex}`, 'SIGNATURE_MALFORMED'],
		['that came twice', [`sha256=${hex}`, `sha256=${hex}`], 'SIGNATURE_MALFORMED'],
		['that came twice and was joined', `sha256=${hex}, sha256=${hex}`, 'SIGNATURE_MALFORMED'],
		['as a list of one', [`sha256=${hex}`], undefined],
		['the prefix alone', 'sha256=', 'SIGNATURE_MALFORMED'],
		['one character short', `sha256=${hex.slice(1)}`, 'SIGNATURE_INVALID'],
		['empty', '', 'SIGNATURE_MISSING'],
	])('a signature %s', (_name, signature, code) => {
		const verification = verifyRequest(agenticflow.scheme, {
			headers: { 'x-agenticflow-signature': signature },
			body,
			nowMs: 0,
			secrets: ['another secret', secret],
		});
		expect(verification).toMatchObject(code ? { valid: false, code } : { valid: true });
	});

	test('a refusal does not say which secret was near', () => {
		const refusals = [['a'], ['a', 'b', secret.slice(1)]].map((secrets) =>
			verifyRequest(agenticflow.scheme, {
				headers: { 'x-agenticflow-signature': `sha256=${hex}` },
				body,
				nowMs: 0,
				secrets,
			}),
		);
		expect(refusals[0]).toEqual(refusals[1]);
	});
});

describe('custom schemes', () => {
	const settings = {
		signatureHeader: 'X-Hub',
		algorithm: 'hmac-sha256',
		encoding: 'hex',
		prefix: '',
		signedContent: '{body}',
		idHeader: '',
		timestampHeader: '',
		timestampUnit: 's',
		toleranceSeconds: 300,
	};

	test('any combination signs as crypto does, and verifies', () => {
		fc.assert(
			fc.property(
				fc.record({
					algorithm: fc.constantFrom('hmac-sha1', 'hmac-sha256', 'hmac-sha512'),
					encoding: fc.constantFrom('hex', 'base64'),
					prefix: fc.constantFrom('', 'sha256=', 'v0='),
					timestampUnit: fc.constantFrom('s', 'ms'),
				}),
				fc.uint8Array({ maxLength: 200 }),
				fc.string({ minLength: 1, unit: 'grapheme' }),
				(chosen, bytes, secret) => {
					const scheme = buildCustomScheme({
						...settings,
						...chosen,
						signedContent: 'v0:{timestamp}.{id}:{body}!',
						idHeader: 'X-Id',
						timestampHeader: 'X-Time',
					});
					const payload = Buffer.from(bytes);
					const nowMs = 1_700_000_000_456;
					const headers = signRequest(scheme, {
						body: payload,
						id: 'e1',
						nowMs,
						secrets: [secret],
					});
					const timestamp = chosen.timestampUnit === 's' ? '1700000000' : '1700000000456';
					const expected = createHmac(chosen.algorithm.slice(5), secret)
						.update(`v0:${timestamp}.e1:`)
						.update(payload)
						.update('!')
						.digest(chosen.encoding);
					expect(headers).toEqual({
						'X-Id': 'e1',
						'X-Time': timestamp,
						'X-Hub': chosen.prefix + expected,
					});
					const input = { headers: lowerCase(headers), body: payload, nowMs, secrets: [secret] };
					expect(verifyRequest(scheme, input).valid).toBe(true);
					const changed = Buffer.concat([payload, Buffer.from('.')]);
					expect(verifyRequest(scheme, { ...input, body: changed }).valid).toBe(false);
				},
			),
			{ numRuns: 100 },
		);
	});

	test.each([
		[{ signedContent: '{timestamp}' }, 'does not contain {body}'],
		[{ signedContent: '{body}{nonce}' }, 'unknown placeholder {nonce}'],
		[{ signedContent: '{timestamp}.{body}' }, 'fill in Timestamp Header'],
		[{ signedContent: '{id}.{body}' }, 'fill in ID Header'],
		[{ timestampHeader: 'X-Time' }, 'A timestamp that is not signed'],
		[{ signatureHeader: 'X Sig' }, 'not a header name'],
		[{ prefix: 'ß' }, 'printable ASCII'],
		[
			{ signedContent: '{timestamp}.{body}', timestampHeader: 'T', toleranceSeconds: 0 },
			'more than 0',
		],
	])('%j is refused with what to change', (change, message) => {
		expect(() => buildCustomScheme({ ...settings, ...change })).toThrow(message);
	});
});

describe('secrets', () => {
	test('what is generated is in its format and holds 256 bits', () => {
		expect(Buffer.from(generateSecret('standardWebhooks').slice(6), 'base64')).toHaveLength(32);
		expect(generateSecret('hex')).toMatch(/^[0-9a-f]{64}$/);
		expect(generateSecret('token')).toMatch(/^wh_[\w-]{43}$/);
		expect(new Set(Array.from({ length: 100 }, () => generateSecret('hex'))).size).toBe(100);
	});

	test('libsodium’s 64-byte form of a private key signs like its seed', () => {
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
	])('%j as %s is refused without being repeated', (secret, format, message) => {
		expect(() => parseSecret(secret, format)).toThrow(message);
		try {
			parseSecret(secret, format);
		} catch (error) {
			if (secret.length > 6) expect(error.message).not.toContain(secret.slice(6));
		}
	});

	test('a public key alone cannot sign', () => {
		const publicKey = `whpk_${Buffer.alloc(32, 1).toString('base64')}`;
		const input = { body, id: 'a', nowMs: 0, secrets: [publicKey] };
		expect(() => signRequest(standard, input)).toThrow('only verifies');
	});

	test('an id that a header cannot carry is refused', () => {
		for (const id of ['', 'a b', 'ä', 'a\nb', 'x'.repeat(256)]) {
			expect(() => signRequest(standard, { body, id, nowMs: 0, secrets: [SECRET] })).toThrow(
				'1 to 255 printable ASCII',
			);
		}
	});
});
