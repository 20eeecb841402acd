const fs = require('node:fs');
const path = require('node:path');

const fc = require('fast-check');

const { authenticateRequest } = require('../../dist/core/credentials/credentialFields');
const { handleManagementRequest } = require('../../dist/core/managementApi/server');
const { parseManagementTask } = require('../../dist/core/managementApi/routes');
const { getEndpointCredential } = require('../../dist/core/outbox/endpoint/lifecycle');
const { modifyEndpoint } = require('../../dist/core/outbox/endpoint/repository');
const { getPlatform } = require('../../dist/core/platforms');

const { createWorld, DAY, HOUR, SECOND, START } = require('./outbox/world');

const page = (name) =>
	JSON.parse(fs.readFileSync(path.join(__dirname, `../pages/agenticflow/${name}.json`), 'utf8'));

const RULES = { profile: getPlatform('agenticflow'), allowHttp: false, allowInternal: false };
const WEBHOOK = {
	name: 'Orders',
	url: 'https://your-app.com/hooks?key=query-token-1',
	events: ['order.*', 'invoice.paid'],
};
const TASKS = ['list', 'create', 'get', 'update', 'delete', 'test', 'getLogs', 'getStats'];
const BODIES = { create: WEBHOOK, update: { name: 'Renamed' }, test: { event: 'order.created' } };
const bodyOf = (task) => structuredClone(BODIES[task]);

/** A world whose outbox is managed. `rules` may be changed on the way, as their owner may. */
function createManaged(options) {
	const world = createWorld(options);
	const managed = Object.assign(world, { rules: { ...RULES } });
	managed.ask = async (task, { body, id, ports = world.process(), query = {} } = {}) =>
		await handleManagementRequest(ports, managed.rules, { task, webhookId: id, query, body });
	/** A new webhook's ID. */
	managed.create = async (fields = {}) => {
		const { body } = await managed.ask('create', { body: { ...WEBHOOK, ...fields } });
		return body.id;
	};
	managed.get = async (id) => (await managed.ask('get', { id })).body;
	/** What an attempt at an endpoint carries beside its body. */
	managed.proofOf = async (id) => {
		const endpoint = await world.endpoint(id);
		const { headers, query } = authenticateRequest(
			getEndpointCredential(endpoint, world.clock.nowMs()),
			{
				body: Buffer.from('{}'),
				id: 'evt_1',
				nowMs: world.clock.nowMs(),
				platformId: endpoint.platform.id,
			},
		);
		return { ...headers, ...query, url: endpoint.secrets.url };
	};
	return managed;
}

const NOT_FOUND = {
	statusCode: 404,
	body: { success: false, error: { code: 'NOT_FOUND', message: 'There is no such webhook' } },
};

