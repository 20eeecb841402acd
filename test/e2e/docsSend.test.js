/**
 * Follows docs/send.md, docs/retry.md and docs/batches.md: items, bodies and headers as these pages show them. The suites
 * outbound, retry and outboxBatches test the rest of what they describe.
 */
const { listBlocks, listCode, readPage, readSection, toLine } = require('../harness/documents');

const stage = require('./stage');

const { ACTION, n8n, newSecret, node, planResponses, readInbox, receiver } = stage;
const { runAction, setReceiverSecrets, uniqueName } = stage;

const secret = newSecret();
let credentials;

beforeAll(async () => {
	await setReceiverSecrets({ agenticflow: secret });
	credentials = await n8n.createCredential('agentWebhookOutboundApi', 'Docs', {
		signatureScheme: 'platform',
		signingSecret: secret,
	});
});

afterAll(stage.deactivateWorkflows);

/** Sends items to an inbox that accepts everything. */
async function send(items, { options, responses = [], verifier = 'none', ...parameters } = {}) {
	const box = uniqueName('box');
	await planResponses(box, responses);
	const action = node(
		'Send',
		ACTION,
		{
			platform: 'agenticflow',
			url: `${receiver}/receive/${verifier}/${box}`,
			retrySchedule: 'none',
			options: { allowHttp: true, ...options },
			...parameters,
		},
		{ credentials },
	);
	const { id, outputs } = await runAction(items, action, {
		// A connected output Failed keeps the execution going.
		more: [node('Failed', 'n8n-nodes-base.noOp', {})],
		connect: { Send: { main: [[], [], [{ node: 'Failed', type: 'main', index: 0 }]] } },
	});
	const json = outputs.map((output) => output.map((item) => item.json));
	return { id, outputs: json, received: await readInbox(box) };
}

const ORDER_CREATED = { eventType: '__other__', customEventType: 'order.created' };

