import { SIGNED } from '../authentication';
import { STANDARD_WEBHOOKS_RETRY } from '../../sending/retryPolicy';
import type { Platform } from '../platform';

export const platform: Platform = {
	id: 'httpMessageSignatures',
	name: 'HTTP Message Signatures',
	description: 'Signature-Input, Signature and Content-Digest, as RFC 9421 and RFC 9530 specify',
	triggerAction: 'On a webhook with an HTTP message signature',
	searchWords: ['RFC 9421', 'RFC 9530', 'Content-Digest'],
	section: 'open',
	category: 'standard',
	evidence: 'official vector',
	source: 'https://www.rfc-editor.org/rfc/rfc9421',
	scheme: {
		kind: 'messageSignature',
		name: 'httpMessageSignatures',
		secretFormat: 'messageKey',
		algorithms: [
			'hmac-sha256',
			'ed25519',
			'ecdsa-p256-sha256',
			'rsa-pss-sha512',
			'rsa-v1_5-sha256',
		],
		components: ['@method', '@target-uri', 'content-digest', 'content-type', 'ce-*'],
		label: 'sig1',
		toleranceSeconds: 300,
	},
	httpsOnly: false,
	sourceAddresses: [],
	events: {
		types: [],
		envelope: { id: '{id}', type: '{event}', timestamp: '{timestamp}', data: '{data}' },
		timestampFormat: 'iso-milliseconds',
		type: [{ body: 'type' }],
		data: 'data',
		time: { body: 'timestamp' },
		duplicateKey: [{ body: 'id' }],
		authentication: SIGNED,
	},
	setup: {
		menu: 'the webhook settings of the service that calls you',
		secret: {
			name: 'signing key',
			place: 'which the service shows with your webhook',
			format:
				'is a shared secret, base64 after whsec_, or a key as PEM or JSON Web Key (Ed25519, ECDSA P-256 or RSA)',
		},
	},
	requests: [],
	timeoutMs: 30_000,
	retry: STANDARD_WEBHOOKS_RETRY,
	retryStatuses: ['408', '429', '5xx'],
};
