import { receiveOnlyPlatform } from '../receiveOnly';

import { standardWebhooksScheme } from './standardWebhooks';

export const platform = receiveOnlyPlatform({
	id: 'resend',
	name: 'Resend',
	description: 'svix-signature: v1, and a base64 HMAC of ID, timestamp and body',
	searchWords: ['email', 'bounces'],
	category: 'comms',
	evidence: 'official library',
	source: 'https://resend.com/docs/webhooks/verify-webhooks-requests',
	scheme: standardWebhooksScheme('resend', 'svix'),
	events: {
		example: { type: 'email.delivered' },
		type: [{ body: 'type' }],
		data: 'data',
		time: { body: 'created_at' },
		duplicateKey: [{ header: 'svix-id' }],
	},
	setup: {
		menu: 'the Webhooks page of Resend’s dashboard',
		page: 'https://resend.com/docs/webhooks/verify-webhooks-requests',
		secret: {
			name: 'Signing Secret',
			place: 'on the webhook’s page',
			format: 'begins with whsec_',
		},
	},
	// WebhookEvent of Resend's own library (resend@6.38.0)
	usualTypes: [
		'contact.created',
		'contact.deleted',
		'contact.updated',
		'domain.created',
		'domain.deleted',
		'domain.updated',
		'email.bounced',
		'email.clicked',
		'email.complained',
		'email.delivered',
		'email.delivery_delayed',
		'email.failed',
		'email.opened',
		'email.received',
		'email.scheduled',
		'email.sent',
		'email.suppressed',
	],
	// https://resend.com/changelog/managing-webhooks-via-api shows both beginnings.
	secretFacts: {
		isMadeByPlatform: true,
		prefix: 'whsec_',
		others: [{ prefix: 're_', name: 'API keys' }],
	},
});
