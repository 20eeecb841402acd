import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'sanity',
	name: 'Sanity',
	description: 'sanity-webhook-signature: t= and v1=, a base64url HMAC of timestamp and body',
	searchWords: ['content', 'documents'],
	category: 'docs',
	evidence: 'official vector',
	source: 'https://www.sanity.io/docs/compute-and-ai/webhooks',
	scheme: {
		name: 'sanity',
		// src/signature.ts of Sanity's own library (@sanity/webhook@4.0.4)
		signatureHeader: 'sanity-webhook-signature',
		forms: [{ prefix: 'v1=', algorithm: 'hmac-sha256', encoding: 'base64url' }],
		separator: ',',
		content: '{timestamp}.{body}',
		// Sanity's library checks no time. Sanity retries for half an hour, and does not say whether with a new time.
		timestamp: { signaturePart: 't=', unit: 'ms', toleranceSeconds: 3600 },
		secretFormat: 'text',
	},
	events: {
		example: { type: 'update' },
		// The body is what the webhook's projection selects.
		type: [{ header: 'sanity-operation' }],
		duplicateKey: [{ header: 'idempotency-key' }],
	},
	setup: {
		menu: 'Sanity Manage → your project → API → Webhooks',
		page: 'https://www.sanity.io/docs/compute-and-ai/webhooks',
		secret: { name: 'Secret', place: 'which you choose when you create the webhook' },
	},
	usualTypes: ['create', 'delete', 'update'],
});
