import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'stripe',
	name: 'Stripe',
	description: 'Stripe-Signature: t= and v1=, a hex HMAC of timestamp and body',
	source: 'https://docs.stripe.com/webhooks#verify-manually',
	scheme: {
		name: 'stripe',
		signatureHeader: 'Stripe-Signature',
		forms: [{ prefix: 'v1=', algorithm: 'hmac-sha256', encoding: 'hex' }],
		separator: ',',
		content: '{timestamp}.{body}',
		timestamp: { signaturePart: 't=', unit: 's', toleranceSeconds: 300 },
		secretFormat: 'text',
	},
	events: {
		type: [{ body: 'type' }],
		data: 'data',
		time: { body: 'created' },
		duplicateKey: [{ body: 'id' }],
	},
});
