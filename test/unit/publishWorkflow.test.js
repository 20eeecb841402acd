/** The workflow that publishes to npm: what runs while the right to publish is held. */
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const { root } = require('../harness/project');

const source = fs.readFileSync(path.join(root, '.github/workflows/publish.yml'), 'utf8');

/** Returns the jobs' text by their names. */
function listJobs() {
	const [, jobs] = source.split(/^jobs:\n/m);
	const parts = jobs.split(/^ {2}([\w-]+):\n/m).slice(1);
	return Object.fromEntries(
		parts.flatMap((part, index) => (index % 2 === 0 ? [[part, parts[index + 1]]] : [])),
	);
}

const jobs = listJobs();
const publishing = Object.entries(jobs).filter(([, job]) => /id-token|NPM_TOKEN/.test(job));

test('one job alone may publish, and no right is given to the whole workflow', () => {
	expect(publishing.map(([name]) => name)).toEqual(['publish']);
	const [head] = source.split(/^jobs:\n/m);
	expect(head).toMatch(/^permissions:\n {2}contents: read$/m);
	expect(head).not.toMatch(/id-token:|secrets\./);
});

test('the job that may publish runs no code of the repository or of its dependencies', () => {
	const forbidden =
		/checkout|npm (?:ci|install|i|run|pack|exec)\b|npx|node -|RELEASE_MODE|cache: npm/;
	expect(jobs.publish).not.toMatch(forbidden);
	expect(jobs.publish.match(/npm publish .*/g)).toEqual([
		'npm publish ./package.tgz --ignore-scripts --provenance --access public --tag "$tag"',
	]);
});

test('the job that may publish runs in an environment, which can require a review', () => {
	expect(jobs.publish).toMatch(/^ {4}environment: npm$/m);
	expect(jobs.build).not.toMatch(/environment:|secrets\./);
});

/** Runs the last step's script as GitHub does, with an npm that only repeats its arguments. */
function runPublishStep(releaseTag) {
	const [, script] = jobs.publish.match(/name: Publish\n[\s\S]*?run: \|\n([\s\S]*)/);
	const options = ['--noprofile', '--norc', '-eo', 'pipefail'];
	return execFileSync('bash', [...options, '-c', `npm() { echo "$@"; }\n${script}`], {
		encoding: 'utf8',
		env: { PATH: process.env.PATH, GITHUB_REF_NAME: releaseTag, NPM_TOKEN: '' },
	});
}

test.each([
	['v1.0.0', 'latest'],
	['v1.0.0-rc.0', 'next'],
	['v1.10.2-rc.12', 'next'],
])('the release %s is published with the tag %s', (releaseTag, distTag) => {
	expect(runPublishStep(releaseTag).trim().split(' ').slice(-2)).toEqual(['--tag', distTag]);
});

test('the job that may publish checks the digest of what was built and packed without rights', () => {
	expect(jobs.publish).toMatch(/^ {4}needs: build$/m);
	expect(jobs.publish).toMatch(/needs\.build\.outputs\.digest/);
	expect(jobs.publish.indexOf('sha512sum --check')).toBeGreaterThan(
		jobs.publish.indexOf('download-artifact'),
	);
	expect(jobs.publish.indexOf('npm publish')).toBeGreaterThan(
		jobs.publish.indexOf('sha512sum --check'),
	);
	expect(jobs.build).toMatch(/^ {4}needs: test$/m);
	expect(jobs.build).toMatch(/npm run build[\s\S]*git diff --exit-code[\s\S]*npm pack/);
	expect(jobs.build).toMatch(/digest=\$\(sha512sum/);
});

test('actions are pinned to commits', () => {
	const actions = [...source.matchAll(/uses: (?!\.\/)(\S+)/g)].map(([, action]) => action);
	expect(actions.length).toBeGreaterThan(3);
	for (const action of actions) expect(action).toMatch(/@[0-9a-f]{40}$/);
});
