const fc = require('fast-check');

const { createTimeZone } = require('../../../build/core/lib/timeZone');
const { computeStats, toStatsParts } = require('../../../build/core/outbox/log/stats');
const { drawDeliveryChart } = require('../../../build/core/report/deliveryChart');
const { listElements, parseXml } = require('../../harness/xml');

const DAY = 86_400_000;
// A Wednesday.
const NOW = Date.parse('2026-03-11T15:00:00Z');
const iso = (ms) => new Date(ms).toISOString();

const attempt = (durationMs, statusCode = 200) => ({
	status_code: statusCode,
	duration_ms: durationMs,
});

const row = (acceptedMs, more = {}) => ({
	tenantId: 'default',
	endpointId: 'ep_a',
	endpointName: 'Shop',
	acceptedAt: iso(acceptedMs),
	status: 'delivered',
	attempts: 1,
	lastAttemptAt: null,
	attemptLog: [attempt(10)],
	...more,
});

const chart = (rows, more = {}) =>
	drawDeliveryChart(toStatsParts(rows), { title: 'Delivery report', nowMs: NOW, ...more });

const PARTS = ['delivered', 'failed', 'other'];
const toParts = ({ delivered = 0, failed = 0, other = 0 } = {}) => ({ delivered, failed, other });
const numbers = (text) =>
	text.match(/\d+(?:,\d{3})*/g).map((number) => Number(number.replaceAll(',', '')));

/** Reads what the picture shows, as a person who looks at it would. */
function read(svg) {
	const root = parseXml(svg);
	const all = listElements(root);
	const classed = (name) => all.filter(({ attributes }) => attributes.class === name);
	const texts = all.filter(({ name }) => name === 'text').map(({ text }) => text);
	return {
		root,
		all,
		texts,
		range: texts.find((text) => text.endsWith('(UTC)')),
		totals: toParts(
			Object.fromEntries(
				Object.entries({
					delivered: 'Delivered: ',
					failed: 'Failed: ',
					other: 'Pending or on hold: ',
				}).map(([name, label]) => [name, numbers(texts.find((text) => text.startsWith(label)))[0]]),
			),
		),
		bars: classed('bar').map(({ children: [title, ...shapes] }) => {
			const [when, what] = title.text.split(/: (?=\d)/);
			const [delivered, failed, other] = numbers(what);
			return {
				when,
				counts: { delivered, failed, other },
				times: /p50 (\d+) ms, p95 (\d+) ms/.exec(what)?.slice(1).map(Number),
				rects: shapes
					.filter(({ name }) => name === 'rect')
					.map(({ attributes: { class: part, height, width, x, y } }) => ({
						part,
						height: Number(height),
						width: Number(width),
						x: Number(x),
						y: Number(y),
					})),
				mark: shapes.find(({ name }) => name !== 'rect'),
			};
		}),
		lines: Object.fromEntries(
			['p50', 'p95'].map((name) => {
				const [path, ...points] = classed(name).flatMap(({ children }) => children);
				return [
					name,
					{
						path: path.attributes.d,
						points: points.map(({ attributes: { cx, cy } }) => ({ x: Number(cx), y: Number(cy) })),
					},
				];
			}),
		),
	};
}

/** Creates rows for the last days, with a number of deliveries for each day. */
const daily = (counts, more = (_day, _number) => ({})) =>
	counts.flatMap((count, index) =>
		Array.from({ length: count }, (_, number) =>
			row(NOW - (counts.length - 1 - index) * DAY, more(index, number)),
		),
	);

