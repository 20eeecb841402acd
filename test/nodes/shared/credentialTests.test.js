/** What the editor says about credentials; a real n8n asks in test/e2e/credentialTests.test.js. */
const { execFileSync } = require('node:child_process');
const { generateKeyPairSync } = require('node:crypto');
const fs = require('node:fs');

const { describeSigningSecret, getPlatform, PLATFORMS } = require('../../../build/core/platforms');
const { credentialTest } = require('../../../build/nodes/shared/credentialTests');
const { authenticateRequest } = require('../../../build/core/credentials/outbound');

const { makeCertificate, makeSigned } = require('../../harness/certificate');
const { chooseShownFields } = require('../../harness/credentials');

const runTest = async (name, type, fields) =>
	await credentialTest[name].call(
		{},
		{ id: '1', name: 'n', type, data: chooseShownFields(type, fields) },
	);
const inbound = async (fields) =>
	await runTest('inboundCredentialTest', 'agentWebhookInboundApi', fields);
const outbound = async (fields) =>
	await runTest('outboundCredentialTest', 'agentWebhookOutboundApi', fields);

const SECRET = 'wh_s3cr3t_1234567890';

describe('the test of a Receiving credential', () => {
	test.each([
		[{ bearerTokens: `${SECRET}\u200b` }, '"Bearer Tokens" has an invisible character'],
		[{ bearerTokens: `${SECRET}\u{1f600}` }, '"Bearer Tokens" has a character that is not ASCII'],
		[{ bearerTokens: 'caf\u00e9' }, '"Bearer Tokens" has a character that is not ASCII'],
		[{ urlTokens: `${SECRET}\u200b` }, '"URL Tokens" has an invisible character'],
		[{ basicUser: 'a:b', basicPassword: 'p' }, '"Basic User" has a colon'],
		[{ basicUser: 'a\n', basicPassword: 'p' }, '"Basic User" has a line break'],
		[{ basicUser: 'a', basicPassword: 'p\u0007' }, '"Basic Password" has a control character'],
		[
			{ signatureScheme: 'discord', signingSecret: '0'.repeat(64) },
			'The public key is a placeholder',
		],
		[
			{ signatureScheme: 'discord', signingSecret: 'f'.repeat(64) },
			'does not belong to any private key',
		],
		[{ signingSecret: 'whsec_###' }, 'The signing secret after whsec_ is not base64'],
		[{ signingSecret: 'v1,whsec_' }, 'The signing secret after whsec_ is not base64'],
		[{ signingSecret: '{"a": "x", "b": "y"}' }, 'a private key file with one key'],
		[
			{ signingSecret: '{"privateKey": "x", "privateKey": "y"}' },
			'a private key file with one key',
		],
		[
			{ signatureScheme: 'uptiq', signingSecret: '{"a": "x", "b": "y"}' },
			'a private key file with one key',
		],
		[
			{
				signatureScheme: 'standardWebhooks',
				signingSecret: 'whsec_AAECAwQFBgcICQoLDA0ODw',
				furtherSigningSecrets: 'v1,whsec_?',
			},
			'"Additional Signing Secrets": The signing secret after whsec_ is not base64.',
		],
		...[
			['{{ $json.secret }}', 'is an expression'],
			['={{ $vars.password }}', 'is an expression'],
			['\u2022\u2022\u2022\u2022\u2022\u2022', 'is masked'],
			[' abc', 'begins or ends with a space'],
			['ab\u200bc', 'has an invisible character at position 3'],
			['ab\u00a0c', 'has an invisible character at position 3'],
			['abc\\n', 'contains \\n'],
		].flatMap(([text, message]) => [
			[{ basicUser: 'u', basicPassword: text }, `"Basic Password" ${message}`],
			[{ basicUser: text, basicPassword: 'p' }, `"Basic User" ${message}`],
		]),
		[{ signingSecret: 'whsec_YWJj' }, '"Signing Secret" has only 4 characters after whsec_'],
		[
			{ signingSecret: SECRET, furtherSigningSecrets: 'whsec_not base64!' },
			'"Additional Signing Secrets" has a secret, between spaces, that has only 3 characters',
		],
		[
			{ signatureScheme: 'standardWebhooks', signingSecret: 'ab'.repeat(24) },
			'"Signing Secret" does not begin with whsec_, as secrets of Standard Webhooks do.',
		],
		[
			{ signatureScheme: 'discord', signingSecret: 'ab' },
			'"Signing Secret": The public key must be 64 hex characters',
		],
		[
			{ signatureScheme: 'standardWebhooks', signingSecret: 'whsec_!!!!!!!!!!!!!!!!' },
			'"Signing Secret": The signing secret after whsec_ is not base64. Copy all of it again, without spaces or quotes, or generate one: echo',
		],
		[{ methods: [] }, 'Every method is turned off. Turn on'],
		[{ methods: ['bearer'], signingSecret: SECRET }, '"Bearer Tokens" is empty. Enter'],
		[{ methods: ['signature'], bearerTokens: SECRET }, '"Signing Secret" is empty. Copy'],
		[{ methods: ['basic'], basicUser: 'u' }, '"Basic Password" is empty.'],
		[{ headerNames: '', headerTokens: SECRET }, '"Header Names" is empty.'],
		[{ headerNames: 'X Key: a', headerTokens: SECRET }, '"Header Names" has a name that no'],
		[{ headerNames: 'X-Key', headerTokens: 'short' }, '"Header Tokens" has only 5 characters'],
		[{ bearerTokens: '$TOKEN' }, '"Bearer Tokens" is the name of a variable.'],
		[{ urlTokens: '{{ $vars.token }}' }, '"URL Tokens" is an expression'],
	])('says what is wrong with %j', async (data, message) => {
		expect(await inbound(data)).toMatchObject({
			status: 'Error',
			message: expect.stringContaining(message),
		});
		expect((await inbound(data)).message).not.toContain('s3cr3t');
	});

	test.each([
		{ basicUser: 'jörg', basicPassword: 'pä:ss \u{1f600}' },
		{ signatureScheme: 'standardWebhooks', signingSecret: 'v1,whsec_AAECAwQFBgcICQoLDA0ODw==' },
		{ signatureScheme: 'standardWebhooks', signingSecret: 'whsec_AAECAwQFBgcICQoLDA0ODw' },
		{ signingSecret: '{\n  "privateKey": "0123456789abcdef"\n}\n' },
		{
			headerNames: 'X-Key, X-Old-Key',
			headerPrefix: 'Token',
			headerTokens: `${SECRET} ${SECRET}2`,
		},
		{ methods: ['bearer'], bearerTokens: SECRET, signingSecret: 'hidden' },
		// A person chooses a password.
		...['test', 'my secret: no. 1', '"quoted"', '$HOME', 'https://x', 'your-key'].map(
			(basicPassword) => ({ basicUser: 'u', basicPassword }),
		),
	])('passes %j', async (data) => {
		expect(await inbound(data)).toMatchObject({ status: 'OK' });
	});
});

