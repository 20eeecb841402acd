const { deliverDue } = require('../../../../build/core/outbox/dispatch/deliverDue');
const { giveProbesBack } = require('../../../../build/core/outbox/dispatch/probes');
const { publishEvents } = require('../../../../build/core/outbox/dispatch/publish');
const { replayDelivery } = require('../../../../build/core/outbox/dispatch/replay');
const { updateEndpoint } = require('../../../../build/core/outbox/endpoint/lifecycle');
const { modifyEndpoint } = require('../../../../build/core/outbox/endpoint/repository');
const { createEncrypter } = require('../../../../build/core/outbox/store/encryption');
const { toEndpointRow } = require('../../../../build/core/outbox/store/endpoints');
const { emptyIdleEvent } = require('../../../../build/core/outbox/store/events');
const { createTenant } = require('../../../../build/core/outbox/tenant/tenantInput');
const { toTenantRow } = require('../../../../build/core/outbox/store/tenants');

const { createWorld, events, HOUR, KEY, LIMITS, MINUTE, SECOND } = require('../world');

/** The circuit opens with the first failure. */
const opening = (delays, more = {}) => ({
	circuit_breaker: { failures: 1, probe_minutes: 5 },
	disable_rule: { rule: 'never' },
	retry_policy: { schedule: 'list', delays },
	...more,
});
const SHORT = '1 min, 1 min, 1 min';
const LONG = '12 h, 12 h';

const run = async (world, more) => await deliverDue(world.process(), { ...LIMITS, ...more });
const send = async (world, count, more) =>
	await publishEvents(world.process(), events(count, more), { ...LIMITS, concurrency: 1000 });
/** Registers endpoints faster than one by one. The first row is that of another tenant’s endpoint. */
async function registerMany(world, endpoints, settings) {
	const template = await world.register('ep_template', { tenantId: 'nobody', settings });
	const encrypter = createEncrypter([KEY]);
	world.store.insert(
		'endpoints',
		endpoints.map((changes) =>
			toEndpointRow({ ...template, tenantId: 'default', ...changes }, encrypter),
		),
	);
}
const addTenant = (world, id, status) =>
	world.store.insert('tenants', [toTenantRow({ ...createTenant(id, {}, 0), status })]);

describe('an endpoint that is up again is probed after one interval', () => {
	/** Registers more endpoints of `acme` than a run probes at once, and `ep_z`. */
	async function crowdedWorld(settings, tenantId) {
		const world = createWorld({ answer: () => 503 });
		for (let index = 0; index < 25; index += 1) {
			await world.register(`ep_${index}`, { tenantId: 'acme', settings });
		}
		await world.register('ep_z', { tenantId, settings: opening(SHORT) });
		for (const id of new Set(['acme', tenantId])) {
			await send(world, 1, { tenantId: id });
			await send(world, 1, { tenantId: id });
		}
		world.answer = ({ endpoint }) => (endpoint.id === 'ep_z' ? 200 : 503);
		world.attempts.length = 0;
		return world;
	}

	test.each([['acme'], ['other']])(
		'while 25 others of the tenant acme have nothing to attempt, as an endpoint of %s',
		async (tenantId) => {
			const world = await crowdedWorld(opening(LONG, { in_order: {} }), tenantId);
			world.clock.advance(5 * MINUTE + SECOND);
			await run(world);
			const ofZ = world.deliveries().filter(({ endpoint_id }) => endpoint_id === 'ep_z');
			expect(ofZ.map(({ status }) => status)).toEqual(['delivered', 'delivered']);
			expect(new Set(world.attempts.map(({ endpointId }) => endpointId))).toEqual(
				new Set(['ep_z']),
			);
		},
	);

	test('while 25 others belong to a disabled tenant, which are not probed', async () => {
		const world = await crowdedWorld(opening(LONG), 'other');
		addTenant(world, 'acme', 'disabled');
		world.clock.advance(5 * MINUTE + SECOND);
		await run(world);
		expect(world.attempts.map(({ endpointId }) => endpointId)).toEqual(['ep_z', 'ep_z']);
	});

	test('while 25 others of another tenant are probed', async () => {
		const world = await crowdedWorld(opening(SHORT), 'other');
		world.clock.advance(5 * MINUTE + SECOND);
		await run(world);
		const probed = world.attempts.map(({ endpointId }) => endpointId);
		expect(probed.slice(0, 20)).toContain('ep_z');
		// Its success lets the run look again, at the rest of them.
		expect(new Set(probed).size).toBe(26);
		expect(probed).toHaveLength(2 + 25);
	});

	test('while the deliveries of others fill the page', async () => {
		const world = createWorld({ answer: () => 503 });
		for (let index = 0; index < 40; index += 1) {
			await world.register(`ep_${index}`, { settings: opening(LONG, { in_order: {} }) });
		}
		await send(world, 2);
		await world.register('ep_z', { tenantId: 'other', settings: opening(SHORT) });
		await send(world, 2, { tenantId: 'other' });
		world.answer = ({ endpoint }) => (endpoint.id === 'ep_z' ? 200 : 503);
		world.attempts.length = 0;
		world.clock.advance(5 * MINUTE + SECOND);
		await run(world, { maxDeliveries: 10 });
		expect(world.attempts.map(({ endpointId }) => endpointId)).toEqual(['ep_z', 'ep_z']);
	});
});

