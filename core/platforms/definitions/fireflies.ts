import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'fireflies',
	name: 'Fireflies.ai',
	description: 'X-Hub-Signature: sha256= and a hex HMAC of the body',
	searchWords: ['meetings', 'transcripts'],
	category: 'ai',
	evidence: 'official page',
	source: 'https://docs.fireflies.ai/graphql-api/webhooks-v2',
	scheme: {
		name: 'fireflies',
		signatureHeader: 'X-Hub-Signature',
		forms: [{ prefix: 'sha256=', algorithm: 'hmac-sha256', encoding: 'hex' }],
		content: '{body}',
		secretFormat: 'text',
	},
	events: {
		example: { type: 'meeting.transcribed' },
		// Webhooks V2, and the older ones.
		type: [{ body: 'event' }, { body: 'eventType' }],
		time: { body: 'timestamp' },
		// Fireflies documents no key, but a retry has the same bytes.
		duplicateKey: [{ digest: 'body' }],
	},
	setup: {
		menu: 'Settings → Developer settings → Webhooks V2',
		page: 'https://docs.fireflies.ai/graphql-api/webhooks-v2',
		secret: { name: 'Signing Secret', place: 'which you choose when you add the webhook' },
	},
	usualTypes: ['meeting.bot_joined', 'meeting.summarized', 'meeting.transcribed'],
});
