/** Tests the lists of an outbox in the editor: endpoints, deliveries and events. */
const stage = require('./stage');

const { ACTION, planResponses, n8n, newSecret, newStandardSecret, node, receiver } = stage;
const { runAction, setReceiverSecrets, uniqueName } = stage;

const name = uniqueName('lists').replaceAll('-', '_');
const secret = newStandardSecret();
const encryptionSecret = newSecret();
let outbox;

const credential = async (more, outboxName = name) =>
	await n8n.createCredential('agentWebhookOutboxApi', 'Outbox', {
		encryptionSecret,
		outboxName,
		...more,
	});

/** Makes the request that the editor makes when a person opens a list. */
async function list(methodName, credentials, { filter, projectId } = {}) {
	const { results } = await n8n.rest('POST', '/dynamic-node-parameters/resource-locator-results', {
		path: 'parameters.endpoint',
		methodName,
		filter,
		projectId,
		nodeTypeAndVersion: { name: ACTION, version: 1 },
		currentNodeParameters: { resource: 'endpoint', operation: 'get' },
		credentials,
	});
	return results;
}

const act = async (parameters, items = [{}]) => {
	const { execution, outputs } = await runAction(
		items,
		node('Act', ACTION, parameters, { credentials: outbox }),
	);
	expect(execution.status).toBe('success');
	return outputs.map((output) => output.map(({ json }) => json));
};

async function register(endpointName) {
	const box = uniqueName('listed');
	const [[{ id }]] = await act({
		resource: 'endpoint',
		operation: 'create',
		endpointName,
		url: `${receiver}/receive/svix/${box}`,
		platform: 'standardWebhooks',
		signingSecret: secret,
		options: { allowHttp: true, allowInternal: true },
	});
	return { box, id };
}

let shipping;
let billing;

beforeAll(async () => {
	await setReceiverSecrets({ standard: secret });
	outbox = await credential({ n8nApiKey: n8n.apiKey, n8nUrl: n8n.base });
	shipping = await register('Shipping');
	billing = await register('Billing');
	await planResponses(billing.box, [{ status: 400 }]);
	await act({
		resource: 'event',
		operation: 'send',
		sendTo: 'subscribers',
		customEventType: 'order.created',
	});
});

afterAll(stage.deactivateWorkflows);

test('the list of endpoints shows names and details, and can be searched', async () => {
	const results = await list('searchEndpoints', outbox);
	expect(results).toEqual([
		{ name: `Billing (${receiver}/receive/svix/${billing.box})`, value: billing.id },
		{ name: `Shipping (${receiver}/receive/svix/${shipping.box})`, value: shipping.id },
	]);
	expect(await list('searchEndpoints', outbox, { filter: 'SHIP' })).toEqual([results[1]]);
	expect(await list('searchEndpoints', outbox, { filter: 'nobody' })).toEqual([]);
	await act({
		resource: 'endpoint',
		operation: 'disable',
		endpoint: { __rl: true, mode: 'list', value: shipping.id },
	});
	const [, second] = await list('searchEndpoints', outbox);
	expect(second.name).toMatch(/^Shipping \(disabled, /);
});

test('the lists of deliveries and events show each of them once, with details', async () => {
	const deliveries = await list('searchDeliveries', outbox);
	expect(
		deliveries.map((entry) => entry.name.replace(/\d{4}-\d\d-\d\d \d\d:\d\d$/, 'TIME')),
	).toEqual(
		expect.arrayContaining([
			'order.created → Billing: failed, TIME',
			'order.created → Shipping: delivered, TIME',
		]),
	);
	expect(deliveries).toHaveLength(2);
	const failed = deliveries.find((entry) => entry.name.includes('Billing'));
	const [[delivery]] = await act({
		resource: 'delivery',
		operation: 'get',
		deliveryId: { __rl: true, mode: 'list', value: failed.value },
	});
	expect(delivery.endpoint_name).toBe('Billing');

	const [event, ...others] = await list('searchEvents', outbox);
	expect(others).toEqual([]);
	expect(event.name).toMatch(/^order\.created, \d{4}-\d\d-\d\d \d\d:\d\d \(evt_/);
	const [ofEvent] = await act({
		resource: 'delivery',
		operation: 'getAll',
		returnAll: true,
		filters: { eventId: { __rl: true, mode: 'list', value: event.value } },
	});
	expect(ofEvent).toHaveLength(2);
});

test('a list shows the tables of the workflow’s project only', async () => {
	const [mine] = await list('searchEndpoints', outbox);
	const [{ user }] = await n8n.rest('POST', '/invitations', [
		{ email: `${uniqueName('member')}@example.com`, role: 'global:member' },
	]);
	const projects = await n8n.rest('GET', '/projects');
	const theirs = projects.find(({ creatorId }) => creatorId === user.id);
	const own = await n8n.rest('GET', '/projects/personal');
	await n8n.api('POST', '/data-tables', {
		name: `${name}_endpoints_v1`,
		projectId: theirs.id,
		columns: [
			{ name: 'endpoint_id', type: 'string' },
			{ name: 'tenant_id', type: 'string' },
			{ name: 'registered_at', type: 'date' },
		],
	});
	expect(await list('searchEndpoints', outbox, { projectId: theirs.id })).toEqual([]);
	expect((await list('searchEndpoints', outbox, { projectId: own.id }))[0]).toEqual(mine);
	await expect(list('searchEndpoints', outbox)).rejects.toThrow('2 projects have an outbox');
});

test('an unused outbox has empty lists', async () => {
	const unused = await credential(
		{ n8nApiKey: n8n.apiKey, n8nUrl: n8n.base },
		uniqueName('unused').replaceAll('-', '_'),
	);
	for (const method of ['searchEndpoints', 'searchDeliveries', 'searchEvents']) {
		expect(await list(method, unused)).toEqual([]);
	}
});

test.each([
	['no API key', {}, 'needs an n8n API key in the Outbox credential'],
	['a wrong API key', { n8nApiKey: 'wrong' }, 'n8n’s own API answered with 401'],
	[
		'an address that nobody listens on',
		{ n8nApiKey: 'any', n8nUrl: 'http://127.0.0.1:1' },
		'n8n’s own API could not be reached at http://127.0.0.1:1',
	],
])('the list says what is wrong with %s', async (_, more, message) => {
	const wrong = await credential({ n8nUrl: n8n.base, ...more });
	await expect(list('searchEndpoints', wrong)).rejects.toThrow(message);
});
