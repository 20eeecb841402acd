import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'crisp',
	name: 'Crisp',
	description: 'X-Crisp-Signature: a hex HMAC of timestamp and body',
	searchWords: ['chat', 'messages', 'conversations'],
	category: 'crm',
	evidence: 'official page',
	source: 'https://docs.crisp.chat/references/web-hooks/v1',
	scheme: {
		name: 'crisp',
		signatureHeader: 'X-Crisp-Signature',
		forms: [{ prefix: '', algorithm: 'hmac-sha256', encoding: 'hex' }],
		// verifyHook of Crisp's own library (crisp-api@11.3.0). No page tells the unit of the time, so its age is
		// not checked.
		content: '[{header:X-Crisp-Request-Timestamp};{body}]',
		secretFormat: 'text',
	},
	events: {
		example: { type: 'message:send' },
		type: [{ body: 'event' }],
		data: 'data',
		time: { body: 'timestamp' },
		duplicateKey: [{ digest: 'body' }],
	},
	setup: {
		menu: 'Crisp Marketplace → your plugin',
		page: 'https://docs.crisp.chat/guides/web-hooks/plugin-hooks',
		secret: { name: 'signing secret', place: 'of the plugin’s hooks on the Crisp Marketplace' },
		also: 'Use plugin hooks: Crisp does not sign the hooks of a website.',
	},
	usualTypes: [
		'message:compose:send',
		'message:notify:unread:received',
		'message:received',
		'message:removed',
		'message:send',
		'message:updated',
		'people:profile:created',
		'people:profile:updated',
		'session:removed',
		'session:set_email',
		'session:set_state',
	],
	secretFacts: { isMadeByPlatform: true },
});
