import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'calendly',
	name: 'Calendly',
	description: 'Calendly-Webhook-Signature: t= and v1=, a hex HMAC of timestamp and body',
	category: 'forms',
	evidence: 'official page',
	source: 'https://developer.calendly.com/api-docs/overview/webhooks/webhook-signatures',
	scheme: {
		name: 'calendly',
		signatureHeader: 'Calendly-Webhook-Signature',
		forms: [{ prefix: 'v1=', algorithm: 'hmac-sha256', encoding: 'hex' }],
		separator: ',',
		content: '{timestamp}.{body}',
		// The tolerance of Calendly's own example.
		timestamp: { signaturePart: 't=', unit: 's', toleranceSeconds: 180 },
		secretFormat: 'text',
	},
	events: {
		example: { type: 'invitee.created' },
		type: [{ body: 'event' }],
		data: 'payload',
		time: { body: 'created_at' },
		// Calendly documents no key, but a retry has the same bytes.
		duplicateKey: [{ digest: 'body' }],
	},
	setup: {
		menu: 'the request POST /webhook_subscriptions of Calendly’s API',
		page: 'https://developer.calendly.com/docs/webhooks/overview',
		secret: {
			name: 'signing key',
			place:
				'which you send as signing_key when you create the subscription, or which Calendly made for your OAuth app',
		},
		also: 'Without a signing key, Calendly does not sign.',
	},
	usualTypes: [
		'invitee.canceled',
		'invitee.created',
		'invitee_no_show.created',
		'invitee_no_show.deleted',
		'routing_form_submission.created',
	],
});
