/** Compares facts about n8n that this repository repeats with the pinned n8n. */
const fs = require('node:fs');
const path = require('node:path');

const { N8N_BLOCKED_RANGES } = require('../harness/blockedRanges');
const { n8nHome, packageName, root } = require('../harness/project');

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
		(file) => readText(root, file).match(/\b(?:N8N|EXECUTIONS|QUEUE)_[A-Z_]+/g) ?? [],
	);
	expect(documented.length).toBeGreaterThan(5);
	expect(variables).toEqual(expect.arrayContaining(documented));
});

/** Reads the code of n8n's editor, and of one of its nodes. */
const readFolder = (folder) =>
	fs
		.readdirSync(path.join(n8nHome, 'node_modules', folder), { recursive: true })
		.filter((file) => file.endsWith('.js'))
		.map((file) => readText(n8nHome, 'node_modules', folder, file))
		.join('\n');

/** Names of n8n's own that the pages tell a person to look for, with the folder that has them and their text there. */
const N8N_NAMES = [
	['README.md', 'Community nodes', 'n8n-editor-ui/dist/assets'],
	['README.md', 'Import → From file', 'n8n-editor-ui/dist/assets', 'From file'],
	['README.md', 'Connect to Agent Webhook', 'n8n-editor-ui/dist/assets', 'Connect to {provider}'],
	['docs/receive.md', 'Webhook URLs', 'n8n-editor-ui/dist/assets'],
	['docs/receive.md', 'Execute step', 'n8n-editor-ui/dist/assets'],
	['docs/receive.md', 'Raw Body', 'n8n-nodes-base/dist/nodes/Webhook'],
	['docs/receive.md', "Using 'Respond to Webhook' Node", 'n8n-nodes-base/dist/nodes/Webhook'],
	['docs/moving.md', 'IP(s) Allowlist', 'n8n-nodes-base/dist/nodes/Webhook'],
	['docs/moving.md', 'Header Auth', 'n8n-nodes-base/dist/nodes/Webhook'],
	['docs/moving.md', 'JWT Auth', 'n8n-nodes-base/dist/nodes/Webhook'],
	['docs/moving.md', 'Hmac Secret', 'n8n-nodes-base/dist/credentials'],
	['docs/moving.md', 'Type SHA256', 'n8n-nodes-base/dist/nodes/Crypto', 'SHA256'],
	['docs/moving.md', 'Batching', 'n8n-nodes-base/dist/nodes/HttpRequest'],
	['docs/moving.md', 'Loop Over Items', 'n8n-nodes-base/dist/nodes/SplitInBatches'],
	['docs/moving.md', 'Duplicate the workflow', 'n8n-editor-ui/dist/assets', '`Duplicate`'],
	['docs/send.md', 'Stop Workflow', 'n8n-editor-ui/dist/assets'],
	['docs/send.md', 'Continue (using error output)', 'n8n-editor-ui/dist/assets'],
	['docs/send.md', 'Predefined Credential Type', 'n8n-nodes-base/dist/nodes/HttpRequest'],
	['docs/retry.md', 'At Specified Time', 'n8n-nodes-base/dist/nodes/Wait'],
	['docs/retry.md', 'Date and Time', 'n8n-nodes-base/dist/nodes/Wait'],
	['docs/security.md', 'This workflow can be called by', 'n8n-editor-ui/dist/assets'],
	['docs/alerts.md', 'Error Workflow', 'n8n-editor-ui/dist/assets'],
	['docs/upkeep.md', 'Community nodes', 'n8n-editor-ui/dist/assets'],
	['docs/upkeep.md', 'Uninstall package', 'n8n-editor-ui/dist/assets'],
	['docs/queue-mode.md', 'failed to be processed too many times', 'n8n/dist/errors'],
];

test('what the pages call n8n’s own is called so in n8n', () => {
	const sources = new Map(
		[...new Set(N8N_NAMES.map(([, , folder]) => folder))].map((folder) => [
			folder,
			readFolder(folder),
		]),
	);
	const wrong = N8N_NAMES.filter(
		([page, name, folder, text = name]) =>
			!readText(root, page).replaceAll(/\s+/g, ' ').includes(name) ||
			!sources.get(folder).includes(text),
	);
	expect(wrong).toEqual([]);
});

test('the page about queue mode names the PostgreSQL that n8n asks for', () => {
	const { OLDEST_SUPPORTED_POSTGRES_MAJOR } = require(
		path.join(n8nHome, 'node_modules/@n8n/db/dist/connection/postgres-version-policy.js'),
	);
	const [, said] = /asks for PostgreSQL (\d+) or newer/.exec(readText(root, 'docs/queue-mode.md'));
	expect(Number(said)).toBe(OLDEST_SUPPORTED_POSTGRES_MAJOR);
});

test('the page about receiving states n8n’s limit of a body', () => {
	const { EndpointsConfig } = require(path.join(CONFIG, 'configs/endpoints.config.js'));
	const [, said] = /`N8N_PAYLOAD_SIZE_MAX` \((\d+) MB\)/.exec(readText(root, 'docs/receive.md'));
	expect(Number(said)).toBe(new EndpointsConfig().payloadSizeMax);
});

test('n8n installs the package by the name that the README gives', () => {
	const [, name, version] = /install `([\w-]+)@([\w.-]+)`/.exec(readText(root, 'README.md'));
	expect(name).toBe(packageName);
	const { isValidVersionSpecifier } = require(
		path.join(
			n8nHome,
			'node_modules/n8n/dist/modules/community-packages/community-packages.service.js',
		),
	);
	expect(isValidVersionSpecifier(version)).toBe(true);
});
