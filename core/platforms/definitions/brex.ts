import { receiveOnlyPlatform } from '../receiveOnly';

import { standardWebhooksScheme } from './standardWebhooks';

export const platform = receiveOnlyPlatform({
	id: 'brex',
	name: 'Brex',
	description: 'webhook-signature: v1, and a base64 HMAC of ID, timestamp and body',
	searchWords: ['transfers', 'expenses'],
	category: 'payments',
	evidence: 'official library',
	source: 'https://developer.brex.com/docs/webhooks/',
	scheme: standardWebhooksScheme('brex', 'webhook'),
	events: {
		example: { type: 'TRANSFER_PROCESSED' },
		type: [{ body: 'event_type' }],
		duplicateKey: [{ header: 'webhook-id' }],
	},
	setup: {
		menu: 'the request POST /v1/webhooks of the Brex API',
		page: 'https://developer.brex.com/docs/webhooks/',
		secret: {
			name: 'signing secret',
			place: 'which GET /v1/webhooks/secrets of the Brex API returns',
			format: 'is base64, with or without whsec_ before it',
		},
	},
	usualTypes: [
		'REFERRAL_ACTIVATED',
		'REFERRAL_APPLICATION_STATUS_CHANGED',
		'REFERRAL_CREATED',
		'TRANSFER_FAILED',
		'TRANSFER_PROCESSED',
		'USER_UPDATED',
	],
	secretFacts: { isMadeByPlatform: true },
});
