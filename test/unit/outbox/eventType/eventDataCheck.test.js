/** The check of events' data by their event types: what it says, and what publishEvents does then. */
const { deliverDue } = require('../../../../build/core/outbox/dispatch/deliverDue');
const { publishEvents } = require('../../../../build/core/outbox/dispatch/publish');
const { publishToAllTenants } = require('../../../../build/core/outbox/dispatch/publishToAll');
const {
	compileDataChecks,
	EventDataError,
} = require('../../../../build/core/outbox/eventType/eventDataCheck');
const { createEventTypes } = require('../../../../build/core/outbox/eventType/eventTypeRepository');
const { forTenant } = require('../../../../build/core/outbox/tenant/tenantPorts');
const { parseExactJson } = require('../../../../build/core/lib/exactJson');

const { callNames } = require('../memoryTables');
const { createWorld, HOUR, LIMITS } = require('../world');

const SCHEMA = {
	type: 'object',
	required: ['id'],
	properties: { id: { type: 'integer' }, total: { type: 'number', minimum: 0 } },
};

/** Creates an outbox with an endpoint, and the event type order.created. */
async function createShop(more = {}) {
	const world = createWorld();
	await world.register('ep_a');
	const types = createEventTypes(world.process());
	await types.create({ name: 'order.created', schema: SCHEMA, ...more });
	return { world, types };
}

const event = (data, more = {}) => ({ type: 'order.created', data, dataCheck: 'refuse', ...more });

describe('what the check says', () => {
	/** Returns what is wrong with data, with an edited row of order.created. */
	async function check(data, type = 'order.created', edit = {}) {
		const { world } = await createShop();
		world.store.edit('event_types', 1, edit);
		return compileDataChecks(world.store.rows('event_types'))({ type, data });
	}

	test('is nothing for data that matches, and for a type without a schema', async () => {
		expect(await check({ id: 7, total: 1.5, other: true })).toBeUndefined();
		expect(await check({}, 'order.created', { schema: null })).toBeUndefined();
	});

	test('names each field and what it must be, and what to do', async () => {
		expect(await check({ total: -1 })).toBe(
			'The data does not match the schema of the event type "order.created": "id" is missing; "total" must be at least 0. Correct the data, or change the schema with Event Type → Update.',
		);
	});

	test('compares all digits of a number', async () => {
		const schema = '{"properties": {"id": {"const": 616581622363398142}}}';
		const { value } = parseExactJson('{"id": 616581622363398143}');
		expect(await check(value, 'order.created', { schema })).toContain(
			'"id" must be 616581622363398142',
		);
	});

	test('is that the catalog does not have the type', async () => {
		expect(await check({ id: 7 }, 'order.paid')).toMatch(
			/^The catalog has no event type "order.paid"/,
		);
	});

	test('is which row cannot be read, or which schema cannot be used', async () => {
		expect(await check({ id: 7 }, 'order.created', { schema: '[' })).toContain(
			'Row 1 of the outbox’s',
		);
		expect(await check({ id: 7 }, 'order.created', { schema: '{"type": "text"}' })).toMatch(
			/was edited and cannot be used\. In the schema, "type" must be one of/,
		);
	});
});

