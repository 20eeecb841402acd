/** Replays, Send Again and recovery at an endpoint that gets events in order: one of an order at a time. */
const fc = require('fast-check');

const { deliverDue } = require('../../../../build/core/outbox/dispatch/deliverDue');
const { publishEvents } = require('../../../../build/core/outbox/dispatch/publish');
const { replayDelivery } = require('../../../../build/core/outbox/dispatch/replay');
const {
	changeEndpointStatus,
	loadEndpoint,
} = require('../../../../build/core/outbox/endpoint/repository');
const { cancelMany, replayMany } = require('../../../../build/core/outbox/recovery/changeMany');
const { recoverMissing } = require('../../../../build/core/outbox/recovery/recoverMissing');
const { sendAgain } = require('../../../../build/core/outbox/recovery/sendAgain');

const { createWorld, events, HOUR, LIMITS, MINUTE, SECOND, START } = require('../world');

const { ordered } = require('./orderWatch');

const IN_ORDER = { in_order: {}, disable_rule: { rule: 'never' } };
const RETRIES = { schedule: 'list', delays: Array(50).fill('20 s').join(',') };

const OPTIONS = { isPreview: false, maxRunMs: MINUTE };

/**
 * Lists the attempts that began while another one of their order was made.
 * @param key the field that events of an order have in common; all are of one order if it is absent
 */
function listOverlaps(world, key) {
	const overlaps = [];
	const ends = new Map();
	for (const { body, endMs, startMs } of [...world.attempts].sort(
		(a, b) => a.startMs - b.startMs,
	)) {
		const { data } = JSON.parse(body);
		const order = key === undefined ? 'all' : data[key];
		if (startMs < (ends.get(order) ?? 0)) overlaps.push(`${order}: ${data.number}`);
		ends.set(order, Math.max(endMs, ends.get(order) ?? 0));
	}
	return overlaps;
}

/** Runs Deliver Due until everything has ended. */
async function deliverAll(world, makePorts = () => world.process()) {
	const isEnded = ({ status }) => ['delivered', 'failed', 'cancelled'].includes(status);
	for (let runs = 0; runs < 100 && !world.deliveries().every(isEnded); runs += 1) {
		world.clock.advance(MINUTE);
		await Promise.all([1, 2].map(async () => await deliverDue(makePorts(), LIMITS)));
	}
}

/** A world with two events: the first has failed for good, the second is due. */
async function withFailed() {
	const isFirst = (body) => JSON.parse(body).data.number === 0;
	const world = createWorld({
		attemptMs: 2000,
		answer: ({ body }) => (isFirst(body) ? 400 : 503),
	});
	await world.register('ep_a', { settings: IN_ORDER });
	await publishEvents(world.process(), events(2), LIMITS);
	const { delivery_id: failedId } = world.deliveries().find(({ status }) => status === 'failed');
	world.clock.advance(HOUR);
	world.answer = () => 200;
	return { failedId, world };
}

/** By how much a replay begins later than a run of Deliver Due. */
const OFFSETS_MS = Array.from({ length: 150 }, (_, index) => index * 30 - 1500);

test.each([
	[40, 40],
	[100, 40],
	[10, 100],
])(
	'a replay and Deliver Due, with latencies of %i and %i ms, never send two events at once, and both are delivered',
	async (...latencies) => {
		let immediate = 0;
		for (const offsetMs of OFFSETS_MS) {
			const { failedId, world } = await withFailed();
			const before = world.attempts.length;
			const [replaying, delivering] = latencies.map((ms) => world.process({ latency: () => ms }));
			const replay = async () => {
				await replaying.wait(Math.max(0, offsetMs));
				await replayDelivery(replaying, failedId, LIMITS);
			};
			const deliver = async () => {
				await delivering.wait(Math.max(0, -offsetMs));
				await deliverDue(delivering, LIMITS);
			};
			await Promise.all([replay(), deliver()]);
			immediate += world.attempts.length - before;
			await deliverAll(world);
			expect(listOverlaps(world)).toEqual([]);
			expect(world.statuses()).toEqual(['delivered', 'delivered']);
		}
		// Seldom do both give way.
		expect(immediate).toBeGreaterThan(OFFSETS_MS.length / 2);
	},
);

