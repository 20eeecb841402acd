/**
 * Svix's API served by n8n, from the template: every operation through Svix's own client, and what starts no
 * execution with curl.
 */
const { execFile } = require('node:child_process');
const { promisify } = require('node:util');

const stage = require('./stage');
const { connectSvix, createApiKey, deliverDue, runAsOwner, serveSvixApi } = require('./svixStage');

const { n8n, newSecret, planResponses, readInbox, readUntil } = stage;
const { receiver, setReceiverSecrets, uniqueName } = stage;

const run = promisify(execFile);

let outbox;
let api;
let ownerKey;
let svix;

const own = async (resource, operation, parameters) =>
	await runAsOwner(outbox, resource, operation, parameters);

const createKey = async (parameters) => await createApiKey(outbox, parameters);

const connect = async (token) => await connectSvix(api, token);

/** Returns the status and body of the error that Svix's client throws. */
const refused = async (promise) =>
	await promise.then(
		(value) => ({ value }),
		({ body, code }) => ({ status: code, body }),
	);

const isAny = ({ length }) => length > 0;

/** Waits until an attempt of a message is on record. */
const waitForAttempt = async (app, messageId) =>
	await readUntil(
		({ data }) => isAny(data),
		async () => await svix.messageAttempt.listByMsg(app, messageId),
	);

const countExecutions = async () => await stage.countExecutions(api.id);

beforeAll(async () => {
	outbox = await n8n.createCredential('agentWebhookOutboxApi', 'Outbox', {
		encryptionSecret: newSecret(),
		outboxName: uniqueName('svix').replaceAll('-', '_'),
	});
	api = await serveSvixApi(outbox);
	ownerKey = await createKey();
	svix = await connect(ownerKey.api_key);
});

afterAll(async () => {
	if (api) await n8n.deactivate(api.id);
	await stage.deactivateWorkflows();
});

/** Makes one request with curl. Returns its status, its headers as text, and its JSON. */
async function curl(method, url, { body, key = ownerKey.api_key } = {}) {
	const { stdout } = await run('curl', [
		'-sS',
		'-i',
		...(method === 'HEAD' ? ['-I'] : ['-X', method]),
		...(key === undefined || key === '' ? [] : ['-H', `Authorization: Bearer ${key}`]),
		...(body === undefined ? [] : ['-H', 'Content-Type: application/json', '-d', body]),
		`${api.server}/api/v1${url}`,
	]);
	const [head, ...rest] = stdout.split('\r\n\r\n');
	const text = rest.join('\r\n\r\n');
	return {
		status: Number(head.split(' ')[1]),
		head: head.toLowerCase(),
		data: text === '' ? undefined : JSON.parse(text),
	};
}