const UNSENDABLE = [
	[{ authentication: 'bearer', token: `${SECRET}\nX-Admin: 1` }, '"Token" has a '],
	[{ authentication: 'bearer', token: `${SECRET}\u200b` }, '"Token" has an invisible character'],
	[
		{ authentication: 'bearer', token: `${SECRET}\u{1f600}` },
		'"Token" has a character that is not',
	],
	[{ authentication: 'urlToken', token: `${SECRET}\n1` }, '"Token" has a line break'],
	[{ authentication: 'urlToken', token: `${SECRET}\u200b` }, '"Token" has an invisible character'],
	[{ authentication: 'headerToken', headerName: 'X-Key', token: `${SECRET}\n` }, '"Token" '],
	[{ authentication: 'headerToken', headerName: 'X Key', token: SECRET }, '"Header Name": '],
	[{ authentication: 'headerToken', headerName: 'Host', token: SECRET }, '"Header Name": n8n sets'],
	[{ authentication: 'basic', user: 'a:b', password: 'p' }, '"User" has a colon'],
	[{ authentication: 'basic', user: 'a\r', password: 'p' }, '"User" has a line break'],
	[{ authentication: 'basic', user: 'a', password: 'p\u0000' }, '"Password" has a control'],
].map(([fields, message]) => [{ signatureScheme: 'none', ...fields }, message]);

