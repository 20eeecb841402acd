/**
 * Follows the pages about the APIs and the portal as a stranger does: their templates, commands and scripts, with Svix's
 * own client, and each request of the management API.
 */
const { execFile } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { promisify } = require('node:util');

const { writeSnippet } = require('../../core/portal/page/snippets');
const { listBlocks, listCode, listTables, readSection } = require('../harness/documents');
const { root } = require('../harness/project');

const { listTemplates, openTemplate, runByHand, runCommand } = require('./docsStage');
const stage = require('./stage');
const { connectSvix } = require('./svixStage');

const { base, n8n, newSecret, readInbox, readUntil, receiver, uniqueName } = stage;

const run = promisify(execFile);

jest.setTimeout(200_000);

/** The receiver is on this machine, without TLS. */
const LOCAL = { allowHttp: true, allowInternal: true };

const activeIds = [];
let outbox;

beforeAll(async () => {
	outbox = await n8n.createCredential('agentWebhookOutboxApi', 'Outbox', {
		encryptionSecret: newSecret(),
		outboxName: uniqueName('docs').replaceAll('-', '_'),
	});
});

afterAll(async () => {
	for (const id of activeIds) await n8n.deactivate(id);
	await stage.deactivateWorkflows();
});

async function publish(workflow) {
	const id = await n8n.createWorkflow(workflow);
	activeIds.push(id);
	return id;
}

/** Runs a module in a folder in which the packages of this project are installed. Returns what it prints. */
async function runModule(name, text, env) {
	const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'docs-'));
	try {
		fs.symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
		fs.writeFileSync(path.join(folder, name), text);
		const { stdout } = await run(process.execPath, [name], {
			cwd: folder,
			env: { ...process.env, NODE_OPTIONS: '', ...env },
		});
		return stdout.trim();
	} finally {
		fs.rmSync(folder, { recursive: true });
	}
}

describe('docs/api.md and docs/portal.md', () => {
	const steps = readSection('docs/api.md', 'Step by step');
	const box = uniqueName('docs');
	let server;
	let apiKey;
	let link;
	let secret;

	test('their steps lead to a message and a link', async () => {
		const [name, deliverDue] = listTemplates(steps);
		const { find, ours, workflow } = openTemplate(name, outbox);
		expect(ours).toHaveLength(3);
		find('Answer').parameters.options = LOCAL;
		const id = await publish(workflow);
		await publish(openTemplate(deliverDue, outbox).workflow);
		[{ api_key: apiKey }] = await runByHand(id, 'When You Need a Key', 'Create Key');
		const { parameters, webhookId } = find('When a Client Calls');
		server = `${base}/webhook/${webhookId}/${parameters.path}`;
		const [script] = listBlocks(steps, 'js');
		const [portal] = listBlocks(readSection('docs/portal.md', 'Step by step'), 'js');
		const [, file] = /save this as `([\w.]+)`/.exec(steps.replaceAll(/\s+/g, ' '));
		const filled = [script, portal, 'console.log(url);']
			.join('\n')
			.replace('https://your-n8n', base)
			.replace('<the node’s webhook ID>', webhookId)
			.replace('https://acme.example/hooks', `${receiver}/receive/none/${box}`);
		expect(filled).toContain(server);
		link = await runModule(file, filled, { WEBHOOKS_KEY: apiKey });
	});

	test('the endpoint gets the body of the page, which Svix’s library verifies', async () => {
		const [{ body, headers }, ...others] = await readUntil(
			({ length }) => length > 0,
			async () => await readInbox(box),
		);
		expect(others).toEqual([]);
		expect(steps).toContain(`\`${body}\``);
		const { Webhook } = await import('svix');
		const svix = await connectSvix({ server }, apiKey);
		const [{ id }] = (await svix.endpoint.list('acme')).data;
		({ key: secret } = await svix.endpoint.getSecret('acme', id));
		expect(() => new Webhook(secret).verify(body, headers)).not.toThrow();
		expect(() => new Webhook(secret).verify('{"order":8}', headers)).toThrow('signature');
	});

	test('the endpoint verifies it with the code that the portal shows', async () => {
		const [{ body, headers }] = await readInbox(box);
		const code = writeSnippet('JavaScript', secret);
		const request = `const rawBody = ${JSON.stringify(body)}, request = ${JSON.stringify({ headers })};`;
		const printed = await runModule(
			'verify.mjs',
			[request, code, 'console.log(JSON.stringify(event));'].join('\n'),
		);
		expect(printed).toBe(body);
	});

	test('the link opens the portal, with a key that may read', async () => {
		const [url, key] = link.split('#');
		expect(url).toBe(`${server}/portal`);
		const page = await fetch(url);
		expect([page.status, page.headers.get('content-type')]).toEqual([
			200,
			'text/html; charset=utf-8',
		]);
		const subscriber = await connectSvix({ server }, key);
		expect((await subscriber.endpoint.list('acme')).data).toHaveLength(1);
	});

	test('a link of the command in docs/portal.md is limited, and one of Svix’s client is not', async () => {
		const [command] = listBlocks(readSection('docs/portal.md', 'Links'), 'sh');
		const env = { SERVER_URL: server, WEBHOOKS_KEY: apiKey };
		const limited = JSON.parse(await runCommand(command, env));
		const svix = await connectSvix({ server }, apiKey);
		const access = JSON.parse(/-d '([^']*)'/.exec(command)[1]);
		const unlimited = await svix.authentication.appPortalAccess('acme', access);
		const counts = [];
		for (const { token } of [limited, unlimited]) {
			const subscriber = await connectSvix({ server }, token);
			counts.push((await subscriber.endpoint.list('acme')).data.length);
		}
		// The endpoint gets all events.
		expect(counts).toEqual([0, 1]);
	});
});

