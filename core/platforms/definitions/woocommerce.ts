import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'woocommerce',
	name: 'WooCommerce',
	description: 'X-WC-Webhook-Signature: a base64 HMAC of the body',
	searchWords: ['orders'],
	category: 'commerce',
	evidence: 'official page',
	source: 'https://developer.woocommerce.com/docs/apis/rest-api/v3/webhooks/',
	scheme: {
		name: 'woocommerce',
		signatureHeader: 'X-WC-Webhook-Signature',
		forms: [{ prefix: '', algorithm: 'hmac-sha256', encoding: 'base64' }],
		content: '{body}',
		secretFormat: 'text',
	},
	events: {
		example: { type: 'order.created' },
		type: [{ header: 'X-WC-Webhook-Topic' }],
		duplicateKey: [{ header: 'X-WC-Webhook-Delivery-ID' }],
	},
	setup: {
		menu: 'WooCommerce → Settings → Advanced → Webhooks → Add webhook',
		page: 'https://woocommerce.com/document/webhooks/',
		secret: { name: 'Secret', place: 'which you choose when you add the webhook' },
		also: 'Publish the workflow first: WooCommerce calls the URL as you save the webhook, and this trigger answers.',
	},
	usualTypes: [
		'coupon.created',
		'coupon.deleted',
		'coupon.restored',
		'coupon.updated',
		'customer.created',
		'customer.deleted',
		'customer.updated',
		'order.created',
		'order.deleted',
		'order.restored',
		'order.updated',
		'product.created',
		'product.deleted',
		'product.published',
		'product.restored',
		'product.updated',
	],
	// deliver_ping of https://github.com/woocommerce/woocommerce/blob/trunk/plugins/woocommerce/includes/class-wc-webhook.php:
	// an unsigned form with this field alone.
	formBodies: {},
	handshakes: [{ when: { webhook_id: { present: true } }, isUnsigned: true, statusCode: 200 }],
});
