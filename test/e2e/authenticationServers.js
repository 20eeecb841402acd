/** Servers that require a token or a certificate. */
const fs = require('node:fs');
const { createServer } = require('node:http');
const https = require('node:https');

const { makeCertificate, makeSigned } = require('../harness/certificate');

const servers = [];

const read = (file) => fs.readFileSync(file, 'utf8');

/** Starts a server. Returns its port. */
async function listen(server) {
	servers.push(server);
	await new Promise((resolve) => server.listen(0, 'localhost', resolve));
	return server.address().port;
}

/**
 * Starts a server that requires a client certificate and answers with its subject.
 * @returns its URL, and the fields of the Sending credential that it accepts
 */
async function startMutualServer() {
	const authority = await makeCertificate('endpoint-authority');
	const own = await makeSigned(authority, { name: 'endpoint-server' });
	const client = await makeSigned(authority, { name: 'endpoint-client', host: 'n8n.example' });
	const server = https.createServer(
		{
			ca: read(authority.cert),
			cert: read(own.cert),
			key: read(own.key),
			requestCert: true,
		},
		(request, response) =>
			response.end(JSON.stringify({ subject: request.socket.getPeerCertificate().subject.CN })),
	);
	return {
		url: `https://localhost:${await listen(server)}/hooks`,
		fields: {
			caCertificate: read(authority.cert),
			clientCertificate: read(client.cert),
			clientKey: read(client.key),
		},
	};
}

/** Starts a server that keeps its requests, with their bytes. */
async function startRecorder(answer) {
	const requests = [];
	const server = createServer(async (request, response) => {
		const chunks = [];
		for await (const chunk of request) chunks.push(chunk);
		const { headers, method, url } = request;
		requests.push({ headers, method, url, body: Buffer.concat(chunks) });
		answer(response, request);
	});
	return { requests, url: `http://localhost:${await listen(server)}` };
}

function stopServers() {
	for (const server of servers) {
		server.closeAllConnections();
		server.close();
	}
}

module.exports = { listen, startMutualServer, startRecorder, stopServers };
