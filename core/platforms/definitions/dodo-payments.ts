import { receiveOnlyPlatform } from '../receiveOnly';

import { standardWebhooksScheme } from './standardWebhooks';

export const platform = receiveOnlyPlatform({
	id: 'dodo-payments',
	name: 'Dodo Payments',
	description: 'webhook-signature: v1, and a base64 HMAC of ID, timestamp and body',
	searchWords: ['payments', 'subscriptions'],
	category: 'payments',
	evidence: 'official library',
	source: 'https://docs.dodopayments.com/developer-resources/webhooks',
	scheme: standardWebhooksScheme('dodo-payments', 'webhook'),
	// WebhookPayload of Dodo Payments' own library (dodopayments@2.52.0)
	events: {
		example: { type: 'payment.succeeded' },
		type: [{ body: 'type' }],
		data: 'data',
		time: { body: 'timestamp' },
		duplicateKey: [{ header: 'webhook-id' }],
	},
	setup: {
		menu: 'Settings → Webhooks → Add Webhook',
		page: 'https://docs.dodopayments.com/developer-resources/webhooks',
		secret: { name: 'Secret Key', place: 'on the webhook’s settings page' },
	},
	usualTypes: [
		'abandoned_checkout.detected',
		'credit.added',
		'dispute.lost',
		'dispute.opened',
		'dispute.won',
		'license_key.created',
		'payment.cancelled',
		'payment.failed',
		'payment.processing',
		'payment.succeeded',
		'refund.failed',
		'refund.succeeded',
		'subscription.active',
		'subscription.cancelled',
		'subscription.expired',
		'subscription.failed',
		'subscription.on_hold',
		'subscription.plan_changed',
		'subscription.renewed',
		'subscription.updated',
	],
	secretFacts: { isMadeByPlatform: true },
});
