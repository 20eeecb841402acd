/** The operations that only the portal has: its view, recoveries with a report, and keys for a part of the events. */
const { deliverDue } = require('../../../build/core/outbox/dispatch/deliverDue');
const { LIMITS } = require('../outbox/world');

const { createSvixWorld, refused } = require('./svixWorld');

const HOOK = { url: 'https://acme.example/hooks' };
const SINCE = '2025-01-15T00:00:00.000Z';

async function createAcme(options) {
	const world = createSvixWorld(options);
	const svix = await world.client((await world.createKey()).token);
	for (const uid of ['acme', 'other']) await svix.application.create({ name: uid, uid });
	const send = async (eventType, more = {}) =>
		await svix.message.create('acme', { eventType, payload: {}, ...more });
	/** Asks with the key of a link. */
	const linkTo = async (input) => {
		const rights = ['read', 'manage', 'secrets'];
		const { token } = await world.createKey({ tenantId: 'acme', rights, isPortal: true, ...input });
		return async (method, path, body) => await world.ask(token, method, `/app/acme${path}`, body);
	};
	return { linkTo, send, svix, world };
}

test('the view has endpoints with their week, and the catalog with its examples', async () => {
	const { linkTo, send, svix } = await createAcme({ answer: () => 200 });
	await svix.endpoint.create('other', HOOK);
	const { id } = await svix.endpoint.create('acme', HOOK);
	const schemas = { 1: { type: 'object', examples: [{ order: 7 }] } };
	await svix.eventType.create({ name: 'order.created', description: 'Made', schemas });
	await svix.eventType.create({ name: 'order.old', description: '', archived: true });
	await send('order.created');
	const ask = await linkTo();
	const { data, status } = await ask('GET', '/portal');
	expect(status).toBe(200);
	expect(data.endpoints).toMatchObject([
		{
			id,
			url: HOOK.url,
			failingSince: null,
			disabledReason: null,
			conditions: [],
			week: { success: 1, fail: 0, pending: 0, lastDelivery: expect.any(String) },
		},
	]);
	expect(data.days).toHaveLength(7);
	expect(data.days.at(-1)).toMatchObject({ success: 1, fail: 0, medianMs: expect.any(Number) });
	expect(data.days[0]).toMatchObject({ success: 0, fail: 0, medianMs: null, p95Ms: null });
	expect(data.endpoints[0].days).toEqual(data.days);
	expect(data.eventTypes).toEqual([
		{ name: 'order.created', description: 'Made', groupName: null, example: { order: 7 } },
	]);
});

test('the view says why an endpoint was disabled, unless a subscriber disabled it', async () => {
	const { linkTo, send, svix } = await createAcme({ answer: () => 410 });
	const own = await svix.endpoint.create('acme', { ...HOOK, eventTypes: ['order.paid'] });
	const gone = await svix.endpoint.create('acme', { ...HOOK, eventTypes: ['order.created'] });
	await svix.endpoint.patch('acme', own.id, { disabled: true });
	await send('order.created');
	const { data } = await (await linkTo())('GET', '/portal');
	const reasons = new Map(data.endpoints.map(({ disabledReason, id }) => [id, disabledReason]));
	expect(reasons.get(own.id)).toBeNull();
	expect(reasons.get(gone.id)).toMatch(/410|gone/i);
});

test('the view says what an endpoint’s events wait for', async () => {
	const { linkTo, svix, world } = await createAcme();
	const own = await svix.endpoint.create('acme', HOOK);
	const paused = await svix.endpoint.create('acme', HOOK);
	const down = await svix.endpoint.create('acme', HOOK);
	const rows = world.store.rows('endpoints');
	const edit = (id, values) =>
		world.store.edit('endpoints', rows.find(({ endpoint_id }) => endpoint_id === id).id, values);
	edit(paused.id, { status: 'paused', status_reason: 'Paused by hand' });
	edit(down.id, {
		settings: JSON.stringify({ circuit_breaker: { failures: 1, probe_minutes: 5 } }),
		probe_at: '2030-01-01T00:00:00.000Z',
	});
	const ask = await linkTo();
	await ask('PATCH', `/endpoint/${own.id}/delivery-settings`, { paused: true });
	const { data } = await ask('GET', '/portal');
	const waits = new Map(
		data.endpoints.map(({ id, paused: isPaused, pausedReason, probeAt }) => [
			id,
			[isPaused, pausedReason, probeAt],
		]),
	);
	expect(waits.get(own.id)).toEqual([true, null, null]);
	expect(waits.get(paused.id)).toEqual([true, 'Paused by hand', null]);
	expect(waits.get(down.id)).toEqual([false, null, '2030-01-01T00:00:00.000Z']);
});

