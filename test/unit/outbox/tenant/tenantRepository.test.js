const fc = require('fast-check');

const { createTenant, updateTenant } = require('../../../../build/core/outbox/tenant/tenantInput');
const {
	findTenants,
	insertTenant,
	loadTenant,
	modifyTenant,
} = require('../../../../build/core/outbox/tenant/tenantRepository');

const { createWorld, START } = require('../world');

const START_MS = Date.parse(START);

/** The fields that a tenant has from the beginning. */
const NEW = {
	uid: null,
	status: 'active',
	keyEpoch: 1,
	withdrawnKeys: [],
	creationKey: null,
	creationDigest: null,
	registeredAt: START,
	updatedAt: START,
	revision: 1,
};
const ACME = { name: 'Acme Inc.', metadata: { crm_id: '0017' }, limits: { max_endpoints: 3 } };

describe('a tenant', () => {
	test('is created with the values given, and the rest at its default', async () => {
		const world = createWorld();
		const ports = world.process();
		await insertTenant(ports, createTenant('acme', ACME, START_MS));
		await insertTenant(ports, createTenant('b', {}, START_MS));
		expect(await findTenants(ports.tables)).toEqual([
			{ ...NEW, id: 'acme', ...ACME },
			{ ...NEW, id: 'b', name: '', metadata: {}, limits: {} },
		]);
	});

	test('is not created twice', async () => {
		const world = createWorld();
		await insertTenant(world.process(), createTenant('acme', ACME, START_MS));
		const again = insertTenant(world.process(), createTenant('acme', {}, START_MS));
		await expect(again).rejects.toThrow(
			'There is a tenant "acme" already. Choose another ID, or change this tenant with Tenant → Update.',
		);
		expect(world.store.rows('tenants')).toHaveLength(1);
	});

	test('is not created with the ID or uid of another as its own', async () => {
		const world = createWorld();
		const insert = async (id, uid) =>
			await insertTenant(world.process(), createTenant(id, { uid }, START_MS));
		await insert('app_1', 'beta');
		const pairs = [
			['beta', null],
			['app_2', 'beta'],
			['app_2', 'app_1'],
		];
		for (const [id, uid] of pairs) await expect(insert(id, uid)).rejects.toThrow('already');
		expect(world.store.rows('tenants')).toHaveLength(1);
	});

	test('is created once by simultaneous requests, however the tables order their rows', async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.array(fc.record({ latency: fc.nat(20), numbersFirst: fc.boolean() }), {
					minLength: 2,
					maxLength: 4,
				}),
				async (requests) => {
					const world = createWorld();
					const settled = await Promise.allSettled(
						requests.map(async ({ latency, numbersFirst }, index) => {
							const ports = world.process({ latency: () => latency, numbersFirst });
							await insertTenant(ports, createTenant('acme', { name: `${index}` }, START_MS));
							return index;
						}),
					);
					const won = settled.filter(({ status }) => status === 'fulfilled');
					expect(won).toHaveLength(1);
					expect(world.store.rows('tenants')).toMatchObject([
						{ name: `${won[0].value}`, creation_owner: null },
					]);
				},
			),
			{ numRuns: 100 },
		);
	});

	test('counts even if the request that created it was killed before it could tell', async () => {
		const world = createWorld();
		const killed = world.process({ killAt: 3, killed: 'after' });
		await expect(insertTenant(killed, createTenant('acme', ACME, START_MS))).rejects.toThrow();
		expect(world.store.rows('tenants')).toHaveLength(1);
		const ports = world.process();
		await expect(insertTenant(ports, createTenant('acme', {}, START_MS))).rejects.toThrow(
			'already',
		);
		expect(await loadTenant(ports.tables, 'acme')).toMatchObject(ACME);
	});

	test('is changed on top of a simultaneous change', async () => {
		const world = createWorld();
		await insertTenant(world.process(), createTenant('acme', ACME, START_MS));
		const names = ['a', 'b', 'c'];
		await Promise.all(
			names.map(async (name) => {
				await modifyTenant(world.process({ latency: () => 5 }), 'acme', (tenant) =>
					updateTenant(tenant, { name: `${tenant.name} ${name}` }),
				);
			}),
		);
		const { name, revision } = await loadTenant(world.process().tables, 'acme');
		expect(name.split(' ').slice(2).sort()).toEqual(names);
		expect(revision).toBe(4);
	});

	test('that nobody created is not found', async () => {
		const { tables } = createWorld().process();
		await expect(loadTenant(tables, 'acme')).rejects.toThrow(
			'There is no tenant "acme". Tenant → Get Many lists all tenants, and Tenant → Create creates one.',
		);
	});
});