describe('an event that is checked', () => {
	test('costs no call more', async () => {
		const { world } = await createShop();
		const ports = world.process();
		await publishEvents(ports, [event({ id: 7 })], LIMITS);
		const unchecked = world.process();
		await publishEvents(unchecked, [event({ id: 7 }, { dataCheck: undefined })], LIMITS);
		expect(callNames(ports.tables)).toHaveLength(callNames(unchecked.tables).length);
		expect(callNames(ports.tables)[0]).toBe('insert events, find endpoints, find event_types');
		expect(callNames(unchecked.tables).join()).not.toContain('event_types');
	});

	test('is refused alone, and leaves nothing behind', async () => {
		const { world } = await createShop();
		const inputs = [
			event({ id: 7 }),
			event({ id: '8' }, { idempotencyKey: 'order 8' }),
			event({ id: 9 }, { type: 'order.paid' }),
			event({ id: '10' }, { dataCheck: undefined }),
		];
		const { sent } = await publishEvents(world.process(), inputs, LIMITS);
		expect(sent.map(({ conflict }) => conflict?.name)).toEqual([
			undefined,
			'EventDataError',
			'EventDataError',
			undefined,
		]);
		expect(sent[1].conflict).toBeInstanceOf(EventDataError);
		expect(sent[1].conflict).toMatchObject({ code: 'EVENT_DATA_REFUSED' });
		expect(world.attempts).toHaveLength(2);
		expect(world.store.rows('events')).toHaveLength(2);
		expect(world.deliveries()).toHaveLength(2);
	});

	test('can be sent with its key once its data is correct', async () => {
		const { world } = await createShop();
		const send = async (id) =>
			await publishEvents(world.process(), [event({ id }, { idempotencyKey: 'a' })], LIMITS);
		await send('7');
		const { sent } = await send(7);
		expect(sent).toMatchObject([{ duplicate: false, deliveries: [{ isEarlier: false }] }]);
		expect(world.attempts).toHaveLength(1);
	});

	test('is sent with a warning', async () => {
		const { world } = await createShop();
		const inputs = [
			event({ id: '7' }, { dataCheck: 'warn' }),
			event({ id: 8 }, { dataCheck: 'warn' }),
		];
		const { sent } = await publishEvents(world.process(), inputs, LIMITS);
		expect(sent[0].dataWarning).toContain('"id" must be a whole number, but is text');
		expect(sent[1].dataWarning).toBeUndefined();
		expect(world.attempts).toHaveLength(2);
	});

	test('is checked by a type that is archived', async () => {
		const { world } = await createShop({ archived: true });
		const { sent } = await publishEvents(world.process(), [event({})], LIMITS);
		expect(sent[0].conflict.message).toContain('"id" is missing');
	});

	test('of a tenant is checked by the owner’s catalog', async () => {
		const { world } = await createShop();
		await world.register('ep_acme', { tenantId: 'acme' });
		const ports = forTenant(world.process(), 'acme');
		const inputs = [event({ id: 7 }), event({})].map((input) => ({ ...input, tenantId: 'acme' }));
		const { sent } = await publishEvents(ports, inputs, LIMITS);
		expect(sent.map(({ conflict }) => conflict?.name)).toEqual([undefined, 'EventDataError']);
		const toAll = await publishToAllTenants(world.process(), [event({})], LIMITS);
		expect(toAll.sent[0].map(({ conflict }) => conflict?.name)).toEqual([
			'EventDataError',
			'EventDataError',
		]);
		expect(world.attempts).toHaveLength(1);
	});

	test('is checked among more types than one find has room for', async () => {
		const { world } = await createShop();
		const many = Array.from({ length: 900 }, (_, index) =>
			event({ id: 1 }, { type: `type.${index}` }),
		);
		const { sent } = await publishEvents(world.process(), [...many, event({ id: 7 })], LIMITS);
		expect(sent.filter(({ conflict }) => conflict === undefined)).toHaveLength(1);
		expect(world.attempts).toHaveLength(1);
	});
});