test('the view offers the alerts that the outbox sends, and that the link is for', async () => {
	const { svix, world } = await createAcme();
	await svix.eventType.create({ name: 'endpoint.disabled', description: 'Our own words' });
	const listTypes = async (sendsAlerts, filter) => {
		const { token } = await world.createKey({ tenantId: 'acme', rights: ['read'], filter });
		const ports = { ...world.process(), sendsAlerts };
		const { data } = await world.ask(token, 'GET', '/app/acme/portal', undefined, { ports });
		return data.eventTypes.map(({ description, name }) => [name, description]);
	};
	const ours = ['endpoint.disabled', 'Our own words'];
	expect(await listTypes(false)).toEqual([ours]);
	expect(await listTypes(true)).toEqual([
		ours,
		['endpoint.failing', 'An endpoint keeps failing'],
		['endpoint.recovered', 'An endpoint works again'],
		['delivery.exhausted', 'An event failed and is not retried'],
		['outbox.backlog', 'Deliveries are late'],
	]);
	const filter = { eventTypes: ['order.created', 'delivery.exhausted'], channels: [] };
	expect((await listTypes(true, filter)).map(([name]) => name)).toEqual(['delivery.exhausted']);
});

test('a link for some event types subscribes to the alerts among them only', async () => {
	const { linkTo } = await createAcme();
	const filter = { eventTypes: ['order.created', 'endpoint.failing'], channels: [] };
	const ask = await linkTo({ filter });
	const create = async (eventTypes) =>
		(await ask('POST', '/endpoint', { ...HOOK, eventTypes })).status;
	expect(await create(['order.created', 'endpoint.failing'])).toBe(201);
	expect(await create(['endpoint.failing', 'endpoint.disabled'])).toBe(422);
});

test('a key of another tenant does not get the view', async () => {
	const { world } = await createAcme();
	const { token } = await world.createKey({ tenantId: 'other' });
	expect(await world.ask(token, 'GET', '/app/acme/portal')).toMatchObject({ status: 404 });
});

test('a message is shown with its state and its attempts, the newest first', async () => {
	const { linkTo, send, svix, world } = await createAcme({ answer: () => 400 });
	const { id } = await svix.endpoint.create('acme', HOOK);
	const second = await svix.endpoint.create('acme', HOOK);
	const message = await send('order.created', { payload: { order: 7 } });
	world.answer = () => 200;
	world.clock.advance(60_000);
	await svix.messageAttempt.resend('acme', message.id, id);
	const ask = await linkTo({ rights: ['read'] });
	const { data } = await ask('GET', `/endpoint/${id}/msg/${message.id}`);
	expect(data).toMatchObject({
		eventType: 'order.created',
		payload: { order: 7 },
		delivery: { status: 0, nextAttempt: null },
		attempts: [
			{ endpointId: id, responseStatusCode: 200, triggerType: 1 },
			{ endpointId: id, responseStatusCode: 400, triggerType: 0 },
		],
	});
	const other = await ask('GET', `/endpoint/${second.id}/msg/${message.id}`);
	expect(other.data).toMatchObject({ delivery: { status: 2 }, attempts: [{ status: 2 }] });
});

test('a message of another tenant is not shown, and one that was not sent has no attempts', async () => {
	const { linkTo, send, svix } = await createAcme();
	const message = await send('order.created');
	const foreign = await svix.message.create('other', { eventType: 'order.created', payload: {} });
	const { id } = await svix.endpoint.create('acme', HOOK);
	const ask = await linkTo();
	expect(await ask('GET', `/endpoint/${id}/msg/${foreign.id}`)).toMatchObject({ status: 404 });
	expect((await ask('GET', `/endpoint/${id}/msg/${message.id}`)).data).toMatchObject({
		delivery: null,
		attempts: [],
	});
});

