/**
 * Runs every operation as one tenant in a world with another, who has the same names, keys and kinds of
 * things, and whose IDs the first one has guessed.
 */
const fc = require('fast-check');

const { deliverDue } = require('../../../../build/core/outbox/dispatch/deliverDue');
const { publishEvents } = require('../../../../build/core/outbox/dispatch/publish');
const { replayDelivery } = require('../../../../build/core/outbox/dispatch/replay');
const { sendTestEvent } = require('../../../../build/core/outbox/dispatch/testEvent');
const {
	createEndpoint,
	rotateEndpointSecret,
	updateEndpoint,
} = require('../../../../build/core/outbox/endpoint/lifecycle');
const {
	presentRegisteredEndpoint,
} = require('../../../../build/core/outbox/endpoint/presentEndpoint');
const {
	changeEndpointStatus,
	deleteEndpoint,
	insertEndpoint,
	loadEndpoint,
	loadRegisteredEndpoints,
	modifyEndpoint,
} = require('../../../../build/core/outbox/endpoint/repository');
const { deleteEvent, forgetPayload } = require('../../../../build/core/outbox/log/eventRemoval');
const { findEvent, findEvents } = require('../../../../build/core/outbox/log/loggedEvents');
const { findDeliveryDetails } = require('../../../../build/core/outbox/log/payload');
const { findDeliveries } = require('../../../../build/core/outbox/log/query');
const { cancelMany, replayMany } = require('../../../../build/core/outbox/recovery/changeMany');
const { recoverMissing } = require('../../../../build/core/outbox/recovery/recoverMissing');
const { sendAgain } = require('../../../../build/core/outbox/recovery/sendAgain');
const { deleteTenant } = require('../../../../build/core/outbox/tenant/deleteTenant');
const { createTenant } = require('../../../../build/core/outbox/tenant/tenantInput');
const { insertTenant } = require('../../../../build/core/outbox/tenant/tenantRepository');
const { forTenant } = require('../../../../build/core/outbox/tenant/tenantPorts');

const {
	createManagedWorld,
	TASKS,
	validBody,
	WEBHOOK,
} = require('../../managementApi/managedWorld');
const { HOUR, LIMITS, MINUTE } = require('../world');

/** In everything of B except for IDs, which A may guess, and for what both have alike. */
const MARKER = 'zebra';

const A = { id: 'a', word: 'apple' };
const B = { id: `b-${MARKER}`, word: MARKER };
const KEY = { key: 'create 1', caller: 'the same caller' };
const REQUEST = { isPreview: false, maxRunMs: HOUR };

/** Gives a tenant endpoints of each kind, and events that are delivered, waiting, failed and gathering. */
async function settle(world, { id: tenantId, word }) {
	await insertTenant(world.process(), createTenant(tenantId, { metadata: { word } }, 0));
	const input = (kind, more) => ({
		tenantId,
		name: kind,
		description: word,
		url: `https://${word}.example/${kind}?token=${word}`,
		headers: { 'X-Word': word },
		...more,
	});
	const retry = { retry_policy: { schedule: 'list', delays: '1 h' } };
	await world.register(`ep_${tenantId}_good`, input('good', { isApiManaged: true }));
	await world.register(`ep_${tenantId}_slow`, input('slow', { settings: retry }));
	await world.register(`ep_${tenantId}_bad`, input('bad', { settings: {} }));
	const batch_settings = { max_events: 10, max_wait_seconds: 600 };
	await world.register(`ep_${tenantId}_batch`, input('batch', { settings: { batch_settings } }));
	const events = [1, 2].map((number) => ({
		type: 'order.created',
		tenantId,
		data: { word, number },
		idempotencyKey: `order ${number}`,
	}));
	await publishEvents(forTenant(world.process(), tenantId), events, LIMITS);
	const body = { ...WEBHOOK, url: `https://${word}.example/api` };
	await world.ask('create', { body, tenantId, idempotency: KEY });
}

async function createTwo() {
	const world = createManagedWorld({
		answer: ({ endpoint }) => ({ slow: 503, bad: 410 })[endpoint.name] ?? 200,
	});
	await settle(world, A);
	await settle(world, B);
	return world;
}

