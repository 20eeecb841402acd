import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'circleci',
	name: 'CircleCI',
	description: 'circleci-signature: v1= and a hex HMAC of the body',
	searchWords: ['builds', 'workflows', 'ci'],
	category: 'dev',
	evidence: 'official vector',
	source: 'https://circleci.com/docs/guides/integration/outbound-webhooks/',
	scheme: {
		name: 'circleci',
		signatureHeader: 'circleci-signature',
		forms: [{ prefix: 'v1=', algorithm: 'hmac-sha256', encoding: 'hex' }],
		separator: ',',
		content: '{body}',
		secretFormat: 'text',
	},
	// https://circleci.com/docs/reference/outbound-webhooks-reference/
	events: {
		example: { type: 'workflow-completed' },
		type: [{ body: 'type' }],
		time: { body: 'happened_at' },
		duplicateKey: [{ body: 'id' }],
	},
	setup: {
		menu: 'Projects → your project → Project Settings → Webhooks → Add Webhook',
		page: 'https://circleci.com/docs/guides/integration/outbound-webhooks/',
		secret: { name: 'Secret token', place: 'which you choose when you add the webhook' },
		also: 'Enter a secret token: CircleCI does not sign the requests of a webhook without one.',
		test: 'Click Test Ping Event while you edit the webhook.',
	},
	usualTypes: ['job-completed', 'workflow-completed'],
});
