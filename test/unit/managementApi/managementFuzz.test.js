/**
 * Fuzzes the management API: arbitrary requests of one tenant, beside another with the same names. FUZZ_RUNS sets how
 * many sequences of requests there are.
 */
const fc = require('fast-check');

const { createManagedWorld, WEBHOOK } = require('./managedWorld');
const { BODIES, createRequests } = require('./requestArbitraries');

const RUNS = Number(process.env.FUZZ_RUNS ?? 40);
const REQUESTS = 12;
const TABLES = ['tenants', 'endpoints', 'events', 'deliveries'];
const CANARY = 'zebra';

async function createTwo() {
	const world = createManagedWorld({ answer: () => 500 });
	const ids = [];
	for (const [tenantId, word] of [
		['acme', 'apple'],
		['other', CANARY],
	]) {
		const body = { ...WEBHOOK, url: `https://${word}.example/?k=${word}`, description: word };
		const reply = await world.ask('create', { tenantId, body });
		await world.ask('test', { tenantId, id: reply.body.id, body: BODIES.test });
		ids.push(reply.body.id);
	}
	return { ids: [...ids, 'wh_none'], world };
}

const readAll = (world, tenantId) =>
	TABLES.map((table) => world.store.rows(table).filter((row) => row.tenant_id === tenantId));
const countAll = (world) => TABLES.map((table) => world.store.rows(table).length);

test('no request shows or changes anything of another tenant, grows a table by an error, or fails the server', async () => {
	const { ids } = await createTwo();
	await fc.assert(
		fc.asyncProperty(
			fc.array(createRequests(ids), { minLength: 1, maxLength: REQUESTS }),
			async (sequence) => {
				const { world } = await createTwo();
				const before = readAll(world, 'other');
				for (const { task, ...request } of sequence) {
					const counts = countAll(world);
					const reply = await world.ask(task, { ...request, tenantId: 'acme' });
					expect(reply.statusCode).toBeLessThan(500);
					if (reply.statusCode >= 400) {
						expect(reply.body).toMatchObject({
							success: false,
							error: { code: expect.any(String) },
						});
						expect(countAll(world)).toEqual(counts);
					}
					expect(JSON.stringify(reply.body) ?? '').not.toContain(CANARY);
					expect(readAll(world, 'other')).toEqual(before);
				}
			},
		),
		{ numRuns: RUNS },
	);
}, 3_600_000);
