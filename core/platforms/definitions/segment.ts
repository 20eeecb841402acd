import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'segment',
	name: 'Segment (Webhooks Destination)',
	description: 'X-Signature: a hex HMAC-SHA1 of the body',
	searchWords: ['Twilio Segment', 'customer data', 'track'],
	category: 'marketing',
	evidence: 'official page',
	source: 'https://www.twilio.com/docs/segment/connections/destinations/catalog/actions-webhook',
	scheme: {
		name: 'segment',
		signatureHeader: 'X-Signature',
		forms: [{ prefix: '', algorithm: 'hmac-sha1', encoding: 'hex' }],
		content: '{body}',
		secretFormat: 'text',
	},
	events: {
		example: { type: 'track' },
		type: [{ body: 'type' }],
		time: { body: 'timestamp' },
		duplicateKey: [{ body: 'messageId' }],
	},
	setup: {
		menu: 'Connections → Catalog → Webhooks (Actions) → Configure',
		page: 'https://www.twilio.com/docs/segment/connections/destinations/catalog/actions-webhook',
		secret: {
			name: 'Shared secret',
			place: 'which you choose under Settings → Advanced Settings of the destination',
		},
		also: 'Leave batching off: in a batch, the signature covers only the first event.',
	},
	usualTypes: ['alias', 'group', 'identify', 'page', 'screen', 'track'],
});
