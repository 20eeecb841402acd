import { SIGNED } from '../authentication';
import { STANDARD_WEBHOOKS_RETRY } from '../../sending/retryPolicy';
import { agentMessage, workflowRun } from './agenticflow';
import type { Platform } from '../platform';
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
};
