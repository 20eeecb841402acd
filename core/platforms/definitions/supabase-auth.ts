import { receiveOnlyPlatform } from '../receiveOnly';

import { standardWebhooksScheme } from './standardWebhooks';

export const platform = receiveOnlyPlatform({
	id: 'supabase-auth',
	name: 'Supabase Auth Hooks',
	description: 'webhook-signature: v1, and a base64 HMAC of ID, timestamp and body',
	searchWords: ['sign-up', 'authentication', 'email'],
	category: 'dev',
	evidence: 'official library',
	source: 'https://supabase.com/docs/guides/auth/auth-hooks',
	scheme: {
		...standardWebhooksScheme('supabase-auth', 'webhook'),
		// https://github.com/supabase/auth/blob/master/internal/hooks/hookshttp/hookshttp.go: one for each secret
		separator: ', ',
	},
	// https://github.com/supabase/auth/blob/master/internal/hooks/v0hooks/v0hooks.go
	events: {
		example: { type: 'send-email' },
		type: [{ body: 'metadata.name' }],
		time: { body: 'metadata.time' },
		duplicateKey: [{ header: 'webhook-id' }],
	},
	setup: {
		menu: 'Authentication → Auth Hooks → Add a new hook → HTTPS',
		page: 'https://supabase.com/docs/guides/auth/auth-hooks',
		secret: {
			name: 'Secret',
			place: 'which Supabase generates with the hook',
			format: 'begins with v1,whsec_',
		},
		also: 'Use it for hooks that need no output, such as Send Email: users wait for the reply, and it is {}.',
	},
	usualTypes: [
		'after-user-created',
		'before-user-created',
		'customize-access-token',
		'mfa-verification',
		'password-verification',
		'send-email',
		'send-sms',
	],
	secretFacts: { prefix: 'v1,whsec_' },
	// A reply that is not JSON fails the sign-in (hookshttp.go).
	acceptedReplies: [
		{ statusCode: 200, body: '{}', contentType: 'application/json; charset=utf-8' },
	],
});
