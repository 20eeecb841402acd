const { createEndpoint } = require('../../../dist/core/outbox/endpoint/lifecycle');
const { insertEndpoint, loadEndpoint } = require('../../../dist/core/outbox/endpoint/repository');
const { createEncrypter } = require('../../../dist/core/outbox/store/encryption');

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
 * A clock that goes on when everybody waits: whoever waits for the shortest time is woken first.
 * Nothing else than `wait` takes time.
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
 * A database, receivers that answer what the test says, and any number of processes.
 * @param answer gets `{ endpoint, key, body, count }`, `count` being the number of this delivery's
 * attempt over all processes, and returns a status or an attempt's result
 * @param attemptMs how long an attempt takes, or a function of the same
 */
function createWorld({ answer = () => 200, attemptMs = 100 } = {}) {
	const clock = createClock(Date.parse(START));
	const store = createStore();
	const encrypter = createEncrypter([KEY]);
	const attempts = [];
	let ids = 0;
	const world = { clock, store, attempts, answer, attemptMs };

	/** The ports of a process of its own. Its `latency` is how long each half of a call takes. */
	world.process = ({ latency = () => 0, ...connection } = {}) => {
		const tables = store.connect({
			pause: async (call) => await clock.wait(latency(call)),
			...connection,
		});
		const announced = [];
		const assertAlive = () => {
			if (tables.dead) throw new KilledError('The process is dead');
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
				const given = { endpoint, key, body, count: same.length + 1 };
				const { attemptMs: took } = world;
				await clock.wait(typeof took === 'function' ? took(given) : took);
				assertAlive();
				const answered = await world.answer(given);
				attempt.endMs = clock.nowMs();
				return typeof answered === 'number' ? response(answered) : answered;
			},
			announce: (text) => announced.push(text),
			wait: async (ms) => {
				await clock.wait(ms);
				assertAlive();
			},
			nowMs: clock.nowMs,
			random: () => 0,
			newId: () => `id-${(ids += 1)}`,
		};
		return Object.assign(ports, { announced });
	};

	/** Registers an endpoint, AgenticFlow's unless the test says otherwise. */
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

	/** What is in the table of deliveries, oldest first. */
	world.deliveries = () => store.rows('deliveries');
	world.statuses = () => store.rows('deliveries').map(({ status }) => status);
	world.attemptsOf = (endpointId, key) =>
		attempts.filter(
			(attempt) => attempt.endpointId === endpointId && (key === undefined || attempt.key === key),
		);
	return world;
}

/** Events of one type, with numbers. */
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
