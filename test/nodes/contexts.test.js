const { createServer } = require('node:http');
const { setTimeout: pause } = require('node:timers/promises');

const { Webhook } = require('standardwebhooks');

const { CREDENTIALS, execute, NODES, receive } = require('../harness/contexts');

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const outbound = {
	agentWebhookOutboundApi: { signatureScheme: 'platform', signingSecret: SECRET },
};

let server;
let url;
let received;
let respond;

beforeAll(async () => {
	server = createServer(async (request, response) => {
		const chunks = [];
		for await (const chunk of request) chunks.push(chunk);
		received.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
		respond(response);
	});
	await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
	url = `http://127.0.0.1:${server.address().port}/hook`;
});

afterAll(() => {
	server.closeAllConnections();
	server.close();
});

beforeEach(() => {
	received = [];
	respond = (response) => response.end('{}');
});

const send = (more = {}, options = {}) => ({
	resource: 'event',
	operation: 'send',
	platform: 'standardWebhooks',
	url,
	useCredential: true,
	customEventType: 'order.created',
	dataSource: 'item',
	conditionSource: 'always',
	options: { allowHttp: true, maxRetries: 0, timeoutSeconds: 2, ...options },
	...more,
});

describe('Send, in n8n-core’s execution context', () => {
	test('sends the very bytes that it signed', async () => {
		const { outputs } = await execute(send(), [{ json: { text: 'ü' } }], { credentials: outbound });
		expect(outputs.map((items) => items.length)).toEqual([1, 0, 0]);
		const [{ headers, body }] = received;
		expect(new Webhook(SECRET).verify(body, headers)).toMatchObject({ data: { text: 'ü' } });
	});

	test('without a credential it sends unsigned', async () => {
		await execute(send({ useCredential: false }), [{ json: {} }]);
		expect(received[0].headers).not.toHaveProperty('webhook-signature');
	});

	test('items keep their binaries and their pairing', async () => {
		const binary = { file: { data: 'YQ==', mimeType: 'text/plain' } };
		const { outputs } = await execute(send(), [{ json: {} }, { json: {}, binary }], {
			credentials: outbound,
		});
		expect(outputs[0][1]).toMatchObject({ binary, pairedItem: { item: 1 } });
	});

	test('an agent that uses it as its tool is told of a failure too', async () => {
		respond = (response) => response.writeHead(400).end();
		const { outputs } = await execute(send(), [{ json: {} }], {
			credentials: outbound,
			tool: true,
		});
		expect(outputs[0][0].json).toMatchObject({ status: 'failed' });
	});

	test('a cancelled execution sends nothing more', async () => {
		respond = (response) => response.writeHead(503).end();
		const controller = new AbortController();
		const running = execute(
			send({}, { maxRetries: 5, firstDelaySeconds: 3, jitter: 0 }),
			[{ json: {} }],
			{
				credentials: outbound,
				signal: controller.signal,
			},
		);
		while (received.length === 0) await pause(10);
		const cancelledAt = Date.now();
		controller.abort();
		await expect(running).rejects.toThrow('cancelled');
		expect(Date.now() - cancelledAt).toBeLessThan(1000);
		await pause(3500);
		expect(received).toHaveLength(1);
	});

	test('an endless answer is cut and its connection closed', async () => {
		let closed;
		respond = (response) => {
			const timer = setInterval(() => response.write('x'.repeat(10_000)), 1);
			closed = new Promise((resolve) =>
				response.on('close', () => {
					clearInterval(timer);
					resolve(true);
				}),
			);
		};
		const { outputs } = await execute(send({}, { maxResponseKilobytes: 1 }), [{ json: {} }], {
			credentials: outbound,
		});
		expect(outputs[0][0].json).toMatchObject({
			status: 'delivered',
			response: { body_truncated: true },
		});
		expect(await closed).toBe(true);
	});

	test('an answer that never ends its body is a timeout', async () => {
		respond = (response) => response.writeHead(200).write('{');
		const started = Date.now();
		const { outputs } = await execute(send({}, { timeoutSeconds: 1 }), [{ json: {} }], {
			credentials: outbound,
			more: { onError: 'continueRegularOutput' },
		});
		expect(outputs[2][0].json.attempts).toMatchObject([{ outcome: 'timeout' }]);
		expect(Date.now() - started).toBeLessThan(3000);
	});

	test.each([
		['before it answers', () => undefined],
		['in its answer', (response) => response.writeHead(200).write('{')],
	])('a cancelled execution does not wait for an endpoint that hangs %s', async (_, hang) => {
		let closed;
		respond = (response) => {
			hang(response);
			closed = new Promise((resolve) => response.socket.on('close', () => resolve(true)));
		};
		const controller = new AbortController();
		const running = execute(send(), [{ json: {} }], {
			credentials: outbound,
			signal: controller.signal,
		});
		while (closed === undefined) await pause(10);
		await pause(100);
		const cancelledAt = Date.now();
		controller.abort();
		await expect(running).rejects.toThrow('cancelled');
		expect(Date.now() - cancelledAt).toBeLessThan(1000);
		expect(await closed).toBe(true);
	});

	test.each([true, false])(
		'an answer whose headers never end is a timeout, and its connection closed (signed: %s)',
		async (useCredential) => {
			let closed;
			respond = ({ socket }) => {
				socket.write('HTTP/1.1 200 OK\r\nX-Slow: ');
				const timer = setInterval(() => socket.write('x'), 50);
				closed = new Promise((resolve) =>
					socket.on('close', () => {
						clearInterval(timer);
						resolve(true);
					}),
				);
			};
			const { outputs } = await execute(
				send({ useCredential }, { timeoutSeconds: 1 }),
				[{ json: {} }],
				{ credentials: outbound, more: { onError: 'continueRegularOutput' } },
			);
			expect(outputs[2][0].json.attempts).toMatchObject([{ outcome: 'timeout' }]);
			expect(await closed).toBe(true);
		},
	);
});

