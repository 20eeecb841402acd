const { updateEndpoint } = require('../../../../build/core/outbox/endpoint/lifecycle');
const {
	changeEndpointStatus,
	modifyEndpoint,
} = require('../../../../build/core/outbox/endpoint/repository');
const { deliverDue } = require('../../../../build/core/outbox/dispatch/deliverDue');
const { publishEvents } = require('../../../../build/core/outbox/dispatch/publish');
const { SuspendedEndpoints } = require('../../../../build/core/outbox/dispatch/suspendedEndpoints');
const { replayDelivery } = require('../../../../build/core/outbox/dispatch/replay');
const { cancelMany, replayMany } = require('../../../../build/core/outbox/recovery/changeMany');

const { createWorld, events, LIMITS, MINUTE, SECOND } = require('../world');
const { callNames } = require('../memoryTables');

const RETRIES = { schedule: 'list', delays: '1 min, 1 min, 1 min, 1 min, 1 min, 1 min' };
const BREAKER = { failures: 3, probe_minutes: 5 };

const run = async (world) => await deliverDue(world.process(), LIMITS);
const setStatus = async (world, id, status) =>
	await changeEndpointStatus(world.process(), await world.endpoint(id), status, 'by hand');
const getNumbers = (world) => world.attempts.map(({ body }) => JSON.parse(body).data.number);

describe('a paused endpoint', () => {
	test('gets nothing, neither from a send nor from a run, and its deliveries say why', async () => {
		const world = createWorld();
		await world.register('ep_a', { status: 'paused' });
		const { sent } = await publishEvents(world.process(), events(2), LIMITS);
		await run(world);
		expect(world.attempts).toEqual([]);
		expect(sent[0].deliveries[0].delivery).toMatchObject({
			status: 'pending',
			error: 'The endpoint is paused, so its deliveries wait',
		});
	});

	test('gets what waited in order once it is resumed, with what came since', async () => {
		const world = createWorld();
		await world.register('ep_a');
		await setStatus(world, 'ep_a', 'paused');
		for (const number of [0, 1, 2]) {
			await publishEvents(world.process(), [{ type: 'a', data: { number } }], LIMITS);
		}
		await setStatus(world, 'ep_a', 'active');
		world.clock.advance(MINUTE);
		await deliverDue(world.process(), { ...LIMITS, concurrency: 1 });
		expect(getNumbers(world)).toEqual([0, 1, 2]);
		expect(world.statuses()).toEqual(['delivered', 'delivered', 'delivered']);
	});

	test('keeps retries that wait, with the reason', async () => {
		const world = createWorld({ answer: () => 500 });
		await world.register('ep_a', { settings: { retry_policy: RETRIES } });
		await publishEvents(world.process(), events(1), LIMITS);
		await setStatus(world, 'ep_a', 'paused');
		world.clock.advance(10 * MINUTE);
		await run(world);
		expect(world.attempts).toHaveLength(1);
		expect(world.deliveries()).toMatchObject([
			{ status: 'pending', error: expect.stringContaining('paused') },
		]);
		const ports = world.process();
		await deliverDue(ports, LIMITS);
		// The reason is on record, so that nothing is written again.
		expect(callNames(ports.tables)).toHaveLength(2);
	});

	test('does not keep other endpoints waiting, whatever its backlog', async () => {
		const world = createWorld();
		await world.register('ep_a', { status: 'paused' });
		await publishEvents(world.process(), events(1500), LIMITS);
		await world.register('ep_b', { status: 'paused' });
		await publishEvents(world.process(), events(1), LIMITS);
		await setStatus(world, 'ep_b', 'active');
		world.clock.advance(MINUTE);
		const ports = world.process();
		await deliverDue(ports, LIMITS);
		expect(world.attempts.map(({ endpointId }) => endpointId)).toEqual(['ep_b']);
	});

	test('gathers events for a batch, which is sent once it is resumed', async () => {
		const world = createWorld();
		const batch_settings = { max_events: 2, max_wait_seconds: 30 };
		await world.register('ep_a', { status: 'paused', settings: { batch_settings } });
		await publishEvents(world.process(), events(2), LIMITS);
		world.clock.advance(MINUTE);
		await run(world);
		expect(world.attempts).toEqual([]);
		await setStatus(world, 'ep_a', 'active');
		await run(world);
		expect(world.attempts).toHaveLength(1);
		expect(world.statuses()).toEqual(['delivered']);
	});

	test('queues a replay, which waits', async () => {
		const world = createWorld();
		await world.register('ep_a');
		await publishEvents(world.process(), events(1), LIMITS);
		await setStatus(world, 'ep_a', 'paused');
		const [{ delivery_id: id }] = world.deliveries();
		const { results } = await replayDelivery(world.process(), id, LIMITS);
		expect(results[0].delivery).toMatchObject({
			status: 'pending',
			error: 'The endpoint is paused, so its deliveries wait',
		});
		expect(world.attempts).toHaveLength(1);
		await setStatus(world, 'ep_a', 'active');
		await run(world);
		expect(world.attempts).toHaveLength(2);
	});
});

