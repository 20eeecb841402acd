/**
 * Mixed load on one n8n for half an hour, at half of its maximum rate: signed events that are received
 * and published to an outbox with three endpoints, one of which goes down every minute and one of which
 * gets batches; events sent directly to a URL; duplicates; and requests that are rejected. SOAK_MINUTES
 * sets another duration.
 */
const { randomUUID } = require('node:crypto');

const axios = require('axios');

const { median } = require('../bench/statistics');
const { CrashStage } = require('../e2e/crashStage');
const {
	ACTION,
	chain,
	itemsNode,
	newSecret,
	newStandardSecret,
	node,
	standardHeaders,
	startNode,
	TRIGGER,
	uniqueName,
	connectAllOutputs,
} = require('../e2e/workflows');
const { Inspector } = require('../harness/inspector');
const { residentMegabytes } = require('../harness/memory');

const { LoadGenerator } = require('./loadGenerator');
const { countRows, createVitalsEnvironment } = require('./vitals');

const MINUTES = Number(process.env.SOAK_MINUTES ?? 30);
const SOAK_MS = MINUTES * 60_000;
const CALIBRATION_MS = Math.max(20_000, SOAK_MS / 30);
const CLIENTS = 4;
/** More responses than are requested while it is down. */
const MANY = 20_000;
/** The endpoint is down during part of each cycle. */
const CYCLE_MS = 60_000;
const DOWN_MS = 20_000;
const TICK_SECONDS = 5;
const PRUNE_SECONDS = 30;
const HEAP_MB = 512;
const SAMPLE_MS = 10_000;
const SETTLES_WITHIN_MS = 300_000;
const KEPT_DELIVERIES = 300;
const KEPT_EXECUTIONS = 500;
const PER_SEND = 5;
/** Duplicates repeat one of the latest events: pruning deletes older ones. */
const DUPLICATES_AMONG = 100;
const MAX_GROWTH = 1.05;

/** The endpoints of the outbox. */
const ENDPOINTS = ['well', 'flapping', 'batched'];
const BOXES = [...ENDPOINTS, 'direct'];
const boxes = Object.fromEntries(BOXES.map((name) => [name, uniqueName(name)]));
const inboundSecret = newStandardSecret();
const directSecret = newSecret();

let stage;
let inspector;
const urls = {};

/**
 * Creates the workflow that receives signed events and publishes each to the outbox, with its ID as the
 * key.
 */
async function receiving() {
	const path = uniqueName('soak');
	const trigger = node(
		'Trigger',
		TRIGGER,
		{
			path,
			platform: 'standardWebhooks',
			requestKind: 'event',
			authenticationMethods: ['signature'],
			responseMode: 'lastNode',
			simplify: false,
		},
		{
			webhookId: randomUUID(),
			credentials: await stage.n8n.client.createCredential('agentWebhookInboundApi', 'Senders', {
				signatureScheme: 'standardWebhooks',
				signingSecret: inboundSecret,
			}),
		},
	);
	const send = stage.action('Send', {
		resource: 'event',
		operation: 'send',
		sendTo: 'subscribers',
		customEventType: '={{ $json.event }}',
		dataSource: 'json',
		data: '={{ $json.data }}',
		options: { idempotencyKey: '={{ $json.body.id }}' },
	});
	const end = node('End', 'n8n-nodes-base.noOp', {});
	await stage.n8n.client.createWorkflow({
		name: path,
		nodes: [trigger, send, end],
		connections: {
			...chain(trigger, send),
			...connectAllOutputs(send, end),
		},
	});
	return `${stage.n8n.base}/webhook/webhooks/events/${path}`;
}

/** Creates the workflow that sends items to a URL, one event each, and responds when they have arrived. */
async function sending() {
	const path = uniqueName('direct');
	const send = node(
		'Send',
		ACTION,
		{
			resource: 'event',
			operation: 'send',
			sendTo: 'endpoint',
			platform: 'agenticflow',
			requestKind: 'event',
			url: `${stage.base}/receive/agenticflow/${boxes.direct}`,
			eventType: 'workflow.execution.completed',
			options: { allowHttp: true },
		},
		{
			credentials: await stage.n8n.client.createCredential('agentWebhookOutboundApi', 'Receiver', {
				authentication: 'none',
				signatureScheme: 'agenticflow',
				signingSecret: directSecret,
			}),
		},
	);
	const nodes = [startNode(path, 'lastNode'), itemsNode(), send];
	await stage.n8n.client.createWorkflow({ name: path, nodes, connections: chain(...nodes) });
	return `${stage.n8n.base}/webhook/${path}`;
}

