const { createHash, generateKeyPairSync } = require('node:crypto');
const fs = require('node:fs');
const { createServer } = require('node:https');

const axios = require('axios');
const { createVerifier, httpbis } = require('http-message-signatures');
const { Webhook } = require('standardwebhooks');

const { makeCertificate } = require('../harness/certificate');

const stage = require('./stage');

const { ACTION, planResponses, chain, readInbox, n8n, newSecret, newStandardSecret, node } = stage;
const {
	getOutputs,
	receiver,
	runAction,
	setReceiverSecrets,
	standardHeaders,
	uniqueName,
	withRetries,
} = stage;

const secrets = { agenticflow: newSecret(), standard: newStandardSecret() };
const NOOP = 'n8n-nodes-base.noOp';

/** An HTTPS server with a self-signed certificate. */
async function selfSignedServer() {
	const { cert, key } = await makeCertificate();
	const server = createServer(
		{ key: fs.readFileSync(key), cert: fs.readFileSync(cert) },
		(message, response) => message.resume().on('end', () => response.end('{}')),
	);
	return await new Promise((resolve) => server.listen(0, 'localhost', () => resolve(server)));
}

let agenticflow;
let standardWebhooks;

beforeAll(async () => {
	await setReceiverSecrets(secrets);
	agenticflow = await n8n.createCredential('agentWebhookOutboundApi', 'AgenticFlow', {
		authentication: 'none',
		signatureScheme: 'agenticflow',
		signingSecret: secrets.agenticflow,
	});
	standardWebhooks = await n8n.createCredential('agentWebhookOutboundApi', 'Standard Webhooks', {
		authentication: 'none',
		signatureScheme: 'standardWebhooks',
		signingSecret: newStandardSecret(),
		furtherSigningSecrets: secrets.standard,
	});
});

afterAll(stage.deactivateWorkflows);

function send(
	verifier,
	box,
	{ options = {}, credentials = agenticflow, ...parameters } = {},
	more,
) {
	return node(
		'Send',
		ACTION,
		withRetries({
			platform: 'agenticflow',
			url: `${receiver}/receive/${verifier}/${box}`,
			retrySchedule: 'exponential',
			options: { allowHttp: true, firstDelaySeconds: 0.05, jitter: 0, ...options },
			...parameters,
		}),
		{ credentials, ...more },
	);
}

/** Connects each of Send's outputs to a node. */
const withAllOutputs = {
	more: ['Delivered', 'Retry', 'Failed'].map((name) => node(name, NOOP, {})),
	connect: {
		Send: {
			main: ['Delivered', 'Retry', 'Failed'].map((name) => [
				{ node: name, type: 'main', index: 0 },
			]),
		},
	},
};

const ITEM = {
	workflow_id: 'wf_abc123',
	status: 'success',
	text: 'Grüße, 你好, 🙂',
	output_data: { order_id: 7, cost: 3 },
	tags: [{ id: 1, secret: 'x' }, { id: 2 }],
};

