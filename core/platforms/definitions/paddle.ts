import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'paddle',
	name: 'Paddle',
	description: 'Paddle-Signature: ts= and h1=, a hex HMAC of timestamp and body',
	searchWords: ['payments', 'subscriptions', 'transactions'],
	category: 'payments',
	evidence: 'official vector',
	source: 'https://developer.paddle.com/webhooks/about/signature-verification',
	scheme: {
		name: 'paddle',
		signatureHeader: 'Paddle-Signature',
		forms: [{ prefix: 'h1=', algorithm: 'hmac-sha256', encoding: 'hex' }],
		separator: ';',
		content: '{timestamp}:{body}',
		// Paddle's own libraries allow 5 seconds, which is too short behind a queue.
		timestamp: { signaturePart: 'ts=', unit: 's', toleranceSeconds: 300 },
		secretFormat: 'text',
	},
	// https://developer.paddle.com/webhooks/about/how-webhooks-work
	events: {
		example: { type: 'transaction.completed' },
		type: [{ body: 'event_type' }],
		data: 'data',
		time: { body: 'occurred_at' },
		duplicateKey: [{ body: 'event_id' }],
	},
	setup: {
		menu: 'Paddle → Developer tools → Notifications → New destination',
		page: 'https://developer.paddle.com/webhooks/about/notification-destinations',
		secret: { name: 'Secret key', place: 'of the notification destination' },
	},
	// EventName of Paddle's own library (@paddle/paddle-node-sdk@3.10.0)
	usualTypes: [
		'adjustment.created',
		'adjustment.updated',
		'customer.created',
		'customer.updated',
		'payout.paid',
		'product.updated',
		'subscription.activated',
		'subscription.canceled',
		'subscription.created',
		'subscription.past_due',
		'subscription.paused',
		'subscription.resumed',
		'subscription.trialing',
		'subscription.updated',
		'transaction.billed',
		'transaction.canceled',
		'transaction.completed',
		'transaction.created',
		'transaction.paid',
		'transaction.payment_failed',
	],
	secretFacts: { isMadeByPlatform: true },
});
