/** The resource Event Type, on tables in memory. */
const { createStore } = require('../../../../unit/outbox/memoryTables');

let mockStore;

jest.mock('../../../../../build/nodes/shared/outbox/dataTables', () => ({
	openDataTables: () => mockStore.connect(),
}));

const { execute } = require('../../../../harness/contexts');
const { fillInDefaults } = require('../../../operations');

beforeEach(() => {
	mockStore = createStore();
});

/** Runs an operation of the node, and returns the items of its first output, and its hints. */
async function act(resource, operation, parameters = {}) {
	const credentials = {
		agentWebhookOutboxApi: { outboxName: 'outbox', encryptionSecret: 'k'.repeat(64) },
	};
	const filled = fillInDefaults('agentWebhook', { resource, operation, ...parameters });
	const { hints, outputs } = await execute(filled, [{ json: {} }], { credentials });
	return { hints, items: outputs[0].map(({ json }) => json) };
}

const SCHEMA = { type: 'object', required: ['id'], properties: { id: { type: 'string' } } };

const create = async (eventTypeName, parameters = {}) =>
	await act('eventType', 'create', { eventTypeName, ...parameters });

const byName = (value) => ({ catalogEventType: { __rl: true, mode: 'name', value } });

test('an event type is created, listed, changed and deleted', async () => {
	const { items } = await create(' order.created ', {
		description: 'An order',
		schema: JSON.stringify(SCHEMA),
		options: { groupName: 'Orders', example: '{"id": "7"}' },
	});
	expect(items).toEqual([
		{
			name: 'order.created',
			description: 'An order',
			group: 'Orders',
			archived: false,
			schema: SCHEMA,
			unchecked_words: [],
			example: { id: '7' },
			created_at: expect.any(String),
			updated_at: expect.any(String),
		},
	]);
	expect((await act('eventType', 'get', byName('order.created'))).items).toEqual(items);
	await create('a');
	const updateFields = { archived: true, schema: '{}', example: '', groupName: '' };
	const { items: updated } = await act('eventType', 'update', {
		...byName('order.created'),
		updateFields,
	});
	expect(updated).toMatchObject([
		{ archived: true, schema: null, example: null, group: null, description: 'An order' },
	]);
	const list = async (options) =>
		(await act('eventType', 'getAll', { options })).items.map(({ name }) => name);
	expect(await list({})).toEqual(['a']);
	expect(await list({ includeArchived: true })).toEqual(['a', 'order.created']);
	const deleted = await act('eventType', 'delete', byName('order.created'));
	expect(deleted.items).toEqual([{ deleted: true, name: 'order.created' }]);
	await expect(act('eventType', 'get', byName('order.created'))).rejects.toThrow(
		'There is no event type "order.created"',
	);
});

test('words of a schema that are not checked are told when it is saved', async () => {
	const schema = { properties: { code: { type: 'string', pattern: '^[A-Z]+$' } } };
	const { hints, items } = await create('order.created', { schema });
	expect(items).toMatchObject([{ schema, unchecked_words: ['properties.code.pattern'] }]);
	expect(hints).toMatchObject(
		[{ type: 'warning', message: /properties\.code\.pattern/ }].map(({ message, ...hint }) => ({
			...hint,
			message: expect.stringMatching(message),
		})),
	);
	const fields = { ...byName('order.created'), updateFields: { schema: { type: 'object' } } };
	expect((await act('eventType', 'update', fields)).hints).toEqual([]);
});

test.each([
	[
		'a name with a space',
		'create',
		{ eventTypeName: 'order created' },
		'not the name of an event type',
	],
	[
		'a schema that is no JSON',
		'create',
		{ eventTypeName: 'a', schema: '{' },
		'"Schema (JSON)" is not valid JSON',
	],
	[
		'a schema that is a list',
		'create',
		{ eventTypeName: 'a', schema: '[]' },
		'"Schema (JSON)" must be a JSON object',
	],
	[
		'a schema with a mistake',
		'create',
		{ eventTypeName: 'a', schema: { type: 'text' } },
		'In the schema, "type" must be one of string',
	],
	['no name', 'get', byName(''), '"Event Type" is empty'],
	['an update without fields', 'update', byName('a'), 'Nothing to change'],
	[
		'a type that is not there',
		'update',
		{ ...byName('a'), updateFields: { archived: true } },
		'There is no event type "a"',
	],
	['a type that is not there', 'delete', byName('a'), 'There is no event type "a"'],
])('%s fails %s', async (_, operation, parameters, message) => {
	await expect(act('eventType', operation, parameters)).rejects.toThrow(message);
	expect(mockStore.rows('event_types')).toEqual([]);
});

test('a name that is taken fails Create, and says what to do', async () => {
	await create('order.created');
	await expect(create('order.created')).rejects.toThrow(
		'There is an event type "order.created" already',
	);
});

describe('an event type of the catalog', () => {
	const register = async (parameters) =>
		(
			await act('endpoint', 'create', {
				endpointName: 'Shop',
				url: 'https://example.com/hook',
				platform: 'standardWebhooks',
				simplify: false,
				...parameters,
			})
		).items[0];

	test('is chosen for an endpoint, in addition to those that are typed', async () => {
		const options = { catalogEventTypes: ['order.created', 'order.paid'] };
		const first = await register({ options });
		expect(first.events).toEqual(['order.created', 'order.paid']);
		const second = await register({ options, eventTypes: 'invoice.*, order.paid' });
		expect(second.events).toEqual(['invoice.*', 'order.paid', 'order.created']);
		const update = async (updateFields) =>
			(
				await act('endpoint', 'update', {
					endpoint: { __rl: true, mode: 'id', value: first.id },
					simplify: false,
					updateFields,
				})
			).items[0].events;
		expect(await update({ catalogEventTypes: ['a'] })).toEqual(['a']);
		expect(await update({ catalogEventTypes: [], description: 'x' })).toEqual(['a']);
	});

	test('is chosen for a send', async () => {
		const deliverAt = new Date(Date.now() + 86_400_000).toISOString();
		await register({ eventTypes: 'order.created' });
		await act('event', 'send', {
			sendTo: 'subscribers',
			eventTypeSource: 'catalog',
			...byName('order.created'),
			options: { deliverAt },
		});
		expect(mockStore.rows('events')).toMatchObject([{ event_type: 'order.created' }]);
	});
});