describe('Svix’s client', () => {
	const app = uniqueName('app');
	const box = uniqueName('box');
	const url = `${receiver}/receive/svix/${box}`;
	let endpoint;
	let message;

	test('manages applications', async () => {
		const created = await svix.application.create({ name: 'Acme', uid: app });
		expect(created).toMatchObject({ id: app, uid: app, name: 'Acme' });
		expect(await svix.application.getOrCreate({ name: 'Acme', uid: app })).toEqual(created);
		expect(await svix.application.get(app)).toEqual(created);
		const patched = await svix.application.patch(app, { metadata: { plan: 'pro' } });
		expect(patched.metadata).toEqual({ plan: 'pro' });
		const other = uniqueName('other');
		expect(await svix.application.upsert(other, { name: 'Other' })).toMatchObject({ uid: other });
		const { data } = await svix.application.list({ limit: 250 });
		expect(data.map(({ id }) => id)).toEqual(expect.arrayContaining([app, other]));
		expect(await svix.application.delete(other)).toBeUndefined();
		expect(await refused(svix.application.get(other))).toEqual({
			status: 404,
			body: { code: 'not_found', detail: 'Entity not found' },
		});
	});

	test('manages event types', async () => {
		const schemas = { 1: { type: 'object', examples: [{ order: 7 }] } };
		const created = await svix.eventType.create({
			name: 'order.created',
			description: 'An order',
			schemas,
		});
		expect(created).toMatchObject({ name: 'order.created', schemas, archived: false });
		expect(await svix.eventType.get('order.created')).toEqual(created);
		await svix.eventType.upsert('order.paid', { description: 'Paid' });
		expect(await svix.eventType.patch('order.paid', { description: 'B' })).toMatchObject({
			description: 'B',
		});
		expect((await svix.eventType.list()).data.map(({ name }) => name)).toEqual([
			'order.created',
			'order.paid',
		]);
		await svix.eventType.delete('order.paid');
		expect((await svix.eventType.list()).data).toHaveLength(1);
		await svix.eventType.delete('order.paid', { expunge: true });
		expect(await refused(svix.eventType.get('order.paid'))).toMatchObject({ status: 404 });
	});

	test('manages endpoints, their headers and secrets', async () => {
		endpoint = await svix.endpoint.create(app, {
			url,
			uid: 'main',
			eventTypes: ['order.created'],
			channels: ['eu'],
			metadata: { team: 'ops' },
		});
		expect(endpoint).toMatchObject({ uid: 'main', url, channels: ['eu'], disabled: false });
		expect(await svix.endpoint.get(app, 'main')).toEqual(endpoint);
		expect((await svix.endpoint.list(app)).data).toEqual([endpoint]);
		expect(await svix.endpoint.patch(app, 'main', { description: 'A' })).toMatchObject({
			description: 'A',
			channels: ['eu'],
		});
		expect(
			await svix.endpoint.upsert(app, endpoint.id, {
				url,
				uid: 'main',
				eventTypes: ['order.created'],
			}),
		).toMatchObject({ id: endpoint.id, channels: null, description: '' });
		await svix.endpoint.setHeaders(app, 'main', { headers: { 'X-A': '1', 'X-B': '2' } });
		await svix.endpoint.patchHeaders(app, 'main', {
			headers: { 'X-A': '3' },
			deleteHeaders: ['X-B'],
		});
		expect(await svix.endpoint.getHeaders(app, 'main')).toEqual({
			headers: { 'X-A': '3' },
			sensitive: [],
		});
		const { key } = await svix.endpoint.getSecret(app, 'main');
		await svix.endpoint.rotateSecret(app, 'main');
		const rotated = await svix.endpoint.getSecret(app, 'main');
		expect(rotated.key).not.toBe(key);
		await setReceiverSecrets({ standard: rotated.key });
		const second = await svix.endpoint.create(app, { url, disabled: true });
		await svix.endpoint.delete(app, second.id);
		expect(await refused(svix.endpoint.get(app, second.id))).toMatchObject({ status: 404 });
	});

	test('sends messages that Svix’s library verifies, and reads them', async () => {
		await planResponses(box, [{ status: 500 }]);
		message = await svix.message.create(app, {
			eventType: 'order.created',
			eventId: 'order-7',
			payload: { order: 7 },
		});
		const [received] = await readUntil(isAny, async () => await readInbox(box));
		expect(received).toMatchObject({
			verified: true,
			headers: { 'svix-id': message.id, 'webhook-id': message.id, 'x-a': '3' },
			body: '{"order":7}',
		});
		expect(await svix.message.get(app, 'order-7', { withContent: true })).toMatchObject({
			id: message.id,
			payload: { order: 7 },
		});
		expect((await svix.message.list(app)).data.map(({ id }) => id)).toEqual([message.id]);
		const again = { eventType: 'order.created', eventId: 'order-7', payload: {} };
		expect(await refused(svix.message.create(app, again))).toMatchObject({ status: 409 });
	});

	test('reads attempts, resends and recovers', async () => {
		const byMessage = await waitForAttempt(app, message.id);
		expect(byMessage.data).toMatchObject([{ status: 2, responseStatusCode: 500 }]);
		const [attempt] = byMessage.data;
		expect(await svix.messageAttempt.get(app, message.id, attempt.id)).toMatchObject({
			id: attempt.id,
			endpointId: endpoint.id,
		});
		expect(await svix.messageAttempt.resend(app, message.id, 'main')).toEqual({});
		expect((await readInbox(box)).map(({ verified }) => verified)).toEqual([true, true]);
		const byEndpoint = await svix.messageAttempt.listByEndpoint(app, 'main', { limit: 1 });
		expect(byEndpoint).toMatchObject({ data: [{ status: 0, triggerType: 1 }], done: false });
		const next = await svix.messageAttempt.listByEndpoint(app, 'main', {
			limit: 1,
			iterator: byEndpoint.iterator,
		});
		expect(next).toMatchObject({ data: [{ id: attempt.id }], done: true });
		expect((await svix.messageAttempt.listAttemptedMessages(app, 'main')).data).toMatchObject([
			{ id: message.id, statusText: 'success' },
		]);
		expect(
			(await svix.messageAttempt.listAttemptedDestinations(app, message.id)).data,
		).toMatchObject([{ id: endpoint.id, status: 0 }]);
		await svix.messageAttempt.expungeContent(app, message.id, attempt.id);
		expect(await svix.endpoint.getStats(app, 'main')).toMatchObject({ success: 1, fail: 0 });

		await planResponses(box, [{ status: 400 }]);
		await svix.message.create(app, { eventType: 'order.created', payload: { n: 2 } });
		const readStats = async () => await svix.endpoint.getStats(app, 'main');
		const failed = await readUntil(({ fail }) => fail === 1, readStats);
		expect(failed).toMatchObject({ success: 1, fail: 1 });
		const since = new Date(Date.now() - 3_600_000);
		expect(await svix.endpoint.recover(app, 'main', { since })).toMatchObject({
			status: 'running',
		});
		const recovered = await readUntil(
			({ success }) => success === 2,
			async () => {
				await deliverDue(outbox);
				return await readStats();
			},
		);
		expect(recovered).toMatchObject({ success: 2, fail: 0 });
	});

	test('sends an example, and expunges a payload', async () => {
		const before = (await readInbox(box)).length;
		const sent = await svix.endpoint.sendExample(app, 'main', { eventType: 'order.created' });
		expect(sent.payload).toEqual({ order: 7 });
		const examples = await readUntil(isAny, async () => (await readInbox(box)).slice(before));
		expect(examples).toMatchObject([{ verified: true, body: '{"order":7}' }]);
		await svix.message.expungeContent(app, message.id);
		expect(await svix.message.get(app, message.id)).toMatchObject({ payload: { expired: true } });
	});

	test('gives a subscriber access, which ends with the logout', async () => {
		const { token, url: link } = await svix.authentication.appPortalAccess(app, {});
		expect(link).toBe(`https://example.com/portal#key=${token}`);
		const subscriber = await connect(token);
		expect((await subscriber.endpoint.list(app)).data).toHaveLength(1);
		expect(await refused(subscriber.application.list())).toMatchObject({ status: 403 });
		await subscriber.authentication.logout();
		expect(await refused(subscriber.endpoint.list(app))).toMatchObject({ status: 401 });
	});

	test('checks the server’s health', async () => {
		expect(await svix.health.get()).toBeUndefined();
	});
});

