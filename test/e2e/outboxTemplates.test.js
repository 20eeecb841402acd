/** Tests the outbox's templates, and the number of the outbox's calls to n8n's tables. */
const { createHmac } = require('node:crypto');

const axios = require('axios');

const { readTemplate } = require('../harness/templates');

const { createMailCredential, startMailServer } = require('./mailServer');
const stage = require('./stage');

const { ACTION, base, planResponses, readInbox, n8n, newSecret, newStandardSecret, node, pause } =
	stage;
const { readUntil, receiver, runAction, setReceiverSecrets, uniqueName, withRetries } = stage;

const secret = newStandardSecret();
let credentials;

beforeAll(async () => {
	await setReceiverSecrets({ standard: secret });
	credentials = await n8n.createCredential('agentWebhookOutboxApi', 'Outbox', {
		encryptionSecret: newSecret(),
		outboxName: uniqueName('templates').replaceAll('-', '_'),
	});
});

afterAll(stage.deactivateWorkflows);

const act = async (items, parameters) =>
	await runAction(items, node('Act', ACTION, parameters, { credentials }));

async function register(box, options = {}, eventTypes = 'order.*') {
	const parameters = {
		resource: 'endpoint',
		operation: 'create',
		endpointName: box,
		url: `${receiver}/receive/svix/${box}`,
		platform: 'standardWebhooks',
		eventTypes,
		signingSecret: secret,
		options: { allowHttp: true, allowInternal: true, ...options },
	};
	const { outputs } = await act([{}], withRetries(parameters));
	return outputs[0][0].json;
}

const getItems = (execution, name) =>
	(execution.data.resultData.runData[name] ?? []).flatMap(({ data }) => data?.main?.[0] ?? []);

