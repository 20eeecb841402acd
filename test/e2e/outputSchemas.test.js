/**
 * Compares the output that the editor shows before a node's first run with the real output: runs every
 * operation in n8n, and checks that its items have exactly the schema's fields.
 */
const { fork } = require('node:child_process');
const path = require('node:path');

require('reflect-metadata');

const axios = require('axios');
const difference = require('lodash/difference');
const { loadOutputSchema } = require('n8n-core');

const { AgentWebhook } = require('../../build/nodes/AgentWebhook/AgentWebhook.node');
const {
	AgentWebhookTrigger,
} = require('../../build/nodes/AgentWebhookTrigger/AgentWebhookTrigger.node');
const { n8nHome, root } = require('../harness/project');
const { readTemplate } = require('../harness/templates');

const stage = require('./stage');

const Ajv = require(path.join(n8nHome, 'node_modules/ajv'));

const { ACTION, base, planResponses, chain, itemsNode, n8n, newSecret, newStandardSecret, node } =
	stage;
const {
	getOutputs,
	post,
	receiver,
	runAction,
	standardHeaders,
	startNode,
	TRIGGER,
	createTriggerWorkflow,
	uniqueName,
	withRetries,
} = stage;

/** The items of every operation, by resource and operation. */
const items = {};

const credentials = {};
const outboxName = uniqueName('schemas').replaceAll('-', '_');
const secret = newStandardSecret();
let platformChild;

/** Runs nodes one after another on the same items, each in a separate branch. */
async function runSteps(prefix, steps) {
	const webhookPath = uniqueName(prefix);
	const start = startNode(webhookPath, 'lastNode');
	const split = itemsNode();
	const end = node('End', 'n8n-nodes-base.noOp', {}, { position: [900, 0] });
	const nodes = steps.map(({ name, parameters, more }, index) =>
		node(name ?? `Step ${index}`, ACTION, parameters, {
			credentials,
			executeOnce: true,
			// n8n runs branches from top to bottom.
			position: [600, index * 200],
			...more,
		}),
	);
	const to = (...targets) => targets.map(({ name }) => ({ node: name, type: 'main', index: 0 }));
	const id = await n8n.createWorkflow({
		name: webhookPath,
		nodes: [start, split, ...nodes, end],
		connections: {
			...chain(start, split),
			[split.name]: { main: [to(...nodes)] },
			...Object.fromEntries(nodes.map(({ name }) => [name, { main: Array(5).fill(to(end)) }])),
		},
	});
	// The execution says what failed.
	const validateStatus = () => true;
	await axios.post(`${base}/webhook/${webhookPath}`, { items: [{}, {}] }, { validateStatus });
	const [execution] = await n8n.finished(id, 1, 120_000);
	await n8n.deactivate(id);
	const { error } = execution.data.resultData;
	expect([execution.status, error?.node?.parameters, error?.message]).toEqual([
		'success',
		undefined,
		undefined,
	]);
	for (const [index, { name, parameters }] of nodes.entries()) {
		if (steps[index].unchecked) continue;
		const found = getOutputs(execution, name).flat();
		expect([name, found.length]).not.toEqual([name, 0]);
		const key = `${parameters.resource}/${parameters.operation}`;
		(items[key] ??= []).push(...found.map(({ json }) => json));
	}
}

/** Creates a node with an operation and the defaults of all other parameters. */
const step = (resource, operation, parameters, { name, ...more } = {}) => ({
	name,
	parameters: { resource, operation, ...parameters },
	more,
});

const byId = (name, value) => ({ [name]: { __rl: true, mode: 'id', value } });
const from = (name, field) => `={{ $('${name}').first().json.${field} }}`;
const at = (box) => `${receiver}/receive/none/${box}`;

