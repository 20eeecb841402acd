const {
	AccessTokenKeeper,
	withAccessTokens,
} = require('../../../build/core/credentials/accessTokens');

const { authenticateRequest } = require('../../../build/core/credentials/outbound');

const TOKEN_URL = 'https://auth.example.com/token';
const ENDPOINT_URL = 'https://example.com/hooks';
const CREDENTIAL = {
	protection: 'authenticated',
	authentication: 'oauth2',
	tokenUrl: TOKEN_URL,
	clientId: 'n8n',
	clientSecret: 'client-s3cret',
};
const TARGET = {
	url: ENDPOINT_URL,
	headers: {},
	signed: true,
	timeoutMs: 1000,
	skipTlsCheck: true,
};

const respond = (statusCode, body = '', headers = {}) => ({
	kind: 'response',
	statusCode,
	headers,
	body: typeof body === 'string' ? body : JSON.stringify(body),
	bodyTruncated: false,
});

/** A token server and an endpoint on a simulated clock. Their answers can be replaced. */
function createWorld() {
	const world = {
		nowMs: 0,
		issued: 0,
		tokenRequests: [],
		attempts: [],
		answerToken: (_outgoing) =>
			respond(200, { access_token: `token-${++world.issued}`, expires_in: 3600 }),
		answer: (_outgoing) => respond(200),
	};
	const nowMs = () => world.nowMs;
	const attempt = async (outgoing) => {
		await Promise.resolve();
		if (outgoing.target.url === ENDPOINT_URL) {
			world.attempts.push(outgoing);
			return world.answer(outgoing);
		}
		world.tokenRequests.push(outgoing);
		return world.answerToken(outgoing);
	};
	const keeper = new AccessTokenKeeper(nowMs);
	world.openRun = (wrapped = attempt) => withAccessTokens(wrapped, keeper, nowMs);
	const port = world.openRun();
	world.send = async ({ credential = CREDENTIAL, target } = {}) =>
		await port({
			target: { ...TARGET, ...target },
			key: 'evt_1',
			body: Buffer.from('{}'),
			nowMs: world.nowMs,
			credential,
		});
	world.listTokens = () => world.attempts.map(({ accessToken }) => accessToken);
	return world;
}

test('sends every attempt of a token’s life with one token, and gets another 60 s before its end', async () => {
	const world = createWorld();
	await world.send();
	world.nowMs = 3_539_999;
	await world.send();
	expect(world.listTokens()).toEqual(['token-1', 'token-1']);
	world.nowMs = 3_540_000;
	await world.send();
	expect(world.listTokens()).toEqual(['token-1', 'token-1', 'token-2']);
	expect(world.tokenRequests).toHaveLength(2);
});

test('asks for one token for many simultaneous attempts', async () => {
	const world = createWorld();
	await Promise.all(Array.from({ length: 50 }, () => world.send()));
	expect(world.tokenRequests).toHaveLength(1);
	expect(new Set(world.listTokens())).toEqual(new Set(['token-1']));
});

test('uses a token that lives shorter than two minutes for half of its life', async () => {
	const world = createWorld();
	world.answerToken = () =>
		respond(200, { access_token: `token-${++world.issued}`, expires_in: '60' });
	await world.send();
	world.nowMs = 29_999;
	await world.send();
	world.nowMs = 30_000;
	await world.send();
	expect(world.listTokens()).toEqual(['token-1', 'token-1', 'token-2']);
});

test('keeps no token of another client, scope, audience, secret, certificate or server', async () => {
	const world = createWorld();
	const others = [
		{ clientId: 'other' },
		{ clientSecret: 'other' },
		{ scope: 'other' },
		{ audience: 'other' },
		{ clientCertificate: 'other' },
		{ tokenUrl: `${TOKEN_URL}/other` },
	];
	for (const other of [{}, ...others])
		await world.send({ credential: { ...CREDENTIAL, ...other } });
	expect(new Set(world.listTokens()).size).toBe(7);
});

test('renews a token once if the endpoint answers 401, for all attempts together', async () => {
	const world = createWorld();
	await world.send();
	world.answer = ({ accessToken }) => respond(accessToken === 'token-1' ? 401 : 200);
	const results = await Promise.all(Array.from({ length: 20 }, () => world.send()));
	expect(new Set(results.map(({ statusCode }) => statusCode))).toEqual(new Set([200]));
	expect(world.tokenRequests).toHaveLength(2);
});

