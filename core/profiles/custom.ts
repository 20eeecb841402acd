import { BRIEF_RETRY } from '../policy/retry';
import type { PlatformProfile } from './profile';

/** Any platform that is not on the list: the credential says how it signs. */
export const custom: PlatformProfile = {
	id: 'custom',
	name: 'Custom',
	description: 'Any other platform: the credential says how it signs',
	events: [],
	envelope: { event: '{event}', timestamp: '{timestamp}', data: '{data}' },
	eventField: 'event',
	timestampFormat: 'iso-milliseconds',
	timeoutMs: 30_000,
	retry: BRIEF_RETRY,
	retryStatuses: ['408', '429', '5xx'],
	sourceAddresses: [],
};
