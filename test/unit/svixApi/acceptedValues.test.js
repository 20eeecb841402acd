/** Values at the limits of Svix's API, which its clients may send. */
const { createSvixWorld } = require('./svixWorld');

async function createAcme() {
	const world = createSvixWorld();
	const { token } = await world.createKey();
	const ask = async (...call) => await world.ask(token, ...call);
	await ask('POST', '/app', { name: 'Acme', uid: 'acme' });
	return { ask, world };
}

test('an event type of 256 characters is subscribed to, sent, listed and in the catalog', async () => {
	const { ask, world } = await createAcme();
	const eventType = 'a'.repeat(256);
	const hook = { url: 'https://acme.example/hook', eventTypes: [eventType] };
	const catalog = { name: eventType, description: '' };
	expect(await ask('POST', '/event-type', catalog)).toMatchObject({ status: 201 });
	expect(await ask('GET', `/event-type/${eventType}`)).toMatchObject({ status: 200 });
	expect(await ask('POST', '/app/acme/endpoint', hook)).toMatchObject({ status: 201 });
	const sent = await ask('POST', '/app/acme/msg', { eventType, payload: {} });
	expect(sent).toMatchObject({ status: 202, data: { eventType } });
	expect(world.attempts).toHaveLength(1);
	const { data } = await ask('GET', `/app/acme/msg?event_types=${eventType}`);
	expect(data.data).toMatchObject([{ id: sent.data.id }]);
	const tooLong = { eventType: `${eventType}a`, payload: {} };
	expect(await ask('POST', '/app/acme/msg', tooLong)).toMatchObject({ status: 422 });
});

test('a link may be for an event type of 256 characters, and not for more than its key can name', async () => {
	const { ask } = await createAcme();
	const path = '/auth/app-portal-access/acme';
	const names = Array.from({ length: 20 }, (_, index) => `${index}`.padEnd(256, 'x'));
	const { data, status } = await ask('POST', path, { eventTypes: names.slice(0, 1) });
	expect(status).toBe(200);
	expect(data.token.length).toBeLessThan(4096);
	expect(await ask('POST', path, { eventTypes: names })).toMatchObject({
		status: 422,
		data: { detail: [{ msg: expect.stringContaining('Name fewer event types') }] },
	});
});

test.each(['throttleRate', 'rateLimit'])('a change of %s to 0 removes the limit', async (field) => {
	const { ask } = await createAcme();
	const hook = { url: 'https://acme.example/hook', throttleRate: 5 };
	const { data } = await ask('POST', '/app/acme/endpoint', hook);
	const path = `/app/acme/endpoint/${data.id}`;
	expect(await ask('PATCH', path, { [field]: 0 })).toMatchObject({
		status: 200,
		data: { throttleRate: null, rateLimit: null },
	});
	expect(await ask('PUT', path, { ...hook, [field]: 0 })).toMatchObject({ status: 422 });
	expect(await ask('PATCH', '/app/acme', { [field]: 0 })).toMatchObject({ status: 200 });
	expect(await ask('PATCH', '/app/acme', { [field]: 1 })).toMatchObject({
		status: 422,
		data: { detail: [{ msg: 'is not supported: set a rate limit on each endpoint' }] },
	});
});

test('an application without a name has its ID in place of it', async () => {
	const { ask } = await createAcme();
	expect(await ask('PATCH', '/app/acme', { name: '' })).toMatchObject({
		status: 200,
		data: { name: 'acme' },
	});
});
