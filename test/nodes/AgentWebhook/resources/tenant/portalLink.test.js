/** Links to the portal, from the action node. */
const { createStore } = require('../../../../unit/outbox/memoryTables');

let mockStore;

jest.mock('../../../../../build/nodes/shared/outbox/dataTables', () => ({
	openDataTables: () => mockStore.connect(),
}));

const { createApiKeys } = require('../../../../../build/core/outbox/apiKey/apiKeyToken');
const { execute } = require('../../../../harness/contexts');
const { fillInDefaults } = require('../../../operations');

const KEY = 'k'.repeat(64);
const HOUR = 3_600_000;
const PORTAL = 'https://n8n.example.com/webhook/node/svix/portal';

beforeEach(() => {
	mockStore = createStore();
});

async function act(operation, parameters = {}) {
	const credentials = { agentWebhookOutboxApi: { outboxName: 'outbox', encryptionSecret: KEY } };
	const filled = fillInDefaults('agentWebhook', { resource: 'tenant', operation, ...parameters });
	const { outputs } = await execute(filled, [{ json: {} }], { credentials });
	return outputs[0][0].json;
}

const createLink = async (parameters) =>
	await act('createPortalLink', { tenantId: 'default', portalUrl: PORTAL, ...parameters });

const readFacts = ({ url }) =>
	createApiKeys('outbox', [KEY]).verify(url.split('#')[1], Date.now()).facts;

test('a link is for one tenant and one hour', async () => {
	await act('create', { tenantId: 'acme' });
	const item = await createLink({ tenantId: 'acme' });
	expect(item).toMatchObject({
		id: expect.stringMatching(/^key_/),
		tenant_id: 'acme',
		rights: ['read', 'manage', 'secrets'],
	});
	expect(item.url.split('#')[0]).toBe(PORTAL);
	expect(Date.parse(item.expires_at) - Date.parse(item.created_at)).toBe(HOUR);
	expect(readFacts(item)).toMatchObject({ id: item.id, tenantId: 'acme', isPortal: true });
});

test('a link has the chosen rights, filter and time', async () => {
	const item = await createLink({
		linkRights: ['replay'],
		options: { eventTypes: 'order.created, order.paid', channels: 'blue', validHours: 168 },
	});
	expect(Date.parse(item.expires_at) - Date.parse(item.created_at)).toBe(168 * HOUR);
	expect(readFacts(item)).toMatchObject({
		rights: ['read', 'replay'],
		filter: { eventTypes: ['order.created', 'order.paid'], channels: ['blue'] },
	});
});

test('a link for more than seven days is not created', async () => {
	await expect(createLink({ options: { validHours: 169 } })).rejects.toThrow('"Valid For (Hours)"');
});

test('links end when all keys of the tenant are withdrawn', async () => {
	const before = readFacts(await createLink());
	await act('withdrawAllKeys', { tenantId: 'default' });
	expect(readFacts(await createLink()).epoch).toBe(before.epoch + 1);
});

test.each(['', 'n8n.example.com/portal', `${PORTAL}#x`, `${PORTAL}?x=1`])(
	'"%s" is not the URL of a portal',
	async (portalUrl) => {
		await expect(createLink({ portalUrl })).rejects.toThrow('"Portal URL"');
	},
);

test('there is no link for a tenant that nobody created', async () => {
	await expect(createLink({ tenantId: 'nobody' })).rejects.toThrow('There is no tenant "nobody"');
});
