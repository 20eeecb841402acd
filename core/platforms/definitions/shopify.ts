import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'shopify',
	name: 'Shopify',
	description: 'X-Shopify-Hmac-Sha256: a base64 HMAC of the body',
	searchWords: ['orders'],
	category: 'commerce',
	evidence: 'official vector',
	source: 'https://shopify.dev/docs/apps/build/webhooks/subscribe/https',
	scheme: {
		name: 'shopify',
		signatureHeader: 'X-Shopify-Hmac-Sha256',
		forms: [{ prefix: '', algorithm: 'hmac-sha256', encoding: 'base64' }],
		content: '{body}',
		secretFormat: 'text',
	},
	events: {
		example: { type: 'orders/create' },
		type: [{ header: 'X-Shopify-Topic' }],
		time: { header: 'X-Shopify-Triggered-At' },
		duplicateKey: [{ header: 'X-Shopify-Webhook-Id' }],
	},
	setup: {
		menu: 'Settings → Notifications → Webhooks',
		page: 'https://help.shopify.com/en/manual/fulfillment/setup/notifications/webhooks',
		secret: {
			name: 'signing key',
			place: 'shown on the Webhooks page, or the client secret of the app that made the webhook',
		},
		test: 'On the Webhooks page, choose "Send test notification" for the webhook.',
	},
	// https://shopify.dev/docs/api/admin-graphql/2026-01/enums/WebhookSubscriptionTopic, in the form of the header
	// (WebhookTopic of shopify-api-node@3.15.0)
	usualTypes: [
		'app/uninstalled',
		'carts/update',
		'checkouts/create',
		'checkouts/update',
		'collections/update',
		'customers/create',
		'customers/delete',
		'customers/update',
		'draft_orders/create',
		'fulfillments/create',
		'fulfillments/update',
		'inventory_levels/update',
		'orders/cancelled',
		'orders/create',
		'orders/delete',
		'orders/edited',
		'orders/fulfilled',
		'orders/paid',
		'orders/partially_fulfilled',
		'orders/updated',
		'order_transactions/create',
		'products/create',
		'products/delete',
		'products/update',
		'refunds/create',
		'shop/update',
		'themes/publish',
	],
	// https://shopify.dev/changelog/length-of-the-shopify-access-token-is-increasing names three of the tokens, several
	// public apps the fourth, shpua_; shpss_ is the client secret, which signs
	// (https://shopify.dev/changelog/app-secret-key-length-has-increased).
	secretFacts: {
		isMadeByPlatform: true,
		ownPrefixes: ['shpss_'],
		others: ['shpat_', 'shpca_', 'shppa_', 'shpua_'].map((prefix) => ({
			prefix,
			name: 'access tokens',
		})),
	},
});
