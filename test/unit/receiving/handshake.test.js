const { createHmac } = require('node:crypto');

const { InboundConfigurationError } = require('../../../dist/core/receiving/authenticate');
const { receiveRequest } = require('../../../dist/core/receiving/receive');

const { SIGNING_SECRET, NONE, createRules, createRequest, signed } = require('./requests');

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
