/** Endpoints of the outbox with a client of an OAuth2 server, through n8n-core's own helper. */
const { createServer } = require('node:http');

const { createStore } = require('../../../../unit/outbox/memoryTables');

let mockStore;

jest.mock('../../../../../build/nodes/shared/outbox/dataTables', () => ({
	openDataTables: () => mockStore.connect(),
}));

const { execute } = require('../../../../harness/contexts');
const { fillInDefaults } = require('../../../operations');
const { useRecordingServer } = require('../../../recordingServer');

const receiver = useRecordingServer();
const credentials = {
	agentWebhookOutboxApi: { outboxName: 'outbox', encryptionSecret: 'k'.repeat(64) },
};
const CLIENT_SECRET = 'client-s3cret-1';

let server;
let tokenUrl;
let isDown;
let issued;

beforeAll(async () => {
	server = createServer((request, response) => {
		request.resume().on('end', () => {
			if (isDown) return response.writeHead(503).end();
			issued += 1;
			return response.end(JSON.stringify({ access_token: `token-${issued}`, expires_in: 3600 }));
		});
	});
	await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
	tokenUrl = `http://127.0.0.1:${server.address().port}/token`;
});

afterAll(() => {
	server.closeAllConnections();
	server.close();
});

let client = 0;

beforeEach(() => {
	mockStore = createStore();
	isDown = false;
	issued = 0;
	// A client of its own for each test: tokens are kept from one execution to the next.
	client += 1;
});

async function run(resource, operation, parameters) {
	const filled = fillInDefaults('agentWebhook', {
		resource,
		operation,
		simplify: false,
		...parameters,
	});
	const { outputs } = await execute(filled, [{ json: { order_id: 7 } }], { credentials });
	return outputs.map((output) => output.map(({ json }) => json));
}

const createEndpoint = async (options = {}) => {
	const [[endpoint]] = await run('endpoint', 'create', {
		endpointName: 'Shop',
		url: receiver.url,
		platform: 'standardWebhooks',
		endpointAuthentication: 'oauth2',
		tokenUrl,
		clientId: `client-${client}`,
		clientSecret: CLIENT_SECRET,
		scope: 'events.write',
		options: { allowHttp: true, allowInternal: true, ...options },
	});
	return endpoint;
};

const send = async () =>
	await run('event', 'send', {
		sendTo: 'subscribers',
		customEventType: 'order.created',
		options: {},
	});

const findEndpoint = (endpoint) => ({ endpoint: { __rl: true, mode: 'id', value: endpoint.id } });

const readTables = () =>
	JSON.stringify(['endpoints', 'events', 'deliveries'].map((table) => mockStore.rows(table)));

test('send a token that their server issued, and keep the client’s secret encrypted', async () => {
	const endpoint = await createEndpoint();
	expect(endpoint.authentication).toEqual({
		type: 'oauth2',
		token_url: tokenUrl,
		client_id: `client-${client}`,
		client_secret: '••••••••',
		client_secret_in: 'basic',
		scope: 'events.write',
	});
	receiver.answer = (response, { headers }) => response.end(JSON.stringify(headers));
	const [delivered] = await send();
	expect(delivered).toMatchObject([{ status: 'delivered' }]);
	expect(receiver.requests[0].headers.authorization).toBe('Bearer token-1');
	expect(receiver.requests[0].headers).toHaveProperty('webhook-signature');
	expect(JSON.stringify(delivered)).toContain('Bearer ••••••••');
	expect(JSON.stringify(delivered)).not.toContain('token-1');
	expect(readTables()).not.toMatch(/client-s3cret-1|token-1/);
});

test('wait for a token server that is down, and stay active', async () => {
	isDown = true;
	const endpoint = await createEndpoint({ disableRule: 'consecutiveFailures', disableCount: 1 });
	const [delivered, pending] = await send();
	expect(delivered).toEqual([]);
	expect(pending).toMatchObject([
		{
			error_message: 'The token server answered with status 503',
			attempt_log: [{ outcome: 'token_unavailable', status_code: null }],
		},
	]);
	expect(receiver.requests).toEqual([]);
	const [[found]] = await run('endpoint', 'get', findEndpoint(endpoint));
	expect(found).toMatchObject({ status: 'active', failing_since: null });
});

test('lose their client at another host, and keep it at another path', async () => {
	const endpoint = await createEndpoint();
	const update = async (updateFields) =>
		await run('endpoint', 'update', { ...findEndpoint(endpoint), updateFields });
	const [[moved]] = await update({ url: `${receiver.url}/other` });
	expect(moved.authentication.type).toBe('oauth2');
	expect(moved).not.toHaveProperty('dropped');
	const [[gone]] = await update({ url: 'https://example.com/hooks' });
	expect(gone).toMatchObject({ authentication: { type: 'none' }, dropped: ['authentication'] });
});

test('get a key of AWS with an update, and sign with it', async () => {
	const endpoint = await createEndpoint();
	await run('endpoint', 'update', {
		...findEndpoint(endpoint),
		updateFields: {
			endpointAuthentication: 'awsSigV4',
			accessKeyId: 'AKIDEXAMPLE',
			secretAccessKey: 'aws-s3cret-1',
			region: 'eu-central-1',
			service: 'lambda',
		},
	});
	const [delivered] = await send();
	expect(delivered).toMatchObject([{ status: 'delivered' }]);
	expect(receiver.requests[0].headers.authorization).toMatch(
		/^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-central-1\/lambda\/aws4_request, /,
	);
	expect(issued).toBe(0);
	expect(readTables()).not.toContain('aws-s3cret-1');
});

test('are not created with a token URL in n8n’s own network', async () => {
	await expect(createEndpoint({ allowInternal: false })).rejects.toThrow(/leads to 127\.0\.0\.1/);
	const url = { url: 'https://example.com/hooks', options: {} };
	await expect(
		run('endpoint', 'create', {
			endpointName: 'Shop',
			platform: 'standardWebhooks',
			endpointAuthentication: 'oauth2',
			tokenUrl: 'https://vault.internal/token',
			clientId: 'n8n',
			clientSecret: CLIENT_SECRET,
			...url,
		}),
	).rejects.toThrow(/The token URL leads to vault\.internal/);
});
