const fc = require('fast-check');

const {
	findDeliveries,
	findDelivery,
	presentDelivery,
	computeStats,
} = require('../../../dist/core/outbox/log/query');
const { MAX_FOUND } = require('../../../dist/core/outbox/store/tables');

const { createStore } = require('./memoryTables');
const { START } = require('./world');

const DAY = 86_400_000;
const START_MS = Date.parse(START);
const iso = (ms) => new Date(ms).toISOString();

const attempt = (number, durationMs, statusCode = 200) => ({
	attempt: number,
	time: START,
	outcome: statusCode === 200 ? 'success' : 'retryable',
	status_code: statusCode,
	duration_ms: durationMs,
	error_message: null,
});

const row = (number, more = {}) => ({
	delivery_id: `dlv_${number}`,
	event_id: `evt_${number}`,
	event_type: 'order.created',
	endpoint_id: 'ep_a',
	accepted_at: START,
	status: 'delivered',
	attempts: 1,
	last_attempt_at: START,
	next_attempt_at: null,
	completed_at: START,
	response_code: 200,
	response_time_ms: 10,
	payload_size: 20,
	error: null,
	attempt_log: JSON.stringify([attempt(1, 10)]),
	replayed_at: null,
	lease_owner: null,
	...more,
});

function tablesWith(rows) {
	const store = createStore();
	if (rows.length > 0) store.insert('deliveries', rows);
	return store.connect();
}
const idsOf = (rows) => rows.map(({ delivery_id: id }) => Number(id.slice(4)));
const range = (from, to) =>
	Array.from({ length: Math.abs(to - from) + 1 }, (_, index) =>
		from < to ? from + index : from - index,
	);

describe('the log', () => {
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
	])('of %j is %j, the newest first', async (query, expected) => {
		expect(idsOf(await findDeliveries(tablesWith(ROWS), query))).toEqual(expected);
	});

	test.each([
		[1, [5]],
		[3, [5, 4, 3]],
		[5, [5, 4, 3, 2, 1]],
		[50, [5, 4, 3, 2, 1]],
	])('is cut after %d', async (limit, expected) => {
		expect(idsOf(await findDeliveries(tablesWith(ROWS), {}, limit))).toEqual(expected);
	});

	test('goes over pages', async () => {
		const count = 2 * MAX_FOUND + 300;
		const tables = tablesWith(range(1, count).map((number) => row(number)));
		expect(idsOf(await findDeliveries(tables, {}))).toEqual(range(count, 1));
		expect(tables.calls).toHaveLength(3);
		const first = await findDeliveries(tables, { status: 'delivered' }, 1500);
		expect(idsOf(first)).toEqual(range(count, count - 1499));
		expect(await findDeliveries(tables, {}, 10)).toHaveLength(10);
	});
});

describe('a row that a newer one takes the place of', () => {
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
	])('is left out of the log of %j', async (query, expected) => {
		const found = await findDeliveries(tablesWith(ROWS), query);
		const text = found.map((one) => `${idsOf([one])[0]} ${one.status}`);
		expect(text.sort()).toEqual([...expected].sort());
		const ids = found.map(({ id }) => id);
		expect(ids).toEqual([...ids].sort((a, b) => b - a));
	});

	test('can be the newer one, of a worker that was late: pages miss none and repeat none', async () => {
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
			beforeRow = last.id;
		}
		expect(idsOf(seen)).toEqual([4, 3, 2, 1]);
		expect(seen.map(({ status }) => status)).not.toContain('pending');
	});

	test('takes no other’s place in the log', async () => {
		const rows = [
			...range(1, 10).map((number) => row(number)),
			...range(11, MAX_FOUND).map((number) => row(number, SENDING)),
			row(MAX_FOUND),
		];
		const found = await findDeliveries(tablesWith(rows), {}, MAX_FOUND);
		expect(idsOf(found)).toEqual([...new Set(idsOf([...rows].reverse()))]);
	});

	test('is not the delivery that is found by its ID', async () => {
		const tables = tablesWith(ROWS);
		expect(await findDelivery(tables, 'dlv_1')).toMatchObject({ id: 4, status: 'pending' });
		expect(await findDelivery(tables, 'dlv_2')).toMatchObject({ id: 6, status: 'delivered' });
		expect(await findDelivery(tables, 'dlv_4')).toMatchObject({ id: 5, status: 'sending' });
	});
});

test('a delivery that is not there is told by its ID', async () => {
	await expect(findDelivery(tablesWith([row(1)]), 'dlv_2')).rejects.toMatchObject({
		name: 'DeliveryNotFoundError',
		message: expect.stringContaining('"dlv_2"'),
	});
});

test('an item has AgenticFlow’s fields', async () => {
	const tables = tablesWith([
		row(1, { status: 'failed', response_code: 500, error: 'why', attempts: 3 }),
		row(2, { status: 'held', last_attempt_at: null, attempts: 0, attempt_log: '[]' }),
	]);
	const [held, failed] = (await findDeliveries(tables, {})).map(presentDelivery);
	expect(failed).toEqual({
		id: 'dlv_1',
		timestamp: START,
		event: 'order.created',
		event_id: 'evt_1',
		endpoint_id: 'ep_a',
		status: 'failed',
		response_code: 500,
		response_time_ms: 10,
		attempts: 3,
		payload_size: 20,
		accepted_at: START,
		next_attempt_at: null,
		completed_at: START,
		error_message: 'why',
	});
	expect(held).toMatchObject({ timestamp: START, attempts: 0 });
});

