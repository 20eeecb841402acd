/**
 * Tests the outbox in a separate n8n that is killed again and again while events go to five endpoints: one
 * fails half of the time, one is slow, one is down, and two work. In queue mode a random worker is killed.
 * `npm run test:soak -- crashes` sends 1,000 events and kills ten times.
 */
const countBy = require('lodash/countBy');

const { CrashStage } = require('./crashStage');
const { isSoak, pause, queue, uniqueName } = require('./stage');

const EVENTS = isSoak ? 1000 : 120;
const PER_POST = 20;
const KILLS = isSoak && !queue ? 10 : 2;
/** Other workers keep sending, so leave enough to send until the last kill. */
const PAUSE_MS = queue ? 5000 : 1200;

const DEAD = 'http://127.0.0.1:9/dead';
const LIVE = ['well', 'half', 'slow', 'fine'];
const ENDPOINTS = LIVE.length + 1;
const boxes = Object.fromEntries(LIVE.map((name) => [name, uniqueName(name)]));

const stage = new CrashStage('outbox', { queue });

beforeAll(async () => await stage.start(), 600_000);
afterAll(async () => await stage.stop());

const received = async () =>
	Object.fromEntries(
		await Promise.all(LIVE.map(async (name) => [name, await stage.readInbox(boxes[name])])),
	);
const count = (inboxes) => Object.values(inboxes).reduce((sum, { length }) => sum + length, 0);
const countAttempts = (rows) => rows.reduce((sum, { attempts }) => sum + attempts, 0);

/** Counts the deliveries that runs lease: with a row of their own, or with none yet under their event's lease. */
function countLeased(rows, underWay) {
	const sending = rows.filter(({ status }) => status === 'sending').length;
	const recorded = rows.filter((row) => underWay.has(row.event_id)).length;
	return sending + underWay.size * ENDPOINTS - recorded;
}

const readLeased = async () => countLeased(await stage.rowsOnFile(), await stage.eventsUnderWay());

/** Waits until a run leases deliveries: a kill between two runs tests nothing. */
async function somethingHeld(withinMs = 60_000) {
	const until = Date.now() + withinMs;
	while ((await readLeased()) === 0 && Date.now() < until) await pause(50);
}

/** Sends all events, a few at a time, with pauses until the last kill. */
async function sendAll(name, isOver) {
	const posts = Array.from({ length: EVENTS / PER_POST }, (_, post) =>
		Array.from({ length: PER_POST }, (__, index) => ({ n: post * PER_POST + index })),
	);
	let again = 0;
	const sender = async () => {
		for (let items = posts.shift(); items !== undefined; items = posts.shift()) {
			again += await stage.post(name, items);
			if (!isOver()) await pause(PAUSE_MS);
		}
	};
	await Promise.all([sender(), sender()]);
	return again;
}

