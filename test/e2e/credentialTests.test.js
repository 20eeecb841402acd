/** Checks what n8n's editor says about a credential when it is saved: what is wrong, and how to fix it. */
const { fork } = require('node:child_process');
const { createServer } = require('node:http');
const path = require('node:path');

const axios = require('axios');

const { chooseShownFields } = require('../harness/credentials');

const { n8n, newSecret, newStandardSecret } = require('./stage');

const apiKey = newSecret();
let agenticflow;
let api;
let other;
let otherUrl;
let respond;

beforeAll(async () => {
	agenticflow = fork(path.join(__dirname, '../harness/agenticflow.mjs'));
	const { port } = await new Promise((resolve) => agenticflow.once('message', resolve));
	api = `http://127.0.0.1:${port}`;
	await axios.post(`${api}/control`, { apiKey, signingSecret: newSecret() });
	other = createServer((request, response) => respond(response));
	await new Promise((resolve) => other.listen(0, '127.0.0.1', resolve));
	otherUrl = `http://127.0.0.1:${other.address().port}`;
});

afterAll(() => {
	agenticflow.kill();
	other.closeAllConnections();
	other.close();
});

async function result(type, data) {
	const credential = await n8n.createCredential(type, 'Tested', data);
	const { id, name } = credential[type];
	return await n8n.rest('POST', '/credentials/test', {
		credentials: { id, name, type, data: chooseShownFields(type, data) },
	});
}

const secret = newSecret();
const [standard, further] = [newStandardSecret(), newStandardSecret()];
// RFC 8032, 7.1, TEST 1.
const PUBLIC_HEX = 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a';
const PUBLIC_KEY = `whpk_${Buffer.from(PUBLIC_HEX, 'hex').toString('base64')}`;

