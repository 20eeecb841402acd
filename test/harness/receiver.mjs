/**
 * A receiver that we did not write, as far as one exists: the official libraries verify what comes
 * in. `svix` and `standardwebhooks` do for Standard Webhooks, and the platforms' pages' own examples
 * (test/pages) for them. It is a process of its own, as a receiver is; with the paths of a certificate
 * and its key as arguments it listens with TLS.
 *
 * POST /secrets sets them; POST /receive/<verifier>/<inbox> receives; GET /inbox/<inbox> tells what came;
 * POST /behave/<inbox> gives the next answers, e.g. [{"status":503,"headers":{"retry-after":"1"}}].
 */
import fs from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { setTimeout as pause } from 'node:timers/promises';

import * as standardwebhooks from 'standardwebhooks';
import * as svix from 'svix';

import * as agentflow from '../pages/agentflow.mjs';
import * as agenticflow from '../pages/agenticflow.mjs';
import * as agentPlatform from '../pages/agentPlatform.mjs';
import * as uptiq from '../pages/uptiq.mjs';

const secrets = {};
const inboxes = new Map();
const behaviours = new Map();

const byLibrary =
	({ Webhook }) =>
	(body, headers) =>
		new Webhook(secrets.standard).verify(body.toString('utf8'), headers, { jsonParse: false });

const byPage = (verify) => (body, headers) => {
	if (!verify(body, headers)) throw new Error('Invalid signature');
};

const VERIFIERS = {
	svix: byLibrary(svix),
	standardwebhooks: byLibrary(standardwebhooks),
	agenticflow: byPage((body, headers) =>
		agenticflow.verifyWebhookSignature(
			body.toString('utf8'),
			headers['x-agenticflow-signature'],
			secrets.agenticflow,
		),
	),
	agentflow: byPage((body, headers) =>
		agentflow.verifyAgentflowSignature(
			body,
			headers['x-agentflow-timestamp'],
			headers['x-agentflow-signature'],
			secrets.agentflow,
		),
	),
	agentPlatform: byPage((body, headers) =>
		agentPlatform.verifyWebhookSignature(
			JSON.parse(body),
			headers['x-webhook-signature'],
			secrets.agentPlatform,
		),
	),
	uptiq: byPage((body, headers) =>
		uptiq.verifySignature(JSON.parse(body), headers['x-signature'], secrets.uptiq),
	),
	none: () => undefined,
};

function verdict(verifier, body, headers) {
	try {
		VERIFIERS[verifier](body, headers);
		return { verified: verifier !== 'none' };
	} catch (error) {
		return { verified: false, fault: error.message };
	}
}

async function bytesOf(request) {
	const chunks = [];
	for await (const chunk of request) chunks.push(chunk);
	return Buffer.concat(chunks);
}

async function receive(request, response) {
	const body = await bytesOf(request);
	const [, action, first, second] = request.url.split('?')[0].split('/');
	const send = (status, json, headers = {}) => {
		response.writeHead(status, { 'content-type': 'application/json', ...headers });
		response.end(JSON.stringify(json));
	};
	if (action === 'secrets') {
		Object.assign(secrets, JSON.parse(body));
		send(200, {});
	} else if (action === 'behave') {
		behaviours.set(first, JSON.parse(body));
		send(200, {});
	} else if (action === 'inbox') {
		send(200, inboxes.get(first) ?? []);
	} else if (action === 'receive') {
		const inbox = inboxes.get(second) ?? [];
		inboxes.set(second, inbox);
		const result = verdict(first, body, request.headers);
		const entry = {
			...result,
			at: Date.now(),
			url: request.url,
			headers: request.headers,
			body: body.toString('utf8'),
		};
		inbox.push(entry);
		const { status, headers, delayMs, reply, hangUp } = behaviours.get(second)?.shift() ?? {};
		if (delayMs) await pause(delayMs);
		if (hangUp) request.socket.destroy();
		else {
			const accepted = first === 'none' || result.verified;
			entry.status = status ?? (accepted ? 200 : 401);
			send(entry.status, reply ?? { received: accepted }, headers);
		}
	} else {
		send(404, {});
	}
}

const [cert, key] = process.argv.slice(2).map((file) => fs.readFileSync(file));
const server = cert ? https.createServer({ cert, key }, receive) : http.createServer(receive);
server.listen(0, '127.0.0.1', () => process.send?.({ port: server.address().port }));
