const {
	deleteEvent,
	EventInUseError,
	expungeResponse,
	forgetPayload,
} = require('../../../../build/core/outbox/log/eventRemoval');
const { deliverDue } = require('../../../../build/core/outbox/dispatch/deliverDue');
const { findDeliveries } = require('../../../../build/core/outbox/log/query');
const { findDeliveryDetails } = require('../../../../build/core/outbox/log/payload');
const { findEvent } = require('../../../../build/core/outbox/log/loggedEvents');
const { presentEvent } = require('../../../../build/core/outbox/log/presentEvent');
const { publishEvents } = require('../../../../build/core/outbox/dispatch/publish');
const { replayDelivery } = require('../../../../build/core/outbox/dispatch/replay');

const { createWorld, events, HOUR, LIMITS, response, SECOND } = require('../world');

const NO_RETRY = { settings: { retry_policy: { schedule: 'none' } } };
const BATCHING = { settings: { batch_settings: { max_events: 2, max_wait_seconds: 60 } } };
const ECHO = ({ body }) => ({ ...response(200), body: body.toString() });

async function withEvent(answer, more, input = { data: { name: 'Jane' } }) {
	const world = createWorld({ answer });
	await world.register('ep_a', more);
	await publishEvents(world.process(), events(1, input), LIMITS);
	const [{ event_id: id }] = world.store.rows('events');
	return { id, world };
}

/** An event whose only delivery takes ten seconds. */
async function withEventUnderWay() {
	const world = createWorld({ attemptMs: 10 * SECOND });
	await world.register('ep_a');
	const sending = publishEvents(world.process(), events(1), LIMITS);
	await world.clock.wait(SECOND);
	const [{ event_id: id }] = world.store.rows('events');
	return { id, sending, world };
}

describe('deleteEvent', () => {
	test.each([
		['delivered', 200],
		['failed', 400],
	])('deletes an event with a delivery that is %s', async (status, code) => {
		const { id, world } = await withEvent(() => code, NO_RETRY);
		expect(world.statuses()).toEqual([status]);
		expect(await deleteEvent(world.process(), id)).toBe(1);
		expect(world.deliveries()).toEqual([]);
		expect(world.store.rows('events')).toEqual([]);
	});

	test('is rejected while a delivery waits, and names its endpoint', async () => {
		const { id, world } = await withEvent(() => 500);
		await expect(deleteEvent(world.process(), id)).rejects.toMatchObject({
			name: 'EventInUseError',
			message: expect.stringContaining('"Endpoint ep_a"'),
		});
		expect(world.statuses()).toEqual(['pending']);
	});

	test('is rejected while the event is being sent, which continues', async () => {
		const { id, sending, world } = await withEventUnderWay();
		await expect(deleteEvent(world.process(), id)).rejects.toThrow('being sent right now');
		await sending;
		expect(world.statuses()).toEqual(['delivered']);
		expect(world.store.rows('events')).toHaveLength(1);
	});

	test('keeps other events, and batches with the event', async () => {
		const world = createWorld();
		await world.register('ep_batch', BATCHING);
		await world.register('ep_a');
		await publishEvents(world.process(), events(2), LIMITS);
		const [{ event_id: id }] = world.store.rows('events');
		expect(await deleteEvent(world.process(), id)).toBe(1);
		expect(world.store.rows('events')).toHaveLength(1);
		const left = await findDeliveries(world.process(), {});
		expect(left.map(({ endpointId }) => endpointId).sort()).toEqual(['ep_a', 'ep_batch']);
	});

	test('lets a repeated key be sent again', async () => {
		const input = { idempotencyKey: 'order 7' };
		const { id, world } = await withEvent(() => 200, {}, input);
		await deleteEvent(world.process(), id);
		const { sent } = await publishEvents(world.process(), events(1, input), LIMITS);
		expect(sent).toMatchObject([{ duplicate: false, event: { id } }]);
	});
});

