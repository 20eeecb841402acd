/**
 * Runs the main job in a real local n8n: receives an authenticated, signed agent message, runs the quick
 * start, and sends a signed event to a receiver that verifies it with the standardwebhooks library.
 */
const { fork } = require('node:child_process');
const { createHmac, randomBytes } = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');

const { bootN8n } = require('./n8n');
const { root } = require('./project');

const N8N_PORT = 5678;
const WORKFLOW_PATH = 'quick-start';
const once = process.argv.includes('--once');

const newSecret = () => randomBytes(32).toString('hex');

async function startReceiver() {
	const child = fork(path.join(__dirname, 'receiver.mjs'));
	const { port } = await new Promise((resolve, reject) => {
		child.once('message', resolve);
		child.once('exit', (code) => reject(new Error(`The local receiver ended with ${code}.`)));
	});
	return { child, url: `http://127.0.0.1:${port}` };
}

/** Returns the quick start template with the demo's credentials and endpoint. */
function createDemoWorkflow(inbound, outbound, endpoint) {
	const template = JSON.parse(
		fs.readFileSync(path.join(root, 'templates/quick-start.json'), 'utf8'),
	);
	const named = (name) => template.nodes.find((node) => node.name === name);
	named('Agent Message').credentials = inbound;
	const send = named('Send Event');
	send.credentials = outbound;
	send.parameters.url = endpoint;
	// The receiver runs on this machine, without TLS.
	send.parameters.options = { ...send.parameters.options, allowHttp: true };
	return template;
}

/** Builds one row of the closing table. */
const row = (what, happened, detail) => ({ what, happened, detail });

async function runMainJob({ client, base }, receiver) {
	const secrets = {
		bearer: newSecret(),
		inbound: newSecret(),
		outbound: `whsec_${randomBytes(32).toString('base64')}`,
	};
	const inbound = await client.createCredential('agentWebhookInboundApi', 'Demo inbound', {
		bearerTokens: secrets.bearer,
		signatureScheme: 'platform',
		signingSecret: secrets.inbound,
	});
	const outbound = await client.createCredential('agentWebhookOutboundApi', 'Demo outbound', {
		authentication: 'none',
		signatureScheme: 'platform',
		signingSecret: secrets.outbound,
	});
	await fetch(`${receiver}/secrets`, {
		method: 'POST',
		body: JSON.stringify({ standard: secrets.outbound }),
	});
	const endpoint = `${receiver}/receive/standardwebhooks/demo`;
	const workflowId = await client.createWorkflow(createDemoWorkflow(inbound, outbound, endpoint));

	const url = `${base}/webhook/webhooks/agents/${WORKFLOW_PATH}`;
	const body = JSON.stringify({
		message: 'Hello, I need help with my order #12345',
		user_id: 'user_123',
	});
	const call = async (token, secret) => {
		const response = await fetch(url, {
			method: 'POST',
			headers: {
				'content-type': 'application/json',
				authorization: `Bearer ${token}`,
				'X-AgenticFlow-Signature': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
			},
			body,
		});
		return { status: response.status, json: await response.json() };
	};
	const forged = await call(secrets.bearer, newSecret());
	const answer = await call(secrets.bearer, secrets.inbound);
	const [execution] = await client.finished(workflowId);
	const count = (await client.executions(workflowId)).length;
	const received = await (await fetch(`${receiver}/inbox/demo`)).json();

	return {
		url,
		workflowId,
		rows: [
			row(
				'Message with a forged signature is rejected',
				forged.status === 401 && forged.json.error?.code === 'SIGNATURE_INVALID',
				`${forged.status} ${forged.json.error?.code ?? ''}`,
			),
			row(
				'Signed message is accepted and answered',
				answer.status === 200 && answer.json.success === true,
				`${answer.status} ${answer.json.message ?? ''}`,
			),
			row(
				'One execution, none for the rejected one',
				count === 1 && execution.status === 'success',
				`${count} execution(s), ${execution.status}`,
			),
			row(
				'Event arrives at the receiver',
				received.length === 1,
				received[0] ? `${JSON.parse(received[0].body).type}` : 'nothing arrived',
			),
			row(
				'Its signature is verified by standardwebhooks',
				received[0]?.verified === true,
				received[0]?.fault ?? received[0]?.headers['webhook-id'] ?? '',
			),
		],
	};
}

function printTable(rows) {
	const width = Math.max(...rows.map(({ what }) => what.length));
	console.log('');
	for (const { what, happened, detail } of rows) {
		console.log(`  ${happened ? '✓' : '✗'} ${what.padEnd(width)}  ${detail}`);
	}
	console.log('');
}

async function main() {
	console.log('▸ Starting n8n (about 20 seconds) …');
	const n8n = await bootN8n({ name: 'demo', port: N8N_PORT });
	if (n8n.portTaken) {
		console.log(`  Port ${N8N_PORT} is taken by another program: n8n listens on ${n8n.port}.`);
	}
	const receiver = await startReceiver();
	let stopping;
	const stop = async () => {
		stopping ??= (async () => {
			receiver.child.kill();
			await n8n.stop();
		})();
		await stopping;
	};
	try {
		console.log('▸ Importing the quick start and sending it a message …');
		const { rows, url, workflowId } = await runMainJob(n8n, receiver.url);
		printTable(rows);
		const allHappened = rows.every(({ happened }) => happened);
		console.log(`  Webhook  ${url}`);
		console.log(`  Editor   ${n8n.base}/workflow/${workflowId}`);
		if (!once) {
			const { email, password } = n8n.owner;
			console.log(`  Sign in  ${email} with the password ${password}`);
		}
		if (once || !allHappened) {
			await stop();
			process.exit(allHappened ? 0 : 1);
		}
		console.log('\n  n8n stays up until Ctrl-C.');
		const end = async () => {
			await stop();
			process.exit(0);
		};
		process.on('SIGINT', end);
		process.on('SIGTERM', end);
	} catch (error) {
		await stop();
		throw error;
	}
}

main().catch((error) => {
	console.error(`\n✗ ${error.message}`);
	process.exit(1);
});