describe('docs/send.md', () => {
	const [example] = listBlocks(readSection('docs/send.md', 'What comes out'), 'json').map((block) =>
		JSON.parse(block),
	);

	test('shows the item of a delivered event, field by field', async () => {
		const { outputs } = await send([{ order_id: 7 }], {
			...ORDER_CREATED,
			responses: [{ reply: example.response.body }],
		});
		const [[item]] = outputs;
		expect(Object.keys(item)).toEqual(Object.keys(example));
		expect(Object.keys(item.attempt_log[0])).toEqual(Object.keys(example.attempt_log[0]));
		const { attempts, error_message, event, next_attempt_at, response, response_code, status } =
			example;
		expect(item).toMatchObject({
			...{ attempts, error_message, event, next_attempt_at, response, response_code, status },
			event_id: expect.stringMatching(/^evt_/),
			delivery_id: expect.stringMatching(/^dlv_/),
			attempt_log: [{ attempt: 1, outcome: 'success', status_code: 200, error_message: null }],
		});
	});

	test('an answer as an item is parsed like a response', async () => {
		const { outputs } = await send([{ order_id: 7 }], {
			...ORDER_CREATED,
			options: { waitForAnswers: true },
			responses: [{ reply: { price: 12 } }],
		});
		expect(outputs[0][0]).toMatchObject({ answer: { price: 12 }, status: 'delivered' });
	});

	test('a skipped item names the condition that was not met', async () => {
		const [conditions] = listCode(readSection('docs/send.md', 'Conditions')).filter((code) =>
			code.startsWith('{'),
		);
		const { outputs, received } = await send([{ satisfaction_score: 5, message_count: 20 }], {
			...ORDER_CREATED,
			conditionSource: 'json',
			conditions,
		});
		expect(outputs[3]).toMatchObject([
			{ status: 'skipped', condition: expect.stringContaining('satisfaction_score lt 3') },
		]);
		expect(received).toEqual([]);
	});

	test('an expression that returns nothing fails the item, unless it says so on purpose', async () => {
		const [, addition] = /To leave a field empty on purpose, add `([^`]+)` to the expression/.exec(
			toLine(readPage('docs/send.md')),
		);
		// If no item can be sent, the node stops with the error.
		const items = [{ order_id: 7 }, { order_id: 8, fields: 'order_id' }];
		const run = async (expression) =>
			await send(items, {
				...ORDER_CREATED,
				options: { includeFields: `={{ ${expression} }}` },
			});
		const { outputs: failing } = await run('$json.fields');
		expect(failing.map((output) => output.length)).toEqual([1, 0, 1, 0]);
		expect(failing[2][0].error_message).toContain('"Include Fields"');
		expect(failing[2][0].error_message).toContain(addition);
		const { outputs: sent } = await run(`$json.fields ${addition}`);
		expect(sent[0].map(({ status }) => status)).toEqual(['delivered', 'delivered']);
	});

	test('texts count as numbers and switches, as the page shows them', async () => {
		const [, number, yes] = /can also be text, for example `"(\d)"` and `"(\w+)"`/.exec(
			toLine(readPage('docs/send.md')),
		);
		const { outputs } = await send([{ order_id: 7 }], {
			...ORDER_CREATED,
			options: {
				timeoutSeconds: `={{ "${number}" }}`,
				skipTlsCheck: `={{ "${yes}" }}`,
			},
		});
		expect(outputs[0][0].status).toBe('delivered');
	});

	test('CloudEvents have the source and the media types that the page names', async () => {
		const section = readSection('docs/send.md', 'CloudEvents');
		const [single, batch] = listCode(section).filter((code) => code.startsWith('application/'));
		const [source] = listCode(section).filter((code) => code.startsWith('/n8n/'));
		const parameters = { platform: 'cloudEvents', customEventType: 'a', useCredential: false };
		const { id, received } = await send([{ n: 1 }], parameters);
		expect(received[0].headers['content-type']).toBe(single);
		expect(JSON.parse(received[0].body).source).toBe(`${source}${id}`);
		const batched = await send([{ n: 1 }, { n: 2 }], {
			...parameters,
			options: { maxEvents: 2, cloudEventMode: 'binary' },
		});
		expect(batched.received.map(({ headers }) => headers['content-type'])).toEqual([batch]);
		expect(JSON.parse(batched.received[0].body)).toHaveLength(2);
	});
});

describe('docs/retry.md', () => {
	test('the endpoint’s header ends the retries', async () => {
		const section = readSection('docs/retry.md', 'When');
		const headers = listCode(section).filter((code) => code.startsWith('webhook-delivery: '));
		expect(headers).toHaveLength(2);
		for (const header of headers) {
			const [name, value] = header.split(': ');
			const { outputs, received } = await send([{ order_id: 7 }], {
				...ORDER_CREATED,
				retrySchedule: 'list',
				retryDelays: '0.1 s',
				responses: [{ status: 503, headers: { [name]: value } }],
			});
			expect(outputs[2][0]).toMatchObject({ status: 'failed', attempts: 1 });
			expect(received).toHaveLength(1);
		}
	});

	test('a Retry-After of the page’s form lengthens a wait', async () => {
		const [, seconds] = /in seconds \(also `([\d.]+)`\)/.exec(toLine(readPage('docs/retry.md')));
		const { outputs } = await send([{ order_id: 7 }], {
			...ORDER_CREATED,
			retrySchedule: 'list',
			retryDelays: '0.1 s',
			responses: [{ status: 503, headers: { 'retry-after': seconds } }],
		});
		// It is longer than the node waits, and Retry is not connected.
		expect(outputs[2][0]).toMatchObject({ status: 'failed', attempts: 1 });
		expect(outputs[2][0].error_message).toMatch(
			/The next attempt is due at .* later than this run/,
		);
	});
});

describe('docs/batches.md', () => {
	const [example] = listBlocks(readPage('docs/batches.md'), 'json').map((block) =>
		JSON.parse(block),
	);
	const items = example.data.events.map(({ data }) => data);
	const withoutTimes = (value) =>
		JSON.parse(JSON.stringify(value), (key, part) => (key === 'timestamp' ? '' : part));

	test('shows the body of a batch, which AgenticFlow’s own code accepts', async () => {
		const { outputs, received } = await send(items, {
			...ORDER_CREATED,
			verifier: 'agenticflow',
			options: { maxEvents: 2, webhookId: example.webhook_id },
		});
		expect(received).toMatchObject([{ verified: true }]);
		const body = JSON.parse(received[0].body);
		expect(JSON.stringify(withoutTimes(body))).toBe(JSON.stringify(withoutTimes(example)));
		const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
		expect([example.timestamp, body.timestamp, body.data.events[0].timestamp]).toEqual(
			Array(3).fill(expect.stringMatching(TIME)),
		);
		expect(outputs[0].map(({ event_count }) => event_count)).toEqual([2, 2]);
	});

	test('without an envelope, the body is the list of data', async () => {
		const { received } = await send(items, {
			...ORDER_CREATED,
			options: { maxEvents: 2, bare: true },
		});
		expect(received.map(({ body }) => JSON.parse(body))).toEqual([items]);
	});
});
