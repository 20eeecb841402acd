/** The receiver of one test file: a server on loopback that keeps the requests it gets. */
const { createServer } = require('node:http');

/**
 * Starts a server for the tests of a file. Before each test it forgets its requests, and answers with 200.
 * @returns `url`; `requests` so far, each with `headers` and `body`; and `answer(response, request)`, which a
 * test may replace
 */
function useRecordingServer() {
	const recording = { answer: undefined, requests: [], url: undefined };
	const server = createServer(async (request, response) => {
		const chunks = [];
		for await (const chunk of request) chunks.push(chunk);
		const received = { headers: request.headers, body: Buffer.concat(chunks).toString() };
		recording.requests.push(received);
		recording.answer(response, received);
	});

	beforeAll(async () => {
		await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
		recording.url = `http://127.0.0.1:${server.address().port}/hook`;
	});

	afterAll(() => {
		server.closeAllConnections();
		server.close();
	});

	beforeEach(() => {
		recording.requests = [];
		recording.answer = (response) => response.end('{}');
	});

	return recording;
}

module.exports = { useRecordingServer };
