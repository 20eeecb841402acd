/** `npm run bench`: sets up with the machine's own Node, then runs the bench with Node 24. */
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

// Ctrl-C also reaches the bench, which then stops n8n. Wait for it here.
process.on('SIGINT', () => undefined);
main().catch((error) => {
	console.error(`\n✗ ${error.message}`);
	process.exit(1);
});