const ofTenant = (world, tenantId) =>
	Object.fromEntries(
		['tenants', 'endpoints', 'events', 'deliveries'].map((table) => [
			table,
			world.store.rows(table).filter((row) => row.tenant_id === tenantId),
		]),
	);

/** Every operation as tenant A, with IDs that may be of either tenant. */
const OPERATIONS = {
	'list endpoints': async ({ ports }) =>
		(await loadRegisteredEndpoints(ports)).map(presentRegisteredEndpoint),
	'get endpoint': async ({ endpointId, ports }) => await loadEndpoint(ports, endpointId),
	'create endpoint': async ({ ports, world }) => {
		const input = { name: 'good', url: 'https://apple.example/x', platform: 'agenticflow' };
		const id = `ep_new-${world.attempts.length}`;
		const endpoint = createEndpoint({ ...input, tenantId: ports.tenantId }, id, 0);
		await insertEndpoint(ports, endpoint);
		return endpoint;
	},
	'update endpoint': async ({ endpointId, ports }) =>
		await modifyEndpoint(ports, endpointId, (endpoint) =>
			updateEndpoint(endpoint, { name: 'other' }, 0),
		),
	'rotate secret': async ({ endpointId, ports }) =>
		await modifyEndpoint(ports, endpointId, (endpoint) =>
			rotateEndpointSecret(endpoint, undefined, 60, 0),
		),
	'disable endpoint': async ({ endpointId, ports }) => {
		const endpoint = await loadEndpoint(ports, endpointId);
		return await changeEndpointStatus(ports, endpoint, 'disabled', 'by hand');
	},
	'test endpoint': async ({ endpointId, ports }) =>
		await sendTestEvent(ports, await loadEndpoint(ports, endpointId), 'webhook.test', {}),
	'delete endpoint': async ({ endpointId, ports }) => await deleteEndpoint(ports, endpointId),
	'send with a key': async ({ ports }) =>
		await publishEvents(
			ports,
			[
				{
					type: 'order.created',
					tenantId: A.id,
					data: { word: A.word, number: 1 },
					idempotencyKey: 'order 1',
				},
			],
			LIMITS,
		),
	'send with another’s data under its key': async ({ ports }) =>
		await publishEvents(
			ports,
			[{ type: 'order.created', tenantId: A.id, data: { number: 1 }, idempotencyKey: 'order 2' }],
			LIMITS,
		),
	'send to an endpoint': async ({ endpointId, ports }) =>
		await publishEvents(
			ports,
			[{ type: 'any', tenantId: A.id, data: {}, endpointIds: [endpointId] }],
			LIMITS,
		),
	'send as another tenant': async ({ ports }) =>
		await publishEvents(ports, [{ type: 'any', tenantId: B.id, data: {} }], LIMITS),
	'list deliveries': async ({ ports }) => await findDeliveries(ports, {}),
	'search deliveries': async ({ endpointId, eventId, ports }) => [
		await findDeliveries(ports, { endpointId }, 5),
		await findDeliveries(ports, { eventId }),
		await findDeliveries(ports, { text: B.word }),
	],
	'get delivery': async ({ deliveryId, ports }) => await findDeliveryDetails(ports, deliveryId),
	'list events': async ({ ports }) => await findEvents(ports, {}, Infinity),
	'search events': async ({ ports }) => await findEvents(ports, { text: B.word }, Infinity),
	'get event': async ({ eventId, ports }) => await findEvent(ports, eventId),
	'forget payload': async ({ eventId, ports }) => await forgetPayload(ports, eventId),
	'delete event': async ({ eventId, ports }) => await deleteEvent(ports, eventId),
	replay: async ({ deliveryId, ports }) => await replayDelivery(ports, deliveryId, LIMITS),
	'replay many': async ({ ports }) =>
		await replayMany(ports, { statuses: ['failed', 'held', 'delivered', 'pending'] }, REQUEST),
	'replay many of an endpoint': async ({ endpointId, ports }) =>
		await replayMany(ports, { statuses: ['failed'], endpointIds: [endpointId] }, REQUEST),
	'cancel many': async ({ ports }) =>
		await cancelMany(ports, { statuses: ['pending', 'gathering', 'held'] }, REQUEST),
	'recover missing': async ({ endpointId, ports }) =>
		await recoverMissing(ports, { endpointId }, REQUEST),
	'send again': async ({ endpointId, eventId, ports }) =>
		await sendAgain(ports, eventId, await loadEndpoint(ports, endpointId), LIMITS),
	'deliver due with scoped tables': async ({ ports }) => await deliverDue(ports, LIMITS),
	'delete the tenant with scoped tables': async ({ ports }) => await deleteTenant(ports, B.id),
	...Object.fromEntries(
		TASKS.map((task) => [
			`API: ${task}`,
			async ({ endpointId, world }) =>
				await world.ask(task, {
					body: validBody(task),
					id: ['list', 'create'].includes(task) ? undefined : endpointId,
					tenantId: A.id,
				}),
		]),
	),
	'API: create with the key of another': async ({ world }) =>
		await world.ask('create', {
			body: { ...WEBHOOK, url: `https://${A.word}.example/api` },
			tenantId: A.id,
			idempotency: KEY,
		}),
};