describe('a backlog alert', () => {
	const listBacklogs = async (world) => (await run(world)).backlogs;

	test('is not about what waited for a paused endpoint, unless it waits after that', async () => {
		const world = createWorld();
		await world.register('ep_a');
		await setStatus(world, 'ep_a', 'paused');
		await publishEvents(world.process(), events(1), LIMITS);
		world.clock.advance(60 * MINUTE);
		expect(await listBacklogs(world)).toEqual([]);
		await setStatus(world, 'ep_a', 'active');
		world.clock.advance(MINUTE);
		expect(await listBacklogs(world)).toEqual([]);
		expect(world.statuses()).toEqual(['delivered']);
		await setStatus(world, 'ep_a', 'paused');
		await publishEvents(world.process(), events(1), LIMITS);
		await setStatus(world, 'ep_a', 'active');
		world.clock.advance(20 * MINUTE);
		expect(await listBacklogs(world)).toMatchObject([{ due: 1 }]);
	});

	test('is not about what waits for an earlier delivery of its order, unless that one is late', async () => {
		const world = createWorld({ answer: () => 500 });
		const retry_policy = { schedule: 'list', delays: '30 min, 30 min, 30 min' };
		await world.register('ep_a', { settings: { in_order: {}, retry_policy } });
		await publishEvents(world.process(), events(3), LIMITS);
		world.clock.advance(31 * MINUTE);
		expect(await listBacklogs(world)).toEqual([]);
		expect(world.attempts).toHaveLength(2);
		world.clock.advance(50 * MINUTE);
		expect(await listBacklogs(world)).toMatchObject([{ due: 1 }]);
	});

	test.each([[{}], [{ in_order: {} }]])(
		'is not about what waits for a probe, with the settings %j',
		async (settings) => {
			const world = createWorld({ answer: () => 503 });
			const circuit_breaker = { ...BREAKER, failures: 1 };
			await world.register('ep_a', {
				settings: { retry_policy: RETRIES, circuit_breaker, ...settings },
			});
			await publishEvents(world.process(), events(3), LIMITS);
			world.clock.advance(60 * MINUTE);
			const attempts = world.attempts.length;
			expect(await listBacklogs(world)).toEqual([]);
			expect(world.attempts).toHaveLength(attempts + 1);
		},
	);

	test('is not about what waited for a probe until the last run, which had too little time', async () => {
		const world = createWorld({ answer: () => 503 });
		const circuit_breaker = { ...BREAKER, failures: 1 };
		await world.register('ep_a', { settings: { retry_policy: RETRIES, circuit_breaker } });
		await publishEvents(world.process(), events(3), LIMITS);
		world.clock.advance(60 * MINUTE);
		world.answer = () => 200;
		await deliverDue(world.process(), { ...LIMITS, maxDeliveries: 1 });
		expect(world.statuses().sort()).toEqual(['delivered', 'pending', 'pending']);
		world.clock.advance(MINUTE);
		const late = await deliverDue(world.process(), { ...LIMITS, maxDeliveries: 1 });
		expect(late.backlogs).toEqual([]);
		world.clock.advance(15 * MINUTE);
		expect(await listBacklogs(world)).toMatchObject([{ due: 1 }]);
	});

	test('is about an order only from the end of the delivery that the others waited for', async () => {
		const world = createWorld({ answer: () => 503 });
		const retry_policy = { schedule: 'list', delays: '3 h' };
		await world.register('ep_a', { settings: { in_order: {}, retry_policy } });
		await publishEvents(world.process(), events(3), LIMITS);
		world.clock.advance(60 * MINUTE);
		await cancelMany(
			world.process(),
			{ statuses: ['pending'], eventId: world.deliveries()[0].event_id },
			{ isPreview: false, maxRunMs: MINUTE },
		);
		world.clock.advance(MINUTE);
		expect((await deliverDue(world.process(), { ...LIMITS, maxDeliveries: 1 })).backlogs).toEqual(
			[],
		);
		world.answer = () => 200;
		world.clock.advance(4 * 60 * MINUTE);
		expect(await listBacklogs(world)).toMatchObject([{ due: 1 }]);
	});
});

