/** A uid leads to one endpoint of a tenant, or to one application, whoever asks and however many ask at once. */
const fc = require('fast-check');

const { findEndpoints } = require('../../../build/core/outbox/store/endpoints');
const { modifyEndpoint } = require('../../../build/core/outbox/endpoint/repository');
const { forTenant } = require('../../../build/core/outbox/tenant/tenantPorts');

const { createSvixWorld } = require('./svixWorld');

const HOOK = { url: 'https://owner.example/hook' };
/** Longer than the ID of a tenant may be. */
const LONG = 'u'.repeat(200);

/** A world with the application acme. Returns also how its owner asks. */
async function createAcme() {
	const world = createSvixWorld();
	const { token } = await world.createKey();
	const ask = async (...call) => await world.ask(token, ...call);
	await ask('POST', '/app', { name: 'Acme', uid: 'acme' });
	return { ask, token, world };
}

const statuses = (replies) => replies.map(({ status }) => status).sort();

describe('a link for some event types', () => {
	/** Returns how the owner and the link ask; the link does not see the endpoint "main". */
	async function createLimited() {
		const { ask, world } = await createAcme();
		await ask('POST', '/app/acme/endpoint', { ...HOOK, uid: 'main' });
		const { token } = await world.createKey({
			tenantId: 'acme',
			rights: ['read', 'manage'],
			isPortal: true,
			filter: { eventTypes: ['order.created'], channels: [] },
		});
		return { ask, world, linkAsk: async (...call) => await world.ask(token, ...call) };
	}

	const LIMITED = { url: 'https://limited.example/hook', eventTypes: ['order.created'] };

	test.each([
		['PUT', '/main', LIMITED, 404],
		['PUT', '/other', { ...LIMITED, uid: 'main' }, 409],
		['POST', '', { ...LIMITED, uid: 'main' }, 409],
		['PUT', '/own', { ...LIMITED, uid: 'main' }, 409],
		['PATCH', '/own', { uid: 'main' }, 409],
		['PATCH', '/main', { uid: 'own' }, 404],
	])('cannot take the uid of an endpoint outside it: %s %s', async (method, path, body, status) => {
		const { ask, linkAsk, world } = await createLimited();
		await linkAsk('POST', '/app/acme/endpoint', { ...LIMITED, uid: 'own' });
		const before = world.store.rows('endpoints');
		expect(await linkAsk(method, `/app/acme/endpoint${path}`, body)).toMatchObject({ status });
		expect(world.store.rows('endpoints')).toEqual(before);
		const { data } = await ask('GET', '/app/acme/endpoint/main');
		expect(data.url).toBe(HOOK.url);
	});

	test('cannot take the ID of an endpoint outside it', async () => {
		const { ask, linkAsk } = await createLimited();
		const { data } = await ask('GET', '/app/acme/endpoint/main');
		const reply = await linkAsk('POST', '/app/acme/endpoint', { ...LIMITED, uid: data.id });
		expect(reply).toMatchObject({ status: 409 });
	});
});

test('an endpoint that its owner took from the API keeps its uid', async () => {
	const { ask, world } = await createAcme();
	const { data } = await ask('POST', '/app/acme/endpoint', { ...HOOK, uid: 'main' });
	const acme = forTenant(world.process(), 'acme');
	await modifyEndpoint(acme, data.id, (endpoint) => ({ ...endpoint, isApiManaged: false }));
	expect(await ask('PUT', '/app/acme/endpoint/main', HOOK)).toMatchObject({ status: 409 });
});

test('a uid of one application is free in another', async () => {
	const { ask } = await createAcme();
	await ask('POST', '/app', { name: 'Other', uid: 'other' });
	for (const app of ['acme', 'other']) {
		const reply = await ask('POST', `/app/${app}/endpoint`, { ...HOOK, uid: 'main' });
		expect(reply).toMatchObject({ status: 201 });
	}
});

/** Processes of n8n whose calls take their time, and whose rows PostgreSQL may reveal out of order. */
const processes = fc.array(fc.record({ latency: fc.nat(20), numbersFirst: fc.boolean() }), {
	minLength: 2,
	maxLength: 4,
});

/** Asks in each process at once. */
const askAtOnce = async (world, token, list, toCall) =>
	await Promise.all(
		list.map(async ({ latency, numbersFirst }, index) => {
			const ports = world.process({ latency: () => latency, numbersFirst });
			const [method, path, body] = toCall(index);
			return await world.ask(token, method, path, body, { ports });
		}),
	);

/** Ways to give the uid to an endpoint or an application: of a new one, or of number `index`, which exists. */
const ENDPOINT_WAYS = {
	POST: (uid) => ['POST', '/app/acme/endpoint', { ...HOOK, uid }],
	PUT: (uid) => ['PUT', `/app/acme/endpoint/${uid}`, { ...HOOK, uid }],
	PATCH: (uid, index) => ['PATCH', `/app/acme/endpoint/e${index}`, { uid }],
	replace: (uid, index) => ['PUT', `/app/acme/endpoint/e${index}`, { ...HOOK, uid }],
};
const APPLICATION_WAYS = {
	POST: (uid) => ['POST', '/app', { name: 'New', uid }],
	PUT: (uid, index) => ['PUT', `/app/unknown${index}`, { name: 'New', uid }],
	PATCH: (uid, index) => ['PATCH', `/app/a${index}`, { uid }],
};

