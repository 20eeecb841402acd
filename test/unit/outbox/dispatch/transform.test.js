const { deliverDue } = require('../../../../build/core/outbox/dispatch/deliverDue');
const { computeLeaseMs } = require('../../../../build/core/outbox/dispatch/lease');
const { publishEvents } = require('../../../../build/core/outbox/dispatch/publish');
const { sendTestEvent } = require('../../../../build/core/outbox/dispatch/testEvent');
const { EndpointTransform } = require('../../../../build/core/outbox/dispatch/transform');

const { createWorld, events, LIMITS, MINUTE, SECOND } = require('../world');

const RETRY = { retry_policy: { schedule: 'list', delays: '1 min, 1 min' } };

const failed = (message) => ({ kind: 'failed', message, hasTimedOut: false, executionId: '9' });
const toText = ({ items }) =>
	items.map(({ data, delivery_id }) => ({ delivery_id, body: { text: `n ${data.number}` } }));

/** A world with an endpoint whose bodies a workflow makes, and that is disabled as soon as it fails. */
async function createTransformingWorld(options, input = {}) {
	const world = createWorld(options);
	await world.register('ep_1', {
		transformWorkflowId: 'flow',
		...input,
		settings: {
			...RETRY,
			disable_rule: { rule: 'consecutiveFailures', count: 1 },
			...input.settings,
		},
	});
	return world;
}

test('one call makes the bodies of a run’s deliveries to an endpoint', async () => {
	const world = await createTransformingWorld({ runWorkflow: toText });
	await world.register('ep_2');
	await publishEvents(world.process(), events(3), LIMITS);
	expect(world.workflowCalls).toHaveLength(1);
	const [{ items, timeoutMs, workflowId }] = world.workflowCalls;
	expect([workflowId, timeoutMs]).toEqual(['flow', 30_000]);
	expect(items).toHaveLength(3);
	expect(items[0]).toEqual({
		event: 'order.created',
		event_time: '2025-01-15T10:00:00.000Z',
		data: { number: 0 },
		duplicate_key: 'evt_id-1',
		event_id: 'evt_id-1',
		delivery_id: expect.stringMatching(/^dlv_/),
		attempt: 1,
		hops: 1,
		endpoint_id: 'ep_1',
		endpoint_name: 'Endpoint ep_1',
		body: {
			event: 'order.created',
			timestamp: '2025-01-15T10:00:00Z',
			webhook_id: 'ep_1',
			data: { number: 0 },
		},
	});
	expect(world.attemptsTo('ep_1').map(({ body }) => body)).toEqual([
		'{"text":"n 0"}',
		'{"text":"n 1"}',
		'{"text":"n 2"}',
	]);
	expect(world.attemptsTo('ep_2')[0].body).toContain('"webhook_id":"ep_2"');
	const rows = world.deliveries().filter((row) => row.endpoint_id === 'ep_1');
	expect(rows.map((row) => row.payload_size)).toEqual([14, 14, 14]);
});

test('a workflow that sends events which it transforms itself is ended as a loop', async () => {
	const world = await createTransformingWorld({
		runWorkflow: async (call) => {
			const [{ hops }] = call.items;
			// Whoever sends reads the number from the items of the workflow's trigger.
			await publishEvents(world.process(), events(1), { ...LIMITS, hops });
			return toText(call);
		},
	});
	await publishEvents(world.process(), events(1), LIMITS);
	expect(world.workflowCalls.map(({ items }) => items[0].hops)).toEqual([1, 2, 3, 4, 5]);
	expect(world.attempts).toHaveLength(5);
	const ended = world.deliveries().filter(({ status }) => status === 'failed');
	expect(ended).toMatchObject([
		{ error: expect.stringContaining('so they probably send to each other in a loop') },
	]);
});

