/** Tests that a support person finds in the log what was sent, why, and what was answered. */
const stage = require('./stage');

const { ACTION, n8n, newSecret, newStandardSecret, node, planResponses, receiver } = stage;
const { createActionWorkflow, createTriggerWorkflow, getOutputs, post, readUntil } = stage;
const { runAction, setReceiverSecrets, standardHeaders, uniqueName } = stage;

/** Signs what the trigger receives. The endpoints’ secret is a parameter, so it is another one. */
const inboundSecret = newStandardSecret();
const secret = newStandardSecret();
const headerSecret = newSecret();
const name = uniqueName('log').replaceAll('-', '_');
const ids = {};
const boxes = { shop: uniqueName('shop'), slow: uniqueName('slow') };
let credentials;
let execution;

async function act(resource, operation, parameters = {}) {
	const action = node('Act', ACTION, { resource, operation, ...parameters }, { credentials });
	const ran = await runAction([{}], action);
	const message = ran.execution.data.resultData.error?.message;
	if (message !== undefined) throw new Error(message);
	return ran.outputs.flat().map(({ json }) => json);
}

const find = async (resource, filters, more) =>
	await act(resource, 'getAll', { filters, simplify: false, ...more });
const byId = (parameter, value) => ({ [parameter]: { __rl: true, mode: 'id', value } });

async function register(box, eventType) {
	const [{ id }] = await act('endpoint', 'create', {
		endpointName: box,
		url: `${receiver}/receive/none/${box}?key=url-${headerSecret}`,
		platform: 'standardWebhooks',
		signingSecret: secret,
		eventTypes: eventType,
		options: {
			allowHttp: true,
			allowInternal: true,
			headers: { header: [{ name: 'X-Key', value: headerSecret }] },
		},
	});
	return id;
}

beforeAll(async () => {
	await setReceiverSecrets({ standard: secret });
	const made = await Promise.all([
		n8n.createCredential('agentWebhookOutboxApi', name, {
			encryptionSecret: newSecret(),
			outboxName: name,
		}),
		n8n.createCredential('agentWebhookInboundApi', name, {
			signatureScheme: 'platform',
			signingSecret: inboundSecret,
		}),
	]);
	credentials = Object.assign({}, ...made);
	ids.shop = await register(boxes.shop, 'order.paid');
	ids.slow = await register(boxes.slow, 'order.slow');
});

