const fs = require('node:fs');
const path = require('node:path');

const fc = require('fast-check');
const uniqBy = require('lodash/uniqBy');
const { resolveWebhookDescriptionField, Workflow } = require('n8n-workflow');

const { createEncrypter } = require('../../build/core/outbox/store/encryption');
const { PLATFORMS, listRequestKinds } = require('../../build/core/platforms');
const { REQUEST_ASSOCIATED_DATA } = require('../../build/nodes/shared/outbox/managementItem');

const { NODES, receive } = require('../harness/contexts');

const { webhooks } = NODES.agentWebhookTrigger.description;
const MANAGED = webhooks.slice(2, 5);
/** The page for subscribers. */
const PORTAL = webhooks[6];
/** Those of the API: its base URL, and paths of up to seven parts below it. */
const SERVED = webhooks.slice(5).filter((description) => description !== PORTAL);
const EVERY_METHOD = ['DELETE', 'GET', 'HEAD', 'PATCH', 'POST', 'PUT'];

const triggerWith = (parameters) =>
	new Workflow({
		id: 'workflow',
		nodes: [
			{
				id: 'node',
				name: 'Trigger',
				type: 'agentWebhookTrigger',
				typeVersion: 2,
				position: [0, 0],
				parameters,
			},
		],
		connections: {},
		active: false,
		nodeTypes: { getByNameAndVersion: () => NODES.agentWebhookTrigger },
	});

/** Resolves a webhook description's field as n8n does: natively, and with its expression engine. */
function evaluate(parameters, description, field) {
	const workflow = triggerWith(parameters);
	const node = workflow.getNode('Trigger');
	return {
		native: resolveWebhookDescriptionField(node, description, field),
		evaluated: workflow.expression.getSimpleParameterValue(
			node,
			description[field],
			'internal',
			{},
			undefined,
		),
	};
}

/** What the webhooks depend on: one platform of each such kind stands for its siblings. */
const describeWebhooks = (platform) =>
	JSON.stringify([
		platform.section,
		platform.replyStatus,
		platform.acceptedReplies !== undefined,
		(platform.handshakes ?? []).map(({ method }) => method),
		listRequestKinds(platform).map(({ id }) => id),
	]);

const KINDS = uniqBy(PLATFORMS, describeWebhooks).flatMap((platform) =>
	listRequestKinds(platform).map(({ api, id, management }) => ({
		api,
		platform: platform.id,
		kind: id,
		management,
	})),
);