/** Holds a refusal of input against the page's "Error Response". */
function expectRefused(reply, field) {
	expect(reply).toEqual({
		statusCode: 422,
		body: {
			success: false,
			error: {
				code: 'INVALID_INPUT',
				message: expect.stringMatching(/^[A-Z"].*[^\s]$/s),
				details: {
					field,
					expected: expect.stringMatching(/^\S.*\S$/s),
					received: expect.stringMatching(/^\S.*\S$|^\S$/s),
				},
			},
		},
	});
	const { message } = reply.body.error;
	expect(message).not.toMatch(/undefined|\[object|NaN|Invalid |Expected | {2}|switch on/);
	expect(message).not.toMatch(/must be (?:a [aeio]|an [^aeio])/);
}

describe('the task of a request', () => {
	test.each([
		['GET', {}, 'list'],
		['POST', {}, 'create'],
		['GET', { id: 'wh_1' }, 'get'],
		['PUT', { id: 'wh_1' }, 'update'],
		['DELETE', { id: 'wh_1' }, 'delete'],
		['POST', { id: 'wh_1', section: 'test' }, 'test'],
		['GET', { id: 'wh_1', section: 'logs' }, 'getLogs'],
		['GET', { id: 'wh_1', section: 'stats' }, 'getStats'],
		['GET', { id: 'constructor' }, 'get'],
	])('%s %j is %s', (method, where, task) => {
		expect(parseManagementTask(method, where)).toBe(task);
	});

	test.each([
		['PUT', {}, 'GET, POST'],
		['DELETE', {}, 'GET, POST'],
		['HEAD', {}, 'GET, POST'],
		['get', {}, 'GET, POST'],
		['constructor', {}, 'GET, POST'],
		['__proto__', {}, 'GET, POST'],
		['POST', { id: 'wh_1' }, 'GET, PUT, DELETE'],
		['PATCH', { id: 'wh_1' }, 'GET, PUT, DELETE'],
		['toString', { id: 'wh_1' }, 'GET, PUT, DELETE'],
		['GET', { id: 'wh_1', section: 'test' }, 'POST'],
		['PUT', { id: 'wh_1', section: 'logs' }, 'GET'],
		['DELETE', { id: 'wh_1', section: 'stats' }, 'GET'],
		['valueOf', { id: 'wh_1', section: 'stats' }, 'GET'],
	])('%s %j is none: allowed are %s', (method, where, allowed) => {
		expect(parseManagementTask(method, where)).toEqual({
			result: 'refused',
			statusCode: 405,
			code: 'METHOD_NOT_ALLOWED',
			headers: { Allow: allowed },
			reply: {
				success: false,
				error: {
					code: 'METHOD_NOT_ALLOWED',
					message: 'This path does not take this method',
					details: { field: 'method', expected: `one of: ${allowed}`, received: method },
				},
			},
		});
	});

	test.each(['secrets', '', 'Logs', 'constructor', '__proto__', 'toString', 'x'.repeat(101)])(
		'there is none behind the section %j',
		(section) => {
			for (const method of ['GET', 'POST', 'PUT']) {
				expect(parseManagementTask(method, { id: 'x', section })).toEqual({
					result: 'refused',
					statusCode: 404,
					code: 'NOT_FOUND',
					headers: {},
					reply: {
						success: false,
						error: {
							code: 'NOT_FOUND',
							message: 'There is no such path',
							details: {
								field: 'path',
								expected: 'one of: test, logs, stats',
								received: section.slice(0, 100),
							},
						},
					},
				});
			}
		},
	);
});

describe('create', () => {
	test('makes an endpoint of the page’s request, and tells its signing secret once', async () => {
		const world = createManaged();
		const reply = await world.ask('create', { body: page('createWebhook') });
		const { name, url, events } = page('createWebhook');
		expect(reply).toEqual({
			statusCode: 201,
			body: {
				id: expect.stringMatching(/^wh_/),
				name,
				url,
				events,
				status: 'active',
				created_at: '2025-01-15T10:00:00Z',
				last_delivery: null,
				delivery_stats: { total_deliveries: 0, successful_deliveries: 0, failed_deliveries: 0 },
				authentication: { type: 'bearer' },
				signing_secret: expect.stringMatching(/^[0-9a-f]{64}$/),
			},
		});
		const { id, signing_secret: signingSecret, ...shown } = reply.body;
		const endpoint = await world.endpoint(id);
		expect(endpoint).toMatchObject({
			id,
			name,
			platform: { id: 'agenticflow' },
			eventTypes: events,
			status: 'active',
			settings: {},
			secrets: {
				url,
				signing: [{ secret: signingSecret }],
				authentication: { authentication: 'bearer', token: 'your_secret' },
			},
		});
		expect(await world.ask('get', { id })).toEqual({ statusCode: 200, body: { id, ...shown } });
		expect((await world.proofOf(id)).Authorization).toBe('Bearer your_secret');
	});

	test('takes all that the page’s examples set, and a description and a status', async () => {
		const world = createManaged();
		const settings = {
			description: ' Orders of the warehouse ',
			conditions: { satisfaction_score: { lt: 3 }, message_count: { gt: 10 } },
			filters: { include_fields: ['workflow_id', 'output_data.order_id'], exclude_fields: [] },
			batch_settings: { max_events: 100, max_wait_seconds: 300 },
			retry_policy: { max_retries: 3, backoff_multiplier: 2 },
			status: 'disabled',
		};
		const { body } = await world.ask('create', {
			body: {
				...WEBHOOK,
				...settings,
				authentication: { type: 'basic', username: 'jordan', password: ' pass word ' },
			},
		});
		expect(body).toMatchObject({
			...settings,
			status_reason: 'Disabled through the management API',
			authentication: { type: 'basic', username: 'jordan' },
			url: 'https://your-app.com/hooks',
		});
		const { description: _, status: __, ...kept } = settings;
		expect((await world.endpoint(body.id)).settings).toEqual(kept);
		expect(await world.proofOf(body.id)).toMatchObject({
			Authorization: `Basic ${Buffer.from('jordan: pass word ').toString('base64')}`,
			url: WEBHOOK.url,
		});
	});

	test.each([
		[{ type: 'none' }, {}],
		[undefined, {}],
		[{ type: 'bearer', token: ' token-1\n' }, { Authorization: 'Bearer token-1' }],
		[{ type: 'urlToken', token: 'token-1' }, { token: 'token-1' }],
	])('with the authentication %j', async (authentication, proof) => {
		const world = createManaged();
		const id = await world.create({ authentication });
		const { 'X-AgenticFlow-Signature': signature, url, ...rest } = await world.proofOf(id);
		expect(rest).toEqual(proof);
		expect(signature).toMatch(/^sha256=/);
		expect(url).toBe(WEBHOOK.url);
		expect((await world.get(id)).authentication).toEqual({ type: authentication?.type ?? 'none' });
	});

	test.each([
		['http://your-app.com/', {}, 422],
		['http://your-app.com/', { allowInternal: true }, 422],
		['http://your-app.com/', { allowHttp: true }, 201],
		['https://10.0.0.1/', {}, 422],
		['https://10.0.0.1/', { allowHttp: true }, 422],
		['https://10.0.0.1/', { allowInternal: true }, 201],
		['http://localhost/', { allowHttp: true }, 422],
		['http://localhost/', { allowHttp: true, allowInternal: true }, 201],
	])('of %s with %j is answered %d', async (url, rules, statusCode) => {
		const world = createManaged();
		Object.assign(world.rules, rules);
		const reply = await world.ask('create', { body: { ...WEBHOOK, url } });
		expect(reply.statusCode).toBe(statusCode);
		if (statusCode === 422) expectRefused(reply, 'url');
		expect(world.store.rows('endpoints')).toHaveLength(statusCode === 201 ? 1 : 0);
	});
});

describe('a body that cannot be', () => {
	const CONDITIONS = 'conditions such as {"satisfaction_score": {"lt": 3}}';
	const UNUSABLE = 'a value that cannot be used';
	const TYPES = 'one of: none, bearer, urlToken, basic';
	const words = (count) => Array.from({ length: count }, () => 'a');
	const proto = JSON.parse('{"__proto__": {"lt": 1}}');

	/** Each: what is changed of a good one, then the message and the details. */
	const FAULTS = [
		[{ name: undefined }, "Required field 'name' is missing", 'name', 'string', 'null'],
		[{ name: null }, "Field 'name' must be of type string", 'name', 'string', 'null'],
		[{ name: 5 }, "Field 'name' must be of type string", 'name', 'string', 'number'],
		[
			{ name: ' \n' },
			"Field 'name' must be a non-empty string",
			'name',
			'non-empty string',
			'string',
		],
		[
			{ name: 'x'.repeat(201) },
			"Field 'name' must be a string of at most 200 characters",
			'name',
			'string of at most 200 characters',
			'string',
		],
		[{ url: undefined }, "Required field 'url' is missing", 'url', 'string', 'null'],
		[
			{ url: 'your-app.com/hooks' },
			'The endpoint URL is not a URL. Write it whole, e.g. https://example.com/webhooks.',
			'url',
			'a public https:// URL',
			UNUSABLE,
		],
		[
			{ url: 'ftp://your-app.com/' },
			'The endpoint URL begins with ftp://. Webhooks are sent to https:// addresses.',
			'url',
			'a public https:// URL',
			UNUSABLE,
		],
		[
			{ url: 'http://your-app.com/' },
			'The endpoint URL is plain HTTP, which anyone on the way can read. Use https://.',
			'url',
			'a public https:// URL',
			UNUSABLE,
		],
		[
			{ url: 'https://0x7f.1/' },
			'The endpoint URL leads to 127.0.0.1, an address of a private, loopback, link-local or reserved range. Give one that can be reached from everywhere.',
			'url',
			'a public https:// URL',
			UNUSABLE,
		],
		[
			{ url: 'https://user:password@your-app.com/' },
			'The endpoint URL holds a user name or a password. Give them as Basic authentication instead.',
			'url',
			'a public https:// URL',
			UNUSABLE,
		],
		[
			{ url: `https://your-app.com/${'a'.repeat(2000)}` },
			"Field 'url' must be a string of at most 2000 characters",
			'url',
			'string of at most 2000 characters',
			'string',
		],
		[{ events: 'a' }, "Field 'events' must be of type array", 'events', 'array', 'string'],
		[
			{ events: [] },
			"Field 'events' must be a non-empty array",
			'events',
			'non-empty array',
			'array',
		],
		[
			{ events: words(201) },
			"Field 'events' must be an array of at most 200 items",
			'events',
			'array of at most 200 items',
			'array',
		],
		[
			{ events: ['order.paid', 'no event!'] },
			"Field 'events.1' must be an event type such as order.created or order.*",
			'events.1',
			'event type such as order.created or order.*',
			'string',
		],
		[{ events: [null] }, "Field 'events.0' must be of type string", 'events.0', 'string', 'null'],
		[
			{ description: 'x'.repeat(1001) },
			"Field 'description' must be a string of at most 1000 characters",
			'description',
			'string of at most 1000 characters',
			'string',
		],
		[{ conditions: [] }, "Field 'conditions' must be an object", 'conditions', 'object', 'array'],
		[{ conditions: null }, "Field 'conditions' must be an object", 'conditions', 'object', 'null'],
		[
			{ conditions: { n: { above: 3 } } },
			expect.stringContaining('The condition "n" has the unknown operator "above".'),
			'conditions',
			CONDITIONS,
			UNUSABLE,
		],
		[
			{ conditions: { constructor: 1 } },
			'The field path "constructor" holds "constructor", which is not data.',
			'conditions',
			CONDITIONS,
			UNUSABLE,
		],
		[
			{ conditions: proto },
			'The field path "__proto__" holds "__proto__", which is not data.',
			'conditions',
			CONDITIONS,
			UNUSABLE,
		],
		[
			{ conditions: { n: { toString: 3 } } },
			expect.stringContaining('The condition "n" has the unknown operator "toString".'),
			'conditions',
			CONDITIONS,
			UNUSABLE,
		],
		[{ filters: [] }, "Field 'filters' must be of type object", 'filters', 'object', 'array'],
		[
			{ filters: { include_fields: ['a..b'] } },
			'The field path "a..b" has an empty part. Write keys with single dots between them, e.g. output_data.order_id.',
			'filters',
			'dotted paths',
			UNUSABLE,
		],
		[
			{ filters: { exclude_fields: ['a', 'b.__proto__'] } },
			'The field path "b.__proto__" holds "__proto__", which is not data.',
			'filters',
			'dotted paths',
			UNUSABLE,
		],
		[
			{ filters: { include_fields: ['a', ''] } },
			"Field 'filters.include_fields.1' must be a non-empty string",
			'filters.include_fields.1',
			'non-empty string',
			'empty string',
		],
		[
			{ filters: { exclude_fields: words(201) } },
			"Field 'filters.exclude_fields' must be an array of at most 200 items",
			'filters.exclude_fields',
			'array of at most 200 items',
			'array',
		],
		[
			{ filters: { fields: [] } },
			"Field 'filters.fields' is not known",
			'filters.fields',
			'known fields only',
			'another field',
		],
		[
			{ batch_settings: { max_events: 3 } },
			"Required field 'batch_settings.max_wait_seconds' is missing",
			'batch_settings.max_wait_seconds',
			'number',
			'null',
		],
		[
			{ batch_settings: { max_events: 0, max_wait_seconds: 1 } },
			"Field 'batch_settings.max_events' must be a number of at least 1",
			'batch_settings.max_events',
			'number of at least 1',
			'number',
		],
		[
			{ batch_settings: { max_events: 1.5, max_wait_seconds: 1 } },
			"Field 'batch_settings.max_events' must be of type integer",
			'batch_settings.max_events',
			'integer',
			'number',
		],
		[
			{ batch_settings: { max_events: 1001, max_wait_seconds: 1 } },
			"Field 'batch_settings.max_events' must be a number of at most 1000",
			'batch_settings.max_events',
			'number of at most 1000',
			'number',
		],
		[
			{ batch_settings: { max_events: 1, max_wait_seconds: 86_401 } },
			"Field 'batch_settings.max_wait_seconds' must be a number of at most 86400",
			'batch_settings.max_wait_seconds',
			'number of at most 86400',
			'number',
		],
		[
			{ batch_settings: { max_events: 1, max_wait_seconds: 1, max_bytes: 5 } },
			"Field 'batch_settings.max_bytes' is not known",
			'batch_settings.max_bytes',
			'known fields only',
			'another field',
		],
		[
			{ retry_policy: { max_retries: -1 } },
			"Field 'retry_policy.max_retries' must be a number of at least 0",
			'retry_policy.max_retries',
			'number of at least 0',
			'number',
		],
		[
			{ retry_policy: { max_retries: 51 } },
			"Field 'retry_policy.max_retries' must be a number of at most 50",
			'retry_policy.max_retries',
			'number of at most 50',
			'number',
		],
		[
			{ retry_policy: { schedule: 'none' } },
			"Field 'retry_policy.schedule' is not known",
			'retry_policy.schedule',
			'known fields only',
			'another field',
		],
		[
			{ authentication: 'bearer' },
			"Field 'authentication' must be of type object",
			'authentication',
			'object',
			'string',
		],
		[
			{ authentication: { token: 'x' } },
			"Required field 'authentication.type' is missing",
			'authentication.type',
			TYPES,
			'null',
		],
		[
			{ authentication: { type: 'magic' } },
			`Field 'authentication.type' must be ${TYPES}`,
			'authentication.type',
			TYPES,
			'string',
		],
		[
			{ authentication: { type: 'none', token: 'x' } },
			"Field 'authentication.token' is not known",
			'authentication.token',
			'known fields only',
			'another field',
		],
		[
			{ authentication: { type: 'basic', username: 'x', password: '' } },
			"Field 'authentication.password' must be a non-empty string",
			'authentication.password',
			'non-empty string',
			'empty string',
		],
		[
			{ status: 'on' },
			"Field 'status' must be one of: active, disabled",
			'status',
			'one of: active, disabled',
			'string',
		],
		[
			{ status: true },
			"Field 'status' must be one of: active, disabled",
			'status',
			'one of: active, disabled',
			'boolean',
		],
		[{ colour: 1 }, "Field 'colour' is not known", 'colour', 'known fields only', 'another field'],
		[
			{ constructor: 1 },
			"Field 'constructor' is not known",
			'constructor',
			'known fields only',
			'another field',
		],
		[
			{ signing_secret: 'mine' },
			"Field 'signing_secret' is not known",
			'signing_secret',
			'known fields only',
			'another field',
		],
	];
	/** A missing field is a fault of a new webhook alone, and `null` takes a setting back from another. */
	const forUpdates = FAULTS.filter(
		([fields]) =>
			!('conditions' in fields && fields.conditions === null) &&
			!Object.values(fields).includes(undefined),
	);

	const check = async (task, fields, [message, field, expected, received]) => {
		const world = createManaged();
		const id = await world.create();
		const before = world.store.rows('endpoints');
		const reply = await world.ask(task, {
			id: task === 'update' ? id : undefined,
			body: task === 'update' ? fields : { ...WEBHOOK, ...fields },
		});
		expectRefused(reply, field);
		expect(reply.body.error).toEqual({
			code: 'INVALID_INPUT',
			message,
			details: { field, expected, received },
		});
		expect(world.store.rows('endpoints')).toEqual(before);
	};

	const titled = (faults) =>
		faults.map((fault) => [`${fault[2]}: ${JSON.stringify(fault[0]).slice(0, 60)}`, fault]);

	test.each(titled(FAULTS))('makes no webhook, %s', async (_, [fields, ...fault]) => {
		await check('create', fields, fault);
	});

	test.each(titled(forUpdates))('changes none, %s', async (_, [fields, ...fault]) => {
		await check('update', fields, fault);
	});

	test.each([
		['create', { authentication: { type: 'bearer' } }, 'authentication.token'],
		['create', { authentication: { type: 'urlToken' } }, 'authentication.token'],
		['create', { authentication: { type: 'basic', password: 'x' } }, 'authentication.username'],
		['create', { authentication: { type: 'basic', username: 'x' } }, 'authentication.password'],
		['update', { authentication: { type: 'bearer' } }, 'authentication.token'],
		['update', { authentication: { type: 'basic', password: 'x' } }, 'authentication.username'],
		['update', { authentication: { type: 'basic', username: 'x' } }, 'authentication.password'],
	])('%s without the secret of another authentication: %j', async (task, fields, field) => {
		await check(task, fields, [`Required field '${field}' is missing`, field, 'string', 'null']);
	});

	test.each([
		[undefined, 'null'],
		[null, 'null'],
		[[WEBHOOK], 'array'],
		['text', 'string'],
		[5, 'number'],
		[true, 'boolean'],
	])('is no object: %j', async (body, received) => {
		const world = createManaged();
		const id = await world.create();
		for (const task of ['create', 'update', 'test']) {
			const reply = await world.ask(task, { id, body });
			expectRefused(reply, 'body');
			expect(reply.body.error).toMatchObject({
				message: 'The body must be a JSON object',
				details: { expected: 'object', received },
			});
		}
	});

	test.each([
		[{}, 'event', "Required field 'event' is missing"],
		[{ event: 'no event!' }, 'event', "Field 'event' must be an event type such as order.created"],
		[{ event: 'order.*' }, 'event', "Field 'event' must be an event type such as order.created"],
		[{ event: '*' }, 'event', "Field 'event' must be an event type such as order.created"],
		[{ event: 'a', test_data: [] }, 'test_data', "Field 'test_data' must be an object"],
		[{ event: 'a', test_data: null }, 'test_data', "Field 'test_data' must be an object"],
		[{ event: 'a', data: {} }, 'data', "Field 'data' is not known"],
	])('tests none: %j', async (body, field, message) => {
		const world = createManaged();
		const id = await world.create();
		const reply = await world.ask('test', { id, body });
		expectRefused(reply, field);
		expect(reply.body.error.message).toBe(message);
		expect(world.attempts).toEqual([]);
	});

	test('is anything else that JSON can say: it is refused in the page’s format, or taken whole', async () => {
		const fields = fc.record(
			Object.fromEntries(
				[
					...['name', 'url', 'events', 'description', 'conditions', 'filters', 'batch_settings'],
					...['retry_policy', 'authentication', 'status', '__proto__', 'toString'],
				].map((name) => [
					name,
					fc.oneof(
						fc.jsonValue(),
						fc.record(
							{
								type: fc.constantFrom('bearer', 'basic', 'none', '__proto__'),
								token: fc.jsonValue(),
								include_fields: fc.array(fc.jsonValue()),
								max_retries: fc.jsonValue(),
								or: fc.jsonValue(),
							},
							{ requiredKeys: [] },
						),
					),
				]),
			),
			{ requiredKeys: [] },
		);
		const world = createManaged();
		const id = await world.create();
		await fc.assert(
			fc.asyncProperty(fields, fc.boolean(), async (changes, whole) => {
				const body = JSON.parse(JSON.stringify(whole ? { ...WEBHOOK, ...changes } : changes));
				for (const task of ['create', 'update']) {
					const reply = await world.ask(task, { id, body });
					if (reply.statusCode === 422) {
						expectRefused(reply, expect.any(String));
						expect(Object.keys(body).concat('body', 'name', 'url', 'events')).toContain(
							reply.body.error.details.field.split('.')[0],
						);
					} else {
						expect(reply.statusCode).toBe(task === 'create' ? 201 : 200);
					}
				}
			}),
			{ numRuns: 120 },
		);
	});
});

describe('update', () => {
	const SECRETS = { type: 'bearer', token: 'token-1' };
	const SETTINGS = {
		conditions: { amount: { gte: 100 } },
		filters: { include_fields: ['id', 'user'], exclude_fields: ['user.email'] },
		batch_settings: { max_events: 10, max_wait_seconds: 60 },
		retry_policy: { max_retries: 3, backoff_multiplier: 2 },
	};

	test('makes the page’s changes, and no other', async () => {
		const world = createManaged();
		const id = await world.create({ ...SETTINGS, authentication: SECRETS, description: 'All' });
		const [shown, proof] = [await world.get(id), await world.proofOf(id)];
		const body = page('updateWebhook');
		const reply = await world.ask('update', { id, body });
		expect(reply).toEqual({ statusCode: 200, body: { ...shown, ...body } });
		expect(await world.get(id)).toEqual(reply.body);
		expect(await world.proofOf(id)).toEqual({ ...proof, url: body.url });
	});

	test('with nothing changes nothing', async () => {
		const world = createManaged();
		const id = await world.create({ ...SETTINGS, authentication: SECRETS });
		const before = await world.endpoint(id);
		const shown = await world.get(id);
		expect(await world.ask('update', { id, body: {} })).toEqual({ statusCode: 200, body: shown });
		expect(await world.endpoint(id)).toEqual({ ...before, revision: before.revision + 1 });
	});

	test('with what was read, whatever of it, loses nothing', async () => {
		const NAMES = Object.keys({
			...SETTINGS,
			name: 1,
			url: 1,
			events: 1,
			authentication: 1,
			id: 1,
		});
		await fc.assert(
			fc.asyncProperty(
				fc.subarray(Object.keys(SETTINGS)),
				fc.constantFrom(
					undefined,
					SECRETS,
					{ type: 'urlToken', token: 'token-2' },
					{ type: 'basic', username: 'jordan', password: ' p ' },
				),
				fc.option(fc.subarray(NAMES)),
				async (set, authentication, written) => {
					const world = createManaged();
					const settings = Object.fromEntries(set.map((name) => [name, SETTINGS[name]]));
					const id = await world.create({ ...settings, authentication });
					const [before, shown] = [await world.endpoint(id), await world.get(id)];
					const body =
						written === null
							? shown
							: Object.fromEntries(
									Object.entries(shown).filter(([name]) => written.includes(name)),
								);
					const reply = await world.ask('update', { id, body });
					expect(reply).toEqual({ statusCode: 200, body: shown });
					const after = await world.endpoint(id);
					expect(after.secrets.authentication).toMatchObject(before.secrets.authentication);
					expect({ ...after, secrets: { ...after.secrets, authentication: 0 } }).toEqual({
						...before,
						secrets: { ...before.secrets, authentication: 0 },
						revision: before.revision + 1,
					});
				},
			),
			{ numRuns: 60 },
		);
	});

	test('with what was read takes nothing from an endpoint that its owner has made', async () => {
		const anyOf = (fields) => fc.record(fields, { requiredKeys: [] });
		const settings = anyOf({
			conditions: fc.constant(SETTINGS.conditions),
			filters: anyOf({
				include_fields: fc.constantFrom([], ['id']),
				exclude_fields: fc.constantFrom([], ['id']),
			}),
			batch_settings: fc.record(
				{
					max_events: fc.integer({ min: 1, max: 1000 }),
					max_wait_seconds: fc.integer({ min: 1, max: 86_400 }),
					max_bytes: fc.constant(2048),
				},
				{ requiredKeys: ['max_events', 'max_wait_seconds'] },
			),
			retry_policy: anyOf({
				schedule: fc.constantFrom('exponential', 'none', 'standardWebhooks'),
				max_retries: fc.integer({ min: 0, max: 50 }),
				first_delay_seconds: fc.constant(5),
				backoff_multiplier: fc.integer({ min: 1, max: 10 }),
				retry_statuses: fc.constant('5xx'),
			}),
			rate_limit: fc.constant({ max: 2, per_seconds: 1 }),
			disable_rule: fc.constant({ rule: 'never' }),
			timeout_seconds: fc.constant(7),
			verify_tls: fc.constant(false),
		});
		const authentication = fc.constantFrom(
			{},
			{ authentication: 'none' },
			{ authentication: 'bearer', token: 'token-1' },
			{ authentication: 'urlToken', token: 'token-1' },
			{ authentication: 'basic', user: 'jordan', password: ' p ' },
			{ signatureScheme: 'none' },
			{ signatureScheme: 'none', authentication: 'bearer', token: 'token-1' },
			{ signatureScheme: 'workflux', authentication: 'basic', user: 'jordan', password: 'p' },
		);
		await fc.assert(
			fc.asyncProperty(
				settings,
				authentication,
				fc.constantFrom([], ['*'], ['order.*', 'a']),
				fc.constantFrom(
					'https://your-app.com/hooks?key=1#top',
					'https://10.0.0.1:8443/?key=1',
					'http://localhost:3000/hooks',
				),
				async (given, proves, eventTypes, url) => {
					const world = createManaged();
					await world.register('ep_a', {
						settings: { ...given, allow_http: true, allow_internal: true },
						authentication: proves,
						eventTypes,
						url,
						headers: { 'X-Api-Key': 'key' },
						description: 'The owner’s own',
					});
					const [before, shown] = [await world.endpoint('ep_a'), await world.get('ep_a')];
					const proof = await world.proofOf('ep_a');
					const reply = await world.ask('update', { id: 'ep_a', body: shown });
					expect(reply).toEqual({ statusCode: 200, body: shown });
					const after = await world.endpoint('ep_a');
					expect({ ...after, secrets: 0 }).toEqual({
						...before,
						secrets: 0,
						revision: before.revision + 1,
						// Without types it gets all events, which has a name.
						eventTypes: eventTypes.length === 0 ? ['*'] : eventTypes,
					});
					expect(after.secrets).toEqual({
						...before.secrets,
						authentication: { authentication: 'none', ...proves },
					});
					expect(await world.proofOf('ep_a')).toEqual(proof);
				},
			),
			{ numRuns: 60 },
		);
	});

	test.each([
		['conditions', null, undefined, {}],
		['conditions', {}, {}, { conditions: {} }],
		['filters', null, undefined, {}],
		['filters', { exclude_fields: [] }, { include_fields: ['id', 'user'], exclude_fields: [] }],
		['batch_settings', null, undefined, {}],
		[
			'batch_settings',
			{ max_events: 2, max_wait_seconds: 5 },
			{ max_events: 2, max_wait_seconds: 5 },
		],
		['retry_policy', null, undefined, {}],
		['retry_policy', { max_retries: 0 }, { max_retries: 0, backoff_multiplier: 2 }],
	])('sets %s to %j', async (name, value, shown) => {
		const world = createManaged();
		const id = await world.create(SETTINGS);
		const { [name]: _, ...others } = await world.get(id);
		const { body, statusCode } = await world.ask('update', { id, body: { [name]: value } });
		expect(statusCode).toBe(200);
		expect(body).toEqual({ ...others, ...(shown && { [name]: shown }) });
		expect(await world.get(id)).toEqual(body);
	});

	test('takes back the retries that a caller set, and leaves its owner’s', async () => {
		const world = createManaged();
		await world.register('ep_a', {
			settings: {
				retry_policy: { schedule: 'exponential', first_delay_seconds: 5, max_retries: 9 },
				batch_settings: { max_events: 5, max_wait_seconds: 5, max_bytes: 2048 },
			},
		});
		expect(await world.get('ep_a')).toMatchObject({
			retry_policy: { max_retries: 9 },
			batch_settings: { max_events: 5, max_wait_seconds: 5 },
		});
		const body = { retry_policy: null, batch_settings: { max_events: 6, max_wait_seconds: 7 } };
		const reply = await world.ask('update', { id: 'ep_a', body });
		expect(reply.body).not.toHaveProperty('retry_policy');
		expect((await world.endpoint('ep_a')).settings).toEqual({
			retry_policy: { schedule: 'exponential', first_delay_seconds: 5 },
			batch_settings: { max_events: 6, max_wait_seconds: 7, max_bytes: 2048 },
		});
	});

	test('changes the authentication, and leaves nothing of the one before', async () => {
		const world = createManaged();
		await world.register('ep_a', {
			authentication: { signatureScheme: 'workflux', authentication: 'bearer', token: 'token-1' },
		});
		const secretsOf = async () => (await world.endpoint('ep_a')).secrets.authentication;
		const update = async (authentication) => {
			const { body, statusCode } = await world.ask('update', {
				id: 'ep_a',
				body: { authentication },
			});
			expect(statusCode).toBe(200);
			// What is shown can be written back.
			expect((await world.ask('update', { id: 'ep_a', body })).statusCode).toBe(200);
			return body.authentication;
		};
		const scheme = { signatureScheme: 'workflux' };
		expect(await update({ type: 'basic', username: 'jordan', password: 'p' })).toEqual({
			type: 'basic',
			username: 'jordan',
		});
		const basic = { ...scheme, authentication: 'basic', user: 'jordan', password: 'p' };
		expect(await secretsOf()).toEqual(basic);
		await update({ type: 'basic', username: 'riley' });
		expect(await secretsOf()).toEqual({ ...basic, user: 'riley' });
		expect(await update({ type: 'bearer', token: 'token-2' })).toEqual({ type: 'bearer' });
		expect(await secretsOf()).toEqual({ ...scheme, authentication: 'bearer', token: 'token-2' });
		// A token for a header is not put into URLs by itself.
		const inUrl = { authentication: { type: 'urlToken' } };
		expectRefused(await world.ask('update', { id: 'ep_a', body: inUrl }), 'authentication.token');
		expect(await update({ type: 'none' })).toEqual({ type: 'none' });
		expect(await secretsOf()).toEqual({ ...scheme, authentication: 'none' });
		for (const authentication of [{ type: 'bearer' }, { type: 'urlToken' }]) {
			const reply = await world.ask('update', { id: 'ep_a', body: { authentication } });
			expectRefused(reply, 'authentication.token');
		}
	});

	test('keeps the query of the URL that was shown, and takes another URL as it is', async () => {
		const world = createManaged();
		const id = await world.create();
		const urlAfter = async (url) => {
			await world.ask('update', { id, body: { url } });
			return (await world.endpoint(id)).secrets.url;
		};
		expect(await urlAfter('https://your-app.com/hooks')).toBe(WEBHOOK.url);
		expect(await urlAfter('https://your-app.com/hooks?key=2')).toBe(
			'https://your-app.com/hooks?key=2',
		);
		expect(await urlAfter('https://your-app.com/hooks')).toBe('https://your-app.com/hooks?key=2');
		expect(await urlAfter(' https://your-app.com/other ')).toBe('https://your-app.com/other');
	});

	test.each([
		['http://your-app.com/', {}, 422],
		['http://your-app.com/', { allowHttp: true }, 200],
		['https://169.254.169.254/', {}, 422],
		['https://169.254.169.254/', { allowInternal: true }, 200],
		['http://10.0.0.1/', { allowHttp: true }, 422],
		['http://10.0.0.1/', { allowHttp: true, allowInternal: true }, 200],
		['https://your-app.com/', {}, 200],
	])(
		'to %s with %j is answered %d, whatever was allowed before',
		async (url, rules, statusCode) => {
			for (const before of [{}, { allow_http: true, allow_internal: true }]) {
				const world = createManaged();
				await world.register('ep_a', { settings: before });
				Object.assign(world.rules, rules);
				const stored = world.store.rows('endpoints');
				const reply = await world.ask('update', { id: 'ep_a', body: { url } });
				expect(reply.statusCode).toBe(statusCode);
				if (statusCode === 200) {
					expect((await world.endpoint('ep_a')).secrets.url).toBe(url);
				} else {
					expectRefused(reply, 'url');
					expect(world.store.rows('endpoints')).toEqual(stored);
				}
			}
		},
	);

	test('of something else leaves a URL that was allowed before', async () => {
		const world = createManaged();
		Object.assign(world.rules, { allowHttp: true, allowInternal: true });
		const id = await world.create({ url: 'http://localhost:3000/hooks?key=1' });
		Object.assign(world.rules, { allowHttp: false, allowInternal: false });
		for (const body of [{ name: 'Renamed' }, await world.get(id)]) {
			expect((await world.ask('update', { id, body })).statusCode).toBe(200);
		}
		const url = 'http://localhost:3000/other';
		expectRefused(await world.ask('update', { id, body: { url } }), 'url');
		expect((await world.endpoint(id)).secrets.url).toBe('http://localhost:3000/hooks?key=1');
	});

	test('switches it off and on; what its health was counts no longer', async () => {
		const world = createManaged();
		const id = await world.create();
		const [{ id: row }] = world.store.rows('endpoints');
		world.store.edit('endpoints', row, { failing_since: START, consecutive_failures: 3 });
		const off = await world.ask('update', { id, body: { status: 'disabled' } });
		expect(off.body).toMatchObject({
			status: 'disabled',
			status_reason: 'Disabled through the management API',
		});
		expect(await world.endpoint(id)).toMatchObject({ failingSince: null, consecutiveFailures: 0 });
		const on = await world.ask('update', { id, body: { ...off.body, status: 'active' } });
		expect(on.body).toMatchObject({ status: 'active' });
		expect(on.body).not.toHaveProperty('status_reason');
	});

	test('of several at once loses none', async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1 }),
				async (latencies) => {
					const world = createManaged();
					const id = await world.create({ authentication: SECRETS });
					let turn = 0;
					const latency = () => latencies[(turn += 1) % latencies.length];
					const changes = [
						{ name: 'Renamed' },
						{ url: 'https://your-app.com/other?key=2' },
						{ events: ['a'] },
						{ retry_policy: { max_retries: 7 } },
						{ retry_policy: { backoff_multiplier: 4 } },
						{ status: 'disabled' },
					];
					const replies = await Promise.all(
						changes.map(
							async (body) =>
								await world.ask('update', { id, body, ports: world.process({ latency }) }),
						),
					);
					expect(replies.map(({ statusCode }) => statusCode)).toEqual(changes.map(() => 200));
					expect(await world.endpoint(id)).toMatchObject({
						name: 'Renamed',
						eventTypes: ['a'],
						status: 'disabled',
						settings: { retry_policy: { max_retries: 7, backoff_multiplier: 4 } },
						revision: 1 + changes.length,
					});
					expect(await world.proofOf(id)).toMatchObject({
						Authorization: 'Bearer token-1',
						url: 'https://your-app.com/other?key=2',
					});
				},
			),
			{ numRuns: 30 },
		);
	});

	test('keeps the secret that somebody else gives it at that moment', async () => {
		const world = createManaged();
		const id = await world.create({ authentication: SECRETS });
		let meddled = false;
		const ports = world.process();
		const { update } = ports.tables;
		ports.tables.update = async (...args) => {
			if (!meddled) {
				meddled = true;
				const authentication = { type: 'bearer', token: 'token-of-another' };
				await world.ask('update', { id, body: { authentication } });
			}
			return await update(...args);
		};
		await world.ask('update', { id, ports, body: { authentication: { type: 'bearer' } } });
		expect((await world.proofOf(id)).Authorization).toBe('Bearer token-of-another');
	});

	test('that others get ahead of all the time is given up as a fault', async () => {
		const world = createManaged();
		const id = await world.create();
		const ports = world.process();
		const { update } = ports.tables;
		ports.tables.update = async (...args) => {
			const [{ id: row, revision }] = world.store.rows('endpoints');
			world.store.edit('endpoints', row, { revision: revision + 1 });
			return await update(...args);
		};
		await expect(
			world.ask('update', { id, ports, body: { name: 'Renamed' } }),
		).rejects.toMatchObject({
			name: 'ConflictError',
		});
		expect((await world.get(id)).name).toBe(WEBHOOK.name);
	});

	test('of a webhook that is deleted at that moment finds none', async () => {
		const world = createManaged();
		const id = await world.create();
		const ports = world.process();
		const { update } = ports.tables;
		ports.tables.update = async (...args) => {
			await world.ask('delete', { id });
			return await update(...args);
		};
		expect(await world.ask('update', { id, ports, body: { name: 'Renamed' } })).toEqual(NOT_FOUND);
		expect(world.store.rows('endpoints')).toEqual([]);
	});
});

