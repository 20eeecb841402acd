/** Endpoints whose owner set what the API itself does not offer: a client that sends back what it read changes nothing. */
const { createSvixWorld } = require('./svixWorld');

const OWNED = {
	platform: 'standardWebhooks',
	signingSecret: `whsec_${'A'.repeat(32)}`,
	isApiManaged: true,
	eventTypes: ['order.*', 'user:created'],
	settings: { channels: ['eu west'], rate_limit: { max: 10, per_seconds: 60 } },
};
const NEW = { url: 'https://a.example/', eventTypes: ['bill.*'] };
const PATH = '/app/default/endpoint/ep_1';

async function createOwned() {
	const world = createSvixWorld();
	const { token } = await world.createKey();
	await world.register('ep_1', OWNED);
	const ask = async (...call) => await world.ask(token, ...call);
	const { data } = await ask('GET', PATH);
	const { createdAt, id, paused, updatedAt, ...shown } = data;
	return { ask, shown, world };
}

test.each(['PUT', 'PATCH'])('%s keeps what it sends back, and changes the rest', async (method) => {
	const { ask, shown, world } = await createOwned();
	const reply = await ask(method, PATH, { ...shown, description: 'Changed' });
	expect(reply).toMatchObject({ status: 200, data: { ...shown, description: 'Changed' } });
	const { eventTypes, settings } = await world.endpoint('ep_1');
	expect({ eventTypes, settings }).toMatchObject({
		eventTypes: OWNED.eventTypes,
		settings: OWNED.settings,
	});
});

test('an endpoint keeps some of its names, and gets others', async () => {
	const { ask, world } = await createOwned();
	const change = { eventTypes: ['order.*', 'bill.paid'], channels: ['eu west', 'us'] };
	expect(await ask('PATCH', PATH, change)).toMatchObject({ status: 200, data: change });
	expect(await world.endpoint('ep_1')).toMatchObject({ eventTypes: change.eventTypes });
});

test.each([
	['PATCH', PATH, { eventTypes: ['order.*', 'bill.*'] }, ['body', 'eventTypes', '1']],
	['PATCH', PATH, { filterTypes: ['order.paid*'] }, ['body', 'eventTypes', '0']],
	['PATCH', PATH, { channels: ['us east'] }, ['body', 'channels', '0']],
	['PUT', PATH, NEW, ['body', 'eventTypes', '0']],
	['PUT', '/app/default/endpoint/new', NEW, ['body', 'eventTypes', '0']],
	['POST', '/app/default/endpoint', NEW, ['body', 'eventTypes', '0']],
])('%s %s takes no other names than the API offers: %j', async (method, path, body, loc) => {
	const { ask, world } = await createOwned();
	const reply = await ask(method, path, body);
	expect(reply.status).toBe(422);
	expect(reply.data.detail[0].loc).toEqual(loc);
	expect(world.store.rows('endpoints')).toHaveLength(1);
});

test.each([
	[{ throttleRate: 2 }, { max: 2, per_seconds: 1 }],
	[{ rateLimit: null }, undefined],
])('another rate limit replaces that of the owner: %j', async (change, expected) => {
	const { ask, world } = await createOwned();
	expect(await ask('PATCH', PATH, change)).toMatchObject({ status: 200 });
	expect((await world.endpoint('ep_1')).settings.rate_limit).toEqual(expected);
});
