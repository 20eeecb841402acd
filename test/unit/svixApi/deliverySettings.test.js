/** Pause, order and circuit breaker of an endpoint over the API, which Svix's server lacks. */
const { changeEndpointStatus } = require('../../../build/core/outbox/endpoint/repository');
const { deliverDue } = require('../../../build/core/outbox/dispatch/deliverDue');
const { LIMITS, MINUTE } = require('../outbox/world');

const { createSvixWorld } = require('./svixWorld');

const DEFAULTS = { paused: false, inOrder: null, circuitBreaker: null, probeAt: null };
const ALL = {
	paused: true,
	inOrder: { key: 'order_id' },
	circuitBreaker: { failures: 3, probeMinutes: 10 },
};

async function createAcme(options) {
	const world = createSvixWorld(options);
	const { token } = await world.createKey();
	const svix = await world.client(token);
	for (const uid of ['acme', 'other']) await svix.application.create({ name: uid, uid });
	const { id } = await svix.endpoint.create('acme', { url: 'https://acme.example/hooks' });
	const path = `/app/acme/endpoint/${id}/delivery-settings`;
	const ask =
		(method) =>
		async (body, key = token) =>
			await world.ask(key, method, path, body);
	return {
		change: ask('PATCH'),
		deliverDue: async () => await deliverDue(world.process(), LIMITS),
		id,
		read: async (key = token) => (await world.ask(key, 'GET', path)).data,
		replace: ask('PUT'),
		send: async (payload = {}) =>
			await svix.message.create('acme', { eventType: 'order.created', payload }),
		setStatus: async (status) => {
			const endpoint = await world.endpoint(id);
			await changeEndpointStatus(world.process(), endpoint, status, 'by hand');
		},
		status: async () => (await world.endpoint(id)).status,
		svix,
		token,
		world,
	};
}

test('are at their defaults at first', async () => {
	const { read } = await createAcme();
	expect(await read()).toEqual(DEFAULTS);
});

test('are replaced: what is absent gets its default, and what was read can be sent back', async () => {
	const { id, read, replace, world } = await createAcme();
	expect(await replace(ALL)).toMatchObject({ status: 200, data: { ...ALL, probeAt: null } });
	expect((await world.endpoint(id)).settings).toMatchObject({
		in_order: { key: 'order_id' },
		circuit_breaker: { failures: 3, probe_minutes: 10 },
	});
	const shown = await read();
	expect(await replace(shown)).toMatchObject({ status: 200, data: shown });
	expect((await replace({})).data).toEqual(DEFAULTS);
});

test('are changed: what is absent stays, and null resets', async () => {
	const { change, read } = await createAcme();
	await change({ inOrder: {} });
	await change({ circuitBreaker: ALL.circuitBreaker });
	expect(await read()).toEqual({
		...DEFAULTS,
		inOrder: { key: null },
		circuitBreaker: ALL.circuitBreaker,
	});
	expect((await change({ inOrder: null })).data).toEqual({
		...DEFAULTS,
		circuitBreaker: ALL.circuitBreaker,
	});
});

test.each([
	[{ circuitBreaker: { failures: 0, probeMinutes: 1 } }, 'circuitBreaker.failures'],
	[{ circuitBreaker: { failures: 1, probeMinutes: 1441 } }, 'circuitBreaker.probeMinutes'],
	[{ circuitBreaker: { failures: 1 } }, 'circuitBreaker.probeMinutes'],
	[{ inOrder: { key: 'a..b' } }, 'inOrder.key'],
	[{ inOrder: { key: '__proto__' } }, 'inOrder.key'],
	[{ paused: 'yes' }, 'paused'],
	[{ order: true }, 'order'],
])('are answered 422 for %j, with the field', async (body, field) => {
	const { change, read, replace } = await createAcme();
	for (const ask of [change, replace]) {
		const { data, status } = await ask(body);
		expect(status).toBe(422);
		expect(data.detail.map(({ loc }) => loc.join('.'))).toEqual([`body.${field}`]);
	}
	expect(await read()).toEqual(DEFAULTS);
});

test('need the right to manage, and an endpoint that the key is for', async () => {
	const { change, read, token, world } = await createAcme();
	const { token: reading } = await world.createKey({ rights: ['read', 'replay'] });
	expect((await change({ paused: true }, reading)).status).toBe(403);
	const filter = { eventTypes: ['order.paid'], channels: [] };
	const other = { tenantId: 'acme', rights: ['read', 'manage'], filter };
	expect((await change({ paused: true }, (await world.createKey(other)).token)).status).toBe(404);
	const foreign = { tenantId: 'other', rights: ['read', 'manage'] };
	expect((await change({ paused: true }, (await world.createKey(foreign)).token)).status).toBe(404);
	expect(await read(token)).toEqual(DEFAULTS);
});

