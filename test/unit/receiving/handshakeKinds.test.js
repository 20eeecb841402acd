const { createHmac } = require('node:crypto');

const { InboundConfigurationError } = require('../../../build/core/receiving/configuredMethods');
const { receiveRequest } = require('../../../build/core/receiving/receive');

const {
	SECRETS,
	SIGNING_SECRET,
	createRules,
	createRequest,
	secretsFor,
	signed,
} = require('./requests');

const loadSecrets = jest.fn();
beforeEach(() => loadSecrets.mockReset().mockImplementation(async () => secretsFor('github')));

/** Rules of a signed platform with one handshake, or several. */
const rulesWith = (handshakes, changes = {}) =>
	createRules('github', 'event', {
		methods: ['signature'],
		handshakes: [handshakes].flat(),
		loadSecrets,
		...changes,
	});
const NO_BODY = { raw: '', headers: { 'content-type': undefined } };
const get = (query = {}, changes = {}) =>
	createRequest({ method: 'GET', query, ...NO_BODY, ...changes });
const expectRejected = (result, status, code) =>
	expect(result).toMatchObject({ result: 'rejected', status, code });

describe('a handshake by GET', () => {
	const echo = {
		method: 'GET',
		requires: [{ query: 'challenge' }],
		isUnsigned: true,
		statusCode: 200,
		reply: { text: '{query.challenge}' },
	};

	test('is answered as text without reading a secret or the body', async () => {
		const read = jest.fn(async () => Buffer.alloc(0));
		expect(await receiveRequest(rulesWith(echo), get({ challenge: 'a-b_1=' }, { read }))).toEqual({
			result: 'handshake',
			status: 200,
			text: 'a-b_1=',
		});
		expect(loadSecrets).not.toHaveBeenCalled();
	});

	test.each([
		['GET without the parameter', get()],
		['GET with an empty one', get({ challenge: '' })],
		['GET with a repeated one', get({ challenge: ['a', 'b'] })],
		['GET with an object in it', get({ challenge: { a: 'b' } })],
		['HEAD', get({ challenge: 'a' }, { method: 'HEAD' })],
		['PUT', get({ challenge: 'a' }, { method: 'PUT' })],
	])('is not %s', async (_, request) => {
		expectRejected(await receiveRequest(rulesWith(echo), request), 405, 'METHOD_NOT_ALLOWED');
	});

	test('is not a POST with the parameter, which must be signed', async () => {
		const request = createRequest({ query: { challenge: 'a' } });
		expectRejected(await receiveRequest(rulesWith(echo), request), 401, 'SIGNATURE_MISSING');
	});

	test.each(['<script>alert(1)</script>', 'a"b', 'a\nb', 'ü', '{"a":1}', 'a'.repeat(257), '&lt;'])(
		'does not send %j back',
		async (challenge) => {
			const result = await receiveRequest(rulesWith(echo), get({ challenge }));
			expectRejected(result, 422, 'INVALID_INPUT');
			expect(JSON.stringify(result)).not.toContain(JSON.stringify(challenge).slice(1, -1));
		},
	);

	test('is not answered over HTTP if only HTTPS is accepted, nor for another address', async () => {
		const request = get({ challenge: 'a' }, { secure: false });
		expectRejected(
			await receiveRequest(rulesWith(echo, { httpsOnly: true }), request),
			403,
			'HTTPS_REQUIRED',
		);
		expectRejected(
			await receiveRequest(rulesWith(echo, { isAllowedAddress: () => false }), request),
			403,
			'ADDRESS_NOT_ALLOWED',
		);
	});

	test('is rejected if its body is too large', async () => {
		const request = get({ challenge: 'a' }, { raw: 'a'.repeat(4097) });
		expectRejected(await receiveRequest(rulesWith(echo), request), 413, 'PAYLOAD_TOO_LARGE');
	});

	test('needs the token of a platform that sends it with each request', async () => {
		const { isUnsigned: _, ...authentic } = echo;
		const rules = rulesWith(authentic, { methods: ['headerToken'] });
		const request = (headers) => get({ challenge: 'a' }, { headers });
		expectRejected(await receiveRequest(rules, request({})), 401, 'TOKEN_MISSING');
		expectRejected(
			await receiveRequest(rules, request({ 'x-api-key': 'b' })),
			401,
			'TOKEN_INVALID',
		);
		const [token] = SECRETS.header.tokens;
		expect(await receiveRequest(rules, request({ 'x-api-key': token }))).toMatchObject({
			text: 'a',
		});
	});

	test('never lets a GET be an event', async () => {
		const never = { ...echo, isUnsigned: undefined, when: { never: { present: true } } };
		const rules = rulesWith(never, { methods: [] });
		expectRejected(await receiveRequest(rules, get({ challenge: 'a' })), 405, 'METHOD_NOT_ALLOWED');
	});
});

