const { once } = require('node:events');
const http = require('node:http');

const {
	captureResponse,
	replaceSuccessBody,
} = require('../../../../build/nodes/AgentWebhookTrigger/webhook/captureResponse');

/** Starts a server that passes each response to `handle`. */
async function serve(handle) {
	const server = http.createServer((_, response) => handle(response)).listen(0, '127.0.0.1');
	await once(server, 'listening');
	return { server, url: `http://127.0.0.1:${server.address().port}` };
}

const TWIML = { body: '<Response></Response>', contentType: 'text/xml' };

test('captureResponse reports the answer that a sender would have got who has hung up', async () => {
	const answers = [];
	let pending;
	const { server, url } = await serve((response) => {
		captureResponse(response, ({ statusCode }) => answers.push(statusCode));
		pending = response;
	});
	const request = http.get(url);
	request.on('error', () => undefined);
	await once(server, 'request');
	request.destroy();
	await once(pending, 'close');
	expect(answers).toEqual([]);
	pending.statusCode = 202;
	pending.end('done');
	expect(answers).toContain(202);
	server.close();
});

test.each([
	[200, TWIML, { status: 200, type: 'text/xml', text: TWIML.body }],
	[204, { ...TWIML, body: '' }, { status: 204, type: null, text: '' }],
	[200, { ...TWIML, body: '' }, { status: 200, type: null, text: '' }],
	[500, TWIML, { status: 500, type: 'application/json', text: '{"message":"Error"}' }],
])(
	'replaceSuccessBody changes an answer with %s and %j to %j',
	async (statusCode, reply, expected) => {
		const { server, url } = await serve((response) => {
			replaceSuccessBody(response, reply);
			response.statusCode = statusCode;
			response.setHeader('Content-Type', 'application/json');
			if (statusCode !== 204) response.setHeader('Content-Length', 19);
			response.end('{"message":"Error"}');
		});
		const response = await fetch(url);
		expect({
			status: response.status,
			type: response.headers.get('content-type'),
			text: await response.text(),
		}).toEqual(expected);
		server.close();
	},
);
