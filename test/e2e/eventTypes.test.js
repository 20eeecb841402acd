/** Event types in a real n8n: the catalog, its lists in the editor, and the check of data on both sides. */
const stage = require('./stage');

const {
	ACTION,
	createActor,
	createTriggerWorkflow,
	n8n,
	newSecret,
	post,
	readInbox,
	receiver,
	uniqueName,
} = stage;

afterAll(stage.deactivateWorkflows);

const outbox = uniqueName('types').replaceAll('-', '_');
const inbox = uniqueName('types');
const bearer = newSecret();

let credentials;

const SCHEMA = {
	type: 'object',
	required: ['id', 'customer'],
	properties: {
		id: { type: 'integer' },
		customer: { $ref: '#/$defs/customer' },
		code: { type: 'string', pattern: '^[A-Z]+$' },
	},
	$defs: { customer: { type: 'object', properties: { email: { format: 'email' } } } },
};

const GOOD = { id: 7, customer: { email: 'ada@example.com' } };
const BAD = { id: '7', customer: { email: 'ada' } };

beforeAll(async () => {
	credentials = {
		...(await n8n.createCredential('agentWebhookOutboxApi', outbox, {
			encryptionSecret: newSecret(),
			outboxName: outbox,
			n8nApiKey: n8n.apiKey,
			n8nUrl: n8n.base,
		})),
		...(await n8n.createCredential('agentWebhookInboundApi', outbox, {
			bearerTokens: bearer,
		})),
	};
});

const { act, done } = createActor(() => credentials);

const byName = (value) => ({ catalogEventType: { __rl: true, mode: 'list', value } });

const create = async (eventTypeName, more = {}) =>
	await act('eventType', 'create', { eventTypeName, ...more });

test('event types are created once, listed by name, changed, archived and deleted', async () => {
	const [[created]] = await done('eventType', 'create', {
		eventTypeName: 'order.created',
		description: 'A customer has placed an order',
		schema: JSON.stringify(SCHEMA),
		options: { example: JSON.stringify(GOOD), groupName: 'Orders' },
	});
	expect(created).toMatchObject({
		name: 'order.created',
		schema: SCHEMA,
		unchecked_words: ['properties.code.pattern'],
		example: GOOD,
		group: 'Orders',
		archived: false,
	});
	expect((await create('order.created')).error).toContain('an event type "order.created" already');
	await create('order.paid', { description: '=A text that begins with "="' });
	await create('old');
	await done('eventType', 'update', { ...byName('old'), updateFields: { archived: true } });
	const list = async (options) => {
		const [items] = await done('eventType', 'getAll', { returnAll: true, options });
		return items.map(({ name }) => name);
	};
	expect(await list({})).toEqual(['order.created', 'order.paid']);
	expect(await list({ includeArchived: true })).toEqual(['old', 'order.created', 'order.paid']);
	const [[found]] = await done('eventType', 'get', byName('order.created'));
	expect(found).toEqual(created);
	expect(await done('eventType', 'delete', byName('old'))).toEqual([
		[{ deleted: true, name: 'old' }],
	]);
	expect((await act('eventType', 'get', byName('old'))).error).toContain('no event type "old"');
}, 300_000);

test('of several executions that create one at once, one succeeds', async () => {
	const results = await Promise.all(Array.from({ length: 4 }, async () => await create('raced')));
	expect(results.map(({ status }) => status).sort()).toEqual([
		'error',
		'error',
		'error',
		'success',
	]);
	const [found] = await done('eventType', 'getAll', { returnAll: true });
	expect(found.filter(({ name }) => name === 'raced')).toHaveLength(1);
	await done('eventType', 'delete', byName('raced'));
}, 200_000);

