/** The commands that install what they need start in a fresh clone, where no package is installed. */
const fs = require('node:fs');
const path = require('node:path');

const root = path.join(__dirname, '../..');

/** Scripts of package.json that install what they need. */
const SELF_INSTALLING = ['dev', 'start', 'test', 'test:soak', 'bench'];

/** Lists what a file requires when it is loaded: at the beginning of a line, not within a function. */
function listRequired(file) {
	const source = fs.readFileSync(file, 'utf8');
	return [...source.matchAll(/^(?:const .*|\} )= require\('([^']+)'\)/gm)].map(([, name]) => name);
}

/** Lists the packages that a file and the files that it requires need when they are loaded. */
function listPackages(file, seen = new Set()) {
	if (seen.has(file)) return [];
	seen.add(file);
	return listRequired(file).flatMap((name) => {
		if (name.startsWith('node:')) return [];
		if (!name.startsWith('.')) return [`${path.relative(root, file)} needs ${name}`];
		return listPackages(require.resolve(path.join(path.dirname(file), name)), seen);
	});
}

test.each(SELF_INSTALLING)('npm run %s needs no package before it has installed any', (name) => {
	const { scripts } = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'));
	const [, file] = /^node (\S+\.js)/.exec(scripts[name]);
	expect(listPackages(path.join(root, file))).toEqual([]);
});

test('a package that a file requires is found', () => {
	expect(listPackages(path.join(root, 'test/harness/contexts.js'))).not.toEqual([]);
});
