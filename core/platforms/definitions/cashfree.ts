import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'cashfree',
	name: 'Cashfree Payments',
	description: 'x-webhook-signature: a base64 HMAC of timestamp and body',
	category: 'payments',
	evidence: 'official page',
	source: 'https://www.cashfree.com/docs/api-reference/webhooks/payloads-and-signatures',
	scheme: {
		name: 'cashfree',
		signatureHeader: 'x-webhook-signature',
		forms: [{ prefix: '', algorithm: 'hmac-sha256', encoding: 'base64' }],
		content: '{timestamp}{body}',
		// Cashfree documents no tolerance, and does not say whether a retry has a new time; by default, it retries for
		// less than an hour.
		timestamp: { header: 'x-webhook-timestamp', unit: 'ms', toleranceSeconds: 3600 },
		secretFormat: 'text',
	},
	// https://www.cashfree.com/docs/api-reference/payments/latest/payments/webhooks
	events: {
		example: { type: 'PAYMENT_SUCCESS_WEBHOOK' },
		type: [{ body: 'type' }],
		data: 'data',
		time: { body: 'event_time' },
		// Only the newest version has the header x-idempotency-key.
		duplicateKey: [{ digest: 'body' }],
	},
	setup: {
		menu: 'Payment Gateway Dashboard → Developers → Webhooks → Add Webhook URL',
		page: 'https://www.cashfree.com/docs/api-reference/webhooks/configure-endpoints',
		secret: { name: 'client secret', place: 'the secret key of your API keys' },
	},
	usualTypes: ['PAYMENT_FAILED_WEBHOOK', 'PAYMENT_SUCCESS_WEBHOOK', 'PAYMENT_USER_DROPPED_WEBHOOK'],
	secretFacts: { isMadeByPlatform: true },
});
