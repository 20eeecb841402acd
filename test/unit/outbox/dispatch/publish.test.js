const { MAX_EVENT_BYTES } = require('../../../../dist/core/outbox/dispatch/newEvents');
const { publishEvents } = require('../../../../dist/core/outbox/dispatch/publish');

const { callNames } = require('../memoryTables');
const { createWorld, events, LIMITS, MINUTE, SECOND, START } = require('../world');

const iso = (ms) => new Date(ms).toISOString();
const summary = ({ deliveries }) =>
	deliveries.map(({ delivery, endpoint }) => `${endpoint.id} ${delivery.status}`).sort();

describe('publishEvents', () => {
	test('delivers an event to every subscribed endpoint and to no other', async () => {
		const world = createWorld();
		await world.register('ep_all');
		await world.register('ep_orders', { eventTypes: ['order.*'] });
		await world.register('ep_large', { settings: { conditions: { amount: { gt: 100 } } } });
		await world.register('ep_users', { eventTypes: ['user.created'] });
		const { changes, sent } = await publishEvents(
			world.process(),
			[
				{ type: 'order.created', data: { amount: 500 } },
				{ type: 'user.created', data: { amount: 1 } },
				{ type: 'order.paid', data: {} },
			],
			LIMITS,
		);
		expect(sent.map(summary)).toEqual([
			['ep_all delivered', 'ep_large delivered', 'ep_orders delivered'],
			['ep_all delivered', 'ep_users delivered'],
			['ep_all delivered', 'ep_orders delivered'],
		]);
		expect(changes).toEqual([]);
		const [order, user, paid] = sent.map(({ event }) => event.id);
		expect(new Set([order, user, paid]).size).toBe(3);
		expect(world.attempts.map(({ endpointId, key }) => `${endpointId} ${key}`).sort()).toEqual(
			[
				`ep_all ${order}`,
				`ep_all ${user}`,
				`ep_all ${paid}`,
				`ep_orders ${order}`,
				`ep_orders ${paid}`,
				`ep_large ${order}`,
				`ep_users ${user}`,
			].sort(),
		);
	});

	test('returns type, data and time of each event, and stores one row per delivery', async () => {
		const world = createWorld();
		await world.register('ep_a');
		const { sent } = await publishEvents(world.process(), events(2), LIMITS);
		expect(sent).toMatchObject([
			{
				duplicate: false,
				event: { type: 'order.created', data: { number: 0 }, acceptedAt: START },
			},
			{
				duplicate: false,
				event: { type: 'order.created', data: { number: 1 }, acceptedAt: START },
			},
		]);
		expect(world.deliveries()).toMatchObject(
			sent.map(({ event }) => ({
				event_id: event.id,
				endpoint_id: 'ep_a',
				status: 'delivered',
				attempts: 1,
				response_code: 200,
				response_time_ms: 100,
				accepted_at: START,
				completed_at: iso(Date.parse(START) + 100),
				next_attempt_at: null,
				lease_owner: null,
				error: null,
			})),
		);
		expect(world.store.rows('events')).toMatchObject(
			sent.map(({ event }) => ({
				event_id: event.id,
				data: JSON.stringify(event.data),
				endpoint_ids: '["ep_a"]',
				fan_out_owner: null,
				fan_out_until: null,
			})),
		);
	});

	test('delivers nothing when no endpoint is subscribed to the event, and stores the event', async () => {
		const world = createWorld();
		await world.register('ep_a', { eventTypes: ['user.created'] });
		const { sent } = await publishEvents(world.process(), events(1), LIMITS);
		expect(sent[0]).toMatchObject({ duplicate: false, deliveries: [] });
		expect(world.attempts).toEqual([]);
		expect(world.deliveries()).toEqual([]);
		expect(world.store.rows('events')).toMatchObject([{ endpoint_ids: '[]', fan_out_until: null }]);
	});

	test('stores events and deliveries before the first attempt', async () => {
		const world = createWorld();
		await world.register('ep_a');
		await world.register('ep_b');
		const seen = [];
		world.answer = () => {
			seen.push({
				events: world.store.rows('events').map(({ data }) => data),
				statuses: world.statuses(),
			});
			return 200;
		};
		await publishEvents(world.process(), events(3), { ...LIMITS, concurrency: 1 });
		expect(seen).toHaveLength(6);
		expect(seen[0]).toEqual({
			events: ['{"number":0}', '{"number":1}', '{"number":2}'],
			statuses: Array(6).fill('sending'),
		});
	});
});

