const fc = require('fast-check');

const {
	createEventTypes,
	EventTypeExistsError,
	EventTypeNotFoundError,
} = require('../../../../build/core/outbox/eventType/eventTypeRepository');
const {
	InvalidEventTypeFieldError,
} = require('../../../../build/core/outbox/eventType/eventTypeInput');
const { parseExactJson } = require('../../../../build/core/lib/exactJson');
const { scopeTables } = require('../../../../build/core/outbox/store/scopedTables');
const { UnreadableRowError } = require('../../../../build/core/outbox/store/rows');

const { callNames } = require('../memoryTables');
const { createWorld, MINUTE, START } = require('../world');

const ORDER = {
	name: 'order.created',
	description: 'A customer has placed an order',
	schema: { type: 'object', required: ['id'] },
	example: { id: 7 },
	groupName: 'Orders',
};

function createCatalogue() {
	const world = createWorld();
	const ports = world.process();
	return { world, ports, types: createEventTypes(ports) };
}

describe('an event type', () => {
	test('is created with its values, and found by its name in one call', async () => {
		const { ports, types } = createCatalogue();
		const created = { ...ORDER, archived: false, createdAt: START, updatedAt: START };
		expect(await types.create(ORDER)).toEqual(created);
		expect(callNames(ports.tables)).toEqual([
			'insert event_types, find event_types',
			'update event_types',
		]);
		ports.tables.calls.length = 0;
		expect(await types.find('order.created')).toEqual(created);
		expect(await types.find('order.paid')).toBeUndefined();
		expect(await types.find('Order.Created')).toBeUndefined();
		expect(callNames(ports.tables)).toEqual(Array(3).fill('find event_types'));
	});

	test('needs only a name, and has no schema, example or group then', async () => {
		const { types } = createCatalogue();
		expect(await types.create({ name: 'a' })).toEqual({
			name: 'a',
			description: '',
			archived: false,
			createdAt: START,
			updatedAt: START,
		});
	});

	test('keeps every digit of a number in its schema', async () => {
		const { types } = createCatalogue();
		const { value: schema } = parseExactJson('{"maximum": 9223372036854775807}');
		await types.create({ name: 'a', schema });
		expect((await types.find('a')).schema).toEqual(schema);
	});

	test('is not created twice, and the first one stays', async () => {
		const { types, world } = createCatalogue();
		await types.create(ORDER);
		await expect(types.create({ ...ORDER, description: 'other' })).rejects.toThrow(
			EventTypeExistsError,
		);
		expect(world.store.rows('event_types')).toMatchObject([
			{ description: ORDER.description, creation_owner: null },
		]);
	});

	test('is changed in one call, and keeps what is not named', async () => {
		const { ports, types, world } = createCatalogue();
		const created = await types.create(ORDER);
		world.clock.advance(MINUTE);
		ports.tables.calls.length = 0;
		const changed = await types.update('order.created', { archived: true, schema: null });
		expect(callNames(ports.tables)).toEqual(['update event_types']);
		const { schema: _, ...rest } = created;
		expect(changed).toEqual({ ...rest, archived: true, updatedAt: '2025-01-15T10:01:00.000Z' });
		expect(await types.find('order.created')).toEqual(changed);
		const emptied = await types.update('order.created', {
			groupName: null,
			example: null,
			description: '',
		});
		expect(emptied).not.toHaveProperty('groupName');
		expect(emptied).not.toHaveProperty('example');
	});

	test('keeps its name', async () => {
		const { types } = createCatalogue();
		await types.create(ORDER);
		await expect(types.update('order.created', { name: 'order.new' })).rejects.toThrow(
			'cannot get another name',
		);
		expect(await types.update('order.created', { name: 'order.created' })).toMatchObject(ORDER);
	});

	test('is deleted in one call, and its name can be used again', async () => {
		const { ports, types } = createCatalogue();
		await types.create(ORDER);
		ports.tables.calls.length = 0;
		await types.delete('order.created');
		expect(callNames(ports.tables)).toEqual(['remove event_types']);
		expect(await types.find('order.created')).toBeUndefined();
		expect(await types.create(ORDER)).toMatchObject({ name: 'order.created' });
	});

	test.each(['order.created', '', '={{ 1 }}', 'a b'])(
		'with the name %j that nobody created is not there',
		async (name) => {
			const { types } = createCatalogue();
			await expect(types.update(name, {})).rejects.toThrow(EventTypeNotFoundError);
			await expect(types.delete(name)).rejects.toThrow(EventTypeNotFoundError);
			expect(await types.find(name)).toBeUndefined();
		},
	);

	test.each([
		['name', { name: 'order created' }],
		['name', { name: '=order' }],
		['name', { name: 'order.*' }],
		['schema', { schema: { type: 'text' } }],
		['schema', { schema: [] }],
		['description', { description: 'x'.repeat(6000) }],
		['groupName', { groupName: 'a\nb' }],
		['example', { example: 'x'.repeat(200_000) }],
	])('cannot have any %s', async (field, values) => {
		const { types, world } = createCatalogue();
		await expect(types.create({ name: 'a', ...values })).rejects.toMatchObject({ field });
		expect(world.store.rows('event_types')).toEqual([]);
		await types.create({ name: 'a' });
		const { name: _, ...changes } = values;
		if (Object.keys(changes).length === 0) return;
		await expect(types.update('a', changes)).rejects.toThrow(InvalidEventTypeFieldError);
	});

	test('that was edited and cannot be read says which row', async () => {
		const { types, world } = createCatalogue();
		await types.create(ORDER);
		world.store.edit('event_types', 1, { schema: '[' });
		await expect(types.find('order.created')).rejects.toThrow(UnreadableRowError);
		await expect(types.list({})).rejects.toThrow('Row 1 of the outbox’s event_types table');
	});
});