describe('the time axis of drawDeliveryChart', () => {
	test.each([
		[0, 1, 'Days, Mar 11, 2026 to Mar 11, 2026 (UTC)'],
		[1, 1, 'Days, Mar 11, 2026 to Mar 11, 2026 (UTC)'],
		[7, 7, 'Days, Mar 5, 2026 to Mar 11, 2026 (UTC)'],
		[30, 30, 'Days, Feb 10, 2026 to Mar 11, 2026 (UTC)'],
		[62, 62, 'Days, Jan 9, 2026 to Mar 11, 2026 (UTC)'],
		[63, 10, 'Weeks from Monday, Jan 8, 2026 to Mar 11, 2026 (UTC)'],
		[400, 58, 'Weeks from Monday, Feb 5, 2025 to Mar 11, 2026 (UTC)'],
		[450, 16, 'Months, Dec 17, 2024 to Mar 11, 2026 (UTC)'],
		[3000, 10, 'Years, Dec 24, 2017 to Mar 11, 2026 (UTC)'],
	])('divides %d days into %d bars: %s', (days, bars, range) => {
		const seen = read(chart(daily(Array(days).fill(1))));
		expect(seen.bars).toHaveLength(bars);
		expect(seen.range).toBe(range);
		expect(seen.totals).toEqual(toParts({ delivered: days }));
		expect(seen.texts.includes('No deliveries')).toBe(days === 0);
		const labels = seen.texts.filter((text) => /^[A-Z][a-z]{2}( \d+)?$|^20\d\d$/.test(text));
		expect(labels.length).toBeGreaterThan(0);
		expect(labels.length).toBeLessThan(30);
	});

	test('has the days of the zone, also when they have 23 hours', () => {
		const zone = createTimeZone('Europe/Berlin');
		const times = [
			'2026-03-28T22:30Z',
			'2026-03-28T23:30Z',
			'2026-03-29T21:30Z',
			'2026-03-29T22:30Z',
		];
		const rows = times.map((time) => row(Date.parse(time)));
		const nowMs = Date.parse('2026-03-30T12:00Z');
		const sinceMs = Date.parse('2026-03-27T23:00Z');
		const svg = chart(rows, { zone, nowMs, sinceMs });
		const { bars } = read(svg);
		expect(bars.map(({ counts, when }) => [when, counts.delivered])).toEqual([
			['Mar 28, 2026', 1],
			['Mar 29, 2026', 2],
			['Mar 30, 2026', 1],
		]);
		expect(svg).toContain('Days, Mar 28, 2026 to Mar 30, 2026 (Europe/Berlin)');
	});

	test('starts weeks on Monday and months on the first', () => {
		const weeks = read(chart(daily(Array(100).fill(1)))).bars;
		expect(weeks[0]).toMatchObject({
			when: 'Dec 1, 2025 to Dec 7, 2025',
			counts: { delivered: 6 },
		});
		expect(weeks.at(-1)).toMatchObject({
			when: 'Mar 9, 2026 to Mar 15, 2026',
			counts: { delivered: 3 },
		});
		const months = read(chart(daily(Array(450).fill(1)))).bars;
		expect(months[2]).toMatchObject({
			when: 'Feb 1, 2025 to Feb 28, 2025',
			counts: { delivered: 28 },
		});
	});

	test('includes days without deliveries', () => {
		const { bars, range } = read(chart(daily([2, 0, 0, 1, 0])));
		expect(bars.map(({ counts }) => counts.delivered)).toEqual([2, 0, 0, 1, 0]);
		expect(bars[1]).toEqual({
			when: 'Mar 8, 2026',
			counts: toParts(),
			times: undefined,
			rects: [],
			mark: undefined,
		});
		expect(range).toContain('to Mar 11, 2026');
	});

	test.each([
		['since', { sinceMs: NOW - 9 * DAY }, 10, 'Mar 2, 2026', 'Mar 11, 2026'],
		['until', { untilMs: NOW - 2 * DAY }, 2, 'Mar 8, 2026', 'Mar 9, 2026'],
		['both', { sinceMs: NOW - 9 * DAY, untilMs: NOW - DAY }, 9, 'Mar 2, 2026', 'Mar 10, 2026'],
		// At midnight a day ends, and the next one has not started.
		['until midnight', { untilMs: Date.parse('2026-03-10') }, 2, 'Mar 8, 2026', 'Mar 9, 2026'],
		['until later than now', { untilMs: NOW + 9 * DAY }, 4, 'Mar 8, 2026', 'Mar 11, 2026'],
		[
			'since long before',
			{ sinceMs: Date.parse('-010000-01-01') },
			57,
			'Jan 1, 1970',
			'Mar 11, 2026',
		],
	])('covers the requested time: %s', (_, asked, count, first, last) => {
		const { bars, range } = read(chart([row(NOW - 3 * DAY)], asked));
		expect(bars).toHaveLength(count);
		expect(range).toContain(`${first} to ${last}`);
		expect(bars.map(({ counts }) => counts.delivered).filter(Boolean)).toEqual([1]);
	});
});

