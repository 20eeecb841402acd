import { receiveOnlyPlatform } from '../receiveOnly';

import { standardWebhooksScheme } from './standardWebhooks';

export const platform = receiveOnlyPlatform({
	id: 'gemini',
	name: 'Google Gemini API',
	description:
		'webhook-signature: v1, and a base64 HMAC of ID, timestamp and body, from a project’s webhook',
	searchWords: ['batch', 'video generation'],
	category: 'ai',
	evidence: 'official library',
	source: 'https://ai.google.dev/gemini-api/docs/webhooks',
	scheme: standardWebhooksScheme('gemini', 'webhook'),
	events: {
		example: { type: 'batch.succeeded' },
		type: [{ body: 'type' }],
		data: 'data',
		time: { body: 'timestamp' },
		duplicateKey: [{ header: 'webhook-id' }],
	},
	retriedForHours: 24,
	setup: {
		menu: 'client.webhooks.create of the Google Gen AI SDK, or the Webhooks API',
		page: 'https://ai.google.dev/gemini-api/docs/webhooks',
		secret: {
			name: 'signing secret',
			place: 'which the API returns once, as new_signing_secret, when you create the webhook',
			format: 'begins with whsec_',
		},
		also: 'Webhooks of a single request (dynamic ones) are signed with a key that Google rotates, and are rejected.',
	},
	usualTypes: [
		'batch.cancelled',
		'batch.expired',
		'batch.failed',
		'batch.succeeded',
		'interaction.cancelled',
		'interaction.completed',
		'interaction.failed',
		'interaction.requires_action',
		'video.generated',
	],
	secretFacts: { isMadeByPlatform: true, prefix: 'whsec_' },
});
