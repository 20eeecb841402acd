const { createHmac } = require('node:crypto');

const { InboundConfigurationError } = require('../../../build/core/receiving/configuredMethods');
const { needsSecret } = require('../../../build/core/receiving/handshakeReply');
const { receiveRequest } = require('../../../build/core/receiving/receive');

const {
	SECRETS,
	SIGNING_SECRET,
	NONE,
	bearer,
	createRules,
	createRequest,
	secretsFor,
	signed,
} = require('./requests');
const { PLATFORMS } = require('../../../build/core/platforms');

describe('handshakes', () => {
	test('answer Slack’s challenge', async () => {
		const body = { type: 'url_verification', challenge: '3eZbrw1a' };
		const rules = createRules('slack', 'event', { methods: ['signature'] });
		const headers = signed('slack', body);
		expect(await receiveRequest(rules, createRequest({ body, headers }))).toEqual({
			result: 'handshake',
			status: 200,
			reply: { challenge: '3eZbrw1a' },
		});
	});

	test('answer Zoom with a proof, and throw an error for the owner without a secret', async () => {
		const body = { event: 'endpoint.url_validation', payload: { plainToken: 'qgg8vlvZ' } };
		const rules = createRules('zoom', 'event', { methods: ['signature'] });
		const encryptedToken = createHmac('sha256', SIGNING_SECRET).update('qgg8vlvZ').digest('hex');
		expect(
			await receiveRequest(rules, createRequest({ body, headers: signed('zoom', body) })),
		).toEqual({
			result: 'handshake',
			status: 200,
			reply: { plainToken: 'qgg8vlvZ', encryptedToken },
		});
		const open = { ...rules, methods: [], loadSecrets: async () => NONE };
		await expect(receiveRequest(open, createRequest({ body }))).rejects.toThrow(
			InboundConfigurationError,
		);
	});

	test('are rejected if the request is not authentic', async () => {
		const body = { event: 'endpoint.url_validation', payload: { plainToken: 'x' } };
		const rules = createRules('zoom', 'event', { methods: ['signature'] });
		const headers = signed('zoom', body, { secret: 'another' });
		expect(await receiveRequest(rules, createRequest({ body, headers }))).toMatchObject({
			result: 'rejected',
			code: 'SIGNATURE_INVALID',
		});
	});
});

describe('a proof', () => {
	const validation = (plainToken) => ({
		event: 'endpoint.url_validation',
		payload: { plainToken },
	});
	const body = validation('qgg8vlvZRS6UYooatFL8Aw');
	const token = bearer(SECRETS.bearerTokens[0]);
	const rulesFor = (methods, mode, changes) =>
		createRules('zoom', 'event', { methods, mode, ...changes });
	const prove = async (rules, headers, sent = body) =>
		await receiveRequest(rules, createRequest({ body: sent, headers }));
	const encryptedToken = createHmac('sha256', SIGNING_SECRET)
		.update('qgg8vlvZRS6UYooatFL8Aw')
		.digest('hex');

	test.each(['any', 'anyConfigured'])(
		'is not made for a Bearer token alone in the mode %s',
		async (mode) => {
			const rules = rulesFor(['bearer', 'signature'], mode);
			for (const headers of [token, { ...token, ...signed('zoom', body, { secret: 'other' }) }]) {
				const result = await prove(rules, headers);
				expect(result).toMatchObject({ result: 'rejected', status: 401, code: 'UNAUTHORIZED' });
				expect(JSON.stringify(result)).not.toContain(encryptedToken);
			}
		},
	);

	test.each(['any', 'anyConfigured', 'all', 'allConfigured'])(
		'is made for a valid signature beside a Bearer token in the mode %s',
		async (mode) => {
			const rules = rulesFor(['bearer', 'signature'], mode);
			expect(await prove(rules, { ...token, ...signed('zoom', body) })).toMatchObject({
				result: 'handshake',
				reply: { encryptedToken },
			});
		},
	);

	test('is not made if signatures are not checked', async () => {
		const secrets = { ...secretsFor('zoom'), signature: undefined };
		const rules = rulesFor(['bearer'], 'all', { loadSecrets: async () => secrets });
		await expect(prove(rules, { ...token, ...signed('zoom', body) })).rejects.toThrow(
			InboundConfigurationError,
		);
	});

	test('is made with the secret that signed the handshake', async () => {
		const rules = rulesFor(['signature'], 'all', {
			loadSecrets: async () => secretsFor('zoom', ['new-secret', SIGNING_SECRET]),
		});
		expect(await prove(rules, signed('zoom', body))).toMatchObject({ reply: { encryptedToken } });
	});

	test.each([
		'',
		'short',
		'a'.repeat(129),
		'{"message":"forged"}',
		'v0:1700000000:{}',
		'msg_1.1700000000.{}',
		'payload=forged',
		'1234567890123456',
		'-1234567890123',
		'10000000000e10',
		'qgg8vlvZ RS6UYooat',
		'qgg8vlvZ\nRS6UYooat',
		'<script>alert(1)</script>',
		1234567890123456,
		null,
		['qgg8vlvZRS6UYooatFL8Aw'],
		{ a: 1 },
		undefined,
	])('is not made for %j, which could be what another sender signs', async (plainToken) => {
		const sent = validation(plainToken);
		expect(await prove(rulesFor(['signature'], 'all'), signed('zoom', sent), sent)).toMatchObject({
			result: 'rejected',
			status: 422,
			code: 'INVALID_INPUT',
			details: { field: 'payload.plainToken' },
		});
	});

	test('is of a text that is no body of its platform, which alone makes the secret', () => {
		const provers = PLATFORMS.filter(({ handshakes = [] }) => handshakes.some(needsSecret));
		expect(provers.map(({ id }) => id)).toEqual(['x', 'zoom']);
		for (const { formBodies, secretFacts, textBodies } of provers) {
			// A token is no JSON, but it can be a form, also for another platform with the same secret.
			expect([formBodies, textBodies]).toEqual([undefined, undefined]);
			expect(secretFacts.isMadeByPlatform).toBe(true);
		}
	});
});

describe('a challenge that is sent back', () => {
	const answer = async (challenge) => {
		const body = { type: 'url_verification', challenge };
		const rules = createRules('slack', 'event', { methods: ['signature'] });
		return await receiveRequest(rules, createRequest({ body, headers: signed('slack', body) }));
	};

	test('is a short token', async () => {
		expect(await answer('a+/=.~_-9')).toMatchObject({ reply: { challenge: 'a+/=.~_-9' } });
		expect(await answer('a'.repeat(256))).toMatchObject({ result: 'handshake' });
	});

	test.each(['<script>', 'a b', 'a'.repeat(257), '', 7, null, undefined, ['a'], { a: 'b' }])(
		'is not %j',
		async (challenge) => {
			expect(await answer(challenge)).toMatchObject({
				result: 'rejected',
				status: 422,
				details: { field: 'challenge' },
			});
		},
	);
});
