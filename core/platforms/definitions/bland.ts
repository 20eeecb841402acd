import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'bland',
	name: 'Bland AI',
	description: 'X-Webhook-Signature: a hex HMAC of the body',
	searchWords: ['phone agents', 'calls'],
	category: 'ai',
	evidence: 'official page',
	source: 'https://docs.bland.ai/tutorials/webhook-signing',
	scheme: {
		name: 'bland',
		signatureHeader: 'X-Webhook-Signature',
		forms: [{ prefix: '', algorithm: 'hmac-sha256', encoding: 'hex' }],
		content: '{body}',
		secretFormat: 'text',
	},
	// Bland documents no event type and no ID of a delivery.
	events: { type: [], duplicateKey: [{ digest: 'body' }] },
	setup: {
		menu: 'the field "webhook" of the request that starts a call',
		page: 'https://docs.bland.ai/tutorials/webhook-signing',
		secret: {
			name: 'webhook signing secret',
			place: 'shown once when you click Replace Secret in Account Settings → Keys',
		},
	},
	secretFacts: { isMadeByPlatform: true },
});
