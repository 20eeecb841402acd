import { BASIC } from '../authentication';
import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'chargebee',
	name: 'Chargebee',
	description: 'Authorization: Basic with a user name and password of your choice',
	searchWords: ['subscriptions', 'invoices'],
	category: 'payments',
	evidence: 'official page',
	source: 'https://www.chargebee.com/docs/2.0/webhook_settings.html',
	authentication: BASIC,
	events: {
		example: { type: 'subscription_created' },
		type: [{ body: 'event_type' }],
		data: 'content',
		time: { body: 'occurred_at' },
		duplicateKey: [{ body: 'id' }],
	},
	setup: {
		menu: 'Settings → Configure Chargebee → Webhooks → Add Webhook',
		page: 'https://www.chargebee.com/docs/2.0/webhook_settings.html',
		secret: {
			name: 'username and password',
			place: 'which you choose when you protect the webhook with basic authentication',
		},
	},
	// https://apidocs.chargebee.com/docs/api/events#event_types
	usualTypes: [
		'customer_changed',
		'customer_created',
		'invoice_generated',
		'invoice_updated',
		'payment_failed',
		'payment_refunded',
		'payment_succeeded',
		'subscription_activated',
		'subscription_cancelled',
		'subscription_changed',
		'subscription_created',
		'subscription_renewed',
	],
});
