import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'hookdeck',
	name: 'Hookdeck',
	description: 'X-Hookdeck-Signature: a base64 HMAC of the body',
	category: 'dev',
	evidence: 'official page',
	source: 'https://hookdeck.com/docs/authentication#hookdeck-webhook-signature-verification',
	scheme: {
		name: 'hookdeck',
		signatureHeader: 'X-Hookdeck-Signature',
		// Sent in addition to the first one while the signing secret is rotated.
		additionalSignatureHeaders: ['X-Hookdeck-Signature-2'],
		forms: [{ prefix: '', algorithm: 'hmac-sha256', encoding: 'base64' }],
		content: '{body}',
		secretFormat: 'text',
	},
	events: {
		type: [{ body: 'type' }],
		duplicateKey: [{ header: 'X-Hookdeck-EventID' }],
	},
	setup: {
		menu: 'Connections → your connection → Destination',
		page: 'https://hookdeck.com/docs/authentication',
		secret: {
			name: 'Signing Secret',
			place: 'under Settings of the project, on the page of its API keys and secrets',
		},
		also: 'Keep the destination’s authentication on "Hookdeck Signature": other settings leave requests unsigned.',
	},
});
