const fc = require('fast-check');

const { deliverDue } = require('../../../../build/core/outbox/dispatch/deliverDue');
const { publishEvents } = require('../../../../build/core/outbox/dispatch/publish');
const { deleteEndpoint } = require('../../../../build/core/outbox/endpoint/repository');
const { cancelMany, replayMany } = require('../../../../build/core/outbox/recovery/changeMany');
const { latestRowPerDelivery } = require('../../../../build/core/outbox/store/deliveryRows');

const { callNames } = require('../memoryTables');
const { createWorld, DAY, events, HOUR, LIMITS, MINUTE, START } = require('../world');

const START_MS = Date.parse(START);
const iso = (ms) => new Date(ms).toISOString();
const NO_RETRY = { settings: { retry_policy: { schedule: 'none' } } };
const RETRY_ONCE = { settings: { retry_policy: { schedule: 'list', delays: '10 min' } } };
const BATCHED = { settings: { batch_settings: { max_events: 5, max_wait_seconds: 60 } } };
const RUN = { isPreview: false, maxRunMs: 5 * MINUTE };
const PREVIEW = { ...RUN, isPreview: true };
const FAILED = { statuses: ['failed', 'held'], since: START };

function setStatus(world, id, status) {
	const row = world.store.rows('endpoints').find((one) => one.endpoint_id === id);
	world.store.edit('endpoints', row.id, { status });
}

/** Of each of two endpoints: one delivered, one failed, one held; the next day, again. */
async function mixed() {
	const world = createWorld();
	for (const id of ['ep_a', 'ep_b']) await world.register(id, NO_RETRY);
	world.answer = ({ body }) => (body.toString().includes('"number":0') ? 200 : 500);
	for (let day = 0; day < 2; day += 1) {
		await publishEvents(world.process(), events(2), LIMITS);
		for (const id of ['ep_a', 'ep_b']) setStatus(world, id, 'disabled');
		await publishEvents(world.process(), events(1, { type: 'order.paid' }), LIMITS);
		for (const id of ['ep_a', 'ep_b']) setStatus(world, id, 'active');
		world.clock.advance(DAY);
	}
	world.answer = () => 200;
	return world;
}

const findQueued = (world) => world.deliveries().filter(({ status }) => status === 'pending');

