/** What receivers ask for and answer, and alerts about endpoints, in a real n8n. */
const stage = require('./stage');

const { ACTION, n8n, newSecret, newStandardSecret, node, pause, planResponses, readInbox } = stage;
const { receiver, runAction, setReceiverSecrets, uniqueName, withRetries } = stage;

const secret = newStandardSecret();
const outboxName = uniqueName('alerts').replaceAll('-', '_');
let credentials;

beforeAll(async () => {
	await setReceiverSecrets({ standard: secret });
	credentials = await n8n.createCredential('agentWebhookOutboxApi', 'Outbox', {
		encryptionSecret: newSecret(),
		outboxName,
		sendAlerts: true,
	});
});

afterAll(stage.deactivateWorkflows);

/** Runs an operation. Returns the items of each output. */
async function act(resource, operation, parameters = {}) {
	const { outputs } = await runAction(
		[{}],
		node('Act', ACTION, { resource, operation, ...parameters }, { credentials }),
	);
	return outputs.map((items) => items.map(({ json }) => json));
}

async function register(box, eventTypes, options = {}) {
	const [[endpoint]] = await act(
		'endpoint',
		'create',
		withRetries({
			endpointName: box,
			url: `${receiver}/receive/svix/${box}`,
			platform: 'standardWebhooks',
			eventTypes,
			signingSecret: secret,
			options: { allowHttp: true, allowInternal: true, ...options },
		}),
	);
	return endpoint;
}

const send = async (type, options = {}) =>
	await act('event', 'send', {
		sendTo: 'subscribers',
		customEventType: type,
		dataSource: 'json',
		data: '{"n": 1}',
		options,
	});

const deliverDue = async () => await act('delivery', 'deliverDue');

const getStatus = async ({ id }) => {
	const [[{ status }]] = await act('endpoint', 'get', {
		endpoint: { __rl: true, mode: 'id', value: id },
	});
	return status;
};

const quick = { retrySchedule: 'list', retryDelays: '1 s, 1 s' };

describe('an answer with the header webhook-delivery', () => {
	const ask = (control) => ({ status: 503, headers: { 'webhook-delivery': control } });

	test('abort-message ends the retries of one delivery, and no others', async () => {
		const box = uniqueName('abort');
		const endpoint = await register(box, 'abort.event', quick);
		await planResponses(box, [ask('abort-message'), { status: 503 }]);
		const [, , failed] = await send('abort.event');
		expect(failed).toMatchObject([
			{ attempts: 1, error_message: expect.stringContaining('asked for no retries') },
		]);
		const [, pending] = await send('abort.event');
		expect(pending).toHaveLength(1);
		await pause(1500);
		const [delivered] = await deliverDue();
		expect(delivered).toMatchObject([{ delivery_id: pending[0].delivery_id, attempts: 2 }]);
		expect(await readInbox(box)).toHaveLength(3);
		expect(await getStatus(endpoint)).toBe('active');
	});

	test('disable-endpoint disables the endpoint, also after a success', async () => {
		const box = uniqueName('disable');
		const endpoint = await register(box, 'disable.event', quick);
		await planResponses(box, [{ ...ask('disable-endpoint'), status: 200 }]);
		const [delivered, , , , health] = await send('disable.event');
		expect(delivered).toHaveLength(1);
		expect(health).toMatchObject([
			{ alert: 'endpoint.disabled', reason: 'The endpoint asked to be disabled' },
		]);
		expect(await getStatus(endpoint)).toBe('disabled');
		const [, , held] = await send('disable.event');
		expect(held).toMatchObject([{ status: 'held' }]);
		expect(await readInbox(box)).toHaveLength(1);
	});
});

test('Wait for Answers outputs each receiver’s answer, and a failed one as before', async () => {
	const boxes = ['cheap', 'dear', 'broken'].map(uniqueName);
	for (const box of boxes) await register(box, 'quote.wanted', { retrySchedule: 'none' });
	const details = 'x'.repeat(20_000);
	await planResponses(boxes[0], [{ reply: { price: 10, details } }]);
	await planResponses(boxes[1], [{ reply: [{ price: 99 }] }]);
	await planResponses(boxes[2], [{ status: 500, reply: { why: 'broken' } }]);
	const [delivered, , failed] = await send('quote.wanted', { waitForAnswers: true });
	const answers = Object.fromEntries(
		delivered.map(({ answer, endpoint_name: name }) => [name, answer]),
	);
	expect(answers).toEqual({ [boxes[0]]: { price: 10, details }, [boxes[1]]: [{ price: 99 }] });
	expect(failed).toMatchObject([
		{ endpoint_name: boxes[2], response: { status_code: 500, body: { why: 'broken' } } },
	]);
});

