import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'front-rule',
	name: 'Front (rules)',
	description: 'X-Front-Signature: a base64 HMAC-SHA1 of the body, from a rule’s webhook',
	searchWords: ['conversations', 'rule webhooks'],
	category: 'comms',
	evidence: 'official page',
	source: 'https://dev.frontapp.com/docs/rule-webhooks',
	scheme: {
		name: 'front-rule',
		signatureHeader: 'X-Front-Signature',
		forms: [{ prefix: '', algorithm: 'hmac-sha1', encoding: 'base64' }],
		content: '{body}',
		secretFormat: 'text',
	},
	// https://dev.frontapp.com/reference/events
	events: {
		example: { type: 'inbound' },
		type: [{ body: 'type' }],
		time: { body: 'emitted_at' },
		duplicateKey: [{ body: 'id' }],
	},
	setup: {
		menu: 'Settings → Rules → the action "Send to webhook" of your rule',
		page: 'https://dev.frontapp.com/docs/rule-webhooks',
		secret: { name: 'API secret', place: 'in Front’s developer settings' },
	},
	usualTypes: [
		'archive',
		'assign',
		'comment',
		'inbound',
		'move',
		'out_reply',
		'outbound',
		'reopen',
		'restore',
		'tag',
		'trash',
		'unassign',
		'untag',
	],
	secretFacts: { isMadeByPlatform: true },
});