describe('a bar of the chart', () => {
	const failing = (index, number) => ({
		status: ['delivered', 'delivered', 'failed', 'held', 'pending'][number % 5],
	});

	test('has parts whose heights show its counts', () => {
		const { bars } = read(chart(daily([10, 5, 0, 1, 100], failing)));
		const perDelivery = bars[0].rects[0].height / bars[0].counts.delivered;
		const bottom = bars[0].rects[0].y + bars[0].rects[0].height;
		for (const { counts, rects } of bars) {
			expect(rects.map(({ part }) => part)).toEqual(PARTS.filter((part) => counts[part] > 0));
			let below = bottom;
			for (const { height, part, y } of rects) {
				expect(height).toBeCloseTo(counts[part] * perDelivery, 1);
				expect(y + height).toBeCloseTo(below, 1);
				below = y;
			}
		}
		expect(bars.map(({ counts }) => counts)).toEqual([
			{ delivered: 4, failed: 2, other: 4 },
			{ delivered: 2, failed: 1, other: 2 },
			{ delivered: 0, failed: 0, other: 0 },
			{ delivered: 1, failed: 0, other: 0 },
			{ delivered: 40, failed: 20, other: 40 },
		]);
	});

	test('marks failures that are too few to be visible in it', () => {
		const createFailures = (count) => (index, number) => ({
			status: number === count - 1 ? 'failed' : 'delivered',
		});
		const [few] = read(chart(daily([5000], createFailures(5000)))).bars;
		expect(few.rects[1].height).toBeLessThan(0.1);
		expect(few.mark).toMatchObject({ name: 'text', text: '1' });
		expect(Number(few.mark.attributes.y)).toBeLessThan(few.rects[1].y);
		// A dot, if bars are narrow.
		const narrow = read(chart(daily(Array(60).fill(3), createFailures(3)))).bars;
		expect(narrow.map(({ mark }) => mark.name)).toEqual(Array(60).fill('circle'));
		expect(read(chart(daily([3, 3]))).bars.map(({ mark }) => mark)).toEqual([undefined, undefined]);
	});
});

describe('the lines of the chart', () => {
	const durations = [[120, 80, 900], [], [50], [60, 61], [], [2000]];
	const rows = durations.flatMap((times, index) =>
		times.map((ms) => row(NOW - (5 - index) * DAY, { attemptLog: [attempt(ms)] })),
	);
	const { bars, lines, texts } = read(chart(rows));

	test('connect the percentiles of each day, and break on days without responses', () => {
		const byDay = new Map(
			computeStats(toStatsParts(rows)).by_day.map(({ day, response_time_ms }) => [
				day,
				response_time_ms,
			]),
		);
		expect(bars.map(({ times }) => times)).toEqual(
			durations.map((times, index) => {
				const stats = byDay.get(iso(NOW - (5 - index) * DAY).slice(0, 10));
				return times.length === 0 ? undefined : [stats.p50, stats.p95];
			}),
		);
		for (const { path, points } of Object.values(lines)) {
			expect(points).toHaveLength(4);
			expect(path.replace(/[^ML]/g, '')).toBe('MMLM');
		}
	});

	test('show response times on a separate axis', () => {
		const answered = bars.filter(({ times }) => times !== undefined);
		const all = ['p50', 'p95'].flatMap((name, which) =>
			lines[name].points.map(({ y }, index) => ({ y, ms: answered[index].times[which] })),
		);
		const slowest = all.find(({ ms }) => ms === 2000);
		const fastest = all.find(({ ms }) => ms === 50);
		const perMs = (fastest.y - slowest.y) / 1950;
		for (const { ms, y } of all) expect(y).toBeCloseTo(slowest.y + (2000 - ms) * perMs, 1);
		expect(texts).toEqual(expect.arrayContaining(['0 ms', '1,000 ms', '2,000 ms']));
		expect(texts).not.toContain('No responses');
	});

	test('are in seconds if responses are slow', () => {
		const slow = read(chart([row(NOW, { attemptLog: [attempt(28_000)] })]));
		expect(slow.texts).toEqual(expect.arrayContaining(['0 s', '10 s', '20 s', '30 s']));
		expect(slow.texts.some((text) => text.endsWith(' ms'))).toBe(false);
	});

	test('are missing if there are no responses', () => {
		const none = read(chart([row(NOW, { attemptLog: [attempt(5000, null)] })]));
		expect(none.lines).toEqual({ p50: { path: '', points: [] }, p95: { path: '', points: [] } });
		expect(none.texts).toContain('No responses');
	});
});

test.each([
	['<script>alert("1") & \'2\'</script>', '<script>alert("1") & \'2\'</script>'],
	[']]> &amp; <!-- ', ']]> &amp; <!-- '],
	['a\u0000b\u0008c\uFFFEd\uD800e😀', 'abcde😀'],
	['x'.repeat(500), `${'x'.repeat(83)}…`],
])('the chart escapes the title %j', (title, expected) => {
	const { all, texts } = read(chart(daily([3, 1]), { title }));
	expect(texts).toContain(expected);
	expect(all[1]).toMatchObject({ name: 'title', text: expect.stringContaining(expected) });
	expect(all.some(({ name }) => name === 'script')).toBe(false);
});