test('a recovery of failed messages is previewed, then queued', async () => {
	const { linkTo, send, svix, world } = await createAcme({ answer: () => 400 });
	const { id } = await svix.endpoint.create('acme', HOOK);
	await send('order.created');
	const ask = await linkTo({ rights: ['read', 'replay'] });
	const recover = async (preview) =>
		(await ask('POST', `/endpoint/${id}/recovery`, { kind: 'failed', since: SINCE, preview })).data;
	const report = { deliveries: 1, kept: 0, reason: null, isComplete: true };
	expect(await recover(true)).toEqual(report);
	expect(await svix.endpoint.getStats('acme', id)).toMatchObject({ fail: 1, pending: 0 });
	expect(await recover(false)).toEqual(report);
	world.answer = () => 200;
	await deliverDue(world.process(), LIMITS);
	expect(await svix.endpoint.getStats('acme', id)).toMatchObject({ success: 1 });
});

test('messages from before an endpoint existed are recovered', async () => {
	const { linkTo, send, svix, world } = await createAcme({ answer: () => 200 });
	await svix.endpoint.create('acme', HOOK);
	await send('order.created');
	world.clock.advance(60_000);
	const { id } = await svix.endpoint.create('acme', HOOK);
	const ask = await linkTo();
	const body = { kind: 'missing', since: SINCE, preview: false };
	expect((await ask('POST', `/endpoint/${id}/recovery`, body)).data).toMatchObject({
		deliveries: 1,
	});
});

test('a recovery of a disabled endpoint says what to do, in words of the portal', async () => {
	const { linkTo, send, svix } = await createAcme({ answer: () => 400 });
	const { id } = await svix.endpoint.create('acme', HOOK);
	await send('order.created');
	await svix.endpoint.patch('acme', id, { disabled: true });
	const ask = await linkTo();
	const body = { kind: 'failed', since: SINCE, preview: true };
	expect((await ask('POST', `/endpoint/${id}/recovery`, body)).data).toEqual({
		deliveries: 0,
		kept: 1,
		reason: 'The endpoint is disabled. Enable it first.',
		isComplete: true,
	});
});

test.each([
	['POST', '/endpoint/EP/recovery', { kind: 'failed', since: SINCE, preview: true }, 200],
	['PATCH', '/endpoint/EP', { description: 'x' }, 403],
	['DELETE', '/endpoint/EP', undefined, 403],
	['GET', '/endpoint/EP/secret', undefined, 403],
])('a link to replay may %s %s: %j is answered %i', async (method, path, body, status) => {
	const { linkTo, svix } = await createAcme();
	const { id } = await svix.endpoint.create('acme', HOOK);
	const ask = await linkTo({ rights: ['read', 'replay'] });
	expect(await ask(method, path.replace('EP', id), body)).toMatchObject({ status });
});

test('a link that only reads replays nothing', async () => {
	const { linkTo, send, svix } = await createAcme();
	const { id } = await svix.endpoint.create('acme', HOOK);
	const message = await send('order.created');
	const ask = await linkTo({ rights: ['read'] });
	expect(await ask('POST', `/msg/${message.id}/endpoint/${id}/resend`, {})).toMatchObject({
		status: 403,
	});
});

