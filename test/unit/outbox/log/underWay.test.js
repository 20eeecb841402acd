const fc = require('fast-check');

const { findDeliveries, findDelivery } = require('../../../../build/core/outbox/log/query');
const { publishEvents } = require('../../../../build/core/outbox/dispatch/publish');
const { replayDelivery } = require('../../../../build/core/outbox/dispatch/replay');

const { callNames } = require('../memoryTables');
const { createWorld, events, LIMITS, SECOND } = require('../world');

const show = (deliveries) => deliveries.map(({ endpointId, status }) => `${endpointId} ${status}`);

/** Publishes events to endpoints that take ten seconds to answer, and stops after the first second. */
async function publishing(inputs, ...endpoints) {
	const world = createWorld({ attemptMs: 10 * SECOND });
	for (const [id, more] of endpoints) await world.register(id, more);
	const sending = publishEvents(world.process(), inputs, LIMITS);
	await world.clock.wait(SECOND);
	return { sending, world };
}

describe('the log of an event under way', () => {
	test('has its deliveries as sending, before they have a row', async () => {
		const { sending, world } = await publishing(events(1), ['ep_a'], ['ep_b']);
		expect(world.deliveries()).toEqual([]);
		const found = await findDeliveries(world.process(), {});
		expect(show(found).sort()).toEqual(['ep_a sending', 'ep_b sending']);
		expect(found[0]).toMatchObject({ attempts: 0, responseCode: null, eventType: 'order.created' });
		await sending;
		const after = await findDeliveries(world.process(), {});
		expect(show(after).sort()).toEqual(['ep_a delivered', 'ep_b delivered']);
		expect(after.map(({ id }) => id)).toEqual(found.map(({ id }) => id));
	});

	test('has the deliveries that wait in their own state, and those in a batch once', async () => {
		const { sending, world } = await publishing(
			events(1),
			['ep_a'],
			['ep_off', { status: 'disabled' }],
			['ep_batch', { settings: { batch_settings: { max_events: 10, max_wait_seconds: 60 } } }],
		);
		const found = await findDeliveries(world.process(), {});
		expect(show(found).sort()).toEqual(['ep_a sending', 'ep_batch gathering', 'ep_off held']);
		await sending;
		expect(show(await findDeliveries(world.process(), {})).sort()).toEqual([
			'ep_a delivered',
			'ep_batch gathering',
			'ep_off held',
		]);
	});

	test.each([
		[{ statuses: ['sending'] }, 2],
		[{ statuses: ['delivered'] }, 0],
		[{ statuses: ['delivered', 'sending'] }, 2],
		[{ endpointId: 'ep_b' }, 1],
		[{ endpointId: 'ep_c' }, 0],
		[{ eventType: 'order.created' }, 2],
		[{ eventType: 'order.paid' }, 0],
		[{ eventId: 'evt_id-1' }, 2],
		[{ eventId: 'evt_id-9' }, 0],
		[{ until: '2025-01-15T10:00:00.000Z' }, 0],
		[{ since: '2025-01-15T10:00:00.000Z' }, 2],
		[{ outcomes: ['success'] }, 0],
		[{ responseCodes: [{ from: 200, to: 299 }] }, 0],
	])('meets the filter %j as any other', async (query, count) => {
		const { sending, world } = await publishing(events(1), ['ep_a'], ['ep_b']);
		expect(await findDeliveries(world.process(), query)).toHaveLength(count);
		await sending;
	});

	test('takes one call more, and only while there is one', async () => {
		const { sending, world } = await publishing(events(1), ['ep_a']);
		const during = world.process();
		await findDeliveries(during, {});
		expect(callNames(during.tables)).toEqual([
			'find events, find endpoints, find deliveries',
			'find deliveries',
		]);
		await sending;
		const after = world.process();
		await findDeliveries(after, {});
		expect(callNames(after.tables)).toHaveLength(1);
	});

	test('is read in pages like the rest, each delivery once', async () => {
		const { sending, world } = await publishing(events(5), ['ep_a'], ['ep_b']);
		await fc.assert(
			fc.asyncProperty(fc.integer({ min: 1, max: 12 }), async (limit) => {
				const seen = [];
				for (let after; ; ) {
					const page = await findDeliveries(world.process(), { after }, limit);
					if (page.length === 0) break;
					seen.push(...page.map(({ id }) => id));
					after = { acceptedAt: page.at(-1).acceptedAt, deliveryId: page.at(-1).id };
				}
				expect(seen).toHaveLength(10);
				expect(seen).toEqual([...new Set(seen)].sort().reverse());
			}),
			{ numRuns: 12 },
		);
		await sending;
	});

	test('never misses a delivery while its row is written, however the calls interleave', async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.integer({ min: 0, max: 400 }),
				fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 5, maxLength: 20 }),
				async (startMs, pauses) => {
					const world = createWorld({ attemptMs: 100 });
					await world.register('ep_a');
					let turn = 0;
					const latency = () => pauses[(turn += 1) % pauses.length];
					const sending = publishEvents(world.process({ latency }), events(1), LIMITS);
					await world.clock.wait(startMs);
					const isOnRecord = world.store.rows('events').length > 0;
					const found = await findDeliveries(world.process({ latency }), {});
					if (isOnRecord) expect(found).toHaveLength(1);
					await sending;
				},
			),
			{ numRuns: 60 },
		);
	});

	test('has nothing for an endpoint that was registered later', async () => {
		const { sending, world } = await publishing(events(1), ['ep_a']);
		const [{ id, ...row }] = world.store.rows('endpoints');
		const registeredAt = new Date(world.clock.nowMs()).toISOString();
		world.store.insert('endpoints', [
			{ ...row, endpoint_id: 'ep_new', registered_at: registeredAt },
		]);
		expect(show(await findDeliveries(world.process(), {}))).toEqual(['ep_a sending']);
		await sending;
	});

	test('is found by its ID, and cannot be replayed before its outcome', async () => {
		const { sending, world } = await publishing(events(1), ['ep_a']);
		const [{ id }] = await findDeliveries(world.process(), {});
		expect(await findDelivery(world.process(), id)).toMatchObject({ id, status: 'sending' });
		await expect(replayDelivery(world.process(), id, LIMITS)).rejects.toMatchObject({
			name: 'ReplayError',
			message: expect.stringContaining(`${id} is being sent`),
		});
		await sending;
		expect(world.attempts).toHaveLength(1);
		expect(world.statuses()).toEqual(['delivered']);
	});
});

test('the log names endpoints as they are called now, and deleted ones as they were', async () => {
	const world = createWorld();
	await world.register('ep_a');
	await world.register('ep_b');
	await publishEvents(world.process(), events(1), LIMITS);
	const rows = world.store.rows('endpoints');
	world.store.edit('endpoints', rows[0].id, { name: 'New name' });
	const remove = { all: [{ column: 'endpoint_id', operator: 'eq', value: 'ep_b' }] };
	await world.process().tables.remove('endpoints', remove);
	const found = await findDeliveries(world.process(), {});
	expect(found.map(({ endpointName }) => endpointName).sort()).toEqual([
		'Endpoint ep_b',
		'New name',
	]);
	const { id } = found.find(({ endpointId }) => endpointId === 'ep_a');
	expect(await findDelivery(world.process(), id)).toMatchObject({ endpointName: 'New name' });
});
