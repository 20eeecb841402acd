import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'zoho-payments',
	name: 'Zoho Payments',
	description: 'X-Zoho-Webhook-Signature: t= and v=, a hex HMAC of timestamp and body',
	category: 'payments',
	evidence: 'official page',
	source: 'https://www.zoho.com/in/payments/developerdocs/webhooks/verification',
	scheme: {
		name: 'zoho-payments',
		signatureHeader: 'X-Zoho-Webhook-Signature',
		forms: [{ prefix: 'v=', algorithm: 'hmac-sha256', encoding: 'hex' }],
		separator: ',',
		content: '{timestamp}.{body}',
		// Every attempt has a signature of its own
		// (https://www.zoho.com/in/payments/developerdocs/webhooks/best-practices/).
		timestamp: { signaturePart: 't=', unit: 'ms', toleranceSeconds: 300 },
		secretFormat: 'text',
	},
	// https://www.zoho.com/us/payments/api/v1/webhooks-events/
	events: {
		example: { type: 'payment.succeeded' },
		type: [{ body: 'event_type' }],
		data: 'event_object',
		time: { body: 'event_time' },
		duplicateKey: [{ body: 'event_id' }],
	},
	setup: {
		menu: 'Settings → Developer Space → Webhooks',
		page: 'https://www.zoho.com/in/payments/developerdocs/webhooks/configure/',
		secret: {
			name: 'Signing Key',
			place: 'under "View Signing Key" in the webhook’s More menu',
		},
	},
	usualTypes: [
		'payment.failed',
		'payment.pending',
		'payment.succeeded',
		'payment_link.canceled',
		'payment_link.expired',
		'payment_link.paid',
		'payout.failed',
		'payout.initiated',
		'payout.paid',
		'refund.failed',
		'refund.succeeded',
		'virtual_account.closed',
		'virtual_account.paid',
	],
	secretFacts: { isMadeByPlatform: true },
});