describe('a third-party receiver verifies what Send sends', () => {
	test('AgenticFlow’s own example code verifies its event and envelope', async () => {
		const box = uniqueName('box');
		const { execution, outputs } = await runAction(
			[ITEM],
			send('agenticflow', box, {
				eventType: 'workflow.execution.completed',
				options: { webhookId: 'wh_987654321' },
			}),
		);
		expect(execution.status).toBe('success');
		const [received, ...others] = await readInbox(box);
		expect(others).toEqual([]);
		expect(received.verified).toBe(true);
		expect(Object.keys(JSON.parse(received.body))).toEqual([
			'event',
			'timestamp',
			'webhook_id',
			'data',
		]);
		expect(JSON.parse(received.body)).toEqual({
			event: 'workflow.execution.completed',
			timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
			webhook_id: 'wh_987654321',
			data: ITEM,
		});
		const [[{ json, pairedItem }]] = outputs;
		expect(pairedItem).toEqual({ item: 0 });
		expect(json).toEqual({
			status: 'delivered',
			delivery_id: expect.stringMatching(/^dlv_/),
			event_id: expect.stringMatching(/^evt_/),
			event: 'workflow.execution.completed',
			endpoint: `${receiver}/receive/agenticflow/${box}`,
			attempts: 1,
			attempt_log: [
				{
					attempt: 1,
					time: expect.any(String),
					outcome: 'success',
					status_code: 200,
					duration_ms: expect.any(Number),
					error_message: null,
				},
			],
			timestamp: expect.stringMatching(/Z$/),
			response_code: 200,
			response_time_ms: expect.any(Number),
			payload_size: Buffer.byteLength(received.body),
			accepted_at: expect.stringMatching(/Z$/),
			next_attempt_at: null,
			completed_at: expect.stringMatching(/Z$/),
			error_message: null,
			response: { status_code: 200, body: { received: true }, body_truncated: false },
		});
		expect(JSON.stringify(execution)).not.toContain(secrets.agenticflow);
	});

	test.each(['svix', 'standardwebhooks'])(
		'the %s library verifies a Standard Webhooks event',
		async (library) => {
			const box = uniqueName('box');
			await runAction(
				[ITEM],
				send(library, box, {
					platform: 'standardWebhooks',
					customEventType: 'order.created',
					credentials: standardWebhooks,
					options: { eventId: 'evt_fixed' },
				}),
			);
			const [received] = await readInbox(box);
			expect(received).toMatchObject({ verified: true, headers: { 'webhook-id': 'evt_fixed' } });
			expect(JSON.parse(received.body)).toMatchObject({ type: 'order.created', data: ITEM });
			// Two secrets make two signatures, as a rotation needs.
			expect(received.headers['webhook-signature'].split(' ')).toHaveLength(2);
		},
	);

	test('rejects an event signed with a wrong secret, and the item says so', async () => {
		const credentials = await n8n.createCredential('agentWebhookOutboundApi', 'Wrong', {
			signatureScheme: 'platform',
			signingSecret: newSecret(),
		});
		const box = uniqueName('box');
		const { outputs } = await runAction(
			[ITEM],
			send('agenticflow', box, { credentials }),
			withAllOutputs,
		);
		expect(outputs.map((items) => items.length)).toEqual([0, 0, 1, 0]);
		expect(outputs[2][0].json).toMatchObject({
			status: 'failed',
			error_message: 'The endpoint answered with status 401. Status 401 is not retried',
			attempts: 1,
			attempt_log: [{ outcome: 'permanent', status_code: 401 }],
		});
	});

	test('verifies a request of n8n’s HTTP Request node with our credential', async () => {
		for (const [verifier, credentials, body] of [
			['agenticflow', agenticflow, { specifyBody: 'json', jsonBody: '{"a": "ü", "b": [1]}' }],
			['svix', standardWebhooks, { specifyBody: 'json', jsonBody: '{"a": "ü", "b": [1]}' }],
			[
				'standardwebhooks',
				standardWebhooks,
				{ contentType: 'raw', rawContentType: 'application/json', body: '{ "a" :  "ü" }' },
			],
		]) {
			const box = uniqueName('box');
			const http = node(
				'Send',
				'n8n-nodes-base.httpRequest',
				{
					method: 'POST',
					url: `${receiver}/receive/${verifier}/${box}`,
					authentication: 'predefinedCredentialType',
					nodeCredentialType: 'agentWebhookOutboundApi',
					sendBody: true,
					...body,
					options: {},
				},
				{ typeVersion: 4.2, credentials },
			);
			const { execution } = await runAction([{}], http);
			expect(execution.status).toBe('success');
			const [received] = await readInbox(box);
			expect(received).toMatchObject({
				verified: true,
				headers: { 'content-type': expect.stringContaining('application/json') },
			});
			expect(JSON.parse(received.body).a).toBe('ü');
		}
	});

	test('signs as RFC 9421 says, from Send and from n8n’s HTTP Request node', async () => {
		const { privateKey, publicKey } = generateKeyPairSync('ed25519');
		const secret = newSecret();
		for (const [algorithm, signingSecret, key] of [
			['hmac-sha256', secret, secret],
			['ed25519', privateKey.export({ format: 'pem', type: 'pkcs8' }), publicKey],
		]) {
			const credentials = await n8n.createCredential('agentWebhookOutboundApi', algorithm, {
				authentication: 'none',
				signatureScheme: 'httpMessageSignatures',
				signatureKeyId: 'key_1',
				signingSecret,
			});
			const [sent, called] = [uniqueName('box'), uniqueName('box')];
			const http = node(
				'Send',
				'n8n-nodes-base.httpRequest',
				{
					method: 'POST',
					url: `${receiver}/receive/none/${called}`,
					authentication: 'predefinedCredentialType',
					nodeCredentialType: 'agentWebhookOutboundApi',
					sendQuery: true,
					queryParameters: { parameters: [{ name: 'q', value: 'a b' }] },
					sendBody: true,
					specifyBody: 'json',
					jsonBody: '{"a": "ü"}',
					options: {},
				},
				{ typeVersion: 4.2, credentials },
			);
			const parameters = {
				platform: 'httpMessageSignatures',
				customEventType: 'order.created',
				credentials,
			};
			for (const [box, query, runnable] of [
				[sent, '', send('none', sent, parameters)],
				[called, '?q=a+b', http],
			]) {
				const { execution } = await runAction([ITEM], runnable);
				expect(execution.status).toBe('success');
				const [{ body, headers }] = await readInbox(box);
				const digest = createHash('sha256').update(body).digest('base64');
				expect(headers['content-digest']).toBe(`sha-256=:${digest}:`);
				const verify = async (url) =>
					await httpbis.verifyMessage(
						{
							keyLookup: async ({ keyid }) =>
								keyid === 'key_1'
									? { id: keyid, algs: [algorithm], verify: createVerifier(key, algorithm) }
									: null,
							requiredFields: ['@method', '@target-uri', 'content-digest'],
						},
						{ method: 'POST', url, headers },
					);
				expect(await verify(`${receiver}/receive/none/${box}${query}`)).toBe(true);
				expect(await verify(`${receiver}/receive/none/${box}${query}x`)).toBe(false);
			}
		}
	});

	test('sends CloudEvents in structured and in binary mode', async () => {
		const [structured, binary] = [uniqueName('box'), uniqueName('box')];
		const parameters = {
			platform: 'cloudEvents',
			customEventType: 'order.created',
			useCredential: false,
			credentials: undefined,
		};
		const options = { eventId: 'evt_1', eventSource: '/orders' };
		await runAction([ITEM], send('none', structured, { ...parameters, options }));
		await runAction(
			[ITEM],
			send('none', binary, { ...parameters, options: { ...options, cloudEventMode: 'binary' } }),
		);
		const attributes = {
			specversion: '1.0',
			id: 'evt_1',
			source: '/orders',
			type: 'order.created',
			time: expect.stringMatching(/Z$/),
		};
		const [first] = await readInbox(structured);
		expect(first.headers['content-type']).toBe('application/cloudevents+json');
		expect(JSON.parse(first.body)).toEqual({
			...attributes,
			datacontenttype: 'application/json',
			data: ITEM,
		});
		const [second] = await readInbox(binary);
		expect(second.headers).toMatchObject({
			'content-type': 'application/json',
			...Object.fromEntries(
				Object.entries(attributes).map(([name, value]) => [`ce-${name}`, value]),
			),
		});
		expect(JSON.parse(second.body)).toEqual(ITEM);
	});

	test('gets the endpoint’s own authentication in addition to the signature', async () => {
		const password = newSecret();
		for (const [fields, expected] of [
			[{ authentication: 'bearer', token: password }, { authorization: `Bearer ${password}` }],
			[
				{ authentication: 'basic', user: 'n8n', password },
				{ authorization: `Basic ${Buffer.from(`n8n:${password}`).toString('base64')}` },
			],
			[{ authentication: 'urlToken', token: password }, {}],
		]) {
			const credentials = await n8n.createCredential('agentWebhookOutboundApi', 'Both', {
				signatureScheme: 'platform',
				signingSecret: secrets.agenticflow,
				...fields,
			});
			const box = uniqueName('box');
			const { execution } = await runAction([ITEM], send('agenticflow', box, { credentials }));
			const [received] = await readInbox(box);
			expect(received).toMatchObject({ verified: true, headers: expected });
			if (fields.authentication === 'urlToken')
				expect(received.url).toContain(`?token=${password}`);
			expect(JSON.stringify(execution)).not.toContain(password);
		}
	});
});

