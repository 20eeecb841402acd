import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'mandrill',
	name: 'Mailchimp Transactional',
	description: 'X-Mandrill-Signature: a base64 HMAC-SHA1 of the URL and the form’s fields',
	searchWords: ['Mandrill', 'email events'],
	category: 'comms',
	evidence: 'official page',
	source:
		'https://mailchimp.com/developer/transactional/guides/track-respond-activity-webhooks/#authenticating-webhook-requests',
	scheme: {
		name: 'mandrill',
		signatureHeader: 'X-Mandrill-Signature',
		forms: [{ prefix: '', algorithm: 'hmac-sha1', encoding: 'base64' }],
		content: '{url}{form}',
		secretFormat: 'text',
	},
	events: {
		example: { type: 'open' },
		// A list of events, which may have different types.
		type: [{ body: 'event' }],
		time: { body: 'ts' },
		duplicateKey: [{ digest: 'body' }],
	},
	setup: {
		menu: 'Settings → Webhooks → Add a Webhook',
		page: 'https://mailchimp.com/developer/transactional/guides/track-respond-activity-webhooks/',
		secret: { name: 'Key', place: 'in the Key column of the Webhooks page' },
		also: 'Publish the workflow first: the URL is checked with a HEAD request, and this trigger answers.',
		test: 'Click Send Test on the Webhooks page.',
	},
	// https://mailchimp.com/developer/transactional/docs/webhooks/#message-events
	usualTypes: [
		'click',
		'deferral',
		'delivered',
		'hard_bounce',
		'inbound',
		'open',
		'reject',
		'send',
		'soft_bounce',
		'spam',
		'unsub',
	],
	secretFacts: { isMadeByPlatform: true },
	formBodies: { jsonField: 'mandrill_events', isJsonFieldRequired: true },
	handshakes: [{ method: 'HEAD', isUnsigned: true, statusCode: 200 }],
});
