/** `npm start`: sets up on the machine's own Node, then runs the demo on Node 24. */
const { spawn } = require('node:child_process');
const path = require('node:path');

const { node24, root } = require('./project');
const { node24Environment, setUp } = require('./setup');

async function main() {
	await setUp();
	const child = spawn(node24(), [path.join(__dirname, 'demo.js'), ...process.argv.slice(2)], {
		cwd: root,
		stdio: 'inherit',
		env: node24Environment(),
	});
	// Ctrl-C reaches the demo too, which then stops n8n. Wait for it.
	process.on('SIGINT', () => undefined);
	process.on('SIGTERM', () => child.kill('SIGTERM'));
	child.on('close', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
}

main().catch((error) => {
	console.error(`\n✗ ${error.message}`);
	process.exit(1);
});
