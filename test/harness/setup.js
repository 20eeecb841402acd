/**
 * Brings a checkout from nothing to built: the development tools, the pinned n8n with its Node 24 and
 * its database driver, build/ and dist/. Skips every step whose input has not changed since it was done.
 */
const { spawn } = require('node:child_process');
const { createHash } = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');

const { n8nHome, node24, node24Package, oldestN8nHome, root, scratch } = require('./project');

const OLDEST_NODE = 20;
const TICK_MS = 30_000;
const stampFolder = path.join(scratch, 'stamps');

function hashFiles(files) {
	const hash = createHash('sha256');
	for (const file of files) hash.update(file).update(fs.readFileSync(path.join(root, file)));
	return hash.digest('hex');
}

/** Lists all files below a folder, as paths below the repository's root. */
function listFiles(folder) {
	return fs
		.readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile())
		.map((entry) => path.relative(root, path.join(entry.parentPath ?? entry.path, entry.name)))
		.sort();
}

/** Runs a command. Shows its output only if it fails, and reports every 30 s that it is running. */
async function run(title, command, args, options = {}) {
	const started = Date.now();
	const elapsed = () => `${Math.round((Date.now() - started) / 1000)} s`;
	console.log(`▸ ${title} …`);
	const child = spawn(command, args, {
		cwd: root,
		stdio: ['ignore', 'pipe', 'pipe'],
		shell: process.platform === 'win32' && command === 'npm',
		...options,
	});
	const output = [];
	child.stdout.on('data', (chunk) => output.push(chunk));
	child.stderr.on('data', (chunk) => output.push(chunk));
	const ticker = setInterval(() => console.log(`  … ${title}: ${elapsed()}`), TICK_MS);
	const code = await new Promise((resolve, reject) => {
		child.on('error', reject);
		child.on('close', resolve);
	}).finally(() => clearInterval(ticker));
	if (code !== 0) {
		process.stderr.write(Buffer.concat(output).toString('utf8').slice(-8000));
		throw new Error(`"${title}" failed with exit code ${code}.`);
	}
	console.log(`  ✓ ${title}: ${elapsed()}`);
}

/** Does a step unless it was done with the same input and its result still exists. */
async function runOnce(name, input, result, step) {
	const stamp = path.join(stampFolder, name);
	const done =
		fs.existsSync(result) && fs.existsSync(stamp) && fs.readFileSync(stamp, 'utf8') === input;
	if (done) return;
	await step();
	fs.mkdirSync(stampFolder, { recursive: true });
	fs.writeFileSync(stamp, input);
}

const npm = process.env.npm_execpath?.endsWith('.js')
	? [process.execPath, [process.env.npm_execpath]]
	: ['npm', []];

async function runNpm(title, args, options) {
	await run(title, npm[0], [...npm[1], ...args], options);
}

/** Returns an environment in which `node` is Node 24. */
function node24Environment() {
	return {
		...process.env,
		PATH: `${path.dirname(node24())}${path.delimiter}${process.env.PATH}`,
	};
}

const readTime = (file) => fs.statSync(file).mtimeMs;

/** Installs the development tools in node_modules/. @throws if this Node is too old */
async function installTools() {
	const [major] = process.versions.node.split('.').map(Number);
	if (major < OLDEST_NODE) {
		throw new Error(`Node ${OLDEST_NODE} or newer is required; this is ${process.version}.`);
	}
	const installed = path.join(root, 'node_modules/.package-lock.json');
	const lockFile = path.join(root, 'package-lock.json');
	// Somebody ran `npm ci`.
	if (fs.existsSync(installed) && readTime(installed) > readTime(lockFile)) return;
	await runOnce(
		'tools',
		hashFiles(['package-lock.json']),
		installed,
		async () => await runNpm('Installing the development tools', ['ci', '--no-audit']),
	);
}

const driverIn = (home) => path.join(home, 'node_modules/sqlite3/build/Release/node_sqlite3.node');

/** Downloads n8n's SQLite driver, or compiles it against Node 24's headers if there is no download. */
async function buildDriver(home) {
	await runNpm(
		'Preparing n8n’s SQLite driver for Node 24',
		['rebuild', 'sqlite3', '--ignore-scripts=false'],
		{ cwd: home, env: { ...node24Environment(), npm_config_nodedir: node24Package() } },
	);
}

