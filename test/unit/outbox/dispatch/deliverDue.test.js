const { deliverDue } = require('../../../../build/core/outbox/dispatch/deliverDue');
const { deleteEndpoint } = require('../../../../build/core/outbox/endpoint/repository');
const { publishEvents } = require('../../../../build/core/outbox/dispatch/publish');

const { callNames } = require('../memoryTables');
const { createWorld, DAY, events, HOUR, LIMITS, MINUTE, SECOND } = require('../world');

const { failedOnce, getStatuses, listed, START_MS } = require('./failedDeliveries');
const { publishAndKill } = require('./publishAndKill');

const NOTHING = { results: [], changes: [], unreadable: [], backlogs: [] };

const iso = (ms) => new Date(ms).toISOString();

describe('deliverDue', () => {
	test('attempts deliveries that are due, and no others', async () => {
		const world = await failedOnce(1, listed('1 min, 5 min'));
		const due = async () => await deliverDue(world.process(), LIMITS);
		// The attempt took 100 ms.
		world.clock.advance(MINUTE - 1);
		expect(await due()).toEqual(NOTHING);
		expect(world.attempts).toHaveLength(1);
		world.clock.advance(1);
		expect(getStatuses(await due())).toEqual(['pending']);
		expect(world.attempts).toHaveLength(2);
		expect(world.attempts[1].startMs).toBe(START_MS + 100 + MINUTE);
		expect(await due()).toEqual(NOTHING);
		world.clock.advance(5 * MINUTE - 1);
		expect(await due()).toEqual(NOTHING);
		world.clock.advance(1);
		expect(getStatuses(await due())).toEqual(['failed']);
		world.clock.advance(DAY);
		expect(await due()).toEqual(NOTHING);
		expect(world.attempts).toHaveLength(3);
	});

	test('attempts a delivery again after a failed TLS connection, by its schedule', async () => {
		const expired = { kind: 'error', code: 'CERT_HAS_EXPIRED', message: 'certificate has expired' };
		const world = createWorld({ answer: ({ count }) => (count < 3 ? expired : 200) });
		await world.register('ep_a', listed('1 min, 5 min'));
		await publishEvents(world.process(), events(1), LIMITS);
		expect(world.deliveries()).toMatchObject([{ status: 'pending', attempts: 1 }]);
		world.clock.advance(MINUTE);
		await deliverDue(world.process(), LIMITS);
		world.clock.advance(5 * MINUTE);
		expect(getStatuses(await deliverDue(world.process(), LIMITS))).toEqual(['delivered']);
	});

	test('attempts a delivery by its schedule until it is exhausted, with the same body and key', async () => {
		const world = await failedOnce(1);
		const schedule = [MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 6 * HOUR, 24 * HOUR];
		for (const delayMs of schedule) {
			const [row] = world.deliveries();
			expect(row.next_attempt_at).toBe(iso(world.attempts.at(-1).endMs + delayMs));
			world.clock.advance(delayMs);
			await deliverDue(world.process(), LIMITS);
		}
		expect(world.attempts).toHaveLength(7);
		expect(new Set(world.attempts.map(({ body }) => body)).size).toBe(1);
		expect(new Set(world.attempts.map(({ key }) => key)).size).toBe(1);
		const [row, ...others] = world.deliveries();
		expect(others).toEqual([]);
		expect(row).toMatchObject({
			status: 'failed',
			attempts: 7,
			next_attempt_at: null,
			error: 'The endpoint answered with status 500. All 7 attempts were made',
		});
		const log = JSON.parse(row.attempt_log);
		expect(log.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4, 5, 6, 7]);
		expect(log.map(({ time }) => Date.parse(time))).toEqual(
			world.attempts.map(({ startMs }) => startMs),
		);
	});

	test('attempts a delivery until it succeeds', async () => {
		const world = createWorld({ answer: ({ count }) => (count < 3 ? 500 : 200) });
		await world.register('ep_a');
		await publishEvents(world.process(), events(2), LIMITS);
		for (let run = 0; run < 5; run += 1) {
			world.clock.advance(2 * HOUR);
			await deliverDue(world.process(), LIMITS);
		}
		expect(world.attempts).toHaveLength(6);
		expect(world.statuses()).toEqual(['delivered', 'delivered']);
		const endpoint = await world.endpoint('ep_a');
		expect(endpoint).toMatchObject({ failingSince: null, consecutiveFailures: 0 });
	});

	test('attempts the oldest deliveries first, up to maxDeliveries', async () => {
		const world = await failedOnce(10);
		world.clock.advance(HOUR);
		const first = world.attempts.map(({ key }) => key);
		const { results } = await deliverDue(world.process(), { ...LIMITS, maxDeliveries: 4 });
		expect(results).toHaveLength(4);
		expect(world.attempts.slice(10).map(({ key }) => key)).toEqual(first.slice(0, 4));
		const rest = await deliverDue(world.process(), { ...LIMITS, maxDeliveries: 100 });
		expect(rest.results).toHaveLength(6);
	});

	test('leases more than one page in rounds, with a fixed number of calls to the tables', async () => {
		const world = await failedOnce(2300, listed('1 min'));
		world.answer = () => 200;
		world.clock.advance(HOUR);
		const ports = world.process();
		const limits = { ...LIMITS, concurrency: 1000, maxDeliveries: 5000 };
		const { results } = await deliverDue(ports, limits);
		expect(results).toHaveLength(2300);
		expect(world.attempts).toHaveLength(4600);
		expect(new Set(world.deliveries().map(({ delivery_id: id }) => id)).size).toBe(2300);
		expect(world.deliveries()).toHaveLength(2300);
		const calls = callNames(ports.tables);
		expect(calls.filter((call) => call.startsWith('find endpoints'))).toHaveLength(3);
		expect(calls).toHaveLength(15);
	});

	test('starts no attempts after maxRunMs', async () => {
		const world = await failedOnce(3);
		world.clock.advance(HOUR);
		expect(await deliverDue(world.process(), { ...LIMITS, maxRunMs: 0 })).toEqual(NOTHING);
		expect(world.attempts).toHaveLength(3);
	});

	test('makes one call to the tables if nothing is due', async () => {
		const world = await failedOnce(3);
		const ports = world.process();
		await deliverDue(ports, LIMITS);
		expect(callNames(ports.tables)).toEqual([
			'find endpoints, find events, find tenants, find deliveries',
		]);
	});

	test('makes 4 calls to the tables, for one delivery and for 500', async () => {
		for (const count of [1, 500]) {
			const world = await failedOnce(count);
			world.clock.advance(HOUR);
			const ports = world.process();
			await deliverDue(ports, { ...LIMITS, concurrency: 1000, maxDeliveries: count });
			expect(callNames(ports.tables)).toEqual([
				'find endpoints, find events, find tenants, find deliveries',
				'update deliveries',
				'find events',
				'insert deliveries, remove deliveries',
			]);
		}
	});
});

