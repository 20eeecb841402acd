import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'exa',
	name: 'Exa',
	description: 'Exa-Signature: t= and v1=, a hex HMAC of timestamp and body',
	searchWords: ['Websets', 'search', 'monitors'],
	category: 'ai',
	evidence: 'official page',
	source: 'https://exa.ai/docs/websets/api/webhooks/verifying-signatures',
	scheme: {
		name: 'exa',
		signatureHeader: 'Exa-Signature',
		forms: [{ prefix: 'v1=', algorithm: 'hmac-sha256', encoding: 'hex' }],
		separator: ',',
		content: '{timestamp}.{body}',
		timestamp: { signaturePart: 't=', unit: 's', toleranceSeconds: 300 },
		secretFormat: 'text',
	},
	events: {
		example: { type: 'webset.idle' },
		type: [{ body: 'type' }],
		data: 'data',
		time: { body: 'createdAt' },
		duplicateKey: [{ body: 'id' }],
	},
	setup: {
		menu: 'POST /websets/v0/webhooks of the Exa API',
		page: 'https://exa.ai/docs/websets/api/webhooks/create-a-webhook',
		secret: { name: 'secret', place: 'which the request that creates the webhook returns once' },
	},
	// https://exa.ai/docs/websets/api/events/types
	usualTypes: [
		'webset.created',
		'webset.deleted',
		'webset.idle',
		'webset.item.created',
		'webset.item.enriched',
		'webset.paused',
		'webset.search.canceled',
		'webset.search.completed',
		'webset.search.created',
		'webset.search.updated',
	],
	secretFacts: { isMadeByPlatform: true },
});