test('the templates fan out events, keep failed deliveries, and deliver them when due', async () => {
	const [well, slow] = [uniqueName('well'), uniqueName('slow')];
	await planResponses(slow, [{ status: 503 }]);
	const quick = { retrySchedule: 'exponential', firstDelaySeconds: 1, backoffMultiplier: 1 };
	for (const box of [well, slow]) await register(box, quick);

	const fanOut = readTemplate('fan-out');
	const start = fanOut.nodes.find(({ name }) => name === 'When an Event Comes In');
	start.parameters.path = uniqueName('fan-out');
	for (const one of fanOut.nodes.filter(({ type }) => type === ACTION)) {
		one.credentials = credentials;
	}
	const id = await n8n.createWorkflow(fanOut);
	const event = { id: 'order 1', type: 'order.created', data: { order_id: 1 } };
	const post = async () => await axios.post(`${base}/webhook/${start.parameters.path}`, event);
	await post();
	await post();
	const [first, second] = await n8n.finished(id, 2);
	await n8n.deactivate(id);
	const names = (execution, output) =>
		getItems(execution, output).map(({ json }) => json.endpoint_name);
	expect(names(first, 'Delivered')).toEqual([well]);
	expect(names(first, 'Pending')).toEqual([slow]);
	expect(getItems(first, 'Alert: Endpoint Health').map(({ json }) => json.change)).toEqual([
		'failing',
	]);
	// The sender repeats the event, which is a duplicate.
	expect(getItems(second, 'Delivered').map(({ json }) => json.duplicate)).toEqual([true]);
	expect(await readInbox(well)).toHaveLength(1);

	await pause(1000);
	const due = readTemplate('deliver-due');
	due.nodes.find(({ type }) => type === ACTION).credentials = credentials;
	// The minute is scaled down to a second.
	due.nodes.find(({ name }) => name === 'Every Minute').parameters = {
		rule: { interval: [{ field: 'seconds', secondsInterval: 1 }] },
	};
	const dueId = await n8n.createWorkflow(due);
	while ((await readInbox(slow)).length < 2) await pause(100);
	await n8n.deactivate(dueId);
	const delivered = await readUntil(
		({ length }) => length > 0,
		async () =>
			(await n8n.executions(dueId))
				.filter(({ status }) => status === 'success')
				.flatMap((execution) => names(execution, 'Delivered')),
	);
	expect(delivered).toEqual([slow]);
	const received = await readInbox(slow);
	expect(received.map(({ verified }) => verified)).toEqual([true, true]);
	expect(new Set(received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
});

const getNode = ({ nodes }, name) => nodes.find((one) => one.name === name);

test('the template verify-and-forward sends a provider’s webhook to all services, signed anew', async () => {
	const box = uniqueName('service');
	await register(box, {}, 'push');
	const template = readTemplate('verify-and-forward');
	const provider = getNode(template, 'Provider');
	const providerSecret = newSecret();
	provider.parameters.path = uniqueName('forward');
	provider.credentials = await n8n.createCredential('agentWebhookInboundApi', 'GitHub', {
		methods: ['signature'],
		signatureScheme: 'platform',
		signingSecret: providerSecret,
	});
	for (const name of ['Forward', 'Register a Service']) {
		getNode(template, name).credentials = credentials;
	}
	const id = await n8n.createWorkflow(template);
	const push = { ref: 'refs/heads/main', repository: { full_name: 'octo/hello' } };
	const body = JSON.stringify(push);
	const signature = createHmac('sha256', providerSecret).update(body).digest('hex');
	const url = `${base}/webhook/webhooks/events/${provider.parameters.path}`;
	const { status } = await stage.post(url, body, {
		'X-GitHub-Event': 'push',
		'X-GitHub-Delivery': uniqueName('guid'),
		'X-Hub-Signature-256': `sha256=${signature}`,
	});
	expect(status).toBe(200);
	const [execution] = await n8n.finished(id, 1);
	await n8n.deactivate(id);
	const [{ json }] = template.pinData.Provider;
	expect(Object.keys(getItems(execution, 'Provider')[0].json)).toEqual(Object.keys(json));
	expect(getItems(execution, 'Forwarded').map((item) => item.json.endpoint_name)).toEqual([box]);
	const [{ body: sent, verified }] = await readInbox(box);
	expect(verified).toBe(true);
	expect(JSON.parse(sent)).toMatchObject({ type: 'push', data: push });
});

test('the template failure-alert sends one email about an endpoint that keeps failing', async () => {
	const box = uniqueName('failing');
	await register(box, {}, 'failing.event');
	await planResponses(box, [{ status: 503 }]);
	await act([{}], {
		resource: 'event',
		operation: 'send',
		sendTo: 'subscribers',
		customEventType: 'failing.event',
	});

	const mail = await startMailServer();
	const template = readTemplate('failure-alert');
	getNode(template, 'Get Endpoints').credentials = credentials;
	getNode(template, 'Send Email').credentials = await createMailCredential(n8n, mail);
	// The 15 minutes and the hour are scaled down.
	getNode(template, 'Every 15 Minutes').parameters = {
		rule: { interval: [{ field: 'seconds', secondsInterval: 1 }] },
	};
	const scaled = JSON.parse(JSON.stringify(template).replace('hours: 1', 'hours: 0'));
	const id = await n8n.createWorkflow(scaled);
	const executions = await n8n.finished(id, 4);
	await n8n.deactivate(id);
	mail.stop();
	expect(executions.map(({ status }) => status)).not.toContain('error');
	expect(mail.messages.filter((message) => message.includes(box))).toHaveLength(1);
	expect(mail.messages.join('')).toContain(`Subject: The endpoint ${box} keeps failing`);
});

test('a send makes as many Data Table calls for 500 events as for one', async () => {
	await register(uniqueName('cost'), {}, 'invoice.paid');
	const send = {
		resource: 'event',
		operation: 'send',
		sendTo: 'subscribers',
		customEventType: 'invoice.paid',
	};
	const one = await act([{ n: 0 }], send);
	const many = await act(
		Array.from({ length: 500 }, (_, n) => ({ n })),
		send,
	);
	const next = await act([{ n: 0 }], send);
	// Each call is an execution of its own, and n8n numbers them all.
	const calls = [one, many, next]
		.map(({ execution }) => Number(execution.id))
		.map((id, index, ids) => ids[index + 1] - id - 1)
		.slice(0, 2);
	// Outcomes are written once a second, so a slower machine writes more often.
	const seconds = many.execution.data.resultData.runData.Act[0].executionTime / 1000;
	expect(calls[1] - calls[0]).toBeLessThanOrEqual(Math.floor(seconds));
	expect(calls[0]).toBeLessThan(20);
	console.log(`Sending 1 event and 500 events to their endpoints: ${calls.join(' and ')} calls`);
});

test('a rate limit holds across executions that send at once', async () => {
	const box = uniqueName('limited');
	await register(box, { rateLimit: { limit: { max: 5, perSeconds: 1 } } }, 'limited.event');
	const send = {
		resource: 'event',
		operation: 'send',
		sendTo: 'subscribers',
		customEventType: 'limited.event',
	};
	const items = Array.from({ length: 8 }, (_, n) => ({ n }));
	await Promise.all([act(items, send), act(items, send)]);
	// A run that is too late for a slot that it reserved leaves the delivery to the next run.
	for (let run = 0; run < 5 && (await readInbox(box)).length < 16; run += 1) {
		await pause(1500);
		await act([{}], { resource: 'delivery', operation: 'deliverDue' });
	}
	const times = (await readInbox(box)).map(({ at }) => at).sort((a, b) => a - b);
	expect(times).toHaveLength(16);
	// 15 times 200 ms; a run that starts late may overlap with the next one for up to a second, and the first
	// request may arrive late.
	expect(times[15] - times[0]).toBeGreaterThan(15 * 200 - 2000);
});
