const { setTimeout: pause } = require('node:timers/promises');

const { Webhook } = require('standardwebhooks');

const { execute } = require('../../../../harness/contexts');
const { useRecordingServer } = require('../../../recordingServer');

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const outbound = {
	agentWebhookOutboundApi: { signatureScheme: 'platform', signingSecret: SECRET },
};

const receiver = useRecordingServer();

const send = (more = {}, options = {}) => ({
	resource: 'event',
	operation: 'send',
	platform: 'standardWebhooks',
	url: receiver.url,
	useCredential: true,
	customEventType: 'order.created',
	dataSource: 'item',
	conditionSource: 'always',
	retrySchedule: 'none',
	options: { allowHttp: true, timeoutSeconds: 2, ...options },
	...more,
});

describe('Event → Send to one endpoint', () => {
	test('sends the same bytes that it signs', async () => {
		const { outputs } = await execute(send(), [{ json: { text: 'ü' } }], { credentials: outbound });
		expect(outputs.map((items) => items.length)).toEqual([1, 0, 0, 0]);
		const [{ headers, body }] = receiver.requests;
		expect(new Webhook(SECRET).verify(body, headers)).toMatchObject({ data: { text: 'ü' } });
	});

	test.each([1.001, 4 / 3])('sends with a timeout of %s seconds', async (timeoutSeconds) => {
		const { outputs } = await execute(send({}, { timeoutSeconds }), [{ json: {} }], {
			credentials: outbound,
		});
		expect(outputs[0]).toHaveLength(1);
	});

	test.each([
		['Content-Type', true],
		['content-type', true],
		['content-type', false],
	])(
		'sends and signs a body that the custom header %s calls a form',
		async (name, useCredential) => {
			const header = { name, value: 'application/x-www-form-urlencoded' };
			const { outputs } = await execute(
				send({ useCredential }, { headers: { header: [header] } }),
				[{ json: { text: 'a&b=ü' } }],
				{ credentials: outbound },
			);
			expect(outputs[0]).toHaveLength(1);
			const [{ body, headers }] = receiver.requests;
			expect(headers['content-type']).toBe('application/x-www-form-urlencoded');
			expect(JSON.parse(body)).toMatchObject({ data: { text: 'a&b=ü' } });
			if (useCredential) expect(new Webhook(SECRET).verify(body, headers)).toBeTruthy();
		},
	);

	describe('with an expression in a field of the credential', () => {
		const credentials = {
			agentWebhookOutboundApi: {
				protection: 'authenticated',
				authentication: 'bearer',
				token: '={{ $json.token }}',
			},
		};
		const items = ['token-a', 'token-b', 'token-a'].map((token) => ({ json: { token } }));
		const listTokens = () =>
			receiver.requests.map(({ body, headers }) => {
				const { data } = JSON.parse(body);
				const events = data.events ?? [{ data }];
				return [headers.authorization, ...events.map((event) => event.data.token)];
			});

		test('sends each event with the token of its own item', async () => {
			await execute(send(), items, { credentials });
			expect(listTokens().sort()).toEqual([
				['Bearer token-a', 'token-a'],
				['Bearer token-a', 'token-a'],
				['Bearer token-b', 'token-b'],
			]);
		});

		test('puts no events with different tokens into one batch', async () => {
			await execute(send({}, { maxEvents: 10 }), items, { credentials });
			expect(listTokens().sort()).toEqual([
				['Bearer token-a', 'token-a', 'token-a'],
				['Bearer token-b', 'token-b'],
			]);
		});

		test('fails only the item without a token', async () => {
			const { outputs } = await execute(send(), [...items, { json: {} }], {
				credentials,
				more: { onError: 'continueRegularOutput' },
			});
			expect(outputs.map(({ length }) => length)).toEqual([3, 0, 1, 0]);
			expect(outputs[2][0].json.error_message).toContain('"Token" is empty');
		});
	});

	test('reads a credential without expressions once for all items', async () => {
		const countReads = async (items) => {
			let reads = 0;
			const credentials = {
				get agentWebhookOutboundApi() {
					reads += 1;
					return outbound.agentWebhookOutboundApi;
				},
			};
			await execute(send(), Array(items).fill({ json: {} }), { credentials });
			return reads;
		};
		expect(await countReads(30)).toBe(await countReads(2));
	});

	test('sends unsigned without a credential', async () => {
		await execute(send({ useCredential: false }), [{ json: {} }]);
		expect(receiver.requests[0].headers).not.toHaveProperty('webhook-signature');
	});

	test('keeps the binary data and the pairing of its items', async () => {
		const binary = { file: { data: 'YQ==', mimeType: 'text/plain' } };
		const { outputs } = await execute(send(), [{ json: {} }, { json: {}, binary }], {
			credentials: outbound,
		});
		expect(outputs[0][1]).toMatchObject({ binary, pairedItem: { item: 1 } });
	});

	test('reports a failure to an agent that uses it as its tool', async () => {
		receiver.answer = (response) => response.writeHead(400).end();
		const { outputs } = await execute(send(), [{ json: {} }], {
			credentials: outbound,
			tool: true,
		});
		expect(outputs[0][0].json).toMatchObject({ status: 'failed' });
		const [[first, summary]] = Object.entries(outputs[0][0].json);
		expect(first).toBe('summary');
		expect(summary).toMatch(/^Failed: .* after 1 attempt\. It is not retried\. .*status 400/);
	});

	test('sends nothing more after the execution is cancelled', async () => {
		receiver.answer = (response) => response.writeHead(503).end();
		const controller = new AbortController();
		const running = execute(
			send({ retrySchedule: 'exponential', maxRetries: 5, firstDelaySeconds: 3 }, { jitter: 0 }),
			[{ json: {} }],
			{
				credentials: outbound,
				signal: controller.signal,
			},
		);
		while (receiver.requests.length === 0) await pause(10);
		const cancelledAt = Date.now();
		controller.abort();
		await expect(running).rejects.toThrow('cancelled');
		// It does not wait for the next attempt.
		expect(Date.now() - cancelledAt).toBeLessThan(2900);
		await pause(3500);
		expect(receiver.requests).toHaveLength(1);
	});

	test('truncates an endless response and closes its connection', async () => {
		let closed;
		receiver.answer = (response) => {
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

	test.each([1024 - 15, 1024 - 16])(
		'hides the beginning of a password where its response was cut off, after %s bytes',
		async (before) => {
			const password = 'correct-horse-ä-battery';
			receiver.answer = (response) => response.end(`${'x'.repeat(before)}${password}`);
			const { outputs } = await execute(send({}, { maxResponseKilobytes: 1 }), [{ json: {} }], {
				credentials: {
					agentWebhookOutboundApi: {
						protection: 'authenticated',
						authentication: 'basic',
						user: 'u',
						password,
					},
				},
			});
			const { body } = outputs[0][0].json.response;
			expect(body).toBe(`${'x'.repeat(before)}••••••••`);
		},
	);

	test('keeps the end of a truncated response that is not UTF-8', async () => {
		receiver.answer = (response) => response.end(Buffer.alloc(2000, 0x80));
		const { outputs } = await execute(send({}, { maxResponseKilobytes: 1 }), [{ json: {} }], {
			credentials: outbound,
		});
		expect(outputs[0][0].json.response.body.length).toBeGreaterThan(1000);
	});

	test('times out on a response whose body never ends', async () => {
		receiver.answer = (response) => response.writeHead(200).write('{');
		const started = Date.now();
		const { outputs } = await execute(send({}, { timeoutSeconds: 1 }), [{ json: {} }], {
			credentials: outbound,
			more: { onError: 'continueRegularOutput' },
		});
		expect(outputs[2][0].json.attempt_log).toMatchObject([{ outcome: 'timeout' }]);
		expect(Date.now() - started).toBeLessThan(8000);
	});

	test.each([
		['before it answers', () => undefined],
		['in its response', (response) => response.writeHead(200).write('{')],
	])(
		'does not wait for an endpoint that hangs %s after the execution is cancelled',
		async (_, hang) => {
			let closed;
			receiver.answer = (response) => {
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
			expect(Date.now() - cancelledAt).toBeLessThan(8000);
			expect(await closed).toBe(true);
		},
	);

	test.each([true, false])(
		'times out on a response whose headers never end, and closes the connection (signed: %s)',
		async (useCredential) => {
			let closed;
			receiver.answer = ({ socket }) => {
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
			expect(outputs[2][0].json.attempt_log).toMatchObject([{ outcome: 'timeout' }]);
			expect(await closed).toBe(true);
		},
	);
});
