/**
 * `npm run test:soak`: tests that take too long for `npm run test:all`. Runs all parts, or the named
 * one; arguments after the name are Jest's path patterns. The last line counts the tests.
 */
const fs = require('node:fs');
const path = require('node:path');

const { oldestN8nHome, root } = require('./project');
const { whyNoQueue } = require('./queue');
const { installOldestN8n, setUp } = require('./setup');
const { runEndToEndTests, runJest, runOnNode24, runSteps } = require('./testRun');

/** @param patterns of the suites' paths; empty for all */
async function runEndToEnd(patterns, env) {
	const matching = patterns.length === 0 ? [] : ['--testPathPatterns', ...patterns];
	return await runEndToEndTests(matching, env);
}

/** Runs the end-to-end suites in an n8n of several processes. A skipped suite counts as one test. */
async function runInQueueMode(patterns) {
	const reason = whyNoQueue();
	if (reason !== undefined) {
		console.log(`▸ Queue mode is not tested, because programs are ${reason}.`);
		const files = fs.readdirSync(path.join(root, 'test/e2e'));
		return {
			passed: 0,
			failed: 0,
			skipped: files.filter((file) => file.endsWith('.test.js')).length,
		};
	}
	console.log(
		'▸ End-to-end tests in n8n with PostgreSQL, Redis, a webhook processor and two workers (about an hour) …',
	);
	return await runEndToEnd(patterns, { E2E_MODE: 'queue' });
}

/** Runs the end-to-end suites in the oldest supported n8n. */
async function runInOldest(patterns) {
	await installOldestN8n();
	const { version } = require(path.join(oldestN8nHome, 'node_modules/n8n/package.json'));
	console.log(`▸ End-to-end tests in n8n ${version} (about half an hour) …`);
	return await runEndToEnd(patterns, { N8N_HOME: oldestN8nHome });
}

/** Runs half an hour of mixed load. */
async function runLoad() {
	console.log('▸ Mixed load (about 35 minutes; SOAK_MINUTES sets another time) …');
	return await runJest(runOnNode24, ['--selectProjects', 'soak', '--runInBand']);
}

/** Sends ten thousand hostile requests and measures what they cost in memory. */
async function runHostile() {
	console.log('▸ Ten thousand hostile requests (about 15 minutes) …');
	return await runEndToEnd(['hostileSenders'], { HOSTILE_REQUESTS: '10000' });
}

/** Kills n8n more often, while it sends more events than in `npm run test:all`. */
async function runCrashes() {
	console.log('▸ Kills of n8n while it sends events (about 20 minutes) …');
	return await runEndToEnd(['Crashes', 'outboxBatches', 'outboxStats', 'bursts'], {
		E2E_SIZE: 'soak',
	});
}

const PARTS = {
	crashes: runCrashes,
	hostile: runHostile,
	load: runLoad,
	oldest: runInOldest,
	queue: runInQueueMode,
};

const [name, ...patterns] = process.argv.slice(2);
if (name !== undefined && PARTS[name] === undefined) {
	console.error(`✗ There is no part "${name}". Name one of ${Object.keys(PARTS).join(', ')}.`);
	process.exit(1);
}
const parts = name === undefined ? Object.values(PARTS) : [PARTS[name]];
runSteps([setUp, ...parts.map((part) => async () => await part(patterns))]);