describe('the delivery settings of an endpoint', () => {
	const app = uniqueName('settings');
	const create = async (box) =>
		await svix.endpoint.create(app, { url: `${receiver}/receive/none/${box}` });
	const change = async (id, settings) => {
		const path = `/app/${app}/endpoint/${id}/delivery-settings`;
		const answer = await curl('PATCH', path, { body: JSON.stringify(settings) });
		expect(answer).toMatchObject({ status: 200, data: settings });
		return answer.data;
	};
	const send = async (number) =>
		await svix.message.create(app, { eventType: 'order.created', payload: { number } });
	const listMessages = async (id) => {
		const { data } = await curl('GET', `/app/${app}/endpoint/${id}/msg`);
		return data.data.reverse();
	};
	const listNumbers = async (box) =>
		(await readInbox(box)).map(({ body }) => JSON.parse(body).number);

	beforeAll(async () => await svix.application.create({ name: 'Settings', uid: app }));

	test('pause it: messages wait, also after a PUT of Svix’s client, and are sent in order', async () => {
		const box = uniqueName('box');
		const { id, url: address } = await create(box);
		await change(id, { paused: true });
		expect(await svix.endpoint.get(app, id)).toMatchObject({ disabled: false });
		await svix.endpoint.upsert(app, id, { url: address, description: 'Renamed' });
		for (const number of [1, 2, 3]) await send(number);
		await deliverDue(outbox);
		expect(await readInbox(box)).toEqual([]);
		expect(await listMessages(id)).toMatchObject(
			[1, 2, 3].map(() => ({ statusText: 'pending', waitsFor: 'resume', nextAttempt: null })),
		);
		await change(id, { paused: false });
		await deliverDue(outbox);
		expect(await listNumbers(box)).toEqual([1, 2, 3]);
		await svix.endpoint.delete(app, id);
	});

	test('keep messages in order, and probe an endpoint that is down', async () => {
		const box = uniqueName('box');
		await planResponses(box, [{ status: 503 }, { status: 503 }]);
		const { id } = await create(box);
		await change(id, { inOrder: { key: null } });
		const first = await send(1);
		await waitForAttempt(app, first.id);
		await send(2);
		const [failed, waiting] = await readUntil(
			(found) => found[1]?.waitsFor === 'earlier',
			async () => await listMessages(id),
		);
		expect(failed).toMatchObject({ waitsFor: null, nextAttempt: expect.any(String) });
		expect(waiting).toMatchObject({ waitsFor: 'earlier', nextAttempt: null });
		await change(id, { circuitBreaker: { failures: 1, probeMinutes: 60 } });
		await svix.messageAttempt.resend(app, first.id, id);
		const { data: settings } = await curl('GET', `/app/${app}/endpoint/${id}/delivery-settings`);
		expect(Date.parse(settings.probeAt)).toBeGreaterThan(Date.now());
		expect(await listMessages(id)).toMatchObject(
			[1, 2].map(() => ({ waitsFor: 'probe', nextAttempt: settings.probeAt })),
		);
		await deliverDue(outbox);
		expect(await listNumbers(box)).toEqual([1, 1]);
		await svix.messageAttempt.resend(app, first.id, id);
		await deliverDue(outbox);
		expect(await listNumbers(box)).toEqual([1, 1, 1, 2]);
		await svix.endpoint.delete(app, id);
	});

	test('are changed with the right to manage only, and checked before anything runs', async () => {
		const { id } = await create(uniqueName('box'));
		const { api_key: key } = await createKey({ keyRights: ['read', 'replay'] });
		const path = `/app/${app}/endpoint/${id}/delivery-settings`;
		const before = await countExecutions();
		const body = '{"paused":true}';
		expect(await curl('PATCH', path, { key, body })).toMatchObject({ status: 403 });
		expect(await curl('PUT', path, { body: '{"inOrder":true}' })).toMatchObject({
			status: 422,
			data: { detail: [{ loc: ['body', 'inOrder'] }] },
		});
		expect(await countExecutions()).toBe(before);
		expect(await curl('GET', path, { key })).toMatchObject({
			status: 200,
			data: { paused: false, inOrder: null, circuitBreaker: null, probeAt: null },
		});
	});
});

