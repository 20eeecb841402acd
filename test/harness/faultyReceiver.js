/**
 * The worst possible receiver: it refuses and resets connections, stalls, lies about lengths and floods.
 * It writes to raw sockets, because no HTTP server sends such responses.
 *
 * A request to /FAULT gets that fault, one to /status/NNN that status. The receiver keeps the requests
 * and the number of bytes it sent, by fault.
 */
const fs = require('node:fs');
const net = require('node:net');
const tls = require('node:tls');
const { promisify } = require('node:util');
const zlib = require('node:zlib');

const { pause } = require('./n8n');

const MEGABYTE = 1024 * 1024;
const TRICKLE_MS = 100;
const CLOSES_AFTER_MS = 50;

const OK = 'HTTP/1.1 200 OK';

const head = (...lines) => `${lines.join('\r\n')}\r\n\r\n`;

/** Builds a complete response, which closes the connection unless told otherwise. */
const answer = (status, { body = '{}', connection = 'close', headers = [] } = {}) =>
	head(
		`HTTP/1.1 ${status} Whatever`,
		'Content-Type: application/json',
		`Connection: ${connection}`,
		`Content-Length: ${Buffer.byteLength(body)}`,
		...headers,
	) + body;

const waitForEvent = async (socket, event) =>
	await new Promise((resolve) => socket.once(event, () => resolve()));

/** Writes until the reader closes the connection, or until `bytes` are written. */
async function flood(socket, chunk, bytes = Infinity) {
	const closed = waitForEvent(socket, 'close');
	for (let sent = 0; sent < bytes && !socket.destroyed; sent += chunk.length) {
		if (!socket.write(chunk)) await Promise.race([waitForEvent(socket, 'drain'), closed]);
	}
}

/** Writes one piece at a time until the reader closes the connection. */
async function trickle(socket, piece) {
	while (!socket.destroyed) {
		socket.write(piece);
		await pause(TRICKLE_MS);
	}
}

const BOMB = Buffer.alloc(64 * MEGABYTE);

/** Makes small bodies that decompress to 64 MB each. A gzip stream may repeat them. */
async function makeBombs() {
	const quick = { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 2 } };
	const [gzip, deflate, br] = await Promise.all([
		promisify(zlib.gzip)(BOMB),
		promisify(zlib.deflate)(BOMB),
		promisify(zlib.brotliCompress)(BOMB, quick),
	]);
	return { gzip, deflate, br };
}

function endCompressed(socket, encoding, body) {
	socket.write(head(OK, `Content-Encoding: ${encoding}`));
	socket.end(body);
}

