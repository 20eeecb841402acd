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
 * Sorts the slow suites into lanes, the longest first. Lanes run at the same time, each in an n8n of its own; the
 * suites of a lane run one after another. Those that kill n8n also show that all works with n8n's other engine for
 * expressions, which takes half of the time.
 */
const LANES = [
	{ lane: 'editor', has: (name) => name.startsWith('editor') },
	{
		lane: 'crashes',
		has: (name) => /(Batches|Crashes|Order|bursts)$/.test(name),
		env: { N8N_EXPRESSION_ENGINE: 'legacy' },
	},
	{ lane: 'subscribers', has: (name) => /^(outbox.+|receiverFaults)$/.test(name) },
	{ lane: 'others', has: (name) => !SERVED.test(name) },
	{ lane: 'served', has: (name) => SERVED.test(name) },
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
