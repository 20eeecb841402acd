/** Workflows as endpoints, and workflows that make the bodies of deliveries, in a real n8n. */
const stage = require('./stage');
const { connectSvix, createApiKey, serveSvixApi } = require('./svixStage');
const { TRIGGER } = require('./workflows');

const { ACTION, chain, n8n, newSecret, newStandardSecret, node, pause, planResponses } = stage;
const { readInbox, receiver, runAction, setReceiverSecrets, uniqueName, withRetries } = stage;

const secret = newStandardSecret();
const SECOND_RETRY = { retrySchedule: 'list', retryDelays: '1 s, 1 s, 1 s' };

const NOT_FOUND =
	'The workflow does not exist, or is not published. Publish it in n8n, or choose another one with Endpoint → Update.';

let credentials;
let api;
const calledIds = [];

beforeAll(async () => {
	await setReceiverSecrets({ standard: secret });
	credentials = await n8n.createCredential('agentWebhookOutboxApi', 'Outbox', {
		encryptionSecret: newSecret(),
		outboxName: uniqueName('flows').replaceAll('-', '_'),
	});
});

afterAll(async () => {
	if (api) await n8n.deactivate(api.id);
	for (const id of calledIds) await n8n.deactivate(id).catch(() => undefined);
	await stage.deactivateWorkflows();
});

/** Runs an operation on items. Returns the execution, and the JSON of the items of each output. */
async function act(resource, operation, parameters = {}, items = [{}]) {
	const { execution, outputs } = await runAction(
		items,
		node('Act', ACTION, { resource, operation, simplify: false, ...parameters }, { credentials }),
	);
	const { error } = execution.data.resultData;
	return {
		status: execution.status,
		error: error?.message,
		outputs: (outputs ?? []).map((list) => list.map(({ json }) => json)),
	};
}

async function done(...args) {
	const { error, outputs, status } = await act(...args);
	expect([status, error]).toEqual(['success', undefined]);
	return outputs;
}

const byId = (id) => ({ __rl: true, mode: 'id', value: id });

const calledTrigger = () =>
	node(
		'Called',
		'n8n-nodes-base.executeWorkflowTrigger',
		{ inputSource: 'passthrough' },
		{ typeVersion: 1.1 },
	);

/** Builds a node that returns the JSON of an expression for each item. */
const fields = (expression, more = {}) =>
	node(
		'Fields',
		'n8n-nodes-base.set',
		{ mode: 'raw', jsonOutput: `={{ JSON.stringify(${expression}) }}`, options: {} },
		{ typeVersion: 3.4, ...more },
	);

/** Builds a node that sends each of its items to the subscribers of an event type. */
const buildSending = (type) =>
	node(
		'Send',
		ACTION,
		{
			resource: 'event',
			operation: 'send',
			sendTo: 'subscribers',
			customEventType: type,
			options: {},
		},
		{ credentials },
	);

const stop = (message) =>
	node('Stop', 'n8n-nodes-base.stopAndError', { errorMessage: `=${message}` });

/** Builds a node that passes an item on if an expression is true, and otherwise to its second output. */
const decide = (expression) =>
	node(
		'Decide',
		'n8n-nodes-base.if',
		{
			conditions: {
				options: { caseSensitive: true, leftValue: '', typeValidation: 'loose', version: 2 },
				conditions: [
					{
						id: 'a',
						leftValue: `={{ ${expression} }}`,
						rightValue: '',
						operator: { type: 'boolean', operation: 'true', singleValue: true },
					},
				],
				combinator: 'and',
			},
			options: {},
		},
		{ typeVersion: 2.2 },
	);

/** Creates a workflow that others call. Returns its ID. */
async function createCalled(nodes, { active = true, connections, settings } = {}) {
	const all = [calledTrigger(), ...nodes];
	const id = await n8n.createWorkflow(
		{
			name: uniqueName('called'),
			nodes: all,
			connections: connections ?? chain(...all),
			settings,
		},
		{ active },
	);
	calledIds.push(id);
	return id;
}

/** Creates a workflow that fails at each delivery's first attempts. */
async function createFlaky(failures, message) {
	const nodes = [decide(`$json.attempt <= ${failures}`), stop(message)];
	const end = fields('{ arrived: $json.data.n }');
	return await createCalled([...nodes, end], {
		connections: {
			...chain(calledTrigger(), nodes[0]),
			Decide: {
				main: [
					[{ node: 'Stop', type: 'main', index: 0 }],
					[{ node: 'Fields', type: 'main', index: 0 }],
				],
			},
		},
	});
}

