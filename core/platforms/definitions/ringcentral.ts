import { HEADER_TOKEN } from '../authentication';
import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'ringcentral',
	name: 'RingCentral',
	description: 'Verification-Token: the token of the subscription',
	searchWords: ['calls', 'SMS'],
	category: 'voice',
	evidence: 'official page',
	source: 'https://developers.ringcentral.com/guide/notifications/webhooks/receiving',
	authentication: HEADER_TOKEN,
	// The guide names the second header, its API reference the first.
	headerToken: { names: ['Verification-Token', 'Validation-Token'] },
	events: {
		// The filter that the event matched, with the IDs of account and extension.
		type: [{ body: 'event' }],
		data: 'body',
		time: { body: 'timestamp' },
		duplicateKey: [{ body: 'uuid' }],
	},
	setup: {
		menu: 'the API: POST `/restapi/v1.0/subscription` with `deliveryMode`',
		page: 'https://developers.ringcentral.com/guide/notifications/webhooks/creating-webhooks',
		secret: { name: 'verificationToken', place: 'which you choose in `deliveryMode`' },
		also: 'Publish the workflow first: RingCentral verifies the URL as you subscribe, and this trigger answers.',
		test: 'Do what you subscribed to, for example send an SMS to the extension.',
	},
	handshakes: [
		{
			when: { event: null, uuid: null },
			requires: [{ header: 'Validation-Token' }],
			isUnsigned: true,
			statusCode: 200,
			headers: { 'Validation-Token': '{header.Validation-Token}' },
		},
	],
});