async function sendToOneEndpoint() {
	const [good, bad, slow] = [uniqueName('good'), uniqueName('bad'), uniqueName('slow')];
	const send = (box, parameters, options, more) =>
		step(
			'event',
			'send',
			withRetries({
				platform: 'standardWebhooks',
				customEventType: 'order.created',
				url: at(box),
				...parameters,
				options: { allowHttp: true, ...options },
			}),
			more,
		);
	await planResponses(bad, [{ status: 400 }]);
	await planResponses(slow, [{ status: 503 }]);
	await runSteps('send', [
		send(good),
		send(bad),
		send(slow, {}, { retrySchedule: 'list', retryDelays: '1 h' }),
		send(good, { conditionSource: 'json', conditions: '{"never": 1}' }),
		send(good, {}, { maxEvents: 2 }, { executeOnce: false }),
		send(good, {}, { waitForAnswers: true }),
		send(good, {
			platform: 'agenticflow',
			requestKind: 'agentMessage',
			dataSource: 'json',
			data: '{"message": "Hello"}',
		}),
	]);
}

async function useTheOutbox() {
	const boxes = Object.fromEntries(
		['good', 'bad', 'gone', 'late'].map((name) => [name, uniqueName(name)]),
	);
	await planResponses(boxes.bad, [{ status: 503 }, { status: 400 }, {}, { status: 400 }]);
	await planResponses(boxes.gone, [{ status: 503 }, { status: 410 }]);
	// Its first attempt is that of Deliver Due.
	await planResponses(boxes.late, [{ status: 503 }]);
	// Those of the test, the event, and two replays.
	await planResponses(boxes.good, [{}, {}, {}, { status: 503 }]);
	const create = (name, options) =>
		step(
			'endpoint',
			'create',
			withRetries({
				endpointName: boxes[name],
				url: at(boxes[name]),
				platform: 'standardWebhooks',
				options: { allowHttp: true, allowInternal: true, ...options },
			}),
			{ name },
		);
	const quick = { retrySchedule: 'list', retryDelays: '0.1 s, 1 h' };
	const [good, late] = ['good', 'late'].map((name) => byId('endpoint', from(name, 'id')));
	// The order of the attempts is not defined.
	const findDeliveryId = (name) =>
		`={{ $('getAll').all().find(({ json }) => json.endpoint_id === $('${name}').first().json.id).json.id }}`;
	const deliveryId = findDeliveryId('good');
	// The items of Send to All Subscribed Endpoints are like those of Deliver Due.
	const fanOut = (name) => ({
		name,
		parameters: {
			resource: 'event',
			operation: 'send',
			sendTo: 'subscribers',
			customEventType: 'order.paid',
		},
		unchecked: true,
	});
	// Two events are sent before there is an endpoint: one to delete, and one to recover.
	const unheard = byId('eventId', "={{ $('events').last().json.id }}");
	await runSteps('outbox', [
		fanOut('unheard'),
		fanOut('missed'),
		create('good'),
		create('bad', quick),
		create('gone', quick),
		create('late', quick),
		step('endpoint', 'update', { ...good, updateFields: { description: 'For orders' } }),
		step('endpoint', 'rotateSecret', good),
		step('endpoint', 'disable', good),
		step('endpoint', 'enable', good),
		step('endpoint', 'test', good),
		step('endpoint', 'pause', late),
		fanOut('fan out'),
		step('endpoint', 'enable', late),
		step('delivery', 'getAll', {}, { name: 'getAll' }),
		step('delivery', 'get', { deliveryId }),
		step('event', 'getAll', {}, { name: 'events' }),
		step('event', 'get', unheard),
		step('event', 'forgetPayload', unheard),
		step('event', 'delete', unheard),
		step('delivery', 'getAttempts', { deliveryId }),
		step('delivery', 'deliverDue'),
		step('delivery', 'getStats'),
		step('delivery', 'replay', { deliveryId }),
		// It begins to fail.
		step('delivery', 'replay', { deliveryId }),
		step('delivery', 'replay', { deliveryId: findDeliveryId('bad') }),
		step('delivery', 'replayMany', { since: '2026-01-01T00:00:00Z' }),
		step('delivery', 'cancelMany', { since: '2026-01-01T00:00:00Z' }),
		step('event', 'sendAgain', { ...good, eventId: from('events', 'id') }),
		// It begins to fail again.
		step('event', 'sendAgain', {
			...byId('endpoint', from('bad', 'id')),
			eventId: from('events', 'id'),
		}),
		step('endpoint', 'recoverMissing', { ...good, since: '2026-01-01T00:00:00Z' }),
		step('endpoint', 'get', good),
		step('endpoint', 'getAll'),
		step('delivery', 'prune'),
		step('endpoint', 'delete', good),
	]);
}

