/** `npm run bench`: set-up on the machine's own Node, then the bench on Node 24. */
const path = require('node:path');

const { setUp } = require('../harness/setup');
const { runOnNode24 } = require('../harness/testRun');

const { readOptions } = require('./options');

async function main() {
	const args = process.argv.slice(2);
	readOptions(args);
	await setUp();
	process.exit(await runOnNode24([path.join(__dirname, 'bench.js'), ...args]));
}

// Ctrl-C reaches the bench by itself, which then stops n8n: this waits for it.
process.on('SIGINT', () => undefined);
main().catch((error) => {
	console.error(`\n✗ ${error.message}`);
	process.exit(1);
});