/** Responses to a request that has been read, by fault. */
const FAULTS = {
	closeBeforeAnswer: (socket) => socket.end(),
	resetBeforeAnswer: (socket) => socket.resetAndDestroy(),
	resetInHeaders: (socket) => socket.write(`${OK}\r\nContent-Ty`, () => socket.resetAndDestroy()),
	resetAfterHeaders: (socket) =>
		socket.write(head(OK, 'Content-Length: 10'), () => socket.resetAndDestroy()),
	resetInBody: (socket) =>
		socket.write(`${head(OK, 'Content-Length: 10')}{"a`, () => socket.resetAndDestroy()),
	halfBody: (socket) => socket.end(`${head(OK, 'Content-Length: 20')}{"received"`),
	halfChunk: (socket) => socket.end(`${head(OK, 'Transfer-Encoding: chunked')}10\r\n{"a`),

	silent: () => undefined,
	silentAfterHeaders: (socket) => socket.write(head(OK, 'Content-Length: 10')),
	slowHeaders: async (socket) => {
		socket.write(`${OK}\r\nX-Slow: `);
		await trickle(socket, 'x');
	},
	slowBody: async (socket) => {
		socket.write(head(OK, 'Content-Length: 100000'));
		await trickle(socket, ' ');
	},
	onlyContinue: async (socket) => await trickle(socket, head('HTTP/1.1 100 Continue')),
	switchProtocols: (socket) =>
		socket.write(head('HTTP/1.1 101 Switching Protocols', 'Connection: upgrade', 'Upgrade: echo')),

	lengthTooLong: (socket) => socket.end(`${head(OK, 'Content-Length: 100')}{}`),
	lengthTooShort: (socket) => socket.end(`${head(OK, 'Content-Length: 2')}{}, and more`),
	lengthsDiffer: (socket) => socket.end(`${head(OK, 'Content-Length: 2', 'Content-Length: 3')}{}`),
	lengthNegative: (socket) => socket.end(`${head(OK, 'Content-Length: -2')}{}`),
	lengthBesideChunks: (socket) =>
		socket.end(
			`${head(OK, 'Content-Length: 2', 'Transfer-Encoding: chunked')}2\r\n{}\r\n0\r\n\r\n`,
		),
	brokenChunk: (socket) => socket.end(`${head(OK, 'Transfer-Encoding: chunked')}zz\r\n{}`),
	notHttp: (socket) => socket.end('SSH-2.0-OpenSSH_9.6\r\n'),
	http09: (socket) => socket.end('<html>received</html>'),
	controlInHeader: (socket) => socket.end(answer(200, { headers: ['X-Control: a\0b'] })),
	longHeader: (socket) => socket.end(answer(200, { headers: [`X-Long: ${'x'.repeat(100_000)}`] })),
	endlessHeaders: async (socket) => {
		socket.write(`${OK}\r\n`);
		await flood(socket, 'X-More: and more\r\n'.repeat(1000));
	},

	endlessBody: async (socket) => {
		socket.write(head(OK, 'Content-Type: text/plain'));
		await flood(socket, Buffer.alloc(MEGABYTE, 'x'));
	},
	endlessError: async (socket) => {
		socket.write(head('HTTP/1.1 500 Internal Server Error', 'Content-Type: text/plain'));
		await flood(socket, Buffer.alloc(MEGABYTE, 'x'));
	},
	endlessChunks: async (socket) => {
		socket.write(head(OK, 'Transfer-Encoding: chunked'));
		await flood(socket, `${MEGABYTE.toString(16)}\r\n${'x'.repeat(MEGABYTE)}\r\n`);
	},
	hundredMegabytes: async (socket) => {
		socket.write(head(OK, `Content-Length: ${100 * MEGABYTE}`));
		await flood(socket, Buffer.alloc(MEGABYTE, 'x'), 100 * MEGABYTE);
		socket.end();
	},
	notGzip: (socket) => endCompressed(socket, 'gzip', 'this is not gzip'),

	continueFirst: (socket) => socket.end(head('HTTP/1.1 100 Continue') + answer(200)),
	earlyHints: (socket) =>
		socket.end(
			head('HTTP/1.1 102 Processing') +
				head('HTTP/1.1 103 Early Hints', 'Link: </style.css>; rel=preload') +
				answer(200),
		),
	noContent: (socket) => socket.end(head('HTTP/1.1 204 No Content')),
	noContentWithBody: (socket) =>
		socket.end(`${head('HTTP/1.1 204 No Content', 'Content-Length: 2')}{}`),
	http10: (socket) => socket.end(`${head('HTTP/1.0 200 OK')}{"received":true}`),
	http10Failure: (socket) => socket.end(`${head('HTTP/1.0 500 No')}{"received":false}`),
};

class FaultyReceiver {
	/** Requests by fault, each with its head and body. */
	requests = {};

	/** Numbers of bytes sent in each response, by fault. */
	sent = {};

	/** Number of connections to the host that redirects lead to. */
	elsewhereConnections = 0;

	#bombs;

	#servers = [];

	#sockets = new Set();