/** Returns the items that each execution of a called workflow got, oldest first. */
async function readCalls(workflowId, count) {
	const executions = await n8n.finished(workflowId, count);
	return executions
		.sort((a, b) => Number(a.id) - Number(b.id))
		.map((execution) => stage.getOutputs(execution, 'Called')[0].map(({ json }) => json));
}

/** Requires that a workflow was called five times, and that the delivery after these failed as a loop. */
async function expectEndedLoop(workflowId, type) {
	const calls = await readCalls(workflowId, 5);
	expect(calls.map(([{ hops }]) => hops)).toEqual([1, 2, 3, 4, 5]);
	const [found] = await done('delivery', 'getAll', {
		returnAll: true,
		filters: { eventType: type },
	});
	expect(found.filter(({ status }) => status === 'failed')).toMatchObject([
		{ error_message: expect.stringContaining('so they probably send to each other in a loop') },
	]);
	expect(found).toHaveLength(6);
}

const create = async (parameters) =>
	(
		await done(
			'endpoint',
			'create',
			withRetries({ endpointName: parameters.eventTypes, ...parameters }),
		)
	)[0][0];

/** Creates an endpoint that is a workflow. */
const createForWorkflow = async (workflowId, eventTypes, options = {}) =>
	await create({ deliverTo: 'workflow', workflowId: byId(workflowId), eventTypes, options });

/** Creates an endpoint with a URL, whose bodies a workflow makes. */
const createTransformed = async (workflowId, eventTypes, box, options = {}) =>
	await create({
		url: `${receiver}/receive/standardwebhooks/${box}`,
		platform: 'standardWebhooks',
		eventTypes,
		signingSecret: secret,
		options: {
			allowHttp: true,
			allowInternal: true,
			transformWorkflowId: byId(workflowId),
			...options,
		},
	});

const send = async (type, items = [{ n: 1 }], options = {}) =>
	await done('event', 'send', { sendTo: 'subscribers', customEventType: type, options }, items);

const deliverDue = async () => await done('delivery', 'deliverDue', { options: {} });
const getEndpoint = async ({ id }) => (await done('endpoint', 'get', { endpoint: byId(id) }))[0][0];
const getAttempts = async (deliveryId) =>
	(await done('delivery', 'getAttempts', { deliveryId: byId(deliveryId) }))[0];

/** Waits until deliveries are due, and runs Deliver Due. */
async function retry([, waiting]) {
	expect(waiting.length).toBeGreaterThan(0);
	const lastMs = Math.max(...waiting.map((item) => Date.parse(item.next_attempt_at)));
	await pause(Math.max(0, lastMs - Date.now()) + 50);
	return await deliverDue();
}

