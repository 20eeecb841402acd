import isEmpty from 'lodash/isEmpty';
import isUndefined from 'lodash/isUndefined';
import omit from 'lodash/omit';
import omitBy from 'lodash/omitBy';
import pick from 'lodash/pick';

import { hasHiddenQuery, type DroppedSecret } from '../outbox/endpoint/endpointSecrets';
import { isUnreadable } from '../outbox/endpoint/repository';
import { isCircuitOpen } from '../outbox/endpoint/suspension';
import { findWait } from '../outbox/log/deliveryWait';
import type { computeStats, DeliveryStats } from '../outbox/log/stats';
import type {
	Delivery,
	DeliveryStatus,
	RegisteredEndpoint,
	UnreadableEndpoint,
} from '../outbox/model';
import type { AttemptRecord } from '../sending/deliver';

import { presentRequestedAuthentication } from './authenticationInput';
import { HIDDEN_QUERY } from './requestSchemas';

/**
 * Writes endpoints and deliveries as AgenticFlow's management API shows webhooks and their logs, without
 * any secret. Source: docs/platforms.md#agenticflow
 */

/** Drops the milliseconds of an ISO 8601 time, e.g. `2025-01-15T10:00:00Z`. */
const toWholeSeconds = (time: string | null): string | null => time && time.replace(/\.\d+Z$/, 'Z');

/** Copies the fields that are defined. Returns `undefined` if none is. */
function pickDefined<T extends object>(
	group: T | undefined,
	fields: Array<keyof T & string>,
): object | undefined {
	const defined = omitBy(pick(group, fields), isUndefined);
	return isEmpty(defined) ? undefined : defined;
}

const presentEvents = (eventTypes: string[]): string[] =>
	eventTypes.length === 0 ? ['*'] : eventTypes;

const pickStats = (stats: DeliveryStats): object =>
	pick(stats, ['total_deliveries', 'successful_deliveries', 'failed_deliveries']);

/** Returns the readable fields of a webhook that cannot be opened, without the reason: it is for the owner only. */
const presentUnreadableWebhook = (
	endpoint: UnreadableEndpoint,
	stats: DeliveryStats,
): Record<string, unknown> => ({
	id: endpoint.id,
	name: endpoint.name,
	...(endpoint.description !== '' && { description: endpoint.description }),
	url: endpoint.url,
	...(endpoint.subscription && { events: presentEvents(endpoint.subscription.eventTypes) }),
	status: endpoint.status,
	...(endpoint.statusReason !== null && { status_reason: endpoint.statusReason }),
	unreadable: true,
	created_at: toWholeSeconds(endpoint.registeredAt),
	last_delivery: toWholeSeconds(stats.last_delivery),
	delivery_stats: pickStats(stats),
});

/**
 * Returns a webhook as "List Webhooks" shows it, with the settings that subscribers can change. It can be
 * sent back as an update.
 */
export function presentWebhook(
	endpoint: RegisteredEndpoint,
	stats: DeliveryStats,
): Record<string, unknown> {
	if (isUnreadable(endpoint)) return presentUnreadableWebhook(endpoint, stats);
	const { batch_settings, circuit_breaker, conditions, filters, in_order, retry_policy } =
		endpoint.settings;
	const batchSettings = pickDefined(batch_settings, ['max_events', 'max_wait_seconds']);
	const retryPolicy = pickDefined(retry_policy, ['max_retries', 'backoff_multiplier']);
	return {
		id: endpoint.id,
		name: endpoint.name,
		...(endpoint.description !== '' && { description: endpoint.description }),
		url: endpoint.url,
		...(hasHiddenQuery(endpoint) && { url_query: HIDDEN_QUERY }),
		events: presentEvents(endpoint.eventTypes),
		status: endpoint.status,
		...(endpoint.statusReason !== null && { status_reason: endpoint.statusReason }),
		created_at: toWholeSeconds(endpoint.registeredAt),
		last_delivery: toWholeSeconds(stats.last_delivery),
		delivery_stats: pickStats(stats),
		authentication: presentRequestedAuthentication(endpoint.secrets.authentication),
		...(conditions && { conditions }),
		...(filters && { filters }),
		...(batchSettings && { batch_settings: batchSettings }),
		...(retryPolicy && { retry_policy: retryPolicy }),
		...(in_order && { in_order }),
		...(circuit_breaker && { circuit_breaker }),
		...(isCircuitOpen(endpoint) && { probe_at: toWholeSeconds(endpoint.probeAt) }),
	};
}

