/** A tenant that is deleted while a request of its subscriber is under way. */
const { createSvixWorld } = require('./svixWorld');

const LATENCY_MS = 40;
/** Time at which the tenant is deleted: after the first of the requests that are tried, and before the last. */
const DELETED_MS = 900;
const CALLS = [
	['POST', '/app/acme/endpoint', { url: 'https://former.example/hooks' }],
	['POST', '/app/acme/endpoint', { url: 'https://former.example/hooks', uid: 'main' }],
	['PUT', '/app/acme/endpoint/main', { url: 'https://former.example/hooks' }],
];

test.each(CALLS)(
	'%s %s leaves the next tenant with the ID no endpoint: %j',
	async (method, path, body) => {
		const statuses = new Set();
		for (let startMs = 0; startMs <= 1600; startMs += 20) {
			const world = createSvixWorld();
			const { token } = await world.createKey();
			const ask = async (...call) => await world.ask(token, ...call);
			await ask('POST', '/app', { name: 'Former', uid: 'acme' });
			const link = await world.createKey({ tenantId: 'acme', rights: ['read', 'manage'] });
			const slow = () => ({ ports: world.process({ latency: () => LATENCY_MS }) });
			const create = async () => {
				await world.clock.wait(startMs);
				return await world.ask(link.token, method, path, body, slow());
			};
			const remove = async () => {
				await world.clock.wait(DELETED_MS);
				await ask('DELETE', '/app/acme', undefined, slow());
			};
			const [{ status }] = await Promise.all([create(), remove()]);
			statuses.add(status);
			world.clock.advance(1000);
			await ask('POST', '/app', { name: 'Next', uid: 'acme' });
			expect(await ask('GET', '/app/acme/endpoint')).toMatchObject({ data: { data: [] } });
			expect(world.store.rows('endpoints')).toEqual([]);
		}
		expect([...statuses].sort()).toEqual([201, 401, 404]);
	},
);

test('an endpoint of the default tenant is created, also if that gets its row in the meantime', async () => {
	const world = createSvixWorld();
	const { token } = await world.createKey();
	const slow = { ports: world.process({ latency: () => LATENCY_MS }) };
	const [{ status }] = await Promise.all([
		world.ask(token, 'POST', '/app/default/endpoint', { url: 'https://a.example/' }, slow),
		world.ask(token, 'PATCH', '/app/default', { name: 'Ours' }, slow),
	]);
	expect(status).toBe(201);
	expect(world.store.rows('endpoints')).toHaveLength(1);
});
