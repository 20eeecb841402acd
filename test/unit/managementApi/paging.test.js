const fc = require('fast-check');
const omit = require('lodash/omit');

const { eq } = require('../../../build/core/outbox/store/tables');

const { createManagedWorld, deliveryRow, readAllPages } = require('./managedWorld');

describe('the webhook list', () => {
	test('has 50 webhooks a page, or as many as the limit says, from 1 to 100', async () => {
		const world = createManagedWorld();
		const ids = [];
		for (let n = 0; n < 101; n += 1) ids.push(await world.create());
		const length = async (query) => (await world.ask('list', { query })).body.webhooks.length;
		expect(await length({})).toBe(50);
		expect(await length({ cursor: '' })).toBe(50);
		expect(await length({ limit: '1' })).toBe(1);
		expect(await length({ limit: '007' })).toBe(7);
		expect(await length({ limit: '100' })).toBe(100);
		const pages = await readAllPages((query) => world.ask('list', { query }), 'webhooks', 100);
		expect(pages.map((one) => one.length)).toEqual([100, 1]);
		expect(
			pages
				.flat()
				.map(({ id }) => id)
				.sort(),
		).toEqual(ids.sort());
	});

	test('shows each webhook once, even if others are created or deleted between its pages', async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.integer({ min: 0, max: 9 }),
				fc.integer({ min: 1, max: 4 }),
				fc.array(fc.tuple(fc.constantFrom('create', 'delete', 'deleteLast', 'wait'), fc.nat(50)), {
					maxLength: 12,
				}),
				async (count, limit, script) => {
					const world = createManagedWorld();
					const alive = [];
					for (let n = 0; n < count; n += 1) {
						alive.push(await world.create());
						world.clock.advance(n % 3);
					}
					const atFirst = [...alive];
					const seen = [];
					const pages = await readAllPages(
						async (query) => {
							const reply = await world.ask('list', { query });
							seen.push(...reply.body.webhooks.map(({ id }) => id));
							return reply;
						},
						'webhooks',
						limit,
						async () => {
							const [action, number] = script.shift() ?? ['wait', 0];
							if (action === 'wait') world.clock.advance(number);
							if (action === 'create' && script.length > 0) await world.create();
							const id = action === 'deleteLast' ? seen.at(-1) : alive[number % alive.length];
							if (action.startsWith('delete') && alive.includes(id)) {
								alive.splice(alive.indexOf(id), 1);
								await world.ask('delete', { id });
							}
						},
					);
					expect(new Set(seen).size).toBe(seen.length);
					expect(seen).toEqual(expect.arrayContaining(atFirst.filter((id) => alive.includes(id))));
					for (const one of pages) expect(one.length).toBeLessThanOrEqual(limit);
				},
			),
			{ numRuns: 60 },
		);
	});
});

describe('a webhook’s log', () => {
	test('has 50 deliveries a page, or as many as the limit says, each delivery once', async () => {
		const world = createManagedWorld();
		const [id, other] = [await world.create(), await world.create()];
		const rows = Array.from({ length: 220 }, (_, n) => deliveryRow(n % 2 === 0 ? id : other));
		world.store.insert('deliveries', rows);
		const own = rows
			.filter(({ endpoint_id: endpointId }) => endpointId === id)
			.map(({ delivery_id: deliveryId }) => deliveryId)
			.sort()
			.reverse();
		const ask = async (query) => await world.ask('getLogs', { id, query });
		expect((await ask({})).body.logs).toHaveLength(50);
		for (const limit of [1, 7, 55, 100]) {
			const pages = await readAllPages(ask, 'logs', limit);
			expect(pages.flat().map((log) => log.id)).toEqual(own);
			for (const one of pages.slice(0, -1)) expect(one).toHaveLength(limit);
		}
		// More arrive between the pages: they are newer than what follows.
		const later = { accepted_at: '2025-01-15T10:00:01.000Z' };
		const seen = await readAllPages(ask, 'logs', 30, async () => {
			world.store.insert('deliveries', [{ ...deliveryRow(id), ...later }]);
			// A retry of a delivery on a later page inserts a row for its new state.
			const retried = world.deliveries().find(({ delivery_id }) => delivery_id === own.at(-1));
			await world.process().tables.remove('deliveries', { all: [eq('id', retried.id)] });
			world.store.insert('deliveries', [omit(retried, 'id')]);
		});
		expect(seen.flat().map((log) => log.id)).toEqual(own);
	});

	test('shows no other webhook’s deliveries, even with a cursor from the other webhook’s log', async () => {
		const world = createManagedWorld();
		const [id, other] = [await world.create(), await world.create()];
		world.store.insert('deliveries', [
			deliveryRow(id),
			deliveryRow(other),
			deliveryRow(id),
			deliveryRow(other),
			deliveryRow(other),
		]);
		const { body } = await world.ask('getLogs', { id: other, query: { limit: '1' } });
		const reply = await world.ask('getLogs', { id, query: { cursor: body.next_cursor } });
		const ownRows = world.deliveries().filter(({ endpoint_id: endpointId }) => endpointId === id);
		expect(ownRows).toHaveLength(2);
		const ids = new Set(ownRows.map(({ delivery_id: deliveryId }) => deliveryId));
		for (const log of reply.body.logs) expect(ids).toContain(log.id);
	});
});

