import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'smartsheet',
	name: 'Smartsheet',
	description: 'Smartsheet-Hmac-SHA256: a hex HMAC of the body',
	searchWords: ['sheets', 'rows'],
	category: 'docs',
	evidence: 'official page',
	source:
		'https://developers.smartsheet.com/api/smartsheet/guides/webhooks/webhook-callbacks#authenticating-callbacks-optional',
	scheme: {
		name: 'smartsheet',
		signatureHeader: 'Smartsheet-Hmac-SHA256',
		forms: [{ prefix: '', algorithm: 'hmac-sha256', encoding: 'hex' }],
		content: '{body}',
		secretFormat: 'text',
	},
	events: {
		example: { type: 'created' },
		// A list of events, which may have different types.
		type: [{ body: 'events.eventType' }],
		data: 'events',
		time: { body: 'timestamp' },
		duplicateKey: [{ body: 'nonce' }],
	},
	setup: {
		menu: 'the API: POST `/webhooks`, then PUT `/webhooks/{id}` with `"enabled": true`',
		page: 'https://developers.smartsheet.com/api/smartsheet/guides/webhooks/launch-a-webhook',
		secret: { name: 'sharedSecret', place: 'in the answer to POST `/webhooks`' },
		also: 'Publish the workflow before you enable the webhook, and keep it published: Smartsheet verifies the URL then and after every 100 callbacks, and this trigger answers.',
		test: 'Change a row of the sheet.',
	},
	// https://developers.smartsheet.com/api/smartsheet/guides/webhooks/webhook-callbacks#event-callbacks
	usualTypes: ['created', 'deleted', 'updated'],
	secretFacts: { isMadeByPlatform: true },
	handshakes: [
		{
			when: { challenge: { present: true }, events: null },
			requires: [{ header: 'Smartsheet-Hook-Challenge' }],
			isUnsigned: true,
			statusCode: 200,
			reply: { smartsheetHookResponse: '{header.Smartsheet-Hook-Challenge}' },
			headers: { 'Smartsheet-Hook-Response': '{header.Smartsheet-Hook-Challenge}' },
		},
	],
});
