/** Endpoints that are workflows, and workflows that make bodies, with the parameters of the node. */
const { NodeHelpers, createEmptyRunExecutionData } = require('n8n-workflow');

const { createStore } = require('../../../../unit/outbox/memoryTables');

let mockStore;

jest.mock('../../../../../build/nodes/shared/outbox/dataTables', () => ({
	openDataTables: () => mockStore.connect(),
}));

const { execute, NODES } = require('../../../../harness/contexts');
const { fillInDefaults } = require('../../../operations');
const { useRecordingServer } = require('../../../recordingServer');

const receiver = useRecordingServer();
const credentials = {
	agentWebhookOutboxApi: { outboxName: 'outbox', encryptionSecret: 'k'.repeat(64) },
};
const choose = (value) => ({ __rl: true, mode: 'list', value, cachedResultName: 'Stock' });

/** The calls of other workflows, and what they do. */
let calls;
let executeWorkflow;

beforeEach(() => {
	mockStore = createStore();
	calls = [];
	executeWorkflow = () => ({ data: [[]] });
});

async function run(resource, operation, parameters, more = {}) {
	const filled = fillInDefaults('agentWebhook', {
		resource,
		operation,
		simplify: false,
		...parameters,
	});
	const { outputs } = await execute(filled, [{ json: { order_id: 7 } }], {
		credentials,
		executeWorkflow: async (workflow, _data, { inputData }) => {
			calls.push({ id: workflow.id, items: inputData.map(({ json }) => json) });
			return { executionId: '12', ...(await executeWorkflow()) };
		},
		...more,
	});
	return outputs.map((output) => output.map(({ json }) => json));
}

const create = async (parameters) =>
	(await run('endpoint', 'create', { endpointName: 'Stock', options: {}, ...parameters }))[0][0];

const createForWorkflow = async (options = {}) =>
	await create({ deliverTo: 'workflow', workflowId: choose('flow'), options });

const send = async (options = {}, more) =>
	await run(
		'event',
		'send',
		{ sendTo: 'subscribers', customEventType: 'order.created', options },
		more,
	);

const find = (endpoint) => ({ endpoint: { __rl: true, mode: 'id', value: endpoint.id } });
const update = async (endpoint, updateFields) =>
	(await run('endpoint', 'update', { ...find(endpoint), updateFields }))[0][0];

/** Lists the parameters of Create that the editor shows, with the options that it offers. */
function listShown(parameters) {
	const { description } = NODES.agentWebhook;
	const node = { type: 'agentWebhook', typeVersion: description.version[0] };
	const values = fillInDefaults('agentWebhook', {
		resource: 'endpoint',
		operation: 'create',
		...parameters,
	});
	const isShown = (property) =>
		property.type !== 'hidden' &&
		NodeHelpers.displayParameter(values, property, node, description, values);
	const shown = description.properties.filter(isShown);
	const { options } = shown.find(({ name }) => name === 'options');
	return {
		fields: shown.map(({ name }) => name),
		options: options.filter(isShown).map(({ name }) => name),
	};
}

test('the editor shows for a workflow nothing that only requests have', () => {
	const workflow = listShown({ deliverTo: 'workflow' });
	const url = listShown({});
	expect(url.fields).not.toContain('workflowId');
	expect(workflow.fields).toEqual(expect.arrayContaining(['workflowId', 'retrySchedule']));
	for (const name of ['url', 'platform', 'signingSecret', 'endpointAuthentication']) {
		expect(url.fields).toContain(name);
		expect(workflow.fields).not.toContain(name);
	}
	for (const name of [
		'headers',
		'skipTlsCheck',
		'caCertificate',
		'unsigned',
		'transformWorkflowId',
	]) {
		expect(url.options).toContain(name);
		expect(workflow.options).not.toContain(name);
	}
	expect(workflow.options).toEqual(expect.arrayContaining(['batch', 'conditions', 'inOrder']));
});

