import { receiveOnlyPlatform } from '../receiveOnly';

import { standardWebhooksScheme } from './standardWebhooks';

export const platform = receiveOnlyPlatform({
	id: 'agentmail',
	name: 'AgentMail',
	description: 'svix-signature: v1, and a base64 HMAC of ID, timestamp and body',
	searchWords: ['email', 'inboxes', 'agents'],
	category: 'ai',
	evidence: 'official library',
	source: 'https://docs.agentmail.to/webhook-verification',
	scheme: standardWebhooksScheme('agentmail', 'svix'),
	events: {
		example: { type: 'message.received' },
		type: [{ body: 'event_type' }],
		duplicateKey: [{ header: 'svix-id' }],
	},
	setup: {
		menu: 'AgentMail Console → Webhooks → Create Webhook',
		page: 'https://docs.agentmail.to/webhook-verification',
		secret: {
			name: 'signing secret',
			place: 'which the console shows with the webhook',
			format: 'begins with whsec_',
		},
	},
	// https://docs.agentmail.to/changelog/2025/12/22
	usualTypes: [
		'domain.verified',
		'message.bounced',
		'message.complained',
		'message.delivered',
		'message.received',
		'message.rejected',
		'message.sent',
	],
	secretFacts: { isMadeByPlatform: true, prefix: 'whsec_' },
});
