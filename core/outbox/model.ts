import type { Platform } from '../platforms';
import type { DeliveryReport } from '../sending/deliver';
import type { DisableRule, EndpointHealth, HealthChange } from '../sending/endpointHealth';
import type { DeliveryState } from '../sending/resultItem';

/** The outbox's types. `store/` decides how they are stored. */

/** An event, as it was accepted. */
export interface OutboxEvent {
	id: string;
	type: string;
	/** ISO 8601, UTC. */
	acceptedAt: string;
	data: Record<string, unknown>;
}

/**
 * Settings for sending events to an endpoint, without any secret. Items, the management API and saved
 * endpoints use the same names: AgenticFlow's, if its page has them (docs/platforms.md#agenticflow).
 */
export interface EndpointSettings {
	conditions?: Record<string, unknown>;
	filters?: { include_fields?: string[]; exclude_fields?: string[] };
	batch_settings?: {
		max_events: number;
		max_wait_seconds: number;
		/** Limit for the events' data together. A single event may be larger. */
		max_bytes?: number;
	};
	retry_policy?: {
		schedule?: 'platform' | 'exponential' | 'list' | 'standardWebhooks' | 'none';
		/** e.g. `30 s, 5 min, 1 h` */
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
	timeout_seconds?: number;
	verify_tls?: boolean;
	allow_http?: boolean;
	/** Allows a URL in n8n's own network. */
	allow_internal?: boolean;
}

/** Everything secret about an endpoint. It is stored encrypted. */
export interface EndpointSecrets {
	/** With its query, which may contain tokens. */
	url: string;
	/** The current secret first, then replaced ones that sign until they expire. Empty if unsigned. */
	signing: Array<{ secret: string; created_at: string; valid_until?: string }>;
	/** Fields of the outbound credential: the authentication and a custom signature scheme. */
	authentication: Record<string, unknown>;
	headers: Record<string, string>;
}

/** A registered endpoint, with everything needed to send to it. */
export interface Endpoint extends EndpointHealth {
	id: string;
	name: string;
	description: string;
	/** Without its query. */
	url: string;
	platform: Platform;
	/** Event types, or prefixes that end with `*`. Empty for all events. */
	eventTypes: string[];
	statusReason: string | null;
	statusChangedAt: string | null;
	settings: EndpointSettings;
	secrets: EndpointSecrets;
	registeredAt: string;
	/** The earliest start of the next attempt under the rate limit. */
	rateFreeAt: string | null;
	/**
	 * Increases with every change, so that of two simultaneous changes, one is repeated on top of the
	 * other.
	 */
	revision: number;
}

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
	| 'held';

/** The exclusive right of one run to work on deliveries. Another run takes over after it expires. */
export interface Lease {
	owner: string;
	expiresAtMs: number;
}

/** One event, or one batch of events, for one endpoint. A batch is an event of its own, with its own ID. */
export interface Delivery extends DeliveryState {
	status: DeliveryStatus;
	eventType: string;
	/** The events of a batch in order of arrival; `null` for a single event. */
	batchedEventIds: string[] | null;
	endpointId: string;
	/** Time at which the next attempt is due; during a lease, the time at which it expires. */
	nextAttemptAt: string | null;
	replayedAt: string | null;
	/** `null` if no run works on it. */
	lease: Lease | null;
}

/** A delivery as it was read from the table. */
export interface StoredDelivery extends Delivery {
	/** Increases with every new state of any delivery, so it orders deliveries by their latest change. */
	rowId: number;
}

/** A leased delivery, with everything needed to attempt it. */
export interface AttemptJob {
	delivery: Delivery;
	/** One event, or those of a batch in order of arrival. */
	events: OutboxEvent[];
	endpoint: Endpoint;
}

/** A delivery's state after a run. */
export interface DeliveryResult {
	delivery: Delivery;
	/** `null` if the endpoint was deleted. */
	endpoint: Endpoint | null;
	/** The last response; `null` if there was none. */
	response: DeliveryReport['response'];
}

/** A change of an endpoint's health during a run. */
export interface EndpointChange {
	endpoint: Endpoint;
	change: HealthChange;
	reason: string;
	atMs: number;
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
}
