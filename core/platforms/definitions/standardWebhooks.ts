import { SIGNED } from '../authentication';
import { STANDARD_WEBHOOKS_RETRY } from '../../sending/retryPolicy';
import { agentMessage, workflowRun } from './agenticflow';
import type { Platform } from '../platform';

export const platform: Platform = {
	id: 'standardWebhooks',
	name: 'Standard Webhooks',
	description:
		'webhook-id, webhook-timestamp and webhook-signature, as standardwebhooks.com has it',
	section: 'open',
	source:
		'https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md',
	scheme: {
		name: 'standardWebhooks',
		signatureHeader: 'webhook-signature',
		forms: [
			{ prefix: 'v1,', algorithm: 'hmac-sha256', encoding: 'base64' },
			{ prefix: 'v1a,', algorithm: 'ed25519', encoding: 'base64' },
		],
		separator: ' ',
		content: '{id}.{timestamp}.{body}',
		idHeader: 'webhook-id',
		timestamp: { header: 'webhook-timestamp', unit: 's', toleranceSeconds: 300 },
		secretFormat: 'standardWebhooks',
	},
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
	requests: [
		{ ...agentMessage, authentication: SIGNED },
		{ ...workflowRun, authentication: SIGNED },
	],
	timeoutMs: 30_000,
	retry: STANDARD_WEBHOOKS_RETRY,
	retryStatuses: ['408', '429', '5xx'],
};
