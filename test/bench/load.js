/** A client that makes load: connections that stay open, so many requests at a time. */
const http = require('node:http');

const TIMEOUT_MS = 60_000;

/** Posts one request. @throws where the answer's status is not the one that is expected */
async function post(options, { body, headers }, status) {
	return await new Promise((resolve, reject) => {
		const request = http.request(
			{
				...options,
				method: 'POST',
				timeout: TIMEOUT_MS,
				headers: {
					'content-type': 'application/json',
					'content-length': Buffer.byteLength(body),
					...headers,
				},
			},
			(response) => {
				const chunks = [];
				response.on('data', (chunk) => chunks.push(chunk));
				response.on('error', reject);
				response.on('end', () => {
					const text = Buffer.concat(chunks).toString('utf8');
					if (response.statusCode === status) resolve(text);
					else {
						reject(
							new Error(
								`${options.path} answered ${response.statusCode} in place of ${status}: ${text.slice(0, 500)}`,
							),
						);
					}
				});
			},
		);
		request.on('timeout', () =>
			request.destroy(new Error(`${options.path} did not answer within ${TIMEOUT_MS} ms.`)),
		);
		request.on('error', reject);
		request.end(body);
	});
}

/**
 * Sends requests, so many at a time, until there are no more.
 * @param requests an iterator of requests, each with its `headers` and `body`
 * @param status that each must be answered with
 * @returns how many there were, when the first was sent and when the last was answered
 */
async function load(url, requests, { atOnce, status }) {
	const agent = new http.Agent({ keepAlive: true, maxSockets: atOnce });
	const { hostname, pathname, port } = new URL(url);
	const options = { agent, hostname, port, path: pathname };
	let count = 0;
	const client = async () => {
		for (let next = requests.next(); !next.done; next = requests.next()) {
			await post(options, next.value, status);
			count += 1;
		}
	};
	const beganMs = Date.now();
	try {
		await Promise.all(Array.from({ length: atOnce }, client));
	} finally {
		agent.destroy();
	}
	return { beganMs, answeredMs: Date.now(), count };
}

module.exports = { load };