describe.each(KINDS)('the webhooks for $platform, $kind', ({ api, kind, management, platform }) => {
	const parameters = { platform, requestKind: kind, path: 'support.agent_1' };
	const variants = [
		{ ...parameters, options: {} },
		{ ...parameters, options: { responseCode: 202, outputRefused: true } },
		{ ...parameters, responseMode: 'lastNode', options: { responseData: 'allEntries' } },
		{ ...parameters, responseMode: 'responseNode', authenticationMethods: [], options: {} },
	];

	test('resolve to the same values natively and with n8n’s expression engine', () => {
		for (const given of variants) {
			for (const description of webhooks) {
				for (const field of ['httpMethod', 'path', 'responseMode', 'responseCode']) {
					if (!String(description[field]).startsWith('={{')) continue;
					const { evaluated, native } = evaluate(given, description, field);
					expect({ field, native }).toEqual({
						field,
						native: { resolved: true, value: evaluated },
					});
				}
			}
		}
	});

	test('register every method once, on the paths of the request kind', () => {
		const dynamic = { ...variants[0], options: { responseCode: '={{ 201 }}' } };
		for (const given of [variants[0], dynamic]) {
			const byPath = new Map();
			for (const description of webhooks) {
				const evaluateField = (field) => evaluate(given, description, field).evaluated;
				const methods = evaluateField('httpMethod').split(',').filter(Boolean);
				if (methods.length === 0) continue;
				byPath.set(evaluateField('path'), [
					...(byPath.get(evaluateField('path')) ?? []),
					...methods,
				]);
			}
			const folders = { agentMessage: 'agents', workflowRun: 'workflows' };
			const parts = Array.from({ length: 8 }, (_, count) =>
				Array.from({ length: count }, (_part, index) => `/:p${index + 1}`).join(''),
			);
			const base = (management ?? api)?.path;
			const rests = management ? ['', '/:id', '/:id/:section'] : parts;
			const paths = base
				? rests.map((rest) => `support.agent_1${base}${rest}`)
				: [`webhooks/${folders[kind] ?? `${kind}s`}/support.agent_1`];
			expect([...byPath.keys()]).toEqual(paths);
			for (const methods of byPath.values()) expect(methods.sort()).toEqual(EVERY_METHOD);
		}
	});

	test('respond as the owner chose, or through the node that answers with data', () => {
		for (const given of variants) {
			const evaluateForAll = (field) =>
				webhooks
					.filter((description) => evaluate(given, description, 'httpMethod').evaluated !== '')
					.map((description) => evaluate(given, description, field).evaluated);
			if (management || api) {
				const own = management ? MANAGED : SERVED;
				expect(evaluateForAll('responseMode')).toEqual(own.map(() => 'responseNode'));
				continue;
			}
			// The second webhook only rejects wrong methods.
			expect(evaluateForAll('responseMode')).toEqual([
				given.responseMode ?? 'onReceived',
				'onReceived',
			]);
			// Without the option, n8n keeps the status that webhook() has set.
			expect(evaluateForAll('responseCode')[0]).toBe(given.options.responseCode);
		}
	});

	const listShown = (given) =>
		webhooks.filter(
			({ ndvHideUrl }, index) =>
				ndvHideUrl !== true && !evaluate(given, webhooks[index], 'ndvHideUrl').evaluated,
		);

	test('register the portal’s page beside the API, if the owner chose it', () => {
		const given = { ...parameters, options: { portal: {} } };
		const evaluateField = (field) => evaluate(given, PORTAL, field).evaluated;
		expect(evaluateField('httpMethod')).toBe(api ? 'GET,HEAD,POST' : '');
		expect(evaluateField('path')).toBe('support.agent_1/portal');
		expect(listShown(given).includes(PORTAL)).toBe(api !== undefined);
		for (const field of ['httpMethod', 'path']) {
			const { evaluated, native } = evaluate(given, PORTAL, field);
			expect(native).toEqual({ resolved: true, value: evaluated });
		}
	});

	test('show exactly one URL in the editor', () => {
		const shown = listShown(variants[0]);
		expect(shown).toHaveLength(1);
		expect(MANAGED.includes(shown[0])).toBe(management !== undefined);
		expect(SERVED.includes(shown[0])).toBe(api !== undefined);
	});
});