async function useTenants() {
	const tenantId = 'acme';
	const options = { maxEndpoints: 5, maxOnRecord: 100, retentionDays: 1 };
	await runSteps('tenants', [
		step('tenant', 'create', { tenantId, tenantName: 'Acme', options }),
		step('tenant', 'update', { tenantId, updateFields: { status: 'disabled' } }),
		step('tenant', 'get', { tenantId }),
		step('tenant', 'getAll'),
		step(
			'tenant',
			'createApiKey',
			{ keyAccess: 'tenant', tenantId, options: { validDays: 1 } },
			{ name: 'key' },
		),
		step('tenant', 'createApiKey', { keyAccess: 'all' }),
		step('tenant', 'createPortalLink', { tenantId, portalUrl: 'https://example.com/portal' }),
		step('tenant', 'withdrawKey', { tenantId, keyId: from('key', 'id') }),
		step('tenant', 'withdrawAllKeys', { tenantId }),
		step('tenant', 'delete', { tenantId }),
	]);
}

async function useEventTypes() {
	const type = { catalogEventType: { __rl: true, mode: 'name', value: 'order.created' } };
	await runSteps('types', [
		step('eventType', 'create', {
			eventTypeName: 'order.created',
			schema: '{"required": ["id"]}',
			options: { example: '{"id": 7}' },
		}),
		step('eventType', 'update', { ...type, updateFields: { groupName: 'Orders' } }),
		step('eventType', 'get', type),
		step('eventType', 'getAll'),
		step('eventType', 'delete', type),
	]);
}

async function useThePlatform() {
	const webhook = byId('webhook', from('create', 'id'));
	await runSteps('platform', [
		step(
			'platformWebhook',
			'create',
			{
				webhookName: 'Orders',
				url: at(uniqueName('platform')),
				events: ['workflow.execution.completed'],
			},
			{ name: 'create' },
		),
		step('platformWebhook', 'update', { ...webhook, updateFields: { webhookName: 'More' } }),
		step('platformWebhook', 'test', { ...webhook, eventType: 'workflow.execution.completed' }),
		step('platformWebhook', 'getAll'),
		step('platformWebhook', 'getLogs', webhook),
		step('platformWebhook', 'getStats', webhook),
		step('platformWebhook', 'delete', webhook),
	]);
}

async function signAndVerify() {
	const text = (bodyText) => ({ platform: 'standardWebhooks', bodySource: 'text', bodyText });
	const headers = from('sign', 'signature_headers');
	await runSteps('sign', [
		step('signature', 'generateSecret', { format: 'hex' }),
		step('signature', 'generateSecret', { format: 'keyFile' }),
		step('signature', 'sign', text('{}'), { name: 'sign' }),
		step('signature', 'verify', { ...text('{}'), headers }),
		step('signature', 'verify', { ...text('{"changed": true}'), headers }),
	]);
}

/**
 * Receives the requests that start a workflow: an event, a request of another kind, and a rejected one.
 */
async function callTheTrigger() {
	const receive = async (parameters, body, headers) => {
		const hook = await createTriggerWorkflow(
			{ platform: 'agenticflow', authenticationMethods: ['bearer'], ...parameters },
			{ credentials },
		);
		await post(hook.url, JSON.stringify(body), headers);
		const [execution] = await n8n.finished(hook.id);
		const found = getOutputs(execution, 'Trigger').flat();
		(items.trigger ??= []).push(...found.map(({ json }) => json));
	};
	const headers = { authorization: `Bearer ${secret}` };
	await receive({ requestKind: 'agentMessage' }, { message: 'Hello' }, headers);
	await receive({ requestKind: 'agentMessage', simplify: true }, { message: 'Hello' }, headers);
	const event = { type: 'order.paid', timestamp: '2026-01-01T00:00:00Z', data: { n: 1 } };
	for (const simplify of [false, true]) {
		await receive(
			{
				platform: 'standardWebhooks',
				requestKind: 'event',
				authenticationMethods: ['signature'],
				simplify,
			},
			event,
			standardHeaders(JSON.stringify(event), { secret }),
		);
	}
	await receive({ requestKind: 'agentMessage', options: { outputRefused: true } }, {}, {});
}

