/** Compares what the pages about the outbox say with the code: tables, statuses, words, limits and options. */
const { compileSchema } = require('../../../build/core/jsonSchema/compileSchema');
const { FORMATS } = require('../../../build/core/jsonSchema/formats');
const {
	ALERT_TYPES,
	BACKLOG_TYPE,
	FULL_TYPE,
} = require('../../../build/core/outbox/alert/alertTypes');
const { MAX_EVENT_BYTES } = require('../../../build/core/outbox/dispatch/newEvents');
const { findTestDataExcess } = require('../../../build/core/outbox/dispatch/testEvent');
const { presentEvent } = require('../../../build/core/outbox/log/presentEvent');
const { DEFAULT_RETENTION } = require('../../../build/core/outbox/log/prune');
const { limitResponses, recordResponse } = require('../../../build/core/outbox/log/responseRecord');
const { DEFAULT_MAX_ENDPOINTS } = require('../../../build/core/outbox/store/insertEndpoint');
const { SCHEMA_VERSION, TABLES } = require('../../../build/core/outbox/store/tables');
const { MAX_BODY_BYTES } = require('../../../build/core/sending/transformOutput');
const {
	AgentWebhookOutboxApi,
} = require('../../../build/credentials/AgentWebhookOutboxApi.credentials');
const { AgentWebhook } = require('../../../build/nodes/AgentWebhook/AgentWebhook.node');
const { listCode, listTables, readPage, readSection, toLine } = require('../../harness/documents');

const { properties } = new AgentWebhook().description;

/** Returns the numbers that a text has in the place of `#`, e.g. `10,000` for "more than # deliveries". */
function readNumbers(text, sentence) {
	const pattern = new RegExp(sentence.replaceAll('#', '([\\d,]+)'));
	const [, ...numbers] = pattern.exec(toLine(text)) ?? [];
	return numbers.map((number) => Number(number.replaceAll(',', '')));
}

/** Lists the code in the first column of a section's only table. */
const listFirstColumn = (file, heading) => {
	const [table] = listTables(readSection(file, heading));
	return table.flatMap(([first]) => listCode(first));
};

