import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'netlify',
	name: 'Netlify',
	description: 'X-Webhook-Signature: a JSON Web Token (HS256) with the body’s SHA-256',
	category: 'dev',
	evidence: 'official page',
	searchWords: ['deploys'],
	source: 'https://docs.netlify.com/deploy/deploy-notifications/',
	scheme: {
		kind: 'jwt',
		name: 'netlify',
		place: { header: 'X-Webhook-Signature' },
		algorithms: ['HS256'],
		secretFormat: 'text',
		issuer: 'netlify',
		toleranceSeconds: 60,
		bodyHash: { claim: 'sha256', digest: 'sha256-hex' },
	},
	events: {
		example: { type: 'ready' },
		type: [{ body: 'state' }],
		time: { body: 'updated_at' },
		// A deploy that is locked has the ID and the state that it had before.
		duplicateKey: [{ digest: 'body' }],
	},
	setup: {
		menu: 'Project configuration → Notifications → Emails and webhooks → Deploy notifications → Add notification → HTTP POST request',
		page: 'https://docs.netlify.com/deploy/deploy-notifications/',
		secret: { name: 'JWS secret token', place: 'which you choose when you add the notification' },
	},
	usualTypes: ['building', 'error', 'ready'],
});