describe('a link for some event types', () => {
	const filter = { eventTypes: ['order.created'], channels: [] };

	async function createFiltered() {
		const acme = await createAcme({ answer: () => 200 });
		const { svix } = acme;
		const wide = await svix.endpoint.create('acme', HOOK);
		const narrow = await svix.endpoint.create('acme', { ...HOOK, eventTypes: ['order.created'] });
		for (const name of ['order.created', 'order.paid']) {
			await svix.eventType.create({ name, description: '' });
		}
		const shown = await acme.send('order.created');
		const hidden = await acme.send('order.paid');
		return { ...acme, wide, narrow, shown, hidden, ask: await acme.linkTo({ filter }) };
	}

	test('shows only endpoints, messages and event types of these', async () => {
		const { ask, hidden, narrow, shown, wide } = await createFiltered();
		const { data } = await ask('GET', '/portal');
		expect(data.endpoints.map(({ id }) => id)).toEqual([narrow.id]);
		expect(data.eventTypes.map(({ name }) => name)).toEqual(['order.created']);
		expect(data.days.at(-1)).toMatchObject({ success: 1 });
		expect((await ask('GET', '/endpoint')).data.data.map(({ id }) => id)).toEqual([narrow.id]);
		expect((await ask('GET', '/msg')).data.data.map(({ id }) => id)).toEqual([shown.id]);
		expect((await ask('GET', '/msg?event_types=order.paid')).data.data).toEqual([]);
		for (const path of [
			`/endpoint/${wide.id}`,
			`/endpoint/${wide.id}/secret`,
			`/endpoint/${wide.id}/msg`,
			`/attempt/endpoint/${wide.id}`,
			`/msg/${hidden.id}`,
			`/attempt/msg/${hidden.id}`,
			`/msg/${hidden.id}/endpoint`,
		]) {
			expect(await ask('GET', path)).toMatchObject({ status: 404 });
		}
		expect(await ask('GET', `/msg/${shown.id}`)).toMatchObject({ status: 200 });
	});

	test('shows nothing that an endpoint got when it was subscribed to more', async () => {
		const { ask, shown, svix, wide } = await createFiltered();
		await svix.endpoint.patch('acme', wide.id, { eventTypes: ['order.created'] });
		for (const path of [`/endpoint/${wide.id}/msg`, `/attempt/endpoint/${wide.id}`]) {
			const { data } = await ask('GET', path);
			expect(data.data.map(({ id, msgId = id }) => msgId)).toEqual([shown.id]);
		}
	});

	test('changes nothing beyond these', async () => {
		const { ask, narrow, wide } = await createFiltered();
		for (const [method, path, body] of [
			['POST', '/endpoint', HOOK],
			['POST', '/endpoint', { ...HOOK, eventTypes: ['order.created', 'order.paid'] }],
			['PUT', `/endpoint/${narrow.id}`, HOOK],
			['PATCH', `/endpoint/${narrow.id}`, { eventTypes: null }],
			['PATCH', `/endpoint/${narrow.id}`, { eventTypes: ['order.paid'] }],
		]) {
			expect(await ask(method, path, body)).toMatchObject({
				status: 422,
				data: { detail: [{ loc: ['body', 'eventTypes'] }] },
			});
		}
		expect(await ask('DELETE', `/endpoint/${wide.id}`)).toMatchObject({ status: 404 });
		expect(await ask('PATCH', `/endpoint/${narrow.id}`, { description: 'x' })).toMatchObject({
			status: 200,
		});
		const created = await ask('POST', '/endpoint', { ...HOOK, eventTypes: ['order.created'] });
		expect(created).toMatchObject({ status: 201 });
	});
});

test('a link for a channel shows only what is in it', async () => {
	const { linkTo, send, svix } = await createAcme({ answer: () => 200 });
	await svix.endpoint.create('acme', HOOK);
	const blue = await svix.endpoint.create('acme', { ...HOOK, channels: ['blue'] });
	const shown = await send('order.created', { channels: ['blue'] });
	const hidden = await send('order.created');
	const ask = await linkTo({ filter: { eventTypes: [], channels: ['blue'] } });
	expect((await ask('GET', '/endpoint')).data.data.map(({ id }) => id)).toEqual([blue.id]);
	expect((await ask('GET', '/msg')).data.data.map(({ id }) => id)).toEqual([shown.id]);
	expect(await ask('GET', '/msg?channel=red')).toMatchObject({ data: { data: [] } });
	expect(await ask('GET', `/msg/${hidden.id}`)).toMatchObject({ status: 404 });
	expect(await ask('PATCH', `/endpoint/${blue.id}`, { channels: [] })).toMatchObject({
		status: 422,
	});
});

