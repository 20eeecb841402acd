const {
	latestPerDelivery,
	latestRowPerDelivery,
	readDelivery,
	toDeliveryRow,
} = require('../../../../build/core/outbox/store/deliveryRows');
const { TABLES } = require('../../../../build/core/outbox/store/tables');

const { START } = require('../world');

const DELIVERY = {
	tenantId: 'default',
	id: 'dlv_1',
	eventId: 'evt_1',
	eventType: 'order.created',
	batchedEventIds: null,
	endpointId: 'ep_a',
	endpointName: 'Shop',
	acceptedAt: START,
	status: 'pending',
	attempts: 1,
	lastAttemptAt: START,
	nextAttemptAt: START,
	completedAt: null,
	responseCode: 500,
	outcome: 'retryable',
	responseTimeMs: 10,
	payloadSize: 120,
	error: 'The endpoint answered with status 500',
	attemptLog: [
		{
			attempt: 1,
			time: START,
			outcome: 'retryable',
			status_code: 500,
			duration_ms: 10,
			error_message: 'The endpoint answered with status 500',
		},
	],
	executionId: '7',
	workflowId: 'workflow',
	replayedAt: null,
	place: null,
	tallied: null,
	lease: null,
};

describe('toDeliveryRow and readDelivery', () => {
	test.each([
		['a single event', {}],
		['a batch', { batchedEventIds: ['evt_1', 'evt_2'] }],
		[
			'a leased delivery',
			{ status: 'sending', lease: { owner: 'run', expiresAtMs: Date.parse(START) } },
		],
	])('write %s as a row and read it back', (_, more) => {
		const delivery = { ...DELIVERY, ...more };
		const row = toDeliveryRow(delivery);
		expect(Object.keys(row).sort()).toEqual(Object.keys(TABLES.deliveries).sort());
		expect(readDelivery({ ...row, id: 5 })).toEqual({ ...delivery, rowId: 5 });
	});
});

test('latestRowPerDelivery keeps the delivered row if there is one, otherwise the newest', () => {
	const row = (id, delivery, status) => ({ id, delivery_id: delivery, status });
	const rows = [
		row(9, 'b', 'sending'),
		row(1, 'a', 'sending'),
		row(4, 'a', 'pending'),
		row(2, 'c', 'delivered'),
		row(8, 'c', 'pending'),
		row(5, 'd', 'failed'),
	];
	const best = (list) =>
		latestRowPerDelivery(list)
			.map(({ id }) => id)
			.sort();
	expect(best(rows)).toEqual([2, 4, 5, 9]);
	expect(best([...rows].reverse())).toEqual([2, 4, 5, 9]);
	expect(latestRowPerDelivery([])).toEqual([]);
	const deliveries = rows.map(({ delivery_id: id, id: rowId, status }) => ({ id, rowId, status }));
	expect(
		latestPerDelivery(deliveries)
			.map(({ rowId }) => rowId)
			.sort(),
	).toEqual([2, 4, 5, 9]);
});
