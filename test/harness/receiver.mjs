/**
 * A receiver that we did not write, as far as one exists: the official libraries verify what comes
 * in. `svix` and `standardwebhooks` do for Standard Webhooks, and the platform page's own example
 * does for AgenticFlow. It is a process of its own, as a receiver is.
 *
 * POST /secrets sets them; POST /receive/<verifier>/<inbox> receives; GET /inbox/<inbox> tells what came;
 * POST /behave/<inbox> gives the next answers, e.g. [{"status":503,"headers":{"retry-after":"1"}}].
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';

import * as standardwebhooks from 'standardwebhooks';
import * as svix from 'svix';

const secrets = {};
const inboxes = new Map();
const behaviours = new Map();

const byLibrary =
	({ Webhook }) =>
	(body, headers) =>
		new Webhook(secrets.standard).verify(body.toString('utf8'), headers, { jsonParse: false });

const VERIFIERS = {
	svix: byLibrary(svix),
	standardwebhooks: byLibrary(standardwebhooks),
	// spec/agenticflow.txt, "Verification Example (Node.js)"
	agenticflow: (payload, headers) => {
		const expected = createHmac('sha256', secrets.agenticflow).update(payload).digest('hex');
		const provided = headers['x-agenticflow-signature'].replace('sha256=', '');
		if (!timingSafeEqual(Buffer.from(expected), Buffer.from(provided))) {
			throw new Error('Invalid signature');
		}
	},
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

const server = createServer(async (request, response) => {
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
		inbox.push({
			...result,
			at: Date.now(),
			url: request.url,
			headers: request.headers,
			body: body.toString('utf8'),
		});
		const { status, headers, delayMs, reply, hangUp } = behaviours.get(second)?.shift() ?? {};
		if (delayMs) await new Promise((resolve) => setTimeout(resolve, delayMs));
		if (hangUp) request.socket.destroy();
		else {
			const accepted = first === 'none' || result.verified;
			send(status ?? (accepted ? 200 : 401), reply ?? { received: accepted }, headers);
		}
	} else {
		send(404, {});
	}
});

server.listen(0, '127.0.0.1', () => process.send?.({ port: server.address().port }));
