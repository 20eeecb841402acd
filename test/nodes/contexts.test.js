const { createServer } = require('node:http');
const { setTimeout: pause } = require('node:timers/promises');

const { Webhook } = require('standardwebhooks');

const { CREDENTIALS, execute } = require('../harness/contexts');

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
