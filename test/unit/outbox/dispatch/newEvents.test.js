const { deliverDue } = require('../../../../build/core/outbox/dispatch/deliverDue');
const { publishEvents } = require('../../../../build/core/outbox/dispatch/publish');

const { callNames } = require('../memoryTables');
const { createWorld, DAY, events, HOUR, LIMITS, MINUTE, SECOND, START } = require('../world');

const START_MS = Date.parse(START);
const iso = (ms) => new Date(ms).toISOString();
const publish = async (world, inputs, ports = world.process()) =>
	(await publishEvents(ports, inputs, LIMITS)).sent;

describe('an event for chosen endpoints', () => {
	async function twoEndpoints() {
		const world = createWorld();
		await world.register('ep_a', { eventTypes: ['user.created'] });
		await world.register('ep_b');
		return world;
	}

	test('goes to them alone, even if they are not subscribed', async () => {
		const world = await twoEndpoints();
		const ports = world.process();
		const [sent] = await publish(world, events(1, { endpointIds: ['ep_a'] }), ports);
		expect(sent.deliveries).toMatchObject([{ delivery: { status: 'delivered' } }]);
		expect(world.attempts.map(({ endpointId }) => endpointId)).toEqual(['ep_a']);
		expect(callNames(ports.tables)).toHaveLength(2);
	});

	test('fails if one of them does not exist, sends nothing, and leaves nothing behind', async () => {
		const world = await twoEndpoints();
		const [good, bad] = await publish(world, [
			...events(1),
			...events(1, { endpointIds: ['ep_a', 'ep_x', 'ep_y'] }),
		]);
		expect(good.deliveries).toHaveLength(1);
		expect(bad).toMatchObject({
			deliveries: [],
			conflict: {
				name: 'UnknownEndpointError',
				message:
					'There are no endpoints "ep_x", "ep_y". The event was not sent to anybody. Endpoint → Get Many lists the IDs of all endpoints.',
			},
		});
		expect(world.attempts).toHaveLength(1);
		expect(world.store.rows('events')).toMatchObject([{ lease_until: null }]);
		world.clock.advance(HOUR);
		await deliverDue(world.process(), LIMITS);
		expect(world.attempts).toHaveLength(1);
	});

	test('can be sent with its idempotency key once the endpoints are right', async () => {
		const world = await twoEndpoints();
		const input = { ...events(1)[0], idempotencyKey: 'key' };
		const wrong = { ...input, endpointIds: ['ep_x'] };
		const both = await publish(world, [wrong, input]);
		expect(both.map(({ conflict }) => conflict?.name)).toEqual(
			Array(2).fill('UnknownEndpointError'),
		);
		const [sent] = await publish(world, [{ ...input, endpointIds: ['ep_b'] }]);
		expect(sent).toMatchObject({ duplicate: false, deliveries: [{}] });
		const [again] = await publish(world, [wrong]);
		expect(again.conflict).toMatchObject({ name: 'UnknownEndpointError' });
		expect(world.store.rows('events')).toHaveLength(1);
		expect(world.attempts).toHaveLength(1);
	});

	test('fails for an endpoint of another tenant', async () => {
		const world = await twoEndpoints();
		const [sent] = await publish(world, events(1, { endpointIds: ['ep_b'], tenantId: 'other' }));
		expect(sent.conflict).toMatchObject({ name: 'UnknownEndpointError' });
		expect(world.attempts).toEqual([]);
	});
});

describe('an event for later', () => {
	const deliverAtMs = START_MS + DAY;
	const BATCHED = { settings: { batch_settings: { max_events: 2, max_wait_seconds: 60 } } };

	test.each([
		['an endpoint', {}],
		['a disabled endpoint', { status: 'disabled' }],
		['an endpoint with batches', BATCHED],
	])('waits for its time at %s', async (_, input) => {
		const world = createWorld();
		await world.register('ep_a', input);
		const [sent] = await publish(world, events(2, { deliverAtMs }));
		expect(sent.deliveries).toMatchObject([
			{ delivery: { status: 'pending', attempts: 0, nextAttemptAt: iso(deliverAtMs) } },
		]);
		world.clock.advance(DAY - SECOND);
		await deliverDue(world.process(), LIMITS);
		expect(world.attempts).toEqual([]);
		world.clock.advance(SECOND);
		await deliverDue(world.process(), LIMITS);
		const isDisabled = input.status === 'disabled';
		expect(new Set(world.statuses())).toEqual(new Set([isDisabled ? 'held' : 'delivered']));
		expect(world.attempts).toHaveLength(isDisabled ? 0 : 2 / (input.settings ? 2 : 1));
	});

	test('is sent at once if its time is over', async () => {
		const world = createWorld();
		await world.register('ep_a');
		const [sent] = await publish(world, events(1, { deliverAtMs: START_MS - DAY }));
		expect(sent.event.deliverAt).toBeNull();
		expect(world.statuses()).toEqual(['delivered']);
	});

	test('is rejected if its time is more than a year from now', async () => {
		const world = createWorld();
		const publishing = publish(world, events(1, { deliverAtMs: START_MS + 367 * DAY }));
		await expect(publishing).rejects.toMatchObject({
			name: 'InvalidDeliveryTimeError',
			message: expect.stringContaining('more than a year from now'),
		});
		expect(world.store.rows('events')).toEqual([]);
	});

	test.each(
		[1, 2, 3, 4].flatMap((killAt) => [
			[killAt, 'before'],
			[killAt, 'after'],
		]),
	)(
		'waits for its time and is sent once, also if its run is killed at call %i, %s its effect',
		async (killAt, killed) => {
			const world = createWorld();
			await world.register('ep_a');
			await publish(world, events(1, { deliverAtMs }), world.process({ killAt, killed })).catch(
				() => undefined,
			);
			const isOnRecord = world.store.rows('events').length > 0;
			for (let hour = 0; hour < 12; hour += 1) {
				world.clock.advance(HOUR);
				await deliverDue(world.process(), LIMITS);
			}
			expect(world.attempts).toEqual([]);
			world.clock.advance(12 * HOUR + MINUTE);
			await deliverDue(world.process(), LIMITS);
			expect(world.attempts).toHaveLength(isOnRecord ? 1 : 0);
		},
	);
});
