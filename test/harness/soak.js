/**
 * `npm run test:soak`: tests that take too long for `npm run test:all`. Runs all parts, or the named
 * one; arguments after the name are Jest's path patterns. The last line counts the tests.
 */
const fs = require('node:fs');
const path = require('node:path');

const { oldestN8nHome, root } = require('./project');
const { whyNoQueue } = require('./queue');
const { installNewestN8n, installOldestN8n, setUp } = require('./setup');
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

/** Runs the end-to-end suites in another n8n. @param home its folder */
async function runInOther(home, patterns) {
	const { version } = require(path.join(home, 'node_modules/n8n/package.json'));
	console.log(`▸ End-to-end tests in n8n ${version} (about half an hour) …`);
	return await runEndToEnd(patterns, { N8N_HOME: home });
}

/** Runs the end-to-end suites in the oldest supported n8n. */
async function runInOldest(patterns) {
	await installOldestN8n();
	return await runInOther(oldestN8nHome, patterns);
}

/** Runs the end-to-end suites in the newest n8n that the registry has. */
async function runInNewest(patterns) {
	return await runInOther(await installNewestN8n(), patterns);
}

/** Runs suites of test/soak, each in an n8n of its own. */
async function runSoak(names) {
	const paths = names.map((name) => path.join(root, 'test/soak', `${name}.test.js`));
	const jest = ['--selectProjects', 'soak', '--runInBand', '--runTestsByPath', ...paths];
	return await runJest(runOnNode24, jest);
}

/** Runs half an hour of mixed load. */
async function runLoad() {
	console.log('▸ Mixed load (about 35 minutes; SOAK_MINUTES sets another time) …');
	return await runSoak(['load']);
}

/** Runs two hours of everything at once. */
async function runMixed() {
	console.log('▸ Everything at once (about 130 minutes; MIXED_MINUTES sets another time) …');
	return await runSoak(['mixed']);
}

/** Lets two tenants attack each other. */
async function runTenants() {
	console.log('▸ Two tenants (about 35 minutes; TENANTS_MINUTES sets another time) …');
	return await runSoak(['tenants']);
}

const FAULTS = ['clock', 'fullDisk', 'fullTables', 'tamperedTables'];

/** Changes the clock, fills the disk and the tables, and edits the tables. */
async function runFaults(names) {
	console.log('▸ A wrong clock, full disks and tables, edited rows (about 30 minutes) …');
	return await runSoak(names.length === 0 ? FAULTS : names);
}

/** Fuzzes the APIs in memory, with many more calls than `npm run test:fast`. */
async function runFuzz() {
	console.log('▸ Arbitrary calls of the APIs in memory (about 10 minutes) …');
	const jest = ['--selectProjects', 'unit', '--testPathPatterns', 'Fuzz'];
	return await runJest(runOnNode24, jest, { FUZZ_RUNS: '500' });
}

/** Sends ten thousand hostile requests to each kind of trigger, and measures what they cost in memory. */
async function runHostile(patterns) {
	console.log(
		'▸ Ten thousand hostile requests to senders, presets and the API each (about an hour) …',
	);
	return await runEndToEnd(patterns.length === 0 ? ['hostile'] : patterns, {
		HOSTILE_PRESETS: 'all',
		HOSTILE_REQUESTS: '10000',
	});
}

/** Kills n8n more often, while it sends more events than in `npm run test:all`. */
async function runCrashes() {
	console.log('▸ Kills of n8n while it sends events (about 20 minutes) …');
	return await runEndToEnd(['Crashes', 'outboxBatches', 'outboxStats', 'bursts'], {
		E2E_SIZE: 'soak',
	});
}

/** Runs all end-to-end suites at their full size, with n8n's default engine for expressions. */
async function runWhole(patterns) {
	console.log('▸ All end-to-end tests at their full size (about two hours) …');
	return await runEndToEnd(patterns, { E2E_SIZE: 'soak' });
}

const PARTS = {
	crashes: runCrashes,
	faults: runFaults,
	fuzz: runFuzz,
	hostile: runHostile,
	load: runLoad,
	mixed: runMixed,
	newest: runInNewest,
	oldest: runInOldest,
	queue: runInQueueMode,
	tenants: runTenants,
	whole: runWhole,
};

const [name, ...patterns] = process.argv.slice(2);
if (name !== undefined && PARTS[name] === undefined) {
	console.error(`✗ There is no part "${name}". Name one of ${Object.keys(PARTS).join(', ')}.`);
	process.exit(1);
}
const parts = name === undefined ? Object.values(PARTS) : [PARTS[name]];
runSteps([setUp, ...parts.map((part) => async () => await part(patterns))]);
