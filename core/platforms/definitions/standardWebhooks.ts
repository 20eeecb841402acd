import { SIGNED } from '../authentication';
import { STANDARD_WEBHOOKS_RETRY } from '../../sending/retryPolicy';
import { agentMessage, workflowRun } from './agenticflow';
import type { Platform } from '../platform';
import type { RegistrationApi } from '../registrationApi';
import type { SignatureScheme } from '../../signing/scheme';

/** The scheme of Standard Webhooks, which Svix uses with other header names. */
export const standardWebhooksScheme = (name: string, headerPrefix: string): SignatureScheme => ({
	name,
	signatureHeader: `${headerPrefix}-signature`,
	forms: [
		{ prefix: 'v1,', algorithm: 'hmac-sha256', encoding: 'base64' },
		{ prefix: 'v1a,', algorithm: 'ed25519', encoding: 'base64' },
	],
	separator: ' ',
	content: '{id}.{timestamp}.{body}',
	idHeader: `${headerPrefix}-id`,
	timestamp: { header: `${headerPrefix}-timestamp`, unit: 's', toleranceSeconds: 300 },
	secretFormat: 'standardWebhooks',
});

/** Svix's API, which other servers have too, n8n among them: https://api.svix.com/docs, and docs/api.md. */
export const SVIX_REGISTRATION: RegistrationApi = {
	root: '/api/v1',
	endpoints: '/app/{application}/endpoint',
	listField: 'data',
	idField: 'id',
	createBody: {
		url: '{url}',
		uid: '{uid}',
		description: '{description}',
		eventTypes: '{eventTypes}',
		secret: '{secret}',
	},
	update: {
		method: 'PATCH',
		body: { url: '{url}', eventTypes: '{eventTypes}', disabled: false },
	},
	secret: {
		pattern: /^whsec_[a-zA-Z0-9+/=]{32,100}$/,
		format: 'whsec_ and 24 to 75 bytes in base64',
		prefix: 'whsec_',
		path: '/secret',
		field: 'key',
		rotatePath: '/secret/rotate',
		rotateBody: { key: '{secret}' },
	},
	eventTypes: {
		path: '/event-type?limit=250',
		field: 'data',
		nameField: 'name',
		descriptionField: 'description',
		iterator: 'iterator',
		doneField: 'done',
	},
	methods: ['signature', 'urlToken'],
	advice: {
		403: 'The API key must be allowed to read and manage endpoints and to read their secrets. Ask the server’s owner for such a key: here, its rights are read, manage and secrets.',
		404: 'Check "Base URL", without /api/v1, and "Application ID" in the credential.',
		409: 'Delete the endpoint with the same uid at the server, and publish again.',
		422: 'Correct what the server names, or ask its owner to allow it.',
	},
};

export const platform: Platform = {
	id: 'standardWebhooks',
	name: 'Standard Webhooks',
	description:
		'webhook-id, webhook-timestamp and webhook-signature, as standardwebhooks.com specifies',
	triggerAction: 'On a verified webhook in Standard Webhooks format',
	section: 'open',
	category: 'standard',
	evidence: 'official library',
	source:
		'https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md',
	scheme: standardWebhooksScheme('standardWebhooks', 'webhook'),
	httpsOnly: false,
	sourceAddresses: [],
	events: {
		types: [],
		envelope: { type: '{event}', timestamp: '{timestamp}', data: '{data}' },
		timestampFormat: 'iso-milliseconds',
		type: [{ body: 'type' }],
		data: 'data',
		time: { body: 'timestamp' },
		duplicateKey: [{ header: 'webhook-id' }],
		authentication: SIGNED,
	},
	setup: {
		menu: 'the webhook settings of the service that calls you',
		secret: {
			name: 'signing secret',
			place: 'which the service shows with your webhook',
			format: 'begins with whsec_',
		},
	},
	requests: [
		{ ...agentMessage, authentication: SIGNED },
		{ ...workflowRun, authentication: SIGNED },
	],
	timeoutMs: 30_000,
	retry: STANDARD_WEBHOOKS_RETRY,
	retryStatuses: ['408', '429', '5xx'],
	registration: SVIX_REGISTRATION,
	api: { path: '/api/v1' },
};
