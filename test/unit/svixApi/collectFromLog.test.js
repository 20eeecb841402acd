const { callNames } = require('../outbox/memoryTables');

const { createSvixWorld } = require('./svixWorld');

const MESSAGES = 100;

test('filters that match nothing read the log in few calls, even on the smallest page', async () => {
	const world = createSvixWorld();
	const { token } = await world.createKey();
	const ask = async (...args) => await world.ask(token, ...args);
	await ask('POST', '/app', { name: 'Acme', uid: 'acme' });
	const { data } = await ask('POST', '/app/acme/endpoint', { url: 'https://acme.example/hooks' });
	for (let order = 0; order < MESSAGES; order += 1) {
		await ask('POST', '/app/acme/msg', { eventType: 'order.created', payload: { order } });
		world.clock.advance(1000);
	}
	const count = async (path) => {
		const ports = world.process();
		const reply = await ask('GET', `/app/acme/${path}`, undefined, { ports });
		expect(reply).toMatchObject({ status: 200, data: { data: [], done: true } });
		return callNames(ports.tables).length;
	};
	expect(await count(`attempt/endpoint/${data.id}?limit=1&status=2`)).toBeLessThan(20);
	expect(await count(`endpoint/${data.id}/msg?limit=1&status=2`)).toBeLessThan(20);
	expect(await count('msg?limit=1&event_types=a,b')).toBeLessThan(5);
});

test('a further page takes no second reading for the place that it follows', async () => {
	const world = createSvixWorld();
	const { token } = await world.createKey();
	const ask = async (...args) => await world.ask(token, ...args);
	await ask('POST', '/app', { name: 'Acme', uid: 'acme' });
	const { data } = await ask('POST', '/app/acme/endpoint', { url: 'https://acme.example/hooks' });
	for (let order = 0; order < 9; order += 1) {
		await ask('POST', '/app/acme/msg', { eventType: 'order.created', payload: { order } });
		world.clock.advance(1000);
	}
	const path = `/app/acme/attempt/endpoint/${data.id}?limit=3`;
	const first = await ask('GET', path);
	const ports = world.process();
	const next = await ask('GET', `${path}&iterator=${first.data.iterator}`, undefined, { ports });
	expect(next.data.data).toHaveLength(3);
	expect(callNames(ports.tables)).toHaveLength(3);
});
