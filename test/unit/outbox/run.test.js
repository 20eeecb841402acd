const fc = require('fast-check');

const { latestRowPerDelivery } = require('../../../dist/core/outbox/store/rows');
const { deliverDue } = require('../../../dist/core/outbox/dispatch/deliverDue');
const { publishEvents } = require('../../../dist/core/outbox/dispatch/publish');

const { createWorld, events, HOUR, LIMITS, MINUTE, response, SECOND, START } = require('./world');

const iso = (ms) => new Date(ms).toISOString();
const START_MS = Date.parse(START);
const startsOf = (world) => world.attempts.map(({ startMs }) => startMs - START_MS);

describe('a rate limit', () => {
	const PER_SECOND = { settings: { rate_limit: { max: 1, per_seconds: 1 } } };

	test('spreads attempts, and tells that it does', async () => {
		const world = createWorld();
		await world.register('ep_a', PER_SECOND);
		await world.register('ep_b');
		const ports = world.process();
		await publishEvents(ports, events(4), LIMITS);
		const starts = (id) => world.attemptsOf(id).map(({ startMs }) => startMs - START_MS);
		expect(starts('ep_a')).toEqual([0, 1000, 2000, 3000]);
		expect(starts('ep_b')).toEqual([0, 0, 0, 0]);
		expect(ports.announced).toEqual([
			expect.stringMatching(/Endpoint ep_a spreads attempts until 2025-01-15T10:00:03/),
		]);
	});

	test('holds over several runs', async () => {
		const world = createWorld();
		await world.register('ep_a', { settings: { rate_limit: { max: 2, per_seconds: 3 } } });
		await Promise.all(
			[0, 1, 2].map(async (ms) => {
				await publishEvents(world.process({ latency: () => ms }), events(3), LIMITS);
			}),
		);
		const starts = startsOf(world).sort((a, b) => a - b);
		expect(starts).toHaveLength(9);
		for (let index = 2; index < starts.length; index += 1) {
			expect(starts[index] - starts[index - 2]).toBeGreaterThanOrEqual(3000);
		}
	});

	test('puts off what would wait too long, without counting an attempt', async () => {
		const world = createWorld();
		await world.register('ep_a', PER_SECOND);
		const limits = { ...LIMITS, maxPacingMs: 1500 };
		const { sent } = await publishEvents(world.process(), events(4), limits);
		expect(world.attempts).toHaveLength(2);
		expect(sent.map(({ deliveries: [{ row }] }) => row.status)).toEqual([
			'delivered',
			'delivered',
			'pending',
			'pending',
		]);
		const rows = world.deliveries().filter(({ status }) => status === 'pending');
		const waiting = { attempts: 0, last_attempt_at: null, lease_owner: null, attempt_log: '[]' };
		expect(rows).toMatchObject([
			{ ...waiting, next_attempt_at: iso(START_MS + 2000) },
			{ ...waiting, next_attempt_at: iso(START_MS + 3000) },
		]);
		world.clock.advance(5 * SECOND);
		await deliverDue(world.process(), limits);
		expect(world.statuses()).toEqual(Array(4).fill('delivered'));
		expect(world.deliveries().map(({ attempts }) => attempts)).toEqual([1, 1, 1, 1]);
	});

	/** So many attempts begin at most in any window of this length. */
	function mostIn(starts, windowMs) {
		return Math.max(
			...starts.map(
				(start) => starts.filter((other) => other >= start && other < start + windowMs).length,
			),
		);
	}

	test('holds after an attempt that took long has kept the others waiting', async () => {
		const world = createWorld();
		world.attemptMs = () => (world.attempts.length === 1 ? 10 * SECOND : 10);
		await world.register('ep_a', PER_SECOND);
		const limits = { ...LIMITS, concurrency: 1 };
		await publishEvents(world.process(), events(6), limits);
		// What came too late for its time may be left to another run.
		for (let run = 0; run < 6; run += 1) {
			await world.clock.wait(10 * SECOND);
			await deliverDue(world.process(), limits);
		}
		expect(world.attempts).toHaveLength(6);
		expect(mostIn(startsOf(world), 1000)).toBe(1);
	});

	test('holds for retries that have no wait before them', async () => {
		const world = createWorld({ answer: () => 500 });
		await world.register('ep_a', {
			settings: {
				rate_limit: { max: 1, per_seconds: 10 },
				retry_policy: { schedule: 'list', delays: '0 s, 0 s' },
			},
		});
		await publishEvents(world.process(), events(1), LIMITS);
		for (let run = 0; run < 5; run += 1) {
			world.clock.advance(20 * SECOND);
			await deliverDue(world.process(), LIMITS);
		}
		expect(world.attempts).toHaveLength(3);
		expect(mostIn(startsOf(world), 10 * SECOND)).toBe(1);
	});
});

