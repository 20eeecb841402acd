import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'github',
	name: 'GitHub',
	description: 'X-Hub-Signature-256: sha256= and a hex HMAC of the body',
	source: 'https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries',
	scheme: {
		name: 'github',
		signatureHeader: 'X-Hub-Signature-256',
		forms: [{ prefix: 'sha256=', algorithm: 'hmac-sha256', encoding: 'hex' }],
		content: '{body}',
		secretFormat: 'text',
	},
	events: {
		type: [{ header: 'X-GitHub-Event' }],
		duplicateKey: [{ header: 'X-GitHub-Delivery' }],
	},
	formBodies: { jsonField: 'payload' },
});
