import { receiveOnlyPlatform } from '../receiveOnly';

const DAY_SECONDS = 24 * 3600;

export const platform = receiveOnlyPlatform({
	id: 'sendgrid',
	name: 'SendGrid Event Webhook',
	description:
		'X-Twilio-Email-Event-Webhook-Signature: a base64 ECDSA signature of timestamp and body',
	searchWords: ['email', 'Twilio'],
	category: 'comms',
	evidence: 'official vector',
	source:
		'https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features',
	scheme: {
		name: 'sendgrid',
		signatureHeader: 'X-Twilio-Email-Event-Webhook-Signature',
		forms: [{ prefix: '', algorithm: 'ecdsa-p256', encoding: 'base64' }],
		content: '{timestamp}{body}',
		// SendGrid documents no tolerance. It retries for a day, and does not say whether with a new time.
		timestamp: {
			header: 'X-Twilio-Email-Event-Webhook-Timestamp',
			unit: 's',
			toleranceSeconds: DAY_SECONDS + 300,
		},
		secretFormat: 'publicKey',
	},
	events: {
		example: { type: 'delivered' },
		// A request contains a list of events.
		type: [{ body: 'event' }],
		time: { body: 'timestamp' },
		duplicateKey: [{ body: 'sg_event_id' }],
	},
	retriedForHours: 24,
	setup: {
		menu: 'Settings → Mail Settings → Event Webhooks → Create new webhook',
		page: 'https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook',
		secret: {
			name: 'Verification Key',
			place: 'shown when you enable Signed Event Webhook under Security features',
			format: 'begins with MFkw',
		},
	},
	usualTypes: [
		'bounce',
		'click',
		'deferred',
		'delivered',
		'dropped',
		'group_resubscribe',
		'group_unsubscribe',
		'open',
		'processed',
		'spamreport',
		'unsubscribe',
	],
	secretFacts: { isMadeByPlatform: true },
});
