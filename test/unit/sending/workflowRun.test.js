const fc = require('fast-check');

const { classifyAttempt } = require('../../../build/core/sending/attemptOutcome');
const { cutWorkflowMessage, withWorkflows } = require('../../../build/core/sending/workflowRun');

const target = {
	workflowId: 'flow',
	timeoutMs: 5000,
	maxResponseBytes: 20,
	endpoint: { id: 'ep_1', name: 'Stock' },
};

const finished = (items, more = {}) => ({
	kind: 'finished',
	executionId: '7',
	items,
	isWaiting: false,
	...more,
});

/** Attempts a delivery to a workflow. Returns the result, and the call of the workflow. */
async function attempt(run, { body = '[{"event":"a"}]', ...more } = {}) {
	const calls = [];
	const port = withWorkflows(
		() => {
			throw new Error('No request is made for a workflow');
		},
		async (call) => {
			calls.push(call);
			return run;
		},
	);
	const result = await port({ target, body: Buffer.from(body), ...more });
	return { result, call: calls[0] };
}

test('a target without a workflow gets a request', async () => {
	const port = withWorkflows(
		async ({ key }) => key,
		() => {
			throw new Error('No workflow is run for a URL');
		},
	);
	expect(await port({ key: 'evt_1', target: { url: 'https://example.com' } })).toBe('evt_1');
});

test('a workflow gets one item for each event, with its delivery and its endpoint', async () => {
	const { call } = await attempt(finished([]), {
		body: '[{"event":"a","data":{"n":616581622363398142}},{"event":"b"}]',
		delivery: { id: 'dlv_1', attempt: 3, hops: 2 },
	});
	const about = {
		delivery_id: 'dlv_1',
		attempt: 3,
		hops: 2,
		endpoint_id: 'ep_1',
		endpoint_name: 'Stock',
	};
	expect(call).toEqual({
		workflowId: 'flow',
		timeoutMs: 5000,
		items: [
			{ event: 'a', data: { n: '616581622363398142' }, ...about },
			{ event: 'b', ...about },
		],
	});
});

test('its last items are the body of the answer: one alone, several as a list', async () => {
	const bodyOf = async (items) => (await attempt(finished(items))).result;
	expect(await bodyOf([{ ok: true }])).toEqual({
		kind: 'response',
		statusCode: 200,
		headers: { 'content-type': 'application/json' },
		body: '{"ok":true}',
		bodyTruncated: false,
		executionId: '7',
	});
	expect(await bodyOf([{ a: 1 }, { a: 2 }])).toMatchObject({ body: '[{"a":1},{"a":2}]' });
	expect(await bodyOf([])).toMatchObject({ body: '[]', bodyTruncated: false });
});

test('an answer is never longer than the limit, and says whether it was cut off', async () => {
	await fc.assert(
		fc.asyncProperty(
			fc.array(fc.record({ text: fc.string() }), { maxLength: 6 }),
			async (items) => {
				const { result } = await attempt(finished(items));
				const whole = JSON.stringify(items.length === 1 ? items[0] : items);
				expect(Buffer.byteLength(result.body)).toBeLessThanOrEqual(22);
				expect(result.bodyTruncated).toBe(Buffer.byteLength(whole) > target.maxResponseBytes);
				if (!result.bodyTruncated) expect(result.body).toBe(whole);
			},
		),
	);
});

test('a large list is not written to its end', async () => {
	let written = 0;
	const item = {
		toJSON: () => {
			written += 1;
			return { text: 'x'.repeat(10) };
		},
	};
	await attempt(finished(Array(10_000).fill(item)));
	expect(written).toBeLessThan(5);
});

test('a workflow that waits has the event', async () => {
	const { result } = await attempt(finished([], { isWaiting: true }));
	expect(classifyAttempt(result, [])).toBe('success');
});

test.each([
	['workflow_failed', false],
	['timeout', true],
])('a failure is the outcome %s, with the workflow’s message', async (outcome, hasTimedOut) => {
	const { result } = await attempt({ kind: 'failed', message: 'No stock', hasTimedOut });
	expect(result).toMatchObject({ kind: 'error', message: 'No stock' });
	expect(classifyAttempt(result, [])).toBe(outcome);
});

test('a long message is cut off', () => {
	expect(cutWorkflowMessage('x'.repeat(1000))).toHaveLength(1000);
	expect(cutWorkflowMessage('x'.repeat(1001))).toBe(`${'x'.repeat(1000)}…`);
});
