/**
 * A receiver in a separate process, which verifies signatures with third-party code: the libraries `svix`
 * and `standardwebhooks`, and the example code of the platforms' pages (test/pages). It listens with TLS
 * if its arguments are the paths of a certificate and its key.
 *
 * - POST /secrets sets the secrets by verifier.
 * - POST /receive/<verifier>/<inbox> receives a request. It answers 401 if the signature is not valid;
 * the verifier `none` accepts everything.
 * - GET /inbox/<inbox> lists the received requests.
 * - POST /behave/<inbox> sets the next responses: a list of `{ status, headers, reply, delayMs, hangUp
 * }`.
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
const behaviors = new Map();

const verifyWithLibrary =
	({ Webhook }) =>
	(body, headers) =>
		new Webhook(secrets.standard).verify(body.toString('utf8'), headers, { jsonParse: false });

const verifyWithExample = (verify) => (body, headers) => {
	if (!verify(body, headers)) throw new Error('Invalid signature');
};

const VERIFIERS = {
	svix: verifyWithLibrary(svix),
	standardwebhooks: verifyWithLibrary(standardwebhooks),
	agenticflow: verifyWithExample((body, headers) =>
		agenticflow.verifyWebhookSignature(
			body.toString('utf8'),
			headers['x-agenticflow-signature'],
			secrets.agenticflow,
		),
	),
	agentflow: verifyWithExample((body, headers) =>
		agentflow.verifyAgentflowSignature(
			body,
			headers['x-agentflow-timestamp'],
			headers['x-agentflow-signature'],
			secrets.agentflow,
		),
	),
	agentPlatform: verifyWithExample((body, headers) =>
		agentPlatform.verifyWebhookSignature(
			JSON.parse(body),
			headers['x-webhook-signature'],
			secrets.agentPlatform,
		),
	),
	uptiq: verifyWithExample((body, headers) =>
		uptiq.verifySignature(JSON.parse(body), headers['x-signature'], secrets.uptiq),
	),
	none: () => undefined,
};

/** Verifies a signature. */
function verifyRequest(verifier, body, headers) {
	try {
		VERIFIERS[verifier](body, headers);
		return { verified: verifier !== 'none' };
	} catch (error) {
		return { verified: false, fault: error.message };
	}
}

async function readBytes(request) {
	const chunks = [];
	for await (const chunk of request) chunks.push(chunk);
	return Buffer.concat(chunks);
}

async function receive(request, response) {
	const body = await readBytes(request);
	const [, action, first, second] = request.url.split('?')[0].split('/');
	const send = (status, json, headers = {}) => {
		response.writeHead(status, { 'content-type': 'application/json', ...headers });
		response.end(JSON.stringify(json));
	};
	if (action === 'secrets') {
		Object.assign(secrets, JSON.parse(body));
		send(200, {});
	} else if (action === 'behave') {
		behaviors.set(first, JSON.parse(body));
		send(200, {});
	} else if (action === 'inbox') {
		send(200, inboxes.get(first) ?? []);
	} else if (action === 'receive') {
		const inbox = inboxes.get(second) ?? [];
		inboxes.set(second, inbox);
		const result = verifyRequest(first, body, request.headers);
		const entry = {
			...result,
			at: Date.now(),
			url: request.url,
			headers: request.headers,
			body: body.toString('utf8'),
		};
		inbox.push(entry);
		const { status, headers, delayMs, reply, hangUp } = behaviors.get(second)?.shift() ?? {};
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
