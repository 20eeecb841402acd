const { insertEndpoint } = require('../../../../build/core/outbox/store/insertEndpoint');
const { createEncrypter } = require('../../../../build/core/outbox/store/encryption');
const { createTenant } = require('../../../../build/core/outbox/tenant/tenantInput');
const { insertTenant } = require('../../../../build/core/outbox/tenant/tenantRepository');
const { forTenant } = require('../../../../build/core/outbox/tenant/tenantPorts');

const { createManagedWorld, WEBHOOK } = require('../../managementApi/managedWorld');
const { createWorld } = require('../world');

const { makeEndpoint } = require('../endpoint/makeEndpoint');

const insert = async (ports, id, tenantId) =>
	await insertEndpoint(forTenant(ports, tenantId), { ...makeEndpoint(), id, tenantId });

const countOf = (world, tenantId) =>
	world.store.rows('endpoints').filter((row) => row.tenant_id === tenantId).length;

describe('the number of a tenant’s endpoints', () => {
	test('is limited to 100, and to what its owner sets', async () => {
		const world = createWorld();
		for (let number = 0; number < 100; number += 1) {
			await insert(world.process(), `ep_${number}`, 'acme');
		}
		await expect(insert(world.process(), 'ep_more', 'acme')).rejects.toThrow(
			'The tenant "acme" may have 100 endpoints, and has as many. Delete one',
		);
		await insert(world.process(), 'ep_b', 'b');
		const limits = { max_endpoints: 101 };
		await insertTenant(world.process(), createTenant('acme', { limits }, 0));
		await insert(world.process(), 'ep_more', 'acme');
		await expect(insert(world.process(), 'ep_last', 'acme')).rejects.toThrow('may have 101');
		expect([countOf(world, 'acme'), countOf(world, 'b')]).toEqual([101, 1]);
	});

	test('is not limited for the default tenant, unless its owner sets a limit', async () => {
		const world = createWorld();
		for (let number = 0; number < 102; number += 1) {
			await insert(world.process(), `ep_${number}`, 'default');
		}
		const limits = { max_endpoints: 102 };
		await insertTenant(world.process(), createTenant('default', { limits }, 0));
		await expect(insert(world.process(), 'ep_more', 'default')).rejects.toThrow('may have 102');
	});

	test('holds for endpoints that are created at once', async () => {
		const world = createWorld();
		const limits = { max_endpoints: 3 };
		await insertTenant(world.process(), createTenant('acme', { limits }, 0));
		await insert(world.process(), 'ep_first', 'acme');
		const settled = await Promise.allSettled(
			Array.from({ length: 6 }, async (_, number) => {
				await insert(world.process({ latency: () => 5 }), `ep_${number}`, 'acme');
			}),
		);
		expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
		expect(countOf(world, 'acme')).toBe(3);
	});

	test('is told to callers of the management API, without the tenant’s ID', async () => {
		const world = createManagedWorld();
		const limits = { max_endpoints: 1 };
		await insertTenant(world.process(), createTenant('acme', { limits }, 0));
		const ask = async () => await world.ask('create', { body: WEBHOOK, tenantId: 'acme' });
		expect(await ask()).toMatchObject({ statusCode: 201 });
		const { body, statusCode } = await ask();
		expect([statusCode, body.error.code]).toEqual([403, 'WEBHOOK_LIMIT_REACHED']);
		expect(JSON.stringify(body)).not.toContain('acme');
	});
});

test('a tenant’s first endpoint is encrypted with the key of the other tenants', async () => {
	const world = createWorld();
	await insert(world.process(), 'ep_secret-name', 'b');
	const encrypter = createEncrypter(['another key of the same length!!']);
	const insertWithOtherKey = insert({ ...world.process(), encrypter }, 'ep_a', 'acme');
	await expect(insertWithOtherKey).rejects.toThrow('is not the key of this outbox');
	await expect(insertWithOtherKey).rejects.not.toThrow('secret-name');
	expect(world.store.rows('endpoints')).toHaveLength(1);
	await insert(world.process(), 'ep_a', 'acme');
});
