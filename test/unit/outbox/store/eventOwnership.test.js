const fc = require('fast-check');

const { deliverDue } = require('../../../../build/core/outbox/dispatch/deliverDue');
const { publishEvents } = require('../../../../build/core/outbox/dispatch/publish');

const { createWorld, LIMITS, MINUTE } = require('../world');

const summary = ({ deliveries }) =>
	deliveries.map(({ delivery, endpoint }) => `${endpoint.id} ${delivery.status}`).sort();

describe('an idempotency key', () => {
	const KEYED = { type: 'order.created', data: { number: 1 }, idempotencyKey: 'order 1' };

	test('that several runs publish at once makes one event, however they interleave', async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.integer({ min: 2, max: 4 }),
				fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 20 }),
				fc.boolean(),
				fc.integer({ min: 1, max: 2 }),
				async (count, latencies, numbersFirst, values) => {
					const world = createWorld();
					await world.register('ep_a');
					await world.register('ep_b');
					let turn = 0;
					const latency = () => latencies[(turn += 1) % latencies.length];
					const runs = await Promise.all(
						Array.from({ length: count }, async (_, index) => {
							const input = { ...KEYED, data: { number: index % values } };
							return await publishEvents(world.process({ latency, numbersFirst }), [input], LIMITS);
						}),
					);
					const sent = runs.map(({ sent: [one] }) => one);
					const winners = sent.filter(({ conflict, duplicate }) => !duplicate && !conflict);
					expect(winners).toHaveLength(1);
					expect(summary(winners[0])).toEqual(['ep_a delivered', 'ep_b delivered']);
					for (const { conflict, event } of sent) {
						expect(event.id).toBe(winners[0].event.id);
						const isSame = event.data.number === winners[0].event.data.number;
						expect(conflict?.code).toBe(isSame ? undefined : 'IDEMPOTENCY_CONFLICT');
					}
					expect(world.store.rows('events')).toMatchObject([
						{ data: JSON.stringify(winners[0].event.data), lease_until: null },
					]);
					expect(world.statuses()).toEqual(['delivered', 'delivered']);
					expect(world.attempts.map(({ endpointId }) => endpointId).sort()).toEqual([
						'ep_a',
						'ep_b',
					]);
					for (const { body } of world.attempts) {
						expect(JSON.parse(body).data).toEqual(winners[0].event.data);
					}
				},
			),
			{ numRuns: 300 },
		);
	});

	test('that two runs publish at once leaves the winner’s row: the loser deletes only its own', async () => {
		const world = createWorld();
		await world.register('ep_a');
		const both = [{ ...KEYED }, { type: 'order.created', data: {}, idempotencyKey: 'mine' }];
		const [first, second] = await Promise.all([
			publishEvents(world.process(), [KEYED], LIMITS),
			publishEvents(world.process({ latency: () => 1 }), both, LIMITS),
		]);
		expect(first.sent.map(({ duplicate }) => duplicate)).toEqual([false]);
		expect(second.sent.map(({ duplicate }) => duplicate)).toEqual([true, false]);
		expect(world.store.rows('events').map(({ event_id: id }) => id)).toEqual([
			first.sent[0].event.id,
			second.sent[1].event.id,
		]);
		expect(world.attempts).toHaveLength(2);
	});

	test('does not use a losing event row of the same idempotency key for the winner’s retries', async () => {
		const world = createWorld({ answer: () => 500 });
		await world.register('ep_a');
		const input = (number) => ({ type: 'order.created', data: { number }, idempotencyKey: 'k' });
		// It comes late with its event, and dies before it sees the other.
		const latency = ({ method }) => (method === 'insert' ? 5 : 0);
		const loser = world.process({ latency, killAt: 3 });
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

	test('whose run was killed before it was decided keeps later sends waiting for a moment only', async () => {
		const world = createWorld();
		await world.register('ep_a');
		await Promise.allSettled([publishEvents(world.process({ killAt: 3 }), [KEYED], LIMITS)]);
		const measureMs = async () => {
			const startMs = world.clock.nowMs();
			const { sent } = await publishEvents(world.process(), [KEYED], LIMITS);
			expect(sent).toMatchObject([
				{ duplicate: true, deliveries: [{ delivery: { status: 'sending' } }] },
			]);
			return world.clock.nowMs() - startMs;
		};
		const waitedMs = await measureMs();
		expect(waitedMs).toBeGreaterThan(0);
		expect(waitedMs).toBeLessThanOrEqual(2000);
		world.clock.advance(5000);
		expect(await measureMs()).toBe(0);
		world.clock.advance(MINUTE);
		await deliverDue(world.process(), LIMITS);
		expect(world.statuses()).toEqual(['delivered']);
	});
});
