/** Sends HTTP requests as bytes, so that they can be requests that no HTTP client would send. */
const net = require('node:net');

const HEAD_END = '\r\n\r\n';
const ANSWER_WITHIN_MS = 60_000;

/** Decodes a chunked body. Returns `undefined` until its end has arrived. */
function decodeChunks(bytes) {
	const parts = [];
	for (let at = 0; ; ) {
		const lineEnd = bytes.indexOf('\r\n', at);
		if (lineEnd === -1) return undefined;
		const size = parseInt(bytes.subarray(at, lineEnd).toString('latin1'), 16);
		const begin = lineEnd + 2;
		if (bytes.length < begin + size + 2) return undefined;
		if (size === 0) return Buffer.concat(parts);
		parts.push(bytes.subarray(begin, begin + size));
		at = begin + size + 2;
	}
}

/** Parses a response. Returns `undefined` until all of it has arrived. */
function readAnswer(bytes, { method, ended }) {
	const headEnd = bytes.indexOf(HEAD_END);
	if (headEnd === -1) return undefined;
	const [statusLine, ...lines] = bytes.subarray(0, headEnd).toString('latin1').split('\r\n');
	const status = Number(statusLine.split(' ')[1]);
	const rest = bytes.subarray(headEnd + HEAD_END.length);
	if (status < 200) return readAnswer(rest, { method, ended });
	const headers = Object.fromEntries(
		lines.map((line) => {
			const colon = line.indexOf(':');
			return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
		}),
	);
	const bodyless = method === 'HEAD' || status === 204 || status === 304;
	const length = Number(headers['content-length'] ?? (ended ? rest.length : NaN));
	const whole = rest.length >= length ? rest.subarray(0, length) : undefined;
	const chunked = headers['transfer-encoding'] === 'chunked';
	const body = bodyless ? Buffer.alloc(0) : chunked ? decodeChunks(rest) : whole;
	return body && { status, headers, text: body.toString('utf8') };
}

/** Encodes a request. The target and the headers are written unchanged, one byte per character. */
function encodeRequest({ method, target, headers, body }) {
	const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`);
	const head = `${method} ${target} HTTP/1.1\r\n${lines.join('')}\r\n`;
	return Buffer.concat([Buffer.from(head, 'latin1'), body]);
}

/**
 * Sends a request on a new connection.
 * @param request `hangsUp` makes the sender close its side after the request
 * @returns the response; its status is 0 if the connection was closed without one, and `undefined` if
 * none came within a minute
 */
async function exchange(port, request) {
	const socket = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true });
	let received = Buffer.alloc(0);
	const { method } = request;
	return await new Promise((resolve, reject) => {
		const finish = (answer) => {
			socket.destroy();
			resolve(answer);
		};
		const end = () =>
			finish(readAnswer(received, { method, ended: true }) ?? { status: 0, headers: {}, text: '' });
		socket.setTimeout(ANSWER_WITHIN_MS, () => {
			finish({ status: undefined, headers: {}, text: '' });
		});
		socket.on('data', (chunk) => {
			received = Buffer.concat([received, chunk]);
			const answer = readAnswer(received, { method, ended: false });
			if (answer !== undefined) finish(answer);
		});
		socket.on('end', end);
		// A server that rejects a request before reading all of it resets the connection.
		socket.on('error', (error) => (error.code === 'ECONNREFUSED' ? reject(error) : end()));
		socket.write(encodeRequest(request));
		if (request.hangsUp) socket.end();
	});
}

module.exports = { exchange };