describe('a link for a channel, at an endpoint that got more before', () => {
	const SPAN = { since: SINCE };

	async function createNarrowed() {
		const acme = await createAcme({ answer: () => 410 });
		const { linkTo, send, svix, world } = acme;
		const { id } = await svix.endpoint.create('acme', { ...HOOK, channels: ['blue', 'red'] });
		for (const channel of ['red', 'blue']) {
			await send('order.created', { payload: { channel }, channels: [channel] });
		}
		await svix.endpoint.patch('acme', id, { channels: ['blue'], disabled: false });
		const ask = await linkTo({ filter: { eventTypes: [], channels: ['blue'] } });
		await ask('PATCH', `/endpoint/${id}`, { url: 'https://elsewhere.example/hooks' });
		/** Returns what the endpoint gets after a recovery. */
		const recover = async (...call) => {
			const { data } = await ask('POST', ...call);
			world.answer = () => 200;
			const before = world.attempts.length;
			await deliverDue(world.process(), LIMITS);
			return { data, bodies: world.attempts.slice(before).map(({ body }) => body) };
		};
		return { id, recover };
	}

	test('leads nothing to a new URL that waits and is not in the channel', async () => {
		const { linkTo, send, svix, world } = await createAcme({ answer: () => 500 });
		const { id } = await svix.endpoint.create('acme', { ...HOOK, channels: ['blue', 'red'] });
		await send('order.created', { payload: { channel: 'red' }, channels: ['red'] });
		await svix.endpoint.patch('acme', id, { channels: ['blue'] });
		const ask = await linkTo({ filter: { eventTypes: [], channels: ['blue'] } });
		const path = `/endpoint/${id}`;
		const move = async () => await ask('PATCH', path, { url: 'https://elsewhere.example/' });
		expect(await move()).toMatchObject({ status: 409 });
		const { data } = await ask('GET', path);
		const same = { url: data.url, description: 'Same' };
		expect(await ask('PATCH', path, same)).toMatchObject({ status: 200 });
		world.answer = () => 200;
		world.clock.advance(3_600_000);
		await deliverDue(world.process(), LIMITS);
		world.answer = () => 500;
		await send('order.created', { payload: { channel: 'blue' }, channels: ['blue'] });
		expect(await move()).toMatchObject({ status: 200 });
	});

	test('recovers only what is in the channel', async () => {
		const { id, recover } = await createNarrowed();
		const { bodies } = await recover(`/endpoint/${id}/recover`, SPAN);
		expect(bodies).toEqual(['{"channel":"blue"}']);
	});

	test('recovers and counts only what is in the channel in the portal', async () => {
		const { id, recover } = await createNarrowed();
		const input = { kind: 'failed', preview: false, ...SPAN };
		const { bodies, data } = await recover(`/endpoint/${id}/recovery`, input);
		expect(data).toMatchObject({ deliveries: 1, kept: 0 });
		expect(bodies).toEqual(['{"channel":"blue"}']);
	});
});

test('an event type that was edited stops neither the portal nor the list of the others', async () => {
	const { linkTo, svix, world } = await createAcme();
	for (const name of ['order.created', 'order.paid']) {
		await svix.eventType.create({ name, description: '' });
	}
	world.store.edit('event_types', 1, { schema: '[' });
	const ask = await linkTo({});
	const { data, status } = await ask('GET', '/portal');
	expect([status, data.eventTypes.map(({ name }) => name)]).toEqual([200, ['order.paid']]);
	expect((await svix.eventType.list()).data.map(({ name }) => name)).toEqual(['order.paid']);
});

test('a link sends only examples that it may see', async () => {
	const { linkTo, svix } = await createAcme({ answer: () => 200 });
	const schemas = { 1: { type: 'object', examples: [{ order: 7 }] } };
	for (const name of ['order.created', 'order.paid']) {
		await svix.eventType.create({ name, description: '', schemas });
	}
	const body = { ...HOOK, eventTypes: ['order.created'], channels: ['blue'] };
	const { id } = await svix.endpoint.create('acme', body);
	const ask = await linkTo({ filter: { eventTypes: ['order.created'], channels: ['blue'] } });
	const send = async (eventType) =>
		await ask('POST', `/endpoint/${id}/send-example`, { eventType });
	expect(await send('order.paid')).toMatchObject({ status: 422 });
	const { data } = await send('order.created');
	expect(await ask('GET', `/msg/${data.id}`)).toMatchObject({ status: 200 });
});