describe('stats', () => {
	const statsFor = async (rows) => computeStats(await findDeliveries(tablesWith(rows), {}));

	test('of nothing are empty', async () => {
		expect(computeStats([])).toEqual({
			total_deliveries: 0,
			successful_deliveries: 0,
			failed_deliveries: 0,
			pending_deliveries: 0,
			held_deliveries: 0,
			success_rate: null,
			total_attempts: 0,
			response_time_ms: null,
			last_delivery: null,
			by_endpoint: [],
			by_day: [],
		});
	});

	test('of an example are as computed by hand', async () => {
		const late = iso(START_MS + 5000);
		const unanswered = { ...attempt(1, 99_999), status_code: null };
		const stats = await statsFor([
			row(1, {
				attempt_log: JSON.stringify(range(1, 8).map((n) => attempt(n, n * 10))),
				attempts: 8,
			}),
			row(2, {
				status: 'failed',
				attempts: 3,
				last_attempt_at: late,
				attempt_log: JSON.stringify([unanswered, attempt(2, 90, 500), attempt(3, 100, 500)]),
			}),
			row(3, { status: 'pending', attempts: 0, attempt_log: '[]', last_attempt_at: null }),
			row(4, { status: 'sending', attempts: 0, attempt_log: '[]', last_attempt_at: null }),
			row(5, { status: 'held', attempts: 0, attempt_log: '[]', last_attempt_at: null }),
			row(6, { attempts: 0, attempt_log: '[]' }),
		]);
		expect(stats).toMatchObject({
			total_deliveries: 6,
			successful_deliveries: 2,
			failed_deliveries: 1,
			pending_deliveries: 2,
			held_deliveries: 1,
			success_rate: 2 / 3,
			total_attempts: 11,
			// Of 10, 20 … 100, by nearest rank.
			response_time_ms: { p50: 50, p90: 90, p95: 100, p99: 100, max: 100 },
			last_delivery: late,
		});
	});

	test.each([
		[[7], { p50: 7, p90: 7, p95: 7, p99: 7, max: 7 }],
		[[9, 1], { p50: 1, p90: 9, p95: 9, p99: 9, max: 9 }],
		[range(200, 1), { p50: 100, p90: 180, p95: 190, p99: 198, max: 200 }],
		[[2, 10, 100], { p50: 10, p90: 100, p95: 100, p99: 100, max: 100 }],
	])('of attempts of %j ms have these percentiles', async (durations, expected) => {
		const log = (times) => JSON.stringify(times.map((ms, index) => attempt(index + 1, ms)));
		const rows = range(0, Math.floor(durations.length / 50)).map((part) =>
			row(part + 1, { attempt_log: log(durations.slice(part * 50, part * 50 + 50)) }),
		);
		expect((await statsFor(rows)).response_time_ms).toEqual(expected);
	});

	test('add up to the log, by endpoint and by day', async () => {
		const anyRow = fc.record({
			endpoint: fc.constantFrom('ep_a', 'ep_b', 'ep_c'),
			status: fc.constantFrom('pending', 'sending', 'delivered', 'failed', 'held'),
			hours: fc.integer({ min: 0, max: 24 * 10 }),
			durations: fc.array(fc.integer({ min: 0, max: 500 }), { maxLength: 4 }),
			superseded: fc.boolean(),
		});
		await fc.assert(
			fc.asyncProperty(fc.array(anyRow, { maxLength: 30 }), async (given) => {
				const rows = given.map(({ durations, endpoint, hours, status }, number) =>
					row(number, {
						endpoint_id: endpoint,
						status,
						accepted_at: iso(START_MS + hours * 3_600_000),
						attempts: durations.length,
						last_attempt_at: durations.length > 0 ? iso(START_MS + number) : null,
						attempt_log: JSON.stringify(durations.map((ms, n) => attempt(n + 1, ms))),
					}),
				);
				const old = rows
					.filter((_, number) => given[number].superseded)
					.map((one) => ({ ...one, status: 'sending', lease_owner: 'dead' }));
				const stats = await statsFor([...old, ...rows]);
				const count = (status) => given.filter((one) => one.status === status).length;
				expect(stats).toMatchObject({
					total_deliveries: given.length,
					successful_deliveries: count('delivered'),
					failed_deliveries: count('failed'),
					pending_deliveries: count('pending') + count('sending'),
					held_deliveries: count('held'),
				});
				const sums = [
					'total_deliveries',
					'successful_deliveries',
					'failed_deliveries',
					'pending_deliveries',
					'held_deliveries',
					'total_attempts',
				];
				for (const parts of [stats.by_endpoint, stats.by_day]) {
					for (const name of sums) {
						const sum = parts.reduce((total, part) => total + part[name], 0);
						expect([name, sum]).toEqual([name, stats[name]]);
					}
					const last = parts.flatMap((part) => part.last_delivery ?? []).sort();
					expect(last.at(-1) ?? null).toBe(stats.last_delivery);
					const slowest = parts.map((part) => part.response_time_ms?.max ?? -1);
					expect(Math.max(-1, ...slowest)).toBe(stats.response_time_ms?.max ?? -1);
				}
				for (const part of stats.by_endpoint) {
					const own = given.filter(({ endpoint }) => endpoint === part.endpoint_id);
					expect(part.total_deliveries).toBe(own.length);
				}
				const days = stats.by_day.map(({ day }) => day);
				expect(days).toEqual([...days].sort());
				for (const { day, total_deliveries: total } of stats.by_day) {
					const own = rows.filter(({ accepted_at: at }) => at.startsWith(day));
					expect(total).toBe(own.length);
				}
			}),
			{ numRuns: 60 },
		);
	});
});
