/**
 * Tests the retry loop in a separate n8n that is killed and restarted. One schedule is not scaled down.
 */
const { fork } = require('node:child_process');
const { randomUUID } = require('node:crypto');
const path = require('node:path');

const axios = require('axios');

const { bootN8n } = require('../harness/n8n');

const { getItems, loop, sendNode } = require('./retryLoop');
const { chain, newStandardSecret, node, pause, queue, uniqueName } = require('./stage');

const secret = newStandardSecret();
const quick = { retrySchedule: 'exponential', firstDelaySeconds: 1, backoffMultiplier: 1 };
const down = (times) => Array(times).fill({ status: 503 });

describe('a delivery in an n8n that is killed', () => {
	let own;
	let ownReceiver;
	let base;

	const call = async (action, name, body) =>
		(
			await axios({
				method: body ? 'POST' : 'GET',
				url: `${base}/${action}/${name}`,
				...(body && { data: body }),
			})
		).data;

	beforeAll(async () => {
		ownReceiver = fork(path.join(__dirname, '../harness/receiver.mjs'));
		const { port } = await new Promise((resolve) => ownReceiver.once('message', resolve));
		base = `http://127.0.0.1:${port}`;
		await axios.post(`${base}/secrets`, { standard: secret });
		own = await bootN8n({ name: 'crash', queue });
	});

	afterAll(async () => {
		ownReceiver.kill();
		await own.stop();
	});

	async function start(box, options) {
		const ownCredentials = await own.client.createCredential(
			'agentWebhookOutboundApi',
			'Standard Webhooks',
			{ signatureScheme: 'standardWebhooks', signingSecret: secret },
		);
		const hook = node(
			'Start',
			'n8n-nodes-base.webhook',
			{ path: box, httpMethod: 'POST', responseMode: 'onReceived', options: {} },
			{ typeVersion: 2, webhookId: randomUUID() },
		);
		const send = sendNode(`${base}/receive/svix/${box}`, options, { credentials: ownCredentials });
		const { more, connect } = loop();
		const id = await own.client.createWorkflow({
			name: box,
			nodes: [hook, send, ...more],
			connections: { ...chain(hook, send), ...connect },
		});
		await axios.post(`${own.base}/webhook/${box}`, {});
		while ((await call('inbox', box)).length === 0) await pause(100);
		return id;
	}

	async function waitForStatus(id, wanted, withinMs = 120_000) {
		const until = Date.now() + withinMs;
		for (;;) {
			const [execution] = await own.client.executions(id);
			if (wanted.includes(execution?.status)) return execution;
			if (Date.now() > until) throw new Error(`The execution is still ${execution?.status}.`);
			await pause(250);
		}
	}
	/** n8n's API does not always list running executions. */
	const getNewest = async (id) => {
		const [execution] = await own.query(
			`SELECT id FROM execution_entity WHERE "workflowId" = '${id}' ORDER BY id DESC LIMIT 1`,
		);
		return execution.id;
	};
	/** Checks that in queue mode n8n keeps no data of an execution whose worker was killed. */
	async function expectNothingLeft(id) {
		const { data } = await waitForStatus(id, ['error']);
		expect(data.resultData.error.message).toContain('failed to be processed too many times');
		expect(data.resultData.runData).toEqual({});
	}
	const arrived = async (box, count) => {
		while ((await call('inbox', box)).length < count) await pause(100);
		return await call('inbox', box);
	};
	const retry = async (execution) =>
		await own.client.rest('POST', `/executions/${execution.id}/retry`, { loadWorkflow: false });
	const sameEvent = (received) =>
		new Set(received.map(({ headers }) => headers['webhook-id'])).size;

	test('is attempted on time after the restart, or by n8n’s Retry when a second crash cuts its attempt off', async () => {
		// Above 65 s, since n8n keeps shorter waits only in memory.
		const waitMs = 70_000;
		const options = { ...quick, firstDelaySeconds: waitMs / 1000 };
		const [waits, isCutOff] = [uniqueName('waits'), uniqueName('cut-off')];
		await call('behave', waits, down(1));
		await call('behave', isCutOff, [...down(1), { delayMs: 20_000 }]);
		const [first, second] = [await start(waits, options), await start(isCutOff, options)];
		for (const id of [first, second]) await waitForStatus(id, ['waiting']);
		await own.kill();
		await own.restart();

		const delivered = await waitForStatus(first, ['success', 'error', 'crashed']);
		expect(delivered.status).toBe('success');
		const [{ json }] = getItems(delivered, 'Delivered');
		expect(json.attempt_log.map(({ outcome }) => outcome)).toEqual(['retryable', 'success']);
		const received = await call('inbox', waits);
		expect(received.map(({ verified }) => verified)).toEqual([true, true]);
		expect(sameEvent(received)).toBe(1);
		const waitedMs = received[1].at - received[0].at;
		expect(waitedMs).toBeGreaterThanOrEqual(waitMs);
		expect(waitedMs).toBeLessThan(waitMs + 60_000);
		expect(await own.client.executions(first)).toHaveLength(1);

		await arrived(isCutOff, 2);
		await own.kill(await getNewest(second));
		await own.restart();
		if (queue) return await expectNothingLeft(second);
		const crashed = await waitForStatus(second, ['crashed']);
		await retry(crashed);
		const retried = await waitForStatus(second, ['success']);
		const [{ json: story }] = getItems(retried, 'Delivered');
		// Recorded attempts are kept; the attempt that was cut off is repeated.
		expect(story.attempt_log.map(({ outcome }) => outcome)).toEqual(['retryable', 'success']);
		const attempts = await call('inbox', isCutOff);
		expect(attempts).toHaveLength(3);
		expect(sameEvent(attempts)).toBe(1);
	});

	test('shows as a crashed execution when killed in its first attempt, and n8n’s Retry delivers it', async () => {
		const box = uniqueName('attempt');
		await call('behave', box, [{ delayMs: 20_000 }]);
		const id = await start(box, quick);
		await own.kill(await getNewest(id));
		await own.restart();
		if (queue) return await expectNothingLeft(id);
		const crashed = await waitForStatus(id, ['crashed']);
		await retry(crashed);
		const retried = await waitForStatus(id, ['success']);
		expect(getItems(retried, 'Delivered')).toHaveLength(1);
		expect((await call('inbox', box)).every(({ verified }) => verified)).toBe(true);
	});
});
