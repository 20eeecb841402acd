const pick = require('lodash/pick');

const { receive } = require('../../../harness/contexts');
const { createRequest, PARAMETERS } = require('./bearerRequests');

const credentials = { agentWebhookInboundApi: { bearerTokens: 'one two' } };

describe('a request to the trigger', () => {
	test('starts an execution with its item if it is accepted', async () => {
		const { answer, result } = await receive(PARAMETERS, createRequest('Bearer two'), {
			credentials,
		});
		expect(answer).toEqual({});
		expect(result.workflowData[0][0].json).toMatchObject({ body: { message: 'hi' } });
		expect(result.workflowData[0][0].json.headers).not.toHaveProperty('authorization');
	});

	test('is answered and starts no execution if it is rejected', async () => {
		const { answer, result } = await receive(PARAMETERS, createRequest('Bearer three'), {
			credentials,
		});
		expect(result).toEqual({ noWebhookResponse: true });
		expect(answer).toMatchObject({ statusCode: 401, body: { error: { code: 'TOKEN_INVALID' } } });
	});

	test('is answered in the shape that AgenticFlow documents if it is rejected', async () => {
		const { answer } = await receive(PARAMETERS, createRequest('Bearer three'), { credentials });
		expect(answer.headers).toMatchObject({ 'WWW-Authenticate': 'Bearer' });
		expect(answer.body).toEqual({
			success: false,
			error: {
				code: 'TOKEN_INVALID',
				message: 'The Bearer token is not valid',
				details: {
					field: 'Authorization',
					expected: 'Bearer and a valid token',
					received: 'another token',
				},
			},
		});
	});

	test('is output with its reason on the second output if the owner wants rejected requests', async () => {
		const { answer, result } = await receive(
			{ ...PARAMETERS, options: { outputRefused: true } },
			createRequest('Bearer three'),
			{ credentials },
		);
		expect(answer.statusCode).toBe(401);
		const [accepted, [{ json }]] = result.workflowData;
		expect(accepted).toEqual([]);
		expect(json).toEqual({
			refused: true,
			code: 'TOKEN_INVALID',
			message: 'The Bearer token is not valid',
			hint: expect.stringContaining('"Authentication"'),
			details: {
				field: 'Authorization',
				expected: 'Bearer and a valid token',
				received: 'another token',
			},
			status_code: 401,
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			query: {},
			source_address: '127.0.0.1',
			received_at: expect.any(String),
			request_id: expect.any(String),
		});
	});

	test('is rejected without a reason if the receiver has lost its secrets', async () => {
		const { answer, result } = await receive(PARAMETERS, createRequest('Bearer x'), {
			credentials: { agentWebhookInboundApi: {} },
		});
		expect(result).toEqual({ noWebhookResponse: true });
		expect(answer).toMatchObject({
			statusCode: 500,
			body: { error: { code: 'RECEIVER_NOT_SET_UP' } },
		});
		expect(JSON.stringify(answer)).not.toContain('Bearer');
	});

	test('is answered 413 if n8n finds its body too large while reading it', async () => {
		const { answer } = await receive(
			{ ...PARAMETERS, authenticationMethods: [] },
			{
				headers: { 'content-type': 'application/cloudevents+json' },
				readRawBody: async () => {
					throw Object.assign(new Error('request entity too large'), { statusCode: 413 });
				},
			},
		);
		expect(answer).toMatchObject({
			statusCode: 413,
			body: { error: { code: 'PAYLOAD_TOO_LARGE' } },
		});
	});

	test('is answered 400 if its body cannot be read', async () => {
		const { answer } = await receive(
			{ ...PARAMETERS, authenticationMethods: [] },
			{
				headers: { 'content-type': 'application/cloudevents+json' },
				readRawBody: async () => {
					throw new Error('incorrect header check');
				},
			},
		);
		expect(answer).toMatchObject({
			statusCode: 400,
			body: { error: { code: 'BODY_UNREADABLE' } },
		});
	});

	test.each([
		['203.0.113.7:1234', '203.0.113.7'],
		['::ffff:203.0.113.7', '203.0.113.7'],
		['[2001:DB8::1]:443', '2001:db8::1'],
		['fe80::1%eth0', 'fe80::1'],
		['unknown', 'unknown'],
		[undefined, null],
	])('from %j has the source address %j, whether accepted or rejected', async (ip, address) => {
		const parameters = { ...PARAMETERS, options: { outputRefused: true } };
		const sourceAddress = async (authorization) => {
			const request = { ...createRequest(authorization), ip };
			const { result } = await receive(parameters, request, { credentials });
			return result.workflowData.flat()[0].json.source_address;
		};
		expect([await sourceAddress('Bearer one'), await sourceAddress('Bearer x')]).toEqual([
			address,
			address,
		]);
	});
});