describe('an event whose run was killed before it could refuse it', () => {
	/** Sends events in a run that is killed after its n-th call. */
	async function sendAndKill(world, inputs, killAt = 1) {
		const dying = world.process({ killAt, killed: 'after' });
		await expect(publishEvents(dying, inputs, LIMITS)).rejects.toThrow('dead');
		world.clock.advance(HOUR);
	}

	test('is refused by the next run of Deliver Due, which says why', async () => {
		const { world } = await createShop();
		await sendAndKill(world, [
			event({ id: 7 }),
			event({ id: '8' }, { idempotencyKey: 'order 8' }),
			event({ id: 9 }, { type: 'order.paid' }),
			event({ id: '10' }, { dataCheck: undefined }),
			event({ id: '11' }, { dataCheck: 'warn' }),
		]);
		expect(world.store.rows('events')).toHaveLength(5);
		const ports = world.process();
		await deliverDue(ports, LIMITS);
		expect(world.attempts.map(({ body }) => JSON.parse(body).data.id)).toEqual([7, '10', '11']);
		const left = world.store.rows('events');
		expect(left.map(({ data }) => JSON.parse(data).id)).toEqual([7, '10', '11']);
		expect(left.every((row) => row.lease_until === null && row.data_check === null)).toBe(true);
		expect(ports.announced).toEqual([
			expect.stringMatching(/^The event evt_.+ was refused: .+ "id" must be a whole number/),
			expect.stringMatching(/^The event evt_.+ was refused: .+ no event type "order.paid"/),
		]);
		// Its key is free for the corrected event.
		const corrected = event({ id: 8 }, { idempotencyKey: 'order 8' });
		const { sent } = await publishEvents(world.process(), [corrected], LIMITS);
		expect(sent).toMatchObject([{ duplicate: false }]);
		expect(world.attempts).toHaveLength(4);
	});

	test('is refused once, also if the repair is killed at any of its calls', async () => {
		for (const killed of ['before', 'after']) {
			for (let killAt = 1; killAt <= 8; killAt += 1) {
				const { world } = await createShop();
				await sendAndKill(world, [event({ id: 7 }), event({ id: '8' })]);
				await deliverDue(world.process({ killAt, killed }), LIMITS).catch(() => undefined);
				world.clock.advance(HOUR);
				await deliverDue(world.process(), LIMITS);
				expect(new Set(world.attempts.map(({ body }) => JSON.parse(body).data.id))).toEqual(
					new Set([7]),
				);
				expect(world.store.rows('events')).toMatchObject([{ data: '{"id":7}' }]);
				expect(world.deliveries()).toMatchObject([{ status: 'delivered' }]);
			}
		}
	});

	test('of a tenant is checked by the owner’s catalog', async () => {
		const { world } = await createShop();
		await world.register('ep_acme', { tenantId: 'acme' });
		await sendAndKill(world, [event({}, { tenantId: 'acme' }), event({ id: 1 })]);
		await deliverDue(world.process(), LIMITS);
		expect(world.attempts).toMatchObject([{ endpointId: 'ep_a' }]);
		expect(world.store.rows('events')).toHaveLength(1);
	});

	test('stays, if one of its deliveries is on record and its type was changed since', async () => {
		const createSlowShop = async () => {
			const shop = await createShop();
			await shop.world.register('ep_slow');
			shop.world.attemptMs = ({ endpoint: { id } }) => (id === 'ep_slow' ? 4000 : 100);
			return shop;
		};
		const rehearsal = (await createSlowShop()).world.process();
		await publishEvents(rehearsal, [event({ id: 7 })], LIMITS);
		const { types, world } = await createSlowShop();
		const calls = rehearsal.tables.calls.map(({ method, table }) => `${method} ${table}`);
		await sendAndKill(world, [event({ id: 7 })], calls.indexOf('insert deliveries') + 1);
		expect(world.deliveries().length).toBeGreaterThan(0);
		expect(world.store.rows('events')).toMatchObject([{ data_check: 'refuse' }]);
		await types.update('order.created', { schema: { required: ['other'] } });
		await deliverDue(world.process(), LIMITS);
		expect(world.store.rows('events')).toMatchObject([{ lease_until: null, data_check: null }]);
	});

	test('costs an unchecked repair no call more', async () => {
		const { world } = await createShop();
		const countCalls = async (dataCheck) => {
			await sendAndKill(world, [event({ id: 7 }, { dataCheck })]);
			const ports = world.process();
			await deliverDue(ports, LIMITS);
			return callNames(ports.tables);
		};
		const unchecked = await countCalls(undefined);
		expect(unchecked.join()).not.toContain('event_types');
		expect(await countCalls('refuse')).toHaveLength(unchecked.length + 1);
	});
});
