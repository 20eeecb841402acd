import startCase from 'lodash/startCase';

import { SIGNED, type AuthenticationRule } from './authentication';
import { BRIEF_RETRY } from '../sending/retryPolicy';
import type { Scheme } from '../signing/scheme';

import type { AcceptedReply, PlatformEvents, Platform } from './platform';

/** Everything specific to one provider. */
export interface ReceiveOnlyFacts
	extends Pick<
		Platform,
		| 'id'
		| 'name'
		| 'description'
		| 'category'
		| 'evidence'
		| 'source'
		| 'triggerAction'
		| 'searchWords'
		| 'setup'
		| 'secretFacts'
		| 'acceptedReplies'
		| 'formBodies'
		| 'handshakes'
		| 'textBodies'
		| 'headerToken'
		| 'bodyToken'
		| 'retriedForHours'
		| 'registration'
	> {
	/** Absent if the provider does not sign. */
	scheme?: Scheme;
	/** A signature if absent. */
	authentication?: AuthenticationRule;
	events: Pick<
		PlatformEvents,
		'type' | 'data' | 'time' | 'duplicateKey' | 'hasRepeatingBodies' | 'example'
	>;
	/** The event types that are most often asked for. A provider has more of them. */
	usualTypes?: string[];
}

/** A success without a body, for the providers that only look at the status. */
export const EMPTY_REPLY: AcceptedReply = {
	statusCode: 200,
	body: '',
	contentType: 'text/plain; charset=utf-8',
};

/** Names an event type in title case, e.g. `Contact Property Change` for `contact.propertyChange`. */
const nameType = (value: string): string =>
	startCase(value === value.toUpperCase() ? value.toLowerCase() : value);

/** Builds the platform of a provider whose webhooks are received, but never sent. */
export const receiveOnlyPlatform = ({
	authentication = SIGNED,
	events,
	usualTypes = [],
	...facts
}: ReceiveOnlyFacts): Platform => ({
	acceptedReplies: [EMPTY_REPLY],
	...facts,
	section: 'provider',
	httpsOnly: false,
	sourceAddresses: [],
	events: {
		...events,
		types: usualTypes.map((value) => ({ value, name: nameType(value) })),
		hasOtherTypes: true,
		timestampFormat: 'iso-milliseconds',
		authentication,
	},
	requests: [],
	timeoutMs: 30_000,
	retry: BRIEF_RETRY,
	retryStatuses: [],
});
