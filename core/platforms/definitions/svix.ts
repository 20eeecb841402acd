import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'svix',
	name: 'Svix',
	description: 'svix-id, svix-timestamp and svix-signature',
	source: 'https://docs.svix.com/receiving/verifying-payloads/how-manual',
	scheme: {
		name: 'svix',
		signatureHeader: 'svix-signature',
		forms: [
			{ prefix: 'v1,', algorithm: 'hmac-sha256', encoding: 'base64' },
			{ prefix: 'v1a,', algorithm: 'ed25519', encoding: 'base64' },
		],
		separator: ' ',
		content: '{id}.{timestamp}.{body}',
		idHeader: 'svix-id',
		timestamp: { header: 'svix-timestamp', unit: 's', toleranceSeconds: 300 },
		secretFormat: 'standardWebhooks',
	},
	events: {
		type: [{ body: 'type' }],
		data: 'data',
		time: { body: 'timestamp' },
		duplicateKey: [{ header: 'svix-id' }],
	},
});
