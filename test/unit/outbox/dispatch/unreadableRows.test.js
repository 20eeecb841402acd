/** What cannot be opened stops only itself: endpoints of another key, and rows that a person edited. */
const { deliverDue } = require('../../../../build/core/outbox/dispatch/deliverDue');
const { publishEvents } = require('../../../../build/core/outbox/dispatch/publish');
const { replayDelivery } = require('../../../../build/core/outbox/dispatch/replay');
const {
	changeEndpointStatus,
	deleteEndpoint,
	insertEndpoint,
	loadRegisteredEndpoint,
	loadRegisteredEndpoints,
	splitByReadability,
} = require('../../../../build/core/outbox/endpoint/repository');
const { findDeliveries } = require('../../../../build/core/outbox/log/query');
const { createEncrypter } = require('../../../../build/core/outbox/store/encryption');
const { toEndpointRow } = require('../../../../build/core/outbox/store/endpoints');

const { createWorld, DAY, events, KEY, LIMITS, MINUTE } = require('../world');

const OTHER_KEY = 'fedcba9876543210fedcba9876543210';
const WAITS =
	/^The endpoint cannot be opened, so its deliveries wait\. .*"Additional Encryption Keys"/;

const loadUsable = async (storage) =>
	splitByReadability(await loadRegisteredEndpoints(storage)).endpoints;

const findRow = (world, id) =>
	world.store.rows('endpoints').find(({ endpoint_id }) => endpoint_id === id);

/** Encrypts an endpoint's secrets with another key. */
async function sealWithOtherKey(world, id) {
	const endpoint = await world.endpoint(id);
	const { sealed } = toEndpointRow(endpoint, createEncrypter([OTHER_KEY]));
	world.store.edit('endpoints', findRow(world, id).id, { sealed });
}

const bothKeys = { encrypter: createEncrypter([KEY, OTHER_KEY]) };

async function withStray(input) {
	const world = createWorld();
	await world.register('ep_a');
	await world.register('ep_stray', input);
	await sealWithOtherKey(world, 'ep_stray');
	return world;
}

const stateOf = (world, endpointId) =>
	world.deliveries().find(({ endpoint_id }) => endpoint_id === endpointId);