test('returns the 401 of an endpoint that rejects a new token, and asks for no more tokens for a minute', async () => {
	const world = createWorld();
	await world.send();
	world.answer = () => respond(401);
	expect(await world.send()).toMatchObject({ statusCode: 401 });
	expect(world.attempts).toHaveLength(3);
	world.nowMs = 59_999;
	expect(await world.send()).toMatchObject({ statusCode: 401 });
	expect(world.attempts).toHaveLength(4);
	expect(world.tokenRequests).toHaveLength(2);
	world.nowMs = 60_000;
	await world.send();
	expect(world.tokenRequests).toHaveLength(3);
});

test('does not renew a token that was issued for the rejected attempt', async () => {
	const world = createWorld();
	world.answer = () => respond(401);
	expect(await world.send()).toMatchObject({ statusCode: 401 });
	expect(world.attempts).toHaveLength(1);
	expect(world.tokenRequests).toHaveLength(1);
});

test('sends nothing to the endpoint while its token server is down, and asks that every 10 s', async () => {
	const world = createWorld();
	world.answerToken = () => ({
		kind: 'error',
		code: 'ECONNREFUSED',
		message: 'The endpoint refused the connection',
	});
	const unavailable = {
		kind: 'error',
		code: 'TOKEN_UNAVAILABLE',
		message: 'The token server refused the connection',
	};
	expect(await world.send()).toEqual(unavailable);
	world.nowMs = 9_999;
	expect(await world.send()).toEqual(unavailable);
	expect(world.tokenRequests).toHaveLength(1);
	world.nowMs = 10_000;
	world.answerToken = () => respond(200, { access_token: 'token-1' });
	expect(await world.send()).toMatchObject({ statusCode: 200 });
	expect(world.attempts).toHaveLength(1);
});

test('does not ask a token server again at once that let the time pass', async () => {
	const world = createWorld();
	world.answerToken = () => {
		world.nowMs += 10_000;
		return { kind: 'error', code: 'ETIMEDOUT', message: 'The endpoint did not answer in time' };
	};
	await Promise.all(Array.from({ length: 20 }, () => world.send()));
	expect(await world.send()).toMatchObject({ code: 'TOKEN_UNAVAILABLE' });
	expect(world.tokenRequests).toHaveLength(1);
});

test('asks a token server again although the clock was set back after a failure', async () => {
	const world = createWorld();
	world.nowMs = 86_400_000;
	const { answerToken } = world;
	world.answerToken = () => respond(503);
	expect(await world.send()).toMatchObject({ code: 'TOKEN_UNAVAILABLE' });
	world.answerToken = answerToken;
	world.nowMs = 20_000;
	expect(await world.send()).toMatchObject({ statusCode: 200 });
});

test('renews a rejected token although the clock was set back', async () => {
	const world = createWorld();
	world.nowMs = 3_000_000;
	world.answer = () => respond(401);
	await world.send();
	world.nowMs = 100_000;
	world.answer = ({ accessToken }) => respond(accessToken === 'token-1' ? 401 : 200);
	expect(await world.send()).toMatchObject({ statusCode: 200 });
});

test('lets no attempt wait for a second answer of a slow server whose tokens live shortly', async () => {
	const world = createWorld();
	world.answerToken = () => {
		world.nowMs += 9_000;
		return respond(200, { access_token: `token-${++world.issued}`, expires_in: 0 });
	};
	await Promise.all(Array.from({ length: 20 }, () => world.send()));
	expect(world.tokenRequests).toHaveLength(1);
	expect(world.attempts).toHaveLength(20);
});

test('asks for itself if the execution that asked for a token is cancelled', async () => {
	const world = createWorld();
	const cancelled = world.openRun(async () => {
		await Promise.resolve();
		throw new Error('Cancelled');
	});
	const first = cancelled({ target: TARGET, credential: CREDENTIAL, nowMs: 0 });
	const second = world.send();
	await expect(first).rejects.toThrow('Cancelled');
	expect(await second).toMatchObject({ statusCode: 200 });
});

test('checks the certificate of the token server, although that of the endpoint is not checked', async () => {
	const world = createWorld();
	await world.send();
	expect(world.tokenRequests[0].target).toMatchObject({
		url: TOKEN_URL,
		signed: false,
		skipTlsCheck: false,
	});
});