/** Writes everything that a person or a program can see of a value, without the IDs that they passed. */
function write(value, passedIds) {
	const text = JSON.stringify(value, (_, part) =>
		part instanceof Map || part instanceof Set
			? [...part]
			: part instanceof Error
				? { ...part, message: part.message }
				: part,
	);
	return passedIds.reduce((rest, id) => rest.replaceAll(id, ''), text ?? '');
}

test('no operation of a tenant shows or changes anything of another', async () => {
	const choice = fc.record({
		name: fc.constantFrom(...Object.keys(OPERATIONS)),
		pick: fc.nat(1000),
		advanceMs: fc.constantFrom(0, MINUTE, HOUR),
	});
	await fc.assert(
		fc.asyncProperty(fc.array(choice, { minLength: 1, maxLength: 12 }), async (choices) => {
			const world = await createTwo();
			const before = ofTenant(world, B.id);
			const attempts = world.attempts.filter(({ endpointId }) => endpointId.includes(B.id)).length;
			for (const { advanceMs, name, pick } of choices) {
				world.clock.advance(advanceMs);
				const [a, b] = [ofTenant(world, A.id), ofTenant(world, B.id)];
				const choose = (table, column) => {
					const ids = [...b[table], ...a[table]].map((row) => row[column]);
					return ids[pick % ids.length];
				};
				const ids = {
					endpointId: choose('endpoints', 'endpoint_id'),
					eventId: choose('events', 'event_id'),
					deliveryId: choose('deliveries', 'delivery_id'),
				};
				const connected = world.process();
				const ports = forTenant(connected, A.id);
				const result = await OPERATIONS[name]({ ...ids, ports, world }).catch((error) => error);
				expect([name, write(result, [...Object.values(ids), B.id])]).toEqual([
					name,
					expect.not.stringContaining(MARKER),
				]);
				expect(connected.announced.join()).not.toContain(MARKER);
				expect([name, ofTenant(world, B.id)]).toEqual([name, before]);
			}
			const after = world.attempts.filter(({ endpointId }) => endpointId.includes(B.id)).length;
			expect(after).toBe(attempts);
		}),
		{ numRuns: 100 },
	);
});

test('the operations of the test do something for their own tenant', async () => {
	for (const [name, run] of Object.entries(OPERATIONS)) {
		const world = await createTwo();
		const own = ofTenant(world, A.id);
		const ports = forTenant(world.process(), A.id);
		const outcome = await run({
			endpointId: own.endpoints[0].endpoint_id,
			eventId: own.events[0].event_id,
			deliveryId: own.deliveries[0].delivery_id,
			ports,
			world,
		}).catch((error) => error);
		const isMeantToFail = /as another tenant|delete the tenant|delete event/.test(name);
		expect([name, outcome instanceof Error]).toEqual([name, isMeantToFail]);
	}
});
