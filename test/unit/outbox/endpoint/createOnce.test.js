const fc = require('fast-check');

const { insertEndpointOnce } = require('../../../../build/core/outbox/endpoint/createOnce');
const { modifyEndpoint } = require('../../../../build/core/outbox/endpoint/repository');
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

test('a request that gives way to another one is served if that one gives way to a third', async () => {
	// The first and the last have nothing in common.
	const requests = [
		{ uid: 'shop' },
		{ uid: 'shop', creationKey: 'key' },
		{ uid: null, creationKey: 'key' },
	];
	const process = fc.record({ latency: fc.nat(20), numbersFirst: fc.boolean() });
	await fc.assert(
		fc.asyncProperty(fc.tuple(process, process, process), async (processes) => {
			const world = createWorld();
			const template = await world.register('ep_other');
			const settled = await Promise.allSettled(
				requests.map(async (more, index) => {
					const { latency, numbersFirst } = processes[index];
					const ports = world.process({ latency: () => latency, numbersFirst });
					const endpoint = { ...template, id: `ep_${index}`, isApiManaged: true, ...more };
					return await insertEndpointOnce(ports, endpoint, SCOPE);
				}),
			);
			const [first, both, last] = settled.map(({ reason, value }) => reason?.name ?? value.id);
			const rows = world.store.rows('endpoints').slice(1);
			expect(rows.map(({ creation_owner: owner }) => owner)).toEqual(rows.map(() => null));
			const outcomes = [
				['UidTakenError', 'ep_1', 'ep_1'],
				['ep_0', 'UidTakenError', 'ep_2'],
				['ep_0', 'ep_2', 'ep_2'],
			];
			expect(outcomes).toContainEqual([first, both, last]);
			expect(rows).toHaveLength(both === 'ep_1' ? 1 : 2);
		}),
		{ numRuns: 300 },
	);
});

test('a repeated request gets its endpoint after the uid went to an older one', async () => {
	const world = createWorld();
	const ports = world.process();
	const template = await world.register('ep_old');
	const created = {
		...template,
		id: 'ep_new',
		isApiManaged: true,
		uid: 'shop',
		creationKey: 'key',
	};
	await insertEndpointOnce(ports, created, SCOPE);
	await modifyEndpoint(ports, 'ep_new', (endpoint) => ({ ...endpoint, uid: null }));
	await modifyEndpoint(ports, 'ep_old', (endpoint) => ({ ...endpoint, uid: 'shop' }));
	const again = await insertEndpointOnce(ports, { ...created, id: 'ep_again' }, SCOPE);
	expect(again).toMatchObject({ id: 'ep_new', uid: null });
	expect(world.store.rows('endpoints')).toHaveLength(2);
});
