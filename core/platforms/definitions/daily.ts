import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'daily',
	name: 'Daily',
	description: 'X-Webhook-Signature: a base64 HMAC of timestamp and body',
	searchWords: ['video', 'calls', 'recordings'],
	category: 'voice',
	evidence: 'official page',
	source: 'https://docs.daily.co/reference/rest-api/webhooks',
	scheme: {
		name: 'daily',
		signatureHeader: 'X-Webhook-Signature',
		forms: [{ prefix: '', algorithm: 'hmac-sha256', encoding: 'base64' }],
		// No page that was read tells the unit of the time, so its age is not checked.
		content: '{header:X-Webhook-Timestamp}.{body}',
		secretFormat: 'base64',
	},
	events: {
		example: { type: 'recording.ready-to-download' },
		type: [{ body: 'type' }],
		data: 'payload',
		time: { body: 'event_ts' },
		duplicateKey: [{ body: 'id' }],
	},
	// Daily checks the URL before the webhook has a secret.
	handshakes: [{ when: { test: 'test' }, isUnsigned: true, statusCode: 200 }],
	setup: {
		menu: 'the Create Webhook endpoint of Daily’s API',
		page: 'https://docs.daily.co/reference/rest-api/webhooks',
		secret: {
			name: 'hmac',
			place: 'in the API’s response, unless you choose one',
			format: 'is base64',
		},
		also: 'Publish the workflow before you create the webhook: Daily then checks the URL, and this trigger answers.',
	},
	usualTypes: [
		'meeting.ended',
		'meeting.started',
		'participant.joined',
		'participant.left',
		'recording.error',
		'recording.ready-to-download',
		'recording.started',
		'streaming.ended',
		'streaming.error',
		'streaming.started',
		'transcript.error',
		'transcript.ready-to-download',
		'transcript.started',
		'waiting-participant.joined',
		'waiting-participant.left',
	],
});
