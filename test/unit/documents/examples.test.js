/** Runs the examples in the documents that need no n8n, as they are written there. */
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const { compileConditions } = require('../../../build/core/event/conditions');
const { matchesEventTypes, parseEventTypes } = require('../../../build/core/event/eventTypes');
const { summarizeItem } = require('../../../build/core/report/summarizeItem');
const {
	findMovableBoundary,
	parseContentTemplate,
} = require('../../../build/core/signing/contentTemplate');
const { writeNewPlatform } = require('../../../scripts/new-platform');
const { findNewestVersion } = require('../../../scripts/release');
const {
	listBlocks,
	listCode,
	listTables,
	readPage,
	readSection,
	toLine,
} = require('../../harness/documents');
const { root } = require('../../harness/project');

describe('the conditions in docs/send.md', () => {
	const section = readSection('docs/send.md', 'Conditions');
	const examples = listCode(section).filter((code) => code.startsWith('{'));
	const isMet = (conditions, data) => compileConditions(JSON.parse(conditions))(data).met;
	const getError = (conditions) => {
		try {
			compileConditions(JSON.parse(conditions));
		} catch (error) {
			return error.message;
		}
		return undefined;
	};
	/** Returns the examples in a sentence. */
	const findAll = (pattern) => listCode(pattern.exec(toLine(section))[1]);

	test('all of them must be met', () => {
		const [conditions] = examples;
		expect(isMet(conditions, { satisfaction_score: 2, message_count: 11 })).toBe(true);
		expect(isMet(conditions, { satisfaction_score: 2, message_count: 10 })).toBe(false);
	});

	test('the one for a list is met by the list beside it', () => {
		const [conditions, list] = findAll(/(`\{"tags"[^`]*` is met by `[^`]*`)/);
		expect(isMet(conditions, { tags: JSON.parse(list) })).toBe(true);
		expect(isMet(conditions, { tags: ['new'] })).toBe(false);
	});

	test('those that are rejected are, and the error shows the right one', () => {
		const [right] = findAll(/(operators as names: `[^`]*`)/);
		const wrong = findAll(/A form such as (.*?) is rejected/);
		expect(getError(right)).toBeUndefined();
		expect(wrong).toHaveLength(3);
		for (const conditions of wrong) expect(getError(conditions)).toContain('{"lt": 3}');
	});

	test('the one for a text that looks like an operator compares the text', () => {
		const [conditions] = findAll(/looks like an operator, write (`[^`]*`)/);
		expect(isMet(conditions, { score: '< 3' })).toBe(true);
		expect(isMet(conditions, { score: 2 })).toBe(false);
	});
});

test('the event types with * in docs/receive.md match what they look like', () => {
	const sentence = /An asterisk matches any text, as in (.*?), and case/.exec(
		toLine(readPage('docs/receive.md')),
	);
	const [prefix, suffix, middle] = listCode(sentence[1]);
	const matches = (pattern, type) => matchesEventTypes(parseEventTypes(pattern), type);
	expect(matches(prefix, 'ORDER.created')).toBe(true);
	expect(matches(suffix, 'payment.failed')).toBe(true);
	expect(matches(middle, 'order.item.created')).toBe(true);
	expect(matches(prefix, 'payment.failed')).toBe(false);
	expect(matches(middle, 'order.created')).toBe(false);
});

