/** Sends to endpoints that require a token, a certificate or a signature of AWS, through n8n-core's own helper. */
const fs = require('node:fs');
const { createServer } = require('node:http');
const https = require('node:https');
const net = require('node:net');

const { signAwsRequest } = require('../../../../../build/core/signing/awsSignature');
const { makeCertificate, makeSigned } = require('../../../../harness/certificate');
const { execute } = require('../../../../harness/contexts');
const { useRecordingServer } = require('../../../recordingServer');

const receiver = useRecordingServer();

const listen = async (server) => {
	await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
	return server.address().port;
};

async function readBody(request) {
	const chunks = [];
	for await (const chunk of request) chunks.push(chunk);
	return Buffer.concat(chunks).toString();
}

/** Sends one event. Returns its result item. */
async function send(credential, { url = receiver.url, ...options } = {}) {
	const { outputs } = await execute(
		{
			resource: 'event',
			operation: 'send',
			platform: 'standardWebhooks',
			url,
			useCredential: true,
			customEventType: 'order.created',
			dataSource: 'item',
			conditionSource: 'always',
			retrySchedule: 'none',
			options: { timeoutSeconds: 5, ...options },
		},
		[{ json: { order_id: 7 } }],
		{
			credentials: { agentWebhookOutboundApi: { protection: 'authenticated', ...credential } },
			more: { onError: 'continueRegularOutput' },
		},
	);
	return outputs.flat()[0].json;
}

describe('OAuth2 client credentials', () => {
	let server;
	let tokenUrl;
	let tokenRequests;
	let answerToken;

	beforeAll(async () => {
		server = createServer(async (request, response) => {
			const body = await readBody(request);
			tokenRequests.push({
				headers: request.headers,
				body: Object.fromEntries(new URLSearchParams(body)),
			});
			answerToken(response);
		});
		tokenUrl = `http://127.0.0.1:${await listen(server)}/token`;
	});

	afterAll(() => {
		server.closeAllConnections();
		server.close();
	});

	let client = 0;
	let credential;

	beforeEach(() => {
		tokenRequests = [];
		let issued = 0;
		answerToken = (response) =>
			response.end(JSON.stringify({ access_token: `token-${++issued}`, expires_in: 3600 }));
		// A client of its own for each test: tokens are kept from one execution to the next.
		client += 1;
		credential = {
			authentication: 'oauth2',
			tokenUrl,
			clientId: `client-${client}`,
			clientSecret: 'client-s3cret',
			scope: 'events.write',
		};
	});

	test('gets one token for several executions, and sends it to the endpoint', async () => {
		for (let run = 0; run < 3; run += 1) {
			expect(await send(credential, { allowHttp: true })).toMatchObject({ status: 'delivered' });
		}
		expect(tokenRequests).toEqual([
			{
				headers: expect.objectContaining({
					'content-type': 'application/x-www-form-urlencoded',
					authorization: `Basic ${Buffer.from(`client-${client}:client-s3cret`).toString('base64')}`,
				}),
				body: { grant_type: 'client_credentials', scope: 'events.write' },
			},
		]);
		const sent = receiver.requests.map(({ headers }) => headers.authorization);
		expect(sent).toEqual(['Bearer token-1', 'Bearer token-1', 'Bearer token-1']);
	});

	test('renews a token that the endpoint rejects, within the same attempt', async () => {
		await send(credential, { allowHttp: true });
		receiver.answer = (response, { headers }) =>
			response.writeHead(headers.authorization === 'Bearer token-1' ? 401 : 200).end();
		expect(await send(credential, { allowHttp: true })).toMatchObject({
			status: 'delivered',
			attempts: 1,
		});
		expect(tokenRequests).toHaveLength(2);
	});

	test('says that the token server is down, and sends nothing to the endpoint', async () => {
		answerToken = (response) => response.writeHead(503).end();
		const item = await send(credential, { allowHttp: true });
		expect(item).toMatchObject({
			status: 'failed',
			attempt_log: [
				{
					outcome: 'token_unavailable',
					status_code: null,
					error_message: 'The token server answered with status 503',
				},
			],
		});
		expect(receiver.requests).toEqual([]);
	});

	test('follows no redirect of the token server with the client’s secret', async () => {
		answerToken = (response) => response.writeHead(307, { location: receiver.url }).end();
		expect((await send(credential, { allowHttp: true })).attempt_log[0].outcome).toBe(
			'token_rejected',
		);
		expect(receiver.requests).toEqual([]);
	});

	test('shows neither secret nor token in items', async () => {
		receiver.answer = (response, { headers }) => response.end(JSON.stringify(headers));
		const text = JSON.stringify(await send(credential, { allowHttp: true }));
		expect(text).toContain('••••••••');
		expect(text).not.toMatch(/client-s3cret|token-1/);
	});

	test('sends no secret over plain HTTP unless the node allows it', async () => {
		const item = await send(credential, { url: 'https://127.0.0.1:1/hook' });
		expect(item.attempt_log[0]).toMatchObject({
			outcome: 'invalid_request',
			error_message: expect.stringMatching(/^The token URL is plain HTTP/),
		});
		expect(tokenRequests).toEqual([]);
	});
});

