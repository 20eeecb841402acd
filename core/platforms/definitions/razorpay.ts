import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'razorpay',
	name: 'Razorpay',
	description: 'X-Razorpay-Signature: a hex HMAC of the body',
	category: 'payments',
	evidence: 'official vector',
	source: 'https://razorpay.com/docs/webhooks/validate-test/',
	scheme: {
		name: 'razorpay',
		signatureHeader: 'X-Razorpay-Signature',
		forms: [{ prefix: '', algorithm: 'hmac-sha256', encoding: 'hex' }],
		content: '{body}',
		secretFormat: 'text',
	},
	events: {
		example: { type: 'payment.captured' },
		type: [{ body: 'event' }],
		data: 'payload',
		time: { body: 'created_at' },
		duplicateKey: [{ header: 'x-razorpay-event-id' }],
	},
	// https://razorpay.com/docs/webhooks/best-practices
	retriedForHours: 24,
	setup: {
		menu: 'Account and Settings → Website and app settings → Webhooks → Add New Webhook',
		page: 'https://razorpay.com/docs/webhooks/setup-edit-payments/',
		secret: { name: 'Secret', place: 'which you choose when you add the webhook' },
	},
	// https://razorpay.com/docs/webhooks/payments/
	usualTypes: [
		'invoice.expired',
		'invoice.paid',
		'order.paid',
		'payment.authorized',
		'payment.captured',
		'payment.dispute.created',
		'payment.failed',
		'payment_link.cancelled',
		'payment_link.expired',
		'payment_link.paid',
		'refund.created',
		'refund.failed',
		'refund.processed',
		'settlement.processed',
		'subscription.activated',
		'subscription.cancelled',
		'subscription.charged',
		'subscription.completed',
		'subscription.halted',
	],
});
