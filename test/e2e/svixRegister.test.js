/**
 * Two n8n, as docs/api.md sets them up: one serves Svix's API, and a customer's registers its trigger there, receives, and
 * takes the endpoint away again.
 */
const { randomUUID } = require('node:crypto');

const { listCode, readSection } = require('../harness/documents');
const { bootN8n } = require('../harness/n8n');

const stage = require('./stage');
const { connectSvix, createApiKey, serveSvixApi } = require('./svixStage');

const { getOutputs, newStandardSecret, node, chain, readUntil, TRIGGER, uniqueName } = stage;

/** What the customer gets: a key with some rights. */
const [INTRODUCTION] = readSection('docs/api.md', 'Receive in another n8n').split(/^1\. /m);
const RIGHTS = listCode(INTRODUCTION);
const application = uniqueName('acme');
const secret = newStandardSecret();

let api;
let customer;
let inbound;
let account;
let svix;

const list = async () => (await svix.endpoint.list(application)).data;

/** Waits until the customer has so many endpoints. Returns them. */
const waitForEndpoints = async (count) => await readUntil(({ length }) => length === count, list);

/** Creates a credential for the API in the customer's n8n. */
const createAccount = async (fields) =>
	await customer.client.createCredential('agentWebhookPlatformApi', uniqueName('Server'), {
		platform: 'standardWebhooks',
		baseUrl: api.server,
		applicationId: application,
		...fields,
	});

/** Builds the customer's workflow: a trigger that registers itself. */
function buildWorkflow(path, parameters = {}, credentials = account) {
	const trigger = node(
		'Trigger',
		TRIGGER,
		{
			platform: 'standardWebhooks',
			requestKind: 'event',
			authenticationMethods: ['platform'],
			register: true,
			simplify: false,
			path,
			...parameters,
		},
		{ webhookId: randomUUID(), credentials: { ...inbound, ...credentials } },
	);
	return { name: path, nodes: [trigger], connections: chain(trigger) };
}

/** Sends a message as the server's owner. */
const send = async (eventType, order) =>
	await svix.message.create(application, {
		eventType,
		payload: { type: eventType, data: { order } },
	});

/** Serves the API with an application and event types. Returns the customer's key. */
async function serve() {
	const outbox = await stage.n8n.createCredential('agentWebhookOutboxApi', 'Outbox', {
		encryptionSecret: stage.newSecret(),
		outboxName: uniqueName('register').replaceAll('-', '_'),
	});
	api = await serveSvixApi(outbox);
	const owner = await createApiKey(outbox);
	svix = await connectSvix(api, owner.api_key);
	await svix.application.create({ name: 'Acme', uid: application });
	await svix.eventType.create({ name: 'order.created', description: 'An order' });
	await svix.eventType.create({ name: 'order.paid', description: 'A payment' });
	const wanted = { keyAccess: 'tenant', tenantId: application, keyRights: RIGHTS };
	return (await createApiKey(outbox, wanted)).api_key;
}

let booting;

beforeAll(async () => {
	booting = bootN8n({ name: 'customer' });
	const [booted, apiKey] = await Promise.all([booting, serve()]);
	customer = booted;
	inbound = await customer.client.createCredential('agentWebhookInboundApi', 'Receiving', {
		signatureScheme: 'platform',
		signingSecret: secret,
	});
	account = await createAccount({ apiKey });
});

afterAll(async () => {
	// Also after a set-up that failed.
	const booted = await booting?.catch(() => undefined);
	await booted?.stop();
	if (api) await stage.n8n.deactivate(api.id);
	await stage.deactivateWorkflows();
});

test('a customer’s trigger registers itself, receives, and takes its endpoint away', async () => {
	const path = uniqueName('orders');
	const { client } = customer;
	const id = await client.createWorkflow(
		buildWorkflow(path, { subscribedTypes: ['order.created'] }),
	);
	const [endpoint, ...others] = await list();
	expect(others).toEqual([]);
	expect(endpoint).toMatchObject({
		url: `${customer.base}/webhook/webhooks/events/${path}`,
		eventTypes: ['order.created'],
		description: `n8n: ${path}`,
	});
	expect((await svix.endpoint.getSecret(application, endpoint.id)).key).toBe(secret);

	await send('order.paid', 6);
	await send('order.created', 7);
	const [execution] = await client.finished(id);
	expect(getOutputs(execution, 'Trigger')[0].map(({ json }) => json)).toMatchObject([
		{ event: 'order.created', data: { order: 7 }, authentication: ['signature'] },
	]);

	// A crash leaves one endpoint, which the next start finds again.
	await customer.kill();
	await customer.restart();
	expect(await waitForEndpoints(1)).toMatchObject([{ id: endpoint.id }]);

	const changed = buildWorkflow(path, { subscribedTypes: ['order.paid'] });
	await client.api('PUT', `/workflows/${id}`, { ...changed, settings: { executionOrder: 'v1' } });
	await client.deactivate(id);
	await client.activate(id);
	expect(await waitForEndpoints(1)).toMatchObject([{ eventTypes: ['order.paid'] }]);
	await client.deactivate(id);
	expect(await waitForEndpoints(0)).toEqual([]);
});

test('a registration that fails says why, and leaves nothing behind', async () => {
	const { client } = customer;
	const wrongKey = await createAccount({ apiKey: 'wrong' });
	const unreachable = await createAccount({ apiKey: 'wrong', baseUrl: 'http://127.0.0.1:9' });
	const faults = [
		[wrongKey, 'with 401: Invalid key'],
		[unreachable, 'The server could not be reached at http://127.0.0.1:9'],
	];
	// n8n tries for a while, so both at once.
	await Promise.all(
		faults.map(async ([credentials, fault]) => {
			const published = client.createWorkflow(buildWorkflow(uniqueName('x'), {}, credentials));
			await expect(published).rejects.toThrow(fault);
		}),
	);
	expect(await list()).toEqual([]);
});

test('the editor lists the server’s event types', async () => {
	const [{ credentials, parameters, type, typeVersion }] = buildWorkflow('types').nodes;
	const options = await customer.client.rest('POST', '/dynamic-node-parameters/options', {
		path: 'parameters.subscribedTypes',
		methodName: 'getServerEventTypes',
		nodeTypeAndVersion: { name: type, version: typeVersion },
		currentNodeParameters: parameters,
		credentials,
	});
	expect(options.map(({ value }) => value)).toEqual(['order.created', 'order.paid']);
});
