/** Reads the documentation as a reader copies from it: sections, code blocks, tables and code within a text. */
const fs = require('node:fs');
const path = require('node:path');

const { root } = require('./project');

/** Reads a page, e.g. `docs/send.md`. */
const readPage = (file) => fs.readFileSync(path.join(root, file), 'utf8');

/** Returns a text in one line. */
const toLine = (text) => text.replaceAll(/\s+/g, ' ').trim();

/**
 * Returns a section of a page without its heading.
 * @throws if the page has no such heading
 */
function readSection(file, heading) {
	const lines = readPage(file).split('\n');
	const start = lines.findIndex((line) => line.replace(/^#+ /, '') === heading && /^#/.test(line));
	if (start === -1) throw new Error(`${file} has no section "${heading}".`);
	const [level] = lines[start].match(/^#+/);
	const rest = lines.slice(start + 1);
	const end = rest.findIndex((line) => /^#+ /.test(line) && line.indexOf(' ') <= level.length);
	return rest.slice(0, end === -1 ? undefined : end).join('\n');
}

/** Lists the code blocks of a text in a language, without their indentation. */
const listBlocks = (text, language) =>
	[...text.matchAll(/^( *)```(\w+)\n([^]*?)^ *```$/gm)]
		.filter(([, , given]) => given === language)
		.map(([, indent, , block]) => block.replaceAll(new RegExp(`^${indent}`, 'gm'), ''));

/** Returns the texts in backticks, without code blocks. */
const listCode = (text) =>
	[...text.replaceAll(/^( *)```[^]*?^\1```$/gm, '').matchAll(/`([^`\n]+)`/g)].map(
		([, code]) => code,
	);

/** Returns the names in italics. */
const listItalics = (text) =>
	[...text.replaceAll(/`[^`\n]*`/g, '').matchAll(/(?<![*\w])\*(?!\*)([^*]+?)\*(?![*\w])/g)].map(
		([, name]) => toLine(name),
	);

/** Lists the tables of a text, each as rows of cells without the head. */
const listTables = (text) =>
	[...text.matchAll(/(?:^ *\|.*\n)+/gm)].map(([table]) =>
		table
			.trim()
			.split('\n')
			.slice(2)
			.map((row) =>
				row
					.trim()
					.replace(/^\||(?<!\\)\|$/g, '')
					.split(/(?<!\\)\|/)
					.map((cell) => cell.trim().replaceAll('\\|', '|')),
			),
	);

module.exports = {
	listBlocks,
	listCode,
	listItalics,
	listTables,
	readPage,
	readSection,
	toLine,
};
