import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'convoySimple',
	name: 'Convoy (Simple Signature)',
	triggerAction: 'On a verified Convoy webhook (simple)',
	description: 'X-Convoy-Signature: a hex or base64 HMAC of the body',
	category: 'dev',
	evidence: 'official vector',
	source: 'https://docs.getconvoy.io/product-manual/signatures',
	scheme: {
		name: 'convoySimple',
		signatureHeader: 'X-Convoy-Signature',
		// A Convoy project chooses hash and encoding.
		forms: [
			{ prefix: '', algorithm: 'hmac-sha256', encoding: 'hex' },
			{ prefix: '', algorithm: 'hmac-sha256', encoding: 'base64' },
			{ prefix: '', algorithm: 'hmac-sha512', encoding: 'hex' },
			{ prefix: '', algorithm: 'hmac-sha512', encoding: 'base64' },
		],
		content: '{body}',
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
