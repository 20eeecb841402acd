import { receiveOnlyPlatform } from '../receiveOnly';

import { standardWebhooksScheme } from './standardWebhooks';

export const platform = receiveOnlyPlatform({
	id: 'clerk',
	name: 'Clerk',
	description: 'svix-signature: v1, and a base64 HMAC of ID, timestamp and body',
	searchWords: ['users', 'sign-up', 'authentication'],
	category: 'dev',
	evidence: 'official library',
	source: 'https://clerk.com/docs/guides/development/webhooks/overview',
	scheme: standardWebhooksScheme('clerk', 'svix'),
	events: {
		example: { type: 'user.created' },
		type: [{ body: 'type' }],
		data: 'data',
		time: { body: 'timestamp' },
		duplicateKey: [{ header: 'svix-id' }],
	},
	setup: {
		menu: 'Clerk Dashboard → Webhooks → Add Endpoint',
		page: 'https://clerk.com/docs/guides/development/webhooks/overview',
		secret: {
			name: 'Signing Secret',
			place: 'on the endpoint’s page',
			format: 'begins with whsec_',
		},
	},
	// WebhookEvent of Clerk's own library (@clerk/backend@3.25.0)
	usualTypes: [
		'email.created',
		'organization.created',
		'organization.deleted',
		'organization.updated',
		'organizationInvitation.accepted',
		'organizationInvitation.created',
		'organizationMembership.created',
		'organizationMembership.deleted',
		'organizationMembership.updated',
		'paymentAttempt.updated',
		'session.created',
		'session.ended',
		'sms.created',
		'subscription.active',
		'subscription.created',
		'subscription.updated',
		'user.created',
		'user.deleted',
		'user.updated',
		'waitlistEntry.created',
	],
	secretFacts: { isMadeByPlatform: true, prefix: 'whsec_' },
});