describe('a handshake with a verify token', () => {
	const verify = {
		method: 'GET',
		requires: [{ query: 'hub.mode' }, { query: 'hub.challenge' }],
		isUnsigned: true,
		verifyToken: { query: 'hub.verify_token' },
		statusCode: 200,
		reply: { text: '{query.hub.challenge}' },
	};
	const [token] = SECRETS.urlTokens;
	const query = (verifyToken) => ({
		'hub.mode': 'subscribe',
		'hub.challenge': '1158201444',
		'hub.verify_token': verifyToken,
	});

	test('is answered for one of the URL tokens', async () => {
		expect(await receiveRequest(rulesWith(verify), get(query(token)))).toEqual({
			result: 'handshake',
			status: 200,
			text: '1158201444',
		});
	});

	test.each([
		['another', 'another', 'TOKEN_INVALID'],
		['the first half of', token.slice(0, 8), 'TOKEN_INVALID'],
		['a repeated', [token, token], 'TOKEN_INVALID'],
		['an empty', '', 'TOKEN_MISSING'],
		['no', undefined, 'TOKEN_MISSING'],
	])('is rejected without its challenge for %s token', async (_, verifyToken, code) => {
		const result = await receiveRequest(rulesWith(verify), get(query(verifyToken)));
		expectRejected(result, 403, code);
		expect(JSON.stringify(result)).not.toContain('1158201444');
		expect(JSON.stringify(result)).not.toContain(token);
	});

	test('fails for the owner if the credential has no URL token, or there is no credential', async () => {
		loadSecrets.mockResolvedValue({ ...secretsFor('github'), urlTokens: [] });
		await expect(receiveRequest(rulesWith(verify), get(query('')))).resolves.toMatchObject({
			status: 403,
		});
		await expect(receiveRequest(rulesWith(verify), get(query('a')))).rejects.toThrow(
			/enter under "URL Tokens"/,
		);
		const open = rulesWith(verify, { methods: [] });
		await expect(receiveRequest(open, get(query('a')))).rejects.toThrow(InboundConfigurationError);
		const { isUnsigned: _, ...authentic } = verify;
		await expect(
			receiveRequest(rulesWith(authentic, { methods: [] }), get(query('a'))),
		).rejects.toThrow(InboundConfigurationError);
	});
});

describe('a handshake with a proof of a URL parameter', () => {
	const crc = {
		method: 'GET',
		requires: [{ query: 'crc_token' }],
		isUnsigned: true,
		statusCode: 200,
		reply: { response_token: 'sha256={hmac-sha256-base64:query.crc_token}' },
	};
	const crc_token = 'NDYyMzU0OTctZTNlYy00NjQx';
	const proof = (secret, text = crc_token) =>
		`sha256=${createHmac('sha256', secret).update(text).digest('base64')}`;

	test('is answered with the HMAC of the first secret', async () => {
		expect(await receiveRequest(rulesWith(crc), get({ crc_token }))).toEqual({
			result: 'handshake',
			status: 200,
			reply: { response_token: proof(SIGNING_SECRET) },
		});
		loadSecrets.mockResolvedValue(secretsFor('github', ['new', 'old']));
		expect(await receiveRequest(rulesWith(crc), get({ crc_token }))).toMatchObject({
			reply: { response_token: proof('new') },
		});
	});

	test.each([
		'{"event":"forged"}',
		'[]',
		'1234567890123456',
		'payload=forged',
		'eyJhbGciOiJIUzI1NiJ9.e30',
		'short',
		'a'.repeat(129),
		'1700000000.{}',
		'a b c d e f g h',
		'true',
	])('never signs %j, which could be a signed body', async (text) => {
		const result = await receiveRequest(rulesWith(crc), get({ crc_token: text }));
		expectRejected(result, 422, 'INVALID_INPUT');
		expect(loadSecrets).not.toHaveBeenCalled();
	});

	test('is no signature that the same trigger accepts', async () => {
		const { reply } = await receiveRequest(rulesWith(crc), get({ crc_token }));
		const hex = Buffer.from(reply.response_token.slice(7), 'base64').toString('hex');
		const request = createRequest({
			raw: crc_token,
			headers: { 'x-hub-signature-256': `sha256=${hex}`, 'x-github-event': 'push' },
		});
		expectRejected(await receiveRequest(rulesWith(crc), request), 400, 'INVALID_JSON');
	});

	test('fails for the owner without a secret', async () => {
		loadSecrets.mockResolvedValue(secretsFor('github', []));
		await expect(receiveRequest(rulesWith(crc), get({ crc_token }))).rejects.toThrow(
			/needs a proof made with the signing secret/,
		);
		const open = rulesWith(crc, { methods: [] });
		await expect(receiveRequest(open, get({ crc_token }))).rejects.toThrow(
			InboundConfigurationError,
		);
	});
});