test.each([
	['plain HTTP', 'http://auth.example.com/token', { allowInternal: true }],
	['an internal name', 'https://auth.internal/token', { allowHttp: true }],
	['a loopback address', 'https://127.0.0.1/token', { allowHttp: true }],
	['a cloud’s metadata address', 'https://169.254.169.254/token', undefined],
	['user and password', 'https://user:password@auth.example.com/token', { allowHttp: true }],
	['no URL', 'auth.example.com', { allowHttp: true }],
])(
	'sends no secret to a token URL with %s, as an endpoint’s URL may not have it',
	async (_name, tokenUrl, rules) => {
		const world = createWorld();
		const result = await world.send({
			credential: { ...CREDENTIAL, tokenUrl },
			target: { tokenUrlRules: rules && { allowHttp: false, allowInternal: false, ...rules } },
		});
		expect(result).toMatchObject({ kind: 'error', code: 'INVALID_REQUEST' });
		expect(result.message).toMatch(/^The token URL /);
		expect(world.tokenRequests).toEqual([]);
		expect(world.attempts).toEqual([]);
	},
);

test('uses a token URL that the owner allows', async () => {
	const world = createWorld();
	const result = await world.send({
		credential: { ...CREDENTIAL, tokenUrl: 'http://127.0.0.1/token' },
		target: { tokenUrlRules: { allowHttp: true, allowInternal: true } },
	});
	expect(result).toMatchObject({ statusCode: 200 });
});

test('hides the token in what the endpoint answers', async () => {
	const world = createWorld();
	world.answerToken = () => respond(200, { access_token: 'secret/token' });
	world.answer = ({ accessToken }) =>
		respond(200, JSON.stringify({ got: accessToken }).replaceAll('/', '\\/'), {
			'x-got': `Bearer ${accessToken}`,
			'set-cookie': ['a=1', `got=${accessToken}`],
		});
	expect(await world.send()).toMatchObject({
		body: '{"got":"••••••••"}',
		headers: { 'x-got': 'Bearer ••••••••', 'set-cookie': ['a=1', 'got=••••••••'] },
	});
});

test.each([
	['a Bearer token', { authentication: 'bearer', token: 'bearer-s3cret' }, 'Bearer bearer-s3cret'],
	['a header’s token', { authentication: 'headerToken', token: 'key-s3cret' }, 'key-s3cret'],
	['a URL’s token', { authentication: 'urlToken', token: 'url s3cret' }, '/hooks?token=url+s3cret'],
	[
		'a password',
		{ authentication: 'basic', user: 'n8n', password: 'pass-s3cret' },
		`Basic ${Buffer.from('n8n:pass-s3cret').toString('base64')}`,
	],
	[
		'a session token of AWS',
		{ authentication: 'awsSigV4', sessionToken: 'session-s3cret' },
		'session-s3cret',
	],
])('hides %s in what the endpoint answers', async (_name, fields, echoed) => {
	const world = createWorld();
	world.answer = () => respond(200, { echoed, price: 10 });
	const { body } = await world.send({ credential: { protection: 'authenticated', ...fields } });
	expect(JSON.parse(body)).toEqual({ echoed: expect.stringMatching(/••••••••$/), price: 10 });
});

test.each([
	['a credential with another authentication', { authentication: 'bearer' }, {}],
	['a credential that only signs', { protection: 'signed' }, {}],
	['a request without a credential', {}, { signed: false }],
])('gets no token for %s', async (_name, fields, target) => {
	const world = createWorld();
	await world.send({ credential: { ...CREDENTIAL, ...fields }, target });
	expect(world.tokenRequests).toEqual([]);
	expect(world.listTokens()).toEqual([undefined]);
});

test('names an empty field of the client', async () => {
	const world = createWorld();
	expect(await world.send({ credential: { ...CREDENTIAL, clientSecret: '' } })).toEqual({
		kind: 'error',
		code: 'INVALID_REQUEST',
		message: 'The credential\'s field "Client Secret" is empty. Fill it in.',
	});
});

test('says that other nodes get no token with the credential', () => {
	const request = { body: Buffer.from('{}'), id: 'evt_1', nowMs: 0 };
	expect(() => authenticateRequest(CREDENTIAL, request)).toThrow(
		'Only the Agent Webhook node gets access tokens with this credential.',
	);
	const { headers } = authenticateRequest(CREDENTIAL, { ...request, accessToken: 'token-1' });
	expect(headers).toEqual({ Authorization: 'Bearer token-1' });
});
