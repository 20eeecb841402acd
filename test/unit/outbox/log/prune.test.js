const fc = require('fast-check');

const { DEFAULT_RETENTION, prune } = require('../../../../dist/core/outbox/log/prune');
const { publishEvents } = require('../../../../dist/core/outbox/dispatch/publish');

const { createWorld, DAY, events, LIMITS, MINUTE, START } = require('../world');

const START_MS = Date.parse(START);
const iso = (ms) => new Date(ms).toISOString();
const STATUSES = ['delivered', 'failed', 'held', 'pending', 'sending'];
const KEEP_ALL = { maxAgeDays: 365, maxDeliveries: 100_000 };

/** Creates a world with deliveries and events of these ages in days. */
function worldWith(given, nowMs = START_MS) {
	const world = createWorld();
	const at = (daysAgo) => iso(nowMs - daysAgo * DAY);
	for (const [number, { daysAgo, deliveries = [], fanOut = null }] of given.entries()) {
		world.store.insert('events', [
			{
				event_id: `evt_${number}`,
				event_type: 'order.created',
				accepted_at: at(daysAgo),
				data: '{}',
				endpoint_ids: '[]',
				fan_out_owner: fanOut && 'run',
				fan_out_until: fanOut,
			},
		]);
		world.store.insert(
			'deliveries',
			deliveries.map((status, index) => ({
				delivery_id: `dlv_${number}_${index}`,
				event_id: `evt_${number}`,
				event_type: 'order.created',
				endpoint_id: 'ep_a',
				accepted_at: at(daysAgo),
				status,
				attempts: 0,
				attempt_log: '[]',
			})),
		);
	}
	return world;
}
const getEvents = (world) => world.store.rows('events').map(({ event_id: id }) => id);
const getDeliveries = (world) => world.deliveries().map(({ delivery_id: id }) => id);

test('prune deletes old completed deliveries and those on hold with their events, and keeps those that wait', async () => {
	const world = worldWith([
		...STATUSES.map((status) => ({ daysAgo: 8, deliveries: [status] })),
		...STATUSES.map((status) => ({ daysAgo: 6, deliveries: [status] })),
	]);
	const pruned = await prune(world.process(), { ...KEEP_ALL, maxAgeDays: 7 });
	expect(getDeliveries(world)).toEqual(
		['3', '4', '5', '6', '7', '8', '9'].map((number) => `dlv_${number}_0`),
	);
	expect(pruned.deliveries).toBe(3);
	expect(getEvents(world)).toEqual(expect.arrayContaining(['evt_3', 'evt_4', 'evt_9']));
});

test('prune applies the age to the millisecond', async () => {
	const world = worldWith([{ daysAgo: 7, deliveries: ['delivered'] }]);
	const retention = { ...KEEP_ALL, maxAgeDays: 7 };
	expect(await prune(world.process(), retention)).toEqual({ deliveries: 0, events: 0 });
	world.clock.advance(1);
	expect(await prune(world.process(), retention)).toEqual({ deliveries: 1, events: 1 });
	expect(getEvents(world)).toEqual([]);
});

test('prune keeps the newest deliveries, and any that wait', async () => {
	const deliveries = ['delivered', 'pending', 'failed', 'sending', 'held', 'delivered'];
	const world = worldWith(
		deliveries.map((status, number) => ({ daysAgo: 6 - number, deliveries: [status] })),
	);
	const retention = { ...KEEP_ALL, maxDeliveries: 2 };
	expect((await prune(world.process(), retention)).deliveries).toBe(2);
	expect(getDeliveries(world)).toEqual(['dlv_1_0', 'dlv_3_0', 'dlv_4_0', 'dlv_5_0']);
	expect(getEvents(world)).toEqual(['evt_1', 'evt_2', 'evt_3', 'evt_4', 'evt_5']);
});

test.each([
	[0, 0],
	[1, 1],
	[4, 4],
	[5, 5],
	[6, 5],
])('prune with at most %d of 5 deliveries keeps %d', async (maxDeliveries, left) => {
	const world = worldWith([{ daysAgo: 1, deliveries: Array(5).fill('delivered') }]);
	const { deliveries } = await prune(world.process(), { ...KEEP_ALL, maxDeliveries });
	expect(deliveries).toBe(5 - left);
	expect(getDeliveries(world)).toEqual(
		Array.from({ length: left }, (_, index) => `dlv_0_${5 - left + index}`),
	);
});

test('prune counts deliveries over several pages', async () => {
	const world = worldWith([{ daysAgo: 1, deliveries: Array(3500).fill('delivered') }]);
	const ports = world.process();
	await prune(ports, { ...KEEP_ALL, maxDeliveries: 2500 });
	expect(world.deliveries()).toHaveLength(2500);
	expect(world.deliveries()[0].delivery_id).toBe('dlv_0_1000');
	// 3 by age, 3 pages, 3 by count, 2 for the events.
	expect(ports.tables.calls).toHaveLength(11);
});

