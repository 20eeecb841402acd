import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'webex',
	name: 'Webex',
	description: 'X-Spark-Signature: a hex HMAC-SHA1 of the body',
	searchWords: ['messages', 'rooms', 'meetings'],
	category: 'comms',
	evidence: 'official page',
	source: 'https://developer.webex.com/docs/api/guides/webhooks',
	scheme: {
		name: 'webex',
		signatureHeader: 'X-Spark-Signature',
		// https://developer.webex.com/blog/using-a-webhook-secret
		forms: [{ prefix: '', algorithm: 'hmac-sha1', encoding: 'hex' }],
		content: '{body}',
		secretFormat: 'text',
	},
	events: {
		example: { type: 'messages.created' },
		type: [{ joined: [{ body: 'resource' }, { body: 'event' }], with: '.' }],
		data: 'data',
		// The field created is the time at which the webhook was made.
		time: { body: 'data.created' },
		// The field id is the webhook’s, and two updates of a message or a membership may have the same bytes.
		duplicateKey: [],
	},
	setup: {
		menu: 'the Create a Webhook endpoint of Webex’s API',
		page: 'https://developer.webex.com/docs/api/guides/webhooks',
		secret: { name: 'secret', place: 'which you choose when you create the webhook' },
		also: 'Set a secret: Webex does not sign the requests of a webhook without one.',
	},
	usualTypes: [
		'attachmentActions.created',
		'meetings.created',
		'meetings.deleted',
		'meetings.ended',
		'meetings.started',
		'meetings.updated',
		'memberships.created',
		'memberships.deleted',
		'memberships.updated',
		'messages.created',
		'messages.deleted',
		'messages.updated',
		'recordings.created',
		'rooms.created',
		'rooms.updated',
	],
});
