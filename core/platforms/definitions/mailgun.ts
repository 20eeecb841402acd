import { receiveOnlyPlatform } from '../receiveOnly';

const RETRIED_FOR_HOURS = 8;

export const platform = receiveOnlyPlatform({
	id: 'mailgun',
	name: 'Mailgun',
	description: 'signature.signature in the body: a hex HMAC of timestamp and token',
	searchWords: ['email'],
	category: 'comms',
	evidence: 'official page',
	source: 'https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/securing-webhooks',
	scheme: {
		name: 'mailgun',
		signatureField: 'signature.signature',
		forms: [{ prefix: '', algorithm: 'hmac-sha256', encoding: 'hex' }],
		content: '{timestamp}{body:signature.token}',
		// A retry has the signature of the first attempt.
		timestamp: {
			bodyField: 'signature.timestamp',
			unit: 's',
			toleranceSeconds: RETRIED_FOR_HOURS * 3600 + 600,
		},
		secretFormat: 'text',
	},
	events: {
		example: { type: 'delivered' },
		type: [{ body: 'event-data.event' }],
		data: 'event-data',
		time: { body: 'event-data.timestamp' },
		// The token is signed, and a retry has the same one. The data is not signed.
		duplicateKey: [{ body: 'signature.token' }],
	},
	retriedForHours: RETRIED_FOR_HOURS,
	setup: {
		menu: 'Send → Sending → Webhooks → Add webhook',
		page: 'https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/webhooks',
		secret: { name: 'HTTP webhook signing key', place: 'under API Security' },
	},
	usualTypes: [
		'accepted',
		'clicked',
		'complained',
		'delivered',
		'failed',
		'opened',
		'rejected',
		'stored',
		'unsubscribed',
	],
	secretFacts: { isMadeByPlatform: true },
});
