/** The retry loop, in a real n8n: Retry → Wait → the same node. All schedules are scaled down. */
const axios = require('axios');

const { readTemplate } = require('../harness/templates');

const retryLoop = require('./retryLoop');
const stage = require('./stage');

const { getItems, loop } = retryLoop;
const { planResponses, chain, readInbox, n8n, newStandardSecret, node } = stage;
const { pause, receiver, runAction, setReceiverSecrets, uniqueName } = stage;

const secret = newStandardSecret();
const down = (times, more = {}) => Array(times).fill({ status: 503, ...more });

let credentials;

beforeAll(async () => {
	await setReceiverSecrets({ standard: secret });
	credentials = await n8n.createCredential('agentWebhookOutboundApi', 'Standard Webhooks', {
		authentication: 'none',
		signatureScheme: 'standardWebhooks',
		signingSecret: secret,
	});
});

afterAll(stage.deactivateWorkflows);

const sendNode = (url, options, more = { credentials }) => retryLoop.sendNode(url, options, more);
const at = (box) => `${receiver}/receive/svix/${box}`;
const quick = { retrySchedule: 'exponential', firstDelaySeconds: 1, backoffMultiplier: 1 };

describe('a delivery in the Retry → Wait loop', () => {
	test('is delivered after two failures with the same event, new signatures and its whole attempt log', async () => {
		const box = uniqueName('box');
		await planResponses(box, down(2));
		// No item that comes back has an n, so the value read from the first item must be kept.
		const eventId = "={{ 'order_' + $json.n.toFixed(0) }}";
		const { execution } = await runAction(
			[{ n: 1 }],
			sendNode(at(box), { ...quick, eventId }),
			loop(),
		);
		expect(execution.status).toBe('success');
		const [{ json }, ...others] = getItems(execution, 'Delivered');
		expect(others).toEqual([]);
		expect(json).toMatchObject({ status: 'delivered', event: 'order.created' });
		expect(json.attempt_log.map(({ attempt, outcome }) => [attempt, outcome])).toEqual([
			[1, 'retryable'],
			[2, 'retryable'],
			[3, 'success'],
		]);
		expect(json).not.toHaveProperty('delivery_state');
		const received = await readInbox(box);
		expect(received.map(({ verified }) => verified)).toEqual([true, true, true]);
		const ids = received.map(({ headers }) => headers['webhook-id']);
		expect(ids).toEqual(['order_1', 'order_1', 'order_1']);
		expect(new Set(received.map(({ body }) => body)).size).toBe(1);
		expect(new Set(received.map(({ headers }) => headers['webhook-timestamp'])).size).toBe(3);
		// While it waits, the execution shows which attempt comes next, and when.
		const [waiting] = getItems(execution, 'Wait');
		expect(waiting.json).toMatchObject({
			status: 'retrying',
			attempts: 1,
			next_attempt_at: expect.stringMatching(/Z$/),
		});
		expect(JSON.stringify(execution)).not.toContain(secret);
	});

	test('ends on Failed with every attempt when it always fails', async () => {
		const box = uniqueName('box');
		await planResponses(box, down(9));
		const options = { retrySchedule: 'list', retryDelays: '1 s, 0 s' };
		const { execution } = await runAction([{ n: 1 }], sendNode(at(box), options), loop());
		const [{ json }] = getItems(execution, 'Failed');
		expect(json).toMatchObject({
			status: 'failed',
			attempts: 3,
			error_message: 'The endpoint answered with status 503. All 3 attempts were made',
		});
		expect(json.attempt_log).toHaveLength(3);
		expect(await readInbox(box)).toHaveLength(3);
	});

	test.each([
		['in seconds', () => '4', (_, firstAt) => firstAt + 4000],
		['as a date', () => new Date(Date.now() + 8000).toUTCString(), (date) => Date.parse(date)],
	])('waits as long as Retry-After asks, %s', async (_, retryAfter, notBefore) => {
		const box = uniqueName('box');
		const value = retryAfter();
		await planResponses(box, [{ status: 429, headers: { 'retry-after': value } }]);
		const { execution } = await runAction([{ n: 1 }], sendNode(at(box), quick), loop());
		const [{ json }] = getItems(execution, 'Delivered');
		expect(json.attempt_log.map(({ outcome }) => outcome)).toEqual(['throttled', 'success']);
		const [first, second] = await readInbox(box);
		expect(second.at).toBeGreaterThanOrEqual(notBefore(value, first.at) - 50);
		expect(second.at - first.at).toBeLessThan(20_000);
	});

	test('is output according to its own outcome, paired with its own item', async () => {
		const boxes = ['good', 'slow', 'bad'].map((name) => uniqueName(name));
		await planResponses(boxes[1], down(1));
		await planResponses(boxes[2], [{ status: 400 }]);
		const send = sendNode(`=${receiver}/receive/svix/{{ $json.box }}`, quick);
		const items = boxes.map((box) => ({ box }));
		const { execution } = await runAction(items, send, loop());
		const delivered = getItems(execution, 'Delivered').map(({ json }) => json);
		expect(
			Object.fromEntries(delivered.map(({ endpoint, attempts }) => [endpoint, attempts])),
		).toEqual({ [at(boxes[0])]: 1, [at(boxes[1])]: 2 });
		const [{ json: failed }] = getItems(execution, 'Failed');
		expect(failed).toMatchObject({ endpoint: at(boxes[2]), status: 'failed' });
		const [firstRun, secondRun] = execution.data.resultData.runData.Send;
		expect(
			firstRun.data.main.map((output) => output?.map(({ pairedItem }) => pairedItem.item)),
		).toEqual([[0], [1], [2], []]);
		expect(secondRun.data.main[0][0].pairedItem).toEqual({ item: 0 });
	});

	test('is attempted when it is due, independently of other items', async () => {
		const boxes = [uniqueName('late'), uniqueName('early')];
		await planResponses(boxes[0], [{ status: 503, headers: { 'retry-after': '6' } }]);
		await planResponses(boxes[1], [{ status: 503, headers: { 'retry-after': '2' } }]);
		const send = sendNode(`=${receiver}/receive/svix/{{ $json.box }}`, quick);
		const { execution } = await runAction(
			boxes.map((box) => ({ box })),
			send,
			loop(),
		);
		expect(execution.status).toBe('success');
		expect(getItems(execution, 'Delivered')).toHaveLength(2);
		const waits = [];
		for (const [box, atLeast] of [
			[boxes[0], 6000],
			[boxes[1], 2000],
		]) {
			const [first, second, ...more] = await readInbox(box);
			expect(more).toEqual([]);
			waits.push(second.at - first.at);
			expect(second.at - first.at).toBeGreaterThanOrEqual(atLeast);
		}
		expect(waits[1]).toBeLessThan(waits[0]);
	});

	test('stays together when it is a batch', async () => {
		const box = uniqueName('box');
		await planResponses(box, down(1));
		const { execution } = await runAction(
			[{ n: 1 }, { n: 2 }],
			sendNode(at(box), { ...quick, maxEvents: 10 }),
			loop(),
		);
		expect(getItems(execution, 'Delivered').map(({ json }) => json.attempts)).toEqual([2, 2]);
		const received = await readInbox(box);
		expect(received).toHaveLength(2);
		expect(JSON.parse(received[1].body).data.event_count).toBe(2);
	});

	test('is rejected without an attempt when its state was changed or comes from elsewhere', async () => {
		for (const change of [
			{ next_attempt_at: '2020-01-01T00:00:00.000Z' },
			{ attempts_made: 0 },
			{ delivery_id: 'dlv_other' },
		]) {
			const box = uniqueName('box');
			await planResponses(box, down(1));
			const edit = node(
				'Edit',
				'n8n-nodes-base.set',
				{
					mode: 'raw',
					jsonOutput: `={{ JSON.stringify(Object.assign({}, $json, { delivery_state: Object.assign({}, $json.delivery_state, ${JSON.stringify(change)}) })) }}`,
					options: {},
				},
				{ typeVersion: 3.4 },
			);
			const { execution } = await runAction([{ n: 1 }], sendNode(at(box), quick), loop([edit]));
			expect(execution.status).toBe('error');
			expect(execution.data.resultData.error.message).toContain('was changed on the way');
			expect(await readInbox(box)).toHaveLength(1);
		}
	});
});

