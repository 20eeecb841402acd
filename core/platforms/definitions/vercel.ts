import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'vercel',
	name: 'Vercel',
	description: 'x-vercel-signature: a hex HMAC-SHA1 of the body',
	searchWords: ['deployments'],
	category: 'dev',
	evidence: 'official page',
	source: 'https://vercel.com/docs/webhooks/webhooks-api#securing-webhooks',
	scheme: {
		name: 'vercel',
		signatureHeader: 'x-vercel-signature',
		forms: [{ prefix: '', algorithm: 'hmac-sha1', encoding: 'hex' }],
		content: '{body}',
		secretFormat: 'text',
	},
	events: {
		example: { type: 'deployment.succeeded' },
		type: [{ body: 'type' }],
		data: 'payload',
		time: { body: 'createdAt' },
		duplicateKey: [{ body: 'id' }],
	},
	setup: {
		menu: 'your team’s Settings → Webhooks',
		page: 'https://vercel.com/docs/webhooks',
		secret: {
			name: 'secret',
			place: 'shown once when you create the webhook; for an integration, its Client Secret',
		},
	},
	usualTypes: [
		'deployment.canceled',
		'deployment.created',
		'deployment.error',
		'deployment.promoted',
		'deployment.succeeded',
		'domain.created',
		'integration-configuration.permission-upgraded',
		'integration-configuration.removed',
		'project.created',
		'project.removed',
	],
	secretFacts: { isMadeByPlatform: true },
});
