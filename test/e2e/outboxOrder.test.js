/**
 * Tests order, pause and circuit breakers in a separate n8n, which is killed while it sends in order. In queue mode a
 * random worker is killed. Two schedules run Deliver Due at the same time.
 * `npm run test:soak -- crashes` sends 1,000 events of 20 keys.
 */
const groupBy = require('lodash/groupBy');

const { CrashStage } = require('./crashStage');
const { isSoak, pause, queue, uniqueName } = require('./stage');

const EVENTS = isSoak ? 1000 : 60;
const KEYS = 20;
const PER_POST = 20;
const KILLS = isSoak ? 2 : 1;

const boxes = {
	ordered: uniqueName('ordered'),
	paused: uniqueName('paused'),
	down: uniqueName('down'),
	stopped: uniqueName('stopped'),
};

const stage = new CrashStage('order', { queue });

beforeAll(async () => await stage.start(), 600_000);
afterAll(async () => await stage.stop());

const often = { retrySchedule: 'list', retryDelays: Array(30).fill('2 s').join(', ') };
const toUrl = (box) => `${stage.base}/receive/svix/${box}`;
const byId = (id) => ({ __rl: true, mode: 'id', value: id });
const change = async (operation, id) =>
	await stage.run({ resource: 'endpoint', operation, endpoint: byId(id) });
const getEndpoint = async (id) => {
	const [[endpoint]] = await stage.run({
		resource: 'endpoint',
		operation: 'get',
		endpoint: byId(id),
		simplify: false,
	});
	return endpoint;
};
const deliverDue = async () =>
	await stage.run({ resource: 'delivery', operation: 'deliverDue', simplify: false });
const readData = async (box) =>
	(await stage.readInbox(box)).map(({ body, ...entry }) => ({
		...entry,
		...JSON.parse(body).data,
	}));

/** Returns the events that were first received before the one before them was accepted. */
function findOvertaking(requests) {
	return Object.values(groupBy(requests, 'order_id')).flatMap((sameKey) => {
		const accepted = new Set();
		const numbers = [...new Set(sameKey.map(({ n }) => n))].sort((a, b) => a - b);
		return sameKey.flatMap(({ n, status }) => {
			const elder = numbers[numbers.indexOf(n) - 1];
			const overtakes = elder !== undefined && !accepted.has(elder);
			if (status === 200) accepted.add(n);
			return overtakes ? [`${n} before ${elder}`] : [];
		});
	});
}

test('findOvertaking finds an event that was sent before the one before it was accepted', () => {
	const request = (n, status = 200) => ({ order_id: 1, n, status });
	expect(findOvertaking([request(1, 503), request(2), request(1)])).toEqual(['2 before 1']);
	expect(findOvertaking([request(1, 503), request(1), request(2), request(1)])).toEqual([]);
});

test('no event of a key is sent before its elder, with kills and two runs of Deliver Due', async () => {
	await stage.planResponses(
		boxes.ordered,
		Array.from({ length: 6000 }, () => (Math.random() < 0.3 ? { status: 503 } : {})),
	);
	const id = await stage.endpoint('ordered', toUrl(boxes.ordered), {
		...often,
		inOrder: 'key',
		orderKey: 'order_id',
	});
	const name = await stage.sender();
	await stage.schedule(3);
	await stage.schedule(4);
	const startMs = Date.now();
	let isSent = false;
	const send = async () => {
		for (let first = 0; first < EVENTS; first += PER_POST) {
			const numbers = Array.from({ length: PER_POST }, (_, index) => first + index);
			await stage.post(
				name,
				numbers.map((n) => ({ n, order_id: n % KEYS })),
			);
			await pause(300);
		}
		isSent = true;
	};
	const sending = send();
	for (let kill = 0; kill < KILLS; kill += 1) {
		await pause(4000 + Math.random() * 3000);
		await stage.n8n.kill();
		await stage.n8n.restart();
	}
	await sending;
	expect(isSent).toBe(true);
	const stats = await stage.settled(1_500_000, (found) => found.total_deliveries === EVENTS);
	const requests = await readData(boxes.ordered);
	const seconds = Math.round((Date.now() - startMs) / 1000);
	console.log(
		`${EVENTS} events of ${KEYS} keys in order, killed ${KILLS} times: ${requests.length} requests, ${requests.filter(({ status }) => status !== 200).length} of them refused, in ${seconds} s`,
	);
	expect(findOvertaking(requests)).toEqual([]);
	expect(stats).toMatchObject({ total_deliveries: EVENTS, pending_deliveries: 0 });
	const accepted = requests.filter(({ status }) => status === 200);
	expect(new Set(accepted.map(({ n }) => n)).size).toBe(EVENTS);
	await change('delete', id);
}, 2_400_000);

