const fc = require('fast-check');

const { createTimeZone } = require('../../../../build/core/lib/timeZone');
const { findDeliveries } = require('../../../../build/core/outbox/log/query');
const { computeStats, toStatsParts } = require('../../../../build/core/outbox/log/stats');

const { START } = require('../world');

const { attempt, iso, range, row, logWith } = require('./logRows');

const START_MS = Date.parse(START);

describe('computeStats', () => {
	const statsFor = async (rows) =>
		computeStats(toStatsParts(await findDeliveries(logWith(rows), {})));

	test('returns zeros and nulls without deliveries', async () => {
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

	test('counts an example as computed by hand', async () => {
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
	])('returns these percentiles for attempts of %j ms', async (durations, expected) => {
		const log = (times) => JSON.stringify(times.map((ms, index) => attempt(index + 1, ms)));
		const rows = range(0, Math.floor(durations.length / 50)).map((part) =>
			row(part + 1, { attempt_log: log(durations.slice(part * 50, part * 50 + 50)) }),
		);
		expect((await statsFor(rows)).response_time_ms).toEqual(expected);
	});

	test('counts an event on the day that it was in the zone, also when the day has 23 or 25 hours', async () => {
		const times = [
			'2026-03-28T22:59:59.999Z',
			'2026-03-28T23:00:00.000Z',
			'2026-03-29T21:59:59.999Z',
			'2026-03-29T22:00:00.000Z',
			'2026-10-24T22:00:00.000Z',
			'2026-10-25T22:59:59.999Z',
			'2026-10-25T23:00:00.000Z',
		];
		const rows = times.map((accepted_at, index) => row(index + 1, { accepted_at }));
		const deliveries = await findDeliveries(logWith(rows), {});
		const countDays = (zone) =>
			computeStats(toStatsParts(deliveries), zone).by_day.map(({ day, total_deliveries }) => [
				day,
				total_deliveries,
			]);
		expect(countDays(createTimeZone('Europe/Berlin'))).toEqual([
			['2026-03-28', 1],
			['2026-03-29', 2],
			['2026-03-30', 1],
			['2026-10-25', 2],
			['2026-10-26', 1],
		]);
		expect(countDays(undefined)).toEqual([
			['2026-03-28', 2],
			['2026-03-29', 2],
			['2026-10-24', 1],
			['2026-10-25', 2],
		]);
	});

	test('returns parts by endpoint and by day that add up to the total', async () => {
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
					expect(part.endpoint_name).toBe('Shop');
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
