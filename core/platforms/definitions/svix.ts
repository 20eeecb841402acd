import { receiveOnlyPlatform } from '../receiveOnly';

import { standardWebhooksScheme, SVIX_REGISTRATION } from './standardWebhooks';

export const platform = receiveOnlyPlatform({
	id: 'svix',
	name: 'Svix',
	description: 'svix-id, svix-timestamp and svix-signature',
	category: 'dev',
	evidence: 'official vector',
	source: 'https://docs.svix.com/receiving/verifying-payloads/how-manual',
	scheme: standardWebhooksScheme('svix', 'svix'),
	events: {
		type: [{ body: 'type' }],
		data: 'data',
		time: { body: 'timestamp' },
		duplicateKey: [{ header: 'svix-id' }],
	},
	setup: {
		menu: 'Endpoints → Add Endpoint, in the portal that the sender gives you',
		page: 'https://docs.svix.com/receiving/using-app-portal/adding-endpoints',
		secret: {
			name: 'Signing Secret',
			place: 'on the endpoint’s page',
			format: 'begins with whsec_',
		},
		test: 'On the endpoint’s Testing tab, click "Send Example".',
	},
	registration: { ...SVIX_REGISTRATION, baseUrl: 'https://api.eu.svix.com' },
	// https://github.com/vercel/next-forge/blob/main/packages/webhooks/keys.ts
	secretFacts: {
		others: [
			{ prefix: 'testsk_', name: 'API keys' },
			{ prefix: 'sk_', name: 'API keys' },
		],
	},
});
