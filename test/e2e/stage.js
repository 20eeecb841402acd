/**
 * Tools of the end-to-end tests: the n8n and the receiver that boot.js has started, and functions that
 * run workflows there. test/e2e/README.md explains them.
 */
const { randomUUID } = require('node:crypto');

const axios = require('axios');

const { getOutputs, N8nClient, pause } = require('../harness/n8n');

const workflows = require('./workflows');

const { TRIGGER, chain, itemsNode, node, startNode, uniqueName } = workflows;

/** Reads how to reach what boot.js has started. Jest's set-up can only pass it on as an environment variable. */
const readBootResult = () => JSON.parse(process.env.E2E);

const { authority, pids, queue, receiver, session } = readBootResult();

/** `true` in `npm run test:soak -- crashes`, which sends more events and kills n8n more often. */
const isSoak = process.env.E2E_SIZE === 'soak';
const n8n = new N8nClient(session);

const RUN_TIMEOUT_MS = 120_000;
const URL_FOLDERS = { agentMessage: 'agents', workflowRun: 'workflows' };

/** Returns the production URL of a trigger. */
const triggerUrl = (kind, path) =>
	`${session.base}/webhook/webhooks/${URL_FOLDERS[kind] ?? `${kind}s`}/${path}`;

/** IDs of the workflows that this test file has created. */
const createdIds = [];

async function createWorkflow(workflow) {
	const id = await n8n.createWorkflow(workflow);
	createdIds.push(id);
	return id;
}

/**
 * Creates and activates a workflow that begins with our trigger, named "Trigger".
 * @param parameters of the trigger; `path` is unique and Simplify off unless given
 * @param then nodes after the trigger, connected in a row unless `connections` are given
 * @returns the workflow's ID and the trigger's production URL
 */
async function createTriggerWorkflow(
	parameters,
	{ credentials, then = [], connections, name } = {},
) {
	const path = parameters.path ?? uniqueName('hook');
	const kind = parameters.requestKind ?? 'agentMessage';
	const trigger = node(
		'Trigger',
		TRIGGER,
		{ platform: 'agenticflow', simplify: false, ...parameters, requestKind: kind, path },
		{ webhookId: randomUUID(), ...(credentials && { credentials }) },
	);
	const id = await createWorkflow({
		name: name ?? path,
		nodes: [trigger, ...then],
		connections: connections ?? chain(trigger, ...then),
	});
	return { id, url: triggerUrl(kind, path) };
}

/** Creates a workflow that splits a request's `items` and runs an action node on them. */
async function createStartableWorkflow(prefix, action, { more = [], connect = {}, settings }) {
	const path = uniqueName(prefix);
	const [start, split] = [startNode(path), itemsNode()];
	const id = await createWorkflow({
		name: path,
		nodes: [start, split, action, ...more],
		connections: { ...chain(start, split, action), ...connect },
		settings,
	});
	return { id, startUrl: `${session.base}/webhook/${path}` };
}

/**
 * Runs an action node once on items, in a workflow of its own.
 * @param action a node, e.g. from `node('Send', ACTION, { … })`
 * @param more nodes after it; `connect` holds their connections as n8n writes them
 * @returns the workflow's ID, the execution with its data, and the node's items by output
 */
async function runAction(items, action, options = {}) {
	const { id, startUrl } = await createStartableWorkflow('run', action, options);
	await axios.post(startUrl, { items });
	const [execution] = await n8n.finished(id, 1, RUN_TIMEOUT_MS);
	return { id, execution, outputs: getOutputs(execution, action.name) };
}

/** Reads something until it is as expected, for at most two minutes. @returns the last value, for a test to compare */
async function readUntil(isExpected, read) {
	const until = Date.now() + RUN_TIMEOUT_MS;
	for (;;) {
		const value = await read();
		if (isExpected(value) || Date.now() > until) return value;
		await pause(100);
	}
}

/** Lists executions of a workflow without their data. @param filter further parameters of n8n's API */
async function listExecutions(workflowId, filter = '') {
	const found = [];
	for (let cursor = ''; cursor !== null; ) {
		const query = `workflowId=${workflowId}${filter}&limit=250${cursor && `&cursor=${cursor}`}`;
		const { data, nextCursor } = await n8n.api('GET', `/executions?${query}`);
		found.push(...data);
		cursor = nextCursor;
	}
	return found;
}

/** Counts the executions of a workflow, once all have ended. */
async function countExecutions(workflowId) {
	const listRunning = async () => await listExecutions(workflowId, '&status=running');
	expect(await readUntil(({ length }) => length === 0, listRunning)).toEqual([]);
	return (await listExecutions(workflowId)).length;
}

/**
 * Waits until enough executions of a workflow have ended that are not in `seenIds`, and adds them there.
 * @returns the executions with their data, oldest first
 */
