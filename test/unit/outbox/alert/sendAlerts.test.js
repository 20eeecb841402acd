/** Alerts as events: to whom they go, what they say, and what they never lead to. */
const { sendBacklogAlerts } = require('../../../../build/core/outbox/alert/sendAlerts');
const { changeEndpointStatus } = require('../../../../build/core/outbox/endpoint/repository');
const { deliverDue } = require('../../../../build/core/outbox/dispatch/deliverDue');
const { publishEvents } = require('../../../../build/core/outbox/dispatch/publish');
const { replayDelivery } = require('../../../../build/core/outbox/dispatch/replay');

const { createWorld, DAY, events, HOUR, LIMITS, MINUTE, START } = require('../world');

/** A world in which ep_shop fails, and ep_ops and others may be told. */
async function createAlertWorld(
	answer = ({ endpoint }) => (endpoint.id === 'ep_shop' ? 500 : 200),
) {
	const world = createWorld({ answer });
	await world.register('ep_shop', { eventTypes: ['order.*'] });
	await world.register('ep_ops', { eventTypes: ['endpoint.*', 'delivery.exhausted', 'outbox.*'] });
	const process = (more) => ({ ...world.process(more), sendsAlerts: true });
	const listAlerts = (id = 'ep_ops') =>
		world
			.attemptsTo(id)
			.map(({ body }) => JSON.parse(body))
			.map(({ event, data }) => ({ event, data }));
	return { world, process, listAlerts };
}

test('sends the tenant’s endpoints that name alerts a signed event through the outbox', async () => {
	const { listAlerts, process, world } = await createAlertWorld();
	await publishEvents(process(), events(1), LIMITS);
	expect(listAlerts()).toEqual([
		{
			event: 'endpoint.failing',
			data: {
				endpoint_id: 'ep_shop',
				endpoint_name: 'Endpoint ep_shop',
				endpoint: 'https://ep-shop.example/hooks',
				status: 'active',
				reason: 'An attempt failed',
				timestamp: expect.stringMatching(/^2025/),
				failing_since: expect.stringMatching(/^2025/),
				progress: 0,
			},
		},
	]);
	const row = world.deliveries().find(({ event_type: type }) => type === 'endpoint.failing');
	expect(row).toMatchObject({ endpoint_id: 'ep_ops', status: 'delivered' });
});

test('sends half, three quarters, nine tenths, the end, and each exhausted delivery', async () => {
	const { listAlerts, process, world } = await createAlertWorld();
	for (let day = 0; day <= 5; day += 0.25) {
		await publishEvents(process(), events(1), LIMITS);
		await deliverDue(process(), LIMITS);
		world.clock.advance(DAY / 4);
	}
	const told = listAlerts();
	const failing = told.filter(({ event }) => event === 'endpoint.failing');
	expect(failing.map(({ data }) => data.progress)).toEqual([
		0,
		expect.closeTo(0.5, 1),
		expect.closeTo(0.75, 1),
		expect.closeTo(0.9, 1),
	]);
	expect(told.filter(({ event }) => event === 'endpoint.disabled')).toMatchObject(
		[{ data: { status: 'disabled', reason: /^No attempt has succeeded since/ } }].map(
			({ data }) => ({ data: { ...data, reason: expect.stringMatching(data.reason) } }),
		),
	);
	const exhausted = told.filter(({ event }) => event === 'delivery.exhausted');
	expect(exhausted.length).toBeGreaterThan(1);
	expect(exhausted[0].data).toMatchObject({
		endpoint_id: 'ep_shop',
		event: 'order.created',
		response_code: 500,
		delivery_id: expect.stringMatching(/^dlv_/),
	});
});

test('sends that an endpoint recovered, also after a replay', async () => {
	const { listAlerts, process, world } = await createAlertWorld();
	const { sent } = await publishEvents(process(), events(1), LIMITS);
	world.answer = () => 200;
	await replayDelivery(process(), sent[0].deliveries[0].delivery.id, LIMITS);
	expect(listAlerts().map(({ event }) => event)).toEqual([
		'endpoint.failing',
		'endpoint.recovered',
	]);
});

test('stores and sends nothing unless the outbox is set to', async () => {
	const { listAlerts, world } = await createAlertWorld();
	await publishEvents(world.process(), events(1), LIMITS);
	expect(listAlerts()).toEqual([]);
	expect(world.store.rows('events')).toHaveLength(1);
});