describe('a handshake by HEAD', () => {
	test('is answered without a body', async () => {
		const rules = rulesWith({ method: 'HEAD', isUnsigned: true, statusCode: 200 });
		expect(await receiveRequest(rules, get({}, { method: 'HEAD' }))).toEqual({
			result: 'handshake',
			status: 200,
		});
		expectRejected(await receiveRequest(rules, get()), 405, 'METHOD_NOT_ALLOWED');
	});
});

describe('a handshake with a header', () => {
	const echo = {
		requires: [{ header: 'X-Hook-Secret' }],
		isUnsigned: true,
		statusCode: 200,
		headers: { 'X-Hook-Secret': '{header.X-Hook-Secret}' },
	};
	const post = (headers, changes) => createRequest({ headers, ...changes });

	test('is answered with the same header, whatever its body', async () => {
		for (const raw of ['', '{}', 'no JSON']) {
			expect(
				await receiveRequest(rulesWith(echo), post({ 'x-hook-secret': 'b5372' }, { raw })),
			).toEqual({ result: 'handshake', status: 200, headers: { 'X-Hook-Secret': 'b5372' } });
		}
	});

	test('is answered, and never executed, if it has a signed event', async () => {
		const body = { events: [] };
		const headers = { ...signed('github', body), 'x-hook-secret': 'b5372' };
		expect(await receiveRequest(rulesWith(echo), post(headers, { body }))).toMatchObject({
			result: 'handshake',
		});
	});

	test.each([[['a', 'b']], [''], [undefined]])('is not one with %j', async (value) => {
		const result = await receiveRequest(rulesWith(echo), post({ 'x-hook-secret': value }));
		expectRejected(result, 401, 'SIGNATURE_MISSING');
	});

	test.each(['a\r\nSet-Cookie: b=c', 'a b', 'a;b', 'a'.repeat(257)])(
		'does not send %j back',
		async (value) => {
			const result = await receiveRequest(rulesWith(echo), post({ 'x-hook-secret': value }));
			expectRejected(result, 422, 'INVALID_INPUT');
		},
	);
});