test('the editor lists event types where they are named', async () => {
	const request = {
		nodeTypeAndVersion: { name: ACTION, version: 1 },
		credentials,
	};
	const { results } = await n8n.rest('POST', '/dynamic-node-parameters/resource-locator-results', {
		...request,
		path: 'parameters.catalogEventType',
		methodName: 'searchEventTypes',
		filter: 'order',
		currentNodeParameters: { resource: 'event', operation: 'send', options: { tenant: 'acme' } },
	});
	expect(results.map(({ value }) => value)).toEqual(['order.created', 'order.paid']);
	const options = await n8n.rest('POST', '/dynamic-node-parameters/options', {
		...request,
		path: 'parameters.options.catalogEventTypes',
		methodName: 'getCatalogEventTypes',
		currentNodeParameters: { resource: 'endpoint', operation: 'create' },
	});
	expect(options.map(({ value }) => value)).toEqual(['order.created', 'order.paid']);
}, 100_000);

describe('a send that checks data', () => {
	const send = async (checkData, items, more = {}) =>
		await act(
			'event',
			'send',
			{
				sendTo: 'subscribers',
				customEventType: '={{ $json.type }}',
				dataSource: 'json',
				data: '={{ $json.data }}',
				options: { checkData },
				...more,
			},
			items,
		);
	const item = (data, type = 'order.created') => ({ type, data });
	const readIds = async () => (await readInbox(inbox)).map(({ body }) => JSON.parse(body).data.id);

	beforeAll(async () => {
		await done('endpoint', 'create', {
			endpointName: 'Orders',
			url: `${receiver}/receive/none/${inbox}`,
			platform: 'standardWebhooks',
			options: {
				allowHttp: true,
				allowInternal: true,
				catalogEventTypes: ['order.created', 'order.paid'],
			},
		});
	}, 100_000);

	test('refuses what does not match, and sends the rest', async () => {
		const items = [item(GOOD), item(BAD), item({ ...GOOD, id: 8 }), item(GOOD, 'order.lost')];
		const { outputs, status } = await send('refuse', items);
		expect(status).toBe('success');
		const [delivered, , failed] = outputs;
		expect(delivered).toHaveLength(2);
		expect(failed).toMatchObject([
			{
				event: 'order.created',
				code: 'EVENT_DATA_REFUSED',
				error_message: expect.stringMatching(
					/"id" must be a whole number, but is text; "customer\.email" must be an email address/,
				),
			},
			{ event: 'order.lost', error_message: expect.stringContaining('no event type "order.lost"') },
		]);
		expect(await readIds()).toEqual([7, 8]);
		const [events] = await done('event', 'getAll', { returnAll: true });
		expect(events).toHaveLength(2);
	}, 100_000);

	test('warns and sends', async () => {
		const { outputs } = await send('warn', [item(BAD)]);
		expect(outputs[0]).toMatchObject([
			{ status: 'delivered', data_warning: expect.stringContaining('"id" must be') },
		]);
		expect(await readIds()).toEqual([7, 8, '7']);
	}, 100_000);

	test('can choose the type from the list', async () => {
		const more = { eventTypeSource: 'catalog', ...byName('order.paid') };
		const { outputs } = await send('refuse', [{ data: { id: 9 } }], more);
		expect(outputs[0]).toMatchObject([{ status: 'delivered', event: 'order.paid' }]);
	}, 100_000);
});

test('the trigger checks the data of Custom events by schemas of its own', async () => {
	const { url, id } = await createTriggerWorkflow(
		{
			platform: 'custom',
			requestKind: 'event',
			authenticationMethods: ['bearer'],
			options: {
				dataSchemas: {
					entry: [{ eventTypes: 'order.*', schema: JSON.stringify(SCHEMA) }],
				},
			},
		},
		{ credentials },
	);
	const headers = { authorization: `Bearer ${bearer}` };
	const receive = async (type, data) => await post(url, JSON.stringify({ type, data }), headers);
	const rejected = await receive('order.created', BAD);
	expect([rejected.status, rejected.data.error]).toEqual([
		422,
		{
			code: 'INVALID_INPUT',
			message: "Field 'data.id' must be a whole number, but is text",
			details: { field: 'data.id', expected: 'a whole number', received: 'string' },
		},
	]);
	expect((await receive('order.created', GOOD)).status).toBe(200);
	expect((await receive('invoice.paid', {})).status).toBe(200);
	expect(await n8n.finished(id, 2)).toHaveLength(2);
}, 100_000);