describe('the simplified item', () => {
	const simplified = { simplify: true, authenticationMethods: [], path: 'x', options: {} };

	test('of an event begins with its type, time and data, and has the rest of its body beside them', async () => {
		const body = { type: 'order.paid', timestamp: '2026-01-01T00:00:00Z', data: { n: 1 } };
		const { result } = await receive(
			{ platform: 'standardWebhooks', requestKind: 'event', ...simplified },
			{
				headers: { 'content-type': 'application/json', 'webhook-id': 'msg_1' },
				rawBody: Buffer.from(JSON.stringify(body)),
				body,
			},
		);
		const [[{ json }]] = result.workflowData;
		expect(Object.entries(json)).toEqual([
			['event', 'order.paid'],
			['event_time', '2026-01-01T00:00:00.000Z'],
			['data', { n: 1 }],
			['envelope', { type: 'order.paid', timestamp: '2026-01-01T00:00:00Z' }],
			['duplicate_key', 'msg_1'],
			['received_at', expect.any(String)],
			['request_id', expect.any(String)],
		]);
	});

	test.each([
		[
			'linear',
			{ type: 'Issue', action: 'create', data: { id: 1 }, url: 'https://linear.app/i/1' },
			{
				data: { id: 1 },
				envelope: { type: 'Issue', action: 'create', url: 'https://linear.app/i/1' },
			},
		],
		['custom', { type: 'x.y', data: { a: 1 } }, { data: { a: 1 }, envelope: { type: 'x.y' } }],
		['custom', { data: { a: 1 } }, { data: { a: 1 } }],
		['custom', { a: 1 }, { data: { a: 1 } }],
		['custom', [{ data: 1 }], { data: [{ data: 1 }] }],
		['github', { ref: 'main', data: 1 }, { data: { ref: 'main', data: 1 } }],
	])('of %s loses nothing of the body %j', async (platform, body, parts) => {
		const { result } = await receive(
			{ platform, requestKind: 'event', ...simplified },
			{
				headers: { 'content-type': 'application/json' },
				rawBody: Buffer.from(JSON.stringify(body)),
				body,
			},
		);
		const [[{ json }]] = result.workflowData;
		expect(pick(json, ['data', 'envelope', 'body'])).toEqual(parts);
	});

	test('has no token of the request in the fields around its data', async () => {
		const { result } = await receive(
			{ ...PARAMETERS, platform: 'custom', requestKind: 'event', simplify: true },
			createRequest('Bearer two', '{"token":"two","data":{}}'),
			{ credentials },
		);
		expect(result.workflowData[0][0].json.envelope).toEqual({ token: '***' });
	});

	test('of another request begins with its body, without the tokens of the request', async () => {
		const { result } = await receive(
			{ ...PARAMETERS, simplify: true },
			createRequest('Bearer two', '{"message":"two hi"}'),
			{ credentials },
		);
		const [[{ json }]] = result.workflowData;
		expect(Object.keys(json)).toEqual(['body', 'received_at', 'request_id']);
		expect(json.body.message).not.toContain('two');
	});

	test('is the default', async () => {
		const parameters = { ...PARAMETERS, simplify: undefined };
		const { result } = await receive(parameters, createRequest('Bearer two'), { credentials });
		expect(result.workflowData[0][0].json).not.toHaveProperty('headers');
	});
});