describe('the number of calls to the tables', () => {
	async function recordCalls(count, { answer = () => 200, keys = false, before } = {}) {
		const world = createWorld({ answer });
		await world.register('ep_a');
		await world.register('ep_b');
		const inputs = events(count).map((input, index) =>
			keys ? { ...input, idempotencyKey: `key ${index}` } : input,
		);
		if (before) await before(world, inputs);
		const ports = world.process();
		await publishEvents(ports, inputs, { ...LIMITS, concurrency: 1000 });
		return callNames(ports.tables);
	}
	const FIND = 'find endpoints';
	/** The outcomes replace the leased rows, and the events' fan-out is completed. */
	const AT_END = 'insert deliveries, remove deliveries, update events';
	const USUAL = [FIND, 'insert events, insert deliveries', AT_END];

	test('is 3, for one event and for 500', async () => {
		expect(await recordCalls(1)).toEqual(USUAL);
		expect(await recordCalls(500)).toEqual(USUAL);
	});

	test('is one more per failing endpoint, for one event and for 500', async () => {
		const expected = [...USUAL, 'update endpoints', 'update endpoints'];
		expect(await recordCalls(1, { answer: () => 500 })).toEqual(expected);
		expect(await recordCalls(500, { answer: () => 500 })).toEqual(expected);
	});

	test('is 4 more with idempotency keys, to decide who owns the events', async () => {
		const expected = [
			FIND,
			'find events',
			'insert events',
			'find events',
			'update events',
			'insert deliveries',
			AT_END,
		];
		expect(await recordCalls(1, { keys: true })).toEqual(expected);
		expect(await recordCalls(500, { keys: true })).toEqual(expected);
	});

	test('is 3 if all events were sent before', async () => {
		const before = async (world, inputs) => {
			await publishEvents(world.process(), inputs, LIMITS);
		};
		const expected = ['find endpoints', 'find events', 'find deliveries'];
		expect(await recordCalls(1, { keys: true, before })).toEqual(expected);
		// With two endpoints: 800 deliveries, which fit in a page.
		expect(await recordCalls(400, { keys: true, before })).toEqual(expected);
	});
});

describe('an idempotency key', () => {
	const KEYED = { type: 'order.created', data: { number: 1 }, idempotencyKey: 'order 1' };

	test('sends an event once, however often it is published', async () => {
		const world = createWorld();
		await world.register('ep_a');
		const first = await publishEvents(world.process(), [KEYED], LIMITS);
		world.clock.advance(MINUTE);
		const other = { ...KEYED, data: { number: 2 }, type: 'order.changed' };
		const second = await publishEvents(world.process(), [other], LIMITS);
		expect(first.sent[0].duplicate).toBe(false);
		expect(second.sent).toEqual([
			{
				duplicate: true,
				event: first.sent[0].event,
				deliveries: [
					{
						endpoint: expect.objectContaining({ id: 'ep_a' }),
						delivery: expect.objectContaining({ status: 'delivered', attempts: 1 }),
						response: null,
					},
				],
			},
		]);
		expect(world.attempts).toHaveLength(1);
		expect(world.store.rows('events')).toHaveLength(1);
		expect(world.deliveries()).toHaveLength(1);
	});

	test('that differs or is empty makes another event', async () => {
		const world = createWorld();
		await world.register('ep_a');
		const inputs = ['a', 'b', '', ''].map((idempotencyKey) => ({ ...KEYED, idempotencyKey }));
		const { sent } = await publishEvents(world.process(), inputs, LIMITS);
		expect(sent.map(({ duplicate }) => duplicate)).toEqual([false, false, false, false]);
		expect(world.attempts).toHaveLength(4);
	});

	test('that occurs twice in one call sends the first event only', async () => {
		const world = createWorld();
		await world.register('ep_a');
		const again = { ...KEYED, data: { number: 2 } };
		const { sent } = await publishEvents(world.process(), [KEYED, again], LIMITS);
		expect(sent.map(({ duplicate }) => duplicate)).toEqual([false, true]);
		expect(sent.map(summary)).toEqual([['ep_a delivered'], ['ep_a delivered']]);
		expect(sent[1].event.id).toBe(sent[0].event.id);
		expect(world.attempts).toHaveLength(1);
		expect(JSON.parse(world.attempts[0].body).data).toEqual({ number: 1 });
		expect(world.store.rows('events')).toHaveLength(1);
	});

	test('that occurs twice in one call returns the same event for both', async () => {
		const world = createWorld();
		await world.register('ep_a');
		const again = { ...KEYED, data: { number: 2 }, type: 'order.changed' };
		const { sent } = await publishEvents(world.process(), [KEYED, again], LIMITS);
		expect(sent[1].event).toEqual(sent[0].event);
	});
});