describe('deliverDue with deliveries that cannot be attempted', () => {
	test('fails them if the endpoint was deleted', async () => {
		const world = await failedOnce(1);
		await world.register('ep_b');
		await deleteEndpoint(world.process(), 'ep_a');
		world.clock.advance(HOUR);
		const { results } = await deliverDue(world.process(), LIMITS);
		expect(results).toMatchObject([
			{ endpoint: null, delivery: { status: 'failed', error: 'The endpoint was deleted' } },
		]);
		expect(world.deliveries()).toMatchObject([
			{
				status: 'failed',
				attempts: 1,
				next_attempt_at: null,
				completed_at: iso(world.clock.nowMs()),
			},
		]);
		expect(world.attempts).toHaveLength(1);
	});

	test('fails one whose event no longer exists, and attempts the others', async () => {
		const world = await failedOnce(2);
		const [{ event_id: gone }] = world.deliveries();
		const query = { all: [{ column: 'event_id', operator: 'eq', value: gone }] };
		await world.store.connect().remove('events', query);
		world.clock.advance(HOUR);
		const { results } = await deliverDue(world.process(), LIMITS);
		expect(getStatuses({ results })).toEqual(['failed', 'pending']);
		const row = world.deliveries().find(({ event_id: id }) => id === gone);
		expect(row).toMatchObject({
			status: 'failed',
			attempts: 1,
			error: expect.stringContaining('event'),
		});
		expect(world.attempts).toHaveLength(3);
	});

	test('puts them on hold if the endpoint is disabled', async () => {
		const world = await failedOnce(2);
		const [{ id }] = world.store.rows('endpoints');
		world.store.edit('endpoints', id, { status: 'disabled', status_reason: 'by hand' });
		world.clock.advance(HOUR);
		await deliverDue(world.process(), LIMITS);
		expect(world.deliveries()).toMatchObject([
			{ status: 'held', attempts: 1, next_attempt_at: null },
			{ status: 'held', attempts: 1, error: 'The endpoint is disabled: by hand' },
		]);
		expect(world.attempts).toHaveLength(2);
		await deliverDue(world.process(), LIMITS);
		expect(world.attempts).toHaveLength(2);
	});
});

