/** Webhooks that are workflows of the owner, through the management API. */
const { publishEvents } = require('../../../build/core/outbox/dispatch/publish');

const { events, LIMITS } = require('../outbox/world');

const { createManagedWorld, TOKEN } = require('./managedWorld');

const FLOW = { url: undefined, signingSecret: undefined, workflowId: 'owners-flow' };

async function createFlowWorld(options) {
	const world = createManagedWorld(options);
	await world.letIn('ep_1', FLOW);
	return world;
}

test('are shown without the workflow, and can be written back as they were read', async () => {
	const world = await createFlowWorld();
	const shown = await world.get('ep_1');
	expect(shown).toMatchObject({ id: 'ep_1', url: 'n8n:workflow', status: 'active' });
	expect(JSON.stringify(shown)).not.toContain('owners-flow');
	const before = await world.endpoint('ep_1');
	const reply = await world.ask('update', { id: 'ep_1', body: shown });
	expect(reply).toEqual({ statusCode: 200, body: shown });
	expect((await world.endpoint('ep_1')).secrets).toEqual({
		...before.secrets,
		authentication: { authentication: 'none' },
	});
});

test('can be paused and filtered, and are tested', async () => {
	const world = await createFlowWorld();
	const body = { status: 'paused', filters: { include_fields: ['id'] }, events: ['order.paid'] };
	expect((await world.ask('update', { id: 'ep_1', body })).body).toMatchObject(body);
	expect(await world.endpoint('ep_1')).toMatchObject({
		secrets: { url: 'n8n:workflow/owners-flow' },
	});
	const test = await world.ask('test', { id: 'ep_1', body: { event: 'webhook.test' } });
	expect(test).toMatchObject({ statusCode: 200, body: { success: true, response_code: 200 } });
	expect(world.workflowCalls).toHaveLength(1);
});

test.each([
	[{ url: 'https://attacker.example' }, 'url'],
	[{ url: 'n8n:workflow/other' }, 'url'],
	[{ authentication: TOKEN }, 'authentication'],
])('cannot be changed into something else: %j', async (body, field) => {
	const world = await createFlowWorld();
	const before = await world.endpoint('ep_1');
	expect(await world.ask('update', { id: 'ep_1', body })).toMatchObject({
		statusCode: 422,
		body: { error: { details: { field } } },
	});
	expect(await world.endpoint('ep_1')).toEqual(before);
});

test.each(['n8n:workflow', 'n8n:workflow/owners-flow'])(
	'cannot be made or reached by the URL %s',
	async (url) => {
		const world = createManagedWorld();
		world.rules.allowInternal = true;
		world.rules.allowHttp = true;
		const body = { name: 'Mine', url, events: ['*'] };
		expect((await world.ask('create', { body })).statusCode).toBe(422);
		const id = await world.create();
		expect((await world.ask('update', { id, body: { url } })).statusCode).toBe(422);
	},
);

test('do not tell why their workflow failed', async () => {
	const world = await createFlowWorld({
		runWorkflow: () => ({ kind: 'failed', message: 'Secret of the owner', hasTimedOut: false }),
	});
	await publishEvents(world.process(), events(1), LIMITS);
	const logs = await world.ask('getLogs', { id: 'ep_1' });
	expect(JSON.stringify(logs)).not.toContain('Secret of the owner');
	expect(JSON.stringify(logs)).toContain('A workflow that handles these events failed');
});

test('show no workflow that makes bodies, and keep it when the URL changes', async () => {
	const world = createManagedWorld();
	await world.letIn('ep_1', { transformWorkflowId: 'owners-flow' });
	const body = { url: 'https://new.example/hooks' };
	const reply = await world.ask('update', { id: 'ep_1', body });
	expect(reply.statusCode).toBe(200);
	expect(JSON.stringify(reply)).not.toContain('owners-flow');
	expect((await world.endpoint('ep_1')).secrets.transformWorkflowId).toBe('owners-flow');
});
