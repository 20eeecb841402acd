const { presentDelivery } = require('../../../../build/core/outbox/log/presentDelivery');
const { findDeliveries } = require('../../../../build/core/outbox/log/query');

const { START } = require('../world');

const { row, logWith } = require('./logRows');

test('presentDelivery returns the fields of AgenticFlow’s webhook logs', async () => {
	const log = logWith([
		row(1, { status: 'failed', response_code: 500, error: 'why', attempts: 3 }),
		row(2, { status: 'held', last_attempt_at: null, attempts: 0, attempt_log: '[]' }),
	]);
	const [held, failed] = (await findDeliveries(log, {})).map(presentDelivery);
	expect(failed).toEqual({
		id: 'dlv_1',
		timestamp: START,
		event: 'order.created',
		event_id: 'evt_1',
		endpoint_id: 'ep_a',
		endpoint_name: 'Shop',
		status: 'failed',
		response_code: 500,
		outcome: null,
		execution_id: null,
		workflow_id: null,
		response_time_ms: 10,
		attempts: 3,
		payload_size: 20,
		accepted_at: START,
		next_attempt_at: null,
		completed_at: START,
		error_message: 'why',
	});
	expect(held).toMatchObject({ timestamp: START, attempts: 0 });
});
