import { z } from 'zod';

import { SIGNED } from '../authentication';
import { AGENTICFLOW_RETRY } from '../../sending/retryPolicy';
import type { Platform } from '../platform';

/** See docs/platforms.md#uptiq. It never retries, so its senders must. */
export const platform: Platform = {
	id: 'uptiq',
	name: 'UPTIQ',
	description: 'x-signature: a hex HMAC of the body, with the key of a private key file',
	section: 'platform',
	category: 'agents',
	evidence: 'official page',
	source: 'docs/platforms.md#uptiq',
	scheme: {
		name: 'uptiq',
		signatureHeader: 'x-signature',
		forms: [{ prefix: '', algorithm: 'hmac-sha256', encoding: 'hex' }],
		content: '{body}',
		secretFormat: 'keyFile',
	},
	httpsOnly: false,
	sourceAddresses: [],
	setup: {
		secret: {
			name: 'private key',
			place: 'which callers sign with',
			format: 'is the content of a JSON file with one key, or the key alone',
		},
	},
	requests: [
		{
			id: 'call',
			name: 'Call',
			description: 'A signed call that starts an agent’s workflow, with any JSON',
			schema: z.unknown(),
			fields: [],
			authentication: SIGNED,
		},
	],
	timeoutMs: 30_000,
	retry: AGENTICFLOW_RETRY,
	retryStatuses: ['408', '429', '5xx'],
};
