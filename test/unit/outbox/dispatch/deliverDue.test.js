const fc = require('fast-check');

const { deliverDue } = require('../../../../dist/core/outbox/dispatch/deliverDue');
const { deleteEndpoint } = require('../../../../dist/core/outbox/endpoint/repository');
const { publishEvents } = require('../../../../dist/core/outbox/dispatch/publish');
const { repairFanOut } = require('../../../../dist/core/outbox/dispatch/repairFanOut');

const { callNames } = require('../memoryTables');
const { createWorld, DAY, events, HOUR, LIMITS, MINUTE, SECOND, START } = require('../world');

const iso = (ms) => new Date(ms).toISOString();
const START_MS = Date.parse(START);
const listed = (delays) => ({ settings: { retry_policy: { schedule: 'list', delays } } });
const statusesOf = ({ results }) => results.map(({ delivery }) => delivery.status).sort();

/** A world in which so many events were sent, and their first attempts failed. */
async function failedOnce(count, input = {}) {
	const world = createWorld({ answer: () => 500 });
	await world.register('ep_a', input);
	await publishEvents(world.process(), events(count), LIMITS);
	return world;
}

describe('deliverDue', () => {
	test('attempts deliveries that are due, and no others', async () => {
		const world = await failedOnce(1, listed('1 min, 5 min'));
		const due = async () => await deliverDue(world.process(), LIMITS);
		// The attempt took 100 ms.
		world.clock.advance(MINUTE - 1);
		expect(await due()).toEqual({ results: [], changes: [] });
		expect(world.attempts).toHaveLength(1);
		world.clock.advance(1);
		expect(statusesOf(await due())).toEqual(['pending']);
		expect(world.attempts).toHaveLength(2);
		expect(world.attempts[1].startMs).toBe(START_MS + 100 + MINUTE);
		expect(await due()).toEqual({ results: [], changes: [] });
		world.clock.advance(5 * MINUTE - 1);
		expect(await due()).toEqual({ results: [], changes: [] });
		world.clock.advance(1);
		expect(statusesOf(await due())).toEqual(['failed']);
		world.clock.advance(DAY);
		expect(await due()).toEqual({ results: [], changes: [] });
		expect(world.attempts).toHaveLength(3);
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
		expect(ports.tables.calls).toHaveLength(24);
	});

	test('starts no attempts after maxRunMs', async () => {
		const world = await failedOnce(3);
		world.clock.advance(HOUR);
		expect(await deliverDue(world.process(), { ...LIMITS, maxRunMs: 0 })).toEqual({
			results: [],
			changes: [],
		});
		expect(world.attempts).toHaveLength(3);
	});

	test('makes 6 calls to the tables, for one delivery and for 500', async () => {
		for (const count of [1, 500]) {
			const world = await failedOnce(count);
			world.clock.advance(HOUR);
			const ports = world.process();
			await deliverDue(ports, { ...LIMITS, concurrency: 1000, maxDeliveries: count });
			expect(callNames(ports.tables)).toEqual([
				// Events that were not fanned out.
				'update events',
				'find endpoints',
				'find deliveries',
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
		expect(statusesOf({ results })).toEqual(['failed', 'pending']);
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

describe('simultaneous runs', () => {
	test('never attempt the same delivery twice, however they interleave', async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.integer({ min: 2, max: 4 }),
				fc.integer({ min: 1, max: 8 }),
				fc.integer({ min: 1, max: 8 }),
				fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 30 }),
				fc.array(fc.constantFrom(200, 500, 503, 400), { minLength: 1, maxLength: 8 }),
				async (runs, count, maxDeliveries, latencies, answers) => {
					const world = await failedOnce(count, listed('1 min, 10 min'));
					world.clock.advance(2 * MINUTE);
					let turn = 0;
					const latency = () => latencies[(turn += 1) % latencies.length];
					world.answer = ({ key }) => answers[Number(key.split('-').pop()) % answers.length];
					world.attemptMs = latency;
					const limits = { ...LIMITS, concurrency: 2, maxDeliveries };
					const done = await Promise.all(
						Array.from({ length: runs }, async () =>
							(await deliverDue(world.process({ latency }), limits)).results.map(
								({ delivery }) => delivery.id,
							),
						),
					);
					const taken = done.flat();
					expect(new Set(taken).size).toBe(taken.length);
					expect(world.attempts).toHaveLength(count + taken.length);
					const keys = world.attempts.slice(count).map(({ key }) => key);
					expect(new Set(keys).size).toBe(keys.length);
					expect(taken.length).toBeGreaterThanOrEqual(Math.min(count, maxDeliveries));
					const rows = world.deliveries();
					expect(rows).toHaveLength(count);
					expect(rows.filter(({ attempts }) => attempts === 2)).toHaveLength(taken.length);
					expect(rows.every(({ lease_owner: owner }) => owner === null)).toBe(true);
				},
			),
			{ numRuns: 150 },
		);
	});

	test('never attempt what a publishing run is attempting', async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.array(fc.integer({ min: 0, max: 300 }), { minLength: 1, maxLength: 20 }),
				async (latencies) => {
					const world = createWorld({ attemptMs: 700 });
					await world.register('ep_a');
					let turn = 0;
					const latency = () => latencies[(turn += 1) % latencies.length];
					const due = async () => await deliverDue(world.process({ latency }), LIMITS);
					await Promise.all([
						publishEvents(world.process({ latency }), events(5), { ...LIMITS, concurrency: 2 }),
						due(),
						due().then(due),
					]);
					expect(world.attempts).toHaveLength(5);
					expect(world.statuses()).toEqual(Array(5).fill('delivered'));
				},
			),
			{ numRuns: 50 },
		);
	});

	test('leave a slow run its deliveries, because it renews its lease', async () => {
		const world = createWorld({ attemptMs: 20 * SECOND });
		await world.register('ep_a');
		let over = false;
		const long = publishEvents(world.process(), events(15), { ...LIMITS, concurrency: 1 }).then(
			(result) => {
				over = true;
				return result;
			},
		);
		const others = (async () => {
			while (!over) {
				await world.clock.wait(10 * SECOND);
				await deliverDue(world.process(), LIMITS);
			}
		})();
		const { sent } = await long;
		await others;
		// Far longer than a lease.
		expect(world.clock.nowMs() - START_MS).toBeGreaterThanOrEqual(300 * SECOND);
		expect(world.attempts).toHaveLength(15);
		expect(sent.every(({ deliveries: [{ delivery }] }) => delivery.status === 'delivered')).toBe(
			true,
		);
		expect(world.statuses()).toEqual(Array(15).fill('delivered'));
	});

	test('do not attempt what another run took over while they were stuck', async () => {
		const world = createWorld();
		world.attemptMs = () => (world.attempts.length === 1 ? 20 * MINUTE : 100);
		await world.register('ep_a');
		const stuck = publishEvents(world.process(), events(3), { ...LIMITS, concurrency: 1 });
		await world.clock.wait(5 * MINUTE);
		expect(world.attempts).toHaveLength(1);
		expect(statusesOf(await deliverDue(world.process(), LIMITS))).toEqual(
			Array(3).fill('delivered'),
		);
		expect(world.attempts).toHaveLength(4);
		await stuck;
		// The one that it was stuck in is made twice.
		expect(world.attempts).toHaveLength(4);
		await deliverDue(world.process(), LIMITS);
		expect(world.attempts).toHaveLength(4);
		const ids = world.deliveries().map(({ delivery_id: id }) => id);
		expect(new Set(ids).size).toBe(3);
		expect(new Set(world.statuses())).toEqual(new Set(['delivered']));
	});

	test('do not resend what another run delivered while their own attempt was failing', async () => {
		const world = createWorld();
		world.attemptMs = () => (world.attempts.length === 1 ? 20 * MINUTE : 100);
		// The first attempt's answer comes last.
		world.answer = () => (world.clock.nowMs() < START_MS + 10 * MINUTE ? 200 : 500);
		await world.register('ep_a');
		const stuck = publishEvents(world.process(), events(1), LIMITS);
		await world.clock.wait(5 * MINUTE);
		expect(statusesOf(await deliverDue(world.process(), LIMITS))).toEqual(['delivered']);
		await stuck;
		world.clock.advance(HOUR);
		await deliverDue(world.process(), LIMITS);
		expect(world.attempts).toHaveLength(2);
	});

	test('do not take over deliveries that wait for a rate limit', async () => {
		const world = createWorld();
		await world.register('ep_a', { settings: { rate_limit: { max: 1, per_seconds: 20 } } });
		let over = false;
		const limits = { ...LIMITS, maxPacingMs: 200 * SECOND };
		const long = publishEvents(world.process(), events(8), limits).finally(() => {
			over = true;
		});
		const others = (async () => {
			while (!over) {
				await world.clock.wait(10 * SECOND);
				await deliverDue(world.process(), limits);
			}
		})();
		await Promise.all([long, others]);
		const starts = world.attempts.map(({ startMs }) => startMs - START_MS);
		expect(starts).toEqual([0, 20, 40, 60, 80, 100, 120, 140].map((seconds) => seconds * SECOND));
		expect(world.statuses()).toEqual(Array(8).fill('delivered'));
	});
});

