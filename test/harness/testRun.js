/** What `npm test` and `npm run test:soak` share: Node 24, Jest, and the last line, which counts. */
const { spawn } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const { node24, root, scratch } = require('./project');
const { node24Environment, setUp } = require('./setup');

const resultsFile = path.join(scratch, 'jest-results.json');

/** @returns the exit code */
async function runOnNode24(args, env = {}) {
	const child = spawn(node24(), args, {
		cwd: root,
		stdio: ['ignore', 'inherit', 'inherit'],
		env: { ...node24Environment(), NODE_NO_WARNINGS: '1', ...env },
	});
	return await new Promise((resolve, reject) => {
		child.on('error', reject);
		child.on('close', (code) => resolve(code ?? 1));
	});
}

/** @returns how many tests passed, failed and were skipped */
async function runJest(args, env) {
	fs.rmSync(resultsFile, { force: true });
	const jest = [
		'--experimental-vm-modules',
		'node_modules/jest/bin/jest.js',
		'--runInBand',
		'--json',
		`--outputFile=${resultsFile}`,
		...args,
	];
	await runOnNode24(jest, env);
	if (!fs.existsSync(resultsFile)) throw new Error('Jest ended without results.');
	const results = JSON.parse(fs.readFileSync(resultsFile, 'utf8'));
	return {
		passed: results.numPassedTests,
		// A file that cannot be loaded has no tests to count.
		failed: results.numFailedTests + results.numRuntimeErrorTestSuites,
		skipped: results.numPendingTests + results.numTodoTests,
	};
}

/** Adds counts up. */
const sumOf = (counts) =>
	Object.fromEntries(
		['passed', 'failed', 'skipped'].map((key) => [
			key,
			counts.reduce((sum, one) => sum + one[key], 0),
		]),
	);

/**
 * Sets up, runs steps in turn, says what they counted together and ends the process.
 * @param steps functions that return counts
 */
async function runSteps(steps) {
	try {
		await setUp();
		const counts = [];
		for (const step of steps) counts.push(await step());
		const { failed, passed, skipped } = sumOf(counts);
		const andSkipped = skipped > 0 ? `, ${skipped} skipped` : '';
		console.log(`\n${passed} passed, ${failed} failed${andSkipped}`);
		process.exit(failed === 0 && passed > 0 ? 0 : 1);
	} catch (error) {
		console.error(`\n✗ ${error.message}`);
		process.exit(1);
	}
}

module.exports = { runJest, runOnNode24, runSteps };