describe('delete', () => {
	test('deletes the webhook, once, and leaves the others', async () => {
		const world = createManaged();
		const [id, other] = [await world.create(), await world.create()];
		const replies = await Promise.all([1, 2].map(async () => await world.ask('delete', { id })));
		const deleted = {
			statusCode: 200,
			body: { success: true, message: 'Webhook deleted successfully', id },
		};
		expect(replies).toHaveLength(2);
		expect(replies).toEqual(expect.arrayContaining([deleted, NOT_FOUND]));
		expect(await world.ask('get', { id })).toEqual(NOT_FOUND);
		const { body } = await world.ask('list');
		expect(body.webhooks.map((webhook) => webhook.id)).toEqual([other]);
	});
});

describe('test', () => {
	test('sends the page’s event once, whatever the webhook gets otherwise', async () => {
		const world = createManaged({ answer: () => 204 });
		const id = await world.create({
			events: ['order.*'],
			conditions: { amount: { gt: 3 } },
			filters: { exclude_fields: ['status'] },
			batch_settings: { max_events: 10, max_wait_seconds: 60 },
			status: 'disabled',
		});
		const reply = await world.ask('test', { id, body: page('testWebhook') });
		expect(reply).toEqual({
			statusCode: 200,
			body: {
				success: true,
				event: 'workflow.execution.completed',
				event_id: expect.stringMatching(/^evt_/),
				response_code: 204,
				response_time_ms: 100,
			},
		});
		expect(world.attempts).toHaveLength(1);
		const [{ body, key }] = world.attempts;
		expect(key).toBe(reply.body.event_id);
		expect(JSON.parse(body)).toEqual({
			event: 'workflow.execution.completed',
			timestamp: '2025-01-15T10:00:00Z',
			webhook_id: id,
			data: { workflow_id: 'test_workflow' },
		});
		expect(world.deliveries()).toEqual([]);
	});

	test('needs no data', async () => {
		const world = createManaged();
		const id = await world.create();
		await world.ask('test', { id, body: { event: 'order.created' } });
		expect(JSON.parse(world.attempts[0].body).data).toEqual({});
	});

	test.each([
		[500, { response_code: 500, error_message: 'The endpoint answered with status 500' }],
		[302, { response_code: 302, error_message: expect.stringContaining('redirect') }],
		[
			{ kind: 'error', code: 'ENOTFOUND', message: 'The endpoint’s host name is not known' },
			{ response_code: null, error_message: 'The endpoint’s host name is not known' },
		],
	])('says what went wrong, and tries once: %j', async (answered, expected) => {
		const world = createManaged({ answer: () => answered });
		const id = await world.create();
		const reply = await world.ask('test', { id, body: { event: 'order.created' } });
		expect(reply).toEqual({
			statusCode: 200,
			body: {
				success: false,
				event: 'order.created',
				event_id: expect.any(String),
				response_time_ms: 100,
				...expected,
			},
		});
		expect(world.attempts).toHaveLength(1);
	});
});