describe('an endpoint’s health', () => {
	const count = (number) => ({
		settings: { disable_rule: { rule: 'consecutiveFailures', count: number } },
	});

	test('is written down, and what changed is told', async () => {
		const world = createWorld({ answer: () => 500 });
		await world.register('ep_a');
		const { changes } = await publishEvents(world.process(), events(2), LIMITS);
		expect(changes).toMatchObject([
			{ change: 'failing', endpoint: { id: 'ep_a', consecutiveFailures: 2 }, atMs: START_MS + 100 },
		]);
		expect(await world.endpoint('ep_a')).toMatchObject({
			status: 'active',
			failingSince: iso(START_MS + 100),
			consecutiveFailures: 2,
		});
		world.answer = () => 200;
		const second = await publishEvents(world.process(), events(1), LIMITS);
		expect(second.changes).toMatchObject([{ change: 'recovered', endpoint: { id: 'ep_a' } }]);
		expect(await world.endpoint('ep_a')).toMatchObject({
			failingSince: null,
			consecutiveFailures: 0,
		});
		const third = await publishEvents(world.process(), events(1), LIMITS);
		expect(third.changes).toEqual([]);
	});

	test('disables it, and the rest of the run’s deliveries to it are held', async () => {
		const world = createWorld({ answer: ({ endpoint }) => (endpoint.id === 'ep_a' ? 500 : 200) });
		await world.register('ep_a', count(2));
		await world.register('ep_b');
		const limits = { ...LIMITS, concurrency: 1 };
		const { changes } = await publishEvents(world.process(), events(5), limits);
		expect(world.attemptsOf('ep_a')).toHaveLength(2);
		expect(world.attemptsOf('ep_b')).toHaveLength(5);
		const rows = world.deliveries().filter(({ endpoint_id: id }) => id === 'ep_a');
		const byStatus = (status) => rows.filter((row) => row.status === status);
		expect(byStatus('pending')).toHaveLength(2);
		expect(byStatus('held')).toHaveLength(3);
		for (const row of byStatus('held')) {
			expect(row).toMatchObject({
				attempts: 0,
				next_attempt_at: null,
				error: 'The endpoint is disabled: 2 attempts failed one after the other',
			});
		}
		expect(changes.map(({ change }) => change)).toEqual(['failing', 'disabled']);
		expect(await world.endpoint('ep_a')).toMatchObject({
			status: 'disabled',
			statusReason: '2 attempts failed one after the other',
			statusChangedAt: iso(changes[1].atMs),
		});
		// Its retries are held when they are due.
		world.clock.advance(HOUR);
		await deliverDue(world.process(), limits);
		expect(world.attemptsOf('ep_a')).toHaveLength(2);
		expect(world.statuses().filter((status) => status === 'held')).toHaveLength(5);
	});

	const counted = { rule: 'consecutiveFailures', count: 100 };

	test('is counted over runs at once, where the rule counts', async () => {
		const world = createWorld({ answer: () => 500 });
		await world.register('ep_a', { settings: { disable_rule: counted } });
		const runs = await Promise.all(
			[0, 1, 2, 3].map(
				async (ms) => await publishEvents(world.process({ latency: () => ms }), events(2), LIMITS),
			),
		);
		expect((await world.endpoint('ep_a')).consecutiveFailures).toBe(8);
		const told = runs.flatMap(({ changes }) => changes.map(({ change }) => change));
		expect(told).toEqual(['failing']);
	});

	test('is spoilt by 410 at once: the delivery fails, the endpoint is disabled', async () => {
		const world = createWorld({ answer: () => 410 });
		await world.register('ep_a', { settings: { disable_rule: { rule: 'never' } } });
		const limits = { ...LIMITS, concurrency: 1 };
		const { changes, sent } = await publishEvents(world.process(), events(3), limits);
		expect(world.attempts).toHaveLength(1);
		expect(sent.map(({ deliveries: [{ row }] }) => row.status)).toEqual(['failed', 'held', 'held']);
		expect(changes.map(({ change }) => change)).toEqual(['failing', 'disabled']);
		expect(await world.endpoint('ep_a')).toMatchObject({
			status: 'disabled',
			statusReason: 'The endpoint answered 410 Gone',
		});
	});

	test('of WorkFlux ends when a delivery is exhausted', async () => {
		const world = createWorld({ answer: () => 500 });
		await world.register('ep_a', { platform: 'workflux' });
		await publishEvents(world.process(), events(1), LIMITS);
		const statuses = [];
		for (let run = 0; run < 4; run += 1) {
			statuses.push((await world.endpoint('ep_a')).status);
			world.clock.advance(2 * HOUR);
			await deliverDue(world.process(), LIMITS);
		}
		expect(statuses).toEqual(['active', 'active', 'active', 'active']);
		expect(world.attempts).toHaveLength(5);
		expect((await world.endpoint('ep_a')).status).toBe('disabled');
		expect(world.statuses()).toEqual(['failed']);
	});

	test('counts every attempt, also of retries that have no wait before them', async () => {
		const world = createWorld({ answer: () => 500 });
		await world.register('ep_a', {
			settings: {
				disable_rule: counted,
				retry_policy: { schedule: 'list', delays: '0 s, 0 s' },
			},
		});
		await publishEvents(world.process(), events(1), LIMITS);
		for (let run = 0; run < 3; run += 1) await deliverDue(world.process(), LIMITS);
		expect(world.attempts).toHaveLength(3);
		expect((await world.endpoint('ep_a')).consecutiveFailures).toBe(3);
	});

	test('is not written to an endpoint that was deleted meanwhile', async () => {
		const world = createWorld({ answer: () => 500 });
		await world.register('ep_a');
		world.answer = async () => {
			await world.store.connect().remove('endpoints', { all: [] });
			return 500;
		};
		const { changes, sent } = await publishEvents(world.process(), events(1), LIMITS);
		expect(sent[0].deliveries[0].row.status).toBe('pending');
		expect(changes.map(({ change }) => change)).toEqual([]);
		expect(world.store.rows('endpoints')).toEqual([]);
	});
});

