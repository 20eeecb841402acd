import { BRIEF_RETRY } from '../policy/retry';
import type { PlatformProfile } from './profile';

/** https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md */
export const standardWebhooks: PlatformProfile = {
	id: 'standardWebhooks',
	name: 'Standard Webhooks',
	description:
		'webhook-id, webhook-timestamp and webhook-signature, as standardwebhooks.com has it',
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
	events: [],
	envelope: { type: '{event}', timestamp: '{timestamp}', data: '{data}' },
	eventField: 'type',
	timestampFormat: 'iso-milliseconds',
	timeoutMs: 30_000,
	retry: BRIEF_RETRY,
	retryStatuses: ['408', '429', '5xx'],
	sourceAddresses: [],
};
