const fc = require('fast-check');

const { deliverDue } = require('../../../../build/core/outbox/dispatch/deliverDue');
const { publishEvents } = require('../../../../build/core/outbox/dispatch/publish');
const { cancelMany } = require('../../../../build/core/outbox/recovery/changeMany');
const { recoverMissing } = require('../../../../build/core/outbox/recovery/recoverMissing');
const { latestRowPerDelivery } = require('../../../../build/core/outbox/store/deliveryRows');

const { callNames } = require('../memoryTables');
const { createWorld, DAY, events, HOUR, LIMITS, MINUTE, START } = require('../world');

const START_MS = Date.parse(START);
const iso = (ms) => new Date(ms).toISOString();
const RUN = { isPreview: false, maxRunMs: 5 * MINUTE };
const PREVIEW = { ...RUN, isPreview: true };
const BATCHED = { settings: { batch_settings: { max_events: 2, max_wait_seconds: 60 } } };

const rowsOf = (world, endpointId) =>
	world.deliveries().filter((row) => row.endpoint_id === endpointId);

/** A world with one endpoint that got three events, an hour apart, and another that was registered later. */
async function withNewcomer(input = {}) {
	const world = createWorld();
	await world.register('ep_old');
	for (let number = 0; number < 3; number += 1) {
		await publishEvents(world.process(), [{ type: 'order.created', data: { number } }], LIMITS);
		world.clock.advance(HOUR);
	}
	await world.register('ep_new', input);
	return world;
}