describe('the request that Send makes', () => {
	test('is skipped when a JSON condition is not met, and the item names the condition', async () => {
		const box = uniqueName('box');
		const { outputs } = await runAction(
			[{ satisfaction_score: 2 }, { satisfaction_score: 4.5 }, { satisfaction_score: 1 }],
			send('agenticflow', box, {
				conditionSource: 'json',
				conditions: '{"satisfaction_score": {"lt": 3}}',
			}),
		);
		expect(outputs[0].map(({ json, pairedItem }) => [json.status, pairedItem.item])).toEqual([
			['delivered', 0],
			['delivered', 2],
		]);
		expect(outputs[3]).toMatchObject([
			{
				json: {
					status: 'skipped',
					condition: expect.stringMatching(/^satisfaction_score lt 3, found \d/),
				},
				pairedItem: { item: 1 },
			},
		]);
		expect(await readInbox(box)).toHaveLength(2);
	});

	test('is skipped when one of n8n’s own rules is not met', async () => {
		const box = uniqueName('box');
		const { outputs } = await runAction(
			[{ score: 2 }, { score: 9 }],
			send('agenticflow', box, {
				conditionSource: 'rules',
				rules: {
					options: { caseSensitive: true, leftValue: '', typeValidation: 'strict', version: 2 },
					combinator: 'and',
					conditions: [
						{
							id: 'a',
							leftValue: '={{ $json.score }}',
							rightValue: 3,
							operator: { type: 'number', operation: 'lt' },
						},
					],
				},
			}),
		);
		expect(outputs[0].map(({ json }) => json.status)).toEqual(['delivered']);
		expect(outputs[3]).toMatchObject([{ json: { status: 'skipped', condition: '9 lt 3' } }]);
	});

	test('includes and excludes fields, through lists', async () => {
		const box = uniqueName('box');
		await runAction(
			[ITEM],
			send('agenticflow', box, {
				options: {
					includeFields: 'status, output_data, tags, absent.field',
					excludeFields: 'output_data.cost, tags.secret',
				},
			}),
		);
		const [{ body }] = await readInbox(box);
		expect(JSON.parse(body).data).toEqual({
			status: 'success',
			output_data: { order_id: 7 },
			tags: [{ id: 1 }, { id: 2 }],
		});
	});

	test('excludes a field whose name has spaces', async () => {
		const box = uniqueName('box');
		await runAction(
			[
				{
					'Card Number': '4111 1111 1111 1111',
					Card: 1,
					Number: 2,
					customer: { 'First Name': 'A', id: 7 },
				},
			],
			send('agenticflow', box, { options: { excludeFields: 'Card Number, customer.First Name' } }),
		);
		const [{ body }] = await readInbox(box);
		expect(JSON.parse(body).data).toEqual({ Card: 1, Number: 2, customer: { id: 7 } });
	});

	test('sends numbers with more digits than JavaScript keeps as they were typed', async () => {
		const box = uniqueName('box');
		const data = '{"id": 616581622363398142, "rate": 0.12345678901234567890}';
		await runAction(
			[ITEM],
			send('agenticflow', box, {
				dataSource: 'json',
				data,
				conditionSource: 'json',
				conditions: '{"id": {"gt": 616581622363398141}}',
				options: { bare: true },
			}),
		);
		const [{ body, verified }] = await readInbox(box);
		expect({ body, verified }).toEqual({
			body: data.replaceAll(': ', ':').replace(', ', ','),
			verified: true,
		});
	});

	test('carries custom data without an envelope, with custom headers', async () => {
		const box = uniqueName('box');
		await runAction(
			[ITEM],
			send('agenticflow', box, {
				dataSource: 'json',
				data: '={{ { id: $json.workflow_id } }}',
				options: { bare: true, headers: { header: [{ name: 'X-Tenant', value: 'acme' }] } },
			}),
		);
		const [received] = await readInbox(box);
		expect(received).toMatchObject({
			verified: true,
			body: '{"id":"wf_abc123"}',
			headers: { 'x-tenant': 'acme' },
		});
	});

	test('carries each event of a batch once, in order, with one result item each', async () => {
		const box = uniqueName('box');
		const items = Array.from({ length: 25 }, (_, index) => ({ index }));
		const { outputs } = await runAction(
			items,
			send('svix', box, {
				platform: 'standardWebhooks',
				customEventType: 'tick',
				credentials: standardWebhooks,
				options: { maxEvents: 10 },
			}),
		);
		const received = await readInbox(box);
		expect(received.map(({ verified }) => verified)).toEqual([true, true, true]);
		const bodies = received
			.map(({ body }) => JSON.parse(body))
			.sort((a, b) => a.data.events[0].data.index - b.data.events[0].data.index);
		expect(bodies.map(({ type, data }) => [type, data.event_count])).toEqual([
			['webhook.batch', 10],
			['webhook.batch', 10],
			['webhook.batch', 5],
		]);
		expect(bodies.flatMap(({ data }) => data.events.map((event) => event.data))).toEqual(items);
		expect(outputs[0]).toHaveLength(25);
		expect(outputs[0].map(({ pairedItem }) => pairedItem.item)).toEqual(items.map((_, i) => i));
		expect(new Set(outputs[0].map(({ json }) => json.delivery_id)).size).toBe(3);
		expect(outputs[0][24].json).toMatchObject({ event: 'tick', event_count: 5 });
	});
});

