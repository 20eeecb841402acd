import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'zoom',
	name: 'Zoom',
	description: 'x-zm-signature: v0= and a hex HMAC of timestamp and body',
	source: 'https://developers.zoom.us/docs/api/webhooks/#verify-webhook-events',
	scheme: {
		name: 'zoom',
		signatureHeader: 'x-zm-signature',
		forms: [{ prefix: 'v0=', algorithm: 'hmac-sha256', encoding: 'hex' }],
		content: 'v0:{timestamp}:{body}',
		timestamp: { header: 'x-zm-request-timestamp', unit: 's', toleranceSeconds: 300 },
		secretFormat: 'text',
	},
	events: {
		type: [{ body: 'event' }],
		data: 'payload',
		time: { body: 'event_ts' },
		// Zoom documents no key, but a retry has the same bytes.
		duplicateKey: [{ digest: 'body' }],
	},
	handshakes: [
		{
			when: { event: 'endpoint.url_validation' },
			statusCode: 200,
			reply: {
				plainToken: '{body.payload.plainToken}',
				encryptedToken: '{hmac-sha256-hex:payload.plainToken}',
			},
		},
	],
});
