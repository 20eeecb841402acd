import { UNSIGNED } from '../authentication';
import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'postmark',
	name: 'Postmark',
	description: 'no signature: a user and a password, or headers, that you enter at the webhook',
	searchWords: ['email'],
	category: 'comms',
	evidence: 'official page',
	source: 'https://postmarkapp.com/developer/webhooks/webhooks-overview',
	authentication: UNSIGNED,
	events: {
		example: { type: 'Delivery' },
		type: [{ body: 'RecordType' }],
		// A message may be opened and clicked several times; a retry has the same bytes.
		duplicateKey: [{ digest: 'body' }],
	},
	setup: {
		menu: 'your server → your message stream → Webhooks → Add webhook',
		page: 'https://postmarkapp.com/developer/webhooks/webhooks-overview',
		secret: { name: 'Basic auth credentials', place: 'or custom headers, of the webhook' },
	},
	usualTypes: [
		'Bounce',
		'Click',
		'Delivery',
		'Inbound',
		'Open',
		'SpamComplaint',
		'SubscriptionChange',
	],
});