describe('of several requests that create one at once', () => {
	test('exactly one succeeds, in any order and on any database', async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.array(fc.nat(50), { minLength: 3, maxLength: 3 }),
				fc.boolean(),
				async (latencies, numbersFirst) => {
					const world = createWorld();
					const results = await Promise.allSettled(
						latencies.map(async (latency, index) => {
							const ports = world.process({ latency: () => latency, numbersFirst });
							return await createEventTypes(ports).create({
								name: 'a',
								description: `of ${index}`,
							});
						}),
					);
					const created = results.filter(({ status }) => status === 'fulfilled');
					expect(created).toHaveLength(1);
					const found = await createEventTypes(world.process()).find('a');
					expect(found.description).toBe(created[0].value.description);
					expect(world.store.rows('event_types')).toHaveLength(1);
				},
			),
			{ numRuns: 60 },
		);
	});
});

describe('the list of event types', () => {
	async function createMany(...names) {
		const catalog = createCatalogue();
		for (const name of names) await catalog.types.create({ name, archived: name === 'old' });
		return catalog.types;
	}
	const names = async (types, query = {}) => (await types.list(query)).map(({ name }) => name);

	test('is sorted by name, without archived ones unless they are asked for', async () => {
		const types = await createMany('b', 'old', 'a.b', 'a', 'B');
		expect(await names(types)).toEqual(['B', 'a', 'a.b', 'b']);
		expect(await names(types, { includeArchived: true })).toEqual(['B', 'a', 'a.b', 'b', 'old']);
	});

	test('begins after a name, which need not exist, and ends at the limit', async () => {
		const types = await createMany('a', 'b', 'c', 'd');
		expect(await names(types, { after: 'a', limit: 2 })).toEqual(['b', 'c']);
		expect(await names(types, { after: 'bb' })).toEqual(['c', 'd']);
		expect(await names(types, { after: 'd' })).toEqual([]);
		expect(await names(types, { after: '={{ 1 }}' })).toEqual(['a', 'b', 'c', 'd']);
	});

	test('takes one call', async () => {
		const { ports, types } = createCatalogue();
		await types.list({ limit: 1 });
		expect(callNames(ports.tables)).toEqual(['find event_types']);
	});
});

test('a tenant reads the catalog, and cannot change it', async () => {
	const { ports, types } = createCatalogue();
	await types.create(ORDER);
	const ofTenant = createEventTypes({ ...ports, tables: scopeTables(ports.tables, 'acme') });
	expect(await ofTenant.list({})).toMatchObject([{ name: 'order.created' }]);
	expect(await ofTenant.find('order.created')).toMatchObject(ORDER);
	for (const change of [
		async () => await ofTenant.create({ name: 'b' }),
		async () => await ofTenant.update('order.created', { archived: true }),
		async () => await ofTenant.delete('order.created'),
	]) {
		await expect(change()).rejects.toThrow('cannot change rows of the outbox’s owner');
	}
	expect(await types.list({})).toMatchObject([{ ...ORDER, archived: false }]);
});
