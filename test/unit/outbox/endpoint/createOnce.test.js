const { insertEndpointOnce } = require('../../../../build/core/outbox/endpoint/createOnce');
const { toTenantRow } = require('../../../../build/core/outbox/store/tenants');
const { createTenant } = require('../../../../build/core/outbox/tenant/tenantInput');

const { createWorld } = require('../world');

const SCOPE = { platformId: 'agenticflow' };

describe('simultaneous requests for the last endpoint that a tenant may have', () => {
	/** Inserts endpoints at once, each with a process of its own. @returns their IDs, or names of errors */
	async function insertAtOnce(latencies, changes) {
		const world = createWorld();
		const template = await world.register('ep_other');
		const limits = { max_endpoints: 1 };
		world.store.insert('tenants', [toTenantRow(createTenant('acme', { limits }, 0))]);
		const settled = await Promise.allSettled(
			latencies.map(async (ms, index) => {
				const more = { tenantId: 'acme', id: `ep_${index}`, isApiManaged: true };
				const endpoint = { ...template, ...more, ...changes(index) };
				return await insertEndpointOnce(world.process({ latency: () => ms }), endpoint, SCOPE);
			}),
		);
		const rows = world.store.rows('endpoints').filter(({ tenant_id: id }) => id === 'acme');
		expect(rows).toMatchObject([{ creation_owner: null }]);
		return settled.map(({ reason, value }) => reason?.name ?? value.id);
	}

	const LATENCIES = [
		[10, 10],
		[10, 30],
		[30, 10],
	];

	test.each(LATENCIES)('get the same one if they have one key: %i and %i ms', async (...ms) => {
		const [first, second] = await insertAtOnce(ms, () => ({ creationKey: 'key' }));
		expect(first).toMatch(/^ep_/);
		expect(second).toBe(first);
	});

	test.each(LATENCIES)('learn that their uid is taken: %i and %i ms', async (...ms) => {
		const outcomes = await insertAtOnce(ms, () => ({ uid: 'shop' }));
		expect(outcomes.sort()).toEqual(['UidTakenError', expect.stringMatching(/^ep_/)]);
	});

	test.each(LATENCIES)(
		'learn the limit if they have nothing in common: %i and %i ms',
		async (...ms) => {
			const outcomes = await insertAtOnce(ms, (index) => ({ creationKey: `key ${index}` }));
			expect(outcomes.sort()).toEqual(['EndpointLimitError', expect.stringMatching(/^ep_/)]);
		},
	);
});
