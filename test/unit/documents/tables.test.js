/** The tables of the documents keep their form: a bar or a line break in a cell would break its row. */
const fs = require('node:fs');
const path = require('node:path');

const { listTables, readPage } = require('../../harness/documents');
const { root } = require('../../harness/project');

const DOCUMENTS = [
	'README.md',
	'CONTRIBUTING.md',
	...fs
		.readdirSync(path.join(root, 'docs'))
		.filter((file) => file.endsWith('.md'))
		.map((file) => `docs/${file}`),
];

/** Reads a page without its code blocks. */
const readProse = (file) => readPage(file).replace(/^( *)```[^]*?^\1```$/gm, '');

test.each(DOCUMENTS)('the rows of each table in %s have the same number of cells', (file) => {
	const broken = listTables(readProse(file)).flatMap(([first, ...rows]) =>
		rows.filter((cells) => cells.length !== first.length),
	);
	expect(broken).toEqual([]);
});

test.each(DOCUMENTS)('no table in %s is cut off by a line that is no row', (file) => {
	const lines = readProse(file).split('\n');
	const after = lines.filter((line, index) => {
		const isRow = (text = '') => /^ *\|/.test(text);
		return isRow(lines[index - 1]) && !isRow(line) && line.trim() !== '';
	});
	expect(after).toEqual([]);
});
