const fc = require('fast-check');

const { ExactNumber } = require('../../../build/core/lib/exactJson');
const { computeBodyDigest } = require('../../../build/core/managementApi/idempotency');

const { DAY } = require('../outbox/world');

const { createManagedWorld, expectInvalid, SETTINGS, TOKEN, WEBHOOK } = require('./managedWorld');

const KEY = { key: 'order-sync-1', caller: 'caller-a' };
const BODY = { ...WEBHOOK, ...SETTINGS, authentication: TOKEN };
const countWebhooks = (world) => world.store.rows('endpoints').length;

describe('two requests with one Idempotency-Key', () => {
	test('create one webhook and get the same answer', async () => {
		const world = createManagedWorld();
		const ask = async (body) => await world.ask('create', { body, idempotency: KEY });
		const first = await ask(BODY);
		world.clock.advance(5000);
		// The order of fields means nothing in JSON.
		const second = await ask(Object.fromEntries(Object.entries(BODY).reverse()));
		expect(first.statusCode).toBe(201);
		expect(first.body.signing_secret).toMatch(/^[0-9a-f]{64}$/);
		expect(second).toEqual(first);
		expect(countWebhooks(world)).toBe(1);
	});

	test('get the same answer after the webhook was changed', async () => {
		const world = createManagedWorld();
		const ask = async () => await world.ask('create', { body: BODY, idempotency: KEY });
		const first = await ask();
		await world.ask('update', { id: first.body.id, body: { name: 'Renamed', status: 'disabled' } });
		expect(await ask()).toEqual(first);
		expect((await world.get(first.body.id)).name).toBe('Renamed');
	});

	test.each([
		['name', { name: 'Another' }],
		['URL', { url: 'https://your-app.com/hooks?key=2' }],
		['secret', { authentication: { type: 'bearer', token: 'token-2' } }],
		['additional field', { description: 'More' }],
		['big number', { conditions: { id: new ExactNumber('616581622363398143') } }],
	])('conflict if the second has another %s', async (_, fields) => {
		const world = createManagedWorld();
		const conditions = { id: new ExactNumber('616581622363398142') };
		const first = { ...BODY, ...('conditions' in fields && { conditions }) };
		await world.ask('create', { body: first, idempotency: KEY });
		const reply = await world.ask('create', { body: { ...BODY, ...fields }, idempotency: KEY });
		expect(reply).toEqual({
			statusCode: 409,
			body: {
				success: false,
				error: { code: 'IDEMPOTENCY_CONFLICT', message: expect.stringMatching(/^[A-Z].*\.$/) },
			},
		});
		expect(JSON.stringify(reply)).not.toMatch(/token|signing_secret|wh_/);
		expect(countWebhooks(world)).toBe(1);
	});

	test.each([
		['callers', { ...KEY, caller: 'caller-b' }],
		['keys', { ...KEY, key: 'order-sync-2' }],
	])('create two webhooks if their %s differ', async (_, other) => {
		const world = createManagedWorld();
		const first = await world.ask('create', { body: BODY, idempotency: KEY });
		const second = await world.ask('create', { body: BODY, idempotency: other });
		expect(second.statusCode).toBe(201);
		expect(second.body.id).not.toBe(first.body.id);
	});

	test('create two webhooks if a day lies between them, or the first was deleted', async () => {
		const world = createManagedWorld();
		const ask = async () => (await world.ask('create', { body: BODY, idempotency: KEY })).body.id;
		const first = await ask();
		await world.ask('delete', { id: first });
		const second = await ask();
		expect(second).not.toBe(first);
		world.clock.advance(DAY + 1);
		expect(await ask()).not.toBe(second);
	});

	test('are not tied by a request that was invalid', async () => {
		const world = createManagedWorld();
		const invalid = await world.ask('create', { body: { ...BODY, name: '' }, idempotency: KEY });
		expectInvalid(invalid, 'name');
		expect((await world.ask('create', { body: BODY, idempotency: KEY })).statusCode).toBe(201);
	});

	test('create one webhook if they arrive at once, in any order of their calls', async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.integer({ min: 2, max: 4 }),
				fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 20 }),
				fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: 1, maxLength: 9 }),
				async (count, latencies, randoms) => {
					const world = createManagedWorld();
					let turn = 0;
					const next = (list) => list[(turn += 1) % list.length];
					const replies = await Promise.all(
						Array.from({ length: count }, async () => {
							const ports = world.process({ latency: () => next(latencies) });
							ports.random = () => next(randoms);
							return await world.ask('create', { body: BODY, idempotency: KEY, ports });
						}),
					);
					expect(countWebhooks(world)).toBe(1);
					const [{ endpoint_id: id, creation_owner: owner }] = world.store.rows('endpoints');
					expect(owner).toBeNull();
					for (const reply of replies) {
						expect(reply.statusCode).toBe(201);
						expect(reply.body.id).toBe(id);
						expect(reply.body.signing_secret).toBe(replies[0].body.signing_secret);
					}
				},
			),
			{ numRuns: 100 },
		);
	});

	test('create one webhook if the first was killed after it inserted its row', async () => {
		const world = createManagedWorld();
		const ports = world.process();
		const { applyAndFind } = ports.tables;
		ports.tables.applyAndFind = async (changes, finds) => {
			const lists = await applyAndFind(changes, finds);
			if (changes.length > 0) throw new Error('killed');
			return lists;
		};
		const killed = world.ask('create', { body: BODY, idempotency: KEY, ports });
		await expect(killed).rejects.toThrow('killed');
		const first = await world.ask('create', { body: BODY, idempotency: KEY });
		expect(first.statusCode).toBe(201);
		expect(await world.ask('create', { body: BODY, idempotency: KEY })).toEqual(first);
		expect(world.store.rows('endpoints')).toMatchObject([{ creation_owner: null }]);
	});
});

test('the table has neither the key nor the body of a request in plain text', async () => {
	const world = createManagedWorld();
	await world.ask('create', { body: BODY, idempotency: KEY });
	const text = JSON.stringify(world.store.rows('endpoints'));
	for (const secret of [KEY.key, KEY.caller, TOKEN.token, computeBodyDigest(BODY)]) {
		expect(text).not.toContain(secret);
	}
});

test.each(['', ' ', 'x'.repeat(256), 'a\nb', 'ключ'])(
	'the Idempotency-Key %j is rejected',
	async (key) => {
		const world = createManagedWorld();
		const reply = await world.ask('create', { body: BODY, idempotency: { ...KEY, key } });
		expectInvalid(reply, 'Idempotency-Key');
		expect(countWebhooks(world)).toBe(0);
	},
);
