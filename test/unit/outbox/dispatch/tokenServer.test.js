const { deliverDue } = require('../../../../build/core/outbox/dispatch/deliverDue');
const { computeLeaseMs } = require('../../../../build/core/outbox/dispatch/lease');
const { publishEvents } = require('../../../../build/core/outbox/dispatch/publish');

const { createWorld, events, LIMITS, MINUTE, SECOND } = require('../world');

const OAUTH2 = {
	authentication: 'oauth2',
	tokenUrl: 'https://auth.example.com/token',
	clientId: 'n8n',
	clientSecret: 'client-s3cret',
};
const fail = (code) => ({
	kind: 'error',
	code,
	message: 'The token server answered with status 503',
});

/** A world with an endpoint that is disabled as soon as anything fails. */
async function createStrictWorld(answer) {
	const world = createWorld({ answer });
	await world.register('ep_1', {
		authentication: OAUTH2,
		settings: {
			disable_rule: { rule: 'consecutiveFailures', count: 1 },
			retry_policy: { schedule: 'list', delays: '1 min' },
		},
	});
	return world;
}

test('a token server that is down delays deliveries and leaves the endpoint active', async () => {
	let isDown = true;
	const world = await createStrictWorld(() => (isDown ? fail('TOKEN_UNAVAILABLE') : 200));
	await publishEvents(world.process(), events(5), LIMITS);
	expect(world.statuses()).toEqual(Array(5).fill('pending'));
	expect(world.deliveries()[0]).toMatchObject({
		outcome: 'token_unavailable',
		error: 'The token server answered with status 503',
	});
	expect(await world.endpoint('ep_1')).toMatchObject({ status: 'active', failingSince: null });
	isDown = false;
	world.clock.advance(2 * MINUTE);
	await deliverDue(world.process(), { ...LIMITS, maxDeliveries: 10 });
	expect(world.statuses()).toEqual(Array(5).fill('delivered'));
	expect(await world.endpoint('ep_1')).toMatchObject({ status: 'active', consecutiveFailures: 0 });
});

test('a delivery fails once its retries are used up, and its endpoint stays active', async () => {
	const world = await createStrictWorld(() => fail('TOKEN_UNAVAILABLE'));
	await publishEvents(world.process(), events(1), LIMITS);
	world.clock.advance(2 * MINUTE);
	await deliverDue(world.process(), { ...LIMITS, maxDeliveries: 10 });
	expect(world.statuses()).toEqual(['failed']);
	expect(await world.endpoint('ep_1')).toMatchObject({ status: 'active' });
});

test('a client that gets no token disables its endpoint as its rule says', async () => {
	const world = await createStrictWorld(() => fail('TOKEN_REJECTED'));
	await publishEvents(world.process(), events(1), LIMITS);
	expect(await world.endpoint('ep_1')).toMatchObject({ status: 'disabled' });
});

test('a lease covers two attempts and two requests for a token', async () => {
	const world = createWorld();
	const settings = { timeout_seconds: 20 };
	const plain = await world.register('ep_plain', { settings });
	const withTokens = await world.register('ep_tokens', { settings, authentication: OAUTH2 });
	expect(computeLeaseMs([withTokens]) - computeLeaseMs([plain])).toBe(40 * SECOND);
});