describe('a workflow as an endpoint', () => {
	test('gets an item for each event, and its last items are the answer', async () => {
		const workflowId = await createCalled([fields('{ sum: $json.data.n + 1 }')]);
		const endpoint = await createForWorkflow(workflowId, 'sum.made', {
			excludeFields: 'hidden',
			conditions: '{"n": {"gt": 0}}',
		});
		expect(endpoint).toMatchObject({
			url: 'n8n:workflow',
			workflow_id: workflowId,
			signing_secret: null,
			signing_secrets: [],
		});
		const [answers, , , skipped] = await send(
			'sum.made',
			[
				{ n: 1, hidden: 1 },
				{ n: 2, hidden: 2 },
				{ n: 0, hidden: 3 },
			],
			{ waitForAnswers: true },
		);
		expect(answers.map(({ answer }) => answer)).toEqual([{ sum: 2 }, { sum: 3 }]);
		expect(skipped).toHaveLength(1);
		const calls = await readCalls(workflowId, 2);
		expect(calls.flat().sort((a, b) => a.data.n - b.data.n)).toEqual(
			answers.map(({ delivery_id, event_id }, index) => ({
				event: 'sum.made',
				event_time: expect.stringMatching(/^\d{4}-.*Z$/),
				data: { n: index + 1 },
				duplicate_key: event_id,
				event_id,
				delivery_id,
				attempt: 1,
				hops: 1,
				endpoint_id: endpoint.id,
				endpoint_name: 'sum.made',
			})),
		);
		const [attempt] = await getAttempts(answers[0].delivery_id);
		expect(attempt).toMatchObject({
			outcome: 'success',
			status_code: 200,
			execution_id: expect.stringMatching(/^\d+$/),
			response: { body: '{"sum":2}', body_truncated: false },
		});
	});

	test('fails with the workflow’s own message, is retried to success, and can be replayed', async () => {
		const workflowId = await createFlaky(1, 'The warehouse is closed');
		const endpoint = await createForWorkflow(workflowId, 'stock.changed', SECOND_RETRY);
		const first = await send('stock.changed');
		const [{ delivery_id: deliveryId }] = first[1];
		expect(first[1]).toMatchObject([
			{ status: 'pending', response_code: null, error_message: 'The warehouse is closed' },
		]);
		expect(await getEndpoint(endpoint)).toMatchObject({ failing_since: expect.any(String) });
		const [delivered] = await retry(first);
		expect(delivered).toMatchObject([{ status: 'delivered', attempts: 2 }]);
		expect(await getEndpoint(endpoint)).toMatchObject({ failing_since: null });
		const [[replayed]] = await done('delivery', 'replay', { deliveryId: byId(deliveryId) });
		expect(replayed).toMatchObject({ status: 'delivered', attempts: 3 });
		const calls = await readCalls(workflowId, 3);
		expect(calls.map(([{ attempt, data }]) => [attempt, data.n])).toEqual([
			[1, 1],
			[2, 1],
			[3, 1],
		]);
		const attempts = await getAttempts(deliveryId);
		expect(attempts.map(({ outcome }) => outcome).sort()).toEqual([
			'success',
			'success',
			'workflow_failed',
		]);
	});

	test('gets its events in order', async () => {
		const workflowId = await createFlaky(1, 'Not yet');
		await createForWorkflow(workflowId, 'line.added', { ...SECOND_RETRY, inOrder: 'all' });
		let outputs = await send('line.added', [{ n: 1 }, { n: 2 }, { n: 3 }]);
		for (let runs = 0; runs < 8 && outputs[1].length > 0; runs += 1) {
			outputs = await retry([[], outputs[1].filter((item) => item.next_attempt_at !== null)]);
			if (outputs[0].length === 0 && outputs[1].length === 0) break;
		}
		await pause(1100);
		await deliverDue();
		await pause(1100);
		await deliverDue();
		const calls = await readCalls(workflowId, 6);
		expect(calls.map(([{ attempt, data }]) => [data.n, attempt])).toEqual([
			[1, 1],
			[1, 2],
			[2, 1],
			[2, 2],
			[3, 1],
			[3, 2],
		]);
	});

	test('gets a batch as one call with all its events', async () => {
		const workflowId = await createCalled([fields('{ n: $json.data.n }')]);
		await createForWorkflow(workflowId, 'page.viewed', {
			batch: { settings: { maxEvents: 3, maxWaitSeconds: 3600 } },
		});
		await send('page.viewed', [{ n: 1 }, { n: 2 }, { n: 3 }]);
		await deliverDue();
		const [items] = await readCalls(workflowId, 1);
		expect(items.map(({ data }) => data.n)).toEqual([1, 2, 3]);
		const deliveries = new Set(items.map(({ delivery_id }) => delivery_id));
		expect(deliveries.size).toBe(1);
		const [attempt] = await getAttempts([...deliveries][0]);
		expect(attempt).toMatchObject({
			outcome: 'success',
			response: { body: '[{"n":1},{"n":2},{"n":3}]' },
		});
	});

	test('fails if the workflow takes longer than the timeout', async () => {
		const wait = node(
			'Wait',
			'n8n-nodes-base.wait',
			{ resume: 'timeInterval', amount: 30, unit: 'seconds' },
			{ typeVersion: 1.1 },
		);
		const workflowId = await createCalled([wait]);
		await createForWorkflow(workflowId, 'slow.job', { timeoutSeconds: 1 });
		const [, waiting] = await send('slow.job');
		expect(waiting).toMatchObject([
			{
				error_message: expect.stringMatching(/^The workflow did not end within 1 s,/),
				attempt_log: [{ outcome: 'timeout', status_code: null }],
			},
		]);
		expect(waiting[0].response_time_ms).toBeLessThan(20_000);
	});

	test('ends with its sender’s execution, and makes no attempt of it', async () => {
		const wait = node(
			'Wait',
			'n8n-nodes-base.wait',
			{ resume: 'timeInterval', amount: 30, unit: 'seconds' },
			{ typeVersion: 1.1 },
		);
		const type = `${uniqueName('stopped')}.x`;
		const endpoint = await createForWorkflow(await createCalled([wait]), type, {
			timeoutSeconds: 120,
		});
		const path = uniqueName('stop');
		const sending = buildSending(type);
		const nodes = [stage.startNode(path), sending];
		const id = await n8n.createWorkflow({ name: path, nodes, connections: chain(...nodes) });
		calledIds.push(id);
		await stage.post(`${stage.base}/webhook/${path}`, '{}');
		let running;
		while (running === undefined) {
			await pause(200);
			const { data } = await n8n.api('GET', `/executions?workflowId=${id}&status=running`);
			// Send also runs a short-lived execution of its own workflow, in the mode "integrated".
			running = data.find(({ mode }) => mode === 'webhook');
		}
		await pause(4000);
		const startedMs = Date.now();
		await n8n.rest('POST', `/executions/${running.id}/stop`);
		const [stopped] = await n8n.finished(id, 1);
		expect(stopped.status).toBe('canceled');
		expect(Date.now() - startedMs).toBeLessThan(20_000);
		expect(await getEndpoint(endpoint)).toMatchObject({ failing_since: null });
	}, 120_000);

	test('has the event once it waits for a request, and the sender’s execution ends', async () => {
		const wait = node(
			'Wait',
			'n8n-nodes-base.wait',
			{ resume: 'webhook', options: {} },
			{ typeVersion: 1.1, webhookId: uniqueName('wait') },
		);
		const workflowId = await createCalled([wait]);
		await createForWorkflow(workflowId, 'approval.asked');
		const [delivered] = await send('approval.asked');
		expect(delivered).toMatchObject([{ status: 'delivered', response_code: 200 }]);
	});

	test.each([
		['a workflow that is not published', { active: false }, NOT_FOUND],
		[
			'a workflow that allows no caller',
			{ settings: { callerPolicy: 'none' } },
			'The workflow does not allow this call. In its settings, under "This workflow can be called by", allow this workflow.',
		],
	])('says what to do about %s', async (title, options, message) => {
		const workflowId = await createCalled([fields('{}')], options);
		const type = `${uniqueName('closed')}.x`;
		await createForWorkflow(workflowId, type);
		const [, waiting] = await send(type);
		expect(waiting).toMatchObject([
			{ error_message: message, attempt_log: [{ outcome: 'workflow_failed' }] },
		]);
	});

	test('says what to do about a workflow that does not exist', async () => {
		await createForWorkflow('AbCdEfGhIjKlMnOp', 'missing.one');
		const [, waiting] = await send('missing.one');
		expect(waiting).toMatchObject([
			{
				error_message: NOT_FOUND,
			},
		]);
	});

	test('ends a loop of a workflow that sends its own events again', async () => {
		const type = `${uniqueName('loop')}.made`;
		const sending = buildSending(type);
		const workflowId = await createCalled([fields('{ n: $json.hops }'), sending]);
		await createForWorkflow(workflowId, type, { timeoutSeconds: 120 });
		const [delivered] = await send(type);
		expect(delivered).toMatchObject([{ status: 'delivered' }]);
		await expectEndedLoop(workflowId, type);
	}, 300_000);

	test('can be tested and get another workflow, but no URL, no header and no secret', async () => {
		const [first, second] = [
			await createCalled([fields('{ was: "first", test: $json.test }')]),
			await createCalled([fields('{ was: "second" }')]),
		];
		const endpoint = await createForWorkflow(first, 'tested.one');
		const testIt = async () =>
			(await done('endpoint', 'test', { endpoint: byId(endpoint.id) }))[0][0];
		expect(await testIt()).toMatchObject({
			status: 'delivered',
			response: { body: { was: 'first', test: true } },
		});
		const update = async (updateFields) =>
			await act('endpoint', 'update', { endpoint: byId(endpoint.id), updateFields });
		const { outputs } = await update({ workflowId: byId(second) });
		expect(outputs[0][0]).toMatchObject({
			changed: { workflow_id: { from: first, to: second } },
		});
		expect(await testIt()).toMatchObject({ response: { body: { was: 'second' } } });
		expect((await update({ url: 'https://example.com' })).error).toBe(
			'The endpoint delivers to a workflow in n8n, so it cannot get a URL. Create another endpoint for the URL.',
		);
		expect((await update({ headers: { header: [{ name: 'X-A', value: 'b' }] } })).error).toBe(
			'"Custom Headers" cannot be set: the endpoint delivers to a workflow in this n8n, which gets no request. Remove it.',
		);
		const rotated = await act('endpoint', 'rotateSecret', { endpoint: byId(endpoint.id) });
		expect(rotated.error).toMatch(/^The endpoint has no signing secret: it delivers to a workflow/);
	});
});

