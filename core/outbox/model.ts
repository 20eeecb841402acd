import type { CloudEventMode } from '../event/envelope';
import type { Platform } from '../platforms';
import type { AttemptOutcome } from '../sending/attemptOutcome';
import type { AttemptRecord, DeliveryReport } from '../sending/deliver';
import type { CircuitBreaker, DisableRule, EndpointHealth } from '../sending/endpointHealth';
import type { DeliveryState } from '../sending/resultItem';
import type { RetrySettings } from '../sending/retrySettings';

import type { AlertState, EndpointAlert, ExhaustedDelivery } from './alert/alertTypes';

/** The outbox's types. `store/` decides how they are stored. */

/** The tenant of everything in an outbox whose owner names no tenants. */
export const DEFAULT_TENANT = 'default';

/** What a tenant may have. Items and saved tenants use the same names. */
export interface TenantLimits {
	max_endpoints?: number;
	/** Days for which its delivery log is kept. */
	retention_days?: number;
	/** Most deliveries in its log. */
	max_deliveries?: number;
}

/** An API key that no longer counts. */
export interface WithdrawnKey {
	id: string;
	/** Its end, ISO 8601, after which it need not be remembered; `null` if that is not known. */
	until: string | null;
}

/** A party with endpoints and events of its own, that sees nothing of any other. */
export interface Tenant {
	/** The ID that its owner chose. */
	id: string;
	/** Another name by which the API finds it. */
	uid: string | null;
	name: string;
	metadata: Record<string, string>;
	/** `disabled`: nothing is sent for it, and its due deliveries wait. */
	status: 'active' | 'disabled';
	limits: TenantLimits;
	/** Starts at 1. Raising it withdraws all keys that were issued before. */
	keyEpoch: number;
	withdrawnKeys: WithdrawnKey[];
	/** Digest of the API's request that created it, if the request had an Idempotency-Key. */
	creationKey: string | null;
	/** Digest of that request's body. */
	creationDigest: string | null;
	registeredAt: string;
	updatedAt: string;
	/**
	 * Increases with every change, so that of two simultaneous changes, one is repeated on top of the
	 * other.
	 */
	revision: number;
}

/** The run of a node that sent an event. */
export interface EventOrigin {
	executionId: string | null;
	workflowId: string | null;
	nodeName: string | null;
	/** ID of the received event that the run was about. */
	inboundEventId: string | null;
}

/** The part of an event that endpoints get. */
export interface EventContent {
	id: string;
	type: string;
	/** ISO 8601, UTC. */
	acceptedAt: string;
	/** Empty if the payload was forgotten. */
	data: Record<string, unknown>;
}

/** An event, as it was accepted. */
export interface OutboxEvent extends EventContent {
	tenantId: string;
	/** The sender's own ID of it. */
	uid: string | null;
	/** Endpoints that listen to channels get it only if it is on one of them; `null` for on none. */
	channels: string[] | null;
	/** Digests of the API's request that sent it and of its body, if the request had an Idempotency-Key. */
	requestKey: string | null;
	/** The only endpoints that get it, even if they are not subscribed; `null` for all subscribers. */
	endpointIds: string[] | null;
	origin: EventOrigin;
	/** Time before which no delivery is attempted; `null` for at once. */
	deliverAt: string | null;
	payloadForgottenAt: string | null;
}

/**
 * Settings for sending events to an endpoint, without any secret. Items, the management API and saved
 * endpoints use the same names: AgenticFlow's, if its page has them (docs/platforms.md#agenticflow).
 */