describe('an endpoint whose secrets were encrypted with another key', () => {
	test('is listed with what is wrong, and the others are usable', async () => {
		const world = await withStray();
		const registered = await loadRegisteredEndpoints(world.process());
		expect(registered).toMatchObject([
			{ id: 'ep_a', secrets: {} },
			{
				id: 'ep_stray',
				name: 'Endpoint ep_stray',
				status: 'active',
				problem: expect.stringContaining('"Additional Encryption Keys"'),
			},
		]);
		expect(registered[1]).not.toHaveProperty('secrets');
		expect((await loadUsable(world.process())).map(({ id }) => id)).toEqual(['ep_a']);
	});

	test('gets a delivery that waits, and says why', async () => {
		const world = await withStray();
		const { sent } = await publishEvents(world.process(), events(1), LIMITS);
		expect(sent[0].deliveries).toMatchObject([
			{ endpoint: { id: 'ep_a' }, delivery: { status: 'delivered' } },
			{
				endpoint: { id: 'ep_stray' },
				delivery: { status: 'pending', attempts: 0, error: expect.stringMatching(WAITS) },
			},
		]);
		expect(world.attempts.map(({ endpointId }) => endpointId)).toEqual(['ep_a']);
	});

	test('gets only events that it is subscribed to', async () => {
		const world = await withStray({ eventTypes: ['user.*'] });
		const { sent } = await publishEvents(world.process(), events(1), LIMITS);
		expect(sent[0].deliveries).toHaveLength(1);
		expect(stateOf(world, 'ep_stray')).toBeUndefined();
	});

	test('lets its deliveries wait through any number of runs, and gets them when the key is back', async () => {
		const world = await withStray();
		await publishEvents(world.process(), events(3), LIMITS);
		for (let day = 0; day < 3; day += 1) {
			world.clock.advance(DAY);
			const { results, unreadable } = await deliverDue(world.process(), LIMITS);
			expect(results).toEqual([]);
			expect(unreadable).toMatchObject([{ id: 'ep_stray' }]);
		}
		const waiting = world.deliveries().filter(({ endpoint_id: id }) => id === 'ep_stray');
		expect(waiting.map(({ attempts, status }) => `${status} ${attempts}`)).toEqual(
			Array(3).fill('pending 0'),
		);
		const { results, unreadable } = await deliverDue(
			Object.assign(world.process(), bothKeys),
			LIMITS,
		);
		expect(results.map(({ delivery }) => delivery.status)).toEqual(Array(3).fill('delivered'));
		expect(unreadable).toEqual([]);
		expect(world.attemptsTo('ep_stray')).toHaveLength(3);
		expect(stateOf(world, 'ep_stray')).toMatchObject({ error: null });
	});

	test('does not take up a run that has more deliveries than it may attempt', async () => {
		const world = await withStray();
		await publishEvents(world.process(), events(30), LIMITS);
		world.answer = () => 500;
		await publishEvents(world.process(), events(1), LIMITS);
		world.answer = () => 200;
		world.clock.advance(MINUTE);
		const { results } = await deliverDue(world.process(), { ...LIMITS, maxDeliveries: 1 });
		expect(results).toMatchObject([
			{ endpoint: { id: 'ep_a' }, delivery: { status: 'delivered' } },
		]);
	});

	test('records on retries of before why they wait', async () => {
		const world = createWorld({ answer: () => 500 });
		await world.register('ep_stray');
		await publishEvents(world.process(), events(1), LIMITS);
		await sealWithOtherKey(world, 'ep_stray');
		world.clock.advance(MINUTE);
		await deliverDue(world.process(), LIMITS);
		expect(stateOf(world, 'ep_stray')).toMatchObject({
			status: 'pending',
			attempts: 1,
			error: expect.stringMatching(WAITS),
		});
		const ports = Object.assign(world.process(), bothKeys);
		expect((await deliverDue(ports, LIMITS)).results).toHaveLength(1);
	});

	test('keeps its events in the batching queue', async () => {
		const batch_settings = { max_events: 2, max_wait_seconds: 60 };
		const world = await withStray({ settings: { batch_settings } });
		await publishEvents(world.process(), events(2), LIMITS);
		world.clock.advance(DAY);
		await deliverDue(world.process(), LIMITS);
		expect(world.attemptsTo('ep_stray')).toEqual([]);
		await deliverDue(Object.assign(world.process(), bothKeys), LIMITS);
		expect(world.attemptsTo('ep_stray')).toHaveLength(1);
		expect(JSON.parse(world.attemptsTo('ep_stray')[0].body)).toMatchObject({
			data: { event_count: 2 },
		});
	});

	test('is disabled and enabled with its secrets as they are', async () => {
		const world = await withStray();
		const ports = world.process();
		const stray = await loadRegisteredEndpoint(ports, 'ep_stray');
		const disabled = await changeEndpointStatus(ports, stray, 'disabled', 'by hand');
		expect(disabled).toMatchObject({ status: 'disabled', statusReason: 'by hand' });
		await publishEvents(world.process(), events(1), LIMITS);
		expect(stateOf(world, 'ep_stray')).toMatchObject({ status: 'held' });
		await changeEndpointStatus(ports, disabled, 'active', '');
		const [, opened] = await loadUsable(Object.assign(world.process(), bothKeys));
		expect(opened).toMatchObject({ id: 'ep_stray', status: 'active', statusReason: null });
	});

	test('is deleted by its ID', async () => {
		const world = await withStray();
		await deleteEndpoint(world.process(), 'ep_stray');
		expect(await loadRegisteredEndpoints(world.process())).toHaveLength(1);
	});

	test('is not replayed to, and the error says why', async () => {
		const world = await withStray();
		await publishEvents(world.process(), events(1), LIMITS);
		const { delivery_id: id } = stateOf(world, 'ep_stray');
		await expect(replayDelivery(world.process(), id, LIMITS)).rejects.toMatchObject({
			name: 'UnreadableEndpointError',
			message: expect.stringMatching(/^The endpoint "Endpoint ep_stray" cannot be opened\. /),
		});
		expect(stateOf(world, 'ep_stray').status).toBe('pending');
	});
});