test('a workflow gets the events, and its last items are the answer', async () => {
	const endpoint = await createForWorkflow();
	expect(endpoint).toMatchObject({
		url: 'n8n:workflow',
		workflow_id: 'flow',
		signing_secret: null,
	});
	executeWorkflow = () => ({ data: [[{ json: { booked: true } }]] });
	const [delivered] = await send();
	expect(delivered).toMatchObject([
		{
			status: 'delivered',
			endpoint: 'n8n:workflow',
			response: { status_code: 200, body: { booked: true } },
			attempt_log: [{ execution_id: '12' }],
		},
	]);
	expect(calls).toEqual([
		{
			id: 'flow',
			items: [
				expect.objectContaining({
					event: 'order.created',
					data: { order_id: 7 },
					delivery_id: delivered[0].delivery_id,
					endpoint_name: 'Stock',
					hops: 1,
				}),
			],
		},
	]);
});

test('a workflow that waits has the event, and does not put the sender to wait', async () => {
	await createForWorkflow();
	executeWorkflow = () => ({ data: [[{ json: {} }]], waitTill: new Date() });
	const runData = createEmptyRunExecutionData();
	const [delivered] = await send({}, { runData });
	expect(delivered).toMatchObject([{ status: 'delivered' }]);
	expect(runData.waitTill).toBeUndefined();
});

test('a workflow’s error is the attempt’s', async () => {
	await createForWorkflow();
	executeWorkflow = () => {
		throw new Error('The shelf is empty');
	};
	const [, pending] = await send();
	expect(pending).toMatchObject([
		{ error_message: 'The shelf is empty', attempt_log: [{ outcome: 'workflow_failed' }] },
	]);
});

test('an endpoint needs a workflow, and stays one', async () => {
	await expect(create({ deliverTo: 'workflow', workflowId: choose('') })).rejects.toThrow(
		'"Workflow" is empty. Choose a workflow from the list, or enter the ID from its URL.',
	);
	const endpoint = await createForWorkflow();
	expect(await update(endpoint, { workflowId: choose('other') })).toMatchObject({
		changed: { workflow_id: { from: 'flow', to: 'other' } },
	});
	await expect(update(endpoint, { url: 'https://example.com' })).rejects.toThrow(
		'cannot get a URL',
	);
	await expect(run('endpoint', 'rotateSecret', find(endpoint))).rejects.toThrow(
		'it delivers to a workflow',
	);
	const [[unsent]] = await run('endpoint', 'get', find(endpoint));
	expect(unsent).toMatchObject({ workflow_id: 'other' });
});

test('a workflow makes the bodies, until it is removed', async () => {
	const endpoint = await create({
		url: receiver.url,
		platform: 'standardWebhooks',
		options: { allowHttp: true, allowInternal: true, transformWorkflowId: choose('format') },
	});
	expect(endpoint).toMatchObject({ transform_workflow_id: 'format' });
	executeWorkflow = () => ({ data: [[{ json: { body: '<a/>', content_type: 'text/xml' } }]] });
	receiver.answer = (response) => response.end();
	await send();
	expect(String(receiver.requests[0].body)).toBe('<a/>');
	expect(receiver.requests[0].headers['content-type']).toBe('text/xml');
	const updated = await update(endpoint, { transformWorkflowId: choose('') });
	expect(updated.changed).toEqual({ transform_workflow_id: { from: 'format', to: null } });
	await send();
	expect(String(receiver.requests[1].body)).toContain('"order.created"');
	expect(calls).toHaveLength(1);
});

test('sends a form that a workflow made as it is, with its signature', async () => {
	await create({
		url: receiver.url,
		platform: 'standardWebhooks',
		options: { allowHttp: true, allowInternal: true, transformWorkflowId: choose('format') },
	});
	const type = 'application/x-www-form-urlencoded';
	const body = 'payload=a%20b&text=caf%C3%A9';
	executeWorkflow = () => ({ data: [[{ json: { body, content_type: type } }]] });
	const [delivered] = await send();
	expect(delivered).toMatchObject([{ status: 'delivered' }]);
	const [{ body: sent, headers }] = receiver.requests;
	expect(sent).toBe(body);
	expect(headers).toMatchObject({
		'content-type': type,
		'webhook-signature': expect.any(String),
	});
});
