/**
 * Requests that arrive within a short window and start one execution together. Failures and kills are
 * tested in a separate n8n, which is one process in every mode.
 */
const { createHash, randomUUID } = require('node:crypto');
const http = require('node:http');

const { CrashStage } = require('./crashStage');
const stage = require('./stage');

const { ACTION, TRIGGER, chain, n8n, newStandardSecret, node, getOutputs, pause } = stage;
const { post, standardHeaders, createTriggerWorkflow, uniqueName } = stage;

const secret = newStandardSecret();
const CREDENTIAL = { signatureScheme: 'standardWebhooks', signingSecret: secret };
const WINDOW_MS = 300;

const combining = (options) => ({
	platform: 'standardWebhooks',
	requestKind: 'event',
	authenticationMethods: ['signature'],
	options: { combineWindowMs: WINDOW_MS, ...options },
});

/** @param data JSON */
function signedEvent(id = uniqueName('evt'), signedWith = secret, data = JSON.stringify({ id })) {
	const at = new Date();
	const body = `{"type":"order.created","timestamp":"${at.toISOString()}","data":${data}}`;
	return { id, body, headers: standardHeaders(body, { secret: signedWith, id, at }) };
}

const postEvent = async (url, { body, headers }) => await post(url, body, headers);
const postAll = async (url, events) =>
	await Promise.all(events.map(async (event) => await postEvent(url, event)));

const getIds = (items) => items.map(({ json }) => json.data.id);

