const { createEncrypter } = require('../../../../build/core/outbox/store/encryption');

const { createStore } = require('../memoryTables');
const { KEY, START } = require('../world');

/** Rows for tests of the log, and tables that contain them. */

const iso = (ms) => new Date(ms).toISOString();

const attempt = (number, durationMs, statusCode = 200) => ({
	attempt: number,
	time: START,
	outcome: statusCode === 200 ? 'success' : 'retryable',
	status_code: statusCode,
	duration_ms: durationMs,
	error_message: null,
});

const row = (number, more = {}) => ({
	tenant_id: 'default',
	delivery_id: `dlv_${number}`,
	event_id: `evt_${number}`,
	event_type: 'order.created',
	endpoint_id: 'ep_a',
	endpoint_name: 'Shop',
	accepted_at: START,
	status: 'delivered',
	attempts: 1,
	last_attempt_at: START,
	next_attempt_at: null,
	completed_at: START,
	response_code: 200,
	response_time_ms: 10,
	payload_size: 20,
	error: null,
	attempt_log: JSON.stringify([attempt(1, 10)]),
	replayed_at: null,
	order_key: null,
	order_number: null,
	lease_owner: null,
	...more,
});

function tablesWith(rows) {
	const store = createStore();
	if (rows.length > 0) store.insert('deliveries', rows);
	return store.connect();
}

/** Returns what the log reads: tables, and the key for the endpoints in them. */
const openLog = (tables) => ({ tables, encrypter: createEncrypter([KEY]) });

const logWith = (rows) => openLog(tablesWith(rows));

const range = (from, to) =>
	Array.from({ length: Math.abs(to - from) + 1 }, (_, index) =>
		from < to ? from + index : from - index,
	);

module.exports = { attempt, iso, logWith, openLog, range, row, tablesWith };