describe('forgetPayload', () => {
	test('leaves no trace of the data, and keeps the event and its log', async () => {
		const { id, world } = await withEvent(ECHO);
		expect(JSON.stringify(world.deliveries())).toContain('Jane');
		await forgetPayload(world.process(), id);
		const rows = JSON.stringify([world.deliveries(), world.store.rows('events')]);
		expect(rows).not.toContain('Jane');
		expect(presentEvent(await findEvent(world.process(), id))).toMatchObject({
			event: 'order.created',
			data: null,
			payload_forgotten_at: new Date(world.clock.nowMs()).toISOString(),
			delivery_counts: { delivered: 1 },
		});
	});

	test('fails what waits, with the reason, without another attempt', async () => {
		const { id, world } = await withEvent(() => 500);
		expect(await forgetPayload(world.process(), id)).toBe(1);
		world.clock.advance(HOUR);
		await deliverDue(world.process(), LIMITS);
		expect(world.attempts).toHaveLength(1);
		expect(world.deliveries()).toMatchObject([
			{ status: 'failed', error: expect.stringContaining('was forgotten at 2025-01-15') },
		]);
	});

	test('fails what waits for a batch, and the batch has the other events', async () => {
		const world = createWorld();
		await world.register('ep_batch', {
			settings: { batch_settings: { max_events: 3, max_wait_seconds: 60 } },
		});
		await publishEvents(world.process(), events(2), LIMITS);
		const [{ event_id: id }] = world.store.rows('events');
		await forgetPayload(world.process(), id);
		world.clock.advance(HOUR);
		await deliverDue(world.process(), LIMITS);
		expect(world.attempts).toHaveLength(1);
		expect(JSON.parse(world.attempts[0].body).data.event_count).toBe(1);
		expect(world.statuses().sort()).toEqual(['delivered', 'failed']);
	});

	test('keeps a delivery from being replayed, whose status stays', async () => {
		const { id, world } = await withEvent(() => 200);
		await forgetPayload(world.process(), id);
		const [{ delivery_id: deliveryId }] = world.deliveries();
		await expect(replayDelivery(world.process(), deliveryId, LIMITS)).rejects.toMatchObject({
			name: 'ReplayError',
			message: expect.stringContaining('was forgotten'),
		});
		expect(world.statuses()).toEqual(['delivered']);
	});

	test('is rejected while the event is being sent', async () => {
		const { id, sending, world } = await withEventUnderWay();
		await expect(forgetPayload(world.process(), id)).rejects.toThrow('being sent right now');
		await sending;
		await forgetPayload(world.process(), id);
	});

	test('says that it has to be repeated if a retry is being sent', async () => {
		const { id, world } = await withEvent(() => 500);
		world.answer = ECHO;
		world.attemptMs = 10 * SECOND;
		world.clock.advance(HOUR);
		const sending = deliverDue(world.process(), LIMITS);
		await world.clock.wait(SECOND);
		await expect(forgetPayload(world.process(), id)).rejects.toThrow('again later');
		await sending;
		expect(JSON.stringify(world.deliveries())).toContain('Jane');
		await forgetPayload(world.process(), id);
		expect(JSON.stringify(world.deliveries())).not.toContain('Jane');
	});

	test('keeps the idempotency key: the same type is a duplicate, whatever its data', async () => {
		const input = { idempotencyKey: 'order 7' };
		const { id, world } = await withEvent(() => 200, {}, input);
		await forgetPayload(world.process(), id);
		const again = async (more) =>
			(await publishEvents(world.process(), events(1, { ...input, ...more }), LIMITS)).sent[0];
		expect(await again({ data: { other: true } })).toMatchObject({ duplicate: true });
		expect((await again({ type: 'order.paid' })).conflict).toMatchObject({
			name: 'IdempotencyConflictError',
		});
		expect(world.attempts).toHaveLength(1);
	});
});

