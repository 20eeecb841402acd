const { randomInt } = require('node:crypto');
const net = require('node:net');

/** Above the ports that fetch refuses to call, and below those that operating systems hand out. */
const [LOWEST, HIGHEST] = [20_000, 30_000];

/** Returns whether a port on loopback is free. */
function isFree(port) {
	return new Promise((resolve) => {
		const probe = net.createServer();
		probe.once('error', () => resolve(false));
		probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
	});
}

/** Returns the preferred port, or the next free one. */
async function findFreePort(preferred) {
	for (let port = preferred; port < preferred + 100; port += 1) {
		if (await isFree(port)) return port;
	}
	throw new Error(`No port from ${preferred} to ${preferred + 99} is free.`);
}

/** Returns a random free port; random, so that two callers at the same time get different ones. */
const findAnyPort = async () => await findFreePort(randomInt(LOWEST, HIGHEST));

module.exports = { findAnyPort, findFreePort };
