/** Runs n8n's package scanner on what is published: the source and the content of the tarball. */
import fs from 'node:fs';
import path from 'node:path';

import {
	analyzePackage,
	SOURCE_FILE_PATTERNS,
} from '@n8n/scan-community-package/scanner/scanner.mjs';

import install from './install.js';
import project from './project.js';

// The scanner looks at nodes and credentials only. Its rules apply to the core too.
const PATTERNS = [...SOURCE_FILE_PATTERNS, 'core/**/*.ts'];

async function scan(title, folder, patterns) {
	const { passed, message, details } = await analyzePackage(folder, patterns);
	// If no file matches, it passes with a message.
	const ok = passed && message === undefined;
	console.log(`  ${ok ? '✓' : '✗'} ${title}${ok ? '' : `: ${message}\n${details ?? ''}`}`);
	return ok;
}

const packed = install.packPackage('scanned');
const sourceOk = await scan('source', project.root, PATTERNS);
const tarballOk = await scan('tarball', packed, ['**/*.js', 'package.json']);

const {
	dependencies,
	devDependencies: _,
	...published
} = JSON.parse(fs.readFileSync(path.join(packed, 'package.json'), 'utf8'));
const rules = [
	['no runtime dependencies', dependencies === undefined],
	[
		'n8n-workflow is the only peer dependency',
		JSON.stringify(published.peerDependencies) === '{"n8n-workflow":"*"}',
	],
	['no overrides', published.overrides === undefined],
	[
		'no install scripts',
		!Object.keys(published.scripts ?? {}).some((name) => /install|prepare/.test(name)),
	],
];
for (const [rule, isKept] of rules) console.log(`  ${isKept ? '✓' : '✗'} ${rule}`);
process.exit(sourceOk && tarballOk && rules.every(([, isKept]) => isKept) ? 0 : 1);
