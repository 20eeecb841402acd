/** Endpoints that are workflows, and endpoints whose bodies a workflow makes. */
const { publishEvents } = require('../../../../build/core/outbox/dispatch/publish');
const { replayDelivery } = require('../../../../build/core/outbox/dispatch/replay');
const { sendTestEvent } = require('../../../../build/core/outbox/dispatch/testEvent');
const {
	createEndpoint,
	rotateEndpointSecret,
	updateEndpoint,
} = require('../../../../build/core/outbox/endpoint/lifecycle');
const { presentChanges } = require('../../../../build/core/outbox/endpoint/presentChanges');
const { presentEndpoint } = require('../../../../build/core/outbox/endpoint/presentEndpoint');
const { toDeliveryTarget } = require('../../../../build/core/outbox/endpoint/endpointTarget');
const { findDeliveryDetails } = require('../../../../build/core/outbox/log/payload');
const { createEncrypter } = require('../../../../build/core/outbox/store/encryption');
const { readEndpoint, toEndpointRow } = require('../../../../build/core/outbox/store/endpoints');

const { createWorld, events, LIMITS } = require('../world');

const { makeEndpoint, NOW } = require('./makeEndpoint');

const INPUT = { name: 'Stock', platform: 'standardWebhooks', workflowId: 'AbCd_12-3' };
const makeWorkflow = (input = {}) => createEndpoint({ ...INPUT, ...input }, 'ep_1', NOW);
const WORKFLOW = {
	url: undefined,
	signingSecret: undefined,
	platform: 'standardWebhooks',
	workflowId: 'flow',
};

