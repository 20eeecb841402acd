import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'telnyx',
	name: 'Telnyx',
	description: 'telnyx-signature-ed25519: a base64 Ed25519 signature of timestamp and body',
	searchWords: ['calls', 'SMS', 'voice'],
	category: 'voice',
	evidence: 'official page',
	source: 'https://developers.telnyx.com/docs/messaging/messages/receiving-webhooks',
	scheme: {
		name: 'telnyx',
		// lib/webhooks.ts of Telnyx' own SDK (telnyx@7.24.0)
		signatureHeader: 'telnyx-signature-ed25519',
		forms: [{ prefix: '', algorithm: 'ed25519', encoding: 'base64' }],
		content: '{timestamp}|{body}',
		timestamp: { header: 'telnyx-timestamp', unit: 's', toleranceSeconds: 300 },
		secretFormat: 'publicKey',
	},
	events: {
		example: { type: 'message.received' },
		type: [{ body: 'data.event_type' }],
		data: 'data.payload',
		time: { body: 'data.occurred_at' },
		duplicateKey: [{ body: 'data.id' }],
	},
	setup: {
		menu: 'Mission Control Portal → your messaging profile, or your Voice API application → Webhook URL',
		page: 'https://developers.telnyx.com/docs/messaging/messages/receiving-webhooks',
		secret: {
			name: 'Public Key',
			place: 'under Keys and Credentials → Public Key',
			format: 'has 44 characters of base64',
		},
	},
	// resources/webhooks.d.ts of Telnyx' own SDK (telnyx@7.24.0)
	usualTypes: [
		'call.ai_gather.ended',
		'call.answered',
		'call.bridged',
		'call.conversation.ended',
		'call.conversation_insights.generated',
		'call.dtmf.received',
		'call.gather.ended',
		'call.hangup',
		'call.initiated',
		'call.machine.detection.ended',
		'call.playback.ended',
		'call.recording.saved',
		'call.transcription',
		'fax.delivered',
		'fax.failed',
		'message.finalized',
		'message.read',
		'message.received',
		'message.sent',
	],
	secretFacts: { isMadeByPlatform: true },
});
