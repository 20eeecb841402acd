const { summarizeItem } = require('../../../build/core/report/summarizeItem');

const SENT = { event: 'order.created', endpoint_name: 'Shop', attempts: 1 };

test.each([
	[
		{ ...SENT, status: 'delivered', response_code: 202 },
		'Delivered: order.created to Shop with status 202 after 1 attempt.',
	],
	[
		{ ...SENT, status: 'delivered', response_code: 200, duplicate: true },
		'Already delivered earlier, not sent again: order.created to Shop.',
	],
	[
		{
			...SENT,
			status: 'failed',
			attempts: 3,
			error_message: 'The endpoint answered with status 500. All 3 attempts were made',
		},
		'Failed: order.created to Shop after 3 attempts. It is not retried. The endpoint answered with status 500. All 3 attempts were made.',
	],
	[
		{
			...SENT,
			status: 'pending',
			error_message: 'The connection was refused',
			next_attempt_at: '2025-01-15T10:05:00.000Z',
		},
		'Not delivered yet: order.created to Shop after 1 attempt. The connection was refused. The next attempt is due at 2025-01-15T10:05:00.000Z.',
	],
	[
		{ ...SENT, status: 'pending', attempts: 0, next_attempt_at: '2025-02-01T00:00:00.000Z' },
		'Waiting: order.created to Shop. The next attempt is due at 2025-02-01T00:00:00.000Z.',
	],
	[
		{
			...SENT,
			status: 'pending',
			attempts: 0,
			error_message: 'The endpoint is paused, so its deliveries wait',
			next_attempt_at: '2025-01-15T10:05:00.000Z',
		},
		'Waiting: order.created to Shop. The endpoint is paused, so its deliveries wait.',
	],
	[{ ...SENT, status: 'gathering' }, 'Waiting for a batch: order.created to Shop.'],
	[{ ...SENT, status: 'sending' }, 'Being sent right now: order.created to Shop.'],
	[{ ...SENT, status: 'cancelled' }, 'Cancelled: order.created to Shop. It is not sent.'],
	[
		{ ...SENT, status: 'held', error_message: 'The endpoint is disabled: by hand' },
		'On hold: order.created to Shop. It is not sent until it is replayed. The endpoint is disabled: by hand.',
	],
	[
		{ status: 'skipped', event: 'order.created', condition: 'No endpoint is subscribed' },
		'Not sent: order.created. No endpoint is subscribed',
	],
	// A direct send of a request that is no event.
	[
		{ status: 'delivered', request: 'agentMessage', endpoint: 'https://a.example/', attempts: 2 },
		'Delivered: agentMessage to https://a.example/ after 2 attempts.',
	],
	[
		{ status: 'failed', attempts: 0, error_message: '"Event Type" is empty' },
		'Failed: The event. It is not retried. "Event Type" is empty.',
	],
	[
		{ alert: 'endpoint.disabled', endpoint_name: 'Shop', status: 'disabled', reason: 'It is gone' },
		'endpoint.disabled Shop: It is gone',
	],
	[{ alert: 'outbox.full', reason: 'Full' }, 'outbox.full: Full'],
	// n8n’s error output.
	[
		{ error: 'Why', details: { ...SENT, status: 'gathering' } },
		'Waiting for a batch: order.created to Shop.',
	],
])('summarizeItem says what happened: %j', (item, text) => {
	expect(summarizeItem(item)).toBe(text);
});

test('summarizeItem writes one line of bounded length, whatever an endpoint answers', () => {
	const text = summarizeItem({
		...SENT,
		status: 'failed',
		error_message: `one\ntwo\u2028three\u202e${'x'.repeat(5000)}`,
	});
	expect(text).not.toMatch(/[\n\u2028\u202e]/u);
	expect(text.length).toBeLessThanOrEqual(500);
	expect(text).toContain('one two three');
});
