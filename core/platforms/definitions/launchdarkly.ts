import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'launchdarkly',
	name: 'LaunchDarkly',
	description: 'X-LD-Signature: a hex HMAC of the body',
	searchWords: ['feature flags'],
	category: 'dev',
	evidence: 'official page',
	source: 'https://launchdarkly.com/docs/home/infrastructure/webhooks',
	scheme: {
		name: 'launchdarkly',
		signatureHeader: 'X-LD-Signature',
		forms: [{ prefix: '', algorithm: 'hmac-sha256', encoding: 'hex' }],
		content: '{body}',
		secretFormat: 'text',
	},
	events: {
		example: { type: 'flag' },
		// A body is an entry of the audit log; "kind" is what the change was made to.
		type: [{ body: 'kind' }],
		time: { body: 'date' },
		duplicateKey: [{ body: '_id' }],
	},
	setup: {
		menu: 'Organization settings → Integrations → Webhooks → Add integration',
		page: 'https://launchdarkly.com/docs/home/infrastructure/webhooks',
		secret: { name: 'Secret', place: 'which you choose in the webhook’s settings' },
		also: 'Check "Sign this webhook": without it, requests have no signature.',
	},
	// https://launchdarkly.com/docs/api/audit-log
	usualTypes: ['account', 'environment', 'flag', 'member', 'project', 'segment', 'webhook'],
});
