import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'recurly',
	name: 'Recurly',
	description: 'recurly-signature: a time and hex HMACs of time and body',
	searchWords: ['subscriptions', 'invoices'],
	category: 'payments',
	evidence: 'official page',
	source: 'https://docs.recurly.com/recurly-subscriptions/docs/signature-verification',
	scheme: {
		name: 'recurly',
		// lib/recurly/webhooks.rb of https://github.com/recurly/recurly-client-ruby
		signatureHeader: 'recurly-signature',
		forms: [{ prefix: '', algorithm: 'hmac-sha256', encoding: 'hex' }],
		separator: ',',
		signaturePosition: 2,
		content: '{timestamp}.{body}',
		timestamp: { signaturePosition: 1, unit: 'ms', toleranceSeconds: 300 },
		secretFormat: 'text',
	},
	events: {
		example: { type: 'new_subscription_notification' },
		// The type is the name of the only field, or two fields of the newer format.
		type: [
			{ joined: [{ body: 'object_type' }, { body: 'event_type' }], with: '.' },
			{ fieldName: '' },
		],
		time: { body: 'event_time' },
		// Recurly signs no key, but a retry has the same bytes.
		duplicateKey: [{ digest: 'body' }],
	},
	setup: {
		menu: 'Integrations → Webhooks → Configure',
		page: 'https://docs.recurly.com/recurly-subscriptions/docs/webhooks',
		secret: { name: 'secret key', place: 'on the Webhook Endpoints page' },
		also: 'Choose JSON: Recurly does not sign XML.',
	},
	usualTypes: [
		'billing_info_updated_notification',
		'canceled_account_notification',
		'canceled_subscription_notification',
		'expired_subscription_notification',
		'failed_payment_notification',
		'new_account_notification',
		'new_dunning_event_notification',
		'new_invoice_notification',
		'new_subscription_notification',
		'past_due_invoice_notification',
		'reactivated_account_notification',
		'renewed_subscription_notification',
		'successful_payment_notification',
		'successful_refund_notification',
		'updated_account_notification',
		'updated_subscription_notification',
		'void_payment_notification',
	],
	secretFacts: { isMadeByPlatform: true },
});
