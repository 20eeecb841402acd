const { createHash, createHmac, randomUUID } = require('node:crypto');
const { once } = require('node:events');
const http = require('node:http');

const {
	startDelivery,
} = require('../../../../build/nodes/AgentWebhookTrigger/webhook/deduplicate');
const { receive } = require('../../../harness/contexts');

const { createRequest, PARAMETERS } = require('./bearerRequests');

/** Returns what a request got: the status of a reply that starts no execution, or `started`. */
function summarize({ answer, result }) {
	return result.workflowData === undefined ? answer.statusCode : 'started';
}

describe('duplicates', () => {
	const parameters = { ...PARAMETERS, options: { duplicateKey: 'header.x-request-id' } };
	const credentials = { agentWebhookInboundApi: { bearerTokens: 'one two' } };
	const send = async (id, token, requestId = '1') => {
		const request = createRequest(`Bearer ${token}`);
		request.headers['x-request-id'] = requestId;
		return summarize(await receive(parameters, request, { credentials, id }));
	};

	test('of one caller are no duplicates of another caller’s or another trigger’s requests', async () => {
		const [first, second] = [randomUUID(), randomUUID()];
		expect(await send(first, 'one')).toBe('started');
		expect(await send(first, 'one')).toBe(200);
		expect(await send(first, 'two')).toBe('started');
		expect(await send(second, 'one')).toBe('started');
		expect(await send(first, 'two')).toBe(200);
		// Without a signature, the same body may be two requests.
		expect(await send(first, 'one', '2')).toBe('started');
	});
});

/** Starts a delivery to a trigger, without its checks. */
const start = async (id, response, changes = {}) =>
	await startDelivery(
		{
			getMode: () => 'webhook',
			getNode: () => ({ id }),
			getResponseObject: () => response,
			getWorkflow: () => ({ id: 'workflow' }),
			getWorkflowStaticData: () => ({}),
		},
		{ callers: ['caller'], duplicateKey: 'a', keys: ['key a'], ...changes },
		{ options: {}, platform: 'custom' },
	);

test.each([
	[25, 'duplicate'],
	[undefined, 'first'],
])(
	'a signature that is valid for %s hours makes a replay after a day a %s',
	async (hours, result) => {
		const HOUR_MS = 3_600_000;
		const response = {
			statusCode: 200,
			once: (event, listener) => event === 'finish' && listener(),
		};
		const id = randomUUID();
		const nowMs = Date.now();
		const replayEndMs = hours && nowMs + hours * HOUR_MS;
		expect(await start(id, response, { replayEndMs })).toBe('first');
		const clock = jest.spyOn(Date, 'now').mockReturnValue(nowMs + 24.5 * HOUR_MS);
		expect(await start(id, response, { replayEndMs })).toBe(result);
		clock.mockRestore();
	},
);

test('of a caller who has hung up before it starts does not stop the next delivery of it', async () => {
	const server = http.createServer().listen(0, '127.0.0.1');
	await once(server, 'listening');
	const request = http.get({ port: server.address().port });
	request.on('error', () => undefined);
	const [, response] = await once(server, 'request');
	request.destroy();
	await once(response, 'close');
	server.close();
	const id = randomUUID();
	expect(await start(id, response)).toBe('first');
	// n8n answers nobody.
	response.end('{}');
	expect(await start(id, { once: () => undefined })).toBe('first');
}, 10_000);

