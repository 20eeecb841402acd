const { findDeliveries, findDelivery } = require('../../../../dist/core/outbox/log/query');
const { MAX_FOUND } = require('../../../../dist/core/outbox/store/tables');

const { START } = require('../world');

const { iso, range, row, tablesWith } = require('./logRows');

const DAY = 86_400_000;
const START_MS = Date.parse(START);
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
		[{}, [5, 4, 3, 2, 1]],
		[{ endpointId: 'ep_b' }, [4, 1]],
		[{ eventId: 'evt_x' }, [4, 3]],
		[{ eventType: 'order.paid' }, [2]],
		[{ status: 'delivered' }, [5, 1]],
		[{ status: 'held' }, [4]],
		[{ since: START }, [5, 4, 3, 2]],
		[{ since: iso(START_MS + 1) }, [5, 3]],
		[{ until: START }, [1]],
		[{ until: iso(START_MS + 1) }, [4, 2, 1]],
		[{ since: START, until: iso(START_MS + 1) }, [4, 2]],
		[{ endpointId: 'ep_b', status: 'held', eventId: 'evt_x' }, [4]],
		[{ endpointId: 'ep_b', status: 'failed' }, []],
		[{ endpointId: 'ep_gone' }, []],
		[{ beforeRow: 4 }, [3, 2, 1]],
		[{ beforeRow: 4, endpointId: 'ep_b' }, [1]],
		[{ beforeRow: 1 }, []],
	])('for the query %j returns %j, newest first', async (query, expected) => {
		expect(getNumbers(await findDeliveries(tablesWith(ROWS), query))).toEqual(expected);
	});

	test.each([
		[1, [5]],
		[3, [5, 4, 3]],
		[5, [5, 4, 3, 2, 1]],
		[50, [5, 4, 3, 2, 1]],
	])('returns at most %d deliveries', async (limit, expected) => {
		expect(getNumbers(await findDeliveries(tablesWith(ROWS), {}, limit))).toEqual(expected);
	});

	test('reads as many pages as it needs', async () => {
		const count = 2 * MAX_FOUND + 300;
		const tables = tablesWith(range(1, count).map((number) => row(number)));
		expect(getNumbers(await findDeliveries(tables, {}))).toEqual(range(count, 1));
		expect(tables.calls).toHaveLength(3);
		const first = await findDeliveries(tables, { status: 'delivered' }, 1500);
		expect(getNumbers(first)).toEqual(range(count, count - 1499));
		expect(await findDeliveries(tables, {}, 10)).toHaveLength(10);
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
		[{ status: 'sending' }, ['4 sending']],
		[{ status: 'pending' }, ['1 pending']],
		[{ status: 'delivered' }, ['2 delivered', '3 delivered']],
		[{ endpointId: 'ep_b' }, ['4 sending']],
	])('is missing from the log for %j', async (query, expected) => {
		const found = await findDeliveries(tablesWith(ROWS), query);
		const text = found.map((one) => `${getNumbers([one])[0]} ${one.status}`);
		expect(text.sort()).toEqual([...expected].sort());
		const ids = found.map(({ rowId }) => rowId);
		expect(ids).toEqual([...ids].sort((a, b) => b - a));
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
		for (let beforeRow; ; ) {
			const [last] = await findDeliveries(tables, { beforeRow }, 1);
			if (last === undefined) break;
			seen.push(last);
			beforeRow = last.rowId;
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
		const found = await findDeliveries(tablesWith(rows), {}, MAX_FOUND);
		expect(getNumbers(found)).toEqual([
			...new Set([...rows].reverse().map(({ delivery_id: id }) => Number(id.slice(4)))),
		]);
	});

	test('is not what findDelivery returns', async () => {
		const tables = tablesWith(ROWS);
		expect(await findDelivery(tables, 'dlv_1')).toMatchObject({ rowId: 4, status: 'pending' });
		expect(await findDelivery(tables, 'dlv_2')).toMatchObject({ rowId: 6, status: 'delivered' });
		expect(await findDelivery(tables, 'dlv_4')).toMatchObject({ rowId: 5, status: 'sending' });
	});
});

test('findDelivery names the ID of a delivery that does not exist', async () => {
	await expect(findDelivery(tablesWith([row(1)]), 'dlv_2')).rejects.toMatchObject({
		name: 'DeliveryNotFoundError',
		message: expect.stringContaining('"dlv_2"'),
	});
});