async function waitForNewExecutions(workflowId, count, seenIds) {
	const until = Date.now() + RUN_TIMEOUT_MS;
	for (;;) {
		const { data } = await n8n.api('GET', `/executions?workflowId=${workflowId}&limit=100`);
		const ended = data.filter(
			({ id, status }) => !seenIds.has(id) && !['new', 'running'].includes(status),
		);
		if (ended.length >= count) {
			for (const { id } of ended) seenIds.add(id);
			return await Promise.all(
				ended
					.reverse()
					.map(async ({ id }) => await n8n.api('GET', `/executions/${id}?includeData=true`)),
			);
		}
		if (Date.now() > until) {
			throw new Error(`${ended.length} of ${count} executions have ended after two minutes.`);
		}
		await pause(50);
	}
}

/**
 * Creates a workflow as `runAction` does, to be started any number of times: n8n takes longer to
 * activate a workflow than to run it.
 * @returns `start({ items, times, ...body })`, which starts it `times` times at once and returns those
 * executions, oldest first. Expressions read `body` in `$('Start').first().json.body`.
 */
async function createActionWorkflow(action, options = {}) {
	const { id, startUrl } = await createStartableWorkflow('plan', action, options);
	const seenIds = new Set();
	let lastStart = Promise.resolve();

	async function startNow({ items = [{}], times = 1, ...body } = {}) {
		const requests = Array.from({ length: times }, async () => {
			await axios.post(startUrl, { ...body, items });
		});
		await Promise.all(requests);
		return await waitForNewExecutions(id, times, seenIds);
	}

	return {
		id,
		// Starts wait for each other, so that each can tell its own executions.
		start: async (...args) => {
			const started = lastStart.then(async () => await startNow(...args));
			lastStart = started.catch(() => undefined);
			return await started;
		},
	};
}

/**
 * Returns `act`, which runs an operation on items in a workflow of its own and returns its status, error, and items by
 * output, and `done`, which returns only the items and fails if the operation does.
 * @param getCredentials called at each run
 */
function createActor(getCredentials, defaults = {}) {
	async function act(resource, operation, parameters, items = [{}]) {
		const action = workflows.node(
			'Act',
			workflows.ACTION,
			{ resource, operation, ...defaults, ...parameters },
			{ credentials: getCredentials() },
		);
		const plan = await createActionWorkflow(action);
		const [execution] = await plan.start({ items });
		const { error } = execution.data.resultData;
		const outputs = getOutputs(execution, 'Act') ?? [];
		return {
			status: execution.status,
			error: error?.message,
			outputs: outputs.map((output) => (output ?? []).map(({ json }) => json)),
		};
	}

	async function done(...args) {
		const result = await act(...args);
		expect([result.status, result.error]).toEqual(['success', undefined]);
		return result.outputs;
	}

	return { act, done };
}

/** Sends bytes unchanged. Resolves for every status, and follows no redirect. */
async function post(url, body, headers = {}, method = 'POST') {
	return await axios({
		method,
		url,
		data: body === undefined ? undefined : Buffer.from(body),
		headers: { 'content-type': 'application/json', ...headers },
		validateStatus: () => true,
		maxRedirects: 0,
	});
}

/** Returns the bytes of an item's binary field, as n8n's editor downloads them. */
async function downloadBinary(binary) {
	if (binary.id === undefined) return Buffer.from(binary.data, 'base64');
	const { data } = await axios.get(`${session.base}/rest/binary-data`, {
		params: { id: binary.id, action: 'download' },
		headers: { cookie: session.cookie, 'browser-id': session.browserId },
		responseType: 'arraybuffer',
	});
	return data;
}

/**
 * Returns the requests that an inbox of the receiver got, oldest first. An inbox exists once something
 * is sent to `${receiver}/receive/<verifier>/<inbox>`.
 */
const readInbox = async (inbox) => (await axios.get(`${receiver}/inbox/${inbox}`)).data;

/** Sets an inbox's next responses, e.g. `[{ status: 503, headers: { 'retry-after': '1' } }]`. */
const planResponses = async (inbox, responses) =>
	await axios.post(`${receiver}/behave/${inbox}`, responses);

/** Gives the receiver the secrets that its verifiers check signatures with. */
const setReceiverSecrets = async (secrets) => await axios.post(`${receiver}/secrets`, secrets);

/** Deactivates the workflows that a test file has created. Their executions stay. */
async function deactivateWorkflows() {
	for (const id of createdIds.splice(0)) await n8n.deactivate(id);
}

module.exports = {
	...workflows,
	authority,
	base: session.base,
	countExecutions,
	createActionWorkflow,
	createActor,
	createTriggerWorkflow,
	deactivateWorkflows,
	downloadBinary,
	getOutputs,
	isSoak,
	n8n,
	pause,
	pids,
	planResponses,
	post,
	queue,
	readInbox,
	readUntil,
	receiver,
	runAction,
	setReceiverSecrets,
	triggerUrl,
};