test('prune deletes old events without deliveries and keeps events with any', async () => {
	const world = worldWith([
		{ daysAgo: 20 },
		{ daysAgo: 10, deliveries: ['pending'] },
		{ daysAgo: 9 },
		{ daysAgo: 6 },
		{ daysAgo: 5, deliveries: ['delivered'] },
	]);
	const { events: count } = await prune(world.process(), { ...KEEP_ALL, maxAgeDays: 7 });
	expect(getEvents(world)).not.toContain('evt_0');
	expect(getEvents(world)).toEqual(expect.arrayContaining(['evt_1', 'evt_3', 'evt_4']));
	expect(count).toBe(5 - getEvents(world).length);
});

test('prune deletes old events if there are no deliveries at all', async () => {
	const world = worldWith([{ daysAgo: 8 }, { daysAgo: 6 }]);
	await prune(world.process(), { ...KEEP_ALL, maxAgeDays: 7 });
	expect(getEvents(world)).toEqual(['evt_1']);
});

test('prune keeps an event whose deliveries are being inserted', async () => {
	const world = worldWith([
		{ daysAgo: 8, fanOut: iso(START_MS + MINUTE) },
		{ daysAgo: 8, fanOut: iso(START_MS - 8 * DAY) },
		{ daysAgo: 8 },
	]);
	await prune(world.process(), { ...KEEP_ALL, maxAgeDays: 7 });
	expect(getEvents(world)).toEqual(['evt_0', 'evt_1']);
});

test('prune never deletes a delivery that waits or an event that is needed', async () => {
	const anyEvent = fc.record({
		daysAgo: fc.integer({ min: 0, max: 20 }),
		deliveries: fc.array(fc.constantFrom(...STATUSES), { maxLength: 4 }),
		fanOut: fc.option(fc.constant(iso(START_MS)), { nil: null, freq: 8 }),
	});
	await fc.assert(
		fc.asyncProperty(
			fc.array(anyEvent, { maxLength: 12 }),
			fc.integer({ min: 0, max: 20 }),
			fc.integer({ min: 0, max: 20 }),
			async (given, maxAgeDays, maxDeliveries) => {
				// Insert the oldest first, in order of arrival.
				const world = worldWith([...given].sort((a, b) => b.daysAgo - a.daysAgo));
				const before = { deliveries: world.deliveries(), events: world.store.rows('events') };
				const pruned = await prune(world.process(), { maxAgeDays, maxDeliveries });
				const after = { deliveries: world.deliveries(), events: world.store.rows('events') };
				expect(before.deliveries.length - after.deliveries.length).toBe(pruned.deliveries);
				expect(before.events.length - after.events.length).toBe(pruned.events);
				const waits = ({ status }) => ['pending', 'sending'].includes(status);
				expect(after.deliveries.filter(waits)).toEqual(before.deliveries.filter(waits));
				const ended = after.deliveries.filter((row) => !waits(row));
				const cutoff = iso(START_MS - maxAgeDays * DAY);
				expect(ended.every((row) => row.accepted_at >= cutoff)).toBe(true);
				const newest = before.deliveries
					.filter((row) => waits(row) || row.accepted_at >= cutoff)
					.slice(-maxDeliveries);
				const kept = maxDeliveries === 0 ? [] : newest.filter((row) => !waits(row));
				expect(ended).toEqual(kept);
				const there = new Set(after.events.map(({ event_id: id }) => id));
				for (const row of after.deliveries) expect(there.has(row.event_id)).toBe(true);
				for (const row of before.events) {
					if (row.fan_out_until !== null) expect(there.has(row.event_id)).toBe(true);
				}
			},
		),
	);
});

test('prune keeps an event for a week by default, then forgets it and its idempotency key', async () => {
	const world = createWorld();
	await world.register('ep_a');
	const input = { ...events(1)[0], idempotencyKey: 'order 1' };
	await publishEvents(world.process(), [input], LIMITS);
	world.clock.advance(6 * DAY);
	await prune(world.process(), DEFAULT_RETENTION);
	const again = await publishEvents(world.process(), [input], LIMITS);
	expect(again.sent[0].duplicate).toBe(true);
	world.clock.advance(DAY + 1);
	await prune(world.process(), DEFAULT_RETENTION);
	expect(world.store.rows('events')).toEqual([]);
	expect(world.deliveries()).toEqual([]);
	const later = await publishEvents(world.process(), [input], LIMITS);
	expect(later.sent[0].duplicate).toBe(false);
	expect(world.attempts).toHaveLength(2);
});
