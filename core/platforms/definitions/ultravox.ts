import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'ultravox',
	name: 'Ultravox',
	description: 'X-Ultravox-Webhook-Signature: hex HMACs of body and timestamp',
	searchWords: ['calls', 'voice'],
	category: 'voice',
	evidence: 'official page',
	source: 'https://docs.ultravox.ai/webhooks/securing-webhooks',
	scheme: {
		name: 'ultravox',
		signatureHeader: 'X-Ultravox-Webhook-Signature',
		forms: [{ prefix: '', algorithm: 'hmac-sha256', encoding: 'hex' }],
		separator: ',',
		content: '{body}{timestamp}',
		timestamp: { header: 'X-Ultravox-Webhook-Timestamp', unit: 'iso', toleranceSeconds: 300 },
		secretFormat: 'text',
	},
	// https://docs.ultravox.ai/webhooks/overview
	events: {
		example: { type: 'call.ended' },
		type: [{ body: 'event' }],
		data: 'call',
		// Ultravox documents no key, but a retry has the same bytes.
		duplicateKey: [{ digest: 'body' }],
	},
	setup: {
		menu: 'the request POST /api/webhooks of Ultravox’ API',
		page: 'https://docs.ultravox.ai/webhooks/overview',
		secret: { name: 'secret', place: 'which you choose, or Ultravox makes, for the webhook' },
	},
	// https://docs.ultravox.ai/webhooks/available-webhooks
	usualTypes: ['call.billed', 'call.ended', 'call.joined', 'call.started'],
});
