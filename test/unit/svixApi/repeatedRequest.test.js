/** Requests that a client makes again with one idempotency key. */
const { createSvixWorld } = require('./svixWorld');

const KEYED = { idempotencyKey: 'k' };

async function createAsker() {
	const world = createSvixWorld();
	const { token } = await world.createKey();
	const ask = async (...call) => await world.ask(token, ...call);
	return { ask, token, world };
}

describe('an application', () => {
	test.each([[{}], [{ uid: 'acme' }]])(
		'is created once for one idempotency key, however the fields are ordered: %j',
		async (more) => {
			const { ask, world } = await createAsker();
			const body = { name: 'One', metadata: { a: '1', b: '2' }, ...more };
			const first = await ask('POST', '/app', body, KEYED);
			await ask('PATCH', `/app/${first.data.id}`, { name: 'Renamed' });
			const reordered = Object.fromEntries(Object.entries(body).reverse());
			const second = await ask('POST', '/app', reordered, KEYED);
			expect([first.status, second.status]).toEqual([201, 201]);
			expect(second.data.id).toBe(first.data.id);
			expect(world.store.rows('tenants')).toHaveLength(1);
		},
	);

	test.each([
		[{ name: 'One' }, { name: 'Two' }],
		[
			{ name: 'One', uid: 'a' },
			{ name: 'Two', uid: 'a' },
		],
		[
			{ name: 'One', uid: 'a' },
			{ name: 'One', uid: 'b' },
		],
		[{ name: 'One' }, { name: 'One', uid: 'b' }],
		[{ name: 'One', uid: 'a' }, { name: 'One' }],
		[{ name: 'One' }, { name: 'One', metadata: { a: '1' } }],
	])('is not another one for the same idempotency key: %j, then %j', async (first, second) => {
		const { ask, world } = await createAsker();
		expect(await ask('POST', '/app', first, KEYED)).toMatchObject({ status: 201 });
		for (const path of ['/app', '/app?get_if_exists=true']) {
			expect(await ask('POST', path, second, KEYED)).toMatchObject({
				status: 409,
				data: { detail: 'This idempotency key was used for a request with another body.' },
			});
		}
		expect(world.store.rows('tenants')).toHaveLength(1);
	});

	test('that several requests get if it exists is created once, and all get it', async () => {
		const { token, world } = await createAsker();
		const body = { name: 'One', uid: 'acme' };
		const replies = await Promise.all(
			[3, 3, 9].map(async (latency) => {
				const ports = world.process({ latency: () => latency });
				return await world.ask(token, 'POST', '/app?get_if_exists=true', body, { ports });
			}),
		);
		expect(replies.map(({ status }) => status).sort()).toEqual([200, 200, 201]);
		expect(new Set(replies.map(({ data }) => data.id)).size).toBe(1);
		expect(world.store.rows('tenants')).toHaveLength(1);
	});

	test('is created once by simultaneous requests with one idempotency key', async () => {
		const { token, world } = await createAsker();
		const body = { name: 'One' };
		const replies = await Promise.all(
			[3, 3, 9].map(async (latency) => {
				const ports = world.process({ latency: () => latency });
				return await world.ask(token, 'POST', '/app', body, { ...KEYED, ports });
			}),
		);
		expect(replies.map(({ status }) => status)).toEqual([201, 201, 201]);
		expect(new Set(replies.map(({ data }) => data.id)).size).toBe(1);
		expect(world.store.rows('tenants')).toHaveLength(1);
	});
});

test('a message is not another one for the same idempotency key', async () => {
	const { ask } = await createAsker();
	await ask('POST', '/app', { name: 'Acme', uid: 'acme' });
	const send = async (body) =>
		await ask('POST', '/app/acme/msg', { eventType: 'a', payload: {}, ...body }, KEYED);
	const first = await send({});
	expect((await send({})).data.id).toBe(first.data.id);
	for (const other of [{ payload: { a: 1 } }, { eventType: 'b' }, { channels: ['blue'] }]) {
		expect(await send(other)).toMatchObject({ status: 409 });
	}
});

