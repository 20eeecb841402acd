const {
	computeDeliveryId,
	computeEventId,
	createDelivery,
	failDelivery,
	listRoundAttempts,
	putOnHold,
	recordAttempts,
	rescheduleDelivery,
	toLeasedState,
} = require('../../../../build/core/outbox/dispatch/deliveryStates');

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

/** Creates a leased delivery after these attempts. */
function leasedDelivery(attemptLog = [], more = {}) {
	const origin = { executionId: '7', workflowId: 'workflow' };
	const event = {
		...{ tenantId: 'default', id: 'evt_1', type: 'order.created' },
		...{ acceptedAt: iso(START), origin },
	};
	const lease = { owner: 'run', expiresAtMs: START };
	const delivery = createDelivery(event, { id: 'ep_a', name: 'Shop' }, toLeasedState(lease));
	return { ...delivery, attempts: attemptLog.length, attemptLog, ...more };
}

describe('computeDeliveryId and computeEventId', () => {
	test('return the same ID for the same input, and different IDs for different input', () => {
		expect(computeDeliveryId('evt_1', 'ep_a')).toBe(computeDeliveryId('evt_1', 'ep_a'));
		const ids = [
			computeDeliveryId('evt_1', 'ep_a'),
			computeDeliveryId('evt_1', 'ep_b'),
			computeDeliveryId('evt_2', 'ep_a'),
			computeDeliveryId('evt_1ep', '_a'),
			computeEventId('a', 'key'),
			computeEventId('a', 'other key'),
			computeEventId('b', 'key'),
			computeEventId('bk', 'ey'),
		];
		expect(new Set(ids).size).toBe(ids.length);
		for (const id of ids) expect(id).toMatch(/^(dlv|evt)_[0-9a-f]{32}$/);
	});
});

describe('recordAttempts', () => {
	test('records the result of the last attempt, and every attempt in the log', () => {
		const made = [attempt(1, START), attempt(2, START + 60_000)];
		const report = { status: 'retrying', attempts: made, nextAttemptAtMs: START + 360_000 };
		const delivery = recordAttempts(
			leasedDelivery([made[0]]),
			{ ...report, gaveUpBecause: null },
			120,
			START + 60_010,
		);
		expect(delivery).toMatchObject({
			status: 'pending',
			attempts: 2,
			lastAttemptAt: iso(START + 60_000),
			nextAttemptAt: iso(START + 360_000),
			completedAt: null,
			responseCode: 500,
			responseTimeMs: 10,
			payloadSize: 120,
			error: 'The endpoint answered with status 500',
			lease: null,
		});
		expect(delivery.attemptLog).toEqual(made);
	});

	test('completes a delivery that failed, with the reason', () => {
		const report = {
			status: 'failed',
			attempts: [attempt(1, START)],
			gaveUpBecause: 'No retries are allowed',
		};
		expect(recordAttempts(leasedDelivery(), report, 1, START + 10)).toMatchObject({
			status: 'failed',
			nextAttemptAt: null,
			completedAt: iso(START + 10),
			error: 'The endpoint answered with status 500. No retries are allowed',
		});
	});

	test('keeps numbering attempts after a replay, and counts only the new ones', () => {
		const before = [attempt(1, START), attempt(2, START + 1000)];
		const delivery = leasedDelivery(before, { replayedAt: iso(START + 2000) });
		expect(listRoundAttempts(delivery)).toEqual([]);
		const report = {
			status: 'retrying',
			attempts: [attempt(1, START + 3000)],
			gaveUpBecause: null,
			nextAttemptAtMs: START + 9000,
		};
		const after = recordAttempts(delivery, report, 1, START + 3010);
		expect(after.attempts).toBe(3);
		expect(after.attemptLog.map(({ attempt: number }) => number)).toEqual([1, 2, 3]);
		expect(listRoundAttempts(after)).toHaveLength(1);
	});

	test('limits the log and its messages, and keeps counting', () => {
		const before = Array.from({ length: 60 }, (_, index) => attempt(index + 1, START + index));
		const message = 'x'.repeat(5000);
		const made = attempt(61, START + 99, { error_message: message });
		const report = { status: 'failed', attempts: [...before, made], gaveUpBecause: null };
		const delivery = recordAttempts(leasedDelivery(before), report, 1, START + 100);
		const { attemptLog } = delivery;
		expect(attemptLog).toHaveLength(60);
		expect(attemptLog.at(-1).attempt).toBe(61);
		expect(attemptLog[0].attempt).toBe(2);
		expect(delivery.attempts).toBe(61);
		expect(attemptLog.at(-1).error_message.length).toBeLessThanOrEqual(301);
		expect(delivery.error.length).toBeLessThanOrEqual(301);
	});
});

test('a delivery without an attempt is rescheduled, put on hold or failed, and loses its lease', () => {
	const delivery = leasedDelivery([attempt(1, START)]);
	const kept = { attempts: 1, lastAttemptAt: null, lease: null, id: delivery.id };
	expect(rescheduleDelivery(delivery, START + 5)).toMatchObject({
		...kept,
		status: 'pending',
		nextAttemptAt: iso(START + 5),
	});
	expect(putOnHold(delivery, 'disabled')).toMatchObject({
		...kept,
		status: 'held',
		nextAttemptAt: null,
		error: 'disabled',
	});
	expect(failDelivery(delivery, 'deleted', START + 7)).toMatchObject({
		...kept,
		status: 'failed',
		nextAttemptAt: null,
		completedAt: iso(START + 7),
		error: 'deleted',
	});
});
