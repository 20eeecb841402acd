/** The option Tenant, as a person and expressions set it. */
const { createStore } = require('../../../unit/outbox/memoryTables');

let mockStore;

jest.mock('../../../../build/nodes/shared/outbox/dataTables', () => ({
	openDataTables: () => mockStore.connect(),
}));

const { execute, NODES } = require('../../../harness/contexts');
const { CASES, fillInDefaults } = require('../../operations');

const credentials = {
	agentWebhookOutboxApi: { outboxName: 'outbox', encryptionSecret: 'k'.repeat(64) },
};

beforeEach(() => {
	mockStore = createStore();
});

async function act(parameters, items = [{}]) {
	const filled = fillInDefaults('agentWebhook', parameters);
	const { outputs } = await execute(
		filled,
		items.map((json) => ({ json })),
		{ credentials },
	);
	return outputs.map((output) => output.map(({ json }) => json));
}

const create = async (options, items) =>
	await act(
		{
			resource: 'endpoint',
			operation: 'create',
			endpointName: 'Orders',
			url: 'https://example.com/hook',
			platform: 'standardWebhooks',
			options,
		},
		items,
	);

const listTenants = () => mockStore.rows('endpoints').map(({ tenant_id }) => tenant_id);

/** An event that is not sent before this time needs no receiver. */
const TOMORROW = new Date(Date.now() + 86_400_000).toISOString();

const SEND = { resource: 'event', operation: 'send', sendTo: 'subscribers', customEventType: 'a' };

/** The operations that work on all tenants, or on no outbox. */
const WITHOUT =
	/^(?:delivery (?:deliverDue|prune)|endpoint answerApi$|event send$|eventType|tenant|signature|webhook|platformWebhook)/;

test.each(CASES.filter(([name]) => !WITHOUT.test(name)))(
	'%s has the option Tenant',
	(_, { resource, value: operation }) => {
		const [options] = NODES.agentWebhook.description.properties.filter(
			({ displayOptions, name }) =>
				name === 'options' &&
				displayOptions.show.resource?.includes(resource) &&
				displayOptions.show.operation?.includes(operation),
		);
		expect(options.options.map(({ name }) => name)).toContain('tenant');
	},
);

describe('the option Tenant', () => {
	test('means the default tenant only if it was not added', async () => {
		const [[item]] = await create({});
		expect(listTenants()).toEqual(['default']);
		expect(item).not.toHaveProperty('tenant_id');
	});

	test('can name another tenant for each item', async () => {
		const items = [{ of: 'acme' }, { of: 7 }];
		const [outputs] = await create({ tenant: '={{ $json.of }}' }, items);
		expect(outputs.map(({ tenant_id }) => tenant_id)).toEqual(['acme', '7']);
		expect(listTenants()).toEqual(['acme', '7']);
	});

	test.each([
		['an empty text', ''],
		['an expression that returns an empty text', '={{ "" }}'],
		['an expression that returns spaces', '={{ "  " }}'],
		['null', '={{ null }}'],
		['undefined', '={{ undefined }}'],
		['a field that is missing', '={{ $json.missing }}'],
		['an object', '={{ ({}) }}'],
		['a list', '={{ ["acme"] }}'],
		['an ID of which a part is missing', '=customer-{{ $json.missing }}'],
		['no ID', 'a b'],
	])('fails for %s, and never stands for the default tenant or for all', async (_, tenant) => {
		await expect(create({ tenant })).rejects.toThrow(/^"Tenant" /);
		await expect(act({ ...SEND, options: { tenant } })).rejects.toThrow(/^"Tenant" /);
		await expect(
			act({ resource: 'endpoint', operation: 'getAll', options: { tenant } }),
		).rejects.toThrow(/^"Tenant" /);
		expect(listTenants()).toEqual([]);
		expect(mockStore.rows('events')).toEqual([]);
	});

	test('sends each item’s event as its tenant, and All Tenants sends it to each', async () => {
		await create({ tenant: '={{ $json.of }}' }, [{ of: 'acme' }, { of: 'other' }]);
		const items = [{ of: 'acme' }, { of: 'other' }, { of: 'new' }, { of: 'acme' }];
		const listEvents = () => mockStore.rows('events').map(({ tenant_id }) => tenant_id);
		await act({ ...SEND, options: { tenant: '={{ $json.of }}', deliverAt: TOMORROW } }, items);
		expect(listEvents().sort()).toEqual(['acme', 'acme', 'new', 'other']);
		expect(mockStore.rows('deliveries')).toHaveLength(3);
		await act({ ...SEND, options: { allTenants: true, deliverAt: TOMORROW } });
		expect(listEvents().slice(4).sort()).toEqual(['acme', 'other']);
		expect(mockStore.rows('deliveries')).toHaveLength(5);
	});

	test('cannot be combined with All Tenants', async () => {
		const both = act({ ...SEND, options: { tenant: 'acme', allTenants: true } });
		await expect(both).rejects.toThrow(
			'"Tenant" and "All Tenants" are both set. Remove one of these options.',
		);
	});
});