describe('an endpoint whose row was edited', () => {
	test.each([
		['event_types', 'order.created'],
		['settings', '{'],
		['settings', '{"x":1}'],
		['settings', '{"conditions":{"a":{"nope":1}}}'],
	])('whose %s is %s gets no delivery, and the others do', async (column, value) => {
		const world = createWorld();
		await world.register('ep_a');
		await world.register('ep_edited');
		world.store.edit('endpoints', findRow(world, 'ep_edited').id, { [column]: value });
		const { sent } = await publishEvents(world.process(), events(1), LIMITS);
		expect(sent[0].deliveries).toMatchObject([{ endpoint: { id: 'ep_a' } }]);
		expect(sent[0].undecided).toMatchObject([
			{ id: 'ep_edited', problem: expect.stringMatching(/\S/) },
		]);
		world.clock.advance(MINUTE);
		await deliverDue(world.process(), LIMITS);
		expect(world.statuses()).toEqual(['delivered']);
	});

	test.each([
		['platform', 'gone'],
		['status', 'paused'],
		['sealed', 'text'],
		['registered_at', null],
		['sealed_revision', null],
	])('whose %s is %s gets a delivery that waits', async (column, value) => {
		const world = createWorld();
		await world.register('ep_edited');
		const { [column]: before, id } = findRow(world, 'ep_edited');
		world.store.edit('endpoints', id, { [column]: value });
		await publishEvents(world.process(), events(1), LIMITS);
		expect(world.deliveries()).toMatchObject([{ status: 'pending', attempts: 0 }]);
		world.store.edit('endpoints', id, { [column]: before });
		await deliverDue(world.process(), LIMITS);
		expect(world.deliveries()).toMatchObject([{ status: 'delivered', attempts: 1 }]);
	});

	test('to an ID that n8n would evaluate stops nothing else', async () => {
		const world = createWorld({ answer: () => 500 });
		await world.register('ep_a');
		await world.register('ep_edited');
		await publishEvents(world.process(), events(1), LIMITS);
		world.store.edit('endpoints', findRow(world, 'ep_edited').id, { endpoint_id: '={{ 1 }}' });
		world.answer = () => 200;
		world.clock.advance(MINUTE);
		const ports = world.process();
		await deliverDue(ports, LIMITS);
		expect(stateOf(world, 'ep_a').status).toBe('delivered');
		expect(JSON.stringify(ports.tables.calls)).not.toContain('={{');
	});

	test('does not open with older secrets', async () => {
		const world = createWorld();
		await world.register('ep_a');
		const { id, sealed } = findRow(world, 'ep_a');
		const ports = world.process();
		await changeEndpointStatus(ports, await world.endpoint('ep_a'), 'disabled', 'by hand');
		world.store.edit('endpoints', id, { sealed });
		expect(await loadRegisteredEndpoints(ports)).toMatchObject([
			{ id: 'ep_a', problem: expect.stringContaining('replaced with older ones') },
		]);
	});
});

describe('a delivery whose row was edited', () => {
	async function withEdited(column, value) {
		const world = createWorld({ answer: () => 500 });
		await world.register('ep_a');
		await publishEvents(world.process(), events(2), LIMITS);
		const [{ id }] = world.deliveries();
		world.store.edit('deliveries', id, { [column]: value });
		world.answer = () => 200;
		world.clock.advance(MINUTE);
		return { world, id };
	}

	test.each([
		['attempt_log', 'not JSON'],
		['attempts', null],
		['event_id', '=x'],
		['event_id', ''],
	])('whose %s is %s is put on hold, and the others are delivered', async (column, value) => {
		const { world, id } = await withEdited(column, value);
		await deliverDue(world.process(), LIMITS);
		expect(world.deliveries()).toMatchObject([
			{ id, status: 'held', lease_owner: null, error: expect.stringContaining(`"${column}"`) },
			{ status: 'delivered' },
		]);
	});

	test('is listed with what is wrong, and is not replayed', async () => {
		const { world } = await withEdited('attempt_log', 'not JSON');
		const found = await findDeliveries(world.process(), {});
		expect(found).toHaveLength(2);
		const edited = found.find(({ problem }) => problem !== undefined);
		expect(edited.error).toContain('"attempt_log"');
		await expect(replayDelivery(world.process(), edited.id, LIMITS)).rejects.toMatchObject({
			name: 'ReplayError',
			message: expect.stringContaining('"attempt_log"'),
		});
	});
});