describe('the item of a request', () => {
	const TOKEN = 'wh_s3cr3t_9a2e';
	const copies = {
		'x-original-url': `/webhook/x?token=${TOKEN}`,
		'x-forwarded-uri': `/webhook/x?a=1&token=${encodeURIComponent(TOKEN)}`,
		referer: `https://n8n.example.com/x?token=${TOKEN}`,
		'x-copy': TOKEN,
	};
	const query = { token: TOKEN, x: { token: TOKEN }, next: `/x?token=${TOKEN}`, page: '2' };
	const createMarkedRequest = (body = `{"message":"hi","callback":"https://h/?t=${TOKEN}"}`) => ({
		...createRequest(`Bearer ${TOKEN}`, body),
		headers: {
			'content-type': 'application/json',
			authorization: `Bearer ${TOKEN}`,
			host: 'n8n.example.com',
			...copies,
		},
		query,
	});
	const expected = {
		headers: {
			'content-type': 'application/json',
			host: 'n8n.example.com',
			'x-original-url': '/webhook/x?token=***',
			'x-forwarded-uri': '/webhook/x?a=1&token=***',
			referer: 'https://n8n.example.com/x?token=***',
			'x-copy': '***',
		},
		query: { x: {}, next: '/x?token=***', page: '2' },
	};

	test('masks the credentials that the caller presents, wherever they are', async () => {
		const { result } = await receive(PARAMETERS, createMarkedRequest(), {
			credentials: { agentWebhookInboundApi: { bearerTokens: TOKEN } },
		});
		const [[{ json }]] = result.workflowData;
		expect(json).toMatchObject({
			...expected,
			body: { message: 'hi', callback: 'https://h/?t=***' },
			authentication: ['bearer'],
		});
		expect(JSON.stringify(result)).not.toContain(TOKEN);
	});

	test('masks them if the request is rejected', async () => {
		const parameters = { ...PARAMETERS, options: { outputRefused: true } };
		const { result } = await receive(parameters, createMarkedRequest(), { credentials });
		const [, [{ json }]] = result.workflowData;
		expect(json).toMatchObject({ code: 'TOKEN_INVALID', ...expected });
		expect(JSON.stringify(result)).not.toContain(TOKEN);
	});

	test.each([
		['accepted', {}, 200],
		['rejected before its token is checked', { method: 'GET' }, 405],
		['rejected for its token', {}, 401],
	])(
		'has no token of a header that the credential names, if it is %s',
		async (_, changes, status) => {
			const { result } = await receive(
				{
					...PARAMETERS,
					authenticationMethods: ['headerToken'],
					options: { outputRefused: true },
				},
				{
					...createRequest('none', `{"message":"hi","copy":"${TOKEN}"}`),
					headers: {
						'content-type': 'application/json',
						'x-shop': `Key ${TOKEN}`,
						'x-copy': TOKEN,
					},
					...changes,
				},
				{
					credentials: {
						agentWebhookInboundApi: {
							headerNames: 'X-Shop',
							headerPrefix: 'Key',
							headerTokens: status === 401 ? 'another-token-1234' : TOKEN,
						},
					},
				},
			);
			const { json } = result.workflowData.flat()[0];
			expect(json.status_code ?? 200).toBe(status);
			expect(json.headers).toEqual({ 'content-type': 'application/json', 'x-copy': '***' });
			expect(JSON.stringify(result)).not.toContain(TOKEN);
		},
	);

	test.each([
		['accepted', ['platform'], TOKEN, 200],
		['accepted without authentication', [], TOKEN, 200],
		['rejected', ['platform'], 'another-token-1234', 401],
	])(
		'has no token of the header that its platform names, if it is %s',
		async (_, authenticationMethods, headerTokens, status) => {
			const { result } = await receive(
				{
					...PARAMETERS,
					platform: 'gitlab-token',
					requestKind: 'event',
					authenticationMethods,
					options: { outputRefused: true },
				},
				{
					...createRequest('none', `{"object_kind":"push","copy":"${TOKEN}"}`),
					headers: {
						'content-type': 'application/json',
						'x-gitlab-token': TOKEN,
						'x-copy': TOKEN,
					},
				},
				{ credentials: { agentWebhookInboundApi: { headerNames: 'X-API-Key', headerTokens } } },
			);
			const { json } = result.workflowData.flat()[0];
			expect(json.status_code ?? 200).toBe(status);
			expect(JSON.stringify(result)).not.toContain(TOKEN);
			if (status === 401) {
				expect(json).toMatchObject({
					details: { field: 'X-Gitlab-Token' },
					hint: expect.stringContaining('sends its token in the header X-Gitlab-Token'),
				});
			}
		},
	);

	test.each([
		['accepted', TOKEN, 200],
		['rejected', 'another-token-1234', 401],
	])('has no token of its body, if it is %s', async (_, bodyTokens, status) => {
		const { result } = await receive(
			{
				...PARAMETERS,
				platform: 'figma',
				requestKind: 'event',
				authenticationMethods: ['platform'],
				options: { outputRefused: true },
				simplify: false,
			},
			createRequest(undefined, `{"event_type":"PING","passcode":"${TOKEN}"}`),
			{ credentials: { agentWebhookInboundApi: { bodyTokens } } },
		);
		const { json } = result.workflowData.flat()[0];
		expect(json.status_code ?? 200).toBe(status);
		expect(JSON.stringify(result)).not.toContain(TOKEN);
		if (status === 200) expect(json.body).toEqual({ event_type: 'PING', passcode: '***' });
		else expect(json.hint).toContain('sends its token in the body field passcode');
	});

	test('has a duplicate key of its own for each delivery whose key contains them', async () => {
		const parameters = {
			...PARAMETERS,
			options: { duplicateKey: 'header.X-Original-URL, body.n' },
		};
		const keys = [];
		for (const n of [1, 2, 1]) {
			const { result } = await receive(
				parameters,
				createMarkedRequest(`{"message":"hi","n":${n}}`),
				{ credentials: { agentWebhookInboundApi: { bearerTokens: TOKEN } } },
			);
			keys.push(result.workflowData[0][0].json.duplicate_key);
		}
		expect(keys[0]).toMatch(/^[0-9a-f]{64}$/);
		expect(keys[1]).not.toBe(keys[0]);
		expect(keys[2]).toBe(keys[0]);
	});
});

