/** Compares what the documents claim with the code: tables, lists, limits and defaults. */
const fs = require('node:fs');
const path = require('node:path');

const { OPERATORS } = require('../../../build/core/event/conditions');
const { isInternalName } = require('../../../build/core/http/internalNames');
const { PLATFORMS } = require('../../../build/core/platforms');
const { checkUnverifiedBody } = require('../../../build/core/receiving/readBody');
const { isRetryable } = require('../../../build/core/sending/attemptOutcome');
const { parseDelays } = require('../../../build/core/sending/delays');
const { listWaitsMs, RETRY_PRESETS } = require('../../../build/core/sending/retryPolicy');
const {
	findFormLimit,
	findJsonLimit,
	MAX_BODY_TOKEN_CHARACTERS,
} = require('../../../build/core/signing/bodyLimits');
const { AgentWebhook } = require('../../../build/nodes/AgentWebhook/AgentWebhook.node');
const {
	AgentWebhookTrigger,
} = require('../../../build/nodes/AgentWebhookTrigger/AgentWebhookTrigger.node');
const {
	listCode,
	listItalics,
	listTables,
	readPage,
	readSection,
	toLine,
} = require('../../harness/documents');
const { root } = require('../../harness/project');

const ACTION = new AgentWebhook().description;
const TRIGGER = new AgentWebhookTrigger().description;

const readSources = (...folders) =>
	folders
		.flatMap((folder) =>
			fs
				.readdirSync(path.join(root, folder), { recursive: true })
				.filter((file) => file.endsWith('.ts'))
				.map((file) => readPage(path.join(folder, file))),
		)
		.join('\n');

/** Returns the first part of a text that matches, in one line of the page. */
const find = (file, pattern) => {
	const match = pattern.exec(toLine(readPage(file)));
	if (match === null) throw new Error(`${file} no longer says ${pattern}.`);
	return match[1];
};

describe('docs/retry.md', () => {
	test('says of each outcome whether it is retried', () => {
		const [rows] = listTables(readSection('docs/retry.md', 'What is retried'));
		const said = rows.flatMap(([cell, answer]) =>
			listCode(cell).map((outcome) => [outcome, answer === 'yes']),
		);
		const [, union] = /export type AttemptOutcome =([^;]*);/.exec(
			readPage('core/sending/attemptOutcome.ts'),
		);
		const outcomes = [...union.matchAll(/\| '(\w+)'/g)].map(([, outcome]) => outcome);
		expect(outcomes.length).toBeGreaterThan(10);
		expect(Object.fromEntries(said)).toEqual(
			Object.fromEntries(
				outcomes
					.filter((outcome) => outcome !== 'success')
					.map((outcome) => [outcome, isRetryable(outcome)]),
			),
		);
	});

	const [schedules] = listTables(readSection('docs/retry.md', 'When'));
	const PRESETS = {
		'For an Hour': RETRY_PRESETS.hour,
		'For a Day': RETRY_PRESETS.day,
		'For Three Days': RETRY_PRESETS.threeDays,
	};

	test('names every schedule that a person can choose', () => {
		const { options } = ACTION.properties.find(({ name }) => name === 'retrySchedule');
		const named = schedules.map(([cell]) => listItalics(cell)[0]);
		expect(named.toSorted()).toEqual(options.map(({ name }) => name).toSorted());
	});

	test.each(Object.keys(PRESETS))('shows the waits of %s', (name) => {
		const [, waits] = schedules.find(([cell]) => listItalics(cell)[0] === name);
		const list = waits.split(', ').filter((wait) => /^\d/.test(wait));
		expect(parseDelays(list.join(', '))).toEqual(listWaitsMs(PRESETS[name]));
	});

	test('has an example of a list of waits that the node accepts', () => {
		const [, cell] = schedules.find(([schedule]) => listItalics(schedule)[0] === 'Custom List');
		const [example] = listCode(cell);
		expect(parseDelays(example)).toEqual([30_000, 300_000, 5_400_000, 86_400_000]);
	});
});

