import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'dialpad',
	name: 'Dialpad',
	description: 'The body is a JSON Web Token (HS256) whose claims are the event',
	category: 'voice',
	evidence: 'official page',
	searchWords: ['calls', 'SMS'],
	source: 'https://developers.dialpad.com/docs/webhooks',
	scheme: {
		kind: 'jwt',
		name: 'dialpad',
		place: { body: true },
		algorithms: ['HS256'],
		secretFormat: 'text',
		toleranceSeconds: 60,
	},
	events: {
		example: { type: 'hangup' },
		type: [{ body: 'state' }],
		// Dialpad documents no key, but a retry has the same claims.
		duplicateKey: [{ digest: 'body' }],
	},
	setup: {
		menu: 'the API: create a webhook with a secret, and an event subscription for it',
		page: 'https://developers.dialpad.com/docs/webhooks',
		secret: { name: 'secret', place: 'which you choose when you create the webhook' },
	},
	usualTypes: ['calling', 'connected', 'hangup', 'missed', 'ringing', 'voicemail'],
});
