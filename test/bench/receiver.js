/**
 * The receiver of events, in a separate process that answers 200 at once. Its first message is `{ key,
 * cert }`, and it replies with its ports. To any other message it replies with what it received since the
 * previous one.
 */
const fs = require('node:fs');
const http = require('node:http');
const https = require('node:https');

/** HTTP Request opens a connection for each of its items, all at once. */
const BACKLOG = 4096;

const ANSWER = '{"received":true}';

let seen = { requests: 0, connections: 0 };

function answer(request, response) {
	const chunks = [];
	request.on('data', (chunk) => chunks.push(chunk));
	request.on('end', () => {
		seen.requests += 1;
		seen.last = { headers: request.headers, body: Buffer.concat(chunks).toString('utf8') };
		response.writeHead(200, {
			'content-type': 'application/json',
			'content-length': ANSWER.length,
		});
		response.end(ANSWER);
	});
}

async function open(server, { event, host }) {
	server.on(event, () => {
		seen.connections += 1;
	});
	await new Promise((resolve) => server.listen({ port: 0, host, backlog: BACKLOG }, resolve));
	return server.address().port;
}

process.once('message', async ({ cert, key }) => {
	const files = { cert: fs.readFileSync(cert), key: fs.readFileSync(key) };
	const ports = {
		http: await open(http.createServer(answer), { event: 'connection', host: '127.0.0.1' }),
		https: await open(https.createServer(files, answer), {
			event: 'secureConnection',
			host: 'localhost',
		}),
	};
	process.on('message', () => {
		process.send(seen);
		seen = { requests: 0, connections: 0 };
	});
	process.send(ports);
});
process.on('disconnect', () => process.exit());