describe('recoverMissing', () => {
	test('makes the deliveries of events from before an endpoint was registered, due now', async () => {
		const world = await withNewcomer();
		const before = world.deliveries();
		const preview = await recoverMissing(world.process(), {}, PREVIEW);
		expect(world.deliveries()).toEqual(before);
		const times = before.map((row) => row.accepted_at);
		expect(preview).toEqual({
			deliveries: 3,
			kept: 0,
			isComplete: true,
			endpoints: [
				{
					endpointId: 'ep_new',
					endpointName: 'Endpoint ep_new',
					deliveries: 3,
					oldest: times[0],
					newest: times[2],
					kept: 0,
					reason: null,
				},
			],
		});
		expect(await recoverMissing(world.process(), {}, RUN)).toEqual(preview);
		for (const row of rowsOf(world, 'ep_new')) {
			expect(row).toMatchObject({ status: 'pending', next_attempt_at: iso(world.clock.nowMs()) });
		}
		await deliverDue(world.process(), LIMITS);
		expect(world.attemptsTo('ep_new').map(({ key }) => key)).toEqual(
			before.map((row) => row.event_id),
		);
		expect(world.attemptsTo('ep_old')).toHaveLength(3);
		expect(await recoverMissing(world.process(), {}, RUN)).toMatchObject({ deliveries: 0 });
		expect(world.store.rows('events').filter((row) => row.lease_until !== null)).toEqual([]);
	});

	test.each([
		['of one endpoint', { endpointId: 'ep_new' }, 3],
		['of an endpoint that got everything', { endpointId: 'ep_old' }, 0],
		['of an unknown endpoint', { endpointId: 'ep_x' }, 0],
		['since a time', { since: iso(START_MS + HOUR) }, 2],
		['until a time', { until: iso(START_MS + HOUR) }, 1],
		['of types with *', { eventTypes: ['order.*'] }, 3],
		['of other types', { eventTypes: ['user.*'] }, 0],
	])('makes only deliveries %s', async (_, selection, count) => {
		const world = await withNewcomer();
		const preview = await recoverMissing(world.process(), selection, PREVIEW);
		expect(preview.deliveries).toBe(count);
		expect(await recoverMissing(world.process(), selection, RUN)).toEqual(preview);
		expect(rowsOf(world, 'ep_new')).toHaveLength(count);
	});

	test('makes only deliveries that the endpoint is subscribed to and whose conditions are met', async () => {
		const world = await withNewcomer({ settings: { conditions: { number: { gt: 1 } } } });
		await world.register('ep_user', { eventTypes: ['user.*'] });
		const report = await recoverMissing(world.process(), {}, RUN);
		expect(report).toMatchObject({ deliveries: 1, endpoints: [{ endpointId: 'ep_new' }] });
		const [, , { event_id: lastId }] = world.store.rows('events');
		expect(rowsOf(world, 'ep_new').map((row) => row.event_id)).toEqual([lastId]);
		expect(rowsOf(world, 'ep_user')).toEqual([]);
	});

	test('makes no delivery of an event that was for chosen endpoints only', async () => {
		const world = await withNewcomer();
		const input = { type: 'order.created', data: {}, endpointIds: ['ep_old'] };
		await publishEvents(world.process(), [input], LIMITS);
		expect(await recoverMissing(world.process(), {}, RUN)).toMatchObject({ deliveries: 3 });
	});

	test('counts a delivery as gotten whatever its status', async () => {
		const world = createWorld({ answer: () => 500 });
		await world.register('ep_a');
		await publishEvents(world.process(), events(2), LIMITS);
		await cancelMany(world.process(), { statuses: ['pending'] }, RUN);
		expect(world.statuses()).toEqual(['cancelled', 'cancelled']);
		expect(await recoverMissing(world.process(), {}, RUN)).toMatchObject({ deliveries: 0 });
	});

	test('counts an event in a batch as gotten', async () => {
		const world = createWorld();
		await world.register('ep_batch', BATCHED);
		await publishEvents(world.process(), events(1), LIMITS);
		world.clock.advance(1000);
		await publishEvents(world.process(), events(1), LIMITS);
		expect(world.statuses()).toEqual(['delivered']);
		const since = world.store.rows('events')[1].accepted_at;
		expect(await recoverMissing(world.process(), { since }, RUN)).toMatchObject({ deliveries: 0 });
		expect(await recoverMissing(world.process(), {}, RUN)).toMatchObject({ deliveries: 0 });
	});

	test('puts missing events of an endpoint with batches into batches', async () => {
		const world = await withNewcomer(BATCHED);
		await recoverMissing(world.process(), {}, RUN);
		await deliverDue(world.process(), LIMITS);
		const sizes = rowsOf(world, 'ep_new').map((row) => JSON.parse(row.event_ids).length);
		expect(sizes).toEqual([2, 1]);
	});

	test('keeps to the time at which an event is to be delivered', async () => {
		const world = createWorld();
		const deliverAtMs = START_MS + DAY;
		await publishEvents(world.process(), [{ type: 'a', data: {}, deliverAtMs }], LIMITS);
		await world.register('ep_new');
		await recoverMissing(world.process(), {}, RUN);
		expect(world.deliveries()).toMatchObject([
			{ status: 'pending', next_attempt_at: iso(deliverAtMs) },
		]);
	});

	test('makes nothing for a disabled endpoint or of a forgotten payload, and says why', async () => {
		const world = await withNewcomer({ status: 'disabled' });
		await world.register('ep_next');
		const [{ id }] = world.store.rows('events');
		world.store.edit('events', id, { payload_forgotten_at: START, data: '{}' });
		const report = await recoverMissing(world.process(), {}, RUN);
		expect(report).toMatchObject({ deliveries: 2, kept: 4 });
		expect(report.endpoints.map(({ kept, reason }) => [kept, reason])).toEqual([
			[1, 'The payload of the event was forgotten.'],
			[3, 'The endpoint is disabled. Enable it with Endpoint → Enable, then recover.'],
		]);
		expect(rowsOf(world, 'ep_new')).toEqual([]);
	});

	test('leaves out events that a run is sending', async () => {
		const world = createWorld({ attemptMs: 5000 });
		await world.register('ep_a');
		const sending = publishEvents(world.process(), events(2), LIMITS);
		await world.clock.wait(1000);
		expect(world.deliveries()).toEqual([]);
		expect(await recoverMissing(world.process(), {}, PREVIEW)).toMatchObject({ deliveries: 0 });
		expect(await recoverMissing(world.process(), {}, RUN)).toMatchObject({ deliveries: 0 });
		await sending;
		expect(world.statuses()).toEqual(['delivered', 'delivered']);
		expect(world.attempts).toHaveLength(2);
	});

	test('makes 3 calls to the tables for up to 1,000 events', async () => {
		const world = await withNewcomer();
		const ports = world.process();
		await recoverMissing(ports, { endpointId: 'ep_new' }, RUN);
		expect(callNames(ports.tables)).toEqual([
			'find endpoints, find events',
			'update events, find events, find deliveries, find deliveries',
			'insert deliveries, update events',
		]);
	});

	test('works in pages of 1,000 events, announces each, and goes on in another run', async () => {
		const world = createWorld();
		await publishEvents(world.process(), events(2300), LIMITS);
		await world.register('ep_new');
		const ports = world.process();
		const preview = await recoverMissing(ports, {}, PREVIEW);
		expect(preview).toMatchObject({ deliveries: 2300, isComplete: true });
		expect(ports.announced).toEqual([
			'1,000 events checked: 1,000 missing deliveries found',
			'2,000 events checked: 2,000 missing deliveries found',
		]);
		const slow = world.process({ latency: () => 1000 });
		const first = await recoverMissing(slow, {}, { ...RUN, maxRunMs: 10 });
		expect(first).toMatchObject({ deliveries: 1000, isComplete: false });
		const second = await recoverMissing(world.process(), {}, RUN);
		expect(second).toMatchObject({ deliveries: 1300, isComplete: true });
		expect(new Set(world.deliveries().map((row) => row.delivery_id)).size).toBe(2300);
		expect(world.deliveries()).toHaveLength(2300);
	});

	test('makes nothing if the machine is too slow for its lease, and says that it is not complete', async () => {
		const world = await withNewcomer();
		const slow = world.process({
			latency: ({ table }) => (table === 'deliveries' ? 2 * MINUTE : 0),
		});
		expect(await recoverMissing(slow, {}, RUN)).toMatchObject({ deliveries: 0, isComplete: false });
		expect(rowsOf(world, 'ep_new')).toEqual([]);
		expect(await recoverMissing(world.process(), {}, RUN)).toMatchObject({ deliveries: 3 });
	});
});

