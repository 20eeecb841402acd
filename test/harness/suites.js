/** Sorts the end-to-end suites into the main paths and lanes of the slow rest. */
const fs = require('node:fs');
const path = require('node:path');

const { root } = require('./project');

const FOLDER = path.join(root, 'test/e2e');

/** The suites of the main paths, which `npm test` runs. Together they take about three minutes. */
const MAIN = [
	...['agent', 'example', 'inbound', 'outbound', 'outboxTemplates', 'pinnedN8n', 'providers'],
	...['readme', 'retry'],
];

const listNames = () =>
	fs
		.readdirSync(FOLDER)
		.filter((file) => file.endsWith('.test.js'))
		.map((file) => path.basename(file, '.test.js'));

/**
 * @returns Jest's arguments for the suites with these names
 * @throws if there is no such suite, which Jest would ignore
 */
function toArguments(names) {
	const missing = names.filter((name) => !listNames().includes(name));
	if (missing.length > 0) throw new Error(`There is no suite named ${missing.join(', ')}.`);
	return ['--runTestsByPath', ...names.map((name) => path.join(FOLDER, `${name}.test.js`))];
}

/** Suites of what n8n serves to subscribers and their clients: APIs, catalog and portal. */
const SERVED = /^(eventTypes|management|portal|svix)/;

/**
 * n8n's other engine for expressions. An execution takes less than half of the processor's time with it, so all slow
 * suites fit into the time of CI. The main paths, the editor and `npm run test:soak` run with n8n's default.
 */
const otherEngine = { N8N_EXPRESSION_ENGINE: 'legacy' };

/**
 * Sorts the slow suites into lanes, the longest first. Lanes run at the same time, each in an n8n of its own; the
 * suites of a lane run one after another.
 */
const LANES = [
	{ lane: 'editor', has: (name) => name.startsWith('editor') },
	{
		lane: 'crashes',
		has: (name) => /(Batches|Crashes|Order|bursts)$/.test(name),
		env: otherEngine,
	},
	{
		lane: 'subscribers',
		has: (name) => /^(outbox.+|receiverFaults)$/.test(name),
		env: otherEngine,
	},
	{ lane: 'others', has: (name) => !SERVED.test(name), env: otherEngine },
	{ lane: 'served', has: (name) => SERVED.test(name), env: otherEngine },
];

const findLane = (name) => LANES.find(({ has }) => has(name)).lane;

/** Returns Jest's arguments and the environment for each lane of the suites that `npm test` leaves out. */
function selectSlowLanes() {
	const names = listNames().filter((name) => !MAIN.includes(name));
	return LANES.map(({ env, lane }) => ({
		lane,
		args: toArguments(names.filter((name) => findLane(name) === lane)),
		env,
	}));
}

module.exports = { selectMainSuites: () => toArguments(MAIN), selectSlowLanes };
