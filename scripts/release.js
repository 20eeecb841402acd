/**
 * `npm run release`: sets the package's version to the newest one in CHANGELOG.md, commits, tags and
 * pushes. If package.json has that version already, it only tags and pushes. Publishing a GitHub
 * release of the tag then starts .github/workflows/publish.yml.
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

/** Returns the first version among a changelog's headings: `1.2.3`, or `1.2.3-rc.0` for a release candidate. */
const findNewestVersion = (changelog) =>
	/^## \[?(\d+\.\d+\.\d+(?:-rc\.\d+)?)(?=[\s\]]|$)/m.exec(changelog)?.[1];

/** Splits a version into numbers. A release comes after all of its candidates. */
function splitVersion(version) {
	const [core, candidate = Infinity] = version.split('-rc.');
	return [...core.split('.'), candidate].map(Number);
}

function isNewer(version, than) {
	const [a, b] = [version, than].map(splitVersion);
	const index = a.findIndex((number, position) => number !== b[position]);
	return index >= 0 && a[index] > b[index];
}

function release() {
	const version = findNewestVersion(readText('CHANGELOG.md'));
	requireThat(
		version !== undefined,
		'CHANGELOG.md has no heading like "## 1.2.3" or "## 1.2.3-rc.0".',
	);
	requireThat(
		version === readVersion() || isNewer(version, readVersion()),
		`${version}, the newest version in CHANGELOG.md, is older than ${readVersion()} in package.json. Move the entries below "Unreleased" to a heading with the new version.`,
	);
	run('git', 'fetch', 'origin', BRANCH);
	requireThat(askGit('branch', '--show-current') === BRANCH, `Check out ${BRANCH} first.`);
	requireThat(askGit('status', '--porcelain') === '', 'Commit or discard your changes first.');
	requireThat(
		askGit('ls-remote', 'origin', `refs/tags/v${version}`) === '',
		`${version} is released already. Move the entries below "Unreleased" to a heading with a new version.`,
	);
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

	if (version !== readVersion()) {
		run('npm', 'version', version, '--no-git-tag-version');
		run('git', 'commit', '--all', '--message', `chore(release): ${version}`);
	}
	run('git', 'tag', '--annotate', `v${version}`, '--message', version);
	run('git', 'push', '--follow-tags', 'origin', BRANCH);

	const home = JSON.parse(readText('package.json')).homepage.replace('#readme', '');
	const isPrerelease = version.includes('-rc.');
	console.log(
		`\nPublish the release: ${home}/releases/new?tag=v${version}${isPrerelease ? '&prerelease=1' : ''}`,
	);
}

if (require.main === module) {
	try {
		release();
	} catch (error) {
		console.error(`\n✗ ${error.message}`);
		process.exit(1);
	}
}

module.exports = { findNewestVersion, isNewer };
