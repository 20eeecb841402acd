import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'tally',
	name: 'Tally',
	description: 'Tally-Signature: a base64 HMAC of the body',
	searchWords: ['forms', 'submissions'],
	category: 'forms',
	evidence: 'official page',
	source: 'https://tally.so/help/webhooks',
	scheme: {
		name: 'tally',
		signatureHeader: 'Tally-Signature',
		forms: [{ prefix: '', algorithm: 'hmac-sha256', encoding: 'base64' }],
		content: '{body}',
		secretFormat: 'text',
	},
	events: {
		example: { type: 'FORM_RESPONSE' },
		type: [{ body: 'eventType' }],
		data: 'data',
		time: { body: 'createdAt' },
		duplicateKey: [{ body: 'eventId' }],
	},
	setup: {
		menu: 'your form → Integrations → Webhooks → Connect',
		page: 'https://tally.so/help/webhooks',
		secret: { name: 'signing secret', place: 'which you add to the webhook' },
		also: 'Add a signing secret: Tally does not sign the requests of a webhook without one.',
		test: 'Submit the form.',
	},
	usualTypes: ['FORM_RESPONSE'],
});
