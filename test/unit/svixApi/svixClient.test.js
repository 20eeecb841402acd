const { Webhook } = require('standardwebhooks');

const { authenticateRequest } = require('../../../build/core/credentials/outbound');
const { createApiKeys } = require('../../../build/core/outbox/apiKey/apiKeyToken');
const { deliverDue } = require('../../../build/core/outbox/dispatch/deliverDue');
const { OPERATION_IDS } = require('../../../build/core/svixApi/svixRoutes');
const { serveSvixRequest } = require('../../../build/core/svixApi/svixServer');

const { HOUR, LIMITS, MINUTE } = require('../outbox/world');

const { createSvixWorld, refused } = require('./svixWorld');

const ENDPOINT = { url: 'https://acme.example/hooks', eventTypes: ['order.created'] };

/** A world with the application acme and Svix's client. */
async function createAcme(options) {
	const world = createSvixWorld(options);
	const { token } = await world.createKey();
	const svix = await world.client(token);
	await svix.application.create({ name: 'Acme Inc.', uid: 'acme' });
	return { world, svix, token };
}

describe('applications', () => {
	test('are created, read, replaced, changed, listed and deleted', async () => {
		const { svix } = await createAcme();
		const created = await svix.application.get('acme');
		expect(created).toMatchObject({ id: 'acme', uid: 'acme', name: 'Acme Inc.', metadata: {} });
		expect(created.createdAt).toEqual(new Date('2025-01-15T10:00:00.000Z'));

		const replaced = await svix.application.upsert('acme', {
			name: 'A',
			metadata: { plan: 'pro' },
		});
		expect(replaced).toMatchObject({ id: 'acme', uid: null, name: 'A', metadata: { plan: 'pro' } });
		const patched = await svix.application.patch('acme', { uid: 'acme-2' });
		expect(patched).toMatchObject({ id: 'acme', uid: 'acme-2', metadata: { plan: 'pro' } });
		expect(await svix.application.get('acme-2')).toEqual(patched);

		const other = await svix.application.upsert('other', { name: 'Other' });
		expect(other).toMatchObject({ id: 'other', uid: 'other' });
		const unnamed = await svix.application.create({ name: 'No uid' });
		expect(unnamed).toMatchObject({ id: expect.stringMatching(/^app_/), uid: null });
		const { data, done } = await svix.application.list();
		expect(data.map(({ id }) => id).sort()).toEqual(['acme', unnamed.id, 'other'].sort());
		expect(done).toBe(true);

		await svix.application.delete('other');
		expect(await refused(svix.application.get('other'))).toEqual({
			status: 404,
			body: { code: 'not_found', detail: 'Entity not found' },
		});
	});

	test('are created once: the second request conflicts, unless it is the same or asks for what exists', async () => {
		const { svix } = await createAcme();
		const taken = await refused(svix.application.create({ name: 'B', uid: 'acme' }));
		expect(taken).toMatchObject({ status: 409, body: { code: 'conflict' } });
		expect(await svix.application.getOrCreate({ name: 'B', uid: 'acme' })).toMatchObject({
			name: 'Acme Inc.',
		});
		for (const uid of [undefined, 'b']) {
			const create = () =>
				svix.application.create({ name: 'B', uid }, { idempotencyKey: `k${uid}` });
			expect(await create()).toEqual(await create());
		}
		const patched = await refused(svix.application.patch('b', { uid: 'acme' }));
		expect(patched).toMatchObject({ status: 409 });
	});

	test('have no rate limit of their own, and say so', async () => {
		const { svix } = await createAcme();
		expect(await refused(svix.application.patch('acme', { throttleRate: 5 }))).toEqual({
			status: 422,
			body: {
				detail: [
					{
						loc: ['body', 'throttleRate'],
						msg: 'is not supported: set a rate limit on each endpoint',
						type: 'value_error',
					},
				],
			},
		});
	});
});

