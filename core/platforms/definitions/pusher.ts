import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'pusher',
	name: 'Pusher Channels',
	description: 'X-Pusher-Signature: a hex HMAC of the body',
	searchWords: ['presence', 'realtime'],
	category: 'dev',
	evidence: 'official page',
	source: 'https://pusher.com/docs/channels/server_api/webhooks/',
	scheme: {
		name: 'pusher',
		signatureHeader: 'X-Pusher-Signature',
		forms: [{ prefix: '', algorithm: 'hmac-sha256', encoding: 'hex' }],
		content: '{body}',
		secretFormat: 'text',
	},
	events: {
		example: { type: 'channel_occupied' },
		// A request contains a list of events.
		type: [{ body: 'events.name' }],
		time: { body: 'time_ms' },
		// Pusher documents no key, but a retry has the same bytes.
		duplicateKey: [{ digest: 'body' }],
	},
	setup: {
		menu: 'your app → Webhooks',
		page: 'https://pusher.com/docs/channels/server_api/webhooks/',
		secret: { name: 'secret', place: 'on the app’s App Keys page' },
	},
	usualTypes: [
		'cache_miss',
		'channel_occupied',
		'channel_vacated',
		'client_event',
		'member_added',
		'member_removed',
		'subscription_count',
	],
	secretFacts: { isMadeByPlatform: true },
});
