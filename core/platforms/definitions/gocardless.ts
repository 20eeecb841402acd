import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'gocardless',
	name: 'GoCardless',
	description: 'Webhook-Signature: a hex HMAC of the body',
	searchWords: ['direct debit', 'mandates'],
	category: 'payments',
	evidence: 'official vector',
	source: 'https://developer.gocardless.com/api-reference/#webhooks-overview',
	scheme: {
		name: 'gocardless',
		signatureHeader: 'Webhook-Signature',
		forms: [{ prefix: '', algorithm: 'hmac-sha256', encoding: 'hex' }],
		content: '{body}',
		secretFormat: 'text',
	},
	events: {
		example: { type: 'payments.confirmed' },
		// A request contains a list of events.
		type: [{ joined: [{ body: 'events.resource_type' }, { body: 'events.action' }], with: '.' }],
		data: 'events',
		time: { body: 'events.created_at' },
		duplicateKey: [{ body: 'events.id' }],
	},
	setup: {
		menu: 'Developers → Create → Webhook endpoint',
		page: 'https://developer.gocardless.com/getting-started/staying-up-to-date-with-webhooks',
		secret: { name: 'Secret', place: 'of the webhook endpoint' },
	},
	// https://developer.gocardless.com/api-reference/#core-endpoints-events
	usualTypes: [
		'billing_requests.fulfilled',
		'mandates.active',
		'mandates.cancelled',
		'mandates.created',
		'mandates.expired',
		'mandates.failed',
		'mandates.submitted',
		'payments.cancelled',
		'payments.charged_back',
		'payments.confirmed',
		'payments.created',
		'payments.failed',
		'payments.paid_out',
		'payments.submitted',
		'payouts.paid',
		'refunds.created',
		'refunds.paid',
		'subscriptions.cancelled',
		'subscriptions.created',
		'subscriptions.finished',
	],
});