describe('places', () => {
	test('are taken by no more attempts at once than allowed', async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.integer({ min: 1, max: 6 }),
				fc.integer({ min: 1, max: 3 }),
				async (concurrency, endpoints) => {
					let running = 0;
					let most = 0;
					const world = createWorld({
						attemptMs: () => {
							most = Math.max(most, (running += 1));
							return 10;
						},
						answer: () => {
							running -= 1;
							return 200;
						},
					});
					for (let id = 0; id < endpoints; id += 1) await world.register(`ep_${id}`);
					await publishEvents(world.process(), events(6), { ...LIMITS, concurrency });
					expect(most).toBeLessThanOrEqual(concurrency);
					expect(world.attempts).toHaveLength(6 * endpoints);
				},
			),
			{ numRuns: 20 },
		);
	});

	test('are left to the others by an endpoint that hangs', async () => {
		const world = createWorld({
			attemptMs: ({ endpoint }) => (endpoint.id === 'ep_slow' ? 30 * SECOND : 10),
		});
		await world.register('ep_slow');
		await world.register('ep_fast');
		await publishEvents(world.process(), events(8), { ...LIMITS, concurrency: 4 });
		const ended = world.attemptsOf('ep_fast').map(({ endMs }) => endMs - START_MS);
		expect(Math.max(...ended)).toBeLessThan(SECOND);
	});
});