const TYPES = {
	agentWebhookInboundApi: {
		usable: [
			{ bearerTokens: `${secret} ${newSecret()}` },
			{ urlTokens: secret },
			{ basicUser: 'agenticflow', basicPassword: 'a password: with colons' },
			{ signingSecret: secret, furtherSigningSecrets: newSecret() },
			{ signatureScheme: 'standardWebhooks', signingSecret: standard },
			{ signatureScheme: 'standardWebhooks', signingSecret: PUBLIC_KEY },
			{ signatureScheme: 'uptiq', signingSecret: `{"privateKey": "${secret}"}\n` },
			{ signatureScheme: 'discord', signingSecret: PUBLIC_HEX },
			{ headerNames: 'X-API-Key', headerPrefix: 'Token', headerTokens: secret },
			// A hidden field does not count.
			{ methods: ['bearer'], bearerTokens: secret, signingSecret: '"wrong"' },
		],
		wrong: [
			[{ methods: [] }, 'Every method is turned off. Turn on'],
			[{ methods: ['signature'], bearerTokens: secret }, '"Signing Secret" is empty. Copy it'],
			[
				{ signatureScheme: 'discord', signingSecret: 'ab'.repeat(32) },
				'The public key does not belong to any private key',
			],
			[{ urlTokens: `?token=${secret}` }, '"URL Tokens" contains "token=".'],
			[{ bearerTokens: `Bearer ${secret}` }, '"Bearer Tokens" contains the word "Bearer".'],
			[{ basicUser: 'u' }, '"Basic Password" is empty.'],
			[{ basicPassword: 'p' }, '"Basic User" is empty.'],
			[{ basicUser: 'u:v', basicPassword: 'p' }, '"Basic User" has a colon'],
			[{ basicUser: 'u', basicPassword: `${secret} ` }, '"Basic Password" begins or ends'],
			[
				{ methods: ['signature'], signatureScheme: 'github' },
				'"Signing Secret" is empty. Enter this: GitHub’s',
			],
			[
				{ signatureScheme: 'stripe', signingSecret: `sk_live_${secret}` },
				'"Signing Secret" begins with sk_, as Stripe’s secret API keys do, and is no signing secret. Enter this: Stripe’s',
			],
			[{ signingSecret: `SIGNING_SECRET=${secret}` }, 'begins with the name of a variable.'],
			[{ signingSecret: `"${secret}"` }, 'has a quotation mark at its start or end.'],
			[{ headerNames: 'X:Key', headerTokens: secret }, '"Header Names" has a name that no header'],
			[{ furtherSigningSecrets: secret }, '"Signing Secret" is empty. Enter the current secret'],
			[{ signingSecret: `${secret}\n` }, '"Signing Secret" begins or ends with a space'],
			[
				{ signatureScheme: 'standardWebhooks', signingSecret: 'whsec_?' },
				'"Signing Secret": The signing secret after whsec_ is not base64.',
			],
			[{ signingSecret: 'whpk_YQ==' }, 'The public key after whpk_ must be 32 bytes long.'],
			[
				{
					signatureScheme: 'standardWebhooks',
					signingSecret: standard,
					furtherSigningSecrets: `${further} whsec_?`,
				},
				'"Additional Signing Secrets": The signing secret after whsec_ is not base64.',
			],
			[
				{ signatureScheme: 'discord', signingSecret: secret.slice(2) },
				'"Signing Secret": The public key must be 64 hex characters',
			],
			[
				{ signatureScheme: 'uptiq', signingSecret: '{"a": 1}' },
				'not the content of a private key file',
			],
			...[
				[{ signedContent: '{nonce}{body}' }, 'unknown placeholder {nonce}'],
				[{ signedContent: '{{timestamp}}.{{body}}' }, 'placeholders in single braces'],
				[{ signedContent: '{timestamp}' }, 'Signed content does not contain {body}'],
				[{ signedContent: '{timestamp}{body}' }, 'fill in Timestamp Header too'],
				[{ signedContent: '{id}{body}' }, 'fill in ID Header too'],
				[{ timestampHeader: 'X-Time' }, 'add {timestamp} to Signed Content'],
				[{ signatureHeader: 'not a header' }, 'Signature Header "not a header" is not'],
				[{ prefix: 'ä' }, 'Timestamp Prefix may contain only printable ASCII characters.'],
				[
					{
						signedContent: '{timestamp}.{body}',
						timestampHeader: 'X-Timestamp',
						toleranceSeconds: 0,
					},
					'Tolerance must be more than 0 seconds.',
				],
			].map(([fields, message]) => [
				{ signatureScheme: 'custom', signingSecret: secret, ...fields },
				message,
			]),
		],
	},
	agentWebhookOutboundApi: {
		usable: [
			{ signingSecret: secret },
			{
				signatureScheme: 'standardWebhooks',
				signingSecret: standard,
				furtherSigningSecrets: further,
			},
			{ signatureScheme: 'none', authentication: 'bearer', token: secret },
			{ signatureScheme: 'none', authentication: 'urlToken', token: 'a token & more' },
			{ signatureScheme: 'none', authentication: 'basic', user: 'u', password: 'p' },
			{
				signatureScheme: 'none',
				authentication: 'headerToken',
				headerName: 'X-Key',
				token: secret,
			},
		],
		wrong: [
			[{}, '"Signing Secret" is empty. Copy it'],
			[{ signatureScheme: 'none' }, 'The credential neither signs nor authenticates'],
			[{ signatureScheme: 'none', authentication: 'bearer' }, 'field "Token" is empty'],
			[{ signingSecret: secret, authentication: 'basic', password: 'p' }, 'field "User" is empty'],
			[{ signingSecret: secret, authentication: 'basic', user: 'u' }, 'field "Password" is empty'],
			[
				{ signingSecret: secret, authentication: 'basic', user: 'u:', password: 'p' },
				'"User" has a colon',
			],
			[
				{ signingSecret: secret, authentication: 'bearer', token: `Bearer ${secret}` },
				'"Token" contains the word "Bearer".',
			],
			[
				{ signingSecret: secret, authentication: 'bearer', token: ` ${secret}` },
				'"Token" begins or ends with a space',
			],
			[
				{ signingSecret: secret, authentication: 'bearer', token: 'two tokens' },
				'"Token" has a space or another character',
			],
			[
				{ signingSecret: secret, authentication: 'urlToken', token: `?token=${secret}` },
				'"Token" contains "token=".',
			],
			[
				{ signatureScheme: 'standardWebhooks', signingSecret: PUBLIC_KEY },
				'"Signing Secret" is a public key (whpk_)',
			],
			[
				{
					signatureScheme: 'standardWebhooks',
					signingSecret: standard,
					furtherSigningSecrets: 'whsec_?',
				},
				'"Additional Signing Secrets": The signing secret',
			],
		],
	},
	agentWebhookOutboxApi: {
		usable: [
			{ encryptionSecret: secret, outboxName: 'agent_webhook' },
			{ encryptionSecret: secret, outboxName: 'a1', furtherEncryptionSecrets: newSecret() },
		],
		wrong: [
			[{ outboxName: 'a', encryptionSecret: '' }, '"Encryption Key": '],
			[{ outboxName: 'a', encryptionSecret: secret.slice(0, 31) }, 'at least 32 characters'],
			[{ outboxName: 'a', encryptionSecret: `${secret} ` }, '"Encryption Key" begins or ends'],
			[
				{ outboxName: 'a', encryptionSecret: secret, furtherEncryptionSecrets: 'short' },
				'"Additional Encryption Keys": ',
			],
			[
				{ outboxName: 'Not a Name', encryptionSecret: secret },
				'"Not a Name" is not an outbox name',
			],
			[
				{ outboxName: 'a', encryptionSecret: `n8n_api_${secret}` },
				'"Encryption Key" is an API key, and no encryption key. Generate one',
			],
			[
				{ outboxName: 'a', encryptionSecret: secret, n8nApiKey: '={{ $vars.missing }}' },
				'"n8n API Key" is an expression without a value.',
			],
		],
	},
};

const cases = (kind) =>
	Object.entries(TYPES).flatMap(([type, { [kind]: list }]) => list.map((one) => [type, one]));

test.each(cases('usable'))('the credential test passes a usable %s (%#)', async (type, data) => {
	expect(await result(type, data)).toMatchObject({ status: 'OK' });
});