let rowCount = 0;
/** A row of the table of deliveries. */
const row = (endpointId, more = {}) => ({
	delivery_id: `dlv_${(rowCount += 1)}`,
	event_id: `evt_${rowCount}`,
	event_type: 'order.created',
	event_ids: null,
	endpoint_id: endpointId,
	accepted_at: START,
	status: 'delivered',
	attempts: 1,
	last_attempt_at: '2025-01-15T10:00:01.234Z',
	next_attempt_at: null,
	completed_at: START,
	response_code: 200,
	response_time_ms: 10,
	payload_size: 20,
	error: null,
	attempt_log: JSON.stringify([
		{
			attempt: 1,
			time: START,
			outcome: 'success',
			status_code: 200,
			duration_ms: 10,
			error_message: null,
		},
	]),
	replayed_at: null,
	lease_owner: null,
	...more,
});

/** All pages of a list or a log, `between` being done before each but the first. */
async function pagesOf(ask, field, limit, between = async () => {}) {
	const pages = [];
	let cursor;
	do {
		if (cursor !== undefined) await between(pages.length);
		const query = { limit: String(limit), ...(cursor !== undefined && { cursor }) };
		const { body, statusCode } = await ask(query);
		expect(statusCode).toBe(200);
		expect(Object.keys(body)).toEqual([field, 'next_cursor']);
		pages.push(body[field]);
		cursor = body.next_cursor;
		expect(pages.length).toBeLessThan(300);
	} while (cursor !== null);
	return pages;
}

