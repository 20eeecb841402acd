/**
 * Tests the outbox's statistics in a separate n8n that is killed while it sends: counts are those of the log,
 * survive pruning, and lists of endpoints take no longer when there are many deliveries.
 */
const { randomBytes } = require('node:crypto');

const axios = require('axios');
const countBy = require('lodash/countBy');
const sumBy = require('lodash/sumBy');

const { readCpuMs } = require('../harness/cpuTime');

const { CrashStage } = require('./crashStage');
const { isSoak, pause, uniqueName } = require('./stage');
const { chain, startNode } = require('./workflows');

/** `npm run test:soak -- crashes` sends more, and kills n8n more often. */
const EVENTS = isSoak ? 300 : 150;
const PER_POST = 15;
const KILLS = isSoak ? 3 : 1;

const ENDPOINTS = 20;
/** Deliveries with which lists are measured. */
const ON_FILE = isSoak ? 10_000 : 1000;
const ROUNDS = 15;
const MAX_RATIO = 1.3;

const stage = new CrashStage('stats');

beforeAll(async () => await stage.start(), 600_000);
afterAll(async () => await stage.stop());

const getStats = async (parameters = {}) => {
	const [[stats]] = await stage.run({
		resource: 'delivery',
		operation: 'getStats',
		simplify: false,
		...parameters,
	});
	return stats;
};

const listEndpoints = async () => {
	const [items] = await stage.run({
		resource: 'endpoint',
		operation: 'getAll',
		returnAll: true,
		simplify: false,
	});
	return items;
};

const prune = async (maxOnRecord) => {
	const [[pruned]] = await stage.run({
		resource: 'delivery',
		operation: 'prune',
		maxAgeDays: 7,
		maxOnRecord,
	});
	return pruned;
};

async function sendAll(name) {
	for (let n = 0; n < EVENTS; n += PER_POST) {
		await stage.post(
			name,
			Array.from({ length: PER_POST }, (_, index) => ({ n: n + index })),
		);
	}
}

test('counts are exact after kills, and stay when the deliveries are pruned', async () => {
	const boxes = { well: uniqueName('well'), half: uniqueName('half') };
	await stage.planResponses(
		boxes.half,
		Array.from({ length: 3000 }, () => (Math.random() < 0.5 ? { status: 503 } : {})),
	);
	const list = (retryDelays) => ({ retrySchedule: 'list', retryDelays });
	for (const [name, box] of Object.entries(boxes)) {
		const often = Array(30).fill('2 s').join(', ');
		await stage.endpoint(name, `${stage.base}/receive/svix/${box}`, list(often));
	}
	await stage.endpoint('dead', 'http://127.0.0.1:9/dead', list('2 s, 4 s'));
	const name = await stage.sender();
	await stage.schedule(5);
	const sending = sendAll(name);
	for (let killed = 0; killed < KILLS; killed += 1) {
		await pause(2000 + Math.random() * 3000);
		await stage.n8n.kill();
		await stage.n8n.restart();
	}
	await sending;
	const stats = await stage.settled(
		300_000,
		({ total_deliveries }) => total_deliveries === EVENTS * 3,
	);

	const rows = await stage.rowsOnFile();
	const counted = countBy(rows, 'status');
	expect(stats).toMatchObject({
		total_deliveries: EVENTS * 3,
		successful_deliveries: counted.delivered,
		failed_deliveries: counted.failed,
		pending_deliveries: 0,
		held_deliveries: 0,
		total_attempts: sumBy(rows, 'attempts'),
	});
	for (const part of stats.by_endpoint) {
		const own = rows.filter(({ endpoint_id: id }) => id === part.endpoint_id);
		expect(part.total_deliveries).toBe(own.length);
		expect(part.total_attempts).toBe(sumBy(own, 'attempts'));
	}
	const listed = await listEndpoints();
	expect(listed.map(({ delivery_stats }) => delivery_stats.total_deliveries)).toEqual(
		Array(3).fill(EVENTS),
	);

	expect(await prune(10)).toEqual({
		deleted_deliveries: EVENTS * 3 - 9,
		deleted_events: EVENTS - 3,
	});
	expect(await getStats()).toEqual(stats);
	expect(await listEndpoints()).toEqual(listed);
	const filtered = await getStats({ filters: { eventType: 'order.created' } });
	expect(filtered.total_deliveries).toBe(9);
}, 900_000);

/** Creates an outbox with endpoints. Returns its credential. */
async function createOutbox(outboxName) {
	stage.credentials = await stage.n8n.client.createCredential('agentWebhookOutboxApi', outboxName, {
		encryptionSecret: randomBytes(32).toString('hex'),
		outboxName,
	});
	const box = uniqueName('many');
	for (let number = 0; number < ENDPOINTS; number += 1) {
		await stage.endpoint(`${outboxName} ${number}`, `${stage.base}/receive/svix/${box}`, {});
	}
}

const readAllCpuMs = () => sumBy(stage.n8n.pids, readCpuMs);

/** Creates a workflow that lists the endpoints. Returns a function that runs it, and returns n8n's processor time. */
async function createListing() {
	const name = uniqueName('listing');
	const nodes = [
		startNode(name),
		stage.action('Do', { resource: 'endpoint', operation: 'getAll', returnAll: true }),
	];
	const { base, client } = stage.n8n;
	const id = await client.createWorkflow({ name, nodes, connections: chain(...nodes) });
	let runs = 0;
	return async () => {
		const beforeMs = readAllCpuMs();
		await axios.post(`${base}/webhook/${name}`, {});
		const executions = await client.finished(id, (runs += 1), 60_000);
		const { data, status } = executions[executions.length - 1];
		expect(status).toBe('success');
		const [run] = data.resultData.runData.Do;
		expect(run.data.main[0]).toHaveLength(ENDPOINTS);
		return readAllCpuMs() - beforeMs;
	};
}

const getMedian = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

test('lists of endpoints take no longer with many deliveries on file', async () => {
	await createOutbox('empty');
	const listings = { empty: await createListing() };
	await createOutbox('full');
	listings.full = await createListing();
	const name = await stage.sender();
	const perPost = 50;
	for (let n = 0; n < ON_FILE / ENDPOINTS; n += perPost) {
		await stage.post(
			name,
			Array.from({ length: perPost }, (_, index) => ({ n: n + index })),
		);
	}
	expect((await getStats()).total_deliveries).toBe(ON_FILE);
	const times = { empty: [], full: [] };
	for (let round = 0; round < ROUNDS; round += 1) {
		const order = round % 2 === 0 ? ['empty', 'full'] : ['full', 'empty'];
		for (const outbox of order) times[outbox].push(await listings[outbox]());
	}
	const [empty, full] = [times.empty, times.full].map(getMedian);
	console.log(
		`Lists of ${ENDPOINTS} endpoints, ${ROUNDS} runs each, median of the processor's time: ${empty} ms without deliveries, ${full} ms with ${ON_FILE}`,
	);
	expect(full / empty).toBeLessThan(MAX_RATIO);
}, 900_000);