beforeAll(async () => {
	const { env, inspectPort } = await createVitalsEnvironment({
		heapMegabytes: HEAP_MB,
		keptExecutions: KEPT_EXECUTIONS,
	});
	stage = new CrashStage('soak', { env });
	await stage.start();
	inspector = await Inspector.open(stage.n8n.pids[0], inspectPort);
	const retries = { retrySchedule: 'list', retryDelays: Array(50).fill('5 s').join(', ') };
	for (const name of ENDPOINTS) {
		await stage.endpoint(name, `${stage.base}/receive/standardwebhooks/${boxes[name]}`, {
			...retries,
			...(name === 'batched' && { batch: { settings: { maxEvents: 50, maxWaitSeconds: 10 } } }),
		});
	}
	await axios.post(`${stage.base}/secrets`, { agenticflow: directSecret });
	urls.receive = await receiving();
	urls.send = await sending();
	await stage.schedule(TICK_SECONDS);
	await stage.every(PRUNE_SECONDS, {
		resource: 'delivery',
		operation: 'prune',
		maxOnRecord: KEPT_DELIVERIES,
	});
}, 240_000);

afterAll(async () => {
	inspector?.close();
	await stage.stop();
});

/** Counts of what was sent. */
const sent = { events: [], direct: 0, duplicates: 0, rejected: 0 };

function signed(event, secret) {
	const body = JSON.stringify(event);
	return { body, headers: standardHeaders(body, { secret, id: event.id }) };
}

const createEvent = (id) => ({
	id,
	type: 'order.created',
	timestamp: new Date().toISOString(),
	data: { id },
});

const generator = new LoadGenerator([]);

const expectStatus = async (what, url, body, headers, status) =>
	(await generator.expectStatus(what, { method: 'POST', url, body, headers }, status)) !==
	undefined;

generator.work = [
	[
		45,
		async () => {
			const id = uniqueName('evt');
			const { body, headers } = signed(createEvent(id), inboundSecret);
			if (await expectStatus('event', urls.receive, body, headers, 200)) sent.events.push(id);
		},
	],
	[
		10,
		async () => {
			const recent = sent.events.slice(-DUPLICATES_AMONG);
			if (recent.length === 0) return;
			const id = recent[Math.floor(Math.random() * recent.length)];
			const { body, headers } = signed(createEvent(id), inboundSecret);
			if (await expectStatus('duplicate', urls.receive, body, headers, 200)) sent.duplicates += 1;
		},
	],
	[
		30,
		async () => {
			const { body, headers } = signed(createEvent(uniqueName('evt')), newStandardSecret());
			if (await expectStatus('forgery', urls.receive, body, headers, 401)) sent.rejected += 1;
		},
	],
	[
		15,
		async () => {
			const items = Array.from({ length: PER_SEND }, () => ({ id: uniqueName('direct') }));
			const body = JSON.stringify({ items });
			if (await expectStatus('send', urls.send, body, {}, 200)) sent.direct += PER_SEND;
		},
	],
];

/** The medians of parts of equal length. */
function medians(samples, parts) {
	const length = Math.ceil(samples.length / parts);
	return Array.from({ length: Math.ceil(samples.length / length) }, (_, index) =>
		Math.round(median(samples.slice(index * length, (index + 1) * length))),
	);
}

/** Lists the events that an endpoint of the outbox has accepted, once for each time. */
const taken = (requests) =>
	requests
		.filter(({ status }) => status === 200)
		.flatMap(({ body }) => {
			const { data } = JSON.parse(body);
			return (data.events ?? [{ data }]).map((event) => event.data.id);
		});

const HEAP_USED = 'process.memoryUsage().heapUsed / 2 ** 20';

/** Measures the sizes that must not grow: the heap after a garbage collection, and the tables. */
async function sizes() {
	await inspector.collectGarbage();
	return { heapMegabytes: await inspector.evaluate(HEAP_USED), rows: await countRows(stage.n8n) };
}