describe('list', () => {
	test('has the page’s fields, in the order in which the webhooks were registered', async () => {
		const world = createManaged();
		expect(await world.ask('list')).toEqual({
			statusCode: 200,
			body: { webhooks: [], next_cursor: null },
		});
		const first = await world.create(page('createWebhook'));
		world.clock.advance(SECOND);
		const second = await world.create();
		world.store.insert('deliveries', [
			row(first),
			row(first, { last_attempt_at: '2025-01-16T10:30:00.999Z' }),
			row(first, { status: 'failed', last_attempt_at: '2025-01-15T11:00:00.000Z' }),
			row(first, { status: 'pending', last_attempt_at: null }),
			row('ep_other'),
		]);
		const { body } = await world.ask('list');
		expect(body.webhooks.map(({ id }) => id)).toEqual([first, second]);
		const [model] = page('webhookList').webhooks;
		expect(Object.keys(body.webhooks[0])).toEqual(expect.arrayContaining(Object.keys(model)));
		expect(body.webhooks[0]).toEqual({
			id: first,
			name: model.name,
			url: model.url,
			events: model.events,
			status: model.status,
			created_at: '2025-01-15T10:00:00Z',
			last_delivery: '2025-01-16T10:30:00Z',
			delivery_stats: { total_deliveries: 4, successful_deliveries: 2, failed_deliveries: 1 },
			authentication: { type: 'bearer' },
		});
		expect(body.webhooks[1]).toMatchObject({
			last_delivery: null,
			delivery_stats: { total_deliveries: 0, successful_deliveries: 0, failed_deliveries: 0 },
		});
		for (const webhook of body.webhooks) expect(await world.get(webhook.id)).toEqual(webhook);
	});

	test('comes in pages of 50, or of 1 to 100', async () => {
		const world = createManaged();
		const ids = [];
		for (let n = 0; n < 101; n += 1) ids.push(await world.create());
		const length = async (query) => (await world.ask('list', { query })).body.webhooks.length;
		expect(await length({})).toBe(50);
		expect(await length({ cursor: '' })).toBe(50);
		expect(await length({ limit: '1' })).toBe(1);
		expect(await length({ limit: '007' })).toBe(7);
		expect(await length({ limit: '100' })).toBe(100);
		const pages = await pagesOf((query) => world.ask('list', { query }), 'webhooks', 100);
		expect(pages.map((one) => one.length)).toEqual([100, 1]);
		expect(
			pages
				.flat()
				.map(({ id }) => id)
				.sort(),
		).toEqual(ids.sort());
	});

	test('shows each once that is there all the time, whoever comes and goes between its pages', async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.integer({ min: 0, max: 9 }),
				fc.integer({ min: 1, max: 4 }),
				fc.array(fc.tuple(fc.constantFrom('create', 'delete', 'deleteLast', 'wait'), fc.nat(50)), {
					maxLength: 12,
				}),
				async (count, limit, script) => {
					const world = createManaged();
					const alive = [];
					for (let n = 0; n < count; n += 1) {
						alive.push(await world.create());
						world.clock.advance(n % 3);
					}
					const atFirst = [...alive];
					const seen = [];
					const pages = await pagesOf(
						async (query) => {
							const reply = await world.ask('list', { query });
							seen.push(...reply.body.webhooks.map(({ id }) => id));
							return reply;
						},
						'webhooks',
						limit,
						async () => {
							const [action, number] = script.shift() ?? ['wait', 0];
							if (action === 'wait') world.clock.advance(number);
							if (action === 'create' && script.length > 0) await world.create();
							const id = action === 'deleteLast' ? seen.at(-1) : alive[number % alive.length];
							if (action.startsWith('delete') && alive.includes(id)) {
								alive.splice(alive.indexOf(id), 1);
								await world.ask('delete', { id });
							}
						},
					);
					expect(new Set(seen).size).toBe(seen.length);
					expect(seen).toEqual(expect.arrayContaining(atFirst.filter((id) => alive.includes(id))));
					for (const one of pages) expect(one.length).toBeLessThanOrEqual(limit);
				},
			),
			{ numRuns: 60 },
		);
	});
});