describe('the delivery to a disabled endpoint', () => {
	test('is put on hold with the reason and without an attempt', async () => {
		const world = createWorld();
		await world.register('ep_a', { status: 'disabled' });
		await world.register('ep_b');
		const ports = world.process();
		const { sent } = await publishEvents(ports, events(1), LIMITS);
		expect(summary(sent[0])).toEqual(['ep_a held', 'ep_b delivered']);
		expect(world.attempts.map(({ endpointId }) => endpointId)).toEqual(['ep_b']);
		const row = world.deliveries().find(({ endpoint_id: id }) => id === 'ep_a');
		expect(row).toMatchObject({
			status: 'held',
			attempts: 0,
			next_attempt_at: null,
			lease_owner: null,
			error: expect.stringContaining('disabled'),
		});
	});

	test('is put on hold if there is no other endpoint', async () => {
		const world = createWorld();
		await world.register('ep_a', { status: 'disabled' });
		const { sent } = await publishEvents(world.process(), events(2), LIMITS);
		expect(sent.map(summary)).toEqual([['ep_a held'], ['ep_a held']]);
		expect(world.statuses()).toEqual(['held', 'held']);
		expect(world.store.rows('events').every((row) => row.fan_out_until === null)).toBe(true);
	});
});

describe('publishEvents, before it stores anything,', () => {
	test.each([
		[
			'data that is too long',
			{ type: 'order.created', data: { text: 'x'.repeat(MAX_EVENT_BYTES) } },
			'EventTooLargeError',
		],
		[
			'data that has too many bytes',
			{ type: 'a', data: { t: 'ä'.repeat(131_072) } },
			'EventTooLargeError',
		],
		['one of no type', { type: '', data: {} }, 'InvalidEndpointError'],
	])('rejects %s, together with all other events of the call', async (_, input, name) => {
		const world = createWorld();
		await world.register('ep_a');
		const ports = world.process();
		await expect(publishEvents(ports, [...events(1), input], LIMITS)).rejects.toMatchObject({
			name,
		});
		expect(world.store.rows('events')).toEqual([]);
		expect(world.deliveries()).toEqual([]);
		expect(world.attempts).toEqual([]);
	});

	test('accepts an event of exactly the largest size', async () => {
		const world = createWorld();
		await world.register('ep_a');
		const frame = JSON.stringify({ text: '' }).length;
		const data = { text: 'x'.repeat(MAX_EVENT_BYTES - frame) };
		const { sent } = await publishEvents(world.process(), [{ type: 'a', data }], LIMITS);
		expect(summary(sent[0])).toEqual(['ep_a delivered']);
	});
});

test('a failed attempt leaves a delivery that is due by its schedule', async () => {
	const world = createWorld({ answer: () => 503 });
	await world.register('ep_a');
	await world.register('ep_b', {
		settings: { retry_policy: { schedule: 'list', delays: '7 s' } },
	});
	await world.register('ep_c', { settings: { retry_policy: { schedule: 'none' } } });
	const { changes, sent } = await publishEvents(world.process(), events(1), LIMITS);
	expect(summary(sent[0])).toEqual(['ep_a pending', 'ep_b pending', 'ep_c failed']);
	const endedMs = Date.parse(START) + 100;
	const rows = new Map(world.deliveries().map((row) => [row.endpoint_id, row]));
	expect(rows.size).toBe(3);
	const pending = { status: 'pending', attempts: 1, completed_at: null, lease_owner: null };
	// AgenticFlow's first wait is a minute; the jitter is fixed here.
	expect(rows.get('ep_a')).toMatchObject({ ...pending, next_attempt_at: iso(endedMs + MINUTE) });
	expect(rows.get('ep_b')).toMatchObject({
		...pending,
		next_attempt_at: iso(endedMs + 7 * SECOND),
	});
	expect(rows.get('ep_c')).toMatchObject({
		status: 'failed',
		attempts: 1,
		next_attempt_at: null,
		completed_at: iso(endedMs),
		error: 'The endpoint answered with status 503. No retries are allowed',
	});
	expect(changes.map(({ change, endpoint }) => `${endpoint.id} ${change}`).sort()).toEqual([
		'ep_a failing',
		'ep_b failing',
		'ep_c failing',
	]);
});

test('publishEvents does not end while attempts are running, even if the tables fail', async () => {
	const world = createWorld({ attemptMs: 5000 });
	await world.register('ep_a');
	const failAt = ({ method, table }) => method === 'update' && table === 'events';
	const ports = world.process({ failAt });
	await expect(publishEvents(ports, events(3), LIMITS)).rejects.toThrow('busy');
	expect(world.attempts.map(({ endMs }) => endMs !== undefined)).toEqual([true, true, true]);
	expect(world.statuses()).toContain('delivered');
});
