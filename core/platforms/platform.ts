import type { ZodTypeAny } from 'zod';

import type { AuthenticationRule } from './authentication';
import type { DisableRule } from '../sending/endpointHealth';
import type { StatusPatterns } from '../sending/attemptOutcome';
import type { RetryPolicy } from '../sending/retryPolicy';
import type { SignatureScheme } from '../signing/scheme';

/** The place of a value in a request. */
export type ValueSource =
	| { header: string }
	/** A dotted path into the body. */
	| { body: string }
	/** The SHA-256 of the body's bytes, for platforms that document nothing better. */
	| { digest: 'body' };

export interface EventType {
	value: string;
	/** Title case, for the editor. */
	name: string;
	/** The documented fields of the event's data. Unknown fields are allowed. */
	data?: ZodTypeAny;
}

/**
 * A body with placeholders: a string that is exactly `{event}`, `{timestamp}`, `{webhook_id}`,
 * `{webhook_name}`, `{id}` or `{data}` is replaced by that value.
 */
export type EnvelopeTemplate = { [key: string]: string | EnvelopeTemplate };

/** The format of a platform's timestamps, in UTC. */
export type TimestampFormat = 'iso-seconds' | 'iso-milliseconds' | 'iso-microseconds';

/** The events that a platform sends: the trigger receives them, and Send can send them in its place. */
export interface PlatformEvents {
	/** Empty if the platform documents no event types, or too many to list. */
	types: EventType[];
	/** Absent if events are only received. */
	envelope?: EnvelopeTemplate;
	timestampFormat: TimestampFormat;
	/** Every event's body. If absent, any JSON is accepted. */
	schema?: ZodTypeAny;
	/** The places where a receiver looks for an event's type; the first one that is present counts. */
	type: ValueSource[];
	/** A dotted path to the event's data. If absent, the whole body is the data. */
	data?: string;
	time?: ValueSource;
	/** Values that together identify a delivery, to recognize a duplicate. Empty if nothing identifies it. */
	duplicateKey: ValueSource[];
	authentication: AuthenticationRule;
}

/** One field of a request's body, as the editor offers it. */
export interface RequestField {
	name: string;
	displayName: string;
	type: 'string' | 'json';
	required?: boolean;
	/** Begins with "e.g.". */
	placeholder: string;
	description?: string;
}

/** A request that a platform accepts: Send sends it, and the trigger can receive it in the platform's place. */
export interface PlatformRequest {
	/** Used in saved workflows and, in the plural, in the trigger's URL. */
	id: string;
	/** Title case, for the editor. */
	name: string;
	description: string;
	/** The body. Unknown fields are allowed. */
	schema: ZodTypeAny;
	/** Empty if any JSON is accepted. */
	fields: RequestField[];
	authentication: AuthenticationRule;
}

/**
 * A request by which a provider checks that its user owns the webhook. It gets a reply and starts no
 * execution. In the reply, a string that is exactly `{body.<path>}` is replaced by that value of the body,
 * and `{hmac-sha256-hex:<path>}` by its HMAC with the signing secret.
 */
export interface Handshake {
	/** The body fields that identify it, with their values; `null` for a field that must be missing. */
	when: Record<string, string | number | null>;
	statusCode: 200 | 204;
	reply?: Record<string, string | number>;
}

/** A platform's API for its own webhooks. */
export interface ManagementApi {
	baseUrl: string;
	/** Path of the list of webhooks. One webhook is below it, and its `test`, `logs` and `stats` are below that. */
	path: string;
	/** The fields of the responses that contain the lists. */
	webhooksField: string;
	logsField: string;
}

/** Everything specific to one platform, as data. No code branches on a platform's ID. */
export interface Platform {
	id: string;
	/** As the editor shows it. */
	name: string;
	description: string;
	/**
	 * The section of the lists that it is in: agent platforms, open schemes, or providers, which only send.
	 */
	section: 'platform' | 'open' | 'provider';
	/** Its documentation: an https URL, or a section of this repository's docs/platforms.md. Empty if it has none. */
	source: string;
	/** Absent if the user's credential must name one. */
	scheme?: SignatureScheme;
	/** `true` if the platform sends and accepts webhooks only over HTTPS. */
	httpsOnly: boolean;
	/** The IP addresses that the platform documents as its own. */
	sourceAddresses: string[];
	events?: PlatformEvents;
	requests: PlatformRequest[];
	timeoutMs: number;
	retry: RetryPolicy;
	retryStatuses: StatusPatterns;
	/** The rule by which the platform disables a failing endpoint, if it documents one. */
	disableRule?: DisableRule;
	/** The values of `status` in replies, if the platform documents them. */
	replyStatus?: { accepted: string; rejected: string };
	/** Set if bodies may be forms. `jsonField` is the form's field that contains JSON. */
	formBodies?: { jsonField?: string };
	handshakes?: Handshake[];
	management?: ManagementApi;
}
