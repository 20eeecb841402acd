const { Webhook } = require('standardwebhooks');

const { CREDENTIALS } = require('../harness/contexts');

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const url = 'https://example.com/hook';

describe('the Sending credential by itself, as other nodes use it', () => {
	const { authenticate } = CREDENTIALS.agentWebhookOutboundApi;
	const fields = { signatureScheme: 'standardWebhooks', signingSecret: SECRET };

	test('JSON is signed as it is sent', async () => {
		const { body, headers, json } = await authenticate(fields, {
			url,
			json: true,
			body: { b: 1, a: 'ü' },
		});
		expect(json).toBe(false);
		expect(headers['Content-Type']).toBe('application/json');
		expect(() => new Webhook(SECRET).verify(body.toString(), headers)).not.toThrow();
	});

	test('a header of the same name gives way, however it is written', async () => {
		const { headers } = await authenticate(fields, {
			url,
			headers: { 'WEBHOOK-SIGNATURE': 'mine', 'X-Other': 'stays' },
			body: 'text',
		});
		expect(headers).not.toHaveProperty('WEBHOOK-SIGNATURE');
		expect(headers).toMatchObject({
			'X-Other': 'stays',
			'webhook-signature': expect.stringMatching(/^v1,/),
		});
	});

	test.each([
		['a form', { form: { a: 1 } }, 'Form bodies cannot be signed'],
		[
			'a stream',
			{ body: new (require('node:stream').PassThrough)() },
			'Forms and streams cannot be signed',
		],
		['form data', { body: new URLSearchParams('a=1') }, 'Forms and streams cannot be signed'],
	])('%s cannot be signed, and it says so', async (_, request, message) => {
		await expect(authenticate(fields, { url, ...request })).rejects.toThrow(message);
	});

	test('without a node’s platform the scheme has to be chosen', async () => {
		const undecided = { ...fields, signatureScheme: 'platform' };
		await expect(authenticate(undecided, { url, body: 'x' })).rejects.toThrow('Choose a scheme');
	});
});

describe('descriptions', () => {
	test('the versions tested against are the ones that the pinned n8n ships', () => {
		const { packages } = require('../n8n/package-lock.json');
		const { devDependencies } = require('../../package.json');
		for (const name of ['n8n-core', 'n8n-workflow', 'zod']) {
			expect([name, devDependencies[name]]).toEqual([
				name,
				packages[`node_modules/${name}`].version,
			]);
		}
	});
});
