/**
 * Runs a lane of tests. The last line counts what passed, failed and was skipped.
 *
 * - `npm test`: lint, format, types, scanner, fast tests, end-to-end tests of the main paths.
 * - `npm run test:fast`: the unit and node tests, without n8n.
 * - `npm run test:slow`: all other end-to-end tests, and the main paths in the oldest n8n.
 * - `npm run test:all`: `npm test`, then `npm run test:slow`.
 *
 * Arguments are Jest's: `npm run test:fast -- signing`, `npm test -- outbound`.
 */
const { editorScratch, oldestN8nHome } = require('./project');
const { build, installOldestN8n, installPinnedN8n, installTools, setUp } = require('./setup');
const { selectEditorSuites, selectMainSuites, selectSlowSuites } = require('./suites');
const {
	runCheck,
	runEndToEndTests,
	runFastTests,
	runJest,
	runOnNode24,
	runOnThisNode,
	runSteps,
	sumCounts,
} = require('./testRun');

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

async function runMainSuites(env) {
	return await runEndToEndTests(selectMainSuites(), env);
}

/** Runs the suites in n8n's editor and the slow rest at the same time, each with an n8n of its own. */
async function runSlowSuites() {
	return sumCounts(
		await Promise.all([
			runEndToEndTests(selectSlowSuites()),
			runEndToEndTests(selectEditorSuites(), { SCRATCH: editorScratch }),
		]),
	);
}

async function runMainSuitesInOldest() {
	console.log('▸ End-to-end tests of the main paths in the oldest n8n …');
	return await runMainSuites({ N8N_HOME: oldestN8nHome });
}

/** Installs n8n while the checks and the fast tests, which need none, are running. */
function runMainLane() {
	let n8n;
	const startInstalling = async () => {
		n8n = installPinnedN8n();
		// Its failure is reported when the end-to-end tests wait for it.
		n8n.catch(() => undefined);
	};
	return [
		startInstalling,
		installTools,
		build,
		...CHECKS,
		runFastTests,
		async () => await n8n,
		runMainSuites,
		sweepSecrets,
	];
}

const runSlowLane = () => [
	setUp,
	runSlowSuites,
	sweepSecrets,
	installOldestN8n,
	runMainSuitesInOldest,
	sweepSecrets,
];

const [option, ...rest] = process.argv.slice(2);
const LANES = {
	'--fast': () => [installTools, build, async () => await runFastTests(rest)],
	'--slow': runSlowLane,
	'--all': () => [...runMainLane(), ...runSlowLane()],
};

if (option === undefined) {
	runSteps(runMainLane());
} else if (LANES[option]) {
	runSteps(LANES[option]());
} else {
	const projects = ['--selectProjects', 'unit', 'nodes', 'e2e', '--runInBand'];
	runSteps([setUp, async () => await runJest(runOnNode24, [...projects, option, ...rest])]);
}
