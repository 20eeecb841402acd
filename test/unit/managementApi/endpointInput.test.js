const fc = require('fast-check');

const { createManagedWorld, expectInvalid, SETTINGS, TOKEN, WEBHOOK } = require('./managedWorld');

describe('toEndpointInput for a new webhook', () => {
	test.each([
		[{ type: 'none' }, {}],
		[undefined, {}],
		[{ type: 'bearer', token: ' token-1\n' }, { Authorization: 'Bearer token-1' }],
		[{ type: 'urlToken', token: 'token-1' }, { token: 'token-1' }],
	])('sends the authentication %j with each delivery', async (authentication, proof) => {
		const world = createManagedWorld();
		const id = await world.create({ authentication });
		const { 'X-AgenticFlow-Signature': signature, url, ...rest } = await world.requestTo(id);
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
	])('answers the URL %s with %j: %d', async (url, rules, statusCode) => {
		const world = createManagedWorld();
		Object.assign(world.rules, rules);
		const reply = await world.ask('create', { body: { ...WEBHOOK, url } });
		expect(reply.statusCode).toBe(statusCode);
		if (statusCode === 422) expectInvalid(reply, 'url');
		expect(world.store.rows('endpoints')).toHaveLength(statusCode === 201 ? 1 : 0);
	});
});

