import { receiveOnlyPlatform } from '../receiveOnly';

import { standardWebhooksScheme } from './standardWebhooks';

export const platform = receiveOnlyPlatform({
	id: 'fathom',
	name: 'Fathom',
	description: 'webhook-signature: v1, and a base64 HMAC of ID, timestamp and body',
	searchWords: ['meetings', 'transcripts'],
	category: 'ai',
	evidence: 'official library',
	// verifyWebhook of Fathom's own SDK (fathom-typescript@0.0.37) is that of Standard Webhooks.
	source: 'https://developers.fathom.ai/webhooks',
	scheme: standardWebhooksScheme('fathom', 'webhook'),
	events: {
		// The body is the meeting.
		type: [],
		time: { body: 'created_at' },
		duplicateKey: [{ header: 'webhook-id' }],
	},
	setup: {
		menu: 'Settings → API Access → Add Webhook, or the request POST /webhooks of Fathom’s API',
		page: 'https://developers.fathom.ai/webhooks',
		secret: {
			name: 'secret',
			place: 'shown when you add the webhook',
			format: 'begins with whsec_',
		},
	},
	secretFacts: { isMadeByPlatform: true, prefix: 'whsec_' },
});
