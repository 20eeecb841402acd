import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'retell',
	name: 'Retell AI',
	description: 'x-retell-signature: v= and d=, a hex HMAC of body and timestamp',
	category: 'ai',
	evidence: 'official vector',
	source: 'https://docs.retellai.com/features/secure-webhook',
	scheme: {
		name: 'retell',
		signatureHeader: 'x-retell-signature',
		forms: [{ prefix: 'd=', algorithm: 'hmac-sha256', encoding: 'hex' }],
		separator: ',',
		content: '{body}{timestamp}',
		timestamp: { signaturePart: 'v=', unit: 'ms', toleranceSeconds: 300 },
		secretFormat: 'text',
	},
	events: {
		example: { type: 'call_ended' },
		type: [{ body: 'event' }],
		data: 'call',
		// One call causes several transcript_updated and transfer events.
		duplicateKey: [{ digest: 'body' }],
	},
	setup: {
		menu: 'Settings → Webhooks, or Webhook Settings of an agent',
		page: 'https://docs.retellai.com/features/webhook-overview',
		secret: { name: 'API key', place: 'the one that has the webhook badge, under API Keys' },
	},
	usualTypes: [
		'call_analyzed',
		'call_ended',
		'call_started',
		'transcript_updated',
		'transfer_bridged',
		'transfer_cancelled',
		'transfer_ended',
		'transfer_started',
	],
	secretFacts: { isMadeByPlatform: true },
});