test('tenants whose IDs are numbers have the probes that have been due for longest first, too', async () => {
	const world = createWorld({ answer: () => 503 });
	const settings = opening(SHORT, { circuit_breaker: { failures: 1, probe_minutes: 1 } });
	for (let number = 1; number <= 25; number += 1) {
		const tenantId = String(number);
		await world.register(`ep_${number}`, { tenantId, settings });
		await send(world, 1, { tenantId });
	}
	world.attempts.length = 0;
	for (let runs = 0; runs < 2; runs += 1) {
		world.clock.advance(2 * MINUTE);
		await run(world);
	}
	expect(new Set(world.attempts.map(({ endpointId }) => endpointId)).size).toBe(25);
});

test('an endpoint with nothing to attempt waits for its next probe, which the log shows', async () => {
	const world = createWorld({ answer: () => 503 });
	await world.register('ep_a', { settings: opening(LONG, { in_order: {} }) });
	await send(world, 2);
	world.clock.advance(5 * MINUTE + SECOND);
	const nowMs = world.clock.nowMs();
	await run(world);
	expect(await world.endpoint('ep_a')).toMatchObject({
		probeAt: new Date(nowMs + 5 * MINUTE).toISOString(),
	});
	world.answer = () => 200;
	world.clock.advance(12 * HOUR);
	await run(world);
	expect(world.statuses()).toEqual(['delivered', 'delivered']);
});

test('an endpoint is probed with what comes after more orders on hold than fit in a page', async () => {
	const world = createWorld();
	const settings = opening(SHORT, { in_order: { key: 'number' } });
	await world.register('ep_a', { settings, status: 'disabled' });
	await send(world, 1000);
	const [{ id }] = world.store.rows('endpoints');
	world.store.edit('endpoints', id, { status: 'active' });
	world.answer = () => 503;
	await publishEvents(world.process(), [{ type: 'a', data: { number: 1000 } }], LIMITS);
	world.answer = () => 200;
	world.clock.advance(5 * MINUTE + SECOND);
	await run(world);
	expect(world.attempts).toHaveLength(2);
	expect(await world.endpoint('ep_a')).toMatchObject({ probeAt: null });
});