describe('Combine Bursts Within', () => {
	let credentials;

	beforeAll(async () => {
		credentials = await n8n.createCredential('agentWebhookInboundApi', 'Senders', CREDENTIAL);
	});
	afterAll(stage.deactivateWorkflows);

	test('coalesces events that arrive at once into few executions and tells each sender its own execution', async () => {
		const hook = await createTriggerWorkflow(
			combining({ rawBodyField: 'data', responseCode: 202 }),
			{
				credentials,
				then: [stage.digestNode('data')],
			},
		);
		const events = Array.from({ length: 60 }, () => signedEvent());
		const answers = await postAll(hook.url, events);
		for (const { data, headers, status } of answers) {
			expect(status).toBe(202);
			expect(headers['content-type']).toMatch(/^application\/json/);
			expect(data).toMatchObject({ success: true, status: 'queued' });
		}
		const told = new Set(answers.map(({ data }) => data.execution_id));
		// One burst holds 50; on a slow machine the window of the first is over before the last arrives.
		expect(told.size).toBeGreaterThan(1);
		expect(told.size).toBeLessThan(events.length / 2);
		const executions = await n8n.finished(hook.id, told.size);
		expect(new Set(executions.map(({ id }) => String(id)))).toEqual(told);
		const items = new Map(
			executions.map((execution) => [String(execution.id), getOutputs(execution, 'Digest')[0]]),
		);
		expect([...items.values()].flatMap(getIds).sort()).toEqual(events.map(({ id }) => id).sort());
		events.forEach(({ body, id }, index) => {
			const own = items
				.get(answers[index].data.execution_id)
				.find(({ json }) => json.data.id === id);
			expect(own.json.digest).toBe(createHash('sha256').update(body).digest('hex'));
		});
	});

	test('sends every event of a burst although one has poisoned data', async () => {
		const box = uniqueName('box');
		const send = node('Send', ACTION, {
			platform: 'custom',
			url: `${stage.receiver}/receive/none/${box}`,
			useCredential: false,
			customEventType: '={{ $json.data.type ?? "order.sent" }}',
			dataSource: 'json',
			data: '={{ $json.data }}',
			retrySchedule: 'none',
			options: { allowHttp: true },
		});
		const spread = node(
			'Spread',
			'n8n-nodes-base.set',
			{ mode: 'raw', jsonOutput: '={{ JSON.stringify($json.data) }}', options: {} },
			{ typeVersion: 3.4 },
		);
		const again = { ...send, id: randomUUID(), name: 'Send Items' };
		again.parameters = { ...send.parameters, dataSource: 'item', customEventType: 'order.item' };
		const hook = await createTriggerWorkflow(combining(), {
			credentials,
			then: [send],
		});
		const items = await createTriggerWorkflow(combining(), {
			credentials,
			then: [spread, again],
		});
		const poison = [
			'{"delivery_state": {"version": 1, "delivery_id": "dlv_x"}}',
			'{"delivery_state": "CA"}',
			'{"__proto__": {"polluted": true}}',
			'{"constructor": {"prototype": {}}}',
		];
		for (const [url, id] of [
			[hook.url, hook.id],
			[items.url, items.id],
		]) {
			const before = (await stage.readInbox(box)).length;
			const events = [...poison, '{"n": 1}', '{"n": 2}'].map((data) =>
				signedEvent(undefined, secret, data),
			);
			const answers = await postAll(url, events);
			expect(answers.map(({ status }) => status)).toEqual(Array(events.length).fill(200));
			const told = new Set(answers.map(({ data }) => data.execution_id));
			const executions = await n8n.finished(id, told.size);
			expect(executions.map(({ status }) => status)).toEqual(Array(told.size).fill('success'));
			const sent = (await stage.readInbox(box)).slice(before).map(({ body }) => JSON.parse(body));
			const numbers = sent.flatMap(({ data }) => data.n ?? []);
			expect(numbers.sort()).toEqual([1, 2]);
			// The forged retry state fails in an item. In an expression, n8n's engine `vm` cannot return an
			// object with a field named constructor.
			expect(sent.length).toBeGreaterThanOrEqual(events.length - 1);
		}
	});

	test('keeps rejected, duplicate and unsubscribed requests out of a burst', async () => {
		const hook = await createTriggerWorkflow(combining(), { credentials });
		const good = [signedEvent(), signedEvent(), signedEvent()];
		const forged = signedEvent(undefined, newStandardSecret());
		const answers = await postAll(hook.url, [good[0], forged, good[1], good[0], good[2]]);
		expect(answers.map(({ status }) => status)).toEqual([200, 401, 200, 200, 200]);
		const told = answers.flatMap(({ data }) => data.execution_id ?? []);
		// The response to a duplicate names no execution.
		expect(told).toHaveLength(3);
		const executions = await n8n.finished(hook.id, new Set(told).size);
		const items = executions.flatMap((execution) => getOutputs(execution, 'Trigger')[0]);
		expect(getIds(items).sort()).toEqual(good.map(({ id }) => id).sort());
	});

	test('answers a single event when the window ends', async () => {
		const hook = await createTriggerWorkflow(combining(), { credentials });
		const begunMs = Date.now();
		const { data, status } = await postEvent(hook.url, signedEvent());
		expect(status).toBe(200);
		expect(Date.now() - begunMs).toBeGreaterThanOrEqual(WINDOW_MS);
		const [execution] = await n8n.finished(hook.id);
		expect(String(execution.id)).toBe(data.execution_id);
	});

	test('answers the followers and loses nothing when the leader hangs up', async () => {
		const hook = await createTriggerWorkflow(combining({ combineWindowMs: 2000 }), { credentials });
		const first = signedEvent();
		const request = http.request(hook.url, {
			method: 'POST',
			headers: { 'content-type': 'application/json', ...first.headers },
		});
		request.on('error', () => undefined);
		request.end(first.body);
		await pause(400);
		const others = [signedEvent(), signedEvent()];
		const answering = postAll(hook.url, others);
		await pause(200);
		request.destroy();
		const answers = await answering;
		expect(answers.map(({ status }) => status)).toEqual([200, 200]);
		expect(new Set(answers.map(({ data }) => data.execution_id)).size).toBe(1);
		const [execution, ...more] = await n8n.finished(hook.id);
		expect(more).toEqual([]);
		// Two simultaneous requests arrive in any order.
		const [leader, ...followers] = getIds(getOutputs(execution, 'Trigger')[0]);
		expect(leader).toBe(first.id);
		expect(followers.sort()).toEqual(others.map(({ id }) => id).sort());
	});

	test('starts one execution per event when the response does not come immediately', async () => {
		const hook = await createTriggerWorkflow(
			{ ...combining(), responseMode: 'lastNode' },
			{ credentials },
		);
		const events = [signedEvent(), signedEvent()];
		const answers = await postAll(hook.url, events);
		expect(answers.map(({ data }) => data.data.id)).toEqual(events.map(({ id }) => id));
		expect(await n8n.finished(hook.id, 2)).toHaveLength(2);
	});
});