describe('an event that was sent because of a received one', () => {
	const payload = { id: 'ord_4711', note: '50% "off"' };

	beforeAll(async () => {
		const reply = `Key ${headerSecret} is ${'wrong '.repeat(500)}`;
		await planResponses(boxes.shop, [{ status: 500, headers: { 'x-request-id': 'req_1' }, reply }]);
		const edit = node(
			'Edit',
			'n8n-nodes-base.set',
			{ mode: 'raw', jsonOutput: JSON.stringify(payload), options: {} },
			{ typeVersion: 3.4 },
		);
		const send = node(
			'Send it',
			ACTION,
			{
				resource: 'event',
				operation: 'send',
				sendTo: 'subscribers',
				customEventType: 'order.paid',
			},
			{ credentials },
		);
		const hook = await createTriggerWorkflow(
			{
				platform: 'standardWebhooks',
				requestKind: 'event',
				authenticationMethods: ['signature'],
				simplify: true,
			},
			{ credentials, then: [edit, send] },
		);
		const body = JSON.stringify({ type: 'checkout.done', timestamp: new Date(), data: {} });
		await post(hook.url, body, standardHeaders(body, { secret: inboundSecret, id: 'msg_inbound' }));
		[execution] = await n8n.finished(hook.id);
		const [item] = getOutputs(execution, 'Send it').flat();
		Object.assign(ids, {
			event: item.json.event_id,
			delivery: item.json.delivery_id,
			workflow: hook.id,
		});
	});

	test('is found by the received event, and links the execution that sent it', async () => {
		const [event, ...others] = await find('event', { inboundEventId: 'msg_inbound' });
		expect(others).toEqual([]);
		expect(event).toMatchObject({
			id: ids.event,
			data: payload,
			execution_id: execution.id,
			workflow_id: ids.workflow,
			node_name: 'Send it',
			delivery_counts: { pending: 1, delivered: 0 },
			deliveries: [{ id: ids.delivery, endpoint_name: boxes.shop, response_code: 500 }],
		});
		const { pathname } = new URL(event.execution_url);
		expect(pathname).toBe(`/workflow/${ids.workflow}/executions/${execution.id}`);
		expect(await find('event', { executionId: execution.id })).toEqual([event]);
		expect(await act('event', 'get', { ...byId('eventId', ids.event), simplify: false })).toEqual([
			event,
		]);
	});

	test.each([
		[{ executionId: 'its own' }, 1],
		[{ text: 'ord_4711' }, 1],
		[{ text: '50% "off"' }, 1],
		[{ text: 'ORD_4711' }, 0],
		[{ text: 'ord%4711' }, 0],
		[{ responseCode: '404, 5xx', outcome: ['retryable', 'timeout'] }, 1],
		[{ responseCode: '4xx' }, 0],
		[{ status: ['pending', 'failed'] }, 1],
		[{ status: ['delivered', 'sending'] }, 0],
	])('has a delivery that the filter %j finds %d times', async (filters, count) => {
		const executionId = filters.executionId && execution.id;
		const found = await find('delivery', { ...filters, executionId });
		expect(found).toHaveLength(count);
		for (const item of found) expect(item).toMatchObject({ id: ids.delivery });
	});

	test('has the payload that the receiver got', async () => {
		const [details] = await act('delivery', 'get', byId('deliveryId', ids.delivery));
		const [received] = await stage.readInbox(boxes.shop);
		expect(details.payload).toBe(received.body);
		expect(details.payload_problem).toBeNull();
	});

	test('has the beginning of the answer without the secrets that it repeats', async () => {
		const [attempt] = await act('delivery', 'getAttempts', byId('deliveryId', ids.delivery));
		expect(attempt.response).toMatchObject({
			headers: { 'x-request-id': 'req_1' },
			body: expect.stringMatching(/^"?Key •••••••• is (?:wrong )+/),
			body_truncated: true,
		});
		expect(JSON.stringify(attempt)).not.toContain(headerSecret);
	});

	test('has its endpoint’s new name', async () => {
		await act('endpoint', 'update', {
			...byId('endpoint', ids.shop),
			updateFields: { endpointName: 'New shop' },
		});
		expect(await find('delivery', { text: 'ord_4711' })).toMatchObject([
			{ endpoint_name: 'New shop' },
		]);
	});

	test('forgets its payload, which is then neither found nor sent again', async () => {
		const eventId = byId('eventId', ids.event);
		await expect(act('event', 'delete', eventId)).rejects.toThrow('still to be sent');
		expect(await act('event', 'forgetPayload', eventId)).toEqual([
			{ payload_forgotten: true, waiting_deliveries: 1, id: ids.event },
		]);
		expect(await find('delivery', { text: 'ord_4711' })).toEqual([]);
		const deliveryId = byId('deliveryId', ids.delivery);
		await expect(act('delivery', 'replay', deliveryId)).rejects.toThrow('was forgotten');
		expect(await act('delivery', 'getAttempts', deliveryId)).toMatchObject([{ response: null }]);
		await act('endpoint', 'delete', byId('endpoint', ids.shop));
		const [details] = await act('delivery', 'get', deliveryId);
		expect(details).toMatchObject({ payload: null, payload_problem: expect.any(String) });
	});
});

test('a delivery whose first attempt is being made is in the log as sending', async () => {
	await planResponses(boxes.slow, [{ status: 200, delayMs: 8000 }]);
	const send = node(
		'Send',
		ACTION,
		{ resource: 'event', operation: 'send', sendTo: 'subscribers', customEventType: 'order.slow' },
		{ credentials },
	);
	const { start } = await createActionWorkflow(send);
	const sending = start();
	const found = await readUntil(
		({ length }) => length > 0,
		async () => await find('delivery', { endpointId: ids.slow }),
	);
	expect(found).toMatchObject([{ status: 'sending', attempts: 0, endpoint_name: boxes.slow }]);
	await expect(act('event', 'delete', byId('eventId', found[0].event_id))).rejects.toThrow(
		'being sent right now',
	);
	await sending;
	expect(await find('delivery', { endpointId: ids.slow })).toMatchObject([
		{ id: found[0].id, status: 'delivered', attempts: 1 },
	]);
});