/** Returns the only reply to a request that got the uid. All others must be 409. */
function findOnlyWinner(replies) {
	const won = replies.filter(({ status }) => status < 300);
	expect(won).toHaveLength(1);
	expect(
		statuses(replies)
			.slice(1)
			.every((status) => status === 409),
	).toBe(true);
	return won[0];
}

test('simultaneous requests give a uid to one endpoint, and change no other', async () => {
	await fc.assert(
		fc.asyncProperty(
			processes,
			fc.array(fc.constantFrom('POST', 'PATCH', 'replace'), { minLength: 4, maxLength: 4 }),
			async (list, ways) => {
				const { ask, token, world } = await createAcme();
				for (const index of list.keys()) {
					await ask('POST', '/app/acme/endpoint', { ...HOOK, uid: `e${index}` });
				}
				const toCall = (index) => ENDPOINT_WAYS[ways[index]]('main', index);
				const replies = await askAtOnce(world, token, list, toCall);
				const won = findOnlyWinner(replies);
				const endpoints = await findEndpoints(forTenant(world.process(), 'acme'));
				const uids = endpoints.map(({ uid }) => uid).sort();
				const winner = replies.indexOf(won);
				const kept = [...list.keys()].filter((index) => ways[index] === 'POST' || index !== winner);
				expect(uids).toEqual([...kept.map((index) => `e${index}`), 'main']);
				expect((await ask('GET', '/app/acme/endpoint/main')).data.id).toBe(won.data.id);
			},
		),
		{ numRuns: 60 },
	);
});

test('simultaneous requests give a uid to one application, and change no other', async () => {
	await fc.assert(
		fc.asyncProperty(
			processes,
			fc.array(fc.constantFrom(...Object.keys(APPLICATION_WAYS)), { minLength: 4, maxLength: 4 }),
			fc.constantFrom('beta', LONG),
			async (list, ways, uid) => {
				const { ask, token, world } = await createAcme();
				for (const index of list.keys()) await ask('PUT', `/app/a${index}`, { name: 'A' });
				const toCall = (index) => APPLICATION_WAYS[ways[index]](uid, index);
				const replies = await askAtOnce(world, token, list, toCall);
				const won = findOnlyWinner(replies);
				const rows = world.store.rows('tenants').filter((row) => row.uid === uid);
				expect(rows).toMatchObject([{ tenant_id: won.data.id, creation_owner: null }]);
				expect((await ask('GET', `/app/${uid}`)).data.id).toBe(won.data.id);
			},
		),
		{ numRuns: 60 },
	);
});

test('simultaneous PUTs of one unknown uid create one endpoint', async () => {
	const { token, world } = await createAcme();
	const list = [{ latency: 3 }, { latency: 3 }, { latency: 9 }];
	const replies = await askAtOnce(world, token, list, () => ENDPOINT_WAYS.PUT('main'));
	expect(statuses(replies).filter((status) => status === 201)).toHaveLength(1);
	expect(statuses(replies).every((status) => [200, 201, 409].includes(status))).toBe(true);
	expect(world.store.rows('endpoints')).toMatchObject([{ uid: 'main', creation_owner: null }]);
});

describe('an application whose uid was changed', () => {
	/** A world in which the application app_… has the uid beta. */
	async function createBeta() {
		const acme = await createAcme();
		const { data } = await acme.ask('POST', '/app', { name: 'Beta' });
		await acme.ask('PATCH', `/app/${data.id}`, { uid: 'beta' });
		return { ...acme, id: data.id };
	}

	const BETA = { name: 'Gamma', uid: 'beta' };

	test.each([
		['PUT', '/app/unknown1', BETA, 409],
		['POST', '/app', BETA, 409],
		['PATCH', '/app/acme', { uid: 'beta' }, 409],
		['PATCH', '/app/acme', { uid: 'default' }, 409],
		['PUT', '/app/unknown1', { name: 'Gamma', uid: 'default' }, 409],
		['POST', '/app/unknown1/msg', { eventType: 'a', payload: {}, application: BETA }, 422],
		['POST', '/auth/app-portal-access/unknown1', { application: BETA }, 422],
	])('keeps it: %s %s', async (method, path, body, status) => {
		const { ask, id, world } = await createBeta();
		const before = world.store.rows('tenants');
		expect(await ask(method, path, body)).toMatchObject({ status });
		expect(world.store.rows('tenants')).toEqual(before);
		expect((await ask('GET', '/app/beta')).data).toMatchObject({ id, name: 'Beta' });
	});

	test('is the one that a message or a link with its uid brings', async () => {
		const { ask, id } = await createBeta();
		const message = { eventType: 'a', payload: {}, application: BETA };
		expect(await ask('POST', '/app/beta/msg', message)).toMatchObject({ status: 202 });
		const link = await ask('POST', '/auth/app-portal-access/beta', { application: BETA });
		expect(link).toMatchObject({ status: 200 });
		expect((await ask('GET', '/app/beta')).data).toMatchObject({ id, name: 'Beta' });
	});
});

test('simultaneous messages that bring their application are all sent, to one', async () => {
	const { token, world } = await createAcme();
	const body = { eventType: 'a', payload: {}, application: { name: 'New' } };
	const list = [{ latency: 3 }, { latency: 3 }, { latency: 9 }];
	const replies = await askAtOnce(world, token, list, () => ['POST', '/app/new/msg', body]);
	expect(statuses(replies)).toEqual([202, 202, 202]);
	expect(world.store.rows('tenants').filter(({ uid }) => uid === 'new')).toHaveLength(1);
});
