import { HEADER_TOKEN } from '../authentication';
import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'flutterwave-v3',
	name: 'Flutterwave (v3)',
	description: 'verif-hash: the secret hash',
	searchWords: ['payments', 'Africa'],
	category: 'payments',
	evidence: 'official page',
	source: 'https://developer.flutterwave.com/v3.0/docs/webhooks',
	// flutterwave_webhooks of Flutterwave’s own plugin:
	// https://github.com/Flutterwave/Woocommerce-v2/blob/master/includes/class-flw-wc-payment-gateway.php
	authentication: HEADER_TOKEN,
	headerToken: { names: ['verif-hash'] },
	events: {
		example: { type: 'charge.completed' },
		type: [{ body: 'event' }],
		data: 'data',
		duplicateKey: [{ digest: 'body' }],
	},
	setup: {
		menu: 'Settings → Webhooks',
		page: 'https://developer.flutterwave.com/v3.0/docs/webhooks',
		secret: { name: 'Secret hash', place: 'which you choose under Settings → Webhooks' },
	},
	usualTypes: ['charge.completed', 'subscription.cancelled', 'transfer.completed'],
});