test('a message with an eventId is sent once for one idempotency key, and another one with it is not', async () => {
	const { ask, world } = await createAsker();
	await ask('POST', '/app', { name: 'Acme', uid: 'acme' });
	const message = { eventType: 'a', payload: { a: 1, b: 2 }, eventId: 'e1' };
	const send = async (body) => await ask('POST', '/app/acme/msg', { ...message, ...body }, KEYED);
	const first = await send({});
	expect((await send({ payload: { b: 2, a: 1 } })).data.id).toBe(first.data.id);
	expect(await send({ channels: ['blue'] })).toMatchObject({ status: 409 });
	expect(world.store.rows('events')).toHaveLength(1);
});

test('a secret is not another one for the same idempotency key', async () => {
	const { ask } = await createAsker();
	await ask('POST', '/app', { name: 'Acme', uid: 'acme' });
	await ask('POST', '/app/acme/endpoint', { url: 'https://acme.example/hook', uid: 'main' });
	const path = '/app/acme/endpoint/main/secret';
	const rotate = async (letter) =>
		await ask('POST', `${path}/rotate`, { key: `whsec_${letter.repeat(32)}` }, KEYED);
	expect([await rotate('a'), await rotate('a'), await rotate('b')]).toMatchObject([
		{ status: 204 },
		{ status: 204 },
		{ status: 409 },
	]);
	expect((await ask('GET', path)).data.key).toBe(`whsec_${'a'.repeat(32)}`);
});

test('a secret is not another one if an earlier request is repeated after a later one', async () => {
	const { ask } = await createAsker();
	await ask('POST', '/app', { name: 'Acme', uid: 'acme' });
	await ask('POST', '/app/acme/endpoint', { url: 'https://acme.example/hook', uid: 'main' });
	const path = '/app/acme/endpoint/main/secret';
	const rotate = async (idempotencyKey, body = {}) =>
		await ask('POST', `${path}/rotate`, body, { idempotencyKey });
	await rotate('first');
	await rotate(undefined);
	await rotate('second');
	const { key } = (await ask('GET', path)).data;
	expect(await rotate('first')).toMatchObject({ status: 204 });
	expect(await rotate('second')).toMatchObject({ status: 204 });
	expect(await rotate('first', { gracePeriodSeconds: 1 })).toMatchObject({ status: 409 });
	expect((await ask('GET', path)).data.key).toBe(key);
});

test('an event type is created once for one idempotency key, and a second one with its name is not', async () => {
	const { ask } = await createAsker();
	const create = async (description) =>
		await ask('POST', '/event-type', { name: 'order.created', description }, KEYED);
	expect([await create('A'), await create('A'), await create('B')]).toMatchObject([
		{ status: 201 },
		{ status: 201 },
		{ status: 409 },
	]);
});

test.each(['', ' ', 'a'.repeat(256), 'ключ'])(
	'the idempotency key "%s" is rejected, and makes no two requests one',
	async (idempotencyKey) => {
		const { ask, world } = await createAsker();
		await ask('POST', '/app', { name: 'Acme', uid: 'acme' });
		await ask('POST', '/app/acme/endpoint', { url: 'https://acme.example/hook', uid: 'main' });
		for (const [path, body] of [
			['/app', { name: 'One' }],
			['/app/acme/endpoint', { url: 'https://acme.example/hook' }],
			['/app/acme/endpoint/main/secret/rotate', {}],
			['/app/acme/msg', { eventType: 'a', payload: {} }],
		]) {
			expect(await ask('POST', path, body, { idempotencyKey })).toMatchObject({
				status: 422,
				data: { detail: [{ loc: ['header', 'Idempotency-Key'] }] },
			});
		}
		expect(world.store.rows('events')).toEqual([]);
	},
);