/** Registers a webhook through the management API, and lists it. */
async function manageWebhooks() {
	const { name, nodes, connections, settings } = readTemplate('management-api');
	const [trigger, answer] = nodes.filter(({ type }) => [TRIGGER, ACTION].includes(type));
	Object.assign(trigger, { webhookId: uniqueName('node'), credentials });
	trigger.parameters.path = uniqueName('api');
	answer.credentials = credentials;
	const id = await n8n.createWorkflow({ name, nodes, connections, settings });
	const url = `${base}/webhook/${trigger.webhookId}/${trigger.parameters.path}/api/v1/webhooks`;
	const headers = { authorization: `Bearer ${secret}` };
	const webhook = { name: 'Orders', url: 'https://example.com/hooks', events: ['*'] };
	await post(url, JSON.stringify({ ...webhook, status: 'disabled' }), headers);
	await axios.get(url, { headers });
	for (const execution of await n8n.finished(id, 2)) {
		for (const [key, { name: source }] of Object.entries({
			trigger,
			'endpoint/answerManagement': answer,
		})) {
			(items[key] ??= []).push(
				...getOutputs(execution, source)
					.flat()
					.map(({ json }) => json),
			);
		}
	}
	await n8n.deactivate(id);
}

/** Creates an endpoint through Svix's API, and lists what there is. */
async function serveTheApi() {
	const { name, nodes, connections, settings } = readTemplate('svix-api');
	const [trigger, answer, create] = nodes.filter(({ type }) => [TRIGGER, ACTION].includes(type));
	for (const ours of [trigger, answer, create]) ours.credentials = credentials;
	trigger.webhookId = uniqueName('node');
	trigger.parameters.path = uniqueName('svix');
	const id = await n8n.createWorkflow({ name, nodes, connections, settings });
	const { outputs } = await runAction([{}], create);
	const headers = { authorization: `Bearer ${outputs[0][0].json.api_key}` };
	const url = `${base}/webhook/${trigger.webhookId}/${trigger.parameters.path}/api/v1`;
	const body = JSON.stringify({ url: 'https://example.com/hooks', disabled: true });
	await post(`${url}/app/default/endpoint`, body, headers);
	// Only the API gives a tenant a uid.
	const tenantId = 'api';
	await post(`${url}/app`, JSON.stringify({ name: 'API', uid: tenantId }), headers);
	await runSteps('application', [
		step('tenant', 'update', { tenantId, updateFields: { tenantName: 'The API' } }),
		step('tenant', 'get', { tenantId }),
		step('tenant', 'getAll', { returnAll: true }),
	]);
	await axios.get(`${url}/app`, { headers });
	for (const execution of await n8n.finished(id, 3)) {
		for (const [key, source] of Object.entries({
			trigger: trigger.name,
			'endpoint/answerApi': answer.name,
		})) {
			(items[key] ??= []).push(
				...getOutputs(execution, source)
					.flat()
					.map(({ json }) => json),
			);
		}
	}
	await n8n.deactivate(id);
}

