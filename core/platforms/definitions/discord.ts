import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'discord',
	name: 'Discord',
	description: 'X-Signature-Ed25519: a hex Ed25519 signature of timestamp and body',
	source:
		'https://docs.discord.com/developers/interactions/overview#setting-up-an-endpoint-validating-security-request-headers',
	scheme: {
		name: 'discord',
		signatureHeader: 'X-Signature-Ed25519',
		forms: [{ prefix: '', algorithm: 'ed25519', encoding: 'hex' }],
		content: '{timestamp}{body}',
		timestamp: { header: 'X-Signature-Timestamp', unit: 's', toleranceSeconds: 300 },
		secretFormat: 'publicKeyHex',
	},
	events: {
		type: [{ body: 'event.type' }, { body: 'data.name' }],
		data: 'event.data',
		time: { body: 'event.timestamp' },
		// Interactions have an ID; webhook events have none.
		duplicateKey: [{ digest: 'body' }],
	},
	handshakes: [
		// A ping to an interactions endpoint has type 1, and one to a webhook events endpoint has type 0.
		// Webhook events have type 1 too, but also an event.
		{ when: { type: 1, event: null }, statusCode: 200, reply: { type: 1 } },
		{ when: { type: 0, event: null }, statusCode: 204 },
	],
});
