import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'cloudflare-stream',
	name: 'Cloudflare Stream',
	description: 'Webhook-Signature: time= and sig1=, a hex HMAC of timestamp and body',
	searchWords: ['video', 'streaming'],
	category: 'cloud',
	evidence: 'official page',
	source: 'https://developers.cloudflare.com/stream/manage-video-library/using-webhooks/',
	scheme: {
		name: 'cloudflare-stream',
		signatureHeader: 'Webhook-Signature',
		forms: [{ prefix: 'sig1=', algorithm: 'hmac-sha256', encoding: 'hex' }],
		separator: ',',
		content: '{timestamp}.{body}',
		timestamp: { signaturePart: 'time=', unit: 's', toleranceSeconds: 300 },
		secretFormat: 'text',
	},
	events: {
		example: { type: 'ready' },
		type: [{ body: 'status.state' }],
		// A video ends its processing only once.
		duplicateKey: [{ digest: 'body' }],
	},
	setup: {
		menu: 'the stream/webhook endpoint of Cloudflare’s API',
		page: 'https://developers.cloudflare.com/stream/manage-video-library/using-webhooks/',
		secret: { name: 'secret', place: 'in the API’s response when you set the URL' },
	},
	usualTypes: ['error', 'ready'],
	secretFacts: { isMadeByPlatform: true },
});