describe('deliveries that are kept waiting one after another say for what they wait now:', () => {
	const WAITS = 'An earlier delivery of its order comes first';
	const listErrors = (world) =>
		world
			.deliveries()
			.filter(({ attempts }) => attempts === 0)
			.map(({ error }) => error);
	const settings = {
		in_order: {},
		retry_policy: { schedule: 'list', delays: '5 h, 5 h' },
		disable_rule: { rule: 'never' },
	};

	async function failingWorld(more = {}) {
		const world = createWorld({ answer: () => 503 });
		await world.register('ep_a', { settings: { ...settings, ...more } });
		await publishEvents(world.process(), events(3), LIMITS);
		return world;
	}

	test('after a pause', async () => {
		const world = await failingWorld();
		await setStatus(world, 'ep_a', 'paused');
		world.clock.advance(MINUTE);
		await run(world);
		expect(listErrors(world)).toEqual(
			Array(2).fill('The endpoint is paused, so its deliveries wait'),
		);
		await setStatus(world, 'ep_a', 'active');
		world.clock.advance(MINUTE);
		await run(world);
		expect(listErrors(world)).toEqual([WAITS, WAITS]);
		const ports = world.process();
		await deliverDue(ports, LIMITS);
		expect(callNames(ports.tables).join()).not.toContain('update deliveries');
	});

	test('after a pause, if a rate limit puts them off', async () => {
		const world = createWorld();
		const rate_limit = { max: 1, per_seconds: 600 };
		await world.register('ep_a', { status: 'paused', settings: { rate_limit } });
		await publishEvents(world.process(), events(2), LIMITS);
		await setStatus(world, 'ep_a', 'active');
		world.clock.advance(MINUTE);
		await run(world);
		expect(world.statuses().sort()).toEqual(['delivered', 'pending']);
		expect(listErrors(world)).toEqual([null]);
	});

	test('after replays of many', async () => {
		const world = await failingWorld();
		world.clock.advance(MINUTE);
		const limits = { isPreview: false, maxRunMs: MINUTE };
		await cancelMany(world.process(), { statuses: ['pending'] }, limits);
		world.clock.advance(MINUTE);
		await replayMany(world.process(), { statuses: ['cancelled'] }, limits);
		await run(world);
		expect(world.deliveries().at(-1)).toMatchObject({ attempts: 2, status: 'pending' });
		await cancelMany(
			world.process(),
			{ statuses: ['pending'], eventId: world.deliveries()[0].event_id },
			limits,
		);
		await replayMany(world.process(), { statuses: ['cancelled'] }, limits);
		world.clock.advance(MINUTE);
		await run(world);
		expect(listErrors(world)).toEqual([WAITS, WAITS]);
	});

	test('after a circuit is closed for another key', async () => {
		const world = createWorld({ answer: () => 503 });
		const circuit_breaker = { ...BREAKER, failures: 2 };
		const more = { in_order: { key: 'order' }, circuit_breaker };
		await world.register('ep_a', { settings: { ...settings, ...more } });
		const inputs = ['a', 'a', 'b', 'c'].map((order) => ({ type: 'x', data: { order } }));
		await publishEvents(world.process(), inputs, { ...LIMITS, concurrency: 1 });
		world.clock.advance(MINUTE);
		await run(world);
		world.answer = () => 200;
		world.clock.advance(6 * MINUTE);
		await run(world);
		expect(world.statuses().sort()).toEqual(['delivered', 'pending', 'pending', 'pending']);
		expect(listErrors(world).filter((error) => error !== null)).toEqual([WAITS]);
	});
});