describe('simultaneous requests', () => {
	const ways = [0, 1, 2, 3];
	/** Waits for requests. Returns what the one that succeeded got. */
	const expectOneOf = async (requests) => {
		const settled = await Promise.all(requests.map(refused));
		const won = settled.filter(({ value }) => value !== undefined);
		const others = settled.filter(({ value }) => value === undefined);
		expect(others.map(({ status }) => status)).toEqual([409, 409, 409]);
		expect(won).toHaveLength(1);
		return won[0].value;
	};

	test('give a uid to one endpoint', async () => {
		const app = uniqueName('once');
		await svix.application.create({ name: app, uid: app });
		const url = `${receiver}/receive/none/once`;
		const create = async (uid) => await svix.endpoint.create(app, { url, uid });
		const created = await expectOneOf(ways.map(async () => await create('main')));
		expect(await svix.endpoint.get(app, 'main')).toMatchObject({ id: created.id });
		expect((await svix.endpoint.list(app)).data).toHaveLength(1);
		for (const way of ways) await create(`e${way}`);
		const patch = async (way) => await svix.endpoint.patch(app, `e${way}`, { uid: 'moved' });
		const patched = await expectOneOf(ways.map(patch));
		expect(await svix.endpoint.get(app, 'moved')).toMatchObject({ id: patched.id });
		const uids = (await svix.endpoint.list(app)).data.map(({ uid }) => uid);
		expect(uids.filter((uid) => /^e\d$/.test(uid))).toHaveLength(3);
		expect(uids.filter((uid) => uid === 'moved')).toHaveLength(1);
	});

	test('give a uid to one application', async () => {
		const uid = uniqueName('long').padEnd(120, 'x');
		const create = async () => await svix.application.create({ name: 'Once', uid });
		const created = await expectOneOf(ways.map(create));
		expect(await svix.application.get(uid)).toMatchObject({ id: created.id });
		const { data } = await svix.application.list({ limit: 250 });
		expect(data.filter((application) => application.uid === uid)).toHaveLength(1);
	});
});