describe('a transform', () => {
	const slack = '{ delivery_id: $json.delivery_id, body: { text: "Order " + $json.data.n } }';

	test('makes Slack’s format, which is signed and sent, with one call for all deliveries', async () => {
		const box = uniqueName('slack');
		const workflowId = await createCalled([fields(slack)]);
		const endpoint = await createTransformed(workflowId, 'order.paid', box);
		expect(endpoint).toMatchObject({ transform_workflow_id: workflowId });
		const [delivered] = await send('order.paid', [{ n: 1 }, { n: 2 }, { n: 3 }]);
		expect(delivered).toHaveLength(3);
		const inbox = await readInbox(box);
		expect(inbox.map(({ body }) => body).sort()).toEqual(
			[1, 2, 3].map((n) => `{"text":"Order ${n}"}`),
		);
		expect(inbox.every(({ verified }) => verified)).toBe(true);
		expect(inbox[0].headers['content-type']).toBe('application/json');
		const [items, ...others] = await readCalls(workflowId, 1);
		expect(others).toEqual([]);
		expect(items).toHaveLength(3);
		expect(items[0].body).toEqual({
			type: 'order.paid',
			timestamp: items[0].event_time,
			data: items[0].data,
		});
	});

	test('makes a partner’s XML, with a type and a header of its own', async () => {
		const box = uniqueName('xml');
		const xml =
			'{ body: "<?xml version=\\"1.0\\"?><order n=\\"" + $json.data.n + "\\">é</order>", content_type: "application/xml", headers: { "X-Partner": "acme" } }';
		await createTransformed(await createCalled([fields(xml)]), 'order.shipped', box);
		const [delivered] = await send('order.shipped', [{ n: 7 }]);
		expect(delivered).toMatchObject([{ status: 'delivered' }]);
		const [request] = await readInbox(box);
		expect(request.body).toBe('<?xml version="1.0"?><order n="7">é</order>');
		expect(request.headers).toMatchObject({
			'content-type': 'application/xml',
			'x-partner': 'acme',
		});
		expect(request.verified).toBe(true);
		expect(delivered[0].payload_size).toBe(Buffer.byteLength(request.body));
	});

	test('makes the body of a batch and of a test, and a retry makes it anew', async () => {
		const box = uniqueName('batch');
		const body =
			'{ body: { lines: ($json.events ?? [$json]).map((event) => event.data.n ?? 0), attempt: $json.attempt, test: $json.test } }';
		const endpoint = await createTransformed(await createCalled([fields(body)]), 'line.sold', box, {
			...SECOND_RETRY,
			batch: { settings: { maxEvents: 2, maxWaitSeconds: 3600 } },
		});
		await planResponses(box, [{ status: 503 }]);
		await send('line.sold', [{ n: 1 }, { n: 2 }]);
		await deliverDue();
		await pause(1500);
		await deliverDue();
		const [[tested]] = await done('endpoint', 'test', { endpoint: byId(endpoint.id) });
		expect(tested.status).toBe('delivered');
		const inbox = await readInbox(box);
		expect(inbox.map((entry) => JSON.parse(entry.body))).toEqual([
			{ lines: [1, 2], attempt: 1 },
			{ lines: [1, 2], attempt: 2 },
			{ lines: [0], attempt: 1, test: true },
		]);
		expect(inbox.every(({ verified }) => verified)).toBe(true);
	});

	test('fails deliveries with its message and leaves the endpoint’s health unharmed', async () => {
		const box = uniqueName('broken');
		const broken = await createCalled([stop('No channel for order {{ $json.data.n }}')]);
		const endpoint = await createTransformed(broken, 'order.lost', box, {
			...SECOND_RETRY,
			disableRule: 'consecutiveFailures',
			disableCount: 1,
		});
		const first = await send('order.lost', [{ n: 5 }]);
		expect(first[1]).toMatchObject([
			{
				error_message: 'The transform workflow failed: No channel for order 5',
				attempt_log: [{ outcome: 'transform_failed', status_code: null }],
			},
		]);
		expect(await readInbox(box)).toEqual([]);
		expect(await getEndpoint(endpoint)).toMatchObject({ status: 'active', failing_since: null });
		await done('endpoint', 'update', {
			endpoint: byId(endpoint.id),
			updateFields: { transformWorkflowId: byId(await createCalled([fields(slack)])) },
		});
		const [delivered] = await retry(first);
		expect(delivered).toMatchObject([{ status: 'delivered', attempts: 2 }]);
		expect((await readInbox(box)).map(({ body }) => body)).toEqual(['{"text":"Order 5"}']);
	});

	test('that sends its own events again is ended as a loop, also behind a second trigger', async () => {
		const type = `${uniqueName('again')}.made`;
		const sending = buildSending(type);
		const path = uniqueName('second');
		const second = node(
			'Second',
			TRIGGER,
			{ platform: 'custom', requestKind: 'event', authenticationMethods: [], path },
			{ webhookId: path },
		);
		const nodes = [second, calledTrigger(), sending, fields('{ body: { n: 1 } }')];
		const workflowId = await n8n.createWorkflow({
			name: uniqueName('called'),
			nodes,
			connections: { ...chain(second, ...nodes.slice(2)), ...chain(...nodes.slice(1)) },
		});
		calledIds.push(workflowId);
		await createTransformed(workflowId, type, uniqueName('again'), { timeoutSeconds: 120 });
		await send(type);
		await expectEndedLoop(workflowId, type);
	}, 300_000);

	test('fails only the deliveries that it made no body for', async () => {
		const [counted, partial] = [uniqueName('counted'), uniqueName('partial')];
		const once = await createCalled([fields('{ body: {} }', { executeOnce: true })]);
		await createTransformed(once, 'few.made', counted);
		const [, few] = await send('few.made', [{ n: 1 }, { n: 2 }]);
		expect(few.map((item) => item.error_message)).toEqual(
			Array(2).fill(
				'The transform workflow returned 1 item for 2 deliveries. Return one item for each delivery, or the "delivery_id" with each.',
			),
		);
		const odd =
			'{ delivery_id: $json.delivery_id, body: $json.data.n === 1 ? undefined : { n: $json.data.n } }';
		await createTransformed(await createCalled([fields(odd)]), 'some.made', partial);
		const [delivered, failed] = await send('some.made', [{ n: 1 }, { n: 2 }]);
		expect(failed.map((item) => item.error_message)).toEqual([
			'The item that the transform workflow returned has no "body". Return an object, a list or text in this field.',
		]);
		expect(delivered).toHaveLength(1);
		expect((await readInbox(partial)).map(({ body }) => body)).toEqual(['{"n":2}']);
		expect(await readInbox(counted)).toEqual([]);
	});
});

