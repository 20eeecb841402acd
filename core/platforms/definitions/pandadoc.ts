import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'pandadoc',
	name: 'PandaDoc',
	description: 'URL parameter signature: a hex HMAC of the body',
	searchWords: ['documents', 'quotes', 'e-signature'],
	category: 'docs',
	evidence: 'official page',
	source: 'https://developers.pandadoc.com/docs/webhook-verification',
	scheme: {
		name: 'pandadoc',
		signatureParameter: 'signature',
		forms: [{ prefix: '', algorithm: 'hmac-sha256', encoding: 'hex' }],
		content: '{body}',
		secretFormat: 'text',
	},
	// https://developers.pandadoc.com/reference/webhook-payload
	events: {
		example: { type: 'document_state_changed' },
		// A request contains a list of events.
		type: [{ body: 'event' }],
		duplicateKey: [{ digest: 'body' }],
	},
	setup: {
		menu: 'Developer Dashboard → Configuration → Webhooks',
		page: 'https://developers.pandadoc.com/docs/webhook-verification',
		secret: { name: 'shared key', place: 'of the webhook, in the Developer Dashboard' },
	},
	usualTypes: [
		'document_creation_failed',
		'document_deleted',
		'document_state_changed',
		'document_updated',
		'quote_updated',
		'recipient_completed',
		'template_created',
		'template_updated',
	],
	secretFacts: { isMadeByPlatform: true },
});