test('a paused endpoint gets its events in order once it is enabled', async () => {
	const id = await stage.endpoint('paused', toUrl(boxes.paused), { ...often, inOrder: 'all' });
	const [[paused]] = await change('pause', id);
	expect(paused).toMatchObject({ status: 'paused', status_reason: 'Paused by hand' });
	const name = await stage.sender();
	for (const n of [1, 2, 3].map((number) => EVENTS + number)) {
		await stage.post(name, [{ n, order_id: 1 }]);
	}
	await deliverDue();
	await pause(6000);
	expect(await stage.readInbox(boxes.paused)).toEqual([]);
	const [waiting] = await stage.run({
		resource: 'delivery',
		operation: 'getAll',
		returnAll: true,
		simplify: false,
		filters: { endpointId: byId(id) },
	});
	expect(waiting.map(({ status, error_message: error }) => [status, error])).toEqual(
		waiting.map(() => ['pending', 'The endpoint is paused, so its deliveries wait']),
	);
	expect(waiting).toHaveLength(3);
	await change('enable', id);
	await stage.settled(60_000, () => true);
	const numbers = (await readData(boxes.paused)).map(({ n }) => n - EVENTS);
	expect(numbers).toEqual([1, 2, 3]);
	await change('delete', id);
}, 300_000);

test('a send stops soon after its endpoint is paused, and the rest follows in order', async () => {
	const count = 40;
	await stage.planResponses(boxes.stopped, Array(count).fill({ delayMs: 400 }));
	const id = await stage.endpoint('stopped', toUrl(boxes.stopped), { ...often, inOrder: 'all' });
	const name = await stage.sender();
	const items = Array.from({ length: count }, (_, n) => ({ n: EVENTS + 200 + n, order_id: 1 }));
	const sent = stage.post(name, items);
	while ((await stage.readInbox(boxes.stopped)).length < 5) await pause(100);
	await change('pause', id);
	await sent;
	const { length } = await stage.readInbox(boxes.stopped);
	expect(length).toBeLessThan(count - 10);
	await pause(3000);
	expect(await stage.readInbox(boxes.stopped)).toHaveLength(length);
	await change('enable', id);
	await stage.settled(120_000, () => true);
	const numbers = (await readData(boxes.stopped)).map(({ n }) => n);
	expect(numbers).toEqual(items.map(({ n }) => n));
	await change('delete', id);
}, 300_000);

test('an open circuit lets single probes through, and a success frees what waits', async () => {
	await stage.planResponses(boxes.down, Array(5).fill({ status: 503 }));
	const id = await stage.endpoint('down', toUrl(boxes.down), {
		...often,
		circuitBreaker: { breaker: { failures: 3, probeMinutes: 0.1 } },
	});
	const name = await stage.sender();
	const items = Array.from({ length: 40 }, (_, index) => ({
		n: EVENTS + 100 + index,
		order_id: 1,
	}));
	await stage.post(name, items.slice(0, 1));
	// The circuit is open when the run that made the third attempt has saved it.
	while (!('probe_at' in (await getEndpoint(id)))) await pause(100);
	await stage.post(name, items.slice(1));
	await stage.settled(120_000, () => true);
	const requests = await readData(boxes.down);
	const failed = requests.filter(({ status }) => status === 503);
	expect(failed).toHaveLength(5);
	// From the third failure on, attempts are probes.
	const [third, fourth, fifth] = failed.slice(2).map(({ at }) => at);
	expect(fourth - third).toBeGreaterThanOrEqual(6000);
	expect(fifth - fourth).toBeGreaterThanOrEqual(6000);
	const accepted = requests.filter(({ status }) => status === 200);
	expect(new Set(accepted.map(({ n }) => n)).size).toBe(items.length);
	const endpoint = await getEndpoint(id);
	expect(endpoint).toMatchObject({ failing_since: null });
	expect(endpoint).not.toHaveProperty('probe_at');
}, 300_000);
