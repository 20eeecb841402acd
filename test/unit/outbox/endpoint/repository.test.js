const fc = require('fast-check');

const {
	modifyEndpoint,
	loadEndpoint,
	loadRegisteredEndpoints,
	deleteEndpoint,
} = require('../../../../build/core/outbox/endpoint/repository');

const { createWorld } = require('../world');

test('loadRegisteredEndpoints returns endpoints in the order of their registration', async () => {
	const world = createWorld();
	for (const id of ['ep_b', 'ep_a', 'ep_c']) await world.register(id);
	const loaded = await loadRegisteredEndpoints(world.process());
	expect(loaded.map(({ id }) => id)).toEqual(['ep_b', 'ep_a', 'ep_c']);
	expect((await loadEndpoint(world.process(), 'ep_a')).name).toBe('Endpoint ep_a');
});

test('loading, deleting or modifying an endpoint that does not exist names its ID', async () => {
	const world = createWorld();
	const ports = world.process();
	const expected = { name: 'EndpointNotFoundError', message: expect.stringContaining('"ep_x"') };
	await expect(loadEndpoint(ports, 'ep_x')).rejects.toMatchObject(expected);
	await expect(deleteEndpoint(ports, 'ep_x')).rejects.toMatchObject(expected);
	await expect(modifyEndpoint(ports, 'ep_x', (one) => one)).rejects.toMatchObject(expected);
});

test('deleteEndpoint deletes one endpoint and keeps the others', async () => {
	const world = createWorld();
	await world.register('ep_a');
	await world.register('ep_b');
	await deleteEndpoint(world.process(), 'ep_a');
	expect((await loadRegisteredEndpoints(world.process())).map(({ id }) => id)).toEqual(['ep_b']);
});

test('modifyEndpoint loses none of several simultaneous changes', async () => {
	await fc.assert(
		fc.asyncProperty(
			fc.integer({ min: 1, max: 6 }),
			fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1 }),
			async (count, latencies) => {
				const world = createWorld();
				await world.register('ep_a');
				let turn = 0;
				const latency = () => latencies[(turn += 1) % latencies.length];
				const known = await world.endpoint('ep_a');
				await Promise.all(
					Array.from({ length: count }, async (_, index) => {
						const ports = { ...world.process({ latency }), random: () => index / count };
						await modifyEndpoint(ports, known, (fresh) => ({
							...fresh,
							consecutiveFailures: fresh.consecutiveFailures + 1,
						}));
					}),
				);
				expect(await world.endpoint('ep_a')).toMatchObject({
					consecutiveFailures: count,
					revision: known.revision + count,
				});
			},
		),
		{ numRuns: 50 },
	);
});

test('modifyEndpoint writes nothing if there is nothing to change', async () => {
	const world = createWorld();
	await world.register('ep_a');
	const ports = world.process();
	const known = await world.endpoint('ep_a');
	expect(await modifyEndpoint(ports, known, () => undefined)).toBe(known);
	expect(ports.tables.calls).toEqual([]);
});

test('modifyEndpoint gives up if others keep changing the endpoint', async () => {
	const world = createWorld();
	await world.register('ep_a');
	const ports = world.process();
	const meddling = {
		...ports,
		tables: {
			...ports.tables,
			update: async (...args) => {
				const [{ id, revision }] = world.store.rows('endpoints');
				world.store.edit('endpoints', id, { revision: revision + 1 });
				return await ports.tables.update(...args);
			},
		},
	};
	const change = modifyEndpoint(meddling, 'ep_a', (fresh) => ({ ...fresh, name: 'New' }));
	await expect(change).rejects.toMatchObject({ name: 'ConflictError' });
	expect((await world.endpoint('ep_a')).name).toBe('Endpoint ep_a');
});

test('modifyEndpoint does not restore a deleted endpoint', async () => {
	const world = createWorld();
	await world.register('ep_a');
	const known = await world.endpoint('ep_a');
	await deleteEndpoint(world.process(), 'ep_a');
	const change = modifyEndpoint(world.process(), known, (fresh) => fresh);
	await expect(change).rejects.toMatchObject({ name: 'EndpointNotFoundError' });
	expect(world.store.rows('endpoints')).toEqual([]);
});

test('loadEndpoint fails with what is wrong if the endpoint’s settings were edited', async () => {
	const world = createWorld();
	await world.register('ep_a');
	const [{ id }] = world.store.rows('endpoints');
	world.store.edit('endpoints', id, { settings: '{"x":1}' });
	await expect(world.endpoint('ep_a')).rejects.toMatchObject({
		name: 'UnreadableEndpointError',
		message: expect.stringContaining('"x"'),
	});
});
