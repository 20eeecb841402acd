const fc = require('fast-check');

const { groupIntoBatches } = require('../../dist/core/batching/batching');
const { deliver } = require('../../dist/core/delivery/deliver');
const {
	buildBatchEnvelope,
	buildEnvelope,
	formatTimestamp,
} = require('../../dist/core/delivery/envelope');
const { createPacer } = require('../../dist/core/delivery/pacing');
const { classify, isRetryable, parseStatuses } = require('../../dist/core/policy/outcome');
const { BRIEF_RETRY, parseRetryAfterMs, retryDelayMs } = require('../../dist/core/policy/retry');
const { profileById, resolveScheme } = require('../../dist/core/profiles');

const response = (statusCode, headers = {}) => ({
	kind: 'response',
	statusCode,
	headers,
	body: '',
	bodyTruncated: false,
});
const failure = (code) => ({ kind: 'error', code, message: code });
const AGENTICFLOW_STATUSES = profileById('agenticflow').retryStatuses;

test.each([
	[response(200), 'success'],
	[response(204), 'success'],
	[response(301), 'redirect'],
	[response(304), 'redirect'],
	[response(400), 'permanent'],
	[response(408), 'retryable'],
	[response(410), 'gone'],
	[response(429), 'throttled'],
	[response(500), 'retryable'],
	[response(503, { 'retry-after': '1' }), 'throttled'],
	[response(100), 'permanent'],
	[failure('ETIMEDOUT'), 'timeout'],
	[failure('ECONNABORTED'), 'timeout'],
	[failure('ENOTFOUND'), 'dns'],
	[failure('EAI_AGAIN'), 'dns'],
	[failure('ECONNREFUSED'), 'connection'],
	[failure('CERT_HAS_EXPIRED'), 'tls'],
	[failure('DEPTH_ZERO_SELF_SIGNED_CERT'), 'tls'],
	[failure('ERR_TLS_CERT_ALTNAME_INVALID'), 'tls'],
	[failure('EPROTO'), 'tls'],
	[failure('SSRF'), 'blocked'],
	[failure('INVALID_REQUEST'), 'invalid_request'],
	[failure('SOMETHING_NEW'), 'connection'],
])('%j is %s', (result, outcome) => {
	expect(classify(result, AGENTICFLOW_STATUSES)).toBe(outcome);
});

test('statuses to retry are read, or refused with an example', () => {
	expect(parseStatuses(' 408,429 5XX ')).toEqual(['408', '429', '5xx']);
	for (const text of ['200', '3xx', '99', 'x', '5x', '600']) {
		expect(() => parseStatuses(text)).toThrow('e.g. 408, 429, 5xx');
	}
});

describe('retry delays', () => {
	const policy = fc.record({
		maxRetries: fc.integer({ min: 0, max: 10 }),
		firstDelayMs: fc.integer({ min: 0, max: 60_000 }),
		backoffMultiplier: fc.double({ min: 1, max: 10, noNaN: true }),
		maxDelayMs: fc.integer({ min: 0, max: 600_000 }),
		jitter: fc.double({ min: 0, max: 1, noNaN: true }),
		maxRetryAfterMs: fc.integer({ min: 0, max: 600_000 }),
	});
	const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

	test('stay within the cap and the jitter, and grow where there is no jitter', () => {
		fc.assert(
			fc.property(policy, fc.integer({ min: 1, max: 10 }), random, (rules, retry, chance) => {
				const full = retryDelayMs({ ...rules, jitter: 0 }, retry, chance);
				const delay = retryDelayMs(rules, retry, chance);
				expect(full).toBeLessThanOrEqual(rules.maxDelayMs);
				expect(delay).toBeLessThanOrEqual(full + 1);
				expect(delay).toBeGreaterThanOrEqual(Math.floor(full * (1 - rules.jitter)) - 1);
				expect(retryDelayMs({ ...rules, jitter: 0 }, retry + 1, chance)).toBeGreaterThanOrEqual(
					full,
				);
			}),
		);
	});

	test('Retry-After lengthens up to its bound and never shortens', () => {
		fc.assert(
			fc.property(
				policy,
				random,
				fc.integer({ min: 0, max: 10_000_000 }),
				(rules, chance, asked) => {
					const own = retryDelayMs(rules, 1, chance);
					const delay = retryDelayMs(rules, 1, chance, asked);
					expect(delay).toBeGreaterThanOrEqual(own);
					expect(delay).toBeLessThanOrEqual(Math.max(own, rules.maxRetryAfterMs));
				},
			),
		);
	});

	test.each([
		['2', 2000],
		['Wed, 21 Oct 2015 07:28:05 GMT', 5000],
		['Wed, 21 Oct 2015 07:27:00 GMT', 0],
		['soon', undefined],
		['-5', undefined],
		['1.5', undefined],
		['', undefined],
		[undefined, undefined],
	])('Retry-After: %j is %j ms', (value, expected) => {
		expect(parseRetryAfterMs(value, Date.parse('2015-10-21T07:28:00Z'))).toBe(expected);
	});
});

