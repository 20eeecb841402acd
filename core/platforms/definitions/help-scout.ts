import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'help-scout',
	name: 'Help Scout',
	description: 'X-HelpScout-Signature: a base64 HMAC-SHA1 of the body',
	searchWords: ['support', 'conversations', 'tickets'],
	category: 'crm',
	evidence: 'official page',
	source: 'https://developer.helpscout.com/webhooks/',
	scheme: {
		name: 'help-scout',
		signatureHeader: 'X-HelpScout-Signature',
		forms: [{ prefix: '', algorithm: 'hmac-sha1', encoding: 'base64' }],
		content: '{body}',
		secretFormat: 'text',
	},
	events: {
		example: { type: 'convo.created' },
		type: [{ header: 'X-HelpScout-Event' }],
		// Help Scout documents no ID of a request. One change of a conversation causes events of several types with the same
		// body, which do not sign their type.
		duplicateKey: [{ header: 'X-HelpScout-Event' }, { digest: 'body' }],
		hasRepeatingBodies: true,
	},
	setup: {
		menu: 'Manage → Apps → Webhooks',
		page: 'https://developer.helpscout.com/webhooks/',
		secret: { name: 'Secret Key', place: 'which you choose in the Webhooks app' },
	},
	usualTypes: [
		'beacon.chat.created',
		'beacon.chat.customer.replied',
		'convo.agent.reply.created',
		'convo.assigned',
		'convo.created',
		'convo.custom-fields',
		'convo.customer.reply.created',
		'convo.deleted',
		'convo.merged',
		'convo.moved',
		'convo.note.created',
		'convo.status',
		'convo.tags',
		'customer.created',
		'customer.deleted',
		'customer.updated',
		'message.survey.response.received',
		'satisfaction.ratings',
		'tag.created',
		'tag.updated',
	],
});
