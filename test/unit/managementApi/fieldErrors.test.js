const { modifyEndpoint } = require('../../../build/core/outbox/endpoint/repository');

const { createManagedWorld, expectInvalid, validBody } = require('./managedWorld');

describe('withFieldErrors', () => {
	test.each([
		{ settings: '{"colour": 1}' },
		{ settings: '{"conditions": {"a": {"above": 1}}}' },
		{ settings: '{"filters": {"include_fields": ["a..b"]}}' },
		{ settings: '{"filters": {"include_fields": ["constructor"]}}' },
		{ event_types: '[' },
		{ sealed: 'v1.x.y' },
	])(
		'shows and deletes a webhook that cannot be opened, and answers 503 otherwise: %j',
		async (values) => {
			const world = createManagedWorld();
			const [id, otherId] = [await world.create(), await world.create()];
			world.store.edit('endpoints', 1, values);
			const { body } = await world.ask('list');
			expect(body.webhooks).toMatchObject([{ id, unreadable: true }, { id: otherId }]);
			expect(body.webhooks[1]).not.toHaveProperty('unreadable');
			expect(JSON.stringify(body)).not.toMatch(/key|column|Data tables/i);
			for (const task of ['get', 'getLogs', 'getStats']) {
				expect((await world.ask(task, { id })).statusCode).toBe(200);
			}
			for (const task of ['update', 'test']) {
				const reply = await world.ask(task, { id, body: validBody(task) });
				expect(reply).toMatchObject({
					statusCode: 503,
					body: { error: { code: 'WEBHOOK_UNREADABLE' } },
				});
			}
			expect((await world.ask('delete', { id })).statusCode).toBe(200);
			expect((await world.ask('list')).body.webhooks).toMatchObject([{ id: otherId }]);
		},
	);

	test('does not blame the caller for a stored URL that is no longer allowed', async () => {
		const world = createManagedWorld();
		await world.letIn('ep_a', {
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