describe('while a retry starts and ends', () => {
	const REFUSE = ({ body }) => ({ ...response(500), body: body.toString() });

	/** Runs something slowly, and a retry at some time of it. */
	async function runDuringRetry(startMs, run) {
		const { id, world } = await withEvent(REFUSE, { settings: { retry_policy: RETRIES } });
		world.clock.advance(HOUR);
		const [{ delivery_id: deliveryId }] = world.deliveries();
		const retry = async () => {
			await world.clock.wait(startMs);
			await deliverDue(world.process({ latency: () => 15 * SECOND }), LIMITS);
		};
		const slow = world.process({ latency: () => 10 * SECOND });
		const outcome = run(slow, { id, deliveryId }).catch((error) => error);
		const [result] = await Promise.all([outcome, retry()]);
		const [delivery] = await findDeliveries(world.process(), {});
		return { delivery, result };
	}

	const RETRIES = { schedule: 'list', delays: '1 min, 1 h' };
	const TIMES = Array.from({ length: 20 }, (_, index) => index * 5 * SECOND);

	test.each(TIMES)('expungeResponse loses no attempt: after %d ms', async (startMs) => {
		const { delivery, result } = await runDuringRetry(
			startMs,
			async (ports, { deliveryId }) => await expungeResponse(ports, deliveryId, 1),
		);
		expect(delivery.attemptLog.map(({ attempt }) => attempt)).toEqual([1, 2]);
		const isExpunged = delivery.attemptLog[0].response === undefined;
		expect(isExpunged).toBe(!(result instanceof EventInUseError));
	});

	test.each(TIMES)('forgetPayload leaves no answer, or says so: after %d ms', async (startMs) => {
		const { delivery, result } = await runDuringRetry(
			startMs,
			async (ports, { id }) => await forgetPayload(ports, id),
		);
		if (result instanceof EventInUseError) return;
		expect(JSON.stringify(delivery)).not.toContain('Jane');
	});
});

describe('a run that is killed', () => {
	const KILLS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12].flatMap((killAt) => [
		{ killAt, killed: 'before' },
		{ killAt, killed: 'after' },
	]);

	test.each(KILLS)('leaves an event that is deleted next time: %j', async (kill) => {
		const { id, world } = await withEvent(ECHO);
		await deleteEvent(world.process(kill), id).catch(() => undefined);
		await deliverDue(world.process(), LIMITS);
		await deleteEvent(world.process(), id).catch((error) => {
			expect(error).toMatchObject({ name: 'EventNotFoundError' });
		});
		expect([world.deliveries(), world.store.rows('events')]).toEqual([[], []]);
		expect(world.attempts).toHaveLength(1);
	});

	test.each(KILLS)('leaves a payload that is forgotten next time: %j', async (kill) => {
		const { id, world } = await withEvent(ECHO);
		await forgetPayload(world.process(kill), id).catch(() => undefined);
		await forgetPayload(world.process(), id);
		const rows = JSON.stringify([world.deliveries(), world.store.rows('events')]);
		expect(rows).not.toContain('Jane');
		expect(world.statuses()).toEqual(['delivered']);
	});
});

describe('findDeliveryDetails', () => {
	const getPayload = async (world) => {
		const [{ delivery_id: id }] = world.deliveries();
		return (await findDeliveryDetails(world.process(), id)).payload;
	};

	test('has the payload as it was sent, with the endpoint’s filters', async () => {
		const filters = { exclude_fields: ['secret'] };
		const input = { data: { name: 'Jane', secret: 'x' } };
		const { world } = await withEvent(() => 200, { settings: { filters } }, input);
		expect(await getPayload(world)).toEqual({ body: world.attempts[0].body, headers: {} });
		expect(world.attempts[0].body).not.toContain('secret');
	});

	test('has the payload of a batch', async () => {
		const world = createWorld();
		await world.register('ep_batch', BATCHING);
		await publishEvents(world.process(), events(2), LIMITS);
		expect(await getPayload(world)).toMatchObject({ body: world.attempts[0].body });
	});

	test.each([
		['the event', 'events', 'The event no longer exists'],
		['the endpoint', 'endpoints', 'The endpoint was deleted'],
	])('says so if %s is gone', async (_, table, problem) => {
		const { world } = await withEvent(() => 200);
		await world.process().tables.remove(table, { all: [] });
		expect(await getPayload(world)).toEqual({ problem });
	});

	test('says so if the payload was forgotten, or cannot be read', async () => {
		const { id, world } = await withEvent(() => 200);
		await forgetPayload(world.process(), id);
		expect((await getPayload(world)).problem).toContain('was forgotten');
		world.store.edit('events', 1, { data: 'no JSON' });
		expect((await getPayload(world)).problem).toContain('"data"');
	});
});
