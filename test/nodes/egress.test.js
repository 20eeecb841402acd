/**
 * Sends events through n8n-core's own request helper, with n8n's egress protection switched on as
 * docs/security.md says. Only the resolution of host names is replaced.
 */
const dns = require('node:dns');
const fs = require('node:fs');
const { createServer } = require('node:http');
const path = require('node:path');

const { root } = require('../harness/project');

const page = fs.readFileSync(path.join(root, 'docs/security.md'), 'utf8');
const settings = [...page.matchAll(/^ *(N8N_SSRF_\w+)=(\S+)$/gm)];
for (const [, name, value] of settings) process.env[name] = value;
process.env.N8N_SSRF_ALLOWED_HOSTNAMES = 'allowed.example';

const { execute } = require('../harness/contexts');

let server;
let port;
let received;
/** Addresses of the next lookups, one list each. The last list stays. */
let resolutions;

beforeAll(async () => {
	server = createServer((request, response) => {
		received.push(request.url);
		if (request.url === '/moved') {
			response.writeHead(307, { location: `http://internal.example:${port}/hook` });
		}
		response.end();
	});
	await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
	({ port } = server.address());
	jest.spyOn(dns.promises, 'lookup').mockImplementation(async (_name, { all }) => {
		const [addresses, ...later] = resolutions;
		if (later.length > 0) resolutions = later;
		const resolved = addresses.map((address) => ({
			address,
			family: address.includes(':') ? 6 : 4,
		}));
		return all ? resolved : resolved[0];
	});
});

afterAll(() => {
	server.closeAllConnections();
	server.close();
});

beforeEach(() => {
	received = [];
});

const EVENT = {
	resource: 'event',
	operation: 'send',
	platform: 'standardWebhooks',
	useCredential: false,
	customEventType: 'order.created',
	dataSource: 'item',
	conditionSource: 'always',
	retrySchedule: 'exponential',
	options: { allowHttp: true, timeoutSeconds: 1 },
};

/** Sends an event to a host name. Returns the delivery's status and its attempts' outcomes. */
async function send(host, url = '/hook', { credentials, ...parameters } = {}) {
	const { outputs } = await execute(
		{ ...EVENT, url: `http://${host}:${port}${url}`, ...parameters },
		[{ json: {} }],
		{ more: { onError: 'continueRegularOutput' }, credentials },
	);
	const { attempt_log: attempts, status } = outputs.flat()[0].json;
	return { status, outcomes: attempts.map(({ outcome }) => outcome) };
}

test.each([
	['an internal address', [['127.0.0.1']]],
	['a cloud’s metadata address', [['169.254.169.254']]],
	['a public address and an internal one', [['93.184.216.34', '10.0.0.1']]],
	['a public address at first and an internal one later', [['93.184.216.34'], ['127.0.0.1']]],
	['a shared address', [['100.64.0.1']]],
	['IPv4 in IPv6', [['::ffff:127.0.0.1']]],
	['IPv4 over NAT64', [['64:ff9b::7f00:1']]],
	['IPv4 over 6to4', [['2002:7f00:1::1']]],
])('blocks an endpoint whose name resolves to %s, without a retry', async (kind, addresses) => {
	resolutions = addresses;
	const host = `${kind.replaceAll(/\W+/g, '-')}.example`.toLowerCase();
	expect(await send(host)).toEqual({ status: 'failed', outcomes: ['blocked'] });
	expect(received).toEqual([]);
});

test('blocks an internal address in the URL itself', async () => {
	expect(await send('127.0.0.1')).toEqual({ status: 'failed', outcomes: ['blocked'] });
	expect(received).toEqual([]);
});

test('sends to an allowed host name, and does not follow its redirect into the network', async () => {
	resolutions = [['127.0.0.1']];
	expect(await send('allowed.example')).toEqual({ status: 'delivered', outcomes: ['success'] });
	expect(await send('allowed.example', '/moved')).toEqual({
		status: 'failed',
		outcomes: ['redirect'],
	});
	expect(received).toEqual(['/hook', '/moved']);
});

test('asks no token server whose name resolves to an internal address, and sends nothing', async () => {
	resolutions = [['169.254.169.254']];
	const agentWebhookOutboundApi = {
		protection: 'authenticated',
		authentication: 'oauth2',
		tokenUrl: `http://tokens.example:${port}/token`,
		clientId: 'n8n',
		clientSecret: 'client-s3cret',
	};
	const sent = await send('allowed.example', '/hook', {
		useCredential: true,
		credentials: { agentWebhookOutboundApi },
	});
	expect(sent).toEqual({ status: 'failed', outcomes: ['blocked'] });
	expect(received).toEqual([]);
});
