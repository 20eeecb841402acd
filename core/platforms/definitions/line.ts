import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'line',
	name: 'LINE',
	description: 'x-line-signature: a base64 HMAC of the body',
	searchWords: ['Messaging API', 'bots'],
	category: 'comms',
	evidence: 'official vector',
	source: 'https://developers.line.biz/en/docs/messaging-api/verify-webhook-signature/',
	scheme: {
		name: 'line',
		signatureHeader: 'x-line-signature',
		forms: [{ prefix: '', algorithm: 'hmac-sha256', encoding: 'base64' }],
		content: '{body}',
		secretFormat: 'text',
	},
	events: {
		example: { type: 'message' },
		// A request contains a list of events.
		type: [{ body: 'events.type' }],
		data: 'events',
		time: { body: 'events.timestamp' },
		duplicateKey: [{ body: 'events.webhookEventId' }],
	},
	setup: {
		menu: 'LINE Developers Console → your channel → Messaging API → Webhook URL, with Use webhook on',
		page: 'https://developers.line.biz/en/docs/messaging-api/building-bot/',
		secret: { name: 'Channel secret', place: 'on the channel’s Basic settings tab' },
		test: 'Click Verify next to the webhook URL, or send the bot a message.',
	},
	// https://developers.line.biz/en/reference/messaging-api/#webhook-event-objects
	usualTypes: [
		'accountLink',
		'beacon',
		'follow',
		'join',
		'leave',
		'memberJoined',
		'memberLeft',
		'message',
		'postback',
		'unfollow',
		'unsend',
		'videoPlayComplete',
	],
	secretFacts: { isMadeByPlatform: true },
	// The button Verify sends a list without events.
	handshakes: [{ when: { destination: { present: true }, 'events.type': null }, statusCode: 200 }],
});
