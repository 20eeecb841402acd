/** Requests that a Sending credential signs with their URL, or in it. */
const { createHmac, createHash } = require('node:crypto');

const { authenticateRequest } = require('../../../build/core/credentials/outbound');
const {
	checkSigningFields,
	parseSigningFields,
	resolveScheme,
} = require('../../../build/core/credentials/signingFields');
const { createSigner } = require('../../../build/core/signing/sign');
const { verifyRequest } = require('../../../build/core/signing/verify');
const {
	AgentWebhookOutboundApi,
} = require('../../../build/credentials/AgentWebhookOutboundApi.credentials');

const SECRET = 'a secret of thirty-two characters';
const NOW_MS = 1_700_000_000_456;
const BODY = Buffer.from('{"id":"evt_1","nested":{"token":"t"}}');
const URL = 'https://example.com/hooks?page=2';

const CUSTOM = {
	protection: 'signed',
	signatureScheme: 'custom',
	signingSecret: SECRET,
	signaturePlace: 'header',
	signatureHeader: 'X-Signature',
	algorithm: 'hmac-sha256',
	encoding: 'hex',
	prefix: '',
	signedContent: '{body}',
	secretFormat: 'text',
	timestampUnit: 's',
	toleranceSeconds: 300,
};

const hmac = (content, key = SECRET, hash = 'sha256', encoding = 'hex') =>
	createHmac(hash, key).update(content).digest(encoding);
const sha256 = (text) => createHash('sha256').update(text).digest('hex');

const send = (fields, request = { method: 'post', url: URL }) =>
	authenticateRequest(
		{ ...CUSTOM, ...fields },
		{ body: BODY, id: 'evt_1', nowMs: NOW_MS, request },
	);

/** Verifies what was sent, as a receiver with the same credential does. */
function receive(fields, { headers, url = URL }, { body = BODY, method = 'POST' } = {}) {
	const signing = parseSigningFields({ ...CUSTOM, ...fields });
	return verifyRequest(resolveScheme(signing), {
		headers: Object.fromEntries(
			Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
		),
		body,
		nowMs: NOW_MS,
		secrets: [signing.signingSecret],
		request: () => ({ method, url }),
	}).valid;
}

describe('a Sending credential with a custom scheme', () => {
	test.each([
		['{method} {url} {body}', `POST ${URL} ${BODY}`],
		['{method}\\n{path}\\n{sha256-hex:body}', `POST\n/hooks?page=2\n${sha256(BODY)}`],
		['{query:page}.{body:nested.token}', '2.t'],
	])('signs %j, with what it calls', (signedContent, content) => {
		const sent = send({ signedContent });
		expect(sent.headers).toEqual({ 'X-Signature': hmac(content) });
		expect(receive({ signedContent }, sent)).toBe(true);
		expect(receive({ signedContent }, { ...sent, url: URL.replace('2', '3') })).toBe(false);
	});

	test('signs the URL with the token that it adds to it', () => {
		const fields = {
			protection: 'both',
			authentication: 'urlToken',
			token: 't0k',
			signedContent: '{url}|{body}',
		};
		const sent = send(fields);
		expect(sent.url).toBe(`${URL}&token=t0k`);
		expect(sent.headers['X-Signature']).toBe(hmac(`${URL}&token=t0k|${BODY}`));
	});

	test('puts the signature and the time into the URL', () => {
		const fields = {
			signaturePlace: 'urlParameter',
			signatureParameter: 'sig',
			timestampPlace: 'urlParameter',
			timestampParameter: 't',
			signedContent: '{url}|{timestamp}|{body}',
		};
		const sent = send(fields);
		expect(sent.headers).toEqual({});
		const signature = hmac(`${URL}&t=1700000000|1700000000|${BODY}`);
		expect(sent.url).toBe(`${URL}&t=1700000000&sig=${signature}`);
		expect(receive(fields, sent)).toBe(true);
		expect(receive(fields, { ...sent, url: sent.url.replace('page=2', 'page=1') })).toBe(false);
	});

	test('writes the time and several signatures into one header', () => {
		const positions = {
			separator: ',',
			signaturePosition: 2,
			timestampPlace: 'signaturePosition',
			timestampPosition: 1,
			signedContent: '{timestamp}.{body}',
			furtherSigningSecrets: 'an-earlier-secret',
		};
		const signed = `1700000000.${BODY}`;
		expect(send(positions).headers).toEqual({
			'X-Signature': `1700000000,${hmac(signed)},${hmac(signed, 'an-earlier-secret')}`,
		});
		const parts = {
			...positions,
			signaturePosition: 0,
			prefix: 'v1=',
			timestampPlace: 'signaturePart',
			timestampPart: 't=',
		};
		expect(send(parts).headers).toEqual({
			'X-Signature': `t=1700000000,v1=${hmac(signed)},v1=${hmac(signed, 'an-earlier-secret')}`,
		});
		const timeLast = { ...positions, signaturePosition: 1, timestampPosition: 2 };
		expect(send(timeLast).headers).toEqual({ 'X-Signature': `${hmac(signed)},1700000000` });
		for (const fields of [positions, parts, timeLast])
			expect(receive(fields, send(fields))).toBe(true);
	});

	test('writes ISO times, SHA-384 and URL-safe base64, with keys in hex and base64', () => {
		const key = Buffer.alloc(32, 9);
		const fields = {
			algorithm: 'hmac-sha384',
			encoding: 'base64url',
			timestampHeader: 'X-Time',
			timestampUnit: 'iso',
			signedContent: '{header:x-time}.{body}',
		};
		for (const secretFormat of ['hex', 'base64']) {
			const sent = send({ ...fields, secretFormat, signingSecret: key.toString(secretFormat) });
			expect(sent.headers).toEqual({
				'X-Time': '2023-11-14T22:13:20.456Z',
				'X-Signature': hmac(`2023-11-14T22:13:20.456Z.${BODY}`, key, 'sha384', 'base64url'),
			});
		}
	});

	test.each([
		[{ signedContent: '{form}' }, 'it signs {form}'],
		[{ signedContent: '{header:X-Other}.{body}' }, 'it signs {header:X-Other}'],
		[{ algorithm: 'rsa-sha256' }, 'its secret is a public key'],
		[
			{ signaturePlace: 'bodyField', signatureField: 's', signedContent: '{body:a}' },
			'its signature is in the body',
		],
		[{ timestampPlace: 'bodyField', timestampField: 'at' }, 'its timestamp is in the body'],
		[{ separator: ',', signaturePosition: 3 }, 'parts that are not known'],
	])('says why it cannot sign %j', (fields, reason) => {
		expect(() => send(fields)).toThrow(reason);
	});

	test('says what a request lacks that is signed', () => {
		expect(() => send({ signedContent: '{query:no}.{body}' })).toThrow(
			'The URL parameter no is signed, but missing',
		);
		expect(() => send({ signedContent: '{body:no}' })).toThrow(
			'The body field no is signed, but missing',
		);
		expect(() => send({ signedContent: '{url}{body}' }, undefined)).not.toThrow();
		const scheme = resolveScheme(parseSigningFields({ ...CUSTOM, signedContent: '{url}{body}' }));
		expect(() => createSigner(scheme, [SECRET])({ body: BODY, id: 'e', nowMs: 0 })).toThrow(
			'not known here',
		);
	});

	test.each([
		'{method}{path}.{body}',
		'{query:a}.{body:b.c}',
		'{url}{body}',
		'{header:X-Time}{timestamp}.{body}',
	])('passes its test with the signed content %s', (signedContent) => {
		const fields = {
			...CUSTOM,
			signedContent,
			timestampHeader: signedContent.includes('time') ? 'X-Time' : '',
		};
		expect(() => checkSigningFields(parseSigningFields(fields), NOW_MS)).not.toThrow();
	});
});

