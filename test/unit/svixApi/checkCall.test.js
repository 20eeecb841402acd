const { createSvixWorld, refused, ALL_RIGHTS } = require('./svixWorld');

const HOOK = { url: 'https://acme.example/hooks' };

async function createTwo() {
	const world = createSvixWorld();
	const owner = await world.createKey();
	const svix = await world.client(owner.token);
	for (const uid of ['acme', 'other']) await svix.application.create({ name: uid, uid });
	return { world, svix, owner };
}

describe('a key for one tenant', () => {
	test('finds nothing of another tenant', async () => {
		const { svix, world } = await createTwo();
		const { id } = await svix.endpoint.create('other', HOOK);
		const message = await svix.message.create('other', {
			eventType: 'a.b',
			payload: {},
			eventId: 'e',
		});
		const { token } = await world.createKey({ tenantId: 'acme' });
		const acme = await world.client(token);
		await acme.endpoint.create('acme', HOOK);
		for (const call of [
			acme.application.get('other'),
			acme.endpoint.list('other'),
			acme.endpoint.get('acme', id),
			acme.endpoint.getSecret('acme', id),
			acme.endpoint.delete('acme', id),
			acme.endpoint.patch('acme', id, { disabled: true }),
			acme.message.get('acme', message.id),
			acme.message.get('acme', 'e'),
			acme.message.expungeContent('acme', message.id),
			acme.messageAttempt.listByEndpoint('acme', id),
			acme.messageAttempt.resend('acme', message.id, id),
		]) {
			expect(await refused(call)).toEqual({
				status: 404,
				body: { code: 'not_found', detail: 'Entity not found' },
			});
		}
		expect((await acme.message.list('acme')).data).toEqual([]);
	});

	test('cannot do what concerns all tenants', async () => {
		const { world } = await createTwo();
		const { token } = await world.createKey({ tenantId: 'acme' });
		const acme = await world.client(token);
		for (const call of [
			acme.application.list(),
			acme.application.create({ name: 'x' }),
			acme.application.patch('acme', { name: 'x' }),
			acme.application.delete('acme'),
			acme.authentication.appPortalAccess('acme', {}),
			acme.eventType.create({ name: 'a', description: '' }),
		]) {
			expect(await refused(call)).toMatchObject({ status: 403, body: { code: 'forbidden' } });
		}
		const message = { eventType: 'a.b', payload: {}, application: { name: 'x' } };
		expect(await refused(acme.message.create('new', message))).toMatchObject({ status: 403 });
	});
});

test.each([
	['read', 'POST', '/app/acme/endpoint', HOOK],
	['manage', 'GET', '/app/acme/endpoint', undefined],
	['manage', 'POST', '/app/acme/msg', { eventType: 'a.b', payload: {} }],
	['read', 'GET', '/app/acme/endpoint/ep_1/secret', undefined],
])('a key that may only %s is rejected at %s %s', async (right, method, path, body) => {
	const { world } = await createTwo();
	const { token } = await world.createKey({ rights: [right] });
	expect(await world.ask(token, method, path, body)).toMatchObject({ status: 403 });
});

test('a key without the right to secrets sees neither headers nor the query of a URL', async () => {
	const { svix, world } = await createTwo();
	const url = `${HOOK.url}?token=secret-1`;
	const { id } = await svix.endpoint.create('acme', { url, headers: { 'X-Key': 'secret-2' } });
	const key = await world.createKey({ tenantId: 'acme', rights: ['read', 'manage'] });
	const acme = await world.client(key.token);
	expect(await acme.endpoint.get('acme', id)).toMatchObject({ url: HOOK.url });
	expect(await acme.endpoint.getHeaders('acme', id)).toEqual({ headers: {}, sensitive: ['X-Key'] });
	// What it has read can be written back without losing anything.
	await acme.endpoint.upsert('acme', id, { ...(await acme.endpoint.get('acme', id)), uid: 'x' });
	expect(await svix.endpoint.get('acme', id)).toMatchObject({ url, uid: 'x' });
});