export interface EndpointSettings {
	/** The only channels whose events it gets. */
	channels?: string[];
	/** Texts that its owner keeps with it. */
	metadata?: Record<string, string>;
	/** Sends events as Svix does: the data alone, and the signature in Svix's headers too. */
	svix_format?: boolean;
	conditions?: Record<string, unknown>;
	filters?: { include_fields?: string[]; exclude_fields?: string[] };
	batch_settings?: {
		max_events: number;
		max_wait_seconds: number;
		/** Limit for the events' data together. A single event may be larger. */
		max_bytes?: number;
	};
	retry_policy?: {
		schedule?: RetrySettings['schedule'];
		/** For the schedule `list`, e.g. `30 s, 5 min, 1 h`. */
		delays?: string;
		max_retries?: number;
		first_delay_seconds?: number;
		backoff_multiplier?: number;
		max_delay_seconds?: number;
		/** 0 to 1. */
		jitter?: number;
		/** e.g. `408, 429, 5xx` */
		retry_statuses?: string;
	};
	rate_limit?: { max: number; per_seconds: number };
	disable_rule?: DisableRule;
	circuit_breaker?: CircuitBreaker;
	/** Sends events one after another: all, or those with the same value in a field of their data. */
	in_order?: { key?: string };
	timeout_seconds?: number;
	verify_tls?: boolean;
	allow_http?: boolean;
	/** Allows a URL in n8n's own network. */
	allow_internal?: boolean;
	/** Counts if the platform's events are CloudEvents. */
	cloud_event_mode?: CloudEventMode;
	/** The source in the events' envelope, if the platform's has one. */
	event_source?: string;
}

/** Everything secret about an endpoint. It is stored encrypted. */
export interface EndpointSecrets {
	/** With its query, which may contain tokens; for a workflow, the address of `workflowAddress.ts`. */
	url: string;
	/** The workflow that makes the bodies of its deliveries; absent if none does. */
	transformWorkflowId?: string;
	/** The current secret first, then replaced ones that sign until they expire. Empty if unsigned. */
	signing: Array<{ secret: string; created_at: string; valid_until?: string }>;
	/** Fields of the Sending credential: the authentication and a custom signature scheme. */
	authentication: Record<string, unknown>;
	headers: Record<string, string>;
	/** Digest of the management API's request that created it, if the request had an Idempotency-Key. */
	creationDigest?: string;
	/** Digest of the API's last request that rotated the signing secret, if it had an Idempotency-Key. */
	rotationKey?: string;
	/** Digest of that request's body. */
	rotationDigest?: string;
	/** Those of earlier requests, the latest first. */
	earlierRotations?: Rotation[];
}

/** Identifies a request that rotated a signing secret. */
export interface Rotation {
	/** Digest of its Idempotency-Key. */
	key: string;
	/** Digest of its body. */
	digest: string;
}

/** A registered endpoint, with everything needed to send to it. */
export interface Endpoint extends EndpointHealth {
	tenantId: string;
	id: string;
	/** Another name by which the API finds it. */
	uid: string | null;
	name: string;
	description: string;
	/** Without its query. */
	url: string;
	platform: Platform;
	/** Event types, with `*` for any text. Empty for all events. */
	eventTypes: string[];
	statusReason: string | null;
	statusChangedAt: string | null;
	settings: EndpointSettings;
	secrets: EndpointSecrets;
	registeredAt: string;
	/** When a person or the API changed it last. */
	updatedAt: string;
	/** `true` if the management API serves it: it was created there, or its owner lets the API manage it. */
	isApiManaged: boolean;
	/** Digest of the Idempotency-Key that it was created with through the management API. */
	creationKey: string | null;
	/** The earliest start of the next attempt under the rate limit. */
	rateFreeAt: string | null;
	/** Times at which alerts were last sent to its tenant, by kind. */
	alerts: AlertState;
	/**
	 * Increases with every change, so that of two simultaneous changes, one is repeated on top of the
	 * other.
	 */
	revision: number;
}

/**
 * An endpoint that cannot be used: no key of the outbox opens its secrets, or its row was edited. Its
 * deliveries wait until that is corrected.
 */
export interface UnreadableEndpoint
	extends EndpointHealth,
		Pick<
			Endpoint,
			| 'tenantId'
			| 'id'
			| 'uid'
			| 'name'
			| 'description'
			| 'url'
			| 'statusReason'
			| 'statusChangedAt'
			| 'registeredAt'
			| 'updatedAt'
			| 'revision'
		> {
	platformId: string;
	/** `null` if its row does not say which events it gets. */
	subscription: Pick<Endpoint, 'eventTypes' | 'settings'> | null;
	/** The problem, and how to correct it. */
	problem: string;
}

