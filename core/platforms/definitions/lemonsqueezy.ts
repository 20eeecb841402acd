import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'lemonsqueezy',
	name: 'Lemon Squeezy',
	description: 'X-Signature: a hex HMAC of the body',
	category: 'payments',
	evidence: 'official page',
	source: 'https://docs.lemonsqueezy.com/help/webhooks/signing-requests',
	scheme: {
		name: 'lemonsqueezy',
		signatureHeader: 'X-Signature',
		forms: [{ prefix: '', algorithm: 'hmac-sha256', encoding: 'hex' }],
		content: '{body}',
		secretFormat: 'text',
	},
	events: {
		example: { type: 'order_created' },
		type: [{ body: 'meta.event_name' }],
		data: 'data',
		// Lemon Squeezy documents no key, but a retry has the same bytes.
		duplicateKey: [{ digest: 'body' }],
	},
	setup: {
		menu: 'Settings → Webhooks',
		page: 'https://docs.lemonsqueezy.com/help/webhooks',
		secret: {
			name: 'signing secret',
			place: 'which you choose when you create the webhook, with 6 to 40 characters',
		},
		test: 'In test mode, open a subscription and simulate a webhook event.',
	},
	// NewWebhook of Lemon Squeezy's own SDK (@lemonsqueezy/lemonsqueezy.js@4.0.0)
	usualTypes: [
		'license_key_created',
		'license_key_updated',
		'order_created',
		'order_refunded',
		'subscription_cancelled',
		'subscription_created',
		'subscription_expired',
		'subscription_paused',
		'subscription_payment_failed',
		'subscription_payment_recovered',
		'subscription_payment_refunded',
		'subscription_payment_success',
		'subscription_resumed',
		'subscription_unpaused',
		'subscription_updated',
	],
});
