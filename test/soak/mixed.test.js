/**
 * Everything at once on one n8n for two hours, at half of its maximum rate: events to an outbox whose endpoints are in
 * order, get batches, or go down each minute behind a circuit breaker; Svix's API and the portal; and calls that are
 * rejected. MIXED_MINUTES sets another duration, MIXED_SHARE another share of the maximum rate.
 */
const { newSecret, uniqueName } = require('../e2e/workflows');
const { median } = require('../bench/statistics');

const { LoadGenerator } = require('./loadGenerator');
const { ServedApi } = require('./servedApi');
const { expectFlat, Vitals } = require('./vitals');
const { keepDelivering, startWatched } = require('./watchedOutbox');

const MINUTES = Number(process.env.MIXED_MINUTES ?? 120);
const SHARE = Number(process.env.MIXED_SHARE ?? 0.5);
const SOAK_MS = MINUTES * 60_000;
const CALIBRATION_MS = Math.min(60_000, Math.max(10_000, SOAK_MS / 30));
const CLIENTS = 4;
const CYCLE_MS = 60_000;
const DOWN_MS = 20_000;
const SETTLES_WITHIN_MS = 600_000;
const ORDERS = 20;
const FAILING_SHARE = 0.05;
/** More responses than are requested in the whole time. */
const MANY = 100_000;
/** More than while an endpoint is down. */
const MANY_DOWN = 2000;
const TENANT = 'acme';
const ENDPOINTS = ['well', 'ordered', 'batched', 'breaker'];
const BOXES = [...ENDPOINTS, 'api'];
const boxes = Object.fromEntries(BOXES.map((name) => [name, uniqueName(name)]));

let stage;
let sender;
const served = new ServedApi();
const vitals = new Vitals();

const toUrl = (name) => `${stage.base}/receive/standardwebhooks/${boxes[name]}`;

/** What each endpoint has in addition to a retry every five seconds. */
const OPTIONS = {
	well: {},
	ordered: { inOrder: 'key', orderKey: 'order_id' },
	batched: { batch: { settings: { maxEvents: 50, maxWaitSeconds: 10 } } },
	breaker: { circuitBreaker: { breaker: { failures: 3, probeMinutes: 0.1 } } },
};

async function createEndpoints() {
	for (const name of ENDPOINTS) {
		await stage.endpoint(name, toUrl(name), {
			retrySchedule: 'list',
			retryDelays: Array(50).fill('5 s').join(', '),
			...OPTIONS[name],
		});
	}
	const responses = Array.from({ length: MANY }, () =>
		Math.random() < FAILING_SHARE ? { status: 503 } : {},
	);
	await stage.planResponses(boxes.ordered, responses);
	await served.own('POST', '/app', { name: 'Acme', uid: TENANT });
	await served.own('POST', `/app/${TENANT}/endpoint`, {
		url: toUrl('api'),
		uid: 'main',
		secret: stage.secret,
	});
}

beforeAll(async () => {
	let watched;
	({ stage, watched } = await startWatched('mixed'));
	await served.start(stage);
	await createEndpoints();
	sender = `${stage.n8n.base}/webhook/${await stage.sender()}`;
	await keepDelivering(stage);
	await vitals.open(stage.n8n, watched);
}, 600_000);

afterAll(async () => {
	vitals.close();
	await stage.stop();
});

const sent = { events: [], messages: [], reads: 0, rejected: 0 };
let count = 0;

const READS = [
	'endpoint',
	'msg?limit=50',
	'endpoint/main/stats',
	'attempt/endpoint/main',
	'endpoint/main/msg',
];
const pick = (list) => list[Math.floor(Math.random() * list.length)];
const readerOf = (facts) => served.createKey(TENANT, { rights: ['read'], ...facts });

/** Sends events of the same order one after the other: their order is that of the sends. */
let lastSend = Promise.resolve();

async function sendEvents(generator) {
	const send = async () => {
		const items = Array.from({ length: 1 + Math.floor(Math.random() * 3) }, () => {
			count += 1;
			return { n: count, order_id: count % ORDERS };
		});
		const request = { method: 'POST', url: sender, body: JSON.stringify({ items }) };
		if (await generator.expectStatus('send', request, 200)) {
			sent.events.push(...items.map(({ n }) => n));
		}
	};
	lastSend = lastSend.then(send);
	await lastSend;
}

async function createMessage(generator) {
	const id = uniqueName('msg');
	const token = served.createKey(TENANT, { rights: ['send'] });
	const body = { eventType: 'order.created', payload: { id } };
	const request = served.build(token, 'POST', `/app/${TENANT}/msg`, body);
	if (await generator.expectStatus('message', request, 202)) sent.messages.push(id);
}