describe('the log', () => {
	test('has the page’s fields, the newest first', async () => {
		const world = createManaged();
		const id = await world.create();
		expect(await world.ask('getLogs', { id })).toEqual({
			statusCode: 200,
			body: { logs: [], next_cursor: null },
		});
		world.store.insert('deliveries', [
			row(id, { delivery_id: 'dlv_a', response_time_ms: 145, payload_size: 1024 }),
			row('ep_other'),
			row(id, { delivery_id: 'dlv_b', status: 'failed', response_code: 400, error: 'Why' }),
		]);
		const { body } = await world.ask('getLogs', { id });
		const [model] = page('webhookLogs').logs;
		expect(body.logs.map((log) => log.id)).toEqual(['dlv_b', 'dlv_a']);
		expect(body.logs[0]).toMatchObject({
			status: 'failed',
			response_code: 400,
			error_message: 'Why',
		});
		expect(Object.keys(body.logs[1])).toEqual(Object.keys(model));
		expect(body.logs[1]).toEqual({
			...model,
			id: 'dlv_a',
			timestamp: '2025-01-15T10:00:01Z',
			event: 'order.created',
		});
	});

	test.each([
		['delivered', 'success'],
		['failed', 'failed'],
		['pending', 'pending'],
		['sending', 'pending'],
		['gathering', 'pending'],
		['held', 'held'],
	])('calls what is %s %s', async (status, shown) => {
		const world = createManaged();
		const id = await world.create();
		const begun = { last_attempt_at: null, response_code: null, response_time_ms: null };
		world.store.insert('deliveries', [
			row(id, { status, ...begun, payload_size: null, attempts: 0 }),
		]);
		const { body } = await world.ask('getLogs', { id });
		expect(body.logs).toEqual([
			expect.objectContaining({
				status: shown,
				timestamp: '2025-01-15T10:00:00Z',
				response_code: null,
				response_time_ms: null,
				payload_size: null,
				attempts: 0,
			}),
		]);
	});

	test('comes in pages of 50, or of 1 to 100, each delivery once', async () => {
		const world = createManaged();
		const [id, other] = [await world.create(), await world.create()];
		const rows = Array.from({ length: 220 }, (_, n) => row(n % 2 === 0 ? id : other));
		world.store.insert('deliveries', rows);
		const own = rows
			.filter(({ endpoint_id: endpointId }) => endpointId === id)
			.map(({ delivery_id: deliveryId }) => deliveryId)
			.reverse();
		const ask = async (query) => await world.ask('getLogs', { id, query });
		expect((await ask({})).body.logs).toHaveLength(50);
		for (const limit of [1, 7, 55, 100]) {
			const pages = await pagesOf(ask, 'logs', limit);
			expect(pages.flat().map((log) => log.id)).toEqual(own);
			for (const one of pages.slice(0, -1)) expect(one).toHaveLength(limit);
		}
		// More arrive between the pages: they are newer than what follows.
		const seen = await pagesOf(ask, 'logs', 30, async () =>
			world.store.insert('deliveries', [row(id)]),
		);
		expect(seen.flat().map((log) => log.id)).toEqual(own);
	});

	test('shows no other webhook’s deliveries, also behind the cursor of its log', async () => {
		const world = createManaged();
		const [id, other] = [await world.create(), await world.create()];
		world.store.insert('deliveries', [row(id), row(other), row(id), row(other), row(other)]);
		const { body } = await world.ask('getLogs', { id: other, query: { limit: '1' } });
		const reply = await world.ask('getLogs', { id, query: { cursor: body.next_cursor } });
		const ownRows = world.deliveries().filter(({ endpoint_id: endpointId }) => endpointId === id);
		expect(reply.body.logs.map((log) => log.id).reverse()).toEqual(
			ownRows.map(({ delivery_id: deliveryId }) => deliveryId),
		);
	});
});

