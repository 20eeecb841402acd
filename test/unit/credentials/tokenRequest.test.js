const {
	buildTokenRequest,
	readTokenReply,
} = require('../../../build/core/credentials/tokenRequest');
const { classifyAttempt } = require('../../../build/core/sending/attemptOutcome');

const CLIENT = {
	tokenUrl: 'https://auth.example.com/token',
	clientId: 'n8n',
	clientSecret: 's3cret',
	clientSecretIn: 'basic',
	scope: '',
	audience: '',
};

const respond = (statusCode, body) => ({
	kind: 'response',
	statusCode,
	headers: {},
	body: typeof body === 'string' ? body : JSON.stringify(body),
	bodyTruncated: false,
});

const build = (changes) => {
	const { body, headers } = buildTokenRequest({ ...CLIENT, ...changes });
	return { body: body.toString(), headers };
};

test('sends the client’s ID and secret as Basic authentication, escaped as RFC 6749 says', () => {
	const { body, headers } = build({ clientId: 'n8n:a', clientSecret: 'ü b' });
	expect(body).toBe('grant_type=client_credentials');
	const [scheme, pair] = headers.Authorization.split(' ');
	expect(scheme).toBe('Basic');
	expect(Buffer.from(pair, 'base64').toString()).toBe('n8n%3Aa:%C3%BC+b');
});

test('sends the client’s ID and secret in the body if its server reads them there', () => {
	const { body, headers } = build({
		clientSecretIn: 'body',
		scope: 'a b',
		audience: 'https://api',
	});
	expect(headers.Authorization).toBeUndefined();
	expect(Object.fromEntries(new URLSearchParams(body))).toEqual({
		grant_type: 'client_credentials',
		scope: 'a b',
		audience: 'https://api',
		client_id: 'n8n',
		client_secret: 's3cret',
	});
});

test.each([
	['a number', { expires_in: 90 }, 90_000],
	['text', { expires_in: '90' }, 90_000],
	['missing', {}, 600_000],
	['no number', { expires_in: 'soon' }, 600_000],
	['negative', { expires_in: -1 }, 600_000],
	['missing, and whose type is null', { token_type: null }, 600_000],
])('reads a token whose life is %s', (_name, fields, lifetimeMs) => {
	const reply = respond(200, { access_token: 'token-1', token_type: 'bearer', ...fields });
	expect(readTokenReply(reply, CLIENT)).toEqual({ token: 'token-1', lifetimeMs });
});

test.each([
	['no JSON', '<html>'],
	['a list', []],
	['no token', {}],
	['an empty token', { access_token: '' }],
	['a token that no header can carry', { access_token: 'a\r\nb' }],
	['no text as its token', { access_token: { toString: 1 } }],
	['a type that cannot be text', { access_token: 'token-1', token_type: { toString: 1 } }],
	['a token of another type', { access_token: 'token-1', token_type: 'DPoP' }],
])('rejects an answer with %s', (_name, body) => {
	const { failure } = readTokenReply(respond(200, body), CLIENT);
	expect(classifyAttempt(failure, [])).toBe('token_rejected');
});

test.each([408, 429, 500, 503])('takes status %d as a server that may answer later', (status) => {
	const { failure } = readTokenReply(respond(status, { error: 'server_error' }), CLIENT);
	expect(classifyAttempt(failure, [])).toBe('token_unavailable');
	expect(failure.message).toBe(`The token server answered with status ${status}`);
});

test.each([400, 401, 403, 404])('takes status %d as a client that gets no token', (status) => {
	const { failure } = readTokenReply(respond(status, ''), CLIENT);
	expect(classifyAttempt(failure, [])).toBe('token_rejected');
	expect(failure.message).toBe(
		`The token server answered with status ${status}. Check "Token URL", and the client’s ID, secret, scope and audience.`,
	);
});

test('tells the server’s reason on one line, without the client’s secret', () => {
	const reply = respond(401, { error: 'invalid_client', error_description: 'not\ns3cret' });
	expect(readTokenReply(reply, CLIENT).failure.message).toBe(
		'The token server answered with status 401 with the reason "invalid_client: not ••••••••". Check the client’s ID, secret, scope and audience.',
	);
});

test('tells the reason of a server that rejects the client with status 200', () => {
	const reply = respond(200, { ok: false, error: 'invalid_client_id' });
	const { failure } = readTokenReply(reply, CLIENT);
	expect(classifyAttempt(failure, [])).toBe('token_rejected');
	expect(failure.message).toBe(
		'The token server answered without an access token with the reason "invalid_client_id". Check the client’s ID, secret, scope and audience.',
	);
});

test('hides in its reason the query of the token URL, which may be secret', () => {
	const client = { ...CLIENT, tokenUrl: `${CLIENT.tokenUrl}?key=url-s3cret` };
	const reply = respond(400, { error: 'no client for url-s3cret' });
	expect(readTokenReply(reply, client).failure.message).toContain('"no client for ••••••••"');
});

test('hides what was sent to the server in its reason, as it was sent', () => {
	const client = { ...CLIENT, clientId: 'n8n:a', clientSecret: 's3\u0001cret+/' };
	const { Authorization } = build(client).headers;
	const reply = respond(401, { error: `${client.clientSecret} in ${Authorization}` });
	expect(readTokenReply(reply, client).failure.message).toContain('"•••••••• in Basic ••••••••"');
});

test.each(['basic', 'body'])('hides in its reason the secret as a form has it: %s', (place) => {
	const client = { ...CLIENT, clientSecretIn: place, clientSecret: "s3cret!(it's)~" };
	const { body } = build({ ...client, clientSecretIn: 'body' });
	const sent = new RegExp('client_secret=(.*)').exec(String(body))[1];
	const { message } = readTokenReply(respond(400, { error: `got ${sent}` }), client).failure;
	expect(message).toContain('"got ••••••••"');
	expect(message).not.toContain('s3cret');
});

test('says that a redirect of the token server is not followed', () => {
	const { failure } = readTokenReply(respond(302, ''), CLIENT);
	expect(failure.message).toBe(
		'The token server answered with a redirect (302), and redirects are not followed. Enter its final URL as "Token URL".',
	);
});

test('keeps the outcome of an address that n8n does not allow', () => {
	const blocked = { kind: 'error', code: 'SSRF', message: 'n8n’s egress policy does not allow it' };
	const { failure } = readTokenReply(blocked, CLIENT);
	expect(classifyAttempt(failure, [])).toBe('blocked');
});
