/**
 * Runs tests. The last line counts what passed, failed and was skipped.
 *
 * - `npm test`: lint, format, types, scanner, fast tests, end-to-end tests of the main paths.
 * - `npm run test:fast`: the unit and node tests, without n8n.
 * - `npm run test:slow`: all other end-to-end tests, and the main paths in the oldest n8n.
 * - `npm run test:all`: what `npm test` and `npm run test:slow` run, without the oldest n8n, in less time than both.
 *
 * Arguments are Jest's: `npm run test:fast -- signing`, `npm test -- outbound`. With TESTS_MINUTES in the environment, no
 * end-to-end test begins later than that. Those that did not are named, and count as skipped.
 */
const { oldestN8nHome } = require('./project');
const { build, installOldestN8n, installPinnedN8n, installTools, setUp } = require('./setup');
const { selectMainSuites, selectSlowLanes } = require('./suites');
const {
	runCheck,
	runFastTests,
	runJest,
	runLanes,
	runOnNode24,
	runOnThisNode,
	runSteps,
} = require('./testRun');
const { limitTime } = require('./timeLimit');

const CHECKS = [
	[
		'Lint of what ships (n8n-node, strict)',
		['node_modules/@n8n/node-cli/bin/n8n-node.mjs', 'lint'],
	],
	['Lint of what ships (eslint-plugin-n8n-nodes-base)', ['test/harness/lint.mjs']],
	[
		'Lint of tests and scripts',
		[
			'node_modules/eslint/bin/eslint.js',
			...['--config', 'test/eslint.config.mjs', '*.js', 'scripts', 'test'],
		],
	],
	['Names in tests and scripts', ['test/harness/types.mjs']],
	[
		'Format',
		['node_modules/prettier/bin/prettier.cjs', '--log-level=warn', '--check', '**/*.{js,mjs,ts}'],
	],
	['n8n’s package scanner, on the source and on the tarball', ['test/harness/scan.mjs']],
].map(
	([title, args]) =>
		async () =>
			await runCheck(runOnThisNode, title, args),
);

const sweepSecrets = async () =>
	await runCheck(runOnNode24, 'No secret in executions, tables, workflows and logs', [
		'test/harness/sweep.js',
	]);

const listMainLanes = () => [{ lane: 'main', args: selectMainSuites() }];

/** Lists the lanes of the slow suites, and of the main suites in the oldest n8n. */
const listSlowLanes = () => [
	...selectSlowLanes(),
	{ lane: 'oldest', args: selectMainSuites(), env: { N8N_HOME: oldestN8nHome } },
];

/**
 * Lists the steps of the checks, the fast tests and lanes of end-to-end tests. n8n is installed while the
 * checks and the fast tests are running.
 */
function listSteps(listLanes) {
	let installed;
	const startInstalling = async () => {
		installed = installPinnedN8n();
		// Its failure is reported when the end-to-end tests wait for it.
		installed.catch(() => undefined);
	};
	return [
		startInstalling,
		installTools,
		build,
		...CHECKS,
		runFastTests,
		async () => void (await installed),
		async () => await runLanes(listLanes()),
		sweepSecrets,
	];
}

const listAllLanes = () => [...listMainLanes(), ...selectSlowLanes()];

const [option, ...rest] = process.argv.slice(2);
const COMMANDS = {
	'--fast': () => [installTools, build, async () => await runFastTests(rest)],
	'--slow': () => [
		setUp,
		installOldestN8n,
		async () => await runLanes(listSlowLanes()),
		sweepSecrets,
	],
	'--all': () => listSteps(listAllLanes),
};

if (process.env.TESTS_MINUTES) limitTime(Number(process.env.TESTS_MINUTES));
if (option === undefined) {
	runSteps(listSteps(listMainLanes));
} else if (COMMANDS[option]) {
	runSteps(COMMANDS[option]());
} else {
	const projects = ['--selectProjects', 'unit', 'nodes', 'e2e', '--runInBand'];
	runSteps([setUp, async () => await runJest(runOnNode24, [...projects, option, ...rest])]);
}
