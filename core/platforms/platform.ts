import type { ZodTypeAny } from 'zod';

import type { AuthenticationRule } from './authentication';
import type { DisableRule } from '../sending/endpointHealth';
import type { StatusPatterns } from '../sending/attemptOutcome';
import type { RetryPolicy } from '../sending/retryPolicy';
import type { SignatureScheme } from '../signing/scheme';

/** Where in a request a value stands. */
export type ValueSource =
	| { header: string }
	/** A dotted path into the body. */
	| { body: string }
	/** The SHA-256 of the body's bytes, for platforms that name nothing better. */
	| { digest: 'body' };

export interface EventType {
	value: string;
	/** Title case, for the editor. */
	name: string;
	/** What the platform's page shows of the event's data. Unknown fields pass. */
	data?: ZodTypeAny;
}

/**
 * A body with places to fill: a string that is exactly `{event}`, `{timestamp}`, `{webhook_id}`,
 * `{webhook_name}`, `{id}` or `{data}` stands for that value.
 */
export type EnvelopeTemplate = { [key: string]: string | EnvelopeTemplate };

/** How a platform writes a time, in UTC. */
export type TimestampFormat = 'iso-seconds' | 'iso-milliseconds' | 'iso-microseconds';

/** What a platform sends: the trigger receives it, and Send can send in its manner. */
export interface PlatformEvents {
	/** Empty where the platform has no catalogue, or one too long to be listed. */
	types: EventType[];
	/** Absent for those who are only received from. */
	envelope?: EnvelopeTemplate;
	timestampFormat: TimestampFormat;
	/** What every event's body must be; any JSON where absent. */
	schema?: ZodTypeAny;
	/** Where a receiver finds an event's type: the first of these that has any. */
	type: ValueSource[];
	/** A dotted path to its data; the whole body where there is none. */
	data?: string;
	time?: ValueSource;
	/** What tells a repeated delivery from a new event, all of it together. Empty: nothing does. */
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

/** What a platform takes: Send sends it there, and the trigger can take it in the platform's place. */
export interface PlatformRequest {
	/** Stands in saved workflows, and in the plural in the trigger's URL. */
	id: string;
	/** Title case, for the editor. */
	name: string;
	description: string;
	/** What the body must be. Unknown fields pass. */
	schema: ZodTypeAny;
	/** Empty where any JSON will do. */
	fields: RequestField[];
	authentication: AuthenticationRule;
}

/**
 * A request by which a provider makes sure that the webhook is its owner's. It is answered and starts
 * nothing. In the reply, a string that is exactly `{body.<path>}` stands for that value of the body,
 * and `{hmac-sha256-hex:<path>}` for its HMAC with the signing secret.
 */
export interface Handshake {
	/** Body fields and their values, by which it is recognised; `null` for one that must not be there. */
	when: Record<string, string | number | null>;
	statusCode: 200 | 204;
	reply?: Record<string, string | number>;
}

/** A platform's API for its own webhooks. */
export interface ManagementApi {
	baseUrl: string;
	/** Of the list of webhooks; one webhook is below it, and so are its `test`, `logs` and `stats`. */
	path: string;
	/** The fields of the answers that hold the lists. */
	webhooksField: string;
	logsField: string;
}

/** Everything that is particular to a platform. Data only: no code asks which platform it is. */
export interface Platform {
	id: string;
	/** As the editor shows it. */
	name: string;
	description: string;
	/** Where it stands in lists: platforms for agents, open schemes, providers that are received from. */
	section: 'platform' | 'open' | 'provider';
	/** The page that it comes from: a file of the specification, or an address. */
	source: string;
	/** Absent where the user's credential brings its own. */
	scheme?: SignatureScheme;
	/** Whether the platform sends and takes webhooks over HTTPS only. */
	httpsOnly: boolean;
	/** The addresses that the platform says it sends from. */
	sourceAddresses: string[];
	events?: PlatformEvents;
	requests: PlatformRequest[];
	timeoutMs: number;
	retry: RetryPolicy;
	retryStatuses: StatusPatterns;
	/** When the platform disables an endpoint that fails, where its page says so. */
	disableRule?: DisableRule;
	/** What stands in the replies as `status`, where the page names it. */
	replyStatus?: { accepted: string; refused: string };
	/** Set where bodies may be forms; `jsonField`: the form's field that holds JSON. */
	formBodies?: { jsonField?: string };
	handshakes?: Handshake[];
	management?: ManagementApi;
}
