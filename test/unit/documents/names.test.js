/** Compares the names in the documents with the editor's: fields with their options, outputs, nodes of templates. */
const fs = require('node:fs');
const path = require('node:path');

const { OUTPUT_LABELS } = require('../../../build/nodes/AgentWebhook/resources/outputItems');
const { readPage, toLine } = require('../../harness/documents');
const { root } = require('../../harness/project');
const { readTemplate, TEMPLATES } = require('../../harness/templates');

const { nodes, credentials } = JSON.parse(readPage('package.json')).n8n;
const load = (file) =>
	new (Object.values(require(path.join(root, file.replace('dist/', 'build/'))))[0])();
const NODES = nodes.map((file) => load(file).description);
const CREDENTIALS = credentials.map(load);

const DOCUMENTS = [
	...['README.md', 'CONTRIBUTING.md', 'SECURITY.md'],
	...fs
		.readdirSync(path.join(root, 'docs'))
		.filter((file) => file.endsWith('.md'))
		.map((file) => `docs/${file}`),
];

const readProse = (file) =>
	toLine(
		readPage(file)
			.replace(/^( *)```[^]*?^\1```$/gm, '')
			.replaceAll(/`[^`\n]*`/g, '`'),
	);

/** Lists everything with a name in the editor, however deep. */
function listFields(value) {
	if (Array.isArray(value)) return value.flatMap(listFields);
	if (typeof value !== 'object' || value === null) return [];
	return [
		...(typeof value.displayName === 'string' ? [value] : []),
		...Object.values(value).flatMap(listFields),
	];
}

const FIELDS = listFields([...NODES, ...CREDENTIALS.map((credential) => ({ ...credential }))]);

/** Lists the names of a field's options, and of the fields in a collection. */
const listChoices = ({ options = [] }) =>
	options.flatMap(({ displayName, name, values }) =>
		values ? values.map((field) => field.displayName) : [displayName ?? name],
	);

const ITALICS = '(?<![*\\w])\\*(?!\\*)([^*]+?)\\*(?![*\\w])';
const PAIR = new RegExp(`${ITALICS}(?:: | to | is | )${ITALICS}`, 'g');

test.each(DOCUMENTS)('each choice that %s names with its field is one of this field', (file) => {
	const pairs = [...readProse(file).matchAll(PAIR)].map(([, field, choice]) => [field, choice]);
	const wrong = pairs.filter(
		([name, choice]) =>
			!FIELDS.some((field) => field.displayName === name && listChoices(field).includes(choice)),
	);
	expect(wrong).toEqual([]);
});

test('the choices that the documents name with their fields are found', () => {
	const pairs = DOCUMENTS.flatMap((file) => [...readProse(file).matchAll(PAIR)]);
	expect(pairs.length).toBeGreaterThan(15);
});

test.each(DOCUMENTS)(
	'%s writes no name in italics with underscores, which no test finds',
	(file) => {
		expect(readProse(file).match(/(?<![\w(/])_[A-Z][^_]*_(?!\w)/g)).toBeNull();
	},
);

/** Names in bold that are not ours: n8n's nodes and buttons, and other services' buttons. */
const FOREIGN = [
	...['AI Agent', 'Data tables', 'Edit Fields', 'HTTP Request', 'Verify', 'Webhook'],
	'When Executed by Another Workflow',
];

const OWN = new Set([
	...[...NODES, ...CREDENTIALS].map(({ displayName }) => displayName),
	...Object.values(OUTPUT_LABELS).flat(),
	...TEMPLATES.flatMap((template) => readTemplate(template).nodes.map(({ name }) => name)),
	...FIELDS.flatMap(({ displayName, ...field }) => [displayName, ...listChoices(field)]),
	...FOREIGN,
]);

/** Pages that tell a person which nodes and outputs to use. */
const TASK_PAGES = [
	'README.md',
	'docs/agents.md',
	'docs/moving.md',
	'docs/retry.md',
	'docs/send.md',
];

test.each(TASK_PAGES)('every name in bold in %s is a node, an output or a credential', (file) => {
	const bold = [...readProse(file).matchAll(/\*\*([^*]+?)\*\*/g)].map(([, name]) => name);
	// A list's entry may begin with a phrase in bold.
	const names = bold.filter((name) => !/[.:]$|^In the /.test(name));
	expect(names.filter((name) => !OWN.has(name))).toEqual([]);
});
