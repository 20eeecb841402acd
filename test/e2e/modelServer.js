/** Stands in for a language model: an HTTP server that speaks OpenAI's protocol. */
const { createServer } = require('node:http');

/**
 * Starts the server.
 * @param respond returns the model's message for a request
 * @returns its URL, and what stops it
 */
async function startModel(respond) {
	const server = createServer(async (request, response) => {
		const chunks = [];
		for await (const chunk of request) chunks.push(chunk);
		const message = { role: 'assistant', ...respond(JSON.parse(Buffer.concat(chunks).toString())) };
		response.setHeader('content-type', 'application/json');
		response.end(
			JSON.stringify({
				id: 'chat_1',
				object: 'chat.completion',
				created: 0,
				model: 'stand-in',
				choices: [{ index: 0, message, finish_reason: message.tool_calls ? 'tool_calls' : 'stop' }],
				usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
			}),
		);
	});
	await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
	const stop = () => {
		server.closeAllConnections();
		server.close();
	};
	return { url: `http://127.0.0.1:${server.address().port}/v1`, stop };
}

module.exports = { startModel };
