/** The layout of the source: docs/ARCHITECTURE.md, "Floors and rooms". */
const fs = require('node:fs');
const path = require('node:path');

const { root } = require('../harness/project');

const FLOORS = ['core', 'credentials', 'nodes'];

/** Rooms of the core, from the bottom. A room imports from the rooms before it. */
const ROOMS = [
	...[
		'lib',
		'http',
		'jsonSchema',
		'sending',
		'signing',
		'platforms',
		'event',
		'credentials',
		'receiving',
	],
	...['outbox', 'report', 'managementApi', 'svixApi', 'portal'],
];

/** Packages that code that ships may import, by floor. */
const PACKAGES = {
	core: /^(?:crypto|zod|luxon|lodash\/\w+)$/,
	credentials: /^(?:crypto|zod|luxon|lodash\/\w+|n8n-workflow)$/,
	nodes: /^(?:crypto|zod|luxon|lodash\/\w+|n8n-workflow)$/,
};

const FILES = FLOORS.flatMap((floor) =>
	fs
		.readdirSync(path.join(root, floor), { recursive: true })
		.filter((file) => file.endsWith('.ts'))
		.map((file) => `${floor}/${file.split(path.sep).join('/')}`),
);

/** Lists what a file imports: packages by name, own files by their path from the root. */
function listImports(file) {
	const source = fs.readFileSync(path.join(root, file), 'utf8');
	return [...source.matchAll(/^(?:import|export) [^;]*?from '([^']+)';/gm)].map(([, imported]) =>
		imported.startsWith('.') ? path.posix.join(path.posix.dirname(file), imported) : imported,
	);
}

const isOwnFile = (imported) => FLOORS.includes(imported.split('/')[0]);

test('code that ships imports only packages that n8n has', () => {
	const forbidden = FILES.flatMap((file) =>
		listImports(file)
			.filter((imported) => !isOwnFile(imported))
			.filter((imported) => !PACKAGES[file.split('/')[0]].test(imported))
			.map((imported) => `${file} imports ${imported}`),
	);
	expect(forbidden).toEqual([]);
});

test('imports between the floors go down only', () => {
	const upward = FILES.flatMap((file) =>
		listImports(file)
			.filter(isOwnFile)
			.filter(
				(imported) => FLOORS.indexOf(imported.split('/')[0]) > FLOORS.indexOf(file.split('/')[0]),
			)
			.map((imported) => `${file} imports ${imported}`),
	);
	expect(upward).toEqual([]);
});

test('imports between the rooms of the core go down only', () => {
	const getRoom = (file) => file.split('/')[1];
	const core = FILES.filter((file) => file.startsWith('core/'));
	expect(new Set(core.map(getRoom))).toEqual(new Set(ROOMS));
	const upward = core.flatMap((file) =>
		listImports(file)
			.filter(isOwnFile)
			.filter((imported) => ROOMS.indexOf(getRoom(imported)) > ROOMS.indexOf(getRoom(file)))
			.map((imported) => `${file} imports ${imported}`),
	);
	expect(upward).toEqual([]);
});

test('no folder has a single file', () => {
	const counts = new Map();
	for (const file of FILES) {
		const folder = path.posix.dirname(file);
		counts.set(folder, (counts.get(folder) ?? 0) + 1);
	}
	const hasFolders = (folder) =>
		FILES.some((file) => path.posix.dirname(file).startsWith(`${folder}/`));
	const single = [...counts].filter(([folder, count]) => count === 1 && !hasFolders(folder));
	expect(single).toEqual([]);
});

test('no two files have the same name, except index.ts and operations', () => {
	const names = FILES.filter((file) => !file.startsWith('nodes/AgentWebhook/resources/'))
		.map((file) => path.posix.basename(file))
		.filter((name) => name !== 'index.ts');
	expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});