describe('docs/receive.md', () => {
	test('lists each rejection code with the statuses that callers get', () => {
		const [rows] = listTables(readSection('docs/receive.md', 'Rejected requests')).filter(
			(table) => table[0].length === 3,
		);
		const documented = new Map(
			rows.flatMap(([statuses, codes]) =>
				listCode(codes).map((code) => [code, statuses.split(', ').map(Number)]),
			),
		);
		const sources = readSources(
			'core/receiving',
			'core/signing',
			'nodes/AgentWebhookTrigger/webhook',
		);
		const made = [...sources.matchAll(/status: (\d{3}),\s*code: '([A-Z_]+)'/g)];
		expect(made.length).toBeGreaterThan(8);
		const missing = made.filter(
			([, status, code]) => !documented.get(code)?.includes(Number(status)),
		);
		expect(missing.map(([, status, code]) => `${status} ${code}`)).toEqual([]);
	});

	test.each([
		['docs/receive.md', /([A-Z][\w ,]+ and \w+) sign no time and send the same body/],
		['docs/platforms.md', /([A-Z][\w ,]+ and \w+) are exceptions\./],
	])(
		'%s names the platforms whose events of several types have the same body',
		(page, sentence) => {
			const text = find(page, sentence);
			const names = text.split(/, | and /);
			const repeating = PLATFORMS.filter(({ events }) => events?.hasRepeatingBodies);
			expect(names.toSorted()).toEqual(repeating.map(({ name }) => name).toSorted());
		},
	);

	test('states the limits of bodies that are read before the sender is known', () => {
		const [rows] = listTables(
			readSection('docs/receive.md', 'Bodies that are read before the sender is known'),
		);
		const toNumber = (text) => Number(text.replaceAll(',', ''));
		const limits = rows.map(([, limit]) => {
			const [, size, unit] = /(\d+) (KB|MB)/.exec(limit);
			const [, count] = /, ([\d,]+)/.exec(limit) ?? [];
			return {
				bytes: Number(size) * (unit === 'MB' ? 1024 * 1024 : 1024),
				count: count && toNumber(count),
			};
		});
		const [form, json, token, unverified] = limits;
		const formOf = (count) => Buffer.from(Array(count).fill('a=1').join('&'));
		const listOf = (count) => Buffer.from(JSON.stringify(Array(count - 1).fill(1)));
		const textOf = (bytes) => Buffer.from(`"${'a'.repeat(bytes - 2)}"`);
		for (const [check, { bytes, count }, make] of [
			[findFormLimit, form, formOf],
			[findJsonLimit, json, listOf],
			[checkUnverifiedBody, unverified, listOf],
		]) {
			expect(check(textOf(bytes))).toBeUndefined();
			expect(check(textOf(bytes + 1))).toBeDefined();
			expect(check(make(count))).toBeUndefined();
			// The count of values in JSON is an upper bound, by its commas and brackets.
			expect(check(make(count + 3))).toBeDefined();
		}
		expect(MAX_BODY_TOKEN_CHARACTERS).toBe(token.bytes);
	});
});

describe('docs/send.md', () => {
	test('lists all operators of conditions', () => {
		const list = find('docs/send.md', /The operators are ([^.]+)\. A plain/);
		expect(listCode(list).toSorted()).toEqual(OPERATORS.toSorted());
	});

	test('describes every field that a Sending credential can show for authentication', () => {
		const section = readSection('docs/send.md', 'Credential');
		const { AgentWebhookOutboundApi } = require(
			path.join(root, 'build/credentials/AgentWebhookOutboundApi.credentials'),
		);
		const { properties } = new AgentWebhookOutboundApi();
		const { options } = properties.find(({ name }) => name === 'authentication');
		const named = listItalics(section.replaceAll(/\]\([^)]*\)/g, ']'));
		const shown = options.map(({ name }) => name).filter((name) => !named.includes(name));
		expect(shown).toEqual(['Client Certificate Only']);
	});
});

/** Lists the fields and options of nodes with their defaults, by name. */
function readDefault(description, displayName) {
	const fields = description.properties.flatMap((property) => [
		property,
		...(property.type === 'collection' ? property.options : []),
	]);
	const defaults = new Set(
		fields.filter((field) => field.displayName === displayName).map((field) => field.default),
	);
	if (defaults.size !== 1) throw new Error(`"${displayName}" has ${defaults.size} defaults.`);
	return [...defaults][0];
}