test('a failure is the deliveries’ own attempt, is retried anew, and spares the endpoint', async () => {
	let isBroken = true;
	const world = await createTransformingWorld({
		runWorkflow: (call) => (isBroken ? failed('No channel') : toText(call)),
	});
	await publishEvents(world.process(), events(2), LIMITS);
	expect(world.attempts).toEqual([]);
	expect(world.deliveries()).toMatchObject(
		Array(2).fill({
			status: 'pending',
			outcome: 'transform_failed',
			attempts: 1,
			error: 'The transform workflow failed: No channel',
		}),
	);
	expect(JSON.parse(world.deliveries()[0].attempt_log)).toMatchObject([{ execution_id: '9' }]);
	expect(await world.endpoint('ep_1')).toMatchObject({ status: 'active', failingSince: null });
	isBroken = false;
	world.clock.advance(2 * MINUTE);
	await deliverDue(world.process(), LIMITS);
	expect(world.statuses()).toEqual(['delivered', 'delivered']);
	expect(world.workflowCalls.map(({ items }) => items[0].attempt)).toEqual([1, 2]);
});

test('deliveries fail once their retries are used up, and their endpoint stays active', async () => {
	const world = await createTransformingWorld({ runWorkflow: () => failed('No channel') });
	await publishEvents(world.process(), events(1), LIMITS);
	for (let round = 0; round < 2; round += 1) {
		world.clock.advance(2 * MINUTE);
		await deliverDue(world.process(), LIMITS);
	}
	expect(world.statuses()).toEqual(['failed']);
	expect(await world.endpoint('ep_1')).toMatchObject({ status: 'active' });
});

test('a workflow that waits makes no body', async () => {
	const world = await createTransformingWorld({
		runWorkflow: () => ({ kind: 'finished', items: [], isWaiting: true }),
	});
	await publishEvents(world.process(), events(1), LIMITS);
	expect(world.deliveries()[0].error).toMatch(/^The transform workflow waits/);
});

test('only the deliveries without a body fail', async () => {
	const world = await createTransformingWorld({
		runWorkflow: (call) =>
			toText(call).map((item, index) => (index === 1 ? { ...item, body: 7 } : item)),
	});
	await publishEvents(world.process(), events(3), LIMITS);
	expect(world.statuses().sort()).toEqual(['delivered', 'delivered', 'pending']);
	expect(world.attempts).toHaveLength(2);
});

test('events that are sent in order are transformed together and sent one after another', async () => {
	const world = await createTransformingWorld(
		{ runWorkflow: toText, answer: ({ body }) => (/n 1/.test(String(body)) ? 503 : 200) },
		{ settings: { in_order: {}, disable_rule: { rule: 'never' } } },
	);
	await publishEvents(world.process(), events(3), LIMITS);
	expect(world.workflowCalls).toHaveLength(1);
	expect(world.attempts.map(({ body }) => body)).toEqual(['{"text":"n 0"}', '{"text":"n 1"}']);
	world.answer = () => 200;
	world.clock.advance(2 * MINUTE);
	await deliverDue(world.process(), LIMITS);
	expect(world.attempts.slice(2).map(({ body }) => body)).toEqual([
		'{"text":"n 1"}',
		'{"text":"n 2"}',
	]);
	// What was released is leased, and transformed, in a step of its own.
	expect(world.workflowCalls.map(({ items }) => items.length)).toEqual([3, 1, 1]);
});

test('a batch is one item with its events', async () => {
	const world = await createTransformingWorld(
		{
			runWorkflow: ({ items }) =>
				items.map((item) => ({ body: item.events.map(({ data }) => data) })),
		},
		{ settings: { batch_settings: { max_events: 2, max_wait_seconds: 60 } } },
	);
	await publishEvents(world.process(), events(2), LIMITS);
	await deliverDue(world.process(), LIMITS);
	expect(world.workflowCalls).toHaveLength(1);
	expect(world.workflowCalls[0].items).toMatchObject([
		{ event: 'webhook.batch', events: [{ data: { number: 0 } }, { data: { number: 1 } }] },
	]);
	expect(world.attempts.map(({ body }) => body)).toEqual(['[{"number":0},{"number":1}]']);
});

test('a test event is transformed too, and its failure is reported', async () => {
	const world = await createTransformingWorld({ runWorkflow: toText });
	const endpoint = await world.endpoint('ep_1');
	const send = async () =>
		await sendTestEvent(world.process(), endpoint, 'webhook.test', { number: 5 });
	expect((await send()).report.status).toBe('delivered');
	expect(world.workflowCalls[0].items).toMatchObject([{ test: true, attempt: 1 }]);
	expect(world.attempts[0].body).toBe('{"text":"n 5"}');
	world.runWorkflow = () => failed('No channel');
	expect((await send()).report.attempts).toMatchObject([{ outcome: 'transform_failed' }]);
	expect(world.attempts).toHaveLength(1);
});

