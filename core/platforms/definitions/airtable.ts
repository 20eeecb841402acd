import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'airtable',
	name: 'Airtable',
	description: 'X-Airtable-Content-MAC: hmac-sha256= and a hex HMAC of the body',
	searchWords: ['bases', 'records'],
	category: 'docs',
	evidence: 'official page',
	source: 'https://airtable.com/developers/web/api/webhooks-overview',
	scheme: {
		name: 'airtable',
		signatureHeader: 'X-Airtable-Content-MAC',
		forms: [{ prefix: 'hmac-sha256=', algorithm: 'hmac-sha256', encoding: 'hex' }],
		content: '{body}',
		secretFormat: 'base64',
	},
	events: {
		// A request only says that a base has changed.
		type: [],
		time: { body: 'timestamp' },
		duplicateKey: [{ body: 'base.id' }, { body: 'webhook.id' }, { body: 'timestamp' }],
	},
	setup: {
		menu: 'POST /v0/bases/{baseId}/webhooks of the Airtable API',
		page: 'https://airtable.com/developers/web/api/create-a-webhook',
		secret: {
			name: 'macSecretBase64',
			place: 'which the request that creates the webhook returns once',
		},
		also: 'Fetch the changes with the endpoint "List webhook payloads": requests do not contain them.',
	},
	secretFacts: { isMadeByPlatform: true },
});
