/** Compares what the pages about the two APIs and the portal say with the code: fields, rights, answers, limits. */
const snakeCase = require('lodash/snakeCase');

const { authenticationSchema } = require('../../../build/core/managementApi/authenticationInput');
const { parseLimit } = require('../../../build/core/managementApi/paging');
const { parseLogFilters } = require('../../../build/core/managementApi/queryParameters');
const {
	createSchema,
	MAX_BODY_BYTES,
	updateSchema,
} = require('../../../build/core/managementApi/requestSchemas');
const { parseManagementTask } = require('../../../build/core/managementApi/routes');
const { KEY_RIGHTS } = require('../../../build/core/outbox/apiKey/apiKeyToken');
const {
	DEFAULT_LINK_MS,
	LINK_RIGHTS,
	MAX_LINK_MS,
} = require('../../../build/core/outbox/apiKey/portalLink');
const { MAX_EVENT_BYTES } = require('../../../build/core/outbox/dispatch/newEvents');
const { WAITS_FOR_ELDER } = require('../../../build/core/outbox/dispatch/order');
const { findWait } = require('../../../build/core/outbox/log/deliveryWait');
const { QUERY_SCHEMAS } = require('../../../build/core/svixApi/svixQuery');
const schemas = require('../../../build/core/svixApi/svixSchemas');
const {
	portalOption,
} = require('../../../build/nodes/AgentWebhookTrigger/description/portalOption');
const {
	DEFAULT_MAX_REQUESTS,
} = require('../../../build/nodes/AgentWebhookTrigger/webhook/triggerParameters');
const {
	listCode,
	listItalics,
	listTables,
	readPage,
	readSection,
	toLine,
} = require('../../harness/documents');

/** Reads the rows of the table below a bold word or a heading. */
function readTable(text, beginning) {
	const start = text.indexOf(beginning);
	if (start === -1) throw new Error(`There is no "${beginning}".`);
	return listTables(text.slice(start))[0];
}

/** Reads the paragraph that begins with a bold word. */
const readParagraph = (text, word) => {
	const [paragraph] = text.slice(text.indexOf(`**${word}.**`)).split('\n\n');
	return toLine(paragraph);
};

/** Returns the fields that a table gives each type of authentication, by type. */
const readTypes = (rows) =>
	Object.fromEntries(
		rows.flatMap(([types, fields]) => listCode(types).map((type) => [type, listCode(fields)])),
	);

const managementPage = readSection('docs/endpoints.md', 'Let subscribers register themselves');
const operations = readSection('docs/api.md', 'Operations');

describe('docs/endpoints.md about the management API', () => {
	test('lists each request', () => {
		const tasks = readTable(managementPage, '| Request').map(([request]) => {
			const [method, path] = listCode(request)[0].split(' ');
			const [, id, section] = path.replace('/api/v1/webhooks', '').split('/');
			return parseManagementTask(method, { id, section });
		});
		expect(tasks.sort()).toEqual(
			['create', 'delete', 'get', 'getLogs', 'getStats', 'list', 'test', 'update'].sort(),
		);
	});

	test('names the fields, and which are required', () => {
		const paragraph = readParagraph(managementPage, 'Fields');
		const [sentence] = paragraph.split(' are required');
		const missing = createSchema.safeParse({}).error.issues.map(({ path }) => path[0]);
		expect(listCode(sentence).sort()).toEqual(missing.sort());
		const named = listCode(paragraph.replaceAll(/\([^)]*\)/g, ''));
		const optional = Object.keys(createSchema.shape).filter((name) => {
			const isReadOnly = updateSchema.shape[name].safeParse(Symbol('any')).success;
			return !missing.includes(name) && !isReadOnly && name !== 'url_query';
		});
		expect(optional.length).toBeGreaterThan(8);
		expect(named).toEqual(expect.arrayContaining(optional));
	});

	test('lists the types of authentication with their fields', () => {
		const types = authenticationSchema.options.map(({ shape }) => {
			const { type, ...fields } = shape;
			return [type.value, Object.keys(fields).sort()];
		});
		const listed = readTypes(readTable(managementPage, '**Authentication.**'));
		for (const fields of Object.values(listed)) fields.sort();
		expect(listed).toEqual(Object.fromEntries(types));
	});

	test('names the limits of pages and bodies', () => {
		const paragraph = readParagraph(managementPage, 'Pages');
		const [, lowest, highest, initial] = /is (\d+) to (\d+), by default (\d+)/.exec(paragraph);
		expect(parseLimit({})).toBe(Number(initial));
		for (const limit of [lowest, highest]) expect(parseLimit({ limit })).toBe(Number(limit));
		for (const beyond of [Number(lowest) - 1, Number(highest) + 1]) {
			expect(() => parseLimit({ limit: String(beyond) })).toThrow('limit');
		}
		expect(readParagraph(managementPage, 'Limits')).toContain(
			`A body can have ${MAX_BODY_BYTES / 1024} KB`,
		);
	});

	test('names the statuses that a log can be filtered by', () => {
		const [, statuses] = /`\?status=` \(([^)]*)\)/.exec(readParagraph(managementPage, 'Filters'));
		const named = listCode(statuses);
		expect(named.length).toBeGreaterThan(3);
		for (const status of named) expect(parseLogFilters({ status }).statuses).not.toEqual([]);
		expect(() => parseLogFilters({ status: 'other' })).toThrow(named.join(', '));
	});
});

