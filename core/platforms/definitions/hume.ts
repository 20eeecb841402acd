import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'hume',
	name: 'Hume AI',
	description: 'X-Hume-AI-Webhook-Signature: a hex HMAC of body and timestamp',
	searchWords: ['EVI', 'voice'],
	category: 'voice',
	evidence: 'official page',
	source: 'https://dev.hume.ai/docs/speech-to-speech-evi/configuration/webhooks',
	scheme: {
		name: 'hume',
		// https://github.com/HumeAI/hume-api-examples/blob/main/evi/evi-typescript-webhooks/src/util.ts
		signatureHeader: 'X-Hume-AI-Webhook-Signature',
		forms: [{ prefix: '', algorithm: 'hmac-sha256', encoding: 'hex' }],
		content: '{body}.{timestamp}',
		timestamp: { header: 'X-Hume-AI-Webhook-Timestamp', unit: 's', toleranceSeconds: 180 },
		secretFormat: 'text',
	},
	events: {
		example: { type: 'chat_ended' },
		type: [{ body: 'event_name' }],
		// Hume documents no key, but a retry has the same bytes.
		duplicateKey: [{ digest: 'body' }],
	},
	setup: {
		menu: 'the webhooks of your EVI configuration',
		page: 'https://dev.hume.ai/docs/speech-to-speech-evi/configuration/webhooks',
		secret: { name: 'webhook signing key', place: 'of your Hume account' },
	},
	usualTypes: ['chat_ended', 'chat_started', 'tool_call'],
	secretFacts: { isMadeByPlatform: true },
});
