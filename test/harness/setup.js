/**
 * Brings a checkout from nothing to built, on whatever Node 20 or newer the machine has: both
 * dependency trees, n8n's database driver for Node 24, and dist/. What is done already is skipped.
 */
const { spawn } = require('node:child_process');
const { createHash } = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');

const { n8nHome, node24, node24Package, oldestN8nHome, root, scratch } = require('./project');

const stampFolder = path.join(scratch, 'stamps');

function hashOf(files) {
	const hash = createHash('sha256');
	for (const file of files) hash.update(file).update(fs.readFileSync(path.join(root, file)));
	return hash.digest('hex');
}

function filesBelow(folder) {
	return fs
		.readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile())
		.map((entry) => path.relative(root, path.join(entry.parentPath ?? entry.path, entry.name)))
		.sort();
}

/** Runs a command; its output is shown only where it fails, and a line every 15 s says that it runs. */
async function run(title, command, args, options = {}) {
	const started = Date.now();
	const seconds = () => Math.round((Date.now() - started) / 1000);
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
	const ticker = setInterval(() => console.log(`  … ${title}: ${seconds()} s`), 15_000);
	const code = await new Promise((resolve, reject) => {
		child.on('error', reject);
		child.on('close', resolve);
	}).finally(() => clearInterval(ticker));
	if (code !== 0) {
		process.stderr.write(Buffer.concat(output).toString('utf8').slice(-8000));
		throw new Error(`"${title}" failed with exit code ${code}.`);
	}
	console.log(`  done in ${seconds()} s`);
}

/** Does a step unless it was done with the same input and its result is still there. */
async function once(name, input, result, step) {
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

/** The environment in which Node 24 is the first Node there is. */
function node24Environment() {
	return {
		...process.env,
		PATH: `${path.dirname(node24())}${path.delimiter}${process.env.PATH}`,
	};
}

async function installTools() {
	await once(
		'tools',
		hashOf(['package-lock.json']),
		path.join(root, 'node_modules/.package-lock.json'),
		async () =>
			await runNpm('Installing the development tools (about 1 minute)', ['ci', '--no-audit']),
	);
}

/**
 * @param home the folder of an n8n's package.json and lock file
 * @param title what is said while it is installed
 */
async function installN8n(home, title) {
	const name = path.basename(home);
	const input = hashOf([path.relative(root, path.join(home, 'package-lock.json'))]);
	await once(
		name,
		input,
		path.join(home, 'node_modules/.package-lock.json'),
		async () => await runNpm(title, ['ci', '--no-audit'], { cwd: home }),
	);
	const driver = path.join(home, 'node_modules/sqlite3/build/Release/node_sqlite3.node');
	await once(
		`${name}-sqlite3`,
		`${input} ${process.arch}`,
		driver,
		async () =>
			await runNpm(
				'Preparing n8n’s SQLite driver for Node 24 (about 1 minute)',
				['rebuild', 'sqlite3', '--ignore-scripts=false'],
				{
					cwd: home,
					// Where no prebuilt driver can be downloaded it is compiled, against this Node's headers.
					env: { ...node24Environment(), npm_config_nodedir: node24Package() },
				},
			),
	);
}

const installPinnedN8n = async () =>
	await installN8n(n8nHome, 'Installing n8n and Node 24 (about 3 minutes, 2.4 GB)');

/** The oldest n8n that is supported. */
const installOldestN8n = async () =>
	await installN8n(oldestN8nHome, 'Installing the oldest n8n (about 3 minutes, 2.5 GB)');

async function build() {
	const sources = ['core', 'nodes', 'credentials'].flatMap(filesBelow);
	const input = hashOf([...sources, 'tsconfig.json', 'gulpfile.js', 'package.json']);
	await once('build', input, path.join(root, 'dist/nodes'), async () => {
		fs.rmSync(path.join(root, 'dist'), { recursive: true, force: true });
		await run('Listing the platforms', node24(), ['node_modules/gulp/bin/gulp.js', 'registry']);
		await run('Compiling', node24(), ['node_modules/typescript/bin/tsc']);
		await run('Copying icons and codex files', node24(), ['node_modules/gulp/bin/gulp.js']);
	});
}

/** Everything that a run needs; quick where it is there already. */
async function setUp() {
	const [major] = process.versions.node.split('.').map(Number);
	if (major < 20) {
		throw new Error(`This needs Node 20 or newer to start with; this is ${process.version}.`);
	}
	await installTools();
	await installPinnedN8n();
	await build();
}

module.exports = { filesBelow, installOldestN8n, node24Environment, run, runNpm, setUp };
