/** Bodies whose bytes do not show what they say: the claims of a token, and parts of CloudEvents. */
const { createHmac } = require('node:crypto');

const { receive } = require('../../../harness/contexts');

const TOKEN = 'wh_url_token_4f1c9a';
const SECRET = 'signing-secret-of-32-characters-1';

const PARAMETERS = { requestKind: 'event', path: 'x', responseMode: 'onReceived', options: {} };
const TOKEN_FIELDS = { urlToken: true, urlTokens: TOKEN };
const SIGNATURE_FIELDS = {
	signature: true,
	signatureScheme: 'jwt',
	tokenPlace: 'body',
	tokenAlgorithms: ['HS256'],
	tokenSecretFormat: 'text',
	signingSecret: SECRET,
	toleranceSeconds: 300,
};

const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Signs claims as a JSON Web Token. */
function createToken(claims) {
	const seconds = Math.floor(Date.now() / 1000);
	const signed = `${encode({ alg: 'HS256' })}.${encode({ iat: seconds, exp: seconds + 60, ...claims })}`;
	return `${signed}.${createHmac('sha256', SECRET).update(signed).digest('base64url')}`;
}

const send = async (parameters, headers, raw, fields) =>
	await receive(
		{ ...PARAMETERS, ...parameters },
		{ headers, query: { token: TOKEN }, originalUrl: '/webhook/x', rawBody: Buffer.from(raw) },
		{ credentials: { agentWebhookInboundApi: fields } },
	);

const ATTRIBUTES = { specversion: '1.0', id: '1', source: '/a', type: 't' };

test.each([
	[
		'a token that is the body',
		{ platform: 'custom', authenticationMethods: ['signature', 'urlToken'] },
		{ 'content-type': 'application/jwt' },
		createToken({ event: 'a', data: { url: `https://n/x?token=${TOKEN}` } }),
		{ data: { url: 'https://n/x?token=***' } },
	],
	[
		'a CloudEvent with data in base64',
		{ platform: 'cloudEvents', authenticationMethods: ['urlToken'] },
		{ 'content-type': 'application/cloudevents+json' },
		JSON.stringify({
			...ATTRIBUTES,
			data_base64: Buffer.from(`{"key":"${TOKEN}"}`).toString('base64'),
		}),
		{ data: { key: '***' } },
	],
	[
		'a CloudEvent’s headers',
		{ platform: 'cloudEvents', authenticationMethods: ['urlToken'] },
		{
			'content-type': 'application/json',
			'ce-specversion': '1.0',
			'ce-id': '1',
			'ce-source': '/a',
			'ce-type': 't',
			'ce-sink': `/x?token=${TOKEN}`,
		},
		'{}',
		{ body: { sink: '/x?token=***' } },
	],
])('a caller’s URL token in %s is in no item', async (_, parameters, headers, raw, expected) => {
	const fields = { ...TOKEN_FIELDS, ...SIGNATURE_FIELDS };
	const { result } = await send(parameters, headers, raw, fields);
	const [[{ json }]] = result.workflowData;
	expect(json).toMatchObject(expected);
	expect(JSON.stringify(json)).not.toContain(TOKEN);
});

test('a token that is the body is accepted if the format of bodies is text', async () => {
	const parameters = {
		platform: 'custom',
		authenticationMethods: ['signature'],
		options: { bodyFormats: ['text'] },
	};
	const token = createToken({ event: 'a', data: { amount: 1 } });
	const { result } = await send(
		parameters,
		{ 'content-type': 'text/plain' },
		token,
		SIGNATURE_FIELDS,
	);
	expect(result.workflowData?.[0][0].json).toMatchObject({ event: 'a', data: { amount: 1 } });
});