const expectRead = async (generator, what, request) => {
	if (await generator.expectStatus(what, request, 200)) sent.reads += 1;
};

/** The operations, with their shares of 100. */
const WORK = [
	[30, sendEvents],
	[15, createMessage],
	[
		12,
		async (generator) => {
			const path = `/app/${TENANT}/${pick(READS)}`;
			await expectRead(generator, 'read', served.build(readerOf(), 'GET', path));
		},
	],
	[
		8,
		async (generator) => {
			const link = readerOf({ isPortal: true });
			const request = served.buildForPortal(link, 'GET', `/app/${TENANT}/portal`);
			await expectRead(generator, 'portal', request);
		},
	],
	[
		5,
		async (generator) => {
			const request = { method: 'GET', url: `${served.api.server}/portal` };
			await expectRead(generator, 'page', request);
		},
	],
	[
		5,
		async (generator) => {
			const path = `/auth/app-portal-access/${TENANT}`;
			await expectRead(generator, 'link', served.build(served.createKey(null), 'POST', path, {}));
		},
	],
	[
		25,
		async (generator) => {
			const forged = `${readerOf()}x${newSecret()}`;
			const request = served.build(forged, 'GET', `/app/${TENANT}/endpoint`);
			if (await generator.expectStatus('forged key', request, 401)) sent.rejected += 1;
		},
	],
];

/** Lists the data of the events that a box has accepted, once for each time. */
const listAccepted = (requests) =>
	requests
		.filter(({ status }) => status === 200)
		.flatMap(({ body }) => {
			const json = JSON.parse(body);
			return (json.data?.events ?? [json]).map((event) => event.data ?? event);
		});

/** Returns the events that were accepted before one of their order that was sent earlier. */
function findOvertaking(accepted) {
	const newest = new Map();
	return accepted.filter(({ n, order_id: order }) => {
		const isLate = n < (newest.get(order) ?? 0);
		newest.set(order, Math.max(n, newest.get(order) ?? 0));
		return isLate;
	});
}

/** Takes an endpoint down for a part of each minute. */
function createOutages(startedMs) {
	let isDown = false;
	return async () => {
		const shallBeDown = (Date.now() - startedMs) % CYCLE_MS < DOWN_MS;
		if (shallBeDown === isDown) return;
		isDown = shallBeDown;
		const responses = isDown ? Array(MANY_DOWN).fill({ status: 503 }) : [];
		await stage.planResponses(boxes.breaker, responses);
	};
}

async function readAccepted() {
	const accepted = {};
	for (const name of BOXES) accepted[name] = listAccepted(await stage.readInbox(boxes[name]));
	return accepted;
}

const isWhole = (accepted) =>
	ENDPOINTS.every((name) => accepted[name].length >= sent.events.length) &&
	accepted.api.length >= sent.messages.length;

test(
	`${MINUTES} minutes of everything at once lose nothing, keep the order, and let nothing grow`,
	async () => {
		const generator = new LoadGenerator(WORK);
		const flatOut = await generator.calibrate(CALIBRATION_MS, CLIENTS);
		const startedMs = Date.now();
		const changeOutage = createOutages(startedMs);
		const inFlight = await generator.load(flatOut * SHARE, startedMs + SOAK_MS, async () => {
			await changeOutage();
			await vitals.watch();
		});
		const judgement = vitals.judge();
		await stage.planResponses(boxes.breaker, []);
		await stage.settled(SETTLES_WITHIN_MS, async () => isWhole(await readAccepted()));
		const accepted = await readAccepted();
		console.log(
			[
				`flat out ${flatOut.toFixed(1)} a second, then ${SHARE} of it for ${MINUTES} minutes, at most ${inFlight} in flight`,
				`${sent.events.length} events, ${sent.messages.length} messages, ${sent.reads} reads, ${sent.rejected} rejected`,
				`answers within ${median(generator.answeredMs)} ms in the median`,
				`accepted: ${BOXES.map((name) => `${name} ${accepted[name].length}`).join(', ')}`,
				vitals.describe(),
				JSON.stringify(judgement),
			].join('\n'),
		);
		expect(generator.unexpected).toEqual([]);
		const toIds = (name, field) => accepted[name].map((data) => data[field]).sort();
		// Nothing was killed, so nothing arrives twice.
		for (const name of ENDPOINTS) expect(toIds(name, 'n')).toEqual([...sent.events].sort());
		expect(toIds('api', 'id')).toEqual([...sent.messages].sort());
		expect(findOvertaking(accepted.ordered)).toEqual([]);
		expect(sent.reads * sent.rejected).toBeGreaterThan(0);
		expectFlat(judgement);
	},
	SOAK_MS + CALIBRATION_MS + SETTLES_WITHIN_MS + 300_000,
);
