const fc = require('fast-check');

const { deliverDue } = require('../../../../build/core/outbox/dispatch/deliverDue');
const { publishEvents } = require('../../../../build/core/outbox/dispatch/publish');
const { sharePlaces } = require('../../../../build/core/outbox/dispatch/turns');
const { forTenant } = require('../../../../build/core/outbox/tenant/tenantPorts');

const { callNames } = require('../memoryTables');
const { createWorld, events, HOUR, LIMITS, SECOND } = require('../world');

const { listed } = require('./failedDeliveries');

describe('sharePlaces', () => {
	test('gives everybody what they ask for if there is enough', () => {
		expect(sharePlaces([3, 0, 5], 10)).toEqual([3, 0, 5]);
	});

	test('shares what some leave among the others', () => {
		expect(sharePlaces([1000, 10, 2000], 1000)).toEqual([495, 10, 495]);
	});

	test('gives the first ones a place each if there are fewer', () => {
		expect(sharePlaces([1, 0, 10, 5], 2)).toEqual([1, 0, 1, 0]);
	});

	test('fills all places, and gives nobody less than a fair share that they ask for', () => {
		fc.assert(
			fc.property(
				fc.array(fc.nat(50), { minLength: 1, maxLength: 8 }),
				fc.nat(100),
				(wanted, places) => {
					const shares = sharePlaces(wanted, places);
					const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);
					expect(sum(shares)).toBe(Math.min(places, sum(wanted)));
					const fair = Math.floor(places / wanted.length);
					shares.forEach((share, index) => {
						expect(share).toBeLessThanOrEqual(wanted[index]);
						expect(share).toBeGreaterThanOrEqual(Math.min(wanted[index], fair));
					});
				},
			),
		);
	});
});

/** Publishes events for a tenant whose attempts all fail, so that they are due an hour later. */
async function failOnce(world, tenantId, count) {
	world.answer = () => 500;
	world.attemptMs = 1;
	const limits = { ...LIMITS, concurrency: 1000 };
	await publishEvents(forTenant(world.process(), tenantId), events(count, { tenantId }), limits);
}

/** Registers an endpoint for each tenant, named like it. */
const registerAll = async (world, tenantIds) => {
	for (const tenantId of tenantIds) {
		await world.register(`ep_${tenantId}`, { tenantId, ...listed('1 min, 1 min, 1 min') });
	}
};

describe('a loud tenant', () => {
	test('does not keep another one from being attempted in the next run, even if its endpoint hangs', async () => {
		const world = createWorld();
		await registerAll(world, ['loud', 'quiet']);
		await failOnce(world, 'loud', 1200);
		await failOnce(world, 'quiet', 20);
		world.clock.advance(HOUR);
		const startMs = world.clock.nowMs();
		world.attemptMs = ({ endpoint }) => (endpoint.id === 'ep_loud' ? 30 * SECOND : 100);
		world.answer = ({ endpoint }) =>
			endpoint.id === 'ep_loud' ? { kind: 'error', code: 'ETIMEDOUT', message: 'timeout' } : 200;
		const before = world.attempts.length;
		await deliverDue(world.process(), { ...LIMITS, maxRunMs: 300 * SECOND });
		const quiet = world.attempts
			.slice(before)
			.filter(({ endpointId }) => endpointId === 'ep_quiet');
		expect(quiet).toHaveLength(20);
		for (const { startMs: at } of quiet) expect(at - startMs).toBeLessThan(SECOND);
	});

	test('does not make the batch of another one go out twice', async () => {
		const world = createWorld();
		await registerAll(world, ['loud', 'quiet']);
		const batch_settings = { max_events: 5, max_wait_seconds: 30 };
		await world.register('ep_batch', { tenantId: 'quiet', settings: { batch_settings } });
		await failOnce(world, 'loud', 1200);
		await failOnce(world, 'quiet', 2);
		world.clock.advance(HOUR);
		const before = world.attempts.length;
		world.answer = () => 200;
		await deliverDue(world.process(), { ...LIMITS, maxRunMs: 300 * SECOND });
		const toBatch = world.attempts
			.slice(before)
			.filter(({ endpointId }) => endpointId === 'ep_batch');
		expect(toBatch).toHaveLength(1);
	});

	test('leaves places to each of the others, and takes those that they leave', async () => {
		const world = createWorld();
		await registerAll(world, ['loud', 'b', 'c']);
		await failOnce(world, 'loud', 1500);
		await failOnce(world, 'b', 700);
		await failOnce(world, 'c', 30);
		world.clock.advance(HOUR);
		world.answer = () => 200;
		const before = world.attempts.length;
		const limits = { ...LIMITS, concurrency: 1000, maxDeliveries: 1000 };
		await deliverDue(world.process(), limits);
		const attempts = world.attempts.slice(before);
		const countOf = (id) => attempts.filter(({ endpointId }) => endpointId === `ep_${id}`).length;
		expect([countOf('loud'), countOf('b'), countOf('c')]).toEqual([485, 485, 30]);
		// The oldest of each tenant come first, and the rest stays due.
		await deliverDue(world.process(), { ...limits, maxDeliveries: 5000 });
		expect(world.statuses().every((status) => status === 'delivered')).toBe(true);
		expect(world.attempts).toHaveLength(before + 2230);
	});

	test('takes turns with the others: no tenant gets more than half of the concurrency', async () => {
		const world = createWorld();
		await registerAll(world, ['a', 'b']);
		await world.register('ep_a2', { tenantId: 'a', ...listed('1 min') });
		await failOnce(world, 'a', 40);
		await failOnce(world, 'b', 40);
		world.clock.advance(HOUR);
		const running = { a: 0, b: 0 };
		const most = { a: 0, b: 0 };
		const tenantOf = ({ id }) => id.slice(3, 4);
		world.attemptMs = ({ endpoint }) => {
			const tenant = tenantOf(endpoint);
			running[tenant] += 1;
			most[tenant] = Math.max(most[tenant], running[tenant]);
			return 100;
		};
		world.answer = ({ endpoint }) => {
			running[tenantOf(endpoint)] -= 1;
			return 200;
		};
		await deliverDue(world.process(), { ...LIMITS, concurrency: 10 });
		expect(most).toEqual({ a: 5, b: 5 });
	});
});

test('a tenant with one delivery gets its turn in a run with fewer places than tenants', async () => {
	const world = createWorld();
	await registerAll(world, ['quiet', 'loud', 'louder']);
	await failOnce(world, 'quiet', 1);
	await failOnce(world, 'loud', 20);
	await failOnce(world, 'louder', 20);
	world.answer = () => 200;
	world.clock.advance(HOUR);
	await deliverDue(world.process(), { ...LIMITS, maxDeliveries: 2 });
	expect(world.attemptsTo('ep_quiet')).toHaveLength(2);
});

test('an outbox with one tenant pays no call for turns', async () => {
	const world = createWorld();
	await registerAll(world, ['default']);
	await failOnce(world, 'default', 1000);
	world.clock.advance(HOUR);
	world.answer = () => 200;
	const ports = world.process();
	await deliverDue(ports, { ...LIMITS, concurrency: 1000, maxDeliveries: 1000 });
	expect(callNames(ports.tables).filter((name) => name.startsWith('find'))).toEqual([
		'find endpoints, find events, find tenants, find deliveries',
		'find events',
		'find events',
	]);
});