describe('docs/endpoints.md about the management API', () => {
	const section = readSection('docs/endpoints.md', 'Let subscribers register themselves');
	const [rows] = listTables(section);
	const env = { API_KEY: newSecret() };
	let webhook;

	/** Makes a request with curl. Returns its status and its JSON. */
	async function call(method, url, body) {
		const { stdout } = await run('curl', [
			...['-sS', '-X', method, '-w', '\n%{http_code}'],
			...['-H', `Authorization: Bearer ${env.API_KEY}`, '-H', 'Content-Type: application/json'],
			...(body === undefined ? [] : ['-d', JSON.stringify(body)]),
			url,
		]);
		const [text, status] = stdout.split(/\n(?=\d+$)/);
		return { status: Number(status), data: JSON.parse(text) };
	}

	test('its steps and its command create a webhook', async () => {
		const [name] = listTemplates(section);
		const { find, workflow } = openTemplate(name, outbox);
		const trigger = find('When a Subscriber Calls');
		trigger.credentials = {
			...outbox,
			...(await n8n.createCredential('agentWebhookInboundApi', 'Callers', {
				bearerTokens: env.API_KEY,
			})),
		};
		find('Answer').parameters.options = LOCAL;
		await publish(workflow);
		env.LIST_URL = `${base}/webhook/${trigger.webhookId}/${trigger.parameters.path}/api/v1/webhooks`;
		const [command] = listBlocks(section, 'sh');
		webhook = JSON.parse(await runCommand(command, env));
		expect(webhook).toMatchObject({
			...JSON.parse(/-d '([^']*)'/.exec(command)[1]),
			id: expect.stringMatching(/^wh_/),
			signing_secret: expect.any(String),
		});
	});

	test('each request of its table is answered as it says', async () => {
		const url = `${receiver}/receive/none/${uniqueName('docs')}`;
		const bodies = {
			'POST /api/v1/webhooks': { name: 'Second', url, events: ['*'] },
			'PUT /api/v1/webhooks/{id}': { url },
			'POST /api/v1/webhooks/{id}/test': { event: 'webhook.test', test_data: {} },
		};
		// What deletes the webhook comes last.
		const isLast = ([request]) => request.includes('DELETE');
		const ordered = [...rows.filter((row) => !isLast(row)), ...rows.filter(isLast)];
		expect(ordered).toHaveLength(8);
		for (const [cell, , answer] of ordered) {
			const [request] = listCode(cell);
			const [method, place] = request.split(' ');
			const target = place.replace('/api/v1/webhooks', env.LIST_URL).replace('{id}', webhook.id);
			const { data, status } = await call(method, target, bodies[request]);
			const named = [...answer.matchAll(/"(\w+)":/g)].map(([, field]) => field);
			expect([request, status]).toEqual([request, Number.parseInt(answer, 10)]);
			expect(Object.keys(data)).toEqual(expect.arrayContaining(named));
			if (named.includes('success')) expect(data.success).toBe(true);
		}
		expect(await call('GET', `${env.LIST_URL}/${webhook.id}`)).toMatchObject({
			status: 404,
			data: { error: { code: 'NOT_FOUND' } },
		});
	});
});
