import type { ZodTypeAny } from 'zod';

import type { AuthenticationRule } from './authentication';
import type { RegistrationApi } from './registrationApi';
import type { DisableRule } from '../sending/endpointHealth';
import type { StatusPatterns } from '../sending/attemptOutcome';
import type { RetryPolicy } from '../sending/retryPolicy';
import type { Scheme } from '../signing/scheme';

/** The place of a value in a request. */
export type ValueSource =
	| { header: string }
	/** A dotted path into the body. */
	| { body: string }
	/** A URL parameter. */
	| { query: string }
	/** A dotted path into what the signature says: `claims.jti` of a token, `nonce` of an HTTP Message Signature. */
	| { signature: string }
	/** The SHA-256 of the body's bytes, for platforms that document nothing better. */
	| { digest: 'body' }
	/** Several values with a text between them, e.g. `issue.created`; missing if one of them is. */
	| { joined: ValueSource[]; with: string }
	/**
	 * The name of the first field, other than the excepted ones, of the object at a path; an empty path is the body
	 * itself. For providers that name the event by the field that has it.
	 */
	| { fieldName: string; except?: string[] };

/** The header that has a platform's token. */
export interface HeaderTokenPlace {
	/** Several if the platform has used several. */
	names: string[];
	/** Text before the token. */
	prefix?: string;
}

/** The field of the body that has a platform's token. */
export interface BodyTokenPlace {
	/** A dotted path. A key that is no index applies to each element of a list, and each must have the token. */
	field: string;
}

export interface EventType {
	value: string;
	/** Title case, for the editor. */
	name: string;
	/** The documented fields of the event's data. Unknown fields are allowed. */
	data?: ZodTypeAny;
}

/**
 * A body with placeholders: a string that is exactly `{event}`, `{timestamp}`, `{webhook_id}`,
 * `{webhook_name}`, `{id}`, `{source}` or `{data}` is replaced by that value.
 */
export type EnvelopeTemplate = { [key: string]: string | EnvelopeTemplate };

/** The format of a platform's timestamps, in UTC. */
export type TimestampFormat = 'iso-seconds' | 'iso-milliseconds' | 'iso-microseconds';