describe('an event with big numbers', () => {
	const BIG = '616581622363398142';

	/** Sends an event to an open trigger. @returns the item's data; or the status and code of its reply */
	async function send(raw, { conditions, ...options }, platform = 'custom') {
		const { answer, result } = await receive(
			{
				platform,
				requestKind: 'event',
				events: [],
				path: 'x',
				authenticationMethods: [],
				responseMode: 'onReceived',
				...(conditions !== undefined && { conditionSource: 'json', conditions }),
				options,
			},
			{ headers: { 'content-type': 'application/json' }, rawBody: Buffer.from(raw), body: {} },
		);
		if (result.workflowData !== undefined) return result.workflowData[0][0].json.body;
		return `${answer.statusCode} ${answer.body.status ?? answer.body.error.code}`;
	}

	test.each([
		[`{"id":${BIG}}`, true],
		[`{"id":{"gte":${BIG}}}`, true],
		['{"id":{"gt":5}}', true],
		['{"id":{"in":[1,616581622363398142]}}', true],
		['{"id":616581622363398143}', false],
		['{"id":{"ne":616581622363398142}}', false],
		['{"id":{"gt":616581622363398142}}', false],
		['{"count":2}', true],
	])('meets the condition %s: %s', async (conditions, isMet) => {
		const raw = `{"id":${BIG},"count":2}`;
		for (const [bigNumbersAsText, id] of [
			[false, Number(BIG)],
			[true, BIG],
		]) {
			const expected = isMet ? { id, count: 2 } : '200 ignored';
			expect(await send(raw, { conditions, bigNumbersAsText })).toEqual(expected);
		}
	});

	test('meets a condition with its digits as text only if the item has them as text', async () => {
		const conditions = `{"id":{"in":["${BIG}"]}}`;
		const raw = `{"id":${BIG}}`;
		expect(await send(raw, { conditions, bigNumbersAsText: true })).toEqual({ id: BIG });
		expect(await send(raw, { conditions })).toBe('200 ignored');
	});

	test('is validated as its sender sent it, also if the item has them as text', async () => {
		const response = (time) =>
			`{"event":"agent.response","timestamp":"2024-01-20T15:30:00Z","data":{"conversation_id":"c","response_time_ms":${time}}}`;
		const outcomes = [];
		for (const time of ['9007199254740993', '"9007199254740993"']) {
			for (const bigNumbersAsText of [false, true]) {
				const outcome = await send(
					response(time),
					{ bigNumbersAsText, httpsOnly: false },
					'workflux',
				);
				outcomes.push(typeof outcome === 'string' ? outcome : 'started');
			}
		}
		const rejected = '422 INVALID_INPUT';
		expect(outcomes).toEqual(['started', 'started', rejected, rejected]);
	});
});
