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
