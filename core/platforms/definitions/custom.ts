import { ANY_CONFIGURED_METHOD } from '../authentication';
import { BRIEF_RETRY } from '../../sending/retryPolicy';
import { agentMessage, workflowRun } from './agenticflow';
import type { Platform } from '../platform';

/** Any platform that has no definition. */
export const platform: Platform = {
	id: 'custom',
	name: 'Custom',
	description: 'Any other platform, with the signature scheme of the credential',
	section: 'open',
	source: '',
	httpsOnly: false,
	sourceAddresses: [],
	events: {
		types: [],
		envelope: { event: '{event}', timestamp: '{timestamp}', data: '{data}' },
		timestampFormat: 'iso-milliseconds',
		type: [{ body: 'event' }],
		data: 'data',
		time: { body: 'timestamp' },
		duplicateKey: [],
		authentication: ANY_CONFIGURED_METHOD,
	},
	requests: [
		{ ...agentMessage, authentication: ANY_CONFIGURED_METHOD },
		{ ...workflowRun, authentication: ANY_CONFIGURED_METHOD },
	],
	timeoutMs: 30_000,
	retry: BRIEF_RETRY,
	retryStatuses: ['408', '429', '5xx'],
};
