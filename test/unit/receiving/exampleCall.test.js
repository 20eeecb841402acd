const { execFileSync } = require('node:child_process');

const { PLATFORMS, listRequestKinds } = require('../../../build/core/platforms');
const { buildExampleCall } = require('../../../build/core/receiving/exampleCall');
const { receiveRequest } = require('../../../build/core/receiving/receive');
const { canSign } = require('../../../build/core/signing/schemeFacts');

const URL = 'https://n8n.example.com/webhook-test/webhooks/events/orders';
const TOKEN = 'a-token-with-32-characters-in-it';
const SECRET = Buffer.from('a secret of thirty-two bytes, yes').toString('base64');

/** Each kind of request, with the scheme that its example signs in. */
const KINDS = PLATFORMS.flatMap((platform) =>
	listRequestKinds(platform)
		.filter(({ management }) => management === undefined)
		.map((kind) => [platform.id, kind.id, platform, kind]),
);
const SIGNED = KINDS.filter(([, , { formBodies, scheme }, kind]) =>
	buildExampleCall(kind, scheme, formBodies) === undefined ? false : scheme !== undefined,
);

/** Secrets in each format, as a person fills them in. */
const SECRETS = {
	text: `whsec_${SECRET}`,
	keyFile: `whsec_${SECRET}`,
	standardWebhooks: `whsec_${SECRET}`,
	base64: SECRET,
	hex: Buffer.from(SECRET).toString('hex'),
};

const getSecret = ({ scheme }) => SECRETS[scheme?.secretFormat ?? 'text'];

/** Runs commands in a POSIX shell in which curl only shows its arguments. */
function runCommands(lines, secret) {
	const script = lines
		.join('\n')
		.replace('THE_URL', URL)
		.replace('YOUR_SECRET', secret)
		.replace('YOUR_TOKEN', TOKEN);
	const curl = 'curl() { printf \'%s\\n\' "$@"; }\n';
	const shown = execFileSync('sh', ['-c', curl + script], { encoding: 'utf8' }).split('\n');
	const [url, , body, ...options] = shown;
	const headers = options
		.filter((option) => option.includes(': '))
		.map((header) => header.split(': '))
		.map(([name, value]) => [name.toLowerCase(), value]);
	return { url, body, headers: Object.fromEntries(headers) };
}

/** Receives the request of an example, as the trigger does. */
async function receiveExample(platform, kind, lines, methods) {
	const { url, body, headers } = runCommands(lines, getSecret(platform));
	return await receiveRequest(
		{
			kind,
			method: 'POST',
			bodySchema: kind.request?.schema,
			validatesEvents: true,
			httpsOnly: platform.httpsOnly,
			methods,
			mode: 'all',
			loadSecrets: async () => ({
				urlTokens: [],
				bearerTokens: [TOKEN],
				basic: { user: '', password: '' },
				signature: { scheme: platform.scheme, secrets: [getSecret(platform)] },
			}),
			maxBodyBytes: 1_048_576,
			formBodies: platform.formBodies,
			handshakes: platform.handshakes ?? [],
			eventTypes: [],
			duplicateKey: kind.events?.duplicateKey ?? [],
		},
		{
			method: 'POST',
			secure: true,
			address: '192.0.2.1',
			query: {},
			headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
			readBody: async () => Buffer.from(body),
			url: () => url,
			nowMs: Date.now(),
		},
	);
}

