/** The outbox, in a real n8n: endpoints, events and deliveries in its Data Tables. */
const { createHmac } = require('node:crypto');

const { Webhook } = require('standardwebhooks');

const { TABLES } = require('../../build/core/outbox/store/tables');
const { listElements, parseXml } = require('../harness/xml');

const stage = require('./stage');

const { ACTION, planResponses, readInbox, n8n, newSecret, newStandardSecret, node, getOutputs } =
	stage;
const { pause, createActionWorkflow, receiver, setReceiverSecrets, uniqueName, withRetries } =
	stage;

const secrets = { agenticflow: newSecret(), standard: newStandardSecret() };
const HIDDEN = '••••••••';

beforeAll(async () => {
	await setReceiverSecrets(secrets);
});

afterAll(stage.deactivateWorkflows);

/** Every run of this file, for the search at its end. */
const runs = [];
/** Secrets that may only be seen in the execution that creates them. */
const kept = new Set(Object.values(secrets));

const outboxName = (prefix) => uniqueName(prefix).replaceAll('-', '_');

const TABLE_NAMES = Object.keys(TABLES).sort();

async function outboxCredential(name, encryptionSecret, more = {}) {
	kept.add(encryptionSecret);
	return await n8n.createCredential('agentWebhookOutboxApi', name, {
		encryptionSecret,
		outboxName: name,
		...more,
	});
}

/** An outbox of one describe block. */
function useOutbox(prefix) {
	const outbox = { name: outboxName(prefix), key: newSecret(), credentials: undefined };
	beforeAll(async () => {
		outbox.credentials = await outboxCredential(outbox.name, outbox.key);
	});
	return outbox;
}

const actNode = ({ credentials }, [resource, operation], parameters = {}, more = {}) =>
	node(
		'Act',
		ACTION,
		{ resource, operation, simplify: false, ...parameters },
		{ credentials, ...more },
	);

/** Parameters that other parameters depend on: they are fixed in the node. */
const FIXED = new Set([
	'conditionSource',
	'dataSource',
	'disableRule',
	'endpointAuthentication',
	'mode',
	'platform',
	'retrySchedule',
	'sendTo',
]);

/** Replaces texts and numbers in parameters by expressions; the values come with the request. */
function fromRequest(parameters, path = "$('Start').first().json.body.parameters") {
	return Object.fromEntries(
		Object.entries(parameters).map(([key, value]) => {
			const place = Array.isArray(parameters) ? `${path}[${key}]` : `${path}.${key}`;
			if (Array.isArray(value)) return [key, Object.values(fromRequest(value, place))];
			if (typeof value === 'object') return [key, fromRequest(value, place)];
			const fixed = FIXED.has(key) || typeof value === 'boolean' || String(value).startsWith('=');
			return [key, fixed ? value : `={{ ${place} }}`];
		}),
	);
}

function told(operation, execution) {
	runs.push({ operation: operation.join(' '), execution });
	const outputs = getOutputs(execution, 'Act');
	const isSend = operation.join(' ') === 'event send';
	const [delivered, retry, failed, skipped, changed] = [0, 1, 2, 3, 4].map((index) => {
		const output = isSend || index < 3 ? outputs[index] : index === 4 && outputs[3];
		return (output || []).map(({ json }) => json);
	});
	return {
		execution,
		outputs,
		status: execution.status,
		error: execution.data.resultData.error?.message,
		items: delivered,
		delivered,
		retry,
		failed,
		skipped,
		changed,
		counts: [delivered, retry, failed, changed].map(({ length }) => length),
	};
}

const plans = new Map();

/**
 * Runs an operation of our node.
 * @param more `fresh`: runs it in a new workflow, which has not run before
 */
async function act(
	outbox,
	operation,
	parameters = {},
	{ items = [{}], wiring, fresh, ...more } = {},
) {
	const action = actNode(outbox, operation, fromRequest(parameters), more);
	const { id: _, ...what } = action;
	const key = JSON.stringify([what, wiring]);
	const plan = (!fresh && plans.get(key)) || createActionWorkflow(action, wiring);
	if (!fresh) plans.set(key, plan);
	const [execution] = await (await plan).start({ items, parameters });
	return told(operation, execution);
}

/** Runs an operation that must succeed. */
async function done(...args) {
	const result = await act(...args);
	expect([result.status, result.error]).toEqual(['success', undefined]);
	return result;
}

/** Runs an operation that must fail. Returns the message. */
async function expectError(...args) {
	const result = await act(...args);
	expect(result.status).toBe('error');
	return result.error;
}

const PLATFORMS = { agenticflow: 'agenticflow' };
const SHARED = {
	agenticflow: secrets.agenticflow,
	svix: secrets.standard,
	standardwebhooks: secrets.standard,
};

const getAddress = (verifier, box) => `${receiver}/receive/${verifier}/${box}`;

const endpointFields = (verifier, box, { options, ...fields } = {}) =>
	withRetries({
		endpointName: box,
		url: getAddress(verifier, box),
		platform: PLATFORMS[verifier] ?? 'standardWebhooks',
		signingSecret: SHARED[verifier] ?? '',
		options: { allowHttp: true, allowInternal: true, ...options },
		...fields,
	});

async function create(outbox, verifier, box, fields) {
	const { items } = await done(
		outbox,
		['endpoint', 'create'],
		endpointFields(verifier, box, fields),
	);
	const [endpoint] = items;
	if (endpoint.signing_secret !== null) kept.add(endpoint.signing_secret);
	return endpoint;
}

/** Creates an endpoint for each event type in one run. */
async function createAll(outbox, verifier, eventTypesByBox, fields) {
	const shared = endpointFields(verifier, '', fields);
	const { items } = await done(
		outbox,
		['endpoint', 'create'],
		{
			...shared,
			endpointName: '={{ $json.box }}',
			url: `=${getAddress(verifier, '{{ $json.box }}')}`,
			eventTypes: '={{ $json.eventTypes }}',
		},
		{ items: Object.entries(eventTypesByBox).map(([box, eventTypes]) => ({ box, eventTypes })) },
	);
	for (const { signing_secret } of items) kept.add(signing_secret);
	return items;
}

const by = (mode, value) => ({ endpoint: { __rl: true, mode, value } });
const byId = ({ id }) => by('id', id);

const sending = ({ type = 'order.created', options = {}, ...fields } = {}) => ({
	sendTo: 'subscribers',
	customEventType: type,
	options,
	...fields,
});
const send = async (outbox, items, parameters, more) =>
	await done(outbox, ['event', 'send'], sending(parameters), { items, ...more });

const quick = {
	retrySchedule: 'exponential',
	firstDelaySeconds: 0.2,
	backoffMultiplier: 1,
	maxRetries: 9,
};
const down = (times, status = 503) => Array(times).fill({ status });

/** Waits until deliveries are due, and a little longer. */
async function whenDue(items) {
	expect(items.length).toBeGreaterThan(0);
	const lastMs = Math.max(...items.map(({ next_attempt_at }) => Date.parse(next_attempt_at)));
	await pause(Math.max(0, lastMs - Date.now()) + 20);
}

const deliverDue = async (outbox, options = {}) =>
	await done(outbox, ['delivery', 'deliverDue'], { options });
const getMany = async (outbox, filters = {}, more = { returnAll: true }) =>
	(await done(outbox, ['delivery', 'getAll'], { ...more, filters })).items;

async function getTables({ name }) {
	const filter = encodeURIComponent(JSON.stringify({ name: `${name}_` }));
	const { data } = await n8n.rest('GET', `/data-tables-global?take=250&filter=${filter}`);
	return data;
}
const getPath = ({ id, projectId }) => `/projects/${projectId}/data-tables/${id}`;

async function getTable(outbox, kind) {
	const tables = await getTables(outbox);
	const table = tables.find(({ name }) => name === `${outbox.name}_${kind}_v1`);
	expect(table).toBeDefined();
	return table;
}
const getRows = async (table) => (await n8n.rest('GET', `${getPath(table)}/rows?take=250`)).data;

const editRows = async (table, column, value, data) =>
	await n8n.rest('PATCH', `${getPath(table)}/rows`, {
		filter: { type: 'and', filters: [{ columnName: column, condition: 'eq', value }] },
		data,
	});

/**
 * Returns the parts of the bytes' base64 that any longer text has that contains the bytes, at each of
 * three offsets.
 */
const base64Cores = (bytes, encoding) =>
	[0, 1, 2].map((offset) =>
		Buffer.concat([Buffer.alloc(offset), bytes])
			.toString(encoding)
			.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + bytes.length) * 8) / 6)),
	);

/**
 * Lists the forms that a secret could have in a text: plain, hex or base64, of the secret as written and
 * of the bytes that it encodes.
 */
function listForms(secret) {
	const text = secret.replace(/^whsec_/, '');
	const encodes = Buffer.from(text, /^[0-9a-f]+$/.test(text) ? 'hex' : 'base64');
	return [
		text,
		...[Buffer.from(secret), encodes].flatMap((bytes) => [
			bytes.toString('hex'),
			...base64Cores(bytes, 'base64'),
			...base64Cores(bytes, 'base64url'),
		]),
	];
}
const seen = (text, ...some) =>
	some.filter((secret) => listForms(secret).some((form) => text.includes(form)));

test('the search for leaked secrets finds planted ones', () => {
	const [hex, standard] = [newSecret(), newStandardSecret()];
	for (const secret of [hex, standard]) {
		const bytes = Buffer.from(secret.replace('whsec_', ''), secret === hex ? 'hex' : 'base64');
		for (const text of [
			`{"a":"${secret}"}`,
			Buffer.from(`{"a":"${secret}"}`).toString('base64'),
			Buffer.from(`{"ab":"${secret}"}`).toString('base64'),
			Buffer.from(`{"abc":"${secret}"}`).toString('base64url'),
			Buffer.from(`{"a":"${secret}"}`).toString('hex'),
			bytes.toString('hex'),
			Buffer.concat([Buffer.from('a'), bytes]).toString('base64'),
		]) {
			expect(seen(text, hex, standard)).toEqual([secret]);
		}
	}
});

const verifies = (secret, { body, headers }) => {
	try {
		new Webhook(secret).verify(body, headers);
		return true;
	} catch {
		return false;
	}
};

