import isEmpty from 'lodash/isEmpty';
import isUndefined from 'lodash/isUndefined';
import omit from 'lodash/omit';
import omitBy from 'lodash/omitBy';
import pick from 'lodash/pick';

import type { computeStats, DeliveryStats } from '../outbox/log/stats';
import type { Delivery, DeliveryStatus, Endpoint } from '../outbox/model';

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

/**
 * Returns a webhook as "List Webhooks" shows it, with the settings that subscribers can change. It can be
 * sent back as an update.
 */
export function presentWebhook(endpoint: Endpoint, stats: DeliveryStats): Record<string, unknown> {
	const { batch_settings, conditions, filters, retry_policy } = endpoint.settings;
	const { authentication = 'none', user } = endpoint.secrets.authentication;
	const batchSettings = pickDefined(batch_settings, ['max_events', 'max_wait_seconds']);
	const retryPolicy = pickDefined(retry_policy, ['max_retries', 'backoff_multiplier']);
	return {
		id: endpoint.id,
		name: endpoint.name,
		...(endpoint.description !== '' && { description: endpoint.description }),
		url: endpoint.url,
		events: endpoint.eventTypes.length === 0 ? ['*'] : endpoint.eventTypes,
		status: endpoint.status,
		...(endpoint.statusReason !== null && { status_reason: endpoint.statusReason }),
		created_at: toWholeSeconds(endpoint.registeredAt),
		last_delivery: toWholeSeconds(stats.last_delivery),
		delivery_stats: pick(stats, ['total_deliveries', 'successful_deliveries', 'failed_deliveries']),
		authentication: { type: authentication, ...(user !== undefined && { username: user }) },
		...(conditions && { conditions }),
		...(filters && { filters }),
		...(batchSettings && { batch_settings: batchSettings }),
		...(retryPolicy && { retry_policy: retryPolicy }),
	};
}

/** The API's words for a delivery's status. `pending` and `held` are additions to the platform's two. */
const LOG_STATUS: Record<DeliveryStatus, string> = {
	delivered: 'success',
	failed: 'failed',
	gathering: 'pending',
	pending: 'pending',
	sending: 'pending',
	held: 'held',
};

/** Returns a delivery as "Webhook Logs" shows it. */
export const presentLogEntry = (delivery: Delivery): object => ({
	id: delivery.id,
	timestamp: toWholeSeconds(delivery.lastAttemptAt ?? delivery.acceptedAt),
	event: delivery.eventType,
	status: LOG_STATUS[delivery.status],
	response_code: delivery.responseCode,
	response_time_ms: delivery.responseTimeMs,
	attempts: delivery.attempts,
	payload_size: delivery.payloadSize,
	...(delivery.error !== null && { error_message: delivery.error }),
});

const presentCounts = <T extends DeliveryStats>(counts: T): T => ({
	...counts,
	last_delivery: toWholeSeconds(counts.last_delivery),
});

/** Returns one webhook's statistics, in total and by day. */
export function presentStats(webhookId: string, stats: ReturnType<typeof computeStats>): object {
	const { by_day: days, ...total } = omit(stats, 'by_endpoint');
	return { webhook_id: webhookId, ...presentCounts(total), by_day: days.map(presentCounts) };
}
