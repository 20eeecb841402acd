/** The keys of tenants, and the node that answers API requests, on tables in memory. */
const { createStore } = require('../../../../unit/outbox/memoryTables');

let mockStore;

jest.mock('../../../../../build/nodes/shared/outbox/dataTables', () => ({
	openDataTables: () => mockStore.connect(),
}));

const { createApiKeys } = require('../../../../../build/core/outbox/apiKey/apiKeyToken');
const { execute } = require('../../../../harness/contexts');
const { fillInDefaults } = require('../../../operations');

const KEY = 'k'.repeat(64);
const DAY = 86_400_000;

beforeEach(() => {
	mockStore = createStore();
});

async function act(resource, operation, parameters = {}, json = {}) {
	const credentials = {
		agentWebhookOutboxApi: { outboxName: 'outbox', encryptionSecret: KEY },
	};
	const filled = fillInDefaults('agentWebhook', { resource, operation, ...parameters });
	const { outputs } = await execute(filled, [{ json }], { credentials });
	return outputs[0].map((item) => item.json);
}

const createKey = async (parameters) => (await act('tenant', 'createApiKey', parameters))[0];

test('a key for a tenant carries what was chosen', async () => {
	await act('tenant', 'create', { tenantId: 'acme' });
	const item = await createKey({
		keyAccess: 'tenant',
		tenantId: 'acme',
		keyRights: ['read', 'send'],
		options: { validDays: 2 },
	});
	expect(item).toEqual({
		api_key: expect.stringMatching(/^agw_/),
		id: expect.stringMatching(/^key_/),
		tenant_id: 'acme',
		rights: ['read', 'send'],
		created_at: expect.any(String),
		expires_at: expect.any(String),
	});
	expect(Date.parse(item.expires_at) - Date.parse(item.created_at)).toBe(2 * DAY);
	expect(createApiKeys('outbox', [KEY]).verify(item.api_key, Date.now())).toMatchObject({
		facts: { id: item.id, tenantId: 'acme', rights: ['read', 'send'], epoch: 1, isPortal: false },
	});
});

test('a key for all tenants needs no tenant, and is valid until it is withdrawn', async () => {
	const item = await createKey({ keyAccess: 'all', tenantId: 'ignored' });
	expect(item).toMatchObject({ tenant_id: null, expires_at: null });
	await act('tenant', 'withdrawKey', { tenantId: 'default', keyId: ` ${item.id} ` });
	const [{ withdrawn_keys: withdrawn }] = mockStore.rows('tenants');
	expect(JSON.parse(withdrawn)).toEqual([{ id: item.id, until: null }]);
});

test('a key for a tenant that nobody created is not issued', async () => {
	const created = createKey({ keyAccess: 'tenant', tenantId: 'nobody' });
	await expect(created).rejects.toThrow('There is no tenant "nobody"');
});

test('after all keys are withdrawn, new ones have another epoch', async () => {
	await act('tenant', 'create', { tenantId: 'acme' });
	expect(await act('tenant', 'withdrawAllKeys', { tenantId: 'acme' })).toEqual([
		{ success: true, tenant_id: 'acme' },
	]);
	const { api_key: token } = await createKey({ keyAccess: 'tenant', tenantId: 'acme' });
	expect(createApiKeys('outbox', [KEY]).verify(token, Date.now())).toMatchObject({
		facts: { epoch: 2 },
	});
});

test.each([
	[{}, 'The item has no API request'],
	[{ api_request: 'v1.00000000.AAAA' }, 'could not be decrypted'],
])('an item without a request of its outbox is not answered: %j', async (json, message) => {
	await expect(act('endpoint', 'answerApi', {}, json)).rejects.toThrow(message);
});
