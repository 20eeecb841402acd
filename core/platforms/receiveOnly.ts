import { SIGNED } from './authentication';
import { BRIEF_RETRY } from '../sending/retryPolicy';
import type { SignatureScheme } from '../signing/scheme';

import type { PlatformEvents, Platform } from './platform';

/** What is particular to a provider. */
export interface ReceiveOnlyFacts
	extends Pick<Platform, 'id' | 'name' | 'description' | 'source' | 'formBodies' | 'handshakes'> {
	scheme: SignatureScheme;
	/** Its catalogue is long and its own: events are filtered by name. */
	events: Pick<PlatformEvents, 'type' | 'data' | 'time' | 'duplicateKey'>;
}

/** A profile of a provider that is received from, and never sent to or in whose manner. */
export const receiveOnlyPlatform = ({ events, ...facts }: ReceiveOnlyFacts): Platform => ({
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
