import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'linear',
	name: 'Linear',
	description: 'Linear-Signature: a hex HMAC of the body, which contains the timestamp',
	source: 'https://linear.app/developers/webhooks#securing-webhooks',
	scheme: {
		name: 'linear',
		signatureHeader: 'Linear-Signature',
		forms: [{ prefix: '', algorithm: 'hmac-sha256', encoding: 'hex' }],
		content: '{body}',
		timestamp: { bodyField: 'webhookTimestamp', unit: 'ms', toleranceSeconds: 60 },
		secretFormat: 'text',
	},
	events: {
		type: [{ header: 'Linear-Event' }],
		data: 'data',
		time: { body: 'createdAt' },
		duplicateKey: [{ header: 'Linear-Delivery' }],
	},
});
