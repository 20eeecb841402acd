/**
 * `npm test`: set-up on the machine's own Node, then every check on Node 24. The last line counts them.
 */
const { spawn } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const { node24, root, scratch } = require('./project');
const { node24Environment, setUp } = require('./setup');

const resultsFile = path.join(scratch, 'jest-results.json');

async function runOnNode24(args) {
	const child = spawn(node24(), args, {
		cwd: root,
		stdio: ['ignore', 'inherit', 'inherit'],
		env: { ...node24Environment(), NODE_NO_WARNINGS: '1' },
	});
	return await new Promise((resolve, reject) => {
		child.on('error', reject);
		child.on('close', (code) => resolve(code ?? 1));
	});
}

/** Checks that are commands: each counts as one test. */
const FIRST_CHECKS = [
	['Lint (n8n-node, strict)', ['node_modules/@n8n/node-cli/bin/n8n-node.mjs', 'lint']],
	['Lint (eslint-plugin-n8n-nodes-base)', ['test/harness/lint.mjs']],
	['n8n’s package scanner, on the source and on the tarball', ['test/harness/scan.mjs']],
	['Type check', ['node_modules/typescript/bin/tsc', '--noEmit']],
];

const LAST_CHECKS = [
	['No secret in executions, tables, workflows and logs', ['test/harness/sweep.js']],
];

/** Runs Jest on what was asked for, or on everything. Returns its counts. */
async function runJest(patterns) {
	fs.rmSync(resultsFile, { force: true });
	await runOnNode24([
		'--experimental-vm-modules',
		'node_modules/jest/bin/jest.js',
		'--runInBand',
		'--json',
		`--outputFile=${resultsFile}`,
		...patterns,
	]);
	if (!fs.existsSync(resultsFile)) throw new Error('Jest ended without results.');
	const results = JSON.parse(fs.readFileSync(resultsFile, 'utf8'));
	return {
		passed: results.numPassedTests,
		// A file that cannot be loaded has no tests to count.
		failed: results.numFailedTests + results.numRuntimeErrorTestSuites,
		skipped: results.numPendingTests + results.numTodoTests,
	};
}

async function main() {
	const patterns = process.argv.slice(2);
	await setUp();
	const total = { passed: 0, failed: 0, skipped: 0 };
	const check = async (checks) => {
		for (const [title, args] of checks) {
			console.log(`▸ ${title} …`);
			const code = await runOnNode24(args);
			console.log(`  ${code === 0 ? '✓' : '✗'} ${title}`);
			total[code === 0 ? 'passed' : 'failed'] += 1;
		}
	};
	if (patterns.length === 0) await check(FIRST_CHECKS);
	console.log(
		'▸ Unit tests, nodes in n8n-core’s contexts, end-to-end tests in n8n (about 25 minutes) …',
	);
	const counts = await runJest(patterns);
	for (const key of Object.keys(total)) total[key] += counts[key];
	if (patterns.length === 0) await check(LAST_CHECKS);
	const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : '';
	console.log(`\n${total.passed} passed, ${total.failed} failed${skipped}`);
	process.exit(total.failed === 0 && total.passed > 0 ? 0 : 1);
}

main().catch((error) => {
	console.error(`\n✗ ${error.message}`);
	process.exit(1);
});
