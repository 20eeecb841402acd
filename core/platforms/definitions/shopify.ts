import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'shopify',
	name: 'Shopify',
	description: 'X-Shopify-Hmac-Sha256: a base64 HMAC of the body',
	source: 'https://shopify.dev/docs/apps/build/webhooks/subscribe/https',
	scheme: {
		name: 'shopify',
		signatureHeader: 'X-Shopify-Hmac-Sha256',
		forms: [{ prefix: '', algorithm: 'hmac-sha256', encoding: 'base64' }],
		content: '{body}',
		secretFormat: 'text',
	},
	events: {
		type: [{ header: 'X-Shopify-Topic' }],
		time: { header: 'X-Shopify-Triggered-At' },
		duplicateKey: [{ header: 'X-Shopify-Webhook-Id' }],
	},
});