describe('a handshake that is not signed yet', () => {
	const challenge = {
		when: { challenge: { present: true }, event: null },
		isUnsigned: true,
		statusCode: 200,
		reply: { challenge: '{body.challenge}' },
	};
	const send = async (body, changes) =>
		await receiveRequest(rulesWith(challenge), createRequest({ body, ...changes }));

	test('is answered by its body', async () => {
		expect(await send({ challenge: 'c1' })).toEqual({
			result: 'handshake',
			status: 200,
			reply: { challenge: 'c1' },
		});
	});

	test('is answered, and never executed, with other fields', async () => {
		const result = await send({ challenge: 'c1', action: 'delete', data: { a: 1 } });
		expect(result).toEqual({ result: 'handshake', status: 200, reply: { challenge: 'c1' } });
	});

	test.each([
		['an event', { event: { type: 'create' }, challenge: 'c1' }],
		['no challenge', {}],
		['an empty one', { challenge: '' }],
		['a number', { challenge: 7 }],
		['null', { challenge: null }],
		['an inherited one', JSON.parse('{"__proto__":{"challenge":"c1"}}')],
		['text', 'challenge'],
	])('is not %s', async (_, body) => {
		expectRejected(await send(body), 401, 'SIGNATURE_MISSING');
	});

	test('is not parsed if it is large, of another type, or nested deep', async () => {
		const large = { challenge: 'c1', padding: 'a'.repeat(4096) };
		const rules = rulesWith(challenge, { maxBodyBytes: 100_000 });
		expectRejected(
			await receiveRequest(rules, createRequest({ body: large })),
			401,
			'SIGNATURE_MISSING',
		);
		const announced = { headers: { 'content-length': '4097' } };
		expectRejected(
			await receiveRequest(rules, createRequest({ body: { challenge: 'c1' }, ...announced })),
			401,
			'SIGNATURE_MISSING',
		);
		expectRejected(
			await send({ challenge: 'c1' }, { headers: { 'content-type': 'text/html' } }),
			401,
			'SIGNATURE_MISSING',
		);
		expectRejected(
			await send({}, { raw: `{"challenge":"c1","a":${'['.repeat(200)}${']'.repeat(200)}}` }),
			401,
			'SIGNATURE_MISSING',
		);
	});

	test('leaves a signed event with a large body to the signature', async () => {
		const body = { action: 'a', padding: 'a'.repeat(5000) };
		const headers = { ...signed('github', body), 'x-github-event': 'push' };
		const rules = rulesWith(challenge, { maxBodyBytes: 100_000 });
		expect(await receiveRequest(rules, createRequest({ body, headers }))).toMatchObject({
			result: 'accepted',
			event: { type: 'push' },
		});
	});
});

describe('a handshake in a list', () => {
	const inList = {
		when: { eventType: 'SubscriptionValidation' },
		statusCode: 200,
		reply: { validationResponse: '{body.data.validationCode}' },
	};
	const validation = { eventType: 'SubscriptionValidation', data: { validationCode: '512d38b6' } };
	const event = { eventType: 'BlobCreated', data: {} };
	const send = async (body, handshake = inList) =>
		await receiveRequest(
			rulesWith(handshake),
			createRequest({ body, headers: signed('github', body) }),
		);

	test('is answered with a value of it', async () => {
		expect(await send([validation])).toEqual({
			result: 'handshake',
			status: 200,
			reply: { validationResponse: '512d38b6' },
		});
	});

	test.each([[[event]], [[validation, event]], [[event, validation]], [[]], [[[validation]]]])(
		'is not %j, which has an event',
		async (body) => {
			expect(await send(body)).toMatchObject({ result: 'accepted' });
			const unsigned = rulesWith({ ...inList, isUnsigned: true });
			expectRejected(
				await receiveRequest(unsigned, createRequest({ body })),
				401,
				'SIGNATURE_MISSING',
			);
		},
	);
});

describe('a signed handshake', () => {
	const withHeader = {
		when: { challenge: { present: true } },
		requires: [{ header: 'X-Message-Type' }],
		statusCode: 200,
		reply: { text: '{body.challenge}' },
	};
	const body = { challenge: 'c-1', subscription: {} };
	const send = async (headers) =>
		await receiveRequest(rulesWith(withHeader), createRequest({ body, headers }));

	test('is answered as text if its signature is valid', async () => {
		const headers = { 'x-message-type': 'verification' };
		expect(await send({ ...headers, ...signed('github', body) })).toMatchObject({
			result: 'handshake',
			text: 'c-1',
		});
		expectRejected(await send(headers), 401, 'SIGNATURE_MISSING');
		expect(await send(signed('github', body))).toMatchObject({ result: 'accepted' });
	});

	test('may be answered with a fixed text', async () => {
		const fixed = {
			when: { event: 'account_callback_test' },
			statusCode: 200,
			reply: { text: 'Hello API Event Received' },
		};
		const sent = { event: 'account_callback_test' };
		const request = createRequest({ body: sent, headers: signed('github', sent) });
		expect(await receiveRequest(rulesWith(fixed), request)).toMatchObject({
			text: 'Hello API Event Received',
		});
	});
});
