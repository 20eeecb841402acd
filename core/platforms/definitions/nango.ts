import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'nango',
	name: 'Nango',
	description: 'X-Nango-Hmac-Sha256: a hex HMAC of the body',
	searchWords: ['integrations', 'syncs'],
	category: 'dev',
	evidence: 'official page',
	// verifyIncomingWebhookRequest of Nango's own SDK (@nangohq/node@0.71.10)
	source: 'https://nango.dev/docs/reference/sdks/node',
	scheme: {
		name: 'nango',
		signatureHeader: 'X-Nango-Hmac-Sha256',
		forms: [{ prefix: '', algorithm: 'hmac-sha256', encoding: 'hex' }],
		content: '{body}',
		secretFormat: 'text',
	},
	events: {
		example: { type: 'sync' },
		type: [{ body: 'type' }],
		// Notifications that Nango forwards may have the same bytes, so nothing identifies a delivery.
		duplicateKey: [],
	},
	setup: {
		menu: 'Environment Settings → Webhooks',
		page: 'https://nango.dev/docs/reference/sdks/node',
		secret: {
			name: 'webhook signing key',
			place: 'in the environment’s settings; in older environments it is the secret key',
		},
	},
	usualTypes: ['async_action', 'auth', 'forward', 'sync'],
	secretFacts: { isMadeByPlatform: true },
});
