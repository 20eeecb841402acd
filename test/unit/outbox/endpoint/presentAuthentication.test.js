const { X509Certificate } = require('node:crypto');
const fs = require('node:fs');

const { authenticateRequest } = require('../../../../build/core/credentials/outbound');
const { listDroppedSecrets } = require('../../../../build/core/outbox/endpoint/endpointSecrets');
const {
	prepareEndpointCredential,
} = require('../../../../build/core/outbox/endpoint/endpointTarget');
const { updateEndpoint } = require('../../../../build/core/outbox/endpoint/lifecycle');
const { presentChanges } = require('../../../../build/core/outbox/endpoint/presentChanges');
const { presentEndpoint } = require('../../../../build/core/outbox/endpoint/presentEndpoint');
const { createSecretMask } = require('../../../../build/core/outbox/endpoint/secretMask');
const { makeCertificate, makeSigned } = require('../../../harness/certificate');

const { makeEndpoint, NOW } = require('./makeEndpoint');

const HIDDEN = '••••••••';
const OAUTH2 = {
	authentication: 'oauth2',
	tokenUrl: 'https://auth.example.com/token?tenant=hidden-query',
	clientId: 'n8n',
	clientSecret: 'client-s3cret',
	clientSecretIn: 'body',
	scope: 'events.write',
	audience: '',
};
const AWS = {
	authentication: 'awsSigV4',
	accessKeyId: 'AKIDEXAMPLE',
	secretAccessKey: 'aws-s3cret',
	sessionToken: 'session-t0ken',
	region: 'eu-central-1',
	service: 'lambda',
};

let clientTls;

beforeAll(async () => {
	const authority = await makeCertificate('present-authority');
	const client = await makeSigned(authority, { name: 'present-client', host: 'n8n.example' });
	const read = (file) => fs.readFileSync(file, 'utf8');
	clientTls = {
		clientCertificate: read(client.cert),
		clientKey: read(client.key),
		caCertificate: read(authority.cert),
	};
});

test('shows the client of an OAuth2 server without its secret', () => {
	const endpoint = makeEndpoint({ authentication: OAUTH2 });
	expect(presentEndpoint(endpoint).authentication).toEqual({
		type: 'oauth2',
		token_url: 'https://auth.example.com/token',
		client_id: 'n8n',
		client_secret: HIDDEN,
		client_secret_in: 'body',
		scope: 'events.write',
	});
});

test('shows the key of AWS without its secret', () => {
	expect(presentEndpoint(makeEndpoint({ authentication: AWS })).authentication).toEqual({
		type: 'awsSigV4',
		access_key_id: 'AKIDEXAMPLE',
		secret_access_key: HIDDEN,
		session_token: HIDDEN,
		region: 'eu-central-1',
		service: 'lambda',
	});
});

test('shows the owner and the end of a client certificate, and not its key', () => {
	const presented = presentEndpoint(makeEndpoint({ clientTls }));
	expect(presented.client_certificate).toEqual({
		subject: 'CN=n8n.example',
		expires_at: expect.stringMatching(/^\d{4}-.*Z$/),
		fingerprint: expect.stringMatching(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/),
	});
	expect(presented.ca_certificate).toMatchObject({ subject: 'CN=localhost' });
	expect(JSON.stringify(presented)).not.toContain(clientTls.clientKey.split('\n')[1]);
	expect(presentEndpoint(makeEndpoint())).not.toHaveProperty('client_certificate');
});

test('uses the certificate for connections to the endpoint', () => {
	const endpoint = makeEndpoint({ clientTls });
	const { tls } = authenticateRequest(prepareEndpointCredential(endpoint)(NOW), {
		body: Buffer.from('{}'),
		id: 'evt_1',
		nowMs: NOW,
		platformId: 'agenticflow',
	});
	expect(Object.keys(tls).sort()).toEqual(['ca', 'cert', 'key']);
});

test('drops client, keys and certificate if the URL gets another origin', () => {
	for (const authentication of [OAUTH2, AWS]) {
		const before = makeEndpoint({ authentication, clientTls });
		const input = { url: 'https://attacker.example/' };
		const after = updateEndpoint(before, input, NOW);
		expect(after.secrets.authentication).toEqual({});
		expect(listDroppedSecrets(before, after, input)).toEqual([
			'authentication',
			'client_certificate',
		]);
		const kept = updateEndpoint(before, { url: 'https://example.com/other' }, NOW);
		expect(kept.secrets.authentication).toEqual(before.secrets.authentication);
	}
});

test('keeps the certificate if only the authentication changes, and removes what is emptied', () => {
	const before = makeEndpoint({ authentication: OAUTH2, clientTls });
	const bearer = { authentication: 'bearer', token: 'token-1' };
	const after = updateEndpoint(before, { authentication: bearer }, NOW);
	expect(after.secrets.authentication).toEqual({ ...bearer, ...clientTls });
	expect(Object.keys(presentChanges(before, after))).toEqual(['authentication']);
	const emptied = { clientCertificate: '', clientKey: '' };
	const bare = updateEndpoint(after, { clientTls: emptied }, NOW);
	expect(bare.secrets.authentication).toEqual({
		...bearer,
		caCertificate: clientTls.caCertificate,
	});
	expect(Object.keys(presentChanges(after, bare))).toEqual(['client_certificate']);
});

test('takes no certificate that has expired, but keeps one that expires later', () => {
	const { validTo } = new X509Certificate(clientTls.clientCertificate);
	const laterMs = Date.parse(validTo);
	expect(() => makeEndpoint({ clientTls }, laterMs)).toThrow('expired at');
	const before = makeEndpoint({ clientTls });
	expect(updateEndpoint(before, { description: 'Later' }, laterMs).description).toBe('Later');
	expect(() => updateEndpoint(before, { clientTls }, laterMs)).toThrow('expired at');
});

test.each([
	[
		'an internal token URL',
		{ ...OAUTH2, tokenUrl: 'https://auth.internal/token' },
		/^The token URL leads to/,
	],
	[
		'a token URL over plain HTTP',
		{ ...OAUTH2, tokenUrl: 'http://auth.example.com' },
		/^The token URL is plain/,
	],
	['no client secret', { ...OAUTH2, clientSecret: '' }, /"Client Secret" is empty/],
	['no region', { ...AWS, region: '' }, /"Region" is empty/],
	[
		'a region that is none',
		{ ...AWS, region: 'EU (Frankfurt)' },
		/^"Region" can have only lowercase/,
	],
])('creates no endpoint with %s', (_name, authentication, message) => {
	expect(() => makeEndpoint({ authentication })).toThrow(message);
});

test('accepts an internal token URL if the endpoint’s own URL may be internal', () => {
	const authentication = { ...OAUTH2, tokenUrl: 'http://auth.internal/token' };
	const settings = { allow_http: true, allow_internal: true };
	expect(makeEndpoint({ authentication, settings }).secrets.authentication).toEqual(authentication);
});

test('hides the secrets of a client and of AWS in answers', () => {
	const pair = Buffer.from('n8n:client-s3cret').toString('base64');
	const maskOAuth = createSecretMask(makeEndpoint({ authentication: OAUTH2 }));
	expect(maskOAuth(`client-s3cret Basic ${pair}`)).toBe(`${HIDDEN} Basic ${HIDDEN}`);
	const maskAws = createSecretMask(makeEndpoint({ authentication: AWS }));
	expect(maskAws('aws-s3cret session-t0ken')).toBe(`${HIDDEN} ${HIDDEN}`);
});
