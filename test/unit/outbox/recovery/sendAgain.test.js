const { deliverDue } = require('../../../../build/core/outbox/dispatch/deliverDue');
const { publishEvents } = require('../../../../build/core/outbox/dispatch/publish');
const { changeEndpointStatus } = require('../../../../build/core/outbox/endpoint/repository');
const { sendAgain } = require('../../../../build/core/outbox/recovery/sendAgain');

const { callNames } = require('../memoryTables');
const { createWorld, DAY, events, HOUR, LIMITS, MINUTE, START } = require('../world');

const BATCHED = { settings: { batch_settings: { max_events: 2, max_wait_seconds: 60 } } };

/** A world with one event, which one endpoint got and another one is not subscribed to. */
async function withEvent(input = {}) {
	const world = createWorld();
	await world.register('ep_old', input);
	await world.register('ep_other', { eventTypes: ['user.created'] });
	await publishEvents(world.process(), events(1), LIMITS);
	world.clock.advance(MINUTE);
	const [{ event_id: eventId }] = world.store.rows('events');
	const again = async (id, ports = world.process()) =>
		await sendAgain(ports, eventId, await world.endpoint(id), LIMITS);
	return { world, eventId, again };
}

const isLeased = (row) => row.lease_until !== null;

test('sends an event to an endpoint that is not subscribed, in 3 calls to the tables', async () => {
	const { again, eventId, world } = await withEvent();
	const ports = world.process();
	const { results } = await again('ep_other', ports);
	expect(results).toMatchObject([
		{ endpoint: { id: 'ep_other' }, delivery: { status: 'delivered', eventId } },
	]);
	expect(world.attemptsTo('ep_other', eventId)).toHaveLength(1);
	expect(world.statuses()).toEqual(['delivered', 'delivered']);
	expect(world.store.rows('events').filter(isLeased)).toEqual([]);
	expect(callNames(ports.tables)).toEqual([
		'update events, find events, find deliveries',
		'insert deliveries, update events',
		'insert deliveries, remove deliveries',
	]);
});

test('replays the delivery of an endpoint that got the event', async () => {
	const { again, eventId, world } = await withEvent();
	await again('ep_old');
	expect(world.attemptsTo('ep_old', eventId)).toHaveLength(2);
	expect(world.deliveries()).toMatchObject([{ status: 'delivered', attempts: 2 }]);
	expect(world.store.rows('events').filter(isLeased)).toEqual([]);
});

test('retries it later like any delivery', async () => {
	const { again, world } = await withEvent();
	world.answer = () => 500;
	const { results } = await again('ep_other');
	expect(results).toMatchObject([{ delivery: { status: 'pending', attempts: 1 } }]);
	world.answer = () => 200;
	world.clock.advance(DAY);
	await deliverDue(world.process(), LIMITS);
	expect(world.statuses()).toEqual(['delivered', 'delivered']);
});

test('sends a scheduled event at once', async () => {
	const world = createWorld();
	await world.register('ep_a');
	const deliverAtMs = Date.parse(START) + DAY;
	await publishEvents(world.process(), events(1, { deliverAtMs }), LIMITS);
	const [{ event_id: eventId }] = world.store.rows('events');
	await sendAgain(world.process(), eventId, await world.endpoint('ep_a'), LIMITS);
	world.clock.advance(2 * DAY);
	await deliverDue(world.process(), LIMITS);
	expect(world.attempts).toHaveLength(1);
});

test('sends an event alone that an endpoint got in a batch', async () => {
	const world = createWorld();
	await world.register('ep_batch', BATCHED);
	await publishEvents(world.process(), events(2), LIMITS);
	const [{ event_id: eventId }] = world.store.rows('events');
	await sendAgain(world.process(), eventId, await world.endpoint('ep_batch'), LIMITS);
	expect(world.deliveries().map((row) => row.event_id)).toContain(eventId);
	expect(world.attempts).toHaveLength(2);
	expect(JSON.parse(world.attempts[1].body)).not.toHaveProperty('data.events');
});