describe('the Endpoint resource', () => {
	const outbox = useOutbox('endpoints');

	test('creates endpoints, shows their secret once, and stores it only encrypted', async () => {
		const box = uniqueName('box');
		const [token, header, query] = [newSecret(), newSecret(), newSecret()];
		const created = await create(outbox, 'none', box, {
			url: `${getAddress('none', box)}?key=${query}`,
			eventTypes: 'secret.*',
			endpointAuthentication: 'bearer',
			token,
			options: { headers: { header: [{ name: 'X-Tenant', value: header }] } },
		});
		expect(created).toMatchObject({
			id: expect.stringMatching(/^ep_/),
			name: box,
			url: getAddress('none', box),
			events: ['secret.*'],
			status: 'active',
			platform: 'standardWebhooks',
			signing_secret: expect.stringMatching(/^whsec_[A-Za-z0-9+/]{43}=$/),
			signing_secrets: [{ secret: HIDDEN }],
			authentication: { type: 'bearer', token: HIDDEN },
			custom_headers: { 'X-Tenant': HIDDEN },
		});
		for (const secret of [token, header, query]) kept.add(secret);

		const tables = await getTables(outbox);
		expect(tables.map(({ name }) => name).sort()).toEqual(
			TABLE_NAMES.map((table) => `${outbox.name}_${table}_v1`),
		);

		const got = await done(outbox, ['endpoint', 'get'], byId(created));
		const { signing_secret: secret, ...rest } = created;
		expect(got.items).toEqual([
			{ ...rest, last_delivery: null, delivery_stats: expect.any(Object) },
		]);
		expect(seen(JSON.stringify(got.execution), secret, token, header, query)).toEqual([]);

		const marker = uniqueName('marker');
		const sent = await send(outbox, [{ marker }], { type: 'secret.sent' });
		expect(sent.delivered).toHaveLength(1);
		const [received] = await readInbox(box);
		expect(received).toMatchObject({
			url: `/receive/none/${box}?key=${query}`,
			headers: { authorization: `Bearer ${token}`, 'x-tenant': header },
		});
		expect(verifies(secret, received)).toBe(true);
		expect(seen(JSON.stringify(sent.execution), secret, token, header, query)).toEqual([]);

		const rows = JSON.stringify(await Promise.all(tables.map(getRows)));
		expect(rows).toContain(box);
		expect(rows).toContain(marker);
		expect(rows).toContain(sent.delivered[0].delivery_id);
		expect(seen(rows, secret, token, header, query, outbox.key)).toEqual([]);
	});

	test('finds endpoints by ID and by name, and reports unknown ones', async () => {
		const [one, twin] = [uniqueName('one'), uniqueName('twin')];
		const boxes = { [one]: 'no.such', [twin]: 'no.such' };
		const [first, second] = await createAll(outbox, 'none', boxes);
		const third = await create(outbox, 'none', twin, { eventTypes: 'no.such' });
		// One item each, if On Error is set to continue.
		const get = async (mode, values) => {
			const { outputs } = await done(
				outbox,
				['endpoint', 'get'],
				{ ...by(mode, '={{ $json.value }}'), includeStats: false },
				{ items: values.map((value) => ({ value })), onError: 'continueRegularOutput' },
			);
			expect(outputs[0].map(({ pairedItem }) => pairedItem.item)).toEqual(
				values.map((_, index) => index),
			);
			return outputs[0].map(({ json }) => json.id ?? json.error);
		};
		expect(await get('id', [third.id, 'ep_nobody', ' ', first.id, second.id])).toEqual([
			third.id,
			expect.stringContaining('There is no endpoint "ep_nobody"'),
			expect.stringContaining('"Endpoint" is empty'),
			first.id,
			second.id,
		]);
		expect(await get('name', [one, 'nobody', twin])).toEqual([
			first.id,
			'There is no endpoint with the name "nobody". Choose one from the list, or check its name.',
			`2 endpoints have the name "${twin}". Choose one by its ID.`,
		]);
		const stopped = await expectError(outbox, ['endpoint', 'get'], by('id', 'ep_nobody'));
		expect(stopped).toContain('There is no endpoint "ep_nobody"');
	});

	test('lists endpoints with the outcomes of their deliveries', async () => {
		const type = `${uniqueName('listed').replace('-', '_')}.event`;
		const [good, bad, slow, unused] = ['good', 'bad', 'slow', 'unused'].map(uniqueName);
		await planResponses(bad, down(9, 400));
		await planResponses(slow, down(9));
		const created = await createAll(
			outbox,
			'svix',
			{ [good]: type, [bad]: type, [slow]: type, [unused]: 'nothing.else' },
			{ options: { ...quick, firstDelaySeconds: 3600 } },
		);
		const ids = created.map(({ id }) => id);
		await send(outbox, [{ n: 1 }, { n: 2 }], { type });
		const { items } = await done(outbox, ['endpoint', 'getAll'], { returnAll: true });
		const own = ids.map((id) => items.find((endpoint) => endpoint.id === id));
		const stats = (successful, failed, pending) => ({
			total_deliveries: successful + failed + pending,
			successful_deliveries: successful,
			failed_deliveries: failed,
			pending_deliveries: pending,
			held_deliveries: 0,
		});
		expect(own.map(({ name, delivery_stats }) => [name, delivery_stats])).toEqual([
			[good, stats(2, 0, 0)],
			[bad, stats(0, 2, 0)],
			[slow, stats(0, 0, 2)],
			[unused, stats(0, 0, 0)],
		]);
		expect(own.map(({ last_delivery }) => typeof last_delivery)).toEqual([
			'string',
			'string',
			'string',
			'object',
		]);
		expect(own.map(({ failing_since }) => failing_since !== null)).toEqual([
			false,
			true,
			true,
			false,
		]);
		expect(items.every((endpoint) => !('signing_secret' in endpoint))).toBe(true);

		const one = await done(outbox, ['endpoint', 'get'], by('id', ids[1]));
		expect(one.items[0].delivery_stats).toEqual(stats(0, 2, 0));
		const two = await done(outbox, ['endpoint', 'getAll'], { limit: 2, includeStats: false });
		expect(two.items.map(({ id }) => id)).toEqual(items.slice(0, 2).map(({ id }) => id));
	});

	test('updates URL, event types and conditions and keeps the rest', async () => {
		const [before, after] = [uniqueName('before'), uniqueName('after')];
		const type = uniqueName('updated').replace('-', '_');
		const endpoint = await create(outbox, 'svix', before, { eventTypes: `${type}.old` });
		const update = (updateFields) => ({ ...byId(endpoint), updateFields });
		const updated = await done(
			outbox,
			['endpoint', 'update'],
			update({
				url: getAddress('svix', after),
				eventTypes: `${type}.new, ${type}.a.*`,
				conditions: '{"n": {"gt": 1}}',
			}),
		);
		const { signing_secret: _, ...rest } = endpoint;
		expect(updated.items).toEqual([
			{
				...rest,
				url: getAddress('svix', after),
				events: [`${type}.new`, `${type}.a.*`],
				conditions: { n: { gt: 1 } },
				changed: {
					url: { from: getAddress('svix', before), to: getAddress('svix', after) },
					events: { from: [`${type}.old`], to: [`${type}.new`, `${type}.a.*`] },
					conditions: { from: null, to: { n: { gt: 1 } } },
				},
			},
		]);
		const items = [
			{ type: `${type}.new`, n: 2 },
			{ type: `${type}.new`, n: 1 },
			{ type: `${type}.a.b`, n: 3 },
			{ type: `${type}.old`, n: 4 },
		];
		const sent = await send(outbox, items, { type: '={{ $json.type }}' });
		const itemsOf = (output) => sent.outputs[output].map(({ pairedItem }) => pairedItem.item);
		expect([itemsOf(0), itemsOf(3)]).toEqual([
			[0, 2],
			[1, 3],
		]);
		expect(await readInbox(before)).toEqual([]);
		const received = await readInbox(after);
		expect(received.map(({ verified }) => verified)).toEqual([true, true]);
		expect(received.map(({ body }) => JSON.parse(body).data.n).sort()).toEqual([2, 3]);

		// {} removes the conditions.
		await done(outbox, ['endpoint', 'update'], update({ conditions: '{}' }));
		await send(outbox, [items[1]], { type: '={{ $json.type }}' });
		expect(await readInbox(after)).toHaveLength(3);
	});

	test('removes the rate limit and the batch settings when they are left empty', async () => {
		const endpoint = await create(outbox, 'svix', uniqueName('limited'), {
			eventTypes: 'limited.event',
			options: {
				rateLimit: { limit: { max: 5, perSeconds: 2 } },
				batch: { settings: { maxEvents: 7, maxWaitSeconds: 30 } },
			},
		});
		expect(endpoint).toMatchObject({
			rate_limit: { max: 5, per_seconds: 2 },
			batch_settings: { max_events: 7, max_wait_seconds: 30 },
		});
		const { items } = await done(outbox, ['endpoint', 'update'], {
			...byId(endpoint),
			updateFields: { rateLimit: {}, batch: {} },
		});
		for (const name of ['rate_limit', 'batch_settings']) expect(items[0]).not.toHaveProperty(name);
	});

	test('rejects invalid settings with a valid example and changes nothing', async () => {
		const box = uniqueName('box');
		const endpoint = await create(outbox, 'svix', box, { eventTypes: 'rejections.*' });
		const each = { onError: 'continueRegularOutput' };
		const update = (updateFields, items = [{}]) =>
			done(outbox, ['endpoint', 'update'], { ...byId(endpoint), updateFields }, { items, ...each });
		const register = (fields, items = [{}]) =>
			done(
				outbox,
				['endpoint', 'create'],
				{ ...endpointFields('svix', uniqueName('never'), fields) },
				{ items, ...each },
			);
		const results = [
			await update({ conditions: '={{ $json.conditions }}' }, [
				{ conditions: '{"n": {"hugs": 1}}' },
				{ conditions: '{"n": ' },
			]),
			await update({ allowHttp: false }),
			await update({}),
			await register({ options: { allowHttp: false } }),
			await register({ platform: 'agentPlatform', signingSecret: '' }),
			await register(
				{
					endpointName: '={{ $json.name }}',
					eventTypes: '={{ $json.type }}',
					options: { conditions: '={{ $json.conditions }}' },
				},
				[
					{ name: 'never', type: 'order created!', conditions: '' },
					{ name: ' ', type: '', conditions: '' },
					{ name: 'never', type: '', conditions: '{"n": {"hugs": 1}}' },
				],
			),
		];
		const [operator, notJson, plain, nothing, ...creations] = results.flatMap(({ items }) =>
			items.map(({ error }) => error),
		);
		expect(operator).toContain('unknown operator "hugs"');
		const named = operator.match(/\b(?:eq|ne|[lg]te?|n?in|exists|contains|\w+With|not)\b/g);
		expect(named.sort()).toEqual([
			...['contains', 'endsWith', 'eq', 'eq', 'exists', 'gt', 'gte', 'in', 'lt', 'lte', 'ne'],
			...['nin', 'not', 'startsWith'],
		]);
		expect(plain).toContain('"Allow Plain HTTP"');
		expect(nothing).toContain('Nothing to change');
		expect(notJson).toContain('"Conditions (JSON)" is not valid JSON');
		expect(creations).toEqual([
			expect.stringContaining('"Allow Plain HTTP"'),
			expect.stringContaining('Agent Platform sends webhooks only over HTTPS'),
			expect.stringContaining('"created!" is not an event type'),
			expect.stringContaining('"Name" is empty'),
			operator,
		]);
		const { items } = await done(outbox, ['endpoint', 'getAll'], { returnAll: true });
		const { signing_secret: _, ...rest } = endpoint;
		expect(items.find(({ id }) => id === endpoint.id)).toMatchObject(rest);
		expect(items.some(({ name }) => name.startsWith('never'))).toBe(false);
	});

	test('disables, enables and deletes endpoints', async () => {
		const box = uniqueName('box');
		const type = `${uniqueName('switched').replace('-', '_')}.event`;
		const endpoint = await create(outbox, 'svix', box, { eventTypes: type });
		const off = await done(outbox, ['endpoint', 'disable'], byId(endpoint));
		expect(off.items).toMatchObject([
			{
				id: endpoint.id,
				status: 'disabled',
				status_reason: 'Disabled by hand',
				status_changed_at: expect.stringMatching(/Z$/),
			},
		]);
		const held = await send(outbox, [{ n: 1 }], { type });
		expect(held.counts).toEqual([0, 0, 1, 0]);
		expect(held.failed).toMatchObject([
			{ status: 'held', attempts: 0, error_message: 'The endpoint is disabled: Disabled by hand' },
		]);
		expect(await readInbox(box)).toEqual([]);

		const on = await done(outbox, ['endpoint', 'enable'], by('name', box));
		expect(on.items).toMatchObject([{ id: endpoint.id, status: 'active', status_reason: null }]);
		const sent = await send(outbox, [{ n: 2 }], { type });
		expect(sent.counts).toEqual([1, 0, 0, 0]);

		const deleted = await done(outbox, ['endpoint', 'delete'], by('name', box));
		expect(deleted.items).toEqual([{ id: endpoint.id, deleted: true }]);
		const [gone, again, after, log] = await Promise.all([
			expectError(outbox, ['endpoint', 'get'], byId(endpoint)),
			expectError(outbox, ['endpoint', 'delete'], byId(endpoint)),
			send(outbox, [{ n: 3 }], { type }),
			getMany(outbox, { endpointId: endpoint.id }),
		]);
		expect(gone).toContain(`There is no endpoint "${endpoint.id}"`);
		expect(again).toContain(`There is no endpoint "${endpoint.id}"`);
		expect(after.skipped).toMatchObject([{ status: 'skipped' }]);
		// Its deliveries stay in the log.
		expect(log.map(({ status }) => status)).toEqual(['delivered', 'held']);
		expect(await readInbox(box)).toHaveLength(1);
	});

	test('rotates a secret so that both sign until the old one expires', async () => {
		const type = `${uniqueName('rotated').replace('-', '_')}.event`;
		const box = uniqueName('box');
		const endpoint = await create(outbox, 'none', box, { eventTypes: type });
		const rotate = async (fields) => {
			const { items } = await done(outbox, ['endpoint', 'rotateSecret'], {
				...byId(endpoint),
				...fields,
			});
			kept.add(items[0].signing_secret);
			return items[0];
		};
		const old = endpoint.signing_secret;
		const rotated = await rotate({});
		expect(rotated.signing_secret).toMatch(/^whsec_/);
		expect(rotated.signing_secret).not.toBe(old);
		expect(rotated.signing_secrets).toEqual([
			{ secret: HIDDEN, created_at: expect.any(String) },
			{ secret: HIDDEN, created_at: expect.any(String), valid_until: expect.any(String) },
		]);
		await send(outbox, [{ n: 1 }], { type });
		const given = newStandardSecret();
		const atOnce = await rotate({ signingSecret: given, overlapHours: 0 });
		expect(atOnce).toMatchObject({ signing_secret: given, signing_secrets: [{ secret: HIDDEN }] });
		await send(outbox, [{ n: 2 }], { type });
		// After a second the overlap is over, and nobody has changed the endpoint.
		const last = await rotate({ overlapHours: 1 / 3600 });
		await pause(1000);
		await send(outbox, [{ n: 3 }], { type });
		const received = await readInbox(box);
		const all = [old, rotated.signing_secret, given, last.signing_secret, newStandardSecret()];
		expect(received.map((one) => all.map((secret) => verifies(secret, one)))).toEqual([
			[true, true, false, false, false],
			[false, false, true, false, false],
			[false, false, false, true, false],
		]);
	});

	test('rotates a secret of AgenticFlow, whose header carries one signature', async () => {
		const type = `${uniqueName('rotated').replace('-', '_')}.event`;
		const box = uniqueName('box');
		const endpoint = await create(outbox, 'agenticflow', box, { eventTypes: type });
		expect(endpoint.signing_secret).toBe(secrets.agenticflow);
		const { items } = await done(outbox, ['endpoint', 'rotateSecret'], byId(endpoint));
		const [{ signing_secret: fresh }] = items;
		kept.add(fresh);
		expect(fresh).toMatch(/^[0-9a-f]{64}$/);
		await send(outbox, [{ n: 1 }], { type });
		await done(outbox, ['endpoint', 'rotateSecret'], { ...byId(endpoint), overlapHours: 0 });
		await send(outbox, [{ n: 2 }], { type });
		const [overlap, after] = await readInbox(box);
		const signed = (secret, { body }) =>
			`sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
		// The receiver only knows the old secret, and still accepts.
		expect(overlap.verified).toBe(true);
		expect(overlap.headers).toMatchObject({
			'x-agenticflow-signature': signed(secrets.agenticflow, overlap),
			'x-agenticflow-signature-2': signed(fresh, overlap),
		});
		expect(after.verified).toBe(false);
		expect(after.headers).not.toHaveProperty('x-agenticflow-signature-2');
	});

	test('sends a test event, reports the outcome, and keeps no delivery', async () => {
		const [good, bad] = [uniqueName('good'), uniqueName('bad')];
		await planResponses(bad, [{ status: 503, reply: { why: 'maintenance' } }]);
		const eventTypes = 'other.type';
		const endpoints = await createAll(outbox, 'svix', { [good]: eventTypes, [bad]: eventTypes });
		const events = await getTable(outbox, 'events');
		const before = await getRows(events);
		const { items } = await done(
			outbox,
			['endpoint', 'test'],
			{
				...by('id', '={{ $json.id }}'),
				eventType: 'webhook.test',
				testData: '={{ { "workflow_id": $json.id } }}',
			},
			{ items: endpoints.map(({ id }) => ({ id })) },
		);
		expect(items).toMatchObject([
			{
				status: 'delivered',
				endpoint_name: good,
				endpoint_id: endpoints[0].id,
				event: 'webhook.test',
				outcome: 'success',
				response_code: 200,
				error_message: null,
			},
			{
				status: 'failed',
				endpoint_id: endpoints[1].id,
				outcome: 'retryable',
				response_code: 503,
				error_message: 'The endpoint answered with status 503',
				response: { status_code: 503, body: { why: 'maintenance' } },
			},
		]);
		const [received, ...others] = await readInbox(good);
		expect(others).toEqual([]);
		expect(received.verified).toBe(true);
		expect(received.headers['webhook-id']).toBe(items[0].event_id);
		expect(JSON.parse(received.body)).toMatchObject({
			type: 'webhook.test',
			data: { workflow_id: endpoints[0].id },
		});
		expect(await readInbox(bad)).toHaveLength(1);
		expect(await getRows(events)).toEqual(before);
		for (const endpoint of endpoints) {
			expect(await getMany(outbox, { endpointId: endpoint.id })).toEqual([]);
			const got = await done(outbox, ['endpoint', 'get'], byId(endpoint));
			expect(got.items).toMatchObject([{ failing_since: null }]);
		}
		expect(
			await expectError(outbox, ['endpoint', 'test'], {
				...byId(endpoints[0]),
				eventType: 'no type',
			}),
		).toContain('"no type" is not an event type');
	});

	test('sends with the endpoint’s own scheme, authentication and headers', async () => {
		const type = `${uniqueName('custom').replace('-', '_')}.event`;
		const [custom, unsigned] = [uniqueName('custom'), uniqueName('unsigned')];
		const password = newSecret();
		const endpoint = await create(outbox, 'none', custom, {
			platform: 'custom',
			eventTypes: type,
			signatureHeader: 'X-My-Signature',
			algorithm: 'hmac-sha512',
			encoding: 'base64',
			prefix: 'v=',
			signedContent: '{timestamp}.{id}.{body}',
			idHeader: 'X-My-ID',
			timestampHeader: 'X-My-Time',
			timestampUnit: 'ms',
			endpointAuthentication: 'basic',
			user: 'n8n',
			password,
			options: {
				headers: {
					header: [
						{ name: 'X-Tenant', value: 'acme' },
						{ name: 'X-Region', value: 'eu' },
					],
				},
			},
		});
		kept.add(password);
		const plain = await create(outbox, 'none', unsigned, {
			eventTypes: type,
			endpointAuthentication: 'urlToken',
			token: password,
			options: { unsigned: true },
		});
		expect(plain).toMatchObject({ signing_secret: null, signing_secrets: [] });
		const { delivered } = await send(outbox, [{ n: 1 }], { type });
		const [{ body, headers }] = await readInbox(custom);
		const content = `${headers['x-my-time']}.${headers['x-my-id']}.${body}`;
		expect(headers).toMatchObject({
			'x-my-signature': `v=${createHmac('sha512', endpoint.signing_secret).update(content).digest('base64')}`,
			'x-my-id': delivered[0].event_id,
			'x-my-time': expect.stringMatching(/^\d{13}$/),
			authorization: `Basic ${Buffer.from(`n8n:${password}`).toString('base64')}`,
			'x-tenant': 'acme',
			'x-region': 'eu',
		});
		expect(JSON.parse(body)).toMatchObject({ event: type, data: { n: 1 } });
		const [other] = await readInbox(unsigned);
		expect(other.url).toBe(`/receive/none/${unsigned}?token=${password}`);
		expect(Object.keys(other.headers).filter((name) => name.startsWith('webhook-'))).toEqual([]);

		// Changing the authentication keeps the scheme.
		await done(outbox, ['endpoint', 'update'], {
			...byId(endpoint),
			updateFields: { endpointAuthentication: 'bearer', token: 'not-secret-here' },
		});
		await send(outbox, [{ n: 2 }], { type });
		const [, second] = await readInbox(custom);
		expect(second.headers.authorization).toBe('Bearer not-secret-here');
		const signed = `${second.headers['x-my-time']}.${second.headers['x-my-id']}.${second.body}`;
		expect(second.headers['x-my-signature']).toBe(
			`v=${createHmac('sha512', endpoint.signing_secret).update(signed).digest('base64')}`,
		);
	});
});

describe('Event → Send to all subscribers', () => {
	const outbox = useOutbox('subscribers');
	const [exact, star, conditional] = ['exact', 'star', 'conditional'].map(uniqueName);
	const [keyedBox, raced, on, off, later, never, wired, large] = [
		...['keyed', 'raced', 'on', 'off', 'later', 'never', 'wired', 'large'],
	].map(uniqueName);
	const endpoints = {};

	beforeAll(async () => {
		endpoints.exact = await create(outbox, 'agenticflow', exact, { eventTypes: 'order.created' });
		const others = {
			[star]: 'invoice.paid, order.*',
			[keyedBox]: 'keyed.event',
			[raced]: 'raced.event',
			[on]: 'held.event',
			[off]: 'held.event',
			[later]: 'failing.event',
			[never]: 'failing.event',
			[wired]: 'wired.event',
			[large]: 'large.event',
		};
		const options = { ...quick, firstDelaySeconds: 3600 };
		for (const endpoint of await createAll(outbox, 'svix', others, { options })) {
			endpoints[endpoint.name] = endpoint;
		}
		endpoints.conditional = await create(outbox, 'standardwebhooks', conditional, {
			eventTypes: 'order.*',
			options: { conditions: '{"total": {"gt": 100}}', excludeFields: 'card' },
		});
	});

	test('sends each endpoint what it is subscribed to, with one item per delivery', async () => {
		const items = [
			{ type: 'order.created', total: 50, card: 1 },
			{ type: 'order.created', total: 150, card: 2 },
			{ type: 'order.shipped', total: 101, card: 3 },
			{ type: 'invoice.paid', total: 500, card: 4 },
			{ type: 'user.created', total: 500, card: 5 },
		];
		const sent = await send(outbox, items, { type: '={{ $json.type }}' });
		expect(sent.counts).toEqual([8, 0, 0, 0]);
		expect(sent.skipped).toHaveLength(1);
		const byItem = items.map((_, index) =>
			[...sent.outputs[0], ...sent.outputs[3]]
				.filter(({ pairedItem }) => pairedItem.item === index)
				.map(({ json }) => json.endpoint_name ?? json.status)
				.sort(),
		);
		expect(byItem).toEqual([
			[exact, star],
			[exact, star, conditional].sort(),
			[star, conditional].sort(),
			[star],
			['skipped'],
		]);
		const [first] = sent.delivered.filter(({ endpoint_name }) => endpoint_name === exact);
		expect(first).toEqual({
			status: 'delivered',
			delivery_id: expect.stringMatching(/^dlv_/),
			timestamp: expect.any(String),
			event: 'order.created',
			event_id: expect.stringMatching(/^evt_/),
			endpoint_id: endpoints.exact.id,
			response_code: 200,
			response_time_ms: expect.any(Number),
			attempts: 1,
			attempt_log: [
				{
					attempt: 1,
					time: expect.any(String),
					outcome: 'success',
					status_code: 200,
					duration_ms: expect.any(Number),
					error_message: null,
				},
			],
			payload_size: expect.any(Number),
			accepted_at: expect.stringMatching(/Z$/),
			next_attempt_at: null,
			completed_at: expect.stringMatching(/Z$/),
			error_message: null,
			endpoint_name: exact,
			endpoint: getAddress('agenticflow', exact),
			response: { status_code: 200, body: { received: true }, body_truncated: false },
			duplicate: false,
		});
		expect(sent.skipped[0]).toEqual({
			status: 'skipped',
			condition: 'No endpoint is subscribed to this event',
			event: 'user.created',
			event_id: expect.stringMatching(/^evt_/),
			duplicate: false,
		});

		const arrived = async (box) => {
			const received = await readInbox(box);
			expect(received.every(({ verified }) => verified)).toBe(true);
			return received
				.map(({ body }) => JSON.parse(body))
				.map(({ event, type, data }) => ({ type: event ?? type, data }))
				.sort((a, b) => a.data.total - b.data.total || a.data.card - b.data.card);
		};
		const whole = (index) => ({ type: items[index].type, data: items[index] });
		expect(await arrived(exact)).toEqual([whole(0), whole(1)]);
		expect(await arrived(star)).toEqual([whole(0), whole(2), whole(1), whole(3)]);
		const { card: _a, ...shipped } = items[2];
		const { card: _b, ...created } = items[1];
		expect(await arrived(conditional)).toEqual([
			{ type: 'order.shipped', data: shipped },
			{ type: 'order.created', data: created },
		]);
		// The same event has the same ID at each of them.
		const received = await readInbox(conditional);
		for (const { headers, body } of received) {
			const { total } = JSON.parse(body).data;
			const ids = sent.outputs[0]
				.filter(({ pairedItem }) => items[pairedItem.item].total === total)
				.filter(({ pairedItem }) => items[pairedItem.item].type.startsWith('order'))
				.map(({ json }) => json.event_id);
			expect(new Set(ids)).toEqual(new Set([headers['webhook-id']]));
		}
	});

	test('sends custom data and applies the node’s own conditions', async () => {
		const before = (await readInbox(exact)).length;
		const sent = await send(outbox, [{ id: 1 }, { id: 2 }], {
			dataSource: 'json',
			data: '={{ { total: $json.id } }}',
			conditionSource: 'json',
			conditions: '{"total": {"gt": 1}}',
		});
		expect(sent.delivered.map(({ status }) => status)).toEqual(['delivered', 'delivered']);
		expect(sent.skipped).toMatchObject([{ status: 'skipped', condition: 'total gt 1, found 1' }]);
		const received = (await readInbox(exact)).slice(before);
		expect(received.map(({ body }) => JSON.parse(body).data)).toEqual([{ total: 2 }]);
	});

	test('sends nothing for an idempotency key that was used before, and says so', async () => {
		const type = 'keyed.event';
		const keyed = { type, options: { idempotencyKey: '={{ $json.key }}' } };
		const key = uniqueName('key');
		const first = await send(outbox, [{ key, n: 1 }], keyed);
		expect(first.delivered).toMatchObject([{ status: 'delivered', duplicate: false }]);
		const items = [
			{ key, n: 1 },
			{ key: `${key}-b`, n: 3 },
			{ n: 3, key: `${key}-b` },
			{ key, n: 2 },
		];
		const second = await send(outbox, items, keyed);
		expect(
			second.outputs[0]
				.map(({ json, pairedItem }) => [pairedItem.item, json.status, json.duplicate])
				.sort(),
		).toEqual([
			[0, 'delivered', true],
			[1, 'delivered', false],
			[2, 'delivered', true],
		]);
		const again = second.outputs[0].find(({ pairedItem }) => pairedItem.item === 0).json;
		const { event_id, delivery_id } = first.delivered[0];
		expect(again).toMatchObject({ event_id, delivery_id, attempts: 1 });
		expect(second.failed).toMatchObject([
			{ status: 'failed', code: 'IDEMPOTENCY_CONFLICT', event: type, event_id },
		]);
		const sentOnce = (await readInbox(keyedBox)).map(({ body }) => JSON.parse(body).data.n);
		expect(sentOnce.sort()).toEqual([1, 3]);
		// Alone, it fails the node.
		const conflict = { ...sending(keyed), customEventType: 'another.type' };
		expect(
			await expectError(outbox, ['event', 'send'], conflict, { items: [{ key, n: 1 }] }),
		).toContain('IDEMPOTENCY_CONFLICT');
	});

	test('makes the missing deliveries of an event that nobody took', async () => {
		const late = { type: 'late.event', options: { idempotencyKey: '={{ $json.key }}' } };
		const items = [{ key: uniqueName('key') }];
		for (let round = 0; round < 2; round += 1) {
			expect((await send(outbox, items, late)).skipped).toMatchObject([{ status: 'skipped' }]);
		}
		const box = uniqueName('late');
		await create(outbox, 'svix', box, { eventTypes: 'late.*' });
		for (const duplicate of [false, true]) {
			const { delivered } = await send(outbox, items, late);
			expect(delivered).toMatchObject([{ status: 'delivered', duplicate, endpoint_name: box }]);
		}
		expect(await readInbox(box)).toHaveLength(1);
	});

	test('takes no two events for one because of their idempotency keys', async () => {
		const keyed = {
			type: 'keyed.event',
			dataSource: 'json',
			data: '{"same": true}',
			options: { idempotencyKey: '={{ $json.key }}' },
		};
		const before = (await readInbox(keyedBox)).length;
		const order = uniqueName('order');
		const keys = [
			{ order, line: 1 },
			{ line: 1, order },
			{ order, line: 2 },
			[order, 1],
			'',
			{},
			{ order: Number('616581622363398142') },
			`${order}-[object Object]`,
		];
		const sent = await send(outbox, [...keys.map((key) => ({ key })), { missing: 1 }], keyed);
		expect(sent.counts).toEqual([4, 0, 5, 0]);
		expect(sent.failed.map(({ error_message }) => error_message)).toEqual(
			Array(5).fill(expect.stringContaining('"Idempotency Key" cannot identify the event: it ')),
		);
		expect(await readInbox(keyedBox)).toHaveLength(before + 3);
	});

	test('makes one event of an idempotency key that two executions use at once', async () => {
		const plan = await createActionWorkflow(
			actNode(
				outbox,
				['event', 'send'],
				sending({ type: 'raced.event', options: { idempotencyKey: '={{ $json.key }}' } }),
			),
		);
		const items = Array.from({ length: 10 }, (_, n) => ({ key: `${raced}-${n}`, n }));
		const executions = await plan.start({ items, times: 2 });
		const results = executions.map((execution) => told(['event', 'send'], execution));
		expect(results.map(({ status }) => status)).toEqual(['success', 'success']);
		const received = (await readInbox(raced)).map(({ body }) => JSON.parse(body).data.n);
		expect(received.sort()).toEqual(items.map(({ n }) => n));
		const log = await getMany(outbox, { eventType: 'raced.event' });
		expect(log).toHaveLength(10);
	});

	test('puts the delivery of a disabled endpoint on hold and sends the others', async () => {
		await done(outbox, ['endpoint', 'disable'], byId(endpoints[off]));
		const sent = await send(outbox, [{ n: 1 }], { type: 'held.event' });
		expect(sent.counts).toEqual([1, 0, 1, 0]);
		expect(sent.delivered).toMatchObject([{ endpoint_name: on, status: 'delivered' }]);
		expect(sent.failed).toMatchObject([
			{ endpoint_name: off, status: 'held', next_attempt_at: null },
		]);
		expect(await readInbox(off)).toEqual([]);
		expect(await readInbox(on)).toHaveLength(1);
	});

	test('puts failed deliveries on Retry or Failed without failing the workflow', async () => {
		await planResponses(later, down(1));
		await planResponses(never, down(1, 400));
		const sent = await send(outbox, [{ n: 1 }], { type: 'failing.event' });
		expect(sent.counts).toEqual([0, 1, 1, 3]);
		const [retry] = sent.retry;
		expect(retry).toMatchObject({
			status: 'pending',
			endpoint_name: later,
			attempts: 1,
			response_code: 503,
			completed_at: null,
			next_attempt_at: expect.stringMatching(/Z$/),
		});
		expect(Date.parse(retry.next_attempt_at)).toBeGreaterThan(Date.now() + 3_000_000);
		expect(sent.failed).toMatchObject([
			{ status: 'failed', endpoint_name: never, response_code: 400, next_attempt_at: null },
		]);
		expect(sent.changed.map(({ change, endpoint_name }) => [change, endpoint_name])).toEqual(
			expect.arrayContaining([
				['failing', later],
				['failing', never],
				['exhausted', never],
			]),
		);
		// It is attempted once in a run, whatever the outcome.
		expect(await readInbox(later)).toHaveLength(1);
		expect(await readInbox(never)).toHaveLength(1);
	});

	describe('an item that comes back from Retry', () => {
		const REJECTION = 'do not connect Pending back';

		test('is rejected by Send to subscribers when it belongs to a direct delivery', async () => {
			const before = (await readInbox(exact)).length;
			const items = [{ total: 1, delivery_state: { version: 1, delivery_id: 'dlv_x' } }];
			expect(await expectError(outbox, ['event', 'send'], sending(), { items })).toContain(
				REJECTION,
			);
			const mixed = await send(
				outbox,
				[...items, { total: 2 }],
				{},
				{
					onError: 'continueRegularOutput',
				},
			);
			expect(mixed.counts).toEqual([2, 0, 1, 0]);
			expect(mixed.failed).toEqual([
				{
					status: 'failed',
					attempts: 0,
					attempt_log: [],
					response: null,
					error_message: expect.stringContaining(REJECTION),
				},
			]);
			expect(mixed.outputs[2][0].pairedItem).toEqual({ item: 0 });
			const received = (await readInbox(exact)).slice(before);
			expect(received.map(({ body }) => JSON.parse(body).data)).toEqual([{ total: 2 }]);
		});

		test('is rejected by Send to subscribers instead of being sent as an event', async () => {
			await planResponses(wired, down(1));
			const again = {
				...actNode(outbox, ['event', 'send'], sending({ type: 'wired.event' })),
				name: 'Again',
			};
			const to = [{ node: 'Again', type: 'main', index: 0 }];
			const result = await act(outbox, ['event', 'send'], sending({ type: 'wired.event' }), {
				items: [{ n: 1 }],
				wiring: { more: [again], connect: { Act: { main: [[], to] } } },
			});
			expect(result.retry).toMatchObject([{ status: 'pending', endpoint_name: wired }]);
			expect(result.error).toContain(REJECTION);
			expect(await readInbox(wired)).toHaveLength(1);
		});
	});

	test('rejects an event that is too large, and sends the others', async () => {
		const items = [{ n: 1 }, { n: 2, text: 'ü'.repeat(140_000) }];
		const type = 'large.event';
		const tooLarge = { items: items.slice(1) };
		const message = await expectError(outbox, ['event', 'send'], sending({ type }), tooLarge);
		expect(message).toContain('The data of the event large.event has 280017 bytes');
		expect(message).toContain('is 262144');
		expect(await readInbox(large)).toEqual([]);
		expect(await getMany(outbox, { eventType: type })).toEqual([]);

		const through = await send(outbox, items, { type });
		expect(through.counts).toEqual([1, 0, 1, 0]);
		expect(through.failed).toEqual([
			{ status: 'failed', attempts: 0, attempt_log: [], response: null, error_message: message },
		]);
		expect((await readInbox(large)).map(({ body }) => JSON.parse(body).data)).toEqual([{ n: 1 }]);
	});

	test('rejects an invalid event type', async () => {
		const message = await expectError(
			outbox,
			['event', 'send'],
			sending({ type: 'order created' }),
		);
		expect(message).toContain('"order created" is not an event type');
	});
});

describe('Delivery → Deliver Due', () => {
	const outbox = useOutbox('due');

	test('attempts a due retry with the same event and a new signature, and outputs no items when idle', async () => {
		const box = uniqueName('box');
		await planResponses(box, down(1));
		await create(outbox, 'svix', box, { eventTypes: 'due.event', options: quick });
		const sent = await send(outbox, [{ n: 1 }], { type: 'due.event' });
		await whenDue(sent.retry);
		// A second later, for another timestamp.
		await pause(1100);
		const due = await deliverDue(outbox);
		expect(due.counts).toEqual([1, 0, 0, 1]);
		expect(due.delivered).toMatchObject([
			{
				status: 'delivered',
				delivery_id: sent.retry[0].delivery_id,
				event_id: sent.retry[0].event_id,
				attempts: 2,
				endpoint_name: box,
				response: { status_code: 200, body: { received: true } },
			},
		]);
		expect(due.changed).toMatchObject([{ change: 'recovered', endpoint_name: box }]);
		const received = await readInbox(box);
		expect(received.map(({ verified }) => verified)).toEqual([true, true]);
		expect(received.map(({ headers }) => headers['webhook-id'])).toEqual([
			sent.retry[0].event_id,
			sent.retry[0].event_id,
		]);
		expect(new Set(received.map(({ body }) => body)).size).toBe(1);
		const distinct = (header) => new Set(received.map(({ headers }) => headers[header])).size;
		expect(distinct('webhook-timestamp')).toBe(2);
		expect(distinct('webhook-signature')).toBe(2);

		const nothing = await deliverDue(outbox);
		expect(nothing.counts).toEqual([0, 0, 0, 0]);
		expect(await readInbox(box)).toHaveLength(2);
	});

	test('sends each of 100 deliveries once when two executions run at once', async () => {
		const box = uniqueName('box');
		// Slow, so that the second run starts while the first is sending.
		await planResponses(box, [...down(100), ...Array(100).fill({ delayMs: 300 })]);
		const endpoint = await create(outbox, 'svix', box, {
			eventTypes: 'many.event',
			options: { ...quick, disableRule: 'never' },
		});
		const plan = await createActionWorkflow(actNode(outbox, ['delivery', 'deliverDue']));
		const items = Array.from({ length: 100 }, (_, n) => ({ n }));
		const sent = await send(outbox, items, { type: 'many.event' });
		expect(sent.counts).toEqual([0, 100, 0, 1]);
		await whenDue(sent.retry);
		const executions = await plan.start({ times: 2 });
		const results = executions.map((execution) => told(['delivery', 'deliverDue'], execution));
		expect(results.map(({ status }) => status)).toEqual(['success', 'success']);
		const ids = results.flatMap(({ delivered }) => delivered.map((item) => item.delivery_id));
		expect(ids.sort()).toEqual(sent.retry.map(({ delivery_id }) => delivery_id).sort());
		const received = await readInbox(box);
		expect(received.every(({ verified }) => verified)).toBe(true);
		const requestCounts = {};
		for (const { headers } of received) {
			requestCounts[headers['webhook-id']] = (requestCounts[headers['webhook-id']] ?? 0) + 1;
		}
		expect(requestCounts).toEqual(
			Object.fromEntries(sent.retry.map(({ event_id }) => [event_id, 2])),
		);
		const { items: stats } = await done(outbox, ['delivery', 'getStats'], {
			filters: { endpointId: endpoint.id },
		});
		expect(stats).toMatchObject([
			{ total_deliveries: 100, successful_deliveries: 100, total_attempts: 200 },
		]);
	});

	test('disables an endpoint after three failures and keeps its deliveries on hold until they are replayed', async () => {
		const since = new Date().toISOString();
		const box = uniqueName('box');
		await planResponses(box, down(3));
		const endpoint = await create(outbox, 'svix', box, {
			eventTypes: 'thrice.event',
			options: { ...quick, disableRule: 'consecutiveFailures', disableCount: 3 },
		});
		const first = await send(outbox, [{ n: 1 }], { type: 'thrice.event' });
		expect(first.counts).toEqual([0, 1, 0, 1]);
		expect(first.changed).toMatchObject([
			{ change: 'failing', endpoint_id: endpoint.id, status: 'active' },
		]);
		await whenDue(first.retry);
		const second = await deliverDue(outbox);
		// Two of three failures are more than half of the way.
		expect(second.changed).toMatchObject([
			{ alert: 'endpoint.failing', endpoint_id: endpoint.id, progress: 0.66 },
		]);
		await whenDue(second.retry);
		const third = await deliverDue(outbox);
		expect(third.changed).toMatchObject([
			{
				change: 'disabled',
				endpoint_id: endpoint.id,
				endpoint_name: box,
				endpoint: getAddress('svix', box),
				status: 'disabled',
				reason: '3 attempts failed in a row',
			},
		]);
		expect(await readInbox(box)).toHaveLength(3);
		// Deliveries that wait for a retry are put on hold when they are due, and new ones at once.
		await whenDue(third.retry);
		const fourth = await deliverDue(outbox);
		expect(fourth.counts).toEqual([0, 0, 1, 0]);
		expect(fourth.failed).toMatchObject([
			{ status: 'held', attempts: 3, error_message: expect.stringContaining('is disabled') },
		]);
		const fifth = await send(outbox, [{ n: 2 }], { type: 'thrice.event' });
		expect(fifth.failed).toMatchObject([{ status: 'held', attempts: 0 }]);
		expect(await readInbox(box)).toHaveLength(3);

		await done(outbox, ['endpoint', 'enable'], byId(endpoint));
		const elsewhere = await done(outbox, ['delivery', 'replayMany'], {
			since,
			filters: { endpointId: 'ep_other' },
		});
		expect(elsewhere.items).toMatchObject([{ deliveries: 0, endpoints: [] }]);
		const replayed = await done(outbox, ['delivery', 'replayMany'], {
			since,
			filters: { endpointId: endpoint.id },
		});
		expect(replayed.items).toMatchObject([
			{ deliveries: 2, since, endpoints: [{ deliveries: 2, endpoint_id: endpoint.id }] },
		]);
		const last = await deliverDue(outbox);
		expect(last.counts).toEqual([2, 0, 0, 0]);
		const sentIds = [first.retry[0].event_id, fifth.failed[0].event_id];
		expect(last.delivered.map(({ event_id }) => event_id).sort()).toEqual(sentIds.sort());
		const received = await readInbox(box);
		expect(received.map(({ verified }) => verified)).toEqual(Array(5).fill(true));
		expect(
			received
				.slice(3)
				.map(({ headers }) => headers['webhook-id'])
				.sort(),
		).toEqual(sentIds);
	});

	test('disables an endpoint that answers 410 at once', async () => {
		const since = new Date().toISOString();
		const box = uniqueName('box');
		await planResponses(box, down(1, 410));
		const endpoint = await create(outbox, 'svix', box, {
			eventTypes: 'gone.event',
			options: { ...quick, disableRule: 'never' },
		});
		const first = await send(outbox, [{ n: 1 }], { type: 'gone.event' });
		expect(first.counts).toEqual([0, 0, 1, 3]);
		expect(first.failed).toMatchObject([{ status: 'failed', response_code: 410 }]);
		expect(first.changed.map(({ change, reason }) => [change, reason])).toEqual([
			['failing', 'An attempt ended with the outcome "gone"'],
			['disabled', 'The endpoint answered 410 Gone'],
			['exhausted', expect.stringContaining('failed')],
		]);
		const got = await done(outbox, ['endpoint', 'get'], byId(endpoint));
		expect(got.items).toMatchObject([
			{ status: 'disabled', status_reason: 'The endpoint answered 410 Gone' },
		]);
		const second = await send(outbox, [{ n: 2 }], { type: 'gone.event' });
		expect(second.failed).toMatchObject([{ status: 'held' }]);
		expect((await deliverDue(outbox)).counts).toEqual([0, 0, 0, 0]);
		expect(await readInbox(box)).toHaveLength(1);
		await done(outbox, ['endpoint', 'enable'], byId(endpoint));
		const replayed = await done(outbox, ['delivery', 'replayMany'], {
			since,
			filters: { endpointId: endpoint.id },
		});
		expect(replayed.items).toMatchObject([{ deliveries: 2 }]);
		expect((await deliverDue(outbox)).counts).toEqual([2, 0, 0, 0]);
		expect(await readInbox(box)).toHaveLength(3);
	});
});

describe('the delivery log', () => {
	const outbox = useOutbox('log');
	const boxes = {};
	const ids = {};
	const sent = {};
	let between;

	beforeAll(async () => {
		for (const name of ['good', 'bad', 'slow', 'off']) boxes[name] = uniqueName(name);
		await planResponses(boxes.bad, down(3, 400));
		await planResponses(boxes.slow, down(1));
		const options = { ...quick, firstDelaySeconds: 3600, disableRule: 'never' };
		const eventTypes = {
			[boxes.good]: 'a.*, b.event',
			[boxes.bad]: 'a.*',
			[boxes.slow]: 'b.event',
			[boxes.off]: 'b.event',
		};
		const created = await createAll(outbox, 'svix', eventTypes, { options });
		Object.keys(boxes).forEach((name, index) => {
			ids[name] = created[index].id;
		});
		await done(outbox, ['endpoint', 'disable'], by('id', ids.off));
		sent.first = await send(outbox, [{ n: 1 }, { n: 2 }], { type: 'a.one' });
		await pause(5);
		between = new Date().toISOString();
		sent.second = await send(outbox, [{ n: 3 }], { type: 'a.two' });
		sent.third = await send(outbox, [{ n: 4 }], { type: 'b.event' });
	});

	const fate = ({ endpoint_id, event, status }) => [
		Object.keys(ids).find((name) => ids[name] === endpoint_id),
		event,
		status,
	];

	/** Runs an operation once with each of several filters; an empty one does not filter. */
	async function perFilter(operation, filters, parameters = {}) {
		const names = ['endpointId', 'eventId', 'eventType', 'since', 'status', 'until'];
		const asked = Object.fromEntries(names.map((name) => [name, `={{ $json.${name} ?? '' }}`]));
		const { outputs } = await done(
			outbox,
			['delivery', operation],
			{ ...parameters, filters: asked },
			{ items: filters },
		);
		return filters.map((_, index) =>
			outputs[0].filter(({ pairedItem }) => pairedItem.item === index).map(({ json }) => json),
		);
	}

	test('lists deliveries, newest first, by each filter', async () => {
		const [a1, a2, b] = ['a.one', 'a.two', 'b.event'];
		const all = await getMany(outbox);
		const fates = [
			['good', a1, 'delivered'],
			['bad', a1, 'failed'],
			['good', a1, 'delivered'],
			['bad', a1, 'failed'],
			['good', a2, 'delivered'],
			['bad', a2, 'failed'],
			['good', b, 'delivered'],
			['slow', b, 'pending'],
			['off', b, 'held'],
		];
		expect(all.map(fate).sort()).toEqual(fates.sort());
		expect(all.map(({ event }) => event)).toEqual([b, b, b, a2, a2, a1, a1, a1, a1]);
		expect(new Set(all.map(({ id }) => id)).size).toBe(9);
		const eventId = sent.first.delivered[0].event_id;
		const accepted = all.find(({ event }) => event === a2).accepted_at;
		const fits = {
			status: ({ status }) => status === 'failed',
			held: ({ status }) => status === 'held',
			pending: ({ status }) => status === 'pending',
			sending: () => false,
			endpoint: ({ endpoint_id }) => endpoint_id === ids.good,
			type: ({ event }) => event === a1,
			event: ({ event_id }) => event_id === eventId,
			since: ({ event }) => event !== a1,
			until: ({ event }) => event === a1,
			window: ({ event }) => event === a2,
			both: ({ endpoint_id, event }) => endpoint_id === ids.bad && event === a1,
			none: () => false,
		};
		const filters = {
			status: { status: 'failed' },
			held: { status: 'held' },
			pending: { status: 'pending' },
			sending: { status: 'sending' },
			endpoint: { endpointId: ids.good },
			type: { eventType: a1 },
			event: { eventId },
			since: { since: between },
			until: { until: between },
			// To the millisecond: from the event's time, and before the next one.
			window: {
				since: accepted,
				until: all.find(({ event }) => event === b).accepted_at,
			},
			both: { endpointId: ids.bad, eventType: a1, status: 'failed' },
			none: { eventType: 'a' },
		};
		const names = Object.keys(filters);
		const found = await perFilter('getAll', Object.values(filters), { returnAll: true });
		for (const [index, name] of names.entries()) {
			expect([name, found[index]]).toEqual([name, all.filter(fits[name])]);
		}
		expect(all.filter(fits.event)).toHaveLength(2);
		const three = await getMany(outbox, {}, { limit: 3 });
		expect(three).toEqual(all.slice(0, 3));
		expect(
			await expectError(outbox, ['delivery', 'getAll'], { filters: { since: 'yesterday-ish' } }),
		).toContain('"Accepted After" is not a time');
	});

	test('returns one delivery and its attempts', async () => {
		const [pending] = sent.third.retry;
		const got = await done(outbox, ['delivery', 'get'], { deliveryId: pending.delivery_id });
		const { attempt_log, delivery_id, delivery_state, duplicate, ...others } = pending;
		const { endpoint, response, ...rest } = others;
		expect(delivery_state).toEqual({ outbox: true });
		expect(got.items).toMatchObject([{ id: delivery_id, ...rest, payload_problem: null }]);
		expect(JSON.parse(got.items[0].payload)).toMatchObject({ type: pending.event });
		const failed = sent.second.failed[0];
		const attempts = await done(
			outbox,
			['delivery', 'getAttempts'],
			{ deliveryId: '={{ $json.delivery_id }}' },
			{ items: [pending, failed, sent.third.failed[0]] },
		);
		expect(attempts.items).toEqual([
			{
				delivery_id,
				event: pending.event,
				endpoint_name: pending.endpoint_name,
				attempt: 1,
				time: expect.stringMatching(/Z$/),
				outcome: 'retryable',
				status_code: 503,
				duration_ms: pending.response_time_ms,
				error_message: 'The endpoint answered with status 503',
				response: {
					headers: expect.any(Object),
					body: expect.any(String),
					body_truncated: false,
				},
			},
			expect.objectContaining({
				delivery_id: failed.delivery_id,
				attempt: 1,
				outcome: 'permanent',
				status_code: 400,
			}),
		]);
		for (const operation of ['get', 'getAttempts', 'replay']) {
			expect(
				await expectError(outbox, ['delivery', operation], { deliveryId: 'dlv_nobody' }),
			).toContain('There is no delivery "dlv_nobody"');
		}
		expect(await expectError(outbox, ['delivery', 'get'], { deliveryId: ' ' })).toContain(
			'"Delivery" is empty',
		);
	});

	/** Matches a percentile, which statistics know to 5 %. */
	const nearly = (ms) => ({
		asymmetricMatch: (actual) => Math.abs(actual - ms) <= Math.max(1, ms * 0.05),
		toString: () => `about ${ms} ms`,
	});

	test('counts deliveries so that the counts add up to the list', async () => {
		const filters = [{}, { endpointId: ids.bad }, { since: between }, { eventType: 'no.such' }];
		const lists = await perFilter('getAll', filters, { returnAll: true });
		const counts = await perFilter('getStats', filters);
		const { items: attempts } = await done(
			outbox,
			['delivery', 'getAttempts'],
			{ deliveryId: '={{ $json.id }}' },
			{ items: lists[0].map(({ id }) => ({ id })) },
		);
		for (const [index, list] of lists.entries()) {
			const stats = counts[index];
			const expected = (rows) => {
				const count = (status) => rows.filter((row) => row.status === status).length;
				const [delivered, failed] = [count('delivered'), count('failed')];
				const own = new Set(rows.map(({ id }) => id));
				const made = attempts.filter(({ delivery_id }) => own.has(delivery_id));
				const times = made.map(({ duration_ms }) => duration_ms).sort((a, b) => a - b);
				const share = (part) => nearly(times[Math.max(0, Math.ceil(times.length * part) - 1)]);
				return {
					total_deliveries: rows.length,
					successful_deliveries: delivered,
					failed_deliveries: failed,
					pending_deliveries: count('pending'),
					held_deliveries: count('held'),
					success_rate: delivered + failed === 0 ? null : delivered / (delivered + failed),
					total_attempts: made.length,
					response_time_ms:
						times.length === 0
							? null
							: {
									p50: share(0.5),
									p90: share(0.9),
									p95: share(0.95),
									p99: share(0.99),
									max: times.at(-1),
								},
					last_delivery:
						rows
							.filter(({ attempts: number }) => number > 0)
							.map(({ timestamp }) => timestamp)
							.sort()
							.at(-1) ?? null,
				};
			};
			const grouped = (getKey) => [...new Set(list.map(getKey))].sort();
			// n8n's default, since the workflow has no timezone of its own.
			const format = new Intl.DateTimeFormat('en-CA', { timeZone: 'America/New_York' });
			const getDay = ({ accepted_at }) => format.format(new Date(accepted_at));
			expect(stats).toEqual([
				{
					...expected(list),
					by_endpoint: expect.any(Array),
					by_day: grouped(getDay).map((day) => ({
						day,
						...expected(list.filter((row) => getDay(row) === day)),
					})),
				},
			]);
			const [{ by_endpoint }] = stats;
			expect(by_endpoint.sort((a, b) => (a.endpoint_id < b.endpoint_id ? -1 : 1))).toEqual(
				grouped(({ endpoint_id }) => endpoint_id).map((endpoint_id) => ({
					endpoint_id,
					endpoint_name: list.find((row) => row.endpoint_id === endpoint_id).endpoint_name,
					...expected(list.filter((row) => row.endpoint_id === endpoint_id)),
				})),
			);
		}
	});

	test('returns at most ten fields per delivery and endpoint when Simplify is on', async () => {
		const [{ delivery_id: deliveryId }] = sent.second.failed;
		const endpoint = { id: ids.bad };
		for (const [operation, parameters, secret] of [
			[['delivery', 'get'], { deliveryId }],
			[['delivery', 'getAll'], { returnAll: true }],
			[['delivery', 'getStats'], {}],
			[['endpoint', 'get'], byId(endpoint)],
			[['endpoint', 'getAll'], { returnAll: true }],
			[['endpoint', 'getAll'], { returnAll: true, includeStats: false }],
			[['endpoint', 'update'], { ...byId(endpoint), updateFields: { description: 'simple' } }],
			[['endpoint', 'rotateSecret'], byId({ id: ids.off }), 'signing_secret'],
		]) {
			const [simple, raw] = [
				(await done(outbox, operation, { ...parameters, simplify: true })).items,
				(await done(outbox, operation, parameters)).items,
			];
			for (const item of [...simple, ...raw]) if (secret) kept.add(item[secret]);
			expect(simple).toHaveLength(raw.length);
			for (const [index, item] of simple.entries()) {
				const names = Object.keys(item);
				expect(names.length).toBeLessThanOrEqual(10);
				expect(Object.keys(raw[index]).length).toBeGreaterThan(10);
				expect(Object.keys(raw[index])).toEqual(expect.arrayContaining(names));
				// Lists of counts have fewer fields too, rotating returns another secret, and the second update
				// changes nothing.
				for (const name of names.filter((one) => !/^by_|secret|changed/.test(one))) {
					expect([name, item[name]]).toEqual([name, raw[index][name]]);
				}
			}
		}
	});

	test('draws a chart of deliveries that n8n shows as an image', async () => {
		const filters = { eventType: 'a.one' };
		const drawn = await done(outbox, ['delivery', 'getStats'], {
			filters,
			drawChart: true,
			chartField: 'report',
		});
		const [[{ binary, json }]] = drawn.outputs;
		expect(binary).toMatchObject({
			report: {
				mimeType: 'image/svg+xml',
				fileName: 'delivery-report.svg',
				fileExtension: 'svg',
				fileType: 'image',
			},
		});
		const bytes = await stage.downloadBinary(binary.report);
		const elements = listElements(parseXml(bytes.toString('utf8')));
		const texts = elements.map(({ text }) => text);
		const { failed_deliveries: failed, successful_deliveries: delivered } = json;
		expect([delivered, failed].every((count) => count > 0)).toBe(true);
		expect(texts).toEqual(
			expect.arrayContaining([
				'Delivery report: a.one',
				`Delivered: ${delivered}`,
				`Failed: ${failed}`,
				`Pending or on hold: ${json.total_deliveries - delivered - failed}`,
			]),
		);
		expect(texts.some((text) => text.includes(`p95 ${json.response_time_ms.p95} ms`))).toBe(true);

		// The picture in the output panel is this file, in a form that browsers show.
		const [{ hints }] = drawn.execution.data.resultData.runData.Act;
		const [picture, ...others] = hints.filter(({ message }) => message.includes('<img'));
		expect(others).toEqual([]);
		const [{ attributes }] = listElements(parseXml(picture.message.replace('>', '/>')));
		expect(attributes.alt).toBe('Delivery report: a.one');
		const shown = await n8n.download(attributes.src);
		expect(shown.headers.get('content-type')).toContain('image/svg+xml');
		expect(Buffer.from(await shown.arrayBuffer())).toEqual(bytes);

		const without = await done(outbox, ['delivery', 'getStats'], { filters });
		expect(without.outputs[0]).toMatchObject([{ json }]);
		expect(without.outputs[0][0].binary).toBeUndefined();
	});

	test('replays a delivery at once, whether it had failed or not', async () => {
		// The endpoint answers now.
		await planResponses(boxes.bad, []);
		const failed = sent.second.failed[0];
		const delivered = sent.second.delivered[0];
		const before = { good: await readInbox(boxes.good), bad: await readInbox(boxes.bad) };
		const replayed = await done(
			outbox,
			['delivery', 'replay'],
			{ deliveryId: '={{ $json.delivery_id }}' },
			{ items: [failed, delivered] },
		);
		expect(replayed.counts).toEqual([2, 0, 0, 1]);
		expect(
			replayed.outputs[0].map(({ json, pairedItem }) => [
				pairedItem.item,
				json.delivery_id,
				json.event_id,
				json.status,
				json.attempts,
			]),
		).toEqual([
			[0, failed.delivery_id, failed.event_id, 'delivered', 2],
			[1, delivered.delivery_id, delivered.event_id, 'delivered', 2],
		]);
		expect(replayed.changed).toMatchObject([{ change: 'recovered', endpoint_id: ids.bad }]);
		for (const [name, { event_id }] of Object.entries({ good: delivered, bad: failed })) {
			const received = (await readInbox(boxes[name])).slice(before[name].length);
			expect(received).toMatchObject([{ verified: true, headers: { 'webhook-id': event_id } }]);
		}
		const attempts = await done(outbox, ['delivery', 'getAttempts'], {
			deliveryId: failed.delivery_id,
		});
		expect(attempts.items.map(({ attempt, outcome }) => [attempt, outcome])).toEqual([
			[1, 'permanent'],
			[2, 'success'],
		]);
		expect(await getMany(outbox)).toHaveLength(9);
	});

	test('starts the retry schedule over when a replay fails', async () => {
		const failed = sent.first.failed[0];
		await planResponses(boxes.bad, down(1));
		const replayed = await done(outbox, ['delivery', 'replay'], {
			deliveryId: failed.delivery_id,
		});
		expect(replayed.counts).toEqual([0, 1, 0, 1]);
		expect(replayed.retry).toMatchObject([
			{ delivery_id: failed.delivery_id, status: 'pending', attempts: 2 },
		]);
		expect(Date.parse(replayed.retry[0].next_attempt_at)).toBeGreaterThan(Date.now() + 3_000_000);
	});

	test('replays nothing while the endpoint is disabled', async () => {
		const [held] = sent.third.failed;
		const parameters = { deliveryId: held.delivery_id };
		const message = await expectError(outbox, ['delivery', 'replay'], parameters);
		expect(message).toContain(`The endpoint "${boxes.off}" is disabled`);
		const through = await done(outbox, ['delivery', 'replay'], parameters, {
			onError: 'continueRegularOutput',
		});
		expect(through.failed).toEqual([{ error: message }]);
		expect(await readInbox(boxes.off)).toEqual([]);
		const got = await done(outbox, ['delivery', 'get'], parameters);
		expect(got.items).toMatchObject([{ status: 'held', attempts: 0 }]);
	});

	test('prunes ended deliveries by age and keeps events of which one waits', async () => {
		const keep = await done(outbox, ['delivery', 'prune']);
		expect(keep.items).toEqual([{ deleted_deliveries: 0, deleted_events: 0 }]);
		const before = await getMany(outbox);
		const waits = before.filter(({ status }) => status === 'pending');
		expect(waits.map(({ endpoint_id }) => endpoint_id).sort()).toEqual([ids.slow, ids.bad].sort());
		const pruned = await done(outbox, ['delivery', 'prune'], { maxAgeDays: 0 });
		const waitingEvents = waits.map(({ event_id }) => event_id);
		const keptDeliveries = before.filter(({ event_id }) => waitingEvents.includes(event_id));
		expect(pruned.items).toMatchObject([
			{ deleted_deliveries: before.length - keptDeliveries.length },
		]);
		expect(await getMany(outbox)).toEqual(keptDeliveries);
		// Their events still exist and can be sent.
		await planResponses(boxes.slow, []);
		await planResponses(boxes.bad, []);
		const replayed = await done(
			outbox,
			['delivery', 'replay'],
			{ deliveryId: '={{ $json.id }}' },
			{ items: waits.map(({ id }) => ({ id })) },
		);
		expect(replayed.delivered.map(({ event_id }) => event_id)).toEqual(
			waits.map(({ event_id }) => event_id),
		);
		await done(outbox, ['delivery', 'prune'], { maxAgeDays: 0 });
		expect(await getMany(outbox)).toEqual([]);
		expect(await getRows(await getTable(outbox, 'events'))).toEqual([]);
	});
});

describe('outbox errors', () => {
	test('name an encryption key that is too short and an invalid outbox name', async () => {
		const name = outboxName('short');
		const short = await outboxCredential(name, newSecret().slice(0, 31));
		for (const operation of [
			['endpoint', 'getAll'],
			['delivery', 'deliverDue'],
		]) {
			expect(await expectError({ credentials: short }, operation)).toContain(
				'must have at least 32 characters',
			);
		}
		const further = await outboxCredential(name, newSecret(), {
			furtherEncryptionSecrets: 'too-short',
		});
		expect(await expectError({ credentials: further }, ['endpoint', 'getAll'])).toContain(
			'must have at least 32 characters',
		);
		const odd = await outboxCredential('Not a Name', newSecret());
		expect(await expectError({ credentials: odd }, ['endpoint', 'getAll'])).toContain(
			'"Not a Name" is not an outbox name',
		);
		expect(await getTables({ name })).toEqual([]);
	});

	test('name a wrong encryption key, which additional keys fix', async () => {
		const name = outboxName('keys');
		const [key, other] = [newSecret(), newSecret()];
		const outbox = { name, credentials: await outboxCredential(name, key) };
		const wrong = { name, credentials: await outboxCredential(name, other) };
		const fixed = {
			name,
			credentials: await outboxCredential(name, other, {
				furtherEncryptionSecrets: `${newSecret()} ${key}`,
			}),
		};
		const box = uniqueName('box');
		const endpoint = await create(outbox, 'svix', box);
		const lost = await create(outbox, 'svix', uniqueName('lost'), { eventTypes: 'no.such' });
		const refused = await expectError(wrong, ['endpoint', 'create'], endpointFields('svix', 'x'));
		expect(refused).toContain('is not the key of this outbox');
		const { items: listed } = await done(wrong, ['endpoint', 'getAll'], { returnAll: true });
		for (const item of listed) {
			expect(item).toMatchObject({ status: 'active', unreadable: true });
			expect(item.unreadable_reason).toContain('encrypted with another key');
			expect(item.unreadable_reason).toContain('"Additional Encryption Keys"');
		}
		expect(listed.map(({ id }) => id)).toEqual([endpoint.id, lost.id]);
		expect(seen([listed, refused], key, other)).toEqual([]);
		// Deliveries wait, until the key is there again.
		const { outputs } = await send(wrong, [{ n: 1 }]);
		expect(outputs[1].map(({ json }) => json)).toMatchObject([
			{ status: 'pending', error_message: expect.stringContaining('so its deliveries wait') },
		]);
		const waiting = await done(wrong, ['delivery', 'deliverDue']);
		expect(waiting.outputs.flat()).toEqual([]);
		expect(await readInbox(box)).toEqual([]);
		// It can still be deleted.
		await done(wrong, ['endpoint', 'delete'], byId(lost));
		const { outputs: due } = await done(fixed, ['delivery', 'deliverDue']);
		expect(due[0].map(({ json }) => json)).toMatchObject([{ status: 'delivered' }]);
		// Changed endpoints are encrypted with the current key.
		await done(fixed, ['endpoint', 'update'], {
			...byId(endpoint),
			updateFields: { description: 'fixed' },
		});
		expect((await send(wrong, [{ n: 2 }])).delivered).toMatchObject([{ status: 'delivered' }]);
		expect((await readInbox(box)).map(({ verified }) => verified)).toEqual([true, true]);
		// The former key opens it no longer; endpoints of its own are not stopped by that.
		const stray = await done(outbox, ['endpoint', 'getAll'], { returnAll: true });
		expect(stray.items).toMatchObject([{ id: endpoint.id, unreadable: true }]);
	});

	test('name a column that a person has deleted', async () => {
		const outbox = { name: outboxName('column'), credentials: undefined };
		outbox.credentials = await outboxCredential(outbox.name, newSecret());
		const box = uniqueName('box');
		await create(outbox, 'svix', box);
		await send(outbox, [{ n: 1 }]);
		// Workflows that have run before know the tables; others look them up.
		const operations = [
			[['delivery', 'deliverDue'], {}],
			[['delivery', 'getAll'], { returnAll: true }],
			[['event', 'send'], sending()],
		];
		for (const [operation, parameters] of operations) await done(outbox, operation, parameters);
		const before = (await readInbox(box)).length;
		const table = await getTable(outbox, 'deliveries');
		const columns = await n8n.rest('GET', `${getPath(table)}/columns`);
		const column = columns.find(({ name }) => name === 'next_attempt_at');
		await n8n.rest('DELETE', `${getPath(table)}/columns/${column.id}`);
		const where = `${outbox.name}_deliveries_v1`;
		for (const [operation, parameters] of operations) {
			const message = await expectError(outbox, operation, parameters);
			expect(message).toMatch(/deliveries.*column "next_attempt_at"/);
		}
		const fresh = await expectError(outbox, ...operations[1], { fresh: true });
		expect(fresh).toContain(
			`were created by an earlier version of this package, or were edited. "${where}" lacks the column "next_attempt_at" with the type date.`,
		);
		expect(fresh).toContain(`rename or delete "${outbox.name}_tenants_v1"`);
		// The workflow that knew the tables found out when it recorded its attempt.
		expect(await readInbox(box)).toHaveLength(before + 1);
	});

	test('of an earlier version name the columns that they lack, and go on once these were added', async () => {
		const outbox = { name: outboxName('earlier'), credentials: undefined };
		outbox.credentials = await outboxCredential(outbox.name, newSecret());
		const endpoint = await create(outbox, 'svix', uniqueName('box'));
		const { delivered } = await send(outbox, [{ n: 1 }]);
		const lacking = {
			endpoints: { probe_at: 'date', alerts: 'string' },
			deliveries: { order_key: 'string', order_number: 'number' },
		};
		const added = [];
		for (const [name, types] of Object.entries(lacking)) {
			const table = await getTable(outbox, name);
			const columns = await n8n.rest('GET', `${getPath(table)}/columns`);
			for (const [column, type] of Object.entries(types)) {
				const { id } = columns.find((candidate) => candidate.name === column);
				await n8n.rest('DELETE', `${getPath(table)}/columns/${id}`);
				added.push([`${getPath(table)}/columns`, { name: column, type }]);
			}
		}
		const getAll = [['delivery', 'getAll'], { returnAll: true }];
		const message = await expectError(outbox, ...getAll, { fresh: true });
		for (const [, { name, type }] of added) {
			expect(message).toContain(`the column "${name}" with the type ${type}`);
		}
		expect(message).toContain('Add what is missing');
		for (const [path, column] of added) await n8n.rest('POST', path, column);
		expect(await getMany(outbox)).toMatchObject([
			{ id: delivered[0].delivery_id, status: 'delivered' },
		]);
		const again = await send(outbox, [{ n: 2 }]);
		expect(again.delivered).toMatchObject([{ endpoint_id: endpoint.id, status: 'delivered' }]);
	});

	test('name a row that a person has made unreadable', async () => {
		const outbox = { name: outboxName('rows'), credentials: undefined };
		outbox.credentials = await outboxCredential(outbox.name, newSecret());
		const box = uniqueName('box');
		const endpoint = await create(outbox, 'svix', box);
		const { delivered } = await send(outbox, [{ n: 1 }, { n: 2 }]);
		const deliveries = await getTable(outbox, 'deliveries');
		const { delivery_id } = delivered[1];
		await editRows(deliveries, 'delivery_id', delivery_id, { status: 'foo' });
		const { id } = (await getRows(deliveries)).find((row) => row.delivery_id === delivery_id);
		const message = `Row ${id} of the outbox’s deliveries table cannot be read: in the column "status"`;
		const listed = await getMany(outbox);
		expect(listed).toHaveLength(2);
		expect(listed.find((item) => item.id === delivery_id).error_message).toContain(message);
		const replay = { deliveryId: delivery_id };
		expect(await expectError(outbox, ['delivery', 'replay'], replay)).toContain(message);
		// After the row is fixed, everything works again.
		await editRows(deliveries, 'delivery_id', delivery_id, { status: 'delivered' });
		expect((await getMany(outbox)).map(({ error_message }) => error_message)).toEqual([null, null]);

		const endpoints = await getTable(outbox, 'endpoints');
		const [row] = await getRows(endpoints);
		await editRows(endpoints, 'endpoint_id', endpoint.id, { settings: '{"allow_http": ' });
		const problem = `Row ${row.id} of the outbox’s endpoints table cannot be read: in the column "settings"`;
		const unsure = await send(outbox, [{ n: 3 }]);
		expect(unsure.failed).toMatchObject([{ error_message: expect.stringContaining(problem) }]);
		await done(outbox, ['delivery', 'deliverDue']);
		await editRows(endpoints, 'endpoint_id', endpoint.id, { settings: row.settings });

		// Secrets that a person moves or changes cannot be decrypted, nor older ones that are put back.
		const updateFields = { description: 'changed' };
		await done(outbox, ['endpoint', 'update'], { ...byId(endpoint), updateFields });
		for (const sealed of [`${row.sealed.slice(0, -8)}AAAAAAA=`, row.sealed]) {
			await editRows(endpoints, 'endpoint_id', endpoint.id, { sealed });
			const { items } = await done(outbox, ['endpoint', 'getAll'], { returnAll: true });
			expect(items[0].unreadable_reason).toContain('were edited, replaced with older ones');
			expect((await send(outbox, [{ n: 4 }])).counts).toEqual([0, 1, 0, 0]);
		}
		expect(await readInbox(box)).toHaveLength(2);
	});

	test('do not occur when a person has deleted the tables: they are created again', async () => {
		const outbox = { name: outboxName('deleted'), credentials: undefined };
		outbox.credentials = await outboxCredential(outbox.name, newSecret());
		const boxes = [uniqueName('box'), uniqueName('box')];
		await create(outbox, 'svix', boxes[0]);
		const before = await getTables(outbox);
		for (const table of before) await n8n.rest('DELETE', getPath(table));
		expect(await getTables(outbox)).toEqual([]);
		// By a workflow that has cached the old ones.
		await create(outbox, 'svix', boxes[1]);
		const after = await getTables(outbox);
		expect(after.map(({ name }) => name).sort()).toEqual(before.map(({ name }) => name).sort());
		const sent = await send(outbox, [{ n: 1 }]);
		expect(sent.delivered.map(({ endpoint_name }) => endpoint_name)).toEqual([boxes[1]]);
		// Only one of them, by a workflow that has not.
		await n8n.rest('DELETE', getPath(await getTable(outbox, 'deliveries')));
		expect((await send(outbox, [{ n: 2 }], {}, { fresh: true })).counts).toEqual([1, 0, 0, 0]);
		expect(await getMany(outbox)).toHaveLength(1);
		expect(await readInbox(boxes[0])).toEqual([]);
		expect(await readInbox(boxes[1])).toHaveLength(2);
	});
});

test('two executions at once may be the first to use an outbox', async () => {
	for (const many of [false, true]) {
		const outbox = { name: outboxName('first'), credentials: undefined };
		outbox.credentials = await outboxCredential(outbox.name, newSecret());
		const operation = ['endpoint', 'create'];
		const boxes = [uniqueName('box'), uniqueName('box')];
		const plan = (box) =>
			createActionWorkflow(actNode(outbox, operation, endpointFields('svix', box)));
		const planned = many ? [await plan(boxes[0]), await plan(boxes[1])] : [await plan(boxes[0])];
		const executions = many
			? (await Promise.all(planned.map((one) => one.start()))).flat()
			: await planned[0].start({ times: 2 });
		const results = executions.map((execution) => told(operation, execution));
		expect(results.map(({ status, error }) => [status, error])).toEqual(
			Array(2).fill(['success', undefined]),
		);
		expect((await getTables(outbox)).map(({ name }) => name).sort()).toEqual(
			TABLE_NAMES.map((table) => `${outbox.name}_${table}_v1`),
		);
		const { items } = await done(outbox, ['endpoint', 'getAll'], { includeStats: false });
		expect(items.map(({ id }) => id).sort()).toEqual(
			results.map(({ items: [{ id }] }) => id).sort(),
		);
	}
});

test('no execution contains a secret except those that created or received it', async () => {
	const makers = ['endpoint create', 'endpoint rotateSecret'];
	const others = runs.filter(({ operation }) => !makers.includes(operation));
	expect(others.length).toBeGreaterThan(50);
	expect(new Set(others.map(({ operation }) => operation)).size).toBeGreaterThanOrEqual(13);
	const found = others
		.filter(({ execution }) => seen(JSON.stringify(execution), ...kept).length > 0)
		.map(({ operation, execution }) => [operation, execution.id]);
	expect(found).toEqual([]);
	// The search finds them in the executions that created them.
	const made = runs.find(({ operation }) => operation === makers[0]);
	expect(seen(JSON.stringify(made.execution), ...kept)).not.toEqual([]);

	// Runs of the Data Table node leave no executions behind.
	const { data } = await n8n.api('GET', '/executions?limit=250');
	const own = new Set(runs.map(({ execution }) => String(execution.id)));
	const oldest = Math.min(...[...own].map(Number));
	const strange = data.filter(({ id }) => Number(id) >= oldest && !own.has(String(id)));
	expect(strange).toEqual([]);
});
