/** Tests that no end-to-end test begins once the time is over. */
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const { root } = require('../../harness/project');
const TimedEnvironment = require('../../harness/timedEnvironment');

const SUITE = `
beforeAll(() => console.error('hook'));
test('begins', () => {});
describe('later', () => {
	test('fails', () => { throw new Error('It ran.'); });
});
`;

let folder;

beforeEach(() => {
	folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'timed-')));
	fs.writeFileSync(path.join(folder, 'timed.test.js'), SUITE);
});
afterEach(() => {
	fs.rmSync(folder, { recursive: true });
	delete process.env.TESTS_LAST_START_MS;
});

/** Runs the suite in a Jest of its own. @param lastStart when the time is over @returns the tests' statuses, and whether the hook ran */
function run(lastStart) {
	const config = {
		rootDir: folder,
		testEnvironment: path.join(root, 'test/harness/timedEnvironment.js'),
		transform: {},
	};
	const { stderr, stdout } = spawnSync(
		process.execPath,
		[
			path.join(root, 'node_modules/jest/bin/jest.js'),
			...['--json', '--config', JSON.stringify(config), '--runInBand'],
		],
		{ cwd: folder, encoding: 'utf8', env: { ...process.env, TESTS_LAST_START_MS: lastStart } },
	);
	const [{ assertionResults }] = JSON.parse(stdout).testResults;
	return {
		statuses: assertionResults.map(({ status }) => status),
		hasRunHook: stderr.includes('hook'),
	};
}

const startOf = (ms) => String(Date.now() + ms);

test('without a time, every test runs', () => {
	expect(run('')).toEqual({
		statuses: ['passed', 'failed'],
		hasRunHook: true,
	});
});

test('a suite that begins after the time is skipped with its hooks', () => {
	expect(run(startOf(-1))).toEqual({
		statuses: ['pending', 'pending'],
		hasRunHook: false,
	});
});

test('a test that begins after the time is skipped, in a suite that began before', () => {
	const { handleTestEvent } = TimedEnvironment.prototype;
	const begin = (name, lastStart) => {
		process.env.TESTS_LAST_START_MS = lastStart;
		const later = {};
		handleTestEvent({ name, test: later }, { rootDescribeBlock: { children: [later] } });
		return later.mode;
	};
	expect(begin('run_start', startOf(60_000))).toBeUndefined();
	expect(begin('test_start', startOf(60_000))).toBeUndefined();
	expect(begin('test_done', startOf(-1))).toBeUndefined();
	expect(begin('test_start', startOf(-1))).toBe('skip');
});