describe('endpoints', () => {
	test('are created, read, replaced, changed and deleted, by ID and by uid', async () => {
		const { svix } = await createAcme();
		const created = await svix.endpoint.create('acme', {
			...ENDPOINT,
			uid: 'main',
			description: 'Orders',
			channels: ['eu'],
			metadata: { team: 'ops' },
			throttleRate: 5,
			headers: { 'X-Tenant': 'acme' },
		});
		expect(created).toMatchObject({
			id: expect.stringMatching(/^ep_/),
			uid: 'main',
			url: ENDPOINT.url,
			description: 'Orders',
			disabled: false,
			eventTypes: ['order.created'],
			channels: ['eu'],
			metadata: { team: 'ops' },
			throttleRate: 5,
		});
		expect(await svix.endpoint.get('acme', 'main')).toEqual(created);
		expect(await svix.endpoint.get('acme', created.id)).toEqual(created);

		const patched = await svix.endpoint.patch('acme', 'main', { disabled: true, channels: null });
		expect(patched).toMatchObject({ disabled: true, channels: null, throttleRate: 5, uid: 'main' });
		const replaced = await svix.endpoint.upsert('acme', 'main', { url: ENDPOINT.url });
		expect(replaced).toMatchObject({
			id: created.id,
			uid: null,
			description: '',
			disabled: false,
			eventTypes: null,
			metadata: {},
			throttleRate: null,
		});
		expect(await svix.endpoint.getHeaders('acme', created.id)).toEqual({
			headers: { 'X-Tenant': 'acme' },
			sensitive: [],
		});

		const upserted = await svix.endpoint.upsert('acme', 'second', { url: ENDPOINT.url });
		expect(upserted).toMatchObject({ uid: 'second' });
		expect(
			await svix.endpoint.upsert('acme', 'second', { url: ENDPOINT.url, uid: 'second' }),
		).toMatchObject({ id: upserted.id });
		expect(await refused(svix.endpoint.upsert('acme', 'ep_none', ENDPOINT))).toMatchObject({
			status: 404,
		});
		await svix.endpoint.delete('acme', 'second');
		expect(await refused(svix.endpoint.get('acme', 'second'))).toMatchObject({ status: 404 });
	});

	test('are created once with an idempotency key, and a uid belongs to one', async () => {
		const { svix } = await createAcme();
		const input = { ...ENDPOINT, uid: 'main' };
		const create = (body) => svix.endpoint.create('acme', body, { idempotencyKey: 'key 1' });
		const created = await create(input);
		expect(await create(input)).toEqual(created);
		expect(await refused(create({ ...input, uid: 'b' }))).toMatchObject({ status: 409 });
		expect(await refused(svix.endpoint.create('acme', input))).toMatchObject({ status: 409 });
		const { data } = await svix.endpoint.list('acme');
		expect(data).toEqual([created]);
	});

	test('are paged in both directions without gaps', async () => {
		const { svix, world } = await createAcme();
		const ids = [];
		for (let n = 0; n < 5; n += 1) {
			ids.push((await svix.endpoint.create('acme', ENDPOINT)).id);
			world.clock.advance(1000);
		}
		for (const order of ['ascending', 'descending']) {
			const expected = order === 'ascending' ? ids : ids.toReversed();
			const forward = [];
			let iterator = null;
			let page;
			do {
				page = await svix.endpoint.list('acme', { limit: 2, iterator, order });
				forward.push(...page.data.map(({ id }) => id));
				iterator = page.iterator;
			} while (!page.done);
			expect(forward).toEqual(expected);
			const back = await svix.endpoint.list('acme', {
				limit: 2,
				iterator: page.prevIterator,
				order,
			});
			expect(back.data.map(({ id }) => id)).toEqual(expected.slice(2, 4));
			expect(back.done).toBe(false);
			const first = await svix.endpoint.list('acme', {
				limit: 2,
				iterator: back.prevIterator,
				order,
			});
			expect(first.data.map(({ id }) => id)).toEqual(expected.slice(0, 2));
			expect(first.done).toBe(true);
		}
		expect(await refused(svix.endpoint.list('acme', { iterator: 'nonsense' }))).toMatchObject({
			status: 422,
			body: { detail: [{ loc: ['query', 'iterator'] }] },
		});
	});

	test('get headers, which are replaced and changed', async () => {
		const { svix } = await createAcme();
		const { id } = await svix.endpoint.create('acme', ENDPOINT);
		await svix.endpoint.setHeaders('acme', id, { headers: { 'X-A': '1', 'X-B': '2' } });
		await svix.endpoint.patchHeaders('acme', id, {
			headers: { 'X-C': '3' },
			deleteHeaders: ['x-a'],
		});
		expect((await svix.endpoint.getHeaders('acme', id)).headers).toEqual({
			'X-B': '2',
			'X-C': '3',
		});
		await svix.endpoint.setHeaders('acme', id, { headers: { 'X-D': '4' } });
		expect((await svix.endpoint.getHeaders('acme', id)).headers).toEqual({ 'X-D': '4' });
		const reserved = svix.endpoint.setHeaders('acme', id, { headers: { 'svix-id': 'mine' } });
		expect(await refused(reserved)).toMatchObject({
			status: 422,
			body: { detail: [{ loc: ['body', 'headers', 'svix-id'] }] },
		});
	});

	test('have headers and metadata of a limited size, however they are added', async () => {
		const { svix } = await createAcme();
		const large = { status: 422, body: { detail: [{ loc: ['body', 'headers'] }] } };
		const toHeaders = (name) =>
			Object.fromEntries([0, 1, 2].map((index) => [`X-${name}-${index}`, 'x'.repeat(4000)]));
		const both = { ...toHeaders('A'), ...toHeaders('B') };
		const asked = svix.endpoint.create('acme', { ...ENDPOINT, headers: both });
		expect(await refused(asked)).toMatchObject(large);
		const { id } = await svix.endpoint.create('acme', { ...ENDPOINT, headers: toHeaders('A') });
		const patch = async (headers) => await svix.endpoint.patchHeaders('acme', id, { headers });
		expect(await refused(patch(toHeaders('B')))).toMatchObject(large);
		expect((await svix.endpoint.getHeaders('acme', id)).headers).toEqual(toHeaders('A'));
		const metadata = { note: 'x'.repeat(4090) };
		expect(await refused(svix.endpoint.patch('acme', id, { metadata }))).toMatchObject({
			status: 422,
			body: { detail: [{ loc: ['body', 'metadata'] }] },
		});
	});

	test('have a secret, which is rotated once for one request', async () => {
		const { svix, world } = await createAcme();
		const secret = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;
		const { id } = await svix.endpoint.create('acme', { ...ENDPOINT, secret });
		expect(await svix.endpoint.getSecret('acme', id)).toEqual({ key: secret });
		const rotate = (key) => svix.endpoint.rotateSecret('acme', id, {}, { idempotencyKey: key });
		await rotate('k');
		const { key } = await svix.endpoint.getSecret('acme', id);
		expect(key).not.toBe(secret);
		await rotate('k');
		expect(await svix.endpoint.getSecret('acme', id)).toEqual({ key });
		const { secrets } = await world.endpoint(id);
		expect(secrets.signing.map((entry) => entry.secret)).toEqual([key, secret]);
		await svix.endpoint.rotateSecret('acme', id, { key: secret, gracePeriodSeconds: 0 });
		expect(await svix.endpoint.getSecret('acme', id)).toEqual({ key: secret });
	});
});

