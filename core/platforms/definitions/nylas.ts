import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'nylas',
	name: 'Nylas',
	description: 'X-Nylas-Signature: a hex HMAC of the body',
	searchWords: ['email', 'calendar'],
	category: 'comms',
	evidence: 'official page',
	source: 'https://developer.nylas.com/docs/v3/notifications/webhooks/',
	scheme: {
		name: 'nylas',
		signatureHeader: 'X-Nylas-Signature',
		forms: [{ prefix: '', algorithm: 'hmac-sha256', encoding: 'hex' }],
		content: '{body}',
		secretFormat: 'text',
	},
	events: {
		example: { type: 'message.created' },
		type: [{ body: 'type' }],
		data: 'data',
		time: { body: 'time' },
		duplicateKey: [{ body: 'id' }],
	},
	setup: {
		menu: 'Dashboard → Notifications → Webhooks → Create webhook',
		page: 'https://developer.nylas.com/docs/v3/notifications/webhooks/',
		secret: {
			name: 'webhook_secret',
			place: 'which Nylas shows once, when the webhook is created and verified',
		},
		also: 'Publish the workflow first: Nylas verifies the URL as you create the webhook, and this trigger answers.',
		test: 'Send a message to an account that is connected.',
	},
	// https://developer.nylas.com/docs/reference/notifications/
	usualTypes: [
		'booking.created',
		'calendar.created',
		'contact.updated',
		'event.created',
		'event.deleted',
		'event.updated',
		'grant.created',
		'grant.expired',
		'message.bounce_detected',
		'message.created',
		'message.link_clicked',
		'message.opened',
		'message.send_failed',
		'message.send_success',
		'message.updated',
		'thread.replied',
	],
	secretFacts: { isMadeByPlatform: true },
	handshakes: [
		{
			method: 'GET',
			requires: [{ query: 'challenge' }],
			isUnsigned: true,
			statusCode: 200,
			reply: { text: '{query.challenge}' },
		},
	],
});