test('a key of one outbox opens no other that has the same encryption key', async () => {
	const [orders, billing] = ['orders', 'billing'].map((outboxName) =>
		createSvixWorld({ outboxName }),
	);
	const { token } = await orders.createKey();
	expect(await orders.ask(token, 'GET', '/app')).toMatchObject({ status: 200 });
	expect(await billing.ask(token, 'GET', '/app')).toMatchObject({ status: 401 });
});

test('withdrawn, expired and unknown keys are rejected', async () => {
	const { svix, world } = await createTwo();
	const portal = await svix.authentication.appPortalAccess('acme', { expiry: 3600 });
	expect(portal.url).toBe(`https://n8n.example/portal#key=${portal.token}`);
	const subscriber = await world.client(portal.token);
	expect((await subscriber.endpoint.list('acme')).data).toEqual([]);
	await subscriber.authentication.logout();
	expect(await refused(subscriber.endpoint.list('acme'))).toEqual({
		status: 401,
		body: { code: 'authentication_failed', detail: 'The key was withdrawn' },
	});
	const second = await svix.authentication.appPortalAccess('acme', {
		expiry: 3600,
		readOnly: true,
	});
	world.clock.advance(3_600_000);
	const expired = await world.ask(second.token, 'GET', '/app/acme');
	expect(expired).toMatchObject({ status: 401, headers: { 'WWW-Authenticate': 'Bearer' } });
	expect(await refused(svix.authentication.logout())).toMatchObject({ status: 403 });
	for (const authorization of [undefined, '', 'Basic abc', 'Bearer', 'Bearer testsk_x.eu']) {
		expect(await world.call('GET', '/app', { authorization })).toMatchObject({ statusCode: 401 });
	}
});

test('a portal that cannot log out is told so, since too many keys are withdrawn', async () => {
	const { svix, world } = await createTwo();
	const { token } = await svix.authentication.appPortalAccess('acme', {});
	const withdrawn = Array.from({ length: 500 }, (_, number) => ({
		id: `key_${number}`,
		until: null,
	}));
	const { id } = world.store.rows('tenants').find(({ tenant_id }) => tenant_id === 'acme');
	world.store.edit('tenants', id, { withdrawn_keys: JSON.stringify(withdrawn) });
	const subscriber = await world.client(token);
	expect(await refused(subscriber.authentication.logout())).toMatchObject({
		status: 409,
		body: { detail: expect.stringContaining('Ask the owner') },
	});
});

test('a key of a tenant that was deleted and created again does not count', async () => {
	const { svix, world } = await createTwo();
	const { token } = await world.createKey({ tenantId: 'acme' });
	world.clock.advance(1000);
	await svix.application.delete('acme');
	await svix.application.create({ name: 'New', uid: 'acme' });
	expect(await world.ask(token, 'GET', '/app/acme')).toMatchObject({ status: 401 });
});

test('portal links need a page', async () => {
	const { svix, world } = await createTwo();
	delete world.rules.portalUrl;
	expect(await refused(svix.authentication.appPortalAccess('acme', {}))).toMatchObject({
		status: 409,
		body: { code: 'portal_not_set_up' },
	});
});

test('a key has so many requests in a minute', async () => {
	const { world } = await createTwo();
	const { token } = await world.createKey({ rights: ALL_RIGHTS });
	world.maxPerMinute = 2;
	const ask = async () => await world.ask(token, 'GET', '/app/acme');
	expect([await ask(), await ask()].map(({ status }) => status)).toEqual([200, 200]);
	expect(await ask()).toMatchObject({
		status: 429,
		headers: { 'Retry-After': '60' },
		data: { code: 'rate_limit', detail: expect.any(String) },
	});
});

test('a disabled tenant is answered 403', async () => {
	const { svix, world } = await createTwo();
	const { modifyTenant } = require('../../../build/core/outbox/tenant/tenantRepository');
	const disable = (tenant) => ({ ...tenant, status: 'disabled' });
	await modifyTenant(world.process(), 'acme', disable);
	expect(await refused(svix.endpoint.list('acme'))).toMatchObject({
		status: 403,
		body: { code: 'application_disabled' },
	});
});
