/** Checks the documents against the package: platforms, parameters, operations, codes, links and files. */
const fs = require('node:fs');
const path = require('node:path');

const { root } = require('../harness/project');

const gulpfile = require('../../gulpfile');
const { CODEX_FILES } = require('../../scripts/generate-codex');

const read = (file) => fs.readFileSync(path.join(root, file), 'utf8');
const PAGES = fs
	.readdirSync(path.join(root, 'docs'))
	.filter((file) => file.endsWith('.md'))
	.map((file) => `docs/${file}`);
const DOCUMENTS = ['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md', ...PAGES];

const E2E_GUIDE = 'test/e2e/README.md';

const loadClass = (file) => Object.values(require(`../../build/${file}`))[0];
const { nodes, credentials } = JSON.parse(read('package.json')).n8n;
const [ACTION, TRIGGER] = nodes.map(
	(file) => new (loadClass(file.replace('dist/', '')))().description,
);
const CREDENTIALS = credentials.map((file) => new (loadClass(file.replace('dist/', '')))());

test.each([
	['tables in the documents', DOCUMENTS, 'docs'],
	['registry of platforms', ['core/platforms/registry.ts'], 'registry'],
	['codex files', CODEX_FILES, 'codex'],
	['page of the portal', ['core/portal/pageSource.ts'], 'portal'],
])('the generated %s match what is committed', async (_, files, task) => {
	const committed = files.map(read);
	await gulpfile[task]();
	const written = files.map(read);
	files.forEach((file, index) => fs.writeFileSync(path.join(root, file), committed[index]));
	expect(written).toEqual(committed);
});

/** Reads a document without its code blocks. */
const readProse = (file) => read(file).replace(/^( *)```[^]*?^\1```$/gm, '');

/** Lists the links of a document, including those of its pictures. */
const listLinks = (file) =>
	[...readProse(file).matchAll(/\]\(([^)\s]+)\)|(?:src|srcset|href)="([^"]+)"/g)].map(
		([, markdown, html]) => markdown ?? html,
	);

/** Lists the anchors that GitHub makes of a document's headings. */
const listAnchors = (file) =>
	[...readProse(file).matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
		heading
			.toLowerCase()
			.replace(/[^\p{L}\p{N}\s_-]/gu, '')
			.replaceAll(' ', '-'),
	);

test.each([...DOCUMENTS, E2E_GUIDE])(
	'every link in %s leads to an existing file and heading',
	(file) => {
		const brokenLinks = listLinks(file)
			.filter((link) => !/^https?:/.test(link))
			.filter((link) => {
				const [target, anchor] = link.split('#');
				const to = target === '' ? file : path.posix.join(path.posix.dirname(file), target);
				return (
					!fs.existsSync(path.join(root, to)) ||
					(anchor !== undefined && !listAnchors(to).includes(anchor))
				);
			});
		expect(brokenLinks).toEqual([]);
	},
);

test('the README links to every page', () => {
	expect(listLinks('README.md')).toEqual(expect.arrayContaining(PAGES));
});

test('no page has two headings with the same anchor', () => {
	// Keep a Changelog repeats its headings for each version.
	for (const file of DOCUMENTS.filter((name) => name !== 'CHANGELOG.md')) {
		const anchors = listAnchors(file);
		expect(anchors).toEqual([...new Set(anchors)]);
	}
});

test('the help links in n8n’s editor lead to these documents', () => {
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
		if (anchor !== undefined) expect(listAnchors(file)).toContain(anchor);
	}
});

/** Lists every name that the editor shows: fields, options, choices, outputs and credentials. */
function listDisplayNames(value) {
	if (Array.isArray(value)) return value.flatMap(listDisplayNames);
	if (typeof value !== 'object' || value === null) return [];
	const { displayName, name, value: chosen } = value;
	return [
		...(typeof displayName === 'string' ? [displayName] : []),
		...(chosen !== undefined && typeof name === 'string' ? [name] : []),
		...Object.values(value).flatMap(listDisplayNames),
	];
}