describe('a circuit breaker', () => {
	/** Creates a world whose endpoint `ep_a` is down, with an open circuit and a backlog. */
	async function downWorld(backlog = 0, settings = {}) {
		const world = createWorld({ answer: ({ endpoint }) => (endpoint.id === 'ep_a' ? 503 : 200) });
		await world.register('ep_a', {
			settings: { retry_policy: RETRIES, circuit_breaker: BREAKER, ...settings },
		});
		await publishEvents(world.process(), events(3), { ...LIMITS, concurrency: 1 });
		if (backlog > 0) await publishEvents(world.process(), events(backlog), LIMITS);
		return world;
	}

	test('opens after so many failures in a row: the rest of the send and later sends wait', async () => {
		const world = createWorld({ answer: () => 503 });
		await world.register('ep_a', { settings: { retry_policy: RETRIES, circuit_breaker: BREAKER } });
		await publishEvents(world.process(), events(10), { ...LIMITS, concurrency: 1 });
		expect(world.attempts).toHaveLength(3);
		await publishEvents(world.process(), events(5), LIMITS);
		expect(world.attempts).toHaveLength(3);
		expect(world.deliveries().filter(({ attempts }) => attempts === 0)).toHaveLength(12);
		expect(world.deliveries().at(-1).error).toMatch(/keeps failing/);
	});

	test('stays closed while failures are not in a row', async () => {
		const world = createWorld({
			answer: ({ body }) => (JSON.parse(body).data.number % 3 ? 503 : 200),
		});
		await world.register('ep_a', { settings: { retry_policy: RETRIES, circuit_breaker: BREAKER } });
		await publishEvents(world.process(), events(10), { ...LIMITS, concurrency: 1 });
		expect(world.attempts).toHaveLength(10);
		expect(await world.endpoint('ep_a')).toMatchObject({ probeAt: null });
	});

	test('lets one attempt through in each interval, also with two runs at once', async () => {
		const world = await downWorld(20);
		for (let minute = 0; minute < 60; minute += 1) {
			world.clock.advance(MINUTE);
			await Promise.all([run(world), run(world)]);
		}
		const probes = world.attempts.slice(3);
		expect(probes.length).toBeGreaterThanOrEqual(11);
		expect(probes.length).toBeLessThanOrEqual(12);
		const gaps = probes.slice(1).map(({ startMs }, index) => startMs - probes[index].startMs);
		expect(Math.min(...gaps)).toBeGreaterThanOrEqual(5 * MINUTE);
	});

	test('closes with a success, which frees what waits in the same run', async () => {
		const world = await downWorld(20);
		world.answer = () => 200;
		world.clock.advance(6 * MINUTE);
		await run(world);
		expect(world.statuses()).toEqual(Array.from({ length: 23 }, () => 'delivered'));
		expect(await world.endpoint('ep_a')).toMatchObject({ probeAt: null, consecutiveFailures: 0 });
	});

	const change = async (world, settings) => {
		const ports = world.process();
		await modifyEndpoint(ports, 'ep_a', (endpoint) =>
			updateEndpoint(endpoint, { settings }, ports.nowMs()),
		);
	};

	test('probes after a shorter interval as soon as the interval is changed, and never later', async () => {
		const world = await downWorld();
		await change(world, { circuit_breaker: { ...BREAKER, probe_minutes: 1440 } });
		world.clock.advance(6 * MINUTE);
		await run(world);
		expect(world.attempts).toHaveLength(4);
		await change(world, { circuit_breaker: { ...BREAKER, probe_minutes: 2 } });
		world.clock.advance(2 * MINUTE);
		await run(world);
		expect(world.attempts).toHaveLength(5);
	});

	test.each([
		['is removed', null],
		['allows more failures', { ...BREAKER, failures: 4 }],
	])('sends what waits once it %s, which is not late', async (_, circuit_breaker) => {
		const world = await downWorld(2);
		world.answer = () => 200;
		world.clock.advance(60 * MINUTE);
		await change(world, { circuit_breaker });
		expect(await world.endpoint('ep_a')).toMatchObject({ probeAt: null });
		const { backlogs } = await run(world);
		expect(backlogs).toEqual([]);
		expect(world.statuses()).toEqual(Array(5).fill('delivered'));
	});

	test('makes no probe while nothing is due', async () => {
		const world = await downWorld();
		await setStatus(world, 'ep_a', 'paused');
		world.clock.advance(6 * MINUTE);
		await run(world);
		expect(world.attempts).toHaveLength(3);
	});

	test('probes again after the interval if the run with the probe was killed', async () => {
		const world = await downWorld(5);
		world.clock.advance(6 * MINUTE);
		world.attemptMs = 20 * SECOND;
		const killAt = 7;
		await Promise.allSettled([deliverDue(world.process({ killAt }), LIMITS)]);
		world.attemptMs = 100;
		world.clock.advance(MINUTE);
		await run(world);
		const { length } = world.attempts;
		expect(length).toBeLessThanOrEqual(4);
		world.clock.advance(6 * MINUTE);
		await run(world);
		expect(world.attempts).toHaveLength(length + 1);
	});

	test('costs a run no more than the probe: 5,000 due events at a dead endpoint', async () => {
		const world = await downWorld();
		for (let send = 0; send < 5; send += 1) {
			await publishEvents(world.process(), events(1000), LIMITS);
		}
		await world.register('ep_b', { status: 'paused' });
		await publishEvents(world.process(), events(1), LIMITS);
		await setStatus(world, 'ep_b', 'active');
		world.clock.advance(6 * MINUTE);
		const ports = world.process();
		await deliverDue(ports, { ...LIMITS, maxDeliveries: 5000 });
		expect(
			world.attempts
				.slice(3)
				.map(({ endpointId }) => endpointId)
				.sort(),
		).toEqual(['ep_a', 'ep_b']);
		expect(callNames(ports.tables).length).toBeLessThanOrEqual(12);
		const idle = world.process();
		await deliverDue(idle, LIMITS);
		// It looks, and looks again without the endpoint.
		expect(callNames(idle.tables)).toHaveLength(2);
	});

	test('costs later runs no call and no row, until it is probed or comes back', async () => {
		const world = await downWorld();
		await publishEvents(world.process(), events(900), LIMITS);
		const suspended = new SuspendedEndpoints();
		const runAgain = async () => {
			const ports = world.process();
			await deliverDue(ports, { ...LIMITS, suspended });
			return callNames(ports.tables).length;
		};
		world.clock.advance(MINUTE);
		expect(await runAgain()).toBeGreaterThan(1);
		expect(await runAgain()).toBe(1);
		world.clock.advance(5 * MINUTE - SECOND);
		const { length } = world.attempts;
		await runAgain();
		expect(world.attempts).toHaveLength(length + 1);
		world.answer = () => 200;
		expect(await runAgain()).toBe(1);
		await setStatus(world, 'ep_a', 'paused');
		await setStatus(world, 'ep_a', 'active');
		await runAgain();
		// Only the probe waits, for its retry.
		expect(world.statuses().filter((status) => status !== 'delivered')).toEqual(['pending']);
	});

	test('sends a batch of another endpoint once in the run with the probe', async () => {
		const world = await downWorld(5);
		const batch_settings = { max_events: 5, max_wait_seconds: 30 };
		await world.register('ep_b', { settings: { batch_settings } });
		await publishEvents(world.process(), events(2), LIMITS);
		world.clock.advance(6 * MINUTE);
		await run(world);
		expect(world.attemptsTo('ep_a')).toHaveLength(4);
		expect(world.attemptsTo('ep_b')).toHaveLength(1);
	});

	test('probes an endpoint however many others with an open circuit have nothing due', async () => {
		const world = createWorld({ answer: () => 503 });
		const settings = { retry_policy: RETRIES, circuit_breaker: { ...BREAKER, failures: 1 } };
		for (const name of 'abcdefghijkl') await world.register(`ep_${name}`, { settings });
		await publishEvents(world.process(), events(1), LIMITS);
		for (const { endpoint_id: id, id: rowId } of world.deliveries()) {
			if (id !== 'ep_l') world.store.edit('deliveries', rowId, { next_attempt_at: null });
		}
		world.clock.advance(6 * MINUTE);
		await run(world);
		expect(world.attemptsTo('ep_l')).toHaveLength(2);
	});

	test.each([[{}], [{ in_order: {} }]])(
		'probes with a batch if nothing else waits, with the settings %j',
		async (more) => {
			const world = createWorld({ answer: () => 503 });
			const batch_settings = { max_events: 2, max_wait_seconds: 30 };
			const retry_policy = { schedule: 'list', delays: '1 min, 1 min' };
			await world.register('ep_a', {
				settings: { batch_settings, circuit_breaker: BREAKER, retry_policy, ...more },
			});
			await publishEvents(world.process(), events(2), LIMITS);
			for (let minute = 0; minute < 5; minute += 1) {
				world.clock.advance(2 * MINUTE);
				await run(world);
			}
			// The batch has failed for good.
			expect(world.statuses()).toEqual(['failed']);
			const { length } = world.attempts;
			for (let send = 0; send < 3; send += 1) {
				await publishEvents(world.process(), events(2), LIMITS);
			}
			world.clock.advance(6 * MINUTE);
			await run(world);
			expect(world.attempts).toHaveLength(length + 1);
			world.answer = () => 200;
			world.clock.advance(6 * MINUTE);
			await run(world);
			expect(world.statuses().filter((status) => status === 'delivered')).toHaveLength(3);
		},
	);

	test('together with order, lets the eldest of one key through', async () => {
		const world = await downWorld(20, { in_order: {} });
		world.clock.advance(6 * MINUTE);
		await run(world);
		const [first] = world.attempts;
		expect(world.attempts.map(({ key }) => key)).toEqual(world.attempts.map(() => first.key));
		world.answer = () => 200;
		world.clock.advance(6 * MINUTE);
		await run(world);
		world.clock.advance(6 * MINUTE);
		await run(world);
		expect(world.statuses()).toEqual(Array.from({ length: 23 }, () => 'delivered'));
	});
});
