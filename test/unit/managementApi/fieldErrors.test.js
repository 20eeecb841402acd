const { modifyEndpoint } = require('../../../dist/core/outbox/endpoint/repository');

const { createManagedWorld, expectInvalid, validBody } = require('./managedWorld');

describe('withFieldErrors', () => {
	test.each([
		[
			{ settings: '{"colour": 1}' },
			['list', 'get', 'update', 'delete', 'test', 'getLogs', 'getStats'],
		],
		[{ settings: '{"conditions": {"a": {"above": 1}}}' }, ['update']],
		[{ settings: '{"filters": {"include_fields": ["a..b"]}}' }, ['update', 'test']],
		[{ settings: '{"filters": {"include_fields": ["constructor"]}}' }, ['update', 'test']],
		[{ event_types: '[' }, ['list', 'get', 'update', 'delete', 'test', 'getLogs', 'getStats']],
		[{ sealed: 'v1.x.y' }, ['list', 'get', 'update', 'delete', 'test', 'getLogs', 'getStats']],
	])('does not blame the caller for a row that was edited by hand: %j', async (values, tasks) => {
		for (const task of tasks) {
			const world = createManagedWorld();
			const id = await world.create();
			const [{ id: rowId }] = world.store.rows('endpoints');
			world.store.edit('endpoints', rowId, values);
			const asked = world.ask(task, { id, body: validBody(task) });
			await expect(asked).rejects.toThrow(/\S/);
		}
	});

	test('does not blame the caller for a stored URL that is no longer allowed', async () => {
		const world = createManagedWorld();
		await world.register('ep_a', {
			url: 'https://10.0.0.1/hooks',
			settings: { allow_internal: true },
		});
		await modifyEndpoint(world.process(), 'ep_a', (endpoint) => ({ ...endpoint, settings: {} }));
		const renamed = world.ask('update', { id: 'ep_a', body: { name: 'Renamed' } });
		// The owner learns which option allows it.
		await expect(renamed).rejects.toThrow('Or turn on the option "Allow Internal Addresses".');
		const moved = world.ask('update', { id: 'ep_a', body: { url: 'https://10.0.0.2/' } });
		expectInvalid(await moved, 'url');
		const fixed = { id: 'ep_a', body: { url: 'https://your-app.com/' } };
		expect((await world.ask('update', fixed)).statusCode).toBe(200);
	});
});
