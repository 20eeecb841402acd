const { randomInt } = require('node:crypto');
const net = require('node:net');

/** Below those that systems give to connections, and above those that fetch refuses to call. */
const [LOWEST, HIGHEST] = [20_000, 30_000];

/** Whether a port on loopback is free. */
function isFree(port) {
	return new Promise((resolve) => {
		const probe = net.createServer();
		probe.once('error', () => resolve(false));
		probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
	});
}

/** The wanted port, or the next free one. */
async function freePort(wanted) {
	for (let port = wanted; port < wanted + 100; port += 1) {
		if (await isFree(port)) return port;
	}
	throw new Error(`No port from ${wanted} to ${wanted + 99} is free.`);
}

/**
 * A free port for a process that is yet to listen: at random, so that two that ask at the same time get
 * two.
 */
const anyPort = async () => await freePort(randomInt(LOWEST, HIGHEST));

module.exports = { anyPort, freePort };
