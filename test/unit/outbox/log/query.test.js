const fc = require('fast-check');

const { findDeliveries, findDelivery } = require('../../../../build/core/outbox/log/query');
const { eq, MAX_FOUND } = require('../../../../build/core/outbox/store/tables');

const { callNames } = require('../memoryTables');
const { START } = require('../world');

const { iso, logWith, openLog, range, row, tablesWith } = require('./logRows');

const DAY = 86_400_000;
const START_MS = Date.parse(START);
const at = (acceptedAt, deliveryId) => ({ acceptedAt, deliveryId });
const getNumbers = (deliveries) => deliveries.map(({ id }) => Number(id.slice(4)));

describe('findDeliveries', () => {
	const ROWS = [
		row(1, { endpoint_id: 'ep_b', accepted_at: iso(START_MS - DAY) }),
		row(2, { event_type: 'order.paid', status: 'failed' }),
		row(3, { event_id: 'evt_x', status: 'pending', accepted_at: iso(START_MS + 1) }),
		row(4, { event_id: 'evt_x', endpoint_id: 'ep_b', status: 'held' }),
		row(5, { accepted_at: iso(START_MS + DAY) }),
	];

	test.each([
		[{}, [5, 3, 4, 2, 1]],
		[{ endpointId: 'ep_b' }, [4, 1]],
		[{ eventId: 'evt_x' }, [3, 4]],
		[{ eventType: 'order.paid' }, [2]],
		[{ statuses: ['delivered'] }, [5, 1]],
		[{ statuses: ['held'] }, [4]],
		[{ since: START }, [5, 3, 4, 2]],
		[{ since: iso(START_MS + 1) }, [5, 3]],
		[{ until: START }, [1]],
		[{ until: iso(START_MS + 1) }, [4, 2, 1]],
		[{ since: START, until: iso(START_MS + 1) }, [4, 2]],
		[{ endpointId: 'ep_b', statuses: ['held'], eventId: 'evt_x' }, [4]],
		[{ endpointId: 'ep_b', statuses: ['failed'] }, []],
		[{ endpointId: 'ep_gone' }, []],
		[{ after: at(START, 'dlv_4') }, [2, 1]],
		[{ after: at(iso(START_MS + DAY), 'dlv_5') }, [3, 4, 2, 1]],
		[{ after: at(START, 'dlv_4'), endpointId: 'ep_b' }, [1]],
		[{ after: at(iso(START_MS - DAY), 'dlv_1') }, []],
	])('for the query %j returns %j, newest first', async (query, expected) => {
		expect(getNumbers(await findDeliveries(logWith(ROWS), query))).toEqual(expected);
	});

	test.each([
		[1, [5]],
		[3, [5, 3, 4]],
		[5, [5, 3, 4, 2, 1]],
		[50, [5, 3, 4, 2, 1]],
	])('returns at most %d deliveries', async (limit, expected) => {
		expect(getNumbers(await findDeliveries(logWith(ROWS), {}, limit))).toEqual(expected);
	});

	test('reads as many pages as it needs', async () => {
		const count = 2 * MAX_FOUND + 300;
		const acceptedAt = (number) => iso(START_MS + number);
		const tables = tablesWith(
			range(1, count).map((number) => row(number, { accepted_at: acceptedAt(number) })),
		);
		expect(getNumbers(await findDeliveries(openLog(tables), {}))).toEqual(range(count, 1));
		expect(callNames(tables)).toHaveLength(3);
		const first = await findDeliveries(openLog(tables), { statuses: ['delivered'] }, 1500);
		expect(getNumbers(first)).toEqual(range(count, count - 1499));
	});

	test('reads few rows for few deliveries', async () => {
		const tables = tablesWith(range(1, 500).map((number) => row(number)));
		expect(await findDeliveries(openLog(tables), {}, 10)).toHaveLength(10);
		const calls = tables.calls.filter(({ table }) => table === 'deliveries');
		for (const { args } of calls) expect(args.at(-1).limit).toBeLessThan(50);
	});
});

