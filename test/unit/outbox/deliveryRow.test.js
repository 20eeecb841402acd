const {
	toFailedRow,
	toAttemptedRow,
	listRoundAttempts,
	latestRowPerDelivery,
	computeDeliveryId,
	computeEventId,
	toHeldRow,
	createDeliveryRow,
	toRescheduledRow,
} = require('../../../dist/core/outbox/store/rows');
const { readRow } = require('../../../dist/core/outbox/store/tables');

const START = Date.parse('2025-01-15T10:00:00.000Z');
const iso = (ms) => new Date(ms).toISOString();

const attempt = (number, ms, more = {}) => ({
	attempt: number,
	time: iso(ms),
	outcome: 'retryable',
	status_code: 500,
	duration_ms: 10,
	error_message: 'The endpoint answered with status 500',
	...more,
});

/** A row that a run holds, with these attempts behind it. */
function heldRow(attempts = [], more = {}) {
	const event = { id: 'evt_1', type: 'order.created', acceptedAt: iso(START) };
	const row = createDeliveryRow(event, 'ep_a', {
		status: 'sending',
		next_attempt_at: iso(START),
		lease_owner: 'run',
		error: null,
	});
	const log = { attempts: attempts.length, attempt_log: JSON.stringify(attempts), ...more };
	return readRow('deliveries', { ...row, ...log, id: 5 });
}

test('IDs are the same for the same, and differ for what differs', () => {
	expect(computeDeliveryId('evt_1', 'ep_a')).toBe(computeDeliveryId('evt_1', 'ep_a'));
	const ids = [
		computeDeliveryId('evt_1', 'ep_a'),
		computeDeliveryId('evt_1', 'ep_b'),
		computeDeliveryId('evt_2', 'ep_a'),
		computeDeliveryId('evt_1ep', '_a'),
		computeEventId('key'),
		computeEventId('other key'),
	];
	expect(new Set(ids).size).toBe(ids.length);
	for (const id of ids) expect(id).toMatch(/^(dlv|evt)_[0-9a-f]{32}$/);
});

test('after attempts: what the last one said, and all of them in the log', () => {
	const made = [attempt(1, START), attempt(2, START + 60_000)];
	const report = { status: 'retrying', attempts: made, nextAttemptAtMs: START + 360_000 };
	const row = toAttemptedRow(
		heldRow([made[0]]),
		{ ...report, gave_up_because: null },
		120,
		START + 60_010,
	);
	expect(row).toMatchObject({
		status: 'pending',
		attempts: 2,
		last_attempt_at: iso(START + 60_000),
		next_attempt_at: iso(START + 360_000),
		completed_at: null,
		response_code: 500,
		response_time_ms: 10,
		payload_size: 120,
		error: 'The endpoint answered with status 500',
		lease_owner: null,
	});
	expect(row).not.toHaveProperty('id');
	expect(JSON.parse(row.attempt_log)).toEqual(made);
});

test('after the last attempt: ended, with the reason', () => {
	const report = {
		status: 'failed',
		attempts: [attempt(1, START)],
		gave_up_because: 'No retries are allowed',
	};
	expect(toAttemptedRow(heldRow(), report, 1, START + 10)).toMatchObject({
		status: 'failed',
		next_attempt_at: null,
		completed_at: iso(START + 10),
		error: 'The endpoint answered with status 500. No retries are allowed',
	});
});

test('after a replay attempts are numbered on, and only the new ones count', () => {
	const before = [attempt(1, START), attempt(2, START + 1000)];
	const row = heldRow(before, { replayed_at: iso(START + 2000) });
	expect(listRoundAttempts(row)).toEqual([]);
	const report = {
		status: 'retrying',
		attempts: [attempt(1, START + 3000)],
		gave_up_because: null,
		nextAttemptAtMs: START + 9000,
	};
	const after = toAttemptedRow(row, report, 1, START + 3010);
	expect(after.attempts).toBe(3);
	expect(JSON.parse(after.attempt_log).map(({ attempt: number }) => number)).toEqual([1, 2, 3]);
	const read = readRow('deliveries', { ...after, id: 6 });
	expect(listRoundAttempts(read)).toHaveLength(1);
});

test('the log and its messages are bounded, and the count goes on', () => {
	const before = Array.from({ length: 60 }, (_, index) => attempt(index + 1, START + index));
	const message = 'x'.repeat(5000);
	const made = attempt(61, START + 99, { error_message: message });
	const report = { status: 'failed', attempts: [...before, made], gave_up_because: null };
	const row = toAttemptedRow(heldRow(before), report, 1, START + 100);
	const log = JSON.parse(row.attempt_log);
	expect(log).toHaveLength(60);
	expect(log.at(-1).attempt).toBe(61);
	expect(log[0].attempt).toBe(2);
	expect(row.attempts).toBe(61);
	expect(log.at(-1).error_message.length).toBeLessThanOrEqual(301);
	expect(row.error.length).toBeLessThanOrEqual(301);
});

test('a row without an attempt is put off, held or ended, and nobody holds it', () => {
	const row = heldRow([attempt(1, START)]);
	const kept = {
		attempts: 1,
		last_attempt_at: null,
		lease_owner: null,
		delivery_id: row.delivery_id,
	};
	expect(toRescheduledRow(row, START + 5)).toMatchObject({
		...kept,
		status: 'pending',
		next_attempt_at: iso(START + 5),
	});
	expect(toHeldRow(row, 'disabled')).toMatchObject({
		...kept,
		status: 'held',
		next_attempt_at: null,
		error: 'disabled',
	});
	expect(toFailedRow(row, 'deleted', START + 7)).toMatchObject({
		...kept,
		status: 'failed',
		next_attempt_at: null,
		completed_at: iso(START + 7),
		error: 'deleted',
	});
});

test('of several rows of one delivery the newest counts, and what was delivered before all', () => {
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
});