describe('replayMany', () => {
	test('queues failed deliveries and those on hold, to be attempted now', async () => {
		const world = await mixed();
		const report = await replayMany(world.process(), FAILED, RUN);
		expect(report).toMatchObject({ deliveries: 8, kept: 0, isComplete: true });
		expect(findQueued(world)).toHaveLength(8);
		for (const row of findQueued(world)) {
			expect(row).toMatchObject({
				next_attempt_at: iso(world.clock.nowMs()),
				replayed_at: iso(world.clock.nowMs()),
				completed_at: null,
				error: null,
			});
		}
		await deliverDue(world.process(), LIMITS);
		expect(world.statuses()).toEqual(Array(12).fill('delivered'));
		expect(await replayMany(world.process(), FAILED, RUN)).toMatchObject({ deliveries: 0 });
	});

	test('counts in a preview what it would queue, by endpoint, and changes nothing', async () => {
		const world = await mixed();
		const before = world.deliveries();
		const preview = await replayMany(world.process(), FAILED, PREVIEW);
		expect(world.deliveries()).toEqual(before);
		const second = before.at(-1).accepted_at;
		expect(preview.endpoints).toEqual(
			['ep_a', 'ep_b'].map((id) => ({
				endpointId: id,
				endpointName: `Endpoint ${id}`,
				deliveries: 4,
				oldest: START,
				newest: second,
				kept: 0,
				reason: null,
			})),
		);
		expect(await replayMany(world.process(), FAILED, RUN)).toEqual(preview);
	});

	test.each([
		['since a time', { since: iso(START_MS + DAY) }, 4],
		['until a time', { until: iso(START_MS + DAY) }, 4],
		['in an empty span', { since: iso(START_MS + DAY), until: START }, 0],
		['of one endpoint', { endpointIds: ['ep_b'] }, 4],
		['of several endpoints', { endpointIds: ['ep_b', 'ep_a', 'ep_x'] }, 8],
		['of an unknown endpoint', { endpointIds: ['ep_x'] }, 0],
		['with one status', { statuses: ['failed'] }, 4],
		['that were delivered', { statuses: ['delivered'] }, 4],
		['of a type', { eventTypes: ['order.paid'] }, 4],
		['of types with *', { eventTypes: ['*.created', 'x*'] }, 4],
		['with an outcome', { outcomes: ['retryable'] }, 4],
		['with several outcomes', { outcomes: ['retryable', 'timeout'] }, 4],
		['with an outcome that none has', { outcomes: ['timeout'] }, 0],
	])('queues only deliveries %s', async (_, criteria, count) => {
		const world = await mixed();
		const selection = { ...FAILED, ...criteria };
		const preview = await replayMany(world.process(), selection, PREVIEW);
		expect(preview.deliveries).toBe(count);
		expect(await replayMany(world.process(), selection, RUN)).toEqual(preview);
		expect(findQueued(world)).toHaveLength(count);
	});

	test('queues only the deliveries of one event', async () => {
		const world = await mixed();
		const eventId = world.deliveries().find(({ status }) => status === 'failed').event_id;
		const report = await replayMany(world.process(), { ...FAILED, eventId }, RUN);
		expect(report.deliveries).toBe(2);
		expect(new Set(findQueued(world).map((row) => row.event_id))).toEqual(new Set([eventId]));
	});

	test('keeps what cannot be sent now, and says why', async () => {
		const world = await mixed();
		await world.register('ep_c', NO_RETRY);
		world.answer = () => 500;
		await publishEvents(world.process(), events(2), LIMITS);
		await deleteEndpoint(world.process(), 'ep_a');
		setStatus(world, 'ep_b', 'disabled');
		const [forgotten] = world.store.rows('events').slice(-1);
		world.store.edit('events', forgotten.id, { payload_forgotten_at: START, data: '{}' });
		const preview = await replayMany(world.process(), FAILED, PREVIEW);
		expect(preview).toMatchObject({ deliveries: 1, kept: 13 });
		expect(
			preview.endpoints.map(({ endpointId, kept, reason }) => [endpointId, kept, reason]),
		).toEqual([
			['ep_c', 1, 'The payload of the event was forgotten.'],
			['ep_a', 6, 'The endpoint was deleted.'],
			['ep_b', 6, 'The endpoint is disabled. Enable it with Endpoint → Enable, then replay.'],
		]);
		expect(await replayMany(world.process(), FAILED, RUN)).toEqual(preview);
		expect(findQueued(world).map((row) => row.endpoint_id)).toEqual(['ep_c']);
	});

	test('restarts the schedule', async () => {
		const world = createWorld({ answer: () => 500 });
		await world.register('ep_a', RETRY_ONCE);
		await publishEvents(world.process(), events(1), LIMITS);
		world.clock.advance(HOUR);
		await deliverDue(world.process(), LIMITS);
		expect(world.deliveries()).toMatchObject([{ status: 'failed', attempts: 2 }]);
		world.clock.advance(HOUR);
		expect(await replayMany(world.process(), FAILED, RUN)).toMatchObject({ deliveries: 1 });
		await deliverDue(world.process(), LIMITS);
		expect(world.deliveries()).toMatchObject([{ status: 'pending', attempts: 3 }]);
		world.clock.advance(HOUR);
		await deliverDue(world.process(), LIMITS);
		expect(world.deliveries()).toMatchObject([{ status: 'failed', attempts: 4 }]);
	});

	test('leaves a delivery alone that has another row which counts', async () => {
		const world = await mixed();
		const [failed] = world.deliveries().filter(({ status }) => status === 'failed');
		const { id, ...twin } = failed;
		world.store.insert('deliveries', [{ ...twin, status: 'delivered' }]);
		const report = await replayMany(world.process(), FAILED, RUN);
		expect(report.deliveries).toBe(7);
		expect(world.deliveries().find((row) => row.id === id)).toEqual(failed);
	});

	test('leaves a delivery alone that a run is sending', async () => {
		const world = await mixed();
		await replayMany(world.process(), FAILED, RUN);
		world.attemptMs = 10_000;
		const sending = deliverDue(world.process(), LIMITS);
		await world.clock.wait(1000);
		const all = { statuses: ['pending', 'failed', 'held'] };
		expect(await replayMany(world.process(), all, RUN)).toMatchObject({ deliveries: 0 });
		await sending;
		expect(world.statuses()).toEqual(Array(12).fill('delivered'));
	});

	test.each([
		[[], 'No status is selected. Choose any of: failed, held, cancelled, delivered, pending.'],
		[['failed', 'sending'], '"sending" is not possible.'],
		[['gathering'], '"gathering" is not possible.'],
	])('rejects the statuses %j', async (statuses, message) => {
		await expect(replayMany(createWorld().process(), { statuses }, RUN)).rejects.toMatchObject({
			name: 'InvalidSelectionError',
			message: expect.stringContaining(message),
		});
	});

	test('makes 3 calls to the tables for up to 800 deliveries', async () => {
		const world = await mixed();
		const ports = world.process();
		await replayMany(ports, { ...FAILED, eventTypes: ['order.c*'] }, RUN);
		expect(callNames(ports.tables)).toEqual([
			'find endpoints, find events, find deliveries',
			'find deliveries',
			// The selected type, of each endpoint.
			'update deliveries, update deliveries, find deliveries',
		]);
	});
});

