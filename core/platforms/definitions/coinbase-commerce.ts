import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'coinbase-commerce',
	name: 'Coinbase Commerce',
	description: 'X-CC-Webhook-Signature: a hex HMAC of the body',
	searchWords: ['crypto payments', 'charges'],
	category: 'payments',
	evidence: 'official vector',
	source: 'https://docs.cdp.coinbase.com/commerce/api-arcitecture/webhooks-security',
	scheme: {
		name: 'coinbase-commerce',
		signatureHeader: 'X-CC-Webhook-Signature',
		forms: [{ prefix: '', algorithm: 'hmac-sha256', encoding: 'hex' }],
		content: '{body}',
		secretFormat: 'text',
	},
	events: {
		example: { type: 'charge:created' },
		type: [{ body: 'event.type' }],
		data: 'event.data',
		time: { body: 'event.created_at' },
		duplicateKey: [{ body: 'event.id' }],
	},
	setup: {
		menu: 'Settings → Notifications → Webhook subscriptions → Add an endpoint',
		page: 'https://docs.cdp.coinbase.com/commerce/api-arcitecture/webhooks-overview',
		secret: {
			name: 'Webhook shared secret',
			place: 'which Show shared secret displays in Settings → Notifications',
		},
	},
	usualTypes: ['charge:confirmed', 'charge:created', 'charge:failed', 'charge:pending'],
	// https://docs.cdp.coinbase.com/commerce/api-arcitecture/webhooks-overview
	retriedForHours: 72,
	secretFacts: { isMadeByPlatform: true },
});