test('a run that takes longer than the intervals makes each probe once', async () => {
	const world = createWorld({ answer: () => 503, attemptMs: 2 * MINUTE });
	const circuit_breaker = { failures: 1, probe_minutes: 1 };
	for (let index = 0; index < 25; index += 1) {
		const isStuck = index < 22;
		const more = { circuit_breaker, ...(isStuck && { in_order: {} }) };
		await world.register(`ep_${index}`, { settings: opening(isStuck ? LONG : SHORT, more) });
	}
	await send(world, 1);
	await send(world, 1);
	world.attempts.length = 0;
	world.clock.advance(2 * MINUTE);
	await run(world);
	expect(world.attempts.map(({ endpointId }) => endpointId).sort()).toEqual([
		'ep_22',
		'ep_23',
		'ep_24',
	]);
});

describe('a probe is not spent on', () => {
	const waste = {
		'deliveries whose payload was forgotten': async (world, rows) => {
			const { tables } = world.process();
			for (const { event_id } of rows) await emptyIdleEvent(tables, event_id, world.clock.nowMs());
		},
		'deliveries that cannot be read': async (world, rows) => {
			for (const { id } of rows) world.store.edit('deliveries', id, { attempt_log: 'edited' });
		},
		'deliveries whose event is gone': async (world, rows) => {
			for (const { event_id: value } of rows) {
				const all = [{ column: 'event_id', operator: 'eq', value }];
				await world.process().tables.remove('events', { all });
			}
		},
		'deliveries that return to a batching queue': async (world) => {
			const batch_settings = { max_events: 10, max_wait_seconds: 60 };
			await modifyEndpoint(world.process(), 'ep_a', (endpoint) =>
				updateEndpoint(endpoint, { settings: { batch_settings } }, world.clock.nowMs()),
			);
		},
		'deliveries that get a place': async (world) => {
			await modifyEndpoint(world.process(), 'ep_a', (endpoint) =>
				updateEndpoint(endpoint, { settings: { in_order: {} } }, world.clock.nowMs()),
			);
		},
	};

	test.each(
		Object.entries(waste).flatMap(([title, spoil]) =>
			// In an order, everything has a place, and what cannot be read keeps the rest waiting.
			(/place|be read/.test(title) ? [{}] : [{}, { in_order: {} }]).map((settings) => ({
				title,
				spoil,
				settings,
			})),
		),
	)('$title, with $settings', async ({ settings, spoil }) => {
		const world = createWorld({ answer: () => 503 });
		await world.register('ep_a', { settings: opening(SHORT, settings) });
		await send(world, 1);
		const [{ id }] = world.deliveries();
		await send(world, 230);
		await send(world, 5);
		// The first delivery, which failed, is out of the way.
		world.store.edit('deliveries', id, { status: 'failed', next_attempt_at: null });
		await spoil(world, world.deliveries().slice(1, 231));
		world.answer = () => 200;
		world.attempts.length = 0;
		world.clock.advance(5 * MINUTE + SECOND);
		await run(world);
		expect(world.attempts.length).toBeGreaterThanOrEqual(5);
		expect(await world.endpoint('ep_a')).toMatchObject({ probeAt: null });
	});

	test('more than one of them while the endpoint is down', async () => {
		const world = createWorld({ answer: () => 503 });
		await world.register('ep_a', { settings: opening(LONG) });
		await send(world, 1);
		await send(world, 1);
		await send(world, 50);
		const { tables } = world.process();
		await emptyIdleEvent(tables, world.deliveries()[1].event_id, world.clock.nowMs());
		const before = world.attempts.length;
		for (let minute = 0; minute < 11; minute += 1) {
			world.clock.advance(MINUTE);
			await run(world);
		}
		expect(world.attempts).toHaveLength(before + 2);
		// Those that were leased with it wait as before, and nothing was lost.
		const waiting = world
			.deliveries()
			.filter(({ attempts, status }) => attempts === 0 && status === 'pending');
		expect(waiting).toHaveLength(48);
		expect(new Set(waiting.map(({ error }) => error)).size).toBe(1);
		expect(waiting[0].error).toMatch(/keeps failing/);
	});
});

