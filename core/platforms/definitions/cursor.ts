import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'cursor',
	name: 'Cursor Cloud Agents',
	description: 'X-Webhook-Signature: sha256= and a hex HMAC of the body',
	searchWords: ['agents', 'coding'],
	category: 'agents',
	evidence: 'official page',
	source: 'https://cursor.com/docs/cloud-agent/api/webhooks',
	scheme: {
		name: 'cursor',
		signatureHeader: 'X-Webhook-Signature',
		forms: [{ prefix: 'sha256=', algorithm: 'hmac-sha256', encoding: 'hex' }],
		content: '{body}',
		secretFormat: 'text',
	},
	events: {
		example: { type: 'statusChange' },
		type: [{ body: 'event' }],
		time: { body: 'timestamp' },
		// The X-Webhook-ID identifies a delivery. The page does not say that a retry has the same one.
		duplicateKey: [{ digest: 'body' }],
	},
	setup: {
		menu: 'the webhook field of the request to Cursor’s API that creates the agent',
		page: 'https://cursor.com/docs/cloud-agent/api/webhooks',
		secret: { name: 'secret', place: 'which you choose in that request' },
	},
	usualTypes: ['statusChange'],
});
