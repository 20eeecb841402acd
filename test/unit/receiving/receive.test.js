const fc = require('fast-check');

const { receiveRequest } = require('../../../build/core/receiving/receive');

const {
	SECRETS,
	SIGNING_SECRET,
	secretsFor,
	createRules,
	createRequest,
	basic,
	bearer,
	signed,
	expectHelpfulRejection,
	MESSAGE,
	EVENT,
	STANDARD,
	STANDARD_SECRET,
} = require('./requests');

/** An object in an object, so many in all. */
const nestedObjects = (levels) => (levels === 1 ? {} : { a: nestedObjects(levels - 1) });

describe('every rejection names the field, the expected and the received value, and no secret', () => {
	const message = (changes) => createRules('agenticflow', 'agentMessage', changes);
	const method = (...methods) => message({ methods });
	const event = (changes) =>
		createRules('agenticflow', 'event', { methods: ['signature'], ...changes });
	const standard = createRules('standardWebhooks', 'event', {
		methods: ['signature'],
		loadSecrets: async () => secretsFor('standardWebhooks', [STANDARD_SECRET]),
	});
	const standardRequest = (change, body = STANDARD) => {
		const headers = signed('standardWebhooks', STANDARD, { secret: STANDARD_SECRET });
		return createRequest({ body, headers: change(headers) });
	};
	const without = (name) => (headers) => ({ ...headers, [name]: undefined });
	const twice = (name) => (headers) => ({ ...headers, [name]: [headers[name], headers[name]] });
	const twilio = createRules('twilio', 'event', { methods: ['signature'] });

	test.each([
		['GET', message(), createRequest({ method: 'GET' }), 405, 'METHOD_NOT_ALLOWED', 'method'],
		[
			'HTTP if HTTPS is required',
			message({ httpsOnly: true }),
			createRequest({ secure: false }),
			403,
			'HTTPS_REQUIRED',
			'protocol',
		],
		[
			'another address',
			message({ isAllowedAddress: () => false }),
			createRequest(),
			403,
			'ADDRESS_NOT_ALLOWED',
			'source address',
		],
		['no URL token', method('urlToken'), createRequest(), 401, 'TOKEN_MISSING', 'token'],
		[
			'an empty URL token',
			method('urlToken'),
			createRequest({ query: { token: '' } }),
			401,
			'TOKEN_MISSING',
			'token',
		],
		[
			'another URL token',
			method('urlToken'),
			createRequest({ query: { token: `${SECRETS.urlTokens[0].slice(0, -1)}x` } }),
			401,
			'TOKEN_INVALID',
			'token',
		],
		[
			'a doubled URL token',
			method('urlToken'),
			createRequest({ query: { token: [SECRETS.urlTokens[0], SECRETS.urlTokens[0]] } }),
			401,
			'TOKEN_INVALID',
			'token',
		],
		['no Bearer token', method('bearer'), createRequest(), 401, 'TOKEN_MISSING', 'Authorization'],
		[
			'an empty Bearer token',
			method('bearer'),
			createRequest({ headers: bearer('') }),
			401,
			'TOKEN_MISSING',
			'Authorization',
		],
		[
			'Basic if Bearer is required',
			method('bearer'),
			createRequest({ headers: basic(SECRETS.basic.user, SECRETS.basic.password) }),
			401,
			'TOKEN_MISSING',
			'Authorization',
		],
		[
			'the URL token as a Bearer token',
			method('bearer'),
			createRequest({ headers: bearer(SECRETS.urlTokens[0]) }),
			401,
			'TOKEN_INVALID',
			'Authorization',
		],
		['no Basic', method('basic'), createRequest(), 401, 'CREDENTIALS_MISSING', 'Authorization'],
		[
			'another password',
			method('basic'),
			createRequest({ headers: basic(SECRETS.basic.user, 'basic-password-other') }),
			401,
			'CREDENTIALS_INVALID',
			'Authorization',
		],
		[
			'another user',
			method('basic'),
			createRequest({ headers: basic('somebody', SECRETS.basic.password) }),
			401,
			'CREDENTIALS_INVALID',
			'Authorization',
		],
		[
			'Basic that is not base64 of a pair',
			method('basic'),
			createRequest({ headers: { authorization: 'Basic !!!!' } }),
			401,
			'CREDENTIALS_INVALID',
			'Authorization',
		],
		[
			'one of two methods that must pass',
			method('urlToken', 'bearer'),
			createRequest({ query: { token: SECRETS.urlTokens[0] } }),
			401,
			'TOKEN_MISSING',
			'Authorization',
		],
		[
			'none of two methods, one of which must pass',
			message({ methods: ['urlToken', 'basic'], mode: 'any' }),
			createRequest({
				query: { token: 'wrong-token' },
				headers: basic('nobody', 'nothing-at-all'),
			}),
			401,
			'UNAUTHORIZED',
			'credentials',
		],
		[
			'a body that announces too many bytes',
			message(),
			createRequest({ body: MESSAGE, headers: { 'content-length': '4097' } }),
			413,
			'PAYLOAD_TOO_LARGE',
			'body',
		],
		[
			'a body that is too long',
			message(),
			createRequest({ body: { message: 'x'.repeat(4096) } }),
			413,
			'PAYLOAD_TOO_LARGE',
			'body',
		],
		[
			'text',
			message(),
			createRequest({ body: MESSAGE, headers: { 'content-type': 'text/plain' } }),
			415,
			'UNSUPPORTED_MEDIA_TYPE',
			'content-type',
		],
		[
			'no content type',
			message(),
			createRequest({ body: MESSAGE, headers: { 'content-type': undefined } }),
			415,
			'UNSUPPORTED_MEDIA_TYPE',
			'content-type',
		],
		[
			'a form if no forms are accepted',
			message(),
			createRequest({
				raw: 'message=Hello',
				headers: { 'content-type': 'application/x-www-form-urlencoded' },
			}),
			415,
			'UNSUPPORTED_MEDIA_TYPE',
			'content-type',
		],
		[
			'a body whose bytes are unavailable',
			message(),
			createRequest({
				headers: { 'content-type': 'multipart/form-data' },
				read: async () => 'unavailable',
			}),
			415,
			'UNSUPPORTED_MEDIA_TYPE',
			'content-type',
		],
		[
			'a body that cannot be decompressed',
			message(),
			createRequest({ headers: { 'content-encoding': 'gzip' }, read: async () => 'damaged' }),
			400,
			'BODY_UNREADABLE',
			'body',
		],
		[
			'a body that is not JSON',
			message(),
			createRequest({ raw: '{"message":', headers: { 'content-type': 'application/vnd.a+json' } }),
			400,
			'INVALID_JSON',
			'body',
		],
		[
			'a form whose field is not JSON',
			createRules('github', 'event'),
			createRequest({
				raw: 'payload=%7B',
				headers: { 'content-type': 'application/x-www-form-urlencoded' },
			}),
			400,
			'INVALID_JSON',
			'body',
		],
		[
			'a body nested 101 levels deep',
			message(),
			createRequest({ body: { ...MESSAGE, context: nestedObjects(100) } }),
			400,
			'INVALID_JSON',
			'body',
		],
		[
			'a body nested ten thousand levels deep',
			message({ maxBodyBytes: 100_000 }),
			createRequest({
				raw: `{"message":"Hello","context":${'{"a":['.repeat(5000)}${']}'.repeat(5000)}}`,
				headers: { 'content-type': 'application/vnd.a+json' },
			}),
			400,
			'INVALID_JSON',
			'body',
		],
		[
			'a form whose field is nested too deep',
			createRules('github', 'event'),
			createRequest({
				raw: `payload=${'['.repeat(101)}${']'.repeat(101)}`,
				headers: { 'content-type': 'application/x-www-form-urlencoded' },
			}),
			400,
			'INVALID_JSON',
			'body',
		],
		['a missing field', message(), createRequest({ body: {} }), 422, 'INVALID_INPUT', 'message'],
		['no body', message(), createRequest({ raw: '' }), 422, 'INVALID_INPUT', 'message'],
		['a list', message(), createRequest({ body: [MESSAGE] }), 422, 'INVALID_INPUT', 'body'],
		[
			'no signature',
			event(),
			createRequest({ body: EVENT }),
			401,
			'SIGNATURE_MISSING',
			'X-AgenticFlow-Signature',
		],
		[
			'a signature of another form',
			event(),
			createRequest({ body: EVENT, headers: { 'x-agenticflow-signature': 'sha256:0123456789' } }),
			401,
			'SIGNATURE_MALFORMED',
			'X-AgenticFlow-Signature',
		],
		[
			'a signature with another secret',
			event(),
			createRequest({ body: EVENT, headers: signed('agenticflow', EVENT, { secret: 'another' }) }),
			401,
			'SIGNATURE_INVALID',
			'X-AgenticFlow-Signature',
		],
		[
			'a signature of other bytes',
			event(),
			createRequest({ body: { ...EVENT, data: {} }, headers: signed('agenticflow', EVENT) }),
			401,
			'SIGNATURE_INVALID',
			'X-AgenticFlow-Signature',
		],
		[
			'a signature that was sent twice',
			standard,
			standardRequest(twice('webhook-signature')),
			401,
			'SIGNATURE_MALFORMED',
			'webhook-signature',
		],
		['no ID', standard, standardRequest(without('webhook-id')), 401, 'ID_MISSING', 'webhook-id'],
		[
			'an ID that was sent twice',
			standard,
			standardRequest(twice('webhook-id')),
			401,
			'ID_MALFORMED',
			'webhook-id',
		],
		[
			'no timestamp',
			standard,
			standardRequest(without('webhook-timestamp')),
			401,
			'TIMESTAMP_MISSING',
			'webhook-timestamp',
		],
		[
			'a timestamp that is not a time',
			standard,
			standardRequest((headers) => ({ ...headers, 'webhook-timestamp': 'now' })),
			401,
			'TIMESTAMP_MALFORMED',
			'webhook-timestamp',
		],
		[
			'an old timestamp',
			standard,
			standardRequest((headers) => ({ ...headers, 'webhook-timestamp': '1600000000' })),
			401,
			'TIMESTAMP_OUT_OF_TOLERANCE',
			'webhook-timestamp',
		],
		[
			'JSON without its digest in the URL',
			twilio,
			createRequest({
				body: MESSAGE,
				headers: { 'x-twilio-signature': 'AAAAAAAAAAAAAAAAAAAAAAAAAAA=' },
			}),
			401,
			'BODY_DIGEST_INVALID',
			'bodySHA256',
		],
	])('for %s', async (_name, rules, request, status, code, field) => {
		const outcome = await receiveRequest(rules, request);
		expectHelpfulRejection(outcome, request);
		expect(outcome).toMatchObject({ status, code });
		expect(outcome.details.field).toBe(field);
	});

	test('names the accepted method with 405, and the accepted credentials with 401', async () => {
		expect((await receiveRequest(message(), createRequest({ method: 'GET' }))).headers).toEqual({
			Allow: 'POST',
		});
		const getRejectionHeaders = async (...methods) =>
			(await receiveRequest(method(...methods), createRequest())).headers;
		expect(await getRejectionHeaders('bearer')).toEqual({ 'WWW-Authenticate': 'Bearer' });
		expect(await getRejectionHeaders('bearer', 'basic')).toEqual({
			'WWW-Authenticate': 'Bearer, Basic realm="webhook", charset="UTF-8"',
		});
		expect(await getRejectionHeaders('urlToken')).toEqual({});
	});

	test('does not reveal which method nearly passed if any one is enough', async () => {
		const rules = message({ methods: ['urlToken', 'bearer', 'basic'], mode: 'any' });
		const rejections = await Promise.all(
			[
				createRequest(),
				createRequest({ query: { token: 'wrong' } }),
				createRequest({ headers: bearer('wrong') }),
				createRequest({ headers: basic(SECRETS.basic.user, 'wrong') }),
			].map((request) => receiveRequest(rules, request)),
		);
		for (const rejection of rejections) expect(rejection).toEqual(rejections[0]);
		expect(rejections[0].code).toBe('UNAUTHORIZED');
	});

	test('does not read the credential for a caller who presents nothing', async () => {
		const loadSecrets = async () => {
			throw new Error('read');
		};
		for (const mode of ['all', 'any']) {
			const rules = message({ methods: ['urlToken', 'bearer', 'basic'], mode, loadSecrets });
			expect(await receiveRequest(rules, createRequest())).toMatchObject({
				result: 'rejected',
				status: 401,
			});
		}
	});

	test('does not read the body of a caller who is rejected', async () => {
		const read = async () => {
			throw new Error('read');
		};
		const request = createRequest({ headers: bearer('wrong'), read });
		expect((await receiveRequest(method('bearer'), request)).code).toBe('TOKEN_INVALID');
	});

	test('for any request under any rules', async () => {
		const METHODS = ['urlToken', 'bearer', 'basic', 'signature'];
		const near = (secret) =>
			fc.constantFrom('', 'x', secret, secret.slice(1), `${secret}x`, secret.toUpperCase());
		const secretPair = fc.tuple(near(SECRETS.basic.user), near(SECRETS.basic.password));
		const anyRequest = fc.record({
			method: fc.constantFrom('POST', 'POST', 'POST', 'PUT'),
			secure: fc.boolean(),
			token: fc.option(near(SECRETS.urlTokens[0]), { nil: undefined }),
			authorization: fc.oneof(
				fc.constant(undefined),
				near(SECRETS.bearerTokens[0]).map((token) => bearer(token).authorization),
				secretPair.map((pair) => basic(...pair).authorization),
			),
			signature: fc.constantFrom('none', 'good', 'wrong', 'junk'),
			contentType: fc.constantFrom('application/json', 'application/json', 'text/plain'),
			body: fc.oneof(fc.constant(EVENT), fc.constant({ ...EVENT, data: 5 }), fc.jsonValue()),
		});
		const anyRules = fc.record({
			methods: fc.subarray(METHODS),
			mode: fc.constantFrom('all', 'any', 'allConfigured', 'anyConfigured'),
			httpsOnly: fc.boolean(),
		});
		let accepted = 0;
		await fc.assert(
			fc.asyncProperty(anyRules, anyRequest, async (changes, given) => {
				const { authorization, body, contentType, signature, token, ...rest } = given;
				const signatures = {
					none: {},
					good: signed('agenticflow', body),
					wrong: signed('agenticflow', body, { secret: 'another' }),
					junk: { 'x-agenticflow-signature': SIGNING_SECRET },
				};
				const request = createRequest({
					...rest,
					raw: JSON.stringify(body),
					query: { token },
					headers: { authorization, 'content-type': contentType, ...signatures[signature] },
				});
				const outcome = await receiveRequest(event(changes), request);
				const passes = {
					urlToken: token === SECRETS.urlTokens[0],
					bearer: authorization === bearer(SECRETS.bearerTokens[0]).authorization,
					basic: authorization === basic(SECRETS.basic.user, SECRETS.basic.password).authorization,
					signature: signature === 'good',
				};
				const proofs = changes.methods.map((name) => passes[name]);
				const authentic =
					changes.mode.startsWith('all') || proofs.length === 0
						? proofs.every(Boolean)
						: proofs.some(Boolean);
				if (outcome.result === 'rejected') {
					expectHelpfulRejection(outcome, request);
					if (outcome.status === 401) expect(authentic).toBe(false);
					return;
				}
				accepted += 1;
				expect(authentic).toBe(true);
				expect(given.method).toBe('POST');
				expect(given.secure || !changes.httpsOnly).toBe(true);
				for (const name of outcome.authentication) expect(passes[name]).toBe(true);
			}),
			{ numRuns: 1000 },
		);
		expect(accepted).toBeGreaterThan(0);
	});
});

