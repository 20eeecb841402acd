import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'meta',
	name: 'Meta',
	description: 'X-Hub-Signature-256: sha256= and a hex HMAC of the body',
	searchWords: ['WhatsApp', 'Messenger', 'Instagram', 'Facebook', 'lead ads'],
	category: 'social',
	evidence: 'official page',
	source:
		'https://developers.facebook.com/docs/graph-api/webhooks/getting-started#event-notifications',
	scheme: {
		name: 'meta',
		signatureHeader: 'X-Hub-Signature-256',
		forms: [{ prefix: 'sha256=', algorithm: 'hmac-sha256', encoding: 'hex' }],
		content: '{body}',
		secretFormat: 'text',
	},
	events: {
		example: { type: 'messages' },
		// The field that changed; Messenger's events have none, but the kind of object.
		type: [{ body: 'entry.changes.field' }, { body: 'object' }],
		data: 'entry',
		time: { body: 'entry.time' },
		// Meta documents no key for all its products, but a retry has the same bytes.
		duplicateKey: [{ digest: 'body' }],
	},
	setup: {
		menu: 'App Dashboard → your app → Webhooks (for WhatsApp: WhatsApp → Configuration)',
		page: 'https://developers.facebook.com/docs/graph-api/webhooks/getting-started#configure-webhooks-product',
		secret: { name: 'App secret', place: 'under App settings → Basic' },
		also: 'Make up a verify token: enter it there and under "URL Tokens" in the credential (turn on "URL Token"). Publish the workflow before you click Verify and save.',
		test: 'Click Test next to a field that you subscribed to.',
	},
	// https://developers.facebook.com/docs/graph-api/webhooks/reference and, for WhatsApp,
	// https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/overview
	usualTypes: [
		'account_update',
		'comments',
		'feed',
		'instagram',
		'leadgen',
		'mentions',
		'message_template_status_update',
		'messages',
		'page',
		'phone_number_quality_update',
	],
	secretFacts: { isMadeByPlatform: true },
	handshakes: [
		{
			method: 'GET',
			requires: [{ query: 'hub.mode' }, { query: 'hub.challenge' }],
			isUnsigned: true,
			verifyToken: { query: 'hub.verify_token' },
			statusCode: 200,
			reply: { text: '{query.hub.challenge}' },
		},
	],
});
