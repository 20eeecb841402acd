const { loadCountedEndpoints, loadCounts } = require('../../../../build/core/outbox/log/counts');
const { computeStats } = require('../../../../build/core/outbox/log/stats');
const { latestRowPerDelivery } = require('../../../../build/core/outbox/store/deliveryRows');

const STATUSES = {
	successful_deliveries: ['delivered'],
	failed_deliveries: ['failed'],
	pending_deliveries: ['gathering', 'pending', 'sending'],
	held_deliveries: ['held'],
};
const NAMES = ['total_deliveries', ...Object.keys(STATUSES), 'total_attempts'];

const pickCounts = (stats) => Object.fromEntries(NAMES.map((name) => [name, stats[name]]));

/** Counts the rows of deliveries, one by one. */
function recount(rows) {
	const latest = latestRowPerDelivery(rows);
	// A delivery that was cancelled counts as it did before.
	const getStatus = ({ status, tallied }) => (status === 'cancelled' ? tallied : status);
	const count = (statuses) => latest.filter((row) => statuses.includes(getStatus(row))).length;
	return {
		total_deliveries: latest.filter((row) => getStatus(row) !== null).length,
		...Object.fromEntries(
			Object.entries(STATUSES).map(([name, statuses]) => [name, count(statuses)]),
		),
		total_attempts: latest.reduce((sum, { attempts }) => sum + attempts, 0),
	};
}

/** Reads the counts of a world as a list of endpoints and as Get Stats do. */
async function readStats(world, zone) {
	const { parts } = await loadCounts(world.process(), {});
	const stats = computeStats(parts, zone);
	const listed = await loadCountedEndpoints(world.process());
	for (const { endpoint, stats: counts } of listed) {
		const byTime = stats.by_endpoint.find(({ endpoint_id: id }) => id === endpoint.id);
		expect(pickCounts(counts)).toEqual(pickCounts(byTime ?? computeStats([])));
	}
	return stats;
}

/** Checks that the counts of a world are those of its rows, in total and by endpoint. */
async function expectCounted(world, details = {}) {
	const rows = world.deliveries();
	const stats = await readStats(world);
	expect({ ...details, ...pickCounts(stats) }).toEqual({ ...details, ...recount(rows) });
	for (const { endpoint_id: id, ...counts } of stats.by_endpoint) {
		const own = rows.filter(({ endpoint_id: endpointId }) => endpointId === id);
		expect({ ...details, id, ...pickCounts(counts) }).toEqual({ ...details, id, ...recount(own) });
	}
	return stats;
}

module.exports = { expectCounted, pickCounts, readStats };
