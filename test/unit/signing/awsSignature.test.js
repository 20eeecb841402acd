const { createHash, createHmac } = require('node:crypto');

// AWS's own signer, as its SDK uses it.
const { SignatureV4 } = require('@smithy/signature-v4');
const fc = require('fast-check');

const { signAwsRequest } = require('../../../build/core/signing/awsSignature');

/** Of AWS's test suite: https://docs.aws.amazon.com/general/latest/gr/signature-v4-test-suite.html */
const CREDENTIALS = {
	accessKeyId: 'AKIDEXAMPLE',
	secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
	sessionToken: '',
	region: 'us-east-1',
	service: 'service',
};
const HOST = 'https://example.amazonaws.com';
const NOW_MS = Date.parse('2015-08-30T12:36:00Z');
const FORM = { 'Content-Type': 'application/x-www-form-urlencoded' };

const sign = ({ body = '', credentials = CREDENTIALS, headers = {}, method = 'GET', url }) =>
	signAwsRequest(credentials, { method, url, headers, body: Buffer.from(body), nowMs: NOW_MS });

const readSignature = ({ Authorization }) => /Signature=([0-9a-f]{64})$/.exec(Authorization)[1];

test.each([
	[
		'get-vanilla',
		{ url: `${HOST}/` },
		'5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
	],
	[
		'get-vanilla-query-order-key-case',
		{ url: `${HOST}/?Param2=value2&Param1=value1` },
		'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
	],
	[
		'get-relative',
		{ url: `${HOST}/example/..` },
		'5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
	],
	[
		'get-slashes',
		{ url: `${HOST}//example//` },
		'9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84',
	],
	[
		'post-vanilla',
		{ url: `${HOST}/`, method: 'POST' },
		'5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b',
	],
	[
		'post-x-www-form-urlencoded',
		{ url: `${HOST}/`, method: 'POST', headers: FORM, body: 'Param1=value1' },
		'ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a',
	],
])('signs the request %s of AWS’s test suite as AWS does', (_name, request, signature) => {
	expect(readSignature(sign(request))).toBe(signature);
});

test('signs the example of AWS’s documentation as it shows', () => {
	const headers = sign({
		url: 'https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08',
		headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
		credentials: { ...CREDENTIALS, service: 'iam' },
	});
	expect(headers).toEqual({
		'X-Amz-Date': '20150830T123600Z',
		Authorization:
			'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7',
	});
});

test('signs no headers that a proxy may change', () => {
	const { Authorization } = sign({
		url: `${HOST}/`,
		headers: { 'User-Agent': 'n8n', 'webhook-id': 'evt_1', 'X-Amz-Meta': ' a   b ' },
	});
	expect(Authorization).toContain('SignedHeaders=host;x-amz-date;x-amz-meta,');
});

/** Node's hashes, as AWS's signer calls them. */
class Sha256 {
	constructor(secret) {
		this.hash = secret ? createHmac('sha256', secret) : createHash('sha256');
	}

	update(data) {
		this.hash.update(data);
	}

	async digest() {
		return new Uint8Array(this.hash.digest());
	}
}

/** Escapes a text as AWS's SDK does. */
const escapeAsSdk = (content) =>
	encodeURIComponent(content).replace(
		/[!'()*]/g,
		(character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
	);

/** Returns the path of an S3 object as AWS's SDK writes it from the object's key. */
const writeS3Path = (pathname) =>
	decodeURIComponent(pathname).split('/').map(escapeAsSdk).join('/');

/** Signs a request with AWS's signer, which gets the same headers. */
async function signWithSdk({ body, credentials, headers, method, url }) {
	const { accessKeyId, region, secretAccessKey, service, sessionToken } = credentials;
	const signer = new SignatureV4({
		credentials: { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) },
		region,
		service,
		sha256: Sha256,
		applyChecksum: service === 's3',
		uriEscapePath: service !== 's3',
	});
	const { host, hostname, pathname, searchParams } = new URL(url);
	const query = {};
	for (const name of searchParams.keys()) query[name] = searchParams.getAll(name);
	const signed = await signer.sign(
		{
			method,
			protocol: 'https:',
			hostname,
			path: service === 's3' ? writeS3Path(pathname) : pathname,
			query,
			headers: { ...headers, host },
			body,
		},
		{ signingDate: new Date(NOW_MS) },
	);
	return signed.headers.authorization;
}

const text = fc.string({ unit: 'grapheme', maxLength: 8 });
const path = fc
	.array(text.map(encodeURIComponent), { maxLength: 4 })
	.map((parts) => parts.join('/'));
const query = fc
	.array(fc.tuple(text, text), { maxLength: 4 })
	.map((pairs) => new URLSearchParams(pairs).toString());

test('signs one header of a name, which replaces a custom one in another case', () => {
	const request = { url: 'https://id.lambda-url.on.aws/', credentials: CREDENTIALS };
	const custom = { 'x-amz-DATE': '20000101T000000Z', HOST: 'other.example' };
	expect(sign({ ...request, headers: custom })).toEqual(sign({ ...request, headers: {} }));
});

test.each([
	['/a(b)!/c:d@e', '/a%28b%29%21/c%3Ad%40e'],
	['/a=b,c;d&e$f*', '/a%3Db%2Cc%3Bd%26e%24f%2A'],
	['/a%2fb//%7Ec', '/a/b//~c'],
	['/a+b', '/a%20b'],
])('signs the path %s of S3 as %s', (written, canonical) => {
	const s3 = { ...CREDENTIALS, service: 's3' };
	const url = (pathname) => `https://bucket.s3.us-east-1.amazonaws.com${pathname}`;
	expect(sign({ url: url(written), credentials: s3 })).toEqual(
		sign({ url: url(canonical), credentials: s3 }),
	);
});

test('signs a path of S3 with an escape that is none', () => {
	const s3 = { ...CREDENTIALS, service: 's3' };
	expect(readSignature(sign({ url: `${HOST}/a%zz`, credentials: s3 }))).toMatch(/^[0-9a-f]{64}$/);
});

test('signs any request as AWS’s signer does', async () => {
	await fc.assert(
		fc.asyncProperty(
			fc.record({
				body: fc.string({ unit: 'grapheme' }),
				method: fc.constantFrom('GET', 'POST', 'PUT'),
				url: fc
					.tuple(path, query)
					.map((parts) => `https://id.lambda-url.on.aws/${parts.join('?')}`),
				headers: fc.constantFrom({}, FORM, { 'content-type': 'application/json' }),
				credentials: fc.record({
					accessKeyId: fc.constant('AKIDEXAMPLE'),
					secretAccessKey: fc.string({ minLength: 1 }),
					sessionToken: fc.constantFrom('', 'session/+=='),
					region: fc.constantFrom('eu-central-1', 'us-east-1'),
					service: fc.constantFrom('lambda', 'execute-api', 's3'),
				}),
			}),
			async (request) => {
				expect(sign(request).Authorization).toBe(await signWithSdk(request));
			},
		),
	);
});
