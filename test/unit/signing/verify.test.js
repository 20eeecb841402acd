const { createHmac, createPublicKey } = require('node:crypto');

const fc = require('fast-check');
const standardwebhooks = require('standardwebhooks');

const { getPlatform } = require('../../../build/core/platforms');
const { platform: agenticflow } = require('../../../build/core/platforms/definitions/agenticflow');
const { generateSecret, parseSecret } = require('../../../build/core/signing/secrets');
const { verifyRequest } = require('../../../build/core/signing/verify');

const {
	ASYMMETRIC_SEED,
	MSG_ID,
	PAYLOAD,
	SECRET,
	SIGNED_AT_MS,
	body,
	signAndReceive,
	standard,
} = require('./standardWebhooks');

const OTHER_SIGNATURE = 'Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc=';
const TOLERANCE_MS = 5 * 60 * 1000;

describe('verifyRequest', () => {
	test('accepts Standard Webhooks’ published asymmetric signature with the public and the private key', () => {
		const input = { body, id: MSG_ID, nowMs: SIGNED_AT_MS };
		const headers = signAndReceive(standard, { ...input, secrets: [`whsk_${ASYMMETRIC_SEED}`] });
		const { key } = parseSecret(`whsk_${ASYMMETRIC_SEED}`, 'standardWebhooks');
		const publicKey = createPublicKey(key)
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
	['a symmetric', `whsec_${SECRET}`, 'v1'],
	['an asymmetric', 'whsk_V0VCSE9PS0FTWU1NRVRSSUNURVNUUFJJVkFURUtFWTE=', 'v1a'],
])('verifyRequest with %s signature, as in the reference test suites', (_, secret, version) => {
	const nowMs = 1_700_000_000_123;
	const verifyAt = (signedAtMs, change = (headers) => headers) =>
		verifyRequest(standard, {
			headers: change(
				signAndReceive(standard, { body, id: MSG_ID, nowMs: signedAtMs, secrets: [secret] }),
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

	test('accepts a valid signature', () => {
		expect(verifyAt(nowMs).valid).toBe(true);
	});

	test.each([
		['no ID', without('webhook-id'), 'ID_MISSING'],
		['no timestamp', without('webhook-timestamp'), 'TIMESTAMP_MISSING'],
		['no signature', without('webhook-signature'), 'SIGNATURE_MISSING'],
		[
			'an invalid timestamp',
			(headers) => ({ ...headers, 'webhook-timestamp': 'hello' }),
			'TIMESTAMP_MALFORMED',
		],
		[
			'an invalid signature',
			withSignature(() => `${version},${OTHER_SIGNATURE}`),
			'SIGNATURE_INVALID',
		],
		[
			'a signature that is not base64',
			withSignature(() => `${version},dawfeoifkpqwoekfpqoekf`),
			'SIGNATURE_INVALID',
		],
		[
			'a part of the signature',
			withSignature((headers) => headers['webhook-signature'].slice(0, 8)),
			'SIGNATURE_INVALID',
		],
		['an empty signature', withSignature(() => `${version},`), 'SIGNATURE_MALFORMED'],
		[
			'a signature without a version',
			withSignature((headers) => headers['webhook-signature'].split(',')[1]),
			'SIGNATURE_MALFORMED',
		],
		['another ID', (headers) => ({ ...headers, 'webhook-id': 'msg_other' }), 'SIGNATURE_INVALID'],
		[
			'another timestamp within the tolerance',
			(headers) => ({ ...headers, 'webhook-timestamp': String(Math.floor(nowMs / 1000) - 1) }),
			'SIGNATURE_INVALID',
		],
	])('rejects a request with %s', (_name, change, code) => {
		expect(verifyAt(nowMs, change)).toMatchObject({ valid: false, code });
	});

	test('rejects timestamps outside the tolerance, even with a valid signature', () => {
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

	test('accepts a list of signatures if one of them is valid', () => {
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
	])('rejects a request with two %s headers, even if both are the same', (name, code) => {
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
	])('rejects a request with two %s headers that a proxy joined', (name, code) => {
		const joined = (headers) => ({ ...headers, [name]: `${headers[name]}, ${headers[name]}` });
		expect(verifyAt(nowMs, joined)).toMatchObject({ valid: false, code });
	});

	test('rejects more than 20 signatures without checking them', () => {
		const change = withSignature((headers) =>
			Array(21).fill(headers['webhook-signature']).join(' '),
		);
		expect(verifyAt(nowMs, change)).toMatchObject({ code: 'SIGNATURE_MALFORMED' });
	});
});

describe('verifyRequest and the Standard Webhooks libraries', () => {
	const createSecret = () => generateSecret('standardWebhooks');
	const arbitraryBody = fc.string({ unit: 'grapheme', maxLength: 300 });

	test('accepts requests that standardwebhooks and svix sign', async () => {
		const svix = await import('svix');
		fc.assert(
			fc.property(arbitraryBody, (text) => {
				const secret = createSecret();
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
						secrets: [createSecret(), secret],
					});
					expect(verification.valid).toBe(true);
				}
			}),
			{ numRuns: 50 },
		);
	});
});

describe('verifyRequest for AgenticFlow', () => {
	const secret = 'your_signing_secret';
	const hex = createHmac('sha256', secret).update(PAYLOAD).digest('hex');
	const verify = (signature) =>
		verifyRequest(agenticflow.scheme, {
			headers: { 'x-agenticflow-signature': signature },
			body,
			nowMs: 0,
			secrets: ['another secret', secret],
		});

	test.each([
		['as on the page', `sha256=${hex}`],
		['in a list with one entry', [`sha256=${hex}`]],
		['in upper-case hex', `sha256=${hex.toUpperCase()}`],
	])('accepts a signature %s', (_name, signature) => {
		expect(verify(signature)).toMatchObject({ valid: true });
	});

	test.each([
		['with an upper-case prefix', `SHA256=${hex}`, 'SIGNATURE_MALFORMED'],
		['without a prefix', hex, 'SIGNATURE_MALFORMED'],
		['with another prefix', `sha1=${hex}`, 'SIGNATURE_MALFORMED'],
		['that was sent twice', [`sha256=${hex}`, `sha256=${hex}`], 'SIGNATURE_MALFORMED'],
		['that was sent twice and joined', `sha256=${hex}, sha256=${hex}`, 'SIGNATURE_MALFORMED'],
		['that is only the prefix', 'sha256=', 'SIGNATURE_MALFORMED'],
		['that is one character short', `sha256=${hex.slice(1)}`, 'SIGNATURE_INVALID'],
		['that is empty', '', 'SIGNATURE_MISSING'],
	])('rejects a signature %s', (_name, signature, code) => {
		expect(verify(signature)).toMatchObject({ valid: false, code });
	});

	test('does not reveal which of several secrets was close', () => {
		const failures = [['a'], ['a', 'b', secret.slice(1)]].map((secrets) =>
			verifyRequest(agenticflow.scheme, {
				headers: { 'x-agenticflow-signature': `sha256=${hex}` },
				body,
				nowMs: 0,
				secrets,
			}),
		);
		expect(failures[0]).toEqual(failures[1]);
	});
});

test.each([
	['stripe', 't=<seconds>,v1=<hmac-sha256 in hex>'],
	['standardWebhooks', 'v1,<hmac-sha256 in base64>'],
	['github', 'sha256=<hmac-sha256 in hex>'],
])('a missing signature header of %s is described in its whole form', (id, form) => {
	const { scheme } = getPlatform(id);
	const { details } = verifyRequest(scheme, { headers: {}, body, nowMs: 0, secrets: [SECRET] });
	expect(details.expected).toContain(form);
	expect(details.received).toBe('no such header');
});
