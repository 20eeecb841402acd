/** A load generator with persistent connections and a fixed number of simultaneous requests. */
const http = require('node:http');

const TIMEOUT_MS = 60_000;

/** Posts one request. @throws if the response does not have the expected status */
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
								`${options.path} answered ${response.statusCode} instead of ${status}: ${text.slice(0, 500)}`,
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
 * Sends requests, a fixed number at a time, until there are no more.
 * @param requests an iterator of requests, each with its `headers` and `body`
 * @param status that each response must have
 * @returns the number of requests, and when the first was sent and the last answered
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