test('only queues an event at a paused endpoint, which gets it once it is resumed', async () => {
	const { again, world } = await withEvent();
	const pause = async (status) =>
		await changeEndpointStatus(
			world.process(),
			await world.endpoint('ep_other'),
			status,
			'by hand',
		);
	await pause('paused');
	const { results } = await again('ep_other');
	expect(results).toMatchObject([
		{
			endpoint: { id: 'ep_other' },
			delivery: { status: 'pending', attempts: 0, error: expect.stringContaining('is paused') },
		},
	]);
	await deliverDue(world.process(), LIMITS);
	expect(world.attemptsTo('ep_other')).toEqual([]);
	expect(world.store.rows('events').filter(isLeased)).toEqual([]);
	await pause('active');
	await deliverDue(world.process(), LIMITS);
	expect(world.attemptsTo('ep_other')).toHaveLength(1);
	expect(world.statuses()).toEqual(['delivered', 'delivered']);
});

test('sends at once to an endpoint with an open circuit, as Replay does', async () => {
	const { again, world } = await withEvent();
	const { id } = world.store.rows('endpoints').find((row) => row.endpoint_id === 'ep_other');
	world.store.edit('endpoints', id, {
		settings: JSON.stringify({ circuit_breaker: { failures: 1, probe_minutes: 60 } }),
		probe_at: new Date(world.clock.nowMs() + HOUR).toISOString(),
	});
	const { results } = await again('ep_other');
	expect(results).toMatchObject([{ delivery: { status: 'delivered' } }]);
});

describe('to an endpoint that gets events in order', () => {
	/** A world with an event from before an endpoint in order was registered, to be sent to it. */
	async function withOrder(options) {
		const world = createWorld(options);
		const { sent } = await publishEvents(world.process(), events(1), LIMITS);
		const settings = { in_order: {}, disable_rule: { rule: 'never' } };
		const endpoint = await world.register('ep_a', { settings });
		const again = async (ports = world.process()) =>
			await sendAgain(ports, sent[0].event.id, endpoint, LIMITS);
		return { again, eventId: sent[0].event.id, world };
	}

	test('sends an event at once if nothing of its order waits, with its place', async () => {
		const { again } = await withOrder();
		const { results } = await again();
		expect(results).toMatchObject([
			{ delivery: { status: 'delivered', place: { key: 'ep_a', number: 1 } } },
		]);
	});

	test('only queues an event while another one of its order waits for a retry', async () => {
		const { again, eventId, world } = await withOrder({ answer: () => 503 });
		await publishEvents(world.process(), events(2), LIMITS);
		expect(world.attempts).toHaveLength(1);
		world.answer = () => 200;
		const { results } = await again();
		expect(results).toMatchObject([
			{
				delivery: {
					eventId,
					status: 'pending',
					attempts: 0,
					error: 'An earlier delivery of its order comes first',
				},
			},
		]);
		expect(world.attempts).toHaveLength(1);
		world.clock.advance(HOUR);
		await deliverDue(world.process(), LIMITS);
		expect(world.statuses()).toEqual(['delivered', 'delivered', 'delivered']);
		// It has the place of its event.
		expect(world.attempts[1].key).toBe(eventId);
	});

	test('an event that is sent meanwhile waits', async () => {
		const { again, world } = await withOrder({ attemptMs: 5000 });
		const sending = again();
		await world.clock.wait(1000);
		await publishEvents(world.process(), events(1), LIMITS);
		await sending;
		expect(world.attempts).toHaveLength(1);
		await deliverDue(world.process(), LIMITS);
		expect(world.statuses()).toEqual(['delivered', 'delivered']);
	});

	test('waits for an event that a send attempts', async () => {
		const { again, world } = await withOrder({ attemptMs: 5000 });
		const sending = publishEvents(world.process(), events(1), LIMITS);
		await world.clock.wait(1000);
		const { results } = await again();
		expect(results).toMatchObject([{ delivery: { status: 'pending' } }]);
		await sending;
		expect(world.attempts).toHaveLength(1);
	});

	test.each(
		[1, 2, 3, 4, 5].flatMap((killAt) => [
			[killAt, 'before'],
			[killAt, 'after'],
		]),
	)('a run killed at its call %i, %s its effect, stops nothing', async (killAt, killed) => {
		const { again, world } = await withOrder({ answer: () => 503 });
		await publishEvents(world.process(), events(1), LIMITS);
		world.answer = () => 200;
		await again(world.process({ killAt, killed })).catch(() => undefined);
		world.clock.advance(HOUR);
		await deliverDue(world.process(), LIMITS);
		await deliverDue(world.process(), LIMITS);
		expect(world.statuses().filter((status) => status !== 'delivered')).toEqual([]);
		expect(world.store.rows('events').filter(isLeased)).toEqual([]);
	});
});

