import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'wix',
	name: 'Wix',
	description: 'The body is a JSON Web Token (RS256) whose claim data is the event',
	category: 'commerce',
	evidence: 'official page',
	searchWords: ['sites', 'apps'],
	source: 'https://dev.wix.com/docs/rest/articles/getting-started/webhooks',
	scheme: {
		kind: 'jwt',
		name: 'wix',
		place: { body: true },
		algorithms: ['RS256'],
		secretFormat: 'publicKey',
		maxAgeSeconds: 300,
		toleranceSeconds: 60,
		payloadClaim: 'data',
	},
	events: {
		example: { type: 'OrderEvent' },
		type: [{ body: 'eventType' }],
		data: 'data',
		// Wix documents no key for all events, but a retry has the same data.
		duplicateKey: [{ digest: 'body' }],
	},
	setup: {
		menu: 'Custom Apps → your app → Webhooks',
		page: 'https://dev.wix.com/docs/build-apps/develop-your-app/access/authentication/verify-requests-received-from-wix',
		secret: {
			name: 'public key',
			place: 'which "Get Public Key" shows on the app’s page Webhooks',
		},
	},
});