describe('messages', () => {
	test('are delivered as Svix does: the payload alone, with Svix’s headers too', async () => {
		const { svix, world } = await createAcme();
		const { id } = await svix.endpoint.create('acme', ENDPOINT);
		const { key } = await svix.endpoint.getSecret('acme', id);
		const process = world.process();
		const sent = [];
		const attempt = process.attempt;
		world.process = () => ({
			...process,
			attempt: async (outgoing) => {
				sent.push(outgoing);
				return await attempt(outgoing);
			},
		});
		const payload = { order: 7, nested: { a: [1, 2] } };
		const message = await svix.message.create('acme', { eventType: 'order.created', payload });
		expect(message).toMatchObject({ eventType: 'order.created', payload: {}, eventId: null });
		const [{ body, credential, key: deliveryKey, nowMs }] = sent;
		expect(JSON.parse(body.toString())).toEqual(payload);
		expect(deliveryKey).toBe(message.id);
		const { headers } = authenticateRequest(credential, {
			body,
			id: deliveryKey,
			nowMs,
			platformId: 'standardWebhooks',
		});
		for (const prefix of ['svix', 'webhook']) {
			expect(headers).toMatchObject({
				[`${prefix}-id`]: message.id,
				[`${prefix}-timestamp`]: String(nowMs / 1000),
				[`${prefix}-signature`]: expect.stringMatching(/^v1,/),
			});
		}
		expect(headers['svix-signature']).toBe(
			new Webhook(key).sign(message.id, new Date(nowMs), body.toString()),
		);
	});

	test('reach the endpoints that listen to their type and channel', async () => {
		const { svix, world } = await createAcme();
		const create = async (fields) =>
			(await svix.endpoint.create('acme', { url: ENDPOINT.url, ...fields })).id;
		const ids = {
			any: await create({}),
			eu: await create({ channels: ['eu', 'us'] }),
			invoices: await create({ eventTypes: ['invoice.paid'] }),
		};
		const send = async (fields) => {
			const before = world.attempts.length;
			await svix.message.create('acme', { eventType: 'order.created', payload: {}, ...fields });
			return world.attempts
				.slice(before)
				.map(({ endpointId }) => endpointId)
				.sort();
		};
		expect(await send({})).toEqual([ids.any]);
		expect(await send({ channels: ['eu'] })).toEqual([ids.any, ids.eu].sort());
		expect(await send({ channels: ['asia'] })).toEqual([ids.any]);
		expect(await send({ eventType: 'invoice.paid' })).toEqual([ids.any, ids.invoices].sort());
	});

	test('are found by ID and eventId, listed, filtered and paged', async () => {
		const { svix, world } = await createAcme();
		const ids = [];
		for (let n = 0; n < 5; n += 1) {
			const { id } = await svix.message.create('acme', {
				eventType: n % 2 ? 'order.created' : 'invoice.paid',
				payload: { n },
				eventId: `my-${n}`,
				channels: n < 2 ? ['eu'] : undefined,
			});
			ids.unshift(id);
			// Two messages have the same time.
			if (n !== 2) world.clock.advance(1000);
		}
		const byEventId = await svix.message.get('acme', 'my-3', { withContent: true });
		expect(byEventId).toMatchObject({ eventId: 'my-3', payload: { n: 3 } });
		expect(await svix.message.get('acme', byEventId.id, { withContent: true })).toEqual(byEventId);

		const all = (await svix.message.list('acme')).data.map(({ id }) => id);
		expect([...all].sort()).toEqual([...ids].sort());
		const forward = [];
		let iterator = null;
		let page;
		do {
			page = await svix.message.list('acme', { limit: 2, iterator });
			forward.push(...page.data.map(({ id }) => id));
			iterator = page.iterator;
		} while (!page.done);
		expect(forward).toEqual(all);
		const back = await svix.message.list('acme', { limit: 2, iterator: page.prevIterator });
		expect(back.data.map(({ id }) => id)).toEqual(all.slice(2, 4));
		const first = await svix.message.list('acme', { limit: 2, iterator: back.prevIterator });
		expect(first.data.map(({ id }) => id)).toEqual(all.slice(0, 2));
		expect(first.done).toBe(true);

		const list = async (options) =>
			(await svix.message.list('acme', { withContent: true, ...options })).data.map(
				({ payload }) => payload.n,
			);
		expect(await list({ eventTypes: ['order.created'] })).toEqual([3, 1]);
		expect((await list({ eventTypes: ['order.created', 'invoice.paid'] })).sort()).toEqual([
			0, 1, 2, 3, 4,
		]);
		expect(await list({ channel: 'eu' })).toEqual([1, 0]);
		expect(await list({ before: new Date('2025-01-15T10:00:01.000Z') })).toEqual([0]);
		expect((await list({ after: new Date('2025-01-15T10:00:02.000Z') })).sort()).toEqual([2, 3, 4]);
	});

	test('are sent once for one request, and an eventId belongs to one message', async () => {
		const { svix, world } = await createAcme();
		await svix.endpoint.create('acme', ENDPOINT);
		const message = { eventType: 'order.created', payload: { a: 1 } };
		const send = (fields, idempotencyKey) =>
			svix.message.create('acme', { ...message, ...fields }, { idempotencyKey });
		for (const fields of [{}, { eventId: 'my-1' }]) {
			const before = world.attempts.length;
			const sent = await send(fields, 'key 1');
			expect(await send(fields, 'key 1')).toEqual(sent);
			expect(world.attempts).toHaveLength(before + 1);
		}
		expect(await refused(send({ eventId: 'my-1' }))).toMatchObject({ status: 409 });
		expect(await refused(send({ payload: { a: 2 } }, 'key 1'))).toMatchObject({ status: 409 });
	});

	test('keep the digits of big numbers', async () => {
		const { token, world } = await createAcme();
		const { statusCode, text } = await world.call('POST', '/app/acme/msg', {
			authorization: `Bearer ${token}`,
			body: '{"eventType":"order.created","payload":{"id":616581622363398142}}',
		});
		expect(statusCode).toBe(202);
		expect(text).toContain('616581622363398142');
	});

	test('create their application, if they bring it', async () => {
		const { svix } = await createAcme();
		const message = { eventType: 'order.created', payload: {} };
		expect(await refused(svix.message.create('new', message))).toMatchObject({ status: 404 });
		await svix.message.create('new', { ...message, application: { name: 'New' } });
		expect(await svix.application.get('new')).toMatchObject({ name: 'New', uid: 'new' });
	});

	test('are delivered later, if they say so', async () => {
		const { svix, world } = await createAcme();
		await svix.endpoint.create('acme', ENDPOINT);
		const deliverAt = new Date('2025-01-15T11:00:00.000Z');
		const message = { eventType: 'order.created', payload: {}, deliverAt };
		expect((await svix.message.create('acme', message)).deliverAt).toEqual(deliverAt);
		expect(world.attempts).toEqual([]);
		world.clock.advance(HOUR);
		await deliverDue(world.process(), LIMITS);
		expect(world.attempts).toHaveLength(1);
	});

	test('are expunged: the payload is gone, and the message cannot be resent', async () => {
		const { svix } = await createAcme();
		const { id: endpointId } = await svix.endpoint.create('acme', ENDPOINT);
		const { id } = await svix.message.create('acme', {
			eventType: 'order.created',
			payload: { a: 1 },
		});
		await svix.message.expungeContent('acme', id);
		expect(await svix.message.get('acme', id)).toMatchObject({ payload: { expired: true } });
		expect(await refused(svix.messageAttempt.resend('acme', id, endpointId))).toMatchObject({
			status: 409,
		});
	});

	test('are answered before their endpoints are', async () => {
		const { token, world } = await createAcme({ attemptMs: 30_000 });
		const svix = await world.client(token);
		await svix.endpoint.create('acme', ENDPOINT);
		const message = { eventType: 'order.created', payload: {} };
		let attemptsAtReply;
		const key = await world.createKey();
		await serveSvixRequest(
			{ outbox: world.process(), keys: createApiKeys('outbox', ['x'.repeat(32)]) },
			world.rules,
			{ operation: 'v1.message.create', path: { app_id: 'acme' }, query: {}, body: message, key },
			async () => {
				attemptsAtReply = world.attempts.length;
			},
		);
		expect(attemptsAtReply).toBe(0);
		expect(world.attempts).toHaveLength(1);
	});
});

