import { receiveOnlyPlatform } from '../receiveOnly';

export const platform = receiveOnlyPlatform({
	id: 'bird',
	name: 'Bird (MessageBird)',
	description: 'MessageBird-Signature-JWT: a JSON Web Token with the SHA-256 of URL and body',
	category: 'voice',
	evidence: 'official page',
	searchWords: ['MessageBird', 'SMS'],
	source: 'https://developers.messagebird.com/api/#verifying-http-requests',
	scheme: {
		kind: 'jwt',
		name: 'bird',
		place: { header: 'MessageBird-Signature-JWT' },
		algorithms: ['HS256', 'HS384', 'HS512'],
		secretFormat: 'text',
		issuer: 'MessageBird',
		requiredClaims: ['jti'],
		maxAgeSeconds: 300,
		toleranceSeconds: 60,
		urlHash: { claim: 'url_hash', digest: 'sha256-hex' },
		bodyHash: { claim: 'payload_hash', digest: 'sha256-hex' },
		isBodyHashOptional: true,
	},
	events: {
		type: [],
		// MessageBird documents no key for all of its webhooks, but a retry has the same bytes.
		duplicateKey: [{ digest: 'body' }],
	},
	setup: {
		menu: 'Developers → Webhooks',
		page: 'https://developers.messagebird.com/api/#verifying-http-requests',
		secret: { name: 'Signing key', place: 'under Developers → API settings' },
	},
});