describe('a signed request', () => {
	const OLD = 'signing-secret-old-1';
	const NEW = 'signing-secret-new-2';
	const sign = (secret, text) => createHmac('sha256', secret).update(text).digest('hex');

	/** Sends a request that GitHub signed to one trigger. */
	async function send(id, body, delivery, { acceptAgain, secret = OLD } = {}) {
		const request = {
			headers: {
				'content-type': 'application/json',
				'x-hub-signature-256': `sha256=${sign(secret, body)}`,
				'x-github-event': 'push',
				...(delivery && { 'x-github-delivery': delivery }),
			},
			rawBody: Buffer.from(body),
		};
		return summarize(
			await receive(
				{
					...PARAMETERS,
					platform: 'github',
					requestKind: 'event',
					authenticationMethods: ['signature'],
					options: { acceptAgain },
				},
				request,
				{
					credentials: {
						agentWebhookInboundApi: {
							signatureScheme: 'platform',
							signingSecret: OLD,
							furtherSigningSecrets: NEW,
						},
					},
					id,
				},
			),
		);
	}

	test('is a duplicate if it comes again with a fresh ID that is not signed, or with none', async () => {
		const id = randomUUID();
		expect(await send(id, '{"n":1}', 'a')).toBe('started');
		expect(await send(id, '{"n":1}', 'b')).toBe(200);
		expect(await send(id, '{"n":1}')).toBe(200);
		expect(await send(id, '{"n":2}', 'b')).toBe('started');
	});

	test('is no duplicate of what another secret signed', async () => {
		const id = randomUUID();
		expect(await send(id, '{"n":1}', 'a', { secret: OLD })).toBe('started');
		expect(await send(id, '{"n":1}', 'a', { secret: NEW })).toBe('started');
		expect(await send(id, '{"n":1}', 'b', { secret: NEW })).toBe(200);
	});

	test('does not run again with the key of another one that is accepted again', async () => {
		const id = randomUUID();
		const again = { acceptAgain: 'a c' };
		expect(await send(id, '{"n":1}', 'a')).toBe('started');
		expect(await send(id, '{"n":2}', 'b')).toBe('started');
		for (const key of ['a', 'c']) expect(await send(id, '{"n":2}', key, again)).toBe(200);
		expect(await send(id, '{"n":1}', 'c', again)).toBe(200);
		expect(await send(id, '{"n":1}', 'a', again)).toBe('started');
		expect(await send(id, '{"n":1}', 'a', again)).toBe(200);
		expect(await send(id, '{"n":1}', 'd', again)).toBe(200);
		expect(await send(id, '{"n":2}', 'a', again)).toBe(200);
	});

	test('runs again if its key, or the digest that its item shows instead, is to be accepted', async () => {
		const digest = createHash('sha256').update('two%20words').digest('hex');
		for (const acceptAgain of ['a\ntwo%20words b', digest, ['a', 'two%20words']]) {
			const id = randomUUID();
			expect(await send(id, '{"n":1}', 'two words')).toBe('started');
			expect(await send(id, '{"n":1}', 'two words')).toBe(200);
			expect(await send(id, '{"n":1}', 'two words', { acceptAgain })).toBe('started');
		}
	});

	test('is a duplicate if one of its two signatures is taken away', async () => {
		const [id, messageId] = [randomUUID(), 'msg_1'];
		const secrets = [Buffer.alloc(24, 1), Buffer.alloc(24, 2)];
		const timestamp = String(Math.floor(Date.now() / 1000));
		const body = '{"type":"a"}';
		const content = `${messageId}.${timestamp}.${body}`;
		const signatures = secrets.map(
			(key) => `v1,${createHmac('sha256', key).update(content).digest('base64')}`,
		);
		const [signingSecret, furtherSigningSecrets] = secrets.map(
			(key) => `whsec_${key.toString('base64')}`,
		);
		const sendSigned = async (signature) =>
			summarize(
				await receive(
					{
						...PARAMETERS,
						platform: 'standardWebhooks',
						requestKind: 'event',
						authenticationMethods: ['signature'],
					},
					{
						headers: {
							'content-type': 'application/json',
							'webhook-id': messageId,
							'webhook-timestamp': timestamp,
							'webhook-signature': signature,
						},
						rawBody: Buffer.from(body),
					},
					{
						credentials: {
							agentWebhookInboundApi: {
								signatureScheme: 'platform',
								signingSecret,
								furtherSigningSecrets,
							},
						},
						id,
					},
				),
			);
		expect(await sendSigned(signatures.join(' '))).toBe('started');
		for (const signature of signatures) expect(await sendSigned(signature)).toBe(200);
	});
});