describe('attempts', () => {
	/** A world whose receiver fails twice. Returns the message and its endpoint. */
	async function createFailed() {
		const acme = await createAcme({
			answer: ({ count }) => ({
				kind: 'response',
				statusCode: count < 3 ? 503 : 200,
				headers: {},
				body: `answer ${count}`,
				bodyTruncated: false,
			}),
		});
		const { svix, world } = acme;
		const { id: endpointId } = await svix.endpoint.create('acme', ENDPOINT);
		const { id } = await svix.message.create('acme', {
			eventType: 'order.created',
			payload: { a: 1 },
			channels: ['eu'],
			eventId: 'my-1',
		});
		world.clock.advance(HOUR);
		await deliverDue(world.process(), LIMITS);
		return { ...acme, endpointId, id };
	}

	test('are listed by endpoint and by message, and read one by one', async () => {
		const { endpointId, id, svix, world } = await createFailed();
		const { data } = await svix.messageAttempt.listByMsg('acme', 'my-1', { withContent: true });
		expect(data).toMatchObject([
			{ status: 2, statusText: 'fail', responseStatusCode: 503, response: 'answer 2' },
			{ status: 2, responseStatusCode: 503, response: 'answer 1', triggerType: 0 },
		]);
		expect(data[0]).toMatchObject({ msgId: id, endpointId, url: ENDPOINT.url });
		world.clock.advance(MINUTE);
		await svix.messageAttempt.resend('acme', id, endpointId);
		const byEndpoint = await svix.messageAttempt.listByEndpoint('acme', endpointId, {
			withContent: true,
			withMsg: true,
		});
		expect(byEndpoint.data.map(({ statusText }) => statusText)).toEqual([
			'success',
			'fail',
			'fail',
		]);
		expect(byEndpoint.data[0]).toMatchObject({ triggerType: 1, msg: { eventId: 'my-1' } });
		const { msg: _, ...first } = byEndpoint.data[0];
		expect(await svix.messageAttempt.get('acme', id, first.id)).toEqual({
			...first,
			msg: undefined,
		});
		expect(await refused(svix.messageAttempt.get('acme', id, 'atmpt_none_1'))).toMatchObject({
			status: 404,
		});
	});

	test('are filtered and paged in both directions', async () => {
		const { endpointId, id, svix, world } = await createFailed();
		await svix.messageAttempt.resend('acme', id, endpointId);
		world.clock.advance(MINUTE);
		await svix.message.create('acme', { eventType: 'order.created', payload: {} });
		const all = (await svix.messageAttempt.listByEndpoint('acme', endpointId)).data;
		expect(all.map(({ responseStatusCode }) => responseStatusCode)).toEqual([503, 200, 503, 503]);
		const forward = [];
		let iterator = null;
		let page;
		do {
			page = await svix.messageAttempt.listByEndpoint('acme', endpointId, { limit: 1, iterator });
			forward.push(...page.data);
			iterator = page.iterator;
		} while (!page.done);
		expect(forward).toEqual(all);
		const back = await svix.messageAttempt.listByEndpoint('acme', endpointId, {
			limit: 2,
			iterator: page.prevIterator,
		});
		expect(back.data).toEqual(all.slice(1, 3));
		const list = async (options) =>
			(await svix.messageAttempt.listByEndpoint('acme', endpointId, options)).data.map((attempt) =>
				all.findIndex((other) => other.id === attempt.id),
			);
		expect(await list({ status: 0 })).toEqual([1]);
		expect(await list({ status: 2 })).toEqual([0, 2, 3]);
		expect(await list({ status: 1 })).toEqual([]);
		expect(await list({ statusCodeClass: 500 })).toEqual([0, 2, 3]);
		expect(await list({ channel: 'eu' })).toEqual([1, 2, 3]);
		expect(await list({ eventTypes: ['invoice.paid'] })).toEqual([]);
		expect(await list({ before: all[2].timestamp })).toEqual([3]);
		expect(await list({ after: all[2].timestamp })).toEqual([0, 1]);
	});

	test('show the messages of an endpoint and the endpoints of a message', async () => {
		const { endpointId, id, svix } = await createFailed();
		const messages = await svix.messageAttempt.listAttemptedMessages('acme', endpointId, {
			withContent: true,
		});
		expect(messages.data).toMatchObject([
			{
				id,
				eventId: 'my-1',
				statusText: 'pending',
				payload: { a: 1 },
				nextAttempt: expect.any(Date),
			},
		]);
		const destinations = await svix.messageAttempt.listAttemptedDestinations('acme', id);
		expect(destinations.data).toMatchObject([{ id: endpointId, status: 1, url: ENDPOINT.url }]);
		const failed = await svix.messageAttempt.listAttemptedMessages('acme', endpointId, {
			status: 2,
		});
		expect(failed.data).toEqual([]);
	});

	test('lose their response when it is expunged', async () => {
		const { id, svix } = await createFailed();
		const options = { withContent: true };
		const [newest, oldest] = (await svix.messageAttempt.listByMsg('acme', id, options)).data;
		await svix.messageAttempt.expungeContent('acme', id, newest.id);
		expect((await svix.messageAttempt.listByMsg('acme', id, options)).data).toEqual([
			{ ...newest, response: '' },
			oldest,
		]);
	});

	test('are counted, and recovered', async () => {
		const { svix, world } = await createAcme({ answer: () => 400 });
		const { id } = await svix.endpoint.create('acme', ENDPOINT);
		await svix.message.create('acme', { eventType: 'order.created', payload: {} });
		expect(await svix.endpoint.getStats('acme', id)).toEqual({
			success: 0,
			pending: 0,
			sending: 0,
			fail: 1,
			canceled: 0,
		});
		const since = new Date('2025-01-15T00:00:00.000Z');
		const task = await svix.endpoint.recover('acme', id, { since });
		expect(task).toMatchObject({ status: 'running', task: 'endpoint.recover' });
		expect(await svix.endpoint.getStats('acme', id)).toMatchObject({ fail: 0, pending: 1 });
		world.answer = () => 200;
		await deliverDue(world.process(), LIMITS);
		expect(await svix.endpoint.getStats('acme', id, { since })).toMatchObject({ success: 1 });
	});
});

