import { SIGNED } from './authentication';
import { BRIEF_RETRY } from '../sending/retryPolicy';
import type { SignatureScheme } from '../signing/scheme';

import type { PlatformEvents, Platform } from './platform';

/** Everything specific to one provider. */
export interface ReceiveOnlyFacts
	extends Pick<Platform, 'id' | 'name' | 'description' | 'source' | 'formBodies' | 'handshakes'> {
	scheme: SignatureScheme;
	/** Without event types: a provider has too many to list, so events are filtered by name. */
	events: Pick<PlatformEvents, 'type' | 'data' | 'time' | 'duplicateKey'>;
}

/** Builds the platform of a provider whose webhooks are received, but never sent. */
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