test('a stopped execution sends nothing more', async () => {
	for (const [options, { more, connect }] of [
		// In n8n's Wait, and in the node's own wait.
		[{ ...quick, firstDelaySeconds: 6 }, loop()],
		[{ ...quick, firstDelaySeconds: 6, maxTotalWaitSeconds: 60 }, loop()],
	]) {
		const box = uniqueName('box');
		await planResponses(box, down(9));
		// Started manually: n8n's Stop does not reach a worker that got the execution from a webhook
		// processor.
		const hand = node('Hand', 'n8n-nodes-base.manualTrigger', {});
		const send = sendNode(at(box), options);
		const id = await n8n.createWorkflow(
			{
				name: box,
				nodes: [hand, send, ...more],
				connections: { ...chain(hand, send), ...connect },
			},
			{ active: false },
		);
		const { executionId } = await n8n.rest('POST', `/workflows/${id}/run`, {
			triggerToStartFrom: { name: hand.name },
		});
		while ((await readInbox(box)).length === 0) await pause(100);
		await pause(500);
		await n8n.rest('POST', `/executions/${executionId}/stop`);
		const [{ status }] = await n8n.finished(id);
		expect(status).toBe('canceled');
		await pause(7000);
		expect(await readInbox(box)).toHaveLength(1);
	}
});

