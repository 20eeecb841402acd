/** The tenant `default`, which exists without a row, and gets one at the first request that changes it. */
const { createSvixWorld } = require('./svixWorld');

/** Makes calls at the same time, in processes of their own. */
const askAtOnce = async (world, calls) =>
	await Promise.all(
		calls.map(async ([token, ...call], index) => {
			const ports = world.process({ latency: () => 3 + index });
			const [method, path, body] = call;
			return await world.ask(token, method, path, body, { ports });
		}),
	);

test('links that log out at the same time are both withdrawn', async () => {
	const world = createSvixWorld();
	const link = { tenantId: 'default', rights: ['read'], isPortal: true };
	const tokens = [await world.createKey(link), await world.createKey(link)].map(
		({ token }) => token,
	);
	const replies = await askAtOnce(
		world,
		tokens.map((token) => [token, 'POST', '/auth/logout']),
	);
	expect(replies.map(({ status }) => status)).toEqual([204, 204]);
	for (const token of tokens) {
		expect(await world.ask(token, 'GET', '/app/default/endpoint')).toMatchObject({ status: 401 });
	}
	expect(world.store.rows('tenants')).toHaveLength(1);
});

test('changes at the same time are all made', async () => {
	const world = createSvixWorld();
	const { token } = await world.createKey();
	const replies = await askAtOnce(world, [
		[token, 'PATCH', '/app/default', { name: 'Ours' }],
		[token, 'PATCH', '/app/default', { metadata: { plan: 'pro' } }],
	]);
	expect(replies.map(({ status }) => status)).toEqual([200, 200]);
	expect(await world.ask(token, 'GET', '/app/default')).toMatchObject({
		data: { name: 'Ours', metadata: { plan: 'pro' } },
	});
	expect(world.store.rows('tenants')).toHaveLength(1);
});
