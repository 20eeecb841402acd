/** The editor's lists of an outbox, against a stub of n8n's public API. */
const {
	searchDeliveries,
} = require('../../../../build/nodes/AgentWebhook/listSearch/searchDeliveries');
const {
	getCatalogEventTypes,
	searchEventTypes,
} = require('../../../../build/nodes/AgentWebhook/listSearch/searchEventTypes');
const {
	searchEndpoints,
} = require('../../../../build/nodes/AgentWebhook/listSearch/searchEndpoints');

const endpoint = (name) => ({ id: 1, endpoint_id: `ep_${name}`, name, url: 'https://a.example' });

/** Returns a context as n8n gives it to a list search. */
function createContext(tables, projectId, parameters = {}) {
	const requests = [];
	const context = {
		additionalData: { dataTableProjectId: projectId },
		getCredentials: async () => ({
			outboxName: 'box',
			encryptionSecret: 'k'.repeat(32),
			n8nApiKey: 'key',
			n8nUrl: 'https://n8n.example/',
		}),
		getCurrentNodeParameter: (name) => parameters[name],
		getNode: () => ({
			name: 'Node',
			type: 'agentWebhook',
			typeVersion: 1,
			parameters: {},
			credentials: { agentWebhookOutboxApi: { id: '1', name: 'Outbox' } },
		}),
		helpers: {
			httpRequest: async ({ qs, url }) => {
				requests.push({ url, qs });
				const [, id] = /data-tables\/(\w+)\/rows$/.exec(url) ?? [];
				const data =
					id === undefined
						? tables.map(({ rows: _, ...table }) => table)
						: tables.find((table) => table.id === id).rows;
				return { statusCode: 200, body: { data } };
			},
		},
	};
	return { context, requests };
}

const ENDPOINTS = [
	{ id: 'mine', name: 'box_endpoints_v1', projectId: 'p1', rows: [endpoint('Mine')] },
	{ id: 'theirs', name: 'box_endpoints_v1', projectId: 'p2', rows: [endpoint('Theirs')] },
	{ id: 'other', name: 'my_box_endpoints_v1', projectId: 'p1', rows: [endpoint('Other')] },
];
const getNames = ({ results }) => results.map(({ name }) => name.replace(/ \(.*/, ''));

test('a list shows the tables of the workflow’s project, and reads no others', async () => {
	for (const [projectId, name, id] of [
		['p1', 'Mine', 'mine'],
		['p2', 'Theirs', 'theirs'],
	]) {
		const { context, requests } = createContext(ENDPOINTS, projectId);
		expect(getNames(await searchEndpoints.call(context))).toEqual([name]);
		const read = requests.filter(({ url }) => url.endsWith('/rows'));
		expect(read.map(({ url }) => url)).toEqual([
			`https://n8n.example/api/v1/data-tables/${id}/rows`,
		]);
	}
});

test('a list is empty if only other projects have tables with the name', async () => {
	const { context, requests } = createContext(ENDPOINTS, 'p3');
	expect(getNames(await searchEndpoints.call(context))).toEqual([]);
	expect(requests).toHaveLength(1);
});

test('a list says what to do if n8n does not tell the project and several have the tables', async () => {
	const { context, requests } = createContext(ENDPOINTS);
	await expect(searchEndpoints.call(context)).rejects.toMatchObject({
		message: '2 projects have an outbox with the name "box"',
		description: expect.stringMatching(/"By ID".*"Outbox Name"/),
	});
	expect(requests).toHaveLength(1);
	const [mine] = ENDPOINTS;
	const unique = createContext([mine]);
	expect(getNames(await searchEndpoints.call(unique.context))).toEqual(['Mine']);
});

test('the list of deliveries keeps its order when one is retried, and shows each once', async () => {
	const delivery = (id, rowId, minute, status) => ({
		id: rowId,
		delivery_id: id,
		event_type: 'order.created',
		endpoint_id: 'ep_Mine',
		accepted_at: `2025-01-15T10:0${minute}:00.000Z`,
		status,
	});
	const rows = [
		delivery('dlv_2', 2, 2, 'delivered'),
		delivery('dlv_1', 9, 1, 'pending'),
		delivery('dlv_1', 1, 1, 'sending'),
	];
	const tables = [
		ENDPOINTS[0],
		{ id: 'deliveries', name: 'box_deliveries_v1', projectId: 'p1', rows },
	];
	const { context, requests } = createContext(tables, 'p1');
	const { results } = await searchDeliveries.call(context);
	expect(results.map(({ name, value }) => `${value} ${/: (\w+)/.exec(name)[1]}`)).toEqual([
		'dlv_2 delivered',
		'dlv_1 pending',
	]);
	expect(requests.at(-1).qs.sortBy).toBe('accepted_at:desc');
});

test.each([
	['the tenant in the option Tenant', { tenant: 'acme' }, 'acme'],
	['the default tenant without the option', { concurrency: 5 }, 'default'],
	['the default tenant in a node without options', undefined, 'default'],
	['all tenants if an expression names the tenant', { tenant: '={{ $json.tenant }}' }, undefined],
	['all tenants if an expression returns the options', '={{ $json.options }}', undefined],
])('a list shows what belongs to %s', async (_, options, tenantId) => {
	const { context, requests } = createContext(ENDPOINTS, 'p1', { options });
	expect(getNames(await searchEndpoints.call(context))).toEqual(['Mine']);
	const { filter } = requests.at(-1).qs;
	expect(filter && JSON.parse(filter)).toEqual(
		tenantId && {
			type: 'and',
			filters: [{ columnName: 'tenant_id', condition: 'eq', value: tenantId }],
		},
	);
});

test('the event types of the catalog are listed by name for all tenants, without archived ones', async () => {
	const type = (name, archived) => ({ id: 1, name, description: `On ${name}`, archived });
	const rows = [type('order.paid', false), type('order.created', false), type('old', true)];
	const tables = [{ id: 'types', name: 'box_event_types_v1', projectId: 'p1', rows }];
	const options = { tenant: 'acme' };
	const { context, requests } = createContext(tables, 'p1', { options });
	const order = ['order.created', 'order.paid'];
	const { results } = await searchEventTypes.call(context, 'ORDER');
	expect(results.map(({ value }) => value)).toEqual(order);
	expect((await searchEventTypes.call(context, 'paid')).results).toHaveLength(1);
	const loaded = await getCatalogEventTypes.call(context);
	expect(loaded).toEqual(order.map((name) => ({ name, value: name, description: `On ${name}` })));
	const withoutCredential = {
		...context,
		getNode: () => ({ ...context.getNode(), credentials: {} }),
	};
	expect(await getCatalogEventTypes.call(withoutCredential)).toEqual([]);
	expect(requests.every(({ qs }) => qs.filter === undefined || /"name"/.test(qs.filter))).toBe(
		true,
	);
});

test('an n8n that cannot be reached is named without the password in its URL', async () => {
	const { context } = createContext(ENDPOINTS, 'p1');
	const fields = await context.getCredentials();
	context.getCredentials = async () => ({ ...fields, n8nUrl: 'https://me:pa55word@n8n.example' });
	context.helpers.httpRequest = async () => {
		throw new Error('connect ECONNREFUSED');
	};
	await expect(searchEndpoints.call(context)).rejects.toThrow(
		/ at https:\/\/n8n\.example\/api\/v1\/data-tables$/,
	);
});
