import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'xero',
	name: 'Xero',
	description: 'x-xero-signature: a base64 HMAC of the body',
	searchWords: ['accounting', 'invoices'],
	category: 'finance',
	evidence: 'official page',
	source: 'https://developer.xero.com/documentation/guides/webhooks/overview/',
	// https://github.com/XeroAPI/Xero-NetStandard-Webhooks-Receiver, Controllers/WebhooksController.cs
	scheme: {
		name: 'xero',
		signatureHeader: 'x-xero-signature',
		forms: [{ prefix: '', algorithm: 'hmac-sha256', encoding: 'base64' }],
		content: '{body}',
		secretFormat: 'text',
	},
	events: {
		example: { type: 'INVOICE.UPDATE' },
		// A request contains a list of events.
		type: [{ joined: [{ body: 'events.eventCategory' }, { body: 'events.eventType' }], with: '.' }],
		data: 'events',
		time: { body: 'events.eventDateUtc' },
		duplicateKey: [{ digest: 'body' }],
	},
	setup: {
		menu: 'My Apps → your app → Webhooks',
		page: 'https://developer.xero.com/documentation/guides/webhooks/overview/',
		secret: { name: 'Webhooks key', place: 'on the app’s Webhooks page' },
		also: 'Publish the workflow before you save the URL: Xero then checks that bad signatures are rejected.',
	},
	usualTypes: [
		'CONTACT.CREATE',
		'CONTACT.UPDATE',
		'CREDITNOTE.CREATE',
		'CREDITNOTE.UPDATE',
		'INVOICE.CREATE',
		'INVOICE.UPDATE',
		'SUBSCRIPTION.CREATE',
		'SUBSCRIPTION.UPDATE',
	],
	secretFacts: { isMadeByPlatform: true },
	// The check of the URL, "intent to receive", has a list without events. Xero signs some of these requests badly.
	handshakes: [
		{ when: { entropy: { present: true }, 'events.eventCategory': null }, statusCode: 200 },
	],
});
