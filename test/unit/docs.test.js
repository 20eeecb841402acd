/** What is written from the profiles is what the profiles say now. */
const fs = require('node:fs');
const path = require('node:path');

const { root } = require('../harness/project');

const gulpfile = require('../../gulpfile');

test.each([
	['the README’s lists', 'README.md', 'docs'],
	['the list of profile files', 'core/profiles/catalogue.ts', 'profiles'],
])('%s are up to date', async (_, file, task) => {
	const read = () => fs.readFileSync(path.join(root, file), 'utf8');
	const committed = read();
	await gulpfile[task]();
	const written = read();
	fs.writeFileSync(path.join(root, file), committed);
	expect(written).toBe(committed);
});

test.each(fs.readdirSync(path.join(root, 'templates')))('%s can be imported', (file) => {
	const template = JSON.parse(fs.readFileSync(path.join(root, 'templates', file), 'utf8'));
	const names = template.nodes.map(({ name }) => name);
	expect(new Set(names).size).toBe(names.length);
	for (const [from, { main }] of Object.entries(template.connections)) {
		expect(names).toContain(from);
		for (const { node } of main.flat()) expect(names).toContain(node);
	}
	// Credentials are the reader's own.
	expect(template.nodes.some(({ credentials }) => credentials)).toBe(false);
});