describe('the attempts of Send', () => {
	const getAttempts = ({ json }) => json.attempt_log.map(({ outcome }) => outcome);

	test('keep the ID and get a new timestamp and signature when the first two fail', async () => {
		const box = uniqueName('box');
		await planResponses(box, [{ status: 503 }, { status: 500 }]);
		const { outputs } = await runAction(
			[ITEM],
			send('svix', box, {
				platform: 'standardWebhooks',
				customEventType: 'tick',
				credentials: standardWebhooks,
				options: { firstDelaySeconds: 1.1, backoffMultiplier: 1 },
			}),
		);
		expect(getAttempts(outputs[0][0])).toEqual(['retryable', 'retryable', 'success']);
		const received = await readInbox(box);
		expect(received.map(({ verified }) => verified)).toEqual([true, true, true]);
		const distinct = (header) => new Set(received.map(({ headers }) => headers[header])).size;
		expect(distinct('webhook-id')).toBe(1);
		expect(distinct('webhook-timestamp')).toBe(3);
		expect(distinct('webhook-signature')).toBe(3);
		expect(new Set(received.map(({ body }) => body)).size).toBe(1);
	});

	test('wait as long as Retry-After asks', async () => {
		const box = uniqueName('box');
		await planResponses(box, [{ status: 429, headers: { 'retry-after': '2' } }]);
		const { outputs } = await runAction([ITEM], send('agenticflow', box));
		expect(getAttempts(outputs[0][0])).toEqual(['throttled', 'success']);
		const [first, second] = await readInbox(box);
		expect(second.at - first.at).toBeGreaterThanOrEqual(1950);
	});

	test('are output on Retry instead of waiting longer than one run may', async () => {
		const box = uniqueName('box');
		await planResponses(box, [{ status: 503, headers: { 'retry-after': '30' } }]);
		const { outputs } = await runAction(
			[ITEM],
			send('agenticflow', box, { options: { maxTotalWaitSeconds: 5 } }),
			withAllOutputs,
		);
		expect(outputs.map((items) => items.length)).toEqual([0, 1, 0, 0]);
		const [{ json }] = outputs[1];
		expect(json).toMatchObject({ status: 'retrying', attempts: 1 });
		expect(Date.parse(json.next_attempt_at) - Date.parse(json.attempt_log[0].time)).toBeGreaterThan(
			29_000,
		);
		expect(await readInbox(box)).toHaveLength(1);
	});

	test('are output on Failed with the reason when Retry is not connected', async () => {
		const box = uniqueName('box');
		await planResponses(box, [{ status: 503, headers: { 'retry-after': '30' } }]);
		const failed = node('Failed', NOOP, {});
		const { outputs } = await runAction(
			[ITEM],
			send('agenticflow', box, { options: { maxTotalWaitSeconds: 5 } }),
			{
				more: [failed],
				connect: { Send: { main: [[], [], [{ node: 'Failed', type: 'main', index: 0 }]] } },
			},
		);
		expect(outputs.map((items) => items.length)).toEqual([0, 0, 1, 0]);
		expect(outputs[2][0].json).toMatchObject({
			status: 'failed',
			error_message: expect.stringContaining('the output Retry is not connected'),
		});
	});

	test.each([
		['always 500', Array(9).fill({ status: 500 }), ['retryable', 'retryable', 'retryable']],
		['400', [{ status: 400 }], ['permanent']],
		['410', [{ status: 410 }], ['gone']],
		['a redirect', [{ status: 307, headers: { location: 'http://127.0.0.1:9/' } }], ['redirect']],
		[
			'a closed connection',
			Array(9).fill({ hangUp: true }),
			['connection', 'connection', 'connection'],
		],
		['no answer in time', Array(9).fill({ delayMs: 3000 }), ['timeout', 'timeout', 'timeout']],
	])('%s', async (_name, behaviours, outcomes) => {
		const box = uniqueName('box');
		await planResponses(box, behaviours);
		const { execution, outputs } = await runAction(
			[ITEM],
			send('agenticflow', box, { options: { maxRetries: 2, timeoutSeconds: 1 } }),
			withAllOutputs,
		);
		expect(execution.status).toBe('success');
		expect(outputs.map((items) => items.length)).toEqual([0, 0, 1, 0]);
		expect(getAttempts(outputs[2][0])).toEqual(outcomes);
		expect(outputs[2][0].json).not.toHaveProperty('error');
	});

	test.each([
		['a refused connection', 'http://127.0.0.1:9/hook', 'connection', 'refused the connection'],
		['a host that does not exist', 'http://nowhere.invalid/hook', 'dns', 'host name'],
		['TLS spoken to plain HTTP', receiver.replace('http:', 'https:'), 'tls', ''],
	])('%s', async (_name, url, outcome, message) => {
		const { outputs } = await runAction(
			[ITEM],
			send('none', 'unused', { url, options: { maxRetries: 0 } }),
			withAllOutputs,
		);
		const [attempt] = outputs[2][0].json.attempt_log;
		expect(attempt).toMatchObject({ outcome, status_code: null });
		expect(attempt.error_message).toContain(message);
	});

	test('reject a self-signed certificate unless TLS checks are off', async () => {
		const server = await selfSignedServer();
		const url = `https://localhost:${server.address().port}/hook`;
		const attempt = async (skipTlsCheck) => {
			const options = { allowHttp: false, maxRetries: 1, skipTlsCheck };
			const { outputs } = await runAction(
				[ITEM],
				send('none', 'unused', { url, options }),
				withAllOutputs,
			);
			return outputs.flat()[0].json;
		};
		const refused = await attempt(false);
		expect(getAttempts({ json: refused })).toEqual(['tls', 'tls']);
		expect(refused.attempt_log[0].error_message).toContain('self-signed certificate');
		expect(await attempt(true)).toMatchObject({ status: 'delivered' });
		server.close();
	});

	test('retry the statuses that the user chooses', async () => {
		const box = uniqueName('box');
		await planResponses(box, [{ status: 404 }, { status: 422 }]);
		const { outputs } = await runAction(
			[ITEM],
			send('agenticflow', box, { options: { retryStatuses: '404, 4xx' } }),
		);
		expect(getAttempts(outputs[0][0])).toEqual(['retryable', 'retryable', 'success']);
	});

	test('keep only the beginning of a long response', async () => {
		const box = uniqueName('box');
		await planResponses(box, [{ reply: 'x'.repeat(300_000) }]);
		const { outputs } = await runAction(
			[ITEM],
			send('agenticflow', box, { options: { maxResponseKilobytes: 2 } }),
		);
		expect(outputs[0][0].json.response).toMatchObject({ body_truncated: true });
		expect(outputs[0][0].json.response.body).toHaveLength(2048);
	});

	test('stay within the limits for concurrency and requests per second', async () => {
		const readTimes = async (box) => {
			const times = (await readInbox(box)).map(({ at }) => at).sort((a, b) => a - b);
			return times.map((time) => time - times[0]);
		};
		const box = uniqueName('box');
		await planResponses(box, Array(8).fill({ delayMs: 1000 }));
		const items = Array.from({ length: 8 }, () => ITEM);
		await runAction(items, send('agenticflow', box, { options: { concurrency: 4 } }));
		const atOnce = await readTimes(box);
		// One after another, the fourth would begin after 3 s.
		expect(atOnce[3]).toBeLessThan(2900);
		expect(atOnce[4]).toBeGreaterThanOrEqual(980);

		const slow = uniqueName('box');
		await runAction(items, send('agenticflow', slow, { options: { perSecond: 4 } }));
		// A request may arrive late, but no later one before its time.
		expect((await readTimes(slow))[7]).toBeGreaterThanOrEqual(1000);
	});
});