const hashLockFile = (home) =>
	hashFiles([path.relative(root, path.join(home, 'package-lock.json'))]);

/** Installs the packages of a folder's lock file. The title is printed while they are installed. */
async function installPackages(home, title) {
	await runOnce(
		path.basename(home),
		hashLockFile(home),
		path.join(home, 'node_modules/.package-lock.json'),
		async () => await runNpm(title, ['ci', '--no-audit'], { cwd: home }),
	);
}

/**
 * Installs the n8n of a folder's lock file, with its SQLite driver.
 * @param home the folder of its package.json and lock file
 * @param title printed while it is installed
 * @param prepareDriver puts the driver into `home`
 */
async function installN8n(home, title, prepareDriver = buildDriver) {
	await installPackages(home, title);
	await runOnce(
		`${path.basename(home)}-sqlite3`,
		`${hashLockFile(home)} ${process.arch}`,
		driverIn(home),
		async () => await prepareDriver(home),
	);
}

/** Installs the pinned n8n and Node 24. */
async function installPinnedN8n() {
	await installN8n(n8nHome, 'Installing n8n and Node 24 (2.4 GB)');
}

const readSqliteVersion = (home) =>
	require(path.join(home, 'node_modules/sqlite3/package.json')).version;

/** Copies the pinned n8n's driver if both have the same version: compiling takes two minutes. */
async function copyDriver(home) {
	if (readSqliteVersion(home) !== readSqliteVersion(n8nHome)) return await buildDriver(home);
	fs.mkdirSync(path.dirname(driverIn(home)), { recursive: true });
	fs.copyFileSync(driverIn(n8nHome), driverIn(home));
}

/** Installs the oldest supported n8n, after the pinned one. */
async function installOldestN8n() {
	await installN8n(oldestN8nHome, 'Installing the oldest supported n8n (2.5 GB)', copyDriver);
}

const NEWEST = path.join(scratch, 'n8n-newest');

/**
 * Installs the newest n8n of the registry in the scratch folder: its version is not pinned.
 * @returns its folder
 */
async function installNewestN8n() {
	const { description: _, ...pinned } = JSON.parse(
		fs.readFileSync(path.join(n8nHome, 'package.json'), 'utf8'),
	);
	const wanted = { ...pinned, name: 'n8nrun-newest', dependencies: { n8n: 'latest' } };
	fs.mkdirSync(NEWEST, { recursive: true });
	fs.writeFileSync(path.join(NEWEST, 'package.json'), JSON.stringify(wanted));
	fs.copyFileSync(path.join(n8nHome, '.npmrc'), path.join(NEWEST, '.npmrc'));
	await runNpm('Installing the newest n8n (2.4 GB)', ['install', '--no-audit'], { cwd: NEWEST });
	if (!fs.existsSync(driverIn(NEWEST))) await copyDriver(NEWEST);
	return NEWEST;
}

/** Fills build/ and dist/ if a source has changed. */
async function build() {
	const sources = ['core', 'nodes', 'credentials', 'scripts'].flatMap(listFiles);
	const input = hashFiles([
		...sources,
		'tsconfig.json',
		'rolldown.config.mjs',
		'gulpfile.js',
		'package.json',
	]);
	const gulp = path.join(root, 'node_modules/gulp/bin/gulp.js');
	const rolldown = path.join(root, 'node_modules/rolldown/bin/cli.mjs');
	const tsc = path.join(root, 'node_modules/typescript/bin/tsc');
	await runOnce('build', input, path.join(root, 'dist/nodes'), async () => {
		for (const folder of ['build', 'dist']) {
			fs.rmSync(path.join(root, folder), { recursive: true, force: true });
		}
		await run('Listing the platforms', process.execPath, [gulp, 'registry']);
		await run('Writing the portal’s page', process.execPath, [gulp, 'portal']);
		await run('Compiling', process.execPath, [tsc]);
		await run('Bundling what ships', process.execPath, [
			rolldown,
			'--config',
			'--logLevel',
			'warn',
		]);
		await run('Copying icons and codex files', process.execPath, [gulp, 'assets']);
	});
}

/** Sets up everything that n8n with our nodes needs. */
async function setUp() {
	await Promise.all([installTools(), installPinnedN8n()]);
	await build();
}

module.exports = {
	build,
	installNewestN8n,
	installOldestN8n,
	installPinnedN8n,
	installTools,
	node24Environment,
	setUp,
};
