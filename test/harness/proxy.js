/** A proxy in front of an n8n of several processes: one address, with a process for each path. */
const http = require('node:http');

/** Paths of production webhooks, and of the webhooks that resume waiting executions. */
const WEBHOOKS = /^\/webhook(-waiting)?\//;

/**
 * Starts the proxy. It forwards requests unchanged, so n8n cannot tell that there is one.
 * @param ports ports of n8n's main process and of its webhook processor
 */
async function startProxy(port, { main, webhook }) {
	const server = http.createServer((request, response) => {
		const { method, rawHeaders, url } = request;
		const passedOn = http.request(
			{
				host: '127.0.0.1',
				port: WEBHOOKS.test(url) ? webhook : main,
				method,
				path: url,
				headers: rawHeaders,
				agent: false,
			},
			(answer) => {
				response.writeHead(answer.statusCode, answer.statusMessage, answer.rawHeaders);
				answer.pipe(response);
				answer.once('error', () => response.destroy());
			},
		);
		passedOn.once('error', () => response.destroy());
		response.once('close', () => passedOn.destroy());
		request.pipe(passedOn);
	});
	await new Promise((resolve, reject) => {
		server.once('error', reject);
		server.listen(port, '127.0.0.1', resolve);
	});
	return {
		stop: async () => {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}

module.exports = { startProxy };