test('a killed outbox loses nothing and repeats only attempts that were not recorded', async () => {
	await stage.planResponses(
		boxes.half,
		Array.from({ length: 6000 }, () => (Math.random() < 0.5 ? { status: 503 } : {})),
	);
	await stage.planResponses(boxes.slow, Array(4000).fill({ delayMs: 700 }));
	const list = (retryDelays) => ({ retrySchedule: 'list', retryDelays });
	const often = Array(30).fill('2 s').join(', ');
	const ids = { dead: await stage.endpoint('dead', DEAD, list('2 s, 4 s')) };
	for (const name of LIVE) {
		const url = `${stage.base}/receive/svix/${boxes[name]}`;
		ids[name] = await stage.endpoint(name, url, list(often));
	}
	const name = await stage.sender();
	await stage.schedule(5);

	let killed = 0;
	const sending = sendAll(name, () => killed === KILLS);
	const leasedAtKills = [];
	const unrecordedAtKills = [];
	while (killed < KILLS) {
		await pause(2000 + Math.random() * 5000);
		if (queue) await somethingHeld();
		await stage.n8n.kill();
		killed += 1;
		// Count requests that were in flight when n8n was killed once they have arrived.
		if (!queue) await pause(1000);
		const rows = await stage.rowsOnFile();
		leasedAtKills.push(countLeased(rows, await stage.eventsUnderWay()));
		const live = rows.filter(({ endpoint_id }) => endpoint_id !== ids.dead);
		unrecordedAtKills.push(count(await received()) - countAttempts(live));
		await stage.n8n.restart();
	}
	const postsRepeated = await sending;
	const stats = await stage.settled(
		300_000,
		({ total_deliveries }) => total_deliveries === EVENTS * ENDPOINTS,
	);

	// Every event has arrived at every live endpoint, signed; those of the dead endpoint are in the log.
	const inboxes = await received();
	for (const live of LIVE) {
		expect(inboxes[live].every(({ verified }) => verified)).toBe(true);
		const arrived = inboxes[live].map(({ body }) => JSON.parse(body).data.n);
		expect(new Set(arrived).size).toBe(EVENTS);
	}
	const [log] = await stage.run({
		resource: 'delivery',
		operation: 'getAll',
		returnAll: true,
		simplify: false,
	});
	const having = (endpoint, status) =>
		log.filter((row) => row.endpoint_id === ids[endpoint] && row.status === status);
	for (const live of LIVE) expect(having(live, 'delivered')).toHaveLength(EVENTS);
	expect(having('dead', 'failed')).toHaveLength(EVENTS);
	expect(new Set(log.map(({ id }) => id)).size).toBe(EVENTS * ENDPOINTS);
	expect(log).toHaveLength(EVENTS * ENDPOINTS);

	// Each request that is missing in the log is one whose outcome could not be recorded because of a kill.
	const unrecorded =
		count(inboxes) - countAttempts(log.filter(({ endpoint_id }) => endpoint_id !== ids.dead));
	const duplicates = LIVE.filter((live) => live !== 'half').reduce(
		(sum, live) => sum + inboxes[live].length - EVENTS,
		0,
	);
	const perKill = unrecordedAtKills.map((sum, index) => sum - (unrecordedAtKills[index - 1] ?? 0));
	const atKills = queue ? unrecorded : `${perKill.join(', ')}, in the end ${unrecorded}`;
	console.log(
		`${EVENTS} events to 5 endpoints, ${KILLS} kills: ${postsRepeated} requests repeated, ${count(inboxes)} requests, ${duplicates} duplicates at the three endpoints that always accept; attempts not recorded because of the kills: ${atKills}, of leased deliveries: ${leasedAtKills.join(', ')}`,
	);
	expect(duplicates).toBeLessThanOrEqual(unrecorded);
	// Each attempt in the log was made.
	for (const live of LIVE) {
		const requests = countBy(inboxes[live], ({ headers }) => headers['webhook-id']);
		const tooMany = log.filter(
			(row) => row.endpoint_id === ids[live] && row.attempts > requests[row.event_id],
		);
		expect(tooMany).toEqual([]);
	}
	if (queue) {
		// Other workers were attempting and recording at each kill, so their leases cannot be distinguished.
		expect(unrecorded).toBeLessThanOrEqual(leasedAtKills.reduce((sum, held) => sum + held, 0));
	} else {
		expect(unrecorded).toBeLessThanOrEqual(unrecordedAtKills[KILLS - 1]);
		perKill.forEach((sum, index) => expect(sum).toBeLessThanOrEqual(leasedAtKills[index]));
	}

	// The stats add up to the log.
	const countByStatus = (status) => log.filter((row) => row.status === status).length;
	expect(stats).toMatchObject({
		total_deliveries: log.length,
		successful_deliveries: countByStatus('delivered'),
		failed_deliveries: countByStatus('failed'),
		pending_deliveries: 0,
		held_deliveries: 0,
		total_attempts: countAttempts(log),
	});
	for (const { endpoint_id, total_attempts, total_deliveries } of stats.by_endpoint) {
		const own = log.filter((row) => row.endpoint_id === endpoint_id);
		expect([total_deliveries, total_attempts]).toEqual([own.length, countAttempts(own)]);
	}
	const overDays = stats.by_day.reduce((sum, { total_deliveries }) => sum + total_deliveries, 0);
	expect(overDays).toBe(log.length);
}, 1_000_000);