test(
	`${MINUTES} minutes of mixed load lose nothing, and n8n’s memory and tables do not grow`,
	async () => {
		const flatOut = await generator.calibrate(CALIBRATION_MS, CLIENTS);
		const perSecond = flatOut / 2;
		const startedMs = Date.now();
		const untilMs = startedMs + SOAK_MS;
		const samples = [];
		let sampledMs = 0;
		let isDown = false;
		const watch = async () => {
			const nowMs = Date.now();
			const shallBeDown = (nowMs - startedMs) % CYCLE_MS < DOWN_MS;
			if (shallBeDown !== isDown) {
				isDown = shallBeDown;
				await stage.planResponses(boxes.flapping, isDown ? Array(MANY).fill({ status: 503 }) : []);
			}
			if (nowMs - sampledMs < SAMPLE_MS) return;
			sampledMs = nowMs;
			samples.push(residentMegabytes(stage.n8n.pids[0]));
		};
		const inFlight = [await generator.load(perSecond, startedMs + SOAK_MS / 3, watch)];
		const early = await sizes();
		inFlight.push(await generator.load(perSecond, untilMs, watch));
		const late = await sizes();
		await stage.planResponses(boxes.flapping, []);

		const inboxes = {};
		const missing = async () => {
			for (const name of BOXES) inboxes[name] = await stage.readInbox(boxes[name]);
			return ENDPOINTS.map((name) => {
				const ids = new Set(taken(inboxes[name]));
				return [name, sent.events.filter((id) => !ids.has(id)).length];
			});
		};
		await stage.settled(SETTLES_WITHIN_MS, async () =>
			(await missing()).every(([, count]) => count === 0),
		);
		const stillMissing = await missing();
		console.log(
			[
				`flat out ${flatOut.toFixed(1)} a second; ${MINUTES} minutes at ${perSecond.toFixed(1)}, at most ${Math.max(...inFlight)} in flight`,
				`${sent.events.length} events received, ${sent.duplicates} duplicates, ${sent.rejected} rejected, ${sent.direct} sent to a URL`,
				`answers within ${median(generator.answeredMs)} ms in the median, ${Math.max(...generator.answeredMs)} ms at most`,
				`requests at the receiver: ${BOXES.map((name) => `${name} ${inboxes[name].length}`).join(', ')}`,
				`heap after a collection: ${early.heapMegabytes.toFixed(0)} MB after a third, ${late.heapMegabytes.toFixed(0)} MB at the end`,
				`resident set, medians of tenths: ${medians(samples, 10).join(', ')} MB`,
				`rows: ${JSON.stringify(early.rows)} after a third, ${JSON.stringify(late.rows)} at the end`,
			].join('\n'),
		);
		expect(generator.unexpected).toEqual([]);
		expect(stillMissing).toEqual(ENDPOINTS.map((name) => [name, 0]));
		expect(inboxes.direct).toHaveLength(sent.direct);
		for (const { verified } of BOXES.flatMap((name) => inboxes[name])) expect(verified).toBe(true);
		// Nothing was killed, so nothing arrives twice.
		for (const name of ENDPOINTS) expect(taken(inboxes[name])).toHaveLength(sent.events.length);
		expect(inboxes.flapping.length).toBeGreaterThan(taken(inboxes.flapping).length);
		expect(late.heapMegabytes).toBeLessThanOrEqual(early.heapMegabytes * MAX_GROWTH);
		// The memory that n8n returns to the system varies from moment to moment, so compare medians over
		// many moments.
		const [, middle, last] = medians(samples, 3);
		expect(last).toBeLessThanOrEqual(middle * MAX_GROWTH);
		const { executions, ...tables } = late.rows;
		expect(executions).toBeLessThanOrEqual(2 * KEPT_EXECUTIONS);
		for (const rows of Object.values(tables)) expect(rows).toBeLessThanOrEqual(2 * KEPT_DELIVERIES);
		// Otherwise nothing would have been pruned.
		expect(sent.events.length * ENDPOINTS.length).toBeGreaterThan(2 * KEPT_DELIVERIES);
	},
	SOAK_MS + CALIBRATION_MS + SETTLES_WITHIN_MS + 300_000,
);
