/**
 * `npm run dev`: runs the pinned n8n with our nodes, bundles on every change of a source, and lets n8n
 * load the result. Its data stays in .n8n/dev. A new platform, icon or template needs a restart.
 *
 * Replaces `n8n-node dev`, which names the nodes `CUSTOM.…`, so that templates do not find them, and
 * loads every node below the repository, those of test/n8n included.
 */
const { spawn } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const { installPackage, packPackage } = require('./install');
const { n8nBin, node24, packageName, root, scratch } = require('./project');
const { node24Environment, setUp } = require('./setup');

const PORT = process.env.N8N_PORT ?? '5678';
const home = path.join(scratch, 'dev');

/** Starts a script on Node 24 that ends together with this process. */
function start(args, env = {}) {
	const child = spawn(node24(), args, {
		cwd: root,
		stdio: 'inherit',
		env: { ...node24Environment(), ...env },
	});
	process.on('exit', () => child.kill());
	child.on('exit', (code) => process.exit(code ?? 1));
}

async function main() {
	await setUp();
	installPackage(packPackage('packed-dev'), home);
	const installed = path.join(home, '.n8n/nodes/node_modules', packageName);
	start([
		path.join(root, 'node_modules/rolldown/bin/cli.mjs'),
		'--config',
		'--watch',
		'--dir',
		path.join(fs.realpathSync(installed), 'dist'),
	]);
	start([n8nBin, 'start'], {
		N8N_USER_FOLDER: home,
		N8N_PORT: PORT,
		N8N_DEV_RELOAD: 'true',
		N8N_DIAGNOSTICS_ENABLED: 'false',
		N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
	});
}

for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(0));

main().catch((error) => {
	console.error(`\n✗ ${error.message}`);
	process.exit(1);
});
