const { deliverDue } = require('../../../../build/core/outbox/dispatch/deliverDue');
const { publishEvents } = require('../../../../build/core/outbox/dispatch/publish');
const { deleteTenant } = require('../../../../build/core/outbox/tenant/deleteTenant');
const { createTenant } = require('../../../../build/core/outbox/tenant/tenantInput');
const {
	findTenants,
	insertTenant,
} = require('../../../../build/core/outbox/tenant/tenantRepository');
const { forTenant } = require('../../../../build/core/outbox/tenant/tenantPorts');

const { createWorld, DAY, events, HOUR, LIMITS, SECOND } = require('../world');

const { listed } = require('../dispatch/failedDeliveries');

const TABLES = ['endpoints', 'events', 'deliveries'];

/** Rows of a tenant in all tables, except for the row that says it was deleted. */
const rowsOf = (world, tenantId) =>
	[...TABLES, 'tenants'].flatMap((table) =>
		world.store.rows(table).filter((row) => row.tenant_id === tenantId && row.status !== 'deleted'),
	);

/** A world in which `acme` and `other` have an endpoint and events whose first attempts failed. */
async function createTwo(answer = () => 500) {
	const world = createWorld({ answer });
	for (const tenantId of ['acme', 'other']) {
		await world.register(`ep_${tenantId}`, { tenantId, ...listed('1 min, 1 min') });
		await insertTenant(world.process(), createTenant(tenantId, { name: tenantId }, 0));
		const ports = forTenant(world.process(), tenantId);
		await publishEvents(ports, events(3, { tenantId }), LIMITS);
	}
	return world;
}

describe('deleting a tenant', () => {
	test('deletes everything it has, says how much, and leaves the others alone', async () => {
		const world = await createTwo();
		const before = rowsOf(world, 'other');
		expect(await deleteTenant(world.process(), 'acme')).toEqual({
			endpoints: 1,
			events: 3,
			deliveries: 3,
		});
		expect(rowsOf(world, 'acme')).toEqual([]);
		expect(rowsOf(world, 'other')).toEqual(before);
		expect(await findTenants(world.process().tables)).toMatchObject([{ id: 'other' }]);
	});

	test('needs no row of the tenant, but something to delete', async () => {
		const world = createWorld();
		await world.register('ep_acme', { tenantId: 'acme' });
		expect(await deleteTenant(world.process(), 'acme')).toMatchObject({ endpoints: 1 });
		await expect(deleteTenant(world.process(), 'nobody')).rejects.toThrow(
			'There is no tenant "nobody"',
		);
	});

	test('is rejected for the default tenant', async () => {
		const world = createWorld();
		await world.register('ep_a');
		await expect(deleteTenant(world.process(), 'default')).rejects.toThrow('cannot be deleted');
		expect(world.store.rows('endpoints')).toHaveLength(1);
	});

	test('leaves nothing that a simultaneous Deliver Due writes afterwards', async () => {
		const world = await createTwo();
		world.clock.advance(HOUR);
		let deletion;
		world.answer = async ({ endpoint }) => {
			if (endpoint.id === 'ep_acme') deletion ??= deleteTenant(world.process(), 'acme');
			await deletion;
			return 200;
		};
		await deliverDue(world.process(), LIMITS);
		expect(await deletion).toMatchObject({ deliveries: 3 });
		expect(rowsOf(world, 'acme')).toEqual([]);
		expect(world.statuses()).toEqual(Array(3).fill('delivered'));
	});

	test('leaves nothing of a simultaneous send after the next run', async () => {
		const world = await createTwo();
		let deletion;
		world.answer = async () => {
			deletion ??= deleteTenant(world.process(), 'acme');
			await deletion;
			return 503;
		};
		const ports = forTenant(world.process(), 'acme');
		await publishEvents(ports, events(2, { tenantId: 'acme' }), LIMITS);
		await deletion;
		const attempts = world.attemptsTo('ep_acme').length;
		world.clock.advance(HOUR);
		await deliverDue(world.process(), LIMITS);
		expect(rowsOf(world, 'acme')).toEqual([]);
		expect(world.attemptsTo('ep_acme')).toHaveLength(attempts);
	});

	test.each(['before', 'after'])(
		'leaves nothing of a Deliver Due that was killed %s any of its calls',
		async (killed) => {
			for (let killAt = 1; killAt <= 12; killAt += 1) {
				const world = await createTwo();
				world.clock.advance(HOUR);
				const dead = world.process({ killAt, killed });
				const run = deliverDue(dead, LIMITS).catch(() => undefined);
				await deleteTenant(world.process(), 'acme');
				await run;
				world.clock.advance(HOUR);
				await deliverDue(world.process(), LIMITS);
				expect([killAt, rowsOf(world, 'acme')]).toEqual([killAt, []]);
			}
		},
	);

	test('lets the ID be used again at once', async () => {
		const world = await createTwo(() => 200);
		await deleteTenant(world.process(), 'acme');
		world.clock.advance(SECOND);
		await insertTenant(world.process(), createTenant('acme', { name: 'New' }, world.clock.nowMs()));
		await world.register('ep_new', { tenantId: 'acme' });
		const ports = forTenant(world.process(), 'acme');
		await publishEvents(ports, events(2, { tenantId: 'acme' }), LIMITS);
		await deliverDue(world.process(), LIMITS);
		expect(world.attemptsTo('ep_new')).toHaveLength(2);
		expect(rowsOf(world, 'acme')).toHaveLength(1 + 1 + 2 + 2 + 1);
		expect(await findTenants(world.process().tables)).toMatchObject([
			{ id: 'other' },
			{ id: 'acme', name: 'New' },
		]);
	});

	test('is forgotten when no run can be under way since', async () => {
		const world = await createTwo(() => 200);
		await deleteTenant(world.process(), 'acme');
		await deliverDue(world.process(), LIMITS);
		expect(world.store.rows('tenants')).toHaveLength(2);
		world.clock.advance(DAY);
		await deliverDue(world.process(), LIMITS);
		expect(world.store.rows('tenants')).toMatchObject([{ tenant_id: 'other' }]);
	});
});