describe('a request through a proxy that n8n does not trust', () => {
	const receiveMessage = async (changes, request) =>
		await receiveRequest(
			createRules('agenticflow', 'agentMessage', changes),
			createRequest(request),
		);

	test.each([
		{ 'x-forwarded-proto': 'https' },
		{ 'x-forwarded-proto': 'HTTPS, http' },
		{ forwarded: 'for=203.0.113.7;proto=https;by=10.0.0.1' },
		{ 'x-forwarded-ssl': 'on' },
	])(
		'with %j is rejected with a hint at N8N_PROXY_HOPS if it has to use HTTPS',
		async (headers) => {
			const result = await receiveMessage({ httpsOnly: true }, { secure: false, headers });
			expect(result).toMatchObject({
				status: 403,
				code: 'HTTPS_REQUIRED',
				message: expect.stringContaining('set N8N_PROXY_HOPS to the number of proxies'),
			});
		},
	);

	test.each([{}, { 'x-forwarded-proto': 'http' }, { forwarded: 'proto=http' }])(
		'gets no such hint with %j, since its caller did not use HTTPS',
		async (headers) => {
			const result = await receiveMessage({ httpsOnly: true }, { secure: false, headers });
			expect(result.message).toBe('This webhook accepts HTTPS only');
		},
	);

	test('gets the hint too if the proxy’s address is not allowed', async () => {
		const isAllowedAddress = (address) => address === '203.0.113.7';
		const headers = { 'x-forwarded-for': '203.0.113.7' };
		const proxied = { address: '10.0.0.1', peerAddress: '10.0.0.1', headers };
		expect(await receiveMessage({ isAllowedAddress }, proxied)).toMatchObject({
			code: 'ADDRESS_NOT_ALLOWED',
			message: expect.stringContaining('set N8N_PROXY_HOPS'),
		});
		for (const request of [
			{ ...proxied, headers: {} },
			{ ...proxied, address: '198.51.100.9' },
		]) {
			const { message: text } = await receiveMessage({ isAllowedAddress }, request);
			expect(text).toBe('This address is not allowed to call this webhook');
		}
	});
});
