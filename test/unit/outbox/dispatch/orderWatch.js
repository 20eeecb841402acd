/**
 * Watches a world for events that are attempted before an earlier one of their order is settled.
 * @param getKey returns what the events of one order have in common
 * @param precedes whether an event's row precedes another's; by default, the one with the lower ID does
 */
function watchOrder(
	world,
	endpointId,
	{ getKey = ({ order }) => order, precedes = (a, b) => a.id < b.id } = {},
) {
	const delivered = new Set();
	const violations = [];
	const { answer, attemptMs } = world;
	const listEventIds = (key) => {
		const batch = world.deliveries().find(({ delivery_id: id }) => id === key);
		return batch === undefined ? [key] : JSON.parse(batch.event_ids);
	};
	const isEnded = (eventId) =>
		world
			.deliveries()
			.some(
				(row) =>
					row.event_id === eventId &&
					row.endpoint_id === endpointId &&
					['failed', 'cancelled'].includes(row.status),
			);
	world.attemptMs = (details) => {
		if (details.endpoint.id === endpointId) {
			const rows = world.store.rows('events');
			const sent = listEventIds(details.key);
			sent.forEach((eventId, index) => {
				const row = rows.find(({ event_id }) => event_id === eventId);
				const key = getKey(JSON.parse(row.data));
				for (const elder of rows) {
					if (elder.event_id === eventId || getKey(JSON.parse(elder.data)) !== key) continue;
					const isSent =
						delivered.has(elder.event_id) || sent.slice(0, index).includes(elder.event_id);
					if (precedes(elder, row) && !isSent && !isEnded(elder.event_id)) {
						violations.push(`${eventId} before ${elder.event_id}`);
					}
				}
			});
		}
		return typeof attemptMs === 'function' ? attemptMs(details) : attemptMs;
	};
	world.answer = (details) => {
		const result = answer(details);
		if (details.endpoint.id === endpointId && result === 200) {
			for (const id of listEventIds(details.key)) delivered.add(id);
		}
		return result;
	};
	return { delivered, violations };
}

/** Returns inputs whose orders take turns, e.g. `key 0`, `key 1`, `key 0` … */
const ordered = (count, keys, more = {}) =>
	Array.from({ length: count }, (_, number) => ({
		type: 'order.created',
		data: { number, order: `key ${number % keys}` },
		...more,
	}));

module.exports = { ordered, watchOrder };
