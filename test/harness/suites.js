/** Sorts the end-to-end suites into the main paths and the slow rest. */
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

/** The suites in n8n's editor need nothing from the others, so they run at the same time. */
const isEditorSuite = (name) => name.startsWith('editor');

/**
 * @returns Jest's arguments for the suites with these names
 * @throws if there is no such suite, which Jest would ignore
 */
function toArguments(names) {
	const missing = names.filter((name) => !listNames().includes(name));
	if (missing.length > 0) throw new Error(`There is no suite named ${missing.join(', ')}.`);
	return ['--runTestsByPath', ...names.map((name) => path.join(FOLDER, `${name}.test.js`))];
}

module.exports = {
	selectMainSuites: () => toArguments(MAIN),
	/** Kills, batches, hostile senders …: everything that `npm test` leaves out, except the editor. */
	selectSlowSuites: () =>
		toArguments(listNames().filter((name) => !MAIN.includes(name) && !isEditorSuite(name))),
	selectEditorSuites: () => toArguments(listNames().filter(isEditorSuite)),
};
