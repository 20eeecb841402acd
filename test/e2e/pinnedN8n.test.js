/** Compares facts about n8n that this repository repeats with the pinned n8n. */
const fs = require('node:fs');
const path = require('node:path');

const { N8N_BLOCKED_RANGES } = require('../harness/blockedRanges');
const { n8nHome, root } = require('../harness/project');

const CONFIG = path.join(n8nHome, 'node_modules/@n8n/config/dist');

const readText = (...parts) => fs.readFileSync(path.join(...parts), 'utf8');

test('the address ranges that n8n blocks by default are those the unit tests use', () => {
	const { SSRF_DEFAULT_BLOCKED_IP_RANGES } = require(
		path.join(CONFIG, 'configs/ssrf-protection.config.js'),
	);
	expect(N8N_BLOCKED_RANGES.toSorted()).toEqual(SSRF_DEFAULT_BLOCKED_IP_RANGES.toSorted());
});

test('every environment variable in the docs is one that n8n reads', () => {
	const variables = fs
		.readdirSync(CONFIG, { recursive: true })
		.filter((file) => file.endsWith('.js'))
		.flatMap((file) => [...readText(CONFIG, file).matchAll(/Env\)\('(\w+)'/g)])
		.map(([, name]) => name);
	const pages = fs.readdirSync(path.join(root, 'docs')).filter((file) => file.endsWith('.md'));
	const documented = ['README.md', ...pages.map((page) => `docs/${page}`)].flatMap(
		(file) => readText(root, file).match(/\b(?:N8N|EXECUTIONS)_[A-Z_]+/g) ?? [],
	);
	expect(documented.length).toBeGreaterThan(5);
	expect(variables).toEqual(expect.arrayContaining(documented));
});
