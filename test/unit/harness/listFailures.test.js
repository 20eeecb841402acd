/** Tests that the end of a run names everything that failed. */
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const { root } = require('../../harness/project');
const { listFailures } = require('../../harness/testRun');

const SUITES = {
	'afterwards.test.js': `
		afterAll(() => { throw new Error('It does not stop.'); });
		test('passes', () => {});
	`,
	'missing.test.js': "require('./missing');",
	'tests.test.js': `
		afterAll(() => { throw new Error('It does not stop either.'); });
		test('passes', () => {});
		describe('A test', () => {
			test('fails', () => { throw new Error('It is red.\\nReally.'); });
		});
	`,
};

let folder;

beforeEach(() => {
	folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'failures-')));
	for (const [name, text] of Object.entries(SUITES))
		fs.writeFileSync(path.join(folder, name), text);
});
afterEach(() => fs.rmSync(folder, { recursive: true }));

test('names every test that failed and every file that could not run, with the reason', () => {
	const resultsFile = path.join(folder, 'results.json');
	spawnSync(process.execPath, [
		path.join(root, 'node_modules/jest/bin/jest.js'),
		...['--json', '--colors', '--outputFile', resultsFile, '--runInBand'],
		...['--config', JSON.stringify({ rootDir: folder, transform: {} })],
	]);
	const failures = listFailures(JSON.parse(fs.readFileSync(resultsFile, 'utf8')));
	expect(failures.toSorted()).toEqual([
		'afterwards.test.js › Test suite failed to run: It does not stop.',
		"missing.test.js › Test suite failed to run: Cannot find module './missing' from 'missing.test.js'",
		'tests.test.js › A test › fails: It is red.',
		'tests.test.js › Test suite failed to run: It does not stop either.',
	]);
});
