const fc = require('fast-check');

const { deliverDue } = require('../../../../build/core/outbox/dispatch/deliverDue');
const { MAX_EVENT_BYTES } = require('../../../../build/core/outbox/dispatch/newEvents');
const { publishEvents } = require('../../../../build/core/outbox/dispatch/publish');

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

	test('names the endpoints whose conditions held an event back, if no endpoint gets it', async () => {
		const world = createWorld();
		await world.register('ep_large', { settings: { conditions: { amount: { gt: 100 } } } });
		await world.register('ep_users', { eventTypes: ['user.*'] });
		const { sent } = await publishEvents(
			world.process(),
			[
				{ type: 'order.created', data: { amount: 5 } },
				{ type: 'user.created', data: { amount: 5 } },
			],
			LIMITS,
		);
		expect(sent.map(({ unmet }) => unmet)).toEqual([
			[{ id: 'ep_large', name: expect.any(String), condition: 'amount gt 100, found 5' }],
			[],
		]);
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
				lease_owner: null,
				lease_until: null,
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
		expect(world.store.rows('events')).toMatchObject([{ lease_owner: null, lease_until: null }]);
	});

	test('puts all events on record, with a lease, before the first attempt', async () => {
		const world = createWorld();
		await world.register('ep_a');
		await world.register('ep_b');
		const seen = [];
		world.answer = () => {
			seen.push({
				events: world.store.rows('events').map(({ data }) => data),
				leases: world.store.rows('events').map(({ lease_until: until }) => until > START),
				statuses: world.statuses(),
			});
			return 200;
		};
		await publishEvents(world.process(), events(3), { ...LIMITS, concurrency: 1 });
		expect(seen).toHaveLength(6);
		expect(seen[0]).toEqual({
			events: ['{"number":0}', '{"number":1}', '{"number":2}'],
			leases: [true, true, true],
			statuses: [],
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
	/** The outcomes are written, and the events' lease ends. */
	const AT_END = 'insert deliveries, update events';
	const USUAL = ['insert events, find endpoints', AT_END];

	test('is 2, for one event and for 500', async () => {
		expect(await recordCalls(1)).toEqual(USUAL);
		expect(await recordCalls(500)).toEqual(USUAL);
	});

	test('is one more per failing endpoint, for one event and for 500', async () => {
		const expected = [...USUAL, 'update endpoints', 'update endpoints'];
		expect(await recordCalls(1, { answer: () => 500 })).toEqual(expected);
		expect(await recordCalls(500, { answer: () => 500 })).toEqual(expected);
	});

	test('is one more with idempotency keys, to decide who owns the events', async () => {
		const expected = ['insert events, find endpoints, find events', 'update events', AT_END];
		expect(await recordCalls(1, { keys: true })).toEqual(expected);
		expect(await recordCalls(500, { keys: true })).toEqual(expected);
	});

	test('is 3 if the event was sent before', async () => {
		const before = async (world, inputs) => {
			await publishEvents(world.process(), inputs, LIMITS);
		};
		expect(await recordCalls(1, { keys: true, before })).toEqual([
			'insert events, find endpoints, find events',
			'remove events',
			'find deliveries, find deliveries',
		]);
	});
});

describe('an idempotency key', () => {
	const KEYED = { type: 'order.created', data: { number: 1 }, idempotencyKey: 'order 1' };

	test('sends an event once, however often it is published', async () => {
		const world = createWorld();
		await world.register('ep_a');
		const first = await publishEvents(world.process(), [KEYED], LIMITS);
		world.clock.advance(MINUTE);
		const second = await publishEvents(world.process(), [KEYED], LIMITS);
		expect(first.sent[0].duplicate).toBe(false);
		expect(second.sent).toEqual([
			{
				duplicate: true,
				isBatched: false,
				event: first.sent[0].event,
				deliveries: [
					{
						endpoint: expect.objectContaining({ id: 'ep_a' }),
						delivery: expect.objectContaining({ status: 'delivered', attempts: 1 }),
						response: null,
						isEarlier: true,
					},
				],
				undecided: [],
				unmet: [],
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

	test('that occurs twice in one call sends the event once', async () => {
		const world = createWorld();
		await world.register('ep_a');
		const { sent } = await publishEvents(world.process(), [KEYED, KEYED], LIMITS);
		expect(sent.map(({ duplicate }) => duplicate)).toEqual([false, true]);
		expect(sent.map(summary)).toEqual([['ep_a delivered'], ['ep_a delivered']]);
		const isEarlier = sent.map(({ deliveries: [delivery] }) => delivery.isEarlier);
		expect(isEarlier).toEqual([false, true]);
		expect(sent[1].event).toEqual(sent[0].event);
		expect(world.attempts).toHaveLength(1);
		expect(world.store.rows('events')).toHaveLength(1);
	});
});

describe('an idempotency key that was used for another event', () => {
	const KEYED = { type: 'order.created', data: { number: 1 }, idempotencyKey: 'order 1' };
	const OTHERS = [
		['other data', { data: { number: 2 } }],
		['more data', { data: { number: 1, amount: 3 } }],
		['another type', { type: 'order.changed' }],
		['text instead of a number', { data: { number: '1' } }],
	];
	const CONFLICT = expect.objectContaining({
		code: 'IDEMPOTENCY_CONFLICT',
		message: expect.stringMatching(/different type or different data.*"Idempotency Key"/),
	});

	test.each(OTHERS)('is a conflict in a later call, with %s', async (_, other) => {
		const world = createWorld();
		await world.register('ep_a');
		await publishEvents(world.process(), [KEYED], LIMITS);
		const inputs = [{ ...KEYED, ...other }, ...events(1)];
		const { sent } = await publishEvents(world.process(), inputs, LIMITS);
		expect(sent[0]).toMatchObject({ conflict: CONFLICT, duplicate: false, deliveries: [] });
		expect(sent[1].conflict).toBeUndefined();
		expect(sent.map(summary)).toEqual([[], ['ep_a delivered']]);
		expect(world.attempts).toHaveLength(2);
		expect(world.store.rows('events')).toHaveLength(2);
	});

	test.each(OTHERS)('is a conflict in the same call, with %s', async (_, other) => {
		const world = createWorld();
		await world.register('ep_a');
		const inputs = [KEYED, { ...KEYED, ...other }, KEYED];
		const { sent } = await publishEvents(world.process(), inputs, LIMITS);
		expect(sent.map(({ conflict }) => conflict)).toEqual([undefined, CONFLICT, undefined]);
		expect(sent.map(({ duplicate }) => duplicate)).toEqual([false, false, true]);
		expect(world.attempts.map(({ body }) => JSON.parse(body).data)).toEqual([{ number: 1 }]);
		expect(world.store.rows('events')).toHaveLength(1);
	});

	test('is a conflict if the first event has been batched', async () => {
		const world = createWorld();
		const batch_settings = { max_events: 1, max_wait_seconds: 60 };
		await world.register('ep_a', { settings: { batch_settings } });
		await publishEvents(world.process(), [KEYED], LIMITS);
		const inputs = [{ ...KEYED, data: {} }, KEYED];
		const { sent } = await publishEvents(world.process(), inputs, LIMITS);
		expect(sent.map(({ conflict }) => conflict)).toEqual([CONFLICT, undefined]);
		expect(world.attempts).toHaveLength(1);
	});

	test('fails the event if the first one was edited and cannot be read', async () => {
		const world = createWorld();
		await world.register('ep_a');
		await publishEvents(world.process(), [KEYED], LIMITS);
		const [{ id }] = world.store.rows('events');
		world.store.edit('events', id, { data: '{' });
		const { sent } = await publishEvents(world.process(), [KEYED, ...events(1)], LIMITS);
		expect(sent[0].conflict.message).toMatch(/^Row 1 of the outbox’s events table .*"data"/);
		expect(summary(sent[1])).toEqual(['ep_a delivered']);
	});
});

describe('an event that is sent again with its key', () => {
	const KEYED = { type: 'order.created', data: { number: 1 }, idempotencyKey: 'order 1' };
	const publish = async (world, inputs = [KEYED]) =>
		(await publishEvents(world.process(), inputs, LIMITS)).sent;

	test('reaches the endpoint that was registered since nobody took it', async () => {
		const world = createWorld();
		expect((await publish(world))[0]).toMatchObject({ duplicate: false, deliveries: [] });
		expect((await publish(world))[0]).toMatchObject({ duplicate: true, deliveries: [] });
		await world.register('ep_a');
		const [again] = await publish(world);
		expect(again).toMatchObject({ duplicate: true, deliveries: [{ isEarlier: false }] });
		expect(summary(again)).toEqual(['ep_a delivered']);
		expect(world.store.rows('events')).toMatchObject([{ lease_owner: null, lease_until: null }]);
		const [third] = await publish(world);
		expect(third).toMatchObject({ duplicate: true, deliveries: [{ isEarlier: true }] });
		expect(world.attempts).toHaveLength(1);
	});

	test('reaches only endpoints that have no delivery of it yet and are subscribed to it', async () => {
		const world = createWorld();
		await world.register('ep_a');
		await publish(world);
		await world.register('ep_b');
		await world.register('ep_off', { status: 'disabled' });
		await world.register('ep_users', { eventTypes: ['user.*'] });
		const [{ deliveries }] = await publish(world);
		const made = deliveries.map(({ delivery, endpoint, isEarlier }) =>
			[endpoint.id, delivery.status, isEarlier ? 'earlier' : 'now'].join(' '),
		);
		expect(made.sort()).toEqual([
			'ep_a delivered earlier',
			'ep_b delivered now',
			'ep_off held now',
		]);
		expect(world.attempts.map(({ endpointId }) => endpointId)).toEqual(['ep_a', 'ep_b']);
	});

	test('is not sent again to an endpoint that got it in a batch', async () => {
		const world = createWorld();
		await world.register('ep_a');
		const batch_settings = { max_events: 1, max_wait_seconds: 60 };
		await world.register('ep_batched', { settings: { batch_settings } });
		await publish(world);
		await world.register('ep_b');
		expect((await publish(world))[0]).toMatchObject({ duplicate: true, isBatched: true });
		expect(world.attempts.map(({ endpointId }) => endpointId).sort()).toEqual([
			'ep_a',
			'ep_b',
			'ep_batched',
		]);
	});

	test('by several runs at once makes each missing delivery once, however they interleave', async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.integer({ min: 2, max: 4 }),
				fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 20 }),
				async (count, latencies) => {
					const world = createWorld();
					await publish(world);
					await world.register('ep_a');
					await world.register('ep_b');
					let turn = 0;
					const latency = () => latencies[(turn += 1) % latencies.length];
					await Promise.all(
						Array.from({ length: count }, async () => {
							await publishEvents(world.process({ latency }), [KEYED], LIMITS);
						}),
					);
					expect(world.statuses()).toEqual(['delivered', 'delivered']);
					expect(world.attempts).toHaveLength(2);
				},
			),
			{ numRuns: 100 },
		);
	});

	test('gets its missing deliveries from the next run if this one is killed', async () => {
		for (const killed of ['before', 'after']) {
			for (let killAt = 1, finished = false; !finished; killAt += 1) {
				const world = createWorld();
				await publish(world);
				await world.register('ep_a');
				const dying = world.process({ killAt, killed });
				const [run] = await Promise.allSettled([publishEvents(dying, [KEYED], LIMITS)]);
				finished = run.status === 'fulfilled';
				world.clock.advance(10 * MINUTE);
				await deliverDue(world.process(), LIMITS);
				await publish(world);
				expect(world.statuses()).toEqual(['delivered']);
			}
		}
	});

	test('takes as many calls for 40 events as for one', async () => {
		const recordCalls = async (count) => {
			const world = createWorld();
			const inputs = events(count).map((input, index) => ({
				...input,
				idempotencyKey: `${index}`,
			}));
			await publish(world, inputs);
			await world.register('ep_a');
			const ports = world.process();
			await publishEvents(ports, inputs, LIMITS);
			return ports.tables.calls.filter(({ joined }) => !joined).length;
		};
		const calls = await recordCalls(1);
		expect(calls).toBe(6);
		expect(await recordCalls(40)).toBe(calls);
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
		expect(world.store.rows('events').every((row) => row.lease_until === null)).toBe(true);
	});
});

/** Returns an object with this many levels. */
const nest = (levels) =>
	Array.from({ length: levels }).reduce((value) => (value === null ? {} : { a: value }), null);

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
		['data with more than 500 levels', { type: 'a', data: nest(501) }, 'EventTooLargeError'],
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

	test('accepts an event with 500 levels, which Deliver Due can read', async () => {
		const world = createWorld({ answer: () => 503 });
		await world.register('ep_a');
		await publishEvents(world.process(), [{ type: 'a', data: nest(500) }], LIMITS);
		world.answer = () => 200;
		world.clock.advance(MINUTE);
		await deliverDue(world.process(), LIMITS);
		expect(world.statuses()).toEqual(['delivered']);
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
		'ep_c exhausted',
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