describe('a Sending credential with what no header can carry', () => {
	test.each(UNSENDABLE)('is reported by its test: %j', async (data, message) => {
		expect(await outbound(data)).toMatchObject({
			status: 'Error',
			message: expect.stringContaining(message),
		});
		expect((await outbound(data)).message).not.toContain('s3cr3t');
	});

	test.each(UNSENDABLE)('sends nothing: %j', (data, message) => {
		const request = { body: Buffer.from('{}'), id: 'msg_1', nowMs: 0 };
		expect(() => authenticateRequest(data, request)).toThrow(
			expect.objectContaining({
				name: 'InvalidHeaderValueError',
				message: expect.stringContaining(message),
			}),
		);
	});

	test('is usable with UTF-8 in Basic credentials, and with spaces in a URL token', async () => {
		for (const fields of [
			{ authentication: 'basic', user: 'jörg', password: 'pä:ss \u{1f600}' },
			{ authentication: 'urlToken', token: 'a token & more' },
			{ authentication: 'headerToken', headerName: 'X-API-Key', token: 'Token with a prefix' },
		]) {
			const data = { signatureScheme: 'none', ...fields };
			expect(await outbound(data)).toMatchObject({ status: 'OK' });
			expect(() =>
				authenticateRequest(data, { body: Buffer.from('{}'), id: 'msg_1', nowMs: 0 }),
			).not.toThrow();
		}
	});
});

const OAUTH2 = {
	signatureScheme: 'none',
	authentication: 'oauth2',
	tokenUrl: 'https://auth.example.com/token',
	clientId: 'n8n',
	clientSecret: 'client-s3cr3t',
};
const AWS = {
	signatureScheme: 'none',
	authentication: 'awsSigV4',
	accessKeyId: 'AKIDEXAMPLE',
	secretAccessKey: 'aws-s3cr3t',
	region: 'eu-central-1',
	service: 'lambda',
};

describe('a Sending credential for an OAuth2 server, AWS or mutual TLS', () => {
	test.each([OAUTH2, AWS, { ...AWS, sessionToken: 'session/+==' }])(
		'is usable: %j',
		async (data) => {
			expect(await outbound(data)).toMatchObject({ status: 'OK' });
		},
	);

	test.each([
		[{ ...OAUTH2, tokenUrl: '' }, '"Token URL" is empty'],
		[{ ...OAUTH2, tokenUrl: 'auth.example.com' }, 'The token URL is not a URL'],
		[{ ...OAUTH2, clientSecret: 'client-s3cr3t\n' }, '"Client Secret" '],
		[{ ...AWS, region: 'Frankfurt' }, '"Region" can have only lowercase'],
		[{ ...AWS, service: '' }, '"Service" is empty'],
		[{ ...AWS, secretAccessKey: 'aws-s3cr3t ' }, '"Secret Access Key" '],
		[
			{ signatureScheme: 'none', protection: 'authenticated', authentication: 'none' },
			'neither signs nor authenticates',
		],
		[
			{ ...OAUTH2, useClientTls: true, clientCertificate: 'no certificate', clientKey: 'no key' },
			'"Client Certificate" has no readable certificate',
		],
	])('is reported by its test: %j', async (data, message) => {
		const result = await outbound(data);
		expect(result).toMatchObject({
			status: 'Error',
			message: expect.stringContaining(message),
		});
		expect(result.message).not.toContain('s3cr3t');
	});

	test('is reported by its test if the client certificate has expired', async () => {
		const authority = await makeCertificate('test-authority');
		const client = await makeSigned(authority, { name: 'test-client', days: -1 });
		const read = (file) => fs.readFileSync(file, 'utf8');
		const tls = { clientCertificate: read(client.cert), clientKey: read(client.key) };
		expect(await outbound({ ...OAUTH2, useClientTls: true, ...tls })).toMatchObject({
			status: 'Error',
			message: expect.stringContaining('"Client Certificate" expired at '),
		});
	});
});

