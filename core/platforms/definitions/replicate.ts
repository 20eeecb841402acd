import { receiveOnlyPlatform } from '../receiveOnly';

import { standardWebhooksScheme } from './standardWebhooks';

export const platform = receiveOnlyPlatform({
	id: 'replicate',
	name: 'Replicate',
	description: 'webhook-signature: v1, and a base64 HMAC of ID, timestamp and body',
	searchWords: ['predictions', 'trainings', 'models'],
	category: 'ai',
	evidence: 'official vector',
	source: 'https://replicate.com/docs/topics/webhooks/verify-webhook',
	scheme: standardWebhooksScheme('replicate', 'webhook'),
	events: {
		example: { type: 'succeeded' },
		// A body is the prediction or training itself.
		type: [{ body: 'status' }],
		time: { body: 'completed_at' },
		duplicateKey: [{ header: 'webhook-id' }],
	},
	setup: {
		menu: 'the field "webhook" of the request that creates a prediction or training',
		page: 'https://replicate.com/docs/topics/webhooks',
		secret: {
			name: 'signing secret',
			place: 'which GET https://api.replicate.com/v1/webhooks/default/secret returns as "key"',
			format: 'begins with whsec_',
		},
	},
	usualTypes: ['canceled', 'failed', 'processing', 'starting', 'succeeded'],
	secretFacts: {
		isMadeByPlatform: true,
		prefix: 'whsec_',
		others: [{ prefix: 'r8_', name: 'API tokens' }],
	},
});