describe('app-portal-access', () => {
	test('leads to the page that the trigger serves, for an hour', async () => {
		const { svix, world } = await createAcme();
		delete world.rules.portalUrl;
		world.portalUrl = 'https://n8n.example/webhook/x/svix/portal';
		const { token, url } = await svix.authentication.appPortalAccess('acme', {});
		expect(url).toBe(`${world.portalUrl}#${token}`);
		expect(await world.ask(token, 'GET', '/app/acme/portal')).toMatchObject({ status: 200 });
		world.clock.advance(3_600_000);
		expect(await world.ask(token, 'GET', '/app/acme/portal')).toMatchObject({ status: 401 });
	});

	test.each([
		[{}, ['read', 'manage', 'secrets']],
		[{ readOnly: true }, ['read']],
		[{ capabilities: ['ViewBase'] }, ['read']],
		[{ capabilities: ['ViewBase', 'CreateAttempts'] }, ['read', 'replay']],
		[{ capabilities: ['ManageEndpoint', 'ViewEndpointSecret'] }, ['read', 'manage', 'secrets']],
	])('with %j a link has the rights %j', async (body, rights) => {
		const { svix } = await createAcme();
		const { token } = await svix.authentication.appPortalAccess('acme', body);
		const [, payload] = /^agw_(.*)\./.exec(token);
		expect(JSON.parse(Buffer.from(payload, 'base64url'))[3]).toEqual(rights);
	});

	test('a link reveals no secrets if the key that asks for it may not', async () => {
		const { world } = await createAcme();
		const { token } = await world.createKey({ rights: ['read', 'manage'] });
		const ask = async (body) =>
			await world.ask(token, 'POST', '/auth/app-portal-access/acme', body);
		const { data } = await ask({});
		const [, payload] = /^agw_(.*)\./.exec(data.token);
		expect(JSON.parse(Buffer.from(payload, 'base64url'))[3]).toEqual(['read', 'manage']);
		expect(await ask({ capabilities: ['ViewBase', 'ViewEndpointSecret'] })).toMatchObject({
			status: 403,
			data: { detail: expect.stringContaining('lacks the right "secrets"') },
		});
	});

	test.each([
		[['manage'], {}, 'lacks the right "read"'],
		[['manage', 'secrets'], { readOnly: true }, 'lacks the right "read"'],
		[['manage', 'secrets'], { capabilities: ['ManageEndpoint'] }, 'lacks the right "read"'],
	])(
		'a key with the rights %j opens no portal, not with %j either',
		async (rights, body, detail) => {
			const { world } = await createAcme();
			const { token } = await world.createKey({ rights });
			expect(await world.ask(token, 'POST', '/auth/app-portal-access/acme', body)).toMatchObject({
				status: 403,
				data: { detail: expect.stringContaining(detail) },
			});
		},
	);

	test('a link resends if the key that asks for it manages', async () => {
		const { world } = await createAcme();
		const { token } = await world.createKey({ rights: ['read', 'manage'] });
		const body = { capabilities: ['CreateAttempts'] };
		const reply = await world.ask(token, 'POST', '/auth/app-portal-access/acme', body);
		expect(reply).toMatchObject({ status: 200 });
	});

	test('a link is for no more event types and channels than the key that asks for it', async () => {
		const { world } = await createAcme();
		const filter = { eventTypes: ['order.created', 'order.paid'], channels: [] };
		const { token } = await world.createKey({ filter });
		const ask = async (body) =>
			await world.ask(token, 'POST', '/auth/app-portal-access/acme', body);
		const readFilter = ({ data }) =>
			JSON.parse(Buffer.from(/^agw_(.*)\./.exec(data.token)[1], 'base64url'))[8];
		expect(readFilter(await ask({}))).toEqual(filter);
		expect(readFilter(await ask({ eventTypes: ['order.paid'], channels: ['blue'] }))).toEqual({
			eventTypes: ['order.paid'],
			channels: ['blue'],
		});
		expect(await ask({ eventTypes: ['order.paid', 'invoice.paid'] })).toMatchObject({
			status: 403,
			data: { detail: expect.stringContaining('order.created, order.paid') },
		});
	});

	test('a link ends with the key that asks for it at the latest', async () => {
		const { world } = await createAcme();
		const { token, expiresAtMs } = await world.createKey({ validMs: 60_000 });
		const { data } = await world.ask(token, 'POST', '/auth/app-portal-access/acme', {});
		const [, payload] = /^agw_(.*)\./.exec(data.token);
		expect(JSON.parse(Buffer.from(payload, 'base64url'))[5]).toBe(expiresAtMs);
	});

	test('a link is for seven days at most', async () => {
		const { svix } = await createAcme();
		const asked = svix.authentication.appPortalAccess('acme', { expiry: 604_801 });
		expect(await refused(asked)).toMatchObject({ status: 422 });
	});

	test('a link may be for some event types', async () => {
		const { svix, world } = await createAcme();
		await svix.endpoint.create('acme', HOOK);
		const { token: owner } = await world.createKey();
		const path = '/auth/app-portal-access/acme';
		const { data } = await world.ask(owner, 'POST', path, { eventTypes: ['order.created'] });
		const seen = await world.ask(data.token, 'GET', '/app/acme/endpoint');
		expect(seen.data.data).toEqual([]);
	});
});