describe('outcomes', () => {
	test('are put on record while a run goes on', async () => {
		const world = createWorld({ attemptMs: 600 });
		await world.register('ep_a');
		const ports = world.process();
		let seen = 0;
		world.answer = () => {
			const recorded = world.statuses().filter((status) => status === 'delivered').length;
			// One is on its way, and those of a second may be kept.
			seen = Math.max(seen, world.attempts.length - 1 - recorded);
			return 200;
		};
		await publishEvents(ports, events(20), { ...LIMITS, concurrency: 1 });
		expect(seen).toBeLessThanOrEqual(2);
		expect(world.statuses()).toEqual(Array(20).fill('delivered'));
	});

	test('of a run that is cancelled are on record, and only the rest is attempted again', async () => {
		const world = createWorld();
		await world.register('ep_a');
		world.answer = () => {
			if (world.attempts.length === 3) throw new Error('The execution was cancelled');
			return 200;
		};
		const run = publishEvents(world.process(), events(5), { ...LIMITS, concurrency: 1 });
		await expect(run).rejects.toThrow('cancelled');
		const before = world.attempts.length;
		world.answer = () => 200;
		world.clock.advance(HOUR);
		await deliverDue(world.process(), LIMITS);
		expect(world.attempts).toHaveLength(before + 1);
		expect(world.statuses()).toEqual(Array(5).fill('delivered'));
	});

	test.each(['before', 'after'])(
		'are not lost where one insert fails in the middle of a run, %s it had its effect',
		async (failed) => {
			for (let nth = 2; ; nth += 1) {
				const world = createWorld({ attemptMs: 600, answer: () => 500 });
				await world.register('ep_a');
				let inserts = 0;
				const failAt = ({ method, table }) =>
					method === 'insert' && table === 'deliveries' && (inserts += 1) === nth;
				const limits = { ...LIMITS, concurrency: 1 };
				const run = publishEvents(world.process({ failAt, failed }), events(8), limits);
				await Promise.allSettled([run]);
				if (inserts < nth) {
					// There was more than one insert of outcomes.
					expect(nth).toBeGreaterThan(4);
					break;
				}
				// Each delivery is still there, and gets its next attempt.
				const there = new Set(world.deliveries().map(({ delivery_id: id }) => id));
				expect({ nth, there: there.size }).toEqual({ nth, there: 8 });
				world.answer = () => 200;
				for (let minute = 0; minute < 2; minute += 1) {
					world.clock.advance(2 * MINUTE);
					await deliverDue(world.process(), LIMITS);
				}
				const statuses = latestRowPerDelivery(world.deliveries()).map(({ status }) => status);
				expect({ nth, statuses }).toEqual({ nth, statuses: Array(8).fill('delivered') });
			}
		},
	);

	test('that could not be written are told by an error', async () => {
		const world = createWorld({ attemptMs: 600 });
		await world.register('ep_a');
		let inserts = 0;
		const failAt = ({ method, table }) =>
			method === 'insert' && table === 'deliveries' && (inserts += 1) === 2;
		const limits = { ...LIMITS, concurrency: 1 };
		const run = publishEvents(world.process({ failAt }), events(8), limits);
		const [outcome] = await Promise.allSettled([run]);
		const recorded = world.statuses().filter((status) => status === 'delivered').length;
		// Either all is on record, or somebody hears of it.
		expect(recorded === 8 || outcome.status === 'rejected').toBe(true);
	});
});

test('the last answer is told, and errors are as good as answers', async () => {
	const world = createWorld({
		answer: ({ endpoint }) =>
			endpoint.id === 'ep_a'
				? { ...response(201), body: 'created' }
				: { kind: 'error', code: 'ECONNREFUSED', message: 'Nobody listens' },
	});
	await world.register('ep_a');
	await world.register('ep_b');
	const { sent } = await publishEvents(world.process(), events(1), LIMITS);
	const byId = new Map(sent[0].deliveries.map((one) => [one.endpoint.id, one]));
	expect(byId.get('ep_a').response).toEqual({
		status_code: 201,
		body: 'created',
		body_truncated: false,
	});
	expect(byId.get('ep_b')).toMatchObject({
		response: null,
		row: { status: 'pending', response_code: null, error: 'Nobody listens' },
	});
});

test('Retry-After is kept to', async () => {
	const world = createWorld({ answer: () => response(429, { 'retry-after': '7200' }) });
	await world.register('ep_a');
	await publishEvents(world.process(), events(1), LIMITS);
	expect(world.deliveries()[0].next_attempt_at).toBe(iso(START_MS + 100 + 2 * HOUR));
});

test('a body that cannot be made ends its delivery, and no other', async () => {
	const world = createWorld({ answer: () => 500 });
	await world.register('ep_a');
	await world.register('ep_b');
	await publishEvents(world.process(), events(1), LIMITS);
	// Edited by hand: the outbox itself takes no such path.
	const [{ id }] = world.store.rows('endpoints');
	world.store.edit('endpoints', id, { settings: '{"filters":{"include_fields":["a..b"]}}' });
	world.answer = () => 200;
	world.clock.advance(2 * MINUTE);
	const { results } = await deliverDue(world.process(), LIMITS);
	const byId = new Map(results.map(({ endpoint, row }) => [endpoint.id, row]));
	expect(byId.get('ep_a')).toMatchObject({
		status: 'failed',
		attempts: 1,
		next_attempt_at: null,
		error: expect.stringContaining('a..b'),
	});
	expect(byId.get('ep_b')).toMatchObject({ status: 'delivered', attempts: 2 });
	expect(world.attempts).toHaveLength(3);
});
