/**
 * Follows the README's quick start word for word: runs its commands in a shell and its template in n8n.
 */
const { execFile } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { promisify } = require('node:util');

const { root } = require('../harness/project');
const { readTemplate } = require('../harness/templates');

const stage = require('./stage');

const { base, planResponses, readInbox, n8n, receiver, setReceiverSecrets, uniqueName } = stage;

const run = promisify(execFile);

const readme = fs.readFileSync(path.join(root, 'README.md'), 'utf8');
const quickStart = readme.split(/^## /m).find((section) => section.startsWith('Quick start'));
/** Returns the section's code blocks in a language, as a reader would copy them. */
const blocks = (language) =>
	[...quickStart.matchAll(/^( *)```(\w+)\n([^]*?)^ *```$/gm)]
		.filter(([, , given]) => given === language)
		.map(([, indent, , text]) => text.replaceAll(new RegExp(`^${indent}`, 'gm'), ''));

const [makeSecrets, call] = blocks('sh');
const [answer] = blocks('json').map((text) => JSON.parse(text));
const box = uniqueName('readme');
let secrets;
let id;

/** Runs a command of the page. Returns what it prints. */
async function shell(command, env = {}) {
	const { stdout } = await run('bash', ['-euc', command], { env: { ...process.env, ...env } });
	return stdout;
}

beforeAll(async () => {
	const printed = await shell(makeSecrets);
	const made = (label) =>
		printed
			.split('\n')
			.find((line) => line.startsWith(label))
			.split(' ')
			.pop();
	secrets = {
		TOKEN: made('Agent Message, Bearer Tokens'),
		SECRET: made('Agent Message, Signing Secret'),
		outbound: made('Send Event, Signing Secret'),
	};
	await setReceiverSecrets({ standard: secrets.outbound });

	const template = readTemplate('quick-start');
	const named = (name) => template.nodes.find((node) => node.name === name);
	const send = named('Send Event');
	named('Agent Message').credentials = await n8n.createCredential('agentWebhookInboundApi', 'In', {
		bearerTokens: secrets.TOKEN,
		signingSecret: secrets.SECRET,
	});
	send.credentials = await n8n.createCredential('agentWebhookOutboundApi', 'Out', {
		signingSecret: secrets.outbound,
	});
	send.parameters.url = `${receiver}/receive/standardwebhooks/${box}`;
	// The receiver is on this machine, without TLS.
	send.parameters.options = { allowHttp: true };
	id = await n8n.createWorkflow(template);
});

afterAll(async () => {
	if (id !== undefined) await n8n.deactivate(id);
});

const curl = async (command) =>
	JSON.parse(
		await shell(command.replace('https://your-n8n', base).replace('curl', 'curl -sS'), secrets),
	);

test('the README’s call is answered as shown, and the signed event arrives', async () => {
	expect(await curl(call)).toEqual({
		...answer,
		execution_id: expect.stringMatching(/^\d+$/),
		data: { ...answer.data, event_id: expect.stringMatching(/^evt_/) },
	});
	await n8n.finished(id);
	const [received, ...more] = await readInbox(box);
	expect(more).toEqual([]);
	expect(received.verified).toBe(true);
	expect(JSON.parse(received.body).data.message).toBe('Hello, I need help with my order #12345');
});

test('the README’s call is rejected as described when the body changes', async () => {
	const [code] = /`(SIGNATURE_\w+)`/.exec(quickStart).slice(1);
	const refused = await curl(call.replace('-d "$body"', `-d '{"message":"Jello"}'`));
	expect(refused).toMatchObject({ success: false, error: { code } });
	expect(await n8n.executions(id)).toHaveLength(1);
});

test('the README’s call is answered as described when the endpoint fails', async () => {
	await planResponses(box, [{ status: 404 }]);
	const [, status] = /the answer is (\d+) and says why/.exec(quickStart.replaceAll(/\s+/g, ' '));
	const printed = await shell(
		call.replace('https://your-n8n', base).replace('curl', "curl -sS -w '\\n%{http_code}'"),
		secrets,
	);
	const [body, given] = printed.split('\n');
	expect(given).toBe(status);
	expect(JSON.parse(body)).toMatchObject({ success: false, error: { code: 'DELIVERY_FAILED' } });
	expect(JSON.parse(body).error.message).not.toBe('');
});