test('the retry template delivers through its loop and reports failures in a chat', async () => {
	const template = readTemplate('retry-for-a-day');
	const boxes = [uniqueName('slow'), uniqueName('never')];
	const chat = uniqueName('chat');
	await planResponses(boxes[0], down(1));
	await planResponses(boxes[1], down(9));
	// The chat is down for a moment, too.
	await planResponses(chat, down(1));
	const named = (name) => template.nodes.find((one) => one.name === name);
	const [start, send, alert] = ['When Something Happened', 'Send Event', 'Alert'].map(named);
	send.parameters.url = `=${receiver}/receive/svix/{{ $json.body.box }}`;
	send.credentials = credentials;
	// The day is scaled down to seconds.
	Object.assign(send.parameters, {
		retrySchedule: 'list',
		retryDelays: '1 s, 2 s',
		options: { allowHttp: true, maxTotalWaitSeconds: 0 },
	});
	alert.parameters.url = `${receiver}/receive/none/${chat}`;
	alert.waitBetweenTries = 100;
	start.parameters.path = uniqueName('template');
	const id = await n8n.createWorkflow(template);
	for (const box of boxes) {
		await axios.post(`${stage.base}/webhook/${start.parameters.path}`, { box });
	}
	const executions = await n8n.finished(id, 2, 60_000);
	await n8n.deactivate(id);
	const delivered = executions.map((execution) =>
		getItems(execution, 'Delivered').map(({ json }) => json.attempts),
	);
	expect(delivered).toEqual([[2], []]);
	const [{ json: failed }] =
		executions[1].data.resultData.runData['Send Event'].at(-1).data.main[2];
	const alerts = (await readInbox(chat)).map(({ body }) => JSON.parse(body));
	const text = [
		`The event workflow.execution.completed could not be delivered to ${at(boxes[1])}`,
		'The endpoint answered with status 503. All 3 attempts were made',
		`Delivery ${failed.delivery_id}`,
	].join('\n');
	expect(alerts).toEqual([{ text }, { text }]);
});
