const { getPlatform, PLATFORMS } = require('../../../build/core/platforms');

const { fillInCredential, receive } = require('./presetRequests');
const { receiveFrom, signAs } = require('./providerRequests');
const { findVector } = require('./verifyVector');

const HEX_SIGNATURE = /[0-9a-f]{64,}/;

describe('receiveRequest with a handshake', () => {
	const slack = signAs('slack', {
		// https://docs.slack.dev/reference/events/url_verification
		body: {
			token: 'Jhj5dZrVaK7ZwHHjRyZWjbDl',
			challenge: '3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P',
			type: 'url_verification',
		},
	});
	const zoom = findVector('zoom', 'url_validation request');
	const interactionPing = findVector('discord', 'interaction PING');
	const eventPing = findVector('discord', 'webhook-event PING');

	test.each([
		[
			'url_verification',
			'slack',
			slack,
			200,
			{ challenge: '3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P' },
		],
		[
			'endpoint.url_validation',
			'zoom',
			zoom,
			200,
			{
				plainToken: 'qgg8vlvZRS6UYooatFL8Aw',
				// Made by running @zoom/rivet@0.4.0 hashUrlValidationEvent.
				encryptedToken: '0abd212d4653d125d6cbf403b3f529f1804ffabd9578aabfd1af0e4b2b1701f2',
			},
		],
		['the interaction ping', 'discord', interactionPing, 200, { type: 1 }],
		['the webhook event ping', 'discord', eventPing, 204, undefined],
	])(
		'answers %s of %s, whatever events are selected',
		async (_, provider, request, status, reply) => {
			expect(await receiveFrom(provider, request)).toEqual({ result: 'handshake', status, reply });
			const filtered = await receiveFrom(provider, { ...request, eventTypes: ['something.else'] });
			expect(filtered.result).toBe('handshake');
		},
	);

	test.each([
		['url_verification', 'slack', slack],
		['endpoint.url_validation', 'zoom', zoom],
		['the interaction ping', 'discord', interactionPing],
		['the webhook event ping', 'discord', eventPing],
	])('rejects %s of %s if its signature is wrong or missing', async (_, provider, request) => {
		const name = getPlatform(provider).scheme.signatureHeader.toLowerCase();
		const wrong = request.headers[name].replace(HEX_SIGNATURE, (hex) => '0'.repeat(hex.length));
		for (const [value, code] of [
			[wrong, 'SIGNATURE_INVALID'],
			[undefined, 'SIGNATURE_MISSING'],
		]) {
			const headers = { ...request.headers, [name]: value };
			expect(await receiveFrom(provider, { ...request, headers })).toMatchObject({
				result: 'rejected',
				status: 401,
				code,
			});
		}
	});

	test('rejects a handshake with an old timestamp', async () => {
		expect(await receiveFrom('zoom', { ...zoom, nowMs: zoom.nowMs + 301_000 })).toMatchObject({
			result: 'rejected',
			status: 401,
			code: 'TIMESTAMP_OUT_OF_TOLERANCE',
		});
	});

	test('treats another provider’s handshake as an event', async () => {
		const request = signAs('github', {
			body: { type: 'url_verification', challenge: 'c' },
			headers: { 'x-github-event': 'ping', 'x-github-delivery': 'd1' },
		});
		expect(await receiveFrom('github', request)).toMatchObject({
			result: 'accepted',
			event: { type: 'ping' },
		});
	});
});

describe('Meta’s verification of the URL', () => {
	// https://developers.facebook.com/docs/graph-api/webhooks/getting-started#verification-requests
	const url =
		'https://n8n.example.com/webhook/1?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=';
	const credential = fillInCredential('signature', 'app secret', {
		urlToken: true,
		urlTokens: 'meatyhamhock',
	});
	const verify = async (token, own = credential) =>
		await receive('meta', own, { body: '', headers: {}, method: 'GET', url: url + token });

	test('is answered for the verify token in the credential', async () => {
		expect(await verify('meatyhamhock')).toEqual({
			result: 'handshake',
			status: 200,
			text: '1158201444',
		});
		expect(await verify('other')).toMatchObject({ status: 403, code: 'TOKEN_INVALID' });
		expect(await verify('')).toMatchObject({ status: 403, code: 'TOKEN_MISSING' });
	});

	test('fails for the owner if the credential has no URL token', async () => {
		const own = fillInCredential('signature', 'app secret');
		await expect(verify('meatyhamhock', own)).rejects.toThrow(/"URL Tokens"/);
	});
});

describe('the handshakes of every platform', () => {
	const HANDSHAKES = PLATFORMS.flatMap(({ handshakes = [], id }) =>
		handshakes.map((handshake, index) => [`${id} ${index}`, handshake]),
	);

	test.each(HANDSHAKES)('%s is recognized by more than a POST', (_, handshake) => {
		const { method = 'POST', requires = [], when = {} } = handshake;
		if (method === 'POST') expect(requires.length + Object.keys(when).length).toBeGreaterThan(0);
		// A GET or HEAD has no body.
		else expect(when).toEqual({});
	});

	test.each(HANDSHAKES)('%s proves nothing that is in an unsigned body', (_, handshake) => {
		const texts = Object.values({ ...handshake.reply, ...handshake.headers }).join(' ');
		if (handshake.isUnsigned) expect(texts).not.toMatch(/hmac-[^:]*:body/);
		expect(
			texts.replaceAll(/\{(hmac-sha256-(hex|base64):)?(body|query|header)\.[^{}]+\}/g, ''),
		).not.toMatch(/[{}]/);
	});
});