export type RegisteredEndpoint = Endpoint | UnreadableEndpoint;

export type DeliveryStatus =
	/** Waits with other events for a batch. */
	| 'gathering'
	/** Waits for its next attempt. */
	| 'pending'
	/** Leased by a run that attempts it. */
	| 'sending'
	| 'delivered'
	| 'failed'
	/** On hold: its endpoint is disabled. */
	| 'held'
	/** Ended before it was delivered, because a person wanted it to. */
	| 'cancelled';

/** The exclusive right of one run to work on deliveries. Another run takes over after it expires. */
export interface Lease {
	owner: string;
	expiresAtMs: number;
}

/** A delivery's place among those that an endpoint gets in order. */
export interface OrderPlace {
	/** Represents the value that the events of one order have in common. */
	key: string;
	/** Row ID of the event; that of its first event for a batch. Lower ones come first. */
	number: number;
}

/** One event, or one batch of events, for one endpoint. A batch is an event of its own, with its own ID. */
export interface Delivery extends DeliveryState {
	tenantId: string;
	status: DeliveryStatus;
	eventType: string;
	/** The events of a batch in order of arrival; `null` for a single event. */
	batchedEventIds: string[] | null;
	endpointId: string;
	/** Name that the endpoint had last; `null` if no run has read the endpoint. */
	endpointName: string | null;
	/** Time at which the next attempt is due; during a lease, the time at which it expires. */
	nextAttemptAt: string | null;
	/** Outcome of the last attempt; `null` before the first. */
	outcome: AttemptOutcome | null;
	/** The execution and the workflow that sent the event. */
	executionId: string | null;
	workflowId: string | null;
	replayedAt: string | null;
	/** `null` if it is sent without regard to others. */
	place: OrderPlace | null;
	/** The status that the tallies count it with; `null` if they do not count it. */
	tallied: 'delivered' | 'failed' | null;
	/** Attempts of this run, which the tallies do not count yet. */
	newAttempts?: AttemptRecord[];
	/** `null` if no run works on it. */
	lease: Lease | null;
}

/** A delivery as it was read from the table. */
export interface StoredDelivery extends Delivery {
	/** Increases with every new state of any delivery: of several rows of one delivery, it identifies the newest. */
	rowId: number;
	/** The problem with its row, if a person edited it. Its other fields then have what could be read. */
	problem?: string;
}

/** A delivery to be attempted, with everything needed. */
export interface AttemptJob {
	/** With its own lease, or under that of its event. */
	delivery: Delivery;
	/** One event, or those of a batch in order of arrival. */
	events: OutboxEvent[];
	/** Row ID of its event, if it was read. */
	eventRowId?: number;
	endpoint: Endpoint;
}

/** A delivery's state after a run. */
export interface DeliveryResult {
	delivery: Delivery;
	/** `null` if the endpoint was deleted. */
	endpoint: Pick<Endpoint, 'id' | 'name' | 'url'> | null;
	/** The last response; `null` if there was none. */
	response: DeliveryReport['response'];
}

/** A change of an endpoint's health during a run, or deliveries to it that ended without success. */
export interface EndpointChange {
	endpoint: Endpoint;
	change: EndpointAlert;
	reason: string;
	atMs: number;
	/** `true` if its tenant may be told: not about the delivery of an alert, and no such alert in an hour. */
	tellsTenant: boolean;
	/** Share of the way to being disabled, for a failing endpoint that its rule disables eventually. */
	progress?: number;
	/** The last of the deliveries, for `exhausted`. */
	exhausted?: ExhaustedDelivery;
}

export interface RunResult {
	results: DeliveryResult[];
	changes: EndpointChange[];
}

export interface RunLimits {
	/** Attempts at once, at least 1. */
	concurrency: number;
	/** Longest time that rate limits may delay attempts within the run. */
	maxPacingMs: number;
	/** Attempts that could only start after this time are left to the next run. */
	deadlineMs?: number;
	/** Workflows of endpoints that the run's events came through, one after another; 0 by default. */
	hops?: number;
	/** Bytes of each response that are kept for the result, if more than usual. The log keeps no more. */
	maxResponseBytes?: number;
}