describe('stats', () => {
	test('are the webhook’s own', async () => {
		const world = createManaged();
		const id = await world.create();
		world.store.insert('deliveries', [
			row(id),
			row(id, { status: 'failed', accepted_at: new Date(Date.parse(START) + DAY).toISOString() }),
			row('ep_other'),
		]);
		const { body, statusCode } = await world.ask('getStats', { id });
		expect(statusCode).toBe(200);
		expect(body).toMatchObject({
			webhook_id: id,
			total_deliveries: 2,
			successful_deliveries: 1,
			failed_deliveries: 1,
			success_rate: 0.5,
			response_time_ms: { p50: 10, max: 10 },
			last_delivery: '2025-01-15T10:00:01Z',
			by_day: [
				{ day: '2025-01-15', total_deliveries: 1, last_delivery: '2025-01-15T10:00:01Z' },
				{ day: '2025-01-16', total_deliveries: 1 },
			],
		});
		expect(body).not.toHaveProperty('by_endpoint');
		expect((await world.get(id)).last_delivery).toBe(body.last_delivery);
	});

	test('of nothing are empty', async () => {
		const world = createManaged();
		const { body } = await world.ask('getStats', { id: await world.create() });
		expect(body).toMatchObject({
			total_deliveries: 0,
			success_rate: null,
			last_delivery: null,
			by_day: [],
		});
	});
});

describe('paging that cannot be', () => {
	const encode = (text) => Buffer.from(text).toString('base64url');

	test.each([
		['0', '0'],
		['101', '101'],
		['-1', '-1'],
		['1.5', '1.5'],
		['x', 'x'],
		['', 'empty string'],
		[' 5', ' 5'],
		['1e1', '1e1'],
		['0x10', '0x10'],
		['١', '١'],
		['Infinity', 'Infinity'],
		['9'.repeat(101), '9'.repeat(100)],
		[['1', '2'], 'array'],
		[['1'], 'array'],
		[{ toString: 'x' }, 'object'],
		[null, 'null'],
	])('a limit of %j', async (limit, received) => {
		const world = createManaged();
		const id = await world.create();
		for (const task of ['list', 'getLogs']) {
			expect(await world.ask(task, { id, query: { limit } })).toEqual({
				statusCode: 422,
				body: {
					success: false,
					error: {
						code: 'INVALID_INPUT',
						message: "Parameter 'limit' must be a number from 1 to 100",
						details: { field: 'limit', expected: 'a number from 1 to 100', received },
					},
				},
			});
		}
	});

	const WRONG = {
		reply: {
			statusCode: 422,
			body: {
				success: false,
				error: {
					code: 'INVALID_INPUT',
					message: "Parameter 'cursor' is not one that a page came with",
					details: {
						field: 'cursor',
						expected: 'the next_cursor of a page',
						received: 'another text',
					},
				},
			},
		},
	};

	test.each([
		'!!',
		'x',
		'null',
		'wh_1',
		'2025-01-15T10:00:00.000Z wh_1',
		'12',
		encode(''),
		encode(' '),
		encode('0'),
		encode('-1'),
		encode('1.5'),
		encode('1e3'),
		encode('x'),
		encode('9'.repeat(30)),
		encode('2025-01-15'),
		encode('wh_1 2025-01-15T10:00:00.000Z'),
		[encode('2025-01-15T10:00:00.000Z wh_1'), encode('12')],
		{ toString: 'x' },
		null,
	])('the cursor %j', async (cursor) => {
		const world = createManaged();
		const id = await world.create();
		world.store.insert('deliveries', [row(id)]);
		// Nothing is encoded as nothing, which is the first page’s.
		const expected = cursor === '' ? { statusCode: 200 } : WRONG.reply;
		for (const task of ['list', 'getLogs']) {
			expect(await world.ask(task, { id, query: { cursor } })).toMatchObject(expected);
		}
	});

	test('a cursor of the other list', async () => {
		const world = createManaged();
		const [id] = [await world.create(), await world.create()];
		world.store.insert('deliveries', [row(id), row(id)]);
		const query = { limit: '1' };
		const list = await world.ask('list', { query });
		const logs = await world.ask('getLogs', { id, query });
		const crossed = (cursor) => ({ query: { cursor }, id });
		expect(await world.ask('getLogs', crossed(list.body.next_cursor))).toEqual(WRONG.reply);
		expect(await world.ask('list', crossed(logs.body.next_cursor))).toEqual(WRONG.reply);
		expect(await world.ask('list', crossed(list.body.next_cursor))).toMatchObject({
			statusCode: 200,
			body: { webhooks: [{}], next_cursor: null },
		});
	});
});