test.each(cases('wrong').map(([type, [data, message]]) => [type, message, data]))(
	'the credential test of %s says: %s',
	async (type, message, data) => {
		const answer = await result(type, data);
		expect(answer).toMatchObject({ status: 'Error', message: expect.stringContaining(message) });
		// It says how to fix it, and contains no secret.
		expect(answer.message).toMatch(/\. [A-Z"]|[:,] (fill|choose|or|put|needs)/);
		for (const one of [secret, standard, further]) expect(answer.message).not.toContain(one);
	},
);

describe('the credential test of agentWebhookOutboxApi with an n8n API key', () => {
	const tested = async (fields) =>
		await result('agentWebhookOutboxApi', {
			encryptionSecret: secret,
			outboxName: 'agent_webhook',
			...fields,
		});

	test.each([
		['at n8n’s public URL', {}],
		['at the URL that is entered', { n8nUrl: `${n8n.base}/` }],
	])('passes if n8n accepts the key %s', async (_, fields) => {
		expect(await tested({ n8nApiKey: n8n.apiKey, ...fields })).toEqual({
			status: 'OK',
			message: 'The key can be used, and n8n accepts the API key',
		});
	});

	test.each([
		['a key that n8n rejects', {}, ['answered with 401', 'n8n rejects the API key']],
		['no n8n', { n8nUrl: 'http://127.0.0.1:9' }, ['could not be reached', '"n8n URL"']],
		['no URL', { n8nUrl: 'localhost:5678' }, ['is not the URL of this n8n', 'http://']],
	])('says what is wrong: %s', async (_, fields, parts) => {
		const answer = await tested({ n8nApiKey: `${secret}x`, ...fields });
		expect(answer.status).toBe('Error');
		for (const part of parts) expect(answer.message).toContain(part);
		expect(answer.message).not.toContain(secret);
	});

	test('says what is wrong: another site', async () => {
		respond = (response) => response.writeHead(404).end('<!doctype html>');
		const answer = await tested({ n8nApiKey: secret, n8nUrl: otherUrl });
		expect(answer.message).toContain('answered with 404. There is no n8n API at this URL.');
	});
});

describe('the credential test of agentWebhookPlatformApi', () => {
	const tested = async (fields) =>
		await result('agentWebhookPlatformApi', { platform: 'agenticflow', apiKey, ...fields });
	const usual = 'For AgenticFlow "Base URL" is usually https://';

	test.each(['', '/'])(
		'passes when the platform accepts the key, with a base URL that ends in %j',
		async (end) => {
			expect(await tested({ baseUrl: api + end })).toEqual({
				status: 'OK',
				message: 'AgenticFlow accepts the API key',
			});
		},
	);

	test('says what is wrong with the API key', async () => {
		for (const [wrong, message] of [
			['wrong', 'AgenticFlow answered with 401: '],
			['', '"API Key" is empty.'],
			[`Bearer ${apiKey}`, '"API Key" contains the word "Bearer".'],
			[`${apiKey}\n`, '"API Key" begins or ends with a space'],
		]) {
			const answer = await tested({ baseUrl: api, apiKey: wrong });
			expect(answer).toMatchObject({ status: 'Error', message: expect.stringContaining(message) });
			expect(answer.message).not.toContain(apiKey);
		}
	});

	test.each([
		['api.example.com', ['not a URL that begins with https://', usual]],
		['http://127.0.0.1:9', ['http://127.0.0.1:9 could not be reached', 'ECONNREFUSED', usual]],
		['https://nowhere.invalid', ['https://nowhere.invalid could not be reached', usual]],
	])('says what is wrong with the base URL %s', async (baseUrl, parts) => {
		const { message, status } = await tested({ baseUrl });
		expect(status).toBe('Error');
		for (const part of parts) expect(message).toContain(part);
	});

	const reply =
		(status, body = '', headers = {}) =>
		(response) =>
			response.writeHead(status, headers).end(body);
	const SITE = '<!doctype html><title>A site</title>';
	test.each([
		['a site', reply(200, SITE, { 'content-type': 'text/html' }), ['not AgenticFlow’s API', usual]],
		['another API', reply(200, '{"webhooks": 1}'), ['not AgenticFlow’s API', usual]],
		['nothing there', reply(404, SITE), ['answered with 404', usual]],
		[
			'a redirect',
			reply(302, '', { location: 'https://example.com/login' }),
			['answered with 302', usual],
		],
		['a key without the right', reply(403), ['answered with 403', 'Grant it that permission']],
		['a limit', reply(429), ['answered with 429', 'Try again later']],
		[
			'a failure',
			reply(500, '{"error": {"message": "Broken"}}'),
			['answered with 500: Broken', 'ask the platform’s support'],
		],
	])('and says what it found there: %s', async (_, answer, parts) => {
		respond = answer;
		const { message, status } = await tested({ baseUrl: otherUrl });
		expect(status).toBe('Error');
		for (const part of parts) expect(message).toContain(part);
		expect(message).not.toContain(apiKey);
	});
});