describe('a paused endpoint', () => {
	test('gets nothing, says that messages wait, and gets them in their order when it is resumed', async () => {
		const { change, deliverDue: deliver, id, send, svix, world } = await createAcme();
		await change({ paused: true });
		for (const number of [1, 2, 3]) await send({ number });
		await deliver();
		expect(world.attempts).toEqual([]);
		const { data } = await svix.messageAttempt.listAttemptedMessages('acme', id);
		expect(data).toMatchObject([1, 2, 3].map(() => ({ statusText: 'pending' })));
		expect(data.map(({ nextAttempt }) => nextAttempt)).toEqual([null, null, null]);
		await change({ paused: false });
		await deliver();
		expect(world.attempts.map(({ body }) => JSON.parse(body).number)).toEqual([1, 2, 3]);
	});

	test('is enabled for Svix’s clients, and stays paused when they replace or enable it', async () => {
		const { change, id, status, svix, token, world } = await createAcme();
		await change({ paused: true });
		expect(await svix.endpoint.get('acme', id)).toMatchObject({ disabled: false });
		expect(await world.ask(token, 'GET', `/app/acme/endpoint/${id}`)).toMatchObject({
			data: { disabled: false, paused: true },
		});
		await svix.endpoint.upsert('acme', id, { url: 'https://acme.example/new' });
		await svix.endpoint.patch('acme', id, { disabled: false });
		expect(await status()).toBe('paused');
		await svix.endpoint.patch('acme', id, { disabled: true });
		expect(await status()).toBe('disabled');
		await svix.endpoint.patch('acme', id, { disabled: false });
		expect(await status()).toBe('active');
	});

	test('is resumed also if its owner paused it, and one that is disabled is not enabled by that', async () => {
		const { change, replace, setStatus, status } = await createAcme();
		await setStatus('paused');
		await change({ inOrder: {} });
		expect(await status()).toBe('paused');
		await change({ paused: false });
		expect(await status()).toBe('active');
		await setStatus('disabled');
		await change({ paused: false });
		await replace({});
		expect(await status()).toBe('disabled');
		await change({ paused: true });
		expect(await status()).toBe('paused');
	});
});

/** Reads what the messages of the endpoint wait for, oldest first. */
const readWaits = async ({ id, token, world }) => {
	const { data } = await world.ask(token, 'GET', `/app/acme/endpoint/${id}/msg`);
	return data.data
		.reverse()
		.map(({ nextAttempt, statusText, waitsFor }) => [statusText, waitsFor, nextAttempt]);
};

test('a message says that it waits for an earlier one', async () => {
	const acme = await createAcme({ answer: () => 503 });
	await acme.change({ inOrder: {} });
	await acme.send();
	acme.world.clock.advance(1000);
	await acme.send();
	expect(await readWaits(acme)).toEqual([
		['pending', null, expect.any(String)],
		['pending', 'earlier', null],
	]);
});

test('a message says that it waits for a probe, and when that is made', async () => {
	const acme = await createAcme({ answer: () => 503 });
	await acme.change({ circuitBreaker: { failures: 1, probeMinutes: 30 } });
	await acme.send();
	acme.world.clock.advance(1000);
	const second = await acme.send();
	const { probeAt } = await acme.read();
	expect(Date.parse(probeAt)).toBeGreaterThan(acme.world.clock.nowMs() + 29 * MINUTE);
	expect(await readWaits(acme)).toEqual([
		['pending', 'probe', probeAt],
		['pending', 'probe', probeAt],
	]);
	const { data } = await acme.world.ask(
		acme.token,
		'GET',
		`/app/acme/endpoint/${acme.id}/msg/${second.id}`,
	);
	expect(data.delivery).toMatchObject({ waitsFor: 'probe', nextAttempt: probeAt });
	const destinations = await acme.world.ask(
		acme.token,
		'GET',
		`/app/acme/msg/${second.id}/endpoint`,
	);
	expect(destinations.data.data).toMatchObject([{ waitsFor: 'probe', nextAttempt: probeAt }]);
});

test('a message on hold says that it waits for a replay, and one that arrived for nothing', async () => {
	const acme = await createAcme();
	await acme.send();
	acme.world.clock.advance(1000);
	await acme.svix.endpoint.patch('acme', acme.id, { disabled: true });
	await acme.send();
	expect(await readWaits(acme)).toEqual([
		['success', null, null],
		['fail', 'replay', null],
	]);
});