test('stores no event if no endpoint names the alert', async () => {
	const world = createWorld({ answer: () => 500 });
	await world.register('ep_shop', { eventTypes: ['order.*'] });
	await world.register('ep_all');
	await publishEvents({ ...world.process(), sendsAlerts: true }, events(1), LIMITS);
	expect(world.store.rows('events')).toHaveLength(1);
});

test('tells no endpoint about itself, none that is disabled, and no other tenant’s', async () => {
	const { listAlerts, process, world } = await createAlertWorld();
	const eventTypes = ['order.*', 'endpoint.*'];
	await world.register('ep_self', { eventTypes });
	await world.register('ep_off', { eventTypes, status: 'disabled' });
	await world.register('ep_acme', { eventTypes, tenantId: 'acme' });
	world.answer = ({ endpoint }) => (endpoint.id === 'ep_self' ? 500 : 200);
	await publishEvents(process(), events(1), LIMITS);
	expect(listAlerts().map(({ data }) => data.endpoint_id)).toEqual(['ep_self']);
	expect(world.attemptsTo('ep_self')).toHaveLength(1);
	expect(world.attemptsTo('ep_off')).toEqual([]);
	expect(world.attemptsTo('ep_acme')).toEqual([]);
});

test('tells an endpoint with channels only of endpoints whose channels are among its own', async () => {
	const { process, world } = await createAlertWorld(() => 400);
	const listen = async (id, channels) =>
		await world.register(id, { eventTypes: ['endpoint.*', 'outbox.*'], settings: { channels } });
	await listen('ep_blue', ['blue']);
	await listen('ep_both', ['blue', 'red']);
	const fail = async (id, channels) => {
		const settings = channels && { channels };
		await world.register(id, { eventTypes: ['order.*'], settings });
	};
	await fail('ep_of_blue', ['blue']);
	await fail('ep_of_red', ['red', 'blue']);
	await publishEvents(process(), events(1, { channels: ['blue'] }), LIMITS);
	const backlogs = [{ tenantId: 'default', due: 7, oldestDueAt: START }];
	await sendBacklogAlerts(process(), backlogs, LIMITS, publishEvents);
	const listSubjects = (id) => {
		const told = world.attemptsTo(id).map(({ body }) => JSON.parse(body));
		return [...new Set(told.map(({ data, event }) => data.endpoint_id ?? event))].sort();
	};
	expect(listSubjects('ep_ops')).toEqual(['ep_of_blue', 'ep_of_red', 'ep_shop', 'outbox.backlog']);
	expect(listSubjects('ep_both')).toEqual(['ep_of_blue', 'ep_of_red']);
	expect(listSubjects('ep_blue')).toEqual(['ep_of_blue']);
});

test('tells nobody that an alert could not be delivered', async () => {
	const { process, world } = await createAlertWorld(() => 500);
	await world.register('ep_ops_2', { eventTypes: ['endpoint.*', 'delivery.exhausted'] });
	await publishEvents(process(), events(1), LIMITS);
	// Both were told of ep_shop, and failed.
	expect(world.attempts.map(({ endpointId }) => endpointId).sort()).toEqual([
		'ep_ops',
		'ep_ops_2',
		'ep_shop',
	]);
	for (let hours = 0; hours < 200; hours += 20) {
		world.clock.advance(20 * HOUR);
		await deliverDue(process(), LIMITS);
	}
	const told = world.store
		.rows('events')
		.filter(({ event_type: type }) => type !== 'order.created')
		.map(({ data }) => JSON.parse(data).endpoint_id);
	expect(new Set(told)).toEqual(new Set(['ep_shop']));
});

test('tells of a kind and an endpoint at most once an hour, also if runs overlap', async () => {
	const { listAlerts, process, world } = await createAlertWorld();
	const latencies = [0, 3, 7, 11];
	await Promise.all(
		latencies.map(
			async (ms) => await publishEvents(process({ latency: () => ms }), events(2), LIMITS),
		),
	);
	world.answer = () => 200;
	await publishEvents(process(), events(1), LIMITS);
	world.answer = ({ endpoint }) => (endpoint.id === 'ep_shop' ? 500 : 200);
	await publishEvents(process(), events(1), LIMITS);
	expect(listAlerts().map(({ event }) => event)).toEqual([
		'endpoint.failing',
		'endpoint.recovered',
	]);
});

