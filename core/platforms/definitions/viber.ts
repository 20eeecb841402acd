import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'viber',
	name: 'Viber',
	description: 'X-Viber-Content-Signature: a hex HMAC of the body',
	searchWords: ['messages', 'chat', 'bot'],
	category: 'comms',
	evidence: 'official vector',
	source: 'https://developers.viber.com/docs/api/rest-bot-api/',
	scheme: {
		name: 'viber',
		signatureHeader: 'X-Viber-Content-Signature',
		forms: [{ prefix: '', algorithm: 'hmac-sha256', encoding: 'hex' }],
		content: '{body}',
		secretFormat: 'text',
	},
	events: {
		example: { type: 'message' },
		type: [{ body: 'event' }],
		time: { body: 'timestamp' },
		// A broadcast has one message_token: each user who gets or sees it makes an event of its own.
		duplicateKey: [{ digest: 'body' }],
	},
	setup: {
		menu: 'the set_webhook method of Viber’s API',
		page: 'https://developers.viber.com/docs/api/rest-bot-api/#setting-a-webhook',
		secret: { name: 'authentication token', place: 'of the bot, which its API calls use too' },
		also: 'Publish the workflow before you set the webhook: Viber sends an event named webhook and expects a 200.',
	},
	usualTypes: [
		'conversation_started',
		'delivered',
		'failed',
		'message',
		'seen',
		'subscribed',
		'unsubscribed',
		'webhook',
	],
	secretFacts: { isMadeByPlatform: true },
});
