/**
 * `npm run release`: sets the package's version to the newest one in CHANGELOG.md, commits, tags and
 * pushes. Publishing a GitHub release of the tag then starts .github/workflows/publish.yml.
 *
 * Replaces `n8n-node release`, which overwrites CHANGELOG.md with a list of commits.
 */
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const ROOT = path.join(__dirname, '..');
const BRANCH = 'main';

const readText = (file) => fs.readFileSync(path.join(ROOT, file), 'utf8');
const readVersion = () => JSON.parse(readText('package.json')).version;

/** Runs a command and shows its output. @throws if it fails */
function run(command, ...args) {
	console.log(`▸ ${command} ${args.join(' ')}`);
	execFileSync(command, args, {
		cwd: ROOT,
		stdio: 'inherit',
		shell: process.platform === 'win32' && command === 'npm',
	});
}

const askGit = (...args) => execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).trim();

function requireThat(condition, message) {
	if (!condition) throw new Error(message);
}

/** Compares versions of three numbers. */
function isNewer(version, than) {
	const [a, b] = [version, than].map((text) => text.split('.').map(Number));
	const index = a.findIndex((number, position) => number !== b[position]);
	return index >= 0 && a[index] > b[index];
}

function release() {
	const [, version] = /^## \[?(\d+\.\d+\.\d+)\b/m.exec(readText('CHANGELOG.md')) ?? [];
	requireThat(version !== undefined, 'CHANGELOG.md has no heading like "## 1.2.3".');
	requireThat(
		isNewer(version, readVersion()),
		`${version}, the newest version in CHANGELOG.md, is not newer than ${readVersion()} in package.json. Move the entries below "Unreleased" to a heading with the new version.`,
	);
	run('git', 'fetch', 'origin', BRANCH);
	requireThat(askGit('branch', '--show-current') === BRANCH, `Check out ${BRANCH} first.`);
	requireThat(askGit('status', '--porcelain') === '', 'Commit or discard your changes first.');
	requireThat(
		askGit('rev-parse', 'HEAD') === askGit('rev-parse', `origin/${BRANCH}`),
		`${BRANCH} differs from origin/${BRANCH}: pull or push first.`,
	);

	run('npm', 'run', 'lint');
	run('npm', 'run', 'build');
	requireThat(
		askGit('status', '--porcelain') === '',
		'The build changed files: commit them first.',
	);

	run('npm', 'version', version, '--no-git-tag-version');
	run('git', 'commit', '--all', '--message', `chore(release): ${version}`);
	run('git', 'tag', '--annotate', `v${version}`, '--message', version);
	run('git', 'push', '--follow-tags', 'origin', BRANCH);

	const home = JSON.parse(readText('package.json')).homepage.replace('#readme', '');
	console.log(`\nPublish the release: ${home}/releases/new?tag=v${version}`);
}

try {
	release();
} catch (error) {
	console.error(`\n✗ ${error.message}`);
	process.exit(1);
}
