import { HEADER_TOKEN } from '../authentication';
import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'revenuecat',
	name: 'RevenueCat',
	description: 'Authorization: a text of your choice',
	searchWords: ['subscriptions', 'in-app purchases'],
	category: 'payments',
	evidence: 'official page',
	source: 'https://www.revenuecat.com/docs/integrations/webhooks',
	authentication: HEADER_TOKEN,
	headerToken: { names: ['Authorization'] },
	events: {
		example: { type: 'INITIAL_PURCHASE' },
		type: [{ body: 'event.type' }],
		data: 'event',
		time: { body: 'event.event_timestamp_ms' },
		duplicateKey: [{ body: 'event.id' }],
	},
	setup: {
		menu: 'your project → Integrations → Webhooks → Add new configuration',
		page: 'https://www.revenuecat.com/docs/integrations/webhooks',
		secret: {
			name: 'Authorization header value',
			place:
				'which you choose in the webhook’s configuration; enter all of it, with Bearer if it has that',
		},
	},
	// https://www.revenuecat.com/docs/integrations/webhooks/event-types-and-fields
	usualTypes: [
		'BILLING_ISSUE',
		'CANCELLATION',
		'EXPIRATION',
		'INITIAL_PURCHASE',
		'NON_RENEWING_PURCHASE',
		'PRODUCT_CHANGE',
		'RENEWAL',
		'SUBSCRIPTION_EXTENDED',
		'SUBSCRIPTION_PAUSED',
		'TEST',
		'TRANSFER',
		'UNCANCELLATION',
	],
});