describe('event types', () => {
	const schemas = { 1: { type: 'object', examples: [{ order: 7 }] } };

	test('are created, read, changed, listed, archived and deleted', async () => {
		const { svix } = await createAcme();
		const created = await svix.eventType.create({
			name: 'order.created',
			description: 'An order',
			schemas,
			groupName: 'orders',
		});
		expect(created).toMatchObject({
			schemas,
			archived: false,
			deprecated: false,
			groupName: 'orders',
		});
		expect(await svix.eventType.get('order.created')).toEqual(created);
		expect(
			await refused(svix.eventType.create({ name: 'order.created', description: '' })),
		).toMatchObject({
			status: 409,
		});
		expect(await svix.eventType.patch('order.created', { description: 'B' })).toMatchObject({
			schemas,
		});
		await svix.eventType.upsert('invoice.paid', { description: 'An invoice' });
		const listed = await svix.eventType.list({ limit: 1 });
		expect(listed).toMatchObject({ data: [{ name: 'invoice.paid', schemas: null }], done: false });
		const next = await svix.eventType.list({ iterator: listed.iterator, withContent: true });
		expect(next).toMatchObject({ data: [{ name: 'order.created', schemas }], done: true });

		await svix.eventType.delete('order.created');
		expect((await svix.eventType.list()).data).toHaveLength(1);
		expect((await svix.eventType.list({ includeArchived: true })).data).toHaveLength(2);
		expect(await svix.eventType.create({ name: 'order.created', description: 'C' })).toMatchObject({
			archived: false,
		});
		await svix.eventType.delete('order.created', { expunge: true });
		expect(await refused(svix.eventType.get('order.created'))).toMatchObject({ status: 404 });
	});

	test('check payloads, if the owner wants it', async () => {
		const { svix, world } = await createAcme();
		const strict = { 1: { type: 'object', required: ['order'] } };
		await svix.eventType.create({ name: 'order.created', description: '', schemas: strict });
		const send = async (payload) =>
			await refused(svix.message.create('acme', { eventType: 'order.created', payload }));
		expect(await send({})).toBeUndefined();
		world.rules.checksPayloads = true;
		expect(await send({ order: 7 })).toBeUndefined();
		const { body, status } = await send({});
		expect({ status, ...body.detail[0] }).toEqual({
			status: 422,
			loc: ['body', 'payload'],
			msg: expect.stringMatching(/^The data does not match the schema .*"order".*\.$/),
			type: 'value_error',
		});
		expect(body.detail[0].msg).not.toContain('→');
		const unknown = svix.eventType.create({
			name: 'order.paid',
			description: '',
			schemas: { 1: { type: 'nonsense' } },
		});
		expect(await refused(unknown)).toMatchObject({
			status: 422,
			body: { detail: [{ loc: ['body', 'schemas'] }] },
		});
	});

	test('have examples, which endpoints get', async () => {
		const { svix, world } = await createAcme();
		const { id } = await svix.endpoint.create('acme', { url: ENDPOINT.url });
		await svix.endpoint.create('acme', { url: ENDPOINT.url });
		await svix.eventType.create({ name: 'order.created', description: '', schemas });
		const sent = await svix.endpoint.sendExample('acme', id, { eventType: 'order.created' });
		expect(sent).toMatchObject({ eventType: 'order.created', payload: { order: 7 } });
		expect(world.attempts).toMatchObject([{ endpointId: id, body: '{"order":7}' }]);
		expect(await svix.message.get('acme', sent.id)).toMatchObject({ id: sent.id });
		const without = svix.endpoint.sendExample('acme', id, { eventType: 'order.paid' });
		expect(await refused(without)).toMatchObject({ status: 422 });
	});
});

test('every operation that needs a key is driven by Svix’s client above', () => {
	// Health and the document are answered by the trigger. What Svix's server lacks is tested in portal.test.js,
	// endpointAuthentication.test.js and deliverySettings.test.js.
	const keyed = OPERATION_IDS.filter(
		(id) =>
			!/^v1\.(?:health\.|openapi\.|portal\.|endpoint\.(?:get-message|recovery|[a-z]+-(?:authentication|delivery-settings))$)/.test(
				id,
			),
	);
	expect(keyed).toHaveLength(39);
});
