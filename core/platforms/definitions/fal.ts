import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'fal',
	name: 'fal',
	description:
		'X-Fal-Webhook-Signature: a hex Ed25519 signature of IDs, timestamp and the body’s SHA-256',
	searchWords: ['image generation', 'video generation', 'models'],
	category: 'ai',
	evidence: 'official page',
	source: 'https://docs.fal.ai/documentation/model-apis/inference/webhooks',
	scheme: {
		name: 'fal',
		signatureHeader: 'X-Fal-Webhook-Signature',
		forms: [{ prefix: '', algorithm: 'ed25519', encoding: 'hex' }],
		content:
			'{header:X-Fal-Webhook-Request-Id}\n{header:X-Fal-Webhook-User-Id}\n{timestamp}\n{sha256-hex:body}',
		timestamp: { header: 'X-Fal-Webhook-Timestamp', unit: 's', toleranceSeconds: 300 },
		secretFormat: 'publicKey',
	},
	events: {
		example: { type: 'OK' },
		type: [{ body: 'status' }],
		data: 'payload',
		duplicateKey: [{ body: 'request_id' }],
	},
	setup: {
		menu: 'the parameter "fal_webhook" of the request to queue.fal.run',
		page: 'https://docs.fal.ai/documentation/model-apis/inference/webhooks',
		secret: {
			name: 'public key',
			place: 'the value of "x" of a key in https://rest.fal.ai/.well-known/jwks.json',
			format: 'is base64url',
		},
		also: 'If that page lists several keys, enter the others as additional signing secrets.',
	},
	usualTypes: ['ERROR', 'OK'],
	retriedForHours: 2,
	secretFacts: { isMadeByPlatform: true },
});
