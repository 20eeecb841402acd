/** The descriptions of the nodes and credentials, as n8n's editor shows them. */
const fs = require('node:fs');
const path = require('node:path');

const { PLATFORMS } = require('../../build/core/platforms');
const { CREDENTIALS, NODES } = require('../harness/contexts');
const { packageName, root } = require('../harness/project');
const { listPlatformPhrases, SIBLINGS, TYPED } = require('../harness/searchPhrases');

const dist = path.join(root, 'dist');

/** The folder of each node and credential. */
const FOLDERS = {
	agentWebhook: 'nodes/AgentWebhook',
	agentWebhookTrigger: 'nodes/AgentWebhookTrigger',
	...Object.fromEntries(Object.keys(CREDENTIALS).map((name) => [name, 'credentials'])),
};

/** Returns a parameter and the parameters within it. */
const within = (property) => [
	property,
	...(property.options ?? []).flatMap((option) =>
		option.values ? option.values.flatMap(within) : option.type ? within(option) : [],
	),
];

/** All parameters of the nodes and the credentials, each with its owner. */
const PARAMETERS = [
	...Object.entries(NODES).map(([name, { description }]) => [name, description.properties]),
	...Object.entries(CREDENTIALS).map(([name, { properties }]) => [name, properties]),
].flatMap(([owner, properties]) =>
	properties.flatMap(within).map((property) => ({ owner, ...property })),
);
/** Returns the parameters that match but are not correct. */
const listFaults = (matches, isCorrect) =>
	PARAMETERS.filter(matches)
		.filter((property) => !isCorrect(property))
		.map(({ name, owner }) => `${owner}: ${name}`);

describe('the texts of parameters', () => {
	test('cover parameters of every kind and owner', () => {
		const types = new Set(PARAMETERS.map(({ type }) => type));
		expect([...types]).toEqual(
			expect.arrayContaining(['boolean', 'collection', 'fixedCollection', 'notice', 'string']),
		);
		expect(new Set(PARAMETERS.map(({ owner }) => owner)).size).toBe(6);
	});

	test('describe a switch by “Whether …”', () => {
		const isSwitch = ({ type }) => type === 'boolean';
		expect(listFaults(isSwitch, ({ description }) => /^Whether /.test(description))).toEqual([]);
	});

	test('begin an example with “e.g.” and the placeholder of a collection with “Add”', () => {
		const isList = ({ type }) => type === 'collection' || type === 'fixedCollection';
		expect(listFaults(isList, ({ placeholder }) => /^Add [a-z]+$/.test(placeholder))).toEqual([]);
		const hasExample = (property) => property.placeholder && !isList(property);
		expect(listFaults(hasExample, ({ placeholder }) => /^e\.g\. \S/.test(placeholder))).toEqual([]);
	});

	test('give a text field that is empty by default an example or a description', () => {
		const isEmpty = ({ default: first, type }) => type === 'string' && first === '';
		expect(
			listFaults(
				isEmpty,
				({ description, hint, placeholder, typeOptions }) =>
					placeholder || description || hint || typeOptions?.password,
			),
		).toEqual([]);
	});

	test('mask every secret', () => {
		const isSecret = ({ displayName, type }) =>
			type === 'string' &&
			/Secrets?$|Tokens?$|Password$|API Key$|Encryption Keys?$/.test(displayName);
		expect(PARAMETERS.filter(isSecret).length).toBeGreaterThan(10);
		expect(listFaults(isSecret, ({ typeOptions }) => typeOptions?.password)).toEqual([]);
	});

	test('keep a notice to two sentences, and the steps at a platform to five', () => {
		const isNotice = ({ type }) => type === 'notice';
		const sentences = (text) => text.split(/[.!?](?: |$)/).filter(Boolean).length;
		const isShort = ({ displayName, name }) =>
			sentences(displayName) <= (name === 'setupNotice' ? 5 : 2);
		expect(listFaults(isNotice, isShort)).toEqual([]);
	});

	test('describe Simplify like n8n’s own nodes', () => {
		const isSimplify = ({ name }) => name === 'simplify';
		expect(
			listFaults(
				isSimplify,
				({ default: on, description, displayName }) =>
					on === true &&
					displayName === 'Simplify' &&
					description ===
						'Whether to return a simplified version of the response instead of the raw data',
			),
		).toEqual([]);
	});
});

describe('saved workflows', () => {
	test('find the nodes and credentials by the names they were saved with', () => {
		expect(NODES.agentWebhook.description.name).toBe('agentWebhook');
		expect(NODES.agentWebhookTrigger.description.name).toBe('agentWebhookTrigger');
		expect(Object.keys(CREDENTIALS)).toEqual(Object.values(CREDENTIALS).map(({ name }) => name));
		expect(Math.min(...NODES.agentWebhookTrigger.description.version)).toBeGreaterThan(1);
	});
});

describe('the icons', () => {
	test.each([
		...Object.entries(NODES).map(([name, { description }]) => [name, description.icon]),
		...Object.entries(CREDENTIALS).map(([name, { icon }]) => [name, icon]),
	])('of %s differ between the light and the dark theme', (name, icon) => {
		const [light, dark] = ['light', 'dark'].map((theme) => {
			expect(icon[theme]).toMatch(/^file:.*\.svg$/);
			return fs.readFileSync(path.join(dist, FOLDERS[name], icon[theme].slice(5)), 'utf8');
		});
		expect(light).toMatch(/^<svg /);
		expect(dark).toMatch(/^<svg /);
		expect(dark).not.toBe(light);
	});
});

/** The categories of n8n's list of nodes. */
const CATEGORIES = [
	'AI',
	'Analytics',
	'Communication',
	'Core Nodes',
	'Data & Storage',
	'Development',
	'Finance & Accounting',
	'Marketing',
	'Miscellaneous',
	'Productivity',
	'Sales',
	'Utility',
];

/**
 * Returns whether n8n's node creator finds an entry with an alias: it looks for the letters of a search in
 * their order.
 */
function isFoundBy(alias, words) {
	const letters = [...words.toLowerCase()];
	let from = 0;
	return letters.every((letter) => {
		const at = alias.toLowerCase().indexOf(letter, from);
		from = at + 1;
		return at >= 0;
	});
}

describe('the codex file', () => {
	const read = (name) =>
		JSON.parse(fs.readFileSync(path.join(dist, 'nodes', name, `${name}.node.json`), 'utf8'));

	test.each(['AgentWebhook', 'AgentWebhookTrigger'])('of %s is for this version of it', (name) => {
		const codex = read(name);
		const type = `${name[0].toLowerCase()}${name.slice(1)}`;
		expect(codex.node).toBe(`${packageName}.${type}`);
		expect(codex.nodeVersion).toBe(`${NODES[type].description.version[0]}.0`);
		expect(codex.categories.length).toBeGreaterThan(0);
		for (const category of codex.categories) expect(CATEGORIES).toContain(category);
		expect(new Set(codex.alias).size).toBe(codex.alias.length);
		// n8n sends the file to every editor.
		expect(JSON.stringify(codex).length).toBeLessThan(16 * 1024);
	});

	// n8n searches the action node's alone.
	test.each([
		...TYPED,
		...SIBLINGS,
		...PLATFORMS.filter(({ id }) => id !== 'custom').flatMap(listPlatformPhrases),
	])('of AgentWebhook has an alias for the words "%s"', (words) => {
		expect(read('AgentWebhook').alias.some((alias) => isFoundBy(alias, words))).toBe(true);
	});
});
