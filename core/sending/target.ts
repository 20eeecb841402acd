import type { StatusPatterns } from './attemptOutcome';
import type { RetryPolicy } from './retryPolicy';

/** Rules for retrying a delivery, and for how long one run may wait to do so. */
export interface DeliveryRules {
	retry: RetryPolicy;
	retryStatuses: StatusPatterns;
	/**
	 * Total time that one run may spend waiting between attempts. `null` leaves every retry to a later
	 * run, even one that is due at once.
	 */
	maxTotalWaitMs: number | null;
}

/**
 * The URL that requests go to and how to send them, from node parameters or from a registered endpoint.
 * It is plain data, so that it can be stored with a delivery that waits for its retry.
 */
export interface DeliveryTarget {
	/** The platform whose envelope, signature scheme and retry rules apply. */
	platformId: string;
	/** With its query, which may contain a token. */
	url: string;
	/** Without its query, for items, logs and errors. */
	printableUrl: string;
	/** Custom headers. `Content-Type: application/json` is added unless they set another. */
	headers: Record<string, string>;
	/** `true` if the Sending credential signs and authenticates the requests. */
	signed: boolean;
	/**
	 * `true` if a credential without a signing secret may send, since the platform requires no signature.
	 */
	unsignedAllowed: boolean;
	skipTlsCheck: boolean;
	/** For one attempt, up to the end of the response. */
	timeoutMs: number;
	/** Bytes of a response body that are kept; the rest is not read. */
	maxResponseBytes: number;
	rules: DeliveryRules;
	/**
	 * Permissions for the URL of an OAuth2 server. Absent in deliveries that an earlier version stored: then neither
	 * is allowed.
	 */
	tokenUrlRules?: { allowHttp: boolean; allowInternal: boolean };
	/** The workflow in this n8n that gets the events in place of a request to the URL. */
	workflowId?: string;
	/** The registered endpoint; absent for a URL from node parameters. */
	endpoint?: { id: string; name: string };
}

/** One HTTP request for a delivery, before it is signed. */
export interface OutgoingAttempt {
	target: DeliveryTarget;
	/** ID by which the receiver recognizes a repeated delivery: the event's, or a batch's. */
	key: string;
	/** The body in UTF-8; for a workflow, the list of the events as JSON. */
	body: Buffer;
	/**
	 * For a workflow: the delivery in the outbox, the number of this attempt at it, and the workflows of endpoints that
	 * the event will have come through.
	 */
	delivery?: { id: string; attempt: number; hops: number };
	/** Headers that belong to the body and replace others, e.g. its type if it is not `application/json`. */
	contentHeaders?: Record<string, string>;
	/** Time of the signature. */
	nowMs: number;
	/** Fields of the Sending credential; used only if the target is signed. */
	credential?: Record<string, unknown>;
	/** The token that the credential's OAuth2 server issued. */
	accessToken?: string;
	/** Of a request without a credential: what its connection uses in addition to n8n's settings. */
	tls?: { cert?: string; key?: string; ca?: string };
}
