import { OWNERS_CHOICE } from '../../inbound/authentication';
import { BRIEF_RETRY } from '../../policy/retry';
import { agentMessage, workflowRun } from '../platforms/agenticflow';
import type { PlatformProfile } from '../profile';

/** Any platform that is not on the list. */
export const profile: PlatformProfile = {
	id: 'custom',
	name: 'Custom',
	description: 'Any other platform: the credential says how it signs',
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
		authentication: OWNERS_CHOICE,
	},
	requests: [
		{ ...agentMessage, authentication: OWNERS_CHOICE },
		{ ...workflowRun, authentication: OWNERS_CHOICE },
	],
	timeoutMs: 30_000,
	retry: BRIEF_RETRY,
	retryStatuses: ['408', '429', '5xx'],
};
