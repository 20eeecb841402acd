const { deliverDue } = require('../../../../build/core/outbox/dispatch/deliverDue');
const { publishEvents } = require('../../../../build/core/outbox/dispatch/publish');
const {
	changeEndpointStatus,
	deleteEndpoint,
	loadEndpoint,
} = require('../../../../build/core/outbox/endpoint/repository');

const { createWorld, events, HOUR, LIMITS, MINUTE, response, SECOND, START } = require('../world');

const iso = (ms) => new Date(ms).toISOString();
const START_MS = Date.parse(START);

describe('EndpointHealthTracker', () => {
	const count = (number) => ({
		settings: { disable_rule: { rule: 'consecutiveFailures', count: number } },
	});

	test('saves an endpoint’s health and reports changes: failing, then recovered', async () => {
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

	test('disables an endpoint and puts its other deliveries of the run on hold', async () => {
		const world = createWorld({ answer: ({ endpoint }) => (endpoint.id === 'ep_a' ? 500 : 200) });
		await world.register('ep_a', count(2));
		await world.register('ep_b');
		const limits = { ...LIMITS, concurrency: 1 };
		const { changes } = await publishEvents(world.process(), events(5), limits);
		expect(world.attemptsTo('ep_a')).toHaveLength(2);
		expect(world.attemptsTo('ep_b')).toHaveLength(5);
		const rows = world.deliveries().filter(({ endpoint_id: id }) => id === 'ep_a');
		const byStatus = (status) => rows.filter((row) => row.status === status);
		expect(byStatus('pending')).toHaveLength(2);
		expect(byStatus('held')).toHaveLength(3);
		for (const row of byStatus('held')) {
			expect(row).toMatchObject({
				attempts: 0,
				next_attempt_at: null,
				error: 'The endpoint is disabled: 2 attempts failed in a row',
			});
		}
		expect(changes.map(({ change }) => change)).toEqual(['failing', 'disabled']);
		expect(await world.endpoint('ep_a')).toMatchObject({
			status: 'disabled',
			statusReason: '2 attempts failed in a row',
			statusChangedAt: iso(changes[1].atMs),
		});
		// Its retries are held when they are due.
		world.clock.advance(HOUR);
		await deliverDue(world.process(), limits);
		expect(world.attemptsTo('ep_a')).toHaveLength(2);
		expect(world.statuses().filter((status) => status === 'held')).toHaveLength(5);
	});

	const counted = { rule: 'consecutiveFailures', count: 100 };

	test('counts failures of simultaneous runs if the disable rule counts them', async () => {
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

	test('fails a delivery and disables its endpoint at once after 410 Gone', async () => {
		const world = createWorld({ answer: () => 410 });
		await world.register('ep_a', { settings: { disable_rule: { rule: 'never' } } });
		const limits = { ...LIMITS, concurrency: 1 };
		const { changes, sent } = await publishEvents(world.process(), events(3), limits);
		expect(world.attempts).toHaveLength(1);
		expect(sent.map(({ deliveries: [{ delivery }] }) => delivery.status)).toEqual([
			'failed',
			'held',
			'held',
		]);
		expect(changes.map(({ change }) => change)).toEqual(['failing', 'disabled', 'exhausted']);
		expect(await world.endpoint('ep_a')).toMatchObject({
			status: 'disabled',
			statusReason: 'The endpoint answered 410 Gone',
		});
	});

	test.each([200, 500])('disables an endpoint that asks for it, and answers %d', async (status) => {
		const world = createWorld({
			answer: () => response(status, { 'webhook-delivery': 'disable-endpoint' }),
		});
		await world.register('ep_a');
		const limits = { ...LIMITS, concurrency: 1 };
		const { changes, sent } = await publishEvents(world.process(), events(2), limits);
		expect(world.attempts).toHaveLength(1);
		expect(sent.map(({ deliveries: [{ delivery }] }) => delivery.status)).toEqual([
			status === 200 ? 'delivered' : 'failed',
			'held',
		]);
		expect(changes.map(({ change }) => change)).toEqual(
			status === 200 ? ['disabled'] : ['failing', 'disabled', 'exhausted'],
		);
		expect(await world.endpoint('ep_a')).toMatchObject({
			status: 'disabled',
			statusReason: 'The endpoint asked to be disabled',
		});
		const [{ attempt_log: log }] = world.deliveries();
		expect(JSON.parse(log)[0].response.headers).toEqual({
			'webhook-delivery': 'disable-endpoint',
		});
	});

	test.each(['failingFor, the rule of most platforms', 'exhausted'])(
		'fails a delivery and keeps its endpoint active if the endpoint wants no retries, with the rule %s',
		async (rule) => {
			const world = createWorld({
				answer: () => response(500, { 'webhook-delivery': 'abort-message' }),
			});
			await world.register('ep_a', {
				settings: rule === 'exhausted' ? { disable_rule: { rule } } : {},
			});
			const { sent } = await publishEvents(world.process(), events(1), LIMITS);
			expect(sent[0].deliveries[0].delivery).toMatchObject({
				status: 'failed',
				error:
					'The endpoint answered with status 500. The endpoint asked for no retries of this delivery',
			});
			world.clock.advance(HOUR);
			await deliverDue(world.process(), LIMITS);
			expect(world.attempts).toHaveLength(1);
			expect((await world.endpoint('ep_a')).status).toBe('active');
		},
	);

	test('disables a WorkFlux endpoint when all attempts of a delivery have failed', async () => {
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

	test('counts every attempt, including retries without a delay', async () => {
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

	test('saves nothing for an endpoint that was deleted during the run', async () => {
		const world = createWorld({ answer: () => 500 });
		await world.register('ep_a');
		world.answer = async () => {
			await world.store.connect().remove('endpoints', { all: [] });
			return 500;
		};
		const { changes, sent } = await publishEvents(world.process(), events(1), LIMITS);
		expect(sent[0].deliveries[0].delivery.status).toBe('pending');
		expect(changes.map(({ change }) => change)).toEqual([]);
		expect(world.store.rows('endpoints')).toEqual([]);
	});
});

/** Pauses, disables or enables an endpoint by hand, or deletes it. */
async function stop(world, status) {
	const ports = world.process();
	if (status === 'deleted') return await deleteEndpoint(ports, 'ep_a');
	const endpoint = await loadEndpoint(ports, 'ep_a');
	return await changeEndpointStatus(ports, endpoint, status, 'by hand');
}

const ONE_BY_ONE = { ...LIMITS, concurrency: 1 };

describe('a run puts nothing on hold unless its endpoint is disabled:', () => {
	test('another run has seen a success', async () => {
		const world = createWorld({
			attemptMs: ({ body }) => (JSON.parse(body).data.isSlow ? 5000 : 100),
			answer: ({ body }) => (JSON.parse(body).data.fails ? 500 : 200),
		});
		await world.register('ep_a', {
			settings: {
				disable_rule: { rule: 'consecutiveFailures', count: 2 },
				retry_policy: { schedule: 'list', delays: '1 h' },
			},
		});
		const failing = (data) => ({ type: 'order.created', data: { ...data, fails: true } });
		await publishEvents(world.process(), [failing({})], LIMITS);
		const inputs = [failing({ isSlow: true }), ...events(3)];
		const slow = publishEvents(world.process(), inputs, ONE_BY_ONE);
		await world.clock.wait(SECOND);
		await publishEvents(world.process(), events(1), LIMITS);
		const { changes } = await slow;
		expect(changes.map(({ change }) => change)).toEqual(['failing', 'recovered']);
		expect((await world.endpoint('ep_a')).status).toBe('active');
		expect(world.statuses().sort()).toEqual([
			...Array(4).fill('delivered'),
			...Array(2).fill('pending'),
		]);
	});

	test.each(['paused', 'deleted'])('it was %s meanwhile', async (status) => {
		const world = createWorld();
		world.answer = async () => {
			if (world.attempts.length > 1) return 200;
			await stop(world, status);
			return 410;
		};
		await world.register('ep_a', { settings: { in_order: {} } });
		await publishEvents(world.process(), events(3), ONE_BY_ONE);
		expect(world.statuses()).toEqual(['failed', 'pending', 'pending']);
		if (status === 'paused') await stop(world, 'active');
		world.clock.advance(MINUTE);
		await deliverDue(world.process(), LIMITS);
		expect(world.statuses()).toEqual([
			'failed',
			...Array(2).fill(status === 'paused' ? 'delivered' : 'failed'),
		]);
	});

	test('several attempts disable it at once', async () => {
		const world = createWorld({ answer: () => 410 });
		await world.register('ep_a');
		const latency = () => 50;
		const { changes } = await publishEvents(world.process({ latency }), events(20), LIMITS);
		expect(changes.map(({ change }) => change)).toEqual(['failing', 'disabled', 'exhausted']);
		expect(world.attempts).toHaveLength(10);
		expect(world.statuses().sort()).toEqual([
			...Array(10).fill('failed'),
			...Array(10).fill('held'),
		]);
	});
});

describe.each([undefined, {}])(
	'with the order %p, a run that is sending stops soon after',
	(order) => {
		test.each([
			['paused', 'pending'],
			['disabled', 'held'],
		])('its endpoint was %s', async (status, expected) => {
			const world = createWorld({ attemptMs: 100 });
			await world.register('ep_a', { settings: { ...(order && { in_order: order }) } });
			const run = publishEvents(world.process(), events(200), ONE_BY_ONE);
			await world.clock.wait(350);
			await stop(world, status);
			await run;
			const sent = world.attempts.length;
			expect(sent).toBeLessThan(20);
			expect(world.statuses()).toEqual([
				...Array(sent).fill('delivered'),
				...Array(200 - sent).fill(expected),
			]);
			await stop(world, 'active');
			world.clock.advance(MINUTE);
			await deliverDue(world.process(), LIMITS);
			expect(world.attempts).toHaveLength(status === 'paused' ? 200 : sent);
		});
	},
);
