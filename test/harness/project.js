const fs = require('node:fs');
const path = require('node:path');

const root = path.resolve(__dirname, '../..');
const n8nHome = path.join(root, 'test/n8n');
const oldestN8nHome = path.join(root, 'test/n8n-oldest');
/** Folder of the tested n8n: the pinned one, unless N8N_HOME names another. */
const n8nInstalled = process.env.N8N_HOME ?? n8nHome;
const scratch = process.env.SCRATCH ?? path.join(root, '.n8n');

/** Returns the folder of Node 24 for this machine, one of the npm packages in test/n8n/package.json. */
function node24Package() {
	const prefix = `${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
	const { optionalDependencies } = JSON.parse(
		fs.readFileSync(path.join(n8nHome, 'package.json'), 'utf8'),
	);
	const name = Object.keys(optionalDependencies).find((candidate) => candidate.endsWith(prefix));
	if (name === undefined) {
		throw new Error(`There is no Node 24 package for ${prefix} in test/n8n/package.json.`);
	}
	return path.join(n8nHome, 'node_modules', name);
}

module.exports = {
	root,
	n8nHome,
	n8nInstalled,
	oldestN8nHome,
	/** Folder for everything that a run writes. Git ignores it. Runs at the same time need one each. */
	scratch,
	/** Folder with the scratch folders of suites that run beside others. */
	lanesFolder: path.join(scratch, 'lanes'),
	packageName: 'n8n-nodes-agent-webhooks',
	node24Package,
	/** Node 24, which n8n and the end-to-end tests run on. */
	node24: () =>
		path.join(node24Package(), 'bin', process.platform === 'win32' ? 'node.exe' : 'node'),
	n8nBin: path.join(n8nInstalled, 'node_modules/n8n/bin/n8n'),
};
