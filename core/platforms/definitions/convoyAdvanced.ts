import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'convoyAdvanced',
	name: 'Convoy (Advanced Signature)',
	triggerAction: 'On a verified Convoy webhook (advanced)',
	description: 'X-Convoy-Signature: t= and v1=, an HMAC of timestamp and body',
	category: 'dev',
	evidence: 'official vector',
	source: 'https://docs.getconvoy.io/product-manual/signatures',
	scheme: {
		name: 'convoyAdvanced',
		signatureHeader: 'X-Convoy-Signature',
		// A Convoy project chooses hash and encoding, which may differ between versions of a signature.
		forms: [
			{ prefix: 'v1=', algorithm: 'hmac-sha256', encoding: 'hex' },
			{ prefix: 'v1=', algorithm: 'hmac-sha256', encoding: 'base64' },
			{ prefix: 'v1=', algorithm: 'hmac-sha512', encoding: 'hex' },
			{ prefix: 'v1=', algorithm: 'hmac-sha512', encoding: 'base64' },
		],
		separator: ',',
		content: '{timestamp},{body}',
		timestamp: { signaturePart: 't=', unit: 's', toleranceSeconds: 300 },
		secretFormat: 'text',
	},
	events: {
		// The whole body is the sender's data.
		type: [{ body: 'event_type' }, { body: 'event' }, { body: 'type' }],
		data: 'data',
		duplicateKey: [{ header: 'X-Convoy-Idempotency-Key' }],
	},
	setup: {
		menu: 'your project → Endpoints',
		page: 'https://www.getconvoy.io/docs/product-manual/endpoints',
		secret: { name: 'Endpoint Secret', place: 'which you choose, or Convoy generates' },
	},
});
