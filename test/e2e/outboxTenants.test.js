/** Tenants in a real n8n: two customers in one outbox, who see nothing of each other. */
const stage = require('./stage');

const { createActor, n8n, newSecret, readInbox, receiver, uniqueName } = stage;

afterAll(stage.deactivateWorkflows);

const outbox = uniqueName('tenants').replaceAll('-', '_');
const ids = { acme: 'acme', other: 'other.corp' };
const boxes = { acme: uniqueName('acme'), other: uniqueName('other') };

let credentials;

beforeAll(async () => {
	credentials = await n8n.createCredential('agentWebhookOutboxApi', outbox, {
		encryptionSecret: newSecret(),
		outboxName: outbox,
	});
});

const { act, done } = createActor(() => credentials, { simplify: false });

const register = async (tenant) => {
	const [[endpoint]] = await done('endpoint', 'create', {
		endpointName: 'Orders',
		url: `${receiver}/receive/none/${boxes[tenant]}`,
		platform: 'standardWebhooks',
		options: { allowHttp: true, allowInternal: true, tenant: ids[tenant] },
	});
	return endpoint;
};

const send = async (options, items) =>
	await act(
		'event',
		'send',
		{
			sendTo: 'subscribers',
			customEventType: 'order.created',
			options: { idempotencyKey: '={{ $json.key }}', ...options },
		},
		items,
	);

const list = async (resource, tenant) => {
	const options = tenant === undefined ? {} : { options: { tenant } };
	const [items] = await done(resource, 'getAll', { returnAll: true, ...options });
	return items.filter((item) => Object.keys(item).length > 0);
};

const byId = (name, value) => ({ [name]: { __rl: true, mode: 'id', value } });

test('two tenants register, send and list, and neither reaches what the other has', async () => {
	const endpoints = { acme: await register('acme'), other: await register('other') };
	expect(endpoints.acme).toMatchObject({ name: 'Orders', tenant_id: 'acme' });

	// One run for both, with the same idempotency keys.
	const items = Object.values(ids).flatMap((tenant) => [
		{ tenant, key: 'order 1', of: tenant },
		{ tenant, key: 'order 2', of: tenant },
	]);
	const sent = await send({ tenant: '={{ $json.tenant }}' }, items);
	expect([sent.status, sent.error]).toEqual(['success', undefined]);
	expect(sent.outputs[0].map(({ endpoint_id, tenant_id }) => [tenant_id, endpoint_id])).toEqual(
		items.map(({ tenant }) => [
			tenant,
			tenant === ids.acme ? endpoints.acme.id : endpoints.other.id,
		]),
	);
	for (const tenant of ['acme', 'other']) {
		const received = (await readInbox(boxes[tenant])).map(({ body }) => JSON.parse(body).data.of);
		expect(received).toEqual([ids[tenant], ids[tenant]]);
		expect(await list('endpoint', ids[tenant])).toMatchObject([{ id: endpoints[tenant].id }]);
		expect((await list('delivery', ids[tenant])).map(({ tenant_id }) => tenant_id)).toEqual([
			ids[tenant],
			ids[tenant],
		]);
	}
	expect(await list('endpoint')).toEqual([]);
	expect(await list('delivery')).toEqual([]);

	// What belongs to another tenant is not found, with its ID either.
	const [delivery] = await list('delivery', ids.other);
	for (const [resource, operation, parameters, message] of [
		['endpoint', 'get', byId('endpoint', endpoints.other.id), 'There is no endpoint'],
		['endpoint', 'delete', byId('endpoint', endpoints.other.id), 'There is no endpoint'],
		['delivery', 'get', byId('deliveryId', delivery.id), 'There is no delivery'],
		['delivery', 'replay', byId('deliveryId', delivery.id), 'There is no delivery'],
		['event', 'get', byId('eventId', delivery.event_id), 'There is no event'],
	]) {
		for (const options of [{ tenant: ids.acme }, {}]) {
			const { error, status } = await act(resource, operation, { ...parameters, options });
			expect([operation, status, error]).toEqual([
				operation,
				'error',
				expect.stringContaining(message),
			]);
		}
	}
	expect(await list('endpoint', ids.other)).toHaveLength(1);
});

test('an expression without a value fails, and goes neither to the default nor to all', async () => {
	const before = (await readInbox(boxes.acme)).length;
	for (const tenant of [
		'={{ "" }}',
		'={{ undefined }}',
		'={{ null }}',
		'={{ $json.missing }}',
		'',
	]) {
		const { error, status } = await send({ tenant }, [{ key: uniqueName('key') }]);
		expect([tenant, status, error]).toEqual([tenant, 'error', expect.stringMatching(/^"Tenant" /)]);
	}
	const both = await send({ tenant: ids.acme, allTenants: true }, [{ key: 'both' }]);
	expect(both.error).toContain('"Tenant" and "All Tenants" are both set');
	expect(await readInbox(boxes.acme)).toHaveLength(before);
});

test('a send to all tenants gives each an event of its own', async () => {
	const { outputs } = await send({ allTenants: true }, [{ key: 'news' }]);
	const [delivered] = outputs;
	expect(delivered.map(({ tenant_id }) => tenant_id).sort()).toEqual(Object.values(ids).sort());
	expect(new Set(delivered.map(({ event_id }) => event_id)).size).toBe(2);
});

test('a tenant is created once, limited, disabled, and deleted with everything it has', async () => {
	const create = { tenantId: ids.acme, tenantName: 'Acme', options: { maxEndpoints: 1 } };
	const [[tenant]] = await done('tenant', 'create', create);
	expect(tenant).toMatchObject({ id: 'acme', status: 'active', limits: { max_endpoints: 1 } });
	expect((await act('tenant', 'create', create)).error).toContain('a tenant "acme" already');
	const tooMany = await act('endpoint', 'create', {
		endpointName: 'Second',
		url: 'https://example.com/second',
		options: { tenant: ids.acme },
	});
	expect(tooMany.error).toContain('The tenant "acme" may have 1 endpoints');

	const update = { tenantId: ids.acme, updateFields: { status: 'disabled' } };
	await done('tenant', 'update', update);
	const refused = await send({ tenant: ids.acme }, [{ key: 'disabled' }]);
	expect(refused.error).toContain('The tenant "acme" is disabled');
	expect(await list('tenant')).toMatchObject([{ id: 'acme', status: 'disabled' }]);

	const [[deleted]] = await done('tenant', 'delete', { tenantId: ids.acme });
	expect(deleted).toEqual({
		deleted: true,
		deleted_endpoints: 1,
		deleted_events: 3,
		deleted_deliveries: 3,
		id: 'acme',
	});
	expect((await act('tenant', 'get', { tenantId: ids.acme })).error).toContain('no tenant "acme"');
	for (const resource of ['endpoint', 'delivery', 'event']) {
		expect(await list(resource, ids.acme)).toEqual([]);
		expect(await list(resource, ids.other)).not.toEqual([]);
	}
	await done('delivery', 'deliverDue', {});
	expect(await list('tenant')).toEqual([]);
});
