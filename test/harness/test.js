/** `npm test`: set-up on the machine's own Node, then every check on Node 24. The last line counts them. */
const { runJest, runOnNode24, runSteps } = require('./testRun');

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

const check =
	([title, args]) =>
	async () => {
		console.log(`▸ ${title} …`);
		const passes = (await runOnNode24(args)) === 0;
		console.log(`  ${passes ? '✓' : '✗'} ${title}`);
		return { passed: passes ? 1 : 0, failed: passes ? 0 : 1, skipped: 0 };
	};

/** What Jest was asked for, or everything. */
const patterns = process.argv.slice(2);

async function runTests() {
	console.log(
		'▸ Unit tests, nodes in n8n-core’s contexts, end-to-end tests in n8n (about 30 minutes) …',
	);
	return await runJest([...patterns, '--selectProjects', 'unit', 'nodes', 'e2e']);
}

runSteps(
	patterns.length > 0
		? [runTests]
		: [...FIRST_CHECKS.map(check), runTests, ...LAST_CHECKS.map(check)],
);