describe('a delivery', () => {
	/** Runs against a script of results, on a clock of its own. */
	async function run(results, rules = {}) {
		let now = 0;
		const waits = [];
		const report = await deliver(
			{
				retry: { ...BRIEF_RETRY, jitter: 0 },
				retryStatuses: AGENTICFLOW_STATUSES,
				maxTotalWaitMs: 60_000,
				...rules,
			},
			{
				attempt: async (attempt) => {
					now += 10;
					return results[attempt - 1];
				},
				wait: async (ms) => {
					waits.push(ms);
					now += ms;
				},
				nowMs: () => now,
				random: () => 0,
			},
		);
		return { report, waits };
	}

	test('that succeeds at once makes one attempt', async () => {
		const { report, waits } = await run([response(202)]);
		expect(report).toMatchObject({ status: 'delivered', gave_up_because: null });
		expect(report.attempts).toEqual([
			{
				attempt: 1,
				time: '1970-01-01T00:00:00.000Z',
				outcome: 'success',
				status_code: 202,
				duration_ms: 10,
				error_message: null,
			},
		]);
		expect(waits).toEqual([]);
	});

	test('waits longer each time and makes no more attempts than it may', async () => {
		const { report, waits } = await run(Array(9).fill(failure('ECONNRESET')));
		expect(waits).toEqual([1000, 2000, 4000]);
		expect(report).toMatchObject({ status: 'failed', gave_up_because: 'All 4 attempts were made' });
		expect(report.attempts).toHaveLength(4);
	});

	test('does not begin a wait that would be too long', async () => {
		const { report, waits } = await run(Array(9).fill(response(500)), { maxTotalWaitMs: 3500 });
		expect(waits).toEqual([1000, 2000]);
		expect(report.gave_up_because).toContain('due in 4 s');
	});

	test.each([400, 404, 410, 302])('is not retried after %d', async (status) => {
		const { report } = await run([response(status), response(200)]);
		expect(report).toMatchObject({ status: 'failed' });
		expect(report.attempts).toHaveLength(1);
	});

	test('never makes more attempts than its policy allows, whatever comes', async () => {
		const result = fc.oneof(
			fc.integer({ min: 100, max: 599 }).map((status) => response(status)),
			fc.constantFrom('ETIMEDOUT', 'ENOTFOUND', 'EPROTO', 'ECONNRESET').map(failure),
		);
		await fc.assert(
			fc.asyncProperty(
				fc.array(result, { minLength: 12, maxLength: 12 }),
				fc.integer({ min: 0, max: 10 }),
				async (results, maxRetries) => {
					const { report } = await run(results, {
						retry: { ...BRIEF_RETRY, maxRetries, jitter: 0 },
						maxTotalWaitMs: Infinity,
					});
					expect(report.attempts.length).toBeLessThanOrEqual(maxRetries + 1);
					const outcomes = report.attempts.map(({ outcome }) => outcome);
					expect(outcomes.slice(0, -1).every(isRetryable)).toBe(true);
					expect(report.status).toBe(outcomes.at(-1) === 'success' ? 'delivered' : 'failed');
				},
			),
		);
	});
});