test('does not spoil a run if alerts cannot be sent', async () => {
	const { process } = await createAlertWorld();
	const ports = process();
	const { applyAndFind } = ports.tables;
	let calls = 0;
	ports.tables.applyAndFind = async (...args) => {
		calls += 1;
		if (calls > 1) throw new Error('The tables are full');
		return await applyAndFind.apply(ports.tables, args);
	};
	const { changes, sent } = await publishEvents(ports, events(1), LIMITS);
	expect(sent[0].deliveries[0].delivery.status).toBe('pending');
	expect(changes.map(({ change }) => change)).toEqual(['failing']);
	expect(ports.announced).toEqual(['Alerts could not be sent: The tables are full']);
});

test('tells a tenant once an hour that its deliveries are late', async () => {
	const { listAlerts, process, world } = await createAlertWorld();
	const backlogs = [{ tenantId: 'default', due: 7, oldestDueAt: START }];
	const send = async () => await sendBacklogAlerts(process(), backlogs, LIMITS, publishEvents);
	await send();
	await send();
	const told = { event: 'outbox.backlog', data: { due: 7, oldest_due_at: START } };
	expect(listAlerts()).toEqual([told]);
	world.clock.advance(HOUR);
	await send();
	expect(listAlerts()).toEqual([told, told]);
});

test('Deliver Due finds deliveries that are late, and none that are on time', async () => {
	const { process, world } = await createAlertWorld();
	await publishEvents(process(), events(2), LIMITS);
	world.clock.advance(2 * HOUR);
	const late = await deliverDue(process(), LIMITS);
	expect(late.backlogs).toEqual([
		{ tenantId: 'default', due: 2, oldestDueAt: expect.stringMatching(/^2025-01-15T10:0/) },
	]);
	world.clock.advance(6 * 60_000);
	const onTime = await deliverDue(process(), LIMITS);
	expect(onTime.results).toHaveLength(2);
	expect(onTime.backlogs).toEqual([]);
});

test('leaves alerts to the next run if the time of a run is over', async () => {
	const { listAlerts, process, world } = await createAlertWorld();
	const setStatus = async (status) =>
		await changeEndpointStatus(process(), await world.endpoint('ep_shop'), status, 'by hand');
	await setStatus('paused');
	await publishEvents(process(), events(1), LIMITS);
	await setStatus('active');
	world.answer = ({ endpoint }) => {
		if (endpoint.id !== 'ep_shop') return 200;
		world.clock.advance(2 * MINUTE);
		return 500;
	};
	const { changes } = await deliverDue(process(), { ...LIMITS, maxRunMs: MINUTE });
	expect(changes).toMatchObject([{ change: 'failing', tellsTenant: true }]);
	expect(listAlerts()).toEqual([]);
	await deliverDue(process(), LIMITS);
	expect(listAlerts().map(({ event }) => event)).toEqual(['endpoint.failing']);
});

test('keeps alerts for a paused endpoint, as it keeps events', async () => {
	const { listAlerts, process, world } = await createAlertWorld();
	const setStatus = async (status) =>
		await changeEndpointStatus(process(), await world.endpoint('ep_ops'), status, 'by hand');
	await setStatus('paused');
	await publishEvents(process(), events(1), LIMITS);
	expect(listAlerts()).toEqual([]);
	await setStatus('active');
	await deliverDue(process(), LIMITS);
	expect(listAlerts().map(({ event }) => event)).toContain('endpoint.failing');
});

test('tells of the recovery when a probe closes the circuit', async () => {
	let status = 503;
	const { listAlerts, process, world } = await createAlertWorld(({ endpoint }) =>
		endpoint.id === 'ep_down' ? status : 200,
	);
	await world.register('ep_down', {
		eventTypes: ['order.*'],
		settings: { circuit_breaker: { failures: 1, probe_minutes: 5 } },
	});
	await publishEvents(process(), events(3), LIMITS);
	status = 200;
	world.clock.advance(HOUR);
	const { changes } = await deliverDue(process(), LIMITS);
	expect(changes).toMatchObject([{ change: 'recovered', tellsTenant: true }]);
	expect(await world.endpoint('ep_down')).toMatchObject({ probeAt: null, failingSince: null });
	expect(listAlerts().map(({ event }) => event)).toEqual([
		'endpoint.failing',
		'endpoint.recovered',
	]);
});