test('a replay waits for an event that a send attempts, and says so', async () => {
	const { failedId, world } = await withFailed();
	await deliverDue(world.process(), LIMITS);
	const sending = publishEvents(world.process(), events(1), LIMITS);
	await world.clock.wait(SECOND);
	const { results } = await replayDelivery(world.process(), failedId, LIMITS);
	expect(results).toMatchObject([
		{ delivery: { status: 'pending', error: 'An earlier delivery of its order comes first' } },
	]);
	await deliverDue(world.process(), LIMITS);
	await sending;
	expect(listOverlaps(world)).toEqual([]);
	await deliverAll(world);
	expect(world.statuses()).toEqual(['delivered', 'delivered', 'delivered']);
});

test('replays of many wait for an event that a send attempts, but not for later ones', async () => {
	const { world } = await withFailed();
	await deliverDue(world.process(), LIMITS);
	const sending = publishEvents(world.process(), events(1), LIMITS);
	await world.clock.wait(SECOND);
	const selection = { statuses: ['failed'], since: START };
	await replayMany(world.process(), selection, OPTIONS);
	await deliverDue(world.process(), LIMITS);
	await sending;
	expect(listOverlaps(world)).toEqual([]);
	expect(world.statuses()).toContain('pending');
	world.clock.advance(MINUTE);
	// It waits for the replay, which goes ahead although the send is under way.
	const later = publishEvents(world.process({ latency: () => SECOND }), events(1), LIMITS);
	await world.clock.wait(1500);
	await deliverDue(world.process(), LIMITS);
	expect(world.statuses()).not.toContain('failed');
	await later;
	await deliverAll(world);
	expect(listOverlaps(world)).toEqual([]);
});

test.each([
	['a run', 503],
	['a send', undefined],
])('an event that is sent again waits for a later one that %s attempts', async (_, status) => {
	const world = createWorld({ attemptMs: 5 * SECOND, answer: () => status });
	const [event] = events(1, { idempotencyKey: 'first' });
	await publishEvents(world.process(), [event], LIMITS);
	await world.register('ep_a', { settings: { ...IN_ORDER, retry_policy: RETRIES } });
	const sending = publishEvents(world.process(), events(1), LIMITS);
	if (status !== undefined) await sending;
	world.answer = () => 200;
	if (status !== undefined) world.clock.advance(HOUR);
	const delivering = deliverDue(world.process(), LIMITS);
	await world.clock.wait(SECOND);
	await publishEvents(world.process(), [event], LIMITS);
	await deliverDue(world.process(), LIMITS);
	await Promise.all([sending, delivering]);
	expect(listOverlaps(world)).toEqual([]);
	await deliverAll(world);
	expect(world.statuses()).toEqual(['delivered', 'delivered']);
});

test('a replay of a delivery from before the endpoint got its order gets a place', async () => {
	const world = createWorld({ attemptMs: 5 * SECOND, answer: () => 400 });
	await world.register('ep_a');
	await publishEvents(world.process(), events(1), LIMITS);
	world.answer = () => 200;
	const [{ id }] = world.store.rows('endpoints');
	world.store.edit('endpoints', id, { settings: JSON.stringify(IN_ORDER) });
	const [{ delivery_id: failedId }] = world.deliveries();
	const replaying = replayDelivery(world.process(), failedId, LIMITS);
	await world.clock.wait(SECOND);
	await publishEvents(world.process(), events(1), LIMITS);
	await replaying;
	expect(listOverlaps(world)).toEqual([]);
	await deliverAll(world);
	expect(world.deliveries()).toMatchObject([
		{ status: 'delivered', order_number: 1 },
		{ status: 'delivered', order_number: 2 },
	]);
});

