import type { StatusPatterns } from '../policy/outcome';
import type { RetryPolicy } from '../policy/retry';
import type { SignatureScheme } from '../signing/scheme';

export interface EventType {
	value: string;
	/** Sentence case, for the editor. */
	name: string;
}

/**
 * A body with places to fill: a string that is exactly `{event}`, `{timestamp}`, `{webhook_id}`,
 * `{id}` or `{data}` stands for that value.
 */
export type EnvelopeTemplate = { [key: string]: string | EnvelopeTemplate };

/** How a platform writes a time, in UTC. */
export type TimestampFormat = 'iso-seconds' | 'iso-milliseconds' | 'iso-microseconds';

/** Everything that is particular to a platform. Data only: no code asks which platform it is. */
export interface PlatformProfile {
	id: string;
	/** As the editor shows it. */
	name: string;
	description: string;
	/** Absent where the user's credential brings its own. */
	scheme?: SignatureScheme;
	events: EventType[];
	envelope: EnvelopeTemplate;
	/** The envelope's field that holds the event type, where a receiver looks for it. */
	eventField: string;
	timestampFormat: TimestampFormat;
	timeoutMs: number;
	retry: RetryPolicy;
	retryStatuses: StatusPatterns;
	/** The addresses that the platform says it sends from. */
	sourceAddresses: string[];
}
