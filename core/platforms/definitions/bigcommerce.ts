import { UNSIGNED } from '../authentication';
import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'bigcommerce',
	name: 'BigCommerce',
	description: 'no signature: headers that you choose when you create the webhook',
	searchWords: ['orders'],
	category: 'commerce',
	evidence: 'official page',
	source: 'https://developer.bigcommerce.com/docs/integrations/webhooks',
	authentication: UNSIGNED,
	events: {
		example: { type: 'store/order/created' },
		type: [{ body: 'scope' }],
		data: 'data',
		time: { body: 'created_at' },
		// Whether the field hash covers the time is not documented.
		duplicateKey: [{ digest: 'body' }],
	},
	setup: {
		menu: 'the request POST /v3/hooks of BigCommerce’s API',
		page: 'https://developer.bigcommerce.com/docs/integrations/webhooks',
		secret: {
			name: 'headers',
			place: 'with a secret of your choice, in the request that creates the webhook',
		},
	},
	usualTypes: [
		'store/cart/abandoned',
		'store/cart/converted',
		'store/cart/created',
		'store/cart/updated',
		'store/customer/created',
		'store/customer/deleted',
		'store/customer/updated',
		'store/order/created',
		'store/order/refund/created',
		'store/order/statusUpdated',
		'store/order/updated',
		'store/product/created',
		'store/product/deleted',
		'store/product/inventory/updated',
		'store/product/updated',
		'store/shipment/created',
	],
});
