/**
 * n8n's egress protection, switched on as docs/security.md says, in n8n-core's own request helper: whatever
 * an endpoint's name resolves to, nothing is sent into n8n's network. Only the names are this test's own.
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
/** What a name resolves to, from one lookup to the next; the last answer stays. */
let answers;

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
		const [addresses, ...later] = answers;
		if (later.length > 0) answers = later;
		const found = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
		return all ? found : found[0];
	});
});

afterAll(() => {
	server.closeAllConnections();
	server.close();
});

beforeEach(() => {
	received = [];
});

/** Sends an event to a host of this machine. Returns what became of it. */
async function send(host, url = '/hook') {
	const { outputs } = await execute(
		{
			resource: 'event',
			operation: 'send',
			platform: 'standardWebhooks',
			url: `http://${host}:${port}${url}`,
			useCredential: false,
			customEventType: 'order.created',
			dataSource: 'item',
			conditionSource: 'always',
			options: { allowHttp: true, maxRetries: 3, timeoutSeconds: 1 },
		},
		[{ json: {} }],
		{ more: { onError: 'continueRegularOutput' } },
	);
	const { attempts, status } = outputs.flat()[0].json;
	return { status, outcomes: attempts.map(({ outcome }) => outcome) };
}

test.each([
	['an internal address', [['127.0.0.1']]],
	['a cloud’s metadata', [['169.254.169.254']]],
	['a public address and an internal one', [['93.184.216.34', '10.0.0.1']]],
	['a public address at first, and an internal one then', [['93.184.216.34'], ['127.0.0.1']]],
	['a shared address', [['100.64.0.1']]],
	['IPv4 in IPv6', [['::ffff:127.0.0.1']]],
	['IPv4 over NAT64', [['64:ff9b::7f00:1']]],
	['IPv4 over 6to4', [['2002:7f00:1::1']]],
])('a name that resolves to %s: nothing is sent, and nothing tried again', async (what, zone) => {
	answers = zone;
	const host = `${what.replaceAll(/\W+/g, '-')}.example`.toLowerCase();
	expect(await send(host)).toEqual({ status: 'failed', outcomes: ['blocked'] });
	expect(received).toEqual([]);
});

test('an address that stands in the URL is refused as well', async () => {
	expect(await send('127.0.0.1')).toEqual({ status: 'failed', outcomes: ['blocked'] });
	expect(received).toEqual([]);
});

test('a name that is allowed is sent to, and its redirect into the network is not followed', async () => {
	answers = [['127.0.0.1']];
	expect(await send('allowed.example')).toEqual({ status: 'delivered', outcomes: ['success'] });
	expect(await send('allowed.example', '/moved')).toEqual({
		status: 'failed',
		outcomes: ['redirect'],
	});
	expect(received).toEqual(['/hook', '/moved']);
});