describe('docs/api.md', () => {
	test('lists the rights of keys, and the requests in a minute', () => {
		const section = readSection('docs/api.md', 'Keys');
		const named = readTable(section, '| Right').flatMap(([right]) => listCode(right));
		expect(named.sort()).toEqual([...KEY_RIGHTS].sort());
		expect(toLine(section)).toContain(`can make ${DEFAULT_MAX_REQUESTS} requests in a minute`);
	});

	test('lists the types of authentication with the fields of the management API in its own spelling', () => {
		const { type, ...fields } = schemas.endpointAuthenticationIn.shape;
		const listed = readTypes(readTable(operations, '**Authentication.**'));
		expect(Object.keys(listed).sort()).toEqual([...type.options].sort());
		expect(new Set(Object.values(listed).flat())).toEqual(new Set(Object.keys(fields)));
		const own = readTypes(readTable(managementPage, '**Authentication.**'));
		const converted = Object.entries(listed).map(([name, names]) => [name, names.map(snakeCase)]);
		expect(Object.fromEntries(converted)).toEqual(own);
	});

	test('lists the delivery settings', () => {
		const rows = readTable(operations, '**Delivery settings.**');
		const named = rows.flatMap(([field]) => listCode(field));
		expect(named.sort()).toEqual(Object.keys(schemas.deliverySettingsIn.shape).sort());
		const examples = rows.flatMap(([field, meaning]) =>
			listCode(meaning)
				.filter((code) => code.startsWith('{'))
				.map((json) => ({ [listCode(field)[0]]: JSON.parse(json) })),
		);
		expect(examples.length).toBeGreaterThan(2);
		for (const settings of examples) {
			expect(schemas.deliverySettingsIn.safeParse(settings).success).toBe(true);
		}
	});

	test('lists what a message can wait for', () => {
		const pending = { status: 'pending', error: null, place: null };
		const active = { status: 'active', probeAt: null, settings: {} };
		const open = {
			...active,
			probeAt: '2026-01-01T00:00:00.000Z',
			settings: { circuit_breaker: { failures: 1, probe_minutes: 5 } },
		};
		const waits = [
			findWait(pending, active),
			findWait(pending, { ...active, status: 'paused' }),
			findWait({ ...pending, error: WAITS_FOR_ELDER, place: {} }, active),
			findWait(pending, open),
			findWait({ ...pending, status: 'held' }, active),
		].map((wait) => wait?.waitsFor ?? 'null');
		const named = readTable(operations, '**What a message waits for.**').flatMap(([value]) =>
			listCode(value),
		);
		expect(named.sort()).toEqual(waits.sort());
	});

	test('names what is answered 422', () => {
		const { applicationIn, appPortalAccessIn, eventTypeIn, messageIn } = schemas;
		const message = (field) => [messageIn, { eventType: 'a', payload: {}, [field]: ['a'] }];
		const capability = (name) => [appPortalAccessIn, { capabilities: [name] }];
		const uid = (text) => [applicationIn, { name: 'a', uid: text }];
		const requests = {
			'.': uid('.'),
			'..': uid('..'),
			payloadRetentionPeriod: message('payloadRetentionPeriod'),
			tags: message('tags'),
			transformationsParams: message('transformationsParams'),
			deprecated: [eventTypeIn, { name: 'a', description: '', deprecated: true }],
			ManageEndpointSecret: capability('ManageEndpointSecret'),
			ManageTransformations: capability('ManageTransformations'),
		};
		const [rows] = listTables(readSection('docs/api.md', 'What is different'));
		const named = rows
			.filter(([, answer]) => answer === 'answered 422')
			.flatMap(([what]) => listCode(what));
		expect(named.sort()).toEqual(Object.keys(requests).sort());
		for (const [schema, body] of Object.values(requests)) {
			expect(schema.safeParse(body).error.issues).toHaveLength(1);
		}
	});

	test('names the limits of pages and payloads', () => {
		const paragraph = readParagraph(operations, 'Pages');
		const [, lowest, highest, initial] = /is (\d+) to (\d+), by default (\d+)/.exec(paragraph);
		const parse = (query) => QUERY_SCHEMAS.page.safeParse(query);
		expect(parse({}).data).toEqual({ limit: Number(initial) });
		expect([lowest, highest].map((limit) => parse({ limit }).success)).toEqual([true, true]);
		const beyond = [Number(lowest) - 1, Number(highest) + 1].map(String);
		expect(beyond.map((limit) => parse({ limit }).success)).toEqual([false, false]);
		expect(readParagraph(operations, 'Messages')).toContain(
			`A payload may have ${MAX_EVENT_BYTES / 1024} KB`,
		);
	});
});

describe('docs/portal.md', () => {
	const links = readSection('docs/portal.md', 'Links');

	test('lists the rights of links, and their names in requests', () => {
		const rows = readTable(links, '| Right');
		expect(rows.flatMap(([right]) => listCode(right)).sort()).toEqual([...LINK_RIGHTS].sort());
		const { capabilities } = schemas.appPortalAccessIn.shape;
		const known = capabilities.unwrap().unwrap().element.options;
		const named = rows.flatMap(([, name]) => listCode(name));
		// Every link allows to read.
		expect([...named, 'ViewBase'].sort()).toEqual([...known].sort());
	});

	test('names how long a link is valid', () => {
		expect(toLine(links)).toContain('valid for an hour by default, and for seven days at most');
		expect([DEFAULT_LINK_MS, MAX_LINK_MS]).toEqual([3_600_000, 7 * 24 * 3_600_000]);
	});

	test('lists the settings', () => {
		const [rows] = listTables(readSection('docs/portal.md', 'Settings'));
		const named = rows.flatMap(([names]) => listItalics(names));
		const [{ values }] = portalOption.options;
		expect(named.sort()).toEqual(values.map(({ displayName }) => displayName).sort());
	});

	test('links to all texts', () => {
		const { TEXTS } = require('../../../build/core/portal/pageSource');
		expect(JSON.parse(readPage('core/portal/page/texts.json'))).toEqual(TEXTS);
	});
});