describe('failed deliveries and n8n’s On Error setting', () => {
	const mixed = async (settings, wiring) => {
		const box = uniqueName('box');
		await planResponses(box, [{ status: 400 }]);
		return await runAction(
			[{ n: 1 }, { n: 2 }],
			send('agenticflow', box, { options: { concurrency: 1 } }, settings),
			wiring,
		);
	};
	const fates = (outputs) =>
		outputs.map((items) => items.map(({ json, pairedItem }) => [json.status, pairedItem.item]));

	test('Stop fails the workflow and says how to continue when Failed is not connected', async () => {
		const { execution } = await mixed({});
		expect(execution.status).toBe('error');
		const { error } = execution.data.resultData;
		expect(error.message).toBe('The endpoint answered with status 400');
		expect(error.description).toContain('connect the output Failed');
	});

	test('Stop puts each item on its output when Failed is connected', async () => {
		const { execution, outputs } = await mixed({}, withAllOutputs);
		expect(execution.status).toBe('success');
		expect(fates(outputs)).toEqual([[['delivered', 1]], [], [['failed', 0]], []]);
	});

	test('Continue passes failed items on', async () => {
		const { outputs } = await mixed({ onError: 'continueRegularOutput' });
		expect(fates(outputs)).toEqual([[['delivered', 1]], [], [['failed', 0]], []]);
	});

	test('Continue with the error output puts failed items on the error output', async () => {
		const { outputs } = await mixed({ onError: 'continueErrorOutput' });
		expect(fates(outputs.slice(0, 4))).toEqual([[['delivered', 1]], [], [], []]);
		const [[{ json, pairedItem }]] = outputs.slice(4);
		expect(pairedItem).toEqual({ item: 0 });
		expect(json).toMatchObject({
			error: 'The endpoint answered with status 400',
			details: { status: 'failed', attempts: 1, attempt_log: [{ status_code: 400 }] },
		});
	});

	test.each([
		['plain HTTP', { url: 'http://example.com', options: { allowHttp: false } }, 'plain HTTP'],
		['no URL', { url: 'example' }, 'is not a URL'],
		['a file URL', { url: 'file:///etc/passwd' }, 'begins with file:'],
		[
			'a password in the URL',
			{ url: 'https://u:hunter2@example.com' },
			'a user name or a password',
		],
		[
			'an unknown operator',
			{ conditionSource: 'json', conditions: '{"a":{"near":1}}' },
			'unknown operator "near"',
		],
		['a path that is not data', { options: { includeFields: '__proto__.x' } }, 'is not data'],
		[
			'a list instead of a type',
			{ eventType: '__other__', customEventType: '={{ ["a", "b"] }}' },
			'"Event Type Name" must be text, but it is a list',
		],
		[
			'a missing field instead of a number',
			{ options: { maxRetries: '={{ $json.missing }}' } },
			'"Max Retries" must be a whole number from 0 to 50, but it is empty',
		],
		['statuses that do not exist', { options: { retryStatuses: '200' } }, 'not a status'],
		[
			'a header that n8n sets itself',
			{ options: { headers: { header: [{ name: 'Host', value: 'x' }] } } },
			'n8n sets the header',
		],
	])('%s is rejected before anything is sent', async (_name, parameters, message) => {
		const box = uniqueName('box');
		const { execution } = await runAction([ITEM], send('agenticflow', box, parameters));
		expect(execution.status).toBe('error');
		expect(execution.data.resultData.error.message).toContain(message);
		expect(JSON.stringify(execution.data.resultData.error.message)).not.toContain('hunter2');
		expect(await readInbox(box)).toEqual([]);
	});

	test('Continue puts an item with bad input on Failed and sends the others', async () => {
		const box = uniqueName('box');
		const { outputs } = await runAction(
			[{ url: 'nonsense' }, { url: `${receiver}/receive/agenticflow/${box}` }],
			send('agenticflow', box, { url: '={{ $json.url }}' }, { onError: 'continueRegularOutput' }),
		);
		expect(fates(outputs)).toEqual([[['delivered', 1]], [], [['failed', 0]], []]);
	});

	test('Retry On Fail sends only what failed, with the same event ID', async () => {
		const [good, bad] = [uniqueName('good'), uniqueName('bad')];
		await planResponses(bad, [{ status: 400 }]);
		const { execution, outputs } = await runAction(
			[{ box: good }, { box: bad }],
			send(
				'agenticflow',
				good,
				{ url: `=${receiver}/receive/agenticflow/{{ $json.box }}` },
				{ retryOnFail: true, maxTries: 2, waitBetweenTries: 100 },
			),
		);
		expect(execution.status).toBe('success');
		expect(fates(outputs)[0]).toHaveLength(2);
		expect(await readInbox(good)).toHaveLength(1);
		const received = await readInbox(bad);
		expect(received.map(({ status }) => status)).toEqual([400, 200]);
		const { json } = outputs[0].find(({ pairedItem }) => pairedItem.item === 1);
		expect(json.attempts).toBe(1);
	});

	test('a credential that cannot sign fails the delivery with the reason', async () => {
		const credentials = await n8n.createCredential('agentWebhookOutboundApi', 'Empty', {
			signatureScheme: 'platform',
			signingSecret: '',
		});
		const box = uniqueName('box');
		const { outputs } = await runAction(
			[ITEM],
			send('agenticflow', box, { credentials }),
			withAllOutputs,
		);
		expect(outputs[2][0].json.attempt_log).toMatchObject([
			{ outcome: 'invalid_request', error_message: expect.stringContaining('no signing secret') },
		]);
		expect(await readInbox(box)).toEqual([]);
	});
});

