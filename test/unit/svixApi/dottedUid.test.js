/** Uids that a URL cannot have: clients drop "." and "..", so that the request is for what is above. */
const { createSvixWorld } = require('./svixWorld');

const HOOK = { url: 'https://acme.example/hooks' };

async function createAcme() {
	const world = createSvixWorld();
	const { token } = await world.createKey();
	const svix = await world.client(token);
	await svix.application.create({ name: 'Acme', uid: 'acme' });
	const { token: ownToken } = await world.createKey({ tenantId: 'acme', rights: ['manage'] });
	return { ownToken, svix, token, world };
}

test.each(['.', '..'])(
	'a subscriber cannot have the application deleted by the uid "%s"',
	async (uid) => {
		const { ownToken, svix, world } = await createAcme();
		await world.ask(ownToken, 'POST', '/app/acme/endpoint', { ...HOOK, uid });
		const { id } = await svix.endpoint.create('acme', { ...HOOK, uid: 'main' });
		await world.ask(ownToken, 'PATCH', `/app/acme/endpoint/${id}`, { uid });
		const { data } = await svix.endpoint.list('acme');
		for (const endpoint of data) await svix.endpoint.delete('acme', endpoint.uid ?? endpoint.id);
		expect(await svix.application.get('acme')).toMatchObject({ uid: 'acme' });
	},
);

test.each([
	['POST', '/app', { name: 'Dots', uid: '..' }, ['body', 'uid']],
	['POST', '/app/acme/endpoint', { ...HOOK, uid: '.' }, ['body', 'uid']],
	['POST', '/app/acme/msg', { eventType: 'a', payload: {}, eventId: '..' }, ['body', 'eventId']],
])('%s %s with such a uid is rejected', async (method, path, body, loc) => {
	const { token, world } = await createAcme();
	expect(await world.ask(token, method, path, body)).toMatchObject({
		status: 422,
		data: { detail: [{ loc, msg: 'must not be "." or "..", which URLs cannot have' }] },
	});
});

test('periods are part of other uids', async () => {
	const { svix } = await createAcme();
	const { id } = await svix.endpoint.create('acme', { ...HOOK, uid: '...' });
	expect(await svix.endpoint.get('acme', '...')).toMatchObject({ id });
});