test('many deliveries are split into several calls, and each body is kept until it is taken', async () => {
	const world = createWorld({ runWorkflow: toText });
	const endpoint = await world.register('ep_1', { transformWorkflowId: 'flow' });
	const transformables = Array.from({ length: 1201 }, (_, number) => ({
		delivery: { id: `dlv_${number}`, attempts: 0, acceptedAt: '', batchedEventIds: null },
		events: [
			{ id: `evt_${number}`, type: 'a', acceptedAt: '2025-01-15T10:00:00.000Z', data: { number } },
		],
	}));
	const transform = new EndpointTransform(world.process(), endpoint, 'flow', transformables);
	expect(await transform.take('dlv_700')).toEqual({ body: '{"text":"n 700"}', headers: {} });
	expect(world.workflowCalls.map(({ items }) => items.length)).toEqual([500]);
	await Promise.all([
		transform.take('dlv_0'),
		transform.take('dlv_1200'),
		transform.take('dlv_701'),
	]);
	expect(world.workflowCalls.map(({ items }) => items.length)).toEqual([500, 500, 201]);
	expect(await transform.take('dlv_700')).toMatchObject({ failure: { code: 'TRANSFORM_FAILED' } });
	expect(await transform.take('dlv_other')).toMatchObject({
		failure: { code: 'TRANSFORM_FAILED' },
	});
});

test('large deliveries are split by their size', async () => {
	const world = createWorld({ runWorkflow: toText });
	const endpoint = await world.register('ep_1', { transformWorkflowId: 'flow' });
	const text = 'x'.repeat(1_000_000);
	const transformables = Array.from({ length: 6 }, (_, number) => ({
		delivery: { id: `dlv_${number}`, attempts: 0, acceptedAt: '', batchedEventIds: null },
		events: [
			{ id: 'evt', type: 'a', acceptedAt: '2025-01-15T10:00:00.000Z', data: { number, text } },
		],
	}));
	const transform = new EndpointTransform(world.process(), endpoint, 'flow', transformables);
	await transform.take('dlv_0');
	expect(world.workflowCalls[0].items).toHaveLength(4);
});

test('the usual body’s type is kept for an object, and replaced for text', async () => {
	const world = createWorld();
	const endpoint = await world.register('ep_1', {
		platform: 'cloudEvents',
		authentication: { signatureScheme: 'none' },
		transformWorkflowId: 'flow',
	});
	const event = { id: 'evt', type: 'a', acceptedAt: '2025-01-15T10:00:00.000Z', data: {} };
	const delivery = { id: 'dlv', attempts: 0, acceptedAt: '', batchedEventIds: null };
	const take = async (items) => {
		world.runWorkflow = () => items;
		return await new EndpointTransform(world.process(), endpoint, 'flow', [
			{ delivery, events: [event] },
		]).take('dlv');
	};
	expect((await take([{ body: {} }])).headers['Content-Type']).toMatch(/^application\/cloudevents/);
	expect((await take([{ body: 'a' }])).headers).toEqual({
		'Content-Type': 'text/plain; charset=utf-8',
	});
});

test('a lease covers the workflow and the attempt', async () => {
	const world = createWorld();
	const settings = { timeout_seconds: 20 };
	const plain = await world.register('ep_plain', { settings });
	const transformed = await world.register('ep_t', { settings, transformWorkflowId: 'flow' });
	expect(computeLeaseMs([transformed]) - computeLeaseMs([plain])).toBe(20 * SECOND);
});

test('a slow workflow does not cost the run its lease', async () => {
	const world = await createTransformingWorld({ runWorkflow: toText, workflowMs: 29_000 });
	world.attemptMs = 29_000;
	const other = async () => {
		await world.clock.wait(45_000);
		await deliverDue(world.process(), LIMITS);
	};
	await Promise.all([publishEvents(world.process(), events(1), LIMITS), other()]);
	expect(world.attempts).toHaveLength(1);
	expect(world.statuses()).toEqual(['delivered']);
});