beforeAll(async () => {
	platformChild = fork(path.join(__dirname, '../harness/agenticflow.mjs'));
	const { port } = await new Promise((resolve) => platformChild.once('message', resolve));
	const api = `http://127.0.0.1:${port}`;
	const apiKey = newSecret();
	await axios.post(`${api}/control`, { apiKey, signingSecret: newSecret() });
	const made = await Promise.all([
		n8n.createCredential('agentWebhookOutboxApi', outboxName, {
			encryptionSecret: newSecret(),
			outboxName,
		}),
		n8n.createCredential('agentWebhookOutboundApi', outboxName, {
			authentication: 'none',
			signatureScheme: 'platform',
			signingSecret: secret,
		}),
		n8n.createCredential('agentWebhookInboundApi', outboxName, {
			bearerTokens: secret,
			signatureScheme: 'platform',
			signingSecret: secret,
		}),
		n8n.createCredential('agentWebhookPlatformApi', outboxName, {
			platform: 'agenticflow',
			baseUrl: api,
			apiKey,
		}),
	]);
	Object.assign(credentials, ...made);
	await Promise.all([
		sendToOneEndpoint(),
		useTheOutbox(),
		useTenants(),
		useEventTypes(),
		useThePlatform(),
		signAndVerify(),
		callTheTrigger(),
		manageWebhooks(),
		serveTheApi(),
	]);
});

afterAll(async () => {
	await stage.deactivateWorkflows();
	platformChild.kill();
});

/** Loads the schema from the URL that the editor uses. */
async function loadSchema(type, place) {
	const { data } = await axios.get(`${base}/schemas/${type}/${place}.json`);
	return data;
}

/** Makes a schema strict: objects with named fields allow no others. */
const closed = (schema) => ({
	...schema,
	...(schema.properties && {
		additionalProperties: Object.keys(schema.properties).length === 0,
		properties: Object.fromEntries(
			Object.entries(schema.properties).map(([name, field]) => [name, closed(field)]),
		),
	}),
	...(schema.items && { items: closed(schema.items) }),
});

/** Finds the fields of a schema that none of the values has. */
function unseen(schema, values, where = '') {
	const objects = values.filter((value) => typeof value === 'object' && value !== null);
	if (schema.items) return unseen(schema.items, objects.flat(), `${where}[]`);
	return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
		const having = objects.filter((value) => name in value);
		const place = `${where}.${name}`;
		return having.length === 0
			? [place]
			: unseen(
					field,
					having.map((value) => value[name]),
					place,
				);
	});
}

/** Fields that other tests show: an answer of more than 1 MB, and deliveries that are late for 15 minutes. */
const ELSEWHERE = ['.answer_truncated', '.due', '.oldest_due_at'];

function expectToFit(schema, found) {
	expect(found.length).toBeGreaterThan(0);
	const validate = new Ajv({ strict: false, allErrors: true }).compile(closed(schema));
	for (const item of found) {
		validate(item);
		expect(
			(validate.errors ?? []).map(({ instancePath, message, params }) => [
				instancePath,
				message,
				params,
			]),
		).toEqual([]);
	}
	expect(difference(unseen(schema, found), ELSEWHERE)).toEqual([]);
}

/** Expects the fields in the schema's order, in which the editor shows them. */
function expectSameOrder({ properties }, found) {
	for (const item of found) {
		const names = Object.keys(properties).filter((name) => name in item);
		expect(Object.keys(item)).toEqual(names);
	}
}

const OPERATIONS = new AgentWebhook().description.properties
	.filter(({ name }) => name === 'operation')
	.flatMap(({ displayOptions, options }) =>
		options.map(({ value }) => `${displayOptions.show.resource[0]}/${value}`),
	);
// It outputs its input items.
const WITHOUT = ['webhook/respond'];

test.each(OPERATIONS.filter((operation) => !WITHOUT.includes(operation)))(
	'%s outputs items that match its schema',
	async (operation) => {
		const schema = await loadSchema(ACTION, `1.0.0/${operation}`);
		expectToFit(schema, items[operation]);
		expectSameOrder(schema, items[operation]);
	},
);

// The editor shows no schema of triggers; n8n's workflow builder reads it with this function.
test('the trigger outputs items that match its schema', () => {
	const nodeDir = path.join(root, 'dist/nodes/AgentWebhookTrigger');
	const { version } = new AgentWebhookTrigger().description;
	const schema = loadOutputSchema({ nodeDir, version: version[0], versionFallback: true });
	expectToFit(schema, items.trigger);
});