describe('a key', () => {
	test('for one tenant finds nothing of another, and ends when it is withdrawn', async () => {
		const [mine, theirs] = [uniqueName('mine'), uniqueName('theirs')];
		for (const uid of [mine, theirs]) await svix.application.create({ name: uid, uid });
		const { id } = await svix.endpoint.create(theirs, { url: `${receiver}/receive/none/x` });
		const key = await createKey({ keyAccess: 'tenant', tenantId: mine, keyRights: ['read'] });
		const subscriber = await connect(key.api_key);
		expect((await subscriber.endpoint.list(mine)).data).toEqual([]);
		expect(await refused(subscriber.endpoint.get(mine, id))).toMatchObject({ status: 404 });
		expect(await refused(subscriber.endpoint.list(theirs))).toMatchObject({ status: 404 });
		await own('tenant', 'withdrawKey', { tenantId: mine, keyId: key.id });
		expect(await refused(subscriber.endpoint.list(mine))).toMatchObject({ status: 401 });
		const second = await createKey({ keyAccess: 'tenant', tenantId: mine, keyRights: ['read'] });
		await own('tenant', 'withdrawAllKeys', { tenantId: mine });
		expect(await refused((await connect(second.api_key)).endpoint.list(mine))).toMatchObject({
			status: 401,
		});
	});
});

describe('a request that starts no execution', () => {
	test.each([
		['without a key', 'GET', '/app', { key: '' }, 401, 'authentication_failed'],
		['with an unknown key', 'GET', '/app', { key: 'testsk_1.eu' }, 401, 'authentication_failed'],
		['to an unknown path', 'GET', '/app/acme/integration', {}, 404, 'not_found'],
		['with another method', 'PUT', '/app', { body: '{}' }, 405, 'method_not_allowed'],
	])('is one %s', async (_, method, url, options, status, code) => {
		const before = await countExecutions();
		const answer = await curl(method, url, options);
		expect(answer).toMatchObject({ status, data: { code, detail: expect.any(String) } });
		expect(answer.head).toContain('content-type: application/json');
		expect(await countExecutions()).toBe(before);
	});

	test('is one with invalid fields, for health, or for the OpenAPI document', async () => {
		const before = await countExecutions();
		expect(await curl('POST', '/app', { body: '{"name":1}' })).toMatchObject({
			status: 422,
			data: { detail: [{ loc: ['body', 'name'], msg: 'must be text', type: 'type_error' }] },
		});
		for (const method of ['GET', 'HEAD']) {
			expect(await curl(method, '/health', { key: '' })).toMatchObject({ status: 204 });
		}
		const { data } = await curl('GET', '/openapi.json', { key: '' });
		expect(data).toMatchObject({ openapi: '3.1.0', servers: [{ url: api.server }] });
		expect(await countExecutions()).toBe(before);
	});
});

test('executions of the API say what was done and contain no secret', async () => {
	const secret = `whsec_${Buffer.from(newSecret()).toString('base64')}`.slice(0, 90);
	const app = uniqueName('quiet');
	await svix.application.create({ name: 'Quiet', uid: app });
	const query = newSecret();
	const { id } = await svix.endpoint.create(app, {
		url: `https://example.com/?k=${query}`,
		secret,
	});
	await countExecutions();
	const executions = await n8n.executions(api.id);
	const [answered] = stage.getOutputs(executions[0], 'Answer')[0];
	expect(answered.json).toMatchObject({
		operation: 'v1.endpoint.create',
		application: app,
		id,
		key_id: ownerKey.id,
		status_code: 201,
	});
	const everything = JSON.stringify(executions);
	for (const hidden of [secret, query, ownerKey.api_key]) expect(everything).not.toContain(hidden);
});