test.each([
	[
		'a disabled endpoint',
		(world) => world.store.edit('endpoints', 2, { status: 'disabled' }),
		'Enable it with Endpoint → Enable',
	],
	[
		'an event that does not exist',
		async (world) => await world.store.connect().remove('events', { all: [] }),
		'There is no event',
	],
	[
		'an event whose payload was forgotten',
		(world) => world.store.edit('events', 1, { payload_forgotten_at: START }),
		'was forgotten',
	],
	[
		'an event of another tenant',
		(world) => world.store.edit('events', 1, { tenant_id: 'other' }),
		'There is no endpoint "ep_other"',
	],
	[
		'an event whose row cannot be read',
		(world) => world.store.edit('events', 1, { data: '[' }),
		'Row 1 of the outbox’s events table',
	],
])('does not send %s, and leaves nothing behind', async (_, change, message) => {
	const { again, world } = await withEvent();
	await change(world);
	await expect(again('ep_other')).rejects.toThrow(message);
	expect(world.attempts).toHaveLength(1);
	expect(world.deliveries()).toHaveLength(1);
	expect(world.store.rows('events').filter(isLeased)).toEqual([]);
});

test('does not send an event that a run is sending', async () => {
	const world = createWorld({ attemptMs: 5000 });
	const endpoint = await world.register('ep_old');
	const sending = publishEvents(world.process(), events(1), LIMITS);
	await world.clock.wait(1000);
	const [{ event_id: eventId }] = world.store.rows('events');
	await expect(sendAgain(world.process(), eventId, endpoint, LIMITS)).rejects.toThrow(
		'is being sent right now',
	);
	await sending;
	expect(world.statuses()).toEqual(['delivered']);
	expect(world.store.rows('events').filter(isLeased)).toEqual([]);
});

test('makes one delivery of two simultaneous calls', async () => {
	const { again, world } = await withEvent();
	const runs = await Promise.allSettled(
		[0, 1].map(async (ms) => await again('ep_other', world.process({ latency: () => ms }))),
	);
	expect(runs.map(({ status }) => status)).toContain('fulfilled');
	expect(world.statuses()).toEqual(['delivered', 'delivered']);
});

test.each(
	[1, 2, 3, 4, 5, 6, 7].flatMap((killAt) => [
		[killAt, 'before'],
		[killAt, 'after'],
	]),
)(
	'a run killed at its call %i, %s its effect, is completed or leaves nothing',
	async (killAt, killed) => {
		const { again, world } = await withEvent();
		await again('ep_other', world.process({ killAt, killed })).catch(() => undefined);
		world.clock.advance(HOUR);
		await deliverDue(world.process(), LIMITS);
		expect(world.statuses().filter((status) => status !== 'delivered')).toEqual([]);
		expect(world.store.rows('events').filter(isLeased)).toEqual([]);
		expect(world.attemptsTo('ep_other').length).toBeLessThanOrEqual(2);
		expect(new Set(world.deliveries().map((row) => row.delivery_id)).size).toBe(
			world.deliveries().length,
		);
	},
);
