import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'paystack',
	name: 'Paystack',
	description: 'x-paystack-signature: a hex HMAC-SHA512 of the body',
	category: 'payments',
	evidence: 'official page',
	source: 'https://paystack.com/docs/payments/webhooks/',
	scheme: {
		name: 'paystack',
		signatureHeader: 'x-paystack-signature',
		forms: [{ prefix: '', algorithm: 'hmac-sha512', encoding: 'hex' }],
		content: '{body}',
		secretFormat: 'text',
	},
	events: {
		example: { type: 'charge.success' },
		type: [{ body: 'event' }],
		data: 'data',
		// Paystack documents no key, but a retry has the same bytes.
		duplicateKey: [{ digest: 'body' }],
	},
	// Four times within twelve minutes, then hourly for 72 hours.
	retriedForHours: 73,
	setup: {
		menu: 'Settings → API Keys and Webhooks → Webhook URL',
		page: 'https://paystack.com/docs/payments/webhooks/',
		secret: {
			name: 'Secret Key',
			place: 'on the same page; the test key signs the events of test mode',
			format: 'begins with sk_test_ or sk_live_',
		},
	},
	// https://github.com/PaystackOSS/doc-code-snippets/blob/main/doc/payments/webhooks/events.js
	usualTypes: [
		'charge.success',
		'customeridentification.failed',
		'customeridentification.success',
		'invoice.create',
		'invoice.payment_failed',
		'invoice.update',
		'paymentrequest.pending',
		'paymentrequest.success',
		'subscription.create',
		'subscription.disable',
		'subscription.not_renew',
		'transfer.failed',
		'transfer.reversed',
		'transfer.success',
	],
	// https://paystack.com/docs/api/authentication/
	secretFacts: {
		isMadeByPlatform: true,
		prefix: 'sk_',
		others: [{ prefix: 'pk_', name: 'public keys' }],
	},
});