test('the chart is self-contained: it has no scripts, no references, and its own background', () => {
	const { all, root } = read(chart(daily([3, 1, 4], () => ({ status: 'failed' }))));
	expect(root).toMatchObject({ name: 'svg', uri: 'http://www.w3.org/2000/svg' });
	expect(new Set(all.map(({ name }) => name))).toEqual(
		new Set(['svg', 'title', 'rect', 'text', 'line', 'g', 'path', 'circle']),
	);
	const attributes = all.flatMap((element) => Object.entries(element.attributes));
	for (const [name, value] of attributes) {
		expect(name).toMatch(/^(?!on|href|xlink|style)/);
		expect(name === 'xmlns' ? '' : value).not.toMatch(/url\(|:\/\//);
	}
	const [{ attributes: background }] = all.filter(({ name }) => name === 'rect');
	const { height, width } = root.attributes;
	expect(background).toMatchObject({ fill: '#ffffff', x: '0.5', y: '0.5' });
	expect([background.width, background.height].map(Number)).toEqual([width - 1, height - 1]);
	// Everything is within the picture.
	for (const { x, y } of all.map((element) => element.attributes)) {
		expect(Number(x ?? 0)).toBeLessThan(Number(width));
		expect(Number(y ?? 0)).toBeLessThan(Number(height));
	}
});

describe('the breakdown of drawDeliveryChart', () => {
	const readLines = (svg) =>
		listElements(parseXml(svg))
			.filter(({ attributes }) => attributes.class === 'line')
			.map(({ children: [title] }) => title.text);
	const rows = [
		row(NOW, { endpointId: 'ep_b', endpointName: 'Billing', status: 'failed' }),
		row(NOW),
		row(NOW, { tenantId: 'acme', status: 'held' }),
		row(NOW, { endpointId: 'ep_c', endpointName: null }),
	];

	test.each([
		[
			'endpoint',
			[
				'Shop: 1 delivered, 0 failed, 1 pending or on hold',
				'Billing: 0 delivered, 1 failed, 0 pending or on hold',
				'ep_c: 1 delivered, 0 failed, 0 pending or on hold',
			],
		],
		[
			'tenant',
			[
				'default: 2 delivered, 1 failed, 0 pending or on hold',
				'acme: 0 delivered, 0 failed, 1 pending or on hold',
			],
		],
		[undefined, []],
	])('by %s has a bar for each, with most deliveries first', (breakdown, expected) => {
		expect(readLines(chart(rows, { breakdown }))).toEqual(expected);
	});

	test('sums up those that have few deliveries, if there are many', () => {
		const many = Array.from({ length: 30 }, (_, number) =>
			row(NOW, { endpointId: `ep_${number}`, endpointName: `Shop ${number}` }),
		);
		const lines = readLines(chart([...many, many[29]], { breakdown: 'endpoint' }));
		expect(lines).toHaveLength(12);
		expect(lines[0]).toMatch(/^Shop 29: 2 delivered/);
		expect(lines[11]).toMatch(/^19 others: 19 delivered/);
	});
});

test('the counts in the chart add up for any deliveries', () => {
	const anyRow = fc.record({
		hours: fc.integer({ min: -24 * 500, max: 2 }),
		status: fc.constantFrom('gathering', 'pending', 'sending', 'delivered', 'failed', 'held'),
		attemptLog: fc.array(
			fc.record({
				status_code: fc.constantFrom(200, 500, null),
				duration_ms: fc.integer({ min: 0, max: 300_000 }),
			}),
			{ maxLength: 3 },
		),
	});
	fc.assert(
		fc.property(fc.array(anyRow, { maxLength: 40 }), (given) => {
			const rows = given.map(({ hours, ...more }) => row(NOW + hours * 3_600_000, more));
			const { bars, totals } = read(chart(rows));
			const stats = computeStats(toStatsParts(rows));
			const delivered = stats.successful_deliveries;
			const failed = stats.failed_deliveries;
			expect(totals).toEqual({
				delivered,
				failed,
				other: stats.pending_deliveries + stats.held_deliveries,
			});
			for (const part of PARTS) {
				expect(bars.reduce((total, { counts }) => total + counts[part], 0)).toBe(totals[part]);
			}
			for (const { rects } of bars) {
				for (const { height, y } of rects) {
					expect(height).toBeGreaterThan(0);
					expect(y).toBeGreaterThan(110);
				}
			}
		}),
		{ numRuns: 100 },
	);
});
