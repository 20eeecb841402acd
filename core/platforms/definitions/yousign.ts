import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'yousign',
	name: 'Yousign',
	description: 'X-Yousign-Signature-256: sha256= and a hex HMAC of the body',
	searchWords: ['e-signature'],
	category: 'docs',
	evidence: 'official page',
	source: 'https://developers.yousign.com/docs/use-webhooks-in-your-app',
	scheme: {
		name: 'yousign',
		signatureHeader: 'X-Yousign-Signature-256',
		forms: [{ prefix: 'sha256=', algorithm: 'hmac-sha256', encoding: 'hex' }],
		content: '{body}',
		secretFormat: 'text',
	},
	events: {
		example: { type: 'signature_request.done' },
		type: [{ body: 'event_name' }],
		data: 'data',
		duplicateKey: [{ body: 'event_id' }],
	},
	setup: {
		menu: 'Webhooks in the Yousign app, or the request POST /webhooks of its API',
		page: 'https://developers.yousign.com/docs/webhooks',
		secret: { name: 'secret key', place: 'of the webhook subscription' },
	},
	usualTypes: [
		'signature_request.activated',
		'signature_request.approved',
		'signature_request.canceled',
		'signature_request.declined',
		'signature_request.done',
		'signature_request.expired',
		'signer.declined',
		'signer.done',
		'signer.error',
		'signer.link_opened',
		'signer.notified',
	],
	secretFacts: { isMadeByPlatform: true },
});