describe('an event whose row was edited', () => {
	test('puts its deliveries on hold, and the others are delivered', async () => {
		const world = createWorld({ answer: () => 500 });
		await world.register('ep_a');
		await publishEvents(world.process(), events(2), LIMITS);
		world.store.edit('events', 1, { data: '[1' });
		world.answer = () => 200;
		world.clock.advance(MINUTE);
		await deliverDue(world.process(), LIMITS);
		expect(world.deliveries().map(({ error, status }) => [status, error])).toEqual([
			['held', expect.stringContaining('"data"')],
			['delivered', null],
		]);
	});

	const BATCHES = { settings: { batch_settings: { max_events: 3, max_wait_seconds: 10 } } };

	test.each([
		['an endpoint', {}],
		['an endpoint with batches', BATCHES],
		['an endpoint whose bodies a workflow makes', { transformWorkflowId: 'workflow' }],
	])('so that it has thousands of levels stops only its delivery to %s', async (_, input) => {
		let isUp = false;
		const world = createWorld({
			answer: () => (isUp ? 200 : 503),
			runWorkflow: ({ items }) => items.map(({ body, delivery_id }) => ({ body, delivery_id })),
		});
		await world.register('ep_a', { tenantId: 'acme', ...input });
		await world.register('ep_b', { tenantId: 'beta' });
		for (const tenantId of ['acme', 'beta']) {
			await publishEvents(world.process(), events(1, { tenantId }), LIMITS);
		}
		const data = `{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}`;
		world.store.edit('events', 1, { data });
		isUp = true;
		world.clock.advance(MINUTE);
		await deliverDue(world.process(), LIMITS);
		expect(stateOf(world, 'ep_a')).toMatchObject({
			status: 'held',
			error: expect.stringContaining('nested more than 500 levels deep'),
		});
		expect(stateOf(world, 'ep_b')).toMatchObject({ status: 'delivered' });
	});

	test('lets its unfinished fan-out wait, and those of other events are finished', async () => {
		const world = createWorld();
		await world.register('ep_a');
		const failAt = ({ method, table }) => method === 'insert' && table === 'deliveries';
		await Promise.allSettled([publishEvents(world.process({ failAt }), events(2), LIMITS)]);
		world.store.edit('events', 1, { endpoint_ids: 'ep_a' });
		world.clock.advance(MINUTE);
		await deliverDue(world.process(), LIMITS);
		expect(world.deliveries()).toHaveLength(1);
		world.store.edit('events', 1, { endpoint_ids: '["ep_a"]' });
		world.clock.advance(2 * MINUTE);
		await deliverDue(world.process(), LIMITS);
		expect(world.statuses()).toEqual(['delivered', 'delivered']);
	});
});

describe('an endpoint whose settings were edited', () => {
	const edit = async (settings) => {
		const world = createWorld();
		await world.register('ep_a');
		world.store.edit('endpoints', 1, { settings: JSON.stringify(settings) });
		const [endpoint] = await loadRegisteredEndpoints(world.process());
		return { world, problem: endpoint.problem };
	};

	test.each([
		[{ conditions: { a: { zz: 1 } } }, /unknown operator "zz"/],
		[{ conditions: { a: {} } }, /condition "a" is empty/],
		[{ conditions: { 'a..b': 1 } }, /a\.\.b/],
		[{ conditions: [] }, /setting "conditions" must be a JSON object/],
		[{ filters: { include_fields: ['a..b'] } }, /a\.\.b/],
		[{ filters: { include_fields: 'a' } }, /"filters.include_fields" must be a list/],
		[{ retry_policy: { schedule: 'list', delays: 'soon' } }, /soon/],
		[{ retry_policy: { max_retries: 51 } }, /"retry_policy.max_retries" must be at most 50/],
		[{ retry_policy: { schedule: 'never' } }, /must be one of: platform, hour/],
		[{ disable_rule: { rule: 'x' } }, /must be one of: exhausted, /],
		[{ timeout_seconds: 0 }, /"timeout_seconds" must be more than 0/],
		[{ colour: 1 }, /must not have the field "colour"/],
	])('to %j is listed with what is wrong', async (settings, message) => {
		const { problem } = await edit(settings);
		expect(problem).toMatch(message);
		expect(problem).toMatch(/in n8n under Data tables, in the column "settings"\.$/);
		expect(problem).not.toMatch(/Expected|Invalid|received|undefined/);
	});

	test('to filters that are invalid gets its events once they are corrected', async () => {
		const { world } = await edit({ filters: { include_fields: ['a..b'] } });
		await publishEvents(world.process(), events(1), LIMITS);
		expect(world.statuses()).toEqual(['pending']);
		world.store.edit('endpoints', 1, { settings: '{}' });
		world.clock.advance(DAY);
		await deliverDue(world.process(), LIMITS);
		expect(world.statuses()).toEqual(['delivered']);
	});
});

