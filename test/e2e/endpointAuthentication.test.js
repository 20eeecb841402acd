/** Endpoints that require a token of an OAuth2 server or a client certificate, in a real n8n. */
const { createServer } = require('node:http');
const { setTimeout: pause } = require('node:timers/promises');

const { listen, startMutualServer, stopServers } = require('./authenticationServers');
const stage = require('./stage');

const { createActor, n8n, newSecret, queue, uniqueName } = stage;

/** The processes that run executions. Each gets a token of its own. */
const PROCESSES = queue ? 2 : 1;

/** The time in which n8n does not ask a token server again that gave no token. */
const TOKEN_FAILURE_MS = 10_000;

const outbox = uniqueName('authentication').replaceAll('-', '_');
const clientSecret = newSecret();

/** A token server and the endpoint that its tokens are for, in one. Both can be told to fail. */
function createTokenServer() {
	const world = { isDown: false, issued: [], valid: new Set(), received: [], refused: 0, url: '' };
	const issue = (request, response) => {
		const pair = Buffer.from(request.headers.authorization.split(' ')[1], 'base64').toString();
		if (world.isDown) return response.writeHead(503).end();
		if (pair !== `n8n:${clientSecret}`) {
			return response.writeHead(401).end(JSON.stringify({ error: 'invalid_client' }));
		}
		const token = newSecret();
		world.issued.push(token);
		world.valid.add(token);
		return response.end(
			JSON.stringify({ access_token: token, token_type: 'Bearer', expires_in: 3600 }),
		);
	};
	const receive = (request, response) => {
		const [scheme, token] = (request.headers.authorization ?? '').split(' ');
		if (scheme !== 'Bearer' || !world.valid.has(token)) {
			world.refused += 1;
			return response.writeHead(401).end();
		}
		world.received.push(token);
		return response.end(JSON.stringify({ got: request.headers.authorization }));
	};
	const server = createServer((request, response) => {
		request.resume().on('end', () => {
			if (request.url === '/token') issue(request, response);
			else receive(request, response);
		});
	});
	return { server, world };
}

const tokens = createTokenServer();
const { world } = tokens;
let mutual;
let credentials;

beforeAll(async () => {
	world.url = `http://localhost:${await listen(tokens.server)}`;
	mutual = await startMutualServer();
	credentials = await n8n.createCredential('agentWebhookOutboxApi', outbox, {
		encryptionSecret: newSecret(),
		outboxName: outbox,
	});
});

afterAll(async () => {
	await stage.deactivateWorkflows();
	stopServers();
});

const { act, done } = createActor(() => credentials, { simplify: false });
const OPEN = { allowHttp: true, allowInternal: true };
const oauth2 = () => ({
	endpointAuthentication: 'oauth2',
	tokenUrl: `${world.url}/token`,
	clientId: 'n8n',
	clientSecret,
	clientSecretIn: 'basic',
});

/** Creates an endpoint for the events of one type. Returns its item. */
async function register(type, { options = {}, ...parameters }) {
	const [[endpoint]] = await done('endpoint', 'create', {
		endpointName: type,
		platform: 'standardWebhooks',
		eventTypes: type,
		retrySchedule: 'list',
		retryDelays: '1 s',
		options: { ...OPEN, ...options },
		...parameters,
	});
	return endpoint;
}

/** Sends events of a type to all subscribers. Returns the items by output. */
const send = async (type, count = 1) =>
	await done(
		'event',
		'send',
		{ sendTo: 'subscribers', customEventType: type, options: {} },
		Array.from({ length: count }, (_, number) => ({ number })),
	);

const byId = (id) => ({ endpoint: { __rl: true, mode: 'id', value: id } });