describe('a client certificate and a private authority', () => {
	let authority;
	let client;
	let server;
	let url;

	const read = (file) => fs.readFileSync(file, 'utf8');

	beforeAll(async () => {
		const files = await makeCertificate('mtls-authority');
		authority = read(files.cert);
		const serverFiles = await makeSigned(files, { name: 'mtls-server' });
		client = await makeSigned(files, { name: 'mtls-client', host: 'n8n.example' });
		server = https.createServer(
			{
				ca: authority,
				cert: read(serverFiles.cert),
				key: read(serverFiles.key),
				requestCert: true,
				rejectUnauthorized: true,
			},
			(request, response) => {
				response.end(JSON.stringify({ subject: request.socket.getPeerCertificate().subject.CN }));
			},
		);
		url = `https://localhost:${await listen(server)}/hook`;
	});

	afterAll(() => {
		server.closeAllConnections();
		server.close();
	});

	const createCredential = (fields) => ({
		authentication: 'none',
		useClientTls: true,
		clientCertificate: read(client.cert),
		clientKey: read(client.key),
		caCertificate: authority,
		...fields,
	});

	test('are used for the connection', async () => {
		expect(await send(createCredential(), { url })).toMatchObject({
			status: 'delivered',
			response: { body: { subject: 'n8n.example' } },
		});
	});

	test.each([
		['the certificate', { clientCertificate: '', clientKey: '' }],
		['the authority', { caCertificate: '' }],
		['both, since they are turned off', { useClientTls: false }],
	])('are needed: without %s, the connection fails', async (_name, fields) => {
		const item = await send(createCredential(fields), { url });
		expect(item).toMatchObject({ status: 'failed' });
		expect(['tls', 'connection']).toContain(item.attempt_log[0].outcome);
	});

	test('are used through a proxy, which cannot read the request', async () => {
		const tunnels = [];
		const proxy = createServer();
		proxy.on('connect', ({ url: address }, socket) => {
			tunnels.push(address);
			const [host, port] = address.split(':');
			const target = net.connect(Number(port), host, () => {
				socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
				target.pipe(socket).pipe(target);
			});
		});
		process.env.HTTPS_PROXY = `http://127.0.0.1:${await listen(proxy)}`;
		try {
			expect(await send(createCredential(), { url })).toMatchObject({
				status: 'delivered',
				response: { body: { subject: 'n8n.example' } },
			});
			expect(tunnels).toEqual([new URL(url).host]);
		} finally {
			delete process.env.HTTPS_PROXY;
			proxy.close();
		}
	});

	test('are named if they do not belong together', async () => {
		const item = await send(createCredential({ clientKey: 'no key' }), { url });
		expect(item.attempt_log[0]).toMatchObject({
			outcome: 'invalid_request',
			error_message: expect.stringMatching(/^The field "Client Key" has no private key/),
		});
	});
});

test('signs requests for AWS over the bytes, the URL and the headers that arrive', async () => {
	const credentials = {
		accessKeyId: 'AKIDEXAMPLE',
		secretAccessKey: 'aws-s3cret',
		sessionToken: 'session-token',
		region: 'eu-central-1',
		service: 'lambda',
	};
	const url = `${receiver.url}?b=2&a=1%20x`;
	const item = await send({ authentication: 'awsSigV4', ...credentials }, { url, allowHttp: true });
	expect(item).toMatchObject({ status: 'delivered' });
	const [{ body, headers }] = receiver.requests;
	const time = headers['x-amz-date'].replace(/^(....)(..)(..T..)(..)(..)Z$/, '$1-$2-$3:$4:$5Z');
	const signed = signAwsRequest(credentials, {
		method: 'POST',
		url,
		headers: { 'content-type': headers['content-type'] },
		body: Buffer.from(body),
		nowMs: Date.parse(time),
	});
	expect(headers.authorization).toBe(signed.Authorization);
	expect(headers['x-amz-security-token']).toBe('session-token');
});
