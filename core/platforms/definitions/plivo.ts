import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'plivo',
	name: 'Plivo',
	description: 'X-Plivo-Signature-V3: a base64 HMAC of URL, form and nonce',
	searchWords: ['calls', 'voice'],
	category: 'voice',
	evidence: 'official page',
	source: 'https://www.plivo.com/docs/voice/concepts/signature-validation',
	scheme: {
		name: 'plivo',
		signatureHeader: 'X-Plivo-Signature-V3',
		forms: [{ prefix: '', algorithm: 'hmac-sha256', encoding: 'base64' }],
		separator: ',',
		// lib/utils/v3Security.js of Plivo's own SDK (plivo@4.79.0), for URLs without parameters: it sorts parameters
		// and puts a point after them.
		content: '{url}?{form}.{header:X-Plivo-Signature-V3-Nonce}',
		secretFormat: 'text',
	},
	events: {
		example: { type: 'Hangup' },
		type: [{ body: 'Event' }, { body: 'CallStatus' }],
		// Plivo documents no key, but a retry has the same fields.
		duplicateKey: [{ digest: 'body' }],
	},
	setup: {
		menu: 'Voice → Applications → your application → Hangup URL',
		page: 'https://www.plivo.com/docs/voice/concepts/signature-validation',
		secret: { name: 'Auth Token', place: 'on the console’s overview page' },
		also: 'Plivo signs the URL that it calls: use it without parameters, and behind a proxy set "Public URL" to it.',
	},
	usualTypes: ['Hangup', 'StartApp'],
	secretFacts: { isMadeByPlatform: true },
	formBodies: {},
});
