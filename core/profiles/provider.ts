import { SIGNED } from '../inbound/authentication';
import { BRIEF_RETRY } from '../policy/retry';
import type { SignatureScheme } from '../signing/scheme';

import type { EventProfile, PlatformProfile } from './profile';

/** What is particular to a provider. */
export interface ProviderFacts
	extends Pick<
		PlatformProfile,
		'id' | 'name' | 'description' | 'source' | 'formBodies' | 'handshakes'
	> {
	scheme: SignatureScheme;
	/** Its catalogue is long and its own: events are filtered by name. */
	events: Pick<EventProfile, 'type' | 'data' | 'time' | 'duplicateKey'>;
}

/** A profile of a provider that is received from, and never sent to or in whose manner. */
export const provider = ({ events, ...facts }: ProviderFacts): PlatformProfile => ({
	...facts,
	section: 'provider',
	httpsOnly: false,
	sourceAddresses: [],
	events: { ...events, types: [], timestampFormat: 'iso-milliseconds', authentication: SIGNED },
	requests: [],
	timeoutMs: 30_000,
	retry: BRIEF_RETRY,
	retryStatuses: [],
});
