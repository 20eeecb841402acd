import { BODY_TOKEN } from '../authentication';
import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'aircall',
	name: 'Aircall',
	description: 'token in the body: the one that Aircall made for the webhook',
	searchWords: ['calls'],
	category: 'voice',
	evidence: 'official page',
	source: 'https://developer.aircall.io/docs/webhooks-overview',
	authentication: BODY_TOKEN,
	bodyToken: { field: 'token' },
	events: {
		example: { type: 'call.ended' },
		type: [{ body: 'event' }],
		data: 'data',
		time: { body: 'timestamp' },
		// A call may be tagged or commented on several times in one second.
		duplicateKey: [{ digest: 'body' }],
	},
	retriedForHours: 12,
	setup: {
		menu: 'Aircall Dashboard → Integrations → Webhook',
		page: 'https://developer.aircall.io/docs/setup-webhooks',
		secret: {
			name: 'token',
			place:
				'in the reply to GET /v1/webhooks/{webhook_id} of Aircall’s API; the dashboard does not show it',
		},
	},
	usualTypes: [
		'call.answered',
		'call.assigned',
		'call.commented',
		'call.created',
		'call.ended',
		'call.hungup',
		'call.tagged',
		'call.transferred',
		'call.voicemail_left',
		'contact.created',
		'contact.deleted',
		'contact.updated',
		'number.created',
		'user.created',
	],
	secretFacts: { isMadeByPlatform: true },
});