describe('the trigger, in n8n-core’s webhook context', () => {
	const parameters = {
		platform: 'agenticflow',
		requestKind: 'agentMessage',
		path: 'x',
		authenticationMethods: ['bearer'],
		responseMode: 'onReceived',
		options: {},
	};
	const request = (authorization, body = '{"message":"hi"}') => ({
		headers: { 'content-type': 'application/json', authorization },
		rawBody: Buffer.from(body),
		body: JSON.parse(body),
	});
	const credentials = { agentWebhookInboundApi: { bearerTokens: 'one two' } };

	test('an accepted request starts a workflow with its item', async () => {
		const { answer, result } = await receive(parameters, request('Bearer two'), { credentials });
		expect(answer).toEqual({});
		expect(result.workflowData[0][0].json).toMatchObject({ body: { message: 'hi' } });
		expect(result.workflowData[0][0].json.headers).not.toHaveProperty('authorization');
	});

	test('a refused one is answered and starts none', async () => {
		const { answer, result } = await receive(parameters, request('Bearer three'), { credentials });
		expect(result).toEqual({ noWebhookResponse: true });
		expect(answer).toMatchObject({ statusCode: 401, body: { error: { code: 'TOKEN_INVALID' } } });
	});

	test('a receiver that lost its secrets refuses everyone and does not say why', async () => {
		const { answer, result } = await receive(parameters, request('Bearer x'), {
			credentials: { agentWebhookInboundApi: {} },
		});
		expect(result).toEqual({ noWebhookResponse: true });
		expect(answer).toMatchObject({
			statusCode: 500,
			body: { error: { code: 'RECEIVER_NOT_SET_UP' } },
		});
		expect(JSON.stringify(answer)).not.toContain('Bearer');
	});

	test('requests within five seconds share one reading of the credential, and a change holds after them', async () => {
		let tokens = 'one';
		let readings = 0;
		const counted = {
			credentials: {
				get agentWebhookInboundApi() {
					readings += 1;
					return { bearerTokens: tokens };
				},
			},
			id: 'shared',
		};
		const statusFor = async (token) => {
			const { answer } = await receive(parameters, request(`Bearer ${token}`), counted);
			return answer.statusCode;
		};
		const accepted = undefined;
		expect(await Promise.all(['one', 'two', 'one'].map(statusFor))).toEqual([
			accepted,
			401,
			accepted,
		]);
		expect(readings).toBe(1);
		tokens = 'two';
		await pause(5100);
		expect([await statusFor('one'), await statusFor('two')]).toEqual([401, accepted]);
		expect(readings).toBe(2);
	});

	test('a credential that cannot be read is tried again with the next request', async () => {
		let isThere = false;
		const credentials = {
			get agentWebhookInboundApi() {
				if (!isThere) throw new Error('The database is locked');
				return { bearerTokens: 'one' };
			},
		};
		const given = { credentials, id: 'mended' };
		const first = await receive(parameters, request('Bearer one'), given);
		expect(first.answer.statusCode).toBe(500);
		isThere = true;
		const second = await receive(parameters, request('Bearer one'), given);
		expect(second.answer).toEqual({});
	});

	test('a body that n8n finds too large while it is read is answered 413', async () => {
		const { answer } = await receive(
			{ ...parameters, authenticationMethods: [] },
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
});

describe('the outbound credential by itself, as other nodes use it', () => {
	const { authenticate } = CREDENTIALS.agentWebhookOutboundApi;
	const fields = { signatureScheme: 'standardWebhooks', signingSecret: SECRET };

	test('JSON is signed as it is sent', async () => {
		const { body, headers, json } = await authenticate(fields, {
			url,
			json: true,
			body: { b: 1, a: 'ü' },
		});
		expect(json).toBe(false);
		expect(headers['Content-Type']).toBe('application/json');
		expect(() => new Webhook(SECRET).verify(body.toString(), headers)).not.toThrow();
	});

	test('a header of the same name gives way, however it is written', async () => {
		const { headers } = await authenticate(fields, {
			url,
			headers: { 'WEBHOOK-SIGNATURE': 'mine', 'X-Other': 'stays' },
			body: 'text',
		});
		expect(headers).not.toHaveProperty('WEBHOOK-SIGNATURE');
		expect(headers).toMatchObject({
			'X-Other': 'stays',
			'webhook-signature': expect.stringMatching(/^v1,/),
		});
	});

	test.each([
		['a form', { form: { a: 1 } }, 'Form bodies cannot be signed'],
		[
			'a stream',
			{ body: new (require('node:stream').PassThrough)() },
			'Only JSON, text and binary',
		],
		['form data', { body: new URLSearchParams('a=1') }, 'Only JSON, text and binary'],
	])('%s cannot be signed, and it says so', async (_, request, message) => {
		await expect(authenticate(fields, { url, ...request })).rejects.toThrow(message);
	});

	test('without a node’s platform the scheme has to be chosen', async () => {
		const undecided = { ...fields, signatureScheme: 'platform' };
		await expect(authenticate(undecided, { url, body: 'x' })).rejects.toThrow('Choose a scheme');
	});
});

describe('descriptions', () => {
	test('n8n’s template and our function agree on each webhook field', () => {
		const { resolveWebhookDescriptionField } = require('n8n-workflow');
		const [post] = NODES.agentWebhookTrigger.description.webhooks;
		for (const [requestKind, folder] of [
			['agentMessage', 'agents'],
			['workflowRun', 'workflows'],
			['event', 'events'],
		]) {
			const parameters = { requestKind, path: 'a', options: {} };
			expect(resolveWebhookDescriptionField({ parameters }, post, 'path')).toEqual({
				resolved: true,
				value: `webhooks/${folder}/a`,
			});
			// As n8n's expression engine would evaluate it.
			const template = new Function('$parameter', `return ${post.path.slice(3, -2)}`);
			expect(template(parameters)).toBe(`webhooks/${folder}/a`);
		}
	});

	test('the versions tested against are the ones that the pinned n8n ships', () => {
		const { packages } = require('../n8n/package-lock.json');
		const { devDependencies } = require('../../package.json');
		for (const name of ['n8n-core', 'n8n-workflow', 'zod']) {
			expect([name, devDependencies[name]]).toEqual([
				name,
				packages[`node_modules/${name}`].version,
			]);
		}
	});
});