test('a probe is not given back if the endpoint was changed in the meantime', async () => {
	const world = createWorld({ answer: () => 503 });
	await world.register('ep_a', { settings: opening(SHORT) });
	await send(world, 1);
	const before = await world.endpoint('ep_a');
	const probeAt = '2025-01-15T12:00:00.000Z';
	const reserve = async (probe) =>
		await modifyEndpoint(world.process(), 'ep_a', (endpoint) => ({ ...endpoint, probeAt: probe }));
	const after = await reserve(probeAt);
	const reserved = new Map([['ep_a', { before, after }]]);
	expect(await giveProbesBack(world.process(), { reserved }, [])).toBe(true);
	expect(await world.endpoint('ep_a')).toMatchObject({ probeAt: before.probeAt });
	expect(await giveProbesBack(world.process(), { reserved }, [])).toBe(true);
	const changed = await reserve(null);
	await giveProbesBack(world.process(), { reserved }, []);
	expect(await world.endpoint('ep_a')).toMatchObject({ probeAt: null, revision: changed.revision });
});

describe('with more of them than a find can leave out,', () => {
	test.each([
		[{}],
		[{ in_order: {} }],
		[{ batch_settings: { max_events: 2, max_wait_seconds: 30 } }],
		[{ in_order: {}, batch_settings: { max_events: 2, max_wait_seconds: 30 } }],
	])('endpoints with an open circuit get nothing but their probes: %j', async (more) => {
		const world = createWorld({ answer: () => 503, attemptMs: 1 });
		const probeAt = new Date(world.clock.nowMs() + 5 * MINUTE).toISOString();
		await registerMany(
			world,
			Array.from({ length: 800 }, (_, index) => ({ id: `ep_${index}`, probeAt })),
			opening(SHORT, more),
		);
		await send(world, 4);
		for (const minute of [1, 2]) {
			world.clock.advance(minute * MINUTE);
			await run(world, { concurrency: 1000 });
		}
		expect(world.attempts).toEqual([]);
		world.clock.advance(2 * MINUTE);
		await run(world);
		const probed = world.attempts.map(({ endpointId }) => endpointId);
		expect(probed.length).toBeGreaterThan(0);
		expect(new Set(probed).size).toBe(probed.length);
	});

	test('disabled tenants get nothing', async () => {
		const world = createWorld({ answer: () => 503 });
		const ids = Array.from({ length: 410 }, (_, index) => `tenant-${index}`);
		await registerMany(
			world,
			ids.map((tenantId) => ({ id: `ep_${tenantId}`, tenantId })),
			{ retry_policy: { schedule: 'list', delays: SHORT } },
		);
		const inputs = ids.flatMap((tenantId) => events(1, { tenantId }));
		await publishEvents(world.process(), inputs, LIMITS);
		for (const id of ids) addTenant(world, id, 'disabled');
		world.attempts.length = 0;
		for (let count = 0; count < 2; count += 1) {
			world.clock.advance(2 * MINUTE);
			await run(world);
		}
		expect(world.attempts).toEqual([]);
		expect(new Set(world.statuses())).toEqual(new Set(['pending']));
		for (const { id } of world.store.rows('tenants'))
			world.store.edit('tenants', id, { status: 'active' });
		world.answer = () => 200;
		world.clock.advance(2 * MINUTE);
		await run(world);
		expect(new Set(world.statuses())).toEqual(new Set(['delivered']));
	});
});

test('a replay attempts a delivery at once while the circuit is open', async () => {
	const world = createWorld({ answer: () => 503 });
	await world.register('ep_a', { settings: opening(SHORT) });
	await send(world, 1);
	world.answer = () => 200;
	await replayDelivery(world.process(), world.deliveries()[0].delivery_id, LIMITS);
	expect(world.statuses()).toEqual(['delivered']);
});
