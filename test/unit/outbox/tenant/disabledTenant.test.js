const { deliverDue } = require('../../../../build/core/outbox/dispatch/deliverDue');
const { publishEvents } = require('../../../../build/core/outbox/dispatch/publish');
const { publishToAllTenants } = require('../../../../build/core/outbox/dispatch/publishToAll');
const { replayDelivery } = require('../../../../build/core/outbox/dispatch/replay');
const { sendTestEvent } = require('../../../../build/core/outbox/dispatch/testEvent');
const { createTenant, updateTenant } = require('../../../../build/core/outbox/tenant/tenantInput');
const {
	insertTenant,
	modifyTenant,
} = require('../../../../build/core/outbox/tenant/tenantRepository');
const { forTenant } = require('../../../../build/core/outbox/tenant/tenantPorts');

const { createManagedWorld, WEBHOOK } = require('../../managementApi/managedWorld');
const { callNames } = require('../memoryTables');
const { events, HOUR, LIMITS } = require('../world');

const { listed } = require('../dispatch/failedDeliveries');

const DISABLED = 'The tenant "acme" is disabled. Enable it with Tenant → Update, then try again.';

const setStatus = async (world, status) =>
	await modifyTenant(world.process(), 'acme', (tenant) => updateTenant(tenant, { status }));

/** A world in which `acme` is disabled after an attempt of its failed, and `other` is not. */
async function createDisabled() {
	const world = createManagedWorld({ answer: () => 500 });
	await insertTenant(world.process(), createTenant('acme', {}, 0));
	for (const tenantId of ['acme', 'other']) {
		await world.register(`ep_${tenantId}`, { tenantId, ...listed('1 min, 1 min') });
		const ports = forTenant(world.process(), tenantId);
		await publishEvents(ports, events(1, { tenantId }), LIMITS);
	}
	await setStatus(world, 'disabled');
	world.answer = () => 200;
	return world;
}

describe('a disabled tenant', () => {
	test.each([[{}], [{ idempotencyKey: 'order 1' }]])(
		'sends nothing and stores nothing, whatever the event’s key: %j',
		async (more) => {
			const world = await createDisabled();
			const before = world.store.rows('events');
			const ports = forTenant(world.process(), 'acme');
			const inputs = events(2, { tenantId: 'acme', ...more });
			const { sent } = await publishEvents(ports, inputs, LIMITS);
			expect(sent.map(({ conflict }) => conflict.message)).toEqual([DISABLED, DISABLED]);
			expect(sent.every(({ deliveries }) => deliveries.length === 0)).toBe(true);
			expect(world.store.rows('events')).toEqual(before);
			expect(world.attempts).toHaveLength(2);
		},
	);

	test('keeps its due deliveries waiting until it is enabled, and other tenants do not wait', async () => {
		const world = await createDisabled();
		world.clock.advance(HOUR);
		for (let run = 0; run < 2; run += 1) await deliverDue(world.process(), LIMITS);
		expect(world.deliveries()).toMatchObject([
			{ tenant_id: 'acme', status: 'pending', attempts: 1 },
			{ tenant_id: 'other', status: 'delivered', attempts: 2 },
		]);
		await setStatus(world, 'active');
		await deliverDue(world.process(), LIMITS);
		expect(world.statuses()).toEqual(['delivered', 'delivered']);
	});

	test('costs a Deliver Due that finds nothing else one more call, if it has due deliveries', async () => {
		const world = await createDisabled();
		const countCalls = async () => {
			const ports = world.process();
			await deliverDue(ports, LIMITS);
			return callNames(ports.tables).length;
		};
		expect(await countCalls()).toBe(1);
		world.clock.advance(HOUR);
		await deliverDue(world.process(), LIMITS);
		expect(await countCalls()).toBe(2);
	});

	test('gets no new endpoint, no test and no replay', async () => {
		const world = await createDisabled();
		await expect(world.register('ep_new', { tenantId: 'acme' })).rejects.toThrow(DISABLED);
		const ports = forTenant(world.process(), 'acme');
		const [{ delivery_id: id }] = world.deliveries();
		await expect(replayDelivery(ports, id, LIMITS)).rejects.toThrow(DISABLED);
		const endpoint = await world.endpoint('ep_acme');
		await expect(sendTestEvent(ports, endpoint, 'webhook.test', {})).rejects.toThrow(DISABLED);
		expect(world.attempts).toHaveLength(2);
	});

	test('is left out of a send to all tenants', async () => {
		const world = await createDisabled();
		const { sent } = await publishToAllTenants(world.process(), events(1), LIMITS);
		expect(sent.map((entries) => entries.map(({ event }) => event.tenantId))).toEqual([['other']]);
	});

	test('is told so by the management API', async () => {
		const world = await createDisabled();
		for (const [task, body] of [
			['list', undefined],
			['create', WEBHOOK],
		]) {
			expect(await world.ask(task, { body, tenantId: 'acme' })).toEqual({
				statusCode: 403,
				body: {
					success: false,
					error: {
						code: 'TENANT_DISABLED',
						message: 'These webhooks are disabled. Ask the owner of this API to enable them.',
					},
				},
			});
		}
		expect(await world.ask('list', { tenantId: 'other' })).toMatchObject({ statusCode: 200 });
	});
});
