import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'vonage',
	name: 'Vonage',
	description: 'Authorization: a JSON Web Token (HS256) with the body’s SHA-256',
	category: 'voice',
	evidence: 'official page',
	searchWords: ['Nexmo', 'Messages API', 'Voice API'],
	source: 'https://developer.vonage.com/en/getting-started/concepts/webhooks',
	scheme: {
		kind: 'jwt',
		name: 'vonage',
		place: { header: 'Authorization', prefix: 'Bearer' },
		algorithms: ['HS256'],
		secretFormat: 'text',
		maxAgeSeconds: 300,
		toleranceSeconds: 60,
		bodyHash: { claim: 'payload_hash', digest: 'sha256-hex' },
	},
	events: {
		example: { type: 'delivered' },
		type: [{ body: 'status' }, { body: 'message_type' }],
		time: { body: 'timestamp' },
		// A message has one ID and several states, and a retry has the same bytes.
		duplicateKey: [{ digest: 'body' }],
	},
	setup: {
		menu: 'Applications → your application → Edit → Capabilities',
		page: 'https://developer.vonage.com/en/getting-started/concepts/webhooks',
		secret: { name: 'Signature secret', place: 'on the page API Settings of the dashboard' },
		also: 'Choose POST as the method of the webhooks.',
	},
	usualTypes: ['answered', 'completed', 'delivered', 'read', 'rejected', 'submitted', 'text'],
});
