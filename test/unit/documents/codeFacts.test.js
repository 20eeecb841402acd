/** Compares what docs/ARCHITECTURE.md and docs/performance.md say with the code and the bench. */
const fs = require('node:fs');
const path = require('node:path');

const { readOptions } = require('../../bench/options');
const {
	listBlocks,
	listCode,
	listTables,
	readPage,
	readSection,
} = require('../../harness/documents');
const { root } = require('../../harness/project');

/** Lists the TypeScript files below a folder, by their path from the root. */
const listSources = (folder) =>
	fs
		.readdirSync(path.join(root, folder), { recursive: true })
		.filter((file) => file.endsWith('.ts'))
		.map((file) => path.posix.join(folder, file.split(path.sep).join('/')));

/** Lists the rooms that a room of the core imports from. */
function listImportedRooms(room) {
	const imported = listSources(`core/${room}`).flatMap((file) =>
		[...readPage(file).matchAll(/ from '(\.[^']+)';/g)].map(
			([, target]) => path.posix.join(path.posix.dirname(file), target).split('/')[1],
		),
	);
	return new Set(imported.filter((name) => name !== room));
}

describe('docs/ARCHITECTURE.md', () => {
	const [rooms] = listTables(readSection('docs/ARCHITECTURE.md', 'Floors and rooms'));
	const names = rooms.map(([name]) => listCode(name)[0]);

	test('lists the rooms of the core', () => {
		expect([...names].sort()).toEqual(fs.readdirSync(path.join(root, 'core')).sort());
	});

	test.each(rooms.map(([name, , sources]) => [listCode(name)[0], sources]))(
		'says what the room %s imports from: %s',
		(room, sources) => {
			const imported = listImportedRooms(room);
			const isOpen = sources.endsWith(' and below');
			const named = sources.replace(' and below', '').split(', ');
			if (sources === 'nothing') return expect([...imported]).toEqual([]);
			expect([...imported]).toEqual(expect.arrayContaining(named));
			const below = names.slice(Math.max(...named.map((name) => names.indexOf(name))) + 1);
			const allowed = [...named, ...(isOpen ? below : [])];
			expect([...imported].filter((name) => !allowed.includes(name))).toEqual([]);
		},
	);

	test('names no module-level state that the code lacks', () => {
		const [states] = listTables(readSection('docs/ARCHITECTURE.md', 'State in a process'));
		const sources = ['core', 'nodes'].flatMap(listSources);
		expect(states.length).toBeGreaterThan(8);
		for (const [cell] of states) {
			const [name, place] = listCode(cell);
			const [file] = sources.filter((source) => `/${source}`.endsWith(`/${place}`));
			expect([name, file]).toEqual([name, expect.any(String)]);
			expect(readPage(file)).toMatch(new RegExp(`^(?:export )?(?:const|let) ${name}\\b`, 'm'));
		}
	});
});

describe('docs/performance.md', () => {
	const page = readPage('docs/performance.md');
	const [block] = listBlocks(page, 'sh');
	const commands = [...block.split('\n'), ...listCode(page)]
		.map((line) => line.replace(/#.*/, '').trim())
		.filter((line) => line.startsWith('npm run bench'));

	test('has only commands that the bench takes', () => {
		expect(commands.length).toBeGreaterThan(6);
		for (const command of commands) {
			const args = command.replace(/^npm run bench(?: --)?/, '').trim();
			expect(readOptions(args === '' ? [] : args.split(/\s+/)).parts).not.toEqual([]);
		}
	});

	test('names all parts of the bench', () => {
		const [, parts] = /some parts: ([\w, ]+)/.exec(block);
		expect(parts.split(', ')).toEqual(readOptions([]).parts);
	});
});

test('each block of code in these pages is followed by a test: test/e2e/docs*.test.js, portal.test.js, or one above', () => {
	const listLanguages = (name) =>
		[...readPage(`docs/${name}.md`).matchAll(/^ *```(\w+)$/gm)].map(([, language]) => language);
	const pages = {
		alerts: ['json'],
		api: ['js'],
		endpoints: ['sh', 'sh'],
		'event-types': ['json'],
		performance: ['sh'],
		portal: ['js', 'sh', 'html'],
		recovery: [],
		tenants: [],
		'workflow-endpoints': ['json', 'text'],
	};
	for (const [name, languages] of Object.entries(pages)) {
		expect([name, listLanguages(name)]).toEqual([name, languages]);
	}
});
