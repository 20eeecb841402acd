const fc = require('fast-check');

const { parseExactJson, stringifyExactJson } = require('../../../build/core/lib/exactJson');
const { publishEvents } = require('../../../build/core/outbox/dispatch/publish');
const { updateEndpoint } = require('../../../build/core/outbox/endpoint/lifecycle');
const { modifyEndpoint } = require('../../../build/core/outbox/endpoint/repository');
const { getPlatform } = require('../../../build/core/platforms');

const { events, LIMITS, START } = require('../outbox/world');

const {
	createManagedWorld,
	deliveryRow,
	expectInvalid,
	NOT_FOUND,
	readAllPages,
	readPage,
	SETTINGS,
	TASKS,
	TOKEN,
	validBody,
	WEBHOOK,
} = require('./managedWorld');

describe('create', () => {
	test('registers an endpoint for the page’s request, and returns its signing secret once', async () => {
		const world = createManagedWorld();
		const reply = await world.ask('create', { body: readPage('createWebhook') });
		const page = readPage('createWebhook');
		expect(reply).toEqual({
			statusCode: 201,
			body: {
				id: expect.stringMatching(/^wh_/),
				name: page.name,
				url: page.url,
				events: page.events,
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
			name: page.name,
			platform: { id: 'agenticflow' },
			eventTypes: page.events,
			status: 'active',
			settings: {},
			secrets: {
				url: page.url,
				signing: [{ secret: signingSecret }],
				authentication: { authentication: 'bearer', token: 'your_secret' },
			},
		});
		expect(await world.ask('get', { id })).toEqual({ statusCode: 200, body: { id, ...shown } });
		expect((await world.requestTo(id)).Authorization).toBe('Bearer your_secret');
	});

	test('stores every setting of the page’s examples, a description and a status', async () => {
		const world = createManagedWorld();
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
		expect(await world.requestTo(body.id)).toMatchObject({
			Authorization: `Basic ${Buffer.from('jordan: pass word ').toString('base64')}`,
			url: WEBHOOK.url,
		});
	});
});

describe('update', () => {
	test('makes the changes of the page’s request, and no others', async () => {
		const world = createManagedWorld();
		const id = await world.create({ ...SETTINGS, authentication: TOKEN, description: 'All' });
		const [shown, proof] = [await world.get(id), await world.requestTo(id)];
		const body = readPage('updateWebhook');
		const reply = await world.ask('update', { id, body: { ...body, authentication: TOKEN } });
		const { url_query: _query, ...kept } = shown;
		expect(reply).toEqual({ statusCode: 200, body: { ...kept, ...body } });
		expect(await world.get(id)).toEqual(reply.body);
		expect(await world.requestTo(id)).toEqual({ ...proof, url: body.url });
	});

	describe('of the URL to another origin', () => {
		const ELSEWHERE = 'https://elsewhere.example/hooks';
		const letIn = async (authentication) => {
			const world = createManagedWorld();
			await world.letIn('ep_a', {
				authentication,
				headers: { 'X-Api-Key': 'key-1' },
				settings: { verify_tls: false },
			});
			return world;
		};
		const BEARER = { authentication: 'bearer', token: 'token-1' };
		const BASIC = { authentication: 'basic', user: 'jordan', password: 'p' };

		test.each([
			['nothing else', BEARER, {}],
			['the authentication as it was read', BEARER, { authentication: { type: 'bearer' } }],
			['a user as it was read', BASIC, { authentication: { type: 'basic', username: 'jordan' } }],
			['a user without a password', BASIC, { authentication: { type: 'basic', username: 'x' } }],
		])('drops the secrets and says so, with %s', async (_, authentication, fields) => {
			const world = await letIn(authentication);
			const reply = await world.ask('update', { id: 'ep_a', body: { url: ELSEWHERE, ...fields } });
			expect(reply).toMatchObject({
				statusCode: 200,
				body: {
					url: ELSEWHERE,
					authentication: { type: 'none' },
					dropped: ['authentication', 'custom_headers'],
					dropped_reason: expect.stringMatching(
						/another scheme, host or port.*"authentication".*\.$/,
					),
				},
			});
			const { secrets, settings } = await world.endpoint('ep_a');
			expect(secrets.authentication.authentication ?? 'none').toBe('none');
			expect(JSON.stringify(secrets)).not.toMatch(/token-1|jordan|"p"|key-1/);
			expect(settings.verify_tls).toBeUndefined();
			const { Authorization } = await world.requestTo('ep_a');
			expect(Authorization).toBeUndefined();
			// The reply can be written back, and a later read no longer mentions it.
			const written = await world.ask('update', { id: 'ep_a', body: reply.body });
			expect(written.statusCode).toBe(200);
			expect(written.body).not.toHaveProperty('dropped');
		});

		test('keeps an authentication that is given in the same request', async () => {
			const world = await letIn(BEARER);
			const authentication = { type: 'bearer', token: 'token-2' };
			const { body } = await world.ask('update', {
				id: 'ep_a',
				body: { url: ELSEWHERE, authentication },
			});
			expect(body).toMatchObject({
				authentication: { type: 'bearer' },
				dropped: ['custom_headers'],
				dropped_reason: expect.not.stringContaining('"authentication"'),
			});
			expect((await world.requestTo('ep_a')).Authorization).toBe('Bearer token-2');
		});

		test('never reuses a secret for a type that needs another one', async () => {
			const world = await letIn(BEARER);
			const body = { url: ELSEWHERE, authentication: { type: 'urlToken' } };
			expectInvalid(await world.ask('update', { id: 'ep_a', body }), 'authentication.token');
			expect((await world.endpoint('ep_a')).secrets.authentication).toEqual(BEARER);
		});

		test('sends no secret along with a test or an event', async () => {
			const world = await letIn(BEARER);
			const { attempt } = world.process();
			const seen = [];
			const ports = world.process();
			ports.attempt = async (request) => {
				seen.push({ ...request.target.headers, ...request.credential });
				return await attempt(request);
			};
			await world.ask('update', { id: 'ep_a', body: { url: ELSEWHERE } });
			await world.ask('test', { id: 'ep_a', ports, body: validBody('test') });
			await publishEvents(ports, events(1), LIMITS);
			expect(seen).toHaveLength(2);
			for (const sent of seen) expect(JSON.stringify(sent)).not.toMatch(/token-1|key-1/);
		});

		test('keeps the secrets if two updates meet, and the other one changes the URL', async () => {
			const world = await letIn(BEARER);
			let meddled = false;
			const ports = world.process();
			const { update } = ports.tables;
			ports.tables.update = async (...args) => {
				if (!meddled) {
					meddled = true;
					await world.ask('update', { id: 'ep_a', body: { url: ELSEWHERE } });
				}
				return await update(...args);
			};
			const { body } = await world.ask('update', { id: 'ep_a', ports, body: { name: 'Renamed' } });
			expect(body).toMatchObject({ name: 'Renamed', url: ELSEWHERE });
			expect(JSON.stringify((await world.endpoint('ep_a')).secrets)).not.toMatch(/token-1|key-1/);
		});
	});

	test('disables and enables a webhook, and resets its health', async () => {
		const world = createManagedWorld();
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

	test('loses no change if several updates run at once', async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1 }),
				async (latencies) => {
					const world = createManagedWorld();
					const id = await world.create({ authentication: TOKEN });
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
					expect(await world.requestTo(id)).toMatchObject({
						Authorization: 'Bearer token-1',
						url: 'https://your-app.com/other?key=2',
					});
				},
			),
			{ numRuns: 30 },
		);
	});

	test('keeps a secret that another update sets at the same moment', async () => {
		const world = createManagedWorld();
		const id = await world.create({ authentication: TOKEN });
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
		expect((await world.requestTo(id)).Authorization).toBe('Bearer token-of-another');
	});

	test('fails with a ConflictError if others always change the webhook first', async () => {
		const world = createManagedWorld();
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

	test('answers 404 if the webhook is deleted at the same moment', async () => {
		const world = createManagedWorld();
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
	test('deletes the webhook once, and keeps the others', async () => {
		const world = createManagedWorld();
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
	test('sends the page’s event once, even if the webhook is not subscribed to it', async () => {
		const world = createManagedWorld({ answer: () => 204 });
		const id = await world.create({
			events: ['order.*'],
			conditions: { amount: { gt: 3 } },
			filters: { exclude_fields: ['status'] },
			batch_settings: { max_events: 10, max_wait_seconds: 60 },
			status: 'disabled',
		});
		const reply = await world.ask('test', { id, body: readPage('testWebhook') });
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
			test: true,
		});
		expect(world.deliveries()).toEqual([]);
	});

	test('does not sign what a caller writes as if it were a real event', async () => {
		const world = createManagedWorld();
		const id = await world.create({ events: ['order.*'] });
		const ask = async (body) => await world.ask('test', { id, body });
		await ask({ event: 'order.created', test_data: { test: false, amount: 1 } });
		expect(JSON.parse(world.attempts[0].body)).toMatchObject({
			data: { test: false, amount: 1 },
			test: true,
		});
		const tooLarge = { event: 'order.created', test_data: { text: 'x'.repeat(17_000) } };
		expectInvalid(await ask(tooLarge), 'test_data');
		const deep = Array.from({ length: 30 }).reduce((inner) => ({ a: inner }), {});
		expectInvalid(await ask({ event: 'order.created', test_data: deep }), 'test_data');
		for (const event of ['invoice.paid', 'webhook.batch', 'x'.repeat(201), 'order.created\n\n!']) {
			expectInvalid(await ask({ event }), 'event');
		}
		expect(world.attempts).toHaveLength(1);
	});

	test('sends an event without data', async () => {
		const world = createManagedWorld();
		const id = await world.create();
		await world.ask('test', { id, body: { event: 'order.created' } });
		expect(JSON.parse(world.attempts[0].body).data).toEqual({});
	});

	test.each([
		[500, { response_code: 500, error_message: 'The endpoint answered with status 500' }],
		[302, { response_code: 302, error_message: expect.stringContaining('redirect') }],
	])('reports the failure of its only attempt: %j', async (answered, expected) => {
		const world = createManagedWorld({ answer: () => answered });
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

const OWN = TASKS.filter((task) => task !== 'list' && task !== 'create');

describe('an attempt without a response', () => {
	const CAUSES = [
		['ECONNREFUSED', 'The endpoint refused the connection'],
		['ECONNRESET', 'The endpoint closed the connection before it answered'],
		['ECONNRESET', 'The endpoint answered with status 200, and closed the connection'],
		['ETIMEDOUT', 'The endpoint did not answer in time'],
		['ENOTFOUND', 'The endpoint’s host name is unknown'],
		['EHOSTUNREACH', 'The endpoint’s host cannot be reached'],
		['HPE_INVALID_CONSTANT', 'The endpoint’s response is not valid HTTP: SSH-2.0-OpenSSH'],
		['CERT_HAS_EXPIRED', 'The TLS connection to the endpoint failed: certificate has expired'],
		['SSRF', 'n8n’s egress policy does not allow this address: 10.0.0.1'],
	];
	const GENERIC = expect.stringMatching(/^The endpoint sent no valid response\. Check .*\.$/);

	test.each(CAUSES)(
		'looks the same to subscribers after %s, and its owner sees the cause: %s',
		async (code, message) => {
			const world = createManagedWorld({ answer: () => ({ kind: 'error', code, message }) });
			// Slow or fast: the time would tell apart what the text does not.
			world.attemptMs = message.length;
			const id = await world.create();
			const { body } = await world.ask('test', { id, body: { event: 'order.created' } });
			expect(body).toEqual({
				success: false,
				event: 'order.created',
				event_id: expect.any(String),
				response_code: null,
				response_time_ms: null,
				error_message: GENERIC,
			});
			await publishEvents(world.process(), events(1), LIMITS);
			const [entry] = (await world.ask('getLogs', { id })).body.logs;
			expect(entry).toMatchObject({
				response_code: null,
				response_time_ms: null,
				error_message: GENERIC,
			});
			expect((await world.ask('getStats', { id })).body.response_time_ms).toBeNull();
			expect(world.deliveries()[0].error).toContain(message);
		},
	);

	test('does not hide why a delivery is on hold', async () => {
		const world = createManagedWorld();
		const id = await world.create();
		world.store.insert('deliveries', [
			deliveryRow(id, { status: 'held', response_code: null, error: 'The endpoint is disabled' }),
		]);
		const [entry] = (await world.ask('getLogs', { id })).body.logs;
		expect(entry.error_message).toBe('The endpoint is disabled');
	});
});

describe('an endpoint that its owner created', () => {
	test('is in no list, and is not found by any task', async () => {
		const world = createManagedWorld();
		await world.register('ep_own');
		const own = await world.create();
		const before = world.store.rows('endpoints');
		const { body } = await world.ask('list');
		expect(body.webhooks.map(({ id }) => id)).toEqual([own]);
		for (const task of OWN) {
			expect(await world.ask(task, { id: 'ep_own', body: validBody(task) })).toEqual(NOT_FOUND);
		}
		expect(world.store.rows('endpoints')).toEqual(before);
		expect(world.attempts).toEqual([]);
	});

	test.each(OWN)(
		'is served by %s once its owner lets it in, and until they don’t',
		async (task) => {
			const world = createManagedWorld();
			await world.register('ep_own');
			const setAccess = async (isApiManaged) =>
				await modifyEndpoint(world.process(), 'ep_own', (endpoint) =>
					updateEndpoint(endpoint, { isApiManaged }, world.clock.nowMs()),
				);
			await setAccess(true);
			expect((await world.ask('list')).body.webhooks).toMatchObject([{ id: 'ep_own' }]);
			await setAccess(false);
			expect((await world.ask('list')).body.webhooks).toEqual([]);
			expect(await world.ask(task, { id: 'ep_own', body: validBody(task) })).toEqual(NOT_FOUND);
			await setAccess(true);
			const reply = await world.ask(task, { id: 'ep_own', body: validBody(task) });
			expect(reply.statusCode).toBe(200);
		},
	);

	test.each(['update', 'delete'])(
		'is not changed by %s if its owner takes it back at the same moment',
		async (task) => {
			const world = createManagedWorld();
			await world.letIn('ep_own');
			const ports = world.process();
			const method = task === 'update' ? 'update' : 'remove';
			const run = ports.tables[method];
			let meddled = false;
			ports.tables[method] = async (...args) => {
				if (!meddled) {
					meddled = true;
					await modifyEndpoint(world.process(), 'ep_own', (endpoint) =>
						updateEndpoint(endpoint, { isApiManaged: false }, world.clock.nowMs()),
					);
				}
				return await run(...args);
			};
			const reply = await world.ask(task, { id: 'ep_own', ports, body: validBody(task) });
			expect(reply).toEqual(NOT_FOUND);
			expect((await world.endpoint('ep_own')).name).toBe('Endpoint ep_own');
		},
	);

	test('does not stop the API if no key decrypts its secrets', async () => {
		const world = createManagedWorld();
		await world.register('ep_own');
		const first = await world.create();
		const [{ id: row }] = world.store.rows('endpoints');
		world.store.edit('endpoints', row, { sealed: 'v1.deadbeef.AAAA' });
		const second = await world.create();
		expect((await world.ask('list')).body.webhooks).toMatchObject([{ id: first }, { id: second }]);
	});
});

describe('an endpoint of another platform', () => {
	test.each(OWN)('is not found by %s, like an endpoint that does not exist', async (task) => {
		const world = createManagedWorld();
		await world.letIn('ep_own', { platform: 'standardWebhooks', signingSecret: undefined });
		await world.letIn('ep_custom', { platform: 'workflux' });
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
			'=1',
			'={{ 1 }}',
			'../x',
			'x'.repeat(200),
		]) {
			expect(await world.ask(task, { id, body: validBody(task) })).toEqual(NOT_FOUND);
		}
		expect(world.store.rows('endpoints')).toEqual(before);
		expect(world.attempts).toEqual([]);
		expect((await world.ask(task, { id: own, body: validBody(task) })).statusCode).toBe(200);
	});

	test('is on no page of the list, and leaves no gap there', async () => {
		const world = createManagedWorld();
		const ids = [];
		for (let n = 0; n < 6; n += 1) {
			await world.letIn(`ep_${n}`, { platform: 'workflux' });
			ids.push(await world.create());
			world.clock.advance(1);
		}
		const pages = await readAllPages((query) => world.ask('list', { query }), 'webhooks', 2);
		expect(pages.map((one) => one.map(({ id }) => id))).toEqual([
			ids.slice(0, 2),
			ids.slice(2, 4),
			ids.slice(4),
		]);
	});

	test('fails every task if the served platform has no management API', async () => {
		const world = createManagedWorld();
		world.rules.platform = getPlatform('workflux');
		for (const task of TASKS) {
			await expect(world.ask(task, { id: 'wh_1', body: validBody(task) })).rejects.toThrow(
				'WorkFlux has no API for its webhooks.',
			);
		}
	});
});

describe('an error of the outbox', () => {
	test.each(TASKS)('is thrown by %s, whichever call of the tables fails', async (task) => {
		const calls = async (connection) => {
			const world = createManagedWorld();
			const id = await world.create();
			world.store.insert('deliveries', [deliveryRow(id)]);
			const ports = world.process(connection);
			const asked = world.ask(task, { id, ports, body: validBody(task) });
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

	test('is thrown by test if its attempt is cancelled', async () => {
		const world = createManagedWorld({
			answer: () => {
				throw new Error('cancelled');
			},
		});
		const id = await world.create();
		await expect(world.ask('test', { id, body: validBody('test') })).rejects.toThrow('cancelled');
	});
});

test('no reply holds a secret, except the signing secret once', async () => {
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
				const world = createManagedWorld({ answer: () => status });
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
				await world.letIn('ep_owner', {
					headers: { 'X-Api-Key': header },
					authentication: {
						authentication: before,
						...(before === 'basic' ? { user: 'jordan', password: first } : { token: first }),
					},
					url,
				});
				world.store.insert('deliveries', [
					deliveryRow(id),
					deliveryRow(id, { status: 'failed', error: 'Why' }),
				]);

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
				await ask('test', { id, body: readPage('testWebhook') });
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

describe('numbers that JavaScript would round', () => {
	const BIG = '616581622363398142';
	const withId = (digits) => parseExactJson(`{"id":${digits}}`).value;

	test('keep their digits in the conditions of a webhook, and decide which events it gets', async () => {
		const world = createManagedWorld();
		const id = await world.create({ events: ['*'], conditions: withId(BIG) });
		expect(stringifyExactJson((await world.get(id)).conditions)).toBe(`{"id":${BIG}}`);
		const publish = async (digits) =>
			await publishEvents(
				world.process(),
				[{ type: 'order.created', data: withId(digits) }],
				LIMITS,
			);
		await publish('616581622363398143');
		expect(world.deliveries()).toHaveLength(0);
		await publish(BIG);
		expect(world.deliveries()).toHaveLength(1);
	});

	test('keep their digits in test data', async () => {
		const world = createManagedWorld();
		const id = await world.create();
		const body = { event: 'order.created', test_data: withId(BIG) };
		await world.ask('test', { id, body });
		expect(String(world.attempts.at(-1).body)).toContain(`"id":${BIG}`);
	});

	test('are rounded in settings, and refused beyond their limits', async () => {
		const world = createManagedWorld();
		const policy = (digits) => ({
			retry_policy: { backoff_multiplier: parseExactJson(digits).value },
		});
		const id = await world.create(policy('1.50000000000000000001'));
		expect((await world.get(id)).retry_policy).toEqual({ backoff_multiplier: 1.5 });
		const reply = await world.ask('update', { id, body: policy('1e400') });
		expectInvalid(reply, 'retry_policy.backoff_multiplier');
		expectInvalid(
			await world.ask('update', { id, body: { conditions: parseExactJson(BIG).value } }),
			'conditions',
		);
	});
});
