import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'modern-treasury',
	name: 'Modern Treasury',
	description: 'X-Signature: a hex HMAC of the body',
	searchWords: ['payment orders', 'ledgers'],
	category: 'finance',
	evidence: 'official page',
	source: 'https://docs.moderntreasury.com/platform/docs/webhooks',
	// modern-treasury@3.3.0, src/resources/webhooks.ts
	scheme: {
		name: 'modern-treasury',
		signatureHeader: 'X-Signature',
		forms: [{ prefix: '', algorithm: 'hmac-sha256', encoding: 'hex' }],
		content: '{body}',
		secretFormat: 'text',
	},
	events: {
		example: { type: 'payment_order.completed' },
		type: [{ joined: [{ body: 'data.object' }, { body: 'event' }], with: '.' }],
		data: 'data',
		duplicateKey: [{ digest: 'body' }],
	},
	setup: {
		menu: 'Developers → Webhooks',
		page: 'https://app.moderntreasury.com/developers/webhooks',
		secret: { name: 'webhook key', place: 'under Developers → Webhooks' },
	},
	secretFacts: { isMadeByPlatform: true },
});