/** A world with this many failed deliveries, written directly. */
async function withMany(count) {
	const world = createWorld();
	await world.register('ep_a', NO_RETRY);
	world.answer = () => 500;
	await publishEvents(world.process(), events(1), LIMITS);
	const [{ id, ...row }] = world.deliveries();
	world.store.insert(
		'deliveries',
		Array.from({ length: count - 1 }, (_, index) => ({
			...row,
			delivery_id: `dlv_${index}`,
			event_type: index % 3 === 0 ? 'order.paid' : row.event_type,
		})),
	);
	return world;
}

describe('replayMany of thousands of deliveries', () => {
	test('announces how far it is, page by page', async () => {
		const world = await withMany(2500);
		const ports = world.process();
		const selection = { ...FAILED, eventTypes: ['*.created'] };
		const report = await replayMany(ports, selection, RUN);
		expect(report).toMatchObject({ deliveries: 1667, isComplete: true });
		expect(findQueued(world)).toHaveLength(1667);
		expect(ports.announced).toEqual([
			'667 of 1,667 deliveries queued',
			'1,333 of 1,667 deliveries queued',
			'1,667 of 1,667 deliveries queued',
		]);
	});

	test('ends when its time is over, and another run continues', async () => {
		const world = await withMany(2500);
		const brief = { ...RUN, maxRunMs: 10 };
		let total = 0;
		let runs = 0;
		for (let isComplete = false; !isComplete; runs += 1) {
			const ports = world.process({ latency: () => 2 });
			const report = await replayMany(ports, FAILED, brief);
			total += report.deliveries;
			({ isComplete } = report);
		}
		expect(runs).toBe(3);
		expect(total).toBe(2500);
		expect(findQueued(world)).toHaveLength(2500);
	});
});