/** The fields that an update can drop, as the API names them. */
export type DroppedField = DroppedSecret | 'url_query';

const DROPPED_REASONS: Record<DroppedField, string> = {
	authentication:
		'The authentication was for another scheme, host or port. To use it at the new URL, send "authentication" with its secret in the same request as the URL.',
	client_certificate:
		'The client certificate and the private authority were for another scheme, host or port. Only the owner of the workflow can set them again.',
	custom_headers:
		'The custom headers were for another scheme, host or port. Only the owner of the workflow can set them again.',
	url_query:
		'The URL is now exactly the one that you sent. To keep a hidden query, send back "url_query" as you received it.',
};

/** Returns what the reply to an update says about values that were dropped. */
export const presentDropped = (dropped: DroppedField[]): object =>
	dropped.length === 0
		? {}
		: { dropped, dropped_reason: dropped.map((field) => DROPPED_REASONS[field]).join(' ') };

/** The API's words for a delivery's status. The platform has only the first two. */
const LOG_STATUS: Record<DeliveryStatus, string> = {
	delivered: 'success',
	failed: 'failed',
	gathering: 'pending',
	pending: 'pending',
	sending: 'pending',
	held: 'held',
	cancelled: 'cancelled',
};

/**
 * Describes an attempt without a response, whatever the cause: the cause would tell a caller which hosts
 * and ports of n8n's network are open.
 */
const NO_RESPONSE =
	'The endpoint sent no valid response. Check that its URL can be reached from the internet and answers in time.';

/** Describes an attempt without an access token, whatever the cause, for the same reason. */
const NO_TOKEN =
	'The endpoint’s OAuth2 server issued no access token. Check the token URL, and the client’s ID, secret, scope and audience.';

/** Describes an attempt at which a workflow of the owner failed: only the owner sees its error. */
const NO_WORKFLOW =
	'A workflow that handles these events failed. Ask the owner of this API to correct it.';

const NO_RESPONSE_TEXTS: Record<string, string | undefined> = {
	token_rejected: NO_TOKEN,
	token_unavailable: NO_TOKEN,
	transform_failed: NO_WORKFLOW,
	workflow_failed: NO_WORKFLOW,
};

/** Describes an attempt without a response to subscribers. */
export const describeNoResponse = (outcome: AttemptRecord['outcome'] | null): string =>
	NO_RESPONSE_TEXTS[outcome ?? ''] ?? NO_RESPONSE;

/** Returns the part of a delivery's error that subscribers may see. */
function presentError({ attempts, error, outcome, responseCode, status }: Delivery): string | null {
	const isAboutConnection =
		attempts > 0 && responseCode === null && status !== 'held' && status !== 'cancelled';
	return error !== null && isAboutConnection ? describeNoResponse(outcome) : error;
}

/** Returns a delivery as "Webhook Logs" shows it, with what it waits for. */
export function presentLogEntry(delivery: Delivery, endpoint: RegisteredEndpoint): object {
	const wait = findWait(delivery, endpoint);
	return {
		id: delivery.id,
		timestamp: toWholeSeconds(delivery.lastAttemptAt ?? delivery.acceptedAt),
		event: delivery.eventType,
		status: LOG_STATUS[delivery.status],
		response_code: delivery.responseCode,
		response_time_ms: delivery.responseCode === null ? null : delivery.responseTimeMs,
		attempts: delivery.attempts,
		payload_size: delivery.payloadSize,
		...(wait && { waits_for: wait.waitsFor }),
		...(wait?.probeAt !== undefined && { probe_at: toWholeSeconds(wait.probeAt) }),
		...(delivery.error !== null && { error_message: presentError(delivery) }),
	};
}

/** Returns the outcome of a test event's only attempt. */
export const presentAttempt = (attempt: AttemptRecord): object => {
	const hasResponse = attempt.status_code !== null;
	return {
		response_code: attempt.status_code,
		response_time_ms: hasResponse ? attempt.duration_ms : null,
		...(attempt.error_message !== null && {
			error_message: hasResponse ? attempt.error_message : describeNoResponse(attempt.outcome),
		}),
	};
};

const presentCounts = <T extends DeliveryStats>(counts: T): T => ({
	...counts,
	last_delivery: toWholeSeconds(counts.last_delivery),
});

/** Returns one webhook's statistics, in total and by day. */
export function presentStats(webhookId: string, stats: ReturnType<typeof computeStats>): object {
	const { by_day: days, ...total } = omit(stats, 'by_endpoint');
	return { webhook_id: webhookId, ...presentCounts(total), by_day: days.map(presentCounts) };
}
