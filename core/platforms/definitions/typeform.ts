import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'typeform',
	name: 'Typeform',
	description: 'Typeform-Signature: sha256= and a base64 HMAC of the body',
	category: 'forms',
	evidence: 'official page',
	source: 'https://www.typeform.com/developers/webhooks/secure-your-webhooks/',
	scheme: {
		name: 'typeform',
		signatureHeader: 'Typeform-Signature',
		forms: [{ prefix: 'sha256=', algorithm: 'hmac-sha256', encoding: 'base64' }],
		content: '{body}',
		secretFormat: 'text',
	},
	events: {
		example: { type: 'form_response' },
		type: [{ body: 'event_type' }],
		data: 'form_response',
		time: { body: 'form_response.submitted_at' },
		duplicateKey: [{ body: 'event_id' }],
	},
	// https://www.typeform.com/developers/webhooks/: the last retry comes after ten and a half hours.
	retriedForHours: 11,
	setup: {
		menu: 'your form → Connect → Webhooks → Add a webhook',
		page: 'https://www.typeform.com/developers/webhooks/',
		secret: { name: 'Secret', place: 'which you choose when you edit the webhook' },
		also: 'Turn the webhook on after you add it.',
	},
	// https://www.typeform.com/developers/webhooks/reference/create-or-update-webhook/
	usualTypes: ['form_response', 'form_response_partial'],
});