/** The events that a platform sends: the trigger receives them, and Send can send them in its place. */
export interface PlatformEvents {
	/** Empty if the platform documents no event types. */
	types: EventType[];
	/** `true` if `types` are only the usual ones of many. */
	hasOtherTypes?: boolean;
	/** An event to try a trigger with. If absent, it has the first type and no data. */
	example?: { type?: string; data?: Record<string, unknown> };
	/** Absent if events are only received. */
	envelope?: EnvelopeTemplate;
	timestampFormat: TimestampFormat;
	/**
	 * `true` if the events are CloudEvents 1.0, in structured or binary mode: the places of type, ID and time are
	 * those of structured mode.
	 */
	areCloudEvents?: boolean;
	/** Every event's body. If absent, any JSON is accepted. */
	schema?: ZodTypeAny;
	/** The places where a receiver looks for an event's type; the first one that is present counts. */
	type: ValueSource[];
	/** A dotted path to the event's data. If absent, the whole body is the data. */
	data?: string;
	time?: ValueSource;
	/** Values that together identify a delivery, to recognize a duplicate. Empty if nothing identifies it. */
	duplicateKey: ValueSource[];
	/**
	 * `true` if several events may have the same body, with no time that is signed: only `duplicateKey` then recognizes a
	 * duplicate, so that no event is lost. Whoever has seen a request can send it again with another key.
	 */
	hasRepeatingBodies?: true;
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
 * Body fields with the values that identify a request; `null` for a field that must be missing, and
 * `{ present: true }` for any text that is not empty.
 */
export type RequestPattern = Record<string, string | number | { present: true } | null>;

/**
 * The reply that a provider expects to a request that it delivered, as its documentation says. Providers
 * interpret some replies, e.g. as a message to a user.
 */
export interface AcceptedReply {
	/** Absent for every request. */
	when?: RequestPattern;
	/** 2xx. */
	statusCode: number;
	/** Empty for none. */
	body: string;
	contentType: string;
}

/**
 * A request by which a provider checks that its user owns the webhook. It gets a reply and starts no
 * execution.
 *
 * In the reply and its headers, a text that is exactly `{body.<path>}`, `{query.<name>}` or `{header.<name>}`
 * is replaced by that value, and `{hmac-sha256-hex:…}` or `{hmac-sha256-base64:…}` around one of them by its
 * HMAC with the signing secret. Text before the braces stays, e.g. `sha256={hmac-sha256-base64:query.crc_token}`.
 */
export interface Handshake {
	/** `POST` if absent. */
	method?: 'GET' | 'HEAD' | 'POST';
	/** The body that it has. Absent if anything else identifies it, e.g. its method. */
	when?: RequestPattern;
	/** Headers and URL parameters that it has, and that no event has. */
	requires?: Array<{ header: string } | { query: string }>;
	/** Set if it comes before the provider has a secret, so that it carries neither a signature nor a token. */
	isUnsigned?: true;
	/** The place of a text that the webhook's owner entered at the provider: one of the credential's URL tokens. */
	verifyToken?: { query: string };
	statusCode: 200 | 204;
	/** Fields of a JSON object, or plain text. Absent for none. */
	reply?: Record<string, string | number> | { text: string };
	headers?: Record<string, string>;
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

/** An API for webhooks that n8n serves. */
export interface ServedApi {
	/** The path that all its paths begin with. */
	path: string;
}

/** The secret that verifies a platform's requests: the one of its signatures, or the token that it sends. */
export interface SigningSecretHelp {
	/** Its name at the platform, e.g. `Signing secret`. */
	name: string;
	/** The place to find it, or who chooses it; continues a sentence after a comma. */
	place: string;
	/** A phrase with a verb, e.g. `begins with whsec_`. Absent if the platform documents no format. */
	format?: string;
}

/**
 * The steps to receive a platform's events, in the platform's own words, as its documentation says. Texts are
 * plain, with commands in backticks.
 */
export interface PlatformSetup {
	/** The way to its webhook settings, e.g. `Workbench → Webhooks → Add destination`. Absent if it calls nobody. */
	menu?: string;
	/** The page of its documentation that describes these settings. */
	page?: string;
	/** Absent if the platform neither signs nor sends a token of its own. */
	secret?: SigningSecretHelp;
	/** One more sentence: a setting without which nothing arrives or matches. */
	also?: string;
	/** A sentence: the way to have the platform send a test. */
	test?: string;
}

/** The keys or IDs of one kind of a platform, which people enter in place of its signing secret. */
export interface OtherSecret {
	/** Their beginning. */
	prefix: string;
	/** Their length, if other texts may begin like that. */
	length?: number;
	/** Follows the platform's name, e.g. `secret API keys`. */
	name: string;
}

/** The forms of a platform's secrets, to recognize one that was entered in place of another. */
export interface SecretFacts {
	/** True if the platform itself makes each signing secret, so that no other text verifies. */
	isMadeByPlatform?: boolean;
	/** The beginning of each signing secret. */
	prefix?: string;
	/** Beginnings that only this platform's signing secrets have. */
	ownPrefixes?: string[];
	others?: OtherSecret[];
}

/** The use of a platform: the group of docs/platforms.md that it is in. */
export type PlatformCategory =
	| 'agents'
	| 'ai'
	| 'cloud'
	| 'commerce'
	| 'comms'
	| 'crm'
	| 'dev'
	| 'docs'
	| 'finance'
	| 'forms'
	| 'marketing'
	| 'payments'
	| 'social'
	| 'standard'
	| 'voice';

/**
 * How a platform's authentication is known: from a signed request that it publishes, from its own library, which a
 * test runs, or from its documentation alone.
 */
export type Evidence = 'official library' | 'official page' | 'official vector';

/** Everything specific to one platform, as data. No code branches on a platform's ID. */
export interface Platform {
	id: string;
	/** As the editor shows it. */
	name: string;
	description: string;
	/**
	 * The trigger's action in n8n's node creator, if "On a verified … webhook" with the name does not read well.
	 */
	triggerAction?: string;
	/** Words that people type after its name to find the nodes in n8n's node creator, e.g. `push`. */
	searchWords?: string[];
	/**
	 * The section of the lists that it is in: agent platforms, open schemes, or providers, which only send.
	 */
	section: 'platform' | 'open' | 'provider';
	category?: PlatformCategory;
	/** Absent if it has no scheme or token of its own. */
	evidence?: Evidence;
	/** Its documentation: an https URL, or a section of this repository's docs/platforms.md. Empty if it has none. */
	source: string;
	/** Absent if the platform does not sign, or if the user's credential must name one. */
	scheme?: Scheme;
	/** `true` if the platform sends and accepts webhooks only over HTTPS. */
	httpsOnly: boolean;
	/** The IP addresses that the platform documents as its own. */
	sourceAddresses: string[];
	events?: PlatformEvents;
	/** Absent if the platform sends no events, or documents no setup. */
	setup?: PlatformSetup;
	secretFacts?: SecretFacts;
	requests: PlatformRequest[];
	timeoutMs: number;
	retry: RetryPolicy;
	retryStatuses: StatusPatterns;
	/** The rule by which the platform disables a failing endpoint, if it documents one. */
	disableRule?: DisableRule;
	/** The values of `status` in replies, if the platform documents them. */
	replyStatus?: { accepted: string; rejected: string };
	/**
	 * The replies to accepted, ignored and duplicate requests; the first one whose pattern matches is sent. The
	 * last one has no pattern. If absent, the reply is AgenticFlow's success format.
	 */
	acceptedReplies?: AcceptedReply[];
	/**
	 * Set if bodies may be forms. `jsonField` is the field that contains JSON; a form that has it has no other.
	 * `isJsonFieldRequired` is `true` if there are no forms without it.
	 */
	formBodies?: { jsonField?: string; isJsonFieldRequired?: boolean };
	/** Set if the platform sends JSON as `text/plain`. */
	textBodies?: true;
	/**
	 * The header that has the platform's token. With "As the Platform Asks" it replaces the header that the credential
	 * names. Absent if the platform's user chooses the header.
	 */
	headerToken?: HeaderTokenPlace;
	/** The field of the body that has the platform's token, as `headerToken` is the header. */
	bodyToken?: BodyTokenPlace;
	/** `true` if people describe its requests themselves: the trigger's options have their formats and places. */
	isDescribedByUser?: true;
	/** How long the platform retries a delivery, if it documents that: duplicates are recognized at least as long. */
	retriedForHours?: number;
	handshakes?: Handshake[];
	management?: ManagementApi;
	/** The API at which the trigger registers itself. */
	registration?: RegistrationApi;
	/** Set if n8n serves an API for webhooks in the platform's format, e.g. Svix's. */
	api?: ServedApi;
}
