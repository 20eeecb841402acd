import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'x',
	name: 'X (Twitter)',
	description: 'x-twitter-webhooks-signature: sha256= and a base64 HMAC of the body',
	searchWords: ['posts', 'account activity', 'Twitter'],
	category: 'social',
	evidence: 'official page',
	source: 'https://docs.x.com/x-api/webhooks/quickstart',
	scheme: {
		name: 'x',
		signatureHeader: 'x-twitter-webhooks-signature',
		forms: [{ prefix: 'sha256=', algorithm: 'hmac-sha256', encoding: 'base64' }],
		content: '{body}',
		secretFormat: 'text',
	},
	events: {
		// The name of a field is the type, e.g. tweet_create_events, beside the account's ID.
		type: [],
		duplicateKey: [{ digest: 'body' }],
	},
	setup: {
		menu: 'the API: POST `/2/webhooks` with `url`',
		page: 'https://docs.x.com/x-api/webhooks/quickstart',
		secret: {
			name: 'Consumer Secret',
			place: 'also named API Key Secret, under Keys and tokens of your app',
		},
		also: 'Publish the workflow first, and keep it published: X verifies the URL now and every hour, and this trigger answers with the first secret of the credential.',
		test: 'Do what you subscribed to with the account, for example post.',
	},
	secretFacts: { isMadeByPlatform: true },
	handshakes: [
		{
			method: 'GET',
			requires: [{ query: 'crc_token' }],
			isUnsigned: true,
			statusCode: 200,
			reply: { response_token: 'sha256={hmac-sha256-base64:query.crc_token}' },
		},
	],
});
