/**
 * Fuzzes Svix's API: arbitrary calls of a tenant's key, and of one for all tenants, beside another tenant with the same
 * names. FUZZ_RUNS sets how many sequences of calls there are.
 */
const fc = require('fast-check');

const { createCalls, toUrl } = require('./callArbitraries');
const { createSvixWorld } = require('./svixWorld');

const RUNS = Number(process.env.FUZZ_RUNS ?? 40);
const CALLS = 12;
const TABLES = ['tenants', 'endpoints', 'events', 'deliveries'];
const CANARY = 'zebra';

/** Gives a tenant an endpoint and messages, whose IDs both tenants know. */
async function settle(world, uid, word) {
	const { token } = await world.createKey();
	const ask = async (...args) => (await world.ask(token, ...args)).data;
	await ask('POST', '/app', { name: word, uid, metadata: { word } });
	const { id: endpointId } = await ask('POST', `/app/${uid}/endpoint`, {
		url: `https://${word}.example/hooks?token=${word}`,
		uid: 'main',
		description: word,
		headers: { 'X-Word': word },
	});
	const sent = await ask('POST', `/app/${uid}/msg`, {
		eventType: 'a.b',
		payload: { word },
		eventId: 'evt',
	});
	const { data } = await ask('GET', `/app/${uid}/attempt/msg/evt`);
	return {
		app_id: [uid],
		endpoint_id: ['main', endpointId],
		msg_id: ['evt', sent.id],
		attempt_id: data.map(({ id }) => id),
	};
}

async function createTwo() {
	const world = createSvixWorld({ answer: () => 500 });
	const mine = await settle(world, 'acme', 'apple');
	const theirs = await settle(world, 'other', CANARY);
	const names = Object.fromEntries(
		Object.keys(mine).map((name) => [name, [...mine[name], ...theirs[name], 'none']]),
	);
	return { names: { ...names, event_type_name: ['a.b', 'a.c', 'none'] }, world };
}

const readAll = (world, tenantId) =>
	TABLES.map((table) => world.store.rows(table).filter((row) => row.tenant_id === tenantId));
const countAll = (world) => TABLES.map((table) => world.store.rows(table).length);

/** IDs are made in a fixed order, so that all worlds have the same. */
let names;

beforeAll(async () => {
	({ names } = await createTwo());
});

/** Runs calls one after another in a world of its own. @param check called with each reply */
async function fuzz(keyInput, check) {
	const calls = fc.array(createCalls(names), { minLength: 1, maxLength: CALLS });
	await fc.assert(
		fc.asyncProperty(calls, async (sequence) => {
			const { world } = await createTwo();
			const { token } = await world.createKey(keyInput);
			const before = readAll(world, 'other');
			for (const call of sequence) {
				const counts = countAll(world);
				const { idempotencyKey, method } = call;
				const reply = await world.ask(token, method, toUrl(call), call.body, { idempotencyKey });
				expect(reply.status).toBeLessThan(500);
				if (reply.status >= 400) {
					expect(reply.data).toHaveProperty('detail');
					expect(countAll(world)).toEqual(counts);
				}
				check({ before, call, reply, world });
			}
		}),
		{ numRuns: RUNS },
	);
}

test('no call of one tenant’s key shows or changes anything of another, and none fails the server', async () => {
	const input = { tenantId: 'acme', rights: ['read', 'manage', 'replay', 'send', 'secrets'] };
	await fuzz(input, ({ before, reply, world }) => {
		expect(JSON.stringify(reply.data) ?? '').not.toContain(CANARY);
		expect(readAll(world, 'other')).toEqual(before);
	});
}, 3_600_000);

test('no call of a key for all tenants fails the server, and its key stays valid', async () => {
	await fuzz({}, ({ call, reply }) => {
		expect([call.operation, reply.status]).not.toEqual([call.operation, 401]);
	});
}, 3_600_000);