/** What people copy, with the beginning of the answer; `%` is a right secret. */
const COPIES = [
	['sk_live_51H8xyzabcdefghijkl', 'begins with sk_, as Stripe’s secret API keys'],
	['rk_test_51H8xyzabcdefghijkl', 'begins with rk_, as Stripe’s restricted API keys'],
	[
		'pk_live_51H8xyzabcdefghijkl',
		'begins with pk_, as Paystack’s public keys and Stripe’s publishable API keys',
	],
	['we_1H8xyzabcdefghijklmnopqr', 'begins with we_, as Stripe’s IDs of webhook endpoints'],
	['shpat_0123456789abcdef0123456789abcdef', 'begins with shpat_, as Shopify’s access tokens'],
	[
		'ghp_0123456789abcdef0123456789abcdef0123',
		'begins with ghp_, as GitHub’s personal access tokens',
	],
	[
		'github_pat_0123456789abcdef0123456789',
		'begins with github_pat_, as GitHub’s personal access tokens',
	],
	['xoxb-0123456789-0123456789-abcdef', 'begins with xoxb-, as Slack’s bot tokens'],
	['xapp-1-A0123-0123456789-abcdef', 'begins with xapp-, as Slack’s app-level tokens'],
	['pat-na1-01234567-89ab-cdef-0123-456789abcdef', 'begins with pat-, as HubSpot’s'],
	['lin_api_0123456789abcdef0123456789abcdef', 'begins with lin_api_, as Linear’s API keys'],
	['AC0123456789abcdef0123456789abcdef', 'begins with AC, as Twilio’s Account SIDs'],
	['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc_-123', 'is a JSON Web Token'],
	['n8n_api_0123456789abcdef0123456789', 'is an API key'],
	['https://hooks.slack.com/services/T0/B0/abc', 'is a URL'],
	['"%"', 'has a quotation mark'],
	["'%'", 'has a quotation mark'],
	['`%`', 'has a quotation mark'],
	['\u201c%\u201d', 'has a quotation mark'],
	['SIGNING_SECRET=%', 'begins with the name of a variable'],
	['export STRIPE_WEBHOOK_SECRET="%"', 'begins with the name of a variable'],
	['signingSecret: %', 'begins with its name'],
	['"secret": "%"', 'begins with its name'],
	['Authorization: Bearer %', 'begins with parts of an Authorization header'],
	['Bearer %', 'begins with parts of an Authorization header'],
	['{{ $env.SECRET }}', 'is an expression that n8n does not evaluate here'],
	['={{ $vars.secret }}', 'is an expression'],
	['$SIGNING_SECRET', 'is the name of a variable'],
	['${SIGNING_SECRET}', 'is the name of a variable'],
	['process.env.SIGNING_SECRET', 'is the name of a variable'],
	['%\\n', 'contains \\n, \\r or \\t as text'],
	['%\n', 'begins or ends with a space or a line break'],
	[' %', 'begins or ends with a space or a line break'],
	['0123456789\n0123456789abcdef', 'has a line break in it'],
	['\ufeff%', 'has an invisible character at position 1'],
	['\u200b%', 'has an invisible character at position 1'],
	['%\u00a0', 'has an invisible character at position'],
	['whsec_\u2022\u2022\u2022\u2022\u2022\u2022\u2022\u2022', 'is masked'],
	['sha1****************abcd', 'is masked'],
	['whsec_...', 'is a placeholder'],
	['<your signing secret>', 'is a placeholder'],
	['YOUR_WEBHOOK_SECRET', 'is a placeholder'],
	['0123456789abcde', 'has only 15 characters, so it can be guessed'],
	['whsec_0123456789abcde', 'has only 15 characters after whsec_, so it can be guessed'],
];