describe('an endpoint with OAuth2 client credentials', () => {
	let endpoint;

	test('gets events with one token a process for several executions, and shows no secret', async () => {
		endpoint = await register('oauth.works', { url: `${world.url}/hooks`, ...oauth2() });
		expect(endpoint.authentication).toMatchObject({
			type: 'oauth2',
			token_url: `${world.url}/token`,
			client_secret: '••••••••',
		});
		for (let run = 0; run < 3; run += 1) {
			const [delivered] = await send('oauth.works', 10);
			expect(delivered).toHaveLength(10);
			for (const token of world.issued) expect(JSON.stringify(delivered)).not.toContain(token);
		}
		expect(world.issued.length).toBeGreaterThanOrEqual(1);
		expect(world.issued.length).toBeLessThanOrEqual(PROCESSES);
		expect(world.received).toHaveLength(30);
	});

	test('gets events with a new token within the same attempt, after the endpoint withdrew the old one', async () => {
		world.valid.clear();
		const issued = world.issued.length;
		const [delivered] = await send('oauth.works', 5);
		expect(delivered.map(({ attempts }) => attempts)).toEqual([1, 1, 1, 1, 1]);
		expect(world.issued).toHaveLength(issued + 1);
	});

	test('waits while its token server is down, stays active, and gets its events afterwards', async () => {
		const broken = await register('oauth.down', {
			url: `${world.url}/hooks`,
			...oauth2(),
			// Another client, which has no token yet.
			scope: 'down',
			options: { disableRule: 'consecutiveFailures', disableCount: 1 },
		});
		world.isDown = true;
		const refused = world.refused;
		const [, pending] = await send('oauth.down', 3);
		expect(pending.map(({ error_message }) => error_message)).toEqual(
			Array(3).fill('The token server answered with status 503'),
		);
		world.isDown = false;
		const [[found]] = await done('endpoint', 'get', byId(broken.id));
		expect(found).toMatchObject({ status: 'active', failing_since: null });
		expect(world.refused).toBe(refused);
		await pause(TOKEN_FAILURE_MS + 1000);
		const [delivered] = await done('delivery', 'deliverDue', {});
		expect(delivered).toHaveLength(3);
	});

	test('is disabled by its rule if its client gets no token', async () => {
		const broken = await register('oauth.rejected', {
			url: `${world.url}/hooks`,
			...oauth2(),
			clientSecret: newSecret(),
			options: { disableRule: 'consecutiveFailures', disableCount: 1 },
		});
		const [, pending] = await send('oauth.rejected');
		expect(pending[0].error_message).toContain('with the reason "invalid_client"');
		const [[found]] = await done('endpoint', 'get', byId(broken.id));
		expect(found.status).toBe('disabled');
	});

	test('cannot have a token URL in n8n’s own network unless its owner allows that', async () => {
		const { error } = await act('endpoint', 'create', {
			endpointName: 'Internal token server',
			url: 'https://example.com/hooks',
			platform: 'standardWebhooks',
			...oauth2(),
			options: { allowHttp: true },
		});
		expect(error).toMatch(/^The token URL leads to localhost/);
	});

	test('is not sent its client’s secret at another host', async () => {
		const [[updated]] = await done('endpoint', 'update', {
			...byId(endpoint.id),
			updateFields: { url: 'https://example.com/hooks' },
		});
		expect(updated).toMatchObject({
			authentication: { type: 'none' },
			dropped: ['authentication'],
		});
	});
});

describe('an endpoint that requires a client certificate', () => {
	test('gets events over a connection with it, and shows no private key', async () => {
		const endpoint = await register('mutual.works', { url: mutual.url, options: mutual.fields });
		expect(endpoint.client_certificate).toMatchObject({ subject: 'CN=n8n.example' });
		const [[item]] = await send('mutual.works');
		expect(item).toMatchObject({
			status: 'delivered',
			response: { body: { subject: 'n8n.example' } },
		});
		expect(JSON.stringify([endpoint, item])).not.toContain('PRIVATE KEY');
	});

	test.each([
		['its certificate', ['clientCertificate', 'clientKey']],
		['its authority', ['caCertificate']],
	])('gets nothing without %s', async (name, missing) => {
		const type = `mutual.${missing[0]}`;
		const options = Object.fromEntries(
			Object.entries(mutual.fields).filter(([field]) => !missing.includes(field)),
		);
		await register(type, { url: mutual.url, options });
		const [delivered, pending] = await send(type);
		expect(delivered).toEqual([]);
		expect(['tls', 'connection']).toContain(pending[0].attempt_log[0].outcome);
	});
});
