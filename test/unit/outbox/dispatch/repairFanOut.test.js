const { deliverDue } = require('../../../../dist/core/outbox/dispatch/deliverDue');
const { repairFanOut } = require('../../../../dist/core/outbox/dispatch/repairFanOut');

const { createWorld, events, HOUR, LIMITS, MINUTE } = require('../world');

const { publishAndKill } = require('./publishAndKill');

describe('repairFanOut after a kill', () => {
	test('inserts and sends the deliveries of an event that was inserted without them', async () => {
		const world = createWorld();
		await world.register('ep_a');
		await world.register('ep_b');
		await publishAndKill(world, events(2), 'insert', 'deliveries');
		expect(world.store.rows('events')).toHaveLength(2);
		expect(world.deliveries()).toEqual([]);
		// The publishing run may still be working.
		expect(await repairFanOut(world.process())).toBe(0);
		// An endpoint that is registered later does not get the event.
		await world.register('ep_late');
		world.clock.advance(MINUTE);
		await deliverDue(world.process(), LIMITS);
		expect(world.attempts).toHaveLength(4);
		expect(world.attemptsTo('ep_late')).toEqual([]);
		expect(world.statuses()).toEqual(Array(4).fill('delivered'));
		expect(world.store.rows('events').every((row) => row.fan_out_until === null)).toBe(true);
		expect(await repairFanOut(world.process())).toBe(0);
	});

	test('does not insert deliveries again that were inserted before the kill', async () => {
		const world = createWorld();
		await world.register('ep_a');
		await publishAndKill(world, events(2), 'update', 'events');
		world.clock.advance(HOUR);
		expect(await repairFanOut(world.process())).toBe(0);
		expect(world.deliveries()).toHaveLength(2);
		expect(world.store.rows('events').every((row) => row.fan_out_until === null)).toBe(true);
	});

	test('inserts missing deliveries once, even if several runs repair them', async () => {
		const world = createWorld();
		await world.register('ep_a');
		await publishAndKill(world, events(4), 'insert', 'deliveries');
		world.clock.advance(HOUR);
		const counts = await Promise.all(
			[0, 1, 2].map(async (ms) => await repairFanOut(world.process({ latency: () => ms }))),
		);
		expect(counts.sort()).toEqual([0, 0, 4]);
		expect(world.deliveries()).toHaveLength(4);
	});
});