describe('the example call', () => {
	test.each(SIGNED)(
		'for %s, %s, passes the check of its signature',
		async (_id, _kind, platform, kind) => {
			const lines = buildExampleCall(kind, platform.scheme);
			expect(await receiveExample(platform, kind, lines, ['signature'])).toMatchObject({
				result: 'accepted',
			});
		},
	);

	test.each(KINDS)('for %s, %s, passes with a token', async (_id, _kind, platform, kind) => {
		const lines = buildExampleCall(kind, undefined);
		expect(await receiveExample(platform, kind, lines, ['bearer'])).toMatchObject({
			result: 'accepted',
		});
	});

	test('has a signature that depends on the secret', async () => {
		const [, , platform, kind] = SIGNED.find(([id]) => id === 'stripe');
		const lines = buildExampleCall(kind, platform.scheme).map((line) =>
			line.replace('YOUR_SECRET', 'another'),
		);
		expect(await receiveExample(platform, kind, lines, ['signature'])).toMatchObject({
			result: 'rejected',
		});
	});

	test('is missing only for a platform that alone can sign, or whose forms or signed fields are JSON', () => {
		const missing = KINDS.filter(
			([, , { formBodies, scheme }, kind]) =>
				scheme?.forms && !buildExampleCall(kind, scheme, formBodies),
		);
		expect(missing.map(([id]) => id)).toContain('discord');
		for (const [id, , { formBodies, scheme }] of missing) {
			const readsJson =
				formBodies?.isJsonFieldRequired === true || scheme.content.includes('{body:');
			expect([id, canSign(scheme) && !readsJson]).toEqual([id, false]);
		}
	});

	describe('for a scheme of its own', () => {
		const github = PLATFORMS.find(({ id }) => id === 'github');
		const [kind] = listRequestKinds(github);
		const base = {
			name: 'test',
			signatureHeader: 'X-Signature',
			forms: [{ prefix: 'v1=', algorithm: 'hmac-sha256', encoding: 'hex' }],
			content: '{body}',
			secretFormat: 'text',
		};
		const { signatureHeader: _, ...elsewhere } = base;
		const time = { unit: 's', toleranceSeconds: 300 };

		test.each([
			[
				'a time and a signature by position',
				{
					separator: ',',
					signaturePosition: 2,
					timestamp: { ...time, signaturePosition: 1 },
					content: '{timestamp}.{body}',
				},
			],
			[
				'an ISO time in a header',
				{
					timestamp: { ...time, header: 'X-Time', unit: 'iso' },
					content: '{timestamp}.{body}',
				},
			],
			['digests', { content: '{sha256-hex:body}:{sha512-base64:body}:{sha256-base64url:body}' }],
			['method and path', { content: '{method} {path} {sha256-hex:body}' }],
			['the URL', { content: '{url}|{body}' }],
			[
				'the headers of the ID and the time',
				{
					idHeader: 'X-ID',
					timestamp: { ...time, header: 'X-Time' },
					content: '{header:x-id}.{header:x-time}.{body}',
				},
			],
			['signs that the shell reads', { content: '"$HOME`id`\\{body}' }],
			['a secret in hex', { secretFormat: 'hex' }],
			['a secret in base64', { secretFormat: 'base64' }],
			[
				'SHA-384 in URL-safe base64',
				{
					forms: [{ prefix: '', algorithm: 'hmac-sha384', encoding: 'base64url' }],
				},
			],
		])('with %s passes the check of its signature', async (_name, change) => {
			const platform = { ...github, scheme: { ...base, ...change } };
			const lines = buildExampleCall(kind, platform.scheme);
			expect(await receiveExample(platform, kind, lines, ['signature'])).toMatchObject({
				result: 'accepted',
			});
		});

		test('with signature and time in the URL passes the check of its signature', async () => {
			const scheme = {
				...elsewhere,
				signatureParameter: 'signature',
				timestamp: { ...time, parameter: 't' },
				content: '{timestamp}.{body}',
			};
			const platform = { ...github, scheme };
			const lines = buildExampleCall(kind, scheme);
			expect(await receiveExample(platform, kind, lines, ['signature'])).toMatchObject({
				result: 'accepted',
			});
		});

		test.each([
			['a signature in the body', { ...elsewhere, signatureField: 'signature' }],
			[
				'base64 in the URL',
				{
					...elsewhere,
					signatureParameter: 's',
					forms: [{ prefix: '', algorithm: 'hmac-sha256', encoding: 'base64' }],
				},
			],
			['a header that is not known', { ...base, content: '{header:X-Other}.{body}' }],
			['a URL parameter', { ...base, content: '{query:page}.{body}' }],
			['a field of the body', { ...base, content: '{body:id}' }],
			['lines', { ...base, content: 'a\n{body}' }],
			[
				'a public key',
				{
					...base,
					secretFormat: 'publicKey',
					forms: [{ prefix: '', algorithm: 'ecdsa-p256', encoding: 'base64' }],
				},
			],
		])('with %s is missing', (_name, scheme) => {
			expect(buildExampleCall(kind, scheme)).toBe(undefined);
		});
	});

	test('is a new event each second', () => {
		const [, , platform, kind] = SIGNED.find(([id]) => id === 'github');
		expect(buildExampleCall(kind, platform.scheme).join('\n')).toContain("'$now'");
	});
});
