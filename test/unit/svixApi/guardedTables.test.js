const { guardTables } = require('../../../build/core/svixApi/guardedTables');
const { eq, findFirstPage } = require('../../../build/core/outbox/store/tables');

const { callNames } = require('../outbox/memoryTables');
const { createWorld } = require('../outbox/world');

const { createSvixWorld } = require('./svixWorld');

/** Counts the calls to the tables that a request makes. */
async function countCalls(world, token, path) {
	const ports = world.process();
	const { status } = await world.ask(token, 'GET', path, undefined, { ports });
	return { status, calls: callNames(ports.tables).length };
}

test('a read takes no call of its own to check the key', async () => {
	const world = createSvixWorld();
	const { token } = await world.createKey();
	await world.ask(token, 'POST', '/app', { name: 'A', uid: 'acme' });
	await world.ask(token, 'PATCH', '/app/acme', { uid: 'alias' });
	expect(await countCalls(world, token, '/app')).toEqual({ status: 200, calls: 1 });
	const own = await world.createKey({ tenantId: 'acme' });
	for (const key of [token, own.token]) {
		expect(await countCalls(world, key, '/app/acme/endpoint')).toEqual({ status: 200, calls: 1 });
		expect(await countCalls(world, key, '/app/acme/msg')).toEqual({ status: 200, calls: 1 });
		expect((await countCalls(world, key, '/app/alias/endpoint')).status).toBe(200);
		expect((await countCalls(world, key, '/app/nobody/endpoint')).status).toBe(404);
	}
});

test('nothing is read or changed if the check fails', async () => {
	const world = createWorld();
	await world.register('ep_a');
	const fail = () => {
		throw new Error('no');
	};
	const guarded = () =>
		guardTables(world.process().tables, [findFirstPage('tenants', [eq('tenant_id', 'x')])], fail);
	const query = { all: [eq('endpoint_id', 'ep_a')] };
	for (const call of [
		(tables) => tables.find('endpoints', query, { newestFirst: false, limit: 1 }),
		(tables) => tables.applyAndFind([{ change: 'remove', table: 'endpoints', query }], []),
		(tables) => tables.applyChanges([{ change: 'remove', table: 'endpoints', query }]),
		(tables) => tables.update('endpoints', query, { name: 'b' }),
		(tables) => tables.remove('endpoints', query),
		(tables) => tables.insert('endpoints', [{ name: 'c' }]),
	]) {
		await expect(call(guarded())).rejects.toThrow('no');
	}
	expect(world.store.rows('endpoints')).toMatchObject([{ name: 'Endpoint ep_a' }]);
});