describe('what people copy in place of a signing secret', () => {
	const OK = { status: 'OK', message: 'The secrets can be used' };
	const right = '6f1b0a2c9d3e4f5061728394a5b6c7d8';

	test.each(COPIES)('%j is told apart in both directions', async (copy, message) => {
		const signingSecret = copy.replace('%', right);
		// White space separates additional secrets.
		const furtherSigningSecrets = signingSecret.trim();
		for (const answer of [
			await inbound({ signingSecret }),
			...(furtherSigningSecrets === right
				? []
				: [await inbound({ signingSecret: right, furtherSigningSecrets })]),
			await outbound({ signingSecret }),
		]) {
			expect(answer.status).toBe('Error');
			expect(answer.message).not.toContain(right);
		}
		expect((await inbound({ signingSecret })).message).toContain(`"Signing Secret" ${message}`);
	});

	describe('is a key', () => {
		const generate = (type, options) =>
			generateKeyPairSync(type, {
				...options,
				publicKeyEncoding: { type: 'spki', format: 'pem' },
				privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
			});
		const p256 = generate('ec', { namedCurve: 'P-256' });
		const rsa = generate('rsa', { modulusLength: 2048 });
		const custom = {
			signatureScheme: 'custom',
			signaturePlace: 'header',
			signatureHeader: 'X-Signature',
			algorithm: 'ecdsa-p256',
			encoding: 'base64',
			signedContent: '{body}',
		};

		test('and passes if the scheme verifies with it, on several lines or on one', async () => {
			for (const signingSecret of [p256.publicKey, p256.publicKey.replace(/\n/g, '\\n')]) {
				expect(await inbound({ ...custom, signingSecret })).toEqual(OK);
				expect(await inbound({ signingSecret })).toEqual(OK);
			}
			const furtherSigningSecrets = `${p256.publicKey} ${p256.publicKey}`;
			const signingSecret = p256.publicKey;
			expect(await inbound({ ...custom, signingSecret, furtherSigningSecrets })).toMatchObject({
				status: 'OK',
			});
		});

		test.each([
			[
				'a public key',
				{ signatureScheme: 'stripe' },
				p256.publicKey,
				'is a key or certificate in PEM',
			],
			['a private key', custom, p256.privateKey, 'This is a private key'],
			['a private key in no scheme', {}, p256.privateKey, 'This is a private key'],
			[
				'a key for another algorithm',
				custom,
				rsa.publicKey,
				'The key is for RSA, and the scheme is signed with ECDSA P-256',
			],
			['half a key', custom, p256.publicKey.slice(0, 80), 'The public key is not complete'],
			['masked', custom, '••••••••••••••••', 'is masked'],
		])('and is told apart: %s', async (_name, fields, signingSecret, message) => {
			const answer = await inbound({ ...fields, signingSecret });
			expect(answer.status).toBe('Error');
			expect(answer.message).toContain(message);
			expect(answer.message).not.toContain(signingSecret.split('\n')[1] ?? '••••••');
		});
	});

	test.each(['stripe', 'slack', 'shopify', 'hubspot', 'twilio'])(
		'an answer for %s says where the right one is',
		async (signatureScheme) => {
			const { name, secretFacts } = getPlatform(signatureScheme);
			const [{ length = 34, prefix }] = secretFacts.others;
			const { message } = await inbound({
				signatureScheme,
				signingSecret: prefix.padEnd(length, '0123456789abcdef'),
			});
			expect(message).toContain(`begins with ${prefix}, as ${name}’s`);
			expect(message).toContain(
				`Enter this: ${describeSigningSecret(getPlatform(signatureScheme))}`,
			);
		},
	);

	test('Stripe’s secrets begin with whsec_, and Linear’s are not Shopify’s', async () => {
		expect((await inbound({ signatureScheme: 'stripe', signingSecret: right })).message).toContain(
			'does not begin with whsec_, as Stripe’s signing secrets do',
		);
		const linear = `lin_wh_${right}`;
		expect(await inbound({ signatureScheme: 'linear', signingSecret: linear })).toMatchObject({
			status: 'OK',
		});
		expect(
			(await inbound({ signatureScheme: 'shopify', signingSecret: linear })).message,
		).toContain('is a signing secret of Linear, and not of Shopify');
	});

	test('an empty or short secret comes with a command that generates a right one', async () => {
		for (const [signatureScheme, command] of [
			['standardWebhooks', 'echo "whsec_$(openssl rand -base64 32)"'],
			['github', 'openssl rand -hex 32'],
			['agenticflow', 'openssl rand -hex 32'],
		]) {
			const { message } = await inbound({ methods: ['signature'], signatureScheme });
			expect(message).toContain(command);
			const generated = execFileSync('bash', ['-c', command], { encoding: 'utf8' }).trim();
			expect(await inbound({ signatureScheme, signingSecret: generated })).toMatchObject({
				status: 'OK',
			});
		}
		expect(
			(await inbound({ methods: ['signature'], signatureScheme: 'stripe' })).message,
		).not.toContain('openssl');
	});

	const PUBLIC_KEYS = {
		ed25519: 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
		...Object.fromEntries(
			[
				['ecdsa-p256', 'ec', { namedCurve: 'P-256' }],
				['rsa-sha256', 'rsa', { modulusLength: 2048 }],
			].map(([algorithm, type, options]) => [
				algorithm,
				generateKeyPairSync(type, options)
					.publicKey.export({ type: 'spki', format: 'der' })
					.toString('base64'),
			]),
		),
	};

	test('a secret of every platform’s own kind passes', async () => {
		for (const { id, scheme, secretFacts, section } of PLATFORMS) {
			if (scheme?.forms === undefined) continue;
			const samples = {
				text: [
					right,
					`shpss_${right}`,
					'01234567-89ab-cdef-0123-456789abcdef',
					'a9B/+=x0123456789',
				],
				standardWebhooks: [`${secretFacts?.prefix ?? 'whsec_'}MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw`],
				keyFile: [right, `{"privateKey": "${right}"}`],
				hex: [right],
				base64: [Buffer.from(right).toString('base64')],
				publicKey: [PUBLIC_KEYS[scheme.forms?.[0].algorithm]],
			};
			const [first] = samples[scheme.secretFormat];
			const { prefix } = secretFacts ?? {};
			const own =
				prefix && scheme.secretFormat === 'text'
					? [`${prefix}${right}`]
					: samples[scheme.secretFormat];
			for (const signingSecret of section === 'provider' && id !== 'shopify'
				? [own[0] ?? first]
				: own) {
				if (signingSecret.startsWith('shpss_') && id !== 'shopify') continue;
				expect([id, await inbound({ signatureScheme: id, signingSecret })]).toEqual([
					id,
					expect.objectContaining({ status: 'OK' }),
				]);
			}
		}
	});
});

