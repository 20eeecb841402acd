import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'lago',
	name: 'Lago',
	description: 'X-Lago-Signature: a JSON Web Token (RS256) that contains the body',
	category: 'payments',
	evidence: 'official page',
	searchWords: ['billing', 'invoices'],
	source: 'https://docs.getlago.com/api-reference/webhooks/format---signature',
	scheme: {
		kind: 'jwt',
		name: 'lago',
		place: { header: 'X-Lago-Signature' },
		algorithms: ['RS256'],
		secretFormat: 'publicKey',
		toleranceSeconds: 60,
		bodyHash: { claim: 'data', digest: 'text' },
	},
	events: {
		example: { type: 'invoice.created' },
		type: [{ body: 'webhook_type' }],
		duplicateKey: [{ header: 'X-Lago-Unique-Key' }],
	},
	setup: {
		menu: 'Developers → Webhooks → Add a webhook',
		page: 'https://docs.getlago.com/api-reference/webhooks/format---signature',
		secret: {
			name: 'webhook public key',
			place: 'which Lago’s API returns in base64: decode it to its PEM',
			format: 'begins with -----BEGIN PUBLIC KEY-----',
		},
		also: 'Choose jwt, and not hmac, as the signature of the webhook.',
	},
	usualTypes: [
		'customer.created',
		'invoice.created',
		'invoice.payment_failure',
		'subscription.started',
	],
});