	/**
	 * Starts the servers.
	 * @param certificates paths and other options of Node's TLS server, by name; each gets an HTTPS server
	 */
	async start(certificates = {}) {
		this.#bombs = await makeBombs();
		const serve = (socket) => this.#serve(socket);
		this.http = `http://${await this.#open(net.createServer(serve))}`;
		this.resetting = `http://${await this.#open(net.createServer((socket) => socket.resetAndDestroy()))}`;
		// Reads and never writes, so that no TLS handshake ends.
		this.mute = `https://${await this.#open(net.createServer((socket) => socket.resume()))}`;
		const closed = net.createServer();
		this.refusing = `http://${await this.#open(closed)}`;
		closed.close();
		const elsewhere = net.createServer((socket) => {
			this.elsewhereConnections += 1;
			serve(socket);
		});
		this.elsewhere = `http://${await this.#open(elsewhere, 'localhost')}`;
		this.https = {};
		for (const [name, { cert, key, ...options }] of Object.entries(certificates)) {
			const files = { cert: fs.readFileSync(cert), key: fs.readFileSync(key) };
			const server = tls.createServer({ ...options, ...files }, serve);
			server.on('tlsClientError', () => undefined);
			this.https[name] = `https://${await this.#open(server, 'localhost')}`;
		}
	}

	async #open(server, host = '127.0.0.1') {
		this.#servers.push(server);
		const track = (socket) => {
			this.#sockets.add(socket);
			socket.on('close', () => this.#sockets.delete(socket));
			// Senders that detect a fault close the connection, as they should.
			socket.on('error', () => undefined);
		};
		server.on('connection', track).on('secureConnection', track);
		await new Promise((resolve) => server.listen(0, host, resolve));
		return `${host}:${server.address().port}`;
	}

	/** Reads requests from a connection, and responds to each with its fault. */
	#serve(socket) {
		let read = Buffer.alloc(0);
		let served = 0;
		socket.on('data', (chunk) => {
			read = Buffer.concat([read, chunk]);
			for (;;) {
				const end = read.indexOf('\r\n\r\n') + 4;
				if (end < 4) return;
				const text = read.subarray(0, end).toString('latin1');
				const length = Number(/^content-length: *(\d+)/im.exec(text)?.[1] ?? 0);
				if (read.length < end + length) return;
				const body = read.subarray(end, end + length).toString('utf8');
				read = read.subarray(end + length);
				served += 1;
				this.#answer(socket, { text, body }, served);
			}
		});
	}

	#answer(socket, request, served) {
		const [, fault, argument] = request.text.split(' ')[1].split('?')[0].split('/');
		const requests = (this.requests[fault] ??= []);
		requests.push(request);
		const before = socket.bytesWritten;
		socket.once('close', () => (this.sent[fault] ??= []).push(socket.bytesWritten - before));
		const own = this.#createStatefulFaults(requests.length, served, argument);
		void (own[fault] ?? FAULTS[fault])(socket);
	}

	/** Returns the faults that depend on earlier requests, or on where the receiver listens. */
	#createStatefulFaults(times, served, argument) {
		// Announces keep-alive, then resets the connection if another request comes on it.
		const stay = (socket, then) => {
			if (served > 1) {
				socket.resetAndDestroy();
				return;
			}
			socket.write(answer(times === 1 ? 503 : 200, { connection: 'keep-alive' }));
			then(socket);
		};
		const redirect = (status, location) => (socket) =>
			socket.end(answer(status, { headers: [`Location: ${location}`] }));
		return {
			status: (socket) => socket.end(answer(argument)),
			gzipBomb: async (socket) => {
				socket.write(head(OK, 'Content-Encoding: gzip'));
				await flood(socket, this.#bombs.gzip);
			},
			deflateBomb: (socket) => endCompressed(socket, 'deflate', this.#bombs.deflate),
			brotliBomb: (socket) => endCompressed(socket, 'br', this.#bombs.br),
			redirectLoop: redirect(302, `${this.http}/redirectLoop`),
			redirectElsewhere: redirect(307, `${this.elsewhere}/elsewhere`),
			keepAliveReset: (socket) => stay(socket, () => undefined),
			keepAliveClosed: (socket) =>
				stay(socket, () => setTimeout(() => socket.end(), CLOSES_AFTER_MS)),
		};
	}

	stop() {
		for (const server of this.#servers) server.close();
		for (const socket of this.#sockets) socket.destroy();
	}
}

module.exports = { FaultyReceiver };
