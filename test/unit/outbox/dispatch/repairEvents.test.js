const { deliverDue } = require('../../../../build/core/outbox/dispatch/deliverDue');
const { publishEvents } = require('../../../../build/core/outbox/dispatch/publish');
const { repairEvents } = require('../../../../build/core/outbox/dispatch/repairEvents');
const { loadRegisteredEndpoints } = require('../../../../build/core/outbox/endpoint/repository');

const { createWorld, events, HOUR, LIMITS, MINUTE } = require('../world');

const { publishAndKill } = require('./publishAndKill');

/** Repairs in a process of its own. */
async function repair(world, connection) {
	const ports = world.process(connection);
	return await repairEvents(ports, await loadRegisteredEndpoints(ports));
}

describe('repairEvents after a kill', () => {
	test('inserts and sends the deliveries of an event that was inserted without them', async () => {
		const world = createWorld();
		await world.register('ep_a');
		await world.register('ep_b');
		await publishAndKill(world, events(2), 'insert', 'deliveries');
		expect(world.store.rows('events')).toHaveLength(2);
		expect(world.deliveries()).toEqual([]);
		// The publishing run may still be working.
		expect(await repair(world)).toBe(0);
		// An endpoint that is registered later does not get the event.
		await world.register('ep_late');
		world.clock.advance(MINUTE);
		await deliverDue(world.process(), LIMITS);
		// Each was attempted before the kill, too: no outcome was on record.
		expect(world.attempts).toHaveLength(8);
		expect(world.attemptsTo('ep_late')).toEqual([]);
		expect(world.statuses()).toEqual(Array(4).fill('delivered'));
		expect(world.store.rows('events').every((row) => row.lease_until === null)).toBe(true);
		expect(await repair(world)).toBe(0);
	});

	test('does not insert deliveries again that were inserted before the kill', async () => {
		const world = createWorld();
		await world.register('ep_a');
		await publishAndKill(world, events(2), 'update', 'events');
		world.clock.advance(HOUR);
		expect(await repair(world)).toBe(0);
		expect(world.deliveries()).toHaveLength(2);
		expect(world.store.rows('events').every((row) => row.lease_until === null)).toBe(true);
	});

	test('inserts missing deliveries once, even if several runs repair them', async () => {
		const world = createWorld();
		await world.register('ep_a');
		await publishAndKill(world, events(4), 'insert', 'deliveries');
		world.clock.advance(HOUR);
		const counts = await Promise.all(
			[0, 1, 2].map(async (ms) => await repair(world, { latency: () => ms })),
		);
		expect(counts.sort()).toEqual([0, 0, 4]);
		expect(world.deliveries()).toHaveLength(4);
	});

	test('leaves an event that was on record before the killed run inserted it again', async () => {
		const world = createWorld();
		await world.register('ep_a');
		const keyed = { ...events(1)[0], idempotencyKey: 'order 1' };
		await publishEvents(world.process(), [keyed], LIMITS);
		world.clock.advance(HOUR);
		const other = { ...keyed, data: { number: 'other' } };
		const dying = world.process({ killAt: 1, killed: 'after' });
		await expect(publishEvents(dying, [other], LIMITS)).rejects.toThrow('dead');
		expect(world.store.rows('events')).toHaveLength(2);
		world.clock.advance(HOUR);
		expect(await repair(world)).toBe(0);
		expect(world.store.rows('events')).toMatchObject([{ data: '{"number":0}', lease_until: null }]);
		expect(world.attempts).toHaveLength(1);
	});

	test.each(
		[2, 3, 4, 5, 6, 7, 8].flatMap((killAt) =>
			['before', 'after'].map((killed) => [killAt, killed]),
		),
	)(
		'sends no event again that was on record, also if the repair is killed at call %i, %s its effect',
		async (killAt, killed) => {
			const world = createWorld();
			await world.register('ep_a');
			const keyed = { ...events(1)[0], idempotencyKey: 'order 1' };
			await publishEvents(world.process(), [keyed], LIMITS);
			world.clock.advance(HOUR);
			const dying = world.process({ killAt: 1, killed: 'after' });
			await expect(publishEvents(dying, [keyed], LIMITS)).rejects.toThrow('dead');
			world.clock.advance(HOUR);
			await repair(world, { killAt, killed }).catch(() => undefined);
			world.clock.advance(HOUR);
			await deliverDue(world.process(), LIMITS);
			expect(world.attempts).toHaveLength(1);
			expect(world.store.rows('events')).toMatchObject([{ lease_until: null }]);
			expect(world.deliveries()).toHaveLength(1);
		},
	);

	test('makes an event whose run was killed before it knew that it was new, once', async () => {
		const world = createWorld();
		await world.register('ep_a');
		const keyed = { ...events(1)[0], idempotencyKey: 'order 1' };
		for (let run = 0; run < 2; run += 1) {
			const dying = world.process({ killAt: 1, killed: 'after' });
			await expect(publishEvents(dying, [keyed], LIMITS)).rejects.toThrow('dead');
		}
		world.clock.advance(HOUR);
		const counts = await Promise.all(
			[0, 1].map(async (ms) => await repair(world, { latency: () => ms })),
		);
		expect(counts.sort()).toEqual([0, 1]);
		expect(world.store.rows('events')).toHaveLength(1);
		await deliverDue(world.process(), LIMITS);
		expect(world.attempts).toHaveLength(1);
	});
});
