import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'livekit',
	name: 'LiveKit',
	description: 'Authorization: a JSON Web Token (HS256) with the body’s SHA-256',
	category: 'ai',
	evidence: 'official page',
	searchWords: ['rooms', 'voice agents', 'egress'],
	source: 'https://docs.livekit.io/home/server/webhooks/',
	scheme: {
		kind: 'jwt',
		name: 'livekit',
		place: { header: 'Authorization' },
		algorithms: ['HS256'],
		secretFormat: 'text',
		maxAgeSeconds: 300,
		toleranceSeconds: 60,
		bodyHash: { claim: 'sha256', digest: 'sha256-base64' },
	},
	events: {
		example: { type: 'room_started' },
		type: [{ body: 'event' }],
		duplicateKey: [{ body: 'id' }],
	},
	setup: {
		menu: 'Settings → Webhooks',
		page: 'https://docs.livekit.io/home/server/webhooks/',
		secret: { name: 'API secret', place: 'of the API key that signs the webhook' },
	},
	usualTypes: [
		'egress_ended',
		'egress_started',
		'egress_updated',
		'ingress_ended',
		'ingress_started',
		'participant_joined',
		'participant_left',
		'room_finished',
		'room_started',
		'track_published',
		'track_unpublished',
	],
});