describe('deliverDue after a kill', () => {
	/** Sends events in a process that dies with the n-th call of this kind. */
	async function killedSend(
		world,
		inputs,
		method,
		table,
		{ killed, limits = LIMITS, nth = 1 } = {},
	) {
		const dry = createWorld({ attemptMs: world.attemptMs });
		for (const { endpoint_id: id } of world.store.rows('endpoints')) await dry.register(id);
		const probe = dry.process();
		await publishEvents(probe, inputs, limits);
		const calls = probe.tables.calls.map((call, index) => ({ ...call, number: index + 1 }));
		const { number } = calls.filter((call) => call.method === method && call.table === table)[
			nth - 1
		];
		const ports = world.process({ killAt: number, killed });
		await expect(publishEvents(ports, inputs, limits)).rejects.toThrow('dead');
	}

	test('takes over attempts of the killed run when its lease has expired', async () => {
		const world = createWorld();
		await world.register('ep_a');
		// The outcomes' insert: the attempts are made, and nobody has heard of it.
		await killedSend(world, events(3), 'insert', 'deliveries', { nth: 2 });
		expect(world.attempts).toHaveLength(3);
		expect(world.statuses()).toEqual(['sending', 'sending', 'sending']);
		world.clock.advance(30 * SECOND);
		expect((await deliverDue(world.process(), LIMITS)).results).toEqual([]);
		world.clock.advance(31 * SECOND);
		expect(statusesOf(await deliverDue(world.process(), LIMITS))).toEqual(
			Array(3).fill('delivered'),
		);
		expect(world.attempts).toHaveLength(6);
		expect(world.statuses()).toEqual(Array(3).fill('delivered'));
		expect(world.deliveries().every(({ attempts }) => attempts === 1)).toBe(true);
	});

	test('does not repeat a delivery whose outcome was written, even if its old row is left', async () => {
		const world = createWorld();
		await world.register('ep_a');
		await killedSend(world, events(3), 'remove', 'deliveries');
		expect(world.statuses()).toEqual([...Array(3).fill('sending'), ...Array(3).fill('delivered')]);
		world.clock.advance(HOUR);
		expect((await deliverDue(world.process(), LIMITS)).results).toEqual([]);
		expect(world.attempts).toHaveLength(3);
		expect(world.statuses()).toEqual(Array(3).fill('delivered'));
	});

	test('makes a retry once and on time, even if its old row is left', async () => {
		const world = createWorld({ answer: () => 500 });
		await world.register('ep_a', listed('10 min, 10 min'));
		const dead = world.process({
			failAt: ({ method, table }) => method === 'remove' && table === 'deliveries',
		});
		await expect(publishEvents(dead, events(1), LIMITS)).rejects.toThrow('busy');
		expect(world.statuses()).toEqual(['sending', 'pending']);
		world.clock.advance(5 * MINUTE);
		await deliverDue(world.process(), LIMITS);
		expect(world.attempts).toHaveLength(1);
		expect(world.statuses()).toEqual(['pending']);
		world.clock.advance(5 * MINUTE);
		await deliverDue(world.process(), LIMITS);
		expect(world.attempts).toHaveLength(2);
	});

	test('inserts and sends the deliveries of an event that was inserted without them', async () => {
		const world = createWorld();
		await world.register('ep_a');
		await world.register('ep_b');
		await killedSend(world, events(2), 'insert', 'deliveries');
		expect(world.store.rows('events')).toHaveLength(2);
		expect(world.deliveries()).toEqual([]);
		// It may still be at it.
		expect(await repairFanOut(world.process())).toBe(0);
		// Who comes later does not get what was sent before.
		await world.register('ep_late');
		world.clock.advance(MINUTE);
		await deliverDue(world.process(), LIMITS);
		expect(world.attempts).toHaveLength(4);
		expect(world.attemptsOf('ep_late')).toEqual([]);
		expect(world.statuses()).toEqual(Array(4).fill('delivered'));
		expect(world.store.rows('events').every((row) => row.fan_out_until === null)).toBe(true);
		expect(await repairFanOut(world.process())).toBe(0);
	});

	test('does not insert deliveries again that were inserted before the kill', async () => {
		const world = createWorld();
		await world.register('ep_a');
		await killedSend(world, events(2), 'update', 'events');
		world.clock.advance(HOUR);
		expect(await repairFanOut(world.process())).toBe(0);
		expect(world.deliveries()).toHaveLength(2);
		expect(world.store.rows('events').every((row) => row.fan_out_until === null)).toBe(true);
	});

	test('inserts missing deliveries once, whatever number of runs repairs them', async () => {
		const world = createWorld();
		await world.register('ep_a');
		await killedSend(world, events(4), 'insert', 'deliveries');
		world.clock.advance(HOUR);
		const counts = await Promise.all(
			[0, 1, 2].map(async (ms) => await repairFanOut(world.process({ latency: () => ms }))),
		);
		expect(counts.sort()).toEqual([0, 0, 4]);
		expect(world.deliveries()).toHaveLength(4);
	});

	test('does not use a losing event row of the same idempotency key for the winner’s retries', async () => {
		const world = createWorld({ answer: () => 500 });
		await world.register('ep_a');
		const input = (number) => ({ type: 'order.created', data: { number }, idempotencyKey: 'k' });
		// It comes late with its event, and dies before it sees the other.
		const latency = ({ method }) => (method === 'insert' ? 5 : 0);
		const loser = world.process({ latency, killAt: 4 });
		const [winner] = await Promise.allSettled([
			publishEvents(world.process(), [input(1)], LIMITS),
			publishEvents(loser, [input(2)], LIMITS),
		]);
		expect(winner.status).toBe('fulfilled');
		expect(world.store.rows('events').map(({ data }) => data)).toEqual([
			'{"number":1}',
			'{"number":2}',
		]);
		world.clock.advance(2 * MINUTE);
		await deliverDue(world.process(), LIMITS);
		expect(world.attempts.map(({ body }) => JSON.parse(body).data)).toEqual([
			{ number: 1 },
			{ number: 1 },
		]);
		expect(world.deliveries()).toHaveLength(1);
	});
});
