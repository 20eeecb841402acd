const { deliverDue } = require('../../../../build/core/outbox/dispatch/deliverDue');
const { deleteEndpoint } = require('../../../../build/core/outbox/endpoint/repository');
const { replayDelivery } = require('../../../../build/core/outbox/dispatch/replay');
const { publishEvents } = require('../../../../build/core/outbox/dispatch/publish');

const { createWorld, events, HOUR, LIMITS, MINUTE, SECOND, START } = require('../world');

const iso = (ms) => new Date(ms).toISOString();
const NO_RETRY = { settings: { retry_policy: { schedule: 'none' } } };
const RETRY_ONCE = { settings: { retry_policy: { schedule: 'list', delays: '10 min' } } };

function disable(world, id, status = 'disabled') {
	const row = world.store.rows('endpoints').find((one) => one.endpoint_id === id);
	world.store.edit('endpoints', row.id, { status });
}

/** A world with one delivery of this status. Afterwards its endpoint answers 200. */
async function withDelivery(status) {
	const world = createWorld({ answer: () => (status === 'delivered' ? 200 : 500) });
	await world.register('ep_a', status === 'failed' ? NO_RETRY : RETRY_ONCE);
	if (status === 'held') disable(world, 'ep_a');
	await publishEvents(world.process(), events(1), LIMITS);
	if (status === 'held') disable(world, 'ep_a', 'active');
	expect(world.statuses()).toEqual([status]);
	world.answer = () => 200;
	world.clock.advance(MINUTE);
	return world;
}