describe('creating an endpoint', () => {
	const create = async (world, id, keys) => {
		const other = createWorld();
		const endpoint = await other.register(id);
		const ports = Object.assign(world.process(), { encrypter: createEncrypter(keys) });
		await insertEndpoint(ports, endpoint);
	};
	const getIds = (world) => world.store.rows('endpoints').map(({ endpoint_id: id }) => id);

	test('is refused with a key that does not fit the outbox', async () => {
		const world = createWorld();
		await world.register('ep_a');
		await expect(create(world, 'ep_b', [OTHER_KEY])).rejects.toMatchObject({
			name: 'EncryptionError',
			message: expect.stringMatching(/is not the key of this outbox.*"Additional Encryption Keys"/),
		});
		expect(getIds(world)).toEqual(['ep_a']);
	});

	test('accepts a new key whose additional keys open the endpoints', async () => {
		const world = createWorld();
		await world.register('ep_a');
		await create(world, 'ep_b', [OTHER_KEY, KEY]);
		expect(getIds(world)).toEqual(['ep_a', 'ep_b']);
	});

	test('is refused with the key of a stray endpoint, and goes on with the outbox’s', async () => {
		const world = await withStray();
		await expect(create(world, 'ep_c', [OTHER_KEY])).rejects.toThrow(/oldest endpoint.*\(ep_a\)/);
		await create(world, 'ep_b', [KEY]);
		await expect(create(world, 'ep_c', [OTHER_KEY])).rejects.toThrow('is not the key');
		expect(getIds(world)).toEqual(['ep_a', 'ep_stray', 'ep_b']);
	});

	test('is never refused with the key of the oldest endpoint', async () => {
		const world = await withStray();
		for (const id of ['ep_s1', 'ep_s2']) await create(world, id, [OTHER_KEY, KEY]);
		await create(world, 'ep_b', [KEY]);
		expect(getIds(world)).toEqual(['ep_a', 'ep_stray', 'ep_s1', 'ep_s2', 'ep_b']);
	});

	test('accepts the key of most endpoints if that of the oldest is lost', async () => {
		const world = createWorld();
		await world.register('ep_old');
		await world.register('ep_a');
		await sealWithOtherKey(world, 'ep_old');
		await expect(create(world, 'ep_b', [KEY])).rejects.toThrow('(ep_old)');
		await create(world, 'ep_b', [KEY, OTHER_KEY]);
		await create(world, 'ep_c', [KEY]);
		expect(getIds(world)).toEqual(['ep_old', 'ep_a', 'ep_b', 'ep_c']);
	});

	test('goes by the next endpoint if the oldest one’s secrets were overwritten', async () => {
		const world = createWorld();
		await world.register('ep_a');
		await world.register('ep_b');
		world.store.edit('endpoints', 1, { sealed: 'gone' });
		await expect(create(world, 'ep_c', [OTHER_KEY])).rejects.toThrow('(ep_b)');
		await create(world, 'ep_c', [KEY]);
		expect(getIds(world)).toEqual(['ep_a', 'ep_b', 'ep_c']);
	});

	test('accepts any key again after the endpoints of a lost key are deleted', async () => {
		const world = createWorld();
		await world.register('ep_a');
		await deleteEndpoint(world.process(), 'ep_a');
		await create(world, 'ep_b', [OTHER_KEY]);
		expect(getIds(world)).toEqual(['ep_b']);
	});

	test('with two keys at once in an empty outbox leaves endpoints of at most one key', async () => {
		const world = createWorld();
		const runs = await Promise.allSettled([
			create(world, 'ep_a', [KEY]),
			create(world, 'ep_b', [OTHER_KEY]),
		]);
		expect(runs.some(({ status }) => status === 'rejected')).toBe(true);
		expect(getIds(world).length).toBeLessThan(2);
	});
});
