/** Tests batches that collect events across executions, in a separate n8n that is killed once. */
const { CrashStage } = require('./crashStage');
const { isSoak, pause, queue, uniqueName } = require('./stage');

/** `npm run test:soak -- crashes` sends more. */
const EXECUTIONS = isSoak ? 50 : 12;
const EVENTS = isSoak ? 1000 : 120;
const TICK_SECONDS = 2;
/** How long a run of "Deliver due" may take until its request is sent; in queue mode it is queued first. */
const SLACK_MS = queue ? 8000 : 3000;

const stage = new CrashStage('batches', { queue });

beforeAll(async () => await stage.start(), 600_000);
afterAll(async () => await stage.stop());

/** Measures how long a run of "Deliver due" takes from its start to its end: long if other tests are running. */
async function measureRunMs() {
	const startMs = Date.now();
	await stage.run({ resource: 'delivery', operation: 'deliverDue' });
	return Date.now() - startMs;
}

const numbers = (from, count) => Array.from({ length: count }, (_, index) => ({ n: from + index }));

/**
 * Returns the requests that a receiver got, by batch. A batch arrives twice if a kill prevented recording
 * its outcome.
 */
async function batchesAt(box) {
	const requests = await stage.readInbox(box);
	const batches = new Map();
	for (const { at, body, headers, verified } of requests) {
		expect(verified).toBe(true);
		const id = headers['webhook-id'];
		if (batches.has(id)) expect(body).toBe(batches.get(id).text);
		else batches.set(id, { id, at, text: body, ...JSON.parse(body) });
	}
	return { requests: requests.length, batches: [...batches.values()] };
}

test('puts each event into exactly one batch within the limits of size and wait', async () => {
	const limits = {
		count: { maxEvents: 100, maxWaitSeconds: 20 },
		time: { maxEvents: 1000, maxWaitSeconds: 5 },
	};
	const boxes = { count: uniqueName('count'), time: uniqueName('time') };
	for (const [name, box] of Object.entries(boxes)) {
		await stage.endpoint(name, `${stage.base}/receive/standardwebhooks/${box}`, {
			retrySchedule: 'list',
			retryDelays: '1 s, 1 s, 1 s',
			batch: { settings: limits[name] },
		});
	}
	const haveArrived = async (count) => {
		const all = await Promise.all(Object.values(boxes).map(batchesAt));
		return all.every(
			({ batches }) => batches.reduce((sum, { data }) => sum + data.event_count, 0) >= count,
		);
	};
	const name = await stage.sender();
	await stage.schedule(TICK_SECONDS);

	// All executions at once, and a kill among them.
	const perPost = EVENTS / EXECUTIONS;
	const sending = Promise.all(
		Array.from(
			{ length: EXECUTIONS },
			async (_, post) => await stage.post(name, numbers(post * perPost, perPost)),
		),
	);
	await pause(2000 + Math.random() * 4000);
	await stage.n8n.kill();
	await stage.n8n.restart();
	const again = (await sending).reduce((sum, repeats) => sum + repeats, 0);
	await stage.settled(200_000, async () => await haveArrived(EVENTS));
	const [log] = await stage.run({
		resource: 'delivery',
		operation: 'getAll',
		returnAll: true,
		simplify: false,
	});
	expect(log.every(({ status }) => status === 'delivered')).toBe(true);
	const logged = new Map(log.map((row) => [row.id, row]));
	for (const [endpoint, box] of Object.entries(boxes)) {
		const { batches, requests } = await batchesAt(box);
		for (const { data, id, type } of batches) {
			expect(type).toBe('webhook.batch');
			expect(data.events).toHaveLength(data.event_count);
			expect(data.event_count).toBeLessThanOrEqual(limits[endpoint].maxEvents);
			expect(logged.get(id)).toMatchObject({
				event: 'webhook.batch',
				event_count: data.event_count,
			});
			const times = data.events.map(({ timestamp }) => timestamp);
			expect(times).toEqual([...times].sort());
		}
		const sent = batches.flatMap(({ data }) => data.events.map((event) => event.data.n));
		expect(sent).toHaveLength(EVENTS);
		expect(new Set(sent).size).toBe(EVENTS);
		const sizes = batches.map(({ data }) => data.event_count).join(', ');
		console.log(
			`${endpoint}: ${EVENTS} events of ${EXECUTIONS} executions, a kill, ${again} requests repeated: ${requests} requests, batches of ${sizes}`,
		);
	}

	// A slower stream, with which n8n's executions keep up.
	const beforeMs = await measureRunMs();
	for (let post = 0; post < 10; post += 1) {
		expect(await stage.post(name, numbers(EVENTS + post * 5, 5))).toBe(0);
		await pause(1000);
	}
	await stage.settled(60_000, async () => await haveArrived(EVENTS + 50));
	// A batch that is due waits for the run that is under way, and for the next one.
	const runsMs = 2 * Math.max(beforeMs, await measureRunMs());
	for (const [endpoint, box] of Object.entries(boxes)) {
		const { batches } = await batchesAt(box);
		const quiet = batches.filter(({ data }) => data.events[0].data.n >= EVENTS);
		expect(quiet.flatMap(({ data }) => data.events.map((event) => event.data.n)).sort()).toEqual(
			numbers(EVENTS, 50)
				.map(({ n }) => n)
				.sort(),
		);
		const waits = quiet.map(({ at, data }) => at - Date.parse(data.events[0].timestamp));
		console.log(`${endpoint}: waits of ${waits.join(', ')} ms; two runs take ${runsMs} ms`);
		const most = (limits[endpoint].maxWaitSeconds + TICK_SECONDS) * 1000 + SLACK_MS + runsMs;
		expect(Math.max(...waits)).toBeLessThanOrEqual(most);
	}
}, 800_000);
