/**
 * A whole outbox for unit tests: tables in memory, receivers that respond as the test says, a clock, and
 * any number of processes that may be slow, fail or be killed.
 * @example
 * test('retries a failed delivery', async () => {
 *   const world = createWorld({ answer: ({ count }) => (count === 1 ? 503 : 200) });
 *   await world.register('ep_a'); // an endpoint for all events
 *   await publishEvents(world.process(), events(1), LIMITS);
 *   expect(world.statuses()).toEqual(['pending']);
 *   world.clock.advance(HOUR);
 *   await deliverDue(world.process(), LIMITS); // another process
 *   expect(world.attempts).toHaveLength(2);
 *   expect(world.deliveries()).toMatchObject([{ status: 'delivered', attempts: 2 }]); // rows
 * });
 */

const { createEndpoint } = require('../../../build/core/outbox/endpoint/lifecycle');
const { insertEndpoint, loadEndpoint } = require('../../../build/core/outbox/endpoint/repository');
const { createEncrypter } = require('../../../build/core/outbox/store/encryption');
const { withWorkflows } = require('../../../build/core/sending/workflowRun');
const { isTallyRow } = require('../../../build/core/outbox/store/tallyRows');

const { createStore, KilledError } = require('./memoryTables');

const START = '2025-01-15T10:00:00.000Z';
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const LIMITS = {
	concurrency: 10,
	maxPacingMs: 60 * SECOND,
	maxDeliveries: 1000,
	maxRunMs: 10 * MINUTE,
};
const KEY = '0123456789abcdef0123456789abcdef';

/**
 * Creates a clock that moves on when everything waits, to the earliest time that something waits for. Only
 * `wait` takes time.
 */
function createClock(startMs) {
	const sleepers = [];
	let nowMs = startMs;
	let count = 0;
	let ticking = false;
	const tick = () =>
		setImmediate(() => {
			if (sleepers.length === 0) {
				ticking = false;
				return;
			}
			sleepers.sort((a, b) => a.atMs - b.atMs || a.order - b.order);
			const { atMs, resolve } = sleepers.shift();
			nowMs = Math.max(nowMs, atMs);
			resolve();
			tick();
		});
	const wait = async (ms) =>
		await new Promise((resolve) => {
			sleepers.push({ atMs: nowMs + ms, order: (count += 1), resolve });
			if (!ticking) {
				ticking = true;
				tick();
			}
		});
	return {
		wait,
		nowMs: () => nowMs,
		advance: (ms) => {
			nowMs += ms;
		},
	};
}

const response = (statusCode, headers = {}) => ({
	kind: 'response',
	statusCode,
	headers,
	body: '',
	bodyTruncated: false,
});

/**
 * Creates a world that starts at {@link START}.
 * @param answer returns the status or the result of an attempt. It gets `{ endpoint, key, body, count }`:
 * the endpoint's ID and name, and how many attempts of this delivery all processes have made with this one
 * @param attemptMs the duration of an attempt, or a function of the same input that returns it
 * @param runWorkflow returns the last items of a workflow, or the result of its run, for a call
 * @param workflowMs the duration of a workflow's run
 */
function createWorld({
	answer = (_request) => 200,
	attemptMs = 100,
	runWorkflow = (_call) => [],
	workflowMs = 100,
} = {}) {
	const clock = createClock(Date.parse(START));
	const store = createStore();
	const encrypter = createEncrypter([KEY]);
	const attempts = [];
	const workflowCalls = [];
	let ids = 0;
	const world = {
		clock,
		store,
		attempts,
		workflowCalls,
		answer,
		attemptMs,
		runWorkflow,
		workflowMs,
	};

	/**
	 * Starts a process, and returns its ports.
	 * @param latency returns how long each half of a call to the tables takes, in ms
	 * @param connection how the process fails or is killed: see `connect` in memoryTables.js
	 */
	world.process = ({ latency = (_call) => 0, ...connection } = {}) => {
		const tables = store.connect({
			pause: async (call) => await clock.wait(latency(call)),
			...connection,
		});
		const announced = [];
		const assertAlive = () => {
			if (tables.dead) throw new KilledError('The process is dead');
		};
		const callWorkflow = async (call) => {
			assertAlive();
			workflowCalls.push(call);
			await clock.wait(world.workflowMs);
			assertAlive();
			const result = await world.runWorkflow(call);
			return Array.isArray(result)
				? {
						kind: 'finished',
						executionId: `run-${workflowCalls.length}`,
						items: result,
						isWaiting: false,
					}
				: result;
		};
		const ports = {
			tables,
			encrypter,
			attempt: async ({ body, key, nowMs, target: { endpoint } }) => {
				assertAlive();
				const same = attempts.filter(
					(other) => other.endpointId === endpoint.id && other.key === key,
				);
				const attempt = {
					endpointId: endpoint.id,
					key,
					body: body.toString('utf8'),
					startMs: nowMs,
					endMs: undefined,
					process: ports,
				};
				attempts.push(attempt);
				const details = { endpoint, key, body, count: same.length + 1 };
				const { attemptMs: duration } = world;
				await clock.wait(typeof duration === 'function' ? duration(details) : duration);
				assertAlive();
				const result = await world.answer(details);
				attempt.endMs = clock.nowMs();
				return typeof result === 'number' ? response(result) : result;
			},
			runWorkflow: callWorkflow,
			announce: (text) => announced.push(text),
			wait: async (ms) => {
				await clock.wait(ms);
				assertAlive();
			},
			nowMs: clock.nowMs,
			random: () => 0,
			newId: () => `id-${(ids += 1)}`,
		};
		ports.attempt = withWorkflows(ports.attempt, callWorkflow);
		return Object.assign(ports, { announced });
	};

	/** Registers an endpoint for all events, of AgenticFlow unless the input has another platform. */
	world.register = async (id, { status = 'active', ...input } = {}) => {
		const endpoint = createEndpoint(
			{
				name: `Endpoint ${id}`,
				url: `https://${id.replace(/_/g, '-')}.example/hooks`,
				platform: 'agenticflow',
				signingSecret: `secret of ${id}`,
				...input,
			},
			id,
			clock.nowMs(),
		);
		await insertEndpoint({ tables: store.connect(), encrypter }, { ...endpoint, status });
		return endpoint;
	};
	world.endpoint = async (id) => await loadEndpoint({ tables: store.connect(), encrypter }, id);

	/** Returns the rows of the deliveries' table, oldest first, without the tallies in it. */
	world.deliveries = () => store.rows('deliveries').filter((row) => !isTallyRow(row));
	world.tallies = () => store.rows('deliveries').filter(isTallyRow);
	world.statuses = () => world.deliveries().map(({ status }) => status);
	world.attemptsTo = (endpointId, key) =>
		attempts.filter(
			(attempt) => attempt.endpointId === endpointId && (key === undefined || attempt.key === key),
		);
	return world;
}

/** Returns numbered inputs for `publishEvents`. */
const events = (count, more = {}) =>
	Array.from({ length: count }, (_, number) => ({
		type: 'order.created',
		data: { number },
		...more,
	}));

module.exports = {
	createClock,
	createWorld,
	DAY,
	events,
	HOUR,
	KEY,
	LIMITS,
	MINUTE,
	response,
	SECOND,
	START,
};
