const fc = require('fast-check');
const standardwebhooks = require('standardwebhooks');

const { platform: agenticflow } = require('../../../build/core/platforms/definitions/agenticflow');
const { generateSecret } = require('../../../build/core/signing/secrets');
const { signRequest } = require('../../../build/core/signing/sign');

const {
	ASYMMETRIC,
	ASYMMETRIC_SEED,
	MSG_ID,
	PAYLOAD,
	SECRET,
	SIGNED_AT_MS,
	SYMMETRIC,
	body,
	signAndReceive,
	standard,
} = require('./standardWebhooks');

describe('signRequest', () => {
	const input = { body, id: MSG_ID, nowMs: SIGNED_AT_MS };

	test('makes Standard Webhooks’ published symmetric signature, with and without whsec_', () => {
		for (const secret of [SECRET, `whsec_${SECRET}`]) {
			expect(signRequest(standard, { ...input, secrets: [secret] })).toEqual({
				'webhook-id': MSG_ID,
				'webhook-timestamp': '1614265330',
				'webhook-signature': SYMMETRIC,
			});
		}
	});

	test('makes Standard Webhooks’ published asymmetric signature', () => {
		const headers = signAndReceive(standard, { ...input, secrets: [`whsk_${ASYMMETRIC_SEED}`] });
		expect(headers['webhook-signature']).toBe(ASYMMETRIC);
	});

	test('leaves out an additional secret that is malformed, but not the current one', () => {
		const right = `whsec_${SECRET}`;
		const headers = signRequest(standard, { ...input, secrets: [right, 'whsec_?'] });
		expect(headers['webhook-signature']).toBe(SYMMETRIC);
		expect(() => signRequest(standard, { ...input, secrets: ['whsec_?', right] })).toThrow(
			'The signing secret after whsec_ is not base64',
		);
	});

	test('does not sign with a public key', () => {
		const publicKey = `whpk_${Buffer.alloc(32, 1).toString('base64')}`;
		const withPublicKey = { body, id: 'a', nowMs: 0, secrets: [publicKey] };
		expect(() => signRequest(standard, withPublicKey)).toThrow('only verifies');
	});

	test('rejects an ID that a header cannot contain', () => {
		for (const id of ['', 'a b', 'ä', 'a\nb', 'x'.repeat(256)]) {
			expect(() => signRequest(standard, { body, id, nowMs: 0, secrets: [SECRET] })).toThrow(
				'1 to 255 printable ASCII',
			);
		}
	});
});

describe('signRequest and the Standard Webhooks libraries', () => {
	const createSecret = () => generateSecret('standardWebhooks');
	const arbitraryBody = fc.string({ unit: 'grapheme', maxLength: 300 });

	test('signs requests that standardwebhooks and svix verify', async () => {
		const svix = await import('svix');
		fc.assert(
			fc.property(arbitraryBody, (text) => {
				const secret = createSecret();
				const headers = signRequest(standard, {
					body: Buffer.from(text),
					id: 'evt_1',
					nowMs: Date.now(),
					secrets: [createSecret(), secret],
				});
				for (const { Webhook } of [standardwebhooks, svix]) {
					new Webhook(secret).verify(text, headers, { jsonParse: false });
				}
			}),
			{ numRuns: 50 },
		);
	});

	test('signs requests that standardwebhooks and svix reject with another secret', async () => {
		const svix = await import('svix');
		const headers = signRequest(standard, {
			body,
			id: 'evt_1',
			nowMs: Date.now(),
			secrets: [createSecret()],
		});
		for (const { Webhook } of [standardwebhooks, svix]) {
			expect(() => new Webhook(createSecret()).verify(PAYLOAD, headers)).toThrow(
				'No matching signature found',
			);
		}
	});
});

describe('signRequest for AgenticFlow', () => {
	const secret = 'your_signing_secret';

	// The verification example of AgenticFlow's page, docs/platforms.md#agenticflow.
	function pageVerifies(payload, signature) {
		const crypto = require('node:crypto');
		const expectedSignature = crypto.createHmac('sha256', secret).update(payload).digest('hex');
		const providedSignature = signature.replace('sha256=', '');
		return crypto.timingSafeEqual(Buffer.from(expectedSignature), Buffer.from(providedSignature));
	}

	test('makes a signature that the page’s example verifies', () => {
		const headers = signRequest(agenticflow.scheme, {
			body,
			id: 'evt_1',
			nowMs: 0,
			secrets: [secret, 'the previous secret'],
		});
		expect(Object.keys(headers)).toEqual(['X-AgenticFlow-Signature']);
		expect(pageVerifies(PAYLOAD, headers['X-AgenticFlow-Signature'])).toBe(true);
	});
});
