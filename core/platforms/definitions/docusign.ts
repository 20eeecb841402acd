import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'docusign',
	name: 'DocuSign Connect',
	description: 'X-DocuSign-Signature-1 and further ones: base64 HMACs of the body',
	searchWords: ['e-signature', 'envelopes'],
	category: 'docs',
	evidence: 'official page',
	source: 'https://developers.docusign.com/platform/webhooks/connect/validate/',
	scheme: {
		name: 'docusign',
		signatureHeader: 'X-DocuSign-Signature-1',
		// One header for each key of the account.
		additionalSignatureHeaders: [2, 3, 4, 5].map((number) => `X-DocuSign-Signature-${number}`),
		forms: [{ prefix: '', algorithm: 'hmac-sha256', encoding: 'base64' }],
		content: '{body}',
		secretFormat: 'text',
	},
	// https://developers.docusign.com/platform/webhooks/connect/json-sim-event-model
	events: {
		example: { type: 'envelope-completed' },
		type: [{ body: 'event' }],
		data: 'data',
		time: { body: 'generatedDateTime' },
		// retryCount changes with each retry, so the bytes do as well.
		duplicateKey: [{ body: 'event' }, { body: 'data.envelopeId' }, { body: 'generatedDateTime' }],
	},
	setup: {
		menu: 'Settings → Connect → Add Configuration → Custom',
		page: 'https://developers.docusign.com/platform/webhooks/connect/create-configuration-trigger-event',
		secret: { name: 'Secret Key', place: 'shown once when you add it on the tab Connect Keys' },
		also: 'Choose the data format REST v2.1 (JSON), send individual messages, and select "Include HMAC Signature".',
	},
	usualTypes: [
		'envelope-completed',
		'envelope-created',
		'envelope-declined',
		'envelope-delivered',
		'envelope-sent',
		'envelope-voided',
		'recipient-authenticationfailed',
		'recipient-autoresponded',
		'recipient-completed',
		'recipient-declined',
		'recipient-delivered',
		'recipient-sent',
	],
	secretFacts: { isMadeByPlatform: true },
});
