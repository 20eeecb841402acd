import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'twilio',
	name: 'Twilio',
	description: 'X-Twilio-Signature: a base64 HMAC-SHA1 of the URL and the form’s fields',
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
		type: [{ body: 'MessageStatus' }, { body: 'SmsStatus' }, { body: 'CallStatus' }],
		duplicateKey: [{ header: 'I-Twilio-Idempotency-Token' }],
	},
	formBodies: {},
});
