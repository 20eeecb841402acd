const { deliverDue } = require('../../../../build/core/outbox/dispatch/deliverDue');
const { publishEvents } = require('../../../../build/core/outbox/dispatch/publish');
const { latestRowPerDelivery } = require('../../../../build/core/outbox/store/deliveryRows');

const { createWorld, events, HOUR, LIMITS, MINUTE } = require('../world');

describe('the outcomes of a run', () => {
	test('are written during the run', async () => {
		const world = createWorld({ attemptMs: 600 });
		await world.register('ep_a');
		const ports = world.process();
		let seen = 0;
		world.answer = () => {
			const recorded = world.statuses().filter((status) => status === 'delivered').length;
			// One write is in progress, and the outcomes of a second may be pending.
			seen = Math.max(seen, world.attempts.length - 1 - recorded);
			return 200;
		};
		await publishEvents(ports, events(20), { ...LIMITS, concurrency: 1 });
		expect(seen).toBeLessThanOrEqual(2);
		expect(world.statuses()).toEqual(Array(20).fill('delivered'));
	});

	test('are written during the run if the clock is set back by an hour', async () => {
		const world = createWorld({ attemptMs: 600 });
		await world.register('ep_a');
		let recorded = 0;
		world.answer = () => {
			if (world.attempts.length === 10) world.clock.advance(-HOUR);
			recorded = world.statuses().filter((status) => status === 'delivered').length;
			return 200;
		};
		await publishEvents(world.process(), events(20), { ...LIMITS, concurrency: 1 });
		expect(recorded).toBeGreaterThan(15);
	});

	test('are written if the run is cancelled, and only the rest is attempted again', async () => {
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
		'are not lost if an insert fails in the middle of the run, %s its effect',
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
				// Each delivery gets its next attempt.
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

	test('make the run fail if they could not be written', async () => {
		const world = createWorld({ attemptMs: 600 });
		await world.register('ep_a');
		let inserts = 0;
		const failAt = ({ method, table }) =>
			method === 'insert' && table === 'deliveries' && (inserts += 1) === 2;
		const limits = { ...LIMITS, concurrency: 1 };
		const run = publishEvents(world.process({ failAt }), events(8), limits);
		const [outcome] = await Promise.allSettled([run]);
		const recorded = world.statuses().filter((status) => status === 'delivered').length;
		// Either all outcomes are written, or the run fails.
		expect(recorded === 8 || outcome.status === 'rejected').toBe(true);
	});
});