describe('a webhook that is not the caller’s to see', () => {
	const OWN = TASKS.filter((task) => task !== 'list' && task !== 'create');

	test.each(OWN)('%s: one of another platform, one that is not there', async (task) => {
		const world = createManaged();
		await world.register('ep_own', { platform: 'standardWebhooks', signingSecret: undefined });
		await world.register('ep_custom', { platform: 'workflux' });
		const own = await world.create();
		const before = world.store.rows('endpoints');
		for (const id of [
			'ep_own',
			'ep_custom',
			'wh_gone',
			'',
			undefined,
			'__proto__',
			'*',
			`${own} `,
		]) {
			expect(await world.ask(task, { id, body: bodyOf(task) })).toEqual(NOT_FOUND);
		}
		expect(world.store.rows('endpoints')).toEqual(before);
		expect(world.attempts).toEqual([]);
		expect((await world.ask(task, { id: own, body: bodyOf(task) })).statusCode).toBe(200);
	});

	test('is on no page of the list, and takes nobody’s place there', async () => {
		const world = createManaged();
		const ids = [];
		for (let n = 0; n < 6; n += 1) {
			await world.register(`ep_${n}`, { platform: 'workflux' });
			ids.push(await world.create());
			world.clock.advance(1);
		}
		const pages = await pagesOf((query) => world.ask('list', { query }), 'webhooks', 2);
		expect(pages.map((one) => one.map(({ id }) => id))).toEqual([
			ids.slice(0, 2),
			ids.slice(2, 4),
			ids.slice(4),
		]);
	});

	test('is all of them, for a platform without such an API', async () => {
		const world = createManaged();
		world.rules.profile = getPlatform('workflux');
		for (const task of TASKS) {
			await expect(world.ask(task, { id: 'wh_1', body: bodyOf(task) })).rejects.toThrow(
				'WorkFlux has no API for its webhooks.',
			);
		}
	});
});

describe('a fault of the outbox is not answered', () => {
	test.each(TASKS)('%s: any call of the tables fails', async (task) => {
		const calls = async (connection) => {
			const world = createManaged();
			const id = await world.create();
			world.store.insert('deliveries', [row(id)]);
			const ports = world.process(connection);
			const asked = world.ask(task, { id, ports, body: bodyOf(task) });
			const [result] = await Promise.allSettled([asked]);
			return { count: ports.tables.calls.length, result };
		};
		const { count, result } = await calls({});
		expect(result).toMatchObject({ status: 'fulfilled' });
		expect(result.value.statusCode).toBeLessThan(300);
		expect(count).toBeGreaterThan(0);
		for (let failAt = 1; failAt <= count; failAt += 1) {
			for (const [failed, message] of [
				['before', 'The database is busy'],
				['after', 'The database went away'],
			]) {
				expect((await calls({ failAt, failed })).result).toMatchObject({
					status: 'rejected',
					reason: { message },
				});
			}
		}
	});

	test.each([
		[
			{ settings: '{"colour": 1}' },
			['list', 'get', 'update', 'delete', 'test', 'getLogs', 'getStats'],
		],
		[{ settings: '{"conditions": {"a": {"above": 1}}}' }, ['update']],
		[{ settings: '{"filters": {"include_fields": ["a..b"]}}' }, ['update', 'test']],
		[{ settings: '{"filters": {"include_fields": ["constructor"]}}' }, ['update', 'test']],
		[{ event_types: '[' }, ['list', 'get', 'update', 'delete', 'test', 'getLogs', 'getStats']],
		[{ sealed: 'v1.x.y' }, ['list', 'get', 'update', 'delete', 'test', 'getLogs', 'getStats']],
	])('a row that was edited by hand: %j', async (values, tasks) => {
		for (const task of tasks) {
			const world = createManaged();
			const id = await world.create();
			const [{ id: rowId }] = world.store.rows('endpoints');
			world.store.edit('endpoints', rowId, values);
			const asked = world.ask(task, { id, body: bodyOf(task) });
			await expect(asked).rejects.toThrow(/\S/);
		}
	});

	test('nor a URL that was registered before it had to be allowed', async () => {
		const world = createManaged();
		await world.register('ep_a', {
			url: 'https://10.0.0.1/hooks',
			settings: { allow_internal: true },
		});
		await modifyEndpoint(world.process(), 'ep_a', (endpoint) => ({ ...endpoint, settings: {} }));
		const renamed = world.ask('update', { id: 'ep_a', body: { name: 'Renamed' } });
		// The owner is told what can be switched on.
		await expect(renamed).rejects.toThrow('Or switch on the option "Allow Internal Addresses".');
		const moved = world.ask('update', { id: 'ep_a', body: { url: 'https://10.0.0.2/' } });
		expectRefused(await moved, 'url');
		const mended = { id: 'ep_a', body: { url: 'https://your-app.com/' } };
		expect((await world.ask('update', mended)).statusCode).toBe(200);
	});

	test('an attempt that was cancelled', async () => {
		const world = createManaged({
			answer: () => {
				throw new Error('cancelled');
			},
		});
		const id = await world.create();
		await expect(world.ask('test', { id, body: bodyOf('test') })).rejects.toThrow('cancelled');
	});
});

test('no answer holds a secret, but the signing secret once', async () => {
	const secret = fc.stringMatching(/^[A-Za-z0-9_.~-]{10,24}$/);
	const forms = (text) => [
		text,
		encodeURIComponent(text),
		...['hex', 'base64', 'base64url'].map((to) => Buffer.from(text).toString(to)),
	];
	const scheme = fc.constantFrom('bearer', 'urlToken', 'basic');
	await fc.assert(
		fc.asyncProperty(
			fc.record({
				query: secret,
				path: fc.webPath(),
				first: secret,
				second: secret,
				header: secret,
			}),
			scheme,
			scheme,
			fc.constantFrom(200, 400, 500),
			async ({ first, header, path: urlPath, query, second }, before, after, status) => {
				const world = createManaged({ answer: () => status });
				const replies = [];
				const ask = async (task, given) => {
					const reply = await world.ask(task, given);
					replies.push(reply);
					return reply;
				};
				const proof = (type, text) =>
					type === 'basic' ? { type, username: 'jordan', password: text } : { type, token: text };
				const url = `https://your-app.com${urlPath}?key=${query}#${query}`;
				const made = await world.ask('create', {
					body: { ...WEBHOOK, url, authentication: proof(before, first) },
				});
				const { signing_secret: signingSecret, ...shown } = made.body;
				replies.push(shown);
				const { id } = shown;
				const [{ id: rowId }] = world.store.rows('endpoints');
				await world.register('ep_owner', {
					headers: { 'X-Api-Key': header },
					authentication: {
						authentication: before,
						...(before === 'basic' ? { user: 'jordan', password: first } : { token: first }),
					},
					url,
				});
				world.store.insert('deliveries', [row(id), row(id, { status: 'failed', error: 'Why' })]);

				await ask('get', { id });
				await ask('list');
				await ask('update', { id, body: { authentication: proof(after, second) } });
				await ask('update', { id, body: { authentication: { type: after } } });
				await ask('update', { id, body: shown });
				await ask('update', { id, body: { authentication: { ...proof(after, second), x: 1 } } });
				await ask('update', { id, body: { url: `your-app.com?key=${query}` } });
				await ask('update', { id, body: { url: `${query}:${first}@your-app.com` } });
				await ask('update', { id, body: { url: `https://${query}:${first}@your-app.com` } });
				await ask('update', { id, body: { url: `http://localhost/?key=${query}` } });
				await ask('update', { id, body: { url: `https://10.0.0.1/${'x'.repeat(2000)}?${query}` } });
				await ask('create', { body: { ...WEBHOOK, url: { [query]: first }, name: '' } });
				await ask('test', { id, body: page('testWebhook') });
				await ask('getLogs', { id });
				await ask('getStats', { id });
				await ask('list', { query: { limit: '1' } });
				await ask('delete', { id });
				await ask('get', { id });

				expect(rowId).toBe(1);
				expect(signingSecret).toMatch(/^[0-9a-f]{64}$/);
				const text = JSON.stringify(replies).toLowerCase();
				const secrets = [query, first, second, header, signingSecret];
				const pairs = [first, second].map((one) => `jordan:${one}`);
				for (const form of [...secrets, ...pairs].flatMap(forms)) {
					expect(text).not.toContain(form.toLowerCase());
				}
				expect(text).not.toContain('signing_secret');
			},
		),
		{ numRuns: 25 },
	);
});