describe('replayDelivery', () => {
	test.each(['delivered', 'failed', 'held', 'pending'])(
		'sends a delivery with the status %s again at once, with the same body',
		async (status) => {
			const world = await withDelivery(status);
			const [before] = world.deliveries();
			const { results } = await replayDelivery(world.process(), before.delivery_id, LIMITS);
			expect(results).toMatchObject([
				{
					endpoint: { id: 'ep_a' },
					delivery: { status: 'delivered' },
					response: { status_code: 200 },
				},
			]);
			const made = world.attempts.length;
			expect(made).toBe(status === 'held' ? 1 : 2);
			expect(world.attempts.at(-1)).toMatchObject({
				key: before.event_id,
				startMs: world.clock.nowMs() - 100,
			});
			expect(new Set(world.attempts.map(({ body }) => body)).size).toBe(1);
			expect(world.deliveries()).toMatchObject([
				{
					delivery_id: before.delivery_id,
					status: 'delivered',
					attempts: made,
					error: null,
					next_attempt_at: null,
					lease_owner: null,
				},
			]);
		},
	);

	test('restarts the schedule and keeps numbering the attempts', async () => {
		const world = await withDelivery('pending');
		const [{ delivery_id: id }] = world.deliveries();
		world.answer = () => 500;
		world.clock.advance(HOUR);
		await deliverDue(world.process(), LIMITS);
		expect(world.deliveries()).toMatchObject([{ status: 'failed', attempts: 2 }]);
		for (let replay = 0; replay < 2; replay += 1) {
			world.clock.advance(HOUR);
			await replayDelivery(world.process(), id, LIMITS);
			expect(world.deliveries()).toMatchObject([
				{
					status: 'pending',
					completed_at: null,
					next_attempt_at: iso(world.clock.nowMs() + 10 * MINUTE),
				},
			]);
			world.clock.advance(HOUR);
			await deliverDue(world.process(), LIMITS);
			expect(world.deliveries()).toMatchObject([{ status: 'failed', attempts: 4 + 2 * replay }]);
		}
		expect(world.attempts).toHaveLength(6);
		const log = JSON.parse(world.deliveries()[0].attempt_log);
		expect(log.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4, 5, 6]);
		expect(log.map(({ time }) => Date.parse(time))).toEqual(
			world.attempts.map(({ startMs }) => startMs),
		);
	});

	test('is rejected while the delivery is being sent, which continues', async () => {
		const world = await withDelivery('pending');
		world.attemptMs = 10 * SECOND;
		world.answer = () => 200;
		world.clock.advance(HOUR);
		const sending = deliverDue(world.process(), LIMITS);
		await world.clock.wait(SECOND);
		const [{ delivery_id: id }] = world.deliveries();
		await expect(replayDelivery(world.process(), id, LIMITS)).rejects.toMatchObject({
			name: 'ReplayError',
			message: expect.stringContaining(`${id} is being sent`),
		});
		await sending;
		expect(world.attempts).toHaveLength(2);
		expect(world.statuses()).toEqual(['delivered']);
	});

	test('is rejected for one of two simultaneous calls', async () => {
		const world = await withDelivery('failed');
		const [{ delivery_id: id }] = world.deliveries();
		const runs = await Promise.allSettled(
			[0, 1].map(
				async (ms) => await replayDelivery(world.process({ latency: () => ms }), id, LIMITS),
			),
		);
		expect(runs.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
		expect(world.attempts).toHaveLength(2);
	});

	test('and deliverDue at the same time send a delivery once', async () => {
		const world = await withDelivery('pending');
		world.clock.advance(HOUR);
		const [{ delivery_id: id }] = world.deliveries();
		for (const ms of [0, 1, 2]) {
			await Promise.allSettled([
				replayDelivery(world.process({ latency: () => 1 }), id, LIMITS),
				deliverDue(world.process({ latency: () => ms }), LIMITS),
			]);
			expect(world.attempts).toHaveLength(2);
			// Its next turn: due again.
			const [{ id: row }] = world.deliveries();
			world.attempts.length = 1;
			world.store.edit('deliveries', row, { status: 'pending', next_attempt_at: START });
		}
	});

	test('is rejected for a disabled endpoint, says what to do, and changes nothing', async () => {
		const world = await withDelivery('failed');
		disable(world, 'ep_a');
		const before = world.deliveries();
		await expect(
			replayDelivery(world.process(), before[0].delivery_id, LIMITS),
		).rejects.toMatchObject({
			name: 'ReplayError',
			message: expect.stringContaining('Endpoint → Enable'),
		});
		expect(world.deliveries()).toEqual(before);
		expect(world.attempts).toHaveLength(1);
	});

	test('is rejected for an endpoint or a delivery that does not exist', async () => {
		const world = await withDelivery('failed');
		const [{ delivery_id: id }] = world.deliveries();
		await expect(replayDelivery(world.process(), 'dlv_x', LIMITS)).rejects.toMatchObject({
			name: 'DeliveryNotFoundError',
		});
		await deleteEndpoint(world.process(), 'ep_a');
		await expect(replayDelivery(world.process(), id, LIMITS)).rejects.toMatchObject({
			name: 'EndpointNotFoundError',
		});
		expect(world.statuses()).toEqual(['failed']);
	});

	test('fails a delivery whose event no longer exists', async () => {
		const world = await withDelivery('failed');
		await world.store.connect().remove('events', { all: [] });
		const [{ delivery_id: id }] = world.deliveries();
		const { results } = await replayDelivery(world.process(), id, LIMITS);
		expect(results).toMatchObject([
			{ delivery: { status: 'failed', error: 'The event no longer exists' } },
		]);
		expect(world.attempts).toHaveLength(1);
		expect(world.statuses()).toEqual(['failed']);
	});

	test('is continued by the next run after a kill', async () => {
		const world = await withDelivery('delivered');
		const [{ delivery_id: id }] = world.deliveries();
		const failAt = ({ method, table }) => method === 'insert' && table === 'deliveries';
		await expect(replayDelivery(world.process({ failAt }), id, LIMITS)).rejects.toThrow('busy');
		expect(world.statuses()).toEqual(['sending']);
		world.clock.advance(HOUR);
		await deliverDue(world.process(), LIMITS);
		expect(world.attempts).toHaveLength(3);
		expect(world.statuses()).toEqual(['delivered']);
	});
});
