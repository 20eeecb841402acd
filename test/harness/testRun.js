/** Runs commands and Jest, counts what they tested, and prints the closing line. */
const { spawn } = require('node:child_process');
const fs = require('node:fs');
const { availableParallelism } = require('node:os');
const path = require('node:path');
const { stripVTControlCharacters } = require('node:util');

const { lanesFolder, node24, root, scratch } = require('./project');
const { node24Environment } = require('./setup');
const { isTimeOver } = require('./timeLimit');

/** @returns the exit code */
async function runNode(node, args, env) {
	const child = spawn(node, args, {
		cwd: root,
		stdio: ['ignore', 'inherit', 'inherit'],
		env: { ...env, NODE_NO_WARNINGS: '1' },
	});
	return await new Promise((resolve, reject) => {
		child.on('error', reject);
		child.on('close', (code) => resolve(code ?? 1));
	});
}

/** Runs a script on Node 24. @returns the exit code */
async function runOnNode24(args, env = {}) {
	return await runNode(node24(), args, { ...node24Environment(), ...env });
}

/** Runs a script on the Node that runs this, which needs no n8n. @returns the exit code */
async function runOnThisNode(args, env = {}) {
	return await runNode(process.execPath, args, { ...process.env, ...env });
}

/** Names the tests that were skipped, since they would have begun too late. */
function reportSkipped({ testResults }) {
	for (const { assertionResults, name } of testResults) {
		const skipped = assertionResults.filter(({ status }) => status === 'pending');
		if (skipped.length === 0) continue;
		const titles = skipped.map(({ fullName }) => `\n    ${fullName}`);
		console.log(`▸ Skipped in ${path.basename(name)}, for lack of time:${titles.join('')}`);
	}
}

/** Lists the tests that failed, and the files that could not run, each with the first line of its message. */
function listFailures({ testResults }) {
	return testResults.flatMap(({ message, name }) =>
		[...stripVTControlCharacters(message).matchAll(/^ {2}● (.+)\n\n {4}(.+)$/gm)].map(
			([, title, firstLine]) => `${path.basename(name)} › ${title}: ${firstLine}`,
		),
	);
}

/**
 * Runs Jest.
 * @param runScript runOnNode24 or runOnThisNode
 * @returns the number of tests that passed, failed and were skipped, and what failed
 */
async function runJest(runScript, args, env) {
	const folder = env?.SCRATCH ?? scratch;
	const resultsFile = path.join(folder, 'jest-results.json');
	fs.mkdirSync(folder, { recursive: true });
	fs.rmSync(resultsFile, { force: true });
	const jest = [
		'--experimental-vm-modules',
		'node_modules/jest/bin/jest.js',
		'--json',
		`--outputFile=${resultsFile}`,
		...args,
	];
	await runScript(jest, env);
	if (!fs.existsSync(resultsFile)) throw new Error('Jest ended without results.');
	const results = JSON.parse(fs.readFileSync(resultsFile, 'utf8'));
	if (isTimeOver()) reportSkipped(results);
	return {
		passed: results.numPassedTests,
		// A file that cannot be loaded has no tests to count.
		failed: results.numFailedTests + results.numRuntimeErrorTestSuites,
		skipped: results.numPendingTests + results.numTodoTests,
		failures: listFailures(results),
	};
}

/** Runs the unit and node tests, which need no n8n. */
async function runFastTests(args = []) {
	return await runJest(runOnThisNode, [
		'--selectProjects',
		'unit',
		'nodes',
		'--maxWorkers=100%',
		...args,
	]);
}

/** Runs end-to-end tests, one file after the other, because they share one n8n. */
async function runEndToEndTests(args = [], env = {}) {
	return await runJest(runOnNode24, ['--selectProjects', 'e2e', '--runInBand', ...args], env);
}

/**
 * Runs lanes of end-to-end tests, some at the same time: one more than there are processors, since n8n often waits.
 * @param lanes in the order in which they begin, each with a name, Jest's arguments and environment variables
 */
async function runLanes(lanes) {
	const waiting = [...lanes];
	const counts = [];
	const runNext = async () => {
		for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
			const { args, env, lane } = next;
			const startedMs = Date.now();
			counts.push(await runEndToEndTests(args, { ...env, SCRATCH: path.join(lanesFolder, lane) }));
			console.log(`▸ End of the lane "${lane}": ${Math.round((Date.now() - startedMs) / 1000)} s`);
		}
	};
	const count = availableParallelism() + 1;
	await Promise.all(Array.from({ length: count }, async () => await runNext()));
	return sumCounts(counts);
}

/** Runs a script that exits with 0 if all is well. Counts as one test. */
async function runCheck(runScript, title, args) {
	console.log(`▸ ${title} …`);
	const passes = (await runScript(args)) === 0;
	console.log(`  ${passes ? '✓' : '✗'} ${title}`);
	return passes
		? { passed: 1, failed: 0, skipped: 0, failures: [] }
		: { passed: 0, failed: 1, skipped: 0, failures: [title] };
}

const sumCounts = (counts) => ({
	...Object.fromEntries(
		['passed', 'failed', 'skipped'].map((key) => [
			key,
			counts.reduce((sum, count) => sum + count[key], 0),
		]),
	),
	failures: counts.flatMap(({ failures }) => failures),
});

/**
 * Runs steps in turn, prints what failed and, as the last line, the sum of their counts, and ends the process.
 * @param steps functions that return counts, or nothing
 */
async function runSteps(steps) {
	try {
		const counts = [];
		for (const step of steps) counts.push(await step());
		const { failed, failures, passed, skipped } = sumCounts(counts.filter(Boolean));
		if (failures.length > 0) console.log(['\n▸ Failed:', ...failures].join('\n  ✗ '));
		const andSkipped = skipped > 0 ? `, ${skipped} skipped` : '';
		console.log(`\n${passed} passed, ${failed} failed${andSkipped}`);
		process.exit(failed === 0 && passed > 0 ? 0 : 1);
	} catch (error) {
		console.error(`\n✗ ${error.message}`);
		process.exit(1);
	}
}

module.exports = {
	listFailures,
	runCheck,
	runEndToEndTests,
	runFastTests,
	runJest,
	runLanes,
	runOnNode24,
	runOnThisNode,
	runSteps,
};
