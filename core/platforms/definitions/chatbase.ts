import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'chatbase',
	name: 'Chatbase',
	description: 'x-chatbase-signature: a hex HMAC-SHA1 of the body',
	searchWords: ['leads', 'AI agent'],
	category: 'agents',
	evidence: 'official page',
	source: 'https://www.chatbase.co/docs/developer-guides/webhooks',
	scheme: {
		name: 'chatbase',
		signatureHeader: 'x-chatbase-signature',
		forms: [{ prefix: '', algorithm: 'hmac-sha1', encoding: 'hex' }],
		content: '{body}',
		secretFormat: 'text',
	},
	events: {
		example: { type: 'leads.submit' },
		type: [{ body: 'eventType' }],
		data: 'payload',
		// Chatbase documents no key, but a retry has the same bytes.
		duplicateKey: [{ digest: 'body' }],
	},
	setup: {
		menu: 'your agent → Settings → Webhooks',
		page: 'https://www.chatbase.co/docs/developer-guides/webhooks',
		secret: { name: 'secret key', place: 'of the webhook' },
	},
	usualTypes: ['leads.submit'],
	secretFacts: { isMadeByPlatform: true },
});
