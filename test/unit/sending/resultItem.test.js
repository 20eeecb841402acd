const {
	describeFailure,
	toDeliveryState,
	toResultItem,
	toSkippedItem,
	toUnsentItem,
} = require('../../../build/core/sending/resultItem');

const ACCEPTED_AT = '2025-01-15T09:59:59.000Z';
const DELIVERY = {
	id: 'dlv_1',
	eventId: 'evt_1',
	eventType: 'order.created',
	acceptedAt: ACCEPTED_AT,
	payloadSize: 42,
};

const attempt = (number, more = {}) => ({
	attempt: number,
	time: `2025-01-15T10:0${number}:00.000Z`,
	outcome: 'retryable',
	status_code: 500,
	duration_ms: 250,
	error_message: 'The endpoint answered with status 500',
	...more,
});
const report = (more = {}) => ({
	status: 'failed',
	attempts: [attempt(1), attempt(2)],
	response: { status_code: 500, body: 'down', body_truncated: false },
	gaveUpBecause: 'All 2 attempts were made',
	...more,
});

describe('describeFailure', () => {
	test('gives the last status and why no other attempt follows', () => {
		expect(describeFailure(report())).toBe(
			'The endpoint answered with status 500. All 2 attempts were made',
		);
	});

	test('gives the last status alone if the delivery is retried, and null if it was delivered', () => {
		expect(describeFailure(report({ status: 'retrying', gaveUpBecause: null }))).toBe(
			'The endpoint answered with status 500',
		);
		const success = attempt(1, { outcome: 'success', status_code: 200, error_message: null });
		const delivered = report({ status: 'delivered', attempts: [success], gaveUpBecause: null });
		expect(describeFailure(delivered)).toBeNull();
	});

	test('puts no second full stop after a cause that ends with one', () => {
		const cause = attempt(1, { error_message: 'The credential has no signing secret.' });
		expect(describeFailure(report({ attempts: [cause], gaveUpBecause: 'No retries' }))).toBe(
			'The credential has no signing secret. No retries',
		);
	});
});

describe('toResultItem', () => {
	test('has the state after the last attempt, and every attempt in the log', () => {
		const state = toDeliveryState(DELIVERY, report());
		const endpoint = { url: 'https://example.com/hooks' };
		expect(toResultItem(state, { endpoint, response: report().response })).toEqual({
			status: 'failed',
			delivery_id: 'dlv_1',
			timestamp: '2025-01-15T10:02:00.000Z',
			event: 'order.created',
			event_id: 'evt_1',
			endpoint: 'https://example.com/hooks',
			attempts: 2,
			response_code: 500,
			response_time_ms: 250,
			payload_size: 42,
			accepted_at: ACCEPTED_AT,
			next_attempt_at: null,
			completed_at: '2025-01-15T10:02:00.250Z',
			error_message: 'The endpoint answered with status 500. All 2 attempts were made',
			response: { status_code: 500, body: 'down', body_truncated: false },
			attempt_log: [attempt(1), attempt(2)],
		});
	});

	test('begins with what people look for, and ends with the IDs', () => {
		const state = { ...toDeliveryState(DELIVERY, report()), id: 'dlv_1' };
		const endpoint = { id: 'ep_1', name: 'Shop', url: 'https://example.com/hooks' };
		const names = Object.keys(toResultItem(state, { endpoint, response: null }));
		expect(names.slice(0, 5)).toEqual([
			'status',
			'event',
			'endpoint_name',
			'response_code',
			'next_attempt_at',
		]);
		expect(names.slice(-3)).toEqual(['event_id', 'delivery_id', 'endpoint_id']);
		const about = { event_id: 'evt_1', event: 'order.created', endpoint_name: 'Shop' };
		const unsent = Object.keys(toUnsentItem('Why', about));
		expect(unsent.slice(0, 4)).toEqual(['status', 'event', 'endpoint_name', 'error_message']);
		const skipped = Object.keys(toSkippedItem('amount gt 3', about));
		expect(skipped.slice(0, 3)).toEqual(['status', 'event', 'condition']);
	});

	const presentBody = (body, body_truncated = false) => {
		const response = { status_code: 200, body, body_truncated };
		const endpoint = { url: 'https://example.com/hooks' };
		return toResultItem(toDeliveryState(DELIVERY, report()), { endpoint, response }).response.body;
	};

	test.each([
		['an object', '{"id": 7, "ok": true}', { id: 7, ok: true }],
		['a list with spaces before it', ' \n[1, "a"]', [1, 'a']],
		[
			'numbers that JavaScript cannot tell apart, as text',
			'{"id": 616581622363398142, "n": 1.5}',
			{ id: '616581622363398142', n: 1.5 },
		],
		['100 levels', '['.repeat(100) + ']'.repeat(100), expect.any(Array)],
	])('parses a response body with %s', (_, body, parsed) => {
		expect(presentBody(body)).toEqual(parsed);
	});

	test.each([
		['text', 'OK'],
		['a single JSON value', '"received"'],
		['broken JSON', '{"id": 7'],
		['HTML', '<p>Hello</p>'],
		['no text', ''],
		['more than 100 levels', '['.repeat(101) + ']'.repeat(101)],
	])('keeps a response body with %s as it is', (_, body) => {
		expect(presentBody(body)).toBe(body);
	});

	test('keeps a response body that was cut off as text, even if it is JSON', () => {
		expect(presentBody('[1]', true)).toBe('[1]');
	});

	test('says when a delivery that is not completed is attempted next', () => {
		const nextAttemptAtMs = Date.parse('2025-01-15T11:00:00.000Z');
		const retrying = report({ status: 'retrying', gaveUpBecause: null, nextAttemptAtMs });
		const item = toResultItem(toDeliveryState(DELIVERY, retrying), {
			endpoint: { url: null, id: 'ep_1', name: null },
			response: null,
			eventCount: 3,
		});
		expect(item).toMatchObject({
			status: 'retrying',
			next_attempt_at: '2025-01-15T11:00:00.000Z',
			completed_at: null,
			event_count: 3,
			endpoint: null,
			endpoint_id: 'ep_1',
			endpoint_name: null,
			response: null,
		});
	});

	test('names the request kind in place of an event type', () => {
		const state = toDeliveryState({ ...DELIVERY, eventType: null }, report());
		const item = toResultItem(state, {
			endpoint: { url: 'https://example.com' },
			response: null,
			requestKind: 'agentMessage',
		});
		expect(item).toMatchObject({ request: 'agentMessage', event_id: 'evt_1' });
		expect(item).not.toHaveProperty('event');
	});

	test('never has a field named error, which n8n would read as a failed item', () => {
		const state = toDeliveryState(DELIVERY, report());
		for (const item of [
			toResultItem(state, { endpoint: { url: '' }, response: null }),
			toUnsentItem('The URL is empty'),
			toSkippedItem('amount gt 3', { event: 'order.created' }),
		]) {
			expect(item).not.toHaveProperty('error');
		}
	});
});