describe('docs/endpoints.md', () => {
	const page = 'docs/endpoints.md';

	test('names the tables', () => {
		const { default: prefix } = new AgentWebhookOutboxApi().properties.find(
			({ name }) => name === 'outboxName',
		);
		const [intro] = readPage(page).split(/^## /m);
		const named = listCode(intro).map((name) => name.replace(/^…/, `${prefix}`));
		const names = Object.keys(TABLES).map((table) => `${prefix}_${table}_v${SCHEMA_VERSION}`);
		expect(named.sort()).toEqual(names.sort());
	});

	test('explains each status of a delivery', () => {
		const stored = { problem: '' };
		const { delivery_counts: counts } = presentEvent({ deliveries: [], id: '', stored });
		expect(listFirstColumn(page, 'The log').sort()).toEqual(Object.keys(counts).sort());
	});

	describe('says what the log keeps of an answer:', () => {
		const section = readSection(page, 'What was sent and answered');
		const record = (headers, body) => {
			const result = { kind: 'response', headers, body, bodyTruncated: false };
			return recordResponse({ error_message: null }, result, (text) => text).response;
		};

		test('its headers', () => {
			const [table] = listTables(section);
			const [, described] = table.find(([field]) => field === '`headers`');
			const named = listCode(described);
			const others = ['set-cookie', 'authorization', 'date', 'x-powered-by'];
			const headers = Object.fromEntries(
				[...named, ...others].map((name) => [name, 'https://a/?q']),
			);
			const kept = record(headers, '').headers;
			expect(Object.keys(kept).sort()).toEqual(named.sort());
			expect(kept.location).toBe('https://a/');
		});

		test('the beginning of its body, and a limit for all answers', () => {
			const [bodyKilobytes] = readNumbers(section, 'the first # KB');
			const [allKilobytes] = readNumbers(section, 'keeps # KB of answers');
			const response = record({}, 'a'.repeat(10_000));
			expect(response.body).toHaveLength(bodyKilobytes * 1024);
			expect(response.body_truncated).toBe(true);
			const attempts = Array.from({ length: 20 }, () => ({ response }));
			const kept = limitResponses(attempts).filter((attempt) => attempt.response !== undefined);
			expect(kept).toHaveLength(
				Math.floor((allKilobytes * 1024) / JSON.stringify(response).length),
			);
		});
	});

	test('names the limits of test data and of events', () => {
		const text = readPage(page);
		const nested = (levels) => (levels === 0 ? 0 : { a: nested(levels - 1) });
		const [kilobytes, levels] = readNumbers(text, 'Test data can have up to # KB and # levels');
		expect(findTestDataExcess(nested(levels))).toBeUndefined();
		expect(findTestDataExcess(nested(levels + 1))).toContain(`${levels} levels`);
		expect(findTestDataExcess({ a: 'a'.repeat(kilobytes * 1024) })).toContain(`${kilobytes} KB`);
		expect(readNumbers(text, 'An event can have up to # KB')).toEqual([MAX_EVENT_BYTES / 1024]);
	});

	test('names the limits of retention', () => {
		const { maxAgeDays, maxDeliveries } = DEFAULT_RETENTION;
		const section = readSection(page, 'Retention');
		expect(readNumbers(section, 'older than # days')).toEqual([maxAgeDays]);
		expect(readNumbers(section, 'more than # deliveries')).toEqual([maxDeliveries]);
	});
});

describe('docs/tenants.md', () => {
	test('names the operations on endpoints, events and deliveries that have no option for the tenant', () => {
		const [resourceField] = properties;
		const operations = resourceField.options
			.filter(({ name }) => ['Event', 'Endpoint', 'Delivery'].includes(name))
			.flatMap(({ name, value }) =>
				properties
					.filter((property) => property.name === 'operation')
					.filter(({ displayOptions }) => displayOptions.show.resource.includes(value))
					.flatMap(({ options }) =>
						options.map((option) => ({
							...option,
							resource: value,
							title: `${name} → ${option.name}`,
						})),
					),
			);
		const hasTenant = ({ resource, value }) =>
			properties.some(
				({ displayOptions: { show } = {}, options = [] }) =>
					show?.resource?.includes(resource) &&
					show.operation?.includes(value) &&
					options.some(({ name }) => name === 'tenant'),
			);
		const [sentence] = toLine(readSection('docs/tenants.md', 'The option Tenant')).split('. ');
		const titles = operations.map(({ title }) => title).sort((a, b) => b.length - a.length);
		const named = sentence.match(new RegExp(titles.join('|'), 'g'));
		const without = operations.filter((operation) => !hasTenant(operation));
		expect(named.sort()).toEqual(without.map(({ title }) => title).sort());
	});

	test('names the limit of endpoints', () => {
		const section = readSection('docs/tenants.md', 'What tenants have of their own');
		expect(readNumbers(section, 'At most #, unless')).toEqual([DEFAULT_MAX_ENDPOINTS]);
	});
});

test('docs/alerts.md lists the alerts', () => {
	const [table] = listTables(readPage('docs/alerts.md'));
	const named = table.flatMap(([alert]) => listCode(alert));
	expect(named.sort()).toEqual([...Object.values(ALERT_TYPES), BACKLOG_TYPE, FULL_TYPE].sort());
});

test('docs/recovery.md names how long a recovery runs', () => {
	const [option] = properties
		.filter(({ name }) => name === 'options')
		.flatMap(({ options }) => options)
		.filter(({ default: initial, name }) => name === 'maxRunSeconds' && initial !== undefined);
	const section = readSection('docs/recovery.md', 'Many deliveries');
	expect(section.replaceAll('\n', ' ')).toContain(`*${option.displayName}*`);
	expect(readNumbers(section, 'by default #,')).toEqual([option.default]);
});

test('docs/workflow-endpoints.md names the limit of a body', () => {
	const section = readSection('docs/workflow-endpoints.md', 'Transform with a workflow');
	expect(readNumbers(section, 'At most # MB')).toEqual([MAX_BODY_BYTES / 1_048_576]);
});

describe('docs/event-types.md', () => {
	const page = 'docs/event-types.md';
	const section = readSection(page, 'Schemas');
	const part = { type: 'string' };

	/** The words of draft 2020-12 that check something, and draft-07's, with a value that each may have. */
	const WORDS = {
		...{ type: 'object', enum: [1], const: 1, format: 'date', $ref: '#/$defs/part' },
		...{ multipleOf: 2, maximum: 1, exclusiveMaximum: 1, minimum: 1, exclusiveMinimum: 1 },
		...{
			maxLength: 1,
			minLength: 1,
			pattern: 'a',
			required: ['a'],
			dependentRequired: { a: ['b'] },
		},
		...{
			maxItems: 1,
			minItems: 1,
			uniqueItems: true,
			contains: part,
			maxContains: 1,
			minContains: 1,
		},
		...{
			maxProperties: 1,
			minProperties: 1,
			properties: { a: part },
			patternProperties: { a: part },
		},
		...{ additionalProperties: false, propertyNames: part, dependentSchemas: { a: part } },
		...{ prefixItems: [part], items: part, additionalItems: false, dependencies: { a: ['b'] } },
		...{ allOf: [part], anyOf: [part], oneOf: [part], not: part, if: part, then: part, else: part },
		...{ unevaluatedItems: false, unevaluatedProperties: false, $dynamicRef: '#part' },
	};

	const isChecked = (word) => {
		const beside = word === 'additionalItems' ? { items: [part] } : {};
		const schema = { ...beside, [word]: WORDS[word], $defs: { part } };
		return !compileSchema(schema).ignoredWords.includes(word);
	};

	test('lists the words that are checked, and only these', () => {
		const [table] = listTables(section);
		const named = table.flatMap(([words]) => listCode(words));
		expect(named.sort()).toEqual(Object.keys(WORDS).filter(isChecked).sort());
	});

	test('names words that are not checked', () => {
		const [sentence] = /All other words [^]*?is\s+one\s+of\s+them/.exec(section);
		const named = listCode(sentence);
		expect(named.length).toBeGreaterThan(3);
		expect(named.filter(isChecked)).toEqual([]);
	});

	test('lists the formats', () => {
		const [sentence] = /The formats are [^]*?\.\n/.exec(section);
		expect(listCode(sentence).sort()).toEqual(Object.keys(FORMATS).sort());
	});
});
