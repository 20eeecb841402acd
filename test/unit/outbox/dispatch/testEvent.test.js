const { publishEvents } = require('../../../../build/core/outbox/dispatch/publish');
const {
	isTestableType,
	sendTestEvent,
} = require('../../../../build/core/outbox/dispatch/testEvent');
const { getPlatform, PLATFORMS } = require('../../../../build/core/platforms');

const { createWorld, events, LIMITS } = require('../world');

const OPEN = PLATFORMS.filter(({ section }) => section !== 'provider').map(({ id }) => id);

async function sendTest(platform, data, input = {}) {
	const world = createWorld();
	const scheme = {
		signatureScheme: 'custom',
		signatureHeader: 'X-Signature',
		signedContent: '{body}',
		algorithm: 'hmac-sha256',
		signatureEncoding: 'hex',
		toleranceSeconds: 300,
	};
	const endpoint = await world.register('ep_a', {
		platform,
		signingSecret: undefined,
		...(getPlatform(platform).scheme === undefined && { authentication: scheme }),
		...input,
	});
	await sendTestEvent(world.process(), endpoint, 'webhook.test', data);
	return JSON.parse(world.attempts[0].body);
}

describe('sendTestEvent', () => {
	test.each(OPEN)('marks the body of a test event as %s sends it', async (platform) => {
		for (const data of [{}, { test: false }, { test: { nested: 1 } }, { data: { test: false } }]) {
			expect((await sendTest(platform, data)).test).toBe(true);
		}
	});

	test('keeps the marker if the endpoint’s filters leave nothing of the data', async () => {
		const settings = { filters: { include_fields: ['absent'], exclude_fields: ['test'] } };
		const body = await sendTest('agenticflow', { test: false, order: 1 }, { settings });
		expect(body).toMatchObject({ test: true, data: {} });
	});

	test('marks test events only', async () => {
		const world = createWorld();
		await world.register('ep_a');
		await publishEvents(world.process(), events(1), LIMITS);
		expect(JSON.parse(world.attempts[0].body)).not.toHaveProperty('test');
	});

	test.each([
		['large', { text: 'x'.repeat(16 * 1024) }, 'at most 16 KB'],
		['deep', Array.from({ length: 21 }).reduce((inner) => ({ a: inner }), {}), '20 levels'],
		['very deep', Array.from({ length: 1e5 }).reduce((inner) => ({ a: inner }), {}), '20 levels'],
	])('sends no data that is too %s', async (_, data, message) => {
		await expect(sendTest('agenticflow', data)).rejects.toThrow(message);
		await expect(sendTest('agenticflow', data)).rejects.toThrow('"Test Data (JSON)"');
	});
});

describe('isTestableType', () => {
	const isTestable = async (eventTypes, type) =>
		isTestableType(await createWorld().register('ep_a', { eventTypes }), type);

	test.each([
		[['order.*'], 'webhook.test', true],
		[['order.*'], 'workflow.execution.completed', true],
		[['order.*'], 'order.created', true],
		[['order.created'], 'order.created', true],
		[['order.created'], 'order.deleted', false],
		[['order.*'], 'invoice.paid', false],
		[['*'], 'invoice.paid', true],
		[[], 'invoice.paid', true],
		[['*'], 'webhook.batch', false],
		[['*'], 'Webhook.BATCH', false],
	])('of an endpoint for %j: %s is %s', async (eventTypes, type, expected) => {
		expect(await isTestable(eventTypes, type)).toBe(expected);
	});
});
