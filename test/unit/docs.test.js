/** What the documents say is what the package is: its profiles, parameters, operations, codes, files. */
const fs = require('node:fs');
const path = require('node:path');

const { root } = require('../harness/project');

const gulpfile = require('../../gulpfile');

const read = (file) => fs.readFileSync(path.join(root, file), 'utf8');
const PAGES = fs
	.readdirSync(path.join(root, 'docs'))
	.filter((file) => file.endsWith('.md'))
	.map((file) => `docs/${file}`);
const DOCUMENTS = ['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md', ...PAGES];

const classOf = (file) => Object.values(require(`../../dist/${file}`))[0];
const { nodes, credentials } = JSON.parse(read('package.json')).n8n;
const [ACTION, TRIGGER] = nodes.map(
	(file) => new (classOf(file.replace('dist/', '')))().description,
);
const CREDENTIALS = credentials.map((file) => new (classOf(file.replace('dist/', '')))());

test.each([
	['the documents’ tables', DOCUMENTS, 'docs'],
	['the list of profile files', ['core/platforms/registry.ts'], 'registry'],
])('%s are up to date', async (_, files, task) => {
	const committed = files.map(read);
	await gulpfile[task]();
	const written = files.map(read);
	files.forEach((file, index) => fs.writeFileSync(path.join(root, file), committed[index]));
	expect(written).toEqual(committed);
});

/** A document as it is read: without its blocks of code. */
const prose = (file) => read(file).replace(/^( *)```[^]*?^\1```$/gm, '');

/** The links of a document, its pictures' among them. */
const linksOf = (file) =>
	[...prose(file).matchAll(/\]\(([^)\s]+)\)|(?:src|srcset|href)="([^"]+)"/g)].map(
		([, markdown, html]) => markdown ?? html,
	);

/** The anchors of a document's headings, as GitHub makes them. */
const anchorsOf = (file) =>
	[...prose(file).matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
		heading
			.toLowerCase()
			.replace(/[^\p{L}\p{N}\s_-]/gu, '')
			.replaceAll(' ', '-'),
	);

test.each(DOCUMENTS)('%s: every link leads somewhere', (file) => {
	const lost = linksOf(file)
		.filter((link) => !/^https?:/.test(link))
		.filter((link) => {
			const [target, anchor] = link.split('#');
			const to = target === '' ? file : path.posix.join(path.posix.dirname(file), target);
			return (
				!fs.existsSync(path.join(root, to)) ||
				(anchor !== undefined && !anchorsOf(to).includes(anchor))
			);
		});
	expect(lost).toEqual([]);
});

test('every page can be reached from the README', () => {
	expect(linksOf('README.md')).toEqual(expect.arrayContaining(PAGES));
});

test('no heading stands twice on a page, where links could lead to either', () => {
	// Keep a Changelog repeats its headings for each version.
	for (const file of DOCUMENTS.filter((name) => name !== 'CHANGELOG.md')) {
		const anchors = anchorsOf(file);
		expect(anchors).toEqual([...new Set(anchors)]);
	}
});

/** Where n8n's editor sends people who look for help. */
test('the editor’s links lead to these documents', () => {
	const codex = ['AgentWebhook', 'AgentWebhookTrigger'].map((name) =>
		JSON.parse(read(`nodes/${name}/${name}.node.json`)),
	);
	const urls = [
		...CREDENTIALS.map(({ documentationUrl }) => documentationUrl),
		...codex.flatMap(({ resources }) =>
			Object.values(resources).flatMap((links) => links.map(({ url }) => url)),
		),
	];
	const home = JSON.parse(read('package.json')).homepage.replace('#readme', '');
	expect(urls.length).toBeGreaterThan(4);
	for (const url of urls) {
		expect(url.startsWith(home)).toBe(true);
		const [page, anchor] = url.slice(home.length).split('#');
		const file = page === '' ? 'README.md' : page.replace('/blob/main/', '');
		expect(DOCUMENTS).toContain(file);
		if (anchor !== undefined) expect(anchorsOf(file)).toContain(anchor);
	}
});

/** Everything that the editor shows by name: fields, options, choices, outputs and credentials. */
function namesIn(value) {
	if (Array.isArray(value)) return value.flatMap(namesIn);
	if (typeof value !== 'object' || value === null) return [];
	const { displayName, name, value: chosen } = value;
	return [
		...(typeof displayName === 'string' ? [displayName] : []),
		...(chosen !== undefined && typeof name === 'string' ? [name] : []),
		...Object.values(value).flatMap(namesIn),
	];
}

const EDITOR = new Set([ACTION, TRIGGER, ...CREDENTIALS].flatMap((one) => namesIn({ ...one })));
test.each(DOCUMENTS)('%s: what stands in italics is what the editor shows', (file) => {
	const said = [...prose(file).matchAll(/(?<![*\w])\*(?!\*)([^*]+?)\*(?![*\w])/g)].map(([, name]) =>
		name.replaceAll(/\s+/g, ' '),
	);
	expect(said.filter((name) => !EDITOR.has(name))).toEqual([]);
});

test('what is in the form Resource → Operation is one', () => {
	const { options: resources } = ACTION.properties.find(({ name }) => name === 'resource');
	const operations = resources.flatMap(({ name, value }) =>
		ACTION.properties
			.filter((property) => property.name === 'operation')
			.filter(({ displayOptions }) => displayOptions.show.resource.includes(value))
			.flatMap(({ options }) => options.map((option) => `${name} → ${option.name}`)),
	);
	const resource = resources.map(({ name }) => name).join('|');
	const said = new RegExp(`(?<!\\w)(?:${resource}) → [A-Z][a-z]+(?: [A-Z][a-z]+)*`, 'g');
	for (const file of DOCUMENTS) {
		const found = prose(file).replaceAll(/\s+/g, ' ').match(said) ?? [];
		expect(operations).toEqual(expect.arrayContaining(found));
	}
});

const CODES = ['core/receiving/rejection.ts', 'core/signing/verify.ts'].flatMap((file) =>
	[...read(file).matchAll(/^\t\| '([A-Z_]+)'/gm)].map(([, code]) => code),
);

test('every code of a refusal stands in the list of refusals, and no other', () => {
	const [list] = read('docs/receive.md').match(/^\| Status \| Code [^]*?\n\n/m);
	const listed = list.match(/(?<=`)[A-Z_]{6,}(?=`)/g);
	expect(CODES.length).toBeGreaterThan(20);
	expect(listed.toSorted()).toEqual([...CODES, 'RECEIVER_NOT_SET_UP'].toSorted());
});
