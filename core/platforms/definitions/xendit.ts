import { HEADER_TOKEN } from '../authentication';
import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'xendit',
	name: 'Xendit',
	description: 'x-callback-token: the webhook verification token',
	searchWords: ['payments', 'Southeast Asia'],
	category: 'payments',
	evidence: 'official page',
	source: 'https://docs.xendit.co/docs/handling-webhooks',
	// https://docs.xendit.co/api-integration/callback/setup
	authentication: HEADER_TOKEN,
	headerToken: { names: ['x-callback-token'] },
	events: {
		example: { type: 'payment.succeeded' },
		// Invoices, an older product, have no event but a status.
		type: [{ body: 'event' }, { body: 'status' }],
		data: 'data',
		time: { body: 'created' },
		duplicateKey: [{ digest: 'body' }],
	},
	setup: {
		menu: 'Settings → Developers → Webhooks',
		page: 'https://docs.xendit.co/docs/handling-webhooks',
		secret: {
			name: 'Webhook Verification Token',
			place: 'under Settings → Developers → Webhooks',
		},
	},
	secretFacts: { isMadeByPlatform: true },
});
