const { readDelivery } = require('../../../build/core/outbox/store/deliveryRows');
const { TABLES } = require('../../../build/core/outbox/store/tables');
const { isEnded, toTallyRows } = require('../../../build/core/outbox/store/tallyRows');

const EMPTY = Object.fromEntries(Object.keys(TABLES.deliveries).map((column) => [column, null]));

/** Adds to deliveries' rows the tallies that a run inserts with them. */
function withTallies(rows) {
	const tallied = rows.map((row) => ({ ...row, tallied: isEnded(row.status) ? row.status : null }));
	const deliveries = tallied.map((row) => {
		const delivery = readDelivery({ ...EMPTY, ...row, id: 0 });
		const newAttempts = delivery.attemptLog.map((attempt) => ({
			...attempt,
			time: delivery.lastAttemptAt ?? attempt.time,
		}));
		return { ...delivery, tallied: null, newAttempts };
	});
	return [...tallied, ...toTallyRows(deliveries)];
}

module.exports = { withTallies };
