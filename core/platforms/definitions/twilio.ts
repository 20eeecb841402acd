import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'twilio',
	name: 'Twilio',
	description: 'X-Twilio-Signature: a base64 HMAC-SHA1 of the URL and the form’s fields',
	searchWords: ['SMS webhooks'],
	category: 'comms',
	evidence: 'official vector',
	source: 'https://www.twilio.com/docs/usage/webhooks/webhooks-security',
	scheme: {
		name: 'twilio',
		signatureHeader: 'X-Twilio-Signature',
		forms: [{ prefix: '', algorithm: 'hmac-sha1', encoding: 'base64' }],
		content: '{url}{form}',
		secretFormat: 'text',
		bodyDigestParameter: 'bodySHA256',
		portMayDiffer: true,
	},
	events: {
		example: { type: 'delivered' },
		type: [{ body: 'MessageStatus' }, { body: 'SmsStatus' }, { body: 'CallStatus' }],
		duplicateKey: [{ header: 'I-Twilio-Idempotency-Token' }],
	},
	setup: {
		menu: 'Phone Numbers → Manage → Active numbers → your number',
		page: 'https://www.twilio.com/docs/usage/webhooks/getting-started-twilio-webhooks',
		secret: { name: 'Auth Token', place: 'under Account Info in the Console: the primary one' },
		also: 'Twilio signs the URL that it calls: if n8n is behind a proxy, set the option "Public URL" to that URL.',
		test: 'Send a text message to the number.',
	},
	// MessageStatus and CallStatus of Twilio's own SDK (twilio@6.3.1), and the call progress event initiated, which calls
	// back with the status of that name
	usualTypes: [
		'accepted',
		'busy',
		'canceled',
		'completed',
		'delivered',
		'failed',
		'in-progress',
		'initiated',
		'no-answer',
		'queued',
		'read',
		'received',
		'ringing',
		'sending',
		'sent',
		'undelivered',
	],
	// https://www.twilio.com/docs/glossary/what-is-a-sid
	secretFacts: {
		isMadeByPlatform: true,
		others: [
			{ prefix: 'AC', length: 34, name: 'Account SIDs' },
			{ prefix: 'SK', length: 34, name: 'API key SIDs' },
		],
	},
	formBodies: {},
	// Twilio runs the reply as TwiML, and sends any other text to the sender of a message
	// (https://www.twilio.com/docs/messaging/guides/webhook-request).
	acceptedReplies: [
		{ statusCode: 200, body: '<Response></Response>', contentType: 'text/xml; charset=utf-8' },
	],
});