describe('envelopes', () => {
	const event = {
		id: 'evt_1',
		type: 'workflow.execution.completed',
		timeMs: Date.parse('2024-01-15T10:30:00.789Z'),
		webhookId: 'wh_987654321',
		data: { status: 'success' },
	};

	test('AgenticFlow’s is its page’s, in the page’s order', () => {
		expect(JSON.stringify(buildEnvelope(profileById('agenticflow'), event))).toBe(
			'{"event":"workflow.execution.completed","timestamp":"2024-01-15T10:30:00Z","webhook_id":"wh_987654321","data":{"status":"success"}}',
		);
	});

	test('a batch keeps the platform’s fields and holds each event whole', () => {
		const profile = profileById('standardWebhooks');
		const batch = buildBatchEnvelope(profile, { id: 'dlv_1', timeMs: 0, webhookId: '' }, [
			event,
			event,
		]);
		expect(batch).toEqual({
			type: 'webhook.batch',
			timestamp: '1970-01-01T00:00:00.000Z',
			data: {
				event_count: 2,
				events: Array(2).fill({
					type: event.type,
					timestamp: '2024-01-15T10:30:00.789Z',
					data: event.data,
				}),
			},
		});
	});

	test('times are written as platforms write them', () => {
		expect(formatTimestamp('iso-microseconds', event.timeMs)).toBe('2024-01-15T10:30:00.789000Z');
	});

	test('data cannot reach into the envelope', () => {
		const tricky = { ...event, data: { event: '{timestamp}', nested: '{data}' } };
		expect(buildEnvelope(profileById('custom'), tricky).data).toEqual(tricky.data);
	});
});

test('batches hold each event once, in order, by key, and no more than allowed', () => {
	const event = fc.record({ key: fc.constantFrom('a', 'b'), n: fc.integer() });
	fc.assert(
		fc.property(fc.array(event), fc.integer({ min: 1, max: 5 }), (events, max) => {
			const batches = groupIntoBatches(events, max, ({ key }) => key);
			for (const batch of batches) {
				expect(batch.length).toBeLessThanOrEqual(max);
				expect(new Set(batch.map(({ key }) => key)).size).toBe(1);
			}
			for (const key of ['a', 'b']) {
				const of = (list) => list.filter((entry) => entry.key === key);
				expect(of(batches.flat())).toEqual(of(events));
			}
			const full = (key) => Math.ceil(events.filter((entry) => entry.key === key).length / max);
			expect(batches).toHaveLength(full('a') + full('b'));
		}),
	);
});

describe('pacing', () => {
	test('no more run at once than allowed, in order, and a failure frees its place', async () => {
		const pace = createPacer(
			{ concurrency: 3, perSecond: 0 },
			{ wait: async () => {}, nowMs: () => 0 },
		);
		let running = 0;
		let most = 0;
		const begun = [];
		const tasks = Array.from({ length: 20 }, (_, index) =>
			pace(async () => {
				begun.push(index);
				most = Math.max(most, (running += 1));
				await new Promise((resolve) => setImmediate(resolve));
				running -= 1;
				if (index % 4 === 0) throw new Error('failed');
			}).catch(() => 'failed'),
		);
		const results = await Promise.all(tasks);
		expect(most).toBe(3);
		expect(begun).toEqual(Array.from({ length: 20 }, (_, index) => index));
		expect(results.filter((result) => result === 'failed')).toHaveLength(5);
	});

	test('attempts begin no faster than allowed', async () => {
		let now = 0;
		const waits = [];
		const wait = async (ms) => void waits.push(ms);
		const pace = createPacer({ concurrency: 100, perSecond: 4 }, { wait, nowMs: () => now });
		await Promise.all(Array.from({ length: 4 }, () => pace(async () => {})));
		expect(waits).toEqual([250, 500, 750]);
		now = 10_000;
		await pace(async () => {});
		expect(waits).toHaveLength(3);
	});
});

describe('which scheme signs', () => {
	test('the platform’s, unless the credential names one', () => {
		expect(resolveScheme({ kind: 'platform' }, 'agenticflow').name).toBe('agenticflow');
		expect(resolveScheme({ kind: 'profile', id: 'standardWebhooks' }, 'agenticflow').name).toBe(
			'standardWebhooks',
		);
	});

	test('where nobody names one, the error says what to choose', () => {
		expect(() => resolveScheme({ kind: 'platform' })).toThrow('Choose a scheme');
		expect(() => resolveScheme({ kind: 'platform' }, 'custom')).toThrow('Choose "Custom"');
		expect(() => resolveScheme({ kind: 'platform' }, 'gone')).toThrow('is not known');
	});
});
