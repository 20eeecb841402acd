import { receiveOnlyPlatform } from '../receiveOnly';

import { standardWebhooksScheme } from './standardWebhooks';

export const platform = receiveOnlyPlatform({
	id: 'higgsfield',
	name: 'Higgsfield',
	description: 'webhook-signature: v1, and a base64 HMAC of ID, timestamp and body',
	searchWords: ['video generation'],
	category: 'ai',
	evidence: 'official library',
	source: 'https://docs.higgsfield.ai/docs/enterprise/webhook-security',
	scheme: standardWebhooksScheme('higgsfield', 'webhook'),
	// https://docs.higgsfield.ai/docs/how-to/webhooks
	events: {
		example: { type: 'completed' },
		// The final status of a generation request.
		type: [{ body: 'status' }],
		duplicateKey: [{ header: 'webhook-id' }],
	},
	retriedForHours: 2,
	setup: {
		menu: 'the URL parameter hf_webhook of your generation request',
		page: 'https://docs.higgsfield.ai/docs/how-to/webhooks',
		secret: {
			name: 'signing secret',
			place: 'under Settings in Higgsfield Console',
			format: 'begins with whsec_',
		},
		also: 'Higgsfield signs only after you reveal the secret for the first time.',
	},
	usualTypes: ['completed', 'failed', 'nsfw'],
	secretFacts: { isMadeByPlatform: true, prefix: 'whsec_' },
});
