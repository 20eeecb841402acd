/** Endpoints that are workflows of the owner, through Svix's API. */
const { publishEvents } = require('../../../build/core/outbox/dispatch/publish');

const { events, LIMITS } = require('../outbox/world');

const { createSvixWorld, refused } = require('./svixWorld');

const FLOW = {
	url: undefined,
	signingSecret: undefined,
	platform: 'standardWebhooks',
	workflowId: 'owners-flow',
	isApiManaged: true,
};

async function createFlowWorld(options) {
	const world = createSvixWorld(options);
	const { token } = await world.createKey();
	await world.register('ep_1', FLOW);
	return { world, svix: await world.client(token), token };
}

test('are shown without the workflow, also to a key that reads secrets', async () => {
	const { svix, token, world } = await createFlowWorld();
	const shown = await svix.endpoint.get('default', 'ep_1');
	expect(shown.url).toBe('n8n:workflow');
	const portal = await world.ask(token, 'GET', '/app/default/portal');
	expect(JSON.stringify([shown, portal])).not.toContain('owners-flow');
	expect(await refused(svix.endpoint.getSecret('default', 'ep_1'))).toMatchObject({ status: 404 });
});

test('can be disabled and filtered, also with all that was read', async () => {
	const { svix, world } = await createFlowWorld();
	const shown = await svix.endpoint.get('default', 'ep_1');
	const changed = await svix.endpoint.upsert('default', 'ep_1', {
		...shown,
		channels: ['blue'],
		disabled: true,
	});
	expect(changed).toMatchObject({ url: 'n8n:workflow', channels: ['blue'], disabled: true });
	expect(await world.endpoint('ep_1')).toMatchObject({
		status: 'disabled',
		secrets: { url: 'n8n:workflow/owners-flow' },
	});
	const patched = await svix.endpoint.patch('default', 'ep_1', { disabled: false });
	expect(patched.disabled).toBe(false);
});

test('take no URL, header, authentication or secret', async () => {
	const { svix, token, world } = await createFlowWorld();
	const before = await world.endpoint('ep_1');
	const path = '/app/default/endpoint/ep_1';
	const calls = [
		['PATCH', path, { url: 'https://attacker.example/' }],
		['PATCH', path, { url: 'n8n:workflow/other' }],
		['PATCH', path, { url: 'n8n:workflow/owners-flow' }],
		['PUT', `${path}/headers`, { headers: { 'X-A': 'b' } }],
		['PATCH', `${path}/headers`, { headers: { 'X-A': 'b' } }],
		['PUT', `${path}/authentication`, { type: 'bearer', token: 'abc' }],
		['POST', `${path}/secret/rotate`, {}],
	];
	for (const [method, url, body] of calls) {
		expect(await world.ask(token, method, url, body)).toMatchObject({ status: 422 });
	}
	expect(await world.endpoint('ep_1')).toEqual(before);
	for (const url of ['n8n:workflow', 'n8n:workflow/owners-flow']) {
		expect(await refused(svix.endpoint.create('default', { url }))).toMatchObject({ status: 422 });
	}
});

test('show neither what their workflow returned nor why it failed', async () => {
	const { svix, world } = await createFlowWorld({
		runWorkflow: () => [{ internal: 'of the owner' }],
	});
	await publishEvents(world.process(), events(1), LIMITS);
	world.runWorkflow = () => ({ kind: 'failed', message: 'of the owner too', hasTimedOut: false });
	await publishEvents(world.process(), events(1), LIMITS);
	const { data } = await svix.messageAttempt.listByEndpoint('default', 'ep_1', {
		withContent: true,
	});
	expect(
		data.map(({ response, responseStatusCode }) => [responseStatusCode, response]).sort(),
	).toEqual([
		[0, 'A workflow that handles these events failed. Ask the owner of this API to correct it.'],
		[200, ''],
	]);
});