describe('cancelMany', () => {
	/** One delivery that waits for a retry, one on hold, one that gathers, and one for later. */
	async function waiting() {
		const world = createWorld({ answer: () => 500 });
		await world.register('ep_retry', { ...RETRY_ONCE, eventTypes: ['a'] });
		await world.register('ep_held', { status: 'disabled', eventTypes: ['a'] });
		await world.register('ep_batch', { ...BATCHED, eventTypes: ['a'] });
		await world.register('ep_later', { eventTypes: ['b'] });
		await publishEvents(
			world.process(),
			[
				{ type: 'a', data: {} },
				{ type: 'b', data: {}, deliverAtMs: START_MS + DAY },
			],
			LIMITS,
		);
		world.answer = () => 200;
		return world;
	}
	const WAITING = { statuses: ['pending', 'gathering', 'held'] };

	test('ends everything that waits: nothing is sent anymore, and everything is pruned', async () => {
		const world = await waiting();
		expect(world.statuses().sort()).toEqual(['gathering', 'held', 'pending', 'pending']);
		const preview = await cancelMany(world.process(), WAITING, PREVIEW);
		expect(preview).toMatchObject({ deliveries: 4, kept: 0, isComplete: true });
		const before = world.attempts.length;
		expect(await cancelMany(world.process(), WAITING, RUN)).toEqual(preview);
		expect(world.statuses()).toEqual(Array(4).fill('cancelled'));
		for (const row of world.deliveries()) {
			expect(row).toMatchObject({
				next_attempt_at: null,
				completed_at: iso(world.clock.nowMs()),
				error: 'The delivery was cancelled',
			});
		}
		world.clock.advance(2 * DAY);
		await deliverDue(world.process(), LIMITS);
		expect(world.attempts).toHaveLength(before);
	});

	test('cancels the deliveries of one scheduled event', async () => {
		const world = await waiting();
		const { event_id: eventId } = world.deliveries().find((row) => row.event_type === 'b');
		const report = await cancelMany(world.process(), { ...WAITING, eventId }, RUN);
		expect(report).toMatchObject({ deliveries: 1, endpoints: [{ endpointId: 'ep_later' }] });
		expect(world.statuses().sort()).toEqual(['cancelled', 'gathering', 'held', 'pending']);
	});

	test('leaves a delivery alone that a run is sending', async () => {
		const world = await waiting();
		world.clock.advance(2 * DAY);
		world.attemptMs = 10_000;
		const sending = deliverDue(world.process(), LIMITS);
		await world.clock.wait(1000);
		await cancelMany(world.process(), WAITING, RUN);
		await sending;
		expect(world.statuses().sort()).toEqual(['cancelled', 'delivered', 'delivered', 'delivered']);
	});

	test('can be undone by replayMany', async () => {
		const world = await waiting();
		await cancelMany(world.process(), WAITING, RUN);
		setStatus(world, 'ep_held', 'active');
		await replayMany(world.process(), { statuses: ['cancelled'] }, RUN);
		world.clock.advance(MINUTE);
		await deliverDue(world.process(), LIMITS);
		await deliverDue(world.process(), LIMITS);
		expect(world.statuses()).toEqual(Array(4).fill('delivered'));
	});

	test('rejects statuses of deliveries that do not wait', async () => {
		await expect(
			cancelMany(createWorld().process(), { statuses: ['failed'] }, RUN),
		).rejects.toMatchObject({ name: 'InvalidSelectionError' });
	});
});

test('replays and cancellations that interleave with sending and are killed lose and double nothing', async () => {
	const run = fc.record({
		kind: fc.constantFrom('due', 'replay', 'cancel'),
		startMs: fc.integer({ min: 0, max: 5000 }),
		killAt: fc.option(fc.integer({ min: 1, max: 8 }), { nil: undefined }),
		killed: fc.constantFrom('before', 'after'),
	});
	await fc.assert(
		fc.asyncProperty(
			fc.array(run, { minLength: 2, maxLength: 6 }),
			fc.array(fc.integer({ min: 0, max: 200 }), { minLength: 1, maxLength: 20 }),
			async (runs, latencies) => {
				const world = await mixed();
				const before = world.attempts.length;
				let turn = 0;
				const latency = () => latencies[(turn += 1) % latencies.length];
				await Promise.allSettled(
					runs.map(async ({ kind, killAt, killed, startMs }) => {
						const ports = world.process({ latency, killAt, killed });
						await world.clock.wait(startMs);
						if (kind === 'due') await deliverDue(ports, LIMITS);
						else if (kind === 'replay') await replayMany(ports, FAILED, RUN);
						else await cancelMany(ports, { statuses: ['pending', 'held'] }, RUN);
					}),
				);
				world.clock.advance(HOUR);
				await deliverDue(world.process(), LIMITS);
				const rows = world.deliveries();
				expect(latestRowPerDelivery(rows)).toHaveLength(12);
				expect(rows).toHaveLength(12);
				expect(rows.filter(({ status }) => status === 'pending' || status === 'sending')).toEqual(
					[],
				);
				// Each replay of a delivery, and each death of a process, allows one more attempt.
				const most = runs.filter(({ kind, killAt }) => kind === 'replay' || killAt).length;
				const counts = new Map();
				for (const { endpointId, key } of world.attempts.slice(before)) {
					counts.set(`${endpointId} ${key}`, (counts.get(`${endpointId} ${key}`) ?? 0) + 1);
				}
				for (const count of counts.values()) expect(count).toBeLessThanOrEqual(most);
			},
		),
		{ numRuns: 60 },
	);
});