describe('the placeholders of signed content in docs/platforms.md', () => {
	const section = readSection('docs/platforms.md', 'Custom schemes');
	const [, rows] = listTables(section);
	const listed = rows.flatMap(([cell]) => listCode(cell));

	test('are those that the credential knows', () => {
		const [known] = /'Use \{body\}[^']*'/.exec(readPage('core/signing/contentTemplate.ts'));
		expect(listed.toSorted()).toEqual(known.match(/\{[^}]+\}/g).toSorted());
		for (const placeholder of listed) {
			// What leaves the body out protects nothing.
			const { placeholders } = parseContentTemplate(`${placeholder} {body}`);
			expect(placeholders).toHaveLength(2);
		}
	});

	test('may stand next to each other only as the page says', () => {
		const [, rejected] = /Content such as `([^`]+)` is rejected/.exec(toLine(section));
		const [, ...allowed] = /`([^`]+)` and `([^`]+)` are allowed/.exec(toLine(section));
		expect(findMovableBoundary(parseContentTemplate(rejected))).toBeDefined();
		for (const content of allowed) {
			expect(findMovableBoundary(parseContentTemplate(content))).toBeUndefined();
		}
	});
});

test('the summaries in docs/agents.md are those of such deliveries', () => {
	const [lines] = listBlocks(readPage('docs/agents.md'), 'text');
	const delivery = { event: 'order.created', endpoint_name: 'Shop' };
	const summaries = [
		{ ...delivery, status: 'delivered', response_code: 200, attempts: 1 },
		{
			...delivery,
			status: 'failed',
			attempts: 3,
			error_message: 'The endpoint answered with status 500. All 3 attempts were made',
		},
		{
			...delivery,
			status: 'pending',
			attempts: 1,
			error_message: 'The endpoint answered with status 503',
			next_attempt_at: '2025-01-15T10:05:00.000Z',
		},
	].map(summarizeItem);
	expect(lines.trim().split('\n')).toEqual(summaries);
});

describe('CONTRIBUTING.md', () => {
	const page = readPage('CONTRIBUTING.md');
	const { scripts } = JSON.parse(readPage('package.json'));

	test('lists the commands that package.json has, and no other', () => {
		const tables = listTables(page);
		const commands = tables[0].flatMap(([cell]) => listCode(cell));
		const named = commands.map((command) =>
			command.replace(/^npm (?:run )?/, '').replace(/ --.*$/, ''),
		);
		const own = Object.keys(scripts).filter((name) => name !== 'prepublishOnly');
		expect(named.toSorted()).toEqual(own.toSorted());
	});

	test('names scripts that exist wherever it names one', () => {
		const named = [...page.matchAll(/npm run ([\w:-]+)/g)].map(([, name]) => name);
		expect(named.length).toBeGreaterThan(10);
		expect(named.filter((name) => scripts[name] === undefined)).toEqual([]);
	});

	test('names parts of the soak that there are', () => {
		const [row] = listTables(page)[0].filter(([cell]) => cell.includes('test:soak'));
		const parts = listCode(row[1]).map((code) => code.replace('-- ', ''));
		const [, source] = /const PARTS = \{([^}]*)\}/.exec(readPage('test/harness/soak.js'));
		const own = [...source.matchAll(/^\t(\w+):/gm)].map(([, name]) => name);
		expect(parts.toSorted()).toEqual(own.toSorted());
	});

	test('shows where the folders are, and all of them', () => {
		const [map] = listBlocks(readSection('CONTRIBUTING.md', 'The map'), 'text');
		const stack = [];
		const shown = map
			.trimEnd()
			.split('\n')
			.flatMap((line) => {
				const [, indent, names] = /^( *)((?:[\w-]+\/(?:, )?)+)/.exec(line);
				const depth = indent.length / 2;
				const folders = names.match(/[\w-]+(?=\/)/g);
				stack.splice(depth, Infinity, folders[0]);
				return folders.map((folder) => [...stack.slice(0, depth), folder].join('/'));
			});
		expect(shown.filter((folder) => !fs.existsSync(path.join(root, folder)))).toEqual([]);
		const listFolders = (parent) =>
			fs
				.readdirSync(path.join(root, parent), { withFileTypes: true })
				.filter((entry) => entry.isDirectory())
				.map(({ name }) => `${parent}/${name}`);
		const complete = ['core', 'core/outbox', 'test'].flatMap(listFolders);
		expect(complete.filter((folder) => !shown.includes(folder))).toEqual([]);
	});

	test('names functions and files that exist', () => {
		const ways = ['Follow one request', 'Follow one event'].flatMap((heading) =>
			listCode(readSection('CONTRIBUTING.md', heading)),
		);
		const files = ways.filter((name) => name.includes('/'));
		expect(files.filter((file) => !fs.existsSync(path.join(root, file)))).toEqual([]);
		const sources = ['core', 'nodes']
			.flatMap((folder) =>
				fs
					.readdirSync(path.join(root, folder), { recursive: true })
					.filter((file) => file.endsWith('.ts'))
					.map((file) => readPage(path.join(folder, file))),
			)
			.join('\n');
		const isDefined = (name) =>
			new RegExp(`(?:function|class|const|interface|type) ${name}\\b|\\b${name}[:(]`).test(sources);
		const steps = listCode(readSection('CONTRIBUTING.md', 'Add an operation'));
		const names = [...ways, ...steps].filter((name) => /^[a-z]+[A-Z]\w*$|^[A-Z]\w+$/.test(name));
		expect(names.length).toBeGreaterThan(25);
		expect(names.filter((name) => !isDefined(name))).toEqual([]);
	});

	test('adds a platform with a command that works, because its ID is free', () => {
		const [command] = listCode(readSection('CONTRIBUTING.md', 'Add a platform'));
		const [, id, name, ...files] = [
			...(/^npm run new-platform -- (\S+) "([^"]+)"$/.exec(command) ?? []),
			...listCode(readSection('CONTRIBUTING.md', 'Add a platform')).slice(1, 3),
		];
		expect(files.filter((file) => fs.existsSync(path.join(root, file)))).toEqual([]);
		const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'documented-platform-'));
		jest.spyOn(console, 'log').mockImplementation(() => {});
		for (const file of files) {
			fs.mkdirSync(path.join(folder, path.dirname(file)), { recursive: true });
		}
		writeNewPlatform([id, name], folder);
		expect(files.filter((file) => !fs.existsSync(path.join(folder, file)))).toEqual([]);
		fs.rmSync(folder, { recursive: true });
	});

	test('shows headings of CHANGELOG.md that the release script reads', () => {
		const headings = listCode(readSection('CONTRIBUTING.md', 'Releasing')).filter((code) =>
			code.startsWith('## '),
		);
		expect(headings.map(findNewestVersion)).toEqual([
			expect.stringMatching(/^\d+\.\d+\.\d+$/),
			expect.stringMatching(/^\d+\.\d+\.\d+-rc\.\d+$/),
		]);
	});
});
