const fc = require('fast-check');

const { splitIntoBatches } = require('../../dist/core/event/batch');
const { deliver } = require('../../dist/core/sending/deliver');
const {
	buildBatchEnvelope,
	buildEnvelope,
	formatTimestamp,
} = require('../../dist/core/event/envelope');
const { createPacer } = require('../../dist/core/sending/pacer');
const {
	classifyAttempt,
	isRetryable,
	parseStatuses,
} = require('../../dist/core/sending/attemptOutcome');
const { BRIEF_RETRY } = require('../../dist/core/sending/retryPolicy');
const { getPlatform, resolveScheme } = require('../../dist/core/platforms');

const response = (statusCode, headers = {}) => ({
	kind: 'response',
	statusCode,
	headers,
	body: '',
	bodyTruncated: false,
});
const failure = (code) => ({ kind: 'error', code, message: code });
const AGENTICFLOW_STATUSES = getPlatform('agenticflow').retryStatuses;

test.each([
	[response(200), 'success'],
	[response(204), 'success'],
	[response(301), 'redirect'],
	[response(304), 'redirect'],
	[response(400), 'permanent'],
	[response(408), 'retryable'],
	[response(410), 'gone'],
	[response(410, { 'retry-after': '1' }), 'gone'],
	[response(413), 'body_too_large'],
	[response(429), 'throttled'],
	[response(500), 'retryable'],
	[response(502), 'throttled'],
	[response(503), 'retryable'],
	[response(504), 'throttled'],
	[response(400, { 'retry-after': '1' }), 'permanent'],
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
	[failure('ERR_FR_MAX_BODY_LENGTH_EXCEEDED'), 'body_too_large'],
	[failure('SSRF'), 'blocked'],
	[failure('INVALID_REQUEST'), 'invalid_request'],
	[failure('SOMETHING_NEW'), 'connection'],
])('%j is %s', (result, outcome) => {
	expect(classifyAttempt(result, AGENTICFLOW_STATUSES)).toBe(outcome);
});

test('statuses to retry are read, or refused with an example', () => {
	expect(parseStatuses(' 408,429 5XX ')).toEqual(['408', '429', '5xx']);
	for (const text of ['200', '3xx', '99', 'x', '5x', '600']) {
		expect(() => parseStatuses(text)).toThrow('e.g. 408, 429, 5xx');
	}
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
		// Three attempts of 10 ms, and the wait of 4 s that was not begun.
		expect(report).toMatchObject({
			status: 'retrying',
			gave_up_because: null,
			nextAttemptAtMs: 1000 + 2000 + 3 * 10 + 4000,
			response: { status_code: 500 },
		});
		expect(report.attempts).toHaveLength(3);
	});

	test.each([400, 404, 410, 413, 302])('is not retried after %d', async (status) => {
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
						retry: {
							...BRIEF_RETRY,
							schedule: { ...BRIEF_RETRY.schedule, maxRetries },
							jitter: 0,
						},
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
	const formatOf = (id) => getPlatform(id).events;
	const event = {
		id: 'evt_1',
		type: 'workflow.execution.completed',
		timeMs: Date.parse('2024-01-15T10:30:00.789Z'),
		webhook: { id: 'wh_987654321', name: 'Order Processing Webhook' },
		data: { status: 'success' },
	};

	test('AgenticFlow’s is its page’s, in the page’s order', () => {
		expect(JSON.stringify(buildEnvelope(formatOf('agenticflow'), event))).toBe(
			'{"event":"workflow.execution.completed","timestamp":"2024-01-15T10:30:00Z","webhook_id":"wh_987654321","data":{"status":"success"}}',
		);
	});

	test('Agent Platform’s is its page’s, in the page’s order', () => {
		const message = {
			...event,
			type: 'agent.message',
			timeMs: Date.parse('2024-01-15T11:45:00Z'),
			webhook: { id: 'webhook-id', name: 'My Webhook' },
			data: {},
		};
		expect(JSON.stringify(buildEnvelope(formatOf('agentPlatform'), message))).toBe(
			'{"event":"agent.message","webhook":{"id":"webhook-id","name":"My Webhook"},"timestamp":"2024-01-15T11:45:00.000000Z","data":{}}',
		);
	});

	test('WorkFlux’s and AgentFlow’s have three fields, and times in seconds', () => {
		for (const id of ['workflux', 'agentflow']) {
			expect(JSON.stringify(buildEnvelope(formatOf(id), event))).toBe(
				'{"event":"workflow.execution.completed","timestamp":"2024-01-15T10:30:00Z","data":{"status":"success"}}',
			);
		}
	});

	test('a batch keeps the platform’s fields and holds each event whole', () => {
		const batch = buildBatchEnvelope(
			formatOf('standardWebhooks'),
			{ id: 'dlv_1', timeMs: 0, webhook: { id: '', name: '' } },
			[event, event],
		);
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
		expect(formatTimestamp('iso-seconds', event.timeMs)).toBe('2024-01-15T10:30:00Z');
		expect(formatTimestamp('iso-milliseconds', event.timeMs)).toBe('2024-01-15T10:30:00.789Z');
		expect(formatTimestamp('iso-microseconds', event.timeMs)).toBe('2024-01-15T10:30:00.789000Z');
	});

	test('data cannot reach into the envelope', () => {
		const tricky = { ...event, data: { event: '{timestamp}', nested: '{data}' } };
		expect(buildEnvelope(formatOf('custom'), tricky).data).toEqual(tricky.data);
	});
});

test('batches hold each event once, in order, by key, and no more than allowed', () => {
	const event = fc.record({ key: fc.constantFrom('a', 'b'), n: fc.integer() });
	fc.assert(
		fc.property(fc.array(event), fc.integer({ min: 1, max: 5 }), (events, max) => {
			const batches = splitIntoBatches(events, { maxEvents: max }, { keyOf: ({ key }) => key });
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

test('splitIntoBatches starts another batch when one has too many bytes, and drops no large event', () => {
	const lengths = (sizes, limits) =>
		splitIntoBatches(sizes, limits, { sizeOf: (bytes) => bytes }).map(({ length }) => length);
	const limits = { maxEvents: 3, maxBytes: 100 };
	expect(lengths([20, 30, 50, 20], limits)).toEqual([3, 1]);
	expect(lengths([60, 60, 20], limits)).toEqual([1, 2]);
	expect(lengths([500, 20, 20, 20, 20], limits)).toEqual([1, 3, 1]);
	expect(lengths([], limits)).toEqual([]);
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