describe('the test of a Platform Account credential for a server that speaks Svix’s API', () => {
	const ask = async (fields, reply = { statusCode: 200, body: '{"data":[],"done":true}' }) => {
		const requests = [];
		const request = async (options) => {
			requests.push(options);
			return reply;
		};
		const data = {
			platform: 'standardWebhooks',
			baseUrl: 'https://n8n.example/webhook/x/svix/api/v1/',
			applicationId: 'acme 1',
			apiKey: 'agw_0123456789abcdef',
			...fields,
		};
		const type = 'agentWebhookPlatformApi';
		const result = await credentialTest.platformCredentialTest.call(
			{ helpers: { request } },
			{ id: '1', name: 'n', type, data },
		);
		return { ...result, requests };
	};

	test('lists the application’s endpoints with the key', async () => {
		const { requests, status } = await ask({});
		expect(status).toBe('OK');
		expect(requests).toMatchObject([
			{
				uri: 'https://n8n.example/webhook/x/svix/api/v1/app/acme%201/endpoint?limit=1',
				headers: { Authorization: 'Bearer agw_0123456789abcdef' },
			},
		]);
	});

	test.each([
		[async () => ({ statusCode: 302, body: '{}' })],
		[async () => await Promise.reject(new Error('connect'))],
	])(
		'repeats no password in the URL of a server that does not answer as it should (%#)',
		async (answer) => {
			const baseUrl = 'https://owner:pa55word@n8n.example/webhook';
			const { message } = await ask({ baseUrl }, answer());
			expect(message).toContain('https://n8n.example/webhook');
			expect(message).not.toMatch(/owner|pa55word/);
		},
	);

	test.each([
		[{ applicationId: ' ' }, undefined, '"Application ID" is empty. Fill it in.'],
		[{ baseUrl: 'n8n.example' }, undefined, '"Base URL" is not a URL'],
		[{}, { statusCode: 404, body: '{"detail":"Entity not found"}' }, 'Check "Base URL", without'],
		[{}, { statusCode: 401, body: '{"detail":"Invalid key"}' }, '401: Invalid key. The API key is'],
		[{}, { statusCode: 200, body: '<html>' }, 'is not Standard Webhooks’s API'],
	])('says what is wrong (%#)', async (fields, reply, message) => {
		const result = await ask(fields, reply);
		expect(result).toMatchObject({ status: 'Error', message: expect.stringContaining(message) });
	});
});

