/** Batches that gather over executions, in an n8n of their own that is killed once. */
const { CrashStage } = require('./crashStage');
const { pause, unique } = require('./stage');

const EXECUTIONS = 50;
const EVENTS = 2000;
const TICK_SECONDS = 2;
/** How long a run of "Deliver due" may take until its request is sent, beside everything else that runs. */
const SLACK_MS = 8000;

const stage = new CrashStage('batches', 5740);

beforeAll(async () => await stage.start(), 120_000);
afterAll(async () => await stage.stop());

test('each event is in one batch, none is too large, and none waits too long', async () => {
	const boxes = { count: unique('count'), time: unique('time') };
	const limits = {
		count: { maxEvents: 100, maxWaitSeconds: 20 },
		time: { maxEvents: 1000, maxWaitSeconds: 5 },
	};
	for (const [name, box] of Object.entries(boxes)) {
		await stage.endpoint(name, `${stage.base}/receive/standardwebhooks/${box}`, {
			retrySchedule: 'list',
			retryDelays: '1 s, 1 s, 1 s',
			batch: { settings: limits[name] },
		});
	}
	const name = await stage.sender();
	await stage.schedule(TICK_SECONDS);

	const perPost = EVENTS / EXECUTIONS;
	const sending = Promise.all(
		Array.from({ length: EXECUTIONS }, async (_, post) => {
			const items = Array.from({ length: perPost }, (__, index) => ({ n: post * perPost + index }));
			return await stage.post(name, items);
		}),
	);
	await pause(4000 + Math.random() * 6000);
	const killedMs = Date.now();
	await stage.n8n.kill();
	await stage.boot();
	const bootedMs = Date.now();
	const again = (await sending).reduce((sum, repeats) => sum + repeats, 0);
	const stats = await stage.settled(120_000);

	const [log] = await stage.run({ resource: 'delivery', operation: 'getAll', returnAll: true });
	expect(log.every(({ status }) => status === 'delivered')).toBe(true);
	expect(stats.total_deliveries).toBe(log.length);
	for (const [endpoint, box] of Object.entries(boxes)) {
		const { maxEvents, maxWaitSeconds } = limits[endpoint];
		const requests = await stage.inbox(box);
		expect(requests.every(({ verified }) => verified)).toBe(true);
		// A batch whose outcome the kill kept from being recorded comes twice, with the same ID and body.
		const batches = new Map();
		for (const { at, body, headers } of requests) {
			const id = headers['webhook-id'];
			if (batches.has(id)) expect(body).toBe(batches.get(id).text);
			else batches.set(id, { at, text: body, body: JSON.parse(body) });
		}
		const logged = new Map(log.map((row) => [row.id, row]));
		const events = [];
		const waits = [];
		for (const [id, { at, body }] of batches) {
			expect(body.type).toBe('webhook.batch');
			const { event_count, events: own } = body.data;
			expect(own).toHaveLength(event_count);
			expect(event_count).toBeLessThanOrEqual(maxEvents);
			expect(logged.get(id)).toMatchObject({ event: 'webhook.batch', event_count });
			const times = own.map(({ timestamp }) => Date.parse(timestamp));
			expect(times).toEqual([...times].sort((a, b) => a - b));
			events.push(...own.map(({ data }) => data.n));
			// What the kill or its aftermath held up is left out.
			const [oldest] = times;
			if (at < killedMs || oldest > bootedMs) waits.push(at - oldest);
		}
		expect(events).toHaveLength(EVENTS);
		expect(new Set(events).size).toBe(EVENTS);
		const longest = Math.max(...waits);
		console.log(
			`${endpoint}: ${EVENTS} events in ${batches.size} batches of ${[...batches.values()].map(({ body }) => body.data.event_count).join(', ')}; ${requests.length} requests, ${again} posts made again, longest wait ${longest} ms`,
		);
		expect(longest).toBeLessThanOrEqual((maxWaitSeconds + TICK_SECONDS) * 1000 + SLACK_MS);
	}
}, 400_000);