describe('the API', () => {
	test('shows and pauses a workflow’s endpoint, hides the workflow, and makes none', async () => {
		const workflowId = await createCalled([fields('{ internal: "secret of the owner" }')]);
		const endpoint = await createForWorkflow(workflowId, 'api.seen', {
			allowManagementApi: true,
		});
		await send('api.seen');
		api = await serveSvixApi(credentials);
		const { api_key } = await createApiKey(credentials);
		const svix = await connectSvix(api, api_key);
		const refused = async (promise) =>
			await promise.then(
				(value) => ({ value }),
				({ body, code }) => ({ status: code, body }),
			);
		const shown = await svix.endpoint.get('default', endpoint.id);
		expect(shown).toMatchObject({ id: endpoint.id, url: 'n8n:workflow' });
		const attempts = await svix.messageAttempt.listByEndpoint('default', endpoint.id, {
			withContent: true,
		});
		expect(attempts.data).toMatchObject([
			{ responseStatusCode: 200, response: '', url: 'n8n:workflow' },
		]);
		expect(JSON.stringify([shown, attempts])).not.toContain(workflowId);
		for (const url of ['https://example.com/hooks', `n8n:workflow/${workflowId}`]) {
			expect(await refused(svix.endpoint.patch('default', endpoint.id, { url }))).toMatchObject({
				status: 422,
			});
			expect(
				await refused(svix.endpoint.create('default', { url: url.replace('https', 'n8n') })),
			).toMatchObject({ status: 422 });
		}
		expect(
			await refused(svix.endpoint.setHeaders('default', endpoint.id, { headers: { 'X-A': 'b' } })),
		).toMatchObject({ status: 422 });
		const { description, disabled } = await svix.endpoint.upsert('default', endpoint.id, {
			...shown,
			description: 'Changed',
			disabled: true,
		});
		expect([description, disabled]).toEqual(['Changed', true]);
		expect(await getEndpoint(endpoint)).toMatchObject({
			workflow_id: workflowId,
			status: 'disabled',
			description: 'Changed',
		});
	});
});
