const fc = require('fast-check');

const { createManagedWorld, expectInvalid, WEBHOOK } = require('./managedWorld');

describe('an invalid request body', () => {
	const CONDITIONS = 'conditions such as {"satisfaction_score": {"lt": 3}}';
	const UNUSABLE = 'an unusable value';
	const TYPES = 'one of: none, bearer, urlToken, basic, oauth2, awsSigV4';
	const words = (count) => Array.from({ length: count }, () => 'a');
	const proto = JSON.parse('{"__proto__": {"lt": 1}}');

	/** Changes to a valid body, then the message and the details of the error. */
	const FAULTS = [
		...['a\nb', 'a\rb', 'a\u0000b', 'a\u0085b', 'a\u2028b', 'a\u001b[2Kb', 'a\u202eb'].map(
			(name) => [
				{ name },
				"Field 'name' must be a text without line breaks and control characters",
				'name',
				'text without line breaks and control characters',
				'string',
			],
		),
		...[
			[
				{ type: 'bearer', token: 'a\nb' },
				'token',
				'token of printable ASCII characters without spaces',
			],
			[
				{ type: 'bearer', token: 'a\u200bb' },
				'token',
				'token of printable ASCII characters without spaces',
			],
			[
				{ type: 'bearer', token: 'tökén' },
				'token',
				'token of printable ASCII characters without spaces',
			],
			[
				{ type: 'bearer', token: 'a b' },
				'token',
				'token of printable ASCII characters without spaces',
			],
			[
				{ type: 'bearer', token: 'x'.repeat(9000) },
				'token',
				'token of printable ASCII characters without spaces',
			],
			[{ type: 'urlToken', token: '🔑' }, 'token', 'token of printable ASCII characters'],
			[
				{ type: 'basic', username: 'a:b', password: 'p' },
				'username',
				'name without colons and control characters',
			],
			[
				{ type: 'basic', username: 'a', password: 'p\r\nX: y' },
				'password',
				'password without control characters',
			],
		].map(([authentication, field, expected]) => [
			{ authentication },
			`Field 'authentication.${field}' must be a ${expected}`,
			`authentication.${field}`,
			expected,
			'string',
		]),
		...['include_fields', 'exclude_fields'].flatMap((filter) => [
			[
				{ filters: { [filter]: ['id', 'x'.repeat(257)] } },
				`Field 'filters.${filter}.1' must be a string of at most 256 characters`,
				`filters.${filter}.1`,
				'string of at most 256 characters',
				'string',
			],
			[
				{ filters: { [filter]: [Array(33).fill('a').join('.')] } },
				`Field 'filters.${filter}.0' must be a path of at most 32 keys`,
				`filters.${filter}.0`,
				'path of at most 32 keys',
				'string',
			],
		]),
		...[{ a: 'x'.repeat(17_000) }, { a: { eq: 'ü'.repeat(9000) } }].map((conditions) => [
			{ conditions },
			"Field 'conditions' must be an object of at most 16 KB that is nested at most 10 levels deep",
			'conditions',
			'object of at most 16 KB that is nested at most 10 levels deep',
			'object',
		]),
		[
			{ conditions: Array.from({ length: 11 }).reduce((inner) => ({ not: inner }), { a: 1 }) },
			'Conditions may be nested at most 10 levels deep. Remove some levels.',
			'conditions',
			CONDITIONS,
			UNUSABLE,
		],
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
			'The endpoint URL is not a URL. Enter the full URL, e.g. https://example.com/webhooks.',
			'url',
			'a public https:// URL',
			UNUSABLE,
		],
		[
			{ url: 'ftp://your-app.com/' },
			'The endpoint URL begins with ftp://. Enter a URL that begins with https://.',
			'url',
			'a public https:// URL',
			UNUSABLE,
		],
		[
			{ url: 'http://your-app.com/' },
			'The endpoint URL is plain HTTP, which anyone on the network path can read. Use https://.',
			'url',
			'a public https:// URL',
			UNUSABLE,
		],
		[
			{ url: 'https://0x7f.1/' },
			'The endpoint URL leads to 127.0.0.1, an address in a private, loopback, link-local or reserved range. Enter a URL that is reachable from the internet.',
			'url',
			'a public https:// URL',
			UNUSABLE,
		],
		[
			{ url: 'https://user:password@your-app.com/' },
			'The endpoint URL contains a user name or a password. Use Basic authentication instead.',
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
			'The field path "constructor" contains "constructor", which is not data. Use another field.',
			'conditions',
			CONDITIONS,
			UNUSABLE,
		],
		[
			{ conditions: proto },
			'The field path "__proto__" contains "__proto__", which is not data. Use another field.',
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
			'The field path "a..b" has an empty key. Separate keys with single dots, e.g. output_data.order_id.',
			'filters',
			'dotted paths',
			UNUSABLE,
		],
		[
			{ filters: { exclude_fields: ['a', 'b.__proto__'] } },
			'The field path "b.__proto__" contains "__proto__", which is not data. Use another field.',
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
			{ circuit_breaker: { failures: 0, probe_minutes: 1 } },
			"Field 'circuit_breaker.failures' must be a number of at least 1",
			'circuit_breaker.failures',
			'number of at least 1',
			'number',
		],
		[
			{ in_order: { key: 'a..b' } },
			"Field 'in_order.key' must be a path of a field, e.g. order_id",
			'in_order.key',
			'path of a field, e.g. order_id',
			'string',
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
			"Field 'status' must be one of: active, paused, disabled",
			'status',
			'one of: active, paused, disabled',
			'string',
		],
		[
			{ status: true },
			"Field 'status' must be one of: active, paused, disabled",
			'status',
			'one of: active, paused, disabled',
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
	/** An update may omit any field, and its `null` resets a setting. */
	const forUpdates = FAULTS.filter(
		([fields]) =>
			!('conditions' in fields && fields.conditions === null) &&
			!Object.values(fields).includes(undefined),
	);

	const check = async (task, fields, [message, field, expected, received]) => {
		const world = createManagedWorld();
		const id = await world.create();
		const before = world.store.rows('endpoints');
		const reply = await world.ask(task, {
			id: task === 'update' ? id : undefined,
			body: task === 'update' ? fields : { ...WEBHOOK, ...fields },
		});
		expectInvalid(reply, field);
		expect(reply.body.error).toEqual({
			code: 'INVALID_INPUT',
			message,
			details: { field, expected, received },
		});
		expect(world.store.rows('endpoints')).toEqual(before);
	};

	const titled = (faults) =>
		faults.map((fault) => [`${fault[2]}: ${JSON.stringify(fault[0]).slice(0, 60)}`, fault]);

	test.each(titled(FAULTS))(
		'creates no webhook, and names the invalid field: %s',
		async (_, [fields, ...fault]) => {
			await check('create', fields, fault);
		},
	);

	test.each(titled(forUpdates))(
		'updates no webhook, and names the invalid field: %s',
		async (_, [fields, ...fault]) => {
			await check('update', fields, fault);
		},
	);

	test.each([
		['create', { authentication: { type: 'bearer' } }, 'authentication.token'],
		['create', { authentication: { type: 'urlToken' } }, 'authentication.token'],
		['create', { authentication: { type: 'basic', password: 'x' } }, 'authentication.username'],
		['create', { authentication: { type: 'basic', username: 'x' } }, 'authentication.password'],
		['update', { authentication: { type: 'bearer' } }, 'authentication.token'],
		['update', { authentication: { type: 'basic', password: 'x' } }, 'authentication.username'],
		['update', { authentication: { type: 'basic', username: 'x' } }, 'authentication.password'],
	])('%s needs the secret of a new authentication type: %j', async (task, fields, field) => {
		await check(task, fields, [`Required field '${field}' is missing`, field, 'string', 'null']);
	});

	test.each([
		[undefined, 'null'],
		[null, 'null'],
		[[WEBHOOK], 'array'],
		['text', 'string'],
		[5, 'number'],
		[true, 'boolean'],
	])('is rejected if it is not an object: %j', async (body, received) => {
		const world = createManagedWorld();
		const id = await world.create();
		for (const task of ['create', 'update', 'test']) {
			const reply = await world.ask(task, { id, body });
			expectInvalid(reply, 'body');
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
	])('sends no test event: %j', async (body, field, message) => {
		const world = createManagedWorld();
		const id = await world.create();
		const reply = await world.ask('test', { id, body });
		expectInvalid(reply, field);
		expect(reply.body.error.message).toBe(message);
		expect(world.attempts).toEqual([]);
	});

	test('is either accepted or rejected in the page’s error format, for any JSON', async () => {
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
		const world = createManagedWorld();
		const id = await world.create();
		await fc.assert(
			fc.asyncProperty(fields, fc.boolean(), async (changes, whole) => {
				const body = JSON.parse(JSON.stringify(whole ? { ...WEBHOOK, ...changes } : changes));
				for (const task of ['create', 'update']) {
					const reply = await world.ask(task, { id, body });
					if (reply.statusCode === 422) {
						expectInvalid(reply, expect.any(String));
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