test('an endpoint that fails, is disabled and recovers is a signed event for the other endpoints of its tenant', async () => {
	const [shop, operations, all] = ['shop', 'operations', 'all'].map(uniqueName);
	const rule = { disableRule: 'consecutiveFailures', disableCount: 3 };
	const endpoint = await register(shop, 'alert.order', { retrySchedule: 'none', ...rule });
	await register(operations, 'endpoint.*, delivery.exhausted');
	await register(all, '');
	await planResponses(shop, [{ status: 500 }, { status: 200 }, ...Array(3).fill({ status: 500 })]);
	const health = [];
	for (let count = 0; count < 5; count += 1) {
		const outputs = await send('alert.order');
		health.push(outputs[4].map(({ alert }) => alert));
	}
	// The owner sees every change.
	expect(health).toEqual([
		['endpoint.failing', 'delivery.exhausted'],
		['endpoint.recovered'],
		['endpoint.failing'],
		['endpoint.failing'],
		['endpoint.disabled'],
	]);
	// The tenant gets each kind once an hour, and only what names it.
	const received = await readInbox(operations);
	expect(received.every(({ verified }) => verified)).toBe(true);
	const told = received.map(({ body }) => JSON.parse(body));
	expect(told.map(({ data }) => data.endpoint_id)).toEqual(Array(4).fill(endpoint.id));
	// The first two are sent at the same time.
	expect(
		told
			.slice(0, 2)
			.map(({ type }) => type)
			.sort(),
	).toEqual(['delivery.exhausted', 'endpoint.failing']);
	expect(told.slice(2).map(({ type }) => type)).toEqual([
		'endpoint.recovered',
		'endpoint.disabled',
	]);
	const types = (await readInbox(all)).map(({ body }) => JSON.parse(body).type);
	expect(new Set(types)).toEqual(new Set(['alert.order']));
});

test('an alert that cannot be delivered leads to no alert', async () => {
	const [shop, first, second] = ['shop', 'first', 'second'].map(uniqueName);
	await register(shop, 'lost.order', { retrySchedule: 'none' });
	for (const box of [first, second]) {
		await register(box, 'delivery.exhausted', { retrySchedule: 'none' });
		await planResponses(box, [{ status: 500 }]);
	}
	await planResponses(shop, [{ status: 500 }]);
	await send('lost.order');
	await deliverDue();
	const received = [...(await readInbox(first)), ...(await readInbox(second))];
	expect(received.map(({ body }) => JSON.parse(body).data.endpoint_name)).toEqual([shop, shop]);
});

test('deliveries that are late are an alert for the owner, and an event for their tenant', async () => {
	const [shop, operations] = ['late', 'clock'].map(uniqueName);
	await register(shop, 'late.order', quick);
	await register(operations, 'outbox.backlog');
	await planResponses(shop, [{ status: 503 }]);
	const [, [pending]] = await send('late.order');
	// A quarter of an hour is not waited for.
	const filter = encodeURIComponent(JSON.stringify({ name: `${outboxName}_deliveries` }));
	const { data } = await n8n.rest('GET', `/data-tables-global?take=1&filter=${filter}`);
	const [{ id, projectId }] = data;
	const dueAt = new Date(Date.now() - 16 * 60_000).toISOString();
	await n8n.rest('PATCH', `/projects/${projectId}/data-tables/${id}/rows`, {
		filter: {
			type: 'and',
			filters: [{ columnName: 'delivery_id', condition: 'eq', value: pending.delivery_id }],
		},
		data: { next_attempt_at: dueAt },
	});
	const [delivered, , , health] = await deliverDue();
	expect(delivered).toMatchObject([{ delivery_id: pending.delivery_id }]);
	expect(health.find(({ alert }) => alert === 'outbox.backlog')).toMatchObject({
		due: 1,
		oldest_due_at: dueAt,
		reason: expect.stringContaining('Deliver Due'),
	});
	const [told] = await readInbox(operations);
	expect(told.verified).toBe(true);
	expect(JSON.parse(told.body)).toMatchObject({
		type: 'outbox.backlog',
		data: { due: 1, oldest_due_at: dueAt },
	});
});