describe('n8n’s authenticate', () => {
	const credential = new AgentWebhookOutboundApi();
	const authenticate = async (fields, request) =>
		await credential.authenticate(
			{ ...CUSTOM, ...fields },
			{ body: BODY, signing: { id: 'evt_1', nowMs: NOW_MS, platformId: 'custom' }, ...request },
		);

	test('signs the URL as it is called, with the parameters of all fields', async () => {
		const signedContent = '{method} {url} {body}';
		const request = await authenticate(
			{ signedContent },
			{
				method: 'PUT',
				baseURL: 'https://EXAMPLE.com:443/',
				url: 'a b?x=1#part',
				qs: { y: 'ü &', z: 2 },
			},
		);
		const url = 'https://example.com/a%20b?x=1&y=%C3%BC+%26&z=2';
		expect(request).toMatchObject({ url, qs: {}, baseURL: undefined });
		expect(request.headers['X-Signature']).toBe(hmac(`PUT ${url} ${BODY}`));
	});

	test('leaves the URL alone if it is not signed', async () => {
		const request = await authenticate({}, { url: 'https://example.com/a b', qs: { list: ['a'] } });
		expect(request).toMatchObject({ url: 'https://example.com/a b', qs: { list: ['a'] } });
	});

	test('refuses parameters that it cannot write as n8n does', async () => {
		const request = { url: 'https://example.com', qs: { list: ['a'] } };
		await expect(authenticate({ signedContent: '{url}{body}' }, request)).rejects.toThrow(
			'The URL parameter list is a list',
		);
	});

	test('sends a signature in the URL', async () => {
		const fields = { signaturePlace: 'urlParameter', signatureParameter: 'sig' };
		const request = await authenticate(fields, {
			url: 'https://example.com/hooks',
			qs: { a: '1' },
		});
		expect(request.url).toBe(`https://example.com/hooks?a=1&sig=${hmac(BODY)}`);
	});
});

test.each([
	['a key in its header', { authentication: 'headerToken', headerName: 'x-signature' }],
	['a key in the header of the ID', { authentication: 'headerToken', headerName: 'X-ID' }],
	['a Bearer token', { authentication: 'bearer', signatureHeader: 'authorization' }],
	[
		'AWS Signature V4',
		{
			authentication: 'awsSigV4',
			accessKeyId: 'AKIDEXAMPLE',
			secretAccessKey: 's',
			region: 'us-east-1',
			service: 'lambda',
			signatureHeader: 'authorization',
		},
	],
])('no signature replaces %s, or is replaced by it', (_name, fields) => {
	const credential = { ...CUSTOM, protection: 'both', token: 'k', idHeader: 'X-Id', ...fields };
	expect(() =>
		authenticateRequest(credential, {
			body: BODY,
			id: 'evt_1',
			nowMs: NOW_MS,
			request: { method: 'POST', url: URL },
		}),
	).toThrow('would both be sent in the header');
});
