/**
 * `npm run test:soak`: what takes longer than `npm test`. It runs all parts, or the one that is named;
 * what follows the name are Jest's patterns of paths. The last line counts.
 */
const fs = require('node:fs');
const path = require('node:path');

const { oldestN8nHome, root } = require('./project');
const { whyNoQueue } = require('./queue');
const { installOldestN8n } = require('./setup');
const { runJest, runSteps } = require('./testRun');

/** @param patterns of the suites' paths; all of them where there are none */
async function runEndToEnd(patterns, env) {
	const matching = patterns.length === 0 ? [] : ['--testPathPatterns', ...patterns];
	return await runJest(['--selectProjects', 'e2e', ...matching], env);
}

/** The end-to-end suites in an n8n of several processes; those that are skipped count as one each. */
async function runInQueueMode(patterns) {
	const reason = whyNoQueue();
	if (reason !== undefined) {
		console.log(`▸ Nothing was tested in queue mode, since programs are ${reason}.`);
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

/** The end-to-end suites in the oldest n8n that is supported. */
async function runInOldest(patterns) {
	await installOldestN8n();
	const { version } = require(path.join(oldestN8nHome, 'node_modules/n8n/package.json'));
	console.log(`▸ End-to-end tests in n8n ${version} (about half an hour) …`);
	return await runEndToEnd(patterns, { N8N_HOME: oldestN8nHome });
}

/** Half an hour of mixed load. */
async function runLoad() {
	console.log('▸ Mixed load (about 35 minutes; SOAK_MINUTES sets another time) …');
	return await runJest(['--selectProjects', 'soak']);
}

/** Ten thousand hostile requests, and what they cost in memory. */
async function runHostile() {
	console.log('▸ Ten thousand hostile requests (about 15 minutes) …');
	return await runEndToEnd(['hostileSenders'], { HOSTILE_REQUESTS: '10000' });
}

const PARTS = {
	hostile: runHostile,
	load: runLoad,
	oldest: runInOldest,
	queue: runInQueueMode,
};

const [name, ...patterns] = process.argv.slice(2);
if (name !== undefined && PARTS[name] === undefined) {
	console.error(`✗ "${name}" is no part: there are ${Object.keys(PARTS).join(', ')}.`);
	process.exit(1);
}
const parts = name === undefined ? Object.values(PARTS) : [PARTS[name]];
runSteps(parts.map((part) => async () => await part(patterns)));
