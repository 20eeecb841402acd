import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'intercom',
	name: 'Intercom',
	description: 'X-Hub-Signature: sha1= and a hex HMAC-SHA1 of the body',
	searchWords: ['conversations'],
	category: 'comms',
	evidence: 'official page',
	source: 'https://developers.intercom.com/docs/webhooks',
	scheme: {
		name: 'intercom',
		// https://developers.intercom.com/intercom-api-reference/v1.0/reference/signed-notifications
		signatureHeader: 'X-Hub-Signature',
		forms: [{ prefix: 'sha1=', algorithm: 'hmac-sha1', encoding: 'hex' }],
		content: '{body}',
		secretFormat: 'text',
	},
	events: {
		example: { type: 'conversation.user.created' },
		type: [{ body: 'topic' }],
		data: 'data',
		time: { body: 'created_at' },
		duplicateKey: [{ body: 'id' }],
	},
	setup: {
		menu: 'Developer Hub → your app → Configure → Webhooks',
		page: 'https://developers.intercom.com/docs/webhooks/setting-up-webhooks',
		secret: { name: 'Client secret', place: 'on the app’s Basic Information page' },
		also: 'Publish the workflow first: Intercom checks the URL as you enter it, and this trigger answers.',
	},
	// https://developers.intercom.com/docs/references/webhooks/webhook-models
	usualTypes: [
		'contact.lead.created',
		'contact.user.created',
		'contact.user.tag.created',
		'conversation.admin.assigned',
		'conversation.admin.closed',
		'conversation.admin.noted',
		'conversation.admin.replied',
		'conversation.user.created',
		'conversation.user.replied',
		'ping',
		'ticket.admin.assigned',
		'ticket.created',
		'ticket.state.updated',
	],
	secretFacts: { isMadeByPlatform: true },
	// https://developers.intercom.com/docs/webhooks/setting-up-webhooks
	handshakes: [{ method: 'HEAD', isUnsigned: true, statusCode: 200 }],
});
