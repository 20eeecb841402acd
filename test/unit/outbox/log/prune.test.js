const fc = require('fast-check');
const omit = require('lodash/omit');

const { BATCH_EVENT_TYPE } = require('../../../../build/core/event/envelope');
const { DEFAULT_RETENTION, prune } = require('../../../../build/core/outbox/log/prune');
const { publishEvents } = require('../../../../build/core/outbox/dispatch/publish');

const { createWorld, DAY, events, LIMITS, MINUTE, START } = require('../world');

const START_MS = Date.parse(START);
const iso = (ms) => new Date(ms).toISOString();
const STATUSES = ['delivered', 'failed', 'held', 'pending', 'sending', 'cancelled'];
const KEEP_ALL = { maxAgeDays: 365, maxDeliveries: 100_000 };

/** Creates a world with deliveries and events of these ages in days. */
function worldWith(given, nowMs = START_MS) {
	const world = createWorld();
	const at = (daysAgo) => iso(nowMs - daysAgo * DAY);
	for (const [
		number,
		{ daysAgo, deliveries = [], fanOut = null, tenant = 'default' },
	] of given.entries()) {
		world.store.insert('events', [
			{
				tenant_id: tenant,
				event_id: `evt_${number}`,
				event_type: 'order.created',
				accepted_at: at(daysAgo),
				data: '{}',
				endpoint_ids: '[]',
				lease_owner: fanOut && 'run',
				lease_until: fanOut,
			},
		]);
		world.store.insert(
			'deliveries',
			deliveries.map((status, index) => ({
				tenant_id: tenant,
				delivery_id: `dlv_${number}_${index}`,
				event_id: `evt_${number}`,
				event_type: 'order.created',
				endpoint_id: 'ep_a',
				accepted_at: at(daysAgo),
				completed_at: at(daysAgo),
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
		['3', '4', '6', '7', '8', '9', '10', '11'].map((number) => `dlv_${number}_0`),
	);
	expect(pruned.deliveries).toBe(4);
	expect(getEvents(world)).toEqual(
		['3', '4', '6', '7', '8', '9', '10', '11'].map((number) => `evt_${number}`),
	);
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
	expect(getEvents(world)).toEqual(['evt_1', 'evt_3', 'evt_4', 'evt_5']);
});

test.each([
	[0, 0],
	[1, 1],
	[4, 4],
	[5, 5],
	[6, 5],
])('prune with at most %d of 5 deliveries keeps %d', async (maxDeliveries, left) => {
	const world = worldWith(Array(5).fill({ daysAgo: 1, deliveries: ['delivered'] }));
	const { deliveries, events: count } = await prune(world.process(), {
		...KEEP_ALL,
		maxDeliveries,
	});
	expect([deliveries, count]).toEqual([5 - left, 5 - left]);
	// Of events that were accepted at the same time, those with the highest IDs are kept.
	expect(getDeliveries(world)).toEqual(
		Array.from({ length: left }, (_, index) => `dlv_${5 - left + index}_0`),
	);
});

test.each([
	[1, []],
	[2, ['evt_1']],
	[3, ['evt_1']],
	[4, ['evt_0', 'evt_1']],
])(
	'prune with at most %d deliveries keeps events with all of their 2 deliveries, or not at all',
	async (maxDeliveries, left) => {
		const two = ['delivered', 'failed'];
		const world = worldWith([
			{ daysAgo: 2, deliveries: two },
			{ daysAgo: 1, deliveries: two },
		]);
		await prune(world.process(), { ...KEEP_ALL, maxDeliveries });
		expect(getEvents(world)).toEqual(left);
		expect(world.deliveries().map(({ event_id: id }) => id)).toEqual(
			left.flatMap((id) => [id, id]),
		);
	},
);

test('prune counts deliveries over several pages, in few calls', async () => {
	const world = worldWith(Array(3500).fill({ daysAgo: 1, deliveries: ['delivered'] }));
	const ports = world.process();
	await prune(ports, { ...KEEP_ALL, maxDeliveries: 2500 });
	expect(world.deliveries()).toHaveLength(2500);
	// Limits, leases, suspended endpoints twice, 4 pages; events and deliveries twice for the tenant, once for all others; tallies.
	expect(ports.tables.calls).toHaveLength(15);
});

test('prune keeps deliveries that ended of an event of which one still waits, so that it is never sent twice', async () => {
	const world = worldWith([
		{ daysAgo: 9, deliveries: ['delivered', 'pending', 'failed'] },
		{ daysAgo: 9, deliveries: ['delivered', 'failed'] },
	]);
	await prune(world.process(), DEFAULT_RETENTION);
	expect(getDeliveries(world)).toEqual(['dlv_0_0', 'dlv_0_1', 'dlv_0_2']);
	expect(getEvents(world)).toEqual(['evt_0']);
});

test('prune keeps a batch as long as one of its events waits elsewhere', async () => {
	const world = worldWith([{ daysAgo: 9, deliveries: ['pending'] }, { daysAgo: 9 }]);
	const batch = (number, ids) => ({
		tenant_id: 'default',
		delivery_id: `dlv_batch_${number}`,
		event_id: `dlv_batch_${number}`,
		event_ids: JSON.stringify(ids),
		event_type: BATCH_EVENT_TYPE,
		endpoint_id: 'ep_b',
		accepted_at: iso(START_MS - 9 * DAY),
		completed_at: iso(START_MS - 9 * DAY),
		status: 'delivered',
		attempts: 1,
		attempt_log: '[]',
	});
	world.store.insert('deliveries', [batch(1, ['evt_0', 'evt_x']), batch(2, ['evt_1'])]);
	await prune(world.process(), DEFAULT_RETENTION);
	expect(getDeliveries(world)).toEqual(['dlv_0_0', 'dlv_batch_1']);
});

test('prune with more waiting deliveries than one deletion can leave out deletes what is older than most', async () => {
	const world = worldWith([
		{ daysAgo: 30, deliveries: ['delivered'] },
		...Array(900).fill({ daysAgo: 20, deliveries: ['pending', 'delivered'] }),
	]);
	await prune(world.process(), DEFAULT_RETENTION);
	expect(world.deliveries()).toHaveLength(1800);
	expect(world.store.rows('events')).toHaveLength(900);
});

describe('tenants', () => {
	const limits = (world, tenant, values) =>
		world.store.insert('tenants', [
			{ tenant_id: tenant, name: tenant, status: 'active', limits: JSON.stringify(values) },
		]);

	test('a loud tenant does not evict what others have in the log', async () => {
		const world = worldWith([
			{ daysAgo: 3, deliveries: ['delivered'], tenant: 'quiet' },
			...Array(20).fill({ daysAgo: 1, deliveries: ['delivered'], tenant: 'loud' }),
		]);
		await prune(world.process(), { ...KEEP_ALL, maxDeliveries: 5 });
		const tenants = world.deliveries().map(({ tenant_id: tenant }) => tenant);
		expect(tenants).toEqual(['quiet', ...Array(5).fill('loud')]);
		expect(world.store.rows('events')).toHaveLength(6);
	});

	test('limits of a tenant replace those of the operation, each on its own', async () => {
		const world = worldWith([
			{ daysAgo: 9, deliveries: ['delivered'], tenant: 'archive' },
			{ daysAgo: 9, deliveries: ['delivered'], tenant: 'default' },
			{ daysAgo: 2, deliveries: ['delivered'], tenant: 'short' },
			{ daysAgo: 1, deliveries: ['delivered'], tenant: 'few' },
			{ daysAgo: 2, tenant: 'short' },
			{ daysAgo: 2, tenant: 'default' },
		]);
		limits(world, 'archive', { retention_days: 30 });
		limits(world, 'short', { retention_days: 1 });
		limits(world, 'few', { max_deliveries: 0 });
		await prune(world.process(), DEFAULT_RETENTION);
		expect(getDeliveries(world)).toEqual(['dlv_0_0']);
		expect(getEvents(world)).toEqual(['evt_0', 'evt_5']);
	});
});

test.each(['constructor', 'toString', '__proto__'])(
	'prune applies the limits of a tenant with the ID "%s", and those of others',
	async (tenantId) => {
		const world = worldWith([{ daysAgo: 8, deliveries: ['delivered'] }]);
		const limits = JSON.stringify({ max_deliveries: 3 });
		world.store.insert('tenants', [{ tenant_id: tenantId, limits, status: 'active' }]);
		expect(await prune(world.process(), DEFAULT_RETENTION)).toEqual({ deliveries: 1, events: 1 });
	},
);

test('prune deletes old events without deliveries, and keeps those with a delivery that waits', async () => {
	const world = worldWith([
		{ daysAgo: 20 },
		{ daysAgo: 10, deliveries: ['pending'] },
		{ daysAgo: 9 },
		{ daysAgo: 6 },
		{ daysAgo: 5, deliveries: ['delivered'] },
	]);
	const { events: count } = await prune(world.process(), { ...KEEP_ALL, maxAgeDays: 7 });
	expect(getEvents(world)).toEqual(['evt_1', 'evt_3', 'evt_4']);
	expect(count).toBe(2);
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

test('prune never deletes a delivery that waits, an event that is needed, or an event without its deliveries', async () => {
	const anyEvent = fc.record({
		daysAgo: fc.integer({ min: 0, max: 20 }),
		deliveries: fc.array(fc.constantFrom(...STATUSES), { maxLength: 4 }),
		fanOut: fc.option(fc.constant(iso(START_MS)), { nil: null, freq: 8 }),
		tenant: fc.constantFrom('default', 'other'),
	});
	await fc.assert(
		fc.asyncProperty(
			fc.array(anyEvent, { maxLength: 12 }),
			fc.integer({ min: 0, max: 20 }),
			fc.integer({ min: 0, max: 20 }),
			async (given, maxAgeDays, maxDeliveries) => {
				const world = worldWith(given);
				const before = { deliveries: world.deliveries(), events: world.store.rows('events') };
				const pruned = await prune(world.process(), { maxAgeDays, maxDeliveries });
				const after = { deliveries: world.deliveries(), events: world.store.rows('events') };
				expect(before.deliveries.length - after.deliveries.length).toBe(pruned.deliveries);
				expect(before.events.length - after.events.length).toBe(pruned.events);
				const there = new Set(after.events.map(({ event_id: id }) => id));
				const waits = ({ status }) => ['pending', 'sending'].includes(status);
				const neededIds = new Set([
					...before.deliveries.filter(waits).map(({ event_id: id }) => id),
					...before.events.filter((row) => row.lease_until !== null).map((row) => row.event_id),
				]);
				const cutoff = iso(START_MS - maxAgeDays * DAY);
				for (const { accepted_at: at, event_id: id } of before.events) {
					const getOwn = ({ deliveries }) => deliveries.filter((row) => row.event_id === id);
					expect(getOwn(after)).toEqual(there.has(id) ? getOwn(before) : []);
					if (neededIds.has(id)) expect(there).toContain(id);
					else if (at < cutoff) expect(there).not.toContain(id);
				}
				for (const tenant of ['default', 'other']) {
					const kept = after.deliveries.filter(
						(row) => row.tenant_id === tenant && !neededIds.has(row.event_id),
					);
					expect(kept.length).toBeLessThanOrEqual(maxDeliveries);
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

describe('deliveries that wait for a suspended endpoint', () => {
	const WEEK = { ...KEEP_ALL, maxAgeDays: 7 };
	const suspend = (world, endpointId, columns) =>
		world.store.insert('endpoints', [
			{ tenant_id: 'default', endpoint_id: endpointId, status: 'active', ...columns },
		]);

	test.each([
		['paused', { status: 'paused' }],
		['failing, with an open circuit', { probe_at: iso(START_MS) }],
	])('are deleted with their events once these are old if it is %s', async (_, columns) => {
		const world = worldWith([
			{ daysAgo: 8, deliveries: ['pending'] },
			{ daysAgo: 8, deliveries: ['gathering', 'delivered'] },
			{ daysAgo: 8, deliveries: ['sending'] },
			{ daysAgo: 6, deliveries: ['pending'] },
		]);
		suspend(world, 'ep_a', columns);
		expect(await prune(world.process(), WEEK)).toEqual({ deliveries: 3, events: 2 });
		expect(getEvents(world)).toEqual(['evt_2', 'evt_3']);
		expect(getDeliveries(world)).toEqual(['dlv_2_0', 'dlv_3_0']);
	});

	test('are kept while another delivery of their event waits for an active endpoint', async () => {
		const world = worldWith([{ daysAgo: 8, deliveries: ['pending', 'pending'] }]);
		suspend(world, 'ep_b', { status: 'paused' });
		world.store.insert('deliveries', [
			{ ...omit(world.deliveries()[0], 'id'), delivery_id: 'dlv_0_2', endpoint_id: 'ep_b' },
		]);
		expect(await prune(world.process(), WEEK)).toEqual({ deliveries: 0, events: 0 });
		expect(getDeliveries(world)).toEqual(['dlv_0_0', 'dlv_0_1', 'dlv_0_2']);
	});

	test('are deleted beyond the number that the log keeps, and do not stop the pruning of others', async () => {
		const world = worldWith([
			...Array.from({ length: 400 }, () => ({ daysAgo: 9, deliveries: ['pending'] })),
			{ daysAgo: 8, deliveries: ['delivered'], tenant: 'acme' },
			...Array.from({ length: 20 }, (__, index) => ({
				daysAgo: 2 - index / 100,
				deliveries: ['pending'],
			})),
		]);
		suspend(world, 'ep_a', { status: 'paused' });
		await prune(world.process(), { maxAgeDays: 7, maxDeliveries: 5 });
		expect(getDeliveries(world)).toEqual([416, 417, 418, 419, 420].map((n) => `dlv_${n}_0`));
	});

	test('are kept in a batch that may have younger events', async () => {
		const world = worldWith([{ daysAgo: 8 }, { daysAgo: 10 }]);
		suspend(world, 'ep_a', { status: 'paused' });
		const batch = (number, daysAgo) => ({
			tenant_id: 'default',
			delivery_id: `batch_${number}`,
			event_id: `batch_${number}`,
			event_ids: JSON.stringify([`evt_${number}`]),
			event_type: BATCH_EVENT_TYPE,
			endpoint_id: 'ep_a',
			accepted_at: iso(START_MS - daysAgo * DAY),
			status: 'pending',
			attempts: 0,
			attempt_log: '[]',
		});
		world.store.insert('deliveries', [batch(0, 8), batch(1, 10)]);
		await prune(world.process(), WEEK);
		expect(getDeliveries(world)).toEqual(['batch_0']);
		expect(getEvents(world)).toEqual(['evt_0']);
	});
});