test.each([
	[
		'docs/receive.md',
		/so the default is (\d+) ms/,
		TRIGGER,
		'Combine Bursts Within (Milliseconds)',
		1,
	],
	[
		'docs/receive.md',
		/\*Max Body Size \(KB\)\*\. The default is (\d+) MB/,
		TRIGGER,
		'Max Body Size (KB)',
		1024,
	],
	['docs/receive.md', /A duplicate within (\d+) hours/, TRIGGER, 'Duplicate Window (Minutes)', 60],
	[
		'docs/receive.md',
		/up to (five) minutes in both directions/,
		TRIGGER,
		'Timestamp Tolerance (Seconds)',
		60,
	],
	['docs/send.md', /cut off after (\d+) KB/, ACTION, 'Max Response Size (KB)', 1],
	['docs/send.md', /\*Max Requests at Once\* \((\d+)\)/, ACTION, 'Max Requests at Once', 1],
	['docs/retry.md', /up to (\d+) seconds in total/, ACTION, 'Max Total Wait (Seconds)', 1],
])('%s states the default that %s finds', (file, pattern, description, name, factor) => {
	const said = find(file, pattern);
	expect((said === 'five' ? 5 : Number(said)) * factor).toBe(readDefault(description, name));
});

describe('docs/security.md', () => {
	test('names the domains of internal names', () => {
		const list = find('docs/security.md', /names in the domains ((?:`[\w.]+`(?:, | and )?)+)/);
		const domains = listCode(list);
		expect(domains.every((domain) => isInternalName(`erp.${domain}`))).toBe(true);
		const [, set] = /INTERNAL_DOMAINS = new Set\(\[([^\]]+)\]/.exec(
			readPage('core/http/internalNames.ts'),
		);
		expect(domains.toSorted()).toEqual(
			[...set.matchAll(/'([\w.]+)'/g)].map(([, name]) => name).toSorted(),
		);
	});

	test('names the operations whose items have a secret, which are those that warn of it', () => {
		const list = find('docs/security.md', /A secret is on an item in five cases: ([^.]+)\./);
		const said = list.split(/, | and /).toSorted();
		const resources = ACTION.properties.find(({ name }) => name === 'resource').options;
		const operations = ACTION.properties.filter(({ name }) => name === 'operation');
		const warned = ACTION.properties
			.filter(({ name }) => /^(?:apiKey|portalLink|secret)Notice$/.test(name))
			.flatMap(({ displayOptions: { show } }) =>
				show.operation.map((operation) => {
					const resource = resources.find(({ value }) => value === show.resource[0]);
					const { options } = operations.find(
						({ displayOptions }) => displayOptions.show.resource[0] === resource.value,
					);
					return `${resource.name} → ${options.find(({ value }) => value === operation).name}`;
				}),
			);
		expect([...new Set(warned)].toSorted()).toEqual(said);
	});
});

test('docs/queue-mode.md and docs/security.md count what their tests send', () => {
	const [, kills, events] = /kill a worker (\w+) while ([\d,]+) events/.exec(
		toLine(readPage('docs/queue-mode.md')),
	);
	const crashes = readPage('test/e2e/outboxCrashes.test.js');
	expect(events).toBe(/EVENTS = isSoak \? 1000 : (\d+)/.exec(crashes)[1]);
	expect({ twice: 2 }[kills]).toBe(Number(/isSoak && !queue \? 10 : (\d+)/.exec(crashes)[1]));
	const hostile = find('docs/security.md', /: ([\d,]+) in every run and 10,000 in the long one/);
	expect(readPage('test/e2e/hostileStage.js')).toContain(
		`HOSTILE_REQUESTS ?? ${hostile.replace(',', '')}`,
	);
});

describe('docs/agents.md', () => {
	test('counts the nodes of the webhook doctor that work on endpoints', () => {
		const count = find('docs/agents.md', /to all (\w+) \*Agent Webhook\* nodes/);
		const { nodes } = JSON.parse(readPage('templates/webhook-doctor.json'));
		const ours = nodes.filter(({ type }) => type.startsWith('n8n-nodes-agent-webhooks.'));
		expect({ six: 6 }[count]).toBe(ours.length);
	});
});

/** Returns the parameters of a template's node. */
const readParameters = (template, type) =>
	JSON.stringify(
		JSON.parse(readPage(`templates/${template}.json`)).nodes.find(
			(node) => node.type === `n8n-nodes-base.${type}`,
		).parameters,
	);

test('the expressions for n8n’s Wait and Remove Duplicates nodes are those of the templates', () => {
	const [wait] = listCode(readSection('docs/retry.md', 'Step by step'));
	expect(wait).toContain('next_attempt_at');
	expect(readParameters('retry-for-a-day', 'wait')).toContain(wait);
	const [key] = listCode(find('docs/moving.md', /with the key (`[^`]+`) \|/));
	expect(readParameters('exactly-once', 'removeDuplicates')).toContain(key);
});