/** Ends a call that may be rejected because a run is sending the same event. */
async function tolerateBusy(call) {
	await call.catch((error) => {
		if (error.name !== 'ReplayError') throw error;
	});
}

/** Events from before the endpoint was registered. */
const KEYED = ordered(4, 2).map((event, index) => ({ ...event, idempotencyKey: `key ${index}` }));

const setStatus = (status) => async (_, ports) => {
	await changeEndpointStatus(ports, await loadEndpoint(ports, 'ep_a'), status, 'by hand');
};

/** What may happen at once, each with the ports of a process, and a number that selects a row. */
const ACTIONS = {
	send: async (_, ports) => await publishEvents(ports, ordered(3, 2), LIMITS),
	resend: async (_, ports, number) =>
		await publishEvents(ports, [KEYED[number % KEYED.length]], LIMITS),
	due: async (_, ports) => await deliverDue(ports, LIMITS),
	replay: async (world, ports, number) => {
		const rows = world.deliveries();
		if (rows.length === 0) return;
		await tolerateBusy(replayDelivery(ports, rows[number % rows.length].delivery_id, LIMITS));
	},
	again: async (world, ports, number) => {
		const rows = world.store.rows('events');
		const { event_id: eventId } = rows[number % rows.length];
		await tolerateBusy(sendAgain(ports, eventId, await world.endpoint('ep_a'), LIMITS));
	},
	many: async (_, ports) =>
		await replayMany(ports, { statuses: ['failed', 'delivered'], since: START }, OPTIONS),
	missing: async (_, ports) => await recoverMissing(ports, { endpointId: 'ep_a' }, OPTIONS),
	cancel: async (world, ports, number) => {
		const rows = world.deliveries();
		if (rows.length === 0) return;
		const { event_id: eventId } = rows[number % rows.length];
		await cancelMany(ports, { statuses: ['pending', 'held'], eventId }, OPTIONS);
	},
	pause: setStatus('paused'),
	disable: setStatus('disabled'),
	enable: setStatus('active'),
};

test('never has two events of an order under way, whatever runs at once', async () => {
	const action = fc.record({
		kind: fc.constantFrom(...Object.keys(ACTIONS), 'due', 'due', 'send', 'enable'),
		number: fc.nat(20),
		waitMs: fc.nat(3000),
		status: fc.constantFrom(200, 200, 400, 410, 503),
	});
	const times = fc.array(fc.nat(60), { minLength: 1, maxLength: 20 });
	await fc.assert(
		fc.asyncProperty(
			fc.array(action, { minLength: 5, maxLength: 25 }),
			times,
			fc.constantFrom({}, { key: 'order' }),
			async (actions, latencies, in_order) => {
				let status = 200;
				let turn = 0;
				const next = () => latencies[(turn += 1) % latencies.length];
				const world = createWorld({ attemptMs: () => next() * 50, answer: () => status });
				const makePorts = () => world.process({ latency: next });
				await publishEvents(world.process(), KEYED, LIMITS);
				world.clock.advance(SECOND);
				const settings = { ...IN_ORDER, retry_policy: RETRIES, in_order };
				await world.register('ep_a', { settings });
				const calls = [];
				for (const { kind, number, waitMs, ...more } of actions) {
					({ status } = more);
					calls.push(ACTIONS[kind](world, makePorts(), number));
					await world.clock.wait(waitMs);
				}
				await Promise.all(calls);
				status = 200;
				await ACTIONS.enable(world, makePorts());
				await replayMany(makePorts(), { statuses: ['held'], since: START }, OPTIONS);
				await deliverAll(world, makePorts);
				expect(listOverlaps(world, in_order.key)).toEqual([]);
				const unsettled = world.statuses().filter((ended) => /pending|held/.test(ended));
				expect(unsettled).toEqual([]);
			},
		),
		{ numRuns: 60 },
	);
});