test.each([
	[0, 0],
	[0, 1],
	[1, 0],
	[3, 5],
	[5, 4],
])(
	'two runs at once, with latencies of %i and %i ms, make each delivery once',
	async (...delays) => {
		const world = await withNewcomer();
		const reports = await Promise.all(
			delays.map(async (ms) => await recoverMissing(world.process({ latency: () => ms }), {}, RUN)),
		);
		expect(reports[0].deliveries + reports[1].deliveries).toBe(3);
		expect(rowsOf(world, 'ep_new')).toHaveLength(3);
	},
);

/** Kills a run at each of its calls, before and after the call's effect. */
const KILLS = Array.from({ length: 8 }, (_, index) => index + 1).flatMap((killAt) =>
	['before', 'after'].map((killed) => ({ killAt, killed })),
);

test.each(KILLS)(
	'a run killed at %j doubles nothing, and another one completes it',
	async (kill) => {
		const world = await withNewcomer();
		// It existed before the events, and is subscribed to them now.
		await world.register('ep_other');
		const { id } = world.store.rows('endpoints').at(-1);
		world.store.edit('endpoints', id, { registered_at: START });
		const selection = { endpointId: 'ep_new' };
		await recoverMissing(world.process(kill), selection, RUN).catch(() => undefined);
		await deliverDue(world.process(), LIMITS);
		world.clock.advance(HOUR);
		await deliverDue(world.process(), LIMITS);
		// A killed run's lease makes no delivery that nobody asked for.
		expect(rowsOf(world, 'ep_other')).toEqual([]);
		await recoverMissing(world.process(), selection, RUN);
		await deliverDue(world.process(), LIMITS);
		expect(rowsOf(world, 'ep_new').map(({ status }) => status)).toEqual(Array(3).fill('delivered'));
		expect(world.attemptsTo('ep_new')).toHaveLength(3);
		expect(world.store.rows('events').filter((row) => row.lease_until !== null)).toEqual([]);
	},
);

test('runs at the same time as sends, deliveries and kills double and lose nothing', async () => {
	const run = fc.record({
		kind: fc.constantFrom('missing', 'missing', 'send', 'due'),
		startMs: fc.oneof(fc.integer({ min: 0, max: 1000 }), fc.integer({ min: 0, max: 100_000 })),
		killAt: fc.option(fc.integer({ min: 1, max: 8 }), { nil: undefined }),
		killed: fc.constantFrom('before', 'after'),
	});
	await fc.assert(
		fc.asyncProperty(
			fc.array(run, { minLength: 2, maxLength: 6 }),
			fc.array(fc.integer({ min: 0, max: 200 }), { minLength: 1, maxLength: 20 }),
			fc.boolean(),
			async (runs, latencies, isBatched) => {
				const world = createWorld({ attemptMs: 600 });
				await world.register('ep_old');
				const inputs = events(4).map((input, index) => ({ ...input, idempotencyKey: `${index}` }));
				await publishEvents(world.process(), inputs.slice(0, 3), LIMITS);
				world.clock.advance(MINUTE);
				await world.register('ep_new', isBatched ? BATCHED : {});
				let turn = 0;
				const latency = () => latencies[(turn += 1) % latencies.length];
				await Promise.allSettled(
					runs.map(async ({ kind, killAt, killed, startMs }) => {
						const ports = world.process({ latency, killAt, killed });
						await world.clock.wait(startMs);
						if (kind === 'due') await deliverDue(ports, LIMITS);
						else if (kind === 'send') await publishEvents(ports, inputs, LIMITS);
						else await recoverMissing(ports, {}, RUN);
					}),
				);
				world.clock.advance(HOUR);
				await deliverDue(world.process(), LIMITS);
				await recoverMissing(world.process(), {}, RUN);
				for (let tick = 0; tick < 3; tick += 1) {
					world.clock.advance(MINUTE);
					await deliverDue(world.process(), LIMITS);
				}
				const rows = latestRowPerDelivery(world.deliveries());
				expect(rows.filter(({ status }) => status !== 'delivered')).toEqual([]);
				const eventIds = world.store.rows('events').map((row) => row.event_id);
				for (const id of ['ep_old', 'ep_new']) {
					const gotten = rows
						.filter((row) => row.endpoint_id === id)
						.flatMap((row) => (row.event_ids === null ? row.event_id : JSON.parse(row.event_ids)));
					expect(gotten.sort()).toEqual([...new Set(eventIds)].sort());
				}
				const deaths = runs.filter(({ killAt }) => killAt !== undefined).length;
				const counts = new Map();
				for (const { endpointId, key } of world.attempts) {
					counts.set(`${endpointId} ${key}`, (counts.get(`${endpointId} ${key}`) ?? 0) + 1);
				}
				for (const count of counts.values()) expect(count).toBeLessThanOrEqual(1 + deaths);
			},
		),
		{ numRuns: 80 },
	);
});