describe('toEndpointInput for an update', () => {
	test('changes nothing for an empty body', async () => {
		const world = createManagedWorld();
		const id = await world.create({ ...SETTINGS, authentication: TOKEN });
		const before = await world.endpoint(id);
		const shown = await world.get(id);
		expect(await world.ask('update', { id, body: {} })).toEqual({ statusCode: 200, body: shown });
		expect(await world.endpoint(id)).toEqual({ ...before, revision: before.revision + 1 });
	});

	test('loses nothing if any part of a reply is written back', async () => {
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
					TOKEN,
					{ type: 'urlToken', token: 'token-2' },
					{ type: 'basic', username: 'jordan', password: ' p ' },
				),
				fc.option(fc.subarray(NAMES)),
				async (set, authentication, written) => {
					const world = createManagedWorld();
					const settings = Object.fromEntries(set.map((name) => [name, SETTINGS[name]]));
					const id = await world.create({ ...settings, authentication });
					const [before, shown] = [await world.endpoint(id), await world.get(id)];
					// A URL comes with the sign that its query is hidden.
					const names = written?.flatMap((name) =>
						name === 'url' ? ['url', 'url_query'] : [name],
					);
					const body =
						names === undefined
							? shown
							: Object.fromEntries(Object.entries(shown).filter(([name]) => names.includes(name)));
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

	test('keeps what the owner configured if a reply is written back', async () => {
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
				schedule: fc.constantFrom('exponential', 'none', 'threeDays'),
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
					const world = createManagedWorld();
					await world.letIn('ep_a', {
						settings: { ...given, allow_http: true, allow_internal: true },
						authentication: proves,
						eventTypes,
						url,
						headers: { 'X-Api-Key': 'key' },
						description: 'The owner’s own',
					});
					const [before, shown] = [await world.endpoint('ep_a'), await world.get('ep_a')];
					const proof = await world.requestTo('ep_a');
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
					expect(await world.requestTo('ep_a')).toEqual(proof);
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
		['description', null, undefined],
		['description', '', undefined],
		['authentication', null, { type: 'none' }],
		['retry_policy', { max_retries: 0 }, { max_retries: 0, backoff_multiplier: 2 }],
	])('sets %s to %j', async (name, value, shown) => {
		const world = createManagedWorld();
		const id = await world.create({ ...SETTINGS, description: 'All', authentication: TOKEN });
		const { [name]: _, ...others } = await world.get(id);
		const { body, statusCode } = await world.ask('update', { id, body: { [name]: value } });
		expect(statusCode).toBe(200);
		expect(body).toEqual({ ...others, ...(shown && { [name]: shown }) });
		expect(await world.get(id)).toEqual(body);
	});

	test.each(['name', 'url', 'events', 'status'])('does not take null for %s', async (name) => {
		const world = createManagedWorld();
		const id = await world.create();
		expectInvalid(await world.ask('update', { id, body: { [name]: null } }), name);
	});

	test('resets the retry fields that callers can set, and keeps the owner’s', async () => {
		const world = createManagedWorld();
		await world.letIn('ep_a', {
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

	test('changes the authentication, and keeps nothing of the previous type', async () => {
		const world = createManagedWorld();
		await world.letIn('ep_a', {
			authentication: { signatureScheme: 'workflux', authentication: 'bearer', token: 'token-1' },
		});
		const getSecrets = async () => (await world.endpoint('ep_a')).secrets.authentication;
		const update = async (authentication) => {
			const { body, statusCode } = await world.ask('update', {
				id: 'ep_a',
				body: { authentication },
			});
			expect(statusCode).toBe(200);
			// Values that are shown can be written back.
			expect((await world.ask('update', { id: 'ep_a', body })).statusCode).toBe(200);
			return body.authentication;
		};
		const scheme = { signatureScheme: 'workflux' };
		expect(await update({ type: 'basic', username: 'jordan', password: 'p' })).toEqual({
			type: 'basic',
			username: 'jordan',
		});
		const basic = { ...scheme, authentication: 'basic', user: 'jordan', password: 'p' };
		expect(await getSecrets()).toEqual(basic);
		await update({ type: 'basic', username: 'riley' });
		expect(await getSecrets()).toEqual({ ...basic, user: 'riley' });
		expect(await update({ type: 'bearer', token: 'token-2' })).toEqual({ type: 'bearer' });
		expect(await getSecrets()).toEqual({ ...scheme, authentication: 'bearer', token: 'token-2' });
		// A token for a header is not put into URLs by itself.
		const inUrl = { authentication: { type: 'urlToken' } };
		expectInvalid(await world.ask('update', { id: 'ep_a', body: inUrl }), 'authentication.token');
		expect(await update({ type: 'none' })).toEqual({ type: 'none' });
		expect(await getSecrets()).toEqual({ ...scheme, authentication: 'none' });
		for (const authentication of [{ type: 'bearer' }, { type: 'urlToken' }]) {
			const reply = await world.ask('update', { id: 'ep_a', body: { authentication } });
			expectInvalid(reply, 'authentication.token');
		}
	});

	test('keeps the hidden query of a URL that is written back as it was read', async () => {
		const world = createManagedWorld();
		const id = await world.create();
		const { url, url_query } = await world.get(id);
		expect({ url, url_query }).toEqual({ url: 'https://your-app.com/hooks', url_query: 'hidden' });
		const { body } = await world.ask('update', { id, body: { url, url_query } });
		expect(body).not.toHaveProperty('dropped');
		expect((await world.endpoint(id)).secrets.url).toBe(WEBHOOK.url);
		// The sign keeps the query of no other URL.
		const other = { url: 'https://your-app.com/other', url_query };
		await world.ask('update', { id, body: other });
		expect((await world.endpoint(id)).secrets.url).toBe('https://your-app.com/other');
	});

	test('stores any other URL exactly as it is sent, and says so if a query is dropped', async () => {
		const world = createManagedWorld();
		const id = await world.create({ authentication: TOKEN });
		const update = async (url) => {
			const { body } = await world.ask('update', { id, body: { url } });
			return { ...body, stored: (await world.endpoint(id)).secrets.url };
		};
		const bare = await update('https://your-app.com/hooks');
		expect(bare).toMatchObject({
			stored: 'https://your-app.com/hooks',
			authentication: { type: 'bearer' },
			dropped: ['url_query'],
			dropped_reason: expect.stringContaining('"url_query"'),
		});
		expect(bare).not.toHaveProperty('url_query');
		const again = await update('https://your-app.com/hooks');
		expect(again).not.toHaveProperty('dropped');
		expect(await update('https://your-app.com/hooks?key=2')).toMatchObject({
			stored: 'https://your-app.com/hooks?key=2',
			url_query: 'hidden',
		});
		expect((await update(' https://your-app.com/other ')).stored).toBe(
			'https://your-app.com/other',
		);
		expectInvalid(await world.ask('update', { id, body: { url_query: 'key=3' } }), 'url_query');
	});

	test('keeps the permissions of a URL whose query is dropped', async () => {
		const world = createManagedWorld();
		Object.assign(world.rules, { allowHttp: true, allowInternal: true });
		const id = await world.create({ url: 'http://localhost:3000/hooks?key=1' });
		Object.assign(world.rules, { allowHttp: false, allowInternal: false });
		const reply = await world.ask('update', { id, body: { url: 'http://localhost:3000/hooks' } });
		expect(reply.statusCode).toBe(200);
		expect((await world.endpoint(id)).secrets.url).toBe('http://localhost:3000/hooks');
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
		'answers the new URL %s with %j: %d, whatever was allowed before',
		async (url, rules, statusCode) => {
			for (const before of [{}, { allow_http: true, allow_internal: true }]) {
				const world = createManagedWorld();
				await world.letIn('ep_a', { settings: before });
				Object.assign(world.rules, rules);
				const stored = world.store.rows('endpoints');
				const reply = await world.ask('update', { id: 'ep_a', body: { url } });
				expect(reply.statusCode).toBe(statusCode);
				if (statusCode === 200) {
					expect((await world.endpoint('ep_a')).secrets.url).toBe(url);
				} else {
					expectInvalid(reply, 'url');
					expect(world.store.rows('endpoints')).toEqual(stored);
				}
			}
		},
	);

	test('keeps a URL that was allowed before if something else is changed', async () => {
		const world = createManagedWorld();
		Object.assign(world.rules, { allowHttp: true, allowInternal: true });
		const id = await world.create({ url: 'http://localhost:3000/hooks?key=1' });
		Object.assign(world.rules, { allowHttp: false, allowInternal: false });
		for (const body of [{ name: 'Renamed' }, await world.get(id)]) {
			expect((await world.ask('update', { id, body })).statusCode).toBe(200);
		}
		const url = 'http://localhost:3000/other';
		expectInvalid(await world.ask('update', { id, body: { url } }), 'url');
		expect((await world.endpoint(id)).secrets.url).toBe('http://localhost:3000/hooks?key=1');
	});
});
