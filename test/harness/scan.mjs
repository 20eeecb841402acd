/** n8n's own package scanner, on what is published: the source as attested, and the tarball's content. */
import fs from 'node:fs';
import path from 'node:path';

import {
	analyzePackage,
	SOURCE_FILE_PATTERNS,
} from '@n8n/scan-community-package/scanner/scanner.mjs';

import install from './install.js';
import project from './project.js';

// The scanner looks at nodes and credentials alone; what it forbids is forbidden in the core as well.
const PATTERNS = [...SOURCE_FILE_PATTERNS, 'core/**/*.ts'];

async function scan(what, folder, patterns) {
	const { passed, message, details } = await analyzePackage(folder, patterns);
	// It passes an empty match too, with a message.
	const ok = passed && message === undefined;
	console.log(`  ${ok ? '✓' : '✗'} ${what}${ok ? '' : `: ${message}\n${details ?? ''}`}`);
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
for (const [rule, holds] of rules) console.log(`  ${holds ? '✓' : '✗'} ${rule}`);
process.exit(sourceOk && tarballOk && rules.every(([, holds]) => holds) ? 0 : 1);