describe('Combine Bursts Within, in an n8n that fails', () => {
	const KILLS = stage.isSoak ? 10 : 2;
	const SENDERS = 4;
	const AT_ONCE = 8;
	const own = new CrashStage('bursts');
	let url;

	beforeAll(async () => {
		await own.start();
		const path = uniqueName('burst');
		const trigger = node(
			'Trigger',
			TRIGGER,
			{ ...combining({ combineWindowMs: 50 }), path },
			{
				webhookId: randomUUID(),
				credentials: await own.n8n.client.createCredential(
					'agentWebhookInboundApi',
					'Senders',
					CREDENTIAL,
				),
			},
		);
		const end = node('End', 'n8n-nodes-base.noOp', {});
		await own.n8n.client.createWorkflow({
			name: path,
			nodes: [trigger, end],
			connections: chain(trigger, end),
		});
		url = `${own.n8n.base}/webhook/webhooks/events/${path}`;
	});
	afterAll(async () => await own.stop());

	test('acknowledges no request of a burst whose execution n8n cannot save', async () => {
		const events = Array.from({ length: 5 }, () => signedEvent());
		await own.n8n.query('ALTER TABLE execution_entity RENAME TO hidden');
		const failed = await postAll(url, events).finally(
			async () => await own.n8n.query('ALTER TABLE hidden RENAME TO execution_entity'),
		);
		expect(failed.map(({ status }) => status)).toEqual(Array(5).fill(500));
		expect(JSON.stringify(failed.map(({ data }) => data))).not.toMatch(/success":true/);
		// They are not recognized as duplicates.
		const again = await postAll(url, events);
		expect(again.map(({ data, status }) => [status, data.success])).toEqual(
			Array(5).fill([200, true]),
		);
		expect(again.every(({ data }) => /^\d+$/.test(data.execution_id))).toBe(true);
	});

	test('loses no acknowledged event when n8n is killed at any moment', async () => {
		const acknowledged = [];
		let isOver = false;
		const sender = async () => {
			while (!isOver) {
				const events = Array.from({ length: AT_ONCE }, () => signedEvent());
				await Promise.all(
					events.map(async (event) => {
						const answer = await postEvent(url, event).catch(() => undefined);
						// While n8n starts, it answers every request with 200 and a page that says so.
						if (answer?.data.success === true) acknowledged.push(event.id);
					}),
				);
				await pause(20);
			}
		};
		const senders = Array.from({ length: SENDERS }, sender);
		const atKills = [];
		for (let kill = 0; kill < KILLS; kill += 1) {
			const before = acknowledged.length;
			while (acknowledged.length === before) await pause(10);
			await pause(Math.random() * 3000);
			await own.n8n.kill();
			atKills.push(acknowledged.length);
			await own.n8n.restart();
		}
		isOver = true;
		await Promise.all(senders);
		const taken = await own.n8n.query('SELECT data FROM execution_data');
		const all = taken.map(({ data }) => data).join('\n');
		console.log(
			`${acknowledged.length} events acknowledged with ${KILLS} kills (after ${atKills.join(', ')}), in ${taken.length} executions`,
		);
		expect(acknowledged.filter((id) => !all.includes(id))).toEqual([]);
		// Otherwise nothing was combined.
		expect(acknowledged.length).toBeGreaterThan(taken.length);
	});
});