describe('the Signature resource', () => {
	test('Sign makes headers that another node sends and the receiver verifies', async () => {
		const box = uniqueName('box');
		const text = '{"a":  "ü"}';
		const sign = node(
			'Sign',
			ACTION,
			{
				resource: 'signature',
				operation: 'sign',
				platform: 'standardWebhooks',
				bodySource: 'text',
				bodyText: text,
			},
			{ credentials: standardWebhooks },
		);
		const http = node(
			'HTTP',
			'n8n-nodes-base.httpRequest',
			{
				method: 'POST',
				url: `${receiver}/receive/svix/${box}`,
				sendHeaders: true,
				specifyHeaders: 'json',
				jsonHeaders: '={{ JSON.stringify($json.signature_headers) }}',
				sendBody: true,
				contentType: 'raw',
				rawContentType: 'application/json',
				body: text,
				options: {},
			},
			{ typeVersion: 4.2 },
		);
		const { execution } = await runAction([{}], sign, { more: [http], connect: chain(sign, http) });
		expect(execution.status).toBe('success');
		expect(await readInbox(box)).toMatchObject([{ verified: true, body: text }]);
	});

	test('Verify routes requests of n8n’s own Webhook and answers the rejected ones', async () => {
		const secret = newStandardSecret();
		const credentials = await n8n.createCredential('agentWebhookInboundApi', 'Verify', {
			signatureScheme: 'standardWebhooks',
			signingSecret: newStandardSecret(),
			furtherSigningSecrets: secret,
		});
		const hookPath = uniqueName('verify');
		const webhook = node(
			'Webhook',
			'n8n-nodes-base.webhook',
			{
				path: hookPath,
				httpMethod: 'POST',
				responseMode: 'responseNode',
				options: { rawBody: true },
			},
			{ typeVersion: 2, webhookId: hookPath },
		);
		const verify = node(
			'Verify',
			ACTION,
			{ resource: 'signature', operation: 'verify', options: { answer: 'refused' } },
			{ credentials },
		);
		const respond = node(
			'Respond',
			'n8n-nodes-base.respondToWebhook',
			{ respondWith: 'text', responseBody: 'verified', options: {} },
			{ typeVersion: 1.1 },
		);
		const id = await n8n.createWorkflow({
			name: hookPath,
			nodes: [webhook, verify, respond],
			connections: chain(webhook, verify, respond),
		});
		const url = `${stage.base}/webhook/${hookPath}`;
		for (const body of ['{ "b":1,  "a":"ü" }', '']) {
			const headers = standardHeaders(body, { secret });
			const good = await stage.post(url, body, headers);
			expect({ status: good.status, data: good.data }).toEqual({ status: 200, data: 'verified' });
			const bad = await stage.post(url, body === '' ? '{}' : `${body} `, headers);
			expect(bad.status).toBe(401);
			expect(bad.data).toMatchObject({ success: false, error: { code: 'SIGNATURE_INVALID' } });
		}
		const text = '{"a":"ü"}';
		const headers = standardHeaders(text, { secret });
		const ascii = { ...headers, 'content-type': 'application/json; charset=ascii' };
		expect((await stage.post(url, text, ascii)).status).toBe(200);
		// n8n puts a file of this name where it puts the raw body of other requests.
		const part = 'Content-Disposition: form-data; name="data"; filename="a"';
		const forged = await stage.post(
			url,
			`--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nforged\r\n--x\r\n${part}\r\n\r\n${text}\r\n--x--\r\n`,
			{ ...headers, 'content-type': 'multipart/form-data; boundary=x' },
		);
		expect([forged.status, forged.data.error.code]).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE']);
		const executions = await n8n.finished(id, 6);
		const [valid, refused, , , read, multipart] = executions.map((e) => getOutputs(e, 'Verify'));
		expect(read[0][0].json.body).toEqual({ a: 'ü' });
		expect(multipart[1][0].json.body).toMatchObject({ a: 'forged' });
		expect(valid[0][0].json.verification).toMatchObject({ valid: true, id: 'msg_1' });
		expect(refused[1][0].json.verification).toMatchObject({
			valid: false,
			code: 'SIGNATURE_INVALID',
		});
		await n8n.deactivate(id);
	});

	test('Generate Secret makes a secret that a credential accepts', async () => {
		const { outputs } = await runAction(
			[{}],
			node('Make', ACTION, {
				resource: 'signature',
				operation: 'generateSecret',
				format: 'standardWebhooks',
			}),
		);
		const [[{ json }]] = outputs;
		expect(() => new Webhook(json.secret)).not.toThrow();
	});
});

test('the third-party receiver recognizes a forged request', async () => {
	const box = uniqueName('box');
	await axios.post(`${receiver}/receive/svix/${box}`, '{}', { validateStatus: () => true });
	expect(await readInbox(box)).toMatchObject([{ verified: false }]);
});