describe('invalid paging', () => {
	const encode = (text) => Buffer.from(text).toString('base64url');

	test.each([
		['0', '0'],
		['101', '101'],
		['-1', '-1'],
		['1.5', '1.5'],
		['x', 'x'],
		['', 'empty string'],
		[' 5', ' 5'],
		['1e1', '1e1'],
		['0x10', '0x10'],
		['١', '١'],
		['Infinity', 'Infinity'],
		['9'.repeat(101), '9'.repeat(100)],
		[['1', '2'], 'array'],
		[['1'], 'array'],
		[{ toString: 'x' }, 'object'],
		[null, 'null'],
	])('rejects the limit %j', async (limit, received) => {
		const world = createManagedWorld();
		const id = await world.create();
		for (const task of ['list', 'getLogs']) {
			expect(await world.ask(task, { id, query: { limit } })).toEqual({
				statusCode: 422,
				body: {
					success: false,
					error: {
						code: 'INVALID_INPUT',
						message: "Parameter 'limit' must be a number from 1 to 100",
						details: { field: 'limit', expected: 'a number from 1 to 100', received },
					},
				},
			});
		}
	});

	const WRONG = {
		reply: {
			statusCode: 422,
			body: {
				success: false,
				error: {
					code: 'INVALID_INPUT',
					message: "Parameter 'cursor' must be the next_cursor of an earlier page",
					details: {
						field: 'cursor',
						expected: 'the next_cursor of an earlier page',
						received: 'another value',
					},
				},
			},
		},
	};

	test.each([
		'!!',
		'x',
		'null',
		'wh_1',
		'2025-01-15T10:00:00.000Z wh_1',
		'12',
		encode(''),
		encode(' '),
		encode('0'),
		encode('-1'),
		encode('1.5'),
		encode('1e3'),
		encode('x'),
		encode('9'.repeat(30)),
		encode('2025-01-15'),
		encode('wh_1 2025-01-15T10:00:00.000Z'),
		[encode('2025-01-15T10:00:00.000Z wh_1'), encode('12')],
		{ toString: 'x' },
		null,
	])('rejects the cursor %j', async (cursor) => {
		const world = createManagedWorld();
		const id = await world.create();
		world.store.insert('deliveries', [deliveryRow(id)]);
		// Nothing is encoded as nothing, which is the first page’s.
		const expected = cursor === '' ? { statusCode: 200 } : WRONG.reply;
		for (const task of ['list', 'getLogs']) {
			expect(await world.ask(task, { id, query: { cursor } })).toMatchObject(expected);
		}
	});

	test('rejects a cursor of the other list', async () => {
		const world = createManagedWorld();
		const [id] = [await world.create(), await world.create()];
		world.store.insert('deliveries', [deliveryRow(id), deliveryRow(id)]);
		const query = { limit: '1' };
		const list = await world.ask('list', { query });
		const logs = await world.ask('getLogs', { id, query });
		const crossed = (cursor) => ({ query: { cursor }, id });
		expect(await world.ask('getLogs', crossed(list.body.next_cursor))).toEqual(WRONG.reply);
		expect(await world.ask('list', crossed(logs.body.next_cursor))).toEqual(WRONG.reply);
		expect(await world.ask('list', crossed(list.body.next_cursor))).toMatchObject({
			statusCode: 200,
			body: { webhooks: [{}], next_cursor: null },
		});
	});
});
