import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'front',
	name: 'Front (apps)',
	description: 'X-Front-Signature: a base64 HMAC of timestamp and body, from an app’s webhook',
	searchWords: ['conversations', 'application webhooks'],
	category: 'comms',
	evidence: 'official page',
	source: 'https://dev.frontapp.com/docs/application-webhooks',
	scheme: {
		name: 'front',
		signatureHeader: 'X-Front-Signature',
		forms: [{ prefix: '', algorithm: 'hmac-sha256', encoding: 'base64' }],
		content: '{timestamp}:{body}',
		timestamp: { header: 'X-Front-Request-Timestamp', unit: 'ms', toleranceSeconds: 300 },
		secretFormat: 'text',
	},
	events: {
		example: { type: 'inbound_received' },
		type: [{ body: 'type' }],
		data: 'payload',
		// Front documents no key, but a retry has the same bytes.
		duplicateKey: [{ digest: 'body' }],
	},
	setup: {
		menu: 'Settings → Developers → your app → Features → Application webhooks',
		page: 'https://dev.frontapp.com/docs/application-webhooks',
		secret: { name: 'signing key', place: 'of the app' },
		also: 'Publish the workflow first: Front checks the URL as you save it, and this trigger answers.',
	},
	usualTypes: [
		'assignee_changed',
		'conversation_archived',
		'conversation_deleted',
		'conversation_moved',
		'conversation_reopened',
		'inbound_received',
		'new_comment_added',
		'outbound_sent',
		'tag_added',
		'tag_removed',
	],
	secretFacts: { isMadeByPlatform: true },
	handshakes: [
		{
			when: { type: 'sync' },
			requires: [{ header: 'X-Front-Challenge' }],
			statusCode: 200,
			reply: { challenge: '{header.X-Front-Challenge}' },
		},
	],
});