describe('a copy mistake in any other secret', () => {
	const outbox = async (fields) =>
		await runTest('outboxCredentialTest', 'agentWebhookOutboxApi', {
			encryptionSecret: 'a'.repeat(32),
			outboxName: 'a',
			...fields,
		});
	const account = async (apiKey) =>
		await runTest('platformCredentialTest', 'agentWebhookPlatformApi', {
			platform: 'agenticflow',
			baseUrl: 'https://example.com',
			apiKey,
		});
	const send = async (fields) => await outbound({ signatureScheme: 'none', ...fields });
	const TOKEN_FIELDS = [
		['Token', async (token) => await send({ authentication: 'bearer', token })],
		['Token', async (token) => await send({ authentication: 'urlToken', token })],
		[
			'Token',
			async (token) => await send({ authentication: 'headerToken', headerName: 'X-Key', token }),
		],
		['n8n API Key', async (n8nApiKey) => await outbox({ n8nApiKey })],
		['API Key', account],
		['Encryption Key', async (encryptionSecret) => await outbox({ encryptionSecret })],
		[
			'Additional Encryption Keys',
			async (furtherEncryptionSecrets) => await outbox({ furtherEncryptionSecrets }),
		],
	];
	const SAID = [
		['{{ $json.x }}', 'is an expression that n8n does not evaluate here.'],
		['\u2022'.repeat(12), 'is masked with dots or asterisks.'],
		[`SECRET: ${SECRET}`, 'begins with its name.'],
		[`export MY_TOKEN=${SECRET}`, 'begins with the name of a variable.'],
	];

	test.each(TOKEN_FIELDS)('is told in %s as in a signing secret (%#)', async (label, test) => {
		for (const [text, message] of SAID) {
			expect((await test(text)).message).toContain(`"${label}" ${message}`);
		}
	});

	test.each(['User', 'Password'])('is told in %s', async (label) => {
		for (const [text, message] of SAID.slice(0, 2)) {
			const { message: said } = await send({
				authentication: 'basic',
				user: 'u',
				password: 'p',
				[label.toLowerCase()]: text,
			});
			expect(said).toContain(`"${label}" ${message}`);
		}
	});

	test('is an API key as the key of the outbox, or an expression without a value as API key', async () => {
		for (const key of ['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc_-123', `n8n_api_${SECRET}`]) {
			const message = /^"Encryption Key" is .*and no encryption key\. Generate one: openssl/;
			expect((await outbox({ encryptionSecret: key })).message).toMatch(message);
		}
		expect((await outbox({ n8nApiKey: undefined })).message).toContain(
			'"n8n API Key" is an expression without a value.',
		);
		expect(await outbox({ n8nApiKey: '' })).toMatchObject({ status: 'OK' });
	});
});
