const fc = require('fast-check');

const { deliverDue } = require('../../../../build/core/outbox/dispatch/deliverDue');
const { publishEvents } = require('../../../../build/core/outbox/dispatch/publish');

const { createWorld, events, HOUR, LIMITS, MINUTE, response, SECOND, START } = require('../world');

const iso = (ms) => new Date(ms).toISOString();
const START_MS = Date.parse(START);

describe('the concurrency limit', () => {
	test('is never exceeded by simultaneous attempts', async () => {
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

	test('leaves room for other endpoints while one hangs', async () => {
		const world = createWorld({
			attemptMs: ({ endpoint }) => (endpoint.id === 'ep_slow' ? 30 * SECOND : 10),
		});
		await world.register('ep_slow');
		await world.register('ep_fast');
		await publishEvents(world.process(), events(8), { ...LIMITS, concurrency: 4 });
		const ended = world.attemptsTo('ep_fast').map(({ endMs }) => endMs - START_MS);
		expect(Math.max(...ended)).toBeLessThan(SECOND);
	});
});

test('returns the last response of each delivery, or its error if there was none', async () => {
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
		delivery: { status: 'pending', responseCode: null, error: 'Nobody listens' },
	});
});

test('schedules the next attempt by Retry-After', async () => {
	const world = createWorld({ answer: () => response(429, { 'retry-after': '7200' }) });
	await world.register('ep_a');
	await publishEvents(world.process(), events(1), LIMITS);
	expect(world.deliveries()[0].next_attempt_at).toBe(iso(START_MS + 100 + 2 * HOUR));
});

test('lets a delivery wait whose field filters were edited, and attempts the others', async () => {
	const world = createWorld({ answer: () => 500 });
	await world.register('ep_a');
	await world.register('ep_b');
	await publishEvents(world.process(), events(1), LIMITS);
	// Edited by hand: the outbox itself takes no such path.
	const [{ id }] = world.store.rows('endpoints');
	world.store.edit('endpoints', id, { settings: '{"filters":{"include_fields":["a..b"]}}' });
	world.answer = () => 200;
	world.clock.advance(2 * MINUTE);
	await deliverDue(world.process(), LIMITS);
	const [first, second] = world.deliveries();
	expect(first).toMatchObject({
		endpoint_id: 'ep_a',
		status: 'pending',
		attempts: 1,
		error: expect.stringContaining('a..b'),
	});
	expect(second).toMatchObject({ endpoint_id: 'ep_b', status: 'delivered', attempts: 2 });
	expect(world.attempts).toHaveLength(3);
	world.store.edit('endpoints', id, { settings: '{}' });
	world.clock.advance(HOUR);
	await deliverDue(world.process(), LIMITS);
	expect(world.statuses()).toEqual(['delivered', 'delivered']);
});
