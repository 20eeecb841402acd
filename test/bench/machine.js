const os = require('node:os');
const path = require('node:path');

const { n8nInstalled, root } = require('../harness/project');

const BYTES_IN_A_GIGABYTE = 1024 ** 3;

const versionIn = (folder) => require(path.join(folder, 'package.json')).version;

/** Describes the machine and its load before the measurements. */
function machine() {
	const cpus = os.cpus();
	return {
		date: new Date().toISOString().slice(0, 10),
		cpu: cpus[0].model.trim(),
		cores: cpus.length,
		memory_gb: Math.round(os.totalmem() / BYTES_IN_A_GIGABYTE),
		system: `${os.type()} ${os.release()}`,
		node: process.version,
		n8n: versionIn(path.join(n8nInstalled, 'node_modules/n8n')),
		package: versionIn(root),
		database: 'SQLite',
		load_before: Number(os.loadavg()[0].toFixed(2)),
	};
}

module.exports = { machine };
