import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'dropbox',
	name: 'Dropbox',
	description: 'X-Dropbox-Signature: a hex HMAC of the body',
	searchWords: ['file changes'],
	category: 'docs',
	evidence: 'official page',
	source: 'https://www.dropbox.com/developers/reference/webhooks#notifications',
	scheme: {
		name: 'dropbox',
		signatureHeader: 'X-Dropbox-Signature',
		forms: [{ prefix: '', algorithm: 'hmac-sha256', encoding: 'hex' }],
		content: '{body}',
		secretFormat: 'text',
	},
	events: {
		// A notification names the accounts whose files changed, and no type.
		type: [],
		data: 'list_folder',
		// The next change of the same accounts has the same body, so nothing tells it from a duplicate.
		duplicateKey: [],
	},
	setup: {
		menu: 'App Console → your app → Settings → Webhooks',
		page: 'https://www.dropbox.com/developers/reference/webhooks',
		secret: { name: 'App secret', place: 'on the app’s Settings page' },
		also: 'Publish the workflow first: Dropbox verifies the URL as you add it, and this trigger answers.',
		test: 'Change a file of an account that is connected to the app.',
	},
	secretFacts: { isMadeByPlatform: true },
	handshakes: [
		{
			method: 'GET',
			requires: [{ query: 'challenge' }],
			isUnsigned: true,
			statusCode: 200,
			reply: { text: '{query.challenge}' },
		},
	],
});