const EDITOR_NAMES = new Set(
	[ACTION, TRIGGER, ...CREDENTIALS].flatMap((part) => listDisplayNames({ ...part })),
);

test.each(DOCUMENTS)('every name in italics in %s is a name that the editor shows', (file) => {
	// A pattern of event types in code has a * as well.
	const text = readProse(file).replaceAll(/`[^`\n]*`/g, '');
	const quoted = [...text.matchAll(/(?<![*\w])\*(?!\*)([^*]+?)\*(?![*\w])/g)].map(([, name]) =>
		name.replaceAll(/\s+/g, ' '),
	);
	expect(quoted.filter((name) => !EDITOR_NAMES.has(name))).toEqual([]);
});

test('every “Resource → Operation” in the documents exists', () => {
	const { options: resources } = ACTION.properties.find(({ name }) => name === 'resource');
	const operations = resources.flatMap(({ name, value }) =>
		ACTION.properties
			.filter((property) => property.name === 'operation')
			.filter(({ displayOptions }) => displayOptions.show.resource.includes(value))
			.flatMap(({ options }) => options.map((option) => `${name} → ${option.name}`)),
	);
	const resource = resources.map(({ name }) => name).join('|');
	const pattern = new RegExp(`(?<!\\w)(?:${resource}) → [A-Z][a-z]+(?: (?:API|[A-Z][a-z]+))*`, 'g');
	for (const file of DOCUMENTS) {
		const found = readProse(file).replaceAll(/\s+/g, ' ').match(pattern) ?? [];
		expect(operations).toEqual(expect.arrayContaining(found));
	}
});

const CODES = ['core/receiving/rejection.ts', 'core/signing/verification.ts'].flatMap((file) =>
	[...read(file).matchAll(/^\t\| '([A-Z_]+)'/gm)].map(([, code]) => code),
);

test('docs/receive.md lists every rejection code, and no other', () => {
	const [list] = read('docs/receive.md').match(/^\| Status \| Code [^]*?\n\n/m);
	const listed = list.match(/(?<=`)[A-Z_]{6,}(?=`)/g);
	expect(CODES.length).toBeGreaterThan(20);
	expect(listed.toSorted()).toEqual([...CODES, 'RECEIVER_NOT_SET_UP'].toSorted());
});

test('the example in test/e2e/README.md is example.test.js', () => {
	const [, example] = read(E2E_GUIDE).match(/^```js\n([^]*?)^```$/m);
	expect(example).toBe(read('test/e2e/example.test.js'));
});

/** Reads the TypeScript sources that ship, by path. */
const SOURCES = new Map(
	['core', 'credentials', 'nodes'].flatMap((folder) =>
		fs
			.readdirSync(path.join(root, folder), { recursive: true })
			.filter((file) => file.endsWith('.ts'))
			.map((file) => [`${folder}/${file}`, read(`${folder}/${file}`)]),
	),
);

test('every section of docs/platforms.md that the code cites exists', () => {
	const cited = [...SOURCES.values()].flatMap((source) =>
		[...source.matchAll(/docs\/platforms\.md#([\w-]+)/g)].map(([, anchor]) => anchor),
	);
	expect(cited.length).toBeGreaterThan(5);
	expect(listAnchors('docs/platforms.md')).toEqual(expect.arrayContaining(cited));
});

test('docs/ARCHITECTURE.md names all module-level state', () => {
	const declaration =
		/^(?:export )?(?:let (\w+)|const (\w+)[^\n]* = new (?:Weak)?(?:Map|Set)(?:<.*>)?\(\);)/gm;
	// The script of the portal's page runs in a browser.
	const sources = [...SOURCES].filter(([file]) => !file.endsWith('/pageSource.ts'));
	const states = sources.flatMap(([, source]) =>
		[...source.matchAll(declaration)].map(([, variable, constant]) => variable ?? constant),
	);
	const architecture = read('docs/ARCHITECTURE.md');
	expect(states.length).toBeGreaterThan(3);
	expect(states.filter((name) => !architecture.includes(`| \`${name}\` in`))).toEqual([]);
});