describe('an endpoint that is a workflow', () => {
	test('has neither URL nor secret, and its workflow is kept with the secrets', () => {
		const endpoint = makeWorkflow();
		expect(endpoint).toMatchObject({ url: 'n8n:workflow', secrets: { signing: [] } });
		expect(toDeliveryTarget(endpoint)).toMatchObject({
			workflowId: 'AbCd_12-3',
			printableUrl: 'n8n:workflow',
			signed: false,
		});
		const encrypter = createEncrypter(['x'.repeat(32)]);
		const row = toEndpointRow(endpoint, encrypter);
		expect(JSON.stringify(row)).not.toContain('AbCd_12-3');
		expect(readEndpoint({ ...row, id: 1 }, encrypter).secrets).toEqual(endpoint.secrets);
		expect(presentEndpoint(endpoint)).toMatchObject({
			url: 'n8n:workflow',
			workflow_id: 'AbCd_12-3',
			signing_secrets: [],
		});
	});

	test.each(['', ' ', '../1', 'n8n:workflow/1', 'a b', 'x'.repeat(65)])(
		'needs the ID of a workflow, not "%s"',
		(workflowId) => {
			expect(() => makeWorkflow({ workflowId })).toThrow(/^"Workflow" is /);
		},
	);

	test.each([
		[{ url: 'https://example.com' }, 'it cannot get a URL'],
		[{ headers: { 'X-A': 'b' } }, '"Custom Headers" cannot be set'],
		[{ authentication: { authentication: 'bearer', token: 'a' } }, '"Endpoint Authentication"'],
		[{ authentication: { signatureScheme: 'custom' } }, '"Signature Scheme"'],
		[{ clientTls: { caCertificate: 'a' } }, '"Client Certificate"'],
		[{ signingSecret: 'whsec_abc' }, '"Signing Secret"'],
		[{ transformWorkflowId: 'other' }, '"Transform With Workflow"'],
		[{ settings: { verify_tls: false } }, '"Ignore TLS Certificate Errors"'],
		[{ settings: { allow_http: true } }, '"Allow Plain HTTP"'],
		[{ settings: { allow_internal: true } }, '"Allow Internal Addresses"'],
		[{ settings: { event_source: '/a' } }, '"Event Source"'],
		[{ settings: { cloud_event_mode: 'binary' } }, '"CloudEvents Mode"'],
		[{ settings: { svix_format: true } }, '"Svix Format"'],
		[{ settings: { retry_policy: { retry_statuses: '500' } } }, '"Retry on Statuses"'],
	])('takes nothing that only requests have: %j', (input, message) => {
		expect(() => makeWorkflow(input)).toThrow(message);
		expect(() => updateEndpoint(makeWorkflow(), input, NOW)).toThrow(message);
	});

	test('takes what says the same as its defaults, and all other settings', () => {
		const input = {
			url: '',
			headers: { 'X-A': null },
			authentication: { authentication: 'none' },
			clientTls: { caCertificate: '' },
			transformWorkflowId: null,
			settings: {
				allow_http: false,
				verify_tls: null,
				timeout_seconds: 5,
				in_order: {},
				retry_policy: { max_retries: 2 },
			},
		};
		expect(updateEndpoint(makeWorkflow(), input, NOW).settings).toMatchObject({
			timeout_seconds: 5,
		});
	});

	test('can get another workflow, but stays a workflow, as a URL stays a URL', () => {
		const before = makeWorkflow();
		const after = updateEndpoint(before, { workflowId: 'other' }, NOW);
		expect(presentChanges(before, after)).toEqual({
			workflow_id: { from: 'AbCd_12-3', to: 'other' },
		});
		expect(updateEndpoint(after, { name: 'Renamed' }, NOW).secrets).toEqual(after.secrets);
		expect(() => updateEndpoint(makeEndpoint(), { workflowId: 'other' }, NOW)).toThrow(
			'"Workflow" cannot be set: the endpoint delivers to a URL.',
		);
		expect(() => rotateEndpointSecret(after, '', 0, NOW)).toThrow(/delivers to a workflow/);
	});

	test.each([
		'n8n:workflow',
		'n8n:workflow/AbCd',
		'N8N:workflow/AbCd',
		' n8n:workflow/AbCd',
		'n8n://workflow/AbCd',
		'workflow:AbCd',
	])('cannot be made with the text %s as a URL', (url) => {
		const settings = { allow_http: true, allow_internal: true };
		expect(() => makeEndpoint({ url, settings })).toThrow(/^The endpoint URL/);
		expect(() => updateEndpoint(makeEndpoint(), { url, settings }, NOW)).toThrow(
			/^The endpoint URL/,
		);
	});

	test('gets filtered events, and their list is the payload in the log', async () => {
		const world = createWorld({ runWorkflow: () => [{ done: true }] });
		await world.register('ep_1', {
			...WORKFLOW,
			settings: { filters: { exclude_fields: ['number'] } },
		});
		const { sent } = await publishEvents(
			world.process(),
			events(1, { data: { number: 1, other: 2 } }),
			LIMITS,
		);
		const [{ delivery, response }] = sent[0].deliveries;
		expect(response).toEqual({ status_code: 200, body: '{"done":true}', body_truncated: false });
		expect(world.workflowCalls).toEqual([
			{
				workflowId: 'flow',
				timeoutMs: expect.any(Number),
				items: [
					expect.objectContaining({
						data: { other: 2 },
						delivery_id: delivery.id,
						attempt: 1,
						endpoint_id: 'ep_1',
					}),
				],
			},
		]);
		expect(world.attempts).toEqual([]);
		expect(delivery.attemptLog).toMatchObject([{ status_code: 200, execution_id: 'run-1' }]);
		const { payload } = await findDeliveryDetails(world.process(), delivery.id);
		expect(JSON.parse(payload.body)).toMatchObject([
			{ event: 'order.created', data: { other: 2 } },
		]);
		expect(delivery.payloadSize).toBe(Buffer.byteLength(payload.body));
		await replayDelivery(world.process(), delivery.id, LIMITS);
		expect(world.workflowCalls[1].items).toMatchObject([{ attempt: 2, delivery_id: delivery.id }]);
	});

	test('fails with the workflow’s message, which counts for its health', async () => {
		const world = createWorld({
			runWorkflow: () => ({ kind: 'failed', message: 'No stock', hasTimedOut: false }),
		});
		await world.register('ep_1', {
			...WORKFLOW,
			settings: { disable_rule: { rule: 'consecutiveFailures', count: 1 } },
		});
		await publishEvents(world.process(), events(1), LIMITS);
		expect(world.deliveries()).toMatchObject([{ outcome: 'workflow_failed', error: 'No stock' }]);
		expect(await world.endpoint('ep_1')).toMatchObject({ status: 'disabled' });
	});

	test('is not called once its events have come through five such workflows', async () => {
		const world = createWorld();
		await world.register('ep_1', WORKFLOW);
		await publishEvents(world.process(), events(1), { ...LIMITS, hops: 4 });
		expect(world.workflowCalls).toMatchObject([{ items: [{ hops: 5 }] }]);
		await publishEvents(world.process(), events(1), { ...LIMITS, hops: 5 });
		expect(world.workflowCalls).toHaveLength(1);
		expect(world.deliveries()[1]).toMatchObject({
			status: 'failed',
			outcome: 'invalid_request',
			error: expect.stringContaining('so they probably send to each other in a loop'),
		});
	});

	test('gets a test event, which says so', async () => {
		const world = createWorld();
		const endpoint = await world.register('ep_1', WORKFLOW);
		const { eventId } = await sendTestEvent(world.process(), endpoint, 'webhook.test', { n: 1 });
		expect(world.workflowCalls[0].items).toMatchObject([
			{ event: 'webhook.test', test: true, data: { n: 1 }, delivery_id: eventId, attempt: 1 },
		]);
	});

	test('tells events of tenants apart', async () => {
		const world = createWorld();
		const endpoint = await world.register('ep_1', { ...WORKFLOW, tenantId: 'acme' });
		await publishEvents(world.process(), events(1, { tenantId: 'acme' }), LIMITS);
		expect(endpoint.tenantId).toBe('acme');
		expect(world.workflowCalls[0].items).toMatchObject([{ tenant_id: 'acme' }]);
	});
});

describe('a workflow that makes bodies', () => {
	test('is kept with the secrets, changed, removed, and shown to the owner', () => {
		const plain = makeEndpoint();
		const after = updateEndpoint(plain, { transformWorkflowId: 'flow' }, NOW);
		expect(after.secrets.transformWorkflowId).toBe('flow');
		expect(presentChanges(plain, after)).toEqual({
			transform_workflow_id: { from: null, to: 'flow' },
		});
		const encrypter = createEncrypter(['x'.repeat(32)]);
		const row = toEndpointRow(after, encrypter);
		expect(readEndpoint({ ...row, id: 1 }, encrypter).secrets).toEqual(after.secrets);
		const moved = updateEndpoint(after, { url: 'https://other.example/hooks' }, NOW);
		expect(moved.secrets.transformWorkflowId).toBe('flow');
		const removed = updateEndpoint(after, { transformWorkflowId: null }, NOW);
		expect(removed.secrets).not.toHaveProperty('transformWorkflowId');
		expect(presentEndpoint(removed)).not.toHaveProperty('transform_workflow_id');
	});

	test('must be the ID of a workflow', () => {
		expect(() => makeEndpoint({ transformWorkflowId: 'a b' })).toThrow(
			'"Transform With Workflow" is not the ID of a workflow.',
		);
	});
});
