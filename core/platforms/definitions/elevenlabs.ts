import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'elevenlabs',
	name: 'ElevenLabs',
	description: 'ElevenLabs-Signature: t= and v0=, a hex HMAC of timestamp and body',
	searchWords: ['voice agents', 'post-call', 'transcripts'],
	category: 'ai',
	evidence: 'official page',
	source: 'https://elevenlabs.io/docs/eleven-api/resources/webhooks',
	scheme: {
		name: 'elevenlabs',
		signatureHeader: 'ElevenLabs-Signature',
		forms: [{ prefix: 'v0=', algorithm: 'hmac-sha256', encoding: 'hex' }],
		separator: ',',
		content: '{timestamp}.{body}',
		// 30 minutes, as @elevenlabs/elevenlabs-js@2.73.0 (wrapper/webhooks.js) allows
		timestamp: { signaturePart: 't=', unit: 's', toleranceSeconds: 1800 },
		secretFormat: 'text',
	},
	events: {
		example: { type: 'post_call_transcription' },
		type: [{ body: 'type' }],
		data: 'data',
		time: { body: 'event_timestamp' },
		duplicateKey: [{ digest: 'body' }],
	},
	setup: {
		menu: 'Settings → Webhooks',
		page: 'https://elevenlabs.io/docs/eleven-api/resources/webhooks',
		secret: { name: 'webhook secret', place: 'shown once when you create the webhook' },
		also: 'Select the webhook in the settings of the product that sends events, e.g. Agents Platform.',
	},
	usualTypes: [
		'call_initiation_failure',
		'post_call_audio',
		'post_call_transcription',
		'voice_removal_notice',
		'voice_removal_notice_withdrawn',
		'voice_removed',
	],
	secretFacts: { isMadeByPlatform: true },
});