describe('pages of the log', () => {
	/** Reads all pages, and lets something happen after each. */
	async function readAll(tables, limit, happen = async (_page) => {}) {
		const seen = [];
		for (let after; ; ) {
			const page = await findDeliveries(openLog(tables), { after }, limit);
			if (page.length === 0) return seen;
			seen.push(...page);
			const { acceptedAt, id } = page.at(-1);
			after = at(acceptedAt, id);
			await happen(page);
		}
	}

	/** Gives a delivery a new state as a run does: with a new row. */
	async function retry(tables, { delivery_id, ...columns }) {
		await tables.remove('deliveries', { all: [eq('delivery_id', delivery_id)] });
		await tables.insert('deliveries', [{ ...columns, delivery_id, attempts: 2 }]);
	}

	test('miss and repeat no delivery, whatever was retried in between', async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 30 }),
				fc.array(fc.nat(), { minLength: 1, maxLength: 10 }),
				fc.integer({ min: 1, max: 7 }),
				async (times, picks, limit) => {
					const rows = times.map((time, index) =>
						row(index, { accepted_at: iso(START_MS + time) }),
					);
					const tables = tablesWith(rows);
					let turn = 0;
					const seen = await readAll(tables, limit, async () => {
						await retry(tables, rows[picks[(turn += 1) % picks.length] % rows.length]);
					});
					expect(seen.map(({ id }) => id).sort()).toEqual(
						rows.map(({ delivery_id: id }) => id).sort(),
					);
				},
			),
		);
	});

	test('of many deliveries of one time are complete', async () => {
		const count = MAX_FOUND + 200;
		const tables = tablesWith(range(1, count).map((number) => row(number)));
		const seen = await readAll(tables, 90);
		expect(new Set(seen.map(({ id }) => id)).size).toBe(count);
		expect(seen).toHaveLength(count);
		expect(await findDeliveries(openLog(tables), {})).toHaveLength(count);
	});
});

describe('a row that a newer row supersedes', () => {
	const SENDING = { status: 'sending', lease_owner: 'dead', next_attempt_at: START };
	const ROWS = [
		row(1, SENDING),
		row(2, SENDING),
		row(3),
		row(1, { status: 'pending' }),
		row(4, { ...SENDING, endpoint_id: 'ep_b' }),
		row(2, { status: 'delivered' }),
	];

	test.each([
		[{}, ['2 delivered', '4 sending', '1 pending', '3 delivered']],
		[{ statuses: ['sending'] }, ['4 sending']],
		[{ statuses: ['pending'] }, ['1 pending']],
		[{ statuses: ['delivered'] }, ['2 delivered', '3 delivered']],
		[{ endpointId: 'ep_b' }, ['4 sending']],
	])('is missing from the log for %j', async (query, expected) => {
		const found = await findDeliveries(logWith(ROWS), query);
		const text = found.map((one) => `${getNumbers([one])[0]} ${one.status}`);
		expect(text.sort()).toEqual([...expected].sort());
		const ids = found.map(({ id }) => id);
		expect(ids).toEqual([...ids].sort().reverse());
	});

	test('may be the newer one if a worker was late: paging misses and repeats no delivery', async () => {
		const tables = tablesWith([
			row(1),
			row(2, { status: 'delivered' }),
			row(3),
			row(2, { status: 'pending' }),
			row(4),
		]);
		const seen = [];
		for (let after; ; ) {
			const [last] = await findDeliveries(openLog(tables), { after }, 1);
			if (last === undefined) break;
			seen.push(last);
			after = at(last.acceptedAt, last.id);
		}
		expect(getNumbers(seen)).toEqual([4, 3, 2, 1]);
		expect(seen.map(({ status }) => status)).not.toContain('pending');
	});

	test('does not count towards the limit', async () => {
		const rows = [
			...range(1, 10).map((number) => row(number)),
			...range(11, MAX_FOUND).map((number) => row(number, SENDING)),
			row(MAX_FOUND),
		];
		const found = await findDeliveries(logWith(rows), {}, MAX_FOUND);
		expect(found.map(({ id }) => id)).toEqual(
			[...new Set(rows.map(({ delivery_id: id }) => id))].sort().reverse(),
		);
	});

	test('is not what findDelivery returns', async () => {
		const tables = tablesWith(ROWS);
		expect(await findDelivery(openLog(tables), 'dlv_1')).toMatchObject({
			rowId: 4,
			status: 'pending',
		});
		expect(await findDelivery(openLog(tables), 'dlv_2')).toMatchObject({
			rowId: 6,
			status: 'delivered',
		});
		expect(await findDelivery(openLog(tables), 'dlv_4')).toMatchObject({
			rowId: 5,
			status: 'sending',
		});
	});
});

test('findDelivery names the ID of a delivery that does not exist', async () => {
	await expect(findDelivery(logWith([row(1)]), 'dlv_2')).rejects.toMatchObject({
		name: 'DeliveryNotFoundError',
		message: expect.stringContaining('"dlv_2"'),
	});
});