describe('the trigger’s webhook() for a management request', () => {
	const API_KEY = 'api-key-0123456789';
	const OUTBOX_KEY = 'outbox-key-0123456789abcdef0123456789';
	const parameters = {
		platform: 'agenticflow',
		requestKind: 'managementRequest',
		path: 'x',
		authenticationMethods: ['platform'],
		options: {},
	};
	const credentials = {
		agentWebhookInboundApi: { bearerTokens: API_KEY },
		agentWebhookOutboxApi: { encryptionSecret: OUTBOX_KEY, outboxName: 'managed' },
	};
	const call = async (method, params, body, { key = API_KEY, query = {}, rawBody } = {}) =>
		await receive(
			parameters,
			{
				method,
				params,
				query,
				headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
				rawBody: Buffer.from(rawBody ?? (body === undefined ? '' : JSON.stringify(body))),
				body: body ?? {},
			},
			{ credentials },
		);
	const open = ({ management_request: sealed }) =>
		JSON.parse(createEncrypter([OUTBOX_KEY]).decrypt(sealed, REQUEST_ASSOCIATED_DATA));
	const WEBHOOK = JSON.parse(
		fs.readFileSync(path.join(__dirname, '../pages/agenticflow/createWebhook.json'), 'utf8'),
	);

	test.each([
		['GET', {}, undefined, 'list'],
		['POST', {}, WEBHOOK, 'create'],
		['GET', { id: 'wh_1' }, undefined, 'get'],
		['PUT', { id: 'wh_1' }, { name: 'Renamed' }, 'update'],
		['DELETE', { id: 'wh_1' }, undefined, 'delete'],
		['POST', { id: 'wh_1', section: 'test' }, { event: 'order.created' }, 'test'],
		['GET', { id: 'wh_1', section: 'logs' }, undefined, 'getLogs'],
		['GET', { id: 'wh_1', section: 'stats' }, undefined, 'getStats'],
	])('%s %j starts an execution with the encrypted request', async (method, params, body, task) => {
		const query = { limit: '3' };
		const { answer, result } = await call(method, params, body, { query });
		expect(answer).toEqual({});
		const [[{ json }]] = result.workflowData;
		expect(json).toMatchObject({
			task,
			webhook_id: params.id ?? null,
			platform: 'agenticflow',
			authentication: ['bearer'],
			source_address: '127.0.0.1',
		});
		expect(open(json)).toEqual({
			platformId: 'agenticflow',
			task,
			query,
			body: body ?? {},
			...(params.id && { webhookId: params.id }),
		});
		expect(() =>
			createEncrypter([OUTBOX_KEY]).decrypt(json.management_request, 'elsewhere'),
		).toThrow();
	});

	test('hands on every digit of a number, and rounds none in the encrypted request', async () => {
		const rawBody = '{"event":"order.created","test_data":{"id":616581622363398142}}';
		const params = { id: 'wh_1', section: 'test' };
		const { result } = await call('POST', params, undefined, { rawBody });
		const { management_request: encrypted } = result.workflowData[0][0].json;
		const request = createEncrypter([OUTBOX_KEY]).decrypt(encrypted, REQUEST_ASSOCIATED_DATA);
		expect(request).toContain(`"body":${rawBody}`);
	});

	test.each([
		['GET', { id: 'wh_1', section: 'secrets' }, undefined, 404, 'NOT_FOUND'],
		['GET', { id: 'wh_1', section: 'constructor' }, undefined, 404, 'NOT_FOUND'],
		['PATCH', { id: 'wh_1' }, {}, 405, 'METHOD_NOT_ALLOWED'],
		['PUT', {}, WEBHOOK, 405, 'METHOD_NOT_ALLOWED'],
		['POST', {}, {}, 422, 'INVALID_INPUT'],
		['POST', {}, { ...WEBHOOK, events: Array(201).fill('a') }, 422, 'INVALID_INPUT'],
		['PUT', { id: 'wh_1' }, { colour: 1 }, 422, 'INVALID_INPUT'],
		['PUT', { id: 'wh_1' }, JSON.parse('{"__proto__": {}}'), 422, 'INVALID_INPUT'],
		['POST', { id: 'wh_1', section: 'test' }, { event: 'no event!' }, 422, 'INVALID_INPUT'],
	])(
		'rejects the invalid %s %j and starts no execution',
		async (method, params, body, statusCode, code) => {
			const { answer, result } = await call(method, params, body);
			expect(result).toEqual({ noWebhookResponse: true });
			expect(answer).toMatchObject({
				statusCode,
				body: { success: false, error: { code, details: { received: expect.any(String) } } },
			});
		},
	);

	describe('passes an Idempotency-Key on', () => {
		const create = async ({ key = API_KEY, method = 'POST', params = {}, headers, query }) => {
			const { result } = await receive(
				{
					...parameters,
					authenticationMethods: ['bearer', 'urlToken'],
					options: { require: 'any' },
				},
				{
					method,
					params,
					query: query ?? {},
					headers: {
						...(query === undefined && { authorization: `Bearer ${key}` }),
						'content-type': 'application/json',
						...headers,
					},
					rawBody: Buffer.from(JSON.stringify(method === 'PUT' ? { name: 'x' } : WEBHOOK)),
					body: {},
				},
				{
					credentials: {
						...credentials,
						agentWebhookInboundApi: {
							bearerTokens: `${API_KEY} api-key-of-another`,
							urlTokens: API_KEY,
						},
					},
				},
			);
			return open(result.workflowData[0][0].json);
		};
		const headers = { 'idempotency-key': 'sync-1' };

		test('with a digest of its caller, which differs from other callers’', async () => {
			const { idempotency } = await create({ headers });
			expect(idempotency).toEqual({
				key: 'sync-1',
				caller: expect.stringMatching(/^[0-9a-f]{64}$/),
			});
			expect((await create({ headers })).idempotency).toEqual(idempotency);
			const another = await create({ headers, key: 'api-key-of-another' });
			expect(another.idempotency.caller).not.toBe(idempotency.caller);
			const byUrl = await create({ headers, query: { token: API_KEY } });
			expect(byUrl.idempotency.caller).not.toBe(idempotency.caller);
			// The token is no parameter of the API.
			expect(byUrl.query).toEqual({});
		});

		test('only to create a webhook', async () => {
			expect(await create({})).not.toHaveProperty('idempotency');
			const update = await create({ headers, method: 'PUT', params: { id: 'wh_1' } });
			expect(update).not.toHaveProperty('idempotency');
		});
	});

	test.each([
		['its announced length', { 'content-length': String(64 * 1024 + 1) }, 10],
		['its bytes', {}, 64 * 1024 + 1],
	])('rejects a body above 64 KB by %s, whatever the trigger allows', async (_, headers, bytes) => {
		for (const maxBodyKilobytes of [undefined, 10_240]) {
			const { answer, result } = await receive(
				{ ...parameters, options: maxBodyKilobytes === undefined ? {} : { maxBodyKilobytes } },
				{
					method: 'POST',
					params: {},
					headers: {
						authorization: `Bearer ${API_KEY}`,
						'content-type': 'application/json',
						...headers,
					},
					rawBody: Buffer.from(JSON.stringify({ a: 'x'.repeat(bytes) })),
					body: {},
				},
				{ credentials },
			);
			expect(result).toEqual({ noWebhookResponse: true });
			expect(answer).toMatchObject({
				statusCode: 413,
				body: { error: { code: 'PAYLOAD_TOO_LARGE' } },
			});
		}
	});

	test('rejects an invalid API key and reveals nothing about the outbox', async () => {
		const { answer, result } = await call('GET', {}, undefined, { key: 'another' });
		expect(result).toEqual({ noWebhookResponse: true });
		expect(answer).toMatchObject({ statusCode: 401, body: { error: { code: 'TOKEN_INVALID' } } });
	});

	test('puts no secret on the item', async () => {
		const secret = fc.stringMatching(/^[A-Za-z0-9_.~-]{10,24}$/);
		const forms = (text) => [
			text,
			encodeURIComponent(text),
			...['hex', 'base64', 'base64url'].map((to) => Buffer.from(text).toString(to)),
		];
		const urlWith = fc.constantFrom(
			(mark) => `https://your-app.com/hooks?key=${mark}#${mark}`,
			(mark) => `https://jordan:${mark}@your-app.com/hooks`,
			(mark) => `jordan:${mark}@your-app.com/hooks`,
			(mark) => `your-app.com/hooks?key=${mark}`,
			(mark) => `${mark}`,
			(mark) => `ftp://${mark}@your-app.com/`,
		);
		const authenticationWith = fc.constantFrom(
			(mark) => ({ type: 'bearer', token: mark }),
			(mark) => ({ type: 'urlToken', token: mark }),
			(mark) => ({ type: 'basic', username: mark, password: mark }),
		);
		await fc.assert(
			fc.asyncProperty(secret, urlWith, authenticationWith, async (mark, url, authentication) => {
				const body = { ...WEBHOOK, url: url(mark), authentication: authentication(mark) };
				const { result } = await call('POST', {}, body, { query: { key: mark } });
				const [[item]] = result.workflowData;
				expect(open(item.json)).toMatchObject({ body });
				const text = JSON.stringify(item).toLowerCase();
				for (const form of [mark, `jordan:${mark}`, API_KEY, OUTBOX_KEY].flatMap(forms)) {
					expect(text).not.toContain(form.toLowerCase());
				}
			}),
			{ numRuns: 60 },
		);
	});

	test('shows the webhook’s name, URL without query, events and status on the item', async () => {
		const url = 'https://your-app.com/hooks?key=1';
		const { result } = await call('POST', {}, { ...WEBHOOK, url, status: 'disabled' });
		expect(result.workflowData[0][0].json).toMatchObject({
			name: WEBHOOK.name,
			url: 'https://your-app.com/hooks',
			events: WEBHOOK.events,
			status: 'disabled',
		});
	});
});
