import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'logto',
	name: 'Logto',
	description: 'logto-signature-sha-256: a hex HMAC of the body',
	searchWords: ['users', 'sign-in'],
	category: 'dev',
	evidence: 'official page',
	source: 'https://docs.logto.io/developers/webhooks/secure-webhooks',
	scheme: {
		name: 'logto',
		signatureHeader: 'logto-signature-sha-256',
		forms: [{ prefix: '', algorithm: 'hmac-sha256', encoding: 'hex' }],
		content: '{body}',
		secretFormat: 'text',
	},
	// https://docs.logto.io/developers/webhooks/webhooks-request
	events: {
		example: { type: 'PostSignIn' },
		type: [{ body: 'event' }],
		// Events of users that sign in have no field for their data.
		data: 'data',
		time: { body: 'createdAt' },
		// Logto documents no key, but a retry has the same bytes.
		duplicateKey: [{ digest: 'body' }],
	},
	setup: {
		menu: 'Logto Console → Webhooks',
		page: 'https://docs.logto.io/developers/webhooks/configure-webhooks',
		secret: { name: 'signing key', place: 'on the webhook’s details page' },
	},
	// https://docs.logto.io/developers/webhooks/webhooks-events
	usualTypes: [
		'Organization.Created',
		'Organization.Data.Updated',
		'Organization.Deleted',
		'Organization.Membership.Updated',
		'PostRegister',
		'PostResetPassword',
		'PostSignIn',
		'User.Created',
		'User.Data.Updated',
		'User.Deleted',
		'User.SuspensionStatus.Updated',
	],
	secretFacts: { isMadeByPlatform: true },
});