describe('deliverDue after a kill', () => {
	test.each([[{}], [{ batch_settings: { max_events: 10, max_wait_seconds: 60 } }]])(
		'attempts a delivery once that two runs have inserted, with the settings %j',
		async (settings) => {
			const world = createWorld();
			await world.register('ep_a', { settings });
			const deliverAtMs = world.clock.nowMs() + MINUTE;
			await publishEvents(world.process(), events(2, { deliverAtMs }), LIMITS);
			const [{ id, ...twin }] = world.deliveries();
			world.store.insert('deliveries', [twin]);
			world.clock.advance(2 * MINUTE);
			await deliverDue(world.process(), LIMITS);
			const bodies = world.attempts.map(({ body }) => JSON.parse(body).data);
			const sent = bodies.flatMap((data) => data.events?.map((event) => event.data) ?? [data]);
			expect(sent.map(({ number }) => number).sort()).toEqual([0, 1]);
			expect(new Set(world.statuses())).toEqual(new Set(['delivered']));
		},
	);

	test('attempts a delivery once that two runs have inserted, with many others between its rows', async () => {
		const world = createWorld();
		await world.register('ep_a');
		const deliverAtMs = world.clock.nowMs() + MINUTE;
		await publishEvents(world.process(), events(1001, { deliverAtMs }), LIMITS);
		const [{ id, ...twin }] = world.deliveries();
		world.store.insert('deliveries', [twin]);
		world.clock.advance(2 * MINUTE);
		await deliverDue(world.process(), { ...LIMITS, maxDeliveries: 5000 });
		expect(world.attempts).toHaveLength(1001);
		expect(world.statuses()).toEqual(Array(1001).fill('delivered'));
	});

	test('takes over attempts of the killed run when its lease has expired', async () => {
		const world = createWorld();
		await world.register('ep_a');
		// The insert of the outcomes: the attempts were made, but no outcome is written.
		await publishAndKill(world, events(3), 'insert', 'deliveries');
		expect(world.attempts).toHaveLength(3);
		expect(world.statuses()).toEqual([]);
		world.clock.advance(30 * SECOND);
		expect((await deliverDue(world.process(), LIMITS)).results).toEqual([]);
		world.clock.advance(31 * SECOND);
		expect(getStatuses(await deliverDue(world.process(), LIMITS))).toEqual(
			Array(3).fill('delivered'),
		);
		expect(world.attempts).toHaveLength(6);
		expect(world.statuses()).toEqual(Array(3).fill('delivered'));
		expect(world.deliveries().every(({ attempts }) => attempts === 1)).toBe(true);
	});

	test('does not repeat a delivery whose outcome was written, even if its event seems under way', async () => {
		const world = createWorld();
		await world.register('ep_a');
		await publishAndKill(world, events(3), 'update', 'events');
		expect(world.statuses()).toEqual(Array(3).fill('delivered'));
		world.clock.advance(HOUR);
		expect((await deliverDue(world.process(), LIMITS)).results).toEqual([]);
		expect(world.attempts).toHaveLength(3);
		expect(world.statuses()).toEqual(Array(3).fill('delivered'));
	});

	test('makes a retry once and on time, even if its event seems under way', async () => {
		const world = createWorld({ answer: () => 500 });
		await world.register('ep_a', listed('10 min, 10 min'));
		const dead = world.process({
			failAt: ({ method, table }) => method === 'update' && table === 'events',
		});
		await expect(publishEvents(dead, events(1), LIMITS)).rejects.toThrow('busy');
		expect(world.statuses()).toEqual(['pending']);
		world.clock.advance(5 * MINUTE);
		await deliverDue(world.process(), LIMITS);
		expect(world.attempts).toHaveLength(1);
		expect(world.statuses()).toEqual(['pending']);
		world.clock.advance(5 * MINUTE);
		await deliverDue(world.process(), LIMITS);
		expect(world.attempts).toHaveLength(2);
	});
});
