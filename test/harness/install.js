/** Installs the package in an n8n's folder as users get it: from the tarball that npm would publish. */
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const { root, scratch } = require('./project');

/**
 * Packs the built package and unpacks it below .n8n/NAME.
 * @returns the folder of its files
 */
function packPackage(name = 'packed') {
	const folder = path.join(scratch, name);
	fs.rmSync(folder, { recursive: true, force: true });
	fs.mkdirSync(folder, { recursive: true });
	const windows = process.platform === 'win32';
	execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], {
		cwd: root,
		stdio: ['ignore', 'ignore', 'inherit'],
		shell: windows,
	});
	const [tarball] = fs.readdirSync(folder);
	execFileSync('tar', ['-xzf', tarball], { cwd: folder });
	return path.join(folder, 'package');
}

/** Copies an unpacked package to where n8n looks for community nodes. */
function installPackage(packed, userFolder) {
	const { name } = JSON.parse(fs.readFileSync(path.join(packed, 'package.json'), 'utf8'));
	const target = path.join(userFolder, '.n8n/nodes/node_modules', name);
	fs.rmSync(target, { recursive: true, force: true });
	fs.mkdirSync(path.dirname(target), { recursive: true });
	fs.cpSync(packed, target, { recursive: true });
}

module.exports = { installPackage, packPackage };
