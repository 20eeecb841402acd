const { loadCountedEndpoints, loadCounts } = require('../../../../build/core/outbox/log/counts');
const { computeStats } = require('../../../../build/core/outbox/log/stats');
const { publishEvents } = require('../../../../build/core/outbox/dispatch/publish');
const { DEFAULT_RETENTION, prune } = require('../../../../build/core/outbox/log/prune');
const { compactTallies } = require('../../../../build/core/outbox/store/compaction');
const { forTenant } = require('../../../../build/core/outbox/tenant/tenantPorts');

const { callNames } = require('../memoryTables');
const { createWorld, DAY, events, HOUR, LIMITS, START } = require('../world');

const later = (ms) => new Date(Date.parse(START) + ms).toISOString();

/** A world with 2 deliveries that were pruned, and 3 that are in the log. */
async function prunedWorld() {
	const world = createWorld();
	await world.register('ep_a');
	await publishEvents(world.process(), events(2), LIMITS);
	world.clock.advance(8 * DAY + HOUR);
	await publishEvents(world.process(), events(3), LIMITS);
	await prune(world.process(), DEFAULT_RETENTION);
	expect(world.deliveries()).toHaveLength(3);
	return world;
}

describe('loadCounts', () => {
	test.each([
		['no filter', {}, 5],
		['empty filters', { eventId: '', eventType: '', statuses: [] }, 5],
		['an endpoint', { endpointId: 'ep_a' }, 5],
		['another endpoint', { endpointId: 'ep_b' }, 0],
		['times on a quarter of an hour', { since: later(0), until: later(9 * DAY) }, 5],
		['a time after those that were pruned', { since: later(HOUR) }, 3],
		['a time before those in the log', { until: later(DAY) }, 2],
	])('with %s counts pruned deliveries, and reads no log', async (_, query, expected) => {
		const world = await prunedWorld();
		const ports = world.process();
		const { includesPruned, parts } = await loadCounts(ports, query);
		expect(includesPruned).toBe(true);
		expect(computeStats(parts).total_deliveries).toBe(expected);
		expect(callNames(ports.tables)).toEqual(['find deliveries']);
	});

	test.each([
		['an event type', { eventType: 'order.created' }],
		['a status', { statuses: ['delivered'] }],
		['a time within a quarter of an hour', { since: later(1) }],
	])('with %s counts what is in the log, and says so', async (_, query) => {
		const { includesPruned, parts } = await loadCounts((await prunedWorld()).process(), query);
		expect(includesPruned).toBe(false);
		expect(computeStats(parts).total_deliveries).toBe(3);
	});
});

describe('loadCountedEndpoints', () => {
	test('reads endpoints and totals in one call, and no delivery that ended', async () => {
		const world = await prunedWorld();
		await world.register('ep_b', { status: 'disabled' });
		await publishEvents(world.process(), events(1), LIMITS);
		const ports = world.process();
		const counted = await loadCountedEndpoints(ports);
		expect(callNames(ports.tables)).toEqual(['find endpoints, find deliveries']);
		expect(counted.map(({ endpoint, stats }) => [endpoint.id, stats])).toMatchObject([
			['ep_a', { total_deliveries: 6, successful_deliveries: 6, held_deliveries: 0 }],
			['ep_b', { total_deliveries: 1, successful_deliveries: 0, held_deliveries: 1 }],
		]);
	});

	test('reads one endpoint with its own totals', async () => {
		const world = await prunedWorld();
		const [{ stats }] = await loadCountedEndpoints(world.process(), { id: 'ep_a' });
		expect(stats.total_deliveries).toBe(5);
		expect(await loadCountedEndpoints(world.process(), { id: 'ep_b' })).toEqual([]);
	});
});

test('a tenant counts its own deliveries only, and the whole outbox those of each tenant', async () => {
	const world = createWorld();
	for (const [tenantId, count] of [
		['acme', 2],
		['other', 3],
	]) {
		await world.register(`ep_${tenantId}`, { tenantId });
		const ports = forTenant(world.process(), tenantId);
		await publishEvents(ports, events(count, { tenantId }), LIMITS);
	}
	const expectCounts = async () => {
		const { parts } = await loadCounts(forTenant(world.process(), 'acme'), {});
		const own = computeStats(parts);
		expect(own.total_deliveries).toBe(2);
		expect(own.by_endpoint.map(({ endpoint_id: id }) => id)).toEqual(['ep_acme']);
		const all = computeStats((await loadCounts(world.process(), {})).parts);
		expect(all.by_tenant).toMatchObject([
			{ tenant_id: 'acme', total_deliveries: 2 },
			{ tenant_id: 'other', total_deliveries: 3 },
		]);
	};
	await expectCounts();
	await compactTallies(forTenant(world.process(), 'acme'));
	expect(world.tallies().map(({ status, tenant_id: tenant }) => [tenant, status])).toEqual([
		['other', 'tally'],
		['acme', 'tally'],
		['acme', 'tally_slots'],
	]);
	await expectCounts();
	await compactTallies(world.process());
	await expectCounts();
});
